// Package pin handles the PIN of Wi-Fi Protected Setup: it reads what people
// type, says what is wrong with it and what was probably meant, makes new PINs
// and enumerates all of them. It needs nothing but the standard library.
//
// # What a PIN is
//
// A PIN has 8 digits, of which the last is a check digit over the other seven,
// or 4 digits without a check digit. Leading zeros count. With d1…d8 for the
// digits, a PIN of 8 is valid if
//
//	3·d1 + d2 + 3·d3 + d4 + 3·d5 + d6 + 3·d7 + d8
//
// is a multiple of ten: 12345670 is valid, 12345671 is not. The rule notices every
// single wrong digit, and two neighbours swapped unless they differ by five; that
// is what [Suggest] builds on.
//
// The Registration Protocol proves the PIN half by half ([PIN.Halves]): a
// registration with a wrong PIN fails after M4 if the first half is wrong, after
// M6 if only the second is.
//
// # Who types which PIN where
//
// Many failures with a PIN are not of digits: the right PIN stands in the wrong
// place. There are two PINs, and each belongs to the device that shows it.
//
//	what is wanted                 whose PIN       shown at             typed at
//	a printer joins the network    the printer's   the printer's panel  the router's web page
//	a computer reads or sets up    the router's    the router's label   the computer that sets
//	the router                     (its "AP PIN")  or web page          it up
//
// The device that is to get the network's settings is the Enrollee; it shows its
// PIN. The one that gives them is the Registrar; there the PIN is typed. The
// router's own PIN is not the one to type for a printer: it makes anyone who knows it
// a Registrar of that router. (A Registrar may also show a PIN of its own to be
// typed at the Enrollee, Device Password ID 5; few do.)
//
// A PIN on a display is made anew for each session and is void after about two
// minutes. A PIN on a label stays, and is worth as much as the network's
// passphrase.
//
// # Which function
//
// [Parse] for everything that a person has typed. When it fails, the error is an
// [*Error] for the person, and [Suggest] lists what may have been meant.
// [Generate] for a device that shows a PIN. [Complete] for seven digits that
// lack the check digit. [All] for exhaustive tests.
//
// Some people choose a PIN themselves and break the checksum, and some devices
// take it. [ParseAnyChecksum] reads such a PIN; [PIN.Valid] distinguishes it from a
// proper one. Nothing else in the package makes a PIN with a broken checksum.
//
// [PIN.WellKnown] and [PIN.DerivedFrom] warn of PINs that protect nothing.
//
// # PINs are secrets
//
// A PIN prints as "PIN(redacted)" with every verb of package fmt, in log/slog,
// JSON and XML. Its digits come out only where they are asked for, of
// [PIN.Digits], [PIN.Halves] and [PIN.AppendDigits]. In memory it is neither
// text nor the plain number, so that a dump of a struct that holds one shows
// no digits either. An [*Error] names the character at fault and the check
// digit that was expected, never the rest.
//
// # Origin of the rules
//
//	check digit; 4 digits without one   hostap wps_pin_checksum, wps_pin_str_valid; iwd agrees
//	any check digit taken on request    hostap and iwd use a PIN that fails the rule
//	halves                              WSC 2.0 §7.4
//	spaces and dashes                   what people type; they are not part of the PIN
package pin
