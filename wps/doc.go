// Package wps is the data model of Wi-Fi Protected Setup (Wi-Fi Simple
// Configuration, WSC), versions 1.0h and 2.0: attributes, messages, elements of
// 802.11 frames, credentials, device descriptions and NFC tokens, as Go values
// and as octets.
//
// It implements no protocol. Packages registration (M1 to M8), eapwsc (EAP),
// validate (checks what devices send) and doctor (explains failures) are built
// on it.
//
// # Lists of attributes
//
// Everything in WPS is a list of attributes: two octets of type, two of length,
// the value. Lists differ in where they occur and in their attributes. Each
// such list is a [Kind], and a Go type that implements [List]: [M1] to [M8],
// [M2D], [ACK], [NACK] and [Done]; [Beacon], [ProbeRequest], [ProbeResponse],
// [AssociationRequest] and [AssociationResponse]; [Credential]; the plaintexts
// of Encrypted Settings, such as [M7Settings]; the NFC payloads, such as
// [PasswordToken]; UPnP's [SetSelectedRegistrar].
//
// [ParseMessage] decodes a message of unknown type. [Decode] decodes a list of
// a known kind, with its attributes in any order, and [Append] encodes one in
// the protocol's order:
//
//	attributes, ok := wps.JoinElements(beaconElements)
//	var b wps.Beacon
//	if err := wps.Decode(&b, attributes, wps.Tolerant); err != nil { … }
//
// [AppendElements] and [SplitElements] write the elements of a frame. Package
// nfc reads and writes the NDEF records of NFC tags.
//
// The [Header] of a list has what it carries besides its own attributes: the
// Wi-Fi Alliance extension of version 2.0, other vendors' extensions, unknown
// attributes, and the octets as received. [Decoder] iterates over a list
// without allocating if types are not needed.
//
// # Tables
//
// [Attributes] lists every attribute with its length and origin, and
// [Attribute.Valid] checks one; [Kind.Layout] lists the attributes of a list,
// in order; [QuirkTable] lists the ways in which devices depart from the
// protocol.
//
// # Tolerant and strict
//
// [Tolerant] decoding accepts what deployed devices send and records each
// deviation in [Header].Quirks. [Strict] decoding refuses deviations, unless
// the protocol allows them, and checks values and conditional attributes as
// hostap's strict validators do. Errors are of type [*Error]; compare their
// class with errors.Is: [ErrTruncated], [ErrLength], [ErrValue], [ErrMissing]
// and others.
//
// [Append] writes what strict readers accept: it adds required attributes, a
// space for an empty string and reserved bits that are sent as 1, and it
// refuses lengths that no peer accepts. It does not check values. A decoded
// list is written as it was received, except for its quirks.
//
// # Memory and secrets
//
// Decoding copies numbers, nonces and strings; other byte slices, and
// [Header].Raw, are parts of the input, which must not change while the list is
// in use. Keys, passwords and secret nonces, and types that hold them, are
// redacted by every verb of fmt, in slog and in JSON.
//
// # Origin of the rules
//
// The text of the specification was not available. Rules name the clause as the
// authors of iwd and hostap cite it, or the implementation ("hostap", "iwd",
// "Wireshark") whose behaviour they describe.
package wps
