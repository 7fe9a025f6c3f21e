// Package selection chooses the access point that a station registers with.
//
// [Selector] is what the station knows of itself, and a [Candidate] is what a
// scan reports of an access point. The rules are pure functions of the two, so
// a station on nl80211 and a simulated one share them.
package selection
