// Package doctor explains why Wi-Fi Protected Setup did not work, and what the
// owner of the printer or router should do about it.
//
// Its input is [Evidence] from any source. Package eapwsc/capture/exchange
// makes it from a capture. A scan gives networks and no attempts. [FromError]
// makes an attempt from the error of a machine of package registration:
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
// The known failures are in a table, [Rows]. A row has the evidence, the cause,
// a sentence and steps for the owner, and a sentence for the engineer. Its
// code, such as A4, begins with the time at which the failure shows:
//
//	A   before an exchange: elements of 802.11 frames
//	B   in an exchange: where it stopped, and which side stopped it
//	C   after the settings were handed over
//	D   nothing matches, or the decisive part was not seen
//
// [Diagnose] tries the rows from the most specific to the least specific; the
// first row that matches is the result. Circumstances that make an attempt
// worse but do not end it, such as a weak signal, are added as hints.
//
// # Certainty
//
// A wrong PIN is proved by cryptography, but the messages that end a run (M2D,
// WSC_NACK, EAP-Failure) are not authenticated: anyone within radio range can
// forge them. The doctor trusts them, since its users want to connect a device
// and not to find an attacker. A fault that the keys of the run show ([Fault])
// counts more than a refusal without a reason, and less than a refusal that
// names the PIN.
//
// # Several attempts
//
// Several attempts often show what one does not: if the PIN fails and the
// button works, the PIN is wrong; a locked router has seen wrong PINs before.
// Include the earlier attempts in order ([History] keeps the latest ones), and
// [Diagnosis].Together explains what they mean.
//
// # Secrets
//
// The evidence contains no secrets: it has the lengths and types of a network's
// settings, never the key. Names that devices choose for themselves are quoted
// so that they cannot control a terminal.
package doctor
