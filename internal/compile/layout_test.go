package compile

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

// TestLayoutOfNoFolder: what stands in the folder's place is the author's to mend, and
// no failure of ours.
func TestLayoutOfNoFolder(t *testing.T) {
	t.Parallel()
	compiler, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer compiler.Close()
	for name, c := range map[string]struct {
		files fstest.MapFS
		found int
	}{
		"nothing": {fstest.MapFS{}, 0}, "a file": {fstest.MapFS{"frameworks": {}}, 1}, "a link": {fstest.MapFS{"frameworks": {Mode: fs.ModeSymlink, Data: []byte("x")}}, 1},
		"a folder": {fstest.MapFS{"frameworks/a/framework.cue": {}}, 0},
	} {
		if _, _, err := Editions(c.files, "frameworks"); err != nil {
			t.Errorf("%s: looking for editions: %v", name, err)
		}
		if _, _, err := compiler.Organisation(t.Context(), c.files, "frameworks"); err != nil {
			t.Errorf("%s: looking for the organisation's file: %v", name, err)
		}
		dirs, found, err := Layout(c.files, "frameworks")
		if err != nil || len(found) != c.found || (len(dirs) > 0) != (name == "a folder") {
			t.Errorf("%s: got %v, %v, %v", name, dirs, found, err)
		}
	}
}
