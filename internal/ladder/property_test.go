package ladder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestDiffProperties holds Diff to what must be true of any two frameworks,
// over pairs that differ by one to five random mutations.
func TestDiffProperties(t *testing.T) {
	t.Parallel()
	all := mutations()
	seen := map[string]int{}
	for seed := range uint64(2500) {
		r := rand.New(rand.NewPCG(seed, 4))
		a := randomFramework(r)
		if s := Diff(a, clone(t, a)); !s.Empty() {
			t.Fatalf("seed %d: Diff(x, x) says %q", seed, s.Changes[0].Message)
		}
		b := clone(t, a)
		var done []string
		for range 1 + r.IntN(5) {
			m := all[r.IntN(len(all))]
			m.do(r, b)
			done = append(done, m.name)
		}
		name := fmt.Sprintf("seed %d (%s)", seed, strings.Join(done, ", "))
		s := Diff(a, b)
		checkProperties(t, name, a, b, s)
		checkMentions(t, name, a, b, s)
		for _, c := range s.Changes {
			seen[c.Rule]++
			if c.Path == "" { // what no rule told
				t.Fatalf("%s: %s", name, c.Message)
			}
		}
		if back := Diff(b, a); back.Empty() != s.Empty() {
			t.Fatalf("%s: changes one way only", name)
		}
	}
	for _, rule := range []string{"expectation-added", "expectation-removed", "expectation-moved-down", "expectation-moved-up", "expectation-moved-across",
		"expectation-reworded", "expectation-corrected", "expectation-regrouped", "expectation-repeated", "level-retired", "level-renamed", "order-changed"} {
		if seen[rule] == 0 {
			t.Errorf("no random pair showed %s: the mutations are too tame", rule)
		}
	}
}

// checkProperties holds for any pair of texts, odd ones too.
func checkProperties(t *testing.T, name string, a, b *Framework, s ChangeSet) {
	t.Helper()
	if same := bytes.Equal(canonical(a), canonical(b)); same != s.Empty() {
		t.Fatalf("%s: equal texts: %v, but %d changes", name, same, len(s.Changes))
	}
	for _, c := range s.Changes {
		r, ok := RuleByID(c.Rule)
		if !ok || c.Category != r.Category || c.Category.Weight() == 0 {
			t.Fatalf("%s: change %q has rule %q and category %q", name, c.Message, c.Rule, c.Category)
		}
		if c.Message == "" || !strings.HasSuffix(c.Message, ".") && !strings.HasSuffix(c.Message, `."`) {
			t.Fatalf("%s: the message %q is no sentence", name, c.Message)
		}
		if len(c.Words) > 0 {
			checkSpans(t, c.Before, c.After, c.Words)
		}
	}
	if again := Diff(a, b); !reflect.DeepEqual(again, s) {
		t.Fatalf("%s: two runs differ:\n%v\n%v", name, s, again)
	}
	if !s.Empty() && (s.Bump() == "" || s.Headline(b) == "") {
		t.Fatalf("%s: bump %q, headline %q", name, s.Bump(), s.Headline(b))
	}
	checkApply(t, name, a, b, s)
	grouped := 0
	for _, g := range s.ByLevel() {
		grouped += len(g.Changes)
	}
	if grouped != len(s.Changes) {
		t.Fatalf("%s: %d changes, %d of them in groups", name, len(s.Changes), grouped)
	}
}

func canonical(f *Framework) []byte {
	if f == nil {
		return []byte("null")
	}
	return f.Canonical()
}

// checkMentions holds that nothing that differs goes untold: each cell, level
// and competency that is in both texts and differs has a change that speaks of
// it, and no sentence speaks in ids.
func checkMentions(t *testing.T, name string, a, b *Framework, s ChangeSet) {
	t.Helper()
	for _, c := range s.Changes {
		if strings.Contains(c.Message, "zz") {
			t.Fatalf("%s: the message %q names an id", name, c.Message)
		}
	}
	for i := range b.Levels {
		l := &b.Levels[i]
		was, ok := a.Level(l.ID)
		if !ok {
			continue
		}
		its := s.ForLevel(l.ID).Changes
		for _, c := range b.Competencies {
			before, after := was.Expectations[c.ID], l.Expectations[c.ID]
			if before.Equal(after) || slices.ContainsFunc(a.Competencies, func(x Competency) bool { return slices.Contains(c.Formerly, x.ID) }) {
				continue
			}
			if !slices.ContainsFunc(its, func(x Change) bool { return x.Competency == c.ID || x.FromCompetency == c.ID }) && !relabels(s, c.ID) {
				t.Fatalf("%s: nothing is said of %s and %s:\n%v\n%v", name, l.ID, c.ID, before, after)
			}
		}
		if was.Code != l.Code && !slices.ContainsFunc(its, func(x Change) bool { return strings.HasSuffix(x.Path, ".code") }) {
			t.Fatalf("%s: nothing is said of the code of %s", name, l.ID)
		}
	}
}

func relabels(s ChangeSet, competency string) bool {
	return slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Rule == "degrees-relabelled" && c.Competency == competency })
}

// TestReorderIsOneChange: showing things in another order is one change, of
// wording only, whatever is reordered.
func TestReorderIsOneChange(t *testing.T) {
	t.Parallel()
	tried := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 5))
		a := randomFramework(r)
		b := clone(t, a)
		switch seed % 3 {
		case 0:
			r.Shuffle(len(b.Competencies), func(i, j int) { b.Competencies[i], b.Competencies[j] = b.Competencies[j], b.Competencies[i] })
		case 1:
			onCell(func(r *rand.Rand, c *Cell) {
				r.Shuffle(len(c.Items), func(i, j int) { c.Items[i], c.Items[j] = c.Items[j], c.Items[i] })
			})(r, b)
		case 2:
			r.Shuffle(len(b.Roles), func(i, j int) { b.Roles[i], b.Roles[j] = b.Roles[j], b.Roles[i] })
		}
		if bytes.Equal(a.Canonical(), b.Canonical()) {
			continue
		}
		tried++
		s := Diff(a, b)
		if len(s.Changes) != 1 || s.Category() != WordingOnly {
			t.Fatalf("seed %d: got %d changes of category %q, want one of wording only: %v", seed, len(s.Changes), s.Category(), s.Changes)
		}
	}
	if tried < 150 {
		t.Errorf("only %d reorders tried", tried)
	}
}

// TestSharedEditIsOneChange: one edit of a text that levels share is one
// change, which lists every one of them.
func TestSharedEditIsOneChange(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 6))
		a := randomFramework(r)
		a.Cumulative = false
		for i := range a.Competencies {
			a.Competencies[i].Cumulative, a.Competencies[i].AppliesTo = false, nil
		}
		text := Cell{Items: items("Keeps what was agreed", "Says what is missing")}
		id := a.Competencies[0].ID
		var want []string
		for i := range a.Levels {
			if r.IntN(2) == 0 {
				a.Levels[i].Expectations[id] = text
				want = append(want, a.Levels[i].ID)
			}
		}
		b := clone(t, a)
		for _, l := range want {
			x, _ := b.Level(l)
			x.Expectations[id] = Cell{Items: items("Keeps what was agreed with customers", "Says what is missing")}
		}
		if s := Diff(a, b); len(want) > 0 && (len(s.Changes) != 1 || !slices.Equal(s.Changes[0].Affects, want) || s.Changes[0].Rule != "expectation-reworded") {
			t.Fatalf("seed %d: got %v, want one change for %v", seed, s.Changes, want)
		}
	}
}

// TestDiffOddInput: no text is so odd that Diff fails on it.
func TestDiffOddInput(t *testing.T) {
	t.Parallel()
	odd := []*Framework{
		nil, {}, {Levels: []Level{{}, {}}}, {Levels: []Level{{ID: "x"}, {ID: "x", Rank: 3}}},
		{Levels: []Level{{ID: "x", Track: "nowhere", Formerly: []string{"x", "y"}, Next: &[]string{"nobody"}, Expectations: cells{"stray": {Items: items("A", "A")}, "": {}}}}},
		{Competencies: []Competency{{ID: "stray", AppliesTo: &AppliesTo{}}, {ID: ""}}, Levels: []Level{{ID: "y", Expectations: cells{"stray": {Items: items("A")}}}}},
		{Competencies: []Competency{{ID: "c", Area: "nowhere"}}, Levels: []Level{{ID: "y", Expectations: cells{"c": {Items: items("A"), None: "both", Degree: "none"}}}}},
		{Retired: &RetiredIDs{}}, {Retired: &RetiredIDs{Levels: map[string]Retired{"y": {Into: []Into{{}}}}}},
		{Profiles: map[string]Profile{"nobody": {Requires: map[string]string{"": ""}}}}, {Source: &Source{}}, {Levels: []Level{{ID: "x", Experience: &Experience{}}}},
		{Guidance: []Guidance{{}, {}}, Questions: []string{"", ""}, Roles: []Role{{}, {}}, Aims: []Aim{{}}, Tracks: []Track{{}}, Areas: []Area{{}}},
		{Tracks: []Track{{ID: "a", Formerly: []string{"b"}}, {ID: "b", Formerly: []string{"a"}}}}, {Tracks: []Track{{ID: "b", Formerly: []string{"a"}}}},
		sample(),
	}
	for i, a := range odd {
		for j, b := range odd {
			checkProperties(t, fmt.Sprintf("odd %d and %d", i, j), a, b, Diff(a, b))
		}
	}
}

// FuzzDiff feeds any two JSON documents that decode into frameworks.
func FuzzDiff(f *testing.F) {
	f.Add([]byte(`{}`), []byte(`{"levels":[{"id":"x","expectations":{"c":{"items":["a"]}}}]}`))
	f.Add(sample().Canonical(), []byte(`{"id":"support-ladder","competencies":[{"id":"comp_craft"}]}`))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		var a, b Framework
		if json.Unmarshal(x, &a) != nil || json.Unmarshal(y, &b) != nil {
			t.Skip()
		}
		checkProperties(t, "fuzz", &a, &b, Diff(&a, &b))
	})
}

// TestChangeSetJSON: lists are never null, and the fields are pinned.
func TestChangeSetJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []ChangeSet{{}, Diff(sample(), sample()), ChangeSet{}.ForLevel("x")} {
		b, err := json.Marshal(s)
		if err != nil || string(b) != `{"changes":[],"levels":[]}` {
			t.Errorf("got %s, %v, want empty lists", b, err)
		}
	}
	c := expectationCases()[5] // moves down and is reworded
	s, _ := c.run(t)
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "changeset.golden.json", string(b)+"\n")
}
