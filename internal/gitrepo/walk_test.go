package gitrepo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestWalk(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	commits := walk(t, g.open())
	want := []struct{ subject, changes string }{
		{"Add a", "a/ organisation.cue"},
		{"Add b", "b/"},
		{"Reword a", "a/"},
	}
	if len(commits) != len(want) {
		t.Fatalf("got %d commits, want %d", len(commits), len(want))
	}
	parent := ""
	for i, c := range commits {
		if c.Hash != hashes[i] || c.Parent != parent {
			t.Errorf("commit %d: got %s on %q, want %s on %q", i, c.Hash, c.Parent, hashes[i], parent)
		}
		parent = c.Hash
		if c.Subject != want[i].subject || changes(c) != want[i].changes {
			t.Errorf("commit %d: got %q with %q, want %q with %q", i, c.Subject, changes(c), want[i].subject, want[i].changes)
		}
		if wanted := day0.Add(time.Duration(i+1) * time.Minute); !c.Committed.Equal(wanted) || c.Committed.Location() != time.UTC {
			t.Errorf("commit %d: got date %v, want %v", i, c.Committed, wanted)
		}
		if module := g.git("rev-parse", c.Hash+":cue.mod/module.cue"); c.Module != module {
			t.Errorf("commit %d: got module %s, want %s", i, c.Module, module)
		}
		for _, ch := range c.Changes {
			if hash := g.git("rev-parse", c.Hash+":frameworks/"+ch.Path); ch.Hash != hash {
				t.Errorf("commit %d: got hash %s of %s, want %s", i, ch.Hash, ch.Path, hash)
			}
		}
	}
}

func TestWalkStop(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	r := g.open()
	elsewhere := strings.Repeat("a", 40)
	for _, tt := range []struct {
		head, stop, want string
		reached          bool
	}{
		{"HEAD", hashes[0], "Add b, Reword a", true},
		{"HEAD", hashes[1], "Reword a", true},
		{"HEAD", hashes[2], "", true},
		{"HEAD~1", hashes[0], "Add b", true},
		{"HEAD", "", "Add a, Add b, Reword a", false},
		{"HEAD", elsewhere, "Add a, Add b, Reword a", false},
		{"HEAD", "no hash", "Add a, Add b, Reword a", false},
		{"HEAD~1", hashes[2], "Add a, Add b", false}, // a branch that was set back
	} {
		commits, reached, err := r.Walk(t.Context(), tt.head, tt.stop)
		if err != nil || reached != tt.reached || subjects(commits) != tt.want {
			t.Errorf("Walk(%s, %s): got %q, %v, %v; want %q, %v", tt.head, tt.stop, subjects(commits), reached, err, tt.want, tt.reached)
		}
	}
	if _, _, err := r.Walk(t.Context(), elsewhere, ""); !errors.Is(err, ErrRevision) {
		t.Errorf("Walk from a commit that is not there: got %v, want ErrRevision", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.Walk(ctx, "HEAD", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("Walk after the context ended: got %v, want its error", err)
	}
}

func TestWalkMerge(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	g.git("switch", "--quiet", "--create", "side", "HEAD~1")
	g.write("frameworks/c/framework.cue", "one").commit("Add c on the side")
	g.write("frameworks/c/framework.cue", "two").commit("Reword c on the side")
	g.git("switch", "--quiet", "main")
	g.merge("side")
	commits := walk(t, g.open())
	if got, want := subjects(commits), "Add a, Add b, Reword a, Merge side"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	if got := changes(commits[3]); got != "c/" {
		t.Errorf("the merge: got changes %q, want c/, what it brings to its first parent", got)
	}
}

// TestWalkFoxtrot merges the published branch into one's own and pushes that:
// a fast-forward, after which the old newest commit is off the chain.
func TestWalkFoxtrot(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	r := g.open()
	before := refresh(t, r)
	g.git("switch", "--quiet", "--create", "own", hashes[0])
	g.write("frameworks/d/framework.cue", "one").commit("Add d")
	g.merge("main")
	g.git("branch", "--force", "main", "own")
	g.git("switch", "--quiet", "main")
	commits, reached, err := r.Walk(t.Context(), refresh(t, r), before)
	if err != nil || reached {
		t.Fatalf("got reached %v, %v; want false: the chain was changed", reached, err)
	}
	if got, want := subjects(commits), "Add a, Add d, Merge main"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWalkSkewedDates(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	dates := []time.Time{
		day0, day0.Add(-72 * time.Hour), day0.Add(time.Hour), day0.Add(time.Hour),
		time.Unix(0, 0), day0.AddDate(20, 0, 0), day0,
	}
	for i, at := range dates {
		g.write("frameworks/a/x.cue", strings.Repeat("x", i+1)).commitAt("n", at)
	}
	var got []time.Time
	for _, c := range walk(t, g.open()) {
		got = append(got, c.Committed)
	}
	if !slices.EqualFunc(got, dates, time.Time.Equal) {
		t.Errorf("got %v, want %v", got, dates)
	}
}

func TestWalkChanges(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	steps := []struct {
		do   func()
		want string
	}{
		{func() { g.write("README", "x") }, ""},
		{func() { g.write("frameworks/lib/words/w.cue", "x").write("frameworks/lib.cue", "x") }, "lib/ lib.cue"},
		{func() { g.write("frameworks/old/f.cue", "x") }, "old/"},
		{func() { g.git("mv", "frameworks/old", "frameworks/new") }, "new/ -old"},
		{func() { g.write("frameworks/next/new/f.cue", "y") }, "next/new/"},
		{func() { g.write("frameworks/next/more/f.cue", "y").write("frameworks/new/f.cue", "z") }, "new/ next/more/"},
		{func() { g.write("frameworks/next/more/f.cue", "z").write("frameworks/next/note", "z") }, "next/more/ next/note"},
		{func() { g.git("rm", "-rq", "frameworks/next/more") }, "-next/more"},
		{func() { g.git("rm", "-rq", "frameworks/next/new", "frameworks/next/note") }, "-next/new -next/note"},
		{func() { g.write("frameworks/next", "a file of that name") }, "next"},
		{func() { g.git("rm", "-q", "frameworks/next"); g.write("frameworks/next/id/f.cue", "x") }, "-next next/id/"},
		{func() { g.git("rm", "-rq", "frameworks/lib"); g.write("frameworks/lib", "now a file") }, "lib"},
		{func() { g.git("rm", "-q", "frameworks/lib"); g.write("frameworks/lib/f.cue", "x") }, "lib/"},
		{func() {
			g.git("update-index", "--chmod=+x", "frameworks/lib.cue")
			g.git("config", "core.fileMode", "false")
		}, "lib.cue"},
		{func() { g.write("other/frameworks/x", "x") }, ""},
		{func() { g.git("mv", "frameworks", "moved") }, "-lib -lib.cue -new -next/id"},
		{func() { g.git("mv", "moved", "frameworks") }, "lib/ lib.cue new/ next/id/"},
		{func() { g.git("rm", "-rq", "."); g.write("frameworks", "a file") }, "-lib -lib.cue -new -next/id"},
	}
	for _, s := range steps {
		s.do()
		g.commit("changes " + s.want)
	}
	commits := walk(t, g.open())
	for i, s := range steps {
		if got := changes(commits[i]); got != s.want {
			t.Errorf("step %d: got %q, want %q", i, got, s.want)
		}
	}
}

func TestWalkModule(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	blob := func(content string) string {
		return runGit(t, g.dir, []byte(content), "hash-object", "--stdin")
	}
	steps := []struct {
		do   func()
		want string
	}{
		{func() { g.write("frameworks/a/f.cue", "x") }, ""},
		{func() { g.write("cue.mod/module.cue", "one") }, blob("one")},
		{func() { g.write("frameworks/a/f.cue", "y") }, blob("one")},
		{func() { g.write("cue.mod/pkg/x.cue", "z") }, blob("one")},
		{func() { g.write("cue.mod/module.cue", "two") }, blob("two")},
		{func() { g.git("rm", "-q", "cue.mod/module.cue") }, ""},
		{func() { g.git("update-index", "--add", "--cacheinfo", "120000,"+blob("two")+",cue.mod/module.cue") }, ""}, // a symbolic link
	}
	for _, s := range steps {
		s.do()
		if s.want != "" || !strings.Contains(g.git("diff", "--cached", "--raw"), "120000") {
			g.git("add", "--all")
		}
		g.git("commit", "--quiet", "--allow-empty", "--message", "n")
	}
	for i, c := range walk(t, g.open()) {
		if c.Module != steps[i].want {
			t.Errorf("step %d: got module %q, want %q", i, c.Module, steps[i].want)
		}
	}
}

func TestWalkDir(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	g.write("people/ladders/a/f.cue", "x").commit("a")
	g.write("people/other", "x").commit("nothing there")
	g.write("people/ladders/next/b/f.cue", "x").commit("next b")
	for _, tt := range []struct{ dir, want string }{
		{"people/ladders", "a/,,next/b/"},
		{"people/ladders/", "a/,,next/b/"},
		{"people", "ladders/,other,ladders/"},
		{".", "people/,people/,people/"},
		{"nowhere/at/all", ",,"},
		{"people/other/deeper", ",,"},
	} {
		var got []string
		for _, c := range walk(t, open(t, Options{Location: g.dir, Dir: tt.dir})) {
			got = append(got, changes(c))
		}
		if s := strings.Join(got, ","); s != tt.want {
			t.Errorf("directory %q: got %q, want %q", tt.dir, s, tt.want)
		}
	}
	for _, dir := range []string{"..", "/frameworks", "a/../..", "../a"} {
		if _, err := Open(t.Context(), Options{Location: g.dir, Dir: dir}); !errors.Is(err, ErrLocation) {
			t.Errorf("directory %q: got %v, want ErrLocation", dir, err)
		}
	}
}

func TestWalkSubject(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	g.write("frameworks/a/f.cue", "x").commit("first")
	tree := g.git("rev-parse", "HEAD^{tree}")
	for message, want := range map[string]string{
		"Plain":                           "Plain",
		"First line\nsecond line":         "First line",
		"\n\n  Blank lines before\n":      "Blank lines before",
		"":                                "",
		"\x1b[31mred\x07 and \x00nul":     "[31mred and nul",
		"turned \u202eround\u2069 text":   "turned round text",
		"not UTF-8: \xff\xfe!":            "not UTF-8: �!",
		"tab\tand return\r\nnext":         "tab and return",
		strings.Repeat("ü", 300):          strings.Repeat("ü", 200),
		"Überarbeitet: Stufe 4 \u2013 ok": "Überarbeitet: Stufe 4 \u2013 ok",
	} {
		raw := "tree " + tree + "\nauthor A <a@example.com> 1 +0000\ncommitter B <b@example.com> 1767614400 +0000\n\n" + message
		hash := runGit(t, g.dir, []byte(raw), "hash-object", "-t", "commit", "-w", "--stdin", "--literally")
		commits, _, err := g.open().Walk(t.Context(), hash, "")
		if err != nil {
			t.Fatalf("message %q: %v", message, err)
		}
		if got := commits[0].Subject; got != want || !utf8.ValidString(got) {
			t.Errorf("message %q: got subject %q, want %q", message, got, want)
		}
	}
}
