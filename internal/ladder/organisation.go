package ladder

import (
	"encoding/json"
	"fmt"
	"time"
	_ "time/tzdata" // a small machine has no zones of its own
)

// Organisation is what holds for all frameworks of a repository:
// schema.#Organisation, decoded.
type Organisation struct {
	Name       string           `json:"name"`
	TimeZone   string           `json:"timeZone"`
	Language   string           `json:"language,omitempty"`
	JobGrades  []string         `json:"jobGrades,omitempty"`
	Cycles     map[string]Cycle `json:"cycles,omitempty"`
	HouseRules HouseRules       `json:"houseRules"`
}

// Cycle is a review cycle; its reviews use the text in force on Opens.
type Cycle struct {
	Title  string `json:"title,omitempty"`
	Opens  string `json:"opens"`
	Closes string `json:"closes,omitempty"`
}

// HouseRules are what an organisation asks of its frameworks beyond correctness.
type HouseRules struct {
	PlainData    bool              `json:"plainData,omitempty"`
	Notice       *Notice           `json:"notice,omitempty"`
	Freezes      []Freeze          `json:"freezes,omitempty"`
	ItemsPerCell *Bounds           `json:"itemsPerCell,omitempty"`
	Prose        *Prose            `json:"prose,omitempty"`
	Severity     map[string]string `json:"severity,omitempty"`
}

// Notice is how many days before it takes effect a change that asks more must be published.
type Notice struct {
	Days int `json:"days"`
}

// Freeze is a time in which no change that asks more may take effect, both days included.
type Freeze struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// Bounds are a least and a greatest number; 0 is no bound.
type Bounds struct {
	Min int `json:"min,omitempty"`
	Max int `json:"max,omitempty"`
}

// Prose is how expectations are worded. Vague, where it is there, takes the
// place of Milepost's own list, even with nothing in it.
type Prose struct {
	MaxWords int      `json:"maxWords,omitempty"`
	Forbid   []string `json:"forbid,omitempty"`
	Vague    []string `json:"vague,omitzero"`
}

// DefaultOrganisation is what holds where a repository has no organisation
// file: a day is a day in UTC, and there are no house rules.
func DefaultOrganisation() Organisation {
	return Organisation{TimeZone: "UTC", Language: "en"}
}

// ParseOrganisation decodes an organisation from the JSON that CUE exports.
func ParseOrganisation(data []byte) (Organisation, error) {
	o := DefaultOrganisation()
	if err := json.Unmarshal(data, &o); err != nil {
		return o, fmt.Errorf("decoding the organisation: %w", err)
	}
	return o, nil
}

// Location is the time zone in which the organisation's days begin and end.
// The error says that the name is not that of a time zone.
func (o Organisation) Location() (*time.Location, error) {
	if o.TimeZone == "" || o.TimeZone == "Local" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone", o.TimeZone)
	}
	return loc, nil
}
