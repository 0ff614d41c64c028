package compile

// swap replaces a text of a file.
type swap struct{ file, old, new string }

// What a swap may replace that is no text of the file.
const (
	all  = "*"    // all that the file holds
	new  = "new"  // a file that is not there yet
	ends = "\r\n" // all ends of lines, by those of Windows
)

// mistake is a wrong edit of the base framework, as somebody might make it.
type mistake struct {
	name     string
	findings int // how many mistakes it is
	edits    []swap
}

// one is a single mistake.
func one(name, file, old, new string) mistake { return mistake{name, 1, []swap{{file, old, new}}} }

// fine is an edit that looks like a mistake, and is none.
func fine(name, file, old, new string) mistake { return mistake{name, 0, []swap{{file, old, new}}} }

// some are n mistakes at once.
func some(name string, n int, edits ...swap) mistake { return mistake{name, n, edits} }

const (
	code2    = `code:  "L2"`
	rank2    = "rank:  2"
	titles2  = `titles: [{text: "Senior Support Agent"}]`
	years2   = `experience: {years: 3, in: "customer service"}`
	item1    = `"Solves unknown problems with advice"`
	item2    = `"Writes down solutions for others"`
	items2   = "items: [\n\t\t\t\t" + item1 + "\n\t\t\t\t" + item2 + "\n\t\t\t]"
	writing2 = `writing: same: "l1"`
	owners   = `owners: ["people-team"]`
	pkg      = "package framework\n"
)

// mistakes are all of them, by what they are about.
var mistakes = []struct {
	title string
	all   []mistake
}{
	{"Quotes and text", quoteMistakes},
	{"Punctuation between things", markMistakes},
	{"Brackets and braces", bracketMistakes},
	{"Pasted from somewhere else", pasteMistakes},
	{"Fields", fieldMistakes},
	{"Numbers, dates and words from a list", valueMistakes},
	{"Levels, competencies and cells", cellMistakes},
	{"Ids that were renamed or removed", idMistakes},
	{"Files", fileMistakes},
	{"Several mistakes at once", severalMistakes},
	{"What is no mistake", noMistakes},
}

var quoteMistakes = []mistake{
	one("curly quotes", "l2.cue", `"Senior Support Agent"`, "“Senior Support Agent”"),
	one("curly quotes in a list", "l2.cue", item2, "“Writes down solutions for others”"),
	some("curly quotes everywhere", 1, swap{"l2.cue", code2, "code:  “L2”"}, swap{"l2.cue", `"Senior Support Agent"`, "“Senior Support Agent”"}, swap{"l2.cue", item1, "“Solves unknown problems with advice”"}, swap{"l2.cue", item2, "“Writes down solutions for others”"}),
	one("single curly quotes", "l2.cue", code2, "code:  ‘L2’"),
	one("curly quotes around a text with an apostrophe", "l2.cue", item2, "“Writes down others’ solutions”"),
	one("a straight quote at the start and a curly one at the end", "l2.cue", item2, "\"Writes down solutions for others”"),
	one("German quotes", "l2.cue", item2, "„Writes down solutions for others“"),
	one("French quotes", "l2.cue", item2, "«Writes down solutions for others»"),
	one("straight single quotes", "l2.cue", code2, "code:  'L2'"),
	one("backticks", "l2.cue", code2, "code:  `L2`"),
	one("a text without quotes, one word", "l2.cue", code2, "code:  L2"),
	one("a text without quotes, several words", "l2.cue", `"Senior Support Agent"`, "Senior Support Agent"),
	one("a text without quotes, with punctuation", "framework.cue", `"What each level of customer support is expected to do."`, "What each level does: its work, and how."),
	one("a text without quotes, with an apostrophe", "l2.cue", item2, "Writes down others' solutions, and doesn't forget any"),
	one("a text without quotes in a list on one line", "m1.cue", `["Decides which problems are solved first"]`, "[Decides which problems are solved first]"),
	one("a word without quotes in a list on one line", "framework.cue", `["people-team"]`, "[people]"),
	one("a whole list without quotes", "l2.cue", item1+"\n\t\t\t\t"+item2, "Solves unknown problems with advice\n\t\t\t\tWrites down solutions for others"),
	one("no quote at the end", "l2.cue", item1, `"Solves unknown problems with advice`),
	one("no quote at the end, before a bracket", "l2.cue", titles2, `titles: [{text: "Senior Support Agent}]`),
	one("no quote at the end, before a comma", "l2.cue", item1, `"Solves unknown problems with advice,`),
	one("no quote at the start", "l2.cue", item1, `Solves unknown problems with advice"`),
	one("no quote at the start of a field", "l2.cue", code2, `code:  L2"`),
	one("a quote inside a text", "l2.cue", item2, `"Writes down "solutions" for others"`),
	one("a quote at the end of a text", "l2.cue", item2, `"Writes down what they call "solutions""`),
	one("a quote inside a text, in a list on one line", "m1.cue", `["Decides which problems are solved first"]`, `["Decides what is "urgent" today", "Decides the rest"]`),
	one("an item over several lines", "l2.cue", item2, "\"Writes down solutions\n\t\t\t\tfor others\""),
	one("a backslash", "l2.cue", item2, `"Writes solutions to S:\Support"`),
	one("two texts in one line of a list", "l2.cue", item1+"\n", item1+" "),
	one("a tab inside a text", "l2.cue", item2, `"Writes\tdown solutions"`),
	one("a space at the end of a text", "l2.cue", item2, `"Writes down solutions for others "`),
}

var markMistakes = []mistake{
	one("an equals sign for a colon", "l2.cue", code2, `code = "L2"`),
	one("an equals sign after a colon", "l2.cue", code2, `code := "L2"`),
	one("a semicolon at the end", "l2.cue", code2, `code:  "L2";`),
	one("a semicolon between two fields", "l2.cue", years2, `experience: {years: 3; in: "customer service"}`),
	one("a full-width colon", "l2.cue", code2, `code： "L2"`),
	one("no colon", "l2.cue", code2, `code  "L2"`),
	one("no colon before a number", "l2.cue", rank2, "rank 2"),
	one("no colon before a list", "l2.cue", titles2, `titles [{text: "Senior Support Agent"}]`),
	one("no colon before a group", "l2.cue", "expectations: {", "expectations {"),
	one("two colons", "l2.cue", code2, `code::  "L2"`),
	one("no comma between two fields", "l2.cue", years2, `experience: {years: 3 in: "customer service"}`),
	one("no comma between two entries", "framework.cue", `["Low", "Medium", "High"]`, `["Low" "Medium", "High"]`),
	one("no comma between two groups", "l2.cue", titles2, `titles: [{text: "Senior Support Agent"} {text: "Support Expert"}]`),
	one("two commas", "framework.cue", `["Low", "Medium", "High"]`, `["Low",, "Medium", "High"]`),
	one("a comma at the start of a list", "framework.cue", `["Low", "Medium", "High"]`, `[, "Low", "Medium", "High"]`),
	one("nothing after the colon", "l2.cue", code2, "code:"),
	one("nothing after the colon, at the end of a group", "l2.cue", items2, "items:"),
	one("nothing after the colon, on one line", "l2.cue", years2, `experience: {years: , in: "customer service"}`),
}

var bracketMistakes = []mistake{
	one("a list that is not closed", "l2.cue", "\n\t\t\t]", "\n"),
	one("a list on one line that is not closed", "framework.cue", `["Low", "Medium", "High"]`, `["Low", "Medium", "High"`),
	one("a title that is not closed", "l2.cue", titles2, `titles: [{text: "Senior Support Agent"]`),
	one("a cell that is not closed", "l2.cue", "\t\t\t]\n\t\t}\n", "\t\t\t]\n"),
	one("a brace that is not closed", "l2.cue", "\t\twriting: same: \"l1\"\n\t}\n", "\t\twriting: same: \"l1\"\n"),
	one("a level that is not closed", "l2.cue", "\t}\n}\n", "\t}\n"),
	one("a brace too many at the end", "l2.cue", "\t}\n}\n", "\t}\n}\n}\n"),
	one("a brace too many in the middle", "l2.cue", "\t\t\t]\n\t\t}\n", "\t\t\t]\n\t\t}\n\t\t}\n"),
	one("a bracket too many", "l2.cue", "\t\t\t]\n", "\t\t\t]\n\t\t\t]\n"),
	one("a list that was not opened", "l2.cue", "items: [", "items:"),
	one("a group that was not opened", "l2.cue", "expectations: {", "expectations:"),
	one("round brackets for a list", "m1.cue", `["Decides which problems are solved first"]`, `("Decides which problems are solved first")`),
	one("round brackets around a group", "l2.cue", years2, `experience: (years: 3, in: "customer service")`),
	one("braces for a list", "m1.cue", `["Decides which problems are solved first"]`, `{"Decides which problems are solved first"}`),
	one("square brackets for a group", "l2.cue", years2, `experience: [years: 3, in: "customer service"]`),
	one("a list closed with a brace", "l2.cue", "\t\t\t]\n", "\t\t\t}\n"),
}

var pasteMistakes = []mistake{
	one("a pasted no-break space", "l2.cue", rank2, "rank:\u00a0 2"),
	one("no-break spaces before a field", "l2.cue", "\t"+code2, "\u00a0\u00a0\u00a0\u00a0"+code2),
	one("a character that cannot be seen, outside the quotes", "l2.cue", code2, "code:  \u200b\"L2\""),
	one("a row of a table, pasted from a spreadsheet", "l2.cue", item2, "Writes down\tsolutions\tfor others"),
	one("a list with dashes, in quotes", "l2.cue", item1+"\n\t\t\t\t"+item2, "- "+item1+"\n\t\t\t\t- "+item2),
	one("a list with dashes and nothing else", "l2.cue", items2, "items:\n\t\t\t\t- Solves unknown problems with advice\n\t\t\t\t- Writes down solutions for others"),
	one("a list with dashes, in quotes but without brackets", "l2.cue", items2, "items:\n\t\t\t\t- "+item1+"\n\t\t\t\t- "+item2),
	one("a bullet", "l2.cue", item2, "• Writes down solutions for others"),
	one("a bullet before the quotes", "l2.cue", item2, "• "+item2),
	one("a smart dash before a text", "l2.cue", item2, "– Writes down solutions for others"),
	one("a numbered line", "l2.cue", item2, "2. Writes down solutions for others"),
	one("a piece of a web page", "l2.cue", item2, "<li>Writes down <b>solutions</b> for others</li>"),
	one("formatted text", "l2.cue", item2, "**Writes down** solutions for others"),
	one("a smart dash between numbers", "l2.cue", "years: 3", "years: 3–5"),
	one("the lines of another file, its first line too", "l2.cue", "\nframework: levels", "\n"+pkg+"\nframework: levels"),
	one("marks of an unfinished merge", "l2.cue", "\trank:  2\n", "<<<<<<< HEAD\n\trank:  2\n=======\n\trank:  3\n>>>>>>> other\n"),
}

var fieldMistakes = []mistake{
	one("a misspelt field", "l2.cue", "titles:", "titels:"),
	one("a misspelt field that must be there", "l2.cue", "expectations:", "expectation:"),
	one("a misspelt field deep inside", "l2.cue", "{text: \"Senior", "{txt: \"Senior"),
	one("a field with a capital", "l2.cue", "titles:", "Titles:"),
	one("a field of no framework", "l2.cue", rank2, rank2+"\n\tsalary: 50000"),
	one("a field in another language", "l2.cue", "titles:", "titel:"),
	one("no rank", "l2.cue", "\trank:  2\n", ""),
	one("no titles", "l2.cue", "\t"+titles2+"\n", ""),
	one("no track", "l2.cue", "\ttrack: \"ic\"\n", ""),
	one("no title of the framework", "framework.cue", "\ttitle:   \"Support ladder\"\n", ""),
	one("a title as a text", "l2.cue", titles2, `titles: "Senior Support Agent"`),
	one("titles as a list of plain texts", "l2.cue", titles2, `titles: ["Senior Support Agent"]`),
	one("several titles as plain texts", "l2.cue", titles2, `titles: ["Senior Support Agent", "Support Expert"]`),
	one("title for titles", "l2.cue", titles2, `title: "Senior Support Agent"`),
	one("items as one text", "m1.cue", `["Decides which problems are solved first"]`, `"Decides which problems are solved first"`),
	one("owners as a text", "framework.cue", owners, `owners: "people-team"`),
	one("an empty list", "m1.cue", `["Decides which problems are solved first"]`, "[]"),
	one("a field twice, with two values", "l2.cue", code2, code2+"\n\tcode: \"L3\""),
	one("a value that refers to itself", "l2.cue", code2, "code:  framework.levels.l2.code"),
	one("a name that nothing uses", "l2.cue", pkg, pkg+"\nlet x = \"text\"\n"),
	one("a text without a name among the fields", "l2.cue", code2, code2+"\n\t\"A senior agent\""),
}

var valueMistakes = []mistake{
	one("a rank in words", "l2.cue", rank2, `rank:  "two"`),
	one("a rank in quotes", "l2.cue", rank2, `rank:  "2"`),
	one("a rank in words without quotes", "l2.cue", rank2, `rank:  two`),
	one("a rank of zero", "l2.cue", rank2, "rank:  0"),
	one("years with a plus", "l2.cue", "years: 3", "years: 3+"),
	one("years with a plus, in quotes", "l2.cue", "years: 3", `years: "3+"`),
	one("a percent", "l2.cue", "years: 3", "years: 3%"),
	one("years with the word", "l2.cue", "years: 3", "years: 3 years"),
	one("years from and to", "l2.cue", "years: 3", "years: 3-5"),
	one("a decimal comma", "l2.cue", "years: 3", "years: 3,5"),
	one("a decimal point", "l2.cue", "years: 3", "years: 3.5"),
	one("a date with points", "framework.cue", owners, "effective: \"1.3.2027\"\n\t"+owners),
	one("a date with strokes", "framework.cue", owners, "effective: \"01/03/2027\"\n\t"+owners),
	one("a date in words", "framework.cue", owners, "effective: \"1 March 2027\"\n\t"+owners),
	one("a month only", "framework.cue", owners, "effective: \"March 2027\"\n\t"+owners),
	one("a date without zeros", "framework.cue", owners, "effective: \"2027-3-1\"\n\t"+owners),
	one("a date with a time", "framework.cue", owners, "effective: \"2027-03-01T09:00\"\n\t"+owners),
	one("a date without quotes", "framework.cue", owners, "effective: 2027-03-01\n\t"+owners),
	one("a date with points, without quotes", "framework.cue", owners, "effective: 1.3.2027\n\t"+owners),
	one("a date with strokes, without quotes", "framework.cue", owners, "effective: 1/3/2027\n\t"+owners),
	one("30 February", "framework.cue", owners, "effective: \"2027-02-30\"\n\t"+owners),
	one("a kind that is not one", "framework.cue", `"ladder"`, `"lader"`),
	one("yes for true", "framework.cue", owners, "cumulative: yes\n\t"+owners),
	one("true in quotes", "framework.cue", owners, "cumulative: \"true\"\n\t"+owners),
	one("True with a capital", "framework.cue", owners, "cumulative: True\n\t"+owners),
	one("a number for an item", "l2.cue", item2, "42"),
	one("an empty item", "l2.cue", item2, `""`),
	one("a code without quotes that is a number", "l2.cue", code2, "code: 2"),
	one("two numbers with a stroke for a text", "l2.cue", code2, "code: 2/3"),
}

var cellMistakes = []mistake{
	one("a cell is missing", "l2.cue", "\t\t"+writing2+"\n", ""),
	one("all cells are missing", "l2.cue", "\t\tsolving: {\n\t\t\tdegree: \"Medium\"\n\t\t\t"+items2+"\n\t\t}\n\t\t"+writing2+"\n", ""),
	one("a misspelt competency", "l2.cue", "writing: same:", "wriitng: same:"),
	one("an empty cell", "l2.cue", writing2, "writing: {}"),
	one("a cell with items and same", "l2.cue", writing2, `writing: {same: "l1", items: ["Answers well"]}`),
	one("a cell twice", "l2.cue", writing2, writing2+"\n\t\twriting: items: [\"Answers well\"]"),
	one("a cell as a text", "l2.cue", writing2, `writing: "Answers in plain words"`),
	one("a cell as a list", "l2.cue", writing2, `writing: ["Answers in plain words"]`),
	one("the same as a level that is not there", "l2.cue", `same: "l1"`, `same: "l9"`),
	one("the same as a level in capitals", "l2.cue", `same: "l1"`, `same: "L1"`),
	one("the same as itself", "l2.cue", `same: "l1"`, `same: "l2"`),
	one("the same as a level that has no text", "m1.cue", writing2, `writing: same: "l2"`),
	one("a degree that is not listed", "l2.cue", `"Medium"`, `"Meduim"`),
	one("a degree that falls", "l1.cue", `"Low"`, `"High"`),
	one("a track that is not there", "l2.cue", `"ic"`, `"icc"`),
	one("two levels with one rank", "l2.cue", rank2, "rank:  1"),
	one("a level copied without a new id", "l3.cue", new, pkg+"\nframework: levels: l2: {\n\trank:  4\n\tcode:  \"L3\"\n\ttrack: \"ic\"\n\ttitles: [{text: \"Support Expert\"}]\n\texpectations: {\n\t\tsolving: same: \"l2\"\n\t\twriting: same: \"l1\"\n\t}\n}\n"),
	one("a cell outside the expectations", "l2.cue", "\t\t"+writing2+"\n\t}\n", "\t}\n\t"+writing2+"\n"),
	one("a cell one brace too deep", "l2.cue", "\t\t}\n\t\t"+writing2+"\n", "\t\t\t"+writing2+"\n\t\t}\n"),
	one("expectations inside expectations", "l2.cue", "\t\t"+writing2+"\n", "\t\texpectations: "+writing2+"\n"),
	one("a degree outside its cell", "l2.cue", "\t\tsolving: {\n\t\t\tdegree: \"Medium\"\n", "\t\tdegree: \"Medium\"\n\t\tsolving: {\n"),
	one("a level outside levels", "l2.cue", "framework: levels: l2:", "framework: l2:"),
	one("a level inside a level", "l2.cue", "framework: levels: l2:", "framework: levels: l1: l2:"),
	one("levels inside levels", "l2.cue", "framework: levels: l2:", "framework: levels: levels: l2:"),
	one("a level outside the framework", "l2.cue", "framework: levels: l2:", "levels: l2:"),
	one("a level with nothing around it", "l2.cue", "framework: levels: l2:", "l2:"),
	one("a new competency that no level speaks of", "framework.cue", "\t\tcoaching: {", "\t\tlistening: {area: \"people\", title: \"Listening\"}\n\t\tcoaching: {"),
	one("the order lacks a competency", "framework.cue", `["solving", "writing", "coaching"]`, `["solving", "writing"]`),
	one("an area that is not there", "framework.cue", `writing: {area: "people"`, `writing: {area: "peple"`),
}

var idMistakes = []mistake{
	one("an id with capitals", "m1.cue", "levels: m1:", "levels: M1:"),
	one("an id with a hyphen", "m1.cue", "levels: m1:", "levels: m-1:"),
	one("an id with a hyphen, in quotes", "m1.cue", "levels: m1:", `levels: "m-1":`),
	one("an id with a space", "m1.cue", "levels: m1:", "levels: lead 1:"),
	one("an id that begins with a digit", "m1.cue", "levels: m1:", "levels: 1m:"),
	one("an id with an umlaut", "m1.cue", "levels: m1:", "levels: führung:"),
	one("a competency removed in one file only", "framework.cue", "\t\twriting: {area: \"people\", title: \"Writing\"}\n", ""),
	one("a competency removed, but not from one level", "framework.cue", "\t\tcoaching: {area: \"people\", title: \"Coaching\", appliesTo: tracks: [\"manager\"]}\n", ""),
	one("a competency renamed in one file only", "framework.cue", "\t\twriting: {area", "\t\twritten_word: {area"),
	one("a competency renamed in one level only", "l1.cue", "writing: items", "written_word: items"),
	one("a level renamed", "l1.cue", "levels: l1:", "levels: agent:"),
	one("a level renamed, and its file too", "l1.cue", "levels: l1:", "levels: l1a:"),
	one("a track renamed", "framework.cue", "\t\tic: title:", "\t\tindividual: title:"),
	one("an area renamed", "framework.cue", "\t\tpeople: title:", "\t\tworking_with_people: title:"),
	one("an id that is not the folder's", "framework.cue", `"support-ladder"`, `"help-ladder"`),
	one("an id with an underscore for the framework", "framework.cue", `"support-ladder"`, `"support_ladder"`),
}

var fileMistakes = []mistake{
	one("an empty file", "l3.cue", new, ""),
	one("a level's file that was emptied", "m1.cue", all, ""),
	one("another package", "l2.cue", "package framework", "package ladder"),
	one("no package line", "l2.cue", pkg+"\n", ""),
	one("a misspelt package", "l2.cue", "package framework", "pakage framework"),
	one("the package in quotes", "l2.cue", "package framework", `package "framework"`),
	one("the schema's line is gone", "framework.cue", "import \"github.com/milepost-dev/milepost/schema\"\n\nframework: schema.#Framework\n", ""),
	one("the import line is gone", "framework.cue", "import \"github.com/milepost-dev/milepost/schema\"\n", ""),
	one("an import path misspelt", "framework.cue", "milepost/schema\"", "milepost/shema\""),
	one("an import without quotes", "framework.cue", `import "github.com/milepost-dev/milepost/schema"`, "import github.com/milepost-dev/milepost/schema"),
	one("an import from elsewhere", "l2.cue", pkg, pkg+"\nimport \"example.org/other\"\n"),
	one("an import that nothing uses", "l2.cue", pkg, pkg+"\nimport \"list\"\n"),
	one("a note without the two strokes", "l2.cue", "\nframework: levels", "\nThis level was agreed in May.\nframework: levels"),
	one("a note with a hash", "l2.cue", "\nframework: levels", "\n# This level was agreed in May.\nframework: levels"),
}

var severalMistakes = []mistake{
	some("two mistakes in one file, both in how it is written", 2, swap{"l2.cue", code2, `code = "L2"`}, swap{"l2.cue", item2, "“Writes down solutions for others”"}),
	some("two mistakes in one file, one in how it is written, one in a name", 2, swap{"l2.cue", code2, `code  "L2"`}, swap{"l2.cue", "experience:", "experiense:"}),
	some("two mistakes in two files, one in how it is written, one in a value", 2, swap{"l1.cue", item0, "“Solves known problems by the book”"}, swap{"l2.cue", "years: 3", `years: "3+"`}),
	some("four mistakes in three files", 4, swap{"framework.cue", owners, "effective: \"1.3.2027\"\n\t" + owners}, swap{"l1.cue", "\trank:  1\n", ""}, swap{"l2.cue", titles2, `titles: "Senior Support Agent"`}, swap{"l2.cue", "writing: same:", "wriitng: same:"}),
	some("a text without quotes and a field misspelt", 2, swap{"l2.cue", code2, "code: L2"}, swap{"l2.cue", "experience:", "experiense:"}),
	some("two texts without quotes in two files", 2, swap{"l1.cue", `code:  "L1"`, "code: L1"}, swap{"l2.cue", code2, "code: L2"}),
	some("a field twice and a degree that is not listed", 2, swap{"l2.cue", code2, code2 + "\n\tcode: \"L3\""}, swap{"l2.cue", `"Medium"`, `"Middle"`}),
	some("a file that ends too early and a mistake in another", 2, swap{"l2.cue", "\t}\n}\n", ""}, swap{"l1.cue", "titles:", "titels:"}),
	some("a level renamed and two levels with one rank", 2, swap{"l1.cue", "levels: l1:", "levels: agent:"}, swap{"l2.cue", rank2, "rank: 1"}),
	some("a competency removed in one file and a cell missing in another", 2, swap{"framework.cue", "\t\twriting: {area: \"people\", title: \"Writing\"}\n", ""}, swap{"m1.cue", "\t\tcoaching: items: [\"Meets every member of the team each week\"]\n", ""}),
}

const item0 = `"Solves known problems by the book"`

var noMistakes = []mistake{
	fine("line ends of Windows", "l2.cue", ends, ""),
	fine("a mark of the encoding at the file's start", "l2.cue", pkg, "\ufeff"+pkg),
	fine("a field twice with the same value", "l2.cue", code2, code2+"\n\tcode: \"L2\""),
	fine("a comma at the end of a list", "framework.cue", `["Low", "Medium", "High"]`, `["Low", "Medium", "High",]`),
	fine("a comma after each field", "l2.cue", code2, code2+","),
	fine("curly quotes inside a text", "l2.cue", item2, "\"Writes down “solutions” for others\""),
	fine("an apostrophe inside a text", "l2.cue", item2, "\"Writes down others' solutions\""),
	fine("spaces for tabs", "l2.cue", "\t"+code2, "        "+code2),
	fine("a note with two strokes", "l2.cue", "\nframework: levels", "\n// This level was agreed in May.\nframework: levels"),
}
