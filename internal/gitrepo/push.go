package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/memory"
)

const (
	// maxPushes is how often a tag is asked for when no answer arrives.
	maxPushes = 3
	// maxLooks is how often it is looked for after the remote has refused it:
	// who lost a race can be told so before the winner's tag is there.
	maxLooks = 4
	// firstPause and longestPause are those between one look and the next; each
	// is twice the one before.
	firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second
	// maxSaidBytes caps what is kept of the messages of the remote's hooks.
	maxSaidBytes = 4 << 10
)

// TagOptions say where a tag is made.
type TagOptions struct {
	// Location is a path inside a local repository or a URL, as for Options.
	Location string
	// Token is as for Options. It must allow to write.
	Token string
	// Timeout caps how long all of it takes. [2 minutes]
	Timeout time.Duration
}

// Outcome is whose tag it is that is there.
type Outcome struct {
	// Won says that it is the one that was to be made.
	Won bool
	// Tag is the tag that is there. Of somebody else's the content can be
	// missing, and then it has a Problem; of one that is not annotated, Target
	// is not told.
	Tag Tag
}

// PushTag makes an annotated tag in a repository, unless there is one of that
// name: of any number who try, one wins, and no tag is ever moved. The commit
// must be there. Nothing but the tag is sent, and no clone is needed; the
// command "create this, if there is nothing" goes to git receive-pack, which
// for paths and file URLs is the machine's own git command.
//
// Whatever the remote answers but that it did it, the tag is then looked for,
// again and again if that does not work at once, and it is won if and only if
// this very object is there. An answer that was lost loses nothing.
//
// Errors are of the kinds ErrTag, ErrRefused, ErrUnknown and ErrNoGit, and for
// the location those of Open. After all but ErrUnknown the tag was not there
// when it was last looked for.
func PushTag(ctx context.Context, opts TagOptions, tag NewTag) (Outcome, error) {
	loc, err := tagLocation(opts)
	if err != nil {
		return Outcome{}, err
	}
	object, err := tag.encode()
	if err != nil {
		return Outcome{}, err
	}
	if opts.Timeout <= 0 {
		opts.Timeout = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	p := &push{
		loc: loc, name: tag.Name, object: object, hash: plumbing.ComputeHash(plumbing.TagObject, object),
	}
	if p.pack, err = packOf(object); err != nil {
		return Outcome{}, fmt.Errorf("packing the tag %q: %w", tag.Name, err)
	}
	return p.run(ctx)
}

// tagLocation is where a tag is made; of a local repository the directory that
// all its working trees share.
func tagLocation(opts TagOptions) (location, error) {
	loc, err := parseLocation(opts.Location, opts.Token)
	if err != nil || loc.path == "" {
		return loc, err
	}
	dirs, err := discover(loc.path)
	if err != nil {
		return loc, err
	}
	at := dirs.common
	if dirs.git == dirs.common {
		at = dirs.place()
	}
	return location{path: at}, dirs.check()
}

// packOf is a pack of one tag.
func packOf(object []byte) ([]byte, error) {
	st := memory.NewStorage()
	o := st.NewEncodedObject()
	o.SetType(plumbing.TagObject)
	w, err := o.Writer()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(object); err != nil {
		return nil, err
	}
	h, err := st.SetEncodedObject(o)
	if err != nil {
		return nil, err
	}
	var pack bytes.Buffer
	_, err = packfile.NewEncoder(&pack, st, false).Encode([]plumbing.Hash{h}, 0)
	return pack.Bytes(), err
}

// push is a tag on its way.
type push struct {
	loc    location
	name   string
	object []byte
	pack   []byte
	hash   plumbing.Hash

	pushes int   // how often it was asked for
	rounds int   // how often it was looked for since
	looks  int   // how often that worked
	final  bool  // the remote refuses it: there is no use in asking again
	failed error // how the last request ended
}

// run goes on until it is known whose tag there is, or that it will be none.
func (p *push) run(ctx context.Context) (Outcome, error) {
	for pause := firstPause; ; {
		held, err := p.round(ctx)
		switch {
		case held == p.hash:
			t := Tag{Name: p.name, Object: held.String()}
			t.fill(p.object)
			return Outcome{Won: true, Tag: t}, nil
		case !held.IsZero():
			return Outcome{Tag: p.winner(ctx, held)}, nil
		case p.pushes == 0, errors.Is(err, ErrTag):
			return Outcome{}, err
		case p.looks == maxLooks:
			return Outcome{}, p.failed
		case p.rounds == 0:
			continue // look at once
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return Outcome{}, p.unknown(ctx)
		}
		pause = min(2*pause, longestPause)
	}
}

func (p *push) unknown(ctx context.Context) error {
	why := p.failed
	if errors.Is(ctx.Err(), context.Canceled) {
		why = context.Canceled
	}
	return &Error{Kind: ErrUnknown, Err: why, Text: fmt.Sprintf(
		"it is not known whether the tag %q was made (%v): look for it, or try again", p.name, why)}
}

// answer is what came of a conversation.
type answer struct {
	held    plumbing.Hash // what the reference holds; zero if it is not there
	refusal string        // the remote's reason, if it gave one
	err     error
}

// round looks for the tag, and asks for it if it is not there and that may
// help: at first, and when an answer was lost and a look has shown that it is
// not there. It returns what the reference holds; an error that it could not be
// looked at, or an ErrTag.
func (p *push) round(ctx context.Context) (plumbing.Hash, error) {
	// One that hangs must leave time to look again.
	deadline, _ := ctx.Deadline()
	within, cancel := context.WithTimeout(ctx, time.Until(deadline)/maxPushes)
	defer cancel()
	ask := p.pushes == 0 || p.pushes < maxPushes && !p.final && p.looks > 0
	var asked gate
	a, ended := await(within, func() (answer, error) { return p.talk(within, ask, &asked), nil })
	if ended != nil {
		a = answer{err: ended}
	}
	if asked.close() {
		p.rounds++
		if a.err != nil {
			return a.held, p.explain(within, a.err)
		}
		p.looks++
		return a.held, nil
	}
	p.pushes++
	p.rounds, p.looks = 0, 0
	p.final = a.refusal != "" || isOneOf(a.err, transport.ErrAuthenticationRequired, transport.ErrAuthorizationFailed, transport.ErrRepositoryNotFound)
	if a.refusal != "" {
		p.failed = p.refused(a.refusal)
	} else {
		p.failed = p.explain(within, a.err)
	}
	return a.held, nil
}

// gate is passed by who asks for the tag, or closed by who no longer waits for
// it: whichever comes first.
type gate struct{ atomic.Bool }

func (g *gate) pass() bool  { return g.CompareAndSwap(false, true) }
func (g *gate) close() bool { return g.CompareAndSwap(false, true) }

// errNoAnswer says that the remote did not say what came of the request.
var errNoAnswer = errors.New("it does not say whether it made the tag")

// talk is one conversation with the remote. It passes the gate before it asks.
func (p *push) talk(ctx context.Context, ask bool, asked *gate) answer {
	c, end, err := p.loc.client()
	if err != nil {
		return answer{err: err}
	}
	session, err := c.NewReceivePackSession(end, p.loc.auth())
	if err != nil {
		return answer{err: err}
	}
	defer session.Close()
	there, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return answer{err: err}
	}
	if held := there.References[tagsPrefix+p.name]; !held.IsZero() {
		return answer{held: held}
	}
	if other := inTheWay(there, p.name); other != "" {
		return answer{err: badTag("%s has a tag %q, beside which Git can have none that is called %q: rename or delete it first", p.loc.display(), other, p.name)}
	}
	if !ask || !asked.pass() {
		return answer{}
	}
	said := &head{left: maxSaidBytes}
	report, err := session.ReceivePack(ctx, p.request(there.Capabilities, said))
	if report == nil {
		if err == nil {
			err = errNoAnswer
		}
		return answer{err: err}
	}
	return p.judge(report, said.String())
}

// inTheWay returns a tag whose name is the beginning of name, or begins with
// it, at a slash; "" if there is none.
func inTheWay(there *packp.AdvRefs, name string) string {
	var found []string
	for ref := range there.References {
		other, ok := strings.CutPrefix(ref, tagsPrefix)
		if ok && (strings.HasPrefix(name, other+"/") || strings.HasPrefix(other, name+"/")) {
			found = append(found, other)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// request is the command to make the tag, if there is none.
func (p *push) request(caps *capability.List, said io.Writer) *packp.ReferenceUpdateRequest {
	req := packp.NewReferenceUpdateRequestFromCapabilities(caps)
	for _, c := range []capability.Capability{capability.Sideband64k, capability.Quiet} {
		if caps.Supports(c) {
			_ = req.Capabilities.Set(c) // which fails for those with an argument
		}
	}
	req.Commands = []*packp.Command{{Name: plumbing.ReferenceName(tagsPrefix + p.name), New: p.hash}}
	req.Packfile = io.NopCloser(bytes.NewReader(p.pack))
	req.Progress = said
	return req
}

// judge says what a report means. One that does not speak of the tag is no
// answer to what was asked.
func (p *push) judge(report *packp.ReportStatus, said string) answer {
	status := ""
	for _, s := range report.CommandStatuses {
		if s.ReferenceName.String() == tagsPrefix+p.name {
			status = s.Status
		}
	}
	switch {
	case report.UnpackStatus != "ok":
		status = report.UnpackStatus
	case status == "ok":
		return answer{held: p.hash}
	case status == "":
		return answer{err: errNoAnswer}
	}
	if said = strings.TrimSpace(said); said != "" {
		status += ": " + said
	}
	return answer{refusal: status}
}

func (p *push) refused(reason string) error {
	text := fmt.Sprintf("%s refuses the tag %q (%s)", p.loc.display(), p.name, redact(errors.New(reason), p.loc.token))
	if strings.Contains(reason, "missing necessary objects") {
		text += ": the commit is not there yet, push its branch first"
	}
	return &Error{Kind: ErrRefused, Text: text}
}

// explain says what a failure means for who wants to write.
func (p *push) explain(ctx context.Context, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	err = p.loc.remoteError(ctx, err)
	if errors.As(err, &e) && e.Kind == ErrDenied {
		text := p.loc.display() + " lets nobody make tags without a token, and none was given"
		if p.loc.token != "" {
			text = p.loc.display() + " does not let this token make tags: it may have expired, or not allow to write"
		}
		return &Error{Kind: ErrDenied, Text: text, Err: e.Err}
	}
	return err
}

// head keeps the first bytes that are written to it.
type head struct {
	strings.Builder
	left int
}

func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	_, _ = h.Builder.Write(p[:n]) // which never fails
	return len(p), nil
}
