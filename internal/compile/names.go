package compile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
)

// maxName is how many characters a title may have to be used as a name.
const maxName = 80

// literal is the text that an author wrote at a path, "" where it is worked
// out, or is none that a sentence could hold.
func (x *index) literal(path string) string {
	if x == nil || len(x.places[path]) == 0 {
		return ""
	}
	lit, ok := x.places[path][0].node.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	s = strings.TrimSpace(s)
	if err != nil || utf8.RuneCountInString(s) > maxName || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return s
}

// level is what people call a level, as in "Senior Agent (L3)"; by its id where
// nothing tells.
func (x *index) level(id string) string {
	title, code := x.literal("levels."+id+".titles[0].text"), x.literal("levels."+id+".code")
	switch {
	case title != "" && code != "":
		return title + " (" + code + ")"
	case title != "":
		return title
	case code != "":
		return "level " + code
	}
	return "level " + id
}

// title is what people call one of the other things, by its id where nothing
// tells.
func (x *index) title(plural, id string) string {
	if t := x.literal(plural + "." + id + ".title"); t != "" {
		return t
	}
	return id
}

// named is the same with the word for it: "the competency Autonomy", "competency
// autonomy" where only the id is known.
func (x *index) named(plural, id string) string {
	if plural == "levels" {
		return x.level(id)
	}
	if t := x.title(plural, id); t != id {
		return "the " + singular[plural] + " " + t
	}
	return singular[plural] + " " + id
}

// cell names a cell: "the cell for Autonomy at Senior Agent (L3)".
func (x *index) cell(level, competency string) string {
	return fmt.Sprintf("the cell for %s at %s", x.title("competencies", competency), x.level(level))
}

// thing names what stands at a path, for a sentence: "Senior Agent (L3)", "rank
// of Senior Agent (L3)", "item 2 of Autonomy at Senior Agent (L3)". It may be
// asked of nil, which knows ids alone.
func (x *index) thing(path string) string {
	if path == "" {
		return "the framework"
	}
	parts := strings.Split(path, ".")
	around, rest := "", parts
	switch {
	case len(parts) == 4 && parts[0] == "levels" && parts[2] == "expectations" && !strings.Contains(parts[3], "["):
		return x.cell(parts[1], parts[3])
	case len(parts) >= 4 && parts[0] == "levels" && parts[2] == "expectations":
		around, rest = fmt.Sprintf("%s at %s", x.title("competencies", parts[3]), x.level(parts[1])), parts[4:]
	case len(parts) >= 3 && parts[0] == "retired" && singular[parts[1]] != "":
		around, rest = fmt.Sprintf("the retired %s %s", singular[parts[1]], parts[2]), parts[3:]
	case len(parts) >= 2 && parts[0] == "levels" && !strings.Contains(parts[1], "["):
		around, rest = x.level(parts[1]), parts[2:]
	case len(parts) >= 2 && singular[parts[0]] != "" && !strings.Contains(parts[0], "["):
		around, rest = x.named(parts[0], parts[1]), parts[2:]
	}
	if len(rest) == 0 {
		return entryWords(around)
	}
	words := reversed(rest)
	if around == "" {
		return words
	}
	return words + " of " + entryWords(around)
}

// reversed is the inner before the outer: "years of experience", "to of entry
// 1 of freezes".
func reversed(parts []string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[len(parts)-1-i] = entryWords(p)
	}
	return strings.Join(out, " of ")
}

var entryForm = regexp.MustCompile(`^([A-Za-z_ ]+)\[([0-9]+)\]$`)

// entryWords turns the brackets of a name into words: "items[1]" is "item 2",
// "freezes[0]" is "entry 1 of freezes".
func entryWords(path string) string {
	m := entryForm.FindStringSubmatch(path)
	if m == nil {
		return path
	}
	n, _ := strconv.Atoi(m[2])
	entry := fmt.Sprintf("entry %d of %s", n+1, m[1])
	if m[1] == "items" {
		entry = fmt.Sprintf("item %d", n+1)
	}
	return entry
}

// singular is the word for one of the things in a map of the document.
var singular = map[string]string{
	"levels": "level", "tracks": "track", "areas": "area", "competencies": "competency",
	"roles": "role", "aims": "aim", "profiles": "profile", "degrees": "degrees of", "retired": "retired",
	"cycles": "cycle",
}
