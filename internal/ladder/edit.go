package ladder

// Op is what an edit does.
type Op string

// What edits do.
const (
	// OpSet puts Value in a place, or nothing where Value is nil.
	OpSet Op = "set"
	// OpInsert puts Value into a list. The last step of its path is the place
	// in the new list, counted from 0.
	OpInsert Op = "insert"
	// OpRemove takes an element of a list, or an entry, away.
	OpRemove Op = "remove"
	// OpOrder puts what stays of a list in another order: Value is a []string
	// of the last steps of their paths, in the new order.
	OpOrder Op = "order"
	// OpRename gives an entry another key, the string Value.
	OpRename Op = "rename"
	// OpFollow does nothing. What the change tells follows from the edits of
	// others: a text that stood there applies to a level since the reach of
	// its competency changed.
	OpFollow Op = "follow"
)

// Edit is a part of what carries a change out. All edits of a ChangeSet speak
// of the text before and are carried out at once, in whatever order; what
// replaces or removes something beats the edits inside it.
type Edit struct {
	Op Op
	// Path leads there through the old text: names of fields, keys, ids of
	// list elements that have one, and places, counted from 0, in other lists.
	// ["levels", "l4", "titles"]; the empty path is the whole text.
	Path []string
	// Was is what the old text has there, and Value what the new one has:
	// values of the types that Framework is made of, nil for nothing. They
	// share memory with the texts, and are not to be written to.
	Was, Value any
}

func set(path []string, was, value any) Edit {
	return Edit{Op: OpSet, Path: path, Was: was, Value: value}
}

func insert(path []string, value any) Edit {
	return Edit{Op: OpInsert, Path: path, Value: value}
}

func remove(path []string, was any) Edit {
	return Edit{Op: OpRemove, Path: path, Was: was}
}

func reorder(path, kept []string) Edit {
	return Edit{Op: OpOrder, Path: path, Value: kept}
}

func rename(path []string, key string) Edit {
	return Edit{Op: OpRename, Path: path, Value: key}
}

// pointed is the pointer itself, as a value of an edit: nil for nothing.
func pointed[T any](p *T) any {
	if p == nil {
		return nil
	}
	return p
}

// to is a longer path; the one that it begins with stays as it is.
func to(path []string, more ...string) []string {
	out := make([]string, 0, len(path)+len(more))
	return append(append(out, path...), more...)
}
