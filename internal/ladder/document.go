package ladder

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
)

// Document is a framework as its author wrote it: the value of the field
// framework, decoded from JSON. It has the fields of schema.#Shape.
type Document struct {
	ID           string                        `json:"id"`
	Kind         Kind                          `json:"kind"`
	Title        string                        `json:"title"`
	Summary      string                        `json:"summary"`
	Owners       []string                      `json:"owners"`
	Source       *Source                       `json:"source"`
	Discipline   string                        `json:"discipline"`
	Formerly     []string                      `json:"formerly"`
	Definition   string                        `json:"definition"`
	Aims         map[string]Aim                `json:"aims"`
	Order        Order                         `json:"order"`
	Tracks       map[string]Track              `json:"tracks"`
	Areas        map[string]Area               `json:"areas"`
	Competencies map[string]DocumentCompetency `json:"competencies"`
	Degrees      map[string][]string           `json:"degrees"`
	Cumulative   bool                          `json:"cumulative"`
	Levels       map[string]DocumentLevel      `json:"levels"`
	Roles        map[string]Role               `json:"roles"`
	Questions    []string                      `json:"questions"`
	Guidance     []Guidance                    `json:"guidance"`
	Profiles     map[string]Profile            `json:"profiles"`
	Retired      *RetiredIDs                   `json:"retired"`

	Directives
}

// Order says in which order things are shown, by id.
type Order struct {
	Tracks       []string `json:"tracks"`
	Areas        []string `json:"areas"`
	Competencies []string `json:"competencies"`
	Roles        []string `json:"roles"`
	Aims         []string `json:"aims"`
}

// DocumentCompetency is a competency as written: its degrees stand elsewhere.
type DocumentCompetency struct {
	Title      string     `json:"title"`
	Area       string     `json:"area"`
	Question   string     `json:"question"`
	Summary    string     `json:"summary"`
	Definition string     `json:"definition"`
	Prompts    []string   `json:"prompts"`
	Cumulative bool       `json:"cumulative"`
	AppliesTo  *AppliesTo `json:"appliesTo"`
	Formerly   []string   `json:"formerly"`
}

// DocumentLevel is a level as written: its cells may say "same as".
type DocumentLevel struct {
	Rank         int                     `json:"rank"`
	Code         string                  `json:"code"`
	Track        string                  `json:"track"`
	Titles       []Title                 `json:"titles"`
	Summary      string                  `json:"summary"`
	Stage        string                  `json:"stage"`
	JobGrades    []string                `json:"jobGrades"`
	Experience   *Experience             `json:"experience"`
	Next         *[]string               `json:"next"`
	Formerly     []string                `json:"formerly"`
	Expectations map[string]DocumentCell `json:"expectations"`
}

// DocumentCell is a cell as written: one of Items, Same and None.
type DocumentCell struct {
	Items  []Item `json:"items"`
	Degree string `json:"degree"`
	Same   string `json:"same"`
	None   string `json:"none"`
}

// Directives speak about a change and not about the text: when it takes
// effect, what people are told. They are no part of the canonical form.
type Directives struct {
	Effective  string            `json:"effective,omitempty"`
	Publish    string            `json:"publish,omitempty"`
	Transition *Transition       `json:"transition,omitempty"`
	Correction *Correction       `json:"correction,omitempty"`
	Release    *Release          `json:"release,omitempty"`
	Accept     []Accept          `json:"accept,omitempty"`
	Errata     map[string]string `json:"errata,omitempty"`
}

// Transition lets the text before this one be used until AcceptOld.
type Transition struct {
	AcceptOld string `json:"acceptOld"`
	For       string `json:"for"`
}

// Correction puts right the version whose number is Of.
type Correction struct {
	Of     string `json:"of"`
	Reason string `json:"reason"`
}

// Release is what people are told about a change.
type Release struct {
	Why                string            `json:"why,omitempty"`
	Contact            string            `json:"contact,omitempty"`
	PromotionsUnderWay string            `json:"promotionsUnderWay,omitempty"`
	Bump               string            `json:"bump,omitempty"`
	Meaning            map[string]string `json:"meaning,omitempty"`
}

// Accept allows what a rule would otherwise hold up.
type Accept struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// ParseDocument decodes a document from the JSON that CUE exports. The error
// is a programming error: what the schema accepts always decodes.
func ParseDocument(data []byte) (*Document, error) {
	var d Document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("decoding a framework: %w", err)
	}
	return &d, nil
}

// Resolve turns a document into canonical form: ordered, every cell with its
// own text. It expects a document without findings, and is total all the
// same: a cell whose "same" leads nowhere comes out empty.
func (d *Document) Resolve() *Framework {
	f := &Framework{
		ID: d.ID, Kind: d.Kind, Title: d.Title, Summary: d.Summary,
		Owners: d.Owners, Source: d.Source, Discipline: d.Discipline,
		Formerly: d.Formerly, Definition: d.Definition, Cumulative: d.Cumulative,
		Questions: d.Questions, Guidance: d.Guidance, Retired: d.Retired.orNil(),
		Profiles: d.Profiles,
	}
	for _, id := range inOrder(d.Order.Aims, d.Aims) {
		a := d.Aims[id]
		a.ID = id
		f.Aims = append(f.Aims, a)
	}
	for _, id := range inOrder(d.Order.Tracks, d.Tracks) {
		t := d.Tracks[id]
		t.ID = id
		f.Tracks = append(f.Tracks, t)
	}
	for _, id := range inOrder(d.Order.Areas, d.Areas) {
		a := d.Areas[id]
		a.ID = id
		f.Areas = append(f.Areas, a)
	}
	for _, id := range inOrder(d.Order.Competencies, d.Competencies) {
		c := d.Competencies[id]
		f.Competencies = append(f.Competencies, Competency{
			ID: id, Title: c.Title, Area: c.Area, Question: c.Question,
			Summary: c.Summary, Definition: c.Definition, Prompts: c.Prompts,
			Degrees: d.Degrees[id], Cumulative: c.Cumulative,
			AppliesTo: c.AppliesTo, Formerly: c.Formerly,
		})
	}
	for _, id := range inOrder(d.Order.Roles, d.Roles) {
		r := d.Roles[id]
		r.ID = id
		f.Roles = append(f.Roles, r)
	}
	for _, id := range d.levelOrder() {
		f.Levels = append(f.Levels, d.resolveLevel(id))
	}
	return f
}

func (d *Document) resolveLevel(id string) Level {
	l := d.Levels[id]
	out := Level{
		ID: id, Rank: l.Rank, Code: l.Code, Track: l.Track, Titles: l.Titles,
		Summary: l.Summary, Stage: l.Stage, JobGrades: l.JobGrades,
		Experience: l.Experience, Next: l.Next, Formerly: l.Formerly,
		Expectations: make(map[string]Cell, len(l.Expectations)),
	}
	for c, cell := range l.Expectations {
		if cell.Same != "" {
			cell = d.Levels[cell.Same].Expectations[c]
		}
		out.Expectations[c] = Cell{Items: cell.Items, Degree: cell.Degree, None: cell.None}
	}
	return out
}

// levelOrder lists the levels by track, in the order of tracks, then rank.
func (d *Document) levelOrder() []string {
	tracks := inOrder(d.Order.Tracks, d.Tracks)
	ids := make([]string, 0, len(d.Levels))
	for id := range d.Levels {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool {
		a, b := d.Levels[ids[i]], d.Levels[ids[j]]
		if ta, tb := slices.Index(tracks, a.Track), slices.Index(tracks, b.Track); ta != tb {
			return ta < tb
		}
		if a.Rank != b.Rank {
			return a.Rank < b.Rank
		}
		return ids[i] < ids[j]
	})
	return ids
}

// inOrder lists the keys of m: those in order first, the others by name.
func inOrder[T any](order []string, m map[string]T) []string {
	ids := make([]string, 0, len(m))
	for _, id := range order {
		if _, ok := m[id]; ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	listed := len(ids)
	for id := range m {
		if !slices.Contains(ids[:listed], id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[listed:])
	return ids
}

// orNil is nil for a list of retired ids that holds none, so that writing
// "retired: {}" makes no other text.
func (r *RetiredIDs) orNil() *RetiredIDs {
	if r == nil || len(r.Levels)+len(r.Tracks)+len(r.Areas)+len(r.Competencies)+len(r.Roles) == 0 {
		return nil
	}
	return r
}
