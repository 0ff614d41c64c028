package webhook

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

const (
	cueHead  = "package framework\n\n"
	profileA = cueHead + "framework: profiles: l2: {model: \"m\", requires: {data: \"high\", talk: \"high\"}, critical: [\"data\", \"talk\"]}\n"
	sharedBy = cueHead + "import \"example.com/careers/frameworks/lib/shared\"\n\nframework: profiles: shared.profiles\n"
	shared   = "package shared\n\nprofiles: l2: {model: \"m\", requires: {data: \"high\", talk: \"high\"}, critical: [\"data\", \"talk\"]}\n"
)

// leftTop says where the people of the level go that "top" takes the place of.
const leftTop = "framework: retired: levels: high: {reason: \"Two became one.\", into: [{level: \"top\"}]}\n"

// competencies is a competency model with one level beside "some".
func competencies(id, level string) string {
	return fmt.Sprintf(`package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    %q
	kind:  "competency-model"
	title: "What is asked"
	owners: ["people-team"]
	order: competencies: ["data", "talk"]
	competencies: {data: title: "Data", talk: title: "Talk"}
	levels: some: {rank: 1, titles: [{text: "Some"}], expectations: {data: items: ["Reads"], talk: items: ["Talks"]}}
	levels: %s: {rank: 2, titles: [{text: "More"}], expectations: {data: items: ["Reads more"], talk: items: ["Talks more"]}}
}
`, id, level)
}

// TestTheBranchMovesElsewhere: a pull request is judged again when something
// changes on the branch that its verdict follows from, though it touches that
// nowhere; and only then.
func TestTheBranchMovesElsewhere(t *testing.T) {
	t.Parallel()
	const a, m, from = "frameworks/a/framework.cue", "frameworks/m/framework.cue", "frameworks/a/profile.cue"
	two := map[string]string{a: gittest.Ladder("a", "Two")[a]}
	wordy := strings.Replace(files()[org], "timeZone:", "houseRules: prose: forbid: [\"Two\"]\n\ttimeZone:", 1)
	dated := strings.Replace(competencies("m", "top"), "\tkind:", "\teffective: \"2027-03-01\"\n\tkind:", 1)
	cache := t.TempDir()
	for name, c := range map[string]struct {
		before, change, then map[string]string
		verdict, says        string
	}{
		"what it names": {map[string]string{from: profileA}, two, map[string]string{m: competencies("m", "top")}, Failure, "which is not a level of"},
		"what names it": {nil, map[string]string{m: competencies("m", "top") + leftTop}, map[string]string{from: profileA}, Failure, "which is not a level of"},
		"what it names from a day on": {map[string]string{from: profileA}, two,
			map[string]string{"frameworks/next/m/framework.cue": dated}, Failure, "from 1 March 2027 on"},
		"what names it by what it shares": {map[string]string{from: sharedBy, "frameworks/lib/shared/shared.cue": shared},
			map[string]string{m: strings.Replace(competencies("m", "high"), "Reads more", "Reads much", 1)},
			map[string]string{"frameworks/lib/shared/shared.cue": strings.ReplaceAll(shared, "high", "top")}, Failure, "which is not a level of"},
		"how things stand":   {nil, two, map[string]string{"frameworks/stray.cue": cueHead}, Failure, "stands in no framework"},
		"nothing of it":      {map[string]string{from: profileA}, two, map[string]string{"README.md": "x", "frameworks/b/more.cue": cueHead + "framework: summary: \"All of it.\"\n"}, Success, ""},
		"it touches nothing": {nil, map[string]string{"README.md": "x"}, map[string]string{org: wordy}, Success, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := files(gittest.Ladder("a", "One"), gittest.Ladder("b", "One"), map[string]string{m: competencies("m", "high")}, c.before)
			w := newWorld(t, worldOptions{files: all, cache: cache})
			w.sweep()
			w.open(fakehub.PullOptions{Branch: "topic", Files: c.change})
			w.work()
			head := w.repo.Head("topic")
			was := w.checkOf(head)
			if was.Conclusion != Success {
				t.Fatalf("it begins with %+v", was)
			}
			w.clock.pass(time.Minute)
			at := w.calls()
			_, err := w.repo.Push("main", c.then)
			w.check(err)
			w.check(w.repo.ComputeMerges())
			w.work()
			is := w.checkOf(head)
			if is.Conclusion != c.verdict || !strings.Contains(fmt.Sprint(is), c.says) {
				t.Errorf("got %+v, want %s that says %q", is, c.verdict, c.says)
			}
			if c.verdict == Success {
				if diff := cmp.Diff(was, is); diff != "" {
					t.Errorf("it was judged again:\n%s", diff)
				}
				for _, call := range w.writes(at) {
					if strings.Contains(call, "/check-runs") || strings.Contains(call, "/comments") {
						t.Errorf("it was said again: %s", call)
					}
				}
			}
			at = w.calls()
			w.sweep()
			if writes := w.writes(at); len(writes) > 0 {
				t.Errorf("it does not come to rest: %v", writes)
			}
			w.clean()
		})
	}
}

// TestKnownNamesAreBounded: what is remembered of directories is bounded, and
// is right when it is read anew.
func TestKnownNamesAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{files: files(gittest.Ladder("a", "One"), map[string]string{"frameworks/a/profile.cue": profileA})})
	w.sweep()
	tree, err := w.s.o.Trees.Tree(t.Context(), w.repo.Head("main"))
	w.check(err)
	first, err := w.s.names(tree, "a")
	w.check(err)
	if !strings.Contains(fmt.Sprint(first), " m ") {
		t.Errorf("got %v", first)
	}
	for i := range maxKnown {
		w.s.known.kept[fmt.Sprint(i)] = nil
	}
	_, err = w.s.names(tree, "b")
	w.check(err)
	if n := len(w.s.known.kept); n > maxKnown {
		t.Errorf("%d are kept", n)
	}
	kept := maps.Clone(w.s.known.kept)
	again, err := w.s.names(tree, "a")
	w.check(err)
	if diff := cmp.Diff(first, again); diff != "" || len(w.s.known.kept) == len(kept) {
		t.Errorf("(-first +again):\n%s", diff)
	}
}
