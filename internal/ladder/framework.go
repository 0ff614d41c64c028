// Package ladder is Milepost's vocabulary: what a framework, a level, a
// competency and an expectation are, and the pure functions over them. It
// knows nothing of CUE, Git or HTTP and imports the standard library alone.
//
// A Document is what an author wrote, as decoded from CUE: maps by id, cells
// that say "same as". Document.Resolve turns it into a Framework, the
// canonical form that everything else works with: things in the order in
// which they are shown, every cell with its own text, no directives.
package ladder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Kind says what sort of framework a framework is.
type Kind string

// The kinds of framework.
const (
	KindLadder     Kind = "ladder"
	KindModel      Kind = "competency-model"
	KindRoleGuide  Kind = "role-guide"
	KindDiscipline Kind = "discipline"
)

// Name is the kind as people read it: "competency model".
func (k Kind) Name() string {
	switch k {
	case KindModel:
		return "competency model"
	case KindRoleGuide:
		return "role guide"
	}
	return string(k)
}

// Framework is one framework in canonical form 1. Lists are in the order in
// which they are shown; cells that an author wrote as "same as" carry the
// text itself. Its JSON, with sorted keys, is what the digest is taken of and
// what the API serves.
type Framework struct {
	ID           string             `json:"id"`
	Kind         Kind               `json:"kind"`
	Title        string             `json:"title"`
	Summary      string             `json:"summary,omitempty"`
	Owners       []string           `json:"owners"`
	Source       *Source            `json:"source,omitempty"`
	Discipline   string             `json:"discipline,omitempty"`
	Formerly     []string           `json:"formerly,omitempty"`
	Definition   string             `json:"definition,omitempty"`
	Aims         []Aim              `json:"aims,omitempty"`
	Tracks       []Track            `json:"tracks,omitempty"`
	Areas        []Area             `json:"areas,omitempty"`
	Competencies []Competency       `json:"competencies,omitempty"`
	Cumulative   bool               `json:"cumulative,omitempty"`
	Levels       []Level            `json:"levels,omitempty"`
	Roles        []Role             `json:"roles,omitempty"`
	Questions    []string           `json:"questions,omitempty"`
	Guidance     []Guidance         `json:"guidance,omitempty"`
	Profiles     map[string]Profile `json:"profiles,omitempty"`
	Retired      *RetiredIDs        `json:"retired,omitempty"`
}

// Source is a document that a framework restates.
type Source struct {
	Title  string `json:"title"`
	Author string `json:"author,omitempty"`
	URL    string `json:"url,omitempty"`
}

// Aim is one thing that a discipline sets out to do.
type Aim struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Track is a path through the levels.
type Track struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Family   string   `json:"family,omitempty"`
	Formerly []string `json:"formerly,omitempty"`
}

// Area is a group of competencies.
type Area struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Definition string   `json:"definition,omitempty"`
	Formerly   []string `json:"formerly,omitempty"`
}

// Competency is something that people are expected to do well: a row of the
// matrix. Degrees are the labels that its cells may carry, lowest first.
type Competency struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Area       string     `json:"area,omitempty"`
	Question   string     `json:"question,omitempty"`
	Summary    string     `json:"summary,omitempty"`
	Definition string     `json:"definition,omitempty"`
	Prompts    []string   `json:"prompts,omitempty"`
	Degrees    []string   `json:"degrees,omitempty"`
	Cumulative bool       `json:"cumulative,omitempty"`
	AppliesTo  *AppliesTo `json:"appliesTo,omitempty"`
	Formerly   []string   `json:"formerly,omitempty"`
}

// Applies says whether the competency applies to a level of a track.
func (c *Competency) Applies(track, level string) bool {
	return c.AppliesTo.includes(track, level)
}

// AppliesTo limits a competency to the levels that are listed, or whose track is.
type AppliesTo struct {
	Tracks []string `json:"tracks,omitempty"`
	Levels []string `json:"levels,omitempty"`
}

func (a *AppliesTo) includes(track, level string) bool {
	return a == nil || slices.Contains(a.Tracks, track) || slices.Contains(a.Levels, level)
}

// Level is a step of the framework: a column of the matrix. Expectations hold
// a cell for each competency that applies to the level, by its id.
type Level struct {
	ID           string          `json:"id"`
	Rank         int             `json:"rank"`
	Code         string          `json:"code,omitempty"`
	Track        string          `json:"track,omitempty"`
	Titles       []Title         `json:"titles"`
	Summary      string          `json:"summary,omitempty"`
	Stage        string          `json:"stage,omitempty"`
	JobGrades    []string        `json:"jobGrades,omitempty"`
	Experience   *Experience     `json:"experience,omitempty"`
	Next         *[]string       `json:"next,omitempty"`
	Formerly     []string        `json:"formerly,omitempty"`
	Expectations map[string]Cell `json:"expectations"`
}

// Name is the level as people speak of it: "Senior Manager (L3)".
func (l *Level) Name() string {
	title := l.ID
	if len(l.Titles) > 0 {
		title = l.Titles[0].Text
	}
	if l.Code == "" {
		return title
	}
	return fmt.Sprintf("%s (%s)", title, l.Code)
}

// Short is the shortest name that people know the level by: its code, else its first title.
func (l *Level) Short() string {
	if l.Code != "" {
		return l.Code
	}
	if len(l.Titles) > 0 {
		return l.Titles[0].Text
	}
	return l.ID
}

// Title is a job title; Note says when it is used.
type Title struct {
	Text string `json:"text"`
	Note string `json:"note,omitempty"`
}

// Experience is what somebody usually brings to a level. Years are at least so many.
type Experience struct {
	Years *int   `json:"years,omitempty"`
	In    string `json:"in,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Cell is what a level asks of one competency: Items, or None with the reason.
type Cell struct {
	Items  []Item `json:"items,omitempty"`
	Degree string `json:"degree,omitempty"`
	None   string `json:"none,omitempty"`
}

// Equal says whether two cells ask the same in the same words.
func (c Cell) Equal(d Cell) bool {
	return c.Degree == d.Degree && c.None == d.None && slices.EqualFunc(c.Items, d.Items, Item.Equal)
}

// Item is one expectation. In JSON it is a line where it has a text alone.
type Item struct {
	Text     string
	Examples []string
	Evidence []string
	NotThis  []string
}

// Equal says whether two items are the same in every part.
func (i Item) Equal(j Item) bool {
	return i.Text == j.Text && slices.Equal(i.Examples, j.Examples) &&
		slices.Equal(i.Evidence, j.Evidence) && slices.Equal(i.NotThis, j.NotThis)
}

type itemJSON struct {
	Text     string   `json:"text"`
	Examples []string `json:"examples,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
	NotThis  []string `json:"notThis,omitempty"`
}

// MarshalJSON writes a plain line as a string and anything more as an object.
func (i Item) MarshalJSON() ([]byte, error) {
	if len(i.Examples) == 0 && len(i.Evidence) == 0 && len(i.NotThis) == 0 {
		return marshal(i.Text)
	}
	return marshal(itemJSON(i))
}

// UnmarshalJSON reads either form.
func (i *Item) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*i = Item{}
		return json.Unmarshal(b, &i.Text)
	}
	var j itemJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*i = Item(j)
	return nil
}

// Role is a job that a role guide describes.
type Role struct {
	ID               string   `json:"id"`
	Title            string   `json:"title"`
	Entry            string   `json:"entry,omitempty"`
	Summary          string   `json:"summary,omitempty"`
	Skills           []string `json:"skills,omitempty"`
	Responsibilities []string `json:"responsibilities,omitempty"`
	Next             []string `json:"next,omitempty"`
	SeenAt           string   `json:"seenAt,omitempty"`
	Formerly         []string `json:"formerly,omitempty"`
}

// Guidance is advice under one heading.
type Guidance struct {
	Title string   `json:"title"`
	Items []string `json:"items"`
}

// Profile says how proficient somebody at a level is in a competency model:
// Requires maps the model's competencies to the model's levels.
type Profile struct {
	Model    string            `json:"model"`
	Requires map[string]string `json:"requires"`
	Critical []string          `json:"critical"`
}

// RetiredIDs are ids that were removed, by kind of thing.
type RetiredIDs struct {
	Levels       map[string]Retired `json:"levels,omitempty"`
	Tracks       map[string]Retired `json:"tracks,omitempty"`
	Areas        map[string]Retired `json:"areas,omitempty"`
	Competencies map[string]Retired `json:"competencies,omitempty"`
	Roles        map[string]Retired `json:"roles,omitempty"`
}

// Retired says why an id was removed and what took its place.
type Retired struct {
	Reason string `json:"reason"`
	Into   []Into `json:"into,omitempty"`
}

// Into is one of the things that took a retired one's place: exactly one of
// the ids is set.
type Into struct {
	Level      string `json:"level,omitempty"`
	Track      string `json:"track,omitempty"`
	Area       string `json:"area,omitempty"`
	Competency string `json:"competency,omitempty"`
	Role       string `json:"role,omitempty"`
	When       string `json:"when,omitempty"`
}

// Target is the id that is set.
func (i Into) Target() string {
	return i.Level + i.Track + i.Area + i.Competency + i.Role
}

// Level finds a level by id.
func (f *Framework) Level(id string) (*Level, bool) {
	for i := range f.Levels {
		if f.Levels[i].ID == id {
			return &f.Levels[i], true
		}
	}
	return nil, false
}

// Competency finds a competency by id.
func (f *Framework) Competency(id string) (*Competency, bool) {
	for i := range f.Competencies {
		if f.Competencies[i].ID == id {
			return &f.Competencies[i], true
		}
	}
	return nil, false
}

// Track finds a track by id.
func (f *Framework) Track(id string) (*Track, bool) {
	for i := range f.Tracks {
		if f.Tracks[i].ID == id {
			return &f.Tracks[i], true
		}
	}
	return nil, false
}

// Below is the level under l on its track, if there is one.
func (f *Framework) Below(l *Level) (*Level, bool) {
	var below *Level
	for i := range f.Levels {
		m := &f.Levels[i]
		if m.Track == l.Track && m.Rank < l.Rank && (below == nil || m.Rank > below.Rank) {
			below = m
		}
	}
	return below, below != nil
}

// Next are the ids of the levels that one moves to from l: those that the
// author names, else the one above on its track.
func (f *Framework) Next(l *Level) []string {
	if l.Next != nil {
		return *l.Next
	}
	var above *Level
	for i := range f.Levels {
		m := &f.Levels[i]
		if m.Track == l.Track && m.Rank > l.Rank && (above == nil || m.Rank < above.Rank) {
			above = m
		}
	}
	if above == nil {
		return nil
	}
	return []string{above.ID}
}

// Canonical is the framework as JSON with sorted keys and no spaces:
// canonical form 1. Equal bytes are the same text.
func (f *Framework) Canonical() []byte {
	b, err := marshal(f)
	if err != nil {
		panic("ladder: a framework is always encodable: " + err.Error())
	}
	// Through a map, since that is how encoding/json sorts keys.
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		panic("ladder: what was encoded decodes: " + err.Error())
	}
	if b, err = marshal(v); err != nil {
		panic("ladder: what was decoded encodes: " + err.Error())
	}
	return b
}

// Digest names a canonical form: "sha256:" and 64 hexadecimal digits.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// marshal is json.Marshal without escaping <, > and &, which authors write.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// TitleOr is the framework's title, or other where there is no framework.
func (f *Framework) TitleOr(other string) string {
	if f == nil {
		return other
	}
	return f.Title
}
