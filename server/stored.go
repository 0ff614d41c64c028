package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// prepared is all that an answer with a stored text needs, made once: the
// bytes, and the headers as net/http takes them.
type prepared struct {
	body                       history.Body
	etagGzip, etagIdentity     []string
	lengthGzip, lengthIdentity []string
	location, link             []string
}

// preparedSet holds what was prepared for one snapshot. Another snapshot may
// link a version to another neighbour, so it starts a set of its own.
type preparedSet struct {
	snap     *history.Snapshot
	versions sync.Map // *history.Version -> *prepared
}

var (
	contentJSON    = []string{"application/json"}
	encodingGzip   = []string{"gzip"}
	varyEncoding   = []string{"Accept-Encoding"}
	publicShort    = []string{"public, max-age=60"}
	privateShort   = []string{"private, max-age=60"}
	publicRecheck  = []string{"public, no-cache"}
	privateRecheck = []string{"private, no-cache"}
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

// prepare is what an answer with the selected version needs.
func (s *Server) prepare(sel *selection) (*prepared, error) {
	set := s.prepared.Load()
	if set == nil || set.snap != sel.snap {
		set = &preparedSet{snap: sel.snap}
		s.prepared.Store(set)
	}
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
		location: []string{versionPath(sel.timeline.ID, sel.version)}, link: []string{sel.links()},
	}
	set.versions.Store(sel.version, p)
	return p, nil
}

func versionPath(id string, v *history.Version) string {
	if v.Working {
		return "/v1/frameworks/" + id + "?version=working"
	}
	return "/v1/frameworks/" + id + "/versions/" + v.Number
}

// links are the relations of RFC 5829 from the selected version to others.
func (sel *selection) links() string {
	var b strings.Builder
	add := func(rel, href string) {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `<%s>; rel="%s"`, href, rel)
	}
	t := sel.timeline
	add("version-history", "/v1/frameworks/"+t.ID+"/versions")
	if v := t.Latest(); v != nil && !v.Removed {
		add("latest-version", versionPath(t.ID, v))
	}
	if sel.index > 0 {
		add("predecessor-version", versionPath(t.ID, t.Versions[sel.index-1]))
	}
	if sel.index >= 0 && sel.index+1 < len(t.Versions) {
		add("successor-version", versionPath(t.ID, t.Versions[sel.index+1]))
	}
	return b.String()
}

// framework answers with the text in force now, at a date, or by number.
func (s *Server) framework(c echo.Context) error {
	q, ok := quickQuery(c.Request().URL.RawQuery)
	if !ok {
		var err error
		if q, err = readQuery(c.Request(), "as_of", "known_at", "cycle", "version"); err != nil {
			return err
		}
	}
	sel, err := s.pick(c, q)
	if err != nil {
		return err
	}
	if sel.version.Working { // an editor saves, and looks
		return s.stored(c, &sel, s.revalidate())
	}
	return s.stored(c, &sel, s.short())
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

// version answers with a version by its number.
func (s *Server) version(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	sel, err := s.pickVersion(snap, t, c.Param("number"), s.view(c))
	if err != nil {
		return err
	}
	return s.stored(c, &sel, s.revalidate())
}

// headers of an answer that is made of the selected version. Its
// Content-Location is the address of the same part of exactly this version.
func (s *Server) headers(c echo.Context, sel *selection) {
	number := sel.version.Number
	if sel.version.Working {
		number = "working"
	}
	h := c.Response().Header()
	h["Link"] = []string{sel.links()}
	h["Content-Location"] = []string{c.Request().URL.EscapedPath() + "?version=" + number}
	s.headersOfTime(h, sel)
}

// headersOfTime say how the selected version stands to the moment asked for.
// The names are in net/http's canonical form.
func (s *Server) headersOfTime(h http.Header, sel *selection) {
	if value := statuses[sel.status]; value != nil {
		h["Milepost-Status"] = value
	}
	if sel.when.Asked != "" {
		h["Milepost-As-Of"] = s.moments.of(sel.when.Instant)
	}
}

var statuses = map[history.Status][]string{
	history.Current:   {string(history.Current)},
	history.Historic:  {string(history.Historic)},
	history.Scheduled: {string(history.Scheduled)},
}

// moments keeps values of Milepost-As-Of, so that a date that is asked for
// again and again is written once. Each day has a place, which it shares with
// the days 1,024 before and after it.
type moments [1024]atomic.Pointer[moment]

type moment struct {
	second int64
	value  []string
}

func (m *moments) of(t time.Time) []string {
	second := t.Unix()
	place := &m[uint64(second/(24*60*60))%uint64(len(m))]
	if kept := place.Load(); kept != nil && kept.second == second {
		return kept.value
	}
	made := &moment{second, []string{t.UTC().Format(time.RFC3339)}}
	place.Store(made)
	return made.value
}

// stored answers with the selected version's stored bytes.
func (s *Server) stored(c echo.Context, sel *selection, cache []string) error {
	p, err := s.prepare(sel)
	if err != nil {
		return err
	}
	r := c.Request()
	w := c.Response()
	h := w.Header()
	gz := acceptsGzip(r.Header["Accept-Encoding"])
	etag := p.etagIdentity
	if gz {
		etag = p.etagGzip
	}
	h["Etag"], h["Vary"], h["Cache-Control"], h["Content-Location"], h["Link"] = etag, varyEncoding, cache, p.location, p.link
	s.headersOfTime(h, sel)
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

func etagOf(b []byte) string {
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// notModified says whether an If-None-Match names the entity tag, by weak
// comparison (RFC 9110, 13.1.2).
func notModified(fields []string, etag string) bool {
	for _, field := range fields {
		if strings.TrimSpace(field) == "*" {
			return true
		}
		// A tag may have a comma in it, but never a quote: no piece of a
		// longer one looks like ours.
		for field != "" {
			var item string
			item, field, _ = strings.Cut(field, ",")
			if strings.TrimPrefix(strings.TrimSpace(item), "W/") == etag {
				return true
			}
		}
	}
	return false
}

// acceptsGzip says whether an Accept-Encoding takes gzip (RFC 9110, 12.5.3).
func acceptsGzip(fields []string) bool {
	star := false
	for _, field := range fields {
		for field != "" {
			var item string
			item, field, _ = strings.Cut(field, ",")
			name, params, _ := strings.Cut(item, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				return quality(params) > 0
			case name == "*":
				star = quality(params) > 0
			}
		}
	}
	return star
}

// quality is the q of a header's item, 1 where it has none.
func quality(params string) float64 {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || !(q >= 0) { // not a number is no wish
				return 0
			}
			return min(q, 1)
		}
	}
	return 1
}

// preferred is the type that an Accept wants most, the first offer where it
// has no wish, "" where it takes none.
func preferred(accept string, offers ...string) string {
	if strings.TrimSpace(accept) == "" {
		return offers[0]
	}
	best, at := "", 0.0
	for _, offer := range offers {
		if q := accepts(accept, offer); q > at {
			best, at = offer, q
		}
	}
	return best
}

// accepts is how much an Accept wants a type: the most specific range counts.
func accepts(accept, offer string) float64 {
	group, _, _ := strings.Cut(offer, "/")
	q, specific := 0.0, -1
	for accept != "" {
		var item string
		item, accept, _ = strings.Cut(accept, ",")
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		rank := -1
		switch name {
		case offer:
			rank = 2
		case group + "/*":
			rank = 1
		case "*/*":
			rank = 0
		}
		if rank > specific {
			q, specific = quality(params), rank
		}
	}
	return q
}
