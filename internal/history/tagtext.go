package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Limits on what others wrote and a tag repeats.
const (
	maxTagLine   = 500 // characters of a headline
	maxTagName   = 100 // characters of the name of a person or team
	maxApprovers = 20
)

// TagsOf reads the versions' tags of a repository, for Options.Tags. Where
// none changed it returns the same slice again, which must not be changed.
func TagsOf(r *gitrepo.Repo) func(context.Context) ([]Tag, error) {
	var tags []Tag
	var read string // what the list was when they were read
	return func(ctx context.Context) ([]Tag, error) {
		stamp, err := r.TagsStamp(ctx, TagPrefix)
		if err != nil || stamp == read {
			return tags, err
		}
		list, err := r.Tags(ctx, TagPrefix)
		if err != nil {
			return nil, err
		}
		tags, read = make([]Tag, len(list)), stamp
		for i, t := range list {
			if tags[i] = FromGit(t); t.Problem != "" {
				read = "" // what is missing may come without the list changing
			}
		}
		return tags, nil
	}
}

// FromGit is a tag as gitrepo read it.
func FromGit(t gitrepo.Tag) Tag {
	return Tag{Name: t.Name, Object: t.Object, Annotated: t.Annotated, Target: t.Target, Message: t.Message, Problem: t.Problem}
}

// Merge is how a version came to the branch, as far as its host tells.
type Merge struct {
	PullRequest int // 0 where none is known: then the one that the commit names counts
	ApprovedBy  []string
	MergedBy    string
}

// TagName is the name of the tag that freezes the version's number.
func (v *Version) TagName() string { return TagPrefix + v.Framework + "/v" + v.Number }

// TagMessage is the message of that tag: the version in a line, what changed
// in words, and the trailers that are read again. What others wrote, such as
// titles and names, stays in its line and can make no trailer.
func (v *Version) TagMessage(m Merge) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n\n%s.\n\n", diag.Inert(oneLine(cmp.Or(v.Title, v.Framework), maxTagLine)), v.Number, strings.TrimRight(v.tagHeadline(), "."))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("Framework", v.Framework)
	line("Digest", digestOr(v.Digest))
	line("Tree", digestOr(v.Tree))
	line("Previous", v.Previous)
	line("Bump", v.Bump)
	line("Rules", strings.Join(v.Rules(), ", "))
	line("Ruleset", strconv.Itoa(ladder.Ruleset))
	line("Recorded", v.RecordedAt.UTC().Format(time.RFC3339Nano))
	line("Effective-From", v.EffectiveFrom.UTC().Format(time.RFC3339Nano))
	if n := cmp.Or(m.PullRequest, v.PullRequest); n > 0 {
		line("Pull-Request", "#"+strconv.Itoa(n))
	}
	for _, who := range m.ApprovedBy[:min(len(m.ApprovedBy), maxApprovers)] {
		line("Approved-By", oneLine(who, maxTagName))
	}
	line("Merged-By", oneLine(m.MergedBy, maxTagName))
	return b.String()
}

// tagHeadline says what changed.
func (v *Version) tagHeadline() string {
	switch {
	case v.Removed:
		return "The framework ended"
	case v.Previous == "":
		return "The first version"
	}
	return cmp.Or(diag.Inert(oneLine(v.Headline(), maxTagLine)), "The text changed")
}

// oneLine is a text in one line without control characters, cut at a number of
// characters. It never begins with a hyphen: Git takes some lines that do for
// a signature.
func oneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r): // line ends of every script among them
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.TrimLeft(s, "- ")
}

// Refuses says why a tag is not that of this version, as the end of a sentence
// about the tag; "" where it is, whoever made it.
func (v *Version) Refuses(t Tag) string {
	c := readTag(t)
	switch {
	case c.problem != "":
		return c.problem
	case c.id != v.Framework:
		return "it is of another framework"
	case c.number.String() != v.Number:
		return "it has another number"
	}
	last, _ := parseNumber(v.Previous)
	return c.refusal(v, last)
}

// Untagged are the versions to be tagged, oldest first: those that came into
// force after the newest that has a tag. What lies before that one is a gap,
// and never filled.
func (t *Timeline) Untagged() []*Version {
	newest := -1
	for i, v := range t.Versions {
		if v.tag != nil {
			newest = i
		}
	}
	return slices.Clone(t.Versions[newest+1:])
}

// Outdated says why this program may not tag versions of the framework; ""
// where it may. Rules that are older than those of the newest tag would give
// other numbers.
func (t *Timeline) Outdated() string {
	for _, v := range slices.Backward(t.Versions) {
		if v.tag == nil {
			continue
		}
		if v.tag.ruleset > ladder.Ruleset {
			return fmt.Sprintf("version %s was numbered by rules %d, and this program knows rules %d: use a newer Milepost", v.Number, v.tag.ruleset, ladder.Ruleset)
		}
		return ""
	}
	return ""
}
