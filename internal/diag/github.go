package diag

import (
	"bytes"
	"fmt"
	"strings"
)

// How GitHub's runner wants texts in workflow commands to be escaped:
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// printGitHub prints each finding as a workflow command, which GitHub shows
// beside the author's line, and closes with a count. GitHub shows the first ten
// errors, warnings and notices of a step only.
func printGitHub(r Report) ([]byte, error) {
	var b bytes.Buffer
	src := newSource(r.Source)
	for _, f := range r.Findings {
		b.WriteString(workflowCommand(f, src.column(f.Position)) + "\n")
	}
	b.WriteString(summary(r) + "\n")
	return b.Bytes(), nil
}

// workflowCommand is the command that shows a finding at its line.
func workflowCommand(f Finding, column int) string {
	var props []string
	add := func(name, value string) { props = append(props, name+"="+commandProperty.Replace(oneLine(value))) }
	if f.File != "" {
		add("file", f.File)
		if f.Line > 0 {
			add("line", fmt.Sprint(f.Line))
		}
		if f.Line > 0 && column > 0 {
			add("col", fmt.Sprint(column))
		}
	}
	add("title", ruleTitle(f.Code))
	command := [...]string{"error", "warning", "notice"}[weight(f)]
	return "::" + command + " " + strings.Join(props, ",") + "::" + commandData.Replace(messageAndHelp(f))
}

// messageAndHelp is the message, and the help and other places on the lines after it.
func messageAndHelp(f Finding) string {
	lines := append([]string{message(f)}, Lines(f.Help)...)
	if also := alsoSentence(f); also != "" {
		lines = append(lines, also)
	}
	return strings.Join(lines, "\n")
}
