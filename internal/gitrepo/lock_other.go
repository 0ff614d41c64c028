//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package gitrepo

import "context"

// lockFile locks nothing on systems without flock: there, only one process may
// use a cache directory.
func lockFile(context.Context, string, func()) (unlock func(), err error) {
	return func() {}, nil
}
