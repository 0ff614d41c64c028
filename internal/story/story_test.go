package story_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/notes"
	"github.com/milepost-dev/milepost/internal/story"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// snapshot is the history of the story's repository.
func snapshot(t *testing.T) *history.Snapshot {
	t.Helper()
	ctx := context.Background()
	repo, err := gitrepo.Open(ctx, gitrepo.Options{Location: story.Write(t).Dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Now: func() time.Time { return story.Now }})
	if err := s.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	return s.Snapshot()
}

var everything = history.View{KnownAt: story.Now, Drafts: true}

// TestVersions holds the story's versions, their categories and the reasons
// for them to testdata/versions.golden.
func TestVersions(t *testing.T) {
	t.Parallel()
	snap := snapshot(t)
	var b strings.Builder
	for _, tl := range snap.Timelines {
		if tl.MovedTo != "" {
			fmt.Fprintf(&b, "## %s\n\nIs now %s.\n\n", tl.ID, tl.MovedTo)
			continue
		}
		fmt.Fprintf(&b, "## %s\n\n", tl.ID)
		list, err := tl.List(everything)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			v := e.Version
			fmt.Fprintf(&b, "%s\n  %s, from %s to %s\n  recorded %s by %q\n", v.Number, status(e), day(e.From, snap.Location), day(e.Until, snap.Location), v.RecordedAt.In(snap.Location).Format("2006-01-02 15:04:05.000"), v.Subject)
			if v.Category() != "" {
				fmt.Fprintf(&b, "  %s (%s): %s\n", v.Category().Name(), v.Bump, strings.Join(v.Rules(), ", "))
			}
			if v.Headline() != "" {
				fmt.Fprintf(&b, "  %s\n", v.Headline())
			}
			if v.Said.Correction != nil {
				fmt.Fprintf(&b, "  corrects %s: %s\n", v.Said.Correction.Of, v.Said.Correction.Reason)
			}
			b.WriteString("\n")
		}
	}
	for _, p := range snap.Problems {
		fmt.Fprintf(&b, "problem of %s, edition %t, commit known %t: %s\n", p.Framework, p.Edition, p.Commit != "", said(p.Findings))
	}
	golden(t, "versions.golden", []byte(b.String()))
}

func status(e history.Entry) string {
	if e.Version.Edition {
		return string(e.Status) + ", an edition"
	}
	return string(e.Status)
}

func said(found diag.List) string {
	var out []string
	for _, f := range found {
		out = append(out, f.Message)
	}
	return strings.Join(out, "; ")
}

func day(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return "no day"
	}
	return t.In(loc).Format("2006-01-02 15:04")
}

// TestNotes holds the notes of each version, for the three readers, to
// testdata/notes.
func TestNotes(t *testing.T) {
	t.Parallel()
	snap := snapshot(t)
	for _, tl := range snap.Timelines {
		if tl.MovedTo != "" {
			continue
		}
		list, err := tl.List(everything)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			n, err := tl.Notes(e.Standing, everything, story.Now, snap.Location)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			for _, r := range notes.Readers() {
				fmt.Fprintf(&b, "---- for %s ----\n\n", r)
				if err := n.Text(&b, r); err != nil {
					t.Fatal(err)
				}
				b.WriteString("\n")
			}
			number, _, _ := strings.Cut(e.Version.Number, "-")
			golden(t, filepath.Join("notes", tl.ID+"-"+number+".golden"), b.Bytes())
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
