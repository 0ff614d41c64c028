package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
)

// TagPrefix is how the names of versions' tags begin: frameworks/<id>/v1.4.0.
const TagPrefix = "frameworks/"

// Tag is a tag as Git holds it.
type Tag struct {
	Name      string // without refs/tags/
	Object    string // what the reference holds
	Annotated bool
	Target    string // the commit, "" where it is no commit
	Message   string
	Problem   string // why it could not be read, as the end of a sentence about it
}

// claim is a tag of a version, read.
type claim struct {
	Tag
	id         string
	number     number
	digest     string
	previous   string
	recorded   time.Time
	ruleset    int
	pull       int
	approvedBy []string
	mergedBy   string
	problem    string // why it cannot count, "" where it may
}

func (c *claim) same(d *claim) bool {
	return c == d || c != nil && d != nil && c.Object == d.Object && c.Name == d.Name
}

// noDigest stands in the tag of a version that has no text.
const noDigest = "none"

// readTag reads a tag's name and trailers. What is wrong with it is kept: the
// tag is then ignored, under an alarm.
func readTag(t Tag) *claim {
	c := &claim{Tag: t}
	rest := strings.TrimPrefix(t.Name, TagPrefix)
	id, v, ok := strings.Cut(rest, "/")
	c.id = id
	n, isNumber := parseNumber(strings.TrimPrefix(v, "v"))
	c.number = n
	switch {
	case !ok || !compile.IsFrameworkID(id) || !strings.HasPrefix(v, "v"):
		c.problem = "its name is not that of a version, as in frameworks/product-ladder/v1.4.0"
	case !isNumber:
		c.problem = fmt.Sprintf("%q is not a version number, as 1.4.0 is", strings.TrimPrefix(v, "v"))
	case t.Problem != "":
		c.problem = t.Problem
	case !t.Annotated:
		c.problem = "it has no message, and so says nothing about the version"
	case t.Target == "":
		c.problem = "it does not name a commit"
	default:
		c.problem = c.readTrailers(t.Message)
	}
	return c
}

// readTrailers reads the lines "Name: value" at the end of the message.
func (c *claim) readTrailers(message string) string {
	got := trailers(message)
	for _, name := range []string{"Framework", "Digest", "Recorded"} {
		if got[name] == nil {
			return "it lacks the line " + name + ", which a version's tag has"
		}
	}
	one := func(name string) string { return strings.Join(got[name], " ") }
	c.digest, c.previous, c.mergedBy = one("Digest"), one("Previous"), one("Merged-By")
	c.approvedBy = got["Approved-By"]
	c.ruleset, _ = strconv.Atoi(one("Ruleset"))
	c.pull, _ = strconv.Atoi(strings.TrimPrefix(one("Pull-Request"), "#"))
	var err error
	switch {
	case one("Framework") != c.id:
		return fmt.Sprintf("it says that it is of %s, and its name says %s", clip(one("Framework")), c.id)
	}
	if c.recorded, err = time.Parse(time.RFC3339Nano, one("Recorded")); err != nil {
		return fmt.Sprintf("its line Recorded holds %q, which is no moment", clip(one("Recorded")))
	}
	return ""
}

// trailers are the lines "Name: value" of the message's last paragraph.
func trailers(message string) map[string][]string {
	message = strings.TrimRight(strings.ReplaceAll(message, "\r\n", "\n"), "\n ")
	if i := strings.LastIndex(message, "\n\n"); i >= 0 {
		message = message[i+2:]
	}
	out := map[string][]string{}
	for line := range strings.SplitSeq(message, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok && len(out) < 100 {
			out[name] = append(out[name], strings.TrimSpace(value))
		}
	}
	return out
}

func clip(s string) string {
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// tagSet is all versions' tags of a repository. It is never changed.
type tagSet struct {
	byID    map[string][]*claim // by number
	on      map[place][]*claim  // by where they stand
	unnamed []*claim            // those whose name is of no framework
}

// place is where a tag stands: its framework and its commit.
type place struct{ id, commit string }

func newTagSet(tags []Tag) *tagSet {
	s := &tagSet{byID: map[string][]*claim{}}
	for _, t := range tags {
		c := readTag(t)
		if !compile.IsFrameworkID(c.id) {
			s.unnamed = append(s.unnamed, c)
			continue
		}
		s.byID[c.id] = append(s.byID[c.id], c)
	}
	for _, list := range s.byID {
		slices.SortFunc(list, func(a, b *claim) int { return cmp.Or(a.number.compare(b.number), strings.Compare(a.Name, b.Name)) })
	}
	s.index()
	return s
}

// index finds tags by where they stand.
func (s *tagSet) index() {
	s.on = map[place][]*claim{}
	for id, list := range s.byID {
		for _, c := range list {
			if c.problem == "" {
				s.on[place{id, c.Target}] = append(s.on[place{id, c.Target}], c)
			}
		}
	}
}

// standing are the tags of a framework on a commit that may count.
func (s *tagSet) standing(id, commit string) []*claim {
	if s == nil {
		return nil
	}
	return s.on[place{id, commit}]
}

func (s *tagSet) of(id string) []*claim {
	if s == nil {
		return nil
	}
	return s.byID[id]
}

// ofChain are the tags under every id that a chain's versions had.
func (s *tagSet) ofChain(c *chain) []*claim {
	out := slices.Clone(s.of(c.id))
	for _, b := range c.becomes {
		if b.text.id != c.id && !slices.ContainsFunc(out, func(x *claim) bool { return x.id == b.text.id }) {
			out = append(out, s.of(b.text.id)...)
		}
	}
	return out
}

// keeping is s with the claims of t in place of those that are the same, so
// that versions go on naming the claim that they were numbered by. It is t
// itself where nothing differs.
func (s *tagSet) keeping(t *tagSet) *tagSet {
	if t == nil {
		return s
	}
	old := map[string]*claim{}
	for _, list := range t.byID {
		for _, c := range list {
			old[c.Name] = c
		}
	}
	kept, n := 0, 0
	for _, list := range s.byID {
		for i, c := range list {
			n++
			if o := old[c.Name]; o.same(c) {
				list[i] = o
				kept++
			}
		}
	}
	if kept == n && n == len(old) && slices.EqualFunc(s.unnamed, t.unnamed, (*claim).same) {
		return t
	}
	s.index()
	return s
}

// strays are alarms about tags of no framework that there ever was. One that
// stands in next/ alone is none yet, so that its tags do not tell of it.
func (s *tagSet) strays(timelines []*Timeline) diag.List {
	if s == nil {
		return nil
	}
	known := map[string]bool{}
	for _, t := range timelines {
		known[t.ID] = !t.unheard()
	}
	list := slices.Clone(s.unnamed)
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		if !known[id] {
			list = append(list, s.byID[id]...)
		}
	}
	var out diag.List
	for _, t := range list {
		why := t.problem
		if why == "" {
			why = "there is no framework of that name, and there was none"
		}
		out = append(out, tagIgnored("", t, why))
	}
	return out
}

// numberFor is the number that a tag gives to a version: the tag is annotated,
// on its commit, with its digest, its recording and the number before, and its
// number may follow. Of several, the one counts that would be computed, else
// the lowest.
func (s *tagSet) numberFor(v *Version, last, computed number) (number, *claim, bool) {
	var found *claim
	for _, t := range s.standing(v.Framework, v.Commit) {
		if t.refusal(v, last) == "" && (found == nil || t.number == computed) {
			found = t
		}
	}
	if found == nil {
		return number{}, nil, false
	}
	return found.number, found, true
}

// numberBefore is the number that the tag of become i says the version before
// it had: so a tag that is missing changes no number, whatever rules computed
// that number once.
func (s *tagSet) numberBefore(c *chain, i int, last number) (number, bool) {
	if i >= len(c.becomes) {
		return number{}, false
	}
	b := &c.becomes[i]
	for _, t := range s.standing(b.text.id, b.commit.hash) {
		if t.digest != digestOr(b.text.digest) || !t.recorded.Equal(b.commit.recorded) {
			continue
		}
		n, ok := parseNumber(t.previous)
		if ok && last.bumpTo(n) != "" && n.bumpTo(t.number) != "" {
			return n, true
		}
	}
	return number{}, false
}

// lost are the tags of versions that cannot be read any more: they stand on
// commits whose content does not compile, and that made no other version, in
// the order of these. Their numbers stay taken.
func (c *chain) lost() []*claim {
	var out []*claim
	if c.tags == nil || len(c.tags.on) == 0 {
		return nil
	}
	for _, r := range c.refused {
		for _, t := range c.tags.standing(r.id, r.commit) {
			if t.recorded.Equal(r.recorded) && t.digest != noDigest && !slices.ContainsFunc(c.becomes, func(b become) bool { return b.commit.hash == r.commit }) {
				out = append(out, t)
			}
		}
	}
	return out
}

func digestOr(digest string) string {
	if digest == "" {
		return noDigest
	}
	return digest
}

// refusal says why a tag does not count for a version, "" where it does.
func (t *claim) refusal(v *Version, last number) string {
	switch {
	case t.problem != "":
		return t.problem
	case t.Target != v.Commit:
		return "it stands on a commit that made no version of the framework"
	case t.digest != digestOr(v.Digest):
		return "it was made for another text than the one in its commit"
	case !t.recorded.Equal(v.RecordedAt):
		return fmt.Sprintf("it says that the change was recorded at %s, and that was %s", t.recorded.UTC().Format(time.RFC3339Nano), v.RecordedAt.UTC().Format(time.RFC3339Nano))
	case t.previous != v.Previous && (t.previous != "" || v.Previous != ""):
		return fmt.Sprintf("it follows version %s, and the version before is %s", orNone(t.previous), orNone(v.Previous))
	case last.bumpTo(t.number) == "":
		return fmt.Sprintf("%s is no number that may follow %s", t.number, orNone(v.Previous))
	}
	return ""
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return clip(s)
}
