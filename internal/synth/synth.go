// Package synth makes synthetic repositories of career frameworks: as many
// commits and frameworks as asked for, of realistic size and shape, and the
// same for the same seed. Tests hold the reading of history against Git's own
// answer on them, and benchmarks measure on them. It is the only package that
// makes frameworks up, and nothing that serves people imports it. It runs the git
// command, which must be installed.
package synth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Options say what Write makes. Zero values stand for the default in brackets.
type Options struct {
	// Seed chooses among repositories of the same size. [0]
	Seed uint64
	// Commits is the length of the first-parent chain, the first commit
	// included. Side branches add about 60 % more. [300]
	Commits int
	// Frameworks is how many frameworks the first commit brings. [5]
	Frameworks int
	// LevelsPerFramework is how many levels each framework has, 60 at most. [10]
	LevelsPerFramework int
	// CompetenciesPerFramework is how many competencies each framework has. [13]
	CompetenciesPerFramework int
	// ItemsPerCell is how many expectations each cell holds. With the default
	// of everything, a framework has about 62 KB. [4]
	ItemsPerCell int
	// Start is the first commit's date, to the second. [2020-01-06 09:00 UTC]
	Start time.Time
	// Bare leaves out the working tree.
	Bare bool
}

func (o Options) withDefaults() Options {
	set := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
	}
	set(&o.Commits, 300)
	set(&o.Frameworks, 5)
	set(&o.LevelsPerFramework, 10)
	set(&o.CompetenciesPerFramework, len(competencyNames))
	set(&o.ItemsPerCell, 4)
	if o.Start.IsZero() {
		o.Start = time.Date(2020, 1, 6, 9, 0, 0, 0, time.UTC)
	}
	return o
}

func (o Options) validate() error {
	var errs []error
	check := func(field string, got, most int) {
		if got < 1 || got > most {
			errs = append(errs, fmt.Errorf("%s: from 1 to %d (got %d)", field, most, got))
		}
	}
	check("Commits", o.Commits, 1_000_000)
	check("Frameworks", o.Frameworks, 10_000)
	check("LevelsPerFramework", o.LevelsPerFramework, 60)
	check("CompetenciesPerFramework", o.CompetenciesPerFramework, len(competencyNames))
	check("ItemsPerCell", o.ItemsPerCell, 30)
	return errors.Join(errs...)
}

// Write makes a repository at dir, which must be empty or not there. Its
// branch main holds cue.mod/module.cue (the module example.com/careers),
// frameworks/organisation.cue and the frameworks, each in files of its own for
// what is shared and for every level. Each later commit of the first-parent
// chain rewords lines of one framework, directly or by merging a side branch;
// some clocks are wrong. Equal options make equal commits.
//
// It returns an error if an option is out of range, if git is not installed,
// or with what git printed if git fails.
func Write(ctx context.Context, dir string, o Options) error {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return err
	}
	init := []string{"init", "--quiet", "--template=", "--initial-branch=main"}
	if o.Bare {
		init = append(init, "--bare")
	}
	if err := git(ctx, "", nil, append(init, "--", dir)...); err != nil {
		return err
	}
	if err := importHistory(ctx, dir, o); err != nil {
		return err
	}
	if o.Bare {
		return nil
	}
	return git(ctx, dir, nil, "read-tree", "-u", "--reset", "HEAD")
}

// importHistory writes the history into git fast-import, as it is made.
func importHistory(ctx context.Context, dir string, o Options) error {
	in, out := io.Pipe()
	go func() {
		h := newHistory(o, out)
		_ = out.CloseWithError(h.write())
	}()
	err := git(ctx, dir, in, "fast-import", "--quiet")
	// Ends the writer if git ended before it.
	_ = in.CloseWithError(errors.New("git fast-import has ended"))
	return err
}

// git runs git in dir, free of the configuration of whoever runs it.
func git(ctx context.Context, dir string, stdin io.Reader, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Stdin = stdin
	cmd.Env = environ()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return nil
}

func environ() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			env = append(env, v)
		}
	}
	return append(env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C")
}
