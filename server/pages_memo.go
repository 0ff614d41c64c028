package server

import (
	"sync"

	"github.com/milepost-dev/milepost/internal/history"
)

// memo remembers what was worked out of values that never change, such as
// versions. What two snapshots in a row had no use for is forgotten, so it
// holds no more than is asked for.
type memo[K comparable, V any] struct {
	mu       sync.Mutex
	snap     *history.Snapshot
	now, old map[K]V
}

// get is the value of a key, made by what was given if it is not known yet.
// Nothing is locked while it is made: it may be made twice. The error is that
// of make.
func (m *memo[K, V]) get(snap *history.Snapshot, key K, make func() (V, error)) (V, error) {
	if v, ok := m.lookup(snap, key); ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now[key] = v
	return v, nil
}

func (m *memo[K, V]) lookup(snap *history.Snapshot, key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == nil || m.snap != snap {
		m.snap, m.old, m.now = snap, m.now, map[K]V{}
	}
	v, ok := m.now[key]
	if !ok {
		if v, ok = m.old[key]; ok {
			m.now[key] = v
		}
	}
	return v, ok
}
