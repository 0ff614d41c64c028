package ladder

import (
	"slices"
	"strings"
)

// Category says what a change means for people. The categories, their weight
// and the bump that each calls for are those of the table "What changed" of
// the design.
type Category string

// The categories, heaviest first.
const (
	AsksMore         Category = "asks-more"
	MovesPeople      Category = "moves-people"
	BreaksReferences Category = "breaks-references"
	Adds             Category = "adds"
	AsksLess         Category = "asks-less"
	Clarifies        Category = "clarifies"
	WordingOnly      Category = "wording-only"
)

// Bumps are the parts of a version number that a change may raise.
const (
	BumpMajor = "major"
	BumpMinor = "minor"
	BumpPatch = "patch"
)

// Categories are all categories, heaviest first.
func Categories() []Category {
	return []Category{AsksMore, MovesPeople, BreaksReferences, Adds, AsksLess, Clarifies, WordingOnly}
}

// Name is the category as people read it: "asks more".
func (c Category) Name() string { return strings.ReplaceAll(string(c), "-", " ") }

// Weight orders categories: the heavier one decides. It is 0 for what is none.
func (c Category) Weight() int {
	all := Categories()
	if i := slices.Index(all, c); i >= 0 {
		return len(all) - i
	}
	return 0
}

// Bump is the part of the version number that a change of this category
// raises, "" for what is no category.
func (c Category) Bump() string {
	switch c {
	case AsksMore, MovesPeople, BreaksReferences:
		return BumpMajor
	case Adds, AsksLess, Clarifies:
		return BumpMinor
	case WordingOnly:
		return BumpPatch
	}
	return ""
}

// Purpose says in a sentence what changes of this category have in common, ""
// for what is no category.
func (c Category) Purpose() string {
	switch c {
	case AsksMore:
		return "People at a level that there was before are asked for more than before, or may be."
	case MovesPeople:
		return "People come to be at another level, or above or below others than before."
	case BreaksReferences:
		return "What other systems and documents use to name a part of the framework leads nowhere any more, or elsewhere."
	case Adds:
		return "Something new is there, and nobody is asked for more by it."
	case AsksLess:
		return "People are asked for less than before."
	case Clarifies:
		return "The text says otherwise what it said before, and asks for the same."
	case WordingOnly:
		return "Spelling, order and what stands beside the text changed."
	}
	return ""
}
