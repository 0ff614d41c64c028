package webhook

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// DiffLines are the lines of a file of the head that stand in the diff, changed
// or around a change: those on which GitHub takes comments.
type DiffLines struct {
	Gone  bool       // the change removes the file
	Lines []DiffLine // in order
}

// DiffLine is a line of a file of the head.
type DiffLine struct {
	Number int    // from 1
	Start  int    // where it begins in the file, in bytes
	Text   string // without the newline at its end
}

// NewDiffLines finds the lines of a file in its patch, as GitHub and git diff
// write it. Of a patch that does not fit the file nothing is taken: comments
// would come to stand elsewhere.
func NewDiffLines(head []byte, patch string) DiffLines {
	starts := []int{0}
	for i, c := range head {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	var out DiffLines
	at, left := 0, 0 // the next line of the head, and how many the hunk still has
	for line := range strings.SplitSeq(patch, "\n") {
		switch {
		case left == 0 && strings.HasPrefix(line, "@@"):
			at, left = hunk(line)
		case left > 0 && (line == "" || line[0] == ' ' || line[0] == '+'):
			text := ""
			if line != "" {
				text = line[1:]
			}
			if at < 1 || at > len(starts) {
				return DiffLines{}
			}
			start := starts[at-1]
			have, _, _ := bytes.Cut(head[start:], []byte("\n"))
			if string(have) != text {
				return DiffLines{}
			}
			out.Lines = append(out.Lines, DiffLine{at, start, text})
			at, left = at+1, left-1
		}
	}
	return out
}

// hunk is the first line of a hunk in the new file, and how many it has there:
// "@@ -1,3 +1,4 @@".
func hunk(header string) (from, count int) {
	_, rest, _ := strings.Cut(header, " +")
	span, _, _ := strings.Cut(rest, " ")
	first, n, several := strings.Cut(span, ",")
	from, err := strconv.Atoi(first)
	if err != nil || from < 0 {
		return 0, 0
	}
	if count = 1; several {
		if count, err = strconv.Atoi(n); err != nil || count < 0 {
			return 0, 0
		}
	}
	return from, count
}

// line is a line by its number.
func (d DiffLines) line(number int) (DiffLine, bool) {
	i := sort.Search(len(d.Lines), func(i int) bool { return d.Lines[i].Number >= number })
	if i == len(d.Lines) || d.Lines[i].Number != number {
		return DiffLine{}, false
	}
	return d.Lines[i], true
}

// holding is the index of the line that an offset of the file is in, its end
// included; -1 where it is not in the diff.
func (d DiffLines) holding(offset int) int {
	i := sort.Search(len(d.Lines), func(i int) bool { return d.Lines[i].Start > offset }) - 1
	if i < 0 || offset > d.Lines[i].Start+len(d.Lines[i].Text) {
		return -1
	}
	return i
}
