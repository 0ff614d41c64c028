package fakehub

import (
	"regexp"
	"strconv"
	"strings"
)

// fileDiff is one file of a difference between two commits.
type fileDiff struct {
	path, before, status, sha string // before is the name that it had, if another
	patch                     string // from its first hunk; "" if binary
	added, removed            int
}

var statuses = map[byte]string{'A': "added", 'D': "removed", 'M': "modified", 'R': "renamed", 'C': "copied", 'T': "changed"}

// diff returns what changed between two commits, with renames found.
func (g bare) diff(a, b string) ([]fileDiff, error) {
	raw, _, err := g.exec(nil, nil, "diff", "--raw", "-z", "--no-abbrev", "-M", a, b)
	if err != nil {
		return nil, err
	}
	files := parseRaw(raw)
	text, _, err := g.exec(nil, nil, "diff", "--no-color", "--no-ext-diff", "-M", a, b)
	if err != nil {
		return nil, err
	}
	for i, patch := range splitPatches(text) {
		if i < len(files) {
			files[i].take(patch)
		}
	}
	return files, nil
}

// parseRaw reads ":mode mode sha sha X\0path\0" and, of renames, a second path.
func parseRaw(raw string) []fileDiff {
	var files []fileDiff
	fields := strings.Split(raw, "\x00")
	for i := 0; i+1 < len(fields); i++ {
		head := strings.Fields(fields[i])
		if len(head) < 5 {
			continue
		}
		f := fileDiff{status: statuses[head[4][0]], sha: head[3], path: fields[i+1]}
		if f.status == "removed" {
			f.sha = head[2]
		}
		i++
		if k := head[4][0]; (k == 'R' || k == 'C') && i+1 < len(fields) {
			f.before, f.path = f.path, fields[i+1]
			i++
		}
		files = append(files, f)
	}
	return files
}

// splitPatches splits a patch by file. Lines of files begin with a sign or a
// space, so that none is taken for a header.
func splitPatches(text string) []string {
	const header = "diff --git "
	var out []string
	for len(text) > 0 {
		end := strings.Index(text[1:], "\n"+header)
		if end < 0 {
			return append(out, text)
		}
		out, text = append(out, text[:end+2]), text[end+2:]
	}
	return out
}

// maxPatch is how large a file's difference is answered, in bytes:
// https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits
const maxPatch = 500 << 10

func (f *fileDiff) take(patch string) {
	i := strings.Index(patch, "\n@@ ")
	if i < 0 {
		return
	}
	if f.patch = strings.TrimSuffix(patch[i+1:], "\n"); len(f.patch) > maxPatch {
		f.patch = ""
	}
	for line := range strings.Lines(f.patch) {
		switch line[0] {
		case '+':
			f.added++
		case '-':
			f.removed++
		}
	}
}

// place is a line of a difference: its number on one side, and its position
// below the first hunk's header.
type place struct {
	side           string // LEFT or RIGHT
	line, position int
	from, to       int // the hunk down to this line, in the patch
}

var hunkHeader = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

// places returns every line that a comment can be on: context lines have both
// sides.
func (f *fileDiff) places() []place {
	var out []place
	var left, right, position, start, offset int
	for line := range strings.Lines(f.patch) {
		begin := offset
		offset += len(line)
		if m := hunkHeader.FindStringSubmatch(line); m != nil {
			left, right = atoi(m[1]), atoi(m[2])
			if start = begin; begin > 0 {
				position++
			}
			continue
		}
		position++
		if line[0] == '-' || line[0] == ' ' {
			out = append(out, place{"LEFT", left, position, start, offset})
			left++
		}
		if line[0] == '+' || line[0] == ' ' {
			out = append(out, place{"RIGHT", right, position, start, offset})
			right++
		}
	}
	return out
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
