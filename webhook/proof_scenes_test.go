package webhook

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// scenes are all that people do.
func scenes() []*scene {
	var they people
	one := files(gittest.Ladder("a", "One"))
	return []*scene{
		{name: "merged", files: one, acts: []func(*play){they.begins, they.opens("topic", gittest.Ladder("a", "Two")), they.merges("topic", fakehub.MergeCommit)}},
		{name: "mended", files: one, from: 1, acts: []func(*play){they.begins, they.opens("topic", bad("b")), they.mends("topic")}},
		{name: "fork", files: one, from: 1, acts: []func(*play){they.begins, they.forks, they.forksAnew}},
		{name: "merge queue", files: one, from: 2, acts: []func(*play){they.begins, they.protects, they.queues}},
		{name: "edition", files: one, from: 1, acts: []func(*play){they.opens("topic", gittest.Ladder("a", "Two")), they.dates, they.waitsADay}},
		{name: "branch moves", files: files(gittest.Ladder("a", "One"), gittest.Ladder("b", "One")), from: 2, acts: []func(*play){they.opensTwo, they.pushes, they.turnsBack}},
		{name: "life", files: one, from: 1, acts: []func(*play){they.opens("topic", gittest.Ladder("a", "Two")), they.closes, they.reopens, they.drafts, they.retargets, they.readies}},
		{name: "rebased", files: one, from: 1, acts: []func(*play){they.opensSteps, they.merges("topic", fakehub.Rebase)}},
		{name: "two comments", files: one, from: 2, acts: []func(*play){they.opens("topic", bad("b")), they.commentTwice, they.mends("topic")}},
		{name: "two suggestions", files: one, from: 2, acts: []func(*play){they.opens("topic", bad("b")), they.suggestTwice, they.errsAgain}},
		{name: "token, merged", plain: true, files: one, from: 1, acts: []func(*play){they.begins, they.opens("topic", gittest.Ladder("a", "Two")), they.merges("topic", fakehub.Squash)}},
		{name: "token, mended", plain: true, files: one, from: 1, acts: []func(*play){they.begins, they.opens("topic", bad("b")), they.mends("topic")}},
	}
}

// people are who acts in scenes.
type people struct{}

// begins is the start, at which nobody does anything.
func (they people) begins(*play) {}

func (p *play) opened(o fakehub.PullOptions) {
	p.t.Helper()
	n, err := p.repo.OpenPull(o)
	p.check(err)
	p.pulls[o.Branch] = n
}

func (p *play) pushed(branch string, files map[string]string) {
	p.t.Helper()
	_, err := p.repo.Push(branch, files)
	p.check(err)
}

func (they people) opens(branch string, files map[string]string) func(*play) {
	return func(p *play) { p.opened(fakehub.PullOptions{Branch: branch, Files: files}) }
}

// merges has a pull request approved and merged.
func (they people) merges(branch, method string) func(*play) {
	return func(p *play) {
		_, err := p.repo.Review(p.pulls[branch], "bea", "APPROVE", "")
		p.check(err)
		_, err = p.repo.MergePull(p.pulls[branch], method)
		p.check(err)
	}
}

// mends puts a right text in the place of a wrong one, by a forced push.
func (they people) mends(branch string) func(*play) {
	return func(p *play) {
		_, err := p.repo.PushAs(fakehub.PushOptions{Branch: branch, Files: gittest.Ladder("b", "Begins"), Onto: p.repo.Head("main")})
		p.check(err)
	}
}

// commentTwice: another copy of the service commented at the same moment.
func (they people) commentTwice(p *play) {
	p.check(p.s.gh.createComment(p.t.Context(), p.pulls["topic"], Marker+"\nSaid at the same moment."))
}

// suggestTwice: another copy of the service suggested the same at the same moment.
func (they people) suggestTwice(p *play) {
	me, err := p.s.gh.login(p.t.Context())
	p.check(err)
	have, err := p.s.gh.suggested(p.t.Context(), p.pulls["topic"], me)
	p.check(err)
	var again []Suggestion
	for k := range have {
		again = append(again, Suggestion{Path: k.path, StartLine: k.line, Line: k.line, Body: k.body})
	}
	if len(again) != 1 {
		p.t.Fatalf("there are %d suggestions", len(again))
	}
	p.check(p.s.gh.suggest(p.t.Context(), p.pulls["topic"], p.repo.Head("topic"), again))
}

// errsAgain adds a second mistake.
func (they people) errsAgain(p *play) { p.pushed("topic", bad("c")) }

// forks: one who may not write proposes a change from a copy.
func (they people) forks(p *play) {
	p.opened(fakehub.PullOptions{Branch: "theirs", Files: bad("a"), Fork: "stranger", Author: "stranger"})
}

// forksAnew: the copy's branch is put on another commit.
func (they people) forksAnew(p *play) {
	_, err := p.hub.Repo("stranger", "careers").PushAs(fakehub.PushOptions{Branch: "theirs", Files: gittest.Ladder("a", "Two"), Onto: "main", By: "stranger"})
	p.check(err)
}

func (they people) level(name string) map[string]string {
	return map[string]string{"frameworks/a/" + name + ".cue": fmt.Sprintf("package framework\n\nframework: levels: %s: {rank: 3, code: %q, titles: [{text: \"Lead\"}], expectations: craft: items: [\"Leads\"]}\n", name, name)}
}

// protects: nothing is merged without the check, and two are ready for it,
// each right and both together wrong.
func (they people) protects(p *play) {
	p.repo.Protect("main", fakehub.Protection{Required: []string{CheckName}})
	for _, name := range []string{"l3", "x3"} {
		p.opened(fakehub.PullOptions{Branch: name, Files: they.level(name)})
	}
}

// queues puts both into the merge queue.
func (they people) queues(p *play) {
	for _, name := range []string{"l3", "x3"} {
		p.must(func() error { return p.repo.Enqueue(p.pulls[name]) })
	}
}

// dates gives the branch an edition that has a day, beside a pull request.
func (they people) dates(p *play) {
	const name = "/framework.cue"
	text := gittest.Ladder("a", "Next")["frameworks/a"+name]
	p.pushed("main", map[string]string{"frameworks/next/a" + name: strings.Replace(text, "	title:", "	effective: \"2027-01-06\"\n	title:", 1)})
}

// waitsADay: the day comes, and no delivery tells of it. What looks at
// everything every few minutes does.
func (they people) waitsADay(p *play) {
	p.later(24 * time.Hour)
	p.queue.Add(Hint{Key: keyAll})
}

func (they people) opensTwo(p *play) {
	p.opened(fakehub.PullOptions{Branch: "a2", Files: gittest.Ladder("a", "Two")})
	p.opened(fakehub.PullOptions{Branch: "b2", Files: gittest.Ladder("b", "Two")})
}

// more is a change that fits beside every text of a framework.
func (they people) more(id string) map[string]string {
	return map[string]string{"frameworks/" + id + "/more.cue": "package framework\n\nframework: summary: \"All of it.\"\n"}
}

// pushes moves the branch below the pull requests.
func (they people) pushes(p *play) {
	p.was["main"] = p.repo.Head("main")
	p.pushed("main", they.more("a"))
}

// turnsBack takes the branch back by force, and puts something else on it. The
// tag that was made stands beside it then.
func (they people) turnsBack(p *play) {
	_, err := p.repo.PushAs(fakehub.PushOptions{Branch: "main", Files: they.more("b"), Onto: p.was["main"]})
	p.check(err)
}

func (they people) closes(p *play)  { p.check(p.repo.ClosePull(p.pulls["topic"])) }
func (they people) reopens(p *play) { p.check(p.repo.ReopenPull(p.pulls["topic"])) }
func (they people) drafts(p *play)  { p.check(p.repo.SetDraft(p.pulls["topic"], true)) }
func (they people) readies(p *play) { p.check(p.repo.SetDraft(p.pulls["topic"], false)) }

// strict are house rules that the pull request does not keep.
func (they people) strict() map[string]string {
	out := files()
	out[org] = strings.Replace(out[org], "timeZone:", "houseRules: prose: forbid: [\"Two\"]\n\ttimeZone:", 1)
	return out
}

func (they people) retargets(p *play) {
	p.pushed("strict", they.strict())
	p.check(p.repo.Retarget(p.pulls["topic"], "strict"))
}

// opensSteps opens a pull request of two commits, each a version by itself.
func (they people) opensSteps(p *play) {
	p.pushed("topic", gittest.Ladder("a", "Two"))
	p.pushed("topic", they.with(gittest.Ladder("a", "Two"), they.more("a")))
	p.opened(fakehub.PullOptions{Branch: "topic"})
}

func (they people) with(texts ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, t := range texts {
		maps.Copy(out, t)
	}
	return out
}
