package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/milepost-dev/milepost/internal/history"
)

// Hint says what to look at. It says nothing about it.
type Hint struct {
	// Key is "pr/12", "ref/main" (a branch), "head/" and a commit (the pull
	// requests whose newest commit it is), or "all".
	Key string
	// Again asks for a new check where there is one already.
	Again bool
	// Swept says that it came of looking at everything, and of no delivery.
	Swept bool
	// Delivery is the last delivery that led to it, "" for none, and Deliveries
	// how many did: for the log alone.
	Delivery   string
	Deliveries int
}

const (
	keyAll  = "all"
	keyPull = "pr/"
	keyRef  = "ref/"
	keyHead = "head/"
)

func pullHint(n int) Hint         { return Hint{Key: keyPull + strconv.Itoa(n)} }
func refHint(branch string) Hint  { return Hint{Key: keyRef + branch} }
func headHint(commit string) Hint { return Hint{Key: keyHead + commit} }

// payload is what is read of a delivery: where to look, and nothing else.
type payload struct {
	Action     string
	Number     int
	Ref        string
	RefType    string `json:"ref_type"`
	Repository *struct {
		FullName string `json:"full_name"`
	}
	Installation *struct {
		Account *struct{ Login string }
	}
	PullRequest *struct {
		Head struct{ SHA string }
	} `json:"pull_request"`
	Changes    *struct{ Base *struct{} }
	CheckSuite *struct {
		HeadSHA string `json:"head_sha"`
	} `json:"check_suite"`
	CheckRun *struct {
		HeadSHA string `json:"head_sha"`
	} `json:"check_run"`
	MergeGroup *struct {
		HeadRef string `json:"head_ref"`
	} `json:"merge_group"`
}

// maxDepth is how deep a payload may be nested. GitHub's have about ten.
const maxDepth = 64

var errTooDeep = errors.New("nested too deeply")

// parsePayload reads a payload. Fields of other types than expected are an
// error, as is anything that is no JSON object.
func parsePayload(body []byte) (*payload, error) {
	if err := shallow(body); err != nil {
		return nil, err
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, fmt.Errorf("not the JSON expected: %w", err)
	}
	return &p, nil
}

// shallow says whether JSON is nested no deeper than maxDepth. It passes over
// texts, and leaves all else to the parser.
func shallow(body []byte) error {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return errTooDeep
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return nil
}

// pullActions are the actions of pull_request after which something may be
// said otherwise. "edited" counts where the base was changed.
var pullActions = map[string]bool{
	"opened": true, "synchronize": true, "reopened": true, "ready_for_review": true, "converted_to_draft": true, "closed": true, "edited": true,
	"locked": true, "unlocked": true,
}

// events are those that are taken in, with the hints that they give. served
// is the branch whose history counts.
var events = map[string]func(p *payload, served string) []Hint{
	"ping":                      func(*payload, string) []Hint { return nil },
	"push":                      pushHints,
	"create":                    createHints,
	"delete":                    createHints,
	"pull_request":              pullHints,
	"check_suite":               suiteHints,
	"check_run":                 runHints,
	"merge_group":               groupHints,
	"installation":              allHints,
	"installation_repositories": allHints,
}

func allHints(*payload, string) []Hint { return []Hint{{Key: keyAll}} }

// pushHints: a branch is looked at itself; of tags, those of versions are
// looked at with the branch that is served.
func pushHints(p *payload, served string) []Hint {
	if branch, ok := strings.CutPrefix(p.Ref, "refs/heads/"); ok {
		return branchHints(branch)
	}
	return tagHints(strings.TrimPrefix(p.Ref, "refs/tags/"), served)
}

func createHints(p *payload, served string) []Hint {
	if p.RefType == "tag" {
		return tagHints(p.Ref, served)
	}
	return nil // the push says the same
}

func tagHints(tag, served string) []Hint {
	if strings.HasPrefix(tag, history.TagPrefix) {
		return branchHints(served)
	}
	return nil
}

func branchHints(branch string) []Hint {
	if !isBranch(branch) {
		return nil
	}
	return []Hint{refHint(branch)}
}

func pullHints(p *payload, _ string) []Hint {
	if p.Number < 1 || !pullActions[p.Action] || p.Action == "edited" && (p.Changes == nil || p.Changes.Base == nil) {
		return nil
	}
	return []Hint{pullHint(p.Number)}
}

func suiteHints(p *payload, _ string) []Hint {
	if p.CheckSuite == nil || p.Action != "requested" && p.Action != "rerequested" || !isCommit(p.CheckSuite.HeadSHA) {
		return nil
	}
	return []Hint{{Key: headHint(p.CheckSuite.HeadSHA).Key, Again: p.Action == "rerequested"}}
}

func runHints(p *payload, _ string) []Hint {
	if p.CheckRun == nil || p.Action != "rerequested" && p.Action != "requested_action" || !isCommit(p.CheckRun.HeadSHA) {
		return nil
	}
	return []Hint{{Key: headHint(p.CheckRun.HeadSHA).Key, Again: true}}
}

func groupHints(p *payload, _ string) []Hint {
	if p.MergeGroup == nil || p.Action != "checks_requested" {
		return nil
	}
	return branchHints(strings.TrimPrefix(p.MergeGroup.HeadRef, "refs/heads/"))
}

var commitForm = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

func isCommit(s string) bool { return commitForm.MatchString(s) }

// notInBranch are the characters and parts that Git has in no branch's name.
var notInBranch = regexp.MustCompile(`[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^/|/$|^-|\.lock$|^\.|/\.|\.$`)

func isBranch(s string) bool { return s != "" && len(s) <= 255 && !notInBranch.MatchString(s) }
