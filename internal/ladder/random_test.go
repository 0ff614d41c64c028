package ladder

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random frameworks and mutations of them. Ids begin with zz, so that a
// sentence that names one is found out.

func randomText(r *rand.Rand) string {
	verbs := strings.Fields("Leads Plans Writes Mentors Reviews Explains Improves Measures Owns Shapes Tests Answers")
	nouns := strings.Fields("projects colleagues documents processes customers decisions tools budgets experiments reports")
	tails := strings.Fields("daily alone together openly early carefully abroad first again clearly")
	out := verbs[r.IntN(len(verbs))]
	for range 1 + r.IntN(4) {
		out += " " + nouns[r.IntN(len(nouns))] + " " + tails[r.IntN(len(tails))]
	}
	return out
}

func randomItems(r *rand.Rand) []Item {
	var out []Item
	for range 1 + r.IntN(4) {
		it := Item{Text: randomText(r)}
		if r.IntN(8) == 0 {
			it.Examples = []string{randomText(r)}
		}
		out = append(out, it)
	}
	return out
}

var randomDegrees = []string{"Low", "Middling", "High", "Highest"}

func randomFramework(r *rand.Rand) *Framework {
	f := &Framework{ID: "zz-ladder", Kind: KindLadder, Title: "Random ladder", Owners: []string{"people-team"}, Cumulative: r.IntN(4) == 0}
	for i := range r.IntN(4) {
		f.Tracks = append(f.Tracks, Track{ID: fmt.Sprintf("zztrack%d", i), Title: fmt.Sprintf("Path %c", 'A'+i)})
	}
	for i := range 1 + r.IntN(5) {
		c := Competency{ID: fmt.Sprintf("zzcomp%d", i), Title: fmt.Sprintf("Subject %c", 'A'+i), Cumulative: r.IntN(8) == 0}
		if r.IntN(2) == 0 {
			c.Degrees = randomDegrees
		}
		if r.IntN(4) == 0 {
			c.AppliesTo = &AppliesTo{Levels: []string{"zzlevel0", "zzlevel2"}}
		}
		f.Competencies = append(f.Competencies, c)
	}
	for i := range 1 + r.IntN(8) {
		f.Levels = append(f.Levels, randomLevel(r, f, i))
	}
	for i := range r.IntN(3) {
		f.Roles = append(f.Roles, Role{ID: fmt.Sprintf("zzrole%d", i), Title: fmt.Sprintf("Job %c", 'A'+i), Responsibilities: []string{randomText(r), randomText(r)}})
	}
	return f
}

func randomLevel(r *rand.Rand, f *Framework, i int) Level {
	l := Level{ID: fmt.Sprintf("zzlevel%d", i), Rank: i + 1, Code: fmt.Sprintf("L%d", i+1), Titles: []Title{{Text: fmt.Sprintf("Person %c", 'A'+i)}}, Expectations: cells{}}
	if len(f.Tracks) > 0 {
		l.Track = f.Tracks[min(i*len(f.Tracks)/8, len(f.Tracks)-1)].ID
	}
	for _, c := range f.Competencies {
		switch r.IntN(8) {
		case 0:
			l.Expectations[c.ID] = Cell{None: "not expected here"}
		case 1, 2:
			if n := len(f.Levels); n > 0 {
				if cell, ok := f.Levels[n-1].Expectations[c.ID]; ok { // shared with the level below
					l.Expectations[c.ID] = cell
				}
			}
		default:
			cell := Cell{Items: randomItems(r)}
			if c.Degrees != nil {
				cell.Degree = c.Degrees[r.IntN(len(c.Degrees))]
			}
			l.Expectations[c.ID] = cell
		}
	}
	return l
}

// mutation changes a framework somewhere, or leaves it alone where it cannot.
type mutation struct {
	name string
	do   func(r *rand.Rand, f *Framework)
}

func pick[T any](r *rand.Rand, list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[r.IntN(len(list))]
}

// onCell changes a random cell that has items.
func onCell(change func(r *rand.Rand, c *Cell)) func(*rand.Rand, *Framework) {
	return func(r *rand.Rand, f *Framework) {
		l := pick(r, f.Levels)
		if l == nil {
			return
		}
		ids := sortedKeys(l.Expectations)
		if len(ids) == 0 {
			return
		}
		id := ids[r.IntN(len(ids))]
		c := l.Expectations[id]
		c.Items = slices.Clone(c.Items)
		change(r, &c)
		l.Expectations[id] = c
	}
}

func onLevel(change func(r *rand.Rand, l *Level)) func(*rand.Rand, *Framework) {
	return func(r *rand.Rand, f *Framework) {
		if l := pick(r, f.Levels); l != nil {
			change(r, l)
		}
	}
}

func onCompetency(change func(r *rand.Rand, c *Competency)) func(*rand.Rand, *Framework) {
	return func(r *rand.Rand, f *Framework) {
		if c := pick(r, f.Competencies); c != nil {
			change(r, c)
		}
	}
}

func mutations() []mutation {
	return []mutation{
		{"item added", onCell(func(r *rand.Rand, c *Cell) { c.Items = append(c.Items, Item{Text: randomText(r)}) })},
		{"item removed", onCell(func(r *rand.Rand, c *Cell) {
			if n := len(c.Items); n > 1 {
				i := r.IntN(n)
				c.Items = slices.Delete(c.Items, i, i+1)
			}
		})},
		{"item reworded", onCell(func(r *rand.Rand, c *Cell) {
			if it := pick(r, c.Items); it != nil {
				it.Text += " for everybody"
			}
		})},
		{"item misspelt", onCell(func(r *rand.Rand, c *Cell) {
			if it := pick(r, c.Items); it != nil {
				it.Text = strings.Replace(it.Text, "e", "ee", 1)
			}
		})},
		{"item doubled", onCell(func(r *rand.Rand, c *Cell) {
			if it := pick(r, c.Items); it != nil {
				c.Items = append(c.Items, *it)
			}
		})},
		{"items shuffled", onCell(func(r *rand.Rand, c *Cell) {
			r.Shuffle(len(c.Items), func(i, j int) { c.Items[i], c.Items[j] = c.Items[j], c.Items[i] })
		})},
		{"example", onCell(func(r *rand.Rand, c *Cell) {
			if it := pick(r, c.Items); it != nil {
				it.Examples = []string{randomText(r)}
			}
		})},
		{"degree", onCell(func(r *rand.Rand, c *Cell) { c.Degree = randomDegrees[r.IntN(4)] })},
		{"nothing asked", onCell(func(r *rand.Rand, c *Cell) { *c = Cell{None: "left to others"} })},
		{"something asked", onCell(func(r *rand.Rand, c *Cell) { *c = Cell{Items: randomItems(r)} })},
		{"item moved", moveItem},
		{"item regrouped", regroupItem},
		{"cell shared", shareCell},
		{"cell dropped", onLevel(func(r *rand.Rand, l *Level) {
			if ids := sortedKeys(l.Expectations); len(ids) > 0 {
				delete(l.Expectations, ids[r.IntN(len(ids))])
			}
		})},
		{"rank", onLevel(func(r *rand.Rand, l *Level) { l.Rank = 1 + r.IntN(20) })},
		{"code", onLevel(func(r *rand.Rand, l *Level) { l.Code = fmt.Sprintf("X%d", r.IntN(30)) })},
		{"title", onLevel(func(r *rand.Rand, l *Level) { l.Titles = []Title{{Text: "Person " + randomText(r)}} })},
		{"grades", onLevel(func(r *rand.Rand, l *Level) { l.JobGrades = append(l.JobGrades, fmt.Sprintf("G%d", r.IntN(9))) })},
		{"years", onLevel(func(r *rand.Rand, l *Level) { n := r.IntN(9); l.Experience = &Experience{Years: &n} })},
		{"next", onLevel(func(r *rand.Rand, l *Level) { l.Next = &[]string{fmt.Sprintf("zzlevel%d", r.IntN(3))} })},
		{"level removed", func(r *rand.Rand, f *Framework) { removeLevel(r, f) }},
		{"level retired", func(r *rand.Rand, f *Framework) {
			if id := removeLevel(r, f); id != "" {
				f.Retired = &RetiredIDs{Levels: map[string]Retired{id: {Reason: "nobody was there"}}}
			}
		}},
		{"level added", func(r *rand.Rand, f *Framework) {
			i := len(f.Levels) + 10
			for slices.ContainsFunc(f.Levels, func(l Level) bool { return l.ID == fmt.Sprintf("zzlevel%d", i) }) {
				i++ // one was removed since another was added
			}
			f.Levels = append(f.Levels, randomLevel(r, f, i))
		}},
		{"level renamed", func(r *rand.Rand, f *Framework) {
			if l := pick(r, f.Levels); l != nil && !strings.HasSuffix(l.ID, "new") {
				old := l.ID
				l.Formerly, l.ID = append(l.Formerly, old), old+"new"
				if p, ok := f.Profiles[old]; ok {
					delete(f.Profiles, old)
					f.Profiles[l.ID] = p
				}
			}
		}},
		{"competency renamed", renameRandomCompetency},
		{"competency removed", func(r *rand.Rand, f *Framework) {
			if n := len(f.Competencies); n > 1 {
				i := r.IntN(n)
				id := f.Competencies[i].ID
				f.Competencies = slices.Delete(f.Competencies, i, i+1)
				for _, l := range f.Levels {
					delete(l.Expectations, id)
				}
			}
		}},
		{"competency reach", onCompetency(func(r *rand.Rand, c *Competency) { c.AppliesTo = &AppliesTo{Levels: []string{"zzlevel1"}} })},
		{"competency cumulative", onCompetency(func(r *rand.Rand, c *Competency) { c.Cumulative = !c.Cumulative })},
		{"competency definition", onCompetency(func(r *rand.Rand, c *Competency) { c.Definition = randomText(r) })},
		{"degrees", onCompetency(func(r *rand.Rand, c *Competency) {
			c.Degrees = slices.Clone(randomDegrees[:2+r.IntN(3)])
			if r.IntN(2) == 0 {
				slices.Reverse(c.Degrees)
			}
		})},
		{"cumulative", func(r *rand.Rand, f *Framework) { f.Cumulative = !f.Cumulative }},
		{"track removed", func(r *rand.Rand, f *Framework) {
			if n := len(f.Tracks); n > 0 {
				f.Tracks = f.Tracks[:n-1]
			}
		}},
		{"competencies shuffled", func(r *rand.Rand, f *Framework) {
			r.Shuffle(len(f.Competencies), func(i, j int) {
				f.Competencies[i], f.Competencies[j] = f.Competencies[j], f.Competencies[i]
			})
		}},
		{"duty", func(r *rand.Rand, f *Framework) {
			if x := pick(r, f.Roles); x != nil {
				x.Responsibilities = append(x.Responsibilities, randomText(r))
			}
		}},
	}
}

func moveItem(r *rand.Rand, f *Framework) {
	c := pick(r, f.Competencies)
	from, to := pick(r, f.Levels), pick(r, f.Levels)
	if c == nil || from == nil {
		return
	}
	a, b := from.Expectations[c.ID], to.Expectations[c.ID]
	if len(a.Items) < 2 || len(b.Items) == 0 || from == to {
		return
	}
	b.Items = append(slices.Clone(b.Items), a.Items[0])
	a.Items = slices.Clone(a.Items[1:])
	from.Expectations[c.ID], to.Expectations[c.ID] = a, b
}

func regroupItem(r *rand.Rand, f *Framework) {
	l := pick(r, f.Levels)
	c, d := pick(r, f.Competencies), pick(r, f.Competencies)
	if l == nil || c == nil || c == d {
		return
	}
	a, b := l.Expectations[c.ID], l.Expectations[d.ID]
	if len(a.Items) < 2 || len(b.Items) == 0 {
		return
	}
	b.Items = append(slices.Clone(b.Items), a.Items[0])
	a.Items = slices.Clone(a.Items[1:])
	l.Expectations[c.ID], l.Expectations[d.ID] = a, b
}

func shareCell(r *rand.Rand, f *Framework) {
	c := pick(r, f.Competencies)
	from, to := pick(r, f.Levels), pick(r, f.Levels)
	if c == nil || from == nil {
		return
	}
	if cell, ok := from.Expectations[c.ID]; ok {
		to.Expectations[c.ID] = cell
	}
}

func removeLevel(r *rand.Rand, f *Framework) string {
	n := len(f.Levels)
	if n < 2 {
		return ""
	}
	i := r.IntN(n)
	id := f.Levels[i].ID
	f.Levels = slices.Delete(f.Levels, i, i+1)
	return id
}

func renameRandomCompetency(r *rand.Rand, f *Framework) {
	c := pick(r, f.Competencies)
	if c == nil || strings.HasSuffix(c.ID, "new") {
		return
	}
	old := c.ID
	c.Formerly, c.ID = append(c.Formerly, old), old+"new"
	for _, l := range f.Levels {
		if cell, ok := l.Expectations[old]; ok {
			delete(l.Expectations, old)
			l.Expectations[c.ID] = cell
		}
	}
}
