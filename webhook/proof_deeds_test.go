package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// deed is what somebody does at the very moment of a call.
type deed struct {
	name string
	do   func(*play)
	end  int                                       // that it comes to
	last string                                    // the last call, by its method and route, at which it is done; "" is any
	like func(fakehub.RepoState) fakehub.RepoState // what of the end is compared [all]
}

// The ends that a deed comes to.
const (
	asInQuiet = iota // as when it is done between two steps
	asWithout        // as if it was not done, but for what like leaves out
	asAtFirst        // as when it is done at the first call
)

// stage is a scene whose last act but one is disturbed by deeds. In the last
// nobody does anything.
type stage struct {
	scene *scene
	deeds []deed
}

func stages() []stage {
	var they people
	one := files(gittest.Ladder("a", "One"))
	checks := &scene{name: "a check", files: one, from: 1, acts: []func(*play){they.prepares, they.opensTopic, they.begins}}
	day := &scene{name: "a check before a day", files: one, from: 2, acts: []func(*play){they.prepares, they.dates, they.opensTopic, they.begins}}
	merge := &scene{name: "a merge", files: one, from: 2, acts: []func(*play){they.begins, they.opens("topic", gittest.Ladder("a", "Two")), they.merges("topic", fakehub.Squash), they.begins}}
	to := func(ref, branch string) func(*play) {
		return func(p *play) { p.check(p.repo.SetRef("refs/heads/"+ref, p.repo.Head(branch))) }
	}
	return []stage{
		{checks, []deed{
			{name: "the head moves on", do: to("topic", "later")},
			{name: "the head is put elsewhere", do: to("topic", "anew")},
			{name: "it is closed", do: they.closes},
			{name: "it is closed and opened", do: func(p *play) { they.closes(p); they.reopens(p) }},
			{name: "it becomes a draft", do: they.drafts},
			{name: "it goes into another branch", do: func(p *play) { p.check(p.repo.Retarget(p.pulls["topic"], "strict")) }},
			{name: "it is merged", do: func(p *play) { p.merged("topic", fakehub.Squash) }},
			{name: "its branch is gone", do: func(p *play) { p.check(p.repo.SetRef("refs/heads/topic", "")) }},
			{name: "its base moves on", do: to("main", "ahead")},
			{name: "its base is put elsewhere", do: to("main", "aside")},
			{name: "the comment is deleted", do: they.silence},
		}},
		{day, []deed{{name: "an edition's day comes", do: func(p *play) { p.clock.pass(24 * time.Hour); p.at = p.at.Add(24 * time.Hour) }}}},
		{merge, []deed{
			{name: "somebody makes the same tag", do: they.tagsToo, end: asWithout, like: anyTagger},
			{name: "somebody makes another tag of that name", do: they.tagsWrong, end: asAtFirst, last: "POST /repos/{owner}/{repo}/git/refs"},
			{name: "somebody makes the release", do: they.releasesToo, end: asWithout, like: anyRelease},
		}},
	}
}

// prepares has branches ready that others can be put on.
func (they people) prepares(p *play) {
	first := p.repo.Head("main")
	p.pushed("strict", they.strict())
	p.pushed("aside", they.more("b"))
	p.pushed("ahead", they.more("a"))
	p.pushed("topic", gittest.Ladder("a", "Two"))
	for branch, onto := range map[string]string{"later": p.repo.Head("topic"), "anew": first} {
		_, err := p.repo.PushAs(fakehub.PushOptions{Branch: branch, Files: gittest.Ladder("a", "Other"), Onto: onto})
		p.check(err)
	}
}

func (they people) opensTopic(p *play) { p.opened(fakehub.PullOptions{Branch: "topic"}) }

func (p *play) merged(branch, method string) {
	_, err := p.repo.MergePull(p.pulls[branch], method)
	p.check(err)
}

// silence deletes the comment, if there is one.
func (they people) silence(p *play) {
	if out, err := p.asks("GET", fmt.Sprintf("issues/%d/comments", p.pulls["topic"]), nil); err == nil {
		var all []struct{ ID int }
		p.check(json.Unmarshal(out, &all))
		for _, m := range all {
			p.check(p.repo.DeleteComment(m.ID))
		}
	}
}

// tagsToo makes the tag that the service makes, as another copy of it would.
func (they people) tagsToo(p *play) {
	// Where it is there already, this one is too late.
	_, _ = p.repo.Git("-c", "user.name=ada", "-c", "user.email=ada@example.com", "tag", "-a", "--cleanup=verbatim", "-m", p.text, tagOfTwo, "refs/heads/main")
}

const tagOfTwo = "frameworks/a/v1.1.0"

// tagsWrong makes a tag of that name that says nothing.
func (they people) tagsWrong(p *play) {
	p.check(p.repo.SetRef("refs/tags/"+tagOfTwo, "refs/heads/main"))
}

// releasesToo makes the release of a tag, if that is there.
func (they people) releasesToo(p *play) {
	if _, err := p.asks("GET", "git/ref/tags/"+tagOfTwo, nil); err == nil {
		_, _ = p.asks("POST", "releases", map[string]any{"tag_name": tagOfTwo, "name": "Theirs", "body": "By hand"})
	}
}

// asks asks something of the API as a person.
func (p *play) asks(method, path string, body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil || body == nil {
		b = nil
	}
	req, err := http.NewRequest(method, p.url+"/repos/acme/careers/"+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.hub.UserToken("bea"))
	req.Header.Set("Content-Type", "application/json")
	was := p.armed
	p.armed = false // this is not the service's call
	defer func() { p.armed = was }()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %d", method, path, res.StatusCode)
	}
	return out, err
}

// anyTagger leaves out who made tags.
func anyTagger(s fakehub.RepoState) fakehub.RepoState {
	s.Tags = slices.Clone(s.Tags)
	for i := range s.Tags {
		s.Tags[i].Tagger, s.Tags[i].Message = "", strings.TrimSpace(s.Tags[i].Message)
	}
	return s
}

// anyRelease leaves out what releases say.
func anyRelease(s fakehub.RepoState) fakehub.RepoState {
	s.Releases = slices.Clone(s.Releases)
	for i := range s.Releases {
		s.Releases[i].Name, s.Releases[i].Body = "", ""
	}
	return s
}

// meanwhile has each deed done at each call of an act in turn. By default some
// of them are done, each at one call.
func (q *proof) meanwhile(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, s := range stages() {
		without := perform(t, s.scene, variant{cache: q.cache})
		at := spots(without.calls)
		for _, d := range s.deeds {
			if proven() == aFew && r.IntN(7) > 0 {
				continue
			}
			if d.last != "" {
				at = at[:1+slices.IndexFunc(at, func(c spot) bool { return c.kind() == d.last })]
			}
			want, here := q.quietly(t, s.scene, d, without, at[0]), at
			if proven() != entire {
				here = []spot{at[r.IntN(len(at))]}
			}
			for _, c := range here {
				t.Run(fmt.Sprintf("%s, %s, %s", s.scene.name, d.name, c), func(t *testing.T) {
					t.Parallel()
					q.try(t, "meanwhile: "+d.name, s.scene, d.at(c, without.state), want)
				})
			}
		}
	}
}

// at does a deed at a call.
func (d deed) at(c spot, without fakehub.RepoState) variant {
	return variant{like: d.like, begin: func(p *play) { p.text = messageOf(without) }, hook: once(c, fakehub.Before, d.do)}
}

// quietly is the end that a deed is to come to.
func (q *proof) quietly(t *testing.T, sc *scene, d deed, without ending, first spot) ending {
	t.Helper()
	v := variant{cache: q.cache}
	switch d.end {
	case asWithout:
		return without
	case asAtFirst:
		v = d.at(first, without.state)
		v.cache = q.cache
	default:
		v.after = func(p *play, act int) {
			if act == sc.from {
				d.do(p)
				p.step()
			}
		}
	}
	return perform(t, sc, v)
}

// messageOf is what the tag says that the merge leads to.
func messageOf(s fakehub.RepoState) string {
	for _, tag := range s.Tags {
		if tag.Name == tagOfTwo {
			return tag.Message
		}
	}
	return ""
}
