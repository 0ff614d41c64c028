package fakehub

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// reply is what a route answers.
type reply struct {
	status int
	body   any
	// items is a list, of which a page is answered: alone or, with a key, in
	// the body with total_count.
	items []obj
	isAll bool // items are given
	key   string
	next  string // the cursor of the next page, of lists that have cursors
	raw   []byte // an answer that is no JSON, of the type beside it
	kind  string
}

func ok(body any) (reply, *refusal)      { return reply{status: http.StatusOK, body: body}, nil }
func created(body any) (reply, *refusal) { return reply{status: http.StatusCreated, body: body}, nil }
func gone() (reply, *refusal)            { return reply{status: http.StatusNoContent}, nil }
func list(items []obj) (reply, *refusal) {
	return reply{status: http.StatusOK, items: items, isAll: true}, nil
}
func no(r *refusal) (reply, *refusal) { return reply{}, r }

// broken is a mistake of the hub's own: it shows as a violation, too.
func broken(err error) (reply, *refusal) {
	return no(&refusal{status: http.StatusInternalServerError, message: "Server Error", problems: []string{"the fake itself: " + err.Error()}})
}

// answer checks a call against the description, then the actor, then the rules
// of the route.
func (c *call) answer() (reply, *refusal) {
	if r := c.hub.limited(c); r != nil {
		return no(r)
	}
	if c.op == nil {
		return no(&refusal{status: http.StatusNotFound, message: "Not Found", problems: []string{"there is no such operation in GitHub's description (as it is cut here)"}})
	}
	route, ok := routes[c.Method+" "+c.op.path]
	if !ok {
		return broken(errors.New("the operation has no route"))
	}
	if owner, has := c.params["owner"]; has {
		c.repo = c.hub.repos[repoKey(owner, c.params["repo"])]
	}
	if r := c.authorize(route.need); r != nil {
		return no(r)
	}
	if problems := append(c.op.checkParams(c.params, c.query), c.checkBody()...); len(problems) > 0 {
		return no(&refusal{status: http.StatusUnprocessableEntity, message: "Validation Failed: " + strings.Join(problems, "; "), problems: problems})
	}
	if c.repo == nil && c.params["owner"] != "" {
		return no(notFound())
	}
	return route.do(c)
}

// checkBody decodes the body and returns what is said against it.
func (c *call) checkBody() []string {
	schema, required := c.op.request()
	if len(c.raw) == 0 {
		if required {
			return []string{"body: it is required"}
		}
		return nil
	}
	if schema == nil {
		return []string{"body: GitHub takes none here"}
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return []string{fmt.Sprintf("body: its type is %q, not application/json", c.r.Header.Get("Content-Type"))}
	}
	var v any
	if err := json.Unmarshal(c.raw, &v); err != nil {
		return []string{"body: " + err.Error()}
	}
	if v == nil {
		return []string{"body: it is null"}
	}
	if many, is := v.([]any); is && strings.HasSuffix(c.op.path, "/labels") {
		// GitHub takes a bare list of labels too, which go-github sends.
		v = obj{"labels": many}
	}
	c.body, _ = v.(obj)
	problems := unknown(schema, v, "")
	var many openapi3.MultiError
	switch err := schema.VisitJSON(v, openapi3.VisitAsRequest(), openapi3.MultiErrors()); {
	case errors.As(err, &many):
		for _, e := range many {
			problems = append(problems, "body: "+oneLine(e))
		}
	case err != nil:
		problems = append(problems, "body: "+oneLine(err))
	}
	problems = append(problems, dates(schema, v, "body")...)
	sort.Strings(problems)
	return problems
}

// dates returns the dates that are none.
func dates(s *openapi3.Schema, v any, at string) []string {
	var out []string
	o, _ := v.(obj)
	for name, p := range s.Properties {
		text, isText := o[name].(string)
		if _, err := time.Parse(time.RFC3339, text); isText && p.Value.Format == "date-time" && err != nil {
			out = append(out, fmt.Sprintf("%s.%s: %q is no date", at, name, text))
		}
		out = append(out, dates(p.Value, o[name], at+"."+name)...)
	}
	return out
}

// encode makes an answer of a reply: paged, filled, held against the
// description, with its ETag and links.
func (c *call) encode(rep reply) *response {
	res := &response{status: rep.status, header: http.Header{}}
	if rep.raw != nil {
		res.body = rep.raw
		res.header.Set("Content-Type", rep.kind)
		return res
	}
	body := c.paged(rep, res.header)
	if rep.status == http.StatusNoContent {
		return res
	}
	schema := c.op.answer(rep.status)
	body = filler{c.hub.base}.fill(schema, body)
	b, err := json.Marshal(body)
	if err != nil {
		c.hub.violate(c.Call, "the fake itself: "+err.Error())
	}
	if schema == nil && len(c.op.Responses.Map()) > 0 && c.op.Responses.Status(rep.status) == nil {
		c.hub.violate(c.Call, fmt.Sprintf("the fake itself: GitHub does not answer %d here", rep.status))
	} else if schema != nil {
		if err := schema.VisitJSON(plain(json.RawMessage(b)), openapi3.VisitAsResponse()); err != nil {
			c.hub.violate(c.Call, "the fake itself: an answer is not as described: "+oneLine(err))
		}
	}
	res.body = b
	res.header.Set("Content-Type", jsonType)
	if c.Method == http.MethodGet {
		c.tag(res)
	}
	return res
}

// tag gives an answer its ETag, and leaves the body out if the caller has it.
func (c *call) tag(res *response) {
	etag := fmt.Sprintf(`W/"%x"`, sha256.Sum256(append(res.body, c.who.login...)))
	res.header.Set("Etag", etag)
	res.header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	for have := range strings.SplitSeq(c.r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(have), "W/") == strings.TrimPrefix(etag, "W/") {
			res.status, res.body = http.StatusNotModified, nil
			res.header.Del("Content-Type")
		}
	}
}

// paged takes the page that is asked for out of a list, with Link headers.
func (c *call) paged(rep reply, header http.Header) any {
	if rep.next != "" {
		header.Set("Link", c.link("cursor", rep.next, "next"))
	}
	if !rep.isAll {
		return rep.body
	}
	size, page := c.number("per_page", 30), c.number("page", 1)
	if most := c.hub.opts.PageSize; most > 0 {
		size = min(size, most)
	}
	last := max(1, (len(rep.items)+size-1)/size)
	from := min(len(rep.items), max(0, min(page-1, last))*size)
	items := rep.items[from:min(len(rep.items), from+size)]
	var links []string
	if page < last {
		links = append(links, c.link("page", strconv.Itoa(page+1), "next"), c.link("page", strconv.Itoa(last), "last"))
	}
	if page > 1 {
		links = append(links, c.link("page", "1", "first"), c.link("page", strconv.Itoa(min(page-1, last)), "prev"))
	}
	if len(links) > 0 {
		header.Set("Link", strings.Join(links, ", "))
	}
	if rep.key == "" {
		return append([]obj{}, items...)
	}
	body, _ := rep.body.(obj)
	if body == nil {
		body = obj{}
	}
	body["total_count"], body[rep.key] = len(rep.items), append([]obj{}, items...)
	return body
}

// number is a number of the query, which was checked.
func (c *call) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(c.query.Get(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func (c *call) link(name, value, rel string) string {
	q := url.Values{}
	for k, v := range c.query {
		q[k] = v
	}
	q.Set(name, value)
	prefix := ""
	if strings.HasPrefix(c.r.URL.EscapedPath(), "/api/v3") {
		prefix = "/api/v3"
	}
	path, _, _ := strings.Cut(c.Path, "?")
	return fmt.Sprintf(`<%s%s%s?%s>; rel="%s"`, c.hub.base, prefix, path, q.Encode(), rel)
}

// text is a field of the body that is a text, "" if it is not given.
func (c *call) text(name string) string {
	s, _ := c.body[name].(string)
	return s
}

func (c *call) flag(name string) bool {
	b, _ := c.body[name].(bool)
	return b
}

// given reports whether the body has a field.
func (c *call) given(name string) bool {
	_, ok := c.body[name]
	return ok
}
