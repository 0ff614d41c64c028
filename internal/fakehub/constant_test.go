package fakehub

import (
	"strings"
	"testing"
)

// TestConstant: what is kept is what names objects in full; what a branch says
// is asked each time.
func TestConstant(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	for args, want := range map[string]bool{
		"diff --raw -z -M " + a + " " + b:               true,
		"log -z " + commitFormat + " -1 " + a:           true,
		"log --reverse " + a + ".." + b:                 true,
		"merge-base --is-ancestor " + a + " " + b:       true,
		"rev-parse --verify --quiet " + a + "^{commit}": true,
		"rev-parse --verify " + a + ":frameworks/x.cue": true,
		"cat-file -t " + a:                              true,
		"cat-file tag " + a:                             true,
		"rev-parse --verify refs/heads/main^{commit}":   false,
		"log -z HEAD":                                 false,
		"log " + a + " ^refs/heads/main":              false,
		"merge-base " + a + " main":                   false,
		"cat-file -t " + a[:10]:                       false,
		"update-ref refs/heads/main " + a:             false,
		"for-each-ref --format=%(refname) refs/heads": false,
		"commit-tree " + a:                            false,
	} {
		if constant.MatchString(args) != want {
			t.Errorf("%q: got %v", args, !want)
		}
	}
}

// TestConstantComes: an object that is not there yet is found when it has come.
func TestConstantComes(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	const blob = "257cc5642cb1a054f08cc83f2d943e56fd3ebe99" // of "foo\n"
	if kind := f.repo.git.kind(blob); kind != "" {
		t.Fatalf("got %q", kind)
	}
	_, _, err := f.repo.git.exec([]byte("foo\n"), nil, "hash-object", "-w", "--stdin")
	f.check(err)
	for range 2 {
		if kind := f.repo.git.kind(blob); kind != "blob" {
			t.Errorf("got %q", kind)
		}
	}
}
