package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/notes"
)

// TestNotesAPI asks for the release notes of every version of the story, in
// every form, for every reader, and holds the answers against the contract.
func TestNotesAPI(t *testing.T) {
	t.Parallel()
	s := storyServer(t, Options{})
	asked := 0
	for _, tl := range s.o.Store.Snapshot().Timelines {
		if tl.MovedTo != "" {
			continue
		}
		list, err := tl.List(history.View{KnownAt: libraryToday()})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			at := "/v1/frameworks/" + tl.ID + "/versions/" + e.Version.Number + "/notes"
			n := decoded[notes.Notes](t, get(t, s, at))
			if n.Number != e.Version.Number || n.Headline == "" || len(n.Staff) == 0 {
				t.Errorf("%s: got %s %q", at, n.Number, n.Headline)
			}
			for _, r := range notes.Readers() {
				for accept, want := range map[string]string{"text/markdown": "## ", "text/plain": "===", "text/html": "<article"} {
					a := get(t, s, at+"?for="+string(r), "Accept", accept)
					if a.StatusCode != http.StatusOK || !strings.Contains(string(a.plain), want) || a.Header.Get("Vary") != "Accept" {
						t.Errorf("%s for %s as %s: got %d %.100s", at, r, accept, a.StatusCode, a.plain)
					}
					asked++
				}
			}
		}
	}
	if asked < 200 {
		t.Errorf("asked for %d notes only", asked)
	}
}

func TestNotesAPIRefuses(t *testing.T) {
	t.Parallel()
	s := storyServer(t, Options{})
	for target, want := range map[string]string{
		"care-ladder/versions/99.0.0/notes":                        notFound,
		"care-ladder/versions/working/notes":                       notFound,
		"care-ladder/versions/8.3.0/notes?for=me":                  badRequest,
		"care-ladder/versions/8.3.0/notes?format=md":               badRequest,
		"care-ladder/versions/8.3.0/notes?known_at=2027-01-01":     badRequest,
		"care-ladder/versions/8.3.0/notes?known_at=2026-01-01":     notFound,
		"support-ladder/versions/1.0.0/notes":                      "/v1/frameworks/care-ladder/versions/1.0.0/notes",
		"support-roles/versions/2.2.0-next.20261015T100000Z/notes": notFound, // a draft
		"nothing/versions/1.0.0/notes":                             notFound,
	} {
		if got := outcome(t, get(t, s, "/v1/frameworks/"+target)); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
	if got := outcome(t, get(t, s, "/v1/frameworks/care-ladder/versions/8.3.0/notes", "Accept", "image/png")); got != notAcceptable {
		t.Errorf("as a picture: got %s", got)
	}
	a := get(t, s, "/v1/frameworks/care-ladder/versions/8.3.0/notes")
	if again := get(t, s, "/v1/frameworks/care-ladder/versions/8.3.0/notes", "If-None-Match", a.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: got %d", again.StatusCode)
	}
}
