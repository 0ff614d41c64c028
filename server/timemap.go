package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// linkSetJSON is the form of a TimeMap in JSON: RFC 9264, the standard for
// sets of links, of which the link format that RFC 7089 wants is the other
// form. The JSON that web archives write is nobody's standard, and each writes
// its own.
const linkSetJSON = "application/linkset+json"

// TimeMap lists the mementos of a framework (RFC 7089, 5), as a set of links
// (RFC 9264).
type TimeMap struct {
	LinkSet []TimeMapLinks `json:"linkset"`
}

// TimeMapLinks are the links of one framework, by their relations.
type TimeMapLinks struct {
	Anchor   string          `json:"anchor"`
	Original []TimeMapTarget `json:"original"`
	TimeGate []TimeMapTarget `json:"timegate"`
	TimeMap  []TimeMapTarget `json:"timemap"`
	First    []TimeMapTarget `json:"first"`
	Last     []TimeMapTarget `json:"last"`
	Memento  []TimeMapTarget `json:"memento"`
}

// TimeMapTarget is what a link leads to. Attributes that RFC 8288 does not
// have are lists there.
type TimeMapTarget struct {
	Href     string   `json:"href"`
	Type     string   `json:"type,omitempty"`
	DateTime []string `json:"datetime,omitempty"`
	From     []string `json:"from,omitempty"`
	Until    []string `json:"until,omitempty"`
}

func (s *Server) timeMap(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v := s.view(c)
	mementos := t.Versions[:t.Known(v.KnownAt)]
	switch {
	case snap.Unversioned:
		return problem(http.StatusNotFound, notFound, "The directory that is served is in no Git repository, so there is only the text of today.")
	case len(mementos) == 0:
		return s.nothingKnown(snap, t, history.When{}, v)
	}
	h := c.Response().Header()
	h["Vary"] = varyAccept
	form := preferred(c.Request().Header.Get("Accept"), linkFormat, linkSetJSON, "application/json")
	if form == "" {
		return problem(http.StatusNotAcceptable, notAcceptable, "The list of what an address showed can be had as %s, %s or application/json.", linkFormat, linkSetJSON)
	}
	var link linkHeader
	link.add(frameworkPath(t.ID), "original timegate")
	h["Link"] = []string{link.String()}
	if form == linkFormat {
		return s.bytes(c, form, []byte(timeMapLinks(t.ID, mementos)))
	}
	b, err := encodeJSON(newTimeMap(t.ID, mementos))
	if err != nil {
		return err
	}
	return s.bytes(c, form, b)
}

// timeMapLinks is the list in link format, a link a line.
func timeMapLinks(id string, mementos []*history.Version) string {
	var lines []string
	last := len(mementos) - 1
	lines = append(lines, fmt.Sprintf(`<%s>; rel="original timegate"`, frameworkPath(id)),
		fmt.Sprintf(`<%s/timemap>; rel="self"; type="%s"; from="%s"; until="%s"`, frameworkPath(id), linkFormat, imfDate(mementos[0].InForceFrom), imfDate(mementos[last].InForceFrom)))
	for i, m := range mementos {
		lines = append(lines, fmt.Sprintf(`<%s>; rel="%s"; datetime="%s"`, versionPath(id, m), mementoRelation(i, last), imfDate(m.InForceFrom)))
	}
	return strings.Join(lines, ",\n") + "\n"
}

func newTimeMap(id string, mementos []*history.Version) TimeMap {
	own := TimeMapTarget{Href: frameworkPath(id)}
	links := TimeMapLinks{Anchor: own.Href, Original: []TimeMapTarget{own}, TimeGate: []TimeMapTarget{own}}
	for _, m := range mementos {
		links.Memento = append(links.Memento, TimeMapTarget{Href: versionPath(id, m), DateTime: []string{imfDate(m.InForceFrom)}})
	}
	links.First, links.Last = links.Memento[:1], links.Memento[len(links.Memento)-1:]
	links.TimeMap = []TimeMapTarget{{Href: own.Href + "/timemap", Type: linkFormat, From: links.First[0].DateTime, Until: links.Last[0].DateTime}}
	return TimeMap{[]TimeMapLinks{links}}
}

// encodeJSON is a value as answers write it, with a line feed at its end.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding an answer: %w", err)
	}
	return b.Bytes(), nil
}
