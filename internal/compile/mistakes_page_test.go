package compile

import (
	"fmt"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
)

const inFramework = "frameworks/support-ladder/"

// transcript is what Milepost and the stock command say, for comparing.
func transcript(said [][]made) string {
	var b strings.Builder
	for _, part := range said {
		for _, m := range part {
			fmt.Fprintf(&b, "# %s\n", m.name)
			for _, f := range m.found {
				fmt.Fprintf(&b, "milepost %s: %s [%s]\n", short(f.Position), f.Message, f.Code)
				for _, line := range strings.Split(f.Help, "\n") {
					fmt.Fprintf(&b, "         %s\n", line)
				}
				for _, at := range f.Also {
					fmt.Fprintf(&b, "         see also %s\n", short(at))
				}
			}
			if len(m.found) == 0 {
				b.WriteString("milepost accepts it\n")
			}
			fmt.Fprintf(&b, "stock    %s\n\n", m.stock)
		}
	}
	return b.String()
}

func short(at diag.Position) string { return strings.TrimPrefix(at.String(), inFramework) }

// mistakesPage is the same for somebody who judges the wording.
func mistakesPage(said [][]made) string {
	var b strings.Builder
	n := 0
	for _, part := range said {
		n += len(part)
	}
	fmt.Fprintf(&b, "# Mistakes, and what Milepost says to them\n\n")
	fmt.Fprintf(&b, "Here are %d edits as they happen to people who write career frameworks: the line as it was written, and what Milepost says to it. ", n)
	b.WriteString("Each is made in a small ladder of three levels, `framework.cue`, `l1.cue`, `l2.cue` and `m1.cue`, which is in order but for the mistake. A place is written file:line:column.\n\n")
	b.WriteString("This page is written by a test from what Milepost really says.\n")
	for i, part := range said {
		fmt.Fprintf(&b, "\n## %s\n", mistakes[i].title)
		for _, m := range part {
			b.WriteString(m.section())
		}
	}
	return b.String()
}

func (m made) section() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", sentenceCase(m.name))
	if len(m.found) == 0 {
		b.WriteString("Milepost accepts it: this is no mistake.\n")
	}
	for _, f := range m.found {
		if line := strings.TrimSpace(m.line(f.Position)); line != "" {
			fmt.Fprintf(&b, "```cue\n%s\n```\n\n", visibleSpaces(line))
		}
		fmt.Fprintf(&b, "> `%s` %s  \n", short(f.Position), pageText(full(sentenceCase(f.Message))))
		help, paste, _ := strings.Cut(f.Help, "\n")
		fmt.Fprintf(&b, "> %s\n", pageText(help))
		if paste != "" {
			fmt.Fprintf(&b, "> ```cue\n> %s\n> ```\n", strings.ReplaceAll(strings.TrimSpace(visibleSpaces(paste)), "\n", "\n> "))
		}
		if len(f.Also) > 0 {
			places := make([]string, len(f.Also))
			for i, at := range f.Also {
				places[i] = "`" + short(at) + "`"
			}
			fmt.Fprintf(&b, ">\n> See also %s.\n", strings.Join(places, ", "))
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// line is the author's line at a place.
func (m made) line(at diag.Position) string {
	lines := strings.Split(m.files[strings.TrimPrefix(at.File, inFramework)], "\n")
	if at.Line > len(lines) || at.Line < 1 {
		return ""
	}
	return strings.TrimSuffix(lines[at.Line-1], "\r")
}

// visibleSpaces shows what could not be told from a space.
func visibleSpaces(s string) string {
	return strings.NewReplacer("\u00a0", "⍽", "\u202f", "⍽", "\u200b", "⍽", "\t", " ").Replace(s)
}

func pageText(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "#", `\#`).Replace(s)
}

func sentenceCase(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// full ends a sentence, where it has no end of its own.
func full(s string) string {
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
