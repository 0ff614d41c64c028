package review

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// readNotes notes which files of a framework are read.
type readNotes struct {
	fs.FS
	read []string
}

func (c *readNotes) ReadFile(name string) ([]byte, error) {
	if strings.HasPrefix(name, "frameworks/a/") {
		c.read = append(c.read, name)
	}
	return fs.ReadFile(c.FS, name)
}

// TestNamedAlikeIsNotRead: of a framework that Git names alike on both sides,
// nothing is read; of what it names otherwise, the base is what the history has
// compiled already.
func TestNamedAlikeIsNotRead(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	base := r.Write(gittest.Ladder("a", "One")).Commit("one")
	beside := r.Write(map[string]string{"README.md": "x"}).Commit("beside")
	other := r.Write(gittest.Ladder("a", "Two")).Commit("two")
	module := r.Write(map[string]string{"cue.mod/module.cue": "module: \"example.com/others\"\nlanguage: version: \"v0.17.0\"\n"}).Commit("module")
	repo, err := gitrepo.Open(t.Context(), gitrepo.Options{Location: r.Dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = repo.Close() })
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	tree := func(commit string) *readNotes {
		f, err := repo.Tree(t.Context(), commit)
		if err != nil {
			t.Fatal(err)
		}
		return &readNotes{FS: f}
	}
	// As the history does.
	u := compile.Unit{FS: tree(base), Root: "frameworks", Dir: "a", Key: compile.Named(tree(base), "frameworks", "a")}
	if _, err := c.Framework(t.Context(), u); err != nil || u.Key == "" {
		t.Fatalf("the key is %q, %v", u.Key, err)
	}
	for _, step := range []struct {
		base, head        string
		checked, compiled int
		reads             bool
	}{{base, beside, 0, 0, false}, {base, other, 1, 1, true}, {other, module, 0, 0, true}} {
		b, h := tree(step.base), tree(step.head)
		before := c.Compiled()
		v, err := Review(t.Context(), c, Change{Base: b, Head: h, Root: "frameworks", Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if n := int(c.Compiled() - before); len(v.Checked) != step.checked || n != step.compiled || (len(b.read)+len(h.read) > 0) != step.reads {
			t.Errorf("%d were checked and %d compiled, and of the base %v was read, of the head %v", len(v.Checked), n, b.read, h.read)
		}
	}
}
