package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// printJSON prints {"findings": [...], "checked": [...]}, of which neither is
// ever null, and "changes" where there was something to compare with. The texts are the authors' own, character by character.
func printJSON(r Report) ([]byte, error) {
	var changes []any
	for _, c := range r.Changes {
		changes = append(changes, c.Value)
	}
	return encodeJSON(struct {
		Findings List      `json:"findings"`
		Checked  []Checked `json:"checked"`
		Changes  []any     `json:"changes,omitempty"`
	}{append(List{}, r.Findings...), append([]Checked{}, r.Checked...), changes})
}

// encodeJSON is indented JSON in which whatever a terminal or a workflow's log
// would not show as it is stands escaped.
func encodeJSON(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	b = bytes.ReplaceAll(b, []byte("##["), []byte(`\u0023\u0023[`))
	var out bytes.Buffer
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r < 0x7f || shown(r) {
			out.Write(b[:size])
		} else {
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		}
		b = b[size:]
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
