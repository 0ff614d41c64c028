package leak

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
)

// form is a secret, or a part of one, as it could be said.
type form struct{ text, how string }

// piece is how many bytes of a long secret are looked for at a time: of what is
// twice as long any part is found, however it was cut.
const piece = 16

// forms are all that a secret is looked for by.
func forms(s string) []form {
	var out []form
	for _, p := range pieces(s) {
		out = append(out, formsOf(p)...)
	}
	return out
}

// pieces are the parts of a secret: the lines of a key are apart, and what
// begins and ends keys is known to everybody.
func pieces(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "-----") {
			continue
		}
		for len(line) >= 2*piece {
			out, line = append(out, line[:piece]), line[piece:]
		}
		if len(line) >= least {
			out = append(out, line)
		}
	}
	return out
}

func formsOf(s string) []form {
	b := []byte(s)
	out := []form{{s, "as it is"}, {hex.EncodeToString(b), "as hex"}, {strings.ToUpper(hex.EncodeToString(b)), "as hex"}}
	for n := range 3 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			out = append(out, form{within(e, n, b), "as base64"})
		}
	}
	quoted, _ := json.Marshal(s) // a text always has a JSON form
	for how, text := range map[string]string{
		"quoted": strings.Trim(strconv.Quote(s), `"`), "as JSON": strings.Trim(string(quoted), `"`), "as HTML": html.EscapeString(s),
		"in a URL": url.QueryEscape(s), "in a URL's path": url.PathEscape(s), "as a URL's user": url.User(s).String(),
		"as numbers": strings.Trim(fmt.Sprint(b), "[]"), "as Go": strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", b), "[]byte{"), "}"),
	} {
		if text != s {
			out = append(out, form{text, how})
		}
	}
	return out
}

// within is what stands in the base64 of any text that has n bytes (modulo
// three) before b: the characters that follow from b alone.
func within(e *base64.Encoding, n int, b []byte) string {
	all := e.WithPadding(base64.NoPadding).EncodeToString(append(make([]byte, n), b...))
	from, to := (8*n+5)/6, 8*(n+len(b))/6
	return all[from:to]
}
