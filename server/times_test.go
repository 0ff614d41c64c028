package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAnswersOnTwoClocks asks along both axes of time, with and without the scope for
// drafts. An answer is its outcome, and how it says that it stands.
func TestAnswersOnTwoClocks(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	const now = "2025-03-01T09:00:00Z"
	for _, c := range []struct{ target, reader, drafter string }{
		// One axis.
		{"ladder", "1.3.0 current |  | " + now + " | ", ""},
		{"ladder?as_of=2024-06-15", "1.2.0 historic | 2024-06-15T21:59:59Z | " + now + " | ", ""},
		{"ladder?as_of=2024-05-31", "1.0.0 historic | 2024-05-31T21:59:59Z | " + now + " | ", ""},
		{"ladder?as_of=2024-02-01", "before-the-first-version 1.0.0", ""},
		// The other: the correction is not known before its recording.
		{"ladder?known_at=2024-06-15", "1.1.0 current | 2024-06-15T21:59:59Z | 2024-06-15T21:59:59Z | ", ""},
		{"ladder?known_at=2024-07-01T08:59:59Z", "1.1.0 current | 2024-07-01T08:59:59Z | 2024-07-01T08:59:59Z | ", ""},
		{"ladder?known_at=2024-07-01", "1.2.0 current | 2024-07-01T21:59:59Z | 2024-07-01T21:59:59Z | ", ""},
		{"ladder?known_at=2025-03-01", "1.3.0 current | " + now + " | " + now + " | ", ""}, // today, as far as it has come
		{"ladder?known_at=" + now, "1.3.0 current | " + now + " | " + now + " | ", ""},
		{"ladder?known_at=2025-03-01T09:00:01Z", "bad-request", ""},
		{"ladder?known_at=2025-03-02", "bad-request", ""},
		{"ladder?known_at=yesterday", "bad-request", ""},
		{"ladder?known_at=2024-03-01T08:59:59Z", "before-the-first-version 1.0.0 recorded 2024-03-01T09:00:00Z", ""},
		{"ladder?known_at=0001-01-01", "before-the-first-version 1.0.0 recorded 2024-03-01T09:00:00Z", ""},
		// Both.
		{"ladder?as_of=2024-06-15&known_at=2024-06-30", "1.1.0 current | 2024-06-15T21:59:59Z | 2024-06-30T21:59:59Z | ", ""},
		{"ladder?as_of=2024-06-15&known_at=2024-07-02", "1.2.0 current | 2024-06-15T21:59:59Z | 2024-07-02T21:59:59Z | ", ""},
		{"ladder?as_of=2024-07-02&known_at=2024-06-15", "1.1.0 scheduled | 2024-07-02T21:59:59Z | 2024-06-15T21:59:59Z | ", ""},
		{"ladder?as_of=2024-02-01&known_at=2024-06-15", "before-the-first-version 1.0.0", ""},
		{"ladder?cycle=2024-h2&known_at=2024-06-15", "1.1.0 scheduled | 2024-07-01T21:59:59Z | 2024-06-15T21:59:59Z | ", ""},
		{"ladder?cycle=2024-h2", "1.2.0 historic | 2024-07-01T21:59:59Z | " + now + " | ", ""},
		{"ladder?version=1.1.0", "1.1.0 corrected |  | " + now + " | ", ""},
		{"ladder?version=1.1.0&known_at=2024-06-15", "1.1.0 current | 2024-06-15T21:59:59Z | 2024-06-15T21:59:59Z | ", ""},
		{"ladder?version=1.2.0&known_at=2024-06-15", "not-found 1.1.0", ""},
		// A transition, from the version that brings it until the end of its last day.
		{"ladder?as_of=2024-08-31", "1.2.0 historic | 2024-08-31T21:59:59Z | " + now + " | ", ""},
		{"ladder?as_of=2024-09-01", "1.3.0 current | 2024-09-01T21:59:59Z | " + now + " | 1.2.0; until=2024-10-31", ""},
		{"ladder?as_of=2024-10-31", "1.3.0 current | 2024-10-31T22:59:59Z | " + now + " | 1.2.0; until=2024-10-31", ""},
		{"ladder?as_of=2024-11-01", "1.3.0 current | 2024-11-01T22:59:59Z | " + now + " | ", ""},
		{"ladder?as_of=2024-10-31&known_at=2024-08-15", "1.2.0 scheduled | 2024-10-31T22:59:59Z | 2024-08-15T21:59:59Z | ", ""},
		// What is to come: as scheduled, for those who may see it.
		{"ladder?as_of=2025-03-31", "1.3.0 scheduled | 2025-03-31T21:59:59Z | " + now + " | ", ""},
		{"ladder?as_of=2025-04-01", "1.3.0 scheduled | 2025-04-01T21:59:59Z | " + now + " | ", "2.0.0-next.20250220T090000Z scheduled | 2025-04-01T21:59:59Z | " + now + " | "},
		{"ladder?version=2.0.0-next.20250220T090000Z", "not-found 1.3.0", "2.0.0-next.20250220T090000Z scheduled |  | " + now + " | "},
		{"ladder?as_of=2025-04-01&known_at=2025-02-20T08:59:59Z", "1.3.0 scheduled | 2025-04-01T21:59:59Z | 2025-02-20T08:59:59Z | ", ""},
		{"soon?as_of=2025-05-31", "1.0.0 scheduled | 2025-05-31T21:59:59Z | " + now + " | ", ""},
		{"soon?as_of=2025-06-01", "2.0.0-next.20250201T090000Z scheduled | 2025-06-01T21:59:59Z | " + now + " | ", ""},
		{"soon?as_of=2025-06-01&known_at=2025-02-09", "1.0.0 scheduled | 2025-06-01T21:59:59Z | 2025-02-09T22:59:59Z | ", "2.0.0-next.20250201T090000Z scheduled | 2025-06-01T21:59:59Z | 2025-02-09T22:59:59Z | "},
		{"fresh", "before-the-first-version 1.0.0-next.20250201T090000Z", ""},
		{"fresh?as_of=2025-06-01", "1.0.0-next.20250201T090000Z scheduled | 2025-06-01T21:59:59Z | " + now + " | ", ""},
		{"secret", "not-found", "before-the-first-version 1.0.0-next.20250220T090000Z"},
		{"secret?as_of=2025-04-01", "not-found", "1.0.0-next.20250220T090000Z scheduled | 2025-04-01T21:59:59Z | " + now + " | "},
		{"drafted?version=1.1.0-next.20250220T090000Z", "not-found 1.0.0", "1.1.0-next.20250220T090000Z draft |  | " + now + " | "},
		// What ended, and comes back.
		{"ends", "ended 1.0.0", ""},
		{"ends?as_of=2024-05-31", "1.0.0 historic | 2024-05-31T21:59:59Z | " + now + " | ", ""},
		{"ends?known_at=2024-05-31", "1.0.0 current | 2024-05-31T21:59:59Z | 2024-05-31T21:59:59Z | ", ""},
		{"ends?as_of=2025-04-01", "ended 1.0.0", "2.1.0-next.20250220T090000Z scheduled | 2025-04-01T21:59:59Z | " + now + " | "},
	} {
		if c.drafter == "" {
			c.drafter = c.reader
		}
		for _, who := range []struct {
			token []string
			want  string
		}{{reader, c.reader}, {drafter, c.drafter}} {
			for _, part := range []string{"", "/levels/l2", "/competencies/craft"} {
				id, query, _ := strings.Cut(c.target, "?")
				target := id + part + "?" + query
				if got := told(t, get(t, s, fw+target, who.token...)); got != strings.TrimRight(who.want, " |") {
					t.Errorf("%s as %s:\n got %s\nwant %s", target, who.token[1], got, who.want)
				}
			}
		}
	}
}

// told is an answer's outcome, and what it says of time.
func told(t *testing.T, a answer) string {
	t.Helper()
	got := outcome(t, a)
	if a.StatusCode == 200 {
		return strings.TrimRight(got+" "+a.Header.Get("Milepost-Status")+" | "+headersOf(a.Header, "Milepost-As-Of", "Milepost-Known-At", "Milepost-Also-Accepted"), " |")
	}
	p := decoded[Problem](t, a)
	for _, r := range []*Reference{p.First, p.Last} {
		if r == nil {
			continue
		}
		got += " " + r.Number
		if r.RecordedAt != "" {
			got += " recorded " + r.RecordedAt
		}
	}
	return got
}

// TestListOnTwoClocks: frameworks as they stood, as far as was known.
func TestListOnTwoClocks(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{Tokens: scopedTokens()})
	for query, want := range map[string]string{
		"":                                      "drafted 1.0.0 current of 1, ladder 1.3.0 current of 4, soon 1.0.0 current of 1",
		"?as_of=2024-05-31":                     "drafted 1.0.0 current of 1, ends 1.0.0 historic of 2, ladder 1.0.0 historic of 4, soon 1.0.0 current of 1",
		"?known_at=2024-06-15":                  "drafted 1.0.0 current of 1, ladder 1.1.0 current of 2, soon 1.0.0 current of 1",
		"?as_of=2024-05-31&known_at=2024-06-15": "drafted 1.0.0 current of 1, ends 1.0.0 historic of 2, ladder 1.0.0 historic of 2, soon 1.0.0 current of 1",
		"?as_of=2025-06-01":                     "drafted 1.0.0 scheduled of 1, fresh 1.0.0-next.20250201T090000Z scheduled of 0, ladder 1.3.0 scheduled of 4, soon 2.0.0-next.20250201T090000Z scheduled of 1",
		"?known_at=2024-03-01T08:59:59Z":        "before-the-first-version 1.0.0 recorded 2024-03-01T09:00:00Z",
		"?as_of=2024-01-01":                     "",
		"?known_at=2025-03-02":                  "bad-request",
		"?as_of=2024-05-31&cycle=2024-h2":       "bad-request",
	} {
		a := get(t, s, "/v1/frameworks"+query, reader...)
		if a.StatusCode != 200 {
			if got := told(t, a); got != want {
				t.Errorf("%s: got %s, want %s", query, got, want)
			}
			continue
		}
		var got []string
		for _, f := range decoded[FrameworkList](t, a).Frameworks {
			got = append(got, strings.Join([]string{f.ID, f.Version, string(f.Status), "of", string(rune('0' + f.Versions))}, " "))
		}
		if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// TestVersionsTell: number, status, interval, what changed, notes, tag.
func TestVersionsTell(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	tell := func(target string, token []string) []string {
		var got []string
		for _, v := range decoded[VersionList](t, get(t, s, fw+target, token...)).Versions {
			line := []string{v.Number, string(v.Status), v.CategoryName}
			for _, at := range []struct {
				name string
				set  bool
				text string
			}{
				{"from", v.EffectiveFrom != nil, dateIn(v.EffectiveFrom)}, {"until", v.EffectiveUntil != nil, dateIn(v.EffectiveUntil)},
				{"recorded", v.RecordedAt != nil, dateIn(v.RecordedAt)}, {"corrects", v.Corrects != "", v.Corrects}, {"note:", v.Errata != "", v.Errata},
			} {
				if at.set {
					line = append(line, at.name, at.text)
				}
			}
			if !v.Provisional {
				line = append(line, "tagged")
			}
			if v.Headline != "" {
				line = append(line, "headline")
			}
			got = append(got, strings.Join(line, " "))
		}
		return got
	}
	old := []string{
		"1.2.0 historic clarifies from 2024-06-01 until 2024-09-01 recorded 2024-07-01 corrects 1.1.0 tagged headline",
		"1.1.0 corrected clarifies from 2024-06-01 until 2024-06-01 recorded 2024-06-01 tagged headline",
		"1.0.0 historic  from 2024-03-01 until 2024-06-01 recorded 2024-03-01 note: The word things means tools too. tagged",
	}
	for _, c := range []struct {
		target string
		token  []string
		want   []string
	}{
		{"ladder/versions", reader, append([]string{"1.3.0 current clarifies from 2024-09-01 recorded 2024-09-01 headline"}, old...)},
		{"ladder/versions", drafter, append([]string{
			"2.0.0-next.20250220T090000Z scheduled asks more from 2025-04-01 recorded 2025-02-20 headline",
			"1.3.0 current clarifies from 2024-09-01 until 2025-04-01 recorded 2024-09-01 headline",
		}, old...)},
		{"ladder/versions?known_at=2024-07-15", reader, []string{
			"1.2.0 current clarifies from 2024-06-01 recorded 2024-07-01 corrects 1.1.0 tagged headline",
			"1.1.0 corrected clarifies from 2024-06-01 until 2024-06-01 recorded 2024-06-01 tagged headline",
			"1.0.0 historic  from 2024-03-01 until 2024-06-01 recorded 2024-03-01 tagged", // the note came later
		}},
		{"ladder/versions?known_at=2024-06-15", reader, []string{
			"1.1.0 current clarifies from 2024-06-01 recorded 2024-06-01 tagged headline",
			"1.0.0 historic  from 2024-03-01 until 2024-06-01 recorded 2024-03-01 tagged",
		}},
		{"ends/versions", reader, []string{"2.0.0 withdrawn moves people from 2024-06-01 recorded 2024-06-01 headline", "1.0.0 historic  from 2024-03-01 until 2024-06-01 recorded 2024-03-01 tagged"}},
		{"fresh/versions", reader, []string{"1.0.0-next.20250201T090000Z scheduled  from 2025-06-01 recorded 2025-02-01"}},
		{"drafted/versions", drafter, []string{"1.1.0-next.20250220T090000Z draft clarifies recorded 2025-02-20 headline", "1.0.0 current  from 2024-03-01 recorded 2024-03-01"}},
	} {
		if diff := cmp.Diff(c.want, tell(c.target, c.token)); diff != "" {
			t.Errorf("%s as %s (-want +got):\n%s", c.target, c.token[1], diff)
		}
	}
	if got := told(t, get(t, s, fw+"ladder/versions?known_at=2024-01-01", reader...)); got != "before-the-first-version 1.0.0 recorded 2024-03-01T09:00:00Z" {
		t.Errorf("before all: got %s", got)
	}
}

func dateIn(t *time.Time) string {
	if t == nil {
		return ""
	}
	loc, _ := time.LoadLocation("Europe/Berlin")
	return t.In(loc).Format(time.DateOnly)
}

// TestReplacedDraft: one that another has taken the place of is not scheduled
// any more, and can still be read by those who saw it.
func TestReplacedDraft(t *testing.T) {
	t.Parallel()
	r := timeBase(t)
	addPublished(r)
	r.Write(asking(written("next/soon", "More", "effective: \"2025-06-01\"\n\tpublish: \"2025-02-10\""))).Commit("another text")
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{Tokens: scopedTokens()})
	for number, want := range map[string][2]string{
		"2.0.0-next.20250201T090000Z": {"404 ", "200 superseded"}, // it was replaced before its publication
		"2.0.0-next.20250201T100000Z": {"200 scheduled", "200 scheduled"},
	} {
		for i, who := range [][]string{reader, drafter} {
			a := get(t, s, fw+"soon/versions/"+number, who...)
			if got := strings.TrimSpace(fmt.Sprint(a.StatusCode, " ", a.Header.Get("Milepost-Status"))); got != strings.TrimSpace(want[i]) {
				t.Errorf("%s as %s: got %s, want %s", number, who[1], got, want[i])
			}
		}
	}
}
