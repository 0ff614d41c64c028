package webhook

import "os"

// amount is how much of a proof is run.
type amount int

const (
	aFew   amount = iota // each kind of thing once: what tests run by themselves, also under the race detector
	tenth                // that a seed chooses, with MILEPOST_PROOFS=tenth, as in "make test"
	entire               // with MILEPOST_PROOFS=full
)

// proven is how much is asked for.
func proven() amount {
	switch os.Getenv("MILEPOST_PROOFS") {
	case "full":
		return entire
	case "tenth":
		return tenth
	}
	return aFew
}

// scaled is some, or all where an entire proof is asked for.
func scaled(some, all int) int {
	if proven() == entire {
		return all
	}
	return some
}
