// Package review judges a change: the frameworks as they would be, against
// the base that they change and the house rules of that base. It is pure: the
// same trees give the same Verdict, and the command, the check on a pull
// request and the API are printers of that one value.
package review

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Change is what is put forward.
type Change struct {
	Head     fs.FS               // the repository as it would be
	Base     fs.FS               // the repository as it is, nil to judge all of Head by itself
	Root     string              // the directory of frameworks in both, "frameworks"
	Now      time.Time           // the moment of judging: it decides what is in force, and which days are still to come
	Only     string              // one framework's id, or "next" for all coming editions, "" for all
	All      bool                // with a base, judge also the wording of lines that the change does not touch
	InForce  map[string]string   // the number of the version in force by framework, as far as the caller knows
	Progress func(done, all int) // told of each framework judged, may be nil
}

// reviewer is one review under way.
type reviewer struct {
	Change
	compiler *compile.Compiler
	org      ladder.Organisation
	today    string // the day of Now, where the organisation is
	heads    map[string]*text
	bases    map[string]*text
	dirs     []string        // of the head: ids, then "next/" and ids
	before   []string        // of the base
	differs  map[string]bool // directories that the change touches
	lines    *changes        // nil to judge the wording of all lines
	said     diag.List       // about the change, wherever its lines are
	verdict  Verdict
}

// Review judges a change. With a base, only the frameworks that differ from
// it are judged, by the house rules of the base, and what is no mistake but a
// matter of wording and taste is said of what the change touches alone. The
// error means that a tree could not be read.
func Review(ctx context.Context, c *compile.Compiler, change Change) (*Verdict, error) {
	r, err := newReviewer(ctx, c, change)
	if err != nil {
		return nil, err
	}
	ids, err := r.touched()
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if err := r.framework(ctx, id); err != nil {
			return nil, err
		}
		if r.Progress != nil {
			r.Progress(i+1, len(ids))
		}
	}
	if err := r.references(ctx); err != nil {
		return nil, err
	}
	if err := r.touchedOnly(); err != nil {
		return nil, err
	}
	return r.finish(), nil
}

// Standing judges again what stands in the directory of coming editions, with
// nothing put forward: days come nearer, and house rules change. Review
// without a base says the same, and all else that there is to say.
func Standing(ctx context.Context, c *compile.Compiler, change Change) (*Verdict, error) {
	change.Base = nil
	r, err := newReviewer(ctx, c, change)
	if err != nil {
		return nil, err
	}
	for _, dir := range r.dirs {
		if id := idOf(dir); dir != id && r.wanted(dir) {
			s, err := r.step(ctx, id)
			if err != nil {
				return nil, err
			}
			if err := r.nextEntry(ctx, s); err != nil {
				return nil, err
			}
		}
	}
	r.verdict.Findings = diag.List{}
	return r.finish(), nil
}

func newReviewer(ctx context.Context, c *compile.Compiler, change Change) (*reviewer, error) {
	if change.Now.IsZero() {
		return nil, errors.New("reviewing a change: the moment of judging is not set")
	}
	r := &reviewer{Change: change, compiler: c, heads: map[string]*text{}, bases: map[string]*text{}, differs: map[string]bool{}}
	r.verdict = Verdict{Checked: []Checked{}, Findings: diag.List{}}
	if change.Base != nil && !change.All {
		r.lines = newChanges(change.Head, change.Base)
	}
	if err := r.organisation(ctx); err != nil {
		return nil, err
	}
	zone, err := r.org.Location()
	if err != nil {
		zone = time.UTC
	}
	r.today = change.Now.In(zone).Format(time.DateOnly)
	return r, r.layout()
}

// finish puts together what was found.
func (r *reviewer) finish() *Verdict {
	r.add(r.said...)
	r.severities()
	r.verdict.Findings = r.verdict.Findings.Sort()
	for i := range r.verdict.Checked {
		r.verdict.Checked[i].Time = r.verdict.ofTime(&r.verdict.Checked[i], r.Root)
	}
	return &r.verdict
}

// organisation takes the house rules from the base where there is one, and
// judges the file of the head.
func (r *reviewer) organisation(ctx context.Context) error {
	org, found, err := r.compiler.Organisation(ctx, r.Head, r.Root)
	if err != nil {
		return err
	}
	r.add(found...)
	if found, err = compile.SchemaCopy(r.Head); err != nil {
		return err
	}
	r.add(found...)
	r.org = org
	if r.Base == nil {
		return nil
	}
	// What cannot be compared, as below a link, is not the same.
	file, err := newChanges(r.Head, r.Base).read(path.Join(r.Root, compile.OrganisationFile))
	if err == nil && file.same() {
		return nil
	}
	r.org, _, err = r.compiler.Organisation(ctx, r.Base, r.Root)
	return err
}

func (r *reviewer) add(found ...diag.Finding) {
	r.verdict.Findings = append(r.verdict.Findings, found...)
}

// layout lists the directories of both sides.
func (r *reviewer) layout() error {
	dirs, found, err := directories(r.Head, r.Root)
	if err != nil {
		return err
	}
	r.dirs = dirs
	r.add(found...)
	if r.Base != nil {
		if r.before, _, err = directories(r.Base, r.Root); err != nil {
			r.before = nil // the base has no frameworks yet
		}
	}
	return nil
}

func directories(fsys fs.FS, root string) ([]string, diag.List, error) {
	dirs, found, err := compile.Layout(fsys, root)
	if err != nil {
		return nil, nil, err
	}
	coming, more, err := compile.Editions(fsys, root)
	return append(dirs, coming...), append(found, more...), err
}

// nextDir is where coming editions stand.
const nextDir = "next/"

func idOf(dir string) string { return strings.TrimPrefix(dir, nextDir) }

// wanted says whether a directory is one of those to judge.
func (r *reviewer) wanted(dir string) bool {
	return r.Only == "" || r.Only == idOf(dir) || r.Only+"/" == nextDir && dir != idOf(dir)
}

// touched lists the frameworks to judge, by id: those of which a directory
// differs from the base.
func (r *reviewer) touched() ([]string, error) {
	if r.Only != "" && r.Only+"/" != nextDir && !slices.ContainsFunc(slices.Concat(r.dirs, r.before), func(d string) bool { return idOf(d) == r.Only }) {
		return nil, fmt.Errorf("there is no framework %q in %s", r.Only, r.Root)
	}
	var ids []string
	for _, dir := range slices.Concat(r.dirs, r.before) {
		if !r.wanted(dir) || r.differs[dir] || r.equal(dir) {
			continue
		}
		r.differs[dir] = true
		if !slices.Contains(ids, idOf(dir)) {
			ids = append(ids, idOf(dir))
		}
	}
	return ids, nil
}

// equal says whether a directory holds the same files in both trees. Where Git
// names them alike, nothing is read: of a hundred frameworks, a change touches one.
func (r *reviewer) equal(dir string) bool {
	if r.Base == nil || !slices.Contains(r.dirs, dir) || !slices.Contains(r.before, dir) {
		return false
	}
	if name := compile.Named(r.Head, r.Root, dir); name != "" && name == compile.Named(r.Base, r.Root, dir) {
		return true
	}
	a, errA := r.compiler.Key(r.unit(r.Base, dir))
	b, errB := r.compiler.Key(r.unit(r.Head, dir))
	return errA == nil && errB == nil && a == b
}

func (r *reviewer) unit(fsys fs.FS, dir string) compile.Unit {
	return compile.Unit{FS: fsys, Root: r.Root, Dir: dir}
}

// framework judges one framework that differs: its texts by themselves, and
// then what the change does.
func (r *reviewer) framework(ctx context.Context, id string) error {
	s, err := r.step(ctx, id)
	if err != nil {
		return err
	}
	for _, t := range []*text{s.is.now, s.is.next} {
		if r.differs[t.dir] && t.there {
			if err := r.judge(t, r.origin(s, t)); err != nil {
				return err
			}
		}
	}
	if r.differs[id] {
		if err := r.nowEntry(ctx, s); err != nil {
			return err
		}
	}
	if r.differs[nextDir+id] {
		return r.nextEntry(ctx, s)
	}
	return nil
}

// origin is the text of the base that a text of the head was made from: a new
// edition from the text in force, and what an edition is folded into from that.
func (r *reviewer) origin(s *step, t *text) *text {
	switch {
	case t == s.is.next && !s.was.next.there:
		return s.was.now
	case t == s.is.now && s.was.next.there && !s.is.next.there:
		return s.was.next
	case t == s.is.next:
		return s.was.next
	}
	return s.was.now
}

// judge holds a text of the head to the house rules.
func (r *reviewer) judge(t, origin *text) error {
	r.add(t.found...)
	if t.f == nil {
		return nil
	}
	places, plain, err := r.compiler.Inspect(r.unit(r.Head, t.dir), r.org.HouseRules.PlainData)
	if err != nil {
		return err
	}
	if err := r.compareLines(t, origin); err != nil {
		return err
	}
	r.add(plain...)
	h := &house{f: t.f, before: origin.f, org: r.org, places: places, lines: r.lines}
	r.add(h.check()...)
	return nil
}

// compareLines finds what the change does to the lines of a text, which may
// stand in the base in another directory.
func (r *reviewer) compareLines(t, origin *text) error {
	if r.lines == nil {
		return nil
	}
	dir := path.Join(r.Root, t.dir)
	from := []string{dir}
	if origin.dir != t.dir && origin.there {
		r.lines.copied(dir, path.Join(r.Root, origin.dir))
	}
	for _, id := range t.f.Formerly {
		if !slices.Contains(r.dirs, id) {
			from = append(from, path.Join(r.Root, id))
		}
	}
	return r.lines.framework(from[0], from)
}

// touchedOnly drops what is no mistake and stands where the change touches
// nothing. House rules have looked at that themselves: they know which lines a
// finding is about, and that what others name may be missing in lines that
// nobody touched. Of plain data, the place is all that is known.
func (r *reviewer) touchedOnly() error {
	if r.lines == nil {
		return nil
	}
	kept := diag.List{}
	for _, f := range r.verdict.Findings {
		_, house := houseRules[f.Code]
		touched := house && f.Code != "plain-data" || !house && f.Severity == diag.Error
		if !touched {
			var err error
			if touched, err = r.lines.at(f.Position); err != nil {
				return err
			}
		}
		if touched {
			kept = append(kept, f)
		}
	}
	r.verdict.Findings = kept
	return nil
}

// severities applies the organisation's severity of each rule. What is for
// information alone stays so.
func (r *reviewer) severities() {
	kept := diag.List{}
	for _, f := range r.verdict.Findings {
		_, house := houseRules[f.Code]
		switch s := r.org.HouseRules.Severity[f.Code]; {
		case house && severity(r.org.HouseRules, f.Code) == isOff:
			continue
		case house && s == isWarning && f.Severity == diag.Error:
			f.Severity = diag.Warning
		case s == isError && f.Severity == diag.Warning:
			f.Severity = diag.Error
		}
		kept = append(kept, f)
	}
	r.verdict.Findings = kept
}
