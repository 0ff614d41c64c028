package ladder

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Apply carries changes out: for any two texts, Apply(a, Diff(a, b)) is b, to
// the byte of the canonical form. What a and the changes have, the result
// shares with them, and none of it is to be written to. It is nil where the
// framework ended.
//
// The error says where the changes do not fit a: they speak of what is not
// there, or is not as they found it, or contradict one another.
func Apply(a *Framework, s ChangeSet) (*Framework, error) {
	var p plan
	for i := range s.Changes {
		if err := p.addAll(s.Changes[i].Edits); err != nil {
			return nil, err
		}
	}
	return p.apply(a)
}

// maxPathSteps bounds how deep a path may lead; a framework is 7 deep.
const maxPathSteps = 16

// plan holds the edits of one place of a text and, by step, of those below it.
type plan struct {
	set, remove *Edit
	rename      *Edit
	order       *Edit
	inserts     []insertion
	below       map[string]*plan
}

type insertion struct {
	at    int
	value any
}

func (p *plan) apply(a *Framework) (*Framework, error) {
	if a == nil && p.set == nil {
		if len(p.below) > 0 {
			return nil, errors.New("applying changes: there is no text to change")
		}
		return nil, nil
	}
	if p.remove != nil || p.rename != nil {
		return nil, errors.New("applying changes: the whole text is no entry")
	}
	v, err := p.carryOut(reflect.ValueOf(a))
	if err != nil {
		return nil, fmt.Errorf("applying changes: %w", err)
	}
	return v.Interface().(*Framework), nil
}

func (p *plan) addAll(edits []Edit) error {
	for i := range edits {
		if err := p.add(&edits[i]); err != nil {
			return fmt.Errorf("applying changes: %s: %w", strings.Join(edits[i].Path, "."), err)
		}
	}
	return nil
}

var errTwice = errors.New("two changes say what happens here")

func (p *plan) add(e *Edit) error {
	if len(e.Path) > maxPathSteps {
		return errors.New("there is no such place")
	}
	switch e.Op {
	case OpFollow:
		return nil
	case OpInsert:
		if len(e.Path) == 0 {
			return errors.New("the whole text is no list")
		}
		last := len(e.Path) - 1
		at, err := strconv.Atoi(e.Path[last])
		if err != nil {
			return errors.New("there is no such place")
		}
		list := p.at(e.Path[:last])
		list.inserts = append(list.inserts, insertion{at, e.Value})
		return nil
	}
	n := p.at(e.Path)
	var slot **Edit
	switch e.Op {
	case OpSet:
		slot = &n.set
	case OpRemove:
		slot = &n.remove
	case OpRename:
		slot = &n.rename
	case OpOrder:
		slot = &n.order
	default:
		return fmt.Errorf("%q is nothing that can be done", e.Op)
	}
	if *slot != nil {
		return errTwice
	}
	*slot = e
	return nil
}

func (p *plan) at(path []string) *plan {
	for _, step := range path {
		if p.below == nil {
			p.below = map[string]*plan{}
		}
		if p.below[step] == nil {
			p.below[step] = &plan{}
		}
		p = p.below[step]
	}
	return p
}

// carryOut is a value with its edits carried out. The value itself stays.
func (p *plan) carryOut(v reflect.Value) (reflect.Value, error) {
	if p.set != nil {
		if err := found(v, p.set.Was); err != nil {
			return v, err
		}
		return valueFor(v.Type(), p.set.Value)
	}
	if (p.order != nil || len(p.inserts) > 0) && !listed(v.Type()) {
		return v, errors.New("this is no list")
	}
	if len(p.below) == 0 && p.order == nil && len(p.inserts) == 0 {
		return v, nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		return p.pointer(v)
	case reflect.Struct:
		return p.fields(v)
	case reflect.Map:
		return p.entries(v)
	case reflect.Slice:
		return p.list(v)
	}
	return v, errors.New("there is nothing inside")
}

func listed(t reflect.Type) bool {
	return t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Slice
}

// pointer treats what is not there as empty.
func (p *plan) pointer(v reflect.Value) (reflect.Value, error) {
	in := reflect.Zero(v.Type().Elem())
	if !v.IsNil() {
		in = v.Elem()
	}
	elem, err := p.carryOut(in)
	if err != nil {
		return v, err
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(elem)
	return out, nil
}

func (p *plan) fields(v reflect.Value) (reflect.Value, error) {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for _, name := range sortedKeys(p.below) {
		below := p.below[name]
		i, ok := fieldNames[v.Type()][name]
		if !ok || below.remove != nil || below.rename != nil {
			return v, fmt.Errorf("%s: there is no such part that could change so", name)
		}
		field, err := below.carryOut(v.Field(i))
		if err != nil {
			return v, fmt.Errorf("%s: %w", name, err)
		}
		out.Field(i).Set(field)
	}
	return out, nil
}

// entries treats an entry that is not there as empty.
func (p *plan) entries(v reflect.Value) (reflect.Value, error) {
	t := v.Type()
	out := reflect.MakeMapWithSize(t, v.Len()+len(p.below))
	k, e := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
	for it := v.MapRange(); it.Next(); {
		if k.SetIterKey(it); p.below[k.String()] == nil {
			e.SetIterValue(it)
			out.SetMapIndex(k, e)
		}
	}
	for _, key := range sortedKeys(p.below) {
		below, now := p.below[key], key
		in := v.MapIndex(reflect.ValueOf(key))
		if !in.IsValid() {
			if below.remove != nil || below.rename != nil || below.set != nil && below.set.Was != nil {
				return v, fmt.Errorf("%s: there is no such entry", key)
			}
			in = reflect.Zero(t.Elem())
		} else if below.set != nil && below.set.Was == nil {
			return v, fmt.Errorf("%s: there is such an entry already", key)
		}
		if below.remove != nil {
			if err := found(in, below.remove.Was); err != nil {
				return v, fmt.Errorf("%s: %w", key, err)
			}
			continue
		}
		elem, err := below.carryOut(in)
		if err != nil {
			return v, fmt.Errorf("%s: %w", key, err)
		}
		if below.rename != nil {
			var ok bool
			if now, ok = below.rename.Value.(string); !ok {
				return v, fmt.Errorf("%s: the new name is none", key)
			}
		}
		if k := reflect.ValueOf(now); !out.MapIndex(k).IsValid() {
			out.SetMapIndex(k, elem)
		} else {
			return v, fmt.Errorf("%s: %w", now, errTwice)
		}
	}
	return out, nil
}

func (p *plan) list(v reflect.Value) (reflect.Value, error) {
	kept, err := p.kept(v)
	if err != nil {
		return v, err
	}
	total := len(kept) + len(p.inserts)
	out := reflect.MakeSlice(v.Type(), total, total)
	taken := make([]bool, total)
	for _, ins := range p.inserts {
		if ins.at < 0 || ins.at >= total || taken[ins.at] {
			return v, fmt.Errorf("%d: nothing can be put here", ins.at)
		}
		elem, err := valueFor(v.Type().Elem(), ins.value)
		if err != nil {
			return v, fmt.Errorf("%d: %w", ins.at, err)
		}
		taken[ins.at] = true
		out.Index(ins.at).Set(elem)
	}
	for i := range out.Len() {
		if !taken[i] {
			out.Index(i).Set(kept[0])
			kept = kept[1:]
		}
	}
	return out, nil
}

// kept are the elements of a list that stay, in their new order.
func (p *plan) kept(v reflect.Value) ([]reflect.Value, error) {
	steps := places(v)
	gone := map[int]bool{}
	changed := map[int]reflect.Value{}
	for _, step := range sortedKeys(p.below) {
		below := p.below[step]
		i, ok := steps(step)
		if !ok || below.rename != nil {
			return nil, fmt.Errorf("%s: there is no such element", step)
		}
		if below.remove != nil {
			if err := found(v.Index(i), below.remove.Was); err != nil {
				return nil, fmt.Errorf("%s: %w", step, err)
			}
			gone[i] = true
			continue
		}
		elem, err := below.carryOut(v.Index(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step, err)
		}
		changed[i] = elem
	}
	var order []int
	for i := range v.Len() {
		if !gone[i] {
			order = append(order, i)
		}
	}
	if p.order != nil {
		var err error
		if order, err = reordered(order, p.order.Value, steps); err != nil {
			return nil, err
		}
	}
	out := make([]reflect.Value, len(order))
	for k, i := range order {
		out[k] = v.Index(i)
		if elem, ok := changed[i]; ok {
			out[k] = elem
		}
	}
	return out, nil
}

func reordered(kept []int, value any, steps func(string) (int, bool)) ([]int, error) {
	names, ok := value.([]string)
	if !ok {
		return nil, errors.New("the new order is none")
	}
	var out []int
	for _, name := range names {
		i, ok := steps(name)
		if !ok {
			return nil, fmt.Errorf("%s: there is no such element", name)
		}
		out = append(out, i)
	}
	if sorted := slices.Sorted(slices.Values(out)); !slices.Equal(sorted, kept) {
		return nil, errors.New("the new order does not name what stays")
	}
	return out, nil
}

// places finds the elements of a list: by id where they have one, else by
// their places.
func places(v reflect.Value) func(step string) (int, bool) {
	if i, ok := fieldNames[v.Type().Elem()]["id"]; ok {
		byID := map[string]int{}
		for k := range v.Len() {
			id := v.Index(k).Field(i).String()
			if _, taken := byID[id]; !taken {
				byID[id] = k
			}
		}
		return func(step string) (int, bool) { k, ok := byID[step]; return k, ok }
	}
	return func(step string) (int, bool) {
		k, err := strconv.Atoi(step)
		return k, err == nil && k >= 0 && k < v.Len() && strconv.Itoa(k) == step
	}
}
