// Package history knows which text of a framework was in force when. It walks
// the first-parent history of a repository once, compiles each distinct tree,
// and holds the outcome as one immutable Snapshot, which a Store swaps whole.
// Readers take a Snapshot and never lock.
package history

import (
	"encoding/json"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Version is one text of a framework. Its interval is half-open: from
// EffectiveFrom until the next version's.
type Version struct {
	Framework     string      // the id that the framework had then
	Number        string      // "1.4.0"
	Previous      string      // the number before, "" for the first
	Bump          string      // "major", "minor", "patch"; "" for the first
	Digest        string      // of the canonical form, "" where Removed
	Title         string      // the framework's title then
	Kind          ladder.Kind //
	RecordedAt    time.Time   // when the branch came to hold it
	EffectiveFrom time.Time   // from when it is in force
	Commit, Tree  string      // Git's names, in hexadecimal
	PullRequest   int         // the pull request that brought it, 0 where none is known
	Subject       string      // the commit's first line
	Removed       bool        // the framework was deleted: there is no text
	Working       bool        // not committed: the working copy

	stored atomic.Pointer[stored]
	mu     sync.Mutex // held while the answer is encoded
	hot    atomic.Pointer[[]byte]
}

// stored is a version's text, gzipped, as the one copy that is kept of it:
// the canonical form at first, and from the first request on the answer that
// has the canonical form in it.
type stored struct {
	gz       []byte
	answer   bool
	from, to int // where the canonical form stands in an answer
	length   int // bytes of the answer
}

// VersionInfo is a version as the API and the command print it. Nothing in it
// changes once the version exists.
type VersionInfo struct {
	Framework     string      `json:"framework"`
	Number        string      `json:"number"`
	Provisional   bool        `json:"provisional"`
	Title         string      `json:"title"`
	Kind          ladder.Kind `json:"kind"`
	Bump          string      `json:"bump,omitempty"`
	Previous      string      `json:"previous,omitempty"`
	RecordedAt    *time.Time  `json:"recorded_at,omitempty"`
	EffectiveFrom *time.Time  `json:"effective_from,omitempty"`
	Digest        string      `json:"digest,omitempty"`
	Commit        string      `json:"commit,omitempty"`
	Tree          string      `json:"tree,omitempty"`
	PullRequest   int         `json:"pull_request,omitempty"`
	Removed       bool        `json:"removed,omitempty"`
	WorkingCopy   bool        `json:"working_copy,omitempty"`
}

// Info is what is known of the version. Until versions are tagged, every
// number is provisional.
func (v *Version) Info() VersionInfo {
	info := VersionInfo{
		Framework: v.Framework, Number: v.Number, Provisional: true, Title: v.Title, Kind: v.Kind,
		Bump: v.Bump, Previous: v.Previous, Digest: v.Digest, Commit: v.Commit, Tree: v.Tree,
		PullRequest: v.PullRequest, Removed: v.Removed, WorkingCopy: v.Working,
	}
	if !v.RecordedAt.IsZero() {
		info.RecordedAt, info.EffectiveFrom = &v.RecordedAt, &v.EffectiveFrom
	}
	return info
}

// Canonical is the version's text in canonical form, nil where it was removed.
func (v *Version) Canonical() ([]byte, error) {
	st := v.stored.Load()
	if v.Removed || st == nil {
		return nil, nil
	}
	plain, err := compile.Decompress(st.gz)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", v.Framework, v.Number, err)
	}
	if st.answer {
		plain = plain[st.from:st.to]
	}
	return plain, nil
}

// Text decodes the version's text. It makes a new value at each call; the
// error says that what is stored cannot be read.
func (v *Version) Text() (*ladder.Framework, error) {
	b, err := v.Canonical()
	if err != nil || b == nil {
		return nil, err
	}
	var f ladder.Framework
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("decoding %s %s: %w", v.Framework, v.Number, err)
	}
	return &f, nil
}

// Document is a version with its text, as the API serves it.
type Document struct {
	Version   VersionInfo     `json:"version"`
	Framework json.RawMessage `json:"framework"`
}

// Body is a version's answer as JSON, encoded once. It must not be changed.
type Body struct {
	Gzip   []byte
	Length int // bytes, before compression
}

// Body is the version's answer, made at the first call.
func (v *Version) Body() (Body, error) {
	st := v.stored.Load()
	if st == nil || !st.answer {
		var err error
		if st, err = v.encode(); err != nil {
			return Body{}, fmt.Errorf("encoding %s %s: %w", v.Framework, v.Number, err)
		}
	}
	return Body{Gzip: st.gz, Length: st.length}, nil
}

// Identity is the version's answer uncompressed. It is at hand for a version
// that is in force; for an older one it is made anew at each call.
func (v *Version) Identity() ([]byte, error) {
	if hot := v.hot.Load(); hot != nil {
		return *hot, nil
	}
	b, err := v.Body()
	if err != nil {
		return nil, err
	}
	return compile.Decompress(b.Gzip)
}

func (v *Version) encode() (*stored, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if st := v.stored.Load(); st != nil && st.answer {
		return st, nil
	}
	canonical, err := v.Canonical()
	if err != nil {
		return nil, err
	}
	info, err := json.Marshal(v.Info())
	if err != nil {
		return nil, err
	}
	if canonical == nil {
		canonical = []byte("null")
	}
	head := fmt.Sprintf(`{"version":%s,"framework":`, info)
	plain := make([]byte, 0, len(head)+len(canonical)+2)
	plain = append(append(append(plain, head...), canonical...), "}\n"...)
	gz, err := compile.Compress(plain)
	if err != nil {
		return nil, err
	}
	st := &stored{gz: gz, answer: true, from: len(head), to: len(head) + len(canonical), length: len(plain)}
	v.stored.Store(st)
	return st, nil
}

// heat keeps the uncompressed answer at hand, cool gives it up.
func (v *Version) heat() error {
	if v.hot.Load() != nil {
		return nil
	}
	plain, err := v.Identity()
	if err == nil {
		v.hot.Store(&plain)
	}
	return err
}

func (v *Version) cool() { v.hot.Store(nil) }

// Status says how a version stands to a moment.
type Status string

// The statuses of a version.
const (
	Current   Status = "current"   // in force now
	Historic  Status = "historic"  // was in force
	Scheduled Status = "scheduled" // will be in force
	Withdrawn Status = "withdrawn" // the framework ended
)

// Timeline is the history of one framework: its versions, oldest first.
type Timeline struct {
	ID       string
	Versions []*Version
	// MovedTo is the id that the framework has now, where it was renamed.
	MovedTo string
	// Findings are those of the newest commit, where it made no version.
	Findings diag.List
	// Broken is the newest commit whose text needs a change, "" where it needs none.
	Broken string
}

// First is the oldest version, nil where there is none yet.
func (t *Timeline) First() *Version {
	if len(t.Versions) == 0 {
		return nil
	}
	return t.Versions[0]
}

// Latest is the newest version, nil where there is none yet.
func (t *Timeline) Latest() *Version {
	if len(t.Versions) == 0 {
		return nil
	}
	return t.Versions[len(t.Versions)-1]
}

// Live says whether the framework has a text today.
func (t *Timeline) Live() bool {
	v := t.Latest()
	return v != nil && !v.Removed && t.MovedTo == ""
}

// At is the index of the version in force at an instant, -1 before the first.
func (t *Timeline) At(instant time.Time) int {
	return sort.Search(len(t.Versions), func(i int) bool {
		return t.Versions[i].EffectiveFrom.After(instant)
	}) - 1
}

// Find is the index of the version with a number, -1 where there is none.
func (t *Timeline) Find(number string) int {
	for i, v := range t.Versions {
		if v.Number == number {
			return i
		}
	}
	return -1
}

// Until is when version i stopped being in force; zero where it still is.
func (t *Timeline) Until(i int) time.Time {
	if i+1 < len(t.Versions) {
		return t.Versions[i+1].EffectiveFrom
	}
	return time.Time{}
}

// Status says how version i stands today.
func (t *Timeline) Status(i int) Status {
	switch {
	case t.Versions[i].Removed:
		return Withdrawn
	case i+1 < len(t.Versions):
		return Historic
	}
	return Current
}
