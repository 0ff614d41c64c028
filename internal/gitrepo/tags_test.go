package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func tagsOf(t testing.TB, r *Repo, prefix string) []Tag {
	t.Helper()
	tags, err := r.Tags(t.Context(), prefix)
	if err != nil {
		t.Fatalf("Tags: %v", err)
	}
	return tags
}

// lines are tags in short: name, the beginning of the commit's hash, message.
func lines(tags []Tag) string {
	var b strings.Builder
	for _, tag := range tags {
		fmt.Fprintf(&b, "%s %.7s %q %s\n", tag.Name, tag.Target, tag.Message, tag.Problem)
	}
	return b.String()
}

// annotate makes an annotated tag.
func (g *gitDir) annotate(name, rev, message string) *gitDir {
	g.t.Helper()
	g.git("tag", "--annotate", "--force", "--message", message, name, rev)
	return g
}

// object writes an object of any content and returns its hash.
func (g *gitDir) object(kind, content string) string {
	g.t.Helper()
	return runGit(g.t, g.dir, []byte(content), "hash-object", "-w", "--literally", "--stdin", "-t", kind)
}

func TestTags(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.annotate("frameworks/b/v1.0.0", "HEAD~1", "b 1.0.0\n\nFramework: b")
	g.annotate("frameworks/a/v1.0.0", "HEAD", "a 1.0.0\n\nNotes.\n\nFramework: a\nBump: minor")
	g.git("tag", "frameworks/c", "HEAD~2")
	g.git("tag", "v1", "HEAD")
	want := []Tag{
		{
			Name: "frameworks/a/v1.0.0", Object: g.git("rev-parse", "frameworks/a/v1.0.0"), Annotated: true, Target: hashes[2],
			Tagger: "Ben", Tagged: day0, Message: "a 1.0.0\n\nNotes.\n\nFramework: a\nBump: minor",
		},
		{
			Name: "frameworks/b/v1.0.0", Object: g.git("rev-parse", "frameworks/b/v1.0.0"), Annotated: true, Target: hashes[1],
			Tagger: "Ben", Tagged: day0, Message: "b 1.0.0\n\nFramework: b",
		},
		{Name: "frameworks/c", Object: hashes[0], Target: hashes[0]},
	}
	local := g.open()
	opts, _ := remoteOf(g)
	mirror := open(t, opts)
	for _, r := range []*Repo{local, mirror} {
		for range 2 { // read, and from the cache
			if got := tagsOf(t, r, "frameworks/"); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		}
		if got := tagsOf(t, r, "frameworks/a"); len(got) != 1 {
			t.Errorf("of a: got %+v", got)
		}
		if got := tagsOf(t, r, ""); len(got) != 4 {
			t.Errorf("all: got %+v", got)
		}
		if got := tagsOf(t, r, "other/"); len(got) != 0 {
			t.Errorf("none: got %+v", got)
		}
	}
	// Packed, some of them again in a file of their own, which counts.
	g.git("pack-refs", "--all", "--prune")
	g.annotate("frameworks/b/v1.0.0", "HEAD", "moved")
	g.git("gc", "--quiet", "--prune=now")
	g.annotate("frameworks/d/v1.0.0", "HEAD", "new")
	g.git("update-ref", "-d", "refs/tags/frameworks/c")
	after := fmt.Sprintf("frameworks/a/v1.0.0 %.7s %q \nframeworks/b/v1.0.0 %.7s \"moved\" \nframeworks/d/v1.0.0 %.7s \"new\" \n", hashes[2], want[0].Message, hashes[2], hashes[2])
	refresh(t, mirror)
	for _, r := range []*Repo{local, mirror} {
		if got := lines(tagsOf(t, r, "frameworks/")); got != after {
			t.Errorf("got\n%swant\n%s", got, after)
		}
	}
}

// TestTagsInMirror has all that can happen to a tag at the remote: each arrives
// at the next refresh.
func TestTagsInMirror(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	s := serve(t, g)
	r := open(t, s.options(t))
	const name = "frameworks/a/v1.0.0"
	stamps := map[string]bool{}
	for _, step := range []struct {
		do   func()
		want string // the target and message; "" for no tag
	}{
		{func() {}, ""},
		{func() { g.annotate(name, hashes[1], "one") }, hashes[1] + " one"},
		{func() { g.annotate(name, hashes[2], "forward") }, hashes[2] + " forward"},
		{func() { g.annotate(name, hashes[0], "backward") }, hashes[0] + " backward"},
		{func() { g.annotate(name, hashes[0], "again") }, hashes[0] + " again"},
		{func() { g.git("tag", "--force", name, hashes[1]) }, hashes[1] + " "},
		{func() { g.git("tag", "--delete", name); g.git("tag", "other") }, ""},
		{func() { g.annotate(name, hashes[1], "back") }, hashes[1] + " back"},
		{func() { g.git("tag", "--delete", name); g.annotate(name+"/x", hashes[2], "below") }, hashes[2] + " below"},
	} {
		step.do()
		refresh(t, r)
		before, err := r.TagsStamp(t.Context(), "frameworks/")
		must(t, err)
		got := ""
		if tags := tagsOf(t, r, name); len(tags) == 1 {
			got = tags[0].Target + " " + tags[0].Message
		} else if len(tags) > 1 {
			t.Fatalf("got %+v", tags)
		}
		if got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
		if stamps[before] && step.want != "" {
			t.Errorf("after %q: the stamp is one from before", step.want)
		}
		stamps[before] = true
		refresh(t, r)
		if after, err := r.TagsStamp(t.Context(), "frameworks/"); err != nil || after != before {
			t.Errorf("with nothing changed: got stamp %s, %v, want %s", after, err, before)
		}
	}
}

// TestHostileTags has what no release makes: each is an entry with a reason,
// and the good one beside them is read.
func TestHostileTags(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	head := hashes[2]
	object := func(target, kind, rest string) string {
		return "object " + target + "\ntype " + kind + "\ntag x\n" + rest
	}
	tagger := "tagger Ada <ada@example.com> 1767614400 +0000\n\n"
	tree, blob := g.git("rev-parse", "HEAD^{tree}"), g.git("rev-parse", "HEAD:cue.mod/module.cue")
	inner := g.object("tag", object(head, "commit", tagger+"inner\n"))
	missing := strings.Repeat("12", 20)
	refs := map[string]struct{ hash, problem string }{
		"a-good":         {g.object("tag", object(head, "commit", tagger+"good\n")), ""},
		"b-nested":       {g.object("tag", object(inner, "tag", tagger+"outer\n")), "it names another tag and no commit"},
		"c-tree":         {g.object("tag", object(tree, "tree", tagger+"x\n")), "it names a directory and no commit"},
		"d-blob":         {g.object("tag", object(blob, "blob", tagger+"x\n")), "it names a file and no commit"},
		"e-light-tree":   {tree, "it names a directory and no commit"},
		"f-light-blob":   {blob, "it names a file and no commit"},
		"g-large":        {g.object("tag", object(head, "commit", tagger+strings.Repeat("x", maxTagBytes))), "its message is longer than the 64 KB that are read"},
		"h-garbage":      {g.object("tag", "garbage\x00\xff"), "it is damaged"},
		"i-empty":        {g.object("tag", ""), "it is damaged"},
		"j-lies":         {g.object("tag", object(tree, "commit", tagger+"x\n")), "it is damaged"},
		"k-order":        {g.object("tag", "type commit\nobject "+head+"\ntag x\n"+tagger), "it is damaged"},
		"l-no-target":    {g.object("tag", object(missing, "commit", tagger+"x\n")), "the commit that it names is missing or damaged"},
		"m-kind":         {g.object("tag", object(head, "surprise", tagger+"x\n")), "it is damaged"},
		"n-no-tagger":    {g.object("tag", object(head, "commit", "\nold\n")), ""},
		"o-nothing-said": {g.object("tag", object(head, "commit", "")), ""},
	}
	for name, ref := range refs {
		file := filepath.Join(g.dir, ".git", "refs", "tags", "frameworks", name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, []byte(ref.hash+"\n"), 0o644))
	}
	for name, content := range map[string]string{
		"q-missing": missing + "\n", "r-symbolic": "ref: refs/heads/main\n", "s-empty": "", "t-text": "not a hash\n", "u-long": strings.Repeat("a", 1<<20),
		"z.lock": "", "zz": "",
	} {
		must(t, os.WriteFile(filepath.Join(g.dir, ".git", "refs", "tags", "frameworks", name), []byte(content), 0o644))
	}
	must(t, os.Remove(filepath.Join(g.dir, ".git", "refs", "tags", "frameworks", "zz")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(g.dir, ".git", "refs", "tags", "frameworks", "zz")))
	problems := map[string]string{
		"q-missing": "what it names is missing or damaged", "r-symbolic": "it stands for another branch or tag, and moves with it",
		"s-empty": "its file in the repository is damaged", "t-text": "its file in the repository is damaged", "u-long": "its file in the repository is damaged",
	}
	for name, ref := range refs {
		problems[name] = ref.problem
	}
	r := g.open()
	for range 2 {
		tags := tagsOf(t, r, "frameworks/")
		if len(tags) != len(problems) {
			t.Errorf("got %d tags, want %d:\n%s", len(tags), len(problems), lines(tags))
		}
		for _, tag := range tags {
			want, ok := problems[strings.TrimPrefix(tag.Name, "frameworks/")]
			if !ok || tag.Problem != want || (tag.Target == head) != (want == "") {
				t.Errorf("got %+v, want problem %q", tag, want)
			}
		}
		if tags[0].Message != "good" || tags[0].Tagger != "Ada" {
			t.Errorf("got %+v", tags[0])
		}
	}
}

// TestTagDamage loses an object under an open repository and under a mirror,
// which mends itself.
func TestTagDamage(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	g.annotate("frameworks/a/v1.0.0", "HEAD", "one").annotate("frameworks/b/v1.0.0", "HEAD", "two")
	opts, _ := remoteOf(g)
	mirror := open(t, opts)
	damage(t, packFiles(t, mirror)[0], false)
	mirror.store.reopen()
	if tags := tagsOf(t, mirror, "frameworks/"); len(tags) != 2 || tags[0].Problem != "" || tags[1].Message != "two" {
		t.Errorf("mirror: got %+v", tags)
	}
	must(t, os.Remove(filepath.Join(mirror.mirror.dir, "packed-refs")))
	if tags, err := mirror.Tags(t.Context(), "frameworks/"); !errors.Is(err, ErrDamaged) {
		t.Errorf("without a list, in the pause after mending: got %+v, %v", tags, err)
	}

	h := g.git("rev-parse", "frameworks/b/v1.0.0")
	file := filepath.Join(g.dir, ".git", "objects", h[:2], h[2:])
	content, err := os.ReadFile(file)
	must(t, err)
	must(t, os.Remove(file))
	local := g.open()
	if tags := tagsOf(t, local, "frameworks/"); len(tags) != 2 || tags[0].Message != "one" || tags[1].Problem == "" {
		t.Errorf("local: got %+v", tags)
	}
	must(t, os.WriteFile(file, content, 0o644)) // and it is back
	if tags := tagsOf(t, local, "frameworks/"); len(tags) != 2 || tags[1].Message != "two" {
		t.Errorf("mended: got %+v", tags)
	}
	packed := filepath.Join(g.dir, ".git", "packed-refs")
	must(t, os.WriteFile(packed, []byte("x refs/tags/frameworks/c\n"), 0o644))
	if _, err := local.Tags(t.Context(), "frameworks/"); !errors.Is(err, ErrDamaged) {
		t.Errorf("with a broken list: got %v", err)
	}
	must(t, os.WriteFile(packed, []byte(strings.Repeat("x", 1<<17)+"\n"), 0o644))
	if _, err := local.Tags(t.Context(), "frameworks/"); !errors.Is(err, ErrDamaged) {
		t.Errorf("with a long line: got %v", err)
	}
}

// TestManyTags has ten thousand: one more costs one more, and too many are an
// error and not a part of the list.
func TestManyTags(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	const n = 10_000
	var packed strings.Builder
	object := g.object("tag", "object "+hashes[2]+"\ntype commit\ntag x\ntagger A <> 1 +0000\n\nmany\n")
	for i := range n {
		fmt.Fprintf(&packed, "%s refs/tags/frameworks/a/v1.%d.0\n", object, i)
	}
	file := filepath.Join(g.dir, ".git", "packed-refs")
	must(t, os.WriteFile(file, []byte(packed.String()), 0o644))
	r := g.open()
	if tags := tagsOf(t, r, "frameworks/"); len(tags) != n || tags[n-1].Message != "many" {
		t.Fatalf("got %d", len(tags))
	}
	must(t, os.RemoveAll(filepath.Join(g.dir, ".git", "objects", object[:2], object[2:])))
	g.annotate("frameworks/b/v1.0.0", "HEAD", "one more")
	r.store.reopen()
	tags := tagsOf(t, r, "frameworks/")
	if len(tags) != n+1 || tags[n].Message != "one more" || tags[0].Message != "many" {
		t.Errorf("got %d, %+v: what was read is read again", len(tags), tags[0])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Tags(ctx, "frameworks/"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for i := range maxTags {
		fmt.Fprintf(&packed, "%s refs/tags/frameworks/b/v1.%d.0\n", object, i)
	}
	must(t, os.WriteFile(file, []byte(packed.String()), 0o644))
	if _, err := r.Tags(t.Context(), "frameworks/"); !errors.Is(err, ErrTooMuch) {
		t.Errorf("too many: got %v", err)
	}
	if _, err := r.TagsStamp(t.Context(), "frameworks/"); !errors.Is(err, ErrTooMuch) {
		t.Errorf("too many: got %v", err)
	}
}

// TestTagsWhileWritten lists without end while Git makes, packs and deletes
// tags: the one that stays is always there.
func TestTagsWhileWritten(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	g.annotate("frameworks/a/v1.0.0", "HEAD", "stays")
	r := g.open()
	stop := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			tags, err := r.Tags(context.Background(), "frameworks/")
			if err != nil || len(tags) == 0 || tags[0].Message != "stays" {
				done <- fmt.Errorf("got %+v, %w", tags, err)
				return
			}
		}
	}()
	for i := range 15 {
		g.annotate("frameworks/b/v1.0.0", "HEAD", fmt.Sprint(i))
		g.git("pack-refs", "--all", "--prune")
		if i%3 == 0 {
			g.git("tag", "--delete", "frameworks/b/v1.0.0")
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestParseTag(t *testing.T) {
	t.Parallel()
	head := "object " + strings.Repeat("a", 40) + "\ntype commit\ntag x\ntagger \x1bAda\u202e Love <a@example.com> 1767614400 +0100\n\n"
	for in, want := range map[string]string{
		"one\n\ntwo\n": "one\n\ntwo", "": "", "a\x00\x1b[31mb\r\nc\td": "a[31mb\nc\td", "\xff": "\ufffd",
		"one\n-----BEGIN PGP SIGNATURE-----\n\nx\n": "one", "-----BEGIN SSH SIGNATURE-----\n": "",
		"one\n-----BEGIN SSH SIGNATURE-----\nx\n-----BEGIN SSH SIGNATURE-----\ny": "one\n-----BEGIN SSH SIGNATURE-----\nx",
	} {
		got, ok := parseTag([]byte(head + in))
		if !ok || got.message != want || got.tagger != "Ada Love" || got.tagged != time.Unix(1767614400, 0).UTC() {
			t.Errorf("%q: got %+v, %v; want message %q", in, got, ok, want)
		}
	}
}

func FuzzParseTag(f *testing.F) {
	h := strings.Repeat("a", 40)
	f.Add([]byte("object " + h + "\ntype commit\ntag x\ntagger Ada <a@example.com> 1 +0000\n\nmessage\n-----BEGIN PGP SIGNATURE-----\n"))
	f.Add([]byte("object " + h + "\ntype commit\ntag x\n"))
	f.Add([]byte("\n\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		tag, ok := parseTag(b)
		if ok && (!utf8.ValidString(tag.message) || strings.ContainsAny(tag.message+tag.tagger, "\x00\x1b\r") || strings.Contains(tag.tagger, "\n")) {
			t.Errorf("got %+v", tag)
		}
	})
}
