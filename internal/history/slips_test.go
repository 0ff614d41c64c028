package history

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// desk is a repository, the store that reads it, and a clock.
type desk struct {
	*gittest.Repo
	t     *testing.T
	store *Store
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return &desk{Repo: gittest.New(t), t: t, now: gittest.Start.AddDate(1, 0, 0)}
}

// look refreshes the store, which is opened at the first call.
func (d *desk) look() *Snapshot {
	d.t.Helper()
	if d.store == nil {
		d.store = d.open()
	}
	if err := d.store.Refresh(context.Background()); err != nil {
		d.t.Fatal(err)
	}
	return d.store.Snapshot()
}

func (d *desk) open() *Store {
	d.t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: d.Dir})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { repo.Close() })
	c, err := compile.New(compile.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	return NewStore(Options{Repo: repo, Root: "frameworks", Compiler: c, Now: func() time.Time { return d.now }, Tags: d.tags})
}

// tags reads the tags with the git command.
func (d *desk) tags(context.Context) ([]Tag, error) {
	cmd := exec.Command("git", "for-each-ref", "refs/tags/frameworks", "--format=%(refname:strip=2)%00%(objectname)%00%(objecttype)%00%(*objecttype)%00%(*objectname)%00%(contents)%01")
	cmd.Dir = d.Dir
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var tags []Tag
	for record := range strings.SplitSeq(string(out), "\x01") {
		f := strings.Split(strings.TrimPrefix(record, "\n"), "\x00")
		if len(f) != 6 {
			continue
		}
		t := Tag{Name: f[0], Object: f[1], Annotated: f[2] == "tag"}
		switch {
		case t.Annotated && f[3] == "commit":
			t.Target, t.Message = f[4], f[5]
		case t.Annotated:
			t.Message = f[5]
		case f[2] == "commit":
			t.Target = f[1]
		}
		tags = append(tags, t)
	}
	return tags, nil
}

// tag makes a tag with the git command, or moves it.
func (d *desk) tag(t Tag) {
	d.t.Helper()
	if t.Annotated {
		d.Git("tag", "-a", "-f", "--cleanup=verbatim", "-m", t.Message, t.Name, t.Target)
	} else {
		d.Git("tag", "-f", t.Name, t.Target)
	}
}

// version is one that came into force.
func (d *desk) version(id, number string) *Version {
	d.t.Helper()
	tl, _ := d.look().Timeline(id)
	for _, v := range tl.Versions {
		if v.Number == number {
			return v
		}
	}
	d.t.Fatalf("there is no version %s of %s", number, id)
	return nil
}

// ladder writes a small ladder: with an edition's words, or directives of its own.
func (d *desk) ladder(dir, text, directives string) *desk {
	d.t.Helper()
	id, _ := cutNext(dir)
	files := gittest.Ladder(id, text)
	name := "frameworks/" + id + "/framework.cue"
	source := files[name]
	delete(files, name)
	source = strings.Replace(source, "\towners:", "\t"+strings.ReplaceAll(directives, "\n", "\n\t")+"\n\towners:", 1)
	if strings.Contains(directives, "release:") {
		lines := strings.Split(source, "\n")
		for i, l := range lines {
			if strings.Contains(l, "release: {why: "+fmt.Sprintf("%q", text)) {
				lines = append(lines[:i], lines[i+1:]...)
				break
			}
		}
		source = strings.Join(lines, "\n")
	}
	files["frameworks/"+dir+"/framework.cue"] = source
	d.Write(files)
	return d
}

// versions are number, text and interval of all that came into force, and the edition.
func (d *desk) versions(id string) []string {
	d.t.Helper()
	tl, ok := d.look().Timeline(id)
	if !ok {
		return nil
	}
	if tl.MovedTo != "" {
		return []string{"moved to " + tl.MovedTo}
	}
	list, err := tl.List(View{d.now, true})
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		text := "ended"
		if !e.Version.Removed {
			f, err := e.Version.Text()
			if err != nil {
				d.t.Fatal(err)
			}
			text = strings.TrimPrefix(f.Levels[1].Expectations["craft"].Items[0].Text, gittest.Lead)
		}
		number, _, _ := strings.Cut(e.Version.Number, ".20")
		line := fmt.Sprintf("%s %s from %s %s", number, text, e.From.UTC().Format("01-02 15:04"), e.Status)
		if e.Version.Tagged() {
			line += " tagged"
		}
		out = append(out, line)
	}
	return out
}

func (d *desk) expect(id string, want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.versions(id)); diff != "" {
		d.t.Errorf("%s (-want +got):\n%s", id, diff)
	}
	// A start anew says the same, and so does asking again.
	grown := d.store
	said := everything(d.t, grown.Snapshot().Timelines, []time.Time{d.now}, d.now)
	d.store = d.open()
	if diff := cmp.Diff(everything(d.t, d.look().Timelines, []time.Time{d.now}, d.now), said); diff != "" {
		d.t.Errorf("%s (-after a start +as it grew):\n%s", id, diff)
	}
	d.store = grown
}

// problems are what stands in the way, in words.
func (d *desk) problems(want ...string) {
	d.t.Helper()
	var got []string
	for _, p := range d.look().Problems {
		for _, f := range p.Findings {
			got = append(got, fmt.Sprintf("%s: %s", f.Code, f.Message))
			if f.Help == "" {
				d.t.Errorf("%s does not say what to do", f.Code)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Errorf("problems (-want +got):\n%s", diff)
	}
}
