package server

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// component is a component of iCalendar.
type component struct {
	name       string
	properties []property
	parts      []*component
}

type property struct {
	name   string
	params map[string]string
	value  string
}

func (c *component) get(name string) string {
	for _, p := range c.properties {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

var contentLine = regexp.MustCompile(`^([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=[^";:,]+)*):(.*)$`)

// parseCalendar reads iCalendar by RFC 5545, 3.1, strictly: CRLF, lines of 75
// octets at most, folds between characters, components that close.
func parseCalendar(s string) (*component, error) {
	if !strings.HasSuffix(s, "\r\n") {
		return nil, fmt.Errorf("the last line does not end")
	}
	physical := strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n")
	var lines []string
	for _, l := range physical {
		if len(l) > 75 || !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n") || l == "" {
			return nil, fmt.Errorf("%q is longer than 75 octets, empty, cuts a character or has a bare end of line", l)
		}
		if rest, folded := strings.CutPrefix(l, " "); folded && len(lines) > 0 {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, l)
	}
	root := &component{}
	open := []*component{root}
	for _, l := range lines {
		m := contentLine.FindStringSubmatch(l)
		if m == nil {
			return nil, fmt.Errorf("%q is no content line", l)
		}
		p := property{m[1], map[string]string{}, m[3]}
		for _, param := range strings.Split(m[2], ";")[1:] {
			name, value, _ := strings.Cut(param, "=")
			p.params[name] = value
		}
		top := open[len(open)-1]
		switch p.name {
		case "BEGIN":
			c := &component{name: p.value}
			top.parts = append(top.parts, c)
			open = append(open, c)
		case "END":
			if top.name != p.value {
				return nil, fmt.Errorf("%s ends inside %s", p.value, top.name)
			}
			open = open[:len(open)-1]
		default:
			top.properties = append(top.properties, p)
		}
	}
	if len(open) != 1 || len(root.parts) != 1 || root.parts[0].name != "VCALENDAR" || len(root.properties) > 0 {
		return nil, fmt.Errorf("that is not one calendar")
	}
	return root.parts[0], root.parts[0].check()
}

var utcTime = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z$`)

// check wants what RFC 5545 wants of a calendar and of its events: what must
// stand there once, and values of the right form.
func (c *component) check() error {
	must := map[string][]string{"VCALENDAR": {"PRODID", "VERSION"}, "VEVENT": {"UID", "DTSTAMP", "DTSTART"}, "VTIMEZONE": {"TZID"}, "STANDARD": {"DTSTART", "TZOFFSETTO", "TZOFFSETFROM"}}[c.name]
	if must == nil {
		return fmt.Errorf("there is no component %q here", c.name)
	}
	seen := map[string]bool{}
	for _, p := range c.properties {
		if seen[p.name] {
			return fmt.Errorf("%s has %s twice", c.name, p.name)
		}
		seen[p.name] = true
		if err := p.check(); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for _, name := range must {
		if !seen[name] {
			return fmt.Errorf("%s lacks %s", c.name, name)
		}
	}
	if c.name == "VCALENDAR" && (len(c.parts) == 0 || seen["METHOD"] || c.get("VERSION") != "2.0") {
		return fmt.Errorf("a calendar has a component, no METHOD here, and the version 2.0")
	}
	uids := map[string]bool{}
	for _, part := range c.parts {
		if err := part.check(); err != nil {
			return err
		}
		if uid := part.get("UID"); uid != "" && uids[uid] {
			return fmt.Errorf("two events are called %s", uid)
		} else if uid != "" {
			uids[uid] = true
		}
	}
	return nil
}

func (p *property) check() error {
	switch p.name {
	case "SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME", "CATEGORIES":
		bare := strings.NewReplacer(`\\`, "", `\;`, "", `\,`, "", `\n`, "").Replace(p.value)
		if strings.ContainsAny(bare, `\;,`) || strings.ContainsFunc(bare, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return fmt.Errorf("%s is not escaped: %q", p.name, p.value)
		}
	case "DTSTAMP", "LAST-MODIFIED":
		if !utcTime.MatchString(p.value) {
			return fmt.Errorf("%s is %q, which is no time", p.name, p.value)
		}
	case "DTEND":
		if _, err := time.Parse("20060102", p.value); err != nil || p.params["VALUE"] != "DATE" {
			return fmt.Errorf("%s is %q of %v, which is no day", p.name, p.value, p.params)
		}
	}
	return nil
}

// unescapedText is a text as a calendar shows it.
func unescapedText(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(s)
}

func TestParseCalendar(t *testing.T) {
	t.Parallel()
	const good = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20250201T090000Z\r\nDTSTART;VALUE=DATE:20250601\r\nSUMMARY:a\\, b\r\n c\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	if c, err := parseCalendar(good); err != nil || c.parts[0].get("SUMMARY") != `a\, bc` {
		t.Fatalf("got %+v %v", c, err)
	}
	for _, bad := range [][2]string{
		{"\r\n", "\n"}, {"a\\, b", "a, b"}, {"UID:a\r\n", ""}, {"END:VEVENT\r\n", ""}, {"SUMMARY:a", "SUMMARY:" + strings.Repeat("a", 80)}, {"UID:a", "UID:a\r\nUID:b"},
		{"T090000Z", "T090000"}, {"VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH"}, {"SUMMARY", "summary"},
	} {
		if _, err := parseCalendar(strings.ReplaceAll(good, bad[0], bad[1])); err == nil {
			t.Errorf("%q instead of %q: read", bad[1], bad[0])
		}
	}
}

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

// FuzzCalendarText: any text makes lines that can be read back.
func FuzzCalendarText(f *testing.F) {
	for _, seed := range []string{"", "a", "a;b,c\\d\ne\r\nf\rg\x00h\x7f\ti", strings.Repeat("ä", 100), strings.Repeat("漢", 80), "\xff\xfe", strings.Repeat("\\", 80), strings.Repeat("🎉", 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b calendar
		b.line("BEGIN", "VCALENDAR")
		b.line("VERSION", "2.0")
		b.line("PRODID", "x")
		b.text("NAME", s)
		b.nothing()
		b.line("END", "VCALENDAR")
		cal, err := parseCalendar(b.String())
		if err != nil {
			t.Fatalf("%q: %v\n%q", s, err, b.String())
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
		if got := unescapedText(cal.get("NAME")); got != want {
			t.Fatalf("%q became %q", s, got)
		}
		if slices.Contains(strings.Split(b.String(), "\r\n"), "") && !strings.HasSuffix(b.String(), "\r\n") {
			t.Fatal("an empty line")
		}
	})
}
