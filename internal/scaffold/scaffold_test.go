package scaffold

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// options are those that milepost init has without flags.
func options() Options {
	return Options{Schema: os.DirFS("../../schema")}
}

// written is a directory with everything in it.
func written(t *testing.T, o Options) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "careers")
	if _, err := Write(dir, o); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree lists the files below a directory, sorted.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func TestWriteListsWhatItWrites(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "on", "the", "way")
	names, err := Write(dir, options())
	if err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir); !slices.Equal(got, names) {
		t.Errorf("there are %q, Write says %q", got, names)
	}
	golden := filepath.Join("testdata", "files.txt")
	got := strings.Join(names, "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWrittenFilesAreFilledIn(t *testing.T) {
	t.Parallel()
	dir := written(t, Options{Module: "careers.example.org/all@v0", Organisation: `"Quote" \(x) & Sons`, Action: "./.github/actions/validate", Schema: options().Schema})
	wants := map[string]string{
		"cue.mod/module.cue":               "module: \"careers.example.org/all@v0\"\n",
		"frameworks/organisation.cue":      `name: "\"Quote\" \\(x) & Sons"` + "\n",
		".github/workflows/frameworks.yml": "uses: ./.github/actions/validate\n",
	}
	for name, want := range wants {
		if got := read(t, dir, name); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, got)
		}
	}
	for _, name := range tree(t, dir) {
		if text := read(t, dir, name); strings.Contains(text, "<%") || strings.Contains(text, "%>") || strings.Contains(text, "\u2014") || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s is not finished:\n%s", name, text)
		}
	}
}

func TestSchemaIsCopiedAsItIs(t *testing.T) {
	t.Parallel()
	dir := written(t, Options{Schema: fstest.MapFS{
		"shape.cue":      {Data: []byte("package schema\n// <% %>\n")},
		"shape_test.cue": {Data: []byte("package schema\n")},
		"gen_tool.cue":   {Data: []byte("package schema\n")},
		"schema.go":      {Data: []byte("package schema\n")},
		"sub/more.cue":   {Data: []byte("package sub\n")},
	}})
	got := tree(t, filepath.Join(dir, filepath.FromSlash(schemaDir)))
	if want := []string{"shape.cue"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := read(t, dir, schemaDir+"/shape.cue"); got != "package schema\n// <% %>\n" {
		t.Errorf("got %q", got)
	}
}

// read is the text of a written file.
func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWriteRefusesToOverwrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "README.md", "ours")
	put(t, dir, "frameworks/organisation.cue", "ours")
	put(t, dir, ".github/workflows", "a file where a directory is needed")
	put(t, dir, "notes.txt", "not in the way")
	before := tree(t, dir)

	_, err := Write(dir, options())
	var exists *ExistsError
	if !errors.As(err, &exists) {
		t.Fatalf("got %v, want an ExistsError", err)
	}
	if want := []string{".github/workflows", "README.md", "frameworks/organisation.cue"}; !slices.Equal(exists.Files, want) {
		t.Errorf("got %q, want %q", exists.Files, want)
	}
	want := "nothing was written, as these files are already there: .github/workflows, README.md, frameworks/organisation.cue; move them away, or choose another directory"
	if err.Error() != want {
		t.Errorf("got %s, want %s", err, want)
	}
	if got := tree(t, dir); !slices.Equal(got, before) {
		t.Errorf("there are %q, there were %q", got, before)
	}
	if got := read(t, dir, "README.md"); got != "ours" {
		t.Errorf("README.md is now %q", got)
	}
}

func TestWriteRefusesASecondTime(t *testing.T) {
	t.Parallel()
	dir := written(t, options())
	_, err := Write(dir, options())
	var exists *ExistsError
	if !errors.As(err, &exists) || !slices.Equal(exists.Files, tree(t, dir)) {
		t.Fatalf("got %v", err)
	}
}

func TestWriteStaysBelowItsDirectory(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "frameworks")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, options()); err == nil {
		t.Error("wrote through a symbolic link that leads elsewhere")
	}
	if got := tree(t, outside); len(got) > 0 {
		t.Errorf("wrote %q elsewhere", got)
	}
}

// put writes a file, and the directories above it.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWriteSetRollsBack(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	put(t, top, "here/kept/ours.txt", "ours")
	broken := []file{{"a/b/one.txt", nil}, {"kept/two.txt", nil}, {"x", nil}, {"x/below-a-file.txt", nil}}

	for _, dir := range []string{"here", "made/for/this"} {
		err := writeSet(filepath.Join(top, filepath.FromSlash(dir)), broken)
		if err == nil || !strings.Contains(err.Error(), "writing x/below-a-file.txt") || strings.Contains(err.Error(), "removing") {
			t.Errorf("%s: got %v", dir, err)
		}
	}
	if got, want := tree(t, top), []string{"here/kept/ours.txt"}; !slices.Equal(got, want) {
		t.Errorf("left %q, want %q", got, want)
	}
	for _, gone := range []string{"here/a", "made"} {
		if _, err := os.Stat(filepath.Join(top, gone)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
}

func TestWriteNeedsASchema(t *testing.T) {
	t.Parallel()
	for name, schema := range map[string]fs.FS{"none": nil, "empty": fstest.MapFS{}, "unreadable": fstest.MapFS{"a.cue": {Mode: fs.ModeDir}}} {
		dir := filepath.Join(t.TempDir(), "careers")
		if _, err := Write(dir, Options{Schema: schema}); err == nil || !strings.HasPrefix(err.Error(), "reading the schema: ") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the directory was made: %v", name, err)
		}
	}
}

func TestModulePaths(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"", "example.com", "example.com/careers", "a.b/c_d/e-f.g@v0", "example.com/careers@v12", "github.com/milepost-dev/milepost-frameworks"} {
		if err := (Options{Module: good}).Validate(); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	bad := map[string]string{
		"careers":                            "it must begin with a domain name, which \"careers\" is not",
		"my_firm.com/careers":                "it must begin with a domain name",
		"https://example.com":                "leave out the beginning",
		"Example.com/Careers":                "use small letters only, as in \"example.com/careers\"",
		"example.com/our careers":            "' ' cannot stand in it",
		"example.com/laufbahn\u00e4":         "'ä' cannot stand in it",
		"example.com/\"\nx":                  "'\"' cannot stand in it",
		"example.com/careers/":               "each part between slashes",
		"example.com//careers":               "each part between slashes",
		".example.com/careers":               "each part between slashes",
		"example..com/careers":               "each part between slashes",
		"example.com/../x":                   "each part between slashes",
		"example.com/careers@v01":            "'@' cannot stand in it",
		"example.com/careers@v1.2.0":         "'@' cannot stand in it",
		"example.com/con":                    "Windows",
		"example.com/lpt1.x":                 "Windows",
		"@v1":                                "write a domain name and a word",
		"github.com/milepost-dev/milepost":   "Milepost's own path",
		"github.com/milepost-dev/milepost/x": "Milepost's own path",
	}
	for module, want := range bad {
		err := (Options{Module: module}).Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "module: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", module, err, want)
		}
	}
}

func TestValidateNamesAllProblems(t *testing.T) {
	t.Parallel()
	o := Options{Module: "careers", Organisation: " two\nlines", Action: "milepost@v1\n    run: x"}
	_, err := Write(filepath.Join(t.TempDir(), "careers"), o)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"module: ", "organisation: ", "action: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for _, name := range []string{"a ", "a\x00", "a\xff", strings.Repeat("ä", 301)} {
		if err := (Options{Organisation: name}).Validate(); err == nil {
			t.Errorf("organisation %q is accepted", name)
		}
	}
	for _, name := range []string{strings.Repeat("ä", 300), "Müller & Söhne"} {
		if err := (Options{Organisation: name}).Validate(); err != nil {
			t.Errorf("organisation %q: %v", name, err)
		}
	}
}
