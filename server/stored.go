package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// prepared is all that an answer with a stored text needs, made once: the
// bytes, and the headers as net/http takes them.
type prepared struct {
	body                       history.Body
	etagGzip, etagIdentity     []string
	lengthGzip, lengthIdentity []string
	location                   []string
	link                       []string // relations to other versions, as they stand
	lasting                    []string // those of them that never change
	datetime                   []string // Memento-Datetime, nil for what is no memento
	also                       atomic.Pointer[alsoAccepted]
}

// preparedSet holds what was prepared for one snapshot. Another snapshot may
// link a version to another neighbour, so it starts a set of its own.
type preparedSet struct {
	snap     *history.Snapshot
	versions sync.Map // *history.Version -> *prepared
	affected sync.Map // *history.Version, a coming edition -> []UpcomingLevel
}

var (
	contentJSON    = []string{"application/json"}
	encodingGzip   = []string{"gzip"}
	varyEncoding   = []string{"Accept-Encoding"}
	varyGate       = []string{"Accept-Encoding, Accept-Datetime"}
	publicShort    = []string{"public, max-age=60"}
	privateShort   = []string{"private, max-age=60"}
	publicRecheck  = []string{"public, no-cache"}
	privateRecheck = []string{"private, no-cache"}
	publicForever  = []string{"public, max-age=31536000, immutable"}
	privateForever = []string{"private, max-age=31536000, immutable"}
)

func (s *Server) revalidate() []string {
	if len(s.o.Tokens) > 0 {
		return privateRecheck
	}
	return publicRecheck
}

func (s *Server) short() []string {
	if len(s.o.Tokens) > 0 {
		return privateShort
	}
	return publicShort
}

// forever is the lifetime of what never changes. Where tokens are needed, only
// who asked may keep it, as everything.
func (s *Server) forever() []string {
	if len(s.o.Tokens) > 0 {
		return privateForever
	}
	return publicForever
}

// preparedOf is the set of a snapshot.
func (s *Server) preparedOf(snap *history.Snapshot) *preparedSet {
	set := s.prepared.Load()
	if set == nil || set.snap != snap {
		set = &preparedSet{snap: snap}
		s.prepared.Store(set)
	}
	return set
}

// prepare is what an answer with the selected version needs.
func (s *Server) prepare(sel *selection) (*prepared, error) {
	set := s.preparedOf(sel.snap)
	if p, ok := set.versions.Load(sel.version); ok {
		return p.(*prepared), nil
	}
	body, err := sel.version.Body()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body.Gzip)
	tag := hex.EncodeToString(sum[:12])
	p := &prepared{
		body:     body,
		etagGzip: []string{`"` + tag + `-gzip"`}, etagIdentity: []string{`"` + tag + `"`},
		lengthGzip: []string{strconv.Itoa(len(body.Gzip))}, lengthIdentity: []string{strconv.Itoa(body.Length)},
		location: []string{versionPath(sel.timeline.ID, sel.version)},
		link:     []string{sel.links(allLinks)}, lasting: []string{sel.links(lastingLinks)},
	}
	if sel.memento() {
		p.datetime = []string{imfDate(sel.version.InForceFrom)}
	}
	set.versions.Store(sel.version, p)
	return p, nil
}

// framework answers with the text in force now, at a date, or by number. The
// address without a question is also the TimeGate.
func (s *Server) framework(c echo.Context) error {
	raw := c.Request().URL.RawQuery
	if raw == "" && s.gates(c) {
		return s.timeGate(c)
	}
	q, ok := quickQuery(raw)
	if !ok {
		var err error
		if q, err = readQuery(c.Request(), "as_of", "known_at", "cycle", "version"); err != nil {
			return err
		}
	}
	sel, err := s.pick(c, q)
	if err != nil {
		return leadToMementos(err, c.Param("id"))
	}
	p, err := s.prepare(&sel)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h["Vary"], h["Link"] = varyEncoding, p.link
	if raw == "" && !sel.snap.Unversioned {
		h["Vary"] = varyGate
	}
	s.headersOfTime(h, &sel)
	s.headersOfTransition(h, &sel, p)
	if sel.version.Working { // an editor saves, and looks
		return s.stored(c, &sel, p, s.revalidate())
	}
	return s.stored(c, &sel, p, s.short())
}

// quickQuery reads the query that nearly every request has: none, or as_of
// alone, with nothing in it that is escaped.
func quickQuery(raw string) (query, bool) {
	if raw == "" {
		return query{}, true
	}
	v, ok := strings.CutPrefix(raw, "as_of=")
	if !ok || v == "" || strings.ContainsAny(v, "&;%+=") {
		return query{}, false
	}
	return query{asOf: v}, true
}

// version answers with a version by its number. Once a tag has fixed the
// number, the answer never changes: nothing in it speaks of other days.
func (s *Server) version(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v := s.view(c)
	sel, err := s.pickVersion(snap, t, c.Param("number"), v)
	if err != nil {
		return endIsMemento(err, t, c.Param("number"), v)
	}
	p, err := s.prepare(&sel)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h["Vary"] = varyEncoding
	if p.datetime != nil {
		h["Memento-Datetime"] = p.datetime
	}
	if sel.version.Tagged() && !sel.version.Coming {
		h["Link"] = p.lasting
		return s.stored(c, &sel, p, s.forever())
	}
	h["Link"] = p.link
	if value := statuses[sel.status]; value != nil {
		h["Milepost-Status"] = value
	}
	return s.stored(c, &sel, p, s.revalidate())
}

// stored answers with the selected version's stored bytes. The headers that
// say what they are to the question are set already.
func (s *Server) stored(c echo.Context, sel *selection, p *prepared, cache []string) error {
	r := c.Request()
	w := c.Response()
	h := w.Header()
	gz := acceptsGzip(r.Header["Accept-Encoding"])
	etag := p.etagIdentity
	if gz {
		etag = p.etagGzip
	}
	h["Etag"], h["Cache-Control"], h["Content-Location"] = etag, cache, p.location
	if inm := r.Header["If-None-Match"]; len(inm) > 0 && notModified(inm, etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = contentJSON
	if gz {
		h["Content-Encoding"], h["Content-Length"] = encodingGzip, p.lengthGzip
		return send(c, p.body.Gzip)
	}
	h["Content-Length"] = p.lengthIdentity
	if r.Method == http.MethodHead {
		return send(c, nil)
	}
	plain, err := sel.version.Identity()
	if err != nil {
		return err
	}
	return send(c, plain)
}

func send(c echo.Context, b []byte) error {
	w := c.Response()
	w.WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(b)
	return err
}
