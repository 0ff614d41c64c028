package server

import (
	"cmp"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Upcoming are the editions that are to come, soonest first; those without a
// date are last.
type Upcoming struct {
	Upcoming []UpcomingEdition `json:"upcoming"`
}

// UpcomingEdition is a text that is to come into force.
type UpcomingEdition struct {
	Framework string         `json:"framework"`
	Title     string         `json:"title"`
	Kind      ladder.Kind    `json:"kind"`
	Number    string         `json:"number"`
	Status    history.Status `json:"status"`
	// Effective is the day from which it is in force, EffectiveFrom that day's
	// first moment; both are missing where no date is set.
	Effective     string          `json:"effective,omitempty"`
	EffectiveFrom *time.Time      `json:"effective_from,omitempty"`
	RecordedAt    time.Time       `json:"recorded_at"`
	Published     bool            `json:"published"`
	Publish       string          `json:"publish,omitempty"`
	Replaces      string          `json:"replaces,omitempty"`
	Category      ladder.Category `json:"category,omitempty"`
	CategoryName  string          `json:"category_name,omitempty"`
	Headline      string          `json:"headline,omitempty"`
	Affected      []UpcomingLevel `json:"affected"`
	Href          string          `json:"href"`
	DiffHref      string          `json:"diff_href,omitempty"`

	since time.Time // when it began to be drafted
}

// UpcomingLevel is what an edition changes for the people at a level.
type UpcomingLevel struct {
	Level        string          `json:"level"`
	LevelName    string          `json:"level_name"`
	Category     ladder.Category `json:"category"`
	CategoryName string          `json:"category_name"`
	Headline     string          `json:"headline"`
}

func (s *Server) upcoming(c echo.Context) error {
	coming, err := s.comingEditions(c)
	if err != nil {
		return err
	}
	s.echoTimes(c.Response().Header(), history.When{}, coming.known, coming.view)
	return s.json(c, Upcoming{coming.editions})
}

// comingList are the editions that somebody asked for.
type comingList struct {
	editions []UpcomingEdition
	known    history.When // known_at, where it was asked for
	view     history.View
}

// comingEditions are those of the framework that the path names, or of all.
func (s *Server) comingEditions(c echo.Context) (*comingList, error) {
	q, err := readQuery(c.Request(), "known_at")
	if err != nil {
		return nil, err
	}
	snap, err := s.snapshot()
	if err != nil {
		return nil, err
	}
	timelines := snap.Timelines
	if c.Param("id") != "" {
		_, t, err := s.timeline(c)
		if err != nil {
			return nil, err
		}
		timelines = []*history.Timeline{t}
	}
	list := comingList{editions: []UpcomingEdition{}}
	if list.view, list.known, err = s.knownAt(snap, q, s.view(c)); err != nil {
		return nil, err
	}
	for _, t := range timelines {
		e, err := t.Coming(list.view)
		if err != nil {
			return nil, err
		}
		if e == nil || e.Same || t.MovedTo != "" {
			continue
		}
		entry, err := s.comingEdition(snap, t, e)
		if err != nil {
			return nil, err
		}
		list.editions = append(list.editions, entry)
	}
	slices.SortStableFunc(list.editions, func(a, b UpcomingEdition) int {
		if (a.Effective == "") != (b.Effective == "") {
			return cmp.Compare(b.Effective, a.Effective)
		}
		return cmp.Compare(a.Effective, b.Effective)
	})
	return &list, nil
}

func (s *Server) comingEdition(snap *history.Snapshot, t *history.Timeline, e *history.Edition) (UpcomingEdition, error) {
	v := e.Version
	out := UpcomingEdition{
		Framework: t.ID, Title: v.Title, Kind: v.Kind, Number: v.Number, Status: history.Draft, RecordedAt: v.RecordedAt,
		Published: e.Public, Publish: e.Publish, Category: v.Category(), CategoryName: v.Category().Name(), Headline: v.Headline(),
		Href: versionPath(t.ID, v), since: e.Since,
	}
	if e.Effective != "" {
		out.Status, out.Effective, out.EffectiveFrom = history.Scheduled, e.Effective, &v.EffectiveFrom
	}
	if e.Before != nil && !e.Before.Removed {
		out.Replaces = e.Before.Number
		out.DiffHref = frameworkPath(t.ID) + "/diff?from=" + e.Before.Number + "&to=" + v.Number
	}
	var err error
	out.Affected, err = s.affected(snap, t, v)
	return out, err
}

// affected is what an edition changes for whom, found once.
func (s *Server) affected(snap *history.Snapshot, t *history.Timeline, v *history.Version) ([]UpcomingLevel, error) {
	set := s.preparedOf(snap)
	if found, ok := set.affected.Load(v); ok {
		return found.([]UpcomingLevel), nil
	}
	changes, a, b, err := t.Changes(history.Standing{Version: v, Index: -1})
	if err != nil {
		return nil, err
	}
	out := []UpcomingLevel{}
	seen := map[string]bool{}
	for _, f := range []*ladder.Framework{b, a} { // of a, the levels that go
		for i := range levelsOf(f) {
			l := &f.Levels[i]
			own := changes.ForLevel(l.ID)
			if seen[l.ID] || own.Empty() {
				continue
			}
			seen[l.ID] = true
			out = append(out, UpcomingLevel{l.ID, l.Name(), own.Category(), own.Category().Name(), own.Headline(b)})
		}
	}
	set.affected.Store(v, out)
	return out, nil
}

func levelsOf(f *ladder.Framework) []ladder.Level {
	if f == nil {
		return nil
	}
	return f.Levels
}
