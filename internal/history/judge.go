package history

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// judgement is what a text came to against the one before it, as far as it is
// kept: the changes themselves are found anew when somebody asks for them.
type judgement struct {
	Bump     string          `json:"bump"`
	Category ladder.Category `json:"category,omitempty"`
	Rules    []string        `json:"rules,omitempty"`
	Headline string          `json:"headline,omitempty"`
	// Held is the bump that the changes call for, where the author asked for
	// a lower one and did not accept what stands against it.
	Held string `json:"held,omitempty"`
}

// compare judges the step from a to b, of which either may be nil.
func compare(a, b *ladder.Framework, said ladder.Directives) *judgement {
	if a == nil && b == nil {
		return &judgement{}
	}
	if a == nil {
		// What comes back has no text to be compared with.
		j := &judgement{Bump: ladder.BumpMinor, Category: ladder.Adds, Rules: []string{"framework-added"}}
		if r := said.Release; r != nil && r.Bump == ladder.BumpMajor {
			j.Bump = r.Bump
		}
		return j
	}
	judged := ladder.Diff(a, b).Judge(said.Release, said.Accept)
	j := &judgement{Bump: judged.Bump, Category: judged.Category, Headline: judged.Changes.Headline(b)}
	if len(judged.TooLow) > 0 {
		j.Held = judged.Bump
	}
	for _, ch := range judged.Changes.Changes {
		j.Rules = append(j.Rules, ch.Rule)
	}
	slices.Sort(j.Rules)
	j.Rules = slices.Compact(j.Rules)
	return j
}

// Changes are those from a to b, judged by what the author declares.
func Changes(a, b *ladder.Framework, said ladder.Directives) ladder.ChangeSet {
	set := ladder.Diff(a, b)
	if said.Release != nil {
		set = set.Declared(said.Release.Meaning)
	}
	return set
}

// decode reads a canonical form as it is stored.
func decode(gz []byte) (*ladder.Framework, error) {
	plain, err := compile.Decompress(gz)
	if err != nil {
		return nil, err
	}
	var f ladder.Framework
	if err := json.Unmarshal(plain, &f); err != nil {
		return nil, fmt.Errorf("decoding a stored text: %w", err)
	}
	return &f, nil
}

// judge fills in what changed at the becomes that have not been judged. What
// was judged once is remembered, as decoding two texts and comparing them is
// most of what a start does otherwise.
func (c *chain) judge() error {
	var before *ladder.Framework // of the become before, where it is at hand
	at := -2
	for i := range c.becomes {
		b := &c.becomes[i]
		if b.judged != nil {
			continue
		}
		if i == 0 {
			b.judged = &judgement{}
			continue
		}
		var j judgement
		err := c.engine.Remembered(c.step(i), &j, func() error {
			if at != i-1 {
				var err error
				if before, err = c.textAt(i - 1); err != nil {
					return err
				}
			}
			f, err := c.textAt(i)
			if err != nil {
				return err
			}
			j = *compare(before, f, b.said)
			before, at = f, i
			return nil
		})
		if err != nil {
			return err
		}
		b.judged = &j
	}
	return nil
}

// step names a step by all that its judgement follows from: both texts, the
// directives that count, and the rules.
func (c *chain) step(i int) string {
	b := &c.becomes[i]
	return key("", []any{rules(), c.becomes[i-1].text.digest, b.text.digest, b.said.Release, b.said.Accept})
}

// rules names the rules that steps are judged by. The number is raised where
// they judge the same step in another way.
var rules = sync.OnceValue(func() string { return ladder.Digest([]byte(key("judgement 1", ladder.Rules()))) })

// textAt is the text that came into force at become i, nil for an end.
func (c *chain) textAt(i int) (*ladder.Framework, error) {
	b := &c.becomes[i]
	if b.text.digest == "" {
		return nil, nil
	}
	if i < len(c.versions) {
		return c.versions[i].Text()
	}
	f, err := decode(b.text.gz)
	if err != nil {
		return nil, fmt.Errorf("%s at commit %.10s: %w", c.id, b.text.commit.hash, err)
	}
	return f, nil
}
