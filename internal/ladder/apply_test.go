package ladder

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// checkApply holds that the changes carry the whole difference: carried out on
// a they give b, to the byte, and leave a as it was; every change has an edit,
// and those that only follow from others are not alone.
func checkApply(t *testing.T, name string, a, b *Framework, s ChangeSet) {
	t.Helper()
	before := canonical(a)
	got, err := Apply(a, s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !bytes.Equal(canonical(got), canonical(b)) {
		t.Fatalf("%s: applying the changes gives\n%s\nwant\n%s", name, canonical(got), canonical(b))
	}
	if !bytes.Equal(canonical(a), before) {
		t.Fatalf("%s: applying the changes wrote to the text before", name)
	}
	done := 0
	for _, c := range s.Changes {
		if len(c.Edits) == 0 {
			t.Fatalf("%s: %q has no edit", name, c.Message)
		}
		for _, e := range c.Edits {
			if e.Op != OpFollow {
				done++
			} else if len(c.Edits) > 1 {
				t.Fatalf("%s: %q follows from others and has edits of its own", name, c.Message)
			}
		}
	}
	if done == 0 && !s.Empty() {
		t.Fatalf("%s: no change has an edit that does anything", name)
	}
}

// TestApplyCases: the samples, one way and back, and each change alone where
// it is the only one.
func TestApplyCases(t *testing.T) {
	t.Parallel()
	for _, c := range allCases() {
		a := sample()
		if c.before != nil {
			c.before(edit{a})
		}
		b := clone(t, a)
		c.change(edit{b})
		checkApply(t, c.name, a, b, Diff(a, b))
		checkApply(t, c.name+", back", b, a, Diff(b, a))
	}
	for _, pair := range [][2]*Framework{{nil, sample()}, {sample(), nil}, {nil, nil}} {
		checkApply(t, "the whole framework", pair[0], pair[1], Diff(pair[0], pair[1]))
	}
}

// TestApplyFollows pins which changes may be without an edit of their own:
// those that another change brings about, and parts of what is set as a whole.
func TestApplyFollows(t *testing.T) {
	t.Parallel()
	may := strings.Fields(`competency-applied competency-withdrawn none-lifted none-given level-order-changed move-added move-removed
		expectation-moved-up expectation-moved-down expectation-moved-across expectation-moved-up-reworded expectation-moved-to-new-level
		expectation-regrouped expectation-reworded expectation-corrected degree-given
		example-added example-removed example-reworded evidence-added evidence-removed evidence-reworded
		not-this-added not-this-removed not-this-reworded text-corrected order-changed`)
	all, seen := mutations(), map[string]int{}
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 11))
		a := randomFramework(r)
		b := clone(t, a)
		for range 1 + r.IntN(4) {
			all[r.IntN(len(all))].do(r, b)
		}
		for _, c := range Diff(a, b).Changes {
			if c.Edits[0].Op != OpFollow {
				continue
			}
			seen[c.Rule]++
			if !slices.Contains(may, c.Rule) {
				t.Errorf("seed %d: %q (%s) is carried out by no edit of its own", seed, c.Message, c.Rule)
			}
		}
	}
	if seen["competency-applied"] == 0 || seen["competency-withdrawn"] == 0 {
		t.Errorf("no random pair showed a change that follows from another: %v", seen)
	}
}

// TestApplyMisfits: changes that do not fit a text are refused, and none of
// them fails in another way.
func TestApplyMisfits(t *testing.T) {
	t.Parallel()
	years := 3
	for _, c := range []struct {
		name  string
		edits []Edit
		want  string
	}{
		{"a level that is not there", []Edit{set([]string{"levels", "lvl_9", "code"}, "L9", "X")}, "levels: lvl_9: there is no such element"},
		{"a code that reads otherwise", []Edit{set([]string{"levels", "lvl_3", "code"}, "L9", "X")}, "levels: lvl_3: code: the text reads otherwise here than where the change was made"},
		{"a field that there is not", []Edit{set([]string{"levels", "lvl_3", "colour"}, nil, "X")}, "colour: there is no such part"},
		{"a number for a name", []Edit{set([]string{"title"}, "Support ladder", 3)}, "has no place here"},
		{"a name for a number", []Edit{set([]string{"levels", "lvl_3", "rank"}, 3, "three")}, "has no place here"},
		{"a pointer to nothing like it", []Edit{set([]string{"levels", "lvl_3", "experience"}, nil, &years)}, "reads otherwise"},
		{"twice the same place", []Edit{set([]string{"title"}, "Support ladder", "A"), set([]string{"title"}, "Support ladder", "B")}, "title: two changes say"},
		{"beyond the end", []Edit{insert([]string{"questions", "7"}, "Why?")}, "questions: 7: nothing can be put here"},
		{"before the start", []Edit{insert([]string{"questions", "-1"}, "Why?")}, "nothing can be put here"},
		{"two in one place", []Edit{insert([]string{"questions", "0"}, "Why?"), insert([]string{"questions", "0"}, "How?")}, "nothing can be put here"},
		{"no place at all", []Edit{insert([]string{"questions", "first"}, "Why?")}, "there is no such place"},
		{"into no list", []Edit{insert([]string{"title", "0"}, "Why?")}, "title: this is no list"},
		{"into the whole text", []Edit{insert(nil, "Why?")}, "no list"},
		{"inside a line", []Edit{set([]string{"title", "0"}, nil, "W")}, "title: there is nothing inside"},
		{"an order of other things", []Edit{reorder([]string{"questions"}, []string{"0", "0"})}, "does not name what stays"},
		{"an order that is none", []Edit{{Op: OpOrder, Path: []string{"questions"}, Value: 7}}, "the new order is none"},
		{"an order of no list", []Edit{reorder([]string{"title"}, nil)}, "this is no list"},
		{"a line written with a leading zero", []Edit{remove([]string{"questions", "00"}, "Who decides what is urgent?")}, "no such element"},
		{"an entry that is there", []Edit{set([]string{"profiles", "lvl_1"}, nil, Profile{})}, "there is such an entry already"},
		{"an entry that is not there", []Edit{remove([]string{"profiles", "lvl_9"}, nil)}, "there is no such entry"},
		{"a name that is taken", []Edit{rename([]string{"profiles", "lvl_1"}, "lvl_2")}, "two changes say"},
		{"a name that is none", []Edit{{Op: OpRename, Path: []string{"profiles", "lvl_1"}, Value: 1}}, "the new name is none"},
		{"a field taken away", []Edit{remove([]string{"title"}, "Support ladder")}, "no such part"},
		{"the whole text renamed", []Edit{rename(nil, "x")}, "the whole text is no entry"},
		{"too deep", []Edit{set(slices.Repeat([]string{"levels"}, 40), nil, nil)}, "there is no such place"},
		{"nothing that can be done", []Edit{{Op: "burn"}}, `"burn" is nothing that can be done`},
	} {
		_, err := Apply(sample(), ChangeSet{Changes: []Change{{Edits: c.edits}}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := Apply(nil, Diff(sample(), sampleFull())); err == nil {
		t.Error("changes of a text were applied to none")
	}
	other := sample()
	other.Levels[2].Code = "S3"
	s := Diff(sample(), sampleFull())
	if _, err := Apply(other, s); err != nil {
		t.Errorf("changes elsewhere were refused: %v", err)
	}
}

// FuzzApply applies the changes between two texts to a third: it fits or is
// refused, and gives a text that can be written and read.
func FuzzApply(f *testing.F) {
	f.Add([]byte(`{}`), sample().Canonical(), []byte(`{"levels":[{"id":"lvl_3"}]}`))
	f.Add(sample().Canonical(), sampleFull().Canonical(), []byte(`{"levels":[{"id":"x"},{"id":"x"}]}`))
	f.Fuzz(func(t *testing.T, x, y, z []byte) {
		var a, b, c Framework
		if json.Unmarshal(x, &a) != nil || json.Unmarshal(y, &b) != nil || json.Unmarshal(z, &c) != nil {
			t.Skip()
		}
		s := Diff(&a, &b)
		checkApply(t, "fuzz", &a, &b, s)
		if out, err := Apply(&c, s); err == nil {
			clone(t, out)
		}
	})
}

// TestApplyElsewhere: changes of one level apply to a text in which another
// one differs, which is what carrying a fix over takes.
func TestApplyElsewhere(t *testing.T) {
	t.Parallel()
	a, b, other := sample(), sample(), sample()
	edit{b}.texts("lvl_2", "comp_autonomy", "Plans their own week", "Works with little help")
	edit{other}.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
	got, err := Apply(other, Diff(a, b))
	if err != nil {
		t.Fatal(err)
	}
	l2, _ := got.Level("lvl_2")
	l4, _ := got.Level("lvl_4")
	if l2.Expectations["comp_autonomy"].Items[1].Text != "Works with little help" || len(l4.Expectations["comp_autonomy"].Items) != 1 {
		t.Errorf("got %v and %v", l2.Expectations["comp_autonomy"], l4.Expectations["comp_autonomy"])
	}
}

// TestApplyHostile: no set of edits, however wrong, makes Apply panic, and
// what it lets pass can be written and read.
func TestApplyHostile(t *testing.T) {
	t.Parallel()
	steps := strings.Fields(`levels lvl_3 lvl_9 expectations comp_craft items 0 1 2 -1 99 text examples next experience years titles profiles
		requires product_knowledge critical retired reason into level owners questions guidance id rank competencies appliesTo tracks cumulative`)
	years, next := 3, []string{"lvl_4"}
	values := []any{nil, "", "L9", 3, -1, true, 1.5, []string{"0", "1"}, []string(nil), Item{Text: "A"}, Cell{}, Level{}, Profile{}, &years, &next,
		&Framework{}, (*Framework)(nil), map[string]string{"a": "b"}, struct{}{}, []any{nil}, func() {}, make(chan int), errOther}
	ops := []Op{OpSet, OpInsert, OpRemove, OpOrder, OpRename, OpFollow, "", "burn"}
	passed := 0
	for seed := range uint64(8000) {
		r := rand.New(rand.NewPCG(seed, 12))
		var c Change
		for range 1 + r.IntN(4) {
			e := Edit{Op: ops[r.IntN(len(ops))], Was: values[r.IntN(len(values))], Value: values[r.IntN(len(values))]}
			for range r.IntN(7) {
				e.Path = append(e.Path, steps[r.IntN(len(steps))])
			}
			c.Edits = append(c.Edits, e)
		}
		if out, err := Apply(sample(), ChangeSet{Changes: []Change{c}}); err == nil && out != nil {
			passed++
			clone(t, out)
		}
	}
	if passed == 0 {
		t.Error("nothing passed: the edits are too wild")
	}
}
