package diag

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strings"
)

// The part of JUnit's XML that its readers agree on.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// printJUnit prints a test case for each framework: it fails where something
// needs a change, and carries what only deserves a look as its output.
func printJUnit(r Report) ([]byte, error) {
	suite := junitSuite{Name: "frameworks"}
	for _, g := range groups(r) {
		c := junitTestCase(g)
		suite.Cases = append(suite.Cases, c)
		suite.Tests++
		if c.Failure != nil {
			suite.Failures++
		}
	}
	out, err := xml.MarshalIndent(junitSuites{Name: "Milepost", Tests: suite.Tests, Failures: suite.Failures, Suite: suite}, "", "  ")
	if err != nil {
		return nil, err
	}
	return []byte(xml.Header + xmlText.Replace(string(out)) + "\n"), nil
}

// xmlText writes line ends and tabs as themselves, which encoding/xml escapes
// and which stand in no attribute here, and keeps a log from reading commands.
var xmlText = strings.NewReplacer("&#xA;", "\n", "&#x9;", "\t", "##[", "&#35;&#35;[")

// junitTestCase is the test case of a group of findings, errors first.
func junitTestCase(g group) junitCase {
	c := junitCase{Class: oneLine(g.id), Name: oneLine(g.name), Time: "0"}
	errors := slices.IndexFunc(g.findings, func(f Finding) bool { return weight(f) > 0 })
	if errors < 0 {
		errors = len(g.findings)
	}
	if errors > 0 {
		c.Failure = &junitFailure{Message: findingCounts([3]int{errors}), Type: ruleID(g.findings[0]), Text: junitText(g.findings[:errors])}
	}
	c.Out = junitText(g.findings[errors:])
	return c
}

// junitText says findings as the format text does.
func junitText(l List) string {
	p := textPrinter{source: newSource(nil)}
	for _, f := range l {
		p.finding(f)
	}
	return strings.TrimSuffix(p.out.String(), "\n")
}

// group is what was checked, with its findings in their order.
type group struct {
	id, name string
	findings List
}

// groups has a group for everything that was checked, then one for each
// framework that was not, yet has findings, and one for what is in no framework.
func groups(r Report) []group {
	var gs []group
	for _, c := range r.Checked {
		gs = append(gs, group{id: c.Framework, name: c.name()})
	}
	var rest List
	for _, f := range r.Findings {
		if i := owner(r.Checked, f); i >= 0 {
			gs[i].findings = append(gs[i].findings, f)
		} else {
			rest = append(rest, f)
		}
	}
	slices.SortStableFunc(rest, func(a, b Finding) int { return cmp.Compare(b.Framework, a.Framework) })
	for i, f := range rest {
		if i == 0 || f.Framework != rest[i-1].Framework {
			gs = append(gs, group{id: cmp.Or(f.Framework, "repository"), name: cmp.Or(f.Framework, "What belongs to no framework")})
		}
		last := &gs[len(gs)-1]
		last.findings = append(last.findings, f)
	}
	return gs
}

// owner is the index of what a finding is about: that whose directory its
// file is in, else the first of its framework; -1 where there is none.
func owner(checked []Checked, f Finding) int {
	in := slices.IndexFunc(checked, func(c Checked) bool { return c.Dir != "" && strings.HasPrefix(f.File, c.Dir+"/") })
	if in >= 0 || f.Framework == "" {
		return in
	}
	return slices.IndexFunc(checked, func(c Checked) bool { return c.Framework == f.Framework })
}
