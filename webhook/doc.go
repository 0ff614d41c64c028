// Package webhook is the only package that talks to GitHub. It takes in
// deliveries as hints, reads everything again from GitHub and Git, judges pull
// requests by the house rules of the branch that they go into, says so in a
// check and a comment, and gives versions their tags and releases.
//
// The flow is: delivery -> Receiver -> Hint -> Queue -> Service.Handle ->
// Report -> Check and comment. A delivery decides nothing but what is looked at
// first: the reconciler looks at everything again and again, and so the end is
// the same if deliveries are lost, doubled or out of order. Nothing is kept but
// what GitHub and Git keep.
package webhook
