package compile

import (
	"strings"
	"testing"

	"cuelang.org/go/cue/parser"
)

// TestNames: findings call things as people do, and by their ids where the
// author's text does not tell, or holds what no sentence should.
func TestNames(t *testing.T) {
	t.Parallel()
	f, err := parser.ParseFile("l.cue", `
framework: competencies: {data: title: "Data", long: title: "`+strings.Repeat("a", maxName+1)+`", odd: title: "a\u202eb", ref: title: other, num: title: 3}
framework: levels: {
	l1: {code: "L1", titles: [{text: "Agent"}, {text: "Clerk"}]}
	l2: titles: [{text: " Agent "}]
	l3: {code: "L3", titles: []}
	l4: {code: "\u001b[31m", titles: [{text: "a\nb"}]}
}`)
	if err != nil {
		t.Fatal(err)
	}
	x := newIndex()
	x.addFile(f, "framework")
	for path, want := range map[string]string{
		"":                                     "the framework",
		"levels.l1":                            "Agent (L1)",
		"levels.l2":                            "Agent",
		"levels.l3":                            "level L3",
		"levels.l4":                            "level l4",
		"levels.l9":                            "level l9",
		"levels.l1.rank":                       "rank of Agent (L1)",
		"levels.l1.titles[0].text":             "text of entry 1 of titles of Agent (L1)",
		"levels.l1.expectations.data":          "the cell for Data at Agent (L1)",
		"levels.l4.expectations.none":          "the cell for none at level l4",
		"levels.l1.expectations.data.items[1]": "item 2 of Data at Agent (L1)",
		"competencies.data.title":              "title of the competency Data",
		"competencies.long":                    "competency long",
		"competencies.odd":                     "competency odd",
		"competencies.ref":                     "competency ref",
		"competencies.num":                     "competency num",
		"retired.levels.l1.reason":             "reason of the retired level l1",
		"order.levels[0]":                      "entry 1 of levels of order",
	} {
		if got := x.thing(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := (*index)(nil).thing("levels.l1.rank"); got != "rank of level l1" {
		t.Errorf("without an index: got %q", got)
	}
}
