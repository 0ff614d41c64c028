package scaffold

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What CUE asks of a module path:
// https://cuelang.org/docs/reference/modules/#module-path
var (
	modulePath  = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)
	moduleMajor = regexp.MustCompile(`@v(0|[1-9][0-9]*)$`)
)

// ownModule is Milepost's own module path, below which the schema is found.
const ownModule = "github.com/milepost-dev/milepost"

// checkModule says in plain words what keeps a text from being a CUE module path.
func checkModule(module string) error {
	if wrong := moduleProblem(moduleMajor.ReplaceAllString(module, "")); wrong != "" {
		return fmt.Errorf("module: %s (got %q)", wrong, module)
	}
	return nil
}

// moduleProblem is what is wrong with a module path without a version, "" if nothing is.
func moduleProblem(module string) string {
	first, _, _ := strings.Cut(module, "/")
	bad := strings.IndexFunc(module, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789./-_", r) })
	switch {
	case module == "":
		return fmt.Sprintf("write a domain name and a word, such as %q", DefaultModule)
	case strings.Contains(module, "://"):
		return fmt.Sprintf("leave out the beginning, up to and including %q", "://")
	case strings.ToLower(module) != module:
		return fmt.Sprintf("use small letters only, as in %q", strings.ToLower(module))
	case bad >= 0:
		return fmt.Sprintf("%q cannot stand in it: use small letters, digits, dots, hyphens and slashes", []rune(module[bad:])[0])
	case !strings.Contains(first, ".") || strings.Contains(first, "_"):
		return fmt.Sprintf("it must begin with a domain name, which %q is not: write something like %q", first, DefaultModule)
	case !modulePath.MatchString(module):
		return "each part between slashes must begin and end with a letter or a digit, with one dot or hyphen at a time in between"
	case slices.ContainsFunc(strings.Split(module, "/"), reserved):
		return "one of its parts is a name that Windows keeps for itself, such as con or aux: choose another"
	case module == ownModule || strings.HasPrefix(module, ownModule+"/"):
		return "this is Milepost's own path: choose one of your organisation's"
	}
	return ""
}

// reserved says whether a part of a path is a name that Windows has taken.
func reserved(part string) bool {
	short, _, _ := strings.Cut(part, ".")
	port := len(short) == 4 && (strings.HasPrefix(short, "com") || strings.HasPrefix(short, "lpt")) && short[3] >= '1' && short[3] <= '9'
	return port || slices.Contains([]string{"con", "prn", "aux", "nul"}, short)
}
