package webhook

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// letter is a delivery before it is sent.
type letter struct {
	header http.Header
	body   []byte
	length int64 // that is announced, 0 for the body's, -1 for none
}

// signedBy is a delivery as GitHub signs it.
func signedBy(secret, event, body string) *letter {
	return &letter{body: []byte(body), header: http.Header{"X-GitHub-Event": {event}, "X-GitHub-Delivery": {"72d3162e-cc78-11e3-81ab-4c9367dc0958"}, "Content-Type": {"application/json"},
		"X-Hub-Signature-256": {sign(secret, []byte(body))}, "User-Agent": {"GitHub-Hookshot/044aadd"}}}
}

// post sends a letter as it is, and returns what is answered.
func (a *arena) post(l *letter) int {
	a.t.Helper()
	conn := a.dial()
	defer conn.Close()
	var head bytes.Buffer
	head.WriteString("POST /webhooks/github HTTP/1.1\r\nHost: careers.example.com\r\nConnection: close\r\n")
	body := l.body
	switch {
	case l.length < 0:
		head.WriteString("Transfer-Encoding: chunked\r\n")
		body = fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	case l.length > 0:
		fmt.Fprintf(&head, "Content-Length: %d\r\n", l.length)
	default:
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(body))
	}
	for name, values := range l.header {
		for _, v := range values {
			fmt.Fprintf(&head, "%s: %s\r\n", name, v)
		}
	}
	head.WriteString("\r\n")
	go func() { // who is refused does not read on
		_, _ = conn.Write(append(head.Bytes(), body...))
		if l.length > int64(len(l.body)) {
			_ = conn.(interface{ CloseWrite() error }).CloseWrite()
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	a.check(err)
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && len(answer) > 200 {
		a.t.Errorf("it is answered at length: %.300q", answer)
	}
	return res.StatusCode
}

const (
	here   = `"repository":{"full_name":"acme/careers"}`
	opened = `{"action":"opened","number":1,` + here + `}`
)

func hostileDeliveries() []attackOn {
	var out []attackOn
	family := ""
	add := func(name, want string, l func(*arena) *letter, more ...func(*attackOn)) {
		c := attackOn{family: family, name: name, want: want, send: func(a *arena) int { return a.post(l(a)) }}
		// What is sent by one event is sent by a second one too.
		for _, second := range []string{"push: ", "run: ", "head: "} {
			c.heavy = c.heavy || strings.HasPrefix(name, second)
		}
		for _, m := range more {
			m(&c)
		}
		out = append(out, c)
	}
	event := func(name, want, event, body string) {
		add(name, want, func(*arena) *letter { return signedBy(secret, event, body) })
	}
	changed := func(name, want string, change func(*letter), more ...func(*attackOn)) {
		add(name, want, func(*arena) *letter {
			l := signedBy(secret, "pull_request", opened)
			change(l)
			return l
		}, more...)
	}
	const signature = "X-Hub-Signature-256"
	header := func(name, value string) func(*letter) { return func(l *letter) { l.header[name] = []string{value} } }
	// The HTTP server refuses what is no HTTP, before it is a delivery.
	unheard := func(c *attackOn) { c.lines = -1 }

	family = "signature"
	changed("missing", turnedAway, func(l *letter) { delete(l.header, signature) })
	for name, value := range map[string]string{"empty": "", "malformed": "sha256=zz", "without its name": sign(secret, []byte(opened))[7:], "SHA-1": "sha1=" + hmacSHA1(opened), "right of another secret": sign("another secret!", []byte(opened)),
		"right of another body": sign(secret, []byte(opened+" ")), "upper case": strings.ToUpper(sign(secret, []byte(opened))), "upper-case digits": "sha256=" + strings.ToUpper(sign(secret, []byte(opened))[7:]), "very long": "sha256=" + strings.Repeat("0", 100_000),
		"of the empty secret": sign("", []byte(opened)), "of nothing": sign(secret, nil), "short": sign(secret, []byte(opened))[:60], "with a space": sign(secret, []byte(opened)) + " x", "two in one": sign("x", nil) + "," + sign(secret, []byte(opened)), "quoted": `"` + sign(secret, []byte(opened)) + `"`} {
		changed(name, turnedAway, header(signature, value))
	}
	changed("two headers, the first wrong", turnedAway, func(l *letter) { l.header[signature] = []string{sign("x", nil), sign(secret, l.body)} })
	changed("SHA-1 as of old", turnedAway, func(l *letter) {
		delete(l.header, signature)
		l.header["X-Hub-Signature"] = []string{"sha1=" + hmacSHA1(opened)}
	})

	family = "headers"
	changed("no event", ignored, func(l *letter) { delete(l.header, "X-GitHub-Event") })
	changed("no delivery", handled, func(l *letter) { delete(l.header, "X-GitHub-Delivery") })
	for name, value := range map[string]string{"unknown": "star", "very long": strings.Repeat("push", 5000), "another case": "PUSH", "a path": "../push", "quotes and a command": `push"; level=ERROR msg="::error::x`, "bytes that are no text": "push\xff\xfe", "turned": "push\u202e\u2066", "a tab": "pu\tsh", "two of them": "push,pull_request", "folded over two lines": "x\r\n level=ERROR msg=x"} {
		changed("event: "+name, ignored, header("X-GitHub-Event", value))
		changed("delivery: "+name, handled, header("X-GitHub-Delivery", value))
	}
	for name, value := range map[string]string{"escapes": "\x1b[31m", "a bell": "\x07", "nothing at all": "\x00"} {
		changed("event with control characters: "+name, turnedAway, header("X-GitHub-Event", value), unheard)
		changed("delivery with control characters: "+name, turnedAway, header("X-GitHub-Delivery", value), unheard)
	}
	for name, value := range map[string]string{"a form": "application/x-www-form-urlencoded", "none": "", "text": "text/plain", "XML": "application/xml", "JSON in a list": "text/html, application/json"} {
		changed("content type: "+name, turnedAway, header("Content-Type", value))
	}
	changed("content type of JSON with a character set", handled, header("Content-Type", "application/json; charset=utf-8"))
	changed("a body in gzip that says so", turnedAway, func(l *letter) {
		l.body = zipped(l.body)
		l.header[signature] = []string{sign(secret, l.body)}
		l.header["Content-Encoding"] = []string{"gzip"}
	})
	changed("a body in gzip, signed before", turnedAway, func(l *letter) { l.body = zipped(l.body); l.header["Content-Encoding"] = []string{"gzip"} })
	changed("chunked without a length", handled, func(l *letter) { l.length = -1 })
	changed("a length that is too small", turnedAway, func(l *letter) { l.length = int64(len(l.body) - 10) })
	changed("a length that is too large, and the end", turnedAway, func(l *letter) { l.length = int64(len(l.body) + 10) })
	changed("a length above all limits", turnedAway, func(l *letter) { l.length = maxBody + 1 })
	changed("a length that is no number", turnedAway, func(l *letter) { l.header["Content-Length"] = []string{"ten"} }, unheard)
	changed("a length below nothing", turnedAway, func(l *letter) { l.header["Content-Length"] = []string{"-1"} }, unheard)
	changed("chunked, and a length", handled, func(l *letter) { l.length = -1; l.header["Content-Length"] = []string{"5"} })
	changed("another host", handled, func(l *letter) { l.header["X-Forwarded-Host"] = []string{"evil.example"} })
	changed("an upgrade", handled, func(l *letter) { l.header["Upgrade"] = []string{"websocket"} })

	family = "bodies"
	padded := func(n int) string { return opened + strings.Repeat(" ", n-len(opened)) }
	for name, body := range map[string]string{"empty": "", "no JSON": "x", "NaN": `{"number":NaN}`, "infinity": `{"number":1e999}`, "a number too large": `{"number":9223372036854775808}`, "a number with a fraction": `{"number":1.5}`, "a text for a number": `{"number":"1"}`,
		"a list for a number": `{"number":[1]}`, "a list": `[]`, "a text": `"x"`, "a number": `1`, "cut": opened[:30], "100,000 levels of lists": strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "100,000 levels of objects": strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000),
		"deep beside what counts": opened[:len(opened)-1] + `,"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}", "a byte order mark": "\ufeff" + opened, "two of them": opened + opened, "UTF-16": "{\x00}\x00", "remarks": "{/* x */}", "a number in hex": `{"number":0x1}`, "a list for the repository": `{"repository":[]}`, "one quote": `"`, "an escape at the end": `"\`} {
		event(name, turnedAway, "pull_request", body)
	}
	event("one byte more than GitHub sends", turnedAway, "pull_request", padded(maxBody+1))
	event("26 MB, signed", turnedAway, "pull_request", padded(26<<20))
	add("26 MB, chunked and signed", turnedAway, func(*arena) *letter { l := signedBy(secret, "pull_request", padded(26<<20)); l.length = -1; return l })
	event("as much as GitHub sends", handled, "pull_request", padded(maxBody))
	for name, number := range map[string]string{"nothing": "0", "below nothing": "-1", "null": "null", "minus nothing": "-0"} {
		event("the number "+name, ignored, "pull_request", `{"action":"opened","number":`+number+`,`+here+`}`)
	}
	for name, body := range map[string]string{"null": "null", "{}": "{}", "no repository": `{"action":"opened","number":1}`, "a repository of null": `{"action":"opened","number":1,"repository":null}`, "a name of null": `{"repository":{"full_name":null}}`} {
		event(name, ignored, "pull_request", body)
	}
	event("a number that nobody has", handled, "pull_request", `{"action":"opened","number":1000000000,`+here+`}`)
	event("the same number twice, and the last counts", ignored, "pull_request", `{"action":"opened","number":1,"number":0,`+here+`}`)
	event("two repositories, and the last counts", ignored, "pull_request", `{"action":"opened","number":1,`+here+`,"repository":{"full_name":"eve/careers"}}`)
	event("halves of characters", handled, "pull_request", `{"action":"opened","number":1,"title":"\ud800","x":"\udc00\ud800",`+here+`}`)
	event("halves of characters in the action", ignored, "pull_request", `{"action":"\ud800opened","number":1,`+here+`}`)
	event("bytes that are no text", handled, "pull_request", "{\"action\":\"opened\",\"number\":1,\"x\":\"\xff\xfe\","+here+"}")
	event("an action of control characters", ignored, "pull_request", `{"action":"\u001b[31m\n\r\u202e`+strings.Repeat("x", 1000)+`","number":1,`+here+`}`)
	event("names in another case", handled, "pull_request", `{"ACTION":"opened","Number":1,"REPOSITORY":{"Full_Name":"acme/careers"}}`)
	event("a million of fields", handled, "pull_request", opened[:len(opened)-1]+`,"x":[`+strings.Repeat("1,", 1_000_000)+"1]}")

	family = "whose"
	for name, full := range map[string]string{"another repository": "acme/other", "another owner": "eve/careers", "renamed": "acme/careers-2027", "transferred": "newco/careers", "a path": "acme/careers/../other", "with .git": "acme/careers.git", "with a space": " acme/careers", "a letter that looks alike": "\u0430cme/careers",
		"one that lower case would make ours": "acme/\u212aareers", "with nothing in it": "acme/careers\x00", "very long": "acme/" + strings.Repeat("careers", 10_000), "control characters": "\x1b[2Jacme\n/careers\u202e", "nothing": "", "only an owner": "acme/"} {
		for _, e := range []string{"pull_request", "push"} {
			event(e+": "+name, ignored, e, fmt.Sprintf(`{"action":"opened","number":1,"ref":"refs/heads/main","repository":{"full_name":%s}}`, asJSON(full)))
		}
	}
	event("our owner in other letters", handled, "pull_request", `{"action":"opened","number":1,"repository":{"full_name":"ACME/Careers"}}`)
	for name, account := range map[string]string{"of strangers": `{"login":"strangers"}`, "of nobody": `null`, "of a login that is a list": `{"login":""}`} {
		event("an installation "+name, ignored, "installation", `{"action":"created","installation":{"id":1,"account":`+account+`}}`)
	}
	event("another installation with our repository", handled, "pull_request", `{"action":"opened","number":1,"installation":{"id":666},`+here+`}`)
	event("an installation that was deleted", handled, "installation", `{"action":"deleted","installation":{"account":{"login":"acme"}}}`)
	event("a repository renamed to ours", ignored, "repository", `{"action":"renamed",`+here+`}`)

	family = "refs"
	for name, ref := range map[string]string{"up and away": "refs/heads/../../x", "hidden": "refs/heads/.hidden", "a line of its own": "refs/heads/a\nb", "a leading dash": "refs/heads/--upload-pack=touch pwned", "10 KB": "refs/heads/" + strings.Repeat("x", 10_000), "nothing": "", "no branch": "refs/heads/", "only slashes": "refs/heads////",
		"a revision": "refs/heads/main~1", "of another time": "refs/heads/main@{1}", "a pattern": "refs/heads/*", "a range of text": "refs/heads/main:frameworks", "a lock": "refs/heads/main.lock", "a backslash": `refs/heads/a\b`, "nothing within": "refs/heads/a\x00b", "a space": "refs/heads/a b", "a tag of somebody's": "refs/tags/../../main", "a note": "refs/notes/commits", "a pull request": "refs/pull/1/head",
		"no ref": "main", "escapes": "refs/heads/\x1b[31m"} {
		event("push: "+name, ignored, "push", `{"ref":`+asJSON(ref)+`,`+here+`}`)
		event("merge group: "+name, ignored, "merge_group", `{"action":"checks_requested","merge_group":{"head_ref":`+asJSON(notMain(ref))+`},`+here+`}`)
	}
	for name, ref := range map[string]string{"backticks": "refs/heads/`touch${IFS}pwned`", "a command": "refs/heads/$(touch${IFS}pwned)", "quotes": `refs/heads/"';x`, "HTML": "refs/heads/<script>", "percent": "refs/heads/%2e%2e%2fx", "turned": "refs/heads/\u202ex", "a branch that is not there": "refs/heads/nowhere", "a query": "refs/heads/x&state=closed&per_page=1000", "a part of an address": "refs/heads/x#y",
		"a queue of nothing": "refs/heads/gh-readonly-queue/main", "a queue without a number": "refs/heads/gh-readonly-queue/main/pr-", "a queue of an odd branch": "refs/heads/gh-readonly-queue/$(id)/pr-1-x", "a queue of a queue": "refs/heads/gh-readonly-queue/gh-readonly-queue/main/pr-1-x/pr-2-y", "a queue of no branch": "refs/heads/gh-readonly-queue/pr-1-x", "a queue that is over": "refs/heads/gh-readonly-queue/main/pr-1-" + sha} {
		event("push: "+name, handled, "push", `{"ref":`+asJSON(ref)+`,`+here+`}`)
		event("merge group: "+name, handled, "merge_group", `{"action":"checks_requested","merge_group":{"head_ref":`+asJSON(ref)+`},`+here+`}`)
	}

	family = "commits"
	for name, commit := range map[string]string{"nothing": "", "short": "0123456", "upper case": strings.ToUpper("abcdef" + sha[6:]), "no hex": strings.Repeat("g", 40), "a path": "../../../../etc/passwd" + strings.Repeat("a", 18), "too long": sha + "0", "very long": strings.Repeat("0", 10_000), "a line of its own": sha[:39] + "\n", "and a line": sha + "\n"} {
		event("suite: "+name, ignored, "check_suite", `{"action":"rerequested","check_suite":{"head_sha":`+asJSON(commit)+`},`+here+`}`)
		event("run: "+name, ignored, "check_run", `{"action":"rerequested","check_run":{"head_sha":`+asJSON(commit)+`},`+here+`}`)
		event("head: "+name, handled, "pull_request", `{"action":"opened","number":1,"pull_request":{"head":{"sha":`+asJSON(commit)+`}},`+here+`}`)
	}
	event("one that is nowhere", handled, "check_suite", `{"action":"rerequested","check_suite":{"head_sha":"`+sha+`"},`+here+`}`)
	event("zeros", handled, "check_run", `{"action":"rerequested","check_run":{"head_sha":"`+strings.Repeat("0", 40)+`"},`+here+`}`)
	return out
}

// notMain is a ref that groups have, where a bare name would be a branch.
func notMain(ref string) string {
	if strings.HasPrefix(ref, "refs/heads/") {
		return ref
	}
	return "refs/heads/" + strings.Repeat("/", 2) + ref
}

func hmacSHA1(body string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // into memory
	_ = w.Close()
	return out.Bytes()
}

func asJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
