package fakehub

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/cgi"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

var gitPath = regexp.MustCompile(`^/([^/]+)/([^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)$`)

// gitService is what of Git a path asks for, "" if nothing.
func gitService(path string) string {
	if m := gitPath.FindStringSubmatch(path); m != nil {
		return m[3]
	}
	return ""
}

// serveGit serves a repository by git http-backend. What is pushed is taken in
// under the hub's lock, when all of it has come.
func (c *call) serveGit() *response {
	h := c.hub
	h.mu.Lock()
	m := gitPath.FindStringSubmatch(strings.Split(c.Path, "?")[0])
	c.repo = h.repos[repoKey(m[1], m[2])]
	writes := c.Route == "git-receive-pack" || c.query.Get("service") == "git-receive-pack"
	refused := c.refuseGit(writes)
	if refused != nil {
		for _, p := range refused.problems {
			h.violate(c.Call, p)
		}
	}
	if refused == nil && c.Route == "git-receive-pack" {
		defer h.mu.Unlock()
		denied, err := c.denied()
		if err != nil {
			return &response{http.StatusBadRequest, http.Header{"Content-Type": {"text/plain"}}, []byte(err.Error() + "\n")}
		}
		res := c.backend(denied...)
		if err := c.repo.observe(c.who.login); err != nil {
			h.violate(c.Call, "the fake itself: "+err.Error())
		}
		return res
	}
	h.mu.Unlock()
	if refused != nil {
		return gitRefusal(refused)
	}
	return c.backend()
}

// refuseGit says why the repository is not the actor's to read or write.
// Without credentials Git is asked for them.
func (c *call) refuseGit(writes bool) *refusal {
	need := "contents:read"
	if writes {
		need = "contents:write"
	}
	if c.who.kind == anonymous {
		if c.repo != nil && !c.repo.private && !writes {
			return nil
		}
		return &refusal{status: http.StatusUnauthorized, message: "Authentication required"}
	}
	return c.authorize(need)
}

func gitRefusal(r *refusal) *response {
	header := http.Header{"Content-Type": {"text/plain"}}
	if r.status == http.StatusUnauthorized {
		header.Set("Www-Authenticate", `Basic realm="GitHub"`)
	}
	return &response{r.status, header, []byte(r.message + "\n")}
}

// gitPrograms is the directory of Git's own programs.
var gitPrograms = sync.OnceValues(func() (string, error) { return bare{dir: os.TempDir()}.run("--exec-path") })

// backend runs git http-backend and takes its whole answer. Refs that are denied
// are not changed: see updateHook.
func (c *call) backend(denied ...string) *response {
	root, err := gitPrograms()
	if err != nil {
		return (&refusal{status: http.StatusInternalServerError, message: err.Error()}).response()
	}
	handler := &cgi.Handler{
		Path: filepath.Join(root, "git-http-backend"), Dir: c.repo.git.dir, Root: "/",
		Env: []string{"GIT_PROJECT_ROOT=" + c.hub.opts.Dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
			"REMOTE_USER=" + c.who.login, "FAKEHUB_DENIED=" + strings.Join(denied, " "), "GIT_COMMITTER_NAME=" + c.who.login, "GIT_COMMITTER_EMAIL=fakehub@example.com"},
		Logger: log.New(io.Discard, "", 0), Stderr: io.Discard,
	}
	r := c.r.Clone(c.r.Context())
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(c.raw)), int64(len(c.raw)), nil
	r.URL.Path = "/" + strings.ToLower(c.repo.FullName()) + ".git/" + c.Route
	r.URL.RawPath = ""
	r.Header.Del("Authorization")
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	handler.ServeHTTP(w, r)
	w.header.Set("Content-Length", strconv.Itoa(w.body.Len()))
	return &response{w.status, w.header, w.body.Bytes()}
}

// updateHook refuses the refs that a rule is against, one by one.
const updateHook = `#!/bin/sh
case " $FAKEHUB_DENIED " in
*" $1 "*) echo "error: GH013: Repository rule violations found for $1." >&2; exit 1 ;;
esac
`

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }
