package synth

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

const (
	mainRef = "refs/heads/main"
	sideRef = "refs/milepost/side"
)

// history writes the commits as a stream for git fast-import.
type history struct {
	o          Options
	r          *rand.Rand
	w          *bufio.Writer
	frameworks []*framework
	clock      time.Time
	mark       int   // the mark of the newest commit
	main       []int // the marks along the first-parent chain
}

func newHistory(o Options, w io.Writer) *history {
	// The second number only tells this generator's seeds from others'.
	return &history{o: o, r: rand.New(rand.NewPCG(o.Seed, 0x6d696c65)), w: bufio.NewWriterSize(w, 1<<16), clock: o.Start}
}

func (h *history) write() error {
	h.root()
	for len(h.main) < h.o.Commits {
		// Three in ten are merges of two side commits on average: 60 % more in all.
		if h.r.IntN(10) < 3 {
			h.merge()
		} else {
			h.reword()
		}
	}
	// Every side branch is merged by now, and their common name can go.
	fmt.Fprintf(h.w, "reset %s\nfrom %040d\n\n", sideRef, 0)
	return h.w.Flush()
}

// root is the first commit, with everything in it.
func (h *history) root() {
	for n := range h.o.Frameworks {
		h.frameworks = append(h.frameworks, newFramework(h.r, n, h.o))
	}
	h.commit(mainRef, "Bring in the frameworks", 0, 0)
	h.file("cue.mod/module.cue", moduleFile)
	h.file("frameworks/organisation.cue", organisationFile)
	for _, f := range h.frameworks {
		h.file(f.dir()+"/framework.cue", f.sharedFile())
		for i := range f.levels {
			h.file(f.levelPath(i), f.levelFile(i))
		}
	}
	h.main = append(h.main, h.mark)
}

// reword is a commit on the first-parent chain that changes a line.
func (h *history) reword() {
	f := h.pick()
	i := f.reword(h.r)
	h.commit(mainRef, subject(f, i), h.tip(), 0)
	h.file(f.levelPath(i), f.levelFile(i))
	h.main = append(h.main, h.mark)
}

// merge is a side branch of one to three commits, off one of the newest
// commits, and the commit that merges it.
func (h *history) merge() {
	f := h.pick()
	i := h.r.IntN(len(f.levels))
	base := h.main[max(0, len(h.main)-1-h.r.IntN(4))]
	for range 1 + h.r.IntN(3) {
		f.rewordLevel(h.r, i)
		h.commit(sideRef, subject(f, i), base, 0)
		h.file(f.levelPath(i), f.levelFile(i))
		base = h.mark
	}
	h.commit(mainRef, fmt.Sprintf("Merge the new wording of the %s", f.title), h.tip(), base)
	h.file(f.levelPath(i), f.levelFile(i))
	h.main = append(h.main, h.mark)
}

func (h *history) pick() *framework { return h.frameworks[h.r.IntN(len(h.frameworks))] }

func (h *history) tip() int { return h.main[len(h.main)-1] }

func subject(f *framework, i int) string {
	return fmt.Sprintf("Reword %s of the %s", f.levels[i].id(), f.title)
}

var zones = [4]string{"+0000", "+0100", "-0500", "+0530"}

// commit begins a commit; from and merged are marks, 0 for none.
func (h *history) commit(ref, message string, from, merged int) {
	h.clock = h.clock.Add(time.Duration(5+h.r.IntN(110)) * time.Minute)
	committed := h.clock
	if h.r.IntN(30) == 0 { // a clock that is behind by up to three days
		committed = committed.Add(-time.Duration(h.r.IntN(72*60)) * time.Minute)
	}
	authored := committed.Add(-time.Duration(h.r.IntN(10*24*60)) * time.Minute)
	zone := zones[h.r.IntN(len(zones))]
	h.mark++
	fmt.Fprintf(h.w, "commit %s\nmark :%d\n", ref, h.mark)
	fmt.Fprintf(h.w, "author Ada Example <ada@example.com> %d %s\n", authored.Unix(), zone)
	fmt.Fprintf(h.w, "committer Ben Example <ben@example.com> %d %s\n", committed.Unix(), zone)
	fmt.Fprintf(h.w, "data %d\n%s\n\n", len(message)+1, message)
	if from != 0 {
		fmt.Fprintf(h.w, "from :%d\n", from)
	}
	if merged != 0 {
		fmt.Fprintf(h.w, "merge :%d\n", merged)
	}
}

// file puts a file into the commit that was begun last. Errors of writing show
// at the end: bufio keeps the first.
func (h *history) file(path, content string) {
	fmt.Fprintf(h.w, "M 100644 inline %s\ndata %d\n%s\n", path, len(content), content)
}
