// Package anonymise makes captures of Wi-Fi Protected Setup that can be
// published.
//
// [Capture] reads a capture and writes another one that keeps what matters to
// WPS and replaces what identifies people and devices. The doctor finds the
// same cause in both.
//
//	note, err := anonymise.Capture(out, in, rand.Reader)
//
// # What is replaced
//
// No octets are copied. Each frame is encoded again from what package capture
// understood of it, so that what was not understood cannot pass:
//
//	addresses (MAC, IP)               others, the same one for the same one; groups stay groups
//	names: SSID, device, maker, model,
//	serial numbers, EAP identities    others of the same length
//	UUIDs                             others
//	public keys                       others with unknown exponents
//	nonces, hashes, Authenticators,
//	Encrypted Settings, State         other octets, as many
//	keys and passwords in clear       other letters, as many
//	unknown attributes                as many other octets
//
// Equal values have equal replacements, so that repetitions and reuse show. The
// replacements are derived from a new random key each time, which is then
// forgotten: they cannot be reversed, and the same capture looks different the
// next time. They allow neither finding nor trying a PIN.
//
// Numbers that WPS defines stay: types, methods, flags, errors, states, Device
// Password IDs below 16, the category of a device. So do times, lengths,
// channels, signal strengths and the numbers that identify retransmissions.
//
// # What is left out
//
// Frames without WPS: data, other protocols, action frames, other elements of
// management frames. Names of interfaces, comments, name resolution and the
// secrets of a pcapng file. Of the 4-way handshake only the numbers of its
// messages stay: nonces, check values and keys are replaced or zero.
//
// Encrypted data stays closed: a key log of the original decrypts nothing, and
// no Authenticator can be verified. [Note] says so, and the file does in the
// comment of its section.
package anonymise
