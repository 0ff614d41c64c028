package webhook

import "sync"

// heads are the commits of pull requests that are looked at, or were since the
// start: a check suite that GitHub asks for at each push says nothing new of them.
type heads struct {
	mu   sync.Mutex
	seen map[string]bool
}

// maxHeads bounds how many are known. Those that are forgotten are looked at
// once more.
const maxHeads = 1000

func (h *heads) add(commit string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen == nil || len(h.seen) >= maxHeads {
		h.seen = map[string]bool{}
	}
	h.seen[commit] = true
}

func (h *heads) has(commit string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[commit]
}
