package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/scaffold"
	"github.com/milepost-dev/milepost/schema"
	"github.com/milepost-dev/milepost/server"
	"github.com/milepost-dev/milepost/webhook"
)

// lookout is an organisation's server beside the stand-in for GitHub, at a
// moment that stays.
type lookout struct {
	t     *testing.T
	mu    sync.Mutex
	at    time.Time
	files map[string]string // of the repository
	hub   *fakehub.Hub
	repo  *fakehub.Repo
	pages string // the server's address
}

// looked is the moment at which the pull requests are there.
var looked = time.Date(2027, 1, 5, 9, 30, 0, 0, time.UTC)

func (l *lookout) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

func (l *lookout) check(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// startLookout makes the repository, ten months ago, and runs the server as
// serve does.
func startLookout(t *testing.T) *lookout {
	t.Helper()
	l := &lookout{t: t, at: looked.AddDate(0, -10, 0), files: lookFiles(t)}
	var err error
	l.hub, err = fakehub.New(fakehub.Options{Dir: t.TempDir(), Now: l.now})
	l.check(err)
	srv := httptest.NewServer(l.hub.Handler())
	t.Cleanup(srv.Close)
	l.hub.SetURL(srv.URL)
	l.repo, err = l.hub.CreateRepo(demoOwner, demoName, fakehub.RepoOptions{Files: l.files})
	l.check(err)
	l.repo.Protect("main", fakehub.Protection{Required: []string{webhook.CheckName}})
	l.mu.Lock()
	l.at = looked
	l.mu.Unlock()
	public, err := listen("127.0.0.1:0")
	l.check(err)
	l.pages = "http://" + public.Addr().String()
	app := l.hub.App()
	l.hub.SetWebhook(l.pages+server.WebhookPath, app.WebhookSecret)
	gh, err := webhook.Connect(webhook.Account{Repository: demoOwner + "/" + demoName, BaseURL: srv.URL, AppID: int64(app.ID), AppKey: webhook.NewSecret(string(app.KeyPEM)), Now: l.now})
	l.check(err)
	a := newApp(strings.NewReader(""), io.Discard, io.Discard)
	a.dir, a.branch, a.cache = "frameworks", "main", t.TempDir()
	r, err := a.assemble(t.Context(), server.Options{Local: true, Now: l.now},
		webhook.Options{GitHub: gh, Secrets: []webhook.Secret{webhook.NewSecret(app.WebhookSecret)}, ServerURL: l.pages, Release: true}, false)
	l.check(err)
	r.at.public, r.every = public, time.Minute
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- unlessOver(ctx, l.hub.Run(ctx)) }()
	go func() { ended <- unlessOver(ctx, a.runServer(ctx, r)) }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if err := r.repo.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// lookFiles are an organisation's two frameworks, with house rules, and with a
// slip that one of the pull requests mends.
func lookFiles(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	names, err := scaffold.Write(dir, scaffold.Options{Organisation: "Example Company", Schema: schema.FS})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(n)))
		if err != nil {
			t.Fatal(err)
		}
		files[n] = string(b)
	}
	swap(t, files, "frameworks/organisation.cue", "timeZone: \"UTC\"\n", "timeZone: \"Europe/Berlin\"\n\thouseRules: notice: days: 30\n")
	swap(t, files, demoFile, "patiently", "patienly")
	files[skillsFile] = skillsText
	return files
}

const (
	skillsFile = "frameworks/design-skills/framework.cue"
	skillsText = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "design-skills"
	kind:  "competency-model"
	title: "Design skills"
	owners: ["design-team"]
	order: competencies: ["research", "writing"]
	competencies: {research: title: "Research", writing: title: "Writing"}
	levels: working: {
		rank: 1
		titles: [{text: "Working knowledge"}]
		summary: "Does it with help."
		expectations: {
			research: items: ["Prepares interviews with a colleague", "Takes notes that others can use"]
			writing: items: ["Writes short texts in plain words"]
		}
	}
	levels: expert: {
		rank: 2
		titles: [{text: "Expert"}]
		summary: "Does it alone, and teaches it."
		expectations: {
			research: items: ["Plans studies that answer what the team needs to decide"]
			writing: items: ["Edits the texts of others so that they learn from it"]
		}
	}
}
`
)

// swap replaces a text in one of the files.
func swap(t *testing.T, files map[string]string, name, old, now string) {
	t.Helper()
	if strings.Count(files[name], old) != 1 {
		t.Fatalf("%s has %q %d times", name, old, strings.Count(files[name], old))
	}
	files[name] = strings.Replace(files[name], old, now, 1)
}

// lookPull is a pull request to look at.
type lookPull struct {
	name, title, fork string
	draft             bool
	change            func(t *testing.T, files map[string]string)
	conclusion        string // of the check
	number            int
}

const lookDates = "\teffective: \"2027-03-01\"\n\tpublish:   \"2027-01-20\"\n\trelease: {why: \"New colleagues said that nobody had shown them around.\", contact: \"people-team\", promotionsUnderWay: \"They go on by the text before.\"}\n"

// lookPulls are the six that people meet.
func lookPulls() []*lookPull {
	typo := func(t *testing.T, f map[string]string) { swap(t, f, demoFile, "patienly", "patiently") }
	return []*lookPull{
		{name: "wording", title: "Mend a slip of the pen", conclusion: "success", change: typo},
		{name: "asks-more", title: "Engineers help new colleagues", conclusion: "failure", change: func(t *testing.T, f map[string]string) {
			swap(t, f, demoFile, "find answers themselves\"\n", "find answers themselves\"\n"+demoRight)
		}},
		{name: "syntax", title: "Engineers share what they learn", conclusion: "failure", change: func(t *testing.T, f map[string]string) {
			swap(t, f, demoFile, "find answers themselves\"\n", "find answers themselves\"\n\t\t\t\"Shares with the team what a project taught\n")
			swap(t, f, path.Dir(demoFile)+"/l3.cue", "titles:", "titels:")
		}},
		{name: "two-frameworks", title: "Clearer words for research and mentoring", conclusion: "success", change: func(t *testing.T, f map[string]string) {
			typo(t, f)
			swap(t, f, skillsFile, `["Prepares interviews with a colleague", "Takes notes that others can use"]`, `["Prepares interviews with a colleague"]`)
		}},
		{name: "fork", title: "Say what is shared", fork: "mara", conclusion: "success", change: func(t *testing.T, f map[string]string) {
			swap(t, f, path.Dir(demoFile)+"/l3.cue", `summary: "Leads demanding work that several people build together."`, `summary: "Leads demanding work that several teams build together."`)
		}},
		{name: "edition", title: "The edition of March: helping new colleagues", conclusion: "success", change: func(t *testing.T, f map[string]string) {
			for name, text := range maps.Clone(f) {
				if rest, ok := strings.CutPrefix(name, "frameworks/"+demoLadder+"/"); ok {
					f["frameworks/next/"+demoLadder+"/"+rest] = text
				}
			}
			swap(t, f, "frameworks/next/"+demoLadder+"/framework.cue", "\tkind: ", lookDates+"\tkind: ")
			swap(t, f, "frameworks/next/"+demoLadder+"/l2.cue", "find answers themselves\"\n", "find answers themselves\"\n"+demoRight)
		}},
	}
}

// open opens a pull request with what it changes.
func (l *lookout) open(p *lookPull) {
	l.t.Helper()
	files := maps.Clone(l.files)
	p.change(l.t, files)
	maps.DeleteFunc(files, func(name, text string) bool { return l.files[name] == text })
	var err error
	p.number, err = l.repo.OpenPull(fakehub.PullOptions{Branch: p.name, Files: files, Title: p.title, Author: "hanna", Fork: p.fork, Draft: p.draft})
	l.check(err)
	l.check(l.repo.ComputeMerges())
}

// until waits until something is true of the stand-in.
func (l *lookout) until(what string, is func(fakehub.RepoState) bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 3*time.Minute)
	defer cancel()
	for {
		s, err := l.repo.State()
		l.check(err)
		if is(s) {
			return
		}
		select {
		case <-ctx.Done():
			l.t.Fatalf("it never came: %s; violations: %v", what, l.hub.Violations())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// checked waits until a pull request has its check and its comment.
func (l *lookout) checked(p *lookPull) {
	l.t.Helper()
	l.until(fmt.Sprintf("%s: %s", p.name, p.conclusion), func(s fakehub.RepoState) bool {
		done, said := false, false
		for _, k := range s.Checks {
			done = done || k.Head == headOf(s, p.number) && k.Conclusion == p.conclusion
		}
		for _, c := range s.Comments {
			said = said || c.Pull == p.number
		}
		return done && said
	})
}
