package review

import (
	"cmp"
	"slices"
)

// maxMatches bounds the work of matchLines: so many pairs of equal lines are
// looked at, which takes less than a tenth of a second. Only a file of 256 KB
// that is changed from end to end has as many, by its closing brackets.
const maxMatches = 500_000

// matchLines compares two texts line by line: for each line of b, the number
// of the line of a that it continues, or -1 where it is new. Lines are
// continued in order. It is a longest such matching (found as Hunt and
// Szymanski describe, "A fast algorithm for computing longest common
// subsequences", 1977), unless the texts have more pairs of equal lines than
// maxMatches: then lines that are repeated most only count where they stand
// beside others that are continued.
func matchLines(a, b []string) []int {
	kept := make([]int, len(b))
	for i := range kept {
		kept[i] = -1
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		kept[head] = head
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
		kept[len(b)-tail] = len(a) - tail
	}
	for _, m := range longest(a[head:len(a)-tail], b[head:len(b)-tail]) {
		kept[head+int(m.b)] = head + int(m.a)
	}
	extend(a, b, kept)
	return kept
}

// match is a line of a and a line of b that are equal.
type match struct{ a, b int32 }

// longest is a longest matching of lines in order: among all pairs of equal
// lines, by b and then from the last of a to the first, a longest run in which
// a rises.
func longest(a, b []string) []match {
	at := candidates(a, b)
	type link struct {
		match
		before int32
	}
	var links []link
	var ends, last []int32 // by length: the first line of a that ends a run of it, and its link
	for j, line := range b {
		for _, i := range slices.Backward(at[line]) {
			n, _ := slices.BinarySearch(ends, i)
			before := int32(-1)
			if n > 0 {
				before = last[n-1]
			}
			if n == len(ends) {
				ends, last = append(ends, 0), append(last, 0)
			}
			ends[n], last[n] = i, int32(len(links))
			links = append(links, link{match{i, int32(j)}, before})
		}
	}
	var out []match
	if len(last) == 0 {
		return nil
	}
	for n := last[len(last)-1]; n >= 0; n = links[n].before {
		out = append(out, links[n].match)
	}
	return out
}

// candidates are the places in a of the lines that both have, without the
// most repeated ones where there would be more than maxMatches pairs.
func candidates(a, b []string) map[string][]int32 {
	at, times := map[string][]int32{}, map[string]int{}
	for _, line := range b {
		times[line]++
	}
	for i, line := range a {
		if times[line] > 0 {
			at[line] = append(at[line], int32(i))
		}
	}
	type repeated struct {
		line  string
		pairs int
	}
	var all []repeated
	for line, places := range at {
		all = append(all, repeated{line, len(places) * times[line]})
	}
	slices.SortFunc(all, func(x, y repeated) int {
		return cmp.Or(cmp.Compare(x.pairs, y.pairs), cmp.Compare(at[x.line][0], at[y.line][0]))
	})
	pairs := 0
	for _, r := range all {
		if pairs += r.pairs; pairs > maxMatches {
			delete(at, r.line)
		}
	}
	return at
}

// extend continues the lines after and before those that are continued, as
// long as they are equal.
func extend(a, b []string, kept []int) {
	room := make([]int, len(b)) // what is continued after each line begins there
	next := len(a)
	for j := len(b) - 1; j >= 0; j-- {
		room[j] = next
		if kept[j] >= 0 {
			next = kept[j]
		}
	}
	next = len(a)
	for j := range b {
		if kept[j] < 0 && next < room[j] && a[next] == b[j] {
			kept[j] = next
		}
		next = len(a)
		if kept[j] >= 0 {
			next = kept[j] + 1
		}
	}
	last := -1
	for j := range b { // the same from the other end: what is continued before each line ends there
		room[j] = last
		if kept[j] >= 0 {
			last = kept[j]
		}
	}
	before := -1
	for j := len(b) - 1; j >= 0; j-- {
		if kept[j] < 0 && before > room[j] && a[before] == b[j] {
			kept[j] = before
		}
		before = kept[j] - 1
	}
}
