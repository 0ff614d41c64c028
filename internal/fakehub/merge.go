package fakehub

import (
	"errors"
	"fmt"
	"strings"
)

// errConflict is a merge that people would have to finish.
var errConflict = errors.New("merge conflict")

// mergeTree returns the tree that merging two commits makes, or errConflict.
func (g bare) mergeTree(a, b string) (string, error) {
	out, code, err := g.exec(nil, nil, "merge-tree", "--write-tree", a, b)
	if code == 1 {
		return "", errConflict
	}
	if err != nil {
		return "", err
	}
	tree, _, _ := strings.Cut(out, "\n")
	return tree, nil
}

// merge makes a commit of both, with base as its first parent.
func (g bare) merge(base, head, message string, who identity) (string, error) {
	tree, err := g.mergeTree(base, head)
	if err != nil {
		return "", err
	}
	return g.commitTree(tree, message, who, who, base, head)
}

// squash makes one commit on base of all that head brings.
func (g bare) squash(base, head, message string, author, committer identity) (string, error) {
	tree, err := g.mergeTree(base, head)
	if err != nil {
		return "", err
	}
	return g.commitTree(tree, message, author, committer, base)
}

// rebase puts the commits of head on base, with new commits even where none
// would be needed, as GitHub does, and returns the last of them.
func (g bare) rebase(base, head string, committer identity) (string, error) {
	commits, err := g.log("--reverse", "--topo-order", "--no-merges", base+".."+head)
	if err != nil {
		return "", err
	}
	onto := base
	for _, c := range commits {
		if onto, err = g.pick(onto, c, committer); err != nil {
			return "", err
		}
	}
	return onto, nil
}

// pick puts one commit on another. The two are merged with the commit's parent
// as their base: a stand-in for onto with that parent makes it so.
func (g bare) pick(onto string, c commit, committer identity) (string, error) {
	if len(c.parents) != 1 {
		return "", fmt.Errorf("rebasing %s: it has %d parents: %w", c.sha, len(c.parents), errConflict)
	}
	at, err := g.commit(onto)
	if err != nil {
		return "", err
	}
	standIn, err := g.commitTree(at.tree, "", committer, committer, c.parents[0])
	if err != nil {
		return "", err
	}
	tree, err := g.mergeTree(standIn, c.sha)
	if err != nil {
		return "", err
	}
	return g.commitTree(tree, c.message, c.author, committer, onto)
}
