// Package registration is the Registration Protocol of Wi-Fi Protected Setup,
// M1 to M8, as two machines: [Enrollee] and [Registrar]. They prove to each
// other that they have the same password, half by half, and one gives the other
// the credentials of a network.
//
// # Roles
//
// The enrollee has the password (a PIN on its label or display, a button, an
// NFC tag); the user enters it at the registrar. In most homes the enrollee is
// a printer and the registrar is in the router. An access point is the enrollee
// where an external registrar (a PC with the router's own PIN) reads or
// configures it: set [EnrolleeConfig].AP and [RegistrarConfig].AP.
//
//	Enrollee                                        Registrar
//	M1   nonce, key, description               ──►
//	     nonce, key, description               ◄──  M2
//	M3   E-Hash1, E-Hash2: committed           ──►
//	     R-Hash1, R-Hash2, {R-S1}: half 1      ◄──  M4
//	M5   {E-S1}: half 1                        ──►
//	     {R-S2}: half 2                        ◄──  M6
//	M7   {E-S2}: half 2, {AP settings}         ──►
//	     {credentials or new settings}         ◄──  M8
//	Done                                       ──►
//
// # Use
//
// A machine is a value without goroutine, clock or socket. Its Handle processes
// a message and returns the answer; the messages are the same whether EAP
// (package eapwsc), UPnP or IEEE 1905.1 carries them:
//
//	out, err := enrollee.Start()         // M1
//	for !enrollee.Ended() {
//		in := exchange(out)
//		out, err = enrollee.Handle(in)
//		if errors.Is(err, registration.ErrIgnored) { … } // wait for another
//	}
//
// One machine serves one run. If Handle returns an answer with an error, a
// WSC_NACK, send it. Report events of the transport to the machine: call Closed
// when the exchange has ended, Abort after a timeout, and Refuse when the run
// must not continue.
//
// # Forgeries
//
// Anyone on the air can send anything, so a message of another run (a wrong
// nonce) or one that is not authentic (a wrong Authenticator) is ignored, and
// reported as [ErrIgnored], as WSC 2.0 §7.1 requires (via iwd). hostap ends the
// run instead. An authentic message that violates the protocol ends the run
// with WSC_NACK; so does an invalid M2 with the nonce of the run, because
// nothing is authenticated before it. A repeated message gets the same answer,
// octet for octet. WSC_NACK itself is never authenticated: anyone who receives
// the nonces can stop a run, and no implementation can prevent that.
//
// # What fails, and how it is reported
//
// A run that fails has an [*Error]: the message, the configuration error, the
// side that found it, and which half of the password is wrong. Compare its
// class with errors.Is: [ErrPassword], [ErrNoRegistrar], [ErrOverlap],
// [ErrLocked] and others.
//
//	wrong first half        NACK 18 after M4, found by the enrollee
//	wrong second half       NACK 18 after M6; the registrar's PIN is spent
//	no device expected      M2D 0; M2D 12 if two devices are waiting
//	access point locked     NACK 15 after M2, or M8 if it may be read
//	settings unreadable     NACK 2
//	strange public key      NACK or M2D 20
//	anything else           NACK 0
//
// # Runs of two messages
//
// After an NFC connection handover ([Handover]) M2 carries the settings and the
// run ends with it: each side knows the other's key by its hash. IEEE 1905.1,
// whose frames are protected, has M1 and M2 alone: see [Agent] and [Answer].
//
// # Secrets
//
// Nothing here prints a password, key or secret nonce. All are cleared when a
// run ends, except those in its [Result]; a caller's own passwords, key pairs
// and credentials are not changed. If [Config].KeyLog is set, the keys of the
// run are written to it, for readers of captures.
package registration
