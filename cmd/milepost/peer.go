package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/server"
)

// Limits on what a server that is compared may answer.
const (
	maxListBytes    = 32 << 20 // a list of frameworks or versions
	maxTextBytes    = 16 << 20 // a version with its text
	maxEntries      = 100_000  // of a list
	maxStrangers    = 20       // entries of a list that are named though nobody here knows them
	peerTimeout     = 30 * time.Second
	maxPeerRedirect = 3
)

// peer is a Milepost server to compare with. What it answers is not trusted.
type peer struct {
	base  *url.URL
	token string
	http  *http.Client
}

// newPeer reads the address of a server, and the token for it.
func newPeer(address, tokenFile string) (*peer, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.RawQuery != "", u.Fragment != "":
		return nil, usage("--server: %q is not the address of a server; write it as https://careers.example.com", address)
	case u.User != nil:
		return nil, usage("--server: leave the password out of the address; a token comes from MILEPOST_SERVER_TOKEN or --server-token-file")
	}
	token := os.Getenv("MILEPOST_SERVER_TOKEN")
	if tokenFile != "" {
		b, err := os.ReadFile(tokenFile)
		if err != nil {
			return nil, usage("--server-token-file: %w", err)
		}
		token = strings.TrimSpace(string(b))
	}
	if token != "" && u.Scheme == "http" && !loopback(u.Hostname()+":0") && !loopback("["+u.Hostname()+"]:0") {
		return nil, usage("--server: the token would be sent to %s for everybody on the way to read: use https", u.Host)
	}
	p := &peer{base: u, token: token, http: &http.Client{Timeout: peerTimeout}}
	p.http.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Host != u.Host || req.URL.Scheme != u.Scheme || len(via) > maxPeerRedirect {
			return errors.New("it sends elsewhere")
		}
		return nil
	}
	return p, nil
}

// errAbsent says that the server has no such thing.
var errAbsent = errors.New("not there")

// get reads an answer, at most so many bytes of it. The error is errAbsent for
// what is not there, or says what the server did instead of answering.
func (p *peer) get(ctx context.Context, most int64, path ...string) ([]byte, error) {
	at := p.base.JoinPath(path...)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	res, err := p.http.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) { // which repeats the address
			err = failed.Err
		}
		return nil, fmt.Errorf("asking %s: %w", at, err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, errAbsent
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("asking %s: the server wants a token, or another one (MILEPOST_SERVER_TOKEN, --server-token-file)", at)
	default:
		return nil, fmt.Errorf("asking %s: the server answers with status %d", at, res.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", at, err)
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("reading %s: the answer is longer than %d MB, which none is", at, most>>20)
	}
	return b, nil
}

// read gets an answer and decodes it.
func (p *peer) read(ctx context.Context, into any, most int64, path ...string) error {
	b, err := p.get(ctx, most, path...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("reading %s: the answer is not that of a Milepost server", p.base.JoinPath(path...))
	}
	return nil
}

// compare compares what a server answers with the snapshot.
func (a *app) compare(ctx context.Context, p *peer, snap *history.Snapshot, v *Verification) error {
	v.Server = p.base.String()
	var list struct {
		Head       string                        `json:"head"`
		Frameworks entries[server.FrameworkInfo] `json:"frameworks"`
	}
	if err := p.read(ctx, &list, maxListBytes, "v1", "frameworks"); err != nil {
		if errors.Is(err, errAbsent) {
			err = fmt.Errorf("there is no Milepost server at %s", p.base)
		}
		return err
	}
	if list.Head != snap.Head {
		v.add("server-behind", "", "Compare again once both have the same commit.",
			"the server has the commit %s as the newest, and the repository %.10s", cmp.Or(clip(list.Head, 10), "none"), snap.Head)
	}
	v.frameworks(snap, list.Frameworks)
	done := 0
	for _, t := range snap.Timelines {
		if t.MovedTo != "" || len(t.Versions) == 0 {
			continue
		}
		if err := p.versions(ctx, t, v); err != nil {
			return err
		}
		for _, w := range t.Versions {
			done++
			a.progress.say(fmt.Sprintf("Comparing with the server: %d of %d versions", done, v.Versions))
			if w.Removed {
				continue
			}
			if err := p.text(ctx, t, w, v); err != nil {
				return err
			}
		}
	}
	v.withoutTags()
	return nil
}

// withoutTags says once what a server without any tag would say of each version.
func (v *Verification) withoutTags() {
	if v.serverTags > 0 || len(v.untagged) < 2 {
		v.Differences = append(v.Differences, v.untagged...)
		return
	}
	v.add("server-untagged", "", "Push the tags to the repository that the server reads, or look why it does not get them. All its numbers are provisional until then.",
		"the server knows none of the tags of the repository, which has them for %s", plural(len(v.untagged), "version"))
}

// frameworks compares which frameworks there are.
func (v *Verification) frameworks(snap *history.Snapshot, list []server.FrameworkInfo) {
	there := map[string]string{}
	for _, f := range list {
		there[f.ID] = f.Version
	}
	for _, t := range snap.Live() {
		number, ok := there[t.ID]
		delete(there, t.ID)
		switch {
		case !ok:
			v.add("server-lacks", t.ID, "", "the server does not list the framework")
		case number != t.Latest().Number:
			v.add("server-differs", t.ID, "", "the server has version %s in force, and the repository %s", clip(number, 40), t.Latest().Number)
		}
	}
	v.strangers(there, "", "the server lists a framework that the repository does not have: %s")
}

// strangers names what only the server knows, up to a limit.
func (v *Verification) strangers(names map[string]string, framework, format string) {
	n := 0
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if n++; n > maxStrangers {
			v.add("server-stranger", framework, "", format, fmt.Sprintf("%d more", len(names)-maxStrangers))
			return
		}
		v.add("server-stranger", framework, "", format, clip(name, 64))
	}
}

// versions compares which versions there are, and what is said of each.
func (p *peer) versions(ctx context.Context, t *history.Timeline, v *Verification) error {
	var list struct {
		Versions entries[server.VersionEntry] `json:"versions"`
	}
	err := p.read(ctx, &list, maxListBytes, "v1", "frameworks", t.ID, "versions")
	if errors.Is(err, errAbsent) {
		v.add("server-lacks", t.ID, "", "the server has no versions of it")
		return nil
	}
	if err != nil {
		return err
	}
	there, strangers := map[string]server.VersionEntry{}, map[string]string{}
	for _, e := range list.Versions {
		if e.WorkingCopy || e.Status == history.Scheduled || e.Status == history.Draft {
			continue
		}
		if !e.Provisional {
			v.serverTags++
		}
		there[e.Number], strangers[e.Number] = e, ""
	}
	for _, w := range t.Versions {
		e, ok := there[w.Number]
		delete(strangers, w.Number)
		if !ok {
			v.add("server-lacks", t.ID, "", "the server does not have version %s", w.Number)
			continue
		}
		what := differs(e.VersionInfo, w.Info())
		if what == "" {
			continue
		}
		d := Difference{"server-differs", t.ID, fmt.Sprintf("the server says something else of version %s: %s", w.Number, what), ""}
		if what == whetherTagged && w.Tagged() {
			v.untagged = append(v.untagged, d)
		} else {
			v.Differences = append(v.Differences, d)
		}
	}
	v.strangers(strangers, t.ID, "the server has a version that the repository does not have: %s")
	return nil
}

const whetherTagged = "whether its number has a tag"

// differs names the first thing that is told otherwise of a version.
func differs(there, here history.VersionInfo) string {
	for _, f := range []struct{ name, there, here string }{
		{"the digest of its text", there.Digest, here.Digest},
		{"its commit", there.Commit, here.Commit},
		{"when it was recorded", stamp(there.RecordedAt), stamp(here.RecordedAt)},
		{"from when it is in force", stamp(there.EffectiveFrom), stamp(here.EffectiveFrom)},
		{"the version before it", there.Previous, here.Previous},
		{whetherTagged, fmt.Sprint(there.Provisional), fmt.Sprint(here.Provisional)},
		{"whether the framework ended", fmt.Sprint(there.Removed), fmt.Sprint(here.Removed)},
	} {
		if f.there != f.here {
			return f.name
		}
	}
	return ""
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// text compares the digest of a text as the server sends it.
func (p *peer) text(ctx context.Context, t *history.Timeline, w *history.Version, v *Verification) error {
	var doc history.Document
	err := p.read(ctx, &doc, maxTextBytes, "v1", "frameworks", t.ID, "versions", w.Number)
	if errors.Is(err, errAbsent) {
		v.add("server-lacks", t.ID, "", "the server does not answer with version %s", w.Number)
		return nil
	}
	if err != nil {
		return err
	}
	v.Compared++
	if doc.Version.Number != w.Number || ladder.Digest(doc.Framework) != w.Digest {
		v.add("server-text", t.ID, "", "the text that the server answers with for version %s is not that of the repository", w.Number)
	}
	return nil
}

// entries are those of a list, of which a stranger cannot make too many.
type entries[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (e *entries[T]) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if start, err := dec.Token(); err != nil || start != json.Delim('[') {
		return errors.New("not a list")
	}
	for dec.More() {
		if len(*e) == maxEntries {
			return errors.New("too many entries")
		}
		var one T
		if err := dec.Decode(&one); err != nil {
			return err
		}
		*e = append(*e, one)
	}
	return nil
}

// clip is at most so many characters of what a stranger wrote, without those
// that cannot be seen.
func clip(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
