package fakehub

import (
	"fmt"
	"slices"
	"strings"
)

// fileShown is a file of a difference.
type fileShown struct {
	Path, Before, Status string
	Added, Removed       int
	Lines                []lineShown
	Notes                []noteShown // on the file as a whole
}

// lineShown is a line of a difference with what stands below it.
type lineShown struct {
	Kind        string // hunk, added, removed or same
	Left, Right int    // its numbers, 0 for none
	Text        string
	Annotations []annotation
	Notes       []noteShown
}

// noteShown is a comment on a line, with what it suggests.
type noteShown struct {
	Anchor, By string
	Outdated   bool
	Text       prose
	Old        []string // the lines that a suggestion replaces
}

// showFiles shows the difference, with annotations and comments below their
// lines; those whose lines it does not show stand apart.
func (r *Repo) showFiles(p pull, out *pullPage) error {
	files, err := r.pullDiff(p)
	if err != nil {
		return err
	}
	var beside []annotation
	for _, k := range out.Checks {
		beside = append(beside, k.Annotations...)
	}
	notes := r.notesOf(p.number, now)
	for _, f := range files {
		shown := fileShown{Path: f.path, Before: f.before, Status: f.status, Added: f.added, Removed: f.removed, Lines: f.lines()}
		for i := range shown.Lines {
			l := &shown.Lines[i]
			beside = slices.DeleteFunc(beside, func(a annotation) bool {
				here := a.Path == f.path && l.Right == a.Line && l.Right != 0
				if here {
					l.Annotations = append(l.Annotations, a)
				}
				return here
			})
			for _, m := range notes {
				if m.path == f.path && !m.outdated && m.line != 0 && (m.side == "RIGHT" && l.Right == m.line || m.side == "LEFT" && l.Kind == "removed" && l.Left == m.line) {
					l.Notes = append(l.Notes, shownNote(m, shown.Lines))
				}
			}
		}
		for _, m := range notes {
			if m.path == f.path && (m.line == 0 || m.outdated) {
				shown.Notes = append(shown.Notes, shownNote(m, nil))
			}
		}
		out.Files = append(out.Files, shown)
	}
	out.Elsewhere = beside
	return nil
}

// shownNote is a comment with the lines of the new text that it is on.
func shownNote(m note, lines []lineShown) noteShown {
	out := noteShown{Anchor: fmt.Sprintf("discussion_r%d", m.id), By: m.author, Outdated: m.outdated, Text: newProse(m.body)}
	if len(out.Text.Suggestions) == 0 {
		return out
	}
	from := m.start
	if from == 0 {
		from = m.line
	}
	for _, l := range lines {
		if l.Right >= from && l.Right <= m.line && l.Kind != "hunk" {
			out.Old = append(out.Old, l.Text)
		}
	}
	return out
}

// lines are those of a file's patch with their numbers.
func (f *fileDiff) lines() []lineShown {
	var out []lineShown
	left, right := 0, 0
	for line := range strings.Lines(f.patch) {
		line = strings.TrimSuffix(line, "\n")
		if m := hunkHeader.FindStringSubmatch(line); m != nil {
			left, right = atoi(m[1]), atoi(m[2])
			out = append(out, lineShown{Kind: "hunk", Text: line})
			continue
		}
		if line == "" {
			continue
		}
		l := lineShown{Kind: "same", Left: left, Right: right, Text: line[1:]}
		switch line[0] {
		case '+':
			l.Kind, l.Left = "added", 0
			right++
		case '-':
			l.Kind, l.Right = "removed", 0
			left++
		case '\\': // there is no newline at the end of the file
			l = lineShown{Kind: "hunk", Text: strings.TrimSpace(line[1:])}
		default:
			left, right = left+1, right+1
		}
		out = append(out, l)
	}
	return out
}
