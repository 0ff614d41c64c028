package webhook

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// proof plays scenes over and over, and counts what came of it.
type proof struct {
	cache string            // of compiled texts: nothing is compiled twice
	wants map[string]ending // of the scenes as nothing disturbs them

	mu    sync.Mutex
	table []*tally
}

// newProof plays each scene undisturbed, twice: it has to come to the same
// end by the same calls, or else a call could not be named.
func newProof(t *testing.T) *proof {
	t.Helper()
	q := &proof{cache: t.TempDir(), wants: map[string]ending{}}
	for _, sc := range scenes() {
		e := perform(t, sc, variant{cache: q.cache})
		a, _ := compare(e, e, nil)
		if sum := a.wrong(); sum > 0 {
			t.Errorf("%s, undisturbed: %s %v %v", sc.name, a, e.needless, e.refused)
		}
		q.wants[sc.name] = e
	}
	return q
}

// try plays a scene in which something is amiss, and holds its end against
// the undisturbed one, or against another.
func (q *proof) try(t *testing.T, class string, sc *scene, v variant, want ending) {
	t.Helper()
	v.cache = q.cache
	got := perform(t, sc, v)
	a, diff := compare(want, got, v.like)
	a.hit = got.hits
	if a.hit == 0 && !v.gives { // what goes by chance may pass by a short scene
		t.Error("nothing went wrong")
	}
	if diff != "" {
		t.Errorf("it ends otherwise (-want +got):\n%s", diff)
	}
	if a.wrong() > 0 || a.given > 0 && !v.gives {
		t.Errorf("%s\n%s\nneedless: %v\nrefused: %v", tallyHead, a, got.needless, got.refused)
	}
	q.add(class, a)
}

func (q *proof) add(class string, a tally) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.table, func(o *tally) bool { return o.class == class })
	if i < 0 {
		i, q.table = len(q.table), append(q.table, &tally{class: class})
	}
	q.table[i].plus(a)
}

// tell prints the table.
func (q *proof) tell(t *testing.T) {
	t.Helper()
	slices.SortFunc(q.table, func(a, b *tally) int { return strings.Compare(a.class, b.class) })
	all := tally{class: "**all**"}
	var b strings.Builder
	for _, a := range q.table {
		fmt.Fprintln(&b, a)
		all.plus(*a)
	}
	t.Logf("\n%s\n%s%s", tallyHead, b.String(), all)
}

// tally is what came of the runs of a class.
type tally struct {
	class                                                  string
	runs, hit, unanswered, lost, doubled, twice, differing int
	needless, refused, given                               int
}

const tallyHead = "| class | runs | faults hit | pull requests without a result | versions lost | doubled | comments doubled | states that differ | needless writes | refused by GitHub | given up |\n|---|---|---|---|---|---|---|---|---|---|---|"

func (a tally) String() string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |",
		a.class, a.runs, a.hit, a.unanswered, a.lost, a.doubled, a.twice, a.differing, a.needless, a.refused, a.given)
}

func (a *tally) plus(b tally) {
	a.runs, a.hit, a.unanswered, a.lost, a.doubled = a.runs+b.runs, a.hit+b.hit, a.unanswered+b.unanswered, a.lost+b.lost, a.doubled+b.doubled
	a.twice, a.differing, a.needless, a.refused, a.given = a.twice+b.twice, a.differing+b.differing, a.needless+b.needless, a.refused+b.refused, a.given+b.given
}

// wrong counts all that must not be.
func (a tally) wrong() int {
	return a.unanswered + a.lost + a.doubled + a.twice + a.differing + a.needless + a.refused
}

// compare counts how a play's end differs from the undisturbed one.
func compare(want, got ending, like func(fakehub.RepoState) fakehub.RepoState) (a tally, diff string) {
	if like == nil {
		like = func(s fakehub.RepoState) fakehub.RepoState { return s }
	}
	a = tally{runs: 1, unanswered: unanswered(got.state), needless: len(got.needless), refused: len(got.refused), given: got.given}
	had, has := things(want.state), things(got.state)
	for name, n := range has {
		a.doubled += max(n-max(had[name], 1), 0)
		if had[name] == 0 {
			a.doubled++
		}
	}
	for name := range had {
		if has[name] == 0 {
			a.lost++
		}
	}
	comments := map[int]int{}
	for _, c := range got.state.Comments {
		if strings.HasPrefix(c.Body, Marker) {
			if comments[c.Pull]++; comments[c.Pull] > 1 {
				a.twice++
			}
		}
	}
	if diff = cmp.Diff(like(want.state), like(got.state), cmpopts.EquateEmpty()); diff != "" {
		a.differing = 1
	}
	return a, diff
}

// things count tags and releases by their names.
func things(s fakehub.RepoState) map[string]int {
	out := map[string]int{}
	for _, t := range s.Tags {
		out["tag "+t.Name]++
	}
	for _, r := range s.Releases {
		out["release "+r.Tag]++
	}
	return out
}

// unanswered counts open pull requests whose newest commit has no verdict.
func unanswered(s fakehub.RepoState) int {
	n := 0
	for _, p := range s.Pulls {
		checked := slices.ContainsFunc(s.Checks, func(k fakehub.CheckState) bool {
			return k.Head == p.Head && k.Status == "completed" && (k.Conclusion == Success || k.Conclusion == Failure)
		})
		marked := slices.ContainsFunc(s.Statuses, func(m fakehub.StatusState) bool {
			return m.SHA == p.Head && (m.State == Success || m.State == Failure)
		})
		if p.State == "open" && !checked && !marked {
			n++
		}
	}
	return n
}
