package compile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
)

// imported is an import of a file, and where it stands.
type imported struct {
	path string
	at   diag.Position
}

// maxNamed is how many packages of a ring are named.
const maxNamed = 8

// importCycles finds shared packages that import each other in a ring, each
// package in one ring at most. Imports has what each of them imports.
func importCycles(imports map[string][]imported) diag.List {
	var found diag.List
	done := map[string]bool{} // what can be reached from it is known
	var way []imported        // from the first package on, each with the import that led to it
	var visit func(i imported)
	visit = func(i imported) {
		if start := slices.IndexFunc(way, func(w imported) bool { return w.path == i.path }); start >= 0 {
			found = append(found, importCycle(append(slices.Clone(way[start+1:]), i)))
			return
		}
		if done[i.path] {
			return
		}
		way = append(way, i)
		for _, next := range imports[i.path] {
			visit(next)
		}
		way = way[:len(way)-1]
		done[i.path] = true
	}
	for _, p := range sortedKeys(imports) {
		visit(imported{path: p})
	}
	return found
}

// importCycle is what is said of a ring: of each import in it, in order, the
// last of which leads to where the first begins.
func importCycle(ring []imported) diag.Finding {
	last := ring[len(ring)-1]
	names := []string{path.Base(last.path)}
	var also []diag.Position
	for i, r := range ring {
		if i < maxNamed || i == len(ring)-1 {
			names = append(names, path.Base(r.path))
		} else if i == maxNamed {
			names = append(names, "…")
		}
		if i > 0 {
			also = append(also, r.at)
		}
	}
	message := fmt.Sprintf("shared packages import each other in a ring, so that none can be read before the others: %s", strings.Join(names, " -> "))
	help := "Remove one of these imports. What several packages need can stand in a package of its own, which imports none of them."
	if len(ring) == 1 {
		message, help = fmt.Sprintf("the shared package %s imports itself", names[0]), "Remove the import, and the name before the point where it is used: all files of a package count together."
	}
	f := finding("import-cycle", ring[0].at, message, help)
	f.Also = also
	return f
}
