package server

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// Problem is an answer that is no success, in the form of RFC 9457. It is an
// error, so that handlers return it and one place writes it.
type Problem struct {
	// Type names the kind of problem: a path on this server that explains it.
	Type string `json:"type"`
	// Title is the kind of problem in a few words.
	Title string `json:"title"`
	// Status is the HTTP status.
	Status int `json:"status"`
	// Detail says what is wrong here and what to ask for instead.
	Detail string `json:"detail"`
	// First is the first version there is, where a date before it was asked for.
	First *Reference `json:"first,omitempty"`
	// Last is the last version there was, where the framework has ended.
	Last *Reference `json:"last,omitempty"`
	// Allowed lists what could have been written instead.
	Allowed []string `json:"allowed,omitempty"`

	location string
	header   http.Header // of the answer, beside those of every problem
}

// Reference points at a version.
type Reference struct {
	Number        string `json:"number"`
	EffectiveFrom string `json:"effective_from"`
	// RecordedAt stands where it is about what was known when.
	RecordedAt string `json:"recorded_at,omitempty"`
	Href       string `json:"href"`
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// The kinds of problem.
const (
	notFound      = "not-found"
	badRequest    = "bad-request"
	beforeFirst   = "before-the-first-version"
	ended         = "ended"
	moved         = "moved"
	needsChange   = "no-version-yet"
	notReady      = "not-ready"
	unauthorized  = "token-needed"
	misdirected   = "wrong-host"
	notAcceptable = "not-acceptable"
	onlyReading   = "method-not-allowed"
	bodyTooLarge  = "body-too-large"
	tooLong       = "address-too-long"
	internal      = "internal-error"
)

var titles = map[string]string{
	notFound: "Not found", badRequest: "Not understood", beforeFirst: "Before the first version",
	ended: "No longer in force", moved: "Renamed", needsChange: "No version yet", notReady: "Not ready yet",
	unauthorized: "A token is needed", misdirected: "Wrong host", notAcceptable: "No such form",
	onlyReading: "Only for reading", bodyTooLarge: "Body too large", tooLong: "Address too long", internal: "Something went wrong here",
}

func problem(status int, kind, format string, args ...any) *Problem {
	return &Problem{Type: "/problems/" + kind, Title: titles[kind], Status: status, Detail: fmt.Sprintf(format, args...)}
}

// fail is the one place that writes what is no success: as a page where a
// browser asked for one, else as problem+json.
func (s *Server) fail(err error, c echo.Context) {
	p := asProblem(err)
	if p.Status >= 500 {
		s.o.Log.Error("answering", "path", c.Request().URL.Path, "error", err)
	}
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	for _, k := range []string{"Etag", "Content-Encoding", "Content-Length", "Content-Location", "Link", "Memento-Datetime", "Milepost-Status", "Milepost-As-Of", "Milepost-Known-At", "Milepost-Also-Accepted"} {
		h.Del(k)
	}
	maps.Copy(h, p.header)
	h.Set("Cache-Control", "no-store")
	if p.location != "" {
		h.Set("Location", p.location)
	}
	if p.Status == http.StatusUnauthorized {
		h["Www-Authenticate"] = []string{`Bearer realm="Milepost"`, `Basic realm="Milepost", charset="UTF-8"`}
	}
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "2")
	}
	if wantsPage(c) {
		if err = s.problemPage(c, p); err == nil {
			return
		}
	}
	if err = writeJSON(c, p.Status, "application/problem+json", p); err != nil {
		s.o.Log.Log(c.Request().Context(), slog.LevelDebug, "writing a problem", "error", err)
	}
}

func asProblem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		switch he.Code {
		case http.StatusNotFound:
			return problem(he.Code, notFound, "There is nothing at this address.")
		case http.StatusMethodNotAllowed:
			return problem(he.Code, onlyReading, "This address can only be read: use GET or HEAD.")
		}
		return problem(he.Code, badRequest, "The request cannot be answered.")
	}
	return problem(http.StatusInternalServerError, internal, "The request was right, but the answer could not be made. The log of the server says why.")
}

// wantsPage says whether a failure is shown as a page: outside what
// openapi.yaml describes, to somebody who takes HTML.
func wantsPage(c echo.Context) bool {
	switch path := c.Request().URL.Path; {
	case strings.HasPrefix(path, "/v1/"), strings.HasPrefix(path, "/schema/"), path == "/openapi.yaml", path == "/livez", path == "/readyz":
		return false
	}
	return strings.Contains(c.Request().Header.Get("Accept"), "text/html")
}
