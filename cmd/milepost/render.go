package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// renderer writes a framework for reading, as plain text or as Markdown.
type renderer struct {
	w        io.Writer
	markdown bool
	blank    bool // the last line was empty
	err      error
}

// line writes a line; of several empty ones, the first.
func (r *renderer) line(format string, args ...any) {
	text := strings.TrimRight(printable(fmt.Sprintf(format, args...)), " ")
	if r.err != nil || text == "" && r.blank {
		return
	}
	r.blank = text == ""
	_, r.err = fmt.Fprintln(r.w, text)
}

// printable drops what could steer a terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s)
}

func (r *renderer) heading(level int, text string) {
	r.line("")
	if r.markdown {
		r.line("%s %s", strings.Repeat("#", level), text)
		r.line("")
		return
	}
	r.line("%s", text)
	if level <= 2 {
		r.line("%s", strings.Repeat([]string{"=", "-"}[level-1], len([]rune(text))))
	}
}

func (r *renderer) paragraph(text string) {
	if text != "" {
		r.line("%s", text)
		r.line("")
	}
}

func (r *renderer) items(items []string) {
	for _, i := range items {
		r.line("  - %s", i)
	}
}

func (r *renderer) title(f *ladder.Framework) {
	if r.markdown {
		r.line("# %s", f.Title)
	} else {
		r.line("%s", f.Title)
		r.line("%s", strings.Repeat("=", len([]rune(f.Title))))
	}
	r.line("")
}

// framework writes a text; whole says whether all of it, or its levels alone.
func (r *renderer) framework(f *ladder.Framework, levels []ladder.Level, whole bool) {
	if whole {
		r.paragraph(f.Summary)
		r.paragraph(f.Definition)
		for _, a := range f.Aims {
			r.heading(3, a.Title)
			r.paragraph(a.Text)
		}
	}
	for i := range levels {
		r.level(f, &levels[i])
	}
	if !whole {
		return
	}
	for _, role := range f.Roles {
		r.role(&role)
	}
	if len(f.Questions) > 0 {
		r.heading(2, "Questions to ask")
		r.items(f.Questions)
	}
	for _, g := range f.Guidance {
		r.heading(2, g.Title)
		r.items(g.Items)
	}
}

func (r *renderer) level(f *ladder.Framework, l *ladder.Level) {
	r.heading(2, l.Name())
	if len(l.Titles) > 1 {
		var more []string
		for _, t := range l.Titles[1:] {
			more = append(more, t.Text)
		}
		r.line("Also: %s", strings.Join(more, ", "))
	}
	if l.Stage != "" {
		r.line("Stage: %s", l.Stage)
	}
	if len(l.JobGrades) > 0 {
		r.line("Job grades: %s", strings.Join(l.JobGrades, ", "))
	}
	if e := l.Experience; e != nil {
		r.line("Experience: %s", experience(e))
	}
	r.paragraph(l.Summary)
	for i := range f.Competencies {
		c := &f.Competencies[i]
		cell, ok := l.Expectations[c.ID]
		if !ok {
			continue
		}
		title := c.Title
		if cell.Degree != "" {
			title += ": " + cell.Degree
		}
		r.heading(3, title)
		if cell.None != "" {
			r.line("  (nothing: %s)", cell.None)
		}
		for _, item := range cell.Items {
			r.line("  - %s", item.Text)
			for _, e := range item.Examples {
				r.line("    for example: %s", e)
			}
		}
	}
}

// experience is what a level usually brings, in one line.
func experience(e *ladder.Experience) string {
	var parts []string
	if e.Years != nil {
		years := fmt.Sprintf("%d or more years", *e.Years)
		if e.In != "" {
			years += " in " + e.In
		}
		parts = append(parts, years)
	} else if e.In != "" {
		parts = append(parts, "in "+e.In)
	}
	if e.Text != "" {
		parts = append(parts, e.Text)
	}
	return strings.Join(parts, "; ")
}

func (r *renderer) role(role *ladder.Role) {
	r.heading(2, role.Title)
	if role.Entry != "" {
		r.line("Entry: %s", role.Entry)
	}
	r.paragraph(role.Summary)
	for _, part := range []struct {
		title string
		items []string
	}{{"What a candidate shows", role.Skills}, {"Duties", role.Responsibilities}, {"Where it leads", role.Next}} {
		if len(part.items) > 0 {
			r.heading(3, part.title)
			r.items(part.items)
		}
	}
}

func frameworkIDs(dir, root string) []string {
	ids, _, err := compile.Layout(os.DirFS(dir), root)
	if err != nil {
		return nil
	}
	return ids
}
