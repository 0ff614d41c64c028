package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// named is the name that Git gives to what stands at a place, "" for nothing.
func named(fsys fs.FS, name string) string {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return ""
	}
	hash, _ := info.Sys().(string)
	return hash
}

func same(a, b fs.FS, name string) bool { return named(a, name) == named(b, name) }

// touches says whether a change concerns Milepost at all.
func touches(base, head fs.FS, root string) bool {
	return !same(base, head, root) || !same(base, head, "cue.mod") || !same(base, head, "schema")
}

// nextDir is where coming editions stand.
const nextDir = "next/"

// differing are the directories of frameworks and coming editions that a
// change touches, sorted: of a change of what they share, those that have it.
func (s *Service) differing(base, head fs.FS) ([]string, error) {
	root := s.o.Root
	var all, out []string
	for _, side := range []fs.FS{base, head} {
		if named(side, root) == "" {
			continue
		}
		dirs, _, err := compile.Layout(side, root)
		if err != nil {
			return nil, err
		}
		coming, _, err := compile.Editions(side, root)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.Concat(dirs, coming)...)
	}
	slices.Sort(all)
	shared := !same(base, head, path.Join(root, "lib")) || !same(base, head, "cue.mod")
	for _, dir := range slices.Compact(all) {
		at := path.Join(root, dir)
		differs := !same(base, head, at)
		if !differs && shared {
			a, err := s.o.Compiler.Key(compile.Unit{FS: base, Root: root, Dir: dir})
			if err != nil {
				return nil, err
			}
			b, err := s.o.Compiler.Key(compile.Unit{FS: head, Root: root, Dir: dir})
			if err != nil {
				return nil, err
			}
			differs = a != b
		}
		if differs {
			out = append(out, dir)
		}
	}
	return out, nil
}

// proposal is what a change would leave in the directories that it touches.
func (s *Service) proposal(ctx context.Context, head fs.FS, dirs []string) (history.Proposal, error) {
	p := history.Proposal{}
	for _, dir := range dirs {
		if named(head, path.Join(s.o.Root, dir)) == "" {
			p[dir] = nil
			continue
		}
		r, err := s.o.Compiler.Framework(ctx, compile.Unit{FS: head, Root: s.o.Root, Dir: dir, Untrusted: true})
		if err != nil {
			return nil, err
		}
		if r.Missing() {
			r = nil
		}
		p[dir] = r
	}
	return p, nil
}

// inForce are the numbers of the versions in force, by framework.
func inForce(snap *history.Snapshot) map[string]string {
	out := map[string]string{}
	if snap != nil {
		for _, t := range snap.Live() {
			out[t.ID] = t.Latest().Number
		}
	}
	return out
}

// fingerprint names all that a verdict follows from: the commits, what stands
// in the base where the change touches it, the versions in force there, the
// rules, and the day, since findings hang on days.
func (s *Service) fingerprint(j *job, dirs []string, day string) string {
	h := sha256.New()
	say := func(words ...string) { fmt.Fprintf(h, "%q\n", words) }
	say("1", j.head, fmt.Sprint(ladder.Ruleset), day, fmt.Sprint(j.merged, j.draft))
	for _, name := range []string{path.Join(s.o.Root, compile.OrganisationFile), path.Join(s.o.Root, "lib"), "cue.mod", "schema"} {
		say(name, named(j.baseTree, name))
	}
	if j.pull != nil && j.pull.locked {
		say("locked")
	}
	numbers := inForce(s.o.Store.Snapshot())
	for _, dir := range dirs {
		id := strings.TrimPrefix(dir, nextDir)
		say(dir, named(j.baseTree, path.Join(s.o.Root, id)), named(j.baseTree, path.Join(s.o.Root, nextDir, id)), numbers[id])
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// digest names what is published, so that the same is not published twice.
func (c Check) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v", c))
	return hex.EncodeToString(sum[:8])
}
