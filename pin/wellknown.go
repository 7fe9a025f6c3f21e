package pin

import "strings"

// defaults are well-known PINs. A name completes "this PIN is …".
var defaults = []struct{ digits, name string }{
	{"00000000", "the password of the push button method, and the default of ESP-IDF"},
	{"12345670", "the example in manuals and test plans, and the default of many routers"},
	// Public lists of defaults give these for routers of many makers which
	// kept what came with the chip maker's firmware.
	{"10864111", "a default of firmware for Broadcom chips"},
	{"20172527", "a default of firmware for Broadcom chips"},
	{"31957199", "a default of firmware for Broadcom chips"},
	{"46264848", "a default of firmware for Broadcom chips"},
	{"62327145", "a default of firmware for Broadcom chips"},
	{"76229909", "a default of firmware for Broadcom chips"},
	{"30432031", "a default of firmware for Realtek chips"},
	{"68175542", "a default of firmware for Realtek chips"},
	{"71412252", "a default of firmware for Realtek chips"},
}

// runs are digits in an order that people think of first.
var runs = []struct{ digits, name string }{
	{"01234567890", "digits in order"},
	{"09876543210", "digits in reverse order"},
}

// WellKnown reports whether p is a PIN that others try first: a default that
// many devices share, or digits that follow an obvious pattern. The name
// completes "this PIN is …". A device must not ship with such a PIN, and
// [Generate] never makes one.
//
// A PIN that is not well known is not necessarily good.
func (p PIN) WellKnown() (name string, ok bool) {
	if p.IsZero() {
		return "", false
	}
	digits := p.Digits()
	for _, d := range defaults {
		if digits == d.digits {
			return d.name, true
		}
	}
	// The check digit follows from the others and is not part of a pattern.
	chosen := digits[:min(len(digits), 7)]
	for _, run := range runs {
		if strings.Contains(run.digits, chosen) {
			return run.name, true
		}
	}
	if strings.Count(chosen, chosen[:1]) == len(chosen) {
		return "one digit repeated", true
	}
	return "", false
}

// derivations are the ways in which makers have computed the first seven digits
// of a label's PIN from the device's MAC address.
var derivations = []struct {
	bits uint // how many of the last bits of the address
	name string
}{
	{24, "the last 24 bits of the MAC address"},
	{28, "the last 28 bits of the MAC address"},
	{32, "the last 32 bits of the MAC address"},
}

// DerivedFrom reports whether p is what some makers compute from the MAC
// address of a device, which the device sends with every packet. The name
// completes "this PIN is computed from …". It is for testing your own device,
// whose PIN and address you know; the list of such computations is not
// complete.
func (p PIN) DerivedFrom(mac [6]byte) (name string, ok bool) {
	number, digits := p.parts()
	if digits != 8 {
		return "", false
	}
	var address uint64
	for _, octet := range mac {
		address = address<<8 | uint64(octet)
	}
	for _, d := range derivations {
		tail := address & (1<<d.bits - 1)
		if uint64(number/10) == tail%(eights/10) {
			return d.name, true
		}
	}
	return "", false
}
