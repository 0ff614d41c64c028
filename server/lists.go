package server

import (
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// FrameworkInfo is a framework in the list.
type FrameworkInfo struct {
	ID            string         `json:"id"`
	Title         string         `json:"title"`
	Kind          ladder.Kind    `json:"kind"`
	Version       string         `json:"version"`
	Status        history.Status `json:"status"`
	EffectiveFrom time.Time      `json:"effective_from"`
	Versions      int            `json:"versions"`
	NeedsChange   bool           `json:"needs_change,omitempty"`
	Href          string         `json:"href"`
}

// FrameworkList is the answer to /v1/frameworks. AsOf and KnownAt are as they
// were asked for.
type FrameworkList struct {
	Frameworks  []FrameworkInfo `json:"frameworks"`
	Head        string          `json:"head,omitempty"`
	Branch      string          `json:"branch,omitempty"`
	Unversioned bool            `json:"unversioned,omitempty"`
	AsOf        string          `json:"as_of,omitempty"`
	KnownAt     string          `json:"known_at,omitempty"`
}

// listAsked reads which moment a list is asked of, and what may be known of it.
func (s *Server) listAsked(c echo.Context, q query) (snap *history.Snapshot, when, known history.When, v history.View, err error) {
	if err = q.oneMoment(); err != nil {
		return nil, when, known, v, err
	}
	if snap, err = s.snapshot(); err != nil {
		return nil, when, known, v, err
	}
	if when, err = s.when(snap, q); err != nil {
		return nil, when, known, v, err
	}
	v, known, err = s.knownAt(snap, q, s.view(c))
	return snap, when, known, v, err
}

// frameworks lists what is in force, or was at a date.
func (s *Server) frameworks(c echo.Context) error {
	q, err := readQuery(c.Request(), "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	snap, when, known, v, err := s.listAsked(c, q)
	if err != nil {
		return err
	}
	list := FrameworkList{
		Frameworks: []FrameworkInfo{}, Head: snap.Head, Branch: snap.Branch, Unversioned: snap.Unversioned, AsOf: when.Asked, KnownAt: known.Asked,
	}
	for _, t := range snap.Timelines {
		sel, err := s.chooseAt(snap, t, when, v)
		if err != nil || t.MovedTo != "" {
			continue
		}
		list.Frameworks = append(list.Frameworks, FrameworkInfo{
			ID: t.ID, Title: sel.version.Title, Kind: sel.version.Kind, Version: sel.version.Number, Status: sel.status,
			EffectiveFrom: sel.version.EffectiveFrom, Versions: t.Known(v.KnownAt), NeedsChange: t.Broken != "",
			Href: frameworkPath(t.ID),
		})
	}
	if first := firstKnown(snap); len(list.Frameworks) == 0 && first != nil && first.Known(v.KnownAt) == 0 {
		return notRecorded(snap, v, "any framework", first)
	}
	s.echoTimes(c.Response().Header(), when, known, v)
	return s.json(c, list)
}

// firstKnown is the framework that had a version first, nil where none has.
func firstKnown(snap *history.Snapshot) *history.Timeline {
	var first *history.Timeline
	for _, t := range snap.Timelines {
		if v := t.First(); v != nil && (first == nil || v.InForceFrom.Before(first.First().InForceFrom)) {
			first = t
		}
	}
	return first
}

// VersionEntry is a version in the list of versions: what never changes of
// it, what it changed, and how it stands.
type VersionEntry struct {
	history.VersionInfo
	Status         history.Status  `json:"status"`
	EffectiveUntil *time.Time      `json:"effective_until,omitempty"`
	Category       ladder.Category `json:"category,omitempty"`
	CategoryName   string          `json:"category_name,omitempty"`
	Headline       string          `json:"headline,omitempty"`
	// Errata is a note on the text, added after it, as the view knows it.
	Errata string `json:"errata,omitempty"`
	Href   string `json:"href"`
}

// VersionList is the answer to /versions, newest first.
type VersionList struct {
	Framework string         `json:"framework"`
	Versions  []VersionEntry `json:"versions"`
}

// Versions lists the versions of a timeline that a view knows, newest first.
func Versions(t *history.Timeline, v history.View) (VersionList, error) {
	list := VersionList{Framework: t.ID, Versions: []VersionEntry{}}
	entries, err := t.List(v)
	if err != nil {
		return list, err
	}
	for _, entry := range slices.Backward(entries) {
		version := entry.Version
		e := VersionEntry{
			VersionInfo: version.Info(), Status: entry.Status, Category: version.Category(), CategoryName: version.Category().Name(),
			Headline: version.Headline(), Errata: t.Erratum(version.Number, v), Href: versionPath(t.ID, version),
		}
		if !entry.Until.IsZero() {
			e.EffectiveUntil = &entry.Until
		}
		list.Versions = append(list.Versions, e)
	}
	return list, nil
}

func (s *Server) versions(c echo.Context) error {
	q, err := readQuery(c.Request(), "known_at")
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v, known, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return err
	}
	list, err := Versions(t, v)
	if err != nil {
		return err
	}
	if len(list.Versions) == 0 && len(t.Versions) > 0 {
		return notRecorded(snap, v, t.ID, t)
	}
	s.echoTimes(c.Response().Header(), history.When{}, known, v)
	return s.json(c, list)
}

// Problems are what stands in the way of newer versions.
type Problems struct {
	Problems []history.Problem `json:"problems"`
	Pending  []history.Pending `json:"pending,omitempty"`
	// WorkingCopy are the findings on the working copy, where there is one.
	WorkingCopy diag.List `json:"working_copy,omitempty"`
}

func (s *Server) problems(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	out := Problems{Problems: visibleProblems(snap, s.view(c)), Pending: snap.Pending}
	if snap.Working != nil {
		out.WorkingCopy = slices.Clone(snap.Working.Findings)
	}
	if c.Param("id") != "" {
		_, t, err := s.timeline(c)
		if err != nil {
			return err
		}
		out.Problems = slices.DeleteFunc(out.Problems, func(p history.Problem) bool { return p.Framework != t.ID })
		out.WorkingCopy = slices.DeleteFunc(out.WorkingCopy, func(f diag.Finding) bool { return f.Framework != t.ID })
		out.Pending = nil
	}
	if out.Problems == nil {
		out.Problems = []history.Problem{}
	}
	return s.json(c, out)
}

// visibleProblems are the snapshot's, without those of coming editions where
// the reader may not see these.
func visibleProblems(snap *history.Snapshot, v history.View) []history.Problem {
	return slices.DeleteFunc(slices.Clone(snap.Problems), func(p history.Problem) bool { return p.Edition && !v.Drafts })
}
