package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

const (
	// pollTimeout caps how long the remote has to list its references.
	pollTimeout = 30 * time.Second
	// maxListBytes caps that list: about a million references.
	maxListBytes = 64 << 20
)

// poll asks the remote for its references whose names have one of the prefixes,
// and its default branch.
func (m *mirror) poll(ctx context.Context, prefixes ...string) (refList, error) {
	ctx, cancel := context.WithTimeout(ctx, min(pollTimeout, m.opts.FetchTimeout))
	defer cancel()
	if m.loc.http && !m.plainPoll {
		list, err := m.pollV2(ctx, prefixes)
		if err == nil {
			return list, nil
		}
		// Whatever it was, go-git's own way gives the better answer. A remote
		// that answered, but in another protocol, is not asked this way again.
		m.plainPoll = errors.Is(err, errNotV2)
	}
	return m.pollPlain(ctx, prefixes)
}

// pollPlain lists with go-git, which speaks the older protocol: the remote sends
// all references that it has, those of all pull requests included.
func (m *mirror) pollPlain(ctx context.Context, prefixes []string) (refList, error) {
	session, err := m.session(ctx)
	if err != nil {
		return refList{}, m.remoteError(ctx, err)
	}
	defer session.Close()
	answer, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return refList{}, m.remoteError(ctx, err)
	}
	return advertised(answer, prefixes...), nil
}

// advertised is what a remote says of itself in the older protocol.
func advertised(answer *packp.AdvRefs, prefixes ...string) refList {
	out := newRefList(prefixes...)
	for name, h := range answer.References {
		out.add(name, h)
	}
	if answer.Head != nil {
		out.headHash = *answer.Head
	}
	for _, ref := range answer.Capabilities.Get(capability.SymRef) {
		if target, ok := strings.CutPrefix(ref, "HEAD:"); ok {
			out.head = target
		}
	}
	return out
}

// resultType is the content type of what Git servers answer to the request.
const resultType = "application/x-git-upload-pack-result"

// errNotV2 says that the remote's answer is not one of protocol version 2.
var errNotV2 = errors.New("the remote does not speak protocol version 2")

// lsRefs is the request for references and the default branch, in packet lines:
// https://git-scm.com/docs/protocol-v2#_ls_refs
func lsRefs(prefixes []string) string {
	lines := []string{packet("command=ls-refs\n"), packet("agent=milepost\n"), delimiter, packet("symrefs\n")}
	for _, p := range append([]string{"HEAD"}, prefixes...) {
		lines = append(lines, packet("ref-prefix "+p+"\n"))
	}
	return strings.Join(append(lines, flush), "")
}

const (
	flush     = "0000"
	delimiter = "0001"
)

func packet(line string) string { return fmt.Sprintf("%04x%s", len(line)+4, line) }

// pollV2 sends one request, without asking first whether the remote speaks
// version 2: the answer shows it.
func (m *mirror) pollV2(ctx context.Context, prefixes []string) (refList, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.loc.url+"/git-upload-pack", strings.NewReader(lsRefs(prefixes)))
	if err != nil {
		return refList{}, err
	}
	req.Header.Set("Git-Protocol", "version=2")
	req.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	req.Header.Set("Accept", resultType)
	if m.loc.token != "" {
		req.SetBasicAuth(tokenUser, m.loc.token)
	}
	// Redirects are left to go-git, which knows where the token may follow.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return refList{}, err
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != resultType {
		return refList{}, fmt.Errorf("status %d with content of type %q", res.StatusCode, kind)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxListBytes))
	if err != nil {
		return refList{}, err
	}
	return parseLsRefs(body, prefixes...)
}

// parseLsRefs parses the answer: lines "hash name", and for HEAD
// "hash HEAD symref-target:name", and a flush packet that ends them.
func parseLsRefs(body []byte, prefixes ...string) (refList, error) {
	out := newRefList(prefixes...)
	for {
		if len(body) < 4 {
			return refList{}, errNotV2
		}
		if string(body[:4]) == flush {
			return out, nil
		}
		size, err := strconv.ParseUint(string(body[:4]), 16, 16)
		if err != nil || size < 5 || int(size) > len(body) {
			return refList{}, errNotV2
		}
		line := bytes.TrimSuffix(body[4:size], []byte("\n"))
		body = body[size:]
		if !out.addLine(strings.Split(string(line), " ")) {
			return refList{}, errNotV2
		}
	}
}

// addLine adds the reference of a line, split at its spaces.
func (l *refList) addLine(fields []string) bool {
	if len(fields) < 2 {
		return false
	}
	h, ok := parseHash([]byte(fields[0]))
	if !ok {
		return false
	}
	if fields[1] != "HEAD" {
		l.add(fields[1], h)
		return true
	}
	l.headHash = h
	for _, attribute := range fields[2:] {
		if target, ok := strings.CutPrefix(attribute, "symref-target:"); ok {
			l.head = target
		}
	}
	return true
}
