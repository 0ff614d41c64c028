package webhook

import (
	"bytes"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// longHistory is a repository in which one framework has so many versions.
func longHistory(t *testing.T, versions int) (dir string) {
	t.Helper()
	var b bytes.Buffer
	for i := range versions {
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter Ada <ada@example.com> %d +0000\ndata 0\n", gittest.Start.Unix()+int64(i)*3600)
		all := gittest.Ladder("a", fmt.Sprint("Text ", i))
		if i == 0 {
			all = files(all)
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", name, len(all[name]), all[name])
		}
	}
	r := gittest.New(t)
	cmd := exec.Command("git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = r.Dir, &b
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v: %s", err, out)
	}
	return r.Dir
}

// TestManyVersions: a repository with a thousand versions, of which three
// hundred have releases when GitHub fails. Lists are read to their end, page by
// page, and no oftener than they have pages; nothing is made twice. By default
// there are fewer of all, and the pages smaller.
func TestManyVersions(t *testing.T) {
	t.Parallel()
	page := scaled(10, 100)
	versions, released := scaled(23, 1000), scaled(20, 300)
	var w *world
	var made atomic.Int64
	const releases = "/repos/{owner}/{repo}/releases"
	w = newWorld(t, worldOptions{from: longHistory(t, versions), hub: fakehub.Options{RateLimit: 1_000_000, PageSize: page, Hook: func(at fakehub.Point, c fakehub.Call) {
		if at == fakehub.After && c.Method == "POST" && c.Route == releases && made.Add(1) == int64(released) {
			w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "POST", Path: releases, Status: 500})
		}
	}}})
	if err := w.s.Handle(t.Context(), Hint{Key: "ref/main"}); err == nil || !strings.Contains(err.Error(), "making the release of") {
		t.Fatalf("got %v", err)
	}
	if s := w.state(); len(s.Tags) != versions || len(s.Releases) != released {
		t.Fatalf("got %d tags and %d releases", len(s.Tags), len(s.Releases))
	}
	w.hub.ClearFaults()
	look := func(lists, making int) {
		t.Helper()
		w.start()
		at := w.calls()
		w.sweep()
		_, _, by := w.api(at)
		t.Logf("%d versions, %d releases to make: %v", versions, making, by)
		if by["GET "+releases+" 200"] != lists || by["POST "+releases+" 201"] != making || len(w.writes(at)) != making {
			t.Errorf("%d pages were read and %d releases made in %d writes, want %d and %d", by["GET "+releases+" 200"], by["POST "+releases+" 201"], len(w.writes(at)), lists, making)
		}
		all := map[string]bool{}
		for _, r := range w.state().Releases {
			all[r.Tag] = true
		}
		if s := w.state(); len(all) != versions || len(s.Tags) != versions {
			t.Errorf("got %d tags and releases of %d", len(s.Tags), len(all))
		}
	}
	look((released+page-1)/page, versions-released)
	look((versions+page-1)/page, 0)
	w.clean()
}
