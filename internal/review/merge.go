package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// patch is one thing that a change does to a text and that another text, made
// from the same one, lacks.
type patch struct {
	at     string // its place in the text that lacks it
	from   string // its place in the text that has it
	before any    // what stands there, nil where nothing does
	after  any    // what belongs there, nil where nothing does
}

// lacking are the changes from base to fixed that other lacks: what stands in
// other as it stood in base. Where other says something else than base, it has
// its own opinion of that place, and nothing is said.
func lacking(base, fixed, other *ladder.Framework) []patch {
	var m merger
	m.merge("", "", tree(base), tree(fixed), tree(other))
	return m.patches
}

// tree is a text as maps, lists and values.
func tree(f *ladder.Framework) any {
	var v any
	if err := json.Unmarshal(f.Canonical(), &v); err != nil {
		panic("review: a canonical form is JSON: " + err.Error())
	}
	return v
}

type merger struct{ patches []patch }

// merge compares one value of the three texts. at is its place in other, and
// from in fixed.
func (m *merger) merge(at, from string, base, fixed, other any) {
	if reflect.DeepEqual(base, fixed) || reflect.DeepEqual(fixed, other) {
		return
	}
	b, okB := fields(base)
	f, okF := fields(fixed)
	o, okO := fields(other)
	if okB && okF && okO {
		names := maps.Clone(b)
		maps.Copy(names, f)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			m.merge(within(at, name), within(from, name), b[name], f[name], o[name])
		}
		return
	}
	listB, okB := base.([]any)
	listF, okF := fixed.([]any)
	listO, okO := other.([]any)
	switch {
	case okB && okF && okO:
		m.list(at, from, listB, listF, listO)
	case reflect.DeepEqual(base, other):
		m.patches = append(m.patches, patch{at, from, other, fixed})
	}
}

// fields are the parts of a value that have names: those of a group, and the
// entries of a list of things with ids.
func fields(v any) (map[string]any, bool) {
	switch v := v.(type) {
	case map[string]any:
		return v, true
	case []any:
		out := map[string]any{}
		for _, e := range v {
			group, ok := e.(map[string]any)
			if !ok {
				return nil, false
			}
			id, ok := group["id"].(string)
			if !ok {
				return nil, false
			}
			out[id] = group
		}
		return out, len(out) == len(v) && len(v) > 0
	}
	return nil, false
}

// within is the place of a part. Degrees stand beside the competencies where
// authors write them, and with them in a text.
func within(at, name string) string {
	if id, ok := strings.CutPrefix(at, "competencies."); ok && name == "degrees" {
		return "degrees." + id
	}
	if at == "" {
		return name
	}
	return at + "." + name
}

// list compares lines: each is looked for by what it says. A line of base that
// gave way to one of fixed is a pair, as they stand in order.
func (m *merger) list(at, from string, base, fixed, other []any) {
	a, b := encoded(base), encoded(fixed)
	o := encoded(other)
	if len(a) > 0 && !slices.ContainsFunc(o, func(s string) bool { return slices.Contains(a, s) }) {
		return // other says all of it in its own way
	}
	kept := matchLines(a, b)
	next := 0
	for j := 0; j <= len(b); j++ {
		if j < len(b) && kept[j] < 0 {
			continue
		}
		upTo := len(a)
		if j < len(b) {
			upTo = kept[j]
		}
		g := gap{at: at, from: from, other: o}
		for _, v := range base[next:upTo] {
			if !slices.Contains(b, encode(v)) { // else it only moved
				g.was = append(g.was, v)
			}
		}
		start := j
		for start > 0 && kept[start-1] < 0 {
			start--
		}
		for i := start; i < j; i++ {
			if !slices.Contains(a, b[i]) {
				g.is, g.places = append(g.is, fixed[i]), append(g.places, i)
			}
		}
		m.gap(g)
		if j < len(b) {
			next = kept[j] + 1
		}
	}
}

// gap is a place in a list: the lines that stood there and those that stand
// there now, with their numbers in fixed.
type gap struct {
	at, from string
	was, is  []any
	places   []int
	other    []string
}

func (m *merger) gap(g gap) {
	for i := range max(len(g.was), len(g.is)) {
		p := patch{at: g.at, from: g.from}
		if i < len(g.was) {
			p.before = g.was[i]
		}
		if i < len(g.is) {
			p.after, p.from = g.is[i], fmt.Sprintf("%s[%d]", g.from, g.places[i])
		}
		if p.before != nil {
			stands := slices.Index(g.other, encode(p.before))
			if stands < 0 {
				continue // other says something else there
			}
			p.at = fmt.Sprintf("%s[%d]", g.at, stands)
		}
		if p.after != nil && slices.Contains(g.other, encode(p.after)) {
			continue
		}
		m.patches = append(m.patches, p)
	}
}

func encoded(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = encode(v)
	}
	return out
}

// encode writes a value as authors may write it.
func encode(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("review: a value of a canonical form is JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
