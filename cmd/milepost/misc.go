package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/scaffold"
	"github.com/milepost-dev/milepost/schema"
)

func (a *app) initCommand() *cobra.Command {
	o := scaffold.Options{Schema: schema.FS}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a repository of frameworks, with an example",
		Long: `Write what a repository of frameworks needs into DIR (by default here): an
example ladder, the organisation's file, the schema where the stock cue command
finds it, the check for pull requests, and a README for the people who will
edit it. Nothing that is there already is changed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			files, err := scaffold.Write(dir, o)
			if err != nil {
				return usageError{err}
			}
			for _, f := range files {
				fmt.Fprintln(a.stdout, f)
			}
			fmt.Fprintf(a.stdout, "\n%d files written. Next: git init, commit, and milepost serve.\n", len(files))
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Module, "module", "example.com/careers", "the repository's own module path, as CUE names it")
	cmd.Flags().StringVar(&o.Organisation, "organisation", "Example Company", "the organisation's name")
	return cmd
}

func (a *app) schemaCommand() *cobra.Command {
	var format string
	var write bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print what a framework may hold",
		Long: `Print the schema that frameworks are checked against: as JSON Schema, or as the
CUE that it is made from. With --write, the repository's copy of the CUE is
brought up to date instead: the stock cue command and editors read that one.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if write {
				return a.writeSchema()
			}
			switch format {
			case "json-schema":
				b, err := compile.JSONSchema()
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "%s\n", strings.TrimRight(string(b), "\n"))
				return err
			case "cue":
				return a.printSchema()
			}
			return usage("there is no format %q: the formats are json-schema, cue", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "json-schema", "json-schema or cue")
	cmd.Flags().BoolVar(&write, "write", false, "bring the repository's copy of the schema up to date")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"json-schema", "cue"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// printSchema prints the schema's files one after the other, each under its
// name: as files they make one package.
func (a *app) printSchema() error {
	return eachSchemaFile(func(name string, text []byte) error {
		_, err := fmt.Fprintf(a.stdout, "-- %s --\n%s", name, text)
		return err
	})
}

// writeSchema writes the repository's copy of the schema anew, file by file
// through a rename, so that none is ever half-written.
func (a *app) writeSchema() error {
	dir, err := a.workDir()
	if err != nil {
		return err
	}
	to := filepath.Join(dir, filepath.FromSlash(compile.SchemaCopyDir))
	if err := os.MkdirAll(to, 0o755); err != nil {
		return fmt.Errorf("writing the schema: %w", err)
	}
	return eachSchemaFile(func(name string, text []byte) error {
		tmp := filepath.Join(to, name+".new")
		if err := errors.Join(os.WriteFile(tmp, text, 0o644), os.Rename(tmp, filepath.Join(to, name))); err != nil {
			return fmt.Errorf("writing the schema: %w", err)
		}
		fmt.Fprintln(a.stdout, filepath.Join(compile.SchemaCopyDir, name))
		return nil
	})
}

// eachSchemaFile hands over the files of the schema, by name.
func eachSchemaFile(do func(name string, text []byte) error) error {
	names, err := fs.Glob(schema.FS, "*.cue")
	if err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(schema.FS, name)
		if err != nil {
			return fmt.Errorf("reading the schema: %w", err)
		}
		if err := do(name, text); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.stdout, "milepost %s (%s)\n", programVersion(), runtime.Version())
			return err
		},
	}
}

// programVersion is the module's version, or the commit it was built from.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "commit " + s.Value[:12]
		}
	}
	return "development"
}
