// Package notes writes release notes: what a change of a framework means, for
// staff, for managers and for the record, as text, Markdown, HTML and JSON. It
// is the only package that writes release notes, whoever asks for them: a page,
// a command, a comment on a pull request, a tag. It is pure: the same Input
// gives the same bytes.
//
// Notes name levels by title and code. Ids, rules and numbers of versions are
// details, and stand in the record. What authors wrote is taken for hostile by
// each form that it goes into.
package notes

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// Reader is whom a note is written for.
type Reader string

// The readers of notes.
const (
	Staff    Reader = "staff"    // what changes for me, from when, whom to ask
	Managers Reader = "managers" // what to do with promotions and reviews under way
	Record   Reader = "record"   // all that is known, to be checked
)

// Readers are all readers.
func Readers() []Reader { return []Reader{Staff, Managers, Record} }

// Input is what notes are made of. Its caller knows a version, or a change
// that is not merged yet.
type Input struct {
	// Text is the new text; where the framework ended, the last one it had.
	Text *ladder.Framework
	// Changes are those since the text in force the day before, or, of a
	// correction, since the text that it corrects: Diff, with what the author
	// declared. The first version, and one after an end, have framework-added
	// alone; an end has framework-removed.
	Changes ladder.ChangeSet
	// Category and Bump are the verdict on the changes, which an author may
	// have moved; "" is what the changes say by themselves.
	Category ladder.Category
	Bump     string
	// Ruleset is the number of the set of rules that judged, 0 if unknown.
	Ruleset int

	// Number is the version's, "" if it has none yet. Previous is the number
	// before, "" for the first version alone.
	Number, Previous string
	Provisional      bool
	// Since says when versions took effect, by number: Previous, and those that
	// a correction or errata speak of. What it lacks is called by its number.
	Since map[string]time.Time

	// Recorded is when the branch came to hold the change; zero before its merge.
	Recorded time.Time
	// Effective is from when the text is in force; zero is when it is recorded.
	// Before a merge it is zero also where a date that was given is past.
	Effective time.Time
	// Until is when another text took its place, zero if none has.
	Until time.Time
	// Draft says that the text is a coming edition without a date.
	Draft bool
	// Superseded says that it is one that is not to come any more, and was never
	// in force: another text took its place.
	Superseded bool
	// Now decides whether the text is coming, in force or historic. Where it is
	// zero, notes are worded so that they stay true.
	Now time.Time
	// Location is the organisation's time zone; nil is UTC.
	Location *time.Location

	// Directives are those that count: what this change adds, and publish.
	Directives ladder.Directives

	Digest, PreviousDigest string // of the canonical forms
	Commit, Tree           string // Git's names
	PullRequest            int    // 0 where none is known
	ApprovedBy             []string
	MergedBy               string // account names

	// More is where all of it can be read: an address, or words that follow
	// "read them"; "" says "on the framework's page of changes".
	More string
}

// Event is what happened to the framework.
type Event string

// The events.
const (
	Began     Event = "began"     // its first version
	Changed   Event = "changed"   // another text
	Corrected Event = "corrected" // a text is put right from its start
	Ended     Event = "ended"     // no text holds any more
	Returned  Event = "returned"  // a text holds again
)

// Status says how the text stands to now.
type Status string

// The statuses. A note made without a clock has none.
const (
	Proposed  Status = "proposed"  // not merged
	Drafted   Status = "drafted"   // merged beside the text in force, without a date
	Scheduled Status = "scheduled" // its date is to come
	InForce   Status = "in-force"
	Historic  Status = "historic" // another text took its place
	// Superseded is an edition that is not to come any more, and never was in force.
	Superseded Status = "superseded"
)

// Notes are release notes. Their JSON has everything that the other forms say.
type Notes struct {
	Framework string      `json:"framework"`
	Title     string      `json:"title"`
	Kind      ladder.Kind `json:"kind"`
	Event     Event       `json:"event"`
	Status    Status      `json:"status,omitempty"`
	// Headline is Lead, a full stop and a space, and Summary.
	Headline string `json:"headline"`
	Lead     string `json:"lead"`
	Summary  string `json:"summary"`

	// Opening is what every reader is told first, the headline included: how
	// the text stands to now, and with what it is compared.
	Opening []string `json:"opening"`

	Number         string          `json:"number,omitempty"`
	Provisional    bool            `json:"provisional"`
	Previous       string          `json:"previous,omitempty"`
	Category       ladder.Category `json:"category,omitempty"`
	Bump           string          `json:"bump,omitempty"`
	Ruleset        int             `json:"ruleset,omitempty"`
	RecordedAt     *time.Time      `json:"recorded_at,omitempty"`
	EffectiveFrom  *time.Time      `json:"effective_from,omitempty"`
	EffectiveUntil *time.Time      `json:"effective_until,omitempty"`
	Publish        string          `json:"publish,omitempty"`
	Owners         []string        `json:"owners"`

	Release    *Release    `json:"release,omitempty"`
	Transition *Transition `json:"transition,omitempty"`
	Correction *Correction `json:"correction,omitempty"`
	Errata     []Erratum   `json:"errata,omitempty"`
	Accepted   []Accepted  `json:"accepted,omitempty"`
	Rules      []Rule      `json:"rules"`

	Digest         string   `json:"digest,omitempty"`
	PreviousDigest string   `json:"previous_digest,omitempty"`
	Commit         string   `json:"commit,omitempty"`
	Tree           string   `json:"tree,omitempty"`
	PullRequest    int      `json:"pull_request,omitempty"`
	ApprovedBy     []string `json:"approved_by,omitempty"`
	MergedBy       string   `json:"merged_by,omitempty"`

	// Groups are the changes, by level.
	Groups []Group `json:"groups"`

	// What each reader is told, beside the groups.
	Staff    []Section `json:"staff"`
	Managers []Section `json:"managers"`
	Record   []Section `json:"record"`

	in    Input
	loc   *time.Location
	names map[string]ladder.LevelRef
}

// Section is a part of a note under a heading: paragraphs, then points, then
// facts, and, where Changes is set, the groups.
type Section struct {
	Heading    string   `json:"heading"`
	Paragraphs []string `json:"paragraphs,omitempty"`
	Points     []string `json:"points,omitempty"`
	Facts      []Fact   `json:"facts,omitempty"`
	Changes    bool     `json:"changes,omitempty"`
}

// Fact is one thing that a note states.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// code says that the value is for machines: an id, a digest.
	code bool
}

// New makes notes. It changes nothing of what it is given.
func New(in Input) *Notes {
	if in.Text == nil {
		in.Text = &ladder.Framework{}
	}
	if in.Effective.IsZero() && !in.Draft {
		in.Effective = in.Recorded
	}
	n := &Notes{
		in: in, loc: in.Location, names: map[string]ladder.LevelRef{},
		Framework: in.Text.ID, Title: in.Text.Title, Kind: in.Text.Kind, Owners: append([]string{}, in.Text.Owners...),
		Number: in.Number, Provisional: in.Provisional, Previous: in.Previous,
		Category: cmp.Or(in.Category, in.Changes.Category()), Bump: cmp.Or(in.Bump, in.Changes.Bump()), Ruleset: in.Ruleset,
		RecordedAt: moment(in.Recorded), EffectiveFrom: moment(in.Effective), EffectiveUntil: moment(in.Until),
		Publish: in.Directives.Publish,
		Digest:  in.Digest, PreviousDigest: in.PreviousDigest, Commit: in.Commit, Tree: in.Tree,
		PullRequest: in.PullRequest, ApprovedBy: in.ApprovedBy, MergedBy: in.MergedBy,
	}
	if n.loc == nil {
		n.loc = time.UTC
	}
	for i := range in.Text.Levels {
		l := &in.Text.Levels[i]
		n.names[l.ID] = ladder.LevelRef{ID: l.ID, Name: l.Name(), Short: l.Short()}
	}
	for _, l := range in.Changes.Levels {
		n.names[l.ID] = l
	}
	n.Event, n.Status = in.event(), in.status()
	n.directives()
	n.Lead, n.Summary = n.lead(), n.summary()
	n.Headline = n.Lead + ". " + n.Summary
	n.Rules = rulesOf(in.Changes)
	n.Groups = n.groups()
	n.Opening = n.opening()
	n.Staff, n.Managers, n.Record = n.forStaff(), n.forManagers(), n.forRecord()
	return n
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (in *Input) event() Event {
	switch {
	case in.only("framework-removed"):
		return Ended
	case in.only("framework-added") && in.Previous != "":
		return Returned
	case in.only("framework-added"):
		return Began
	case in.Directives.Correction != nil:
		return Corrected
	}
	return Changed
}

func (in *Input) only(rule string) bool {
	return len(in.Changes.Changes) == 1 && in.Changes.Changes[0].Rule == rule
}

func (in *Input) status() Status {
	switch {
	case in.Superseded:
		return Superseded
	case in.Draft && in.Effective.IsZero():
		return Drafted
	case in.Recorded.IsZero():
		return Proposed
	case in.Now.IsZero():
		return ""
	case in.Effective.After(in.Now):
		return Scheduled
	case !in.Until.IsZero() && !in.Until.After(in.Now):
		return Historic
	}
	return InForce
}

// JSON writes the notes as one object, indented. The error is the writer's.
func (n *Notes) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(n); err != nil {
		return fmt.Errorf("writing release notes: %w", err)
	}
	return nil
}

// titleFor is the heading of a note.
func (n *Notes) titleFor(r Reader) string {
	switch r {
	case Managers:
		return n.Title + ", for managers"
	case Record:
		return n.Title + ", for the record"
	}
	return n.Title + ", for staff"
}

func (n *Notes) sections(r Reader) []Section {
	switch r {
	case Managers:
		return n.Managers
	case Record:
		return n.Record
	}
	return n.Staff
}
