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
// the NFC payloads, such as [PasswordToken]; UPnP's [SetSelectedRegistrar].
//
// [ParseMessage] reads a message of which only the octets are known. [Decode]
// reads any list, in whatever order its attributes stand, and [Append] writes
// one in the protocol's order:
//
//	attributes, ok := wps.JoinElements(beaconElements)
//	var b wps.Beacon
//	if err := wps.Decode(&b, attributes, wps.Tolerant); err != nil { … }
//
// [AppendElements] and [SplitElements] make the elements of a frame. Package
// nfc reads and writes the NDEF records of NFC tags.
//
// What a list carries beside its own attributes (the extension of the Wi-Fi
// Alliance that makes a 2.0 device, other vendors' extensions, attributes that
// nobody knows, the octets as received) is in its [Header]. [Decoder] walks a
// list without allocating where types are not needed.
//
// # Tables
//
// [Attributes] lists every attribute with its length and origin, and
// [Attribute.Valid] checks one; [Kind.Layout] says which attributes a list
// needs, in order; [QuirkTable] lists the ways in which devices depart from the
// protocol.
//
// # Tolerant and strict
//
// [Tolerant] reading understands what devices of the field send and notes
// each habit in [Header].Quirks. [Strict] reading refuses it, unless the
// protocol allows it, and checks values and what is needed under a condition as
// hostap's strict validators do. What is wrong comes as an [*Error], of a class
// to branch on with errors.Is: [ErrTruncated], [ErrLength], [ErrValue],
// [ErrMissing] and others.
//
// [Append] sends what strict readers want: it puts in the attributes that the
// layout needs, a space for an empty string and the bits that are reserved as
// 1, and it refuses lengths that no peer takes. Values are the program's own.
// What was read goes out as it came in, but for the quirks.
//
// # Memory and secrets
//
// Decoding copies numbers, nonces and strings; other byte slices, and
// [Header].Raw, are parts of the input, which must not change while the list is
// in use. Keys, passwords and secret nonces, and what holds them, print without
// a secret with every verb of fmt, in slog and in JSON.
//
// # Origin of the rules
//
// The text of the specification was not at hand. Rules name the clause as the
// authors of iwd and hostap cite it, or the implementation ("hostap", "iwd",
// "Wireshark") whose behaviour they describe.
package wps
