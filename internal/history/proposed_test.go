package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/notes"
)

// edition writes a coming edition of a ladder.
func edition(r *gittest.Repo, id, text, dates string) {
	for name, content := range gittest.Ladder(id, text) {
		if rest, ok := strings.CutPrefix(name, "frameworks/"); ok {
			r.Write(map[string]string{"frameworks/next/" + rest: strings.Replace(content, "\tkind:", dates+"\n\tkind:", 1)})
		}
	}
}

// TestProposedTexts tells of all that a merge can make.
func TestProposedTexts(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	for _, id := range []string{"changed", "ended", "dated", "moved", "kept", "dropped"} {
		r.Write(gittest.Ladder(id, "One"))
	}
	for _, id := range []string{"moved", "kept", "dropped"} {
		edition(r, id, "Two", `	effective: "2030-03-01"`)
	}
	r.Commit("start")
	s := open(t, r.Dir, "")
	refresh(t, s)
	r.At(now)
	edition(r, "dated", "Two", `	effective: "2030-03-01"`)
	edition(r, "moved", "Two", `	effective: "2030-06-01"`)
	edition(r, "drafted", "One", "")
	r.Write(gittest.Ladder("changed", "Two")).Write(gittest.Ladder("new", "One")).Write(gittest.Ladder("kept", "One"))
	change := history.Proposal{"ended": nil, "next/dropped": nil}
	for _, dir := range []string{"changed", "new", "kept", "next/dated", "next/moved", "next/kept", "next/drafted"} {
		change[dir] = compiled(t, r.Dir, dir)
	}
	p, err := s.Preview(context.Background(), change)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := p.Texts(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, x := range texts {
		line := ""
		switch {
		case x.Version == nil:
			line = "withdrawn, of " + x.Coming.Effective
		case x.Version.Coming:
			line = "edition of " + x.Coming.Effective
		case x.Version.Removed:
			line = "ends"
		default:
			line = x.Version.Number
		}
		if x.Before != nil {
			line += ", after " + x.Before.Number
		}
		if n := x.Notes; n != nil {
			if n.RecordedAt != nil || n.Commit != "" || strings.Contains(n.Number, "next") || n.Status != notes.Proposed && n.Status != notes.Drafted {
				t.Errorf("%s: the notes take it for merged: %+v", x.ID, n)
			}
			line += fmt.Sprintf(", %s", n.Status)
		}
		got[x.ID] += line
		if !strings.Contains(x.Title, "ladder") {
			t.Errorf("%s is called %q", x.ID, x.Title)
		}
	}
	want := map[string]string{
		"changed": "1.1.0, after 1.0.0, proposed", "new": "1.0.0, proposed", "ended": "ends, after 1.0.0, proposed",
		"dated": "edition of 2030-03-01, after 1.0.0, proposed", "moved": "edition of 2030-06-01, after 1.0.0, proposed",
		"dropped": "withdrawn, of 2030-03-01, after 1.0.0", "drafted": "edition of , drafted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
