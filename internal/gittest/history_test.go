package gittest

import (
	"strings"
	"testing"
	"time"
)

func file(text string) map[string]string { return map[string]string{"f": text} }

// chain returns the subjects of the first-parent chain, newest first.
func (r *Repo) chain() string {
	return strings.ReplaceAll(r.Git("log", "--first-parent", "--format=%s"), "\n", ", ")
}

func TestTags(t *testing.T) {
	t.Parallel()
	r := New(t)
	one, two := r.Commit("one"), r.Commit("two")
	const message = "v1\n\n# not a comment\n\nFramework: a"
	object := r.Tag("a/v1", one, message)
	if got := r.Git("cat-file", "tag", "a/v1"); !strings.HasSuffix(got, message) || object == one {
		t.Errorf("got %q", got)
	}
	if moved := r.Tag("a/v1", two, message); moved == object || r.Git("rev-parse", "a/v1^{commit}") != two {
		t.Errorf("got %s", moved)
	}
	r.LightTag("light", one)
	if got := r.Git("rev-parse", "light"); got != one {
		t.Errorf("got %s", got)
	}
	r.DeleteTag("a/v1").LightTag("light", two)
	if got := r.Git("tag", "--list"); got != "light" || r.Git("rev-parse", "light") != two {
		t.Errorf("got %s", got)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	r := New(t)
	r.Write(file("1")).Commit("base")
	past := Start.Add(-24 * time.Hour)
	h := r.CommitAt("skewed", past)
	if got := r.Git("log", "-1", "--format=%ct %at", h); got != "1709197200 1709287200" {
		t.Errorf("got dates %s", got)
	}
	r.Switch("topic").Write(map[string]string{"g": "g"}).Commit("on topic")
	merged := r.Switch("main").Merge("topic")
	if got := r.chain(); got != "Merge topic, skewed, base" || r.Git("log", "-1", "--format=%p", merged) == "" {
		t.Errorf("merge: got %s", got)
	}
	if r.Revert(merged); r.chain() != "Revert \"Merge topic\", Merge topic, skewed, base" || r.Git("ls-files") != "f" {
		t.Errorf("revert: got %s with %s", r.chain(), r.Git("ls-files"))
	}
	r.Switch("more").Write(file("2")).Commit("m1")
	r.Write(file("3")).Commit("m2")
	r.Switch("main").Squash("more", "All more")
	if got := r.chain(); !strings.HasPrefix(got, "All more, Revert") || r.Git("show", "HEAD:f") != "3" {
		t.Errorf("squash: got %s", got)
	}
	r.Switch("last").Write(map[string]string{"h": "1"}).Commit("l1")
	r.Write(map[string]string{"h": "2"}).Commit("l2")
	r.Switch("main").Write(file("4")).Commit("meanwhile")
	if r.Rebase("last"); !strings.HasPrefix(r.chain(), "l2, l1, meanwhile, All more") || r.Git("symbolic-ref", "HEAD") != "refs/heads/main" {
		t.Errorf("rebase: got %s", r.chain())
	}
	undone := r.Revert("HEAD")
	if r.Git("show", undone+":h") != "1" {
		t.Error("revert of a plain commit")
	}
}
