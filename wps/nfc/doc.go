// Package nfc reads and writes NFC data for Wi-Fi Protected Setup: tokens on
// tags, and the messages of a connection handover.
//
// # Tokens
//
// A tag on a device holds a password token: a hash of the device's public key
// and a password known only to the device ([wps.PasswordToken]). A tag for the
// guests of a router's owner holds a configuration token: credentials, with
// which the reader joins at once ([wps.ConfigurationToken]).
//
// [Read] parses the octets of a tag in any form in which readers return them:
// the memory of a type 2 tag, the file of a type 4 tag, an NDEF message, or the
// bare attributes. It detects the kind of the token. [Decode] reads a token
// that is known to be of one kind, and [Append] writes one as an NDEF message.
//
// # Connection handover
//
// Two devices that touch exchange a Handover Request and a Handover Select (NFC
// Forum, Connection Handover). Each carries the hash of a public key, so that
// the registration over the air that follows cannot be intercepted:
// [AppendHandoverRequest] and [AppendHandoverSelect] write them, and Read
// parses them. The password of that registration is [registration.Handover].
//
// # NDEF
//
// [ParseMessage] and [AppendMessage] read and write NDEF records (NFC Forum,
// NFC Data Exchange Format 1.0). This package implements NDEF itself, because
// the Go packages for it have had no release for years, and support neither tag
// memory nor records in chunks.
//
// The functions are pure and may be called concurrently.
package nfc
