package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// webLink is a link of a Link header.
type webLink struct {
	target string
	rels   []string
	params map[string]string
}

// parseLinks reads a Link header by RFC 8288, 3 and appendix B.2, strictly:
// link-value *( OWS "," OWS link-value ), with each parameter once.
func parseLinks(s string) ([]webLink, error) {
	var out []webLink
	for {
		s = strings.TrimLeft(s, " \t\n")
		rest, ok := strings.CutPrefix(s, "<")
		if !ok {
			return nil, fmt.Errorf("a link begins with <, and not with %.20q", s)
		}
		target, rest, ok := strings.Cut(rest, ">")
		if !ok || target == "" || strings.ContainsAny(target, " \"<") {
			return nil, fmt.Errorf("%q is no target", target)
		}
		l := webLink{target: target, params: map[string]string{}}
		var err error
		if rest, err = l.parseParams(rest); err != nil {
			return nil, err
		}
		if l.rels = strings.Fields(l.params["rel"]); len(l.rels) == 0 {
			return nil, fmt.Errorf("%s has no relation", target)
		}
		out = append(out, l)
		rest = strings.TrimLeft(rest, " \t\n")
		if rest == "" {
			return out, nil
		}
		if s, ok = strings.CutPrefix(rest, ","); !ok {
			return nil, fmt.Errorf("after a link stands %.20q", rest)
		}
	}
}

func (l *webLink) parseParams(rest string) (string, error) {
	for {
		next, ok := strings.CutPrefix(strings.TrimLeft(rest, " \t"), ";")
		if !ok {
			return rest, nil
		}
		name, value, ok := strings.Cut(strings.TrimLeft(next, " \t"), "=")
		if !ok || !isToken(name) || l.params[name] != "" {
			return "", fmt.Errorf("%q is no parameter, or stands twice", name)
		}
		if quoted, ok := strings.CutPrefix(value, `"`); ok {
			if value, rest, ok = strings.Cut(quoted, `"`); !ok || strings.ContainsAny(value, "\\\n") || value == "" {
				return "", errors.New("a quoted string does not end, or is empty")
			}
		} else {
			end := strings.IndexAny(value, "; ,")
			if end < 0 {
				end = len(value)
			}
			if value, rest = value[:end], value[end:]; !isToken(value) {
				return "", fmt.Errorf("%q is no token", value)
			}
		}
		l.params[name] = value
	}
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func TestParseLinks(t *testing.T) {
	t.Parallel()
	for header, ok := range map[string]bool{
		`</a>; rel="b"`: true, `</a>;rel=b , </c>; rel="d e"; type="f/g"`: true,
		``: false, `/a; rel="b"`: false, `</a>`: false, `</a>; rel=""`: false, `</a>; rel="b" </c>; rel="d"`: false, `</a>; rel="b`: false,
		`</a>; rel="b",`: false, `</a>; rel="b"; rel="c"`: false, `<>; rel="b"`: false, `</a b>; rel="b"`: false, `</a>; datetime=Mon, 01 Jan; rel="b"`: false,
	} {
		if _, err := parseLinks(header); (err == nil) != ok {
			t.Errorf("%s: got %v", header, err)
		}
	}
}

// links are those of an answer, which has one header of them.
func linksOf(t *testing.T, h http.Header) []webLink {
	t.Helper()
	if n := len(h.Values("Link")); n != 1 {
		t.Fatalf("got %d Link headers: %q", n, h.Values("Link"))
	}
	links, err := parseLinks(h.Get("Link"))
	if err != nil {
		t.Fatalf("%s: %v", h.Get("Link"), err)
	}
	return links
}

// relations are the targets of an answer's links, by relation.
func relations(t *testing.T, h http.Header) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, l := range linksOf(t, h) {
		for _, rel := range l.rels {
			out[rel] = append(out[rel], l.target)
		}
	}
	return out
}

// TestTimeGate: RFC 7089, 4.1.1, with the datetimes around every edge. The
// text that was put right on 1 July was what the address showed until then.
func TestTimeGate(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	for _, c := range []struct{ id, datetime, want string }{
		{"ladder", "Fri, 01 Mar 2024 08:59:59 GMT", "1.0.0"}, // before the first: the first
		{"ladder", "Mon, 01 Jan 0001 00:00:00 GMT", "1.0.0"},
		{"ladder", "Fri, 01 Mar 2024 09:00:00 GMT", "1.0.0"},
		{"ladder", "Sat, 01 Jun 2024 08:59:59 GMT", "1.0.0"},
		{"ladder", "Sat, 01 Jun 2024 09:00:00 GMT", "1.1.0"},
		{"ladder", "Mon, 01 Jul 2024 08:59:59 GMT", "1.1.0"},
		{"ladder", "Mon, 01 Jul 2024 09:00:00 GMT", "1.2.0"},
		{"ladder", "Sun, 01 Sep 2024 08:59:59 GMT", "1.2.0"},
		{"ladder", "Sun, 01 Sep 2024 09:00:00 GMT", "1.3.0"},
		{"ladder", "Sat, 01 Mar 2025 09:00:00 GMT", "1.3.0"},
		{"ladder", "Tue, 01 Apr 2025 09:00:00 GMT", "1.3.0"}, // after the last: the last, whatever is to come
		{"ladder", "Fri, 31 Dec 9999 23:59:59 GMT", "1.3.0"},
		{"soon", "Sun, 01 Jun 2025 09:00:00 GMT", "1.0.0"},
		{"ends", "Sat, 01 Jun 2024 08:59:59 GMT", "1.0.0"},
		{"ends", "Sat, 01 Jun 2024 09:00:00 GMT", "2.0.0"},
	} {
		for _, who := range [][]string{reader, drafter} {
			a := get(t, s, fw+c.id, append([]string{"Accept-Datetime", c.datetime}, who...)...)
			if got := a.Header.Get("Location"); a.StatusCode != http.StatusFound || got != fw+c.id+"/versions/"+c.want || a.Header.Get("Memento-Datetime") != "" {
				t.Errorf("%s at %s: got %d %s, Memento-Datetime %q", c.id, c.datetime, a.StatusCode, got, a.Header.Get("Memento-Datetime"))
				continue
			}
			if a.Header.Get("Vary") != "Accept-Encoding, Accept-Datetime" || a.Header.Get("Cache-Control") != "private, max-age=60" {
				t.Errorf("%s: got %v", c.id, a.Header)
			}
			// What it leads to is a memento of that time, and leads back.
			m := get(t, s, a.Header.Get("Location"), append([]string{"Accept-Datetime", "Fri, 01 Mar 2024 09:00:00 GMT"}, who...)...)
			back := relations(t, m.Header)
			if m.Header.Get("Memento-Datetime") == "" || back["original"][0] != fw+c.id || back["timegate"][0] != fw+c.id || back["timemap"][0] != fw+c.id+"/timemap" {
				t.Errorf("%s %s: got %v", c.id, c.want, m.Header)
			}
		}
	}
}

// TestTimeGateLinks: the first and the last memento, the one that was chosen
// and its neighbours, each once.
func TestTimeGateLinks(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{})
	dates := map[string]string{
		"1.0.0": "Fri, 01 Mar 2024 09:00:00 GMT", "1.1.0": "Sat, 01 Jun 2024 09:00:00 GMT", "1.2.0": "Mon, 01 Jul 2024 09:00:00 GMT", "1.3.0": "Sun, 01 Sep 2024 09:00:00 GMT",
	}
	for number, want := range map[string]string{
		"1.0.0": "1.0.0 first memento, 1.1.0 next memento, 1.3.0 last memento",
		"1.1.0": "1.0.0 prev first memento, 1.1.0 memento, 1.2.0 next memento, 1.3.0 last memento",
		"1.2.0": "1.0.0 first memento, 1.1.0 prev memento, 1.2.0 memento, 1.3.0 next last memento",
		"1.3.0": "1.0.0 first memento, 1.2.0 prev memento, 1.3.0 last memento",
	} {
		links := linksOf(t, get(t, s, fw+"ladder", "Accept-Datetime", dates[number]).Header)
		if l := links[0]; l.target != fw+"ladder" || l.params["rel"] != "original timegate" {
			t.Errorf("got %+v first", l)
		}
		if l := links[1]; l.target != fw+"ladder/timemap" || l.params["type"] != linkFormat || l.params["from"] != dates["1.0.0"] || l.params["until"] != dates["1.3.0"] {
			t.Errorf("got %+v second", l)
		}
		var got []string
		for _, l := range links[2:] {
			n := strings.TrimPrefix(l.target, fw+"ladder/versions/")
			if l.params["datetime"] != dates[n] {
				t.Errorf("%s: got the datetime %q, want %q", n, l.params["datetime"], dates[n])
			}
			got = append(got, n+" "+l.params["rel"])
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: got %s, want %s", number, strings.Join(got, ", "), want)
		}
	}
	one := linksOf(t, get(t, s, fw+"soon", "Accept-Datetime", dates["1.3.0"]).Header)
	if len(one) != 3 || one[2].params["rel"] != "first last memento" {
		t.Errorf("of one memento: got %+v", one)
	}
}

func TestTimeGateRefuses(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{})
	for _, value := range []string{
		"", " ", "now", "2024-03-01", "2024-03-01T09:00:00Z", "Fri, 1 Mar 2024 09:00:00 GMT", "Fri, 01 Mar 2024 09:00:00 UTC", "Fri, 01 Mar 2024 09:00:00 +0000",
		"Fri, 01 Mar 2024 09:00:00", "Sat, 01 Mar 2024 09:00:00 GMT", "Friday, 01-Mar-24 09:00:00 GMT", "Fri Mar  1 09:00:00 2024", "Fri, 30 Feb 2024 09:00:00 GMT",
		"fri, 01 mar 2024 09:00:00 gmt", "Fri, 01 Mar 2024 09:00:00.5 GMT", "Fri, 01 Mar 2024 24:00:00 GMT", "Fri, 01 Mar 2024 09:00:00 GMT; -P3DT5H;+P2DT6H", strings.Repeat("9", 5000),
	} {
		if a := get(t, s, fw+"ladder", "Accept-Datetime", value); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%.60q: got %d, want 400", value, a.StatusCode)
		}
	}
	const date = "Sat, 01 Jun 2024 09:00:00 GMT"
	if a := get(t, s, fw+"ladder", "Accept-Datetime", date, "Accept-Datetime", date); a.StatusCode != http.StatusBadRequest {
		t.Errorf("twice: got %d, want 400", a.StatusCode)
	}
	for target, want := range map[string]int{
		"ladder?as_of=2024-06-15": 200, "ladder?version=1.0.0": 200, "ladder/versions/1.0.0": 200, "ladder/versions": 200, "ladder/levels/l1": 200,
		"none": 404, "fresh": 404, "secret": 404,
	} {
		if a := get(t, s, fw+target, "Accept-Datetime", date); a.StatusCode != want {
			t.Errorf("%s: got %d, want %d", target, a.StatusCode, want)
		}
	}
	world := worldServer(t)
	if a := get(t, world, fw+"former", "Accept-Datetime", date); a.StatusCode != 308 || a.Header.Get("Location") != fw+"renamed" {
		t.Errorf("renamed: got %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	if a := get(t, world, fw+"never", "Accept-Datetime", date); a.StatusCode != 404 {
		t.Errorf("without a version: got %d", a.StatusCode)
	}
}

// TestMementos: when each version became what the address showed; what is to
// come, and what is no version, is none.
func TestMementos(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	for target, want := range map[string]string{
		"ladder/versions/1.0.0":                        "Fri, 01 Mar 2024 09:00:00 GMT",
		"ladder/versions/v1.1.0":                       "Sat, 01 Jun 2024 09:00:00 GMT",
		"ladder/versions/1.2.0":                        "Mon, 01 Jul 2024 09:00:00 GMT", // in force from 1 June
		"ends/versions/2.0.0":                          "Sat, 01 Jun 2024 09:00:00 GMT",
		"ladder/versions/2.0.0-next.20250220T090000Z":  "",
		"drafted/versions/1.1.0-next.20250220T090000Z": "",
		"ladder":                         "",
		"ends":                           "",
		"ladder?version=1.0.0":           "",
		"ladder?as_of=2024-06-15":        "",
		"ladder/levels/l1?version=1.0.0": "",
	} {
		a := get(t, s, fw+target, drafter...)
		if got := a.Header.Get("Memento-Datetime"); got != want {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
		if want == "" || a.StatusCode != 200 {
			continue
		}
		again := get(t, s, fw+target, append([]string{"If-None-Match", a.Header.Get("Etag")}, drafter...)...)
		if again.StatusCode != 304 || again.Header.Get("Memento-Datetime") != want {
			t.Errorf("%s again: got %d %q", target, again.StatusCode, again.Header.Get("Memento-Datetime"))
		}
	}
	r := timeWorld(t).Remove(".git")
	plain := serverOf(t, directoryStore(t, r.Dir), Options{})
	a := get(t, plain, fw+"ladder", "Accept-Datetime", "Mon, 01 Jul 2024 09:00:00 GMT")
	if a.StatusCode != 200 || a.Header.Get("Vary") != "Accept-Encoding" || relations(t, a.Header)["timegate"] != nil {
		t.Errorf("outside Git: got %d %v", a.StatusCode, a.Header)
	}
	if b := get(t, plain, fw+"ladder/timemap"); b.StatusCode != 404 {
		t.Errorf("the TimeMap outside Git: got %d, want 404", b.StatusCode)
	}
}

// TestTimeMap: RFC 7089, 5, and RFC 9264, 4.2.
func TestTimeMap(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	for id, want := range map[string][]string{
		"ladder": {"1.0.0 first memento", "1.1.0 memento", "1.2.0 memento", "1.3.0 last memento"},
		"ends":   {"1.0.0 first memento", "2.0.0 last memento"},
		"soon":   {"1.0.0 first last memento"},
	} {
		a := get(t, s, fw+id+"/timemap", drafter...)
		links, err := parseLinks(strings.TrimSpace(string(a.plain)))
		if err != nil || a.Header.Get("Content-Type") != linkFormat || links[0].params["rel"] != "original timegate" || links[0].target != fw+id {
			t.Fatalf("%s: got %s %s: %v", id, a.Header.Get("Content-Type"), a.plain, err)
		}
		self, mementos := links[1], links[2:]
		if self.params["rel"] != "self" || self.target != fw+id+"/timemap" || self.params["from"] != mementos[0].params["datetime"] || self.params["until"] != mementos[len(mementos)-1].params["datetime"] {
			t.Errorf("%s: got %+v", id, self)
		}
		set := decoded[TimeMap](t, get(t, s, fw+id+"/timemap", append([]string{"Accept", linkSetJSON}, drafter...)...)).LinkSet[0]
		var got []string
		for i, l := range mementos {
			got = append(got, strings.TrimPrefix(l.target, fw+id+"/versions/")+" "+l.params["rel"])
			if j := set.Memento[i]; j.Href != l.target || !slices.Equal(j.DateTime, []string{l.params["datetime"]}) {
				t.Errorf("%s: got %+v in one form and %+v in the other", id, l, j)
			}
			m := get(t, s, l.target, drafter...)
			if m.Header.Get("Memento-Datetime") != l.params["datetime"] {
				t.Errorf("%s: the list says %s, the memento %s", l.target, l.params["datetime"], m.Header.Get("Memento-Datetime"))
			}
			gate := get(t, s, fw+id, append([]string{"Accept-Datetime", l.params["datetime"]}, drafter...)...)
			if gate.Header.Get("Location") != l.target {
				t.Errorf("the TimeGate leads from %s to %s, want %s", l.params["datetime"], gate.Header.Get("Location"), l.target)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
		if set.Anchor != fw+id || set.First[0].Href != mementos[0].target || set.Last[0].Href != mementos[len(mementos)-1].target || set.TimeMap[0].Type != linkFormat {
			t.Errorf("%s: got %+v", id, set)
		}
	}
	for accept, want := range map[string]string{
		"": linkFormat, "*/*": linkFormat, "application/*": linkFormat, linkSetJSON: linkSetJSON, "application/json": "application/json",
		"application/json;q=0.5, application/linkset+json": linkSetJSON, "text/html": "application/problem+json",
	} {
		a := get(t, s, fw+"ladder/timemap", append([]string{"Accept", accept}, reader...)...)
		if got := a.Header.Get("Content-Type"); got != want || a.Header.Get("Vary") != "Accept" {
			t.Errorf("Accept: %s: got %s, Vary %q, want %s", accept, got, a.Header.Get("Vary"), want)
		}
		if a.StatusCode == 200 && relations(t, a.Header)["timegate"][0] != fw+"ladder" {
			t.Errorf("got %v", a.Header)
		}
	}
	for _, id := range []string{"none", "secret", "fresh"} {
		if a := get(t, s, fw+id+"/timemap", reader...); a.StatusCode != 404 {
			t.Errorf("%s: got %d, want 404", id, a.StatusCode)
		}
	}
}

// TestEveryLinkLeadsSomewhere: whatever a Link header names is answered.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	for _, target := range everyQuestion(t) {
		for _, who := range [][]string{reader, drafter} {
			_, h, _ := once(s, http.MethodGet, target, who...)
			if h.Get("Link") == "" {
				continue
			}
			for _, l := range linksOf(t, h) {
				if status, _, body := once(s, http.MethodGet, l.target, who...); status != 200 && status != 410 {
					t.Errorf("%s as %s links to %s, which answers %d %s", target, who[1], l.target, status, body)
				}
				for _, name := range []string{"datetime", "from", "until"} {
					if at := l.params[name]; at != "" {
						if when, err := time.Parse(http.TimeFormat, at); err != nil || when.Format(http.TimeFormat) != at {
							t.Errorf("%s: %s is %q: %v", target, name, at, err)
						}
					}
				}
			}
		}
	}
}

// TestTimeGateWithinASecond: the header has no fractions, so that of texts of
// the same second the last one is what the address showed.
func TestTimeGateWithinASecond(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	for _, text := range []string{"One", "Two", "Three"} {
		r.At(gittest.Start).Write(gittest.Ladder("a", text)).Commit(text)
	}
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{})
	at := gittest.Start.Format(http.TimeFormat)
	if got := get(t, s, fw+"a", "Accept-Datetime", at).Header.Get("Location"); got != fw+"a/versions/1.2.0" {
		t.Errorf("got %s, want 1.2.0", got)
	}
	for _, n := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		if got := get(t, s, fw+"a/versions/"+n).Header.Get("Memento-Datetime"); got != at {
			t.Errorf("%s: got %s, want %s", n, got, at)
		}
	}
}
