package history

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
)

// workState is what is known of the working copy.
type workState struct {
	stamp uint64 // of names, sizes and times of its files
	state *Working
}

// refreshWork looks at the working copy again, where it changed or the head
// moved. It says whether it did.
func (s *Store) refreshWork(ctx context.Context, moved bool) (bool, error) {
	if s.o.WorkDir == "" {
		return false, nil
	}
	now, err := stamp(s.o.WorkDir, s.o.Root)
	if err != nil {
		return false, err
	}
	if now == s.work.stamp && !moved {
		return false, nil
	}
	state, err := s.readWork(ctx)
	if err != nil {
		return false, err
	}
	s.work = workState{now, state}
	return true, nil
}

// stamp changes whenever a file that a framework is made of changes on disk.
func stamp(dir, root string) (uint64, error) {
	h := fnv.New64a()
	for _, top := range []string{root, "cue.mod"} {
		err := filepath.WalkDir(filepath.Join(dir, top), func(p string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && !d.IsDir() {
				fmt.Fprintf(h, "%s\x00%d\x00%d\x00", p, info.Size(), info.ModTime().UnixNano())
			}
			return nil
		})
		if err != nil {
			return 0, fmt.Errorf("looking at the working copy: %w", err)
		}
	}
	return h.Sum64(), nil
}

// readWork compiles the working copy and keeps what differs from the newest versions.
func (s *Store) readWork(ctx context.Context) (*Working, error) {
	w := &Working{Frameworks: map[string]*Version{}}
	fsys := os.DirFS(s.o.WorkDir)
	dirs, found, err := compile.Layout(fsys, s.o.Root)
	if errors.Is(err, fs.ErrNotExist) {
		dirs, found, err = nil, nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.Findings = found
	for _, id := range dirs {
		r, err := s.o.Compiler.Framework(ctx, compile.Unit{FS: fsys, Root: s.o.Root, Dir: id})
		if err != nil {
			return nil, err
		}
		var head *Version
		var broken string
		if s.builder != nil && s.builder.chains[id] != nil {
			c := s.builder.chains[id]
			broken = c.base.broken
			if n := len(c.versions); n > 0 {
				head = c.versions[n-1]
			}
		}
		if r.OK() && head != nil && head.Digest == r.Digest && broken == "" {
			continue
		}
		w.Checked = append(w.Checked, id)
		w.Findings = append(w.Findings, r.Findings...)
		if r.OK() {
			v := &Version{Framework: r.ID, Digest: r.Digest, Title: r.Title, Kind: r.Kind, Working: true, Number: "working copy"}
			v.stored.Store(&stored{gz: r.Compressed()})
			if head != nil {
				v.Previous = head.Number
			}
			w.Frameworks[id] = v
		}
	}
	if s.builder != nil {
		for id, c := range s.builder.chains {
			if c.base.text != nil && !slices.Contains(dirs, id) {
				w.Removed = append(w.Removed, id)
			}
		}
	}
	slices.Sort(w.Removed)
	org, err := s.workOrganisation(ctx, fsys)
	if err != nil {
		return nil, err
	}
	w.Findings = append(w.Findings, org...).Sort()
	if len(w.Checked)+len(w.Removed)+len(w.Findings) == 0 {
		return nil, nil
	}
	return w, nil
}

func (s *Store) workOrganisation(ctx context.Context, fsys fs.FS) (diag.List, error) {
	_, found, err := s.o.Compiler.Organisation(ctx, fsys, s.o.Root)
	if !found.HasErrors() {
		found = nil
	}
	return found, err
}

// refreshDirectory makes a snapshot of a directory outside Git: one version
// of each framework, and no history.
func (s *Store) refreshDirectory(ctx context.Context) error {
	now, err := stamp(s.o.WorkDir, s.o.Root)
	if err != nil {
		return err
	}
	if now == s.work.stamp && s.snapshot.Load() != nil {
		return nil
	}
	work, err := s.readWork(ctx)
	if err != nil {
		return err
	}
	org, _, err := s.o.Compiler.Organisation(ctx, os.DirFS(s.o.WorkDir), s.o.Root)
	if err != nil {
		return err
	}
	snap := &Snapshot{TakenAt: s.o.Now(), Organisation: org, Unversioned: true}
	if work != nil {
		snap.fromDirectory(work)
	}
	if err := snap.finish(); err != nil {
		return err
	}
	s.work = workState{stamp: now}
	s.swap(snap)
	return nil
}

func (s *Snapshot) fromDirectory(w *Working) {
	for _, id := range w.Checked {
		t := &Timeline{ID: id}
		if v, ok := w.Frameworks[id]; ok {
			v.Number, v.RecordedAt, v.EffectiveFrom, v.InForceFrom = "unversioned", s.TakenAt, s.TakenAt, s.TakenAt
			t.Versions = []*Version{v}
		}
		s.Timelines = append(s.Timelines, t)
	}
	byFramework := map[string]diag.List{}
	for _, f := range w.Findings {
		byFramework[f.Framework] = append(byFramework[f.Framework], f)
	}
	for id, found := range byFramework {
		s.Problems = append(s.Problems, Problem{Framework: id, Findings: found})
	}
	slices.SortFunc(s.Problems, func(a, b Problem) int { return strings.Compare(a.Framework, b.Framework) })
}
