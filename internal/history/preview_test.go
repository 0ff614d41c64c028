package history_test

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// TestPreviewIsWhatAMergeMakes: what is foretold of a change comes true when
// it is merged, and foretelling changes nothing.
func TestPreviewIsWhatAMergeMakes(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Write(gittest.Ladder("b", "One")).Commit("start")
	s := open(t, r.Dir, "")
	refresh(t, s)
	if none, err := s.Preview(context.Background(), history.Proposal{}); err != nil || len(none.After) > 0 {
		t.Errorf("a proposal that touches nothing: %v, %v", none, err)
	}
	r.At(now).Write(gittest.Ladder("a", "Two")).Remove("frameworks/b")
	p, err := s.Preview(context.Background(), history.Proposal{"a": compiled(t, r.Dir, "a"), "b": nil})
	if err != nil {
		t.Fatal(err)
	}
	var foretold []string
	for _, tl := range p.After {
		for _, v := range p.Made(tl) {
			foretold = append(foretold, tl.ID+" "+v.Number+" "+v.Bump+" "+v.RecordedAt.UTC().String())
		}
	}
	expect(t, s.Snapshot(), "a", "1.0.0 +0s  One")
	r.Commit("merged")
	var made []string
	for _, tl := range refresh(t, s).Timelines {
		v := tl.Latest()
		made = append(made, tl.ID+" "+v.Number+" "+v.Bump+" "+v.RecordedAt.UTC().String())
	}
	if diff := cmp.Diff(made, foretold); diff != "" || len(made) != 2 {
		t.Errorf("(-made +foretold):\n%s", diff)
	}
}

func compiled(t *testing.T, dir, id string) *compile.Result {
	t.Helper()
	r, err := compiler(t).Framework(context.Background(), compile.Unit{FS: os.DirFS(dir), Root: "frameworks", Dir: id})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
