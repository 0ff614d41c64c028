package diag

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"rank", "titles", "title", "expectations", "experience", "markdown"}
	for name, want := range map[string]string{
		"titel": "title", "titels": "titles", "Titles": "titles", "TITLE": "title", "expct": "", "exp": "expectations", "mark": "markdown",
		"expectation": "expectations", "experiense": "experience", "ranks": "rank", "rnak": "rank", "tank": "rank", "tonk": "", "": "", "salary": "",
	} {
		got, ok := Nearest(name, words)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", name, got, ok, want)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "bc", 1}, {"abc", "abd", 1}, {"führung", "fuhrung", 1}, {"kitten", "sitting", 3},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance(c.b, c.a); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
