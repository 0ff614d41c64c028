package history

import (
	"fmt"
	"slices"

	"github.com/milepost-dev/milepost/internal/diag"
)

// alarms are what is wrong with a framework's tags: those that are ignored,
// and the gaps among those that count.
func (c *chain) alarms(onBranch func(commit string) bool) diag.List {
	var out diag.List
	counted := map[*claim]bool{}
	newest := -1
	for i, v := range c.versions {
		if v.tag != nil {
			counted[v.tag], newest = true, i
		}
	}
	lost := c.lost()
	for _, t := range c.tags.ofChain(c) {
		switch {
		case counted[t]:
		case slices.Contains(lost, t):
			out = append(out, versionLost(c.id, t))
		default:
			out = append(out, tagIgnored(c.id, t, c.why(t, onBranch)))
		}
	}
	for i := range max(newest, 0) {
		if v := c.versions[i]; v.tag == nil {
			out = append(out, tagMissing(c.id, v))
		}
	}
	return out
}

func tagIgnored(id string, t *claim, why string) diag.Finding {
	return diag.Finding{Code: "tag-ignored", Severity: diag.Warning, Framework: id,
		Message: fmt.Sprintf("the tag %s does not count: %s", clip(t.Name), why),
		Help:    "Delete the tag if nobody made it on purpose. Versions stay as they are, with or without it."}
}

// versionLost is the alarm that a tagged version cannot be read any more.
func versionLost(id string, t *claim) diag.Finding {
	return diag.Finding{Code: "version-unreadable", Severity: diag.Warning, Framework: id,
		Message: fmt.Sprintf("version %s was released, and its text cannot be read any more: it stands at commit %.10s, and needs a change today", t.number, t.Target),
		Help:    "Its number stays taken. On its dates the text before it is answered. Read it with the Milepost that released it, and tell those who make Milepost."}
}

func tagMissing(id string, v *Version) diag.Finding {
	return diag.Finding{Code: "tag-missing", Severity: diag.Warning, Framework: id,
		Message: fmt.Sprintf("version %s has no tag, and later versions have", v.Number),
		Help:    "A tag was deleted, or never made. The version stays as it is; its tag is not made again."}
}

// why says why a tag does not count.
func (c *chain) why(t *claim, onBranch func(commit string) bool) string {
	if t.problem != "" {
		return t.problem
	}
	if !onBranch(t.Target) {
		return "it stands on a commit that is not on the branch"
	}
	var last number
	why := ""
	for _, v := range c.versions {
		if v.Framework == t.id && v.Commit == t.Target {
			if v.tag != nil && t.refusal(v, last) == "" {
				return fmt.Sprintf("another tag, v%s, names the same version", v.tag.number)
			}
			if r := t.refusal(v, last); why == "" || t.digest == v.Digest {
				why = r
			}
		}
		last, _ = parseNumber(v.Number)
	}
	if why == "" {
		why = "it stands on a commit that made no version of the framework"
	}
	return why
}
