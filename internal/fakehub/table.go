package fakehub

import (
	"math"
	"sort"
)

// keep is how many calls back a table can be read.
const keep = 256

// now is the newest state of a table.
const now = math.MaxInt

// table holds records by number with their recent states, so that a list can be
// answered as it was some calls ago, as GitHub's replicas do.
type table[T any] struct{ rows map[int]*row[T] }

type row[T any] struct{ states []state[T] }

// state is what a record is from a call on.
type state[T any] struct {
	call  int
	value T
	gone  bool
}

func (t *table[T]) set(call, id int, s state[T]) {
	if t.rows == nil {
		t.rows = map[int]*row[T]{}
	}
	r := t.rows[id]
	if r == nil {
		r = &row[T]{}
		t.rows[id] = r
	}
	r.states = append(r.states, s)
	for len(r.states) > 1 && r.states[1].call < call-keep {
		r.states = r.states[1:]
	}
}

func (t *table[T]) put(call, id int, v T) { t.set(call, id, state[T]{call: call, value: v}) }

func (t *table[T]) remove(call, id int) {
	var none T
	t.set(call, id, state[T]{call: call, value: none, gone: true})
}

// get returns a record as it is.
func (t *table[T]) get(id int) (T, bool) { return t.at(id, now) }

func (t *table[T]) at(id, call int) (T, bool) {
	var none T
	r := t.rows[id]
	if r == nil {
		return none, false
	}
	for i := len(r.states) - 1; i >= 0; i-- {
		if s := r.states[i]; s.call <= call {
			return s.value, !s.gone
		}
	}
	return none, false
}

// list returns the records as they were after a call, by number.
func (t *table[T]) list(call int) []T {
	ids := make([]int, 0, len(t.rows))
	for id := range t.rows {
		ids = append(ids, id)
	}
	sort.Ints(ids)
	var out []T
	for _, id := range ids {
		if v, ok := t.at(id, call); ok {
			out = append(out, v)
		}
	}
	return out
}
