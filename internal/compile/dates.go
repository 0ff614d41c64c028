package compile

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	numbersOfDate = regexp.MustCompile(`^\D*(\d{1,4})\s*[-./\x{2010}-\x{2015} ]\s*(\d{1,2})\s*[-./\x{2010}-\x{2015} ]\s*(\d{1,4})(?:\D.*)?$`)
	wordsOfDate   = regexp.MustCompile(`^(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s+)?(?:of\s+)?(\p{L}{3,})\.?(?:\s+(\d{1,2})(?:st|nd|rd|th)?,?)?\s+(\d{4})$`)
)

// readDate reads a day as people write it, day before month where it could be
// either: as 2027-03-01 and, to be sure, in words; "" where it cannot be told.
func readDate(text string) (date, words string) {
	text = strings.TrimSpace(strings.Trim(strings.TrimSpace(text), `"'`))
	var y, m, d int
	if n := numbersOfDate.FindStringSubmatch(text); n != nil {
		a, _ := strconv.Atoi(n[1])
		b, _ := strconv.Atoi(n[2])
		c, _ := strconv.Atoi(n[3])
		switch {
		case len(n[1]) == 4:
			y, m, d = a, b, c
		case len(n[3]) == 4 && b > 12:
			y, m, d = c, a, b
		case len(n[3]) == 4:
			y, m, d = c, b, a
		case len(n[3]) == 2:
			y, m, d = 2000+c, b, a
		}
	} else if n := wordsOfDate.FindStringSubmatch(text); n != nil {
		y, _ = strconv.Atoi(n[4])
		m = monthOf(n[2])
		d, _ = strconv.Atoi(n[1] + n[3])
		if n[1]+n[3] == "" {
			d = 1
		}
	}
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1000 || m < 1 || m > 12 || at.Day() != d || int(at.Month()) != m {
		return "", ""
	}
	return at.Format(time.DateOnly), at.Format("2 January 2006")
}

func monthOf(word string) int {
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), strings.ToLower(word)) {
			return int(m)
		}
	}
	return 0
}
