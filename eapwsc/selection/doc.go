// Package selection chooses the access point that a station registers with.
//
// [Selector] describes the station, and a [Candidate] describes an access point
// found by a scan. The rules are pure functions of the two, so a station on
// nl80211 and a simulated one share them.
package selection
