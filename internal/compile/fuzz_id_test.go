package compile

import (
	"io/fs"
	"path"
	"strings"
	"testing"
)

// FuzzIsFrameworkID: what is taken for a framework's id is a name that can
// stand in a path, an address and a Git tag as it is.
func FuzzIsFrameworkID(f *testing.F) {
	for _, seed := range []string{
		"", "a", "a1", "product-operations-ladder", "a-1", "-a", "a-", "a--b", "A", "1a", "a_b", "a.b", "a/b", "..", "a\n", "\na", "a\x00", "é", "a b", "lib", "next", "lib-x",
		strings.Repeat("a", 64), strings.Repeat("a", 65), "a\u200b", "a-\u0661",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !IsFrameworkID(name) {
			return
		}
		if len(name) > 64 || name == "lib" || name == "next" {
			t.Fatalf("%q is taken for an id", name)
		}
		if !fs.ValidPath(name) || path.Base(name) != name || path.Join("frameworks", name) != "frameworks/"+name {
			t.Fatalf("%q is taken for an id, and is no name of a directory", name)
		}
		for i, r := range name {
			letter, digit, hyphen := r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-'
			if !letter && !digit && !hyphen || i == 0 && !letter || hyphen && (i == len(name)-1 || name[i+1] == '-') {
				t.Fatalf("%q is taken for an id, with %q at %d", name, r, i)
			}
		}
	})
}
