package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// RFC 7089: the address of a framework is the Original Resource and, by
// pattern 1.1, its own TimeGate. What it showed is as_of = known_at, so that a
// Memento is each version that ever was what it showed, from InForceFrom on: a
// correction from its recording, and an edition from its date. The end of a
// framework is one too, as the address answered 410 from then on. A coming
// edition is none, for anybody.

// imfDate is a moment as HTTP writes it, to the second.
func imfDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

func frameworkPath(id string) string { return "/v1/frameworks/" + id }

func versionPath(id string, v *history.Version) string {
	if v.Working {
		return frameworkPath(id) + "?version=working"
	}
	return frameworkPath(id) + "/versions/" + v.Number
}

// memento says whether the selected version is one.
func (sel *selection) memento() bool { return sel.index >= 0 && !sel.snap.Unversioned }

// linkHeader writes one Link header (RFC 8288).
type linkHeader struct{ strings.Builder }

// add adds a link; params are names and values in turn.
func (b *linkHeader) add(href, rel string, params ...string) {
	if b.Len() > 0 {
		b.WriteString(", ")
	}
	fmt.Fprintf(b, `<%s>; rel="%s"`, href, rel)
	for i := 0; i+1 < len(params); i += 2 {
		fmt.Fprintf(b, `; %s="%s"`, params[i], params[i+1])
	}
}

const linkFormat = "application/link-format"

// Which links an answer has.
const (
	allLinks     = iota // of a whole text
	lastingLinks        // of a text whose answer never changes
	partLinks           // of a part of a text
)

// links are the relations of RFC 5829 and RFC 7089 from the selected version.
// The newest version is named by the framework's own address, which is so for
// ever; the one that follows may still come.
func (sel *selection) links(which int) string {
	var b linkHeader
	t, id := sel.timeline, sel.timeline.ID
	switch gated := which != partLinks && (sel.memento() || sel.version.Coming); {
	case len(t.Versions) == 0: // the address answers nothing before the first is in force
	case gated:
		b.add(frameworkPath(id), "original timegate latest-version")
		b.add(frameworkPath(id)+"/timemap", "timemap", "type", linkFormat)
	default:
		b.add(frameworkPath(id), "latest-version")
	}
	b.add(frameworkPath(id)+"/versions", "version-history")
	if before := t.Before(sel.standing()); before != nil {
		b.add(versionPath(id, before), "predecessor-version")
	}
	if which != lastingLinks && sel.index >= 0 && sel.index+1 < len(t.Versions) {
		b.add(versionPath(id, t.Versions[sel.index+1]), "successor-version")
	}
	return b.String()
}

// gates says whether a request asks the TimeGate. A directory outside Git has
// no past to ask for.
func (s *Server) gates(c echo.Context) bool {
	if c.Request().Header["Accept-Datetime"] == nil {
		return false
	}
	snap := s.o.Store.Snapshot()
	return snap != nil && !snap.Unversioned
}

// timeGate sends to what the address showed at a moment (RFC 7089, 4.1.1):
// before the first memento to the first, after the last to the last.
func (s *Server) timeGate(c echo.Context) error {
	asked, err := acceptDatetime(c.Request().Header["Accept-Datetime"])
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v := s.view(c)
	mementos := t.Versions[:t.Known(v.KnownAt)]
	if len(mementos) == 0 {
		return s.nothingKnown(snap, t, history.When{}, v)
	}
	// Memento-Datetime has no fractions: the second asked for counts whole.
	end := asked.Add(time.Second - 1)
	i := min(max(t.Known(end), 1), len(mementos)) - 1
	h := c.Response().Header()
	h["Vary"], h["Cache-Control"] = varyGate, s.short()
	h["Location"] = []string{versionPath(t.ID, mementos[i])}
	h["Link"] = []string{gateLinks(t.ID, mementos, i)}
	return writeBytes(c, http.StatusFound, nil)
}

// acceptDatetime reads the header (RFC 7089, 2.1.1): exactly one IMF-fixdate.
func acceptDatetime(values []string) (time.Time, error) {
	if len(values) == 1 {
		value := strings.Trim(values[0], " \t")
		if t, err := time.Parse(http.TimeFormat, value); err == nil && imfDate(t) == value {
			return t, nil
		}
	}
	return time.Time{}, problem(http.StatusBadRequest, badRequest,
		"Accept-Datetime is not one date as HTTP writes it. Write it as in Mon, 01 Mar 2027 09:00:00 GMT, with the right day of the week.")
}

// gateLinks are those of a TimeGate that chose memento i. A memento that is
// several things is one link with several relations.
func gateLinks(id string, mementos []*history.Version, i int) string {
	var b linkHeader
	b.add(frameworkPath(id), "original timegate")
	last := len(mementos) - 1
	b.add(frameworkPath(id)+"/timemap", "timemap", "type", linkFormat,
		"from", imfDate(mementos[0].InForceFrom), "until", imfDate(mementos[last].InForceFrom))
	shown := -1
	for _, at := range []int{0, i - 1, i, i + 1, last} {
		if at <= shown || at > last {
			continue
		}
		shown = at
		rel := mementoRelation(at, last)
		switch at {
		case i - 1:
			rel = "prev " + rel
		case i + 1:
			rel = "next " + rel
		}
		b.add(versionPath(id, mementos[at]), rel, "datetime", imfDate(mementos[at].InForceFrom))
	}
	return b.String()
}

// mementoRelation is what memento i is to its original: "first memento".
func mementoRelation(i, last int) string {
	rel := "memento"
	if i == last {
		rel = "last " + rel
	}
	if i == 0 {
		rel = "first " + rel
	}
	return rel
}

// leadToMementos lets the address of a framework that ended still lead to what
// it showed (RFC 7089, 4.5.3).
func leadToMementos(err error, id string) error {
	if p := (*Problem)(nil); errors.As(err, &p) && p.Status == http.StatusGone {
		var b linkHeader
		b.add(frameworkPath(id), "original timegate")
		b.add(frameworkPath(id)+"/timemap", "timemap", "type", linkFormat)
		p.header = http.Header{"Link": {b.String()}, "Milepost-Status": statuses[history.Withdrawn]}
	}
	return err
}

// endIsMemento lets the version that is the end of a framework say when it
// became what the address showed: a memento of an answer with 410.
func endIsMemento(err error, t *history.Timeline, number string, v history.View) error {
	p := (*Problem)(nil)
	if !errors.As(err, &p) || p.Status != http.StatusGone {
		return err
	}
	at, ok := t.Find(strings.TrimPrefix(number, "v"), v)
	if !ok {
		return err
	}
	sel := selection{snap: &history.Snapshot{}, timeline: t, index: at.Index, version: at.Version}
	p.header = http.Header{
		"Link": {sel.links(lastingLinks)}, "Memento-Datetime": {imfDate(at.Version.InForceFrom)}, "Milepost-Status": statuses[history.Withdrawn],
	}
	return err
}
