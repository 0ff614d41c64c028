package history

import (
	"context"
	"fmt"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// readOrganisations reads the organisation's file at each commit that changed
// it. Where it needs a change, the last good one before it counts.
func (b *builder) readOrganisations(ctx context.Context, repo repository) error {
	for i := range b.orgs {
		o := &b.orgs[i]
		if o.read != nil {
			continue
		}
		org, found := ladder.DefaultOrganisation(), diag.List(nil)
		if o.blob != "" {
			tree, err := repo.Tree(ctx, o.commit)
			if err != nil {
				return fmt.Errorf("reading the organisation's file: %w", err)
			}
			if org, found, err = b.compiler.Organisation(ctx, tree, b.root); err != nil {
				return err
			}
		}
		o.findings = found
		if found.HasErrors() {
			if org = ladder.DefaultOrganisation(); i > 0 {
				org = *b.orgs[i-1].read
			}
		}
		o.read = &org
		var err error
		if o.zone, err = org.Location(); err != nil {
			o.zone = time.UTC
		}
	}
	for i := range b.commits {
		if c := &b.commits[i]; c.zone == nil {
			if c.zone = time.UTC; c.org > 0 {
				c.zone = b.orgs[c.org-1].zone
			}
		}
	}
	return nil
}

// organisation is the organisation as of the newest commit, and what its file
// needs changed.
func (b *builder) organisation() (ladder.Organisation, diag.List) {
	if len(b.orgs) == 0 {
		return ladder.DefaultOrganisation(), nil
	}
	o := b.orgs[len(b.orgs)-1]
	return *o.read, o.findings
}
