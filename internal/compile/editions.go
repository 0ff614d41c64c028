package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
)

// nextDir is the directory below that of frameworks where coming editions stand.
const nextDir = "next"

// Editions looks at what stands in frameworks/next: the directories of coming
// editions, as "next/" and the framework's id, and findings on what would be
// passed over. A repository without the directory has no coming editions.
func Editions(fsys fs.FS, root string) (dirs []string, found diag.List, err error) {
	next := path.Join(root, nextDir)
	info, err := lookAt(fsys, next)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err == nil && !info.IsDir() {
		c := &collector{}
		c.notAFile(next)
		return nil, c.findings, nil
	}
	entries, err := fs.ReadDir(fsys, next)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", next, err)
	}
	for _, e := range entries {
		name := path.Join(next, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir() && slices.Contains(ReservedNames, e.Name()):
			found = append(found, finding("bad-id", diag.Position{File: name}, fmt.Sprintf("the folder %s cannot be a coming edition: %q is not the id of a framework", name, e.Name()),
				fmt.Sprintf("A coming edition stands in %s, in a folder with the id of its framework. Move what is in %s there.", next, name)))
		case e.IsDir() && !IsFrameworkID(e.Name()):
			found = append(found, finding("bad-id", diag.Position{File: name}, fmt.Sprintf("the folder %s cannot be a coming edition: %q is not an id", name, e.Name()),
				"Name it as the folder of the framework is named: product-operations-ladder."))
		case e.IsDir():
			dirs = append(dirs, path.Join(nextDir, e.Name()))
		case path.Ext(name) == ".cue":
			found = append(found, finding("stray-file", diag.Position{File: name}, fmt.Sprintf("%s stands in no coming edition's folder", name),
				fmt.Sprintf("Move it into the folder of the coming edition that it belongs to: %s and the framework's id.", next)))
		}
	}
	return dirs, found, nil
}

// DayWords is a day as people read it: "1 March 2027" for 2027-03-01. What is
// no day stays as it is.
func DayWords(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("2 January 2006")
}

// EffectiveAhead refuses a text in force whose day is still to come. The place
// is the framework's main file below the directory of frameworks.
func EffectiveAhead(root, id, day string) diag.Finding {
	dir := path.Join(root, id)
	return onEffective(id, finding("effective-ahead", diag.Position{File: path.Join(dir, "framework.cue")},
		fmt.Sprintf("the text in force says that it takes effect on %s, and that day is still to come", DayWords(day)),
		fmt.Sprintf("Move the change to %s, where coming editions stand, and leave %s as it is until then.", path.Join(root, nextDir, id), dir)))
}

// EditionRedated refuses to take an edition out of force by its day: it was
// was, and is another one now, "" for none.
func EditionRedated(root, id, was, is string) diag.Finding {
	now := "taken away"
	if is != "" {
		now = "changed to " + DayWords(is)
	}
	return onEffective(id, finding("edition-redated", diag.Position{File: path.Join(root, nextDir, id, "framework.cue")},
		fmt.Sprintf("the edition is in force since %s, and its date was %s", DayWords(was), now),
		fmt.Sprintf("Write effective: %q again. A text that was in force stays so; to change it, change its words, or bring the earlier text back as a change of its own.", was)))
}

// onEffective says which framework a finding is about, and that its day is what
// it is about.
func onEffective(id string, f diag.Finding) diag.Finding {
	f.Framework, f.Path = id, "effective"
	return f
}
