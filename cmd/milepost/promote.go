package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/history"
)

func (a *app) promoteCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "promote ID",
		Short: "Move an edition whose date has come to its place",
		Long: `Move frameworks/next/ID to frameworks/ID, once its date has come. It is in force
since then; moving it makes room for the next edition, and changes nothing for
readers: there is no new version. The field effective stays.`,
		Example: "  milepost promote product-operations-ladder",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.promote(cmd.Context(), args[0]) },
	}
	cmd.ValidArgsFunction = a.completeEditions
	return cmd
}

func (a *app) promote(ctx context.Context, id string) error {
	e, err := a.edition(ctx, id)
	if err != nil {
		return err
	}
	if !e.exists(e.next) {
		return usage("%s has no coming edition: there is no folder %s", id, e.next)
	}
	if err := e.clean(e.base, e.next); err != nil {
		return err
	}
	r, err := e.sound(ctx, e.next)
	if err != nil {
		return err
	}
	switch date := r.Directives.Effective; {
	case date == "":
		return needsChange("%s has no date, and so is not in force: write effective beside its title, and wait for that day", e.next)
	case date > e.today():
		return needsChange("%s takes effect on %s, and can be moved from that day on", e.next, day(date))
	}
	if err := e.inForce(ctx, r); err != nil {
		return err
	}
	if err := fold(e.at(e.base), e.at(e.next)); err != nil {
		return err
	}
	_ = os.Remove(filepath.Dir(e.at(e.next))) // which fails unless it is empty
	out := renderer{w: a.stdout}
	out.line("%s holds the edition of %s now, and %s is gone.", e.base, day(r.Directives.Effective), e.next)
	out.line("Commit that. It makes no new version: the edition is in force since its date.")
	return out.err
}

// inForce checks that the branch that counts has the edition in force: only
// then does moving it change nothing.
func (e *edition) inForce(ctx context.Context, r *compile.Result) error {
	store, err := e.store(ctx)
	if err != nil {
		return err
	}
	snap := store.Snapshot()
	now := time.Now()
	if t, ok := snap.Timeline(e.id); ok {
		if v := t.At(now, history.View{KnownAt: now, Drafts: true}).Version; v != nil && v.Digest == r.Digest {
			return nil
		}
	}
	return needsChange("%s is not what is in force on the branch %s: merge it as it stands there first, and then move it", e.next, snap.Branch)
}

// fold puts the directory next in the place of base, whole or not at all.
func fold(base, next string) error {
	old := ""
	if _, err := os.Lstat(base); err == nil {
		aside, err := os.MkdirTemp(filepath.Dir(base), ".milepost-*")
		if err != nil {
			return fmt.Errorf("moving %s: %w", next, err)
		}
		old = filepath.Join(aside, "old")
		if err := os.Rename(base, old); err != nil {
			return errors.Join(fmt.Errorf("moving %s: %w", next, err), os.Remove(aside))
		}
	}
	if err := os.Rename(next, base); err != nil {
		err = fmt.Errorf("moving %s: %w", next, err)
		if old != "" {
			err = errors.Join(err, os.Rename(old, base), os.Remove(filepath.Dir(old)))
		}
		return err
	}
	if old == "" {
		return nil
	}
	if err := os.RemoveAll(filepath.Dir(old)); err != nil {
		return fmt.Errorf("the edition is in its place, but the text before it could not be deleted: %w", err)
	}
	return nil
}

// uncommitted names the files of a directory that differ between a commit and
// the working copy. Line ends do not count: Git can be told to change them.
func uncommitted(committed, work fs.FS, dir string) ([]string, error) {
	was, err := textFiles(committed, dir)
	if err != nil {
		return nil, err
	}
	is, err := textFiles(work, dir)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(was, is)
	slices.Sort(all)
	var out []string
	for _, name := range slices.Compact(all) {
		a, errA := fs.ReadFile(committed, name)
		b, errB := fs.ReadFile(work, name)
		if err := errors.Join(present(errA), present(errB)); err != nil {
			return nil, fmt.Errorf("comparing %s with what is committed: %w", name, err)
		}
		if errA != nil || errB != nil || !bytes.Equal(plainEnds(a), plainEnds(b)) {
			out = append(out, strings.TrimPrefix(name, dir+"/"))
		}
	}
	return out, nil
}

// present is an error other than that there is no such file.
func present(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func plainEnds(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
