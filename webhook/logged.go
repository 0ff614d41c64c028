package webhook

import (
	"log/slog"
	"strings"
)

// Lines of the log name what they are about by the same attributes everywhere:
// repository (owner/name), delivery (GitHub's id of it), deliveries (how many led to
// the work, where there were several: then delivery is the last), event and action of a
// delivery, key (what is looked at), pull (a number), head (a commit), framework, version
// and error. TestLogLines has the list of messages.

// about is a log whose lines name what a hint is about.
func about(log *slog.Logger, h Hint) *slog.Logger {
	log = log.With("key", h.Key)
	if h.Delivery != "" {
		log = log.With("delivery", h.Delivery)
	}
	if h.Deliveries > 1 {
		log = log.With("deliveries", h.Deliveries)
	}
	if n, ok := h.pull(); ok {
		log = log.With("pull", n)
	}
	if commit, ok := strings.CutPrefix(h.Key, keyHead); ok {
		log = log.With("head", commit)
	}
	return log
}

// join adds a hint of the same key.
func (h *Hint) join(o Hint) {
	h.Again, h.Swept = h.Again || o.Again, h.Swept && o.Swept
	if h.Deliveries += o.Deliveries; o.Delivery != "" {
		h.Delivery = o.Delivery
	}
}

// from is a hint that another one led to.
func (h Hint) from(o Hint) Hint {
	h.Delivery, h.Deliveries = o.Delivery, o.Deliveries
	return h
}
