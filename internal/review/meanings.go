package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// meanings finds what release.meaning says of things that were not reworded,
// and where it says two things of one text.
func (x *comparison) meanings() {
	if x.said.Release == nil {
		return
	}
	said := x.said.Release.Meaning
	for _, key := range sortedKeys(said) {
		if !slices.ContainsFunc(x.plain.Changes, func(c ladder.Change) bool { return c.Reworded() && c.DeclaredBy(key) }) {
			x.meaningOfNothing(key, said[key])
		}
	}
	told := map[string]bool{} // a cell may have several texts that levels share
	for i := range x.plain.Changes {
		if keys := saidOtherwise(&x.plain.Changes[i], said); len(keys) > 0 && !told[keys[0]] {
			told[keys[0]] = true
			x.contradiction(i, keys)
		}
	}
}

// meaningOfNothing tells of a declaration that declares nothing, and what was
// meant, as far as the cell shows it.
func (x *comparison) meaningOfNothing(key, means string) {
	at, where := "release.meaning."+key, x.cellName(key)
	var lines []string
	var heavy *ladder.Change
	for i := range x.plain.Changes {
		switch c := &x.plain.Changes[i]; {
		case !inCell(c, key):
		case c.Reworded():
			lines = append(lines, fmt.Sprintf("framework: release: meaning: %q: %q", x.plain.MeaningKey(c), means))
		case c.Category == ladder.AsksMore && heavy == nil:
			heavy = c
		}
	}
	switch {
	case len(lines) > 0:
		x.add("meaning-unused", diag.Warning, at, where+": the release says what a rewording means, and that one was not reworded",
			"In place of this line, name the expectation that was reworded:\n"+strings.Join(lines, "\n"))
	case heavy != nil && means != "more":
		if means == "same" {
			means = "the same"
		}
		x.add("meaning-no-effect", diag.Warning, at, fmt.Sprintf("%s: the release says that it asks %s, and this is no rewording: %s", where, means, strings.TrimSuffix(strings.TrimPrefix(heavy.Message, where+": "), ".")),
			fmt.Sprintf("Remove the line: what was not there before asks more, whatever is said of it. If people were asked it all along, let the number rise by less, with the reason:\nframework: release: bump: \"minor\"\nframework: accept: [{rule: %q, reason: \"…\"}]", heavy.Rule))
	default:
		x.add("meaning-unused", diag.Warning, at, where+": the release says what a rewording means, and nothing was reworded there",
			"Remove the line, or name the expectation that was reworded. Expectations of a cell count from 1, as they stand now.")
	}
}

// inCell says whether a change is one of the cell that a key of release.meaning
// names.
func inCell(c *ladder.Change, key string) bool {
	parts := strings.Split(key, ".")
	return c.Competency == parts[1] && slices.Contains(slices.Concat(c.Levels, c.From, c.To), parts[0])
}

// saidOtherwise lists the keys that say different things of one text that
// levels share, nil where they do not, or where the expectation has a key of
// its own.
func saidOtherwise(c *ladder.Change, said map[string]string) []string {
	if !c.Reworded() {
		return nil
	}
	if n, ok := c.ItemNumber(); ok && said[fmt.Sprintf("%s.%s.%d", c.Level, c.Competency, n)] != "" {
		return nil
	}
	var keys []string
	differs := false
	for _, l := range c.Levels {
		if key := l + "." + c.Competency; said[key] != "" {
			keys = append(keys, key)
			differs = differs || said[key] != said[keys[0]]
		}
	}
	if !differs {
		return nil
	}
	return keys
}

// contradiction tells of levels that share a text, and are said to be asked
// different things by it: the most demanding counts.
func (x *comparison) contradiction(i int, keys []string) {
	c := x.plain.Changes[i]
	var names []string
	for _, key := range keys {
		names = append(names, fmt.Sprintf("%q at %s", x.said.Release.Meaning[key], x.cellName(key)))
	}
	f := diag.Finding{Code: "meaning-contradictory", Severity: diag.Warning, Framework: x.step.id, Path: "release.meaning." + keys[0],
		Message: fmt.Sprintf("%q is one text at several levels, and the release says %s: the one that asks the most counts", c.After, enumerate(names)),
		Help:    fmt.Sprintf("Say it once, in place of these lines, with \"same\", \"less\" or \"more\":\nframework: release: meaning: %q: \"same\"", keys[0])}
	for _, key := range keys[1:] {
		if at := "release.meaning." + key; x.places.Wrote(at) {
			f.Also = append(f.Also, x.places.At(at))
		}
	}
	x.place(f)
}

// cellName is a cell as people speak of it, by the key of release.meaning.
func (x *comparison) cellName(key string) string {
	parts := strings.Split(key, ".")
	l, okL := x.after.f.Level(parts[0])
	c, okC := x.after.f.Competency(parts[1])
	if !okL || !okC {
		return strconv.Quote(key)
	}
	name := l.Name() + ", " + c.Title
	if len(parts) > 2 {
		name += ", expectation " + parts[2]
	}
	return name
}
