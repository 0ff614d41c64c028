package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
)

func (a *app) fmtCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH]",
		Short: "Lay the files out alike, without touching what they say",
		Long: `Lay out the CUE files of the frameworks alike: indents, spaces and line ends.
What the files say, their comments and the order of things stay as they are. A
file that cannot be read is left as it is. PATH is a file or a folder.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := ""
			if len(args) > 0 {
				path = args[0]
			}
			return a.format(path, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; name the files that would change, and exit with 1")
	return cmd
}

func (a *app) format(path string, check bool) error {
	if path == "" {
		dir, err := a.workDir()
		if err != nil {
			return err
		}
		path = filepath.Join(dir, filepath.FromSlash(a.dir))
	}
	if _, err := os.Stat(path); err != nil {
		return usage("there is no file or folder %s", path)
	}
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() || !strings.HasSuffix(name, ".cue") {
			return err
		}
		return a.formatFile(name, check)
	})
}

func (a *app) formatFile(name string, check bool) error {
	src, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	out, found, err := compile.Format(name, src)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		a.exit = exitFindings
		return diag.Print(a.stdout, "text", diag.Report{Findings: found, Colour: a.colours()})
	}
	if bytes.Equal(src, out) {
		return nil
	}
	fmt.Fprintln(a.stdout, name)
	if check {
		a.exit = exitFindings
		return nil
	}
	return replaceFile(name, out)
}

// replaceFile writes a file through another one and a rename, so that it is
// never half-written. It keeps who may read it.
func replaceFile(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".milepost-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, werr := tmp.Write(data)
	if err := errors.Join(werr, tmp.Close(), os.Chmod(tmp.Name(), info.Mode().Perm())); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), name); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(tmp.Name()))
	}
	return nil
}
