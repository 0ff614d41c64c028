package webhook

import "testing"

func checkSaid(t *testing.T, r *Report) {}
