package main

import (
	"path"

	"github.com/spf13/cobra"
)

// completeIDs completes the ids of the frameworks in the working copy.
func (a *app) completeIDs(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	dir, err := a.workDir()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return frameworkIDs(dir, a.dir), cobra.ShellCompDirectiveNoFileComp
}

// completeEditions completes the ids of those with a coming edition.
func (a *app) completeEditions(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	dir, err := a.workDir()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return frameworkIDs(dir, path.Join(a.dir, "next")), cobra.ShellCompDirectiveNoFileComp
}
