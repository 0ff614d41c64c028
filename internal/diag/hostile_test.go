package diag

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// attack is text that tries to be more than text in every format.
const attack = "x\x1b[31m\x00\x07\u009b31m %0A::error::gotcha\r\n::stop-commands::t\n##[stop-commands]t ]]> <script>alert(1)</script> <!-- " +
	"@team/people https://evil.example www.evil.example #12 GH-12 [a](https://evil.example) ![i](x) `code` *b* _i_ ~s~ | $x$ \\ \u202eesrever\u2066 \u2028 \ufeff \xff end"

// hostile is a report whose every text attacks the reader.
func hostile() Report {
	return Report{
		Findings: List{
			{Code: "missing-cell", Severity: Error, Framework: attack, Path: attack, Message: attack, Help: "::error::help\n```\n</code>\n" + attack,
				Position: Position{"frameworks/a,b:c=d%\n::error::file ##[x]/l 1.cue", 2, 6},
				Also:     []Position{{"frameworks/a,b:c=d%\n::error::file ##[x]/l 1.cue", 9, 6}, {"::error::x\n::error::file <b>" + attack, 1, -1}}},
			{Code: "missing-cell", Severity: Warning, Message: "- not a list\n===", Help: "1. neither", Position: Position{"../../etc/<b>.cue", 0, 0}},
			{Code: "", Severity: "worse", Message: "", Position: Position{"", 0, 0}},
		},
		Checked: []Checked{{Framework: "x]]>", Title: attack, Dir: "frameworks/x"}},
		Changes: []Change{{Lead: attack, Lines: []string{attack, "::error::x"}, Value: attack}},
		Source: sources(map[string]string{
			"frameworks/a,b:c=d%\n::error::file ##[x]/l 1.cue": "a\n::\x1b[2J\u202e##[error]\x9b\xff\n",
		}),
	}
}

// FuzzPrint holds for any text: each format stays well formed, and text stays text.
func FuzzPrint(f *testing.F) {
	f.Add("missing-cell", "frameworks/x/l4.cue", attack, "write this\n::error::x", "\ttitel: ##[x]", 7, 3)
	f.Add("", "", "", "", "", 0, 0)
	f.Add("a", "a:b//c", "]]>", "\r::x\r", "\xff\xfe", -1, -1)
	f.Fuzz(func(t *testing.T, code, file, message, help, line string, at, column int) {
		r := Report{
			Findings: List{{Code: code, Severity: Error, Framework: code, Path: message, Message: message, Help: help, Position: Position{file, at, column}, Also: []Position{{file, column, at}}}},
			Checked:  []Checked{{Framework: code, Title: message, Dir: file}},
			Changes:  []Change{{Lead: message, Lines: []string{help, line}, Value: message}},
			Source:   func(string) ([]byte, bool) { return []byte(line), true },
		}
		for format, check := range checks {
			check(t, printed(t, format, r))
		}
	})
}

// TestHostile holds the hostile report to what the fuzz test asks.
func TestHostile(t *testing.T) {
	t.Parallel()
	for format, check := range checks {
		check(t, printed(t, format, hostile()))
	}
}

// checks say, for a format, what must hold of anything printed in it.
var checks = map[string]func(*testing.T, string){
	"text":     checkLog,
	"json":     func(t *testing.T, s string) { checkLog(t, s); checkJSON(t, s) },
	"sarif":    func(t *testing.T, s string) { checkLog(t, s); checkSARIF(t, s) },
	"junit":    func(t *testing.T, s string) { checkLog(t, s); checkXML(t, s) },
	"github":   checkGitHub,
	"markdown": func(t *testing.T, s string) { checkLog(t, s); checkMarkdown(t, s) },
}

// checkLog holds a text to what a terminal and a workflow's log can be given.
func checkLog(t *testing.T, s string) {
	t.Helper()
	checkPlain(t, s)
	for line := range strings.Lines(s) {
		if _, is := runnerCommand(line); is {
			t.Errorf("the runner takes this for a command: %q", line)
		}
	}
}

// checkPlain finds characters that do more than show.
func checkPlain(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("not UTF-8: %q", s)
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return !shown(r) && r != '\n' && r != '\t' }); i >= 0 {
		t.Errorf("at byte %d: %q", i, s[i:min(len(s), i+10)])
	}
}

// runnerCommand reads a line as GitHub's runner does, newer form first, and
// returns the command's name.
func runnerCommand(line string) (string, bool) {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest, ok := strings.CutPrefix(text, "::"); ok {
		if info, _, ok := strings.Cut(rest, "::"); ok {
			name, _, _ := strings.Cut(info, " ")
			return name, true
		}
	}
	if _, rest, ok := strings.Cut(line, "##["); ok {
		if info, _, ok := strings.Cut(rest, "]"); ok {
			name, _, _ := strings.Cut(info, " ")
			return name, true
		}
	}
	return "", false
}

// checkGitHub holds all lines but the last to be commands that we meant.
func checkGitHub(t *testing.T, s string) {
	t.Helper()
	checkPlain(t, s)
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	for _, line := range lines[:len(lines)-1] {
		info, _, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		command, props, _ := strings.Cut(info, " ")
		if !ok || !strings.HasPrefix(line, "::") || !slices.Contains([]string{"error", "warning", "notice"}, command) {
			t.Errorf("no command: %q", line)
		}
		for prop := range strings.SplitSeq(props, ",") {
			name, _, _ := strings.Cut(prop, "=")
			if !slices.Contains([]string{"file", "line", "col", "title"}, name) {
				t.Errorf("property %q in %q", name, line)
			}
		}
	}
	if _, is := runnerCommand(lines[len(lines)-1]); is {
		t.Errorf("the count is a command: %q", lines[len(lines)-1])
	}
}

func checkJSON(t *testing.T, s string) {
	t.Helper()
	if !json.Valid([]byte(s)) {
		t.Errorf("no JSON: %s", s)
	}
}

func checkXML(t *testing.T, s string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	known := []string{"testsuites", "testsuite", "testcase", "failure", "system-out"}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, s)
		}
		if e, ok := token.(xml.StartElement); ok && !slices.Contains(known, e.Name.Local) {
			t.Errorf("element %q in %s", e.Name.Local, s)
		}
	}
}

// checkSARIF holds a log to what the standard's schema asks of the parts used.
func checkSARIF(t *testing.T, s string) {
	t.Helper()
	var log sarifLog
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	if err := d.Decode(&log); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	for _, run := range log.Runs {
		rules := run.Tool.Driver.Rules
		if run.Results == nil || rules == nil {
			t.Errorf("null in %s", s)
		}
		for _, result := range run.Results {
			if result.Message.Text == "" || rules[result.RuleIndex].ID != result.RuleID || !slices.Contains([]string{"error", "warning", "note"}, result.Level) {
				t.Errorf("result %+v", result)
			}
			for _, l := range result.Locations {
				checkLocation(t, l)
			}
		}
	}
}

// checkLocation holds a place to be below the repository, and to count from 1.
func checkLocation(t *testing.T, l sarifLocation) {
	t.Helper()
	uri := l.Physical.Artifact.URI
	u, err := url.Parse(uri)
	if err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "/") || strings.Contains("/"+u.Path+"/", "/../") {
		t.Errorf("uri %q: %v", uri, err)
	}
	if r := l.Physical.Region; r != nil && (r.StartLine < 1 || r.StartColumn < 0) {
		t.Errorf("region %+v", *r)
	}
}

// checkMarkdown finds what a page would make more of than text, outside of
// code blocks.
func checkMarkdown(t *testing.T, s string) {
	t.Helper()
	code := ""
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		switch {
		case code == "" && strings.Trim(line, "`") == "" && len(line) >= 3:
			code = line
		case code != "" && line == code:
			code = ""
		case code == "":
			checkMarkdownLine(t, strings.Replace(line, "<br>", "", 2))
		}
	}
	if code != "" {
		t.Errorf("a code block is not closed: %s", s)
	}
}

func checkMarkdownLine(t *testing.T, line string) {
	t.Helper()
	escaped := strings.NewReplacer(`\\`, "", "\\`", "", `\*`, "", `\_`, "", `\[`, "", `\]`, "", `\#`, "", `\|`, "", `\~`, "").Replace(line)
	escaped = strings.TrimPrefix(escaped, "#### ")
	for _, label := range []string{"Deserves a look", "For information"} {
		escaped = strings.Replace(escaped, "*"+label+":*", "", 1)
	}
	if strings.HasPrefix(escaped, "**") && strings.HasSuffix(escaped, "**") {
		escaped = strings.Trim(escaped, "*")
	}
	for _, bad := range []string{"<", ">", "`", "*", "_", "[", "]", "$", "|", "~", "://", "www.", "<!--"} {
		if strings.Contains(escaped, bad) {
			t.Errorf("%q in %q", bad, line)
		}
	}
	for _, r := range []string{"@", "#"} {
		if _, after, ok := strings.Cut(strings.ReplaceAll(escaped, "&#", ""), r); ok && !strings.HasPrefix(after, "8203;") {
			t.Errorf("%q in %q", r, line)
		}
	}
}
