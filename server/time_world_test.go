package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// written is a ladder with directives, as files of the base directory, or of
// next/ where id begins with it.
func written(id, text, directives string) map[string]string {
	name := strings.TrimPrefix(id, "next/")
	file := gittest.Ladder(name, text)["frameworks/"+name+"/framework.cue"]
	return map[string]string{"frameworks/" + id + "/framework.cue": strings.Replace(file, "owners:", directives+"\n\towners:", 1)}
}

// asking is a ladder whose second level is asked for more.
func asking(files map[string]string) map[string]string {
	for name, text := range files {
		files[name] = strings.Replace(text, `craft: items: ["Makes things"]}`, `craft: items: ["Makes things", "Helps others to make things"]}`, 1)
	}
	return files
}

// base is the history that stands outside next/ in the world of times:
//
//	ladder  1.0.0 1 March 2024, 1.1.0 1 June, 1.2.0 corrects it on 1 July and accepts... 1.3.0 from 1 September, 1.2.0 accepted until the end of October
//	ends    from 1 March to 1 June 2024
//	soon, drafted   from 1 March 2024
func timeBase(t testing.TB) *gittest.Repo {
	r := gittest.New(t)
	for _, id := range []string{"ladder", "ends", "soon", "drafted"} {
		r.Write(gittest.Ladder(id, "One"))
	}
	r.Write(map[string]string{"frameworks/organisation.cue": organisationFile}).Commit("start") // 1 March 2024, 09:00
	day := func(month time.Month) *gittest.Repo {
		return r.At(time.Date(2024, month, 1, 9, 0, 0, 250e6, time.UTC))
	}
	day(6).Write(gittest.Ladder("ladder", "Tow")).Remove("frameworks/ends").Commit("a word is wrong")
	day(7).Write(written("ladder", "Two", `correction: {of: "1.1.0", reason: "A word was wrong"}`)).Commit("put right")
	day(9).Write(written("ladder", "Three", `transition: {acceptOld: "2024-10-31", for: "promotions under way"}
	errata: {"1.0.0": "The word things means tools too."}`)).Commit("the older text is accepted for a while")
	return r
}

// addEditions puts into next/ what is to come, on 1 February 2025:
//
//	soon     from 1 June 2025, published
//	fresh    from 1 June 2025, published, and nothing was there before
func addPublished(r *gittest.Repo) {
	r.At(time.Date(2025, 2, 1, 9, 0, 0, 0, time.UTC))
	r.Write(asking(written("next/soon", "One", "effective: \"2025-06-01\"\n\tpublish: \"2025-02-10\"")))
	r.Write(written("next/fresh", "One", "effective: \"2025-06-01\"\n\tpublish: \"2025-02-10\""))
	r.Commit("what is to come")
}

// addUnpublished puts into next/ what only those see who may read drafts:
//
//	ladder   from 1 April 2025, published on 15 March
//	drafted  without a date
//	secret   from 1 April 2025, and nothing was there before
//	ends     comes back on 1 April 2025
//	hidden   needs a change
func addUnpublished(r *gittest.Repo) {
	r.At(time.Date(2025, 2, 20, 9, 0, 0, 0, time.UTC))
	const dated = "effective: \"2025-04-01\"\n\tpublish: \"2025-03-15\""
	r.Write(asking(written("next/ladder", "Four", dated)))
	r.Write(written("next/drafted", "Two", ""))
	r.Write(written("next/secret", "One", dated))
	r.Write(written("next/ends", "Two", dated))
	r.Write(written("next/hidden", "One", dated)).Replace("frameworks/next/hidden/framework.cue", "rank: 2", "rank: 0")
	r.Write(written("next/soon-broken", "One", dated)).Replace("frameworks/next/soon-broken/framework.cue", "rank: 2", "rank: 0")
	r.Commit("drafts")
}

// timeWorld is all of it.
func timeWorld(t testing.TB) *gittest.Repo {
	r := timeBase(t)
	addPublished(r)
	addUnpublished(r)
	return r
}

// taggedStore reads a repository with tags that are made up of its versions:
// the newest of each framework stay without.
func taggedStore(t testing.TB, dir string) *history.Store {
	t.Helper()
	plain := storeOf(t, dir, "").Snapshot()
	var tags []history.Tag
	for _, tl := range plain.Timelines {
		for i, v := range tl.Versions {
			if i+1 < len(tl.Versions) {
				tags = append(tags, tagOf(tl.ID, v))
			}
		}
	}
	// Tags of what nobody has heard of say nothing of it.
	for _, id := range []string{"secret", "none"} {
		tags = append(tags, history.Tag{Name: "frameworks/" + id + "/v1.0.0", Object: strings.Repeat("a", 40), Target: plain.Head})
	}
	return storeWith(t, dir, func(context.Context) ([]history.Tag, error) { return tags, nil })
}

func tagOf(id string, v *history.Version) history.Tag {
	digest := v.Digest
	if v.Removed {
		digest = "none"
	}
	message := fmt.Sprintf("%s %s\n\nFramework: %s\nDigest: %s\nTree: %s\n", id, v.Number, v.Framework, digest, v.Tree)
	if v.Previous != "" {
		message += "Previous: " + v.Previous + "\n"
	}
	message += "Ruleset: 1\nRecorded: " + v.RecordedAt.UTC().Format(time.RFC3339Nano) + "\n"
	return history.Tag{Name: "frameworks/" + v.Framework + "/v" + v.Number, Object: strings.Repeat("b", 40), Annotated: true, Target: v.Commit, Message: message}
}

func storeWith(t testing.TB, dir string, tags func(context.Context) ([]history.Tag, error)) *history.Store {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Now: today, Tags: tags})
	if err := store.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return store
}

// drafter reads as somebody who may see drafts, reader as somebody who may not.
var (
	drafter = []string{"Authorization", "Bearer " + draftsToken}
	reader  = []string{"Authorization", "Bearer " + readerToken}
)

func scopedTokens() []Token {
	d := tokenOf("people-team", draftsToken)
	d.Drafts = true
	return []Token{tokenOf("everybody", readerToken), d}
}

func headersOf(h http.Header, names ...string) string {
	var out []string
	for _, n := range names {
		out = append(out, h.Get(n))
	}
	return strings.Join(out, " | ")
}
