package notes

import (
	"testing"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// attacks are texts that would be more than text, in one form or another.
var attacks = []string{
	`<script>alert(1)</script><img src=x onerror="alert(1)">`,
	`@everyone and @example/people-team, see #12, GH-34, octo/repo#56, octo/repo@4b825dc642cb6eb9a060e54bf8d69288fbee4904`,
	`[click](https://evil.example) ![x](http://evil.example/x.png) <https://evil.example> www.evil.example ftp://evil.example mail@evil.example`,
	"# not a heading\n## nor this\nsetext\n===\n---\n- [ ] task\n1. one\n> quote\n> [!NOTE]\n> alert\n\n    code\n\t\ttab\n```\nfence\n~~~",
	"`code` ``two`` **bold** __bold__ *it* _it_ ~~gone~~ a|b|c\n|-|-|\n|x|y| \\*backslash\\ ends with \\",
	":smile: :+1: $x^2$ $$y$$ &lt;b&gt; &amp; &#64;everyone &#35;12 [^1] [x]: https://evil.example",
	"\x1b[31mred\x1b[0m \x07bell \u202eesrever\u202c \u2066isolated\u2069 a\u2028b\x00c\u0085d \xff\xfe invalid\r\nnext",
	"[-not old-] {+not new+} ######## for staff",
	"<!-- comment --> --> ]]> {{.Title}} {{template \"x\"}} </article></section></ins>",
	"日本語の長い文章は空白なしで書かれるのでどこかで折り返さなければならない。日本語の長い文章は空白なしで書かれる。",
	"averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword-without-spaces",
	"http",
	"-", "1.", "+", "=", "***", "~~", "`", "\\", "|", ")", "!", " ",
}

// hostile is a change in which everything that authors write is an attack.
func hostile(t testing.TB) Input {
	f := sample()
	attack := func(i int) string { return attacks[i%len(attacks)] }
	f.Title, f.Summary = attack(0)+" "+attack(1), attack(3)
	f.Owners = []string{attack(1), attack(4), attack(6)}
	for i := range f.Levels {
		f.Levels[i].Titles[0].Text, f.Levels[i].Code = attack(i), attack(i+12)
	}
	for i := range f.Competencies {
		f.Competencies[i].Title = attack(3 + i)
	}
	in := input(t, f, func(e edit) {
		e.texts("lvl_1", "comp_craft", attacks...)
		e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues, and "+attack(2), "Sets goals for "+attack(4))
		e.lvl("lvl_3").Summary = attack(3)
		e.Tracks[0].Title = attack(8)
		e.Guidance = []ladder.Guidance{{Title: attack(3), Items: attacks[:8]}}
	})
	in.Directives = ladder.Directives{
		Publish: attack(0), Transition: &ladder.Transition{AcceptOld: attack(4), For: attack(2)},
		Release: &ladder.Release{Why: attack(3), Contact: attack(1), PromotionsUnderWay: attack(4), Bump: attack(5), Meaning: map[string]string{attack(2): attack(4)}},
		Accept:  []ladder.Accept{{Rule: attack(4), Reason: attack(7)}},
		Errata:  map[string]string{attack(1): attack(3), "1.4.0": attack(0)},
	}
	in.Number, in.Commit, in.ApprovedBy, in.MergedBy, in.More = attack(4), attack(4), attacks[:4], attack(1), "https://user:secret@evil.example/"
	return in
}
