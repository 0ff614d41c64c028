package server

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestUpcoming: what is to come, soonest first, as far as the reader may see.
func TestUpcoming(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{Tokens: scopedTokens()})
	soon := "soon 2.0.0-next.20250201T090000Z scheduled 2025-06-01 published replaces 1.0.0 asks more: l1 asks more"
	fresh := "fresh 1.0.0-next.20250201T090000Z scheduled 2025-06-01 published"
	ladder := "ladder 2.0.0-next.20250220T090000Z scheduled 2025-04-01 replaces 1.3.0 asks more: l1 asks more, l2 clarifies"
	drafted := "drafted 1.1.0-next.20250220T090000Z draft replaces 1.0.0 clarifies: l2 clarifies"
	for _, c := range []struct {
		target string
		token  []string
		want   []string
	}{
		{"/v1/upcoming", reader, []string{fresh, soon}},
		{"/v1/upcoming", drafter, []string{
			"ends 2.1.0-next.20250220T090000Z scheduled 2025-04-01 adds", ladder, "secret 1.0.0-next.20250220T090000Z scheduled 2025-04-01", fresh, soon, drafted,
		}},
		{"/v1/upcoming?known_at=2025-02-09", reader, nil},
		{"/v1/upcoming?known_at=2025-02-15", drafter, []string{fresh, soon}},
		{"/v1/upcoming?known_at=2024-01-01", drafter, nil},
		{fw + "soon/upcoming", reader, []string{soon}},
		{fw + "ladder/upcoming", reader, nil},
		{fw + "ladder/upcoming", drafter, []string{ladder}},
		{fw + "drafted/upcoming", drafter, []string{drafted}},
	} {
		var got []string
		for _, e := range decoded[Upcoming](t, get(t, s, c.target, c.token...)).Upcoming {
			got = append(got, upcomingLine(e))
			for _, href := range []string{e.Href, e.DiffHref} {
				if href == "" {
					continue
				}
				if a := get(t, s, href, c.token...); a.StatusCode != 200 {
					t.Errorf("%s leads to %s, which answers %d", c.target, href, a.StatusCode)
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s as %s (-want +got):\n%s", c.target, c.token[1], diff)
		}
	}
	for target, want := range map[string]int{
		"/v1/upcoming?as_of=2025-01-01": 400, "/v1/upcoming?known_at=2026-01-01": 400, fw + "secret/upcoming": 404, fw + "none/upcoming.ics": 404, fw + "ends/upcoming": 200,
	} {
		if a := get(t, s, target, reader...); a.StatusCode != want {
			t.Errorf("%s: got %d, want %d", target, a.StatusCode, want)
		}
	}
	if a := get(t, worldServer(t), fw+"former/upcoming.ics"); a.StatusCode != 308 || a.Header.Get("Location") != fw+"renamed/upcoming.ics" {
		t.Errorf("renamed: got %d %s", a.StatusCode, a.Header.Get("Location"))
	}
}

func upcomingLine(e UpcomingEdition) string {
	line := strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Framework, e.Number, e.Status, e.Effective))
	if e.Published {
		line += " published"
	}
	if e.Replaces != "" {
		line += " replaces " + e.Replaces
	}
	if e.CategoryName != "" {
		line += " " + e.CategoryName
	}
	var who []string
	for _, l := range e.Affected {
		who = append(who, l.Level+" "+l.CategoryName)
	}
	if len(who) > 0 {
		line += ": " + strings.Join(who, ", ")
	}
	return line
}

// TestCalendar: the same as events, on whole days.
func TestCalendar(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{Tokens: scopedTokens()})
	for _, c := range []struct {
		target string
		token  []string
		want   []string
	}{
		{"/v1/upcoming.ics", reader, []string{"20250601 A small ladder: in force from this day on", "20250601 A small ladder: asks more"}},
		{"/v1/upcoming.ics", drafter, []string{
			"20250401 A small ladder: in force from this day on", "20250401 A small ladder: asks more", "20250401 A small ladder: in force from this day on",
			"20250601 A small ladder: in force from this day on", "20250601 A small ladder: asks more",
		}},
		{fw + "soon/upcoming.ics", reader, []string{"20250601 A small ladder: asks more"}},
		{fw + "ladder/upcoming.ics", reader, nil},
	} {
		a := get(t, s, c.target, c.token...)
		if got := a.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
			t.Errorf("got the type %s", got)
		}
		cal, err := parseCalendar(string(a.plain))
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.target, err, a.plain)
		}
		var got []string
		for _, e := range cal.parts {
			if e.name == "VEVENT" {
				got = append(got, e.get("DTSTART")+" "+unescapedText(e.get("SUMMARY")))
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s as %s (-want +got):\n%s", c.target, c.token[1], diff)
		}
	}
	cal, err := parseCalendar(string(get(t, s, fw+"soon/upcoming.ics", reader...).plain))
	if err != nil {
		t.Fatal(err)
	}
	e := cal.parts[0]
	for name, want := range map[string]string{
		"DTSTAMP": "20250201T090000Z", "DTEND": "20250602", "TRANSP": "TRANSPARENT", "CATEGORIES": "asks more", "URL": "http://example.com/frameworks/soon?as_of=2025-06-01",
		"DESCRIPTION": "A new text of A small ladder is in force from 1 June 2025.\n\nMaker (L1): 1 expectation added; nobody else is affected.\n\nMaker (L1): asks more",
	} {
		if got := unescapedText(e.get(name)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, p := range e.properties {
		if p.name == "DTSTART" && p.params["VALUE"] != "DATE" {
			t.Errorf("got DTSTART %+v", p)
		}
	}
}

// TestCalendarKeepsItsEvents: an edition that is mended or dated anew is the
// same event, the one after it another.
func TestCalendarKeepsItsEvents(t *testing.T) {
	t.Parallel()
	r := timeBase(t)
	addPublished(r)
	uids := func() map[string]string {
		cal, err := parseCalendar(string(get(t, serverOf(t, storeOf(t, r.Dir, ""), Options{}), "/v1/upcoming.ics").plain))
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, e := range cal.parts {
			out[e.get("URL")] = e.get("UID")
		}
		return out
	}
	const soon = "http://example.com/frameworks/soon?as_of="
	first := uids()[soon+"2025-06-01"]
	r.Write(asking(written("next/soon", "One", "effective: \"2025-07-01\"\n\tpublish: \"2025-02-10\""))).Commit("later")
	r.Write(written("soon", "Mended", "")).Commit("a fix to the text in force")
	r.Write(asking(written("next/soon", "Mended and more", "effective: \"2025-07-01\"\n\tpublish: \"2025-02-10\""))).Commit("the fix, ported")
	if got := uids()[soon+"2025-07-01"]; first == "" || got != first {
		t.Errorf("dated anew and mended: got the event %q, want %q", got, first)
	}
	r.Remove("frameworks/next/soon").Commit("not now")
	r.Write(asking(written("next/soon", "Another", "effective: \"2025-07-01\"\n\tpublish: \"2025-02-10\""))).Commit("another one")
	if got := uids()[soon+"2025-07-01"]; got == "" || got == first {
		t.Errorf("another edition: got the event %q, and the one before was %q", got, first)
	}
}

// TestCalendarIsText: whatever an author writes is a text, whole and on its own.
func TestCalendarIsText(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	const title = `Ladder; with, signs \ and \n, ÄÖÜ 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 🎉🎉🎉🎉🎉🎉🎉🎉 END:VCALENDAR`
	titled := func(files map[string]string) map[string]string {
		for name, text := range files {
			files[name] = strings.Replace(text, `"A small ladder"`, fmt.Sprintf("%q", title), 1)
		}
		return files
	}
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(titled(asking(written("next/a", "One", "effective: \"2025-06-01\"\n\tpublish: \"2025-01-01\"")))).Commit("odd")
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{})
	a := get(t, s, "/v1/upcoming.ics")
	cal, err := parseCalendar(string(a.plain))
	if err != nil {
		t.Fatalf("%v\n%s", err, a.plain)
	}
	if len(cal.parts) != 1 || len(cal.parts[0].parts) != 0 {
		t.Fatalf("got %+v, want one event", cal)
	}
	if got := unescapedText(cal.parts[0].get("SUMMARY")); got != title+": asks more" {
		t.Errorf("got %q", got)
	}
	// The name that a request gives to the server ends up in no other property.
	for host, want := range map[string]string{"a.example:8443": "http://a.example:8443/frameworks/a?as_of=2025-06-01", "[::1]:80": "http://[::1]:80/frameworks/a?as_of=2025-06-01", "a\r\nX:y": "", "a b": "", "": "", "ä": ""} {
		req := httptest.NewRequest("GET", "/v1/upcoming.ics", nil)
		req.Host = host
		cal, err := parseCalendar(string(exchange(t, s, req).plain))
		if err != nil {
			t.Fatal(err)
		}
		if got := cal.parts[0].get("URL"); got != want {
			t.Errorf("asked as %q: got %q, want %q", host, got, want)
		}
	}
}
