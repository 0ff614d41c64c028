// Package review judges a change: the frameworks as they would be, against
// the base that they change and the house rules of that base. It is pure: the
// same trees give the same Verdict, and the command, the check on a pull
// request and the API are printers of that one value.
package review

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Change is what is put forward.
type Change struct {
	Head     fs.FS               // the repository as it would be
	Base     fs.FS               // the repository as it is, nil to judge all of Head by itself
	Root     string              // the directory of frameworks in both, "frameworks"
	Only     string              // one framework's id, "" for all
	All      bool                // with a base, judge also the wording of lines that the change does not touch
	Progress func(done, all int) // told of each framework judged, may be nil
}

// Verdict is what came of judging a change.
type Verdict struct {
	Checked  []Checked `json:"checked"`
	Findings diag.List `json:"findings"`
}

// Checked is one framework that was looked at.
type Checked struct {
	ID      string            `json:"id"`
	Title   string            `json:"title"`
	Status  string            `json:"status"` // "new", "changed", "mended" (the base needed a change), "removed"; "unchanged" where there is no base
	Changes *ladder.ChangeSet `json:"changes,omitempty"`
	Text    *ladder.Framework `json:"-"` // as put forward, or as it was where it is removed; nil where it needs a change
}

// OK says whether nothing holds the change up.
func (v *Verdict) OK() bool { return !v.Findings.HasErrors() }

// reviewer is one review under way.
type reviewer struct {
	Change
	compiler *compile.Compiler
	org      ladder.Organisation
	heads    map[string]*compile.Result
	texts    map[string]*ladder.Framework
	dirs     []string
	lines    *changes // nil to judge the wording of all lines
	verdict  Verdict
}

// Review judges a change. With a base, only the frameworks that differ from
// it are judged, by the house rules of the base, and what is no mistake but a
// matter of wording and taste is said of what the change touches alone. The
// error means that a tree could not be read.
func Review(ctx context.Context, c *compile.Compiler, change Change) (*Verdict, error) {
	r := &reviewer{Change: change, compiler: c, heads: map[string]*compile.Result{}, texts: map[string]*ladder.Framework{}}
	r.verdict = Verdict{Checked: []Checked{}, Findings: diag.List{}}
	if change.Base != nil && !change.All {
		r.lines = newChanges(change.Head, change.Base)
	}
	if err := r.organisation(ctx); err != nil {
		return nil, err
	}
	touched, err := r.touched()
	if err != nil {
		return nil, err
	}
	for i, id := range touched {
		if err := r.framework(ctx, id); err != nil {
			return nil, err
		}
		if r.Progress != nil {
			r.Progress(i+1, len(touched))
		}
	}
	if err := r.references(ctx, touched); err != nil {
		return nil, err
	}
	if err := r.touchedOnly(); err != nil {
		return nil, err
	}
	r.severities()
	r.verdict.Findings = r.verdict.Findings.Sort()
	return &r.verdict, nil
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
	if r.Base != nil {
		if r.org, _, err = r.compiler.Organisation(ctx, r.Base, r.Root); err != nil {
			return err
		}
	}
	return nil
}

func (r *reviewer) add(found ...diag.Finding) {
	r.verdict.Findings = append(r.verdict.Findings, found...)
}

// touched lists the frameworks to judge.
func (r *reviewer) touched() ([]string, error) {
	dirs, found, err := compile.Layout(r.Head, r.Root)
	if err != nil {
		return nil, err
	}
	r.dirs = dirs
	r.add(found...)
	if r.Only != "" {
		if !slices.Contains(dirs, r.Only) {
			return nil, fmt.Errorf("there is no framework %q in %s", r.Only, r.Root)
		}
		dirs = []string{r.Only}
	}
	if r.Base == nil {
		return dirs, nil
	}
	return r.differing(dirs)
}

func (r *reviewer) differing(dirs []string) ([]string, error) {
	base, _, err := compile.Layout(r.Base, r.Root)
	if err != nil {
		base = nil // the base has no frameworks yet
	}
	var out []string
	for _, id := range dirs {
		if slices.Contains(base, id) {
			a, errA := r.compiler.Key(r.unit(r.Base, id))
			b, errB := r.compiler.Key(r.unit(r.Head, id))
			if errA == nil && errB == nil && a == b {
				continue
			}
		}
		out = append(out, id)
	}
	for _, id := range base {
		if !slices.Contains(r.dirs, id) && (r.Only == "" || r.Only == id) {
			out = append(out, id)
		}
	}
	return out, nil
}

func (r *reviewer) unit(fsys fs.FS, id string) compile.Unit {
	return compile.Unit{FS: fsys, Root: r.Root, Dir: id}
}

// framework judges one framework that differs.
func (r *reviewer) framework(ctx context.Context, id string) error {
	checked := Checked{ID: id, Title: id, Status: "unchanged"}
	var before *ladder.Framework
	if r.Base != nil {
		base, err := r.compiler.Framework(ctx, r.unit(r.Base, id))
		if err != nil {
			return err
		}
		if before, err = base.Framework(); err != nil {
			return err
		}
		switch checked.Status = "changed"; {
		case before != nil:
		case base.Missing():
			checked.Status = "new"
		default:
			checked.Status = "mended"
		}
	}
	var after *ladder.Framework
	if slices.Contains(r.dirs, id) {
		if err := r.judge(ctx, id, before); err != nil {
			return err
		}
		after = r.texts[id]
	} else {
		checked.Status = "removed"
		checked.Title, checked.Text = before.TitleOr(id), before
	}
	if after != nil {
		checked.Title, checked.Text = after.Title, after
	}
	if r.Base != nil && checked.Status != "mended" && (after != nil || checked.Status == "removed") {
		changes := ladder.Diff(before, after)
		checked.Changes = &changes
	}
	r.verdict.Checked = append(r.verdict.Checked, checked)
	return nil
}

// judge compiles a framework of the head and holds it to the house rules.
func (r *reviewer) judge(ctx context.Context, id string, before *ladder.Framework) error {
	if _, err := r.head(ctx, id); err != nil {
		return err
	}
	r.add(r.heads[id].Findings...)
	f := r.texts[id]
	if f == nil {
		return nil
	}
	places, plain, err := r.compiler.Inspect(r.unit(r.Head, id), r.org.HouseRules.PlainData)
	if err != nil {
		return err
	}
	if err := r.compareLines(f); err != nil {
		return err
	}
	r.add(plain...)
	h := &house{f: f, before: before, org: r.org, places: places, lines: r.lines}
	r.add(h.check()...)
	return nil
}

// compareLines finds what the change does to the lines of a framework, which
// may stand in the base under an earlier id.
func (r *reviewer) compareLines(f *ladder.Framework) error {
	if r.lines == nil {
		return nil
	}
	from := []string{path.Join(r.Root, f.ID)}
	for _, id := range f.Formerly {
		if !slices.Contains(r.dirs, id) {
			from = append(from, path.Join(r.Root, id))
		}
	}
	return r.lines.framework(from[0], from)
}

// head is a framework of the head, nil where it needs a change.
func (r *reviewer) head(ctx context.Context, id string) (*ladder.Framework, error) {
	if _, done := r.heads[id]; done || !slices.Contains(r.dirs, id) {
		return r.texts[id], nil
	}
	u := r.unit(r.Head, id)
	u.Untrusted = r.Base != nil // put forward, and not on the branch yet
	res, err := r.compiler.Framework(ctx, u)
	if err != nil {
		return nil, err
	}
	r.heads[id] = res
	f, err := res.Framework()
	if f != nil {
		r.texts[id] = f
	}
	return f, err
}

// references checks what the touched frameworks name of others, and what
// others name of them.
func (r *reviewer) references(ctx context.Context, touched []string) error {
	check := slices.Clone(touched)
	for _, id := range r.dirs {
		if slices.Contains(check, id) {
			continue
		}
		for _, t := range touched {
			named, err := r.compiler.Mentions(r.unit(r.Head, id), `"`+t+`"`)
			if err != nil {
				return err
			}
			if named {
				check = append(check, id)
				break
			}
		}
	}
	for _, id := range check {
		f, err := r.head(ctx, id)
		if err != nil {
			return err
		}
		if f == nil {
			continue
		}
		refs, err := r.dangling(ctx, f)
		if err != nil {
			return err
		}
		if len(refs) == 0 {
			continue
		}
		places, _, err := r.compiler.Inspect(r.unit(r.Head, id), false)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			ref.Position = places.At(ref.Path)
			r.add(ref)
		}
	}
	return nil
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

// severities applies the organisation's severity of each rule.
func (r *reviewer) severities() {
	kept := diag.List{}
	for _, f := range r.verdict.Findings {
		_, house := houseRules[f.Code]
		switch s := r.org.HouseRules.Severity[f.Code]; {
		case house && severity(r.org.HouseRules, f.Code) == isOff:
			continue
		case house && s == isWarning:
			f.Severity = diag.Warning
		case s == isError && f.Severity == diag.Warning:
			f.Severity = diag.Error
		}
		kept = append(kept, f)
	}
	r.verdict.Findings = kept
}
