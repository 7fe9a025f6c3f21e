// Package registration is the Registration Protocol of Wi-Fi Protected Setup,
// M1 to M8, as two machines: [Enrollee] and [Registrar]. They prove to each
// other that they were told the same password, half by half, and one gives the
// other the credentials of a network.
//
// # Who is who
//
// The enrollee has the password (a PIN on its label or display, a button, an
// NFC tag); the registrar is told it. In most homes the enrollee is a printer
// and the registrar is in the router. An access point is the enrollee where an
// external registrar (a PC with the router's own PIN) reads or configures it:
// set [EnrolleeConfig].AP and [RegistrarConfig].AP.
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
// # How it is driven
//
// A machine is a value without goroutine, clock or socket. Its Handle takes a
// message and returns the answer; the bodies are the same whether EAP (package
// eapwsc), UPnP or IEEE 1905.1 carries them:
//
//	out, err := enrollee.Start()         // M1
//	for !enrollee.Ended() {
//		in := exchange(out)
//		out, err = enrollee.Handle(in)
//		if errors.Is(err, registration.ErrIgnored) { … } // wait for another
//	}
//
// One machine serves one run. An answer that comes with an error, a WSC_NACK,
// is still to be sent. What the transport does is told to the machine: Closed
// when it has ended the exchange, Abort when time is over, Refuse when the run
// must not go on.
//
// # Forgeries
//
// Anyone on the air can send anything, so what is not of this run (a wrong
// nonce) or not authentic (a wrong Authenticator) is ignored, and reported as
// [ErrIgnored], as WSC 2.0 §7.1 has it (via iwd). hostap ends the run instead.
// What is authentic and still breaks the protocol ends the run by WSC_NACK; so
// does an M2 with the nonce of the run that cannot be right, for nothing is
// authentic before it. A message received once more gets the same answer, octet
// for octet. WSC_NACK itself is never authenticated: a party that hears the nonces can
// stop a run, and no implementation can help it.
//
// # What fails, and how it is reported
//
// A run that fails has an [*Error]: the message, the configuration error, the
// side that found it, and which half of the password is wrong. Its class is to
// be branched on with errors.Is: [ErrPassword], [ErrNoRegistrar], [ErrOverlap],
// [ErrLocked] and others.
//
//	wrong first half        NACK 18 after M4, found by the enrollee
//	wrong second half       NACK 18 after M6; the registrar's PIN is spent
//	nobody is waiting       M2D 0; M2D 12 if two devices are
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
// run ends, but for what [Result] gives out; a caller's own passwords, key pairs
// and credentials are left alone. [Config].KeyLog, if set, is written the keys of
// the run, for readers of captures.
package registration
