// Package validate says whether what WPS devices send is right: single
// messages, elements of beacons and probes, decrypted settings, whole exchanges,
// and the randomness of a device over several runs.
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
// What the findings mean for the owner of a device is the business of package
// doctor.
//
// # Rules
//
// All checks are rows of one table: see [Rules], whose documentation lists
// them, and [Lookup]. The IDs stay. Rules about the length, value and presence
// of attributes are made of the tables of package wps, and named after them:
// UUID-E-LENGTH, M1-UUID-E-MISSING.
//
// # Tolerant and strict
//
// In tolerant mode a finding is as severe as its consequences in the field: an
// [Error] makes peers refuse a message or puts them at risk, a [Warning] is a
// fault that most peers live with, a [Note] is allowed or a habit of the field.
// In strict mode what hostap's strict validators and iwd refuse is an error:
// that is for a device before it ships.
//
// Some rules hold for version 2.0 devices only. A message or element shows its
// version; in an exchange M1, M2 and M2D tell it for all messages of their
// senders, because deployed access points forget it in later ones.
//
// # Exchanges
//
// A [Transcript] is an exchange as somebody saw it. All of it is optional but
// the messages: with the identifiers and op-codes of EAP these are judged as
// well, with times how long it took, with the keys of the run the Authenticators
// and all that is encrypted. A transcript of the air should say that it is
// Lossy: then a gap in it is a note, not an error.
//
// # Secrets, memory and time
//
// Findings hold no key, password or secret nonce. What is decrypted is
// overwritten before a function returns. Time is linear in the size of the
// input, and ten findings of one rule are kept at most. A public key costs
// more than all else, about 0.1 ms: whether it is in the right subgroup is
// always checked.
//
// # What this package does not do
//
// It looks for no PIN or key. [Randomness] reports that the random values of a
// device under one's own test can be foretold, and leaves it at that.
package validate
