// Package pin handles the PIN of Wi-Fi Protected Setup: it parses what people
// type, says what is wrong with it and what was probably meant, generates new
// PINs and enumerates all of them. It needs only the standard library.
//
// # What a PIN is
//
// A PIN has 8 digits, of which the last is a check digit over the other seven,
// or 4 digits without a check digit. Leading zeros count. With d1…d8 for the
// digits, a PIN of 8 is valid if
//
//	3·d1 + d2 + 3·d3 + d4 + 3·d5 + d6 + 3·d7 + d8
//
// is a multiple of ten: 12345670 is valid, 12345671 is not. The rule detects
// every single wrong digit, and two swapped neighbours unless they differ by
// five; [Suggest] builds on that.
//
// The Registration Protocol proves the PIN half by half ([PIN.Halves]): a
// registration with a wrong PIN fails after M4 if the first half is wrong,
// after M6 if only the second is.
//
// # Which PIN to type where
//
// Many failures with a PIN are not wrong digits: the right PIN was typed in the
// wrong place. There are two PINs, and each belongs to the device that shows
// it.
//
//	what is wanted                 whose PIN       shown at             typed at
//	a printer joins the network    the printer's   the printer's panel  the router's web page
//	a computer reads or sets up    the router's    the router's label   the computer that sets
//	the router                     (its "AP PIN")  or web page          it up
//
// The device that gets the network's settings is the Enrollee; it shows its
// PIN. The device that gives them is the Registrar; the PIN is typed there. The
// router's own PIN is not the one to type for a printer: it makes anyone who
// knows it a Registrar of that router. (A Registrar may also show a PIN of its
// own to be typed at the Enrollee, Device Password ID 5; few do.)
//
// A PIN on a display is generated for each session and expires after about two
// minutes. A PIN on a label is permanent, and as sensitive as the network's
// passphrase.
//
// # Which function
//
// [Parse] for everything that a person has typed. When it fails, the error is
// an [*Error] for the person, and [Suggest] lists what may have been meant.
// [Generate] for a device that shows a PIN. [Complete] for seven digits that
// lack the check digit. [All] for exhaustive tests.
//
// Some people choose a PIN themselves and break the checksum, and some devices
// accept it. [ParseAnyChecksum] reads such a PIN; [PIN.Valid] distinguishes it
// from a proper one. Nothing else in the package makes a PIN with a broken
// checksum.
//
// [PIN.WellKnown] and [PIN.DerivedFrom] warn of PINs that protect nothing.
//
// # PINs are secrets
//
// A PIN prints as "PIN(redacted)" with every verb of package fmt, in log/slog,
// JSON and XML. Only [PIN.Digits], [PIN.Halves] and [PIN.AppendDigits] return
// its digits. In memory it is neither text nor the plain number, so that a dump
// of a struct that holds one shows no digits either. An [*Error] names the
// character at fault and the check digit that was expected, never the rest.
//
// # Origin of the rules
//
//	check digit; 4 digits without one   hostap wps_pin_checksum, wps_pin_str_valid; iwd agrees
//	any check digit taken on request    hostap and iwd use a PIN that fails the rule
//	halves                              WSC 2.0 §7.4
//	spaces and dashes                   what people type; they are not part of the PIN
package pin
