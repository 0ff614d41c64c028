package fakehub

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestTagsAndRefs(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	head, git := f.repo.Head("main"), f.gh.Git
	tag, _, err := git.CreateTag(t.Context(), "acme", "careers", &github.Tag{Tag: github.String("frameworks/x/v1.0.0"), Message: github.String("One\n\nNonce: n1"),
		Object: &github.GitObject{SHA: &head, Type: github.String("commit")},
		Tagger: &github.CommitAuthor{Name: github.String("Milepost"), Email: github.String("m@example.com"), Date: &github.Timestamp{Time: f.clock.now()}}})
	f.check(err)
	if _, res, _ := git.GetRef(t.Context(), "acme", "careers", "tags/frameworks/x/v1.0.0"); res.StatusCode != 404 {
		t.Errorf("a tag's object is no ref: got %d", res.StatusCode)
	}
	ref := &github.Reference{Ref: github.String("refs/tags/frameworks/x/v1.0.0"), Object: &github.GitObject{SHA: tag.SHA}}
	var wins, losses int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			_, _, err := git.CreateRef(t.Context(), "acme", "careers", ref)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				wins++
			} else if status(err) == 422 && strings.Contains(err.Error(), "Reference already exists") {
				losses++
			}
		})
	}
	all.Wait()
	if wins != 1 || losses != 4 {
		t.Errorf("%d won, %d lost", wins, losses)
	}
	got, _, err := git.GetRef(t.Context(), "acme", "careers", "tags/frameworks/x/v1.0.0")
	f.check(err)
	read, _, err := git.GetTag(t.Context(), "acme", "careers", got.GetObject().GetSHA())
	f.check(err)
	if got.GetObject().GetType() != "tag" || read.GetMessage() != "One\n\nNonce: n1" || read.GetObject().GetSHA() != head || read.GetTagger().GetName() != "Milepost" {
		t.Errorf("got %v, %v", got, read)
	}
	f.check(f.repo.SetRef("refs/tags/frameworks/y/v1.0.0", "main"))
	match, _, err := git.ListMatchingRefs(t.Context(), "acme", "careers", &github.ReferenceListOptions{Ref: "tags/frameworks/"})
	f.check(err)
	if len(match) != 2 || match[0].GetRef() != "refs/tags/frameworks/x/v1.0.0" || match[1].GetObject().GetType() != "commit" {
		t.Errorf("got %v", match)
	}
	if _, _, err = git.CreateRef(t.Context(), "acme", "careers", &github.Reference{Ref: github.String("refs/tags/frameworks/x"), Object: &github.GitObject{SHA: &head}}); status(err) != 422 {
		t.Errorf("a tag below another: %v", err)
	}
	side, err := f.repo.Push("side", map[string]string{"s": "s"})
	f.check(err)
	_, err = f.repo.Push("main", map[string]string{"m": "m"})
	f.check(err)
	move := &github.Reference{Ref: github.String("refs/heads/main"), Object: &github.GitObject{SHA: &side}}
	if _, _, err = git.UpdateRef(t.Context(), "acme", "careers", move, false); status(err) != 422 {
		t.Errorf("got %v", err)
	}
	_, _, err = git.UpdateRef(t.Context(), "acme", "careers", move, true)
	f.check(err)
	if f.repo.Head("main") != side {
		t.Error("main is where it was")
	}
	_, err = git.DeleteRef(t.Context(), "acme", "careers", "tags/frameworks/y/v1.0.0")
	f.check(err)
	if res, _ := git.DeleteRef(t.Context(), "acme", "careers", "tags/frameworks/y/v1.0.0"); res.StatusCode != 422 {
		t.Errorf("got %d", res.StatusCode)
	}
	f.clean()
}

func TestReleases(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.check(f.repo.SetRef("refs/tags/v1", "main"))
	repos := f.gh.Repositories
	draft, _, err := repos.CreateRelease(t.Context(), "acme", "careers", &github.RepositoryRelease{TagName: github.String("v2"), Draft: github.Bool(true)})
	f.check(err)
	one, _, err := repos.CreateRelease(t.Context(), "acme", "careers", &github.RepositoryRelease{TagName: github.String("v1"), Name: github.String("One"), Body: github.String("b")})
	f.check(err)
	if _, _, err := repos.CreateRelease(t.Context(), "acme", "careers", &github.RepositoryRelease{TagName: github.String("v1")}); status(err) != 422 || !strings.Contains(err.Error(), "already_exists") {
		t.Errorf("got %v", err)
	}
	if _, res, _ := repos.GetReleaseByTag(t.Context(), "acme", "careers", "v2"); res.StatusCode != 404 {
		t.Errorf("a draft by its tag: got %d", res.StatusCode)
	}
	if s, err := f.repo.State(); err != nil || len(s.Tags) != 1 {
		t.Errorf("a draft makes no tag: %v, %v", s.Tags, err)
	}
	_, _, err = repos.EditRelease(t.Context(), "acme", "careers", draft.GetID(), &github.RepositoryRelease{Draft: github.Bool(false), Body: github.String("two")})
	f.check(err)
	got, _, err := repos.GetReleaseByTag(t.Context(), "acme", "careers", "v2")
	f.check(err)
	if got.GetBody() != "two" || got.GetDraft() {
		t.Errorf("got %v", got)
	}
	all, _, err := repos.ListReleases(t.Context(), "acme", "careers", nil)
	f.check(err)
	if len(all) != 2 || all[0].GetID() != one.GetID() {
		t.Errorf("got %v", all)
	}
	f.check(f.repo.DeleteRelease("v1"))
	if _, res, _ := repos.GetRelease(t.Context(), "acme", "careers", one.GetID()); res.StatusCode != 404 {
		t.Errorf("got %d", res.StatusCode)
	}
	s, err := f.repo.State()
	f.check(err)
	if len(s.Tags) != 2 || s.Tags[1].Annotated || len(s.Releases) != 1 {
		t.Errorf("got %+v", s)
	}
	f.clean()
}

func TestContents(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	_, err := f.repo.Push("main", map[string]string{"dir/b.txt": "bee", "dir/c.txt": "sea"})
	f.check(err)
	file, _, _, err := f.gh.Repositories.GetContents(t.Context(), "acme", "careers", "dir/b.txt", &github.RepositoryContentGetOptions{Ref: "main"})
	f.check(err)
	if text, err := file.GetContent(); err != nil || text != "bee" {
		t.Errorf("got %q, %v", text, err)
	}
	_, dir, _, err := f.gh.Repositories.GetContents(t.Context(), "acme", "careers", "dir", nil)
	f.check(err)
	if len(dir) != 2 || dir[1].GetPath() != "dir/c.txt" || dir[1].GetSize() != 3 {
		t.Errorf("got %v", dir)
	}
	if _, _, res, _ := f.gh.Repositories.GetContents(t.Context(), "acme", "careers", "none", nil); res.StatusCode != 404 {
		t.Errorf("got %d", res.StatusCode)
	}
	put := &github.RepositoryContentFileOptions{Message: github.String("write"), Content: []byte("buzz"), Branch: github.String("main")}
	if _, _, err = f.gh.Repositories.UpdateFile(t.Context(), "acme", "careers", "dir/b.txt", put); status(err) != http.StatusConflict {
		t.Errorf("without the file's SHA: %v", err)
	}
	put.SHA = file.SHA
	res, _, err := f.gh.Repositories.UpdateFile(t.Context(), "acme", "careers", "dir/b.txt", put)
	f.check(err)
	if res.Commit.GetSHA() != f.repo.Head("main") {
		t.Errorf("got %v", res)
	}
	put.SHA = nil
	_, made, err := f.gh.Repositories.CreateFile(t.Context(), "acme", "careers", "new.txt", put)
	f.check(err)
	if made.StatusCode != 201 {
		t.Errorf("got %d", made.StatusCode)
	}
	f.clean()
}

func TestObjects(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	git, head := f.gh.Git, f.repo.Head("main")
	blob, _, err := git.CreateBlob(t.Context(), "acme", "careers", &github.Blob{Content: github.String("YmVl"), Encoding: github.String("base64")})
	f.check(err)
	tree, _, err := git.CreateTree(t.Context(), "acme", "careers", head, []*github.TreeEntry{
		{Path: github.String("d/b.txt"), Mode: github.String("100644"), Type: github.String("blob"), SHA: blob.SHA},
		{Path: github.String("c.txt"), Mode: github.String("100644"), Type: github.String("blob"), Content: github.String("sea")},
		{Path: github.String("a.txt"), Mode: github.String("100644"), Type: github.String("blob")}})
	f.check(err)
	made, _, err := git.CreateCommit(t.Context(), "acme", "careers", &github.Commit{Message: github.String("made"), Tree: tree, Parents: []*github.Commit{{SHA: &head}}}, nil)
	f.check(err)
	_, _, err = git.UpdateRef(t.Context(), "acme", "careers", &github.Reference{Ref: github.String("refs/heads/main"), Object: &github.GitObject{SHA: made.SHA}}, false)
	f.check(err)
	if out, err := f.repo.Git("ls-tree", "-r", "--name-only", "main"); err != nil || out != "c.txt\nd/b.txt" {
		t.Errorf("got %q, %v", out, err)
	}
	c, _, err := f.gh.Repositories.GetCommit(t.Context(), "acme", "careers", "main", nil)
	f.check(err)
	if c.GetSHA() != made.GetSHA() || len(c.Files) != 3 || c.GetCommit().GetMessage() != "made" || c.GetAuthor().GetLogin() != appLogin {
		t.Errorf("got %v", c)
	}
	sha, _, err := f.gh.Repositories.GetCommitSHA1(t.Context(), "acme", "careers", "heads/main", "")
	f.check(err)
	diff, _, err := f.gh.Repositories.CompareCommits(t.Context(), "acme", "careers", head, "main", nil)
	f.check(err)
	if sha != made.GetSHA() || diff.GetStatus() != "ahead" || diff.GetAheadBy() != 1 || len(diff.Commits) != 1 || len(diff.Files) != 3 {
		t.Errorf("got %s, %v", sha, diff)
	}
	raw, _, err := f.gh.Repositories.CompareCommitsRaw(t.Context(), "acme", "careers", head, "main", github.RawOptions{Type: github.Diff})
	f.check(err)
	if !strings.Contains(raw, "+sea") {
		t.Errorf("got %s", raw)
	}
	branch, _, err := f.gh.Repositories.GetBranch(t.Context(), "acme", "careers", "main", 0)
	f.check(err)
	if branch.GetCommit().GetSHA() != sha || branch.GetProtected() {
		t.Errorf("got %v", branch)
	}
	f.clean()
}
