package review

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// removed are the rules of what is gone without a word, and what one is called.
// Aims are not among them: nothing refers to those.
var removed = map[string]string{
	"level-removed": "level", "track-removed": "track", "area-removed": "area", "competency-removed": "competency", "role-removed": "role",
}

// removals asks of what is gone why it is, and what took its place. A level
// holds the change up: people are at it, and as long as nobody says where they
// go, no notice would be asked for them.
func (x *comparison) removals() {
	for i := range x.set.Changes {
		c := &x.set.Changes[i]
		kind := removed[c.Rule]
		if kind == "" || !x.fresh(c) {
			continue
		}
		severity := diag.Warning
		if kind == "level" {
			severity = diag.Error
		}
		what := strings.TrimSuffix(c.Message, ".")
		if kind == "competency" || kind == "role" { // the others are called so already
			what = "the " + kind + " " + what
		}
		x.add("retired-missing", severity, "retired."+c.Path, what, x.removalHelp(kind, c))
	}
}

// removalHelp offers the line that retires what is gone, and says what to do
// where it ends later, or only has another id.
func (x *comparison) removalHelp(kind string, c *ladder.Change) string {
	plural, id, _ := strings.Cut(c.Path, ".")
	value, help := `{reason: "…"}`, "Say why it is gone, and under into what took its place, if anything did: add this line at the end of the file."
	if kind == "level" {
		help = "Say why it is gone, and where its people go: add this line at the end of the file."
		if to := x.neighbour(id); to != "" {
			value = fmt.Sprintf(`{reason: "…", into: [{level: %q}]}`, to)
		}
		if !x.checked.Coming {
			help += fmt.Sprintf(" To let it end on a later day, make the change in the coming edition, %s.", path.Join(x.r.Root, nextDir+x.step.id))
		}
	}
	if slices.ContainsFunc(x.set.Changes, func(c ladder.Change) bool { return c.Rule == kind+"-added" }) {
		help = fmt.Sprintf("If the new %s is the same under another id, write formerly: [%q] there. Otherwise s", kind, id) + help[1:]
	}
	return help + "\n" + fmt.Sprintf("framework: retired: %s: %s: %s", plural, id, value)
}

// neighbour is a level to which the people of one that is gone may go: one that
// it led to, else the one below it, "" if neither is there any more.
func (x *comparison) neighbour(id string) string {
	gone, ok := x.before.f.Level(id)
	if !ok {
		return ""
	}
	near := x.before.f.Next(gone)
	if below, ok := x.before.f.Below(gone); ok {
		near = append(slices.Clone(near), below.ID)
	}
	for _, id := range near {
		if _, ok := x.after.f.Level(id); ok {
			return id
		}
	}
	return ""
}
