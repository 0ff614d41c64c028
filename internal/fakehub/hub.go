package fakehub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Options are what a hub is made with. The zero value of each has a meaning.
type Options struct {
	// Dir is where the bare repositories are made. "" makes a temporary
	// directory, which Close removes.
	Dir string
	// URL is where the hub is reached, for links in answers and events: see
	// SetURL. "" is https://github.example.com.
	URL string
	// Now is the clock of all dates and expiries; nil is time.Now.
	Now func() time.Time
	// Seed is that of faults with a chance.
	Seed uint64
	// WebhookURL is where the App's events go: see SetWebhook. "" keeps them
	// pending.
	WebhookURL string
	// WebhookSecret signs them; "" is "a-secret-of-the-fake".
	WebhookSecret string
	// Permissions are the App's; nil is what a server that checks, comments
	// and releases needs.
	Permissions map[string]string
	// RateLimit is how many calls an hour each actor has; 0 is 5,000.
	RateLimit int
	// ContentPerMinute is how many things an actor may create a minute before
	// a secondary limit; 0 is no limit. GitHub has 80.
	ContentPerMinute int
	// PageSize is how many entries a page of a list has at most, whatever is
	// asked for; 0 is as many as are asked for. It makes long lists of short ones.
	PageSize int
	// MergeAfter is how many reads of a pull request answer that it is not
	// known yet whether it can be merged; its test merge is made after them.
	MergeAfter int
	// Hook is called before the effect of every call and after it, without
	// locks: it may use the hub, end the process, or take its time.
	Hook func(Point, Call)
}

// Point is when a Hook is called.
type Point int

// Before is before a call has any effect, After is when it has had it and the
// answer is not yet sent.
const (
	Before Point = iota
	After
)

// Hub is a GitHub. It is safe for concurrent use.
type Hub struct {
	opts    Options
	desc    *description
	key     *rsa.PrivateKey
	ownsDir bool
	wake    chan struct{} // tells Run of a delivery

	mu         sync.Mutex // of all below, and of every effect in Git
	base       string
	hookURL    string
	secret     string
	hookConfig HookConfig
	events     []string // that the App is sent
	ids        int
	random     *mathrand.Rand
	users      map[string]*user
	installed  map[string]*installation // by the account's login
	tokens     map[string]*token
	held       []string         // tokens that there ever were, for Secrets
	repos      map[string]*Repo // by owner/name
	calls      int              // how many there were
	inFlight   int
	log        []Call
	violations []Violation
	faults     []*rule
	late       []*call
	came       int // how often a fault came
	limits     map[string]*limit
	pending    []*delivery
	sent       []*delivery
	lost       int
}

// user is an account: a User, an Organization or a Bot.
type user struct {
	id          int
	login, kind string
}

// appKey is one key for all hubs of a process: making one takes long.
var appKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

var defaultPermissions = map[string]string{
	"metadata": "read", "contents": "write", "checks": "write", "statuses": "write", "pull_requests": "write",
	"issues": "write", "administration": "read", "repository_hooks": "read", "merge_queues": "read",
}

// New makes a hub without repositories. The error is about its directory.
func New(o Options) (*Hub, error) {
	desc, err := describe()
	if err != nil {
		return nil, err
	}
	key, err := appKey()
	if err != nil {
		return nil, err
	}
	h := &Hub{
		opts: o, desc: desc, key: key, wake: make(chan struct{}, 1), base: strings.TrimSuffix(o.URL, "/"), hookURL: o.WebhookURL, secret: o.WebhookSecret,
		ids: 1000, random: mathrand.New(mathrand.NewPCG(o.Seed, o.Seed)), users: map[string]*user{}, installed: map[string]*installation{},
		events: appEvents, tokens: map[string]*token{}, repos: map[string]*Repo{}, limits: map[string]*limit{},
	}
	h.defaults()
	if h.opts.Dir == "" {
		if h.opts.Dir, err = os.MkdirTemp("", "fakehub"); err != nil {
			return nil, err
		}
		h.ownsDir = true
	}
	return h, nil
}

func (h *Hub) defaults() {
	if h.base == "" {
		h.base = "https://github.example.com"
	}
	if h.secret == "" {
		h.secret = "a-secret-of-the-fake"
	}
	if h.opts.Now == nil {
		h.opts.Now = time.Now
	}
	if h.opts.Permissions == nil {
		h.opts.Permissions = defaultPermissions
	}
	if h.opts.RateLimit == 0 {
		h.opts.RateLimit = 5000
	}
}

// Close removes the temporary directory, if the hub made one.
func (h *Hub) Close() error {
	if h.ownsDir {
		return os.RemoveAll(h.opts.Dir)
	}
	return nil
}

// Handler serves the REST API (at / as on github.com and below /api/v3 as on
// GitHub Enterprise Server) and the repositories (/{owner}/{repo}.git).
func (h *Hub) Handler() http.Handler { return http.HandlerFunc(h.serve) }

// SetURL says where the hub is reached, as soon as that is known.
func (h *Hub) SetURL(base string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.base = strings.TrimSuffix(base, "/")
}

// SetWebhook says where the App's events go, and by what secret they are
// signed. What is pending goes there too.
func (h *Hub) SetWebhook(url, secret string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hookURL, h.secret = url, secret
	h.hold(secret)
	h.ring()
}

// App is the one GitHub App, which is installed with each repository's owner.
type App struct {
	ID            int
	Slug          string
	KeyPEM        []byte // the private key, PKCS #1
	WebhookSecret string
}

const (
	appID    = 4242
	appSlug  = "milepost-app"
	appLogin = appSlug + "[bot]"
)

// App returns what an operator enters for the App.
func (h *Hub) App() App {
	h.mu.Lock()
	defer h.mu.Unlock()
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(h.key)}
	return App{ID: appID, Slug: appSlug, KeyPEM: pem.EncodeToMemory(block), WebhookSecret: h.secret}
}

func (h *Hub) nextID() int {
	h.ids++
	return h.ids
}

func (h *Hub) now() time.Time { return h.opts.Now().UTC().Truncate(time.Second) }

// account returns an account by login, made when first named.
func (h *Hub) account(login, kind string) *user {
	if u := h.users[login]; u != nil {
		return u
	}
	if strings.HasSuffix(login, "[bot]") {
		kind = "Bot"
	}
	u := &user{id: h.nextID(), login: login, kind: kind}
	h.users[login] = u
	return u
}

func (h *Hub) who(login string) identity {
	u := h.account(login, "User")
	return identity{login, fmt.Sprintf("%d+%s@users.noreply.github.com", u.id, login), h.now()}
}

// Repo is one repository.
type Repo struct {
	hub         *Hub
	id          int
	owner, name string
	private     bool
	branch      string // the default branch
	git         bare
	parent      *Repo // that it was forked from
	number      int   // of the last issue or pull request
	created     time.Time
	refs        map[string]string // branches and tags, as they were last seen

	pulls       table[pull]
	comments    table[comment]
	notes       table[note] // review comments
	reviews     table[review]
	checks      table[check]
	suites      map[string]int // by commit
	marks       table[mark]    // commit statuses
	releases    table[release]
	seen        table[seenRef] // the refs, for lists that lag
	seenIDs     map[string]int
	roles       map[string]string
	protections map[string]Protection
	rulesets    []Ruleset
	queue       []*group
	settling    bool // the queue is being looked at
	happened    []happening
	hooks       []hook
	noRebase    bool
}

// RepoOptions are what a repository is made with.
type RepoOptions struct {
	Files     map[string]string // of its first commit
	From      string            // a repository on this machine whose branches and tags are copied instead
	Public    bool
	Branch    string // its default branch; "" is main
	Uninstall bool   // the App is not installed with its owner
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// CreateRepo makes a repository with a first commit, and installs the App with
// its owner. The error is about its name or Git.
func (h *Hub) CreateRepo(owner, name string, o RepoOptions) (*Repo, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !goodName.MatchString(owner) || !goodName.MatchString(name) || strings.HasSuffix(name, ".git") {
		return nil, fmt.Errorf("making %q: it is no name of a repository", owner+"/"+name)
	}
	if h.repos[repoKey(owner, name)] != nil {
		return nil, fmt.Errorf("making %q: it exists", owner+"/"+name)
	}
	if o.Branch == "" {
		o.Branch = "main"
	}
	r := h.newRepo(owner, name, o)
	var err error
	if r.git, err = initBare(r.dir(), o.Branch); err != nil {
		return nil, err
	}
	if err := r.begin(o); err != nil {
		return nil, err
	}
	h.repos[repoKey(owner, name)] = r
	if !o.Uninstall && h.installed[owner] == nil {
		h.install(owner)
	}
	return r, nil
}

// begin gives a repository its first commits.
func (r *Repo) begin(o RepoOptions) error {
	if o.From != "" {
		from, err := filepath.Abs(o.From)
		if err != nil {
			return err
		}
		if _, err := r.git.run("fetch", "-q", "--no-tags", from, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"); err != nil {
			return err
		}
	} else {
		who := r.hub.who(r.owner)
		sha, err := r.git.commitFiles("", o.Files, "Initial commit", who, who)
		if err != nil {
			return err
		}
		if err := r.git.setRef("refs/heads/"+o.Branch, sha, zero); err != nil {
			return err
		}
	}
	var err error
	if r.refs, err = r.git.refs(); err == nil && r.refs["refs/heads/"+o.Branch] == "" {
		err = fmt.Errorf("making %q: it has no branch %q", r.FullName(), o.Branch)
	}
	r.seeRefs()
	return err
}

func (h *Hub) newRepo(owner, name string, o RepoOptions) *Repo {
	h.account(owner, "Organization")
	r := &Repo{
		hub: h, id: h.nextID(), owner: owner, name: name, private: !o.Public, branch: o.Branch, created: h.now(), refs: map[string]string{},
		suites: map[string]int{}, seenIDs: map[string]int{}, roles: map[string]string{owner: "admin"}, protections: map[string]Protection{},
	}
	return r
}

func repoKey(owner, name string) string { return strings.ToLower(owner + "/" + name) }

func (r *Repo) dir() string {
	return filepath.Join(r.hub.opts.Dir, strings.ToLower(r.owner), strings.ToLower(r.name)+".git")
}

// Repo returns a repository, nil if there is none.
func (h *Hub) Repo(owner, name string) *Repo {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.repos[repoKey(owner, name)]
}

// FullName is owner/name.
func (r *Repo) FullName() string { return r.owner + "/" + r.name }

// Dir is the bare repository's directory.
func (r *Repo) Dir() string { return r.dir() }

// CloneURL is where Git finds the repository.
func (r *Repo) CloneURL() string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	return r.hub.base + "/" + r.FullName() + ".git"
}

// plain is a value as JSON has it.
func plain(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(b, &out) != nil {
		return nil
	}
	return out
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
