package webhook

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/review"
)

// The files of the sample.
const (
	sampleOrg   = "frameworks/organisation.cue"
	sampleMain  = "frameworks/support-ladder/framework.cue"
	sampleL3    = "frameworks/support-ladder/l3.cue"
	sampleL4    = "frameworks/support-ladder/l4.cue"
	comingMain  = "frameworks/next/support-ladder/framework.cue"
	comingL4    = "frameworks/next/support-ladder/l4.cue"
	sampleSkill = "frameworks/skills/framework.cue"
)

const released = `release: {why: "The team grew.", contact: "people-team", promotionsUnderWay: "They go on by the text before."}`

// sample are a ladder, a competency model and house rules.
func sample() map[string]string {
	return map[string]string{
		"cue.mod/module.cue": "module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n",
		sampleOrg: `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {
	name:     "Example Company"
	timeZone: "Europe/Berlin"
	houseRules: notice: days: 30
}
`,
		sampleMain: `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "support-ladder"
	kind:  "ladder"
	title: "Support ladder"
	owners: ["people-team"]
	order: competencies: ["autonomy", "people"]
	competencies: {autonomy: title: "Autonomy", people: title: "People"}
	degrees: autonomy: ["Solid", "Strong"]
}
`,
		sampleL3: `package framework

framework: levels: l3: {
	rank: 3
	code: "L3"
	titles: [{text: "Senior Support Specialist"}]
	summary: "Solves unknown problems."
	expectations: {
		autonomy: {
			degree: "Solid"
			items: [
				"Plans their own week"
				"Asks for help in time"
			]
		}
		people: items: ["Explains decisions to colleagues"]
	}
}
`,
		sampleL4: `package framework

framework: levels: l4: {
	rank: 4
	code: "L4"
	titles: [{text: "Staff Support Specialist"}]
	summary: "Shapes how the team works."
	expectations: {
		autonomy: {
			degree: "Strong"
			items: [
				"Sets goals for the team"
				"Anwsers for the quality of the queue"
			]
		}
		people: items: [
			"Mentors junior colleagues"
			"Settles conflicts in the team"
		]
	}
}
`,
		sampleSkill: `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "skills"
	kind:  "competency-model"
	title: "Skills"
	owners: ["people-team"]
	order: competencies: ["data", "talk"]
	competencies: {data: title: "Data", talk: title: "Talk"}
	levels: some: {rank: 1, titles: [{text: "Some"}], summary: "Some.", expectations: {data: items: ["Reads charts"], talk: items: ["Listens"]}}
	levels: much: {rank: 2, titles: [{text: "Much"}], summary: "Much.", expectations: {data: items: ["Makes charts"], talk: items: ["Explains"]}}
}
`,
	}
}

// edit is one step of writing in a repository.
type edit func(*gittest.Repo)

func replace(name, old, new string) edit {
	return func(r *gittest.Repo) { r.Replace(name, old, new) }
}

func create(files map[string]string) edit { return func(r *gittest.Repo) { r.Write(files) } }

func remove(names ...string) edit {
	return func(r *gittest.Repo) {
		for _, name := range names {
			r.Remove(name)
		}
	}
}

// declare adds lines at the top of a framework.
func declare(name, lines string) edit {
	return replace(name, "\tkind: ", "\t"+strings.ReplaceAll(lines, "\n", "\n\t")+"\n\tkind: ")
}

// copyText copies a folder's framework to another folder.
func copyText(from, to string) edit {
	return func(r *gittest.Repo) { r.Copy(path.Join(r.Dir, "frameworks", from), "frameworks/"+to) }
}

// raise is an expectation more of L4, in a file of it.
func raise(name string) edit {
	return replace(name, "\t\t\t\"Settles conflicts in the team\"\n", "\t\t\t\"Settles conflicts in the team\"\n\t\t\t\"Leads a working group\"\n")
}

// pull is a pull request as it happens.
type pull struct {
	name   string
	base   []edit // of the branch, a commit after that of the sample
	change []edit
	set    func(*Report)
}

// judged is the moment at which the pull requests are judged.
var judged = time.Date(2027, 1, 5, 9, 30, 0, 0, time.UTC)

// report makes the report of a pull request in a real repository.
func (p pull) report(t testing.TB, c *compile.Compiler) *Report {
	t.Helper()
	r := gittest.New(t).At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)).Write(sample())
	r.Commit("Frameworks of the company")
	if len(p.base) > 0 {
		do(r.At(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)), p.base)
		r.Commit("What came since")
	}
	base := r.Git("rev-parse", "HEAD")
	do(r.Switch("topic").At(judged.Add(-time.Hour)), p.change)
	head := r.Commit("A change")
	r.Switch("main")
	ctx := context.Background()
	repo, err := gitrepo.Open(ctx, gitrepo.Options{Location: r.Dir, Branch: "main"})
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Now: func() time.Time { return judged }})
	if err := store.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	out := &Report{
		Number: 7, Head: head, Base: base, MergeBase: base, Merged: true, At: judged, Location: berlin, Touches: true,
		PreviewURL: "https://careers.example.com/pulls/7", Lines: map[string]DiffLines{},
	}
	change := review.Change{Head: tree(t, repo, head), Base: tree(t, repo, base), Root: "frameworks", Now: judged, InForce: map[string]string{}}
	for _, tl := range store.Snapshot().Timelines {
		if tl.Live() {
			change.InForce[tl.ID] = tl.Latest().Number
		}
	}
	if out.Verdict, err = review.Review(ctx, c, change); err != nil {
		t.Fatal(err)
	}
	preview, err := store.Preview(ctx, proposal(t, c, change.Head, out.touched(t, r, change.Head)))
	if err != nil {
		t.Fatal(err)
	}
	if out.Frameworks, err = Frameworks(out.Verdict, preview, berlin); err != nil {
		t.Fatal(err)
	}
	if p.set != nil {
		p.set(out)
	}
	return out
}

func do(r *gittest.Repo, edits []edit) {
	for _, e := range edits {
		e(r)
	}
}

func tree(t testing.TB, repo *gitrepo.Repo, commit string) fs.FS {
	t.Helper()
	out, err := repo.Tree(context.Background(), commit)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// touched takes in the lines of the diff, and returns the folders of
// frameworks that it touches.
func (r *Report) touched(t testing.TB, repo *gittest.Repo, head fs.FS) []string {
	t.Helper()
	var dirs []string
	for name := range strings.SplitSeq(repo.Git("diff", "--name-only", "--no-renames", r.Base, r.Head), "\n") {
		data, err := fs.ReadFile(head, name)
		r.Lines[name] = DiffLines{Gone: err != nil}
		if err == nil {
			r.Lines[name] = NewDiffLines(data, repo.Git("diff", "--no-renames", r.Base, r.Head, "--", name))
			if len(r.Lines[name].Lines) == 0 {
				t.Errorf("%s: no line of the diff is found", name)
			}
		}
		if dir, ok := strings.CutPrefix(path.Dir(name), "frameworks/"); ok && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func proposal(t testing.TB, c *compile.Compiler, head fs.FS, dirs []string) history.Proposal {
	t.Helper()
	out := history.Proposal{}
	for _, dir := range dirs {
		out[dir] = nil
		if _, err := fs.Stat(head, path.Join("frameworks", dir)); err != nil {
			continue
		}
		var err error
		if out[dir], err = c.Framework(context.Background(), compile.Unit{FS: head, Root: "frameworks", Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func compiler(t testing.TB) *compile.Compiler {
	t.Helper()
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
