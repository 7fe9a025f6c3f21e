// Package nfc reads and writes what NFC carries for Wi-Fi Protected Setup:
// tokens on tags, and the messages of a connection handover.
//
// # Tokens
//
// A tag on a device holds a password token: a hash of the device's public key
// and a password that nobody else knows ([wps.PasswordToken]). A tag that a
// router's owner hands to guests holds a configuration token: credentials, with
// which the reader joins at once ([wps.ConfigurationToken]).
//
// [Read] takes the octets of a tag in any form in which readers give them: the
// memory of a type 2 tag, the file of a type 4 tag, an NDEF message, or the
// bare attributes. It returns what the token is. [Decode] reads a token that is
// known to be of one kind, and [Append] writes one as an NDEF message.
//
// # Connection handover
//
// Two devices that touch exchange a Handover Request and a Handover Select
// (NFC Forum, Connection Handover). Each carries the hash of a public key, so
// that the registration over the air that follows cannot be intercepted:
// [AppendHandoverRequest] and [AppendHandoverSelect] make them, and Read reads
// them. The password of that registration is [registration.Handover].
//
// # NDEF
//
// [ParseMessage] and [AppendMessage] are the records of NDEF (NFC Forum, NFC
// Data Exchange Format 1.0). The packages for Go that read NDEF have had no
// release for years, and accept neither tag memory nor records in chunks, so
// the few octets of it are read here.
//
// Functions here are pure and may be called concurrently.
package nfc
