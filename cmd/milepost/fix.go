package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/review"
)

// maxRounds bounds how often what a mend uncovers is mended in turn.
const maxRounds = 10

// fix applies the safe mends of a verdict, and judges again, until there are
// none. A round that does not leave fewer mistakes is taken back.
func (a *app) fix(ctx context.Context, c *compile.Compiler, change review.Change, v *review.Verdict) (*review.Verdict, error) {
	if a.work == "" {
		return nil, usage("--fix changes files of a working copy, and there is none")
	}
	for range maxRounds {
		edits, mended := safeEdits(v.Findings)
		if len(edits) == 0 {
			return v, nil
		}
		before, err := a.apply(edits)
		if err != nil {
			return nil, err
		}
		next, err := review.Review(ctx, c, change)
		if err != nil || next.Findings.Count(diag.Error) >= v.Findings.Count(diag.Error) {
			if undo := a.restore(before); undo != nil {
				return nil, undo
			}
			return v, err
		}
		for _, f := range mended {
			fmt.Fprintf(a.stderr, "mended %s: %s\n", f.Position, printable(f.Message))
		}
		v = next
	}
	return v, nil
}

// safeEdits are the edits of the safe fixes by file, last first, and the
// findings that they mend. Of two that overlap the first counts.
func safeEdits(found diag.List) (map[string][]diag.Edit, diag.List) {
	edits := map[string][]diag.Edit{}
	var mended diag.List
	for _, f := range found {
		if f.Fix == nil || !f.Fix.Safe || slices.ContainsFunc(f.Fix.Edits, func(e diag.Edit) bool { return overlaps(edits[e.File], e) }) {
			continue
		}
		for _, e := range f.Fix.Edits {
			edits[e.File] = append(edits[e.File], e)
		}
		mended = append(mended, f)
	}
	for _, list := range edits {
		slices.SortFunc(list, func(a, b diag.Edit) int { return cmp.Compare(b.Start, a.Start) })
	}
	return edits, mended
}

func overlaps(list []diag.Edit, e diag.Edit) bool {
	return slices.ContainsFunc(list, func(f diag.Edit) bool { return e.Start <= f.End && f.Start <= e.End })
}

// apply writes the edits, and returns the files as they were.
func (a *app) apply(edits map[string][]diag.Edit) (map[string][]byte, error) {
	before := map[string][]byte{}
	for name, list := range edits {
		file := filepath.Join(a.work, filepath.FromSlash(name))
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("mending %s: %w", name, err)
		}
		out := slices.Clone(data)
		for _, e := range list {
			if e.Start < 0 || e.End < e.Start || e.End > len(out) {
				return nil, fmt.Errorf("mending %s: the file changed meanwhile", name)
			}
			out = slices.Concat(out[:e.Start], []byte(e.New), out[e.End:])
		}
		before[name] = data
		if err := replaceFile(file, out); err != nil {
			return nil, err
		}
	}
	return before, nil
}

func (a *app) restore(before map[string][]byte) error {
	for name, data := range before {
		if err := replaceFile(filepath.Join(a.work, filepath.FromSlash(name)), data); err != nil {
			return err
		}
	}
	return nil
}
