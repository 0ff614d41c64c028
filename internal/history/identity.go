package history

import (
	"cmp"
	"fmt"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// maxIdentified is how many versions an expectation is followed through in one go.
const maxIdentified = 500

// Expectations names the expectations that each change of the versions up to
// to concerns: by version's index and the change's place in what Changes says
// of it. Names are derived from the whole history, and stay with an expectation
// through rewording and moves. There are none after 500 versions. The error
// says that a stored text cannot be read.
func (t *Timeline) Expectations(to int) ([][][]string, error) {
	if to < 0 || to >= len(t.Versions) || to >= maxIdentified {
		return nil, nil
	}
	out := make([][][]string, to+1)
	var ids ladder.Identities
	var before *ladder.Framework
	seen := false
	for i := range out {
		v := t.Versions[i]
		f, err := v.Text()
		if err != nil {
			return nil, fmt.Errorf("following the expectations of %s: %w", t.ID, err)
		}
		switch {
		case !seen && f != nil:
			ids, seen = ladder.Identify(f, cmp.Or(v.Framework, t.ID)), true
		case seen:
			plain := ladder.Diff(before, f)
			ids = ids.Follow(f, plain)
			out[i] = ids.Name(plain)
		}
		before = f
	}
	return out, nil
}
