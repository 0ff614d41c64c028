package fakehub

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// The pages are for people who want to see what happens: a look of their own,
// whole without scripts, and no login. Reading them is no call, so that who
// watches changes nothing.

//go:embed pages
var pageFiles embed.FS

var (
	pageStyle  = mustPage("style.css")
	pageScript = mustPage("script.js")
	pageTree   = template.Must(template.New("pages").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(pageStyle) },
		"script": func() template.JS { return template.JS(pageScript) },
		"brief":  brief,
		"when":   func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05 UTC") },
		"stamp":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(pageFiles, "pages/*.html"))
	pageRules = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'sha256-" + hashOf(pageScript) + "'"
)

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// mustPage reads a file that is part of the program.
func mustPage(name string) string {
	b, err := pageFiles.ReadFile("pages/" + name)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// page is what every page has.
type page struct {
	Title string
	Repo  string // owner/name, "" on the list of all
}

var pagePath = regexp.MustCompile(`^/([^/]+)/([^/]+)(?:/(pull|runs)/([0-9]{1,9})|/(releases)(?:/tag/.+)?)?$`)

// servePage answers what people look at, and says whether it did. Addresses of
// the API go first.
func (h *Hub) servePage(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if op, _ := h.desc.find(http.MethodGet, r.URL.EscapedPath()); op != nil {
		return false
	}
	name, data, err := h.page(r.URL.Path)
	if name == "" && err == nil {
		return false
	}
	var b bytes.Buffer
	if err == nil {
		err = pageTree.ExecuteTemplate(&b, name, data)
	}
	if err != nil {
		http.Error(w, "The stand-in for GitHub cannot show this: "+err.Error(), http.StatusInternalServerError)
		return true
	}
	for key, v := range map[string]string{"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pageRules, "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		w.Header().Set(key, v)
	}
	// Who went away does not wait for an answer.
	_, _ = w.Write(b.Bytes())
	return true
}

// page finds what a path shows: a template and what it is made of, "" for
// nothing.
func (h *Hub) page(path string) (name string, data any, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if path == "/" {
		return "repositories", h.repositoriesPage(), nil
	}
	m := pagePath.FindStringSubmatch(path)
	if m == nil {
		return "", nil, nil
	}
	r := h.repos[repoKey(m[1], m[2])]
	if r == nil {
		return "", nil, nil
	}
	switch {
	case m[5] != "":
		data, err = r.releasesPage()
		return "releases", data, err
	case m[3] == "":
		data, err = r.repoPage()
		return "repository", data, err
	}
	p, is := r.pulls.get(atoi(m[4]))
	if m[3] == "runs" {
		k, _ := r.checks.get(atoi(m[4]))
		p, is = r.pullOf(k.head)
	}
	if !is {
		return "", nil, nil
	}
	data, err = r.pullPage(p)
	return "pull", data, err
}

// pullOf is the newest pull request with a commit as its head.
func (r *Repo) pullOf(head string) (found pull, is bool) {
	for _, p := range r.pulls.list(now) {
		if p.headSHA == head {
			found, is = p, true
		}
	}
	return found, is
}

type repositoriesPage struct {
	page
	Repositories []string
}

func (h *Hub) repositoriesPage() repositoriesPage {
	out := repositoriesPage{page: page{Title: "Repositories"}}
	for _, r := range h.reposOf("") {
		out.Repositories = append(out.Repositories, r.FullName())
	}
	return out
}

// pullLine is a pull request in a list, and at the head of its own page.
type pullLine struct {
	Number int
	Name   string
	Author string
	Head   string // the branch, with the owner of a fork before it
	Base   string
	Made   time.Time
	State  string // open, draft, merged or closed
	Check  string // how the newest check of each name went, in words
}

func (r *Repo) pullLine(p pull) pullLine {
	out := pullLine{Number: p.number, Name: p.title, Author: p.author, Head: p.headRef, Base: p.baseRef, Made: p.made, State: p.state}
	if p.headRepo != r {
		out.Head = p.headRepo.owner + ":" + p.headRef
	}
	switch {
	case p.merged:
		out.State = "merged"
	case p.state == "open" && p.draft:
		out.State = "draft"
	}
	var words []string
	for _, k := range r.checksAt(p.headSHA) {
		words = append(words, k.name+": "+conclusionWords(k))
	}
	for _, m := range r.marksAt(p.headSHA, now) {
		words = append(words, m.context+": "+m.state)
	}
	out.Check = strings.Join(words, "; ")
	return out
}

// checksAt are the newest check runs of a commit, one for each name.
func (r *Repo) checksAt(head string) []check {
	newest := map[string]check{}
	for _, k := range r.checks.list(now) {
		if k.head == head {
			newest[k.name] = k
		}
	}
	var out []check
	for _, name := range sortedKeys(newest) {
		out = append(out, newest[name])
	}
	return out
}

func conclusionWords(k check) string {
	if k.status != "completed" {
		return strings.ReplaceAll(k.status, "_", " ")
	}
	return k.conclusion
}

type releaseLine struct {
	Tag, Name, Author string
	At                time.Time
	Text              prose
}

type releasesPage struct {
	page
	Releases []releaseLine
}

func (r *Repo) releasesPage() (releasesPage, error) {
	out := releasesPage{page: page{Title: "Releases of " + r.FullName(), Repo: r.FullName()}}
	for _, v := range r.releases.list(now) {
		if !v.draft {
			out.Releases = append([]releaseLine{{v.tag, v.name, v.author, v.published, newProse(v.body)}}, out.Releases...)
		}
	}
	return out, nil
}

type tagLine struct{ Name, Commit, Message string }

// told is an event that was sent, or is about to be.
type told struct {
	At            time.Time
	What, Outcome string
	Again         bool
}

type repoPage struct {
	page
	CloneURL  string
	Pulls     []pullLine
	Tags      []tagLine
	Releases  []releaseLine
	Happened  []happened
	Delivered []told
}

// maxShown is how much of a list of what happened is shown, the newest of it.
const maxShown = 200

func (r *Repo) repoPage() (repoPage, error) {
	out := repoPage{page: page{Title: r.FullName(), Repo: r.FullName()}, CloneURL: r.html(".git"), Happened: r.happenings(func(happening) bool { return true })}
	for i, is := range out.Happened {
		if is.Number != 0 {
			out.Happened[i].Pull = fmt.Sprintf("/%s/pull/%d", r.FullName(), is.Number)
		}
	}
	for _, p := range r.pulls.list(now) {
		out.Pulls = append([]pullLine{r.pullLine(p)}, out.Pulls...)
	}
	for _, ref := range sortedKeys(r.refs) {
		name, is := strings.CutPrefix(ref, "refs/tags/")
		if !is {
			continue
		}
		t, err := r.tagState(name, r.refs[ref])
		if err != nil {
			return out, err
		}
		out.Tags = append(out.Tags, tagLine{name, brief(t.Commit), t.Message})
	}
	releases, err := r.releasesPage()
	out.Releases = releases.Releases
	for _, d := range append(r.hub.sent[max(0, len(r.hub.sent)-maxShown):len(r.hub.sent):len(r.hub.sent)], r.hub.pending...) {
		if d.Repo == r.FullName() {
			out.Delivered = append(out.Delivered, d.told())
		}
	}
	return out, err
}

func (d *delivery) told() told {
	out := told{At: d.At, What: strings.TrimSuffix(d.Event+" "+d.Action, " "), Outcome: "on its way", Again: d.Redelivery}
	switch {
	case d.Error != "":
		out.Outcome = d.Error
	case d.Sent:
		out.Outcome = fmt.Sprintf("answered with %d", d.StatusCode)
	}
	return out
}

// happened is something that was done, as a page shows it.
type happened struct {
	At       time.Time
	By, What string
	Pull     string // the address of the pull request, where a page is not about one alone
	Number   int    // of it
}

func (r *Repo) happenings(of func(happening) bool) []happened {
	var out []happened
	for _, is := range r.happened {
		if of(is) {
			out = append(out, happened{At: is.at, By: is.by, What: is.what, Number: is.pull})
		}
	}
	return out[max(0, len(out)-maxShown):]
}
