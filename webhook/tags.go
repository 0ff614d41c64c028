package webhook

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-github/v60/github"

	"github.com/milepost-dev/milepost/internal/history"
)

// tag is a tag as it is now; ok says whether there is one.
func (c *GitHub) tag(ctx context.Context, name string) (t history.Tag, ok bool, err error) {
	ref, _, err := c.make.Git.GetRef(ctx, c.owner, c.name, "refs/tags/"+name)
	if err != nil {
		err = failure("reading the tag "+name, err)
		return t, false, ignoreGone(err)
	}
	t = history.Tag{Name: name, Object: ref.GetObject().GetSHA()}
	switch ref.GetObject().GetType() {
	case "commit":
		t.Target = t.Object
	case "tag":
		object, _, err := c.make.Git.GetTag(ctx, c.owner, c.name, t.Object)
		if err != nil {
			return t, false, failure("reading the tag "+name, err)
		}
		t.Annotated, t.Message = true, object.GetMessage()
		if object.GetObject().GetType() == "commit" {
			t.Target = object.GetObject().GetSHA()
		}
	}
	return t, true, nil
}

// createTag makes an annotated tag, unless there is one of that name: GitHub
// makes no reference twice, so that of any number who try one wins. The object
// that was to be it is returned.
func (c *GitHub) createTag(ctx context.Context, name, commit, message string) (object string, err error) {
	made, _, err := c.make.Git.CreateTag(ctx, c.owner, c.name, &github.Tag{
		Tag: &name, Message: &message, Object: &github.GitObject{Type: github.String("commit"), SHA: &commit}})
	if err != nil {
		return "", failure("making the tag "+name, err)
	}
	object = made.GetSHA()
	_, _, err = c.make.Git.CreateRef(ctx, c.owner, c.name, &github.Reference{Ref: github.String("refs/tags/" + name), Object: &github.GitObject{SHA: &object}})
	if err != nil {
		return object, failure("making the tag "+name, err)
	}
	return object, nil
}

// releases are the tags that have a release, drafts among them.
func (c *GitHub) releases(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.make.Repositories.ListReleases(ctx, c.owner, c.name, &o)
		for _, r := range list {
			out[r.GetTagName()] = true
		}
		return res, err
	})
	if err != nil {
		return nil, failure("listing releases", err)
	}
	return out, nil
}

// released says whether a tag has a release.
func (c *GitHub) released(ctx context.Context, tag string) (bool, error) {
	_, _, err := c.make.Repositories.GetReleaseByTag(ctx, c.owner, c.name, tag)
	if err == nil {
		return true, nil
	}
	err = failure("looking for the release of "+tag, err)
	if errors.Is(err, errGone) {
		return false, nil
	}
	return false, err
}

func (c *GitHub) createRelease(ctx context.Context, tag, title, body string) error {
	_, _, err := c.make.Repositories.CreateRelease(ctx, c.owner, c.name, &github.RepositoryRelease{TagName: &tag, Name: &title, Body: &body})
	if err != nil {
		return failure(fmt.Sprintf("making the release of %s", tag), err)
	}
	return nil
}
