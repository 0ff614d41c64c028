package compile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Limits on what comes out: a text of a few bytes can make CUE speak of it at
// any length, and what is said goes into pages, logs and comments.
const (
	MaxFindings       = 200
	maxMessageBytes   = 2 << 10
	maxPathBytes      = 1 << 10
	maxCanonicalBytes = 8 << 20 // many times what the largest files hold when they are written out
)

// bounded is findings cut to what somebody can read: so many, of such a
// length. Errors are kept before what only deserves a look, and a last
// finding says that there are more.
func bounded(found diag.List) diag.List {
	for i := range found {
		f := &found[i]
		f.Message, f.Help, f.Path = cut(f.Message, maxMessageBytes), cut(f.Help, maxMessageBytes), cut(f.Path, maxPathBytes)
	}
	if len(found) <= MaxFindings {
		return found
	}
	spare := MaxFindings - min(MaxFindings, found.Count(diag.Error)) // for what is no error
	out := make(diag.List, 0, MaxFindings+1)
	for _, f := range found {
		if f.Severity != diag.Error {
			if spare == 0 {
				continue
			}
			spare--
		}
		if out = append(out, f); len(out) == MaxFindings {
			break
		}
	}
	last := out[len(out)-1]
	return append(out, diag.Finding{
		Code: "more-findings", Severity: diag.Note, Framework: last.Framework, Position: diag.Position{File: last.File},
		Message: fmt.Sprintf("there are %d findings, of which %d are shown", len(found), MaxFindings),
		Help:    "Correct these first, and check again.",
	})
}

// cut shortens a text to so many bytes, between two characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD") // JSON between the processes would do so anyway
	}
	end := most - len(" …")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.ToValidUTF8(s[:end], "\uFFFD") + " …"
}

// countLimits refuses documents that are too large to evaluate: data alone
// can keep the schema's own checks busy for minutes.
func countLimits(x *index) diag.List {
	var n counts
	for at := range x.places {
		parts := strings.Split(at, ".")
		switch {
		case len(parts) == 2 && parts[0] == "levels":
			n.levels++
		case len(parts) == 2 && parts[0] == "competencies":
			n.competencies++
		case len(parts) == 2 && parts[0] == "tracks":
			n.tracks++
		case len(parts) == 4 && parts[0] == "levels" && parts[2] == "expectations":
			n.cells++
		}
	}
	return tooMany(x, n)
}

// documentLimits holds a document that was worked out to the limits that its
// text kept: patterns and comprehensions make many parts of few words.
func documentLimits(doc *ladder.Document, x *index) diag.List {
	return tooMany(x, counts{len(doc.Levels), len(doc.Competencies), len(doc.Tracks), 0})
}

// tooLong refuses a document that is out of all proportion when written out.
func tooLong(size int, file string) diag.List {
	if size <= maxCanonicalBytes {
		return nil
	}
	return diag.List{finding("too-long", diag.Position{File: file},
		fmt.Sprintf("the framework is longer than %d MB when everything that its text refers to is written out", maxCanonicalBytes>>20),
		"Write less by reference, or split the framework into two.")}
}

// counts are how many parts a framework has.
type counts struct{ levels, competencies, tracks, cells int }

func tooMany(x *index, n counts) diag.List {
	var found diag.List
	check := func(n, most int, what, path string) {
		if n > most {
			p, _ := x.find(path)
			found = append(found, finding("too-many", p.label, fmt.Sprintf("the framework has %d %s, and may have %d at most", n, what, most), "Split it into two frameworks."))
		}
	}
	check(n.levels, MaxLevels, "levels", "levels")
	check(n.competencies, MaxCompetencies, "competencies", "competencies")
	check(n.tracks, MaxTracks, "tracks", "tracks")
	check(max(n.cells, n.levels*n.competencies), MaxCells, "cells (levels times competencies)", "levels")
	return found
}
