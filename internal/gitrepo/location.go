package gitrepo

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
)

// location is where a repository is: a path or a URL.
type location struct {
	path  string
	url   string // as go-git takes it; holds no password
	http  bool   // whether it is an http or https URL
	token string // "" where none is to be sent
}

// scpLike is the short form of ssh URLs. The host begins with a letter or
// digit, so that nothing can take it for an option.
var scpLike = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^:]`)

// secretLike is something with a password before an @ that is no URL.
var secretLike = regexp.MustCompile(`^[^/]*:[^/]*@`)

// parseLocation tells paths and URLs apart. The error is an ErrLocation; it
// repeats nothing of a location that may hold a password.
func parseLocation(s, token string) (location, error) {
	switch {
	case s == "":
		return location{}, refuse("no repository is named")
	case strings.HasPrefix(s, "-"), strings.IndexFunc(s, unicode.IsControl) >= 0:
		return location{}, refuse(fmt.Sprintf("%q is neither a path nor a URL", s))
	case strings.Contains(s, "://"):
		return parseURL(s, token)
	}
	if _, err := os.Stat(s); err == nil {
		return location{path: s}, nil
	}
	before, _, _ := strings.Cut(s, "/")
	switch {
	case strings.Contains(before, "::"):
		return location{}, refuse(fmt.Sprintf("%q names a helper program, and none is run: give a path or an https, ssh, git or file URL", s))
	case scpLike.MatchString(s):
		return location{url: s}, nil
	case secretLike.MatchString(s):
		return location{}, refuse("the repository's location seems to hold a password: leave it out, and give a token separately")
	}
	return location{path: s}, nil
}

func parseURL(s, token string) (location, error) {
	u, err := url.Parse(s)
	if err != nil { // whose text repeats the URL
		return location{}, refuse("the repository's URL is malformed")
	}
	_, password := u.User.Password()
	switch {
	case password, u.User != nil && u.Scheme != "ssh":
		return location{}, refuse("the repository's URL holds a user name or password: leave it out, and give a token separately")
	case strings.HasPrefix(u.Host, "-"), u.User != nil && strings.HasPrefix(u.User.Username(), "-"):
		return location{}, refuse("the repository's URL names a host or user that begins with a hyphen")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return location{}, refuse("the repository's URL has a part after ? or #: leave it out")
	case u.Scheme == "file" && u.Host != "" && u.Host != "localhost", u.Scheme != "file" && u.Hostname() == "":
		return location{}, refuse("the repository's URL names no host, or one where none belongs")
	}
	u.Host = strings.ToLower(u.Host)
	out := location{url: strings.TrimRight(u.String(), "/")}
	switch u.Scheme {
	case "https":
		out.http, out.token = true, token
	case "http":
		if token != "" && !isLoopback(u.Hostname()) {
			return location{}, refuse("a token is not sent over http, where it can be read on the way: use the https URL")
		}
		out.http, out.token = true, token
	case "ssh", "git", "file":
	default:
		return location{}, refuse(fmt.Sprintf("%q is not a kind of URL that is read: give an https, ssh, git or file URL", u.Scheme))
	}
	return out, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func refuse(text string) error { return &Error{Kind: ErrLocation, Text: text} }

// display is the location for people.
func (l location) display() string {
	if l.url != "" {
		return l.url
	}
	return l.path
}

// auth is how go-git authenticates; nil leaves it to its defaults, which for
// ssh are the user's agent and known hosts.
func (l location) auth() transport.AuthMethod {
	if l.token == "" {
		return nil
	}
	return &http.BasicAuth{Username: tokenUser, Password: l.token}
}

// tokenUser is the user name that GitHub wants beside a token, and others ignore.
const tokenUser = "x-access-token"
