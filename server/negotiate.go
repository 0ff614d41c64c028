package server

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

func etagOf(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// notModified says whether an If-None-Match names the entity tag, by weak
// comparison (RFC 9110, 13.1.2).
func notModified(fields []string, etag string) bool {
	for _, field := range fields {
		if strings.TrimSpace(field) == "*" {
			return true
		}
		// A tag may have a comma in it, but never a quote: no piece of a
		// longer one looks like ours.
		for field != "" {
			var item string
			item, field, _ = strings.Cut(field, ",")
			if strings.TrimPrefix(strings.TrimSpace(item), "W/") == etag {
				return true
			}
		}
	}
	return false
}

// acceptsGzip says whether an Accept-Encoding takes gzip (RFC 9110, 12.5.3).
func acceptsGzip(fields []string) bool {
	star := false
	for _, field := range fields {
		for field != "" {
			var item string
			item, field, _ = strings.Cut(field, ",")
			name, params, _ := strings.Cut(item, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				return quality(params) > 0
			case name == "*":
				star = quality(params) > 0
			}
		}
	}
	return star
}

// quality is the q of a header's item, 1 where it has none.
func quality(params string) float64 {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || !(q >= 0) { // not a number is no wish
				return 0
			}
			return min(q, 1)
		}
	}
	return 1
}

// preferred is the type that an Accept wants most, the first offer where it
// has no wish, "" where it takes none.
func preferred(accept string, offers ...string) string {
	if strings.TrimSpace(accept) == "" {
		return offers[0]
	}
	best, at := "", 0.0
	for _, offer := range offers {
		if q := accepts(accept, offer); q > at {
			best, at = offer, q
		}
	}
	return best
}

// accepts is how much an Accept wants a type: the most specific range counts.
func accepts(accept, offer string) float64 {
	group, _, _ := strings.Cut(offer, "/")
	q, specific := 0.0, -1
	for accept != "" {
		var item string
		item, accept, _ = strings.Cut(accept, ",")
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		rank := -1
		switch name {
		case offer:
			rank = 2
		case group + "/*":
			rank = 1
		case "*/*":
			rank = 0
		}
		if rank > specific {
			q, specific = quality(params), rank
		}
	}
	return q
}
