package history

import (
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// on is the clock at an hour of a day after the start.
func on(n, hour int) time.Time {
	return time.Date(2024, 3, 1, hour, 0, 0, 0, time.UTC).AddDate(0, 0, n)
}

// TestBadDates: a date that is none, or contradicts another, needs a change;
// the text before it stays, with its date.
func TestBadDates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ directives, want string }{
		"no such day":               {`effective: "2025-02-30"`, "wrong-value: effective is 2025-02-30, which is not a day of the calendar"},
		"a word":                    {`effective: "soon"`, `wrong-value: effective is "soon", which is not written as a date`},
		"a moment":                  {`effective: "2024-03-09T00:00:00Z"`, `wrong-value: effective is "2024-03-09T00:00:00Z", which is not written as a date`},
		"transition ends too early": {"effective: \"2024-03-09\"\ntransition: {acceptOld: \"2024-03-08\", for: \"promotions\"}", "transition-too-early: the old text is accepted until 2024-03-08, which is before the new one is in force (2024-03-09)"},
		"transition without a day":  {"effective: \"2024-03-09\"\ntransition: {acceptOld: \"2024-02-30\", for: \"promotions\"}", "wrong-value: acceptOld of transition is 2024-02-30, which is not a day of the calendar"},
		"publish without a date":    {`publish: "2024-03-09"`, "publish-without-date: publish says from when a coming text may be seen, but there is no effective date"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.ladder("a", "One", "").Commit("start")
			d.ladder("next/a", "Two", `effective: "2024-03-06"`).Commit("an edition")
			d.ladder("next/a", "Three", c.directives).Commit("a slip")
			d.now = on(2, 0)
			d.expect("a", "1.0.0 One from 03-01 09:00 current", "1.1.0-next Two from 03-06 00:00 scheduled")
			d.says(c.want)
			d.now = on(20, 0)
			d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 current")
			d.says(c.want)
		})
	}
}

// says holds the only problem against the beginning of what it should say.
func (d *desk) says(want string) {
	d.t.Helper()
	var got []string
	for _, p := range d.look().Problems {
		for _, f := range p.Findings {
			got = append(got, f.Code+": "+f.Message)
			if f.Help == "" {
				d.t.Errorf("%s does not say what to do", f.Code)
			}
		}
	}
	if len(got) != 1 || !strings.HasPrefix(got[0], want) {
		d.t.Errorf("got %q, want %q", got, want)
	}
}

// TestAFreezeFromLaterThanTo: the organisation's file counts as it was last right.
func TestAFreezeFromLaterThanTo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	file := func(zone, freezes string) {
		d.Write(map[string]string{"frameworks/organisation.cue": "package organisation\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\norganisation: schema.#Organisation\norganisation: {name: \"Example\", timeZone: \"" + zone + "\"" + freezes + "}\n"})
	}
	file("Asia/Tokyo", "")
	d.ladder("a", "One", "").Commit("start")
	file("America/New_York", `, houseRules: freezes: [{from: "2024-05-01", to: "2024-04-01", reason: "reviews"}]`)
	d.Commit("a slip")
	d.ladder("next/a", "Two", `effective: "2024-03-06"`).Commit("an edition")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-05 15:00 current")
	d.says("ends-before-start: the freeze ends on 2024-04-01, before it begins on 2024-05-01")
}

// TestKnownBeforeTheRepository: nothing was known, whatever is asked.
func TestKnownBeforeTheRepository(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").ladder("next/a", "Two", `effective: "2024-03-06"`).Commit("start")
	tl, _ := d.look().Timeline("a")
	for _, known := range []time.Time{{}, time.Unix(0, 0), gittest.Start.Add(-1)} {
		v := View{known, true}
		list, err := tl.List(v)
		c, err2 := tl.Coming(v)
		if err != nil || err2 != nil || len(list) != 0 || c != nil {
			t.Errorf("known at %s: got %v, %v, %v, %v", known, list, c, err, err2)
		}
		for _, at := range []time.Time{{}, gittest.Start, on(900, 0)} {
			if s := tl.At(at, v); s.Version != nil || s.Index != -1 {
				t.Errorf("at %s known at %s: got %+v", at, known, s)
			}
			if a, ok := tl.AlsoAccepted(at, v); ok {
				t.Errorf("at %s known at %s: got %+v", at, known, a)
			}
		}
		for _, number := range []string{"1.0.0", "1.1.0", "1.1.0-next.20240301T090000Z", "", "-next.", "1.1.0-next.", "nonsense"} {
			if s, ok := tl.Find(number, v); ok {
				t.Errorf("%s known at %s: got %+v", number, known, s)
			}
		}
	}
}

// TestARevertRestoresDirectives that then mean nothing: a release that said
// what a rewording means, a lower bump that was accepted, a correction.
func TestARevertRestoresDirectives(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", "correction: {of: \"1.0.0\", reason: \"a slip\"}").Commit("corrects")
	d.expect("a", "1.0.0 One from 03-01 09:00 corrected", "1.1.0 Two from 03-01 09:00 current")
	d.ladder("a", "Three", "").Commit("goes on")
	d.Git("revert", "--no-edit", "HEAD")
	d.expect("a", "1.0.0 One from 03-01 09:00 corrected", "1.1.0 Two from 03-01 09:00 historic",
		"1.2.0 Three from 03-01 11:00 historic", "2.0.0 Two from 03-01 12:00 current")
	d.problems()

	d = newDesk(t)
	lower := "release: bump: \"patch\"\naccept: [{rule: \"expectation-reworded\", reason: \"agreed with the works council\"}]"
	d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", lower).Commit("lower")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.0.1 Two from 03-01 10:00 current")
	d.ladder("a", "Three", "").Commit("goes on")
	d.Git("revert", "--no-edit", "HEAD")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.0.1 Two from 03-01 10:00 historic",
		"1.1.0 Three from 03-01 11:00 historic", "2.0.0 Two from 03-01 12:00 current")
}

// TestALowerBumpNeedsItsRulesAccepted, and a higher one nothing.
func TestALowerBumpNeedsItsRulesAccepted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", "release: bump: \"patch\"\naccept: [{rule: \"level-added\", reason: \"of another change\"}]").Commit("lower")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "2.0.0 Two from 03-01 10:00 current")
	d.problems("bump-too-low: release.bump asks for a patch step, and what changed for people makes it a major one")
	d.ladder("a", "Three", "release: {bump: \"major\", meaning: \"l2.craft\": \"same\"}").Commit("higher")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "2.0.0 Two from 03-01 10:00 historic", "3.0.0 Three from 03-01 11:00 current")
	d.problems()
}

// TestAnEditionInForceIsNotTakenBack by its date: it stays in force as it was.
func TestAnEditionInForceIsNotTakenBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ directives, want string }{
		"later":   {`effective: "2024-04-01"`, "edition-redated: the edition is in force since 6 March 2024, and its date was changed to 1 April 2024"},
		"no date": {"", "edition-redated: the edition is in force since 6 March 2024, and its date was taken away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.ladder("a", "One", "").Commit("start")
			d.ladder("next/a", "Two", `effective: "2024-03-06"`).Commit("an edition")
			d.At(on(7, 9))
			d.ladder("next/a", "Three", c.directives).Commit("too late")
			d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 current")
			d.problems(c.want)
			d.At(on(8, 9))
			d.ladder("next/a", "Three", `effective: "2024-03-06"`).Commit("mended")
			d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 historic", "1.2.0 Three from 03-09 09:00 current")
			d.problems()
		})
	}
}

// TestTheEditionIsBrokenOnItsDate: it comes into force as it last was right.
func TestTheEditionIsBrokenOnItsDate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("next/a", "Two", `effective: "2024-03-06"`).Commit("an edition")
	d.Replace("frameworks/next/a/framework.cue", "rank: 2", `rank: "two"`).Commit("breaks it")
	d.now = on(2, 0)
	d.expect("a", "1.0.0 One from 03-01 09:00 current", "1.1.0-next Two from 03-06 00:00 scheduled")
	d.now = on(9, 0)
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 current")
	if p := d.look().Problems; len(p) != 1 || !p[0].Edition {
		t.Errorf("got problems %+v, want one of the edition", p)
	}
	d.At(on(8, 9))
	d.ladder("next/a", "Three", `effective: "2024-03-06"`).Commit("mends it")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 historic", "1.2.0 Three from 03-09 09:00 current")
	d.problems()
}

// TestTheEditionIsRemovedWhileTheTextIsBroken: it stays in force until the text
// that takes its place is sound.
func TestTheEditionIsRemovedWhileTheTextIsBroken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("next/a", "Two", `effective: "2024-03-06"`).Commit("an edition")
	d.At(on(7, 9))
	d.ladder("a", "Two", `effective: "2024-03-06"`).Replace("frameworks/a/framework.cue", "rank: 2", `rank: "two"`)
	d.Remove("frameworks/next/a").Commit("folded, with a slip")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 current")
	d.At(on(8, 9))
	d.ladder("a", "Two", `effective: "2024-03-06"`).Commit("mended")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 current")
	d.problems()
	d.ladder("a", "Three", "").Commit("and on")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 Two from 03-06 00:00 historic", "1.2.0 Three from 03-09 10:00 current")
}

// TestADateInTheTextInForceThatIsStillToCome has no place there.
func TestADateInTheTextInForceThatIsStillToCome(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("a", "Two", `effective: "2024-04-01"`).Commit("in the wrong place")
	d.expect("a", "1.0.0 One from 03-01 09:00 current")
	d.problems("effective-ahead: the text in force says that it takes effect on 1 April 2024, and that day is still to come")
}

// TestAnIdThatMoved belongs to the framework that had it.
func TestAnIdThatMoved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").ladder("c", "One", "").Commit("start")
	d.Remove("frameworks/a")
	d.ladder("b", "One", `formerly: ["a"]`).Commit("renamed")
	d.ladder("a", "Another", "").Commit("another framework")
	d.expect("a", "moved to b")
	d.expect("b", "1.0.0 One from 03-01 09:00 historic", "1.1.0 One from 03-01 10:00 current")
	d.problems("id-taken: a is the earlier id of b, and addresses with it lead there")
	d.Remove("frameworks/a").Commit("taken back")
	d.problems()
	d.Remove("frameworks/c")
	d.ladder("a", "Two", `formerly: ["c"]`).Commit("another that moves there")
	d.expect("a", "moved to b")
	d.expect("c", "1.0.0 One from 03-01 09:00 historic", "2.0.0 ended from 03-01 13:00 withdrawn")
	d.Remove("frameworks/b").Remove("frameworks/a").Commit("all end")
	d.expect("b", "1.0.0 One from 03-01 09:00 historic", "1.1.0 One from 03-01 10:00 historic", "2.0.0 ended from 03-01 14:00 withdrawn")
	d.ladder("a", "Three", "").Commit("comes back under its first id")
	d.expect("b", "moved to a")
	d.expect("a", "1.0.0 One from 03-01 09:00 historic", "1.1.0 One from 03-01 10:00 historic", "2.0.0 ended from 03-01 14:00 withdrawn", "2.1.0 Three from 03-01 15:00 current")
	d.problems()
}

// TestATransitionIsToldAhead: before an edition with a transition is in force,
// its dates name the text that will be accepted beside it.
func TestATransitionIsToldAhead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ladder("a", "One", "").Commit("start")
	d.ladder("next/a", "Two", "effective: \"2024-03-06\"\ntransition: {acceptOld: \"2024-03-20\", for: \"promotions under way\"}").Commit("an edition")
	for _, now := range []time.Time{on(2, 0), on(9, 0)} {
		d.now = now
		tl, _ := d.look().Timeline("a")
		for _, c := range []struct {
			at   time.Time
			want string
		}{{on(1, 0), ""}, {on(5, 0).Add(-1), ""}, {on(5, 0), "1.0.0"}, {on(20, 0).Add(-1), "1.0.0"}, {on(20, 0), ""}} {
			a, ok := tl.AlsoAccepted(c.at, View{now, true})
			if got := ok; got != (c.want != "") || ok && (a.Version.Number != c.want || a.For != "promotions under way" || !a.Until.Equal(on(20, 0).Add(-1))) {
				t.Errorf("on %s as known on %s: got %+v, %t, want %q", c.at, now, a, ok, c.want)
			}
		}
		if now.Equal(on(2, 0)) {
			if a, ok := tl.AlsoAccepted(on(9, 0), View{now, false}); ok {
				t.Errorf("without drafts: got %+v of an edition that nobody may see yet", a)
			}
		}
	}
}
