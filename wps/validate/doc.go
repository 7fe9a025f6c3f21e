// Package validate checks what WPS devices send: single messages, elements of
// beacons and probe requests, decrypted settings, whole exchanges, and the
// randomness of a device over several runs.
//
// # Findings
//
// Each function returns [Findings], in a fixed order; conforming input has
// none. A [Finding] names the rule, the message, the attribute and its offset,
// and says in a sentence what is wrong:
//
//	for _, f := range validate.Message(body, wps.Tolerant) {
//		fmt.Println(f) // error HASHES-EQUAL: M3, E-Hash2 at offset 66: E-Hash2 is E-Hash1 once more.
//	}
//
// Package doctor explains what the findings mean for the owner of a device.
//
// # Rules
//
// All checks are rows of one table: see [Rules], whose documentation lists
// them, and [Lookup]. The IDs are stable. Rules about the length, value and
// presence of attributes are derived from the tables of package wps, and named
// after the attributes: UUID-E-LENGTH, M1-UUID-E-MISSING.
//
// # Tolerant and strict
//
// In tolerant mode a finding is as severe as its consequences in the field: an
// [Error] makes peers refuse a message or puts them at risk, a [Warning] is a
// fault that most peers live with, a [Note] is allowed or a habit of the field.
// In strict mode everything that hostap's strict validators and iwd refuse is
// an error: use it for a device before it ships.
//
// Some rules apply to version 2.0 devices only. A message or element shows its
// version; in an exchange, M1, M2 and M2D determine it for all messages of
// their senders, because deployed access points omit it in later ones.
//
// # Exchanges
//
// A [Transcript] is a recorded exchange. Only its messages are required: with
// the identifiers and op-codes of EAP these are checked as well, with times the
// duration, with the keys of the run the Authenticators and everything
// encrypted. A transcript of the air should say that it is Lossy: then a gap in
// it is a note, not an error.
//
// # Secrets, memory and time
//
// Findings hold no key, password or secret nonce. Decrypted data is overwritten
// before a function returns. Time is linear in the size of the input, and at
// most ten findings of one rule are kept. A public key costs most, about 0.1
// ms, because its subgroup is always checked.
//
// # What this package does not do
//
// It does not search for a PIN or key. [Randomness] reports that the random
// values of a device under test are predictable, and does no more.
package validate
