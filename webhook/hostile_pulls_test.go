package webhook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// checked is the comment and the check of a pull request, once all is worked off.
func (a *arena) checked(n int) (comment string, check fakehub.CheckState) {
	a.t.Helper()
	a.work()
	s := a.state()
	for _, c := range s.Comments {
		if c.Pull == n && c.Author == botLogin {
			comment = c.Body
		}
	}
	for _, p := range s.Pulls {
		for _, k := range s.Checks {
			if p.Number == n && k.Head == p.Head && !k.Foreign {
				check = k
			}
		}
	}
	return comment, check
}

// judged wants a pull request to come to a conclusion.
func (a *arena) judged(n int, conclusion string) (comment string, check fakehub.CheckState) {
	a.t.Helper()
	comment, check = a.checked(n)
	if check.Status != "completed" || check.Conclusion != conclusion {
		a.t.Errorf("pull request %d is %q %q, want %q: %s\n%s", n, check.Status, check.Conclusion, conclusion, check.Title, check.Summary)
	}
	return comment, check
}

// commit makes a commit on main with the git command, as no API would, and a
// branch of it. The script has a working copy as its directory.
func (a *arena) commit(branch, script string) {
	a.t.Helper()
	dir := a.t.TempDir()
	cmd := exec.Command("sh", "-euc", `git clone -q "$HUB" work; cd work; git checkout -q -b "$BRANCH"; `+script+`; git push -q "$HUB" "HEAD:refs/heads/$BRANCH"`)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HUB="+a.repo.Dir(), "BRANCH="+branch, "HOME="+dir, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=Eve", "GIT_AUTHOR_EMAIL=eve@example.com", "GIT_COMMITTER_NAME=Eve", "GIT_COMMITTER_EMAIL=eve@example.com",
		"GIT_AUTHOR_DATE=1799139600 +0000", "GIT_COMMITTER_DATE=1799139600 +0000", "GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always", "GIT_CONFIG_KEY_1=core.protectNTFS", "GIT_CONFIG_VALUE_1=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		a.t.Fatalf("%v: %s", err, out)
	}
	_, err := a.repo.Git("rev-parse", "HEAD") // the hub looks at its refs anew
	a.check(err)
}

// tree makes a commit of a tree that the git command would not write: lines of
// git mktree, with {BLOB} for a framework's text.
func (a *arena) tree(branch string, lines ...string) {
	a.t.Helper()
	git := func(in string, args ...string) string {
		cmd := exec.Command("git", append([]string{"--git-dir", a.repo.Dir()}, args...)...)
		cmd.Stdin = strings.NewReader(in)
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Eve", "GIT_AUTHOR_EMAIL=eve@example.com", "GIT_COMMITTER_NAME=Eve", "GIT_COMMITTER_EMAIL=eve@example.com", "GIT_AUTHOR_DATE=1799139600 +0000", "GIT_COMMITTER_DATE=1799139600 +0000")
		out, err := cmd.Output()
		a.check(err)
		return strings.TrimSpace(string(out))
	}
	blob := git("package framework\n", "hash-object", "-w", "--stdin")
	inner := git(strings.ReplaceAll(strings.Join(lines, "\n"), "{BLOB}", blob)+"\n", "mktree", "--missing")
	frameworks := git(git("", "ls-tree", "main:frameworks")+"\n040000 tree "+inner+"\tevil\n", "mktree")
	var root []string
	for line := range strings.SplitSeq(git("", "ls-tree", "main"), "\n") {
		if strings.HasSuffix(line, "\tframeworks") {
			line = "040000 tree " + frameworks + "\tframeworks"
		}
		root = append(root, line)
	}
	commit := git("", "commit-tree", git(strings.Join(root, "\n")+"\n", "mktree"), "-p", "main", "-m", "A tree")
	a.check(a.repo.SetRef("refs/heads/"+branch, commit))
}

func hostilePulls() []attackOn {
	var out []attackOn
	add := func(family, name string, do func(*arena), heavy ...bool) {
		out = append(out, attackOn{family: family, name: name, want: handled, do: do, changes: true, heavy: slices.Contains(heavy, true)})
	}
	addPretenders(func(name string, do func(*arena)) { add("pretenders", name, do) })
	addRules(func(name string, do func(*arena)) { add("rules", name, do) })
	addFiles(func(name string, do func(*arena), heavy ...bool) { add("files", name, do, heavy...) })
	return out
}

func addPretenders(add func(string, func(*arena))) {
	add("a comment of somebody else's with our marks", func(a *arena) {
		_, check := a.checked(a.good)
		mark := "\n" + stateMark(strings.Split(check.ExternalID, ".")[0], "") + "\n"
		for _, body := range []string{Marker + "\n\n**Nothing needs a change.**\n" + mark, Marker, SuggestionMarker + "\n```suggestion\nx\n```\n"} {
			_, err := a.repo.Comment(a.good, "eve", body)
			a.check(err)
		}
		before := a.state().Comments
		_, err := a.repo.Push("good", gittest.Ladder("a", "Four"))
		a.check(err)
		a.check(a.repo.ComputeMerges())
		a.work()
		theirs := func(list []fakehub.CommentState) []fakehub.CommentState {
			return slices.DeleteFunc(slices.Clone(list), func(c fakehub.CommentState) bool { return c.Author == botLogin })
		}
		after := a.state().Comments
		if !slices.Equal(theirs(before), theirs(after)) || len(theirs(after)) != 3 || len(after) != 4 {
			a.t.Errorf("comments of somebody else's were changed, or trusted: %+v", after)
		}
	})
	for name, edit := range map[string]func(string) string{
		"our comment, in which somebody changes a word": func(s string) string { return strings.Replace(s, "Nothing", "Everything", 1) },
		"our comment, emptied but for its marks":        func(s string) string { return Marker + s[strings.LastIndex(s, "\n<!--"):] },
		"our comment, with a mark of a state more":      func(s string) string { return s + stateMark("0123456789abcdef01234567", "") },
		"our comment, to which somebody adds":           func(s string) string { return strings.Replace(s, "\n\n", "\n\n@everyone <script>x</script>\n\n", 1) },
	} {
		add(name, func(a *arena) {
			want, _ := a.checked(a.good)
			ids := a.repo.Comments(a.good)
			for _, id := range ids {
				a.check(a.repo.EditComment(id, edit(want)))
			}
			a.sweep()
			if got, _ := a.checked(a.good); got != want || len(a.repo.Comments(a.good)) != len(ids) {
				a.t.Errorf("it is not put right: %s", got)
			}
		})
	}
	add("our comment, without its mark", func(a *arena) {
		want, _ := a.checked(a.good)
		n := a.open(fakehub.PullOptions{Branch: "marked", Files: gittest.Ladder("marked", "Two")})
		a.judged(n, Success)
		ids := a.repo.Comments(n)
		a.check(a.repo.EditComment(ids[0], "It was something else."))
		a.sweep()
		if got := a.repo.Comments(n); len(got) != 2 {
			a.t.Errorf("there are %d comments, want the changed one and another", len(got))
		}
		if got, _ := a.checked(a.good); got != want {
			a.t.Errorf("another was changed: %s", got)
		}
		a.check(a.repo.ClosePull(n))
	})
	add("a check of the same name by another App", func(a *arena) {
		n := a.open(fakehub.PullOptions{Branch: "theirs", Files: bad("theirs")})
		a.repo.CheckByAnother(a.repo.Head("theirs"), CheckName, Success)
		a.judged(n, Failure)
		a.repo.CheckByAnother(a.repo.Head("theirs"), CheckName, Success)
		at := a.calls()
		a.sweep()
		a.judged(n, Failure)
		if w := a.writes(at); len(w) > 0 {
			a.t.Errorf("it writes beside another's: %v", w)
		}
		a.check(a.repo.ClosePull(n))
	})
	for _, branch := range []string{"main", "good", "gh-readonly-queue/main/pr-1-" + sha, "refs/heads/main"} {
		add("a fork of the same name, with the branch "+branch, func(a *arena) {
			main, good := a.repo.Head("main"), a.repo.Head("good")
			n := a.open(fakehub.PullOptions{Branch: branch, Fork: "stranger", Author: "stranger", Files: bad("fork" + strings.ToLower(fmt.Sprint(len(branch))))})
			comment, _ := a.judged(n, Failure)
			if !strings.Contains(comment, "a copy of the repository (a fork)") || a.repo.Head("main") != main || a.repo.Head("good") != good {
				a.t.Errorf("it is taken for ours: %s", comment)
			}
			a.check(a.repo.ClosePull(n))
		})
	}
	add("reviews and suggestions by others, with our marks", func(a *arena) {
		n := a.open(fakehub.PullOptions{Branch: "reviewed", Files: gittest.Ladder("reviewed", "Two")})
		for _, who := range []string{"bea", "eve"} {
			_, err := a.repo.Review(n, who, "COMMENT", SuggestionMarker+"\n"+Marker+"\nApproved-By: ceo")
			a.check(err)
		}
		a.judged(n, Success)
		a.clock.pass(time.Hour)
		_, err := a.repo.MergePull(n, fakehub.Squash)
		a.check(err)
		a.work()
		if s := a.state(); !slices.ContainsFunc(s.Tags, func(t fakehub.TagState) bool { return t.Name == "frameworks/reviewed/v1.0.0" }) {
			a.t.Errorf("it is not tagged: %+v", s.Tags)
		}
	})
}

func addRules(add func(string, func(*arena))) {
	strict := strings.Replace(files()[org], "timeZone:", "houseRules: prose: forbid: [\"Forbidden\"]\n\ttimeZone:", 1)
	begin := func(a *arena) {
		_, err := a.repo.Push("main", map[string]string{org: strict})
		a.check(err)
		a.check(a.repo.ComputeMerges())
		a.work()
	}
	for name, change := range map[string]map[string]string{
		"takes a house rule away":             {org: files()[org]},
		"takes the organisation's file away":  {org: fakehub.Removed},
		"brings a schema that takes all":      {"schema/shape.cue": "package schema\n\n#Framework: {...}\n#Organisation: {...}\n"},
		"names another module":                {"cue.mod/module.cue": "module: \"github.com/milepost-dev/milepost\"\nlanguage: version: \"v0.17.0\"\n"},
		"brings a copy of the schema":         {"cue.mod/pkg/github.com/milepost-dev/milepost/schema/shape.cue": "package schema\n\n#Framework: {...}\n"},
		"breaks the organisation's file":      {org: "package organisation\n\norganisation: {\n"},
		"asks to be let through in the title": {"frameworks/.milepost": "conclusion: success\n", ".github/milepost.yml": "skip: true\n"},
	} {
		add(name, func(a *arena) {
			begin(a)
			text := gittest.Ladder("ruled", "Forbidden")
			for n, s := range change {
				text[n] = s
			}
			if _, ok := change["cue.mod/module.cue"]; !ok {
				delete(text, "cue.mod/module.cue")
			}
			n := a.open(fakehub.PullOptions{Branch: "ruled", Files: text, Title: "[skip milepost] [skip ci] conclusion: success", Body: "/milepost skip\n\nmilepost: success"})
			a.judged(n, Failure)
			a.check(a.repo.ClosePull(n))
			a.check(a.repo.SetRef("refs/heads/ruled", ""))
		})
	}
	add("labels with odd names", func(a *arena) {
		n := a.open(fakehub.PullOptions{Branch: "labels", Files: bad("labels")})
		a.check(a.repo.Label(n, "milepost: success", "<script>", "\x1b[31m", "@everyone", strings.Repeat("x", 5000), "$(touch pwned)"))
		a.judged(n, Failure)
		a.check(a.repo.ClosePull(n))
	})
}

// always are the cases of files that are run each time.
var always = map[string]bool{"a link instead of all frameworks": true, "a file instead of all frameworks": true, "names that are orders": true, "names that cannot be seen": true, "a module within": true}

func addFiles(add func(string, func(*arena), ...bool)) {
	judge := func(a *arena, branch string) {
		n := a.open(fakehub.PullOptions{Branch: branch})
		comment, check := a.checked(n)
		if check.Status != "completed" || check.Title == "Milepost could not check this" || check.Conclusion != Success && check.Conclusion != Failure {
			a.t.Errorf("it is not judged: %+v", check)
		}
		if all := comment + check.Summary + check.Text; strings.Contains(all, "root:") || strings.Contains(all, "\nubuntu") {
			a.t.Errorf("a file of this machine is published: %s", all)
		}
		a.check(a.repo.ClosePull(n))
	}
	for name, script := range map[string]string{
		"a link to a file of the machine":           `mkdir -p frameworks/evil; ln -s /etc/passwd frameworks/evil/framework.cue; git add -A; git commit -qm x`,
		"a link out of the repository":              `ln -s ../../../../../etc frameworks/evil; git add -A; git commit -qm x`,
		"a link instead of the organisation's file": `rm frameworks/organisation.cue; ln -s /etc/hostname frameworks/organisation.cue; git add -A; git commit -qm x`,
		"a link instead of all frameworks":          `git mv frameworks elsewhere; ln -s elsewhere frameworks; git add -A; git commit -qm x`,
		"a link to itself":                          `ln -s evil frameworks/evil; ln -s . frameworks/a/loop; git add -A; git commit -qm x`,
		"a module within":                           `git update-index --add --cacheinfo 160000,` + sha + `,frameworks/evil; git commit -qm x`,
		"a module instead of a framework":           `git rm -rq frameworks/a; git update-index --add --cacheinfo 160000,` + sha + `,frameworks/a; git commit -qm x`,
		"names of Windows":                          `for f in aux.cue con.cue 'a:b.cue' 'x.cue.' 'y.cue ' 'back\slash.cue' '..\..\up.cue' 'GIT~1.cue'; do printf 'package framework\n' > "frameworks/a/$f"; done; git add -A; git commit -qm x`,
		"names that are orders":                     `for f in '--help.cue' '-rf.cue' '$(touch pwned).cue' '` + "`touch pwned`" + `.cue' ';touch pwned;.cue' '|x.cue' '@everyone.cue' '#12.cue' '::error file=x::.cue' '[x](http:evil).cue' '<b>.cue' '&lt;.cue'; do printf 'package framework\nframework: nonsense: 1\n' > "frameworks/a/$f"; done; git add -A; git commit -qm x`,
		"names that cannot be seen":                 `for f in "$(printf 'a\nb.cue')" "$(printf '\033[31mred.cue')" "$(printf 'turned\342\200\256euc.cue')" "$(printf 'no\377text.cue')" "$(printf 'none\342\200\213.cue')"; do printf 'package framework\nframework: nonsense: 1\n' > "frameworks/a/$f"; done; git add -A; git commit -qm x`,
		"names that differ in case alone":           `for f in x.cue X.cue; do printf 'package framework\n' > "frameworks/a/$f"; done; mkdir frameworks/A; cp frameworks/a/framework.cue frameworks/A/; git add -A; git commit -qm x`,
		"long names":                                `printf 'package framework\nframework: nonsense: 1\n' > "frameworks/a/$(printf '%0240d' 0).cue"; d=frameworks/deep; for i in $(seq 100); do d=$d/$(printf '%020d' $i); done; mkdir -p $d; printf 'package framework\n' > $d/framework.cue; git add -A; git commit -qm x`,
		"authors with odd names":                    `printf '// more\n' >> frameworks/a/framework.cue; git commit -qam "$(printf 'A message\n\nApproved-By: ceo\nFramework: other\n@everyone #12 <!-- milepost:pull-request -->\n::error::x\033[31m')" --author="$(printf '@everyone \033[31m <!-- milepost:pull-request --> \342\200\256') <eve@example.com>"`,
		"a text of 1 MB":                            `{ printf 'package framework\n\nframework: summary: "'; head -c 1000000 /dev/zero | tr '\0' x; printf '"\n'; } > frameworks/a/large.cue; git add -A; git commit -qm x`,
		"a text of 20 MB":                           `{ printf 'package framework\n\nframework: summary: "'; head -c 20000000 /dev/zero | tr '\0' x; printf '"\n'; } > frameworks/a/large.cue; git add -A; git commit -qm x`,
		"a file for a folder":                       `git rm -rq frameworks/a; printf x > frameworks/a; git add -A; git commit -qm x`,
		"no frameworks any more":                    `git rm -rq frameworks; printf x > README.md; git add -A; git commit -qm x`,
		"a file instead of all frameworks":          `git rm -rq frameworks; printf x > frameworks; git add -A; git commit -qm x`,
	} {
		branch := "file-" + strings.ReplaceAll(filepath.Base(strings.ReplaceAll(name, " ", "-")), "'", "")
		add(name, func(a *arena) { a.commit(branch, script); judge(a, branch) }, !always[name])
	}
	add("10,000 files", func(a *arena) {
		a.commit("many", `mkdir -p frameworks/many; i=0; while [ $i -lt 10000 ]; do echo 'package framework' > frameworks/many/$i.cue; i=$((i+1)); done; git add -A; git commit -qm x`)
		judge(a, "many")
	}, true)
	for name, line := range map[string]string{"up": "..", "itself": ".", "Git's own": ".git", "Git's own for Windows": "git~1", "Git's own in other letters": ".GIT", "a name of nothing but a link": "x\u200b"} {
		add("a tree with the name of "+name, func(a *arena) {
			branch := "tree-" + strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), "'", "")
			a.tree(branch, "100644 blob {BLOB}\t"+line)
			judge(a, branch)
		})
	}
}
