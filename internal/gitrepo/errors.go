package gitrepo

import (
	"context"
	"errors"
	"strings"
)

// What can go wrong, for errors.Is. The error that matches says it in a
// sentence that can be shown to somebody who does not know Git.
var (
	// ErrLocation: the location is not one that can be opened, such as a URL
	// with a password in it.
	ErrLocation = errors.New("not a usable location")
	// ErrNotRepository: there is no Git repository at the path or around it.
	ErrNotRepository = errors.New("not a Git repository")
	// ErrUnsupported: a repository in a format that cannot be read here.
	ErrUnsupported = errors.New("unsupported repository format")
	// ErrNoCommits: the repository has no commits yet.
	ErrNoCommits = errors.New("no commits yet")
	// ErrBranch: the branch is not there. The sentence names those that are.
	ErrBranch = errors.New("no such branch")
	// ErrShallow: the clone lacks history.
	ErrShallow = errors.New("shallow clone")
	// ErrRevision: there is no commit of that name.
	ErrRevision = errors.New("no such revision")
	// ErrUnrelated: two commits have no commit in common.
	ErrUnrelated = errors.New("no common history")
	// ErrUnreachable: the remote did not answer, or not in time, or not as a
	// Git server does.
	ErrUnreachable = errors.New("remote cannot be reached")
	// ErrPull: the remote has no pull request of that number.
	ErrPull = errors.New("no such pull request")
	// ErrToken: Options.TokenSource gave no token.
	ErrToken = errors.New("no token could be had")
	// ErrDenied: the remote wants a token, or another one.
	ErrDenied = errors.New("remote denies access")
	// ErrRemoteNotFound: the remote says that there is no such repository.
	ErrRemoteNotFound = errors.New("remote repository not found")
	// ErrTooMuch: the remote sent more than Options.MaxBytes, or there are more
	// tags than are read.
	ErrTooMuch = errors.New("remote sends too much")
	// ErrTag: a tag cannot be made as it is asked for, or another's name is in
	// its way.
	ErrTag = errors.New("tag cannot be made")
	// ErrRefused: the remote answered that it does not make the tag, because
	// tags are protected there or a hook declines it. The sentence has its
	// reason.
	ErrRefused = errors.New("remote refuses the tag")
	// ErrUnknown: it is not known whether the tag was made, and to try again
	// with the same one does no harm.
	ErrUnknown = errors.New("outcome is not known")
	// ErrNoRemote: a local repository has no remote called origin.
	ErrNoRemote = errors.New("no remote")
	// ErrNoGit: the git command is needed, and is not installed.
	ErrNoGit = errors.New("git command is missing")
	// ErrCache: the directory of the mirrors cannot be used.
	ErrCache = errors.New("cache directory cannot be used")
	// ErrDamaged: an object that must be there is not, or cannot be read.
	ErrDamaged = errors.New("repository is damaged")
	// ErrFileTooLarge: a file of a tree is over MaxFileBytes.
	ErrFileTooLarge = errors.New("file is too large")
	// ErrNotFile: a symbolic link or submodule, which is never followed.
	ErrNotFile = errors.New("neither a file nor a directory")
)

// Error is the error of this package: its kind, which errors.Is finds, and a
// sentence for people, without a full stop. It never holds a token.
type Error struct {
	Kind error  // one of the Err variables
	Text string // the sentence
	Err  error  // what caused it; nil if nothing did that helps
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// redacted is a cause of which only the text is kept, without the token. The
// original could be printed whole by whoever unwraps it.
type redacted struct {
	text  string
	ended error // the context's error, if that was the reason
}

func (e *redacted) Error() string { return e.text }
func (e *redacted) Unwrap() error { return e.ended }

// redact returns err without the token, in one line of 300 characters at most:
// servers put whole pages into errors.
func redact(err error, token string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if token != "" {
		text = strings.ReplaceAll(text, token, "[token]")
	}
	out := &redacted{text: cleanLine(text, 300)}
	for _, ended := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, ended) {
			out.ended = ended
		}
	}
	return out
}
