package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMatchLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""},
		{"a b c", "a b c", "0 1 2"},
		{"a b c", "a c", "0 2"},
		{"a c", "a b c", "0 -1 1"},
		{"a b c", "x b y", "-1 1 -1"},
		{"", "a b", "-1 -1"},
		{"a b", "", ""},
		{"a b c d", "c d a b", "-1 -1 0 1"},
		{"{ a } { b }", "{ a } { n } { b }", "0 1 2 3 -1 -1 -1 4 5"},
		{"p p p", "p p", "0 1"},
	} {
		got := strings.Trim(fmt.Sprint(matchLines(strings.Fields(c.a), strings.Fields(c.b))), "[]")
		if got != c.want {
			t.Errorf("%q to %q: got %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// TestMatchLinesIsLongest: what is continued stands in both texts in one
// order, and no matching has more.
func TestMatchLinesIsLongest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		a, b := randomLines(r), randomLines(r)
		kept := matchLines(a, b)
		checkMatching(t, a, b, kept)
		if got, want := continued(kept), longestSlowly(a, b); got != want {
			t.Fatalf("%q to %q: %d lines continued, want %d: %v", a, b, got, want, kept)
		}
		if n := continued(matchLines(a, a)); n != len(a) {
			t.Fatalf("%q to itself: %d lines continued", a, n)
		}
	}
}

func randomLines(r *rand.Rand) []string {
	out := make([]string, r.IntN(14))
	of := 1 + r.IntN(8)
	for i := range out {
		out[i] = string(rune('a' + r.IntN(of)))
	}
	return out
}

func checkMatching(t *testing.T, a, b []string, kept []int) {
	t.Helper()
	last := -1
	for j, i := range kept {
		if i < 0 {
			continue
		}
		if i <= last || a[i] != b[j] {
			t.Fatalf("line %d continues line %d, after %d", j, i, last)
		}
		last = i
	}
}

func continued(kept []int) int {
	n := 0
	for _, i := range kept {
		if i >= 0 {
			n++
		}
	}
	return n
}

func longestSlowly(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		before := slices.Clone(row)
		for j, y := range b {
			row[j+1] = max(row[j], before[j+1])
			if x == y {
				row[j+1] = before[j] + 1
			}
		}
	}
	return row[len(b)]
}

// TestMatchLinesIsBounded: files of 256 KB that are made to be slow to compare.
func TestMatchLinesIsBounded(t *testing.T) {
	const size = 256 << 10
	lines := func(line func(i int) string) []string {
		var out []string
		for n := 0; n < size; {
			l := line(len(out))
			out, n = append(out, l), n+len(l)+1
		}
		return out
	}
	of := func(words string) func(int) string {
		list := strings.Split(words, ",")
		r := rand.New(rand.NewPCG(7, uint64(len(words))))
		return func(int) string { return list[r.IntN(len(list))] }
	}
	numbered := func(s string) func(int) string { return func(i int) string { return fmt.Sprintf(s, i) } }
	for _, c := range []struct {
		name string
		a, b []string
	}{
		{"two kinds of line", lines(of("a,b")), lines(of("b,a"))},
		{"many kinds of line", lines(of("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z")), lines(of("z,y,x,w,v,u,t,s,r,q,p,o,n,m,l,k,j,i,h,g,f,e,d,c,b,a,0"))},
		{"all lines new", lines(numbered("a%d")), lines(numbered("b%d"))},
		{"all lines turned round", lines(numbered("%d")), reversed(lines(numbered("%d")))},
		{"empty lines between", lines(func(i int) string { return []string{"", fmt.Sprintf("%d", i)}[i%2] }), lines(func(i int) string { return []string{"", fmt.Sprintf("%d", i*3)}[i%2] })},
		{"each line some hundred times", lines(func(i int) string { return fmt.Sprintf("%d", i%300) }), lines(func(i int) string { return fmt.Sprintf("%d", i*7%300) })},
	} {
		start := time.Now()
		kept := matchLines(c.a, c.b)
		took := time.Since(start)
		t.Logf("%s: %d to %d lines, %d continued, %v", c.name, len(c.a), len(c.b), continued(kept), took)
		checkMatching(t, c.a, c.b, kept)
		if took > 10*time.Second { // a hundredth of it on a machine with nothing else to do
			t.Errorf("%s: took %v", c.name, took)
		}
	}
}

func reversed(list []string) []string {
	slices.Reverse(list)
	return list
}

// TestMatchLinesOverTheLimit: a line in a large file of repeated lines is
// still told from those around it.
func TestMatchLinesOverTheLimit(t *testing.T) {
	t.Parallel()
	var a []string
	for i := range 4000 {
		a = append(a, "{", fmt.Sprintf("text %d", i), "}")
	}
	b := slices.Clone(a)
	b[1], b[6001], b[11998] = "first", "middle", "last"
	b = slices.Insert(b, 9001, "another", "}", "{")
	var got []int
	for j, i := range matchLines(a, b) {
		if i < 0 {
			got = append(got, j)
		}
	}
	if diff := cmp.Diff([]int{1, 6001, 9001, 9002, 9003, 12001}, got); diff != "" {
		t.Error(diff)
	}
}
