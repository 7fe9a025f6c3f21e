// Package pintest feeds PINs to everything that handles them, and compares the
// results with models.
//
// [Run] makes many plays. Each has four parts, with separate randomness:
//
//	text          what people and programs type   package pin
//	PIN list      a registrar's list of PINs      ap.PINList
//	lockout       guesses of a router's own PIN   ap.Lockout
//	access point  registrations, several at once  ap.AccessPoint
//
// The models share no code with what they judge: a text is parsed by a regular
// expression; a PIN on the list, the lockout and a registration are state
// machines given by tables. The report counts each transition of the tables,
// which shows the coverage, and has the command that repeats each violation.
//
// In the access point's part, real machines on both sides exchange packets.
// They use key pairs with short exponents, which are cheap: keys are not what
// is tested.
package pintest
