package server

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/notes"
)

// proposedPage is a proposed change, for those who decide about it or are asked
// about it: what the texts would be, marked against those in force.
type proposedPage struct {
	page
	Number   int
	Name     string // what its author calls it
	Author   string // the account that proposes it
	Pull     string // where it is discussed and decided, "" where that is not known
	Draft    bool
	Waiting  bool
	Lead     string
	Next     []string // what happens next, a sentence each
	Now      []link   // where what was merged can be read
	Checked  date     // empty unless it was
	Head     string
	Base     string
	Texts    []proposedText
	Findings []findingGroup
	Holding  int // findings that hold it up
	Total    int
	Scales   scales
}

// proposedText is one text that it would make.
type proposedText struct {
	Anchor, Title, Kind string
	What, Against       phrase
	Said                []fact // what else those ask who decide
	Mark                mark
	Affected, Headline  string
	Tally               []tally
	Groups              []diffGroup
	Matrix              *matrix
	Marked              bool // the matrix is marked against another text
	Cumulative          bool
	Notes               []proposedNotes
}

// fact is a name and what there is to say of it.
type fact struct{ Name, Text string }

// proposedNotes are release notes for one kind of reader.
type proposedNotes struct {
	Title string
	Text  template.HTML // made by package notes, which takes texts for hostile
}

// proposedPage answers readers of drafts. To all others there is no such
// address, whether there is such a change or not.
func (s *Server) proposedPage(c echo.Context) error {
	if s.o.Pulls == nil || !s.view(c).Drafts {
		return echo.ErrNotFound
	}
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	p, err := s.proposed(c)
	if err != nil {
		return err
	}
	out := proposedPage{
		page:   s.newPage(c, snap, "proposed", "Proposed change "+strconv.Itoa(p.Number)),
		Number: p.Number, Name: oneLine(p.Title), Draft: p.Draft, Waiting: p.State == history.ProposedWaiting, Base: oneLine(p.Base), Head: short(p.Head),
	}
	out.Lead, out.Author, out.Pull = proposedLead(p), oneLine(p.Author), pullAddress(p.URL)
	out.Next = proposedNext(p, out.Author)
	if p.State == history.ProposedChecked {
		out.Checked = momentOf(p.At, snap.Location)
		out.Findings, out.Total, out.Holding = findingGroups(snap, p.Findings), len(p.Findings), p.Findings.Count(diag.Error)
		for _, t := range p.Texts {
			text, err := newProposedText(snap, p, t, &out.Scales)
			if err != nil {
				return err
			}
			out.Texts = append(out.Texts, *text)
		}
	}
	if p.State == history.ProposedMerged {
		for _, t := range p.Texts {
			if title, href := titleOf(snap, t.ID); href != "" && !slices.Contains(out.Now, link{title, href}) {
				out.Now = append(out.Now, link{title, href})
			}
		}
	}
	out.Colophon = &colophon{Framework: "Proposed change " + strconv.Itoa(p.Number), What: stands[p.State], Address: c.Request().Host + c.Request().URL.EscapedPath()}
	if out.Checked.Words != "" {
		out.Colophon.What = "as it was checked on " + out.Checked.Words + "; it is in force for nobody"
	}
	return s.render(c, "proposed", out)
}

// proposed finds the change that the path names.
func (s *Server) proposed(c echo.Context) (*history.Proposed, error) {
	n, err := strconv.Atoi(c.Param("number"))
	if err == nil && n > 0 && strconv.Itoa(n) == c.Param("number") {
		p, err := s.o.Pulls(c.Request().Context(), n)
		if err != nil || p != nil {
			return p, err
		}
	}
	return nil, problem(http.StatusNotFound, notFound, "There is no proposed change %q here.", clip(c.Param("number")))
}

// stands is how a change stands, for the foot of the page.
var stands = map[history.ProposedState]string{
	history.ProposedWaiting: "which is in force for nobody", history.ProposedChecked: "which is in force for nobody", history.ProposedUnread: "which is in force for nobody",
	history.ProposedDeclined: "which was not taken over", history.ProposedMerged: "which was taken over",
}

// pullAddress is the address of a pull request where it can be linked, "" for others.
func pullAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// proposedNext says who does what next.
func proposedNext(p *history.Proposed, author string) []string {
	who := author
	if who == "" {
		who = "the author"
	}
	holding := p.Findings.Count(diag.Error) > 0
	switch {
	case p.State == history.ProposedUnread:
		return []string{"Whoever runs Milepost finds the reason in its log. It is tried again with the next change, or when the check is asked for again on GitHub."}
	case p.State != history.ProposedChecked:
		return nil
	case holding:
		return []string{"What needs a change is mended on GitHub by " + who + ". It is checked again by itself then, and this page shows what came of it.", "Only after that can it be decided."}
	case p.Draft:
		return []string{"When it is ready, " + who + " says so on GitHub. Then it can be decided."}
	}
	return []string{"Say what you think of it to " + who + ", best beside the text on GitHub.", "Those who decide approve it there, and merge it. That takes it over: from then on it counts as is said below."}
}

// proposedLead says how far a change has come.
func proposedLead(p *history.Proposed) string {
	switch p.State {
	case history.ProposedWaiting:
		return "It is being checked. This page shows what came of it in a moment."
	case history.ProposedUnread:
		return "It could not be checked, so that nothing can be shown of it. " + sentence(oneLine(p.Why))
	case history.ProposedDeclined:
		return "It was closed and not taken over. Nothing changes for anybody."
	case history.ProposedMerged:
		return "It was taken over (merged). What it changed stands with the frameworks now, and in their versions."
	case history.ProposedChecked:
		if p.Draft {
			return "This is proposed, and its author still works on it. It is in force for nobody."
		}
		return "This is proposed and not decided. It is in force for nobody."
	}
	return ""
}

// newProposedText is one text, marked against what it is compared with.
func newProposedText(snap *history.Snapshot, p *history.Proposed, t history.ProposedText, sc *scales) (*proposedText, error) {
	out := &proposedText{Anchor: t.ID, Title: t.Title, What: proposedWhat(snap, t, p.At)}
	if t.Coming != nil {
		out.Anchor, out.Title = "next."+t.ID, t.Title+", coming edition"
		if from := t.Coming.Version.EffectiveFrom; !from.IsZero() {
			out.Title = t.Title + ", edition of " + from.In(snap.Location).Format("January 2006")
		}
	}
	switch v := t.Before; {
	case v == nil || v.Removed:
	case slices.ContainsFunc(p.Texts, func(o history.ProposedText) bool { return o.Version == v }):
		out.Against = say("Marked against version " + v.Number + ", which this change would make.")
	default:
		out.Against = say("Marked against version ", v, ", in force since ", dayOf(v.EffectiveFrom, snap.Location), ".")
	}
	if t.Version == nil {
		return out, nil
	}
	out.Kind = capital(t.Version.Kind.Name())
	if err := out.redline(t, sc); err != nil {
		return nil, err
	}
	out.Said = proposedFacts(t, p.At, snap.Location, slices.ContainsFunc(out.Tally, func(x tally) bool { return x.Mark == markOf(ladder.AsksMore) }))
	if out.Matrix != nil {
		out.Matrix.Label += " of " + out.Title
	}
	for _, r := range notes.Readers() {
		if t.Notes == nil {
			break
		}
		var b bytes.Buffer
		if err := t.Notes.HTML(&b, r); err != nil {
			return nil, err
		}
		out.Notes = append(out.Notes, proposedNotes{"Release notes " + strings.ToLower(readerTitles[r]), template.HTML(b.String())})
	}
	return out, nil
}

// redline fills in what changes. A text that nothing stands before is shown as
// it is.
func (out *proposedText) redline(t history.ProposedText, sc *scales) error {
	b, err := t.Version.Text()
	if err != nil {
		return err
	}
	var a *ladder.Framework
	if t.Before != nil {
		if a, err = t.Before.Text(); err != nil {
			return err
		}
	}
	switch {
	case b == nil:
		out.Mark, out.Headline, out.Against = markEnded, "The framework ends.", nil
		return nil
	case a == nil:
		out.Mark, out.Headline, out.Against = markFirst, "A new framework.", nil
	default:
		cs := history.Changes(a, b, t.Version.Said)
		out.Affected, out.Headline, out.Tally, out.Groups = affected(cs, a, b), headline(cs.Headline(b)), tallies(cs), diffGroups(b, cs, nil)
		for i := range out.Groups {
			out.Groups[i].ID = "" // the matrix has these addresses
		}
		if out.Marked = !cs.Empty(); !out.Marked {
			out.Headline = "The text stays as it is."
		}
		if len(b.Levels) > 0 && len(b.Competencies) > 0 {
			out.Matrix = newRedline(a, b, cs, out.Anchor+".", sc)
		}
	}
	if out.Cumulative = b.Cumulative; a == nil && len(b.Levels) > 0 && len(b.Competencies) > 0 {
		out.Matrix = newRedline(b, b, ladder.ChangeSet{}, out.Anchor+".", sc)
	}
	return nil
}

// proposedWhat says which version a text would be, and from when.
func proposedWhat(snap *history.Snapshot, t history.ProposedText, at time.Time) phrase {
	v, loc := t.Version, snap.Location
	switch {
	case v == nil && t.Coming.Effective == "":
		return say("The coming edition, which has no date yet, is withdrawn. The text in force stays.")
	case v == nil:
		return say("The coming edition of ", dayOf(t.Coming.Version.EffectiveFrom, loc), " is withdrawn. The text in force stays.")
	case v.Removed:
		return say("It would end as soon as this is merged. The texts that were in force can still be read.")
	case v.Coming && t.Coming.Effective == "":
		return say("A coming edition without a date: merging this changes nothing for anybody yet.")
	case v.Coming:
		number, _, _ := strings.Cut(v.Number, "-")
		out := say("A coming edition: it would take effect on ", dayOf(v.EffectiveFrom, loc), ", "+inDays(at, v.EffectiveFrom, loc)+". If nothing else changes before, it will then be version "+number+".")
		return out
	case v.Said.Correction != nil:
		return say("It would be version "+v.Number+", which puts version "+v.Said.Correction.Of+" right from its start on ", dayOf(v.EffectiveFrom, loc), ".")
	case v.Previous == "":
		return say("It would be version " + v.Number + ", the first, in force as soon as this is merged.")
	}
	return say("It would be version " + v.Number + ", in force as soon as this is merged.")
}

// proposedFacts are what those ask who decide: when people can read it, whether
// they hear of it in time, why it changes, and what becomes of promotions.
func proposedFacts(t history.ProposedText, at time.Time, loc *time.Location, asksMore bool) []fact {
	var out []fact
	add := func(name, text string) {
		if text != "" {
			out = append(out, fact{name, text})
		}
	}
	if e := t.Coming; e != nil {
		day := midnight(at, loc).Format(time.DateOnly)
		switch {
		case e.Public || e.Publish != "" && e.Publish <= day:
			add("Read by everybody", "As soon as this is merged.")
		case e.Publish != "" && (e.Effective == "" || e.Publish < e.Effective):
			add("Read by everybody", "From "+dateWords(e.Publish)+" on.")
		case e.Effective != "":
			add("Read by everybody", "From the day on which it takes effect; before, only by those who may see drafts.")
		}
	}
	add("Notice", capital(t.Notice))
	said := t.Version.Said.Release
	if said == nil {
		said = &ladder.Release{}
	}
	add("Why", said.Why)
	if add("Promotions under way", said.PromotionsUnderWay); asksMore && said.PromotionsUnderWay == "" {
		add("Promotions under way", "Nothing is said about them.")
	}
	add("Whom to ask", said.Contact)
	return out
}

// dateWords is a date as people say it: "1 March 2027".
func dateWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return dayOf(t, time.UTC).Words
}

// oneLine is a text of strangers as one line: no control characters, nothing
// that turns the direction of writing, and no more than a heading's length.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))), " ")
	if r := []rune(text); len(r) > maxLine {
		text = string(r[:maxLine-1]) + "…"
	}
	return text
}

// maxLine is more than GitHub lets a title have.
const maxLine = 300
