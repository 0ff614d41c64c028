package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// RuleList is what milepost rules --format json prints.
type RuleList struct {
	Ruleset    int                     `json:"ruleset"`
	Rules      []RuleInfo              `json:"rules"`
	Directives []ladder.DirectiveField `json:"directives"`
}

// RuleInfo is a rule with the part of the version number that it raises.
type RuleInfo struct {
	ladder.Rule
	Bump string `json:"bump"`
}

func (a *app) rulesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Print what counts as which change",
		Long: `Print the rules by which Milepost says what a change of a framework means for
people, and which part of the version number it raises. The heaviest change
decides. The id of a rule is what accept names in a framework:

  accept: [{rule: "degree-raised", reason: "everybody there is rated so already"}]`,
		Example: "  milepost rules\n  milepost rules --format json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "json":
				return a.printJSON(ruleList())
			case "text", "markdown":
				return a.printRules(format == "markdown")
			}
			return oneOf("format", format, "text", "json", "markdown")
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "markdown"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func ruleList() RuleList {
	out := RuleList{Ruleset: ladder.Ruleset, Directives: ladder.DirectiveFields()}
	for _, r := range ladder.Rules() {
		out.Rules = append(out.Rules, RuleInfo{r, r.Category.Bump()})
	}
	return out
}

// printRules prints the rules category by category, the heaviest first.
func (a *app) printRules(markdown bool) error {
	r := renderer{w: a.stdout, markdown: markdown}
	code := func(id string) string {
		if markdown {
			return "`" + id + "`"
		}
		return id
	}
	if markdown {
		r.line("# Rules")
		r.line("")
		r.line("What Milepost says of a change, by what it means for people, and which part of the version number it raises. The heaviest change decides. The names of rules are stable: `accept` names them, and versions list those that decided. This page is what `milepost rules --format markdown` prints; it is ruleset %d.", ladder.Ruleset)
	} else {
		r.line("Ruleset %d. The heaviest change decides which part of the version number rises.", ladder.Ruleset)
	}
	var category ladder.Category
	for _, rule := range ladder.Rules() {
		if rule.Category != category {
			category = rule.Category
			name := category.Name()
			r.heading(2, fmt.Sprintf("%s: %s", strings.ToUpper(name[:1])+name[1:], category.Bump()))
			r.paragraph(category.Purpose())
		}
		r.rule(rule, code)
	}
	r.heading(2, "What changes no text")
	r.paragraph("These fields speak about a change and not about the text. No rule recognises them: a change of them alone leaves the text as it was.")
	for _, d := range ladder.DirectiveFields() {
		r.line("- %s: %s", code(d.Field), d.Purpose)
	}
	return r.err
}

func (r *renderer) rule(rule ladder.Rule, code func(string) string) {
	if r.markdown {
		r.line("- %s: %s", code(rule.ID), rule.Purpose)
		r.line("  - For example: %s", rule.Example)
		return
	}
	r.line("%s", rule.ID)
	r.line("  %s", rule.Purpose)
	r.line("  e.g. %s", rule.Example)
	r.line("")
}
