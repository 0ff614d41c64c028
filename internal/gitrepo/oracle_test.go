package gitrepo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/synth"
)

// TestWalkOracle holds Walk against git log on a synthetic repository.
func TestWalkOracle(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "careers")
	if err := synth.Write(t.Context(), dir, synth.Options{Seed: 7, Commits: 300, Frameworks: 6, ItemsPerCell: 1}); err != nil {
		t.Fatal(err)
	}
	compareWithGitLog(t, dir)
	runGit(t, dir, nil, "repack", "-adfq")
	compareWithGitLog(t, dir)
}

// TestWalkOracleRandom does so on trees that no author would make: names that
// sort in Git's own way, next among them, entries that change their kind.
func TestWalkOracleRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		dir := filepath.Join(t.TempDir(), "careers")
		runGit(t, "", nil, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", dir)
		runGit(t, dir, randomHistory(rand.New(rand.NewPCG(seed, 1))), "fast-import", "--quiet")
		compareWithGitLog(t, dir)
	}
}

// randomHistory makes 60 commits over few names, for git fast-import.
func randomHistory(r *rand.Rand) []byte {
	var b bytes.Buffer
	names := []string{"a", "a-b", "a.cue", "a0", "next", "next-b", "next.cue", "ne", "z"}
	paths := func() string {
		p := "frameworks"
		for range 1 + r.IntN(3) {
			p += "/" + names[r.IntN(len(names))]
		}
		return p
	}
	for i := range 60 {
		message := fmt.Sprintf("commit %d", i)
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter B <b@example.com> %d +0000\ndata %d\n%s\n", 1767614400+i, len(message), message)
		for range 1 + r.IntN(4) {
			switch r.IntN(6) {
			case 0:
				fmt.Fprintf(&b, "D %s\n", paths())
			case 1:
				fmt.Fprintf(&b, "M 160000 %040d %s\n", 1+r.IntN(9), paths())
			default:
				mode := []string{"100644", "100755", "120000"}[r.IntN(3)]
				fmt.Fprintf(&b, "M %s inline %s\ndata 1\n%d\n", mode, paths(), r.IntN(10))
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func compareWithGitLog(t *testing.T, dir string) {
	t.Helper()
	got := walk(t, open(t, Options{Location: dir}))
	want := gitLog(t, dir)
	if len(got) != len(want) {
		t.Fatalf("got %d commits, git log has %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if g.Hash != w.Hash || g.Parent != w.Parent || g.Subject != w.Subject || !g.Committed.Equal(w.Committed) {
			t.Fatalf("commit %d:\n got %+v\nwant %+v", i, g, w)
		}
		if !slices.Equal(g.Changes, w.Changes) {
			t.Fatalf("changes of commit %d:\n got %+v\nwant %+v", i, g.Changes, w.Changes)
		}
		if i%50 == 0 && g.Module != "" && g.Module != runGit(t, dir, nil, "rev-parse", g.Hash+":cue.mod/module.cue") {
			t.Fatalf("commit %d: got module %s", i, g.Module)
		}
	}
}

// gitLog reads the chain out of git log --raw, which lists trees with -t.
func gitLog(t *testing.T, dir string) []Commit {
	t.Helper()
	out := runGit(t, dir, nil, "log", "--first-parent", "--reverse", "--raw", "-t", "-z", "--no-abbrev", "--no-renames",
		"--root", "--format=%x01%H%x02%P%x02%ct%x02%s%x03")
	var commits []Commit
	for _, block := range strings.Split(out, "\x01")[1:] {
		head, raw, _ := strings.Cut(block, "\x03")
		fields := strings.Split(head, "\x02")
		sec, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			t.Fatalf("git log: %q", block)
		}
		parent, _, _ := strings.Cut(fields[1], " ")
		c := Commit{Hash: fields[0], Parent: parent, Committed: time.Unix(sec, 0).UTC(), Subject: fields[3]}
		c.Changes = rawChanges(t, strings.Split(strings.Trim(raw, "\x00\n"), "\x00"))
		commits = append(commits, c)
	}
	return commits
}

// rawChanges picks the direct entries of frameworks and of frameworks/next out
// of pairs ":oldmode newmode oldhash newhash status" and path.
func rawChanges(t *testing.T, raw []string) []Change {
	t.Helper()
	byPath := map[string]Change{}
	for len(raw) >= 2 {
		fields, path := strings.Fields(strings.TrimSpace(raw[0])), raw[1]
		raw = raw[2:]
		path, ok := strings.CutPrefix(path, "frameworks/")
		parts := strings.Split(path, "/")
		if !ok || len(parts) > 2 || len(parts) == 2 && parts[0] != "next" {
			continue
		}
		gone := fields[4] == "D"
		dir := fields[1] == "040000"
		if path == "next" && (dir || gone && fields[0] == ":040000") {
			continue
		}
		c := Change{Path: path, Hash: fields[3], Dir: dir}
		if gone {
			if _, ok := byPath[path]; ok { // it also came, as something else
				continue
			}
			c.Hash = ""
		}
		byPath[path] = c
	}
	var out []Change
	for _, c := range byPath {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return out
}
