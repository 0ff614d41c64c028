package diag

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The part of SARIF 2.1.0 that Milepost writes, in the words of the standard:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string     `json:"id"`
		ShortDescription sarifText  `json:"shortDescription"`
		FullDescription  sarifText  `json:"fullDescription"`
		HelpURI          string     `json:"helpUri,omitempty"`
		Help             sarifText  `json:"help"`
		Configuration    sarifLevel `json:"defaultConfiguration"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
)

// printSARIF prints one run of SARIF 2.1.0, as code scanning reads it.
func printSARIF(r Report) ([]byte, error) {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "Milepost", InformationURI: "https://github.com/milepost-dev/milepost", Rules: sarifRules(r.Findings)}
	src := newSource(r.Source)
	for _, f := range r.Findings {
		id := ruleID(f)
		run.Results = append(run.Results, sarifResult{
			RuleID:    id,
			RuleIndex: slices.IndexFunc(run.Tool.Driver.Rules, func(rule sarifRule) bool { return rule.ID == id }),
			Level:     level(f),
			Message:   sarifText{sarifMessage(f)},
			Locations: sarifLocations(f, src),
			Related:   sarifRelated(f, src),
		})
	}
	return encodeJSON(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifRules are the rules that the findings name, each once, by id. A rule's
// level is that of its gravest finding.
func sarifRules(l List) []sarifRule {
	rules := []sarifRule{}
	for _, f := range l {
		id, title := ruleID(f), oneLine(ruleTitle(f.Code))
		if slices.ContainsFunc(rules, func(r sarifRule) bool { return r.ID == id }) {
			continue
		}
		rule := sarifRule{
			ID:               id,
			ShortDescription: sarifText{title},
			FullDescription:  sarifText{title},
			Help:             sarifText{"The finding says what to write instead."},
			Configuration:    sarifLevel{level(f)},
		}
		if r, ok := FindRule(f.Code); ok {
			rule.FullDescription, rule.Help, rule.HelpURI = sarifText{r.Means}, sarifText{r.Mend}, findingsPageURI+id
		}
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

// findingsPageURI is the documentation of findings, without the code at its end.
const findingsPageURI = "https://github.com/milepost-dev/milepost/blob/main/docs/findings.md#"

// ruleID is the code of a finding as an id.
func ruleID(f Finding) string {
	return oneLine(cmp.Or(f.Code, "finding"))
}

// level is a finding's severity in SARIF's words.
func level(f Finding) string {
	return [...]string{"error", "warning", "note"}[weight(f)]
}

// sarifMessage is the message and its help. A bracket before a parenthesis is
// escaped, as SARIF makes links of them.
func sarifMessage(f Finding) string {
	return strings.ReplaceAll(messageAndHelp(f), "](", `\](`)
}

// sarifLocations is the place of a finding, none where it is in no file.
func sarifLocations(f Finding, src *source) []sarifLocation {
	if f.File == "" {
		return nil
	}
	at := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: relativeURI(f.File), URIBaseID: "%SRCROOT%"}}}
	if f.Line > 0 {
		at.Physical.Region = &sarifRegion{StartLine: f.Line, StartColumn: max(src.column(f.Position), 0)}
	}
	if f.Path != "" {
		at.Logical = []sarifLogical{{oneLine(f.Path)}}
	}
	return []sarifLocation{at}
}

// sarifRelated are the other places of a finding.
func sarifRelated(f Finding, src *source) []sarifLocation {
	var out []sarifLocation
	for _, at := range f.Also {
		out = append(out, sarifLocations(Finding{Position: at}, src)...)
	}
	return out
}

// relativeURI is a path as a percent-encoded URI that stays below its base.
func relativeURI(file string) string {
	return (&url.URL{Path: strings.TrimPrefix(path.Join("/", file), "/")}).String()
}
