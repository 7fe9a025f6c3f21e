// Package doctor says why Wi-Fi Protected Setup did not work, and what the
// owner of the printer or router should do about it.
//
// It takes [Evidence], from any source: package eapwsc/capture makes it
// of a capture, a scan of the air has networks and no attempts, and a machine
// of package registration that has failed knows its own error:
//
//	attempt := doctor.FromError(err, doctor.PIN)
//	d := doctor.Diagnose(&doctor.Evidence{Attempts: []*doctor.Attempt{attempt}})
//	fmt.Println(d.Verdict)
//	for i, step := range d.Remedy {
//		fmt.Printf("%d. %s\n", i+1, step)
//	}
//
// # The table
//
// What is known of failures is a table, [Rows]: evidence, cause, a sentence for
// the owner, steps for the owner, a sentence for the engineer. Its codes, such as
// A4, begin with the time at which a row shows:
//
//	A   what shows before an exchange: elements of 802.11 frames
//	B   what shows in an exchange: where it stopped, and who stopped it
//	C   what shows after the settings were handed over
//	D   nothing fits, or what would tell was not seen
//
// [Diagnose] goes through it from what is most specific to what is least, and
// the first row that fits is the answer. Rows that make things worse and end no
// attempt by themselves, a weak signal, say, come along as hints.
//
// # How sure it is
//
// A wrong PIN is proved by cryptography, but the messages that end a run
// (M2D, WSC_NACK, EAP-Failure) are authenticated by nobody: anyone on the
// air can forge them. The doctor takes them at their word, as people do who try
// to get their printer to work. What the keys of the run show ([Fault]) counts
// more than a refusal without a reason, and less than one that names the PIN.
//
// # Several attempts
//
// One attempt often does not tell what several do: a PIN that fails where the
// button works is wrong; a router that is locked was tried with wrong PINs
// before. Give the earlier attempts along, in order ([History] keeps the last
// ones), and [Diagnosis].Together says what they mean.
//
// # Secrets
//
// There are none in the evidence: of a network's settings it has the shape,
// never the key. Names that devices choose for themselves are quoted so that
// they cannot steer a terminal.
package doctor
