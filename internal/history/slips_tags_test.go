package history

import (
	"strings"
	"testing"
	"time"
)

// TestTagsThatDoNotCount: whatever a tag says that is wrong, it is named and
// passed over, and the versions stay as they are.
func TestTagsThatDoNotCount(t *testing.T) {
	t.Parallel()
	rename := func(name string) func(*desk, *Tag) {
		return func(_ *desk, x *Tag) { x.Name = name }
	}
	change := func(old, new string) func(*desk, *Tag) {
		return func(_ *desk, x *Tag) { x.Message = strings.Replace(x.Message, old, new, 1) }
	}
	for name, c := range map[string]struct {
		slip func(*desk, *Tag)
		want string
	}{
		"a number of two parts":      {rename("frameworks/a/v1.1"), `tag-ignored: the tag frameworks/a/v1.1 does not count: "1.1" is not a version number, as 1.4.0 is`},
		"a number with zeros":        {rename("frameworks/a/v1.01.0"), `tag-ignored: the tag frameworks/a/v1.01.0 does not count: "1.01.0" is not a version number, as 1.4.0 is`},
		"a candidate":                {rename("frameworks/a/v1.1.0-rc.1"), `tag-ignored: the tag frameworks/a/v1.1.0-rc.1 does not count: "1.1.0-rc.1" is not a version number, as 1.4.0 is`},
		"no v":                       {rename("frameworks/a/1.1.0"), "tag-ignored: the tag frameworks/a/1.1.0 does not count: its name is not that of a version, as in frameworks/product-ladder/v1.4.0"},
		"a huge number":              {rename("frameworks/a/v1.99999999999999999999.0"), `tag-ignored: the tag frameworks/a/v1.99999999999999999999.0 does not count: "1.99999999999999999999.0" is not a version number, as 1.4.0 is`},
		"a number that is too far":   {rename("frameworks/a/v3.0.0"), "tag-ignored: the tag frameworks/a/v3.0.0 does not count: 3.0.0 is no number that may follow 1.0.0"},
		"of another framework":       {rename("frameworks/b/v1.1.0"), "tag-ignored: the tag frameworks/b/v1.1.0 does not count: it says that it is of a, and its name says b"},
		"of no framework":            {rename("frameworks/c/v1.1.0"), "tag-ignored: the tag frameworks/c/v1.1.0 does not count: it says that it is of a, and its name says c"},
		"without lines":              {func(_ *desk, x *Tag) { x.Message = "A release\n" }, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it lacks the line Framework, which a version's tag has"},
		"lines in the middle":        {func(_ *desk, x *Tag) { x.Message += "\nThat was it.\n" }, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it lacks the line Framework, which a version's tag has"},
		"of another text":            {change("Digest: sha256:", "Digest: sha256:00"), "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it was made for another text than the one in its commit"},
		"of another time":            {change("Recorded: 2024-03-01T10", "Recorded: 2024-03-01T11"), "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it says that the change was recorded at 2024-03-01T11:00:00Z, and that was 2024-03-01T10:00:00Z"},
		"of no time":                 {change("Recorded: 2024-03-01T10:00:00Z", "Recorded: last Friday"), `tag-ignored: the tag frameworks/a/v1.1.0 does not count: its line Recorded holds "last Friday", which is no moment`},
		"following another":          {change("Previous: 1.0.0", "Previous: 1.0.7"), "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it follows version 1.0.7, and the version before is 1.0.0"},
		"without a message":          {func(_ *desk, x *Tag) { x.Annotated = false }, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it has no message, and so says nothing about the version"},
		"of files and not a commit":  {func(_ *desk, x *Tag) { x.Target += "^{tree}" }, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it does not name a commit"},
		"of a file":                  {func(_ *desk, x *Tag) { x.Target += ":frameworks/a/framework.cue" }, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it does not name a commit"},
		"on a commit of another one": {func(d *desk, x *Tag) { x.Target = "HEAD" }, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it stands on a commit that made no version of the framework"},
		"off the branch": {func(d *desk, x *Tag) {
			d.Git("checkout", "-q", "-b", "side", x.Target)
			x.Target = d.ladder("a", "Aside", "").Commit("aside")
			d.Git("checkout", "-q", "main")
		}, "tag-ignored: the tag frameworks/a/v1.1.0 does not count: it stands on a commit that is not on the branch"},
		"a second one": {func(d *desk, x *Tag) {
			d.tag(*x)
			x.Name = "frameworks/a/v2.0.0"
		}, "tag-ignored: the tag frameworks/a/v2.0.0 does not count: another tag, v1.1.0, names the same version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.ladder("a", "One", "").ladder("b", "One", "").Commit("start")
			d.ladder("a", "Two", "").Commit("change")
			d.ladder("b", "Two", "").Commit("change b")
			x := tagOf(d.version("a", "1.1.0"))
			c.slip(d, &x)
			d.tag(x)
			tagged := ""
			want := []string{c.want}
			if name == "a second one" {
				tagged = " tagged"
				want = append(want, "tag-missing: version 1.0.0 has no tag, and later versions have")
			}
			d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-01 10:00 current"+tagged)
			d.problems(want...)
		})
	}
}

// TestATagMovedOrDeleted: a number that a tag alone gave is computed again
// when the tag goes, under an alarm where it still stands somewhere.
func TestATagMovedOrDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", "").Commit("change")
	first, x := tagOf(d.version("a", "1.0.0")), tagOf(d.version("a", "1.1.0"))
	x.Name = "frameworks/a/v2.0.0" // somebody said so
	d.tag(first)
	d.tag(x)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "2.0.0 Two from 03-01 10:00 current tagged")
	d.problems()
	moved := x
	moved.Target = first.Target
	d.tag(moved)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.1.0 Two from 03-01 10:00 current")
	d.problems("tag-ignored: the tag frameworks/a/v2.0.0 does not count: it was made for another text than the one in its commit")
	d.tag(x)
	d.ladder("a", "Three", "").Commit("a third")
	third := tagOf(d.version("a", "2.1.0"))
	d.tag(third)
	d.Git("tag", "-d", x.Name)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "2.0.0 Two from 03-01 10:00 historic", "2.1.0 Three from 03-01 11:00 current tagged")
	d.problems("tag-missing: version 2.0.0 has no tag, and later versions have")
	d.Git("tag", "-d", third.Name)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.1.0 Two from 03-01 10:00 historic", "1.2.0 Three from 03-01 11:00 current")
	d.problems()
}

// TestATagOfNewerRules counts like any other: its number was given by them.
func TestATagOfNewerRules(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", "").Commit("change")
	d.tag(tagOf(d.version("a", "1.0.0")))
	x := tagOf(d.version("a", "1.1.0"))
	x.Message = strings.Replace(x.Message, "Ruleset: 1", "Ruleset: 99999999999999999999", 1)
	d.tag(x)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.1.0 Two from 03-01 10:00 current tagged")
	d.problems()
}

// TestHistoryRewrittenUnderTags: the versions are those of the branch as it is,
// and the tags of what is no longer there say so.
func TestHistoryRewrittenUnderTags(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	start := d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", "").Commit("change")
	d.ladder("a", "Three", "").Commit("another")
	for _, n := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		d.tag(tagOf(d.version("a", n)))
	}
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.1.0 Two from 03-01 10:00 historic tagged", "1.2.0 Three from 03-01 11:00 current tagged")
	d.Git("reset", "-q", "--hard", start)
	d.ladder("a", "Other", "").Commit("another past")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.1.0 Other from 03-01 12:00 current")
	d.problems("tag-ignored: the tag frameworks/a/v1.1.0 does not count: it stands on a commit that is not on the branch",
		"tag-ignored: the tag frameworks/a/v1.2.0 does not count: it stands on a commit that is not on the branch")
}

// TestATaggedVersionThatCannotBeRead keeps its number, and later tags count.
func TestATaggedVersionThatCannotBeRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	lost := d.ladder("a", "Two", "plan: 7").Commit("in a field that there was once")
	d.tag(tagOf(d.version("a", "1.0.0")))
	d.ladder("a", "Three", "").Commit("without it")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.1.0 Three from 03-01 11:00 current")
	x := tagOf(&Version{Framework: "a", Number: "1.1.0", Previous: "1.0.0", Digest: "sha256:" + strings.Repeat("0", 64), Bump: "minor", Commit: lost, RecordedAt: d.version("a", "1.0.0").RecordedAt.Add(time.Hour)})
	d.tag(x)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.2.0 Three from 03-01 11:00 current")
	d.tag(tagOf(d.version("a", "1.2.0")))
	d.ladder("a", "Four", "").Commit("and on")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic tagged", "1.2.0 Three from 03-01 11:00 historic tagged", "1.3.0 Four from 03-01 12:00 current")
	d.problems("version-unreadable: version 1.1.0 was released, and its text cannot be read any more: it stands at commit " + lost[:10] + ", and needs a change today")
	if _, ok := d.look().byID["a"].Find("1.1.0", View{d.now, true}); ok {
		t.Error("a version that cannot be read is answered with another text")
	}
}

// TestATagOfAnotherTextOnACommitThatIsHalfBroken takes no number: the commit
// made a version from its other directory, and that one is not lost.
func TestATagOfAnotherTextOnACommitThatIsHalfBroken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.Replace("frameworks/a/framework.cue", "rank: 2", `rank: "two"`)
	d.ladder("next/a", "Two", `effective: "2024-03-01"`).Commit("breaks one, and brings the other into force")
	x := tagOf(d.version("a", "1.1.0"))
	x.Message = strings.Replace(x.Message, "Digest: sha256:", "Digest: sha256:00", 1)
	d.tag(x)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-01 10:00 current")
}
