package dot11

import "strconv"

// ReasonCode is the reason code of a deauthentication or disassociation: 9.4.1.7.
type ReasonCode uint16

// reasonNames are the reason codes that occur with WPS.
var reasonNames = map[ReasonCode]string{
	1: "no reason given", 2: "authentication not valid any more", 3: "the sender leaves", 4: "inactive for too long",
	5: "the access point is full", 6: "a frame before the authentication", 7: "a frame before the association",
	8: "the sender leaves the network", 9: "association before the authentication", 12: "moved to another access point",
	13: "a malformed element", 14: "an integrity check failed", 15: "the 4-way handshake timed out: mostly a wrong key",
	16: "the group key handshake timed out", 17: "an element differs in the 4-way handshake", 18: "the group cipher is not valid",
	19: "the pairwise cipher is not valid", 20: "the key management is not valid", 21: "the version of the RSN element is not supported",
	22: "the capabilities of the RSN element are not valid", 23: "802.1X failed: after WPS the usual end", 24: "the cipher is rejected by policy",
	34: "too many lost frames: a bad radio link", 36: "the sender leaves", 39: "time-out", 45: "the peer key handshake failed",
}

// String returns what the code means in words, or its number.
func (r ReasonCode) String() string {
	if name, ok := reasonNames[r]; ok {
		return name
	}
	return "reason " + strconv.Itoa(int(r))
}
