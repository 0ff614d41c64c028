package compile

import (
	"bytes"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
)

// A mistake that keeps a file from being read hides all that comes after it.
// So each is mended in memory and the file read again: a mend that lets the
// reader go on shows that the mistake was understood, and what follows is
// found in the same go. Mended bytes are never a framework: what was mended
// is a finding, and a finding of that kind is a refusal.

// splice replaces the bytes from..to of a file.
type splice struct {
	from, to int
	text     string
}

// patch is a set of splices that do not overlap, in order. None of them adds
// or removes a line, so that lines keep their numbers.
type patch []splice

func newPatch(splices ...splice) patch {
	p := patch(splices)
	slices.SortStableFunc(p, func(a, b splice) int { return a.from - b.from })
	return p
}

// fits says whether the splices lie inside size bytes, one after the other.
func (p patch) fits(size int) bool {
	at := 0
	for _, s := range p {
		if s.from < at || s.to < s.from || s.to > size {
			return false
		}
		at = s.to
	}
	return true
}

func (p patch) apply(data []byte) []byte {
	var out bytes.Buffer
	at := 0
	for _, s := range p {
		out.Write(data[at:s.from])
		out.WriteString(s.text)
		at = s.to
	}
	out.Write(data[at:])
	return out.Bytes()
}

// back is where an offset of the patched bytes stood before. Inside says that
// it stands in what the patch wrote.
func (p patch) back(off int) (at int, inside bool) {
	shift := 0
	for _, s := range p {
		start := s.from + shift
		if off < start {
			break
		}
		if off < start+len(s.text) {
			return s.from, true
		}
		shift += len(s.text) - (s.to - s.from)
	}
	return off - shift, false
}

// mended is a file as it can be read, and how it came to be so.
type mended struct {
	file
	before  []byte // as its author wrote it
	patches []patch
}

func (m *mended) mend(p patch) {
	m.data = p.apply(m.data)
	m.patches = append(m.patches, p)
}

// original turns a place of the mended file into one of the author's. Inside
// says that it stands in what a mend wrote.
func (m *mended) original(at diag.Position) (diag.Position, bool) {
	if len(m.patches) == 0 || at.Line < 1 {
		return at, false
	}
	off, inside := offsetOf(m.data, at), false
	for _, p := range slices.Backward(m.patches) {
		back, in := p.back(off)
		off, inside = back, inside || in
	}
	return positionOf(m.name, m.before, off), inside
}

// originals turns places of mended files into the authors' own. A finding in
// what a mend wrote is an echo of the mistake that was mended, and dropped.
func (p *parsed) originals(found diag.List) diag.List {
	var out diag.List
	for _, f := range found {
		m := p.mended[f.File]
		if m == nil {
			out = append(out, f)
			continue
		}
		at, inside := m.original(f.Position)
		if inside {
			continue
		}
		f.Position = at
		f.Also = slices.Clone(f.Also)
		for i, also := range f.Also {
			if m := p.mended[also.File]; m != nil {
				f.Also[i], _ = m.original(also)
			}
		}
		out = append(out, f)
	}
	return out
}

func offsetOf(data []byte, at diag.Position) int {
	off := 0
	for range at.Line - 1 {
		i := bytes.IndexByte(data[off:], '\n')
		if i < 0 {
			return len(data)
		}
		off += i + 1
	}
	return min(off+max(at.Column-1, 0), len(data))
}

func positionOf(name string, data []byte, off int) diag.Position {
	before := data[:min(off, len(data))]
	return diag.Position{File: name, Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n')}
}

// lineOf is the line of data at an offset, without its end.
func lineOf(data []byte, off int) string {
	off = min(off, len(data))
	from := bytes.LastIndexByte(data[:off], '\n') + 1
	line, _, _ := strings.Cut(string(data[from:]), "\n")
	return strings.TrimSuffix(line, "\r")
}
