package history

import (
	"errors"
	"testing"
	"time"
)

// oddZones are those in which a day began or ended strangely: clocks changed
// at midnight or a minute after it, by half an hour or two hours, or a whole
// day was left out or lived twice.
var oddZones = []string{
	"UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
	"America/Scoresbysund", "America/Juneau", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Asia/Kathmandu",
	"Asia/Manila", "Asia/Pyongyang", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati", "Pacific/Chatham",
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseWhen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, asked, want string }{
		{"UTC", "2027-03-01", "2027-03-01T23:59:59.999999999Z"},
		{"Europe/Berlin", "2027-03-01", "2027-03-01T22:59:59.999999999Z"},
		{"Europe/Berlin", "2024-03-31", "2024-03-31T21:59:59.999999999Z"},
		{"Europe/Berlin", "2024-10-27", "2024-10-27T22:59:59.999999999Z"},
		{"America/Sao_Paulo", "2018-11-03", "2018-11-04T02:59:59.999999999Z"}, // the 4th began at one o'clock
		{"America/Sao_Paulo", "2018-02-17", "2018-02-18T02:59:59.999999999Z"}, // had its last hour twice
		{"America/Havana", "2024-11-02", "2024-11-03T03:59:59.999999999Z"},    // the 3rd had its first hour twice
		{"America/New_York", "2040-12-30", "2040-12-31T04:59:59.999999999Z"},  // in a leap year, beyond the table of changes
		{"America/New_York", "2040-12-31", "2041-01-01T04:59:59.999999999Z"},
		{"Pacific/Apia", "2011-12-29", "2011-12-30T09:59:59.999999999Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T09:59:59.999999999Z"}, // never was
		{"Pacific/Apia", "2011-12-31", "2011-12-31T09:59:59.999999999Z"},
		{"Europe/Berlin", "0001-01-01", "0001-01-01T23:06:31.999999999Z"},
		{"Europe/Berlin", "9999-12-31", "9999-12-31T22:59:59.999999999Z"},
		{"America/New_York", "9999-12-31", "9999-12-31T23:59:59.999999999Z"}, // no year has five digits
		{"Europe/Berlin", "2024-03-31T12:00:00Z", "2024-03-31T12:00:00Z"},
		{"Europe/Berlin", "2024-03-31T12:00:00.000000001+02:00", "2024-03-31T10:00:00.000000001Z"},
		{"Europe/Berlin", "2024-03-31T12:00:00 02:00", "2024-03-31T10:00:00Z"}, // a plus sign, by way of a query
	} {
		w, err := ParseWhen(c.asked, zone(t, c.zone))
		if got := w.Instant.UTC().Format(time.RFC3339Nano); err != nil || got != c.want {
			t.Errorf("%s in %s: got %s, %v, want %s", c.asked, c.zone, got, err, c.want)
		}
	}
	for _, asked := range []string{
		"", " ", "2027", "2027-03", "2027-3-1", "2027-02-29", "2027-13-01", "2027-00-10", "2027-03-00", "0000-01-01", "-001-01-01", "10000-01-01", "2027/03/01", "20270301", " 2027-03-01", "2027-03-01 ",
		"2027-03-01T12:00", "2027-03-01T12:00:00", "2027-03-01T24:00:00Z", "2027-03-01T12:60:00Z", "2027-03-01 12:00:00Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00",
		"2027-03-01T12:00:00Z2027-03-01T12:00:00Z2027-03-01T12:00:00Z", "２０２７-03-01", "2027-03-01\x00",
	} {
		var bad *BadWhenError
		if w, err := ParseWhen(asked, time.UTC); !errors.As(err, &bad) {
			t.Errorf("%q: got %v, %v, want a BadWhenError", asked, w, err)
		}
	}
}

// TestEveryDayEnds holds each day of nearly three centuries, in zones with every kind
// of oddity, against what a clock in the zone shows.
func TestEveryDayEnds(t *testing.T) {
	t.Parallel()
	for _, name := range oddZones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, name)
			for day := time.Date(1840, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2110; day = day.AddDate(0, 0, 1) {
				checkDay(t, day.Format(time.DateOnly), loc)
			}
		})
	}
}

// checkDay: the instant is the last one at which the clock shows the day or
// an earlier one.
func checkDay(t *testing.T, asked string, loc *time.Location) {
	t.Helper()
	w, err := ParseWhen(asked, loc)
	if err != nil || !w.Day || w.Asked != asked {
		t.Fatalf("%s in %s: got %+v, %v", asked, loc, w, err)
	}
	day, _ := time.Parse(time.DateOnly, asked)
	if shown := dayShown(w.Instant, loc); shown.After(day) {
		t.Fatalf("%s in %s: ends on %s, which is later", asked, loc, w.Instant.In(loc))
	}
	if w.Instant.Equal(lastInstant) {
		return
	}
	// The clock may be turned back in the days that follow, never so far
	// that the day returns: look at each moment from which it runs on.
	for at := w.Instant.Add(time.Nanosecond).In(loc); at.Sub(w.Instant) < 72*time.Hour; {
		if !dayShown(at, loc).After(day) {
			t.Fatalf("%s in %s: ends on %s, and lasts at %s", asked, loc, w.Instant.In(loc), at)
		}
		if _, end := at.ZoneBounds(); end.After(at) {
			at = end
		} else {
			at = at.Add(time.Hour) // no end, or one that is wrong
		}
	}
}

// dayShown is the day that a clock in loc shows, as its midnight in UTC.
func dayShown(at time.Time, loc *time.Location) time.Time {
	y, m, d := at.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func FuzzParseWhen(f *testing.F) {
	for i, seed := range []string{
		"2027-03-01", "2024-02-29", "2024-03-31", "2024-10-27", "2018-11-03", "2011-12-30", "0001-01-01", "9999-12-31", "1993-08-21", "2010-11-07",
		"2027-03-01T12:00:00Z", "2027-03-01T12:00:00.123456789+14:00", "2027-03-01T12:00:00 01:00", "9999-12-31T23:59:59.999999999Z", "2027-02-29", "", "2027-03-01T12:00:00,5Z", "-1", "2016-12-31T23:59:60Z",
	} {
		f.Add(seed, uint8(i))
	}
	f.Add("2072-12-30", uint8(10)) // ZoneBounds is wrong about the last day of a leap year
	f.Fuzz(func(t *testing.T, asked string, z uint8) {
		loc := zone(t, oddZones[int(z)%len(oddZones)])
		w, err := ParseWhen(asked, loc)
		if err != nil {
			if bad := (*BadWhenError)(nil); !errors.As(err, &bad) || len(bad.Asked) > 40 {
				t.Fatalf("%q: got %v, want a BadWhenError that is no longer than what was asked", asked, err)
			}
			return
		}
		if w.Asked != asked || w.Instant.After(lastInstant) || w.Instant.UTC().Year() < 1 {
			t.Fatalf("%q: got %+v, out of bounds", asked, w)
		}
		again, err := ParseWhen(w.Instant.UTC().Format(time.RFC3339Nano), loc)
		if err != nil || !again.Instant.Equal(w.Instant) || again.Day {
			t.Fatalf("%q: got %s, which reads as %s, %v", asked, w.Instant, again.Instant, err)
		}
		if w.Day {
			checkDay(t, asked, loc)
		}
	})
}
