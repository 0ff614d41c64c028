package compile

import (
	"cmp"
	"fmt"
	"strings"

	"cuelang.org/go/cue/errors"
)

// refusal is what is said of an error of CUE's: what begins its format, the
// code, and sentences. In the message, {0} is what stands at the place, and {1}
// and so on are CUE's own arguments.
type refusal struct{ format, code, message, help string }

const (
	itself = "Write the value itself."
	nearby = "Compare it with a neighbour that is right, or write the value itself."
)

// refusals are the errors of CUE's that have no place in the explanation of
// the plain data, in words; the more special ones first.
var refusals = []refusal{
	{"conflicting values", "wrong-type", "{0} cannot have this value",
		"Compare it with a neighbour that is right: is it a text in quotes, a list in square brackets, or a group in braces?"},
	{"incompatible list lengths", "conflicting-values", "{0} stands twice, with {1} and with {2} entries", "Keep one of the two lists and delete the other one."},
	{"%s redeclared as imported package name", "conflicting-values", "the name {1} is given twice: to something that the file imports, and to something else",
		"Give one of the two another name, or remove it."},
	{"imported and not used", "unused-import", "the file imports a package that it does not use", "Remove the import."},
	{"unreferenced alias or let", "unused-name", "a value is given a name here that nothing uses", "Remove the line."},
	{"undefined field", "unknown-name", "the text refers to {1}, and there is nothing of that name", "Correct the name, or write the value itself."},
	{"cycle", "cycle", "{0} refers to itself", itself},
	{"incomplete", "incomplete", noValue, itself},
	{"non-concrete", "incomplete", noValue, itself},
	{"must be concrete", "incomplete", noValue, itself},
	{"explicit error", "not-valid", "{0} has the sign _|_ in the place of a value, which means that there can be none", "Write a value in its place."},
	{"error in call to", "not-valid", "{0} cannot be worked out: {1} cannot do this with what it is given", itself},
	{"cannot call", "not-valid", "{0} cannot be worked out: round brackets stand after something that works nothing out", "Remove the round brackets, or put the text in quotes."},
	{"failed arithmetic", "not-valid", "{0} cannot be worked out: the sum has no result, or none that can be written", itself},
	{"invalid operands", "not-valid", "{0} cannot be worked out: the sign {3} stands between two values that it does not fit", "Write the value itself; between entries of a list stands a comma."},
	{"invalid operand", "not-valid", "{0} cannot be worked out: a list or a group in braces is wanted before the square bracket", nearby},
	{"invalid operation", "not-valid", "{0} cannot be worked out: a sign stands before a value that it does not fit", "Remove the sign, or put the text in quotes."},
	{"preference mark", "not-valid", "{0} has an asterisk (*) before it, which means nothing here", "Remove the asterisk."},
	{"cannot use _ as label", "not-valid", "{0} has _ in the place of a name", "Write the name of the field or of the competency."},
	{"cannot use", "not-valid", "{0} cannot be worked out: {2} stands where another kind of value is needed", nearby},
	{"Multiplication of lists", "not-valid", "{0} multiplies a list", "Write the entries of the list."},
	{"Addition of lists", "not-valid", "{0} adds lists", "Write the entries in one list."},
	{"adding field", "not-valid", "{0} depends on fields that it is to add itself", "Write the fields."},
	{"index", "not-valid", "{0} refers to an entry of a list that is not there", itself},
	{"invalid index", "not-valid", "{0} refers to an entry of a list that is not there", itself},
	{"invalid interpolation", "not-valid", "{0} has a value in its text that cannot be part of a text", itself},
	{"invalid regexp", "not-valid", "{0} has a pattern that cannot be read", "Correct the pattern, or write the value itself."},
	{"import failed", "not-valid", "a shared package that the framework imports cannot be used", "Look at the files of the packages below frameworks/lib that it imports."},
}

const noValue = "{0} has no value: what stands there says what kind of value it takes, or refers to itself or to something that has none"

// refused is the code, the message and the help for an error of CUE's. At is
// what stands at its place.
func refused(e errors.Error, at string) (code, message, help string) {
	format, args := e.Msg()
	for _, r := range refusals {
		if strings.HasPrefix(format, r.format) || !strings.HasPrefix(r.format, "%") && strings.Contains(format, r.format) {
			return r.code, filled(r.message, at, args), r.help
		}
	}
	text := strings.TrimSpace(fmt.Sprintf(format, args...))
	switch {
	case strings.HasPrefix(format, "invalid value"):
		return "not-valid", outOfBounds(at, args), nearby
	case inCheck(e): // the schema's own sentence
		return "not-valid", text, nearby
	case format == "%s": // of error("…") in the text
		return "not-valid", fmt.Sprintf("%s is refused by a check that stands in the text itself, and says: %s", at, text), "Write the value as the check asks, or change the check."
	}
	return "not-valid", fmt.Sprintf("%s cannot be worked out, or may not be so. CUE, which reads the files, says: %s", at, text), nearby
}

// filled is a sentence with what stands at the place and CUE's own arguments,
// shortened.
func filled(sentence, at string, args []any) string {
	put := []string{"{0}", at}
	for i, a := range args {
		text := clip(strings.Join(strings.Fields(fmt.Sprint(a)), " "))
		put = append(put, fmt.Sprintf("{%d}", i+1), cmp.Or(kinds[text], text))
	}
	return strings.NewReplacer(put...).Replace(sentence)
}

// kinds are CUE's names for kinds of values, in words.
var kinds = map[string]string{
	"struct": "a group in braces", "list": "a list", "string": "a text", "number": "a number", "int": "a whole number", "float": "a number",
	"bool": "true or false", "null": "nothing",
}

// outOfBounds says which condition a value breaks.
func outOfBounds(at string, args []any) string {
	if len(args) < 2 {
		return at + " breaks a condition"
	}
	value, bound := clip(fmt.Sprint(args[0])), fmt.Sprint(args[1])
	switch {
	case strings.HasPrefix(bound, "list.UniqueItems"):
		return at + " names something twice"
	case strings.HasPrefix(bound, `!~"[\\x{00}`):
		return at + " holds a character that cannot be seen"
	}
	return fmt.Sprintf("%s is %s, which breaks the condition %s", at, value, clip(bound))
}
