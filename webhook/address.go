package webhook

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// addresses are where a GitHub is reached. Each ends with a slash.
type addresses struct {
	api, uploads *url.URL
	site         *url.URL // of the pages and of Git
}

// addressesOf finds the addresses of a GitHub by the one that people know it
// by, "" for github.com: that of its pages, or that of its API.
//   - A GitHub Enterprise Server has its API below /api/v3, which may be said or
//     not; a proxy may have it below a path of its own.
//   - Enterprise Cloud with data residency, at SUBDOMAIN.ghe.com, has its API at
//     api.SUBDOMAIN.ghe.com, as github.com has.
//
// The error says what is wrong with an address, and repeats no password.
func addressesOf(given string) (addresses, error) {
	if given == "" {
		given = "https://github.com"
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return addresses{}, errors.New("GitHub's address is not understood: write it as https://github.example.com")
	}
	if u.Scheme != "https" && !loopback(u) {
		return addresses{}, fmt.Errorf("GitHub's address: tokens are not sent over %s, where they can be read on the way", u.Scheme)
	}
	host := strings.ToLower(u.Host)
	at := func(host string, parts ...string) *url.URL {
		p := path.Join(append([]string{"/"}, parts...)...)
		return &url.URL{Scheme: u.Scheme, Host: host, Path: strings.TrimRight(p, "/") + "/"}
	}
	if site := strings.TrimPrefix(strings.TrimPrefix(host, "api."), "www."); site == "github.com" || strings.HasSuffix(site, ".ghe.com") {
		return addresses{api: at("api." + site), uploads: at("uploads." + site), site: at(site)}, nil
	}
	prefix := strings.TrimSuffix(path.Join("/", u.Path), "/api/v3")
	return addresses{api: at(host, prefix, "api/v3"), uploads: at(host, prefix, "api/uploads"), site: at(host, prefix)}, nil
}
