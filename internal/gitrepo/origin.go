package gitrepo

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// maxConfigBytes caps a repository's configuration.
const maxConfigBytes = 1 << 20

// Remote returns where the repository comes from, to make tags there: the
// location of a mirror, and of a local repository the URL of its remote
// "origin", or the path if it is one, made absolute. Like "git push" it takes
// pushurl before url, and of several the first. Nothing but the repository's
// own configuration is read, and nothing that it includes.
//
// The error is an ErrNoRemote, or an ErrLocation if it is not a location that
// can be opened, such as a URL with a password or the name of a program.
func (r *Repo) Remote() (location string, err error) {
	if r.mirror != nil {
		return r.mirror.loc.url, nil
	}
	url, err := r.store.dirs.originURL()
	if err != nil {
		return "", err
	}
	loc, err := parseLocation(url, "")
	if err != nil {
		return "", &Error{Kind: ErrLocation, Err: err, Text: fmt.Sprintf("the remote origin of %s cannot be used: %v", r.where, err)}
	}
	if loc.url != "" {
		return loc.url, nil
	}
	return resolvePath(r.store.dirs.place(), loc.path), nil
}

// originURL is what the configuration has of origin.
func (d gitDirs) originURL() (string, error) {
	path := filepath.Join(d.common, "config")
	f, err := os.Open(path)
	if err != nil {
		return "", noRemote(d, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxConfigBytes))
	if err != nil {
		return "", noRemote(d, err)
	}
	conf := config.New()
	if err := config.NewDecoder(bytes.NewReader(b)).Decode(conf); err != nil {
		return "", noRemote(d, err)
	}
	origin := conf.Section("remote").Subsection("origin")
	for _, key := range []string{"pushurl", "url"} {
		for _, url := range origin.OptionAll(key) {
			if url = strings.TrimSpace(url); url != "" {
				return url, nil
			}
		}
	}
	return "", noRemote(d, nil)
}

func noRemote(d gitDirs, err error) error {
	text := d.place() + " has no remote that is called origin: add it, or name the repository in which the tags are to be made"
	if err != nil {
		text = fmt.Sprintf("the Git configuration of %s cannot be read, so that its remote is not known: %v", d.place(), redact(err, ""))
	}
	return &Error{Kind: ErrNoRemote, Text: text, Err: redact(err, "")}
}
