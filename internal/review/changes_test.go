package review_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/review"
)

// TestChanges writes docs/changes.md, for somebody who judges the wording.
func TestChanges(t *testing.T) {
	t.Parallel()
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	n := 0
	for _, ch := range changeChapters() {
		n += len(ch.cases)
	}
	fmt.Fprintf(&b, "# Changes, and what Milepost says to them\n\n")
	fmt.Fprintf(&b, "Here are %d changes as they happen to people who write career frameworks: what was written, and what the check of the change says to it. ", n)
	b.WriteString("Each is made in a small ladder of two levels. The organisation gives people 30 days of notice of what asks more of them, and lets nothing of the kind take effect from 15 March to 15 April. Unless it says otherwise, it is 5 January 2027.\n\n")
	b.WriteString("This page is written by a test from what Milepost really says.\n")
	for _, ch := range changeChapters() {
		fmt.Fprintf(&b, "\n## %s\n", ch.title)
		for _, e := range ch.cases {
			b.WriteString(e.section(t, c))
		}
	}
	golden(t, "../../docs/changes.md", b.String())
}

func (e example) review(t *testing.T, c *compile.Compiler) *review.Verdict {
	t.Helper()
	change := review.Change{Head: e.head, Root: "frameworks", Now: e.now()}
	if e.base != nil {
		change.Base = e.base
	}
	if e.inForce != "" {
		change.InForce = map[string]string{"support-ladder": e.inForce}
	}
	v, err := review.Review(context.Background(), c, change)
	if err != nil {
		t.Fatalf("%s: %v", e.title, err)
	}
	return v
}

func (e example) section(t *testing.T, c *compile.Compiler) string {
	v := e.review(t, c)
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", e.title)
	if e.on != "" {
		fmt.Fprintf(&b, "On %s. ", compile.DayWords(e.on))
	}
	if e.about != "" {
		b.WriteString(e.about)
	}
	if e.on != "" || e.about != "" {
		b.WriteString("\n\n")
	}
	if e.base != nil {
		fmt.Fprintf(&b, "```diff\n%s```\n\n", difference(e.base, e.head))
	}
	for _, ch := range v.Checked {
		if e.base != nil {
			fmt.Fprintf(&b, "> **%s**", pageText(ch.Lead()))
			for _, line := range ch.Lines() {
				fmt.Fprintf(&b, "  \n> %s", pageText(line))
			}
			if ch.Notice.Words != "" {
				fmt.Fprintf(&b, "  \n> Notice is %s", pageText(ch.Notice.Words))
			}
			b.WriteString("\n>\n")
		}
	}
	for _, f := range v.Findings {
		label := map[diag.Severity]string{diag.Error: "", diag.Warning: "Deserves a look: ", diag.Note: "For information: "}[f.Severity]
		fmt.Fprintf(&b, "> `%s` %s%s.  \n", strings.TrimPrefix(f.Position.String(), "frameworks/"), label, pageText(sentenceCase(f.Message)))
		help, paste, _ := strings.Cut(f.Help, "\n")
		fmt.Fprintf(&b, "> %s\n", pageText(help))
		if paste != "" {
			fmt.Fprintf(&b, ">\n> ```cue\n> %s\n> ```\n", strings.ReplaceAll(strings.TrimSpace(paste), "\n", "\n> "))
		}
		b.WriteString(">\n")
	}
	outcome := "Nothing needs a change."
	if !v.OK() {
		outcome = "It needs a change."
	}
	fmt.Fprintf(&b, "> *%s*\n", outcome)
	return b.String()
}

// difference shows what a change does to the files; of those that are copied
// or moved, what differs on the way.
func difference(base, head fstest.MapFS) string {
	var b strings.Builder
	names := maps.Clone(base)
	maps.Copy(names, head)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		from := name
		switch {
		case base[name] != nil && head[name] == nil:
			fmt.Fprintf(&b, "removed: %s\n", short(name))
			continue
		case base[name] == nil && strings.Contains(name, "/next/support-ladder/"):
			from = strings.Replace(name, "/next/", "/", 1)
			fmt.Fprintf(&b, "new: %s, a copy of %s\n", short(name), short(from))
		case base[name] == nil:
			from = strings.Replace(name, "/care-ladder/", "/support-ladder/", 1)
			fmt.Fprintf(&b, "new: %s, which was %s\n", short(name), short(from))
		}
		if lines := changedLines(text(base, from), text(head, name)); lines != "" {
			fmt.Fprintf(&b, "%s\n%s", short(name), lines)
		}
	}
	return b.String()
}

func short(name string) string { return strings.TrimPrefix(name, "frameworks/") }

func text(m fstest.MapFS, name string) string {
	if m[name] == nil {
		return ""
	}
	return string(m[name].Data)
}

// changedLines are the lines that are gone and those that came, by a longest
// common run of lines.
func changedLines(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintf(&out, "- %s\n", strings.TrimSpace(a[i]))
			i++
		default:
			fmt.Fprintf(&out, "+ %s\n", strings.TrimSpace(b[j]))
			j++
		}
	}
	return out.String()
}

func pageText(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "#", `\#`).Replace(s)
}

func sentenceCase(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
