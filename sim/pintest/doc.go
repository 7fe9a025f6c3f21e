// Package pintest throws PINs at everything that handles them, and compares the
// result with models.
//
// [Run] makes many plays. Each has four parts, with randomness of their own:
//
//	text          what people and programs type   package pin
//	PIN list      a registrar's list of PINs      ap.PINList
//	lockout       guesses of a router's own PIN   ap.Lockout
//	access point  registrations, several at once  ap.AccessPoint
//
// The models share no code with what they judge: a text is read by a regular
// expression; a PIN on the list, the lockout and a registration are state machines
// that are laid down as tables. The report counts each transition of the tables, so
// that one sees what was covered, and has the command that repeats each violation.
//
// In the access point's part, real machines on both sides exchange packets. They
// use key pairs with short exponents, which cost next to nothing: keys are not what
// is tested.
package pintest
