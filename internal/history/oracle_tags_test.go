package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tagOf is the tag of a version, as it is made when the version is released.
func tagOf(v *Version) Tag {
	name := "frameworks/" + v.Framework + "/v" + v.Number
	message := fmt.Sprintf("%s %s\n\nWhat changed.\n\nFramework: %s\nDigest: %s\nTree: %s\n", v.Title, v.Number, v.Framework, digestOr(v.Digest), v.Tree)
	if v.Previous != "" {
		message += "Previous: " + v.Previous + "\n"
	}
	message += fmt.Sprintf("Bump: %s\nRuleset: 1\nRecorded: %s\nEffective-From: %s\n", v.Bump, v.RecordedAt.UTC().Format(time.RFC3339Nano), v.EffectiveFrom.UTC().Format(time.RFC3339Nano))
	return Tag{Name: name, Object: hash(name + message), Annotated: true, Target: v.Commit, Message: message}
}

// tagger makes tags by chance.
type tagger struct {
	r *rand.Rand
}

// wrong is a tag that cannot count.
func (g *tagger) wrong(v *Version) Tag {
	t := tagOf(v)
	change := func(old, new string) { t.Message = strings.Replace(t.Message, old, new, 1) }
	switch g.r.IntN(12) {
	case 0:
		change("Digest: ", "Digest: sha256:0")
	case 1:
		change("Framework: ", "Framework: x")
	case 2:
		change("Recorded: "+v.RecordedAt.UTC().Format(time.RFC3339Nano), "Recorded: "+v.RecordedAt.Add(time.Millisecond).UTC().Format(time.RFC3339Nano))
	case 3:
		t.Target = hash("a commit beside the branch")
	case 4:
		t.Annotated = false
	case 5:
		t.Target = ""
	case 6:
		t.Message = "A release"
	case 7:
		n, _ := parseNumber(v.Number)
		t.Name = strings.Replace(t.Name, "v"+v.Number, fmt.Sprintf("v%d.%d.%d", n.major+2, 7, 3), 1)
	case 8:
		t.Name = strings.Replace(t.Name, "v"+v.Number, "v"+v.Number+"-rc1", 1)
	case 9:
		t.Name = "frameworks/" + v.Framework + "x/v" + v.Number
	case 10:
		change("Recorded: ", "Recorded: soon after ")
	default:
		t.Message += "Previous: 7.7.7\n"
	}
	t.Object = hash(t.Name + t.Message + t.Target)
	return t
}

// other is a tag that gives the version another number that may follow, too.
func (g *tagger) other(v *Version) Tag {
	t := tagOf(v)
	last, _ := parseNumber(v.Previous)
	t.Name = "frameworks/" + v.Framework + "/v" + last.step([]string{"major", "minor", "patch"}[g.r.IntN(3)]).String()
	t.Object = hash(t.Name + t.Message)
	return t
}

// some are the tags of a part of the versions, as released, and wrong ones.
func (g *tagger) some(timelines []*Timeline, wrong bool) []Tag {
	var out []Tag
	for _, tl := range timelines {
		for _, v := range tl.Versions {
			if g.r.IntN(4) > 0 {
				out = append(out, tagOf(v))
			}
			if wrong && g.r.IntN(2) == 0 {
				out = append(out, g.wrong(v))
			}
		}
	}
	return g.named(out)
}

// named are tags in any order, one of each name.
func (g *tagger) named(tags []Tag) []Tag {
	g.r.Shuffle(len(tags), func(i, j int) { tags[i], tags[j] = tags[j], tags[i] })
	seen := map[string]bool{}
	return slices.DeleteFunc(tags, func(t Tag) bool {
		was := seen[t.Name]
		seen[t.Name] = true
		return was
	})
}

// untagged is what versions say beside what tags do: intervals, numbers,
// digests, statuses; with numbers or without.
func untagged(t testing.TB, timelines []*Timeline, edges []time.Time, now time.Time, numbers bool) string {
	var b strings.Builder
	for _, tl := range timelines {
		for _, at := range edges {
			list, err := tl.List(View{first(at, now), true})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				fmt.Fprintf(&b, "%s %s %s %s to %s since %s", tl.ID, e.Version.Digest, e.Status, stamped(e.From), stamped(e.Until), stamped(e.Version.InForceFrom))
				if numbers {
					fmt.Fprintf(&b, " %s %s %s %d findings", e.Version.Number, e.Version.Previous, e.Version.Bump, len(e.Version.Findings))
				}
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}

// TestTagsChangeNoAnswer: tags come late, on another replica or never, some
// are wrong: digests, intervals, statuses and, where the tags are those that a
// release makes, numbers stay what they are without any.
func TestTagsChangeNoAnswer(t *testing.T) {
	t.Parallel()
	l := library1()
	var made, counted atomic.Int64
	shares(t, histories()/4, func(t *testing.T, seed uint64) {
		deeds, now := l.story(seed)
		without := l.snapshot(t, deeds, now)
		edges := append(slices.Clone(newOracle(deeds, now, l.digest, l.judge).recorded), now)
		tags := &tagger{rand.New(rand.NewPCG(seed, 3))}
		g := newGrower(t, seed, l.git(deeds))
		g.tags = func(int) []Tag { return tags.some(without, true) }
		with := g.grow(now)
		for range 3 { // and others, and none
			if diff := cmp.Diff(untagged(t, without, edges, now, true), untagged(t, with, edges, now, true)); diff != "" {
				t.Errorf("history %d (-without tags +with):\n%s\n%s", seed, diff, told(deeds))
				return
			}
			for _, tl := range with {
				for _, v := range tl.Versions {
					made.Add(1)
					if v.Tagged() {
						counted.Add(1)
					}
				}
			}
			with = g.look(now)
		}
	})
	t.Logf("%d histories: of %d versions, %d were tagged", histories()/4, made.Load(), counted.Load())
	if counted.Load()*2 < made.Load() {
		t.Error("tags hardly ever counted")
	}
}

// TestOtherNumbers: tags that give other numbers than those computed win, by
// whatever way they came; and but for corrections, which name a number, they
// change nothing else.
func TestOtherNumbers(t *testing.T) {
	t.Parallel()
	l := library1()
	var raised atomic.Int64
	shares(t, histories()/4, func(t *testing.T, seed uint64) {
		deeds, now := l.story(seed)
		git := l.git(deeds)
		tags := &tagger{rand.New(rand.NewPCG(seed, 4))}
		final := l.numbered(t, git, tags, now)
		final = slices.DeleteFunc(final, func(Tag) bool { return tags.r.IntN(4) == 0 })
		g := newGrower(t, seed, git)
		g.tags = func(int) []Tag {
			if g.r.IntN(2) == 0 {
				return final // though some are on commits that are still to come
			}
			return tags.named(slices.Clone(final[:g.r.IntN(len(final)+1)]))
		}
		grown := g.grown(now, final)
		at := l.tagged(t, git, now, tags.named(slices.Clone(final)))
		edges := append(slices.Clone(newOracle(deeds, now, l.digest, l.judge).recorded), now)
		if diff := cmp.Diff(everything(t, at, edges, now), everything(t, grown, edges, now)); diff != "" {
			t.Errorf("history %d (-at once +grown):\n%s\n%s", seed, diff, told(deeds))
			return
		}
		without := l.snapshot(t, deeds, now)
		if !corrects(at) && !corrects(without) {
			if diff := cmp.Diff(untagged(t, without, edges, now, false), untagged(t, at, edges, now, false)); diff != "" {
				t.Errorf("history %d (-without tags +with):\n%s", seed, diff)
			}
		}
		for i, tl := range at {
			follows(t, seed, tl)
			for j, v := range tl.Versions {
				if v.Number != without[i].Versions[j].Number {
					raised.Add(1)
				}
			}
		}
	})
	t.Logf("%d histories, %d versions with another number", histories()/4, raised.Load())
	if raised.Load() == 0 {
		t.Error("no tag gave another number")
	}
}

func corrects(timelines []*Timeline) bool {
	return slices.ContainsFunc(timelines, func(tl *Timeline) bool {
		return slices.ContainsFunc(tl.Versions, func(v *Version) bool {
			return v.Said.Correction != nil || slices.ContainsFunc(v.Findings, isPlain)
		})
	})
}

// numbered tags versions one after the other, each as it then stands, some by
// hand with another number.
func (l *library) numbered(t testing.TB, g *fakeGit, tags *tagger, now time.Time) []Tag {
	var out []Tag
	for range 12 {
		var next *Version
		for _, tl := range l.tagged(t, g, now, out) {
			i := slices.IndexFunc(tl.Versions, func(v *Version) bool {
				return !v.Tagged() && !slices.ContainsFunc(out, func(t Tag) bool {
					return t.Target == v.Commit && strings.HasPrefix(t.Name, "frameworks/"+v.Framework+"/")
				})
			})
			if i >= 0 {
				next = tl.Versions[i]
			}
		}
		switch {
		case next == nil:
			return out
		case tags.r.IntN(3) == 0:
			out = append(out, tags.other(next))
		default:
			out = append(out, tagOf(next))
		}
	}
	return out
}

func (l *library) tagged(t testing.TB, git *fakeGit, now time.Time, tags []Tag) []*Timeline {
	g := newGrower(t, 0, git)
	g.tags = func(int) []Tag { return tags }
	g.take(ripened(git.commits, now))
	g.b.setTags(tags)
	out, err := g.b.timelines(now)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// grown grows, with these tags at the end, without holding it to what it said:
// numbers may change while tags come and go.
func (g *grower) grown(now time.Time, tags []Tag) []*Timeline {
	g.loose = true
	g.grow(now)
	g.tags = func(int) []Tag { return tags }
	return g.look(now)
}
