package server

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
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
	})
}
