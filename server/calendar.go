package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// upcomingCalendar is what is to come as a calendar to subscribe to (RFC
// 5545). It has an address of its own: calendars cannot be told to ask for a
// form. An edition without a date has no place in it.
func (s *Server) upcomingCalendar(c echo.Context) error {
	coming, err := s.comingEditions(c)
	if err != nil {
		return err
	}
	name := "Career frameworks: what is to come"
	if id := c.Param("id"); id != "" {
		name = id + ": what is to come"
	}
	var b calendar
	b.line("BEGIN", "VCALENDAR")
	b.line("VERSION", "2.0")
	b.line("PRODID", "-//Milepost//Career frameworks//EN")
	b.line("CALSCALE", "GREGORIAN")
	b.text("NAME", name)
	b.text("X-WR-CALNAME", name) // what calendars read that do not know NAME (RFC 7986)
	b.line("REFRESH-INTERVAL;VALUE=DURATION", "P1D")
	dated := slices.DeleteFunc(coming.editions, func(e UpcomingEdition) bool { return e.Effective == "" })
	for i := range dated {
		b.event(&dated[i], origin(c.Request()))
	}
	if len(dated) == 0 {
		b.nothing()
	}
	b.line("END", "VCALENDAR")
	s.echoTimes(c.Response().Header(), history.When{}, coming.known, coming.view)
	return s.bytes(c, "text/calendar; charset=utf-8", []byte(b.String()))
}

// origin is the beginning of absolute addresses on this server, as it was
// asked; "" where the name that it was asked under is none.
func origin(r *http.Request) string {
	for _, c := range []byte(r.Host) {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]", rune(c)) {
			return ""
		}
	}
	if r.Host == "" {
		return ""
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// calendar writes iCalendar.
type calendar struct{ strings.Builder }

// event is an edition, as the whole day on which it comes into force.
func (b *calendar) event(e *UpcomingEdition, origin string) {
	day, err := time.Parse(time.DateOnly, e.Effective)
	if err != nil { // no such day was ever accepted
		return
	}
	recorded := e.RecordedAt.UTC().Format("20060102T150405Z")
	b.line("BEGIN", "VEVENT")
	b.line("UID", e.uid())
	// Of a calendar without a METHOD, the time is that of the last revision.
	b.line("DTSTAMP", recorded)
	b.line("LAST-MODIFIED", recorded)
	b.line("DTSTART;VALUE=DATE", day.Format("20060102"))
	b.line("DTEND;VALUE=DATE", day.AddDate(0, 0, 1).Format("20060102"))
	b.text("SUMMARY", e.summary())
	b.text("DESCRIPTION", e.description())
	if e.CategoryName != "" {
		b.text("CATEGORIES", e.CategoryName)
	}
	if origin != "" {
		b.line("URL", origin+"/frameworks/"+e.Framework+"?as_of="+e.Effective)
	}
	b.line("TRANSP", "TRANSPARENT")
	b.line("END", "VEVENT")
}

// nothing writes the component that a calendar must have where it has no event
// (RFC 5545, 3.6): a time zone, which shows nowhere.
func (b *calendar) nothing() {
	for _, line := range [][2]string{
		{"BEGIN", "VTIMEZONE"}, {"TZID", "UTC"}, {"BEGIN", "STANDARD"}, {"DTSTART", "19700101T000000"},
		{"TZOFFSETFROM", "+0000"}, {"TZOFFSETTO", "+0000"}, {"END", "STANDARD"}, {"END", "VTIMEZONE"},
	} {
		b.line(line[0], line[1])
	}
}

// uid names an edition for as long as it is drafted, dated anew and mended.
func (e *UpcomingEdition) uid() string {
	sum := sha256.Sum256([]byte(e.Framework + " " + e.since.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:16]) + "@milepost"
}

func (e *UpcomingEdition) summary() string {
	if e.Replaces == "" {
		return e.Title + ": in force from this day on"
	}
	return e.Title + ": " + e.CategoryName
}

func (e *UpcomingEdition) description() string {
	var b strings.Builder
	day, _ := time.Parse(time.DateOnly, e.Effective)
	fmt.Fprintf(&b, "A new text of %s is in force from %s.\n", e.Title, day.Format("2 January 2006"))
	if !e.Published {
		b.WriteString("It is not published yet.\n")
	}
	if e.Headline != "" {
		b.WriteString("\n" + e.Headline + ".\n")
	}
	for _, l := range e.Affected {
		fmt.Fprintf(&b, "\n%s: %s", l.LevelName, l.CategoryName)
	}
	return strings.TrimRight(b.String(), "\n")
}

var calendarEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`)

// text writes a property whose value is text (RFC 5545, 3.3.11). What no text
// may hold is left out.
func (b *calendar) text(name, value string) {
	value = calendarEscapes.Replace(strings.ToValidUTF8(value, ""))
	b.line(name, strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, value))
}

// line writes a content line, folded where it is longer than 75 octets and
// never inside a character (RFC 5545, 3.1).
func (b *calendar) line(name, value string) {
	rest, room := name+":"+value, 75
	for len(rest) > room {
		at := room
		for at > 0 && !utf8.RuneStart(rest[at]) {
			at--
		}
		b.WriteString(rest[:at] + "\r\n ")
		rest, room = rest[at:], 74
	}
	b.WriteString(rest + "\r\n")
}
