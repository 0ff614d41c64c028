package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// days keeps what startOf found.
var days sync.Map

// wordings are the texts that a framework may have. From one to another, any
// category of change may follow.
var wordings = []struct{ title, items, more string }{
	{"A ladder", `"Makes things that others can use and go on with: tables"`, ""},
	{"A ladder", `"Makes things that others can use and go on with: chairs, beds and shelves"`, ""},
	{"A ladder", `"Makes things that others can use and go on with: tabels"`, ""},
	{"A ladder", `"Makes things that others can use and go on with: tables", "Teaches two others each year"`, ""},
	{"A small ladder", `"Makes things that others can use and go on with: tables"`, ""},
	{"A ladder", `"Makes things that others can use and go on with: tables"`, `levels: l3: {rank: 3, code: "L3", titles: [{text: "Principal Maker"}], expectations: craft: items: ["Invents things"]}`},
	{"A ladder", `"Makes things that others can use and go on with: tables"`, `retired: levels: l3: {reason: "Nobody was at it", into: [{level: "l2"}]}`},
}

// source is the directory's only file.
func (w *words) source() string {
	if w.Broken {
		return fmt.Sprintf("package framework\n\n// %d\nframework: {", w.Note)
	}
	x := wordings[w.Text]
	var b strings.Builder
	fmt.Fprintf(&b, "package framework\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\n// %d\nframework: schema.#Framework\nframework: {\n", w.Note)
	fmt.Fprintf(&b, "\tid: %q\n\tkind: \"ladder\"\n\ttitle: %q\n\towners: [\"people-team\"]\n\tcompetencies: craft: title: \"Craft\"\n", w.ID, x.title)
	fmt.Fprintf(&b, "\tlevels: l1: {rank: 1, code: \"L1\", titles: [{text: \"Maker\"}], expectations: craft: items: [\"Makes things\"]}\n")
	fmt.Fprintf(&b, "\tlevels: l2: {rank: 2, code: \"L2\", titles: [{text: \"Senior Maker\"}], expectations: craft: items: [%s]}\n\t%s\n", x.items, x.more)
	if len(w.Formerly) > 0 {
		fmt.Fprintf(&b, "\tformerly: %s\n", encoded(w.Formerly))
	}
	var said map[string]json.RawMessage
	if err := json.Unmarshal([]byte(encoded(w.Said)), &said); err != nil {
		panic(err)
	}
	for _, name := range []string{"effective", "publish", "transition", "correction", "release", "accept", "errata"} {
		if v := said[name]; v != nil {
			fmt.Fprintf(&b, "\t%s: %s\n", name, v)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// tree is the name of a directory that holds the words.
func (w *words) tree() string { return hash(w.key()) }

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:20])
}

// library compiles words, each text once: directives are laid over it.
type library struct {
	mu       sync.Mutex
	results  map[string]*compile.Result
	texts    map[string]*ladder.Framework // by digest
	verdicts map[string]verdict
	compiler *compile.Compiler
	kept     sync.Map
}

// library1 is the library of all tests: what it compiled once, it has.
var library1 = sync.OnceValue(newLibrary)

type verdict struct {
	set ladder.ChangeSet
}

func newLibrary() *library {
	c, err := compile.New(compile.Options{})
	if err != nil {
		panic(err)
	}
	return &library{results: map[string]*compile.Result{}, texts: map[string]*ladder.Framework{}, verdicts: map[string]verdict{}, compiler: c}
}

func (l *library) result(w *words) *compile.Result {
	if w.Broken {
		return &compile.Result{ID: w.ID, Findings: diag.List{{Code: "broken", Severity: diag.Error, Message: "this needs a change"}}}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	plain := words{ID: w.ID, Text: w.Text, Formerly: w.Formerly}
	r := l.results[plain.key()]
	if r == nil {
		files := fstest.MapFS{"cue.mod/module.cue": {Data: []byte(moduleFile)}, "frameworks/" + w.ID + "/framework.cue": {Data: []byte(plain.source())}}
		var err error
		if r, err = l.compiler.Framework(context.Background(), compile.Unit{FS: files, Root: "frameworks", Dir: w.ID}); err != nil {
			panic(err)
		}
		if !r.OK() {
			panic(fmt.Sprintf("%+v", r.Findings))
		}
		f, err := r.Framework()
		if err != nil {
			panic(err)
		}
		l.results[plain.key()], l.texts[r.Digest] = r, f
	}
	with := *r
	with.Directives = w.Said
	return &with
}

const moduleFile = "module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n"

func (l *library) digest(w *words) string { return l.result(w).Digest }

// judge is what a step comes to: the heaviest change, and the bump that the
// author raised or was allowed to lower.
func (l *library) judge(a, b *words, said ladder.Directives) (string, ladder.Category) {
	bump, category := l.found(a, b, said)
	if said.Release == nil || said.Release.Bump == "" || bump.name == "" {
		return bump.name, category
	}
	want := said.Release.Bump
	switch {
	case weigh(want) >= weigh(bump.name):
		return want, category
	case a == nil || b == nil:
		return bump.name, category
	}
	for _, rule := range bump.rules {
		if weigh(rule.Category.Bump()) > weigh(want) && !slices.ContainsFunc(said.Accept, func(x ladder.Accept) bool { return x.Rule == rule.Rule }) {
			return bump.name, category
		}
	}
	return want, category
}

func weigh(bump string) int { return slices.Index([]string{"patch", "minor", "major"}, bump) }

type raised struct {
	name  string
	rules []ladder.Change
}

func (l *library) found(a, b *words, said ladder.Directives) (raised, ladder.Category) {
	switch {
	case a == nil && b == nil:
		return raised{}, ""
	case a == nil:
		return raised{name: "minor"}, ladder.Adds
	case b == nil:
		return raised{name: "major"}, ladder.MovesPeople
	}
	var meaning map[string]string
	if said.Release != nil {
		meaning = said.Release.Meaning
	}
	x, y := l.digest(a), l.digest(b)
	key := x + y + encoded(meaning)
	l.mu.Lock()
	defer l.mu.Unlock()
	v, ok := l.verdicts[key]
	if !ok {
		v.set = ladder.Diff(l.texts[x], l.texts[y]).Declared(meaning)
		l.verdicts[key] = v
	}
	return raised{v.set.Bump(), v.set.Changes}, v.set.Category()
}

// fakeGit is a repository that a made-up history stands in, and the engine
// that compiles it.
type fakeGit struct {
	*library
	commits []gitrepo.Commit
	trees   map[string]*compile.Result
	zones   map[string]string // of the commits that change the organisation's file
}

type treeOf struct {
	fs.FS
	commit string
}

func (l *library) git(deeds []deed) *fakeGit {
	g := &fakeGit{library: l, trees: map[string]*compile.Result{}, zones: map[string]string{}}
	lib := ""
	for i, d := range deeds {
		c := gitrepo.Commit{Hash: hash(fmt.Sprint("commit ", i)), Committed: d.committed, Subject: fmt.Sprint("Change ", i), Module: "module"}
		for _, dir := range sortedDirs(d.dirs) {
			ch := gitrepo.Change{Path: dir}
			if w := d.dirs[dir]; w != nil {
				ch.Hash, ch.Dir = w.tree(), true
				g.trees[ch.Hash] = l.result(w)
			}
			c.Changes = append(c.Changes, ch)
		}
		if d.lib {
			lib = hash(fmt.Sprint("lib ", i, lib))
			c.Changes = append(c.Changes, gitrepo.Change{Path: "lib", Hash: lib, Dir: true})
		}
		if d.zone != nil {
			ch := gitrepo.Change{Path: compile.OrganisationFile}
			if *d.zone != "" {
				ch.Hash = hash(fmt.Sprint("organisation ", i, *d.zone))
			}
			g.zones[c.Hash] = *d.zone
			c.Changes = append(c.Changes, ch)
		}
		slices.SortFunc(c.Changes, func(a, b gitrepo.Change) int { return strings.Compare(a.Path, b.Path) })
		g.commits = append(g.commits, c)
	}
	return g
}

func sortedDirs(m map[string]*words) []string {
	var out []string
	for dir := range m {
		out = append(out, dir)
	}
	slices.Sort(out)
	return out
}

func (g *fakeGit) Walk(context.Context, string, string) ([]gitrepo.Commit, bool, error) {
	return g.commits, true, nil
}

func (g *fakeGit) Tree(_ context.Context, commit string) (fs.FS, error) {
	return treeOf{fstest.MapFS{}, commit}, nil
}

func (g *fakeGit) Lookup(u compile.Unit) (*compile.Result, bool) {
	tree, _, _ := strings.Cut(u.Key, " ")
	r := g.trees[tree]
	return r, r != nil
}

func (g *fakeGit) Framework(_ context.Context, u compile.Unit) (*compile.Result, error) {
	return nil, fmt.Errorf("%s was never made", u.Key)
}

func (g *fakeGit) Organisation(_ context.Context, fsys fs.FS, _ string) (ladder.Organisation, diag.List, error) {
	o := ladder.DefaultOrganisation()
	zone := g.zones[fsys.(treeOf).commit]
	if zone == "?" {
		return o, diag.List{{Code: "broken", Severity: diag.Error, Message: "this needs a change"}}, nil
	}
	o.TimeZone = zone
	return o, nil, nil
}

// Remembered keeps judgements of all histories together: what names them must
// tell them apart.
func (l *library) Remembered(name string, v any, made func() error) error {
	if kept, ok := l.kept.Load(name); ok {
		return json.Unmarshal(kept.([]byte), v)
	}
	err := made()
	l.kept.Store(name, []byte(encoded(v)))
	return err
}
