// Package anonymise makes a capture of Wi-Fi Protected Setup that can be shown
// to others.
//
// [Capture] reads a capture and writes another: what bears on WPS stays, and
// what belongs to the people in it goes. The doctor finds the same cause in both.
//
//	note, err := anonymise.Capture(out, in, rand.Reader)
//
// # What is replaced
//
// No octets are copied. Each frame is encoded again from what package
// capture understood of it, so that what was not understood cannot pass:
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
// A value that comes again is replaced by the same one, so that repetitions and
// reuse show. The replacements come from a new random key each time and
// forgotten: nothing leads back to what was there, and the same capture looks
// different the next time. A PIN can neither be found nor tried with them.
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
// What is encrypted stays closed: a key log of the original opens nothing, and no
// Authenticator can be verified. [Note] says so, and the file does in the comment
// of its section.
package anonymise
