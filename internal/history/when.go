package history

import (
	"fmt"
	"strings"
	"time"
)

// When is a point on the time axis, as somebody asked for it.
type When struct {
	// Instant is the moment meant.
	Instant time.Time
	// Day is set where a day was named and not a moment; Instant is its last nanosecond.
	Day bool
	// Asked is what was written.
	Asked string
}

// BadWhenError says that a text is no date or time.
type BadWhenError struct{ Asked string }

func (e *BadWhenError) Error() string {
	return fmt.Sprintf("%q is not a date; write a day as 2027-03-01, or a moment as 2027-03-01T12:00:00Z", e.Asked)
}

// lastInstant is the latest that can be written with four digits for the
// year. The last days of 9999 end there, wherever they are later.
var lastInstant = time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)

// ParseWhen reads a day (2027-03-01: the end of that day in loc) or a moment
// (2027-03-01T12:00:00+01:00). Years run from 1 to 9999. The error is a
// *BadWhenError.
func ParseWhen(s string, loc *time.Location) (When, error) {
	if len(s) > 40 {
		return When{}, &BadWhenError{Asked: strings.ToValidUTF8(s[:40], "")}
	}
	if len(s) == len(time.DateOnly) {
		if d, err := time.Parse(time.DateOnly, s); err == nil && d.Year() > 0 {
			return When{Instant: endOfDay(d, loc), Day: true, Asked: s}, nil
		}
	}
	// In a query a plus sign arrives as a space.
	t, err := time.Parse(time.RFC3339Nano, strings.Replace(s, " ", "+", 1))
	if err != nil || t.UTC().Year() < 1 || t.After(lastInstant) {
		return When{}, &BadWhenError{Asked: s}
	}
	return When{Instant: t, Asked: s}, nil
}

// endOfDay is the last nanosecond at which clocks in loc show the day or an
// earlier one. The day is given as its midnight in UTC. Some zones change
// their clocks at midnight: there a day begins at one o'clock, has its last
// hour twice, or is left out, and time.Date would be off by that much.
func endOfDay(day time.Time, loc *time.Location) time.Time {
	midnight := day.AddDate(0, 0, 1)   // as the clock shows it, whatever its offset
	limit := midnight.AddDate(0, 0, 1) // later than midnight in every zone
	for {
		// One offset after the other, backwards. The end that ZoneBounds
		// gives is not used: for the last day of a leap year it lies before it.
		at := limit.Add(-time.Nanosecond).In(loc)
		start, _ := at.ZoneBounds()
		_, offset := at.Zone()
		edge := midnight.Add(-time.Duration(offset) * time.Second)
		if edge.After(limit) {
			edge = limit
		}
		if start.Before(edge) || !start.Before(limit) {
			return earlier(edge.Add(-time.Nanosecond), lastInstant)
		}
		limit = start
	}
}

// startOfDay is 00:00 of a day written as 2027-03-01: the first moment at which
// clocks in loc show the day, or a later one. It is zero for what is no day.
func startOfDay(day string, loc *time.Location) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return endOfDay(d.AddDate(0, 0, -1), loc).Add(time.Nanosecond)
}

// lastOfDay is the end of a day written as 2027-03-01, zero for what is no day.
func lastOfDay(day string, loc *time.Location) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return endOfDay(d, loc)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Date is the day of the moment in loc: 2027-03-01.
func (w When) Date(loc *time.Location) string { return w.Instant.In(loc).Format(time.DateOnly) }
