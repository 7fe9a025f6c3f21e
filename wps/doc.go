// Package wps is the data model of Wi-Fi Protected Setup (Wi-Fi Simple
// Configuration, WSC), versions 1.0h and 2.0: attributes, messages, elements
// of 802.11 frames, credentials, device descriptions and NFC tokens, as Go
// values and as octets.
//
// It speaks no protocol: package registration (M1 to M8), package eapwsc (EAP
// and push-button sessions), package validate (is what others send right?) and
// package doctor (why does it not work?) are built on it.
//
// # Lists of attributes
//
// Everything in WPS is a list of attributes: two octets of type, two of length,
// the value. What differs is where a list stands and which attributes it holds.
// Each such list is a [Kind], and a Go type that implements [List]: [M1] to
// [M8], [M2D], [ACK], [NACK] and [Done]; [Beacon], [ProbeRequest],
// [ProbeResponse], [AssociationRequest] and [AssociationResponse];
// [Credential]; the plaintexts of Encrypted Settings, such as [M7Settings];
// the NFC payloads, such as [PasswordToken].
//
// [ParseMessage] reads a message of which only the octets are known. [Decode]
// reads any list, in whatever order its attributes stand, and [Append] writes
// one in the protocol's order:
//
//	attributes, ok := wps.JoinElements(beaconElements)
//	var b wps.Beacon
//	if err := wps.Decode(&b, attributes, wps.Tolerant); err != nil { … }
//
// What a list carries beside its own attributes (the extension of the Wi-Fi
// Alliance that makes a 2.0 device, other vendors' extensions, attributes that
// nobody knows, the octets as received) is in its [Header]. [Decoder] walks a
// list without allocating where types are not needed.
//
// # Tables
//
// [Attributes] lists every attribute with its length and origin;
// [Kind.Layout] says which attributes a list needs, in order; [QuirkTable]
// lists the ways in which devices depart from the protocol.
//
// # Tolerant and strict
//
// [Tolerant] reading understands what devices of the field send and notes
// each habit in [Header].Quirks. [Strict] reading refuses it, and checks values
// as hostap's strict validators do for version 2.0 peers. Senders are always
// strict. A list with an error is an [*Error], of a class to branch on with
// errors.Is: [ErrTruncated], [ErrLength], [ErrValue], [ErrMissing] and others.
//
// # Memory and secrets
//
// Decoding copies numbers, nonces and strings; other byte slices, and
// [Header].Raw, are parts of the input, which must not change while the list is
// in use. Keys, passwords and secret nonces have types that print as a
// placeholder with every verb of fmt, in slog and in JSON.
//
// # Origin of the rules
//
// The text of the specification was not at hand. Rules name the clause as the
// authors of iwd and hostap cite it, or the implementation ("hostap", "iwd",
// "Wireshark") whose behaviour they describe.
package wps
