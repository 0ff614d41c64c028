package compile

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/milepost-dev/milepost/internal/diag"
)

// sourceCase is the full framework as its author wrote it, with the files
// themselves changed: what cannot be said by changing one value.
type sourceCase struct {
	code string // "" is any
	what string
	file string // where the finding stands, below frameworks/; "" is any of the author's files
	at   string // a text on its line; "" where it is about the file as a whole
	edit func(repo fstest.MapFS)
	run  func(t *testing.T, repo fs.FS) diag.List // compiling the framework, if nil
}

const l1 = "full/l1.cue"

var sourceCases = []sourceCase{
	{"missing-framework", "no folder", "full", "", clear, nil},
	{"empty-framework", "no files", "full", "", only("full/README.md", "Soon."), nil},
	{"no-framework", "nothing but a package", "full/x.cue", "", only("full/x.cue", "package framework\n"), nil},
	{"nested-folder", "folder in a folder", "full/more", "", add("full/more/x.cue", "package framework\n"), nil},
	{"nested-folder", "coming edition in a framework", "full/next", "", add("full/next/x.cue", "package framework\n"), nil},
	{"nested-folder", "several coming editions", "next/full/2028", "", add("next/full/2028/x.cue", "package framework\n"), comingEdition},
	{"id-differs", "coming edition of another name", "next/full-2028/x.cue", "id:", add("next/full-2028/x.cue", comingText), comingEdition},
	{"stray-file", "file beside the coming editions", "next/l4.cue", "", add("next/l4.cue", "package framework\n"), editions},
	{"bad-id", "next in next", "next/next", "", add("next/next/full/x.cue", comingText), editions},
	{"bad-id", "lib in next", "next/lib", "", add("next/lib/words/x.cue", "package words\n"), editions},
	{"bad-id", "coming edition with a space", "next/full ladder", "", add("next/full ladder/x.cue", comingText), editions},
	{"not-a-file", "next is a link", "next", "", func(repo fstest.MapFS) {
		repo["frameworks/next"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("full")}
	}, editions},
	{"not-a-file", "link", "full/link.cue", "", func(repo fstest.MapFS) {
		repo["frameworks/full/link.cue"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("l1.cue")}
	}, nil},
	{"ignored-file", "dot", "full/.x.cue", "", add("full/.x.cue", "package framework\n"), nil},
	{"ignored-file", "underscore", "full/_x.cue", "", add("full/_x.cue", "package framework\n"), nil},
	{"ignored-file", "tool", "full/x_tool.cue", "", add("full/x_tool.cue", "package framework\n"), nil},
	{"ignored-file", "test", "full/x_test.cue", "", add("full/x_test.cue", "package framework\n"), nil},
	{"file-too-large", "one file", "full/x.cue", "", add("full/x.cue", "package framework\n"+strings.Repeat("// word\n", MaxFileBytes/8)), nil},
	{"framework-too-large", "five files", "full/x5.cue", "", func(repo fstest.MapFS) {
		for i := range 5 {
			add(fmt.Sprintf("full/x%d.cue", i+1), "package framework\n"+strings.Repeat("// word\n", MaxFileBytes/8-10))(repo)
		}
	}, nil},
	{"too-many-files", "201 files", "full/x300.cue", "", func(repo fstest.MapFS) {
		for i := range MaxFiles - len(repo) + 1 {
			add(fmt.Sprintf("full/x%d.cue", 300-i), "package framework\n")(repo)
		}
	}, nil},
	{"not-utf8", "Latin 1", l1, "Learns", replace(l1, "Learns", "Learns \xe4"), nil},
	{"not-utf8", "NUL", l1, "Learns", replace(l1, "Learns", "Learns \x00"), nil},
	{"hidden-direction", "override", l1, "Learns", replace(l1, "Learns", "Learns \u202e"), nil},

	{"syntax", "curly quotes", l1, "Learns", replace(l1, `"Learns the craft."`, "“Learns the craft.”"), nil},
	{"syntax", "no closing brace", l1, "", add(l1, "package framework\n\nframework: levels: l1: {\n"), nil},
	{"syntax", "byte order mark in the middle", l1, "Learns", replace(l1, "Learns", "\ufeffLearns"), nil},
	{"wrong-package", "none", l1, "framework: levels", replace(l1, "package framework\n\n", ""), nil},
	{"wrong-package", "another", l1, "package ladder", replace(l1, "package framework", "package ladder"), nil},
	{"import-not-allowed", "network", l1, "import", replace(l1, "package framework\n", "package framework\n\nimport \"tool/exec\"\n"), nil},
	{"attribute-not-allowed", "if", l1, "@if", replace(l1, "package framework\n", "@if(never)\n\npackage framework\n"), nil},
	{"attribute-not-allowed", "embed", l1, "@embed", replace(l1, `code:  "L1"`, `code: _ @embed(file="/etc/hostname",type=text)`), nil},
	{"outside-document", "field", l1, "levels: l1", replace(l1, "framework: levels", "levels"), nil},
	{"outside-document", "embedding", "full/x.cue", "{", add("full/x.cue", "package framework\n\n{title: \"x\"}\n"), nil},
	{"outside-document", "comprehension", "full/x.cue", "if true", add("full/x.cue", "package framework\n\nif true {title: \"x\"}\n"), nil},
	{"outside-document", "pattern", "full/x.cue", "[string]", add("full/x.cue", "package framework\n\n[string]: _\n"), nil},
	{"too-deep", "thirteen groups", "full/x.cue", "a: a", add("full/x.cue", "package framework\n\nframework: summary: "+strings.Repeat("a: ", 15)+"1\n"), nil},
	{"too-complex", "long list", "full/x.cue", "", add("full/x.cue", "package framework\n\n_x: ["+strings.Repeat("1, ", MaxNodes)+"]\n"), nil},
	{"too-many", "levels", "full/l1.cue", "framework: levels", many("levels", MaxLevels+1), nil},
	{"too-many", "competencies", "full/competencies.cue", "framework: competencies", many("competencies", MaxCompetencies+1), nil},
	{"too-many", "tracks", "full/framework.cue", "tracks: {", many("tracks", MaxTracks+1), nil},
	{"too-many", "cells", "full/l1.cue", "framework: levels", func(repo fstest.MapFS) {
		many("levels", 50)(repo)
		many("competencies", 60)(repo)
	}, nil},
	{"schema-missing", "no line for the schema", "", "", func(repo fstest.MapFS) {
		replace("full/framework.cue", "import \"github.com/milepost-dev/milepost/schema\"\n", "")(repo)
		replace("full/framework.cue", "framework: schema.#Framework\n", "")(repo)
	}, nil},
	{"schema-missing", "the shape alone", "", "", replace("full/framework.cue", "schema.#Framework", "schema.#Shape"), nil},

	{"conflicting-values", "one field in two files", "full/x.cue", "title", add("full/x.cue", "package framework\n\nframework: title: \"Another\"\n"), nil},
	{"", "lists of two lengths", "", "owners", add("full/x.cue", "package framework\n\nframework: owners: [\"people-team\"]\n"), nil},
	{"unknown-name", "text without quotes", l1, "stage", replace(l1, `"Foundational"`, "Foundational"), nil},
	{"cycle", "a group inside itself", "", "", add("full/x.cue", "package framework\n\n_x: a: _x\nframework: source: _x\n"), nil},
	{"unused-import", "strings", l1, "import", replace(l1, "package framework\n", "package framework\n\nimport \"strings\"\n"), nil},
	{"unused-name", "let", "full/x.cue", "let", add("full/x.cue", "package framework\n\nlet x = \"text\"\n"), nil},
	{"incomplete", "any text", l1, "summary", replace(l1, `"Learns the craft."`, "string"), nil},
	{"", "interpolation of nothing", "", "summary", add("full/x.cue", "package framework\n\n_x: string\nframework: summary: \"a \\(_x)\"\n"), nil},
	{"not-valid", "an error of one's own", "full/x.cue", "_x", add("full/x.cue", "package framework\n\n_x: error(\"no\")\n"), nil},
	{"not-valid", "two critical ones alike", "full/profiles.cue", "critical", replace("full/profiles.cue", "\t\t\"writing\"\n", "\t\t\"research\"\n"), nil},

	{"unknown-field", "beside a title", l1, "titel", replace(l1, `code:  "L1"`, `titel: "L1"`), nil},
	{"missing-field", "no rank", l1, "levels: l1", replace(l1, "\trank:  1\n", ""), nil},
	{"wrong-type", "rank in quotes", l1, "rank", replace(l1, "rank:  1", `rank:  "1"`), nil},
	{"wrong-value", "rank of zero", l1, "rank", replace(l1, "rank:  1", "rank:  0"), nil},
	{"", "a hidden character in an escape", l1, "summary", replace(l1, "Learns", `Learns \u202e`), nil},
	{"wrong-length", "no titles", "full/l2.cue", "titles", replace("full/l2.cue", `[{text: "Senior Designer"}]`, "[]"), nil},
	{"bad-id", "capitals", l1, "L1", replace(l1, "levels: l1", "levels: L1"), nil},
	{"plain-data", "interpolation", l1, "Learns", replace(l1, "Learns the", `Learns \("the")`), inspect},
	{"plain-data", "reference", l1, "summary", replace(l1, "summary: ", "summary: framework.title // "), inspect},

	{"no-organisation", "no file", OrganisationFile, "", clear, organisation},
	{"bad-id", "folder", "Full Ladder", "", add("Full Ladder/x.cue", "package framework\n"), layout},
	{"schema-copy-differs", "older copy", "../" + SchemaCopyDir + "/framework.cue", "", func(repo fstest.MapFS) {
		repo[SchemaCopyDir+"/framework.cue"] = &fstest.MapFile{Data: []byte("package schema\n")}
	}, schemaCopy},
	{"stray-file", "in no folder", "x.cue", "", add("x.cue", "package framework\n"), layout},
}

func clear(repo fstest.MapFS) {
	for name := range repo {
		delete(repo, name)
	}
}

func add(name, text string) func(fstest.MapFS) {
	return func(repo fstest.MapFS) { repo["frameworks/"+name] = &fstest.MapFile{Data: []byte(text)} }
}

func only(name, text string) func(fstest.MapFS) {
	return func(repo fstest.MapFS) {
		clear(repo)
		add(name, text)(repo)
	}
}

func replace(name, old, by string) func(fstest.MapFS) {
	return func(repo fstest.MapFS) {
		text := string(repo["frameworks/"+name].Data)
		if !strings.Contains(text, old) {
			panic(fmt.Sprintf("%s does not hold %q", name, old))
		}
		add(name, strings.Replace(text, old, by, 1))(repo)
	}
}

// many adds n things of a kind, of whatever shape: limits come before shapes.
func many(kind string, n int) func(fstest.MapFS) {
	var b strings.Builder
	fmt.Fprintf(&b, "package framework\n\n")
	for i := range n {
		fmt.Fprintf(&b, "framework: %s: x%d: {}\n", kind, i)
	}
	return add("full/zz_"+kind+".cue", b.String())
}

func inspect(t *testing.T, repo fs.FS) diag.List {
	_, found, err := testCompiler().Inspect(Unit{FS: repo, Root: "frameworks", Dir: "full"}, true)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func organisation(t *testing.T, repo fs.FS) diag.List {
	_, found, err := testCompiler().Organisation(context.Background(), repo, "frameworks")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func schemaCopy(t *testing.T, repo fs.FS) diag.List {
	found, err := SchemaCopy(repo)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// comingText is a framework in one file, whose id is "full".
const comingText = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:         "full"
	kind:       "discipline"
	title:      "Full"
	owners: ["people-team"]
	definition: "What it is."
}
`

func editions(t *testing.T, repo fs.FS) diag.List {
	_, found, err := Editions(repo, "frameworks")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// comingEdition compiles what stands in next.
func comingEdition(t *testing.T, repo fs.FS) diag.List {
	dirs, found, err := Editions(repo, "frameworks")
	if err != nil || len(dirs) != 1 {
		t.Fatalf("coming editions: %v, %v", dirs, err)
	}
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Framework(context.Background(), Unit{FS: repo, Root: "frameworks", Dir: dirs[0]})
	if err != nil {
		t.Fatal(err)
	}
	return append(found, r.Findings...)
}

func layout(t *testing.T, repo fs.FS) diag.List {
	_, found, err := Layout(repo, "frameworks")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// authored is the full framework as its author wrote it.
func authored(t *testing.T) fstest.MapFS {
	t.Helper()
	repo := fstest.MapFS{}
	names, err := fs.Glob(os.DirFS("testdata/full"), "*.cue")
	if err != nil || len(names) < 3 {
		t.Fatalf("the full framework is several files: %v, %v", names, err)
	}
	for _, n := range names {
		data, err := os.ReadFile(path.Join("testdata/full", n))
		if err != nil {
			t.Fatal(err)
		}
		add("full/"+n, string(data))(repo)
	}
	return repo
}

// TestSourcesRefused changes the author's files, and wants the finding in the
// file, and on the line, that was changed.
func TestSourcesRefused(t *testing.T) {
	for _, c := range sourceCases {
		t.Run(c.code+"/"+c.what, func(t *testing.T) {
			t.Parallel()
			repo := authored(t)
			c.edit(repo)
			run := c.run
			if run == nil {
				run = fullFramework.findings
			}
			found := run(t, repo)
			for _, d := range found {
				inFile := d.File == path.Join("frameworks", c.file) || c.file == "" && d.Line > 0 && repo[d.File] != nil
				if (d.Code == c.code || c.code == "") && inFile && onLine(repo, d, c.at) {
					return
				}
			}
			t.Errorf("want %s in %s at %q, got:\n%s", c.code, c.file, c.at, listed(found))
		})
	}
}

func (f *fixture) findings(t *testing.T, repo fs.FS) diag.List {
	found, ok, err := f.compile(repo)
	if err != nil {
		t.Fatal(err)
	}
	if ok || !found.HasErrors() {
		t.Error("it was accepted")
	}
	return found
}

// onLine says whether the line of a finding holds a text.
func onLine(repo fstest.MapFS, d diag.Finding, text string) bool {
	if text == "" {
		return true
	}
	lines := strings.Split(string(repo[d.File].Data), "\n")
	return d.Line >= 1 && d.Line <= len(lines) && strings.Contains(lines[d.Line-1], text)
}
