package registration

import (
	"bytes"
	"encoding/hex"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// Password is a device password with its identifier on the wire. Both sides
// prove to each other, half by half, that they have it. It shows neither in
// formatted output nor in a log. The zero value means no password. Copies share
// the secret, and [Password.Clear] clears it in all of them; the machines keep
// a copy of their own.
type Password struct {
	redacted
	// ID is the Device Password ID that M1 and M2 carry.
	ID wps.DevicePasswordID

	// secret returns the octets of the password itself. Where package fmt
	// cannot call Format it prints all fields that it reaches, but not the
	// variables of a function.
	secret func() []byte
}

// newPassword returns the password with the given octets.
func newPassword(id wps.DevicePasswordID, secret []byte) Password {
	return Password{ID: id, secret: func() []byte { return secret }}
}

// PIN returns the password for a PIN, with [wps.PasswordDefault]. Set ID for
// the other PIN identifiers (user-specified, registrar-specified).
func PIN(p pin.PIN) Password {
	return newPassword(wps.PasswordDefault, p.AppendDigits(nil))
}

// PushButton returns the password of the push button, which is public.
func PushButton() Password {
	return newPassword(wps.PasswordPushButton, []byte("00000000"))
}

// OutOfBand returns the password of an NFC token, 16 to 32 octets. It enters
// the proofs as upper-case hexadecimal text [hostap].
func OutOfBand(id wps.DevicePasswordID, password []byte) Password {
	text := hex.AppendEncode(nil, password)
	defer clear(text)
	return newPassword(id, bytes.ToUpper(text))
}

// Handover returns the password of an NFC connection handover: none. The run
// ends with M2, and each side knows the other's key by its hash.
func Handover() Password { return Password{ID: wps.PasswordNFCHandover} }

// IsZero reports whether there is no password.
func (p Password) IsZero() bool { return p.ID == 0 && p.secretless() }

// Clear overwrites the password.
func (p *Password) Clear() {
	clear(p.octets())
	p.secret = nil
}

// octets returns the password itself, or nil.
func (p *Password) octets() []byte {
	if p.secret == nil {
		return nil
	}
	return p.secret()
}

func (p *Password) clone() Password {
	if p.secretless() {
		return Password{ID: p.ID}
	}
	return newPassword(p.ID, bytes.Clone(p.octets()))
}

// secretless reports whether nothing can be proved with the password.
func (p *Password) secretless() bool { return len(p.octets()) == 0 }

// halves returns the two halves of the password; the first has one octet more
// if their number is odd. WSC 2.0 §7.4.
func (p *Password) halves() (first, second []byte) {
	octets := p.octets()
	middle := (len(octets) + 1) / 2
	return octets[:middle], octets[middle:]
}

// interchangeablePIN reports whether two identifiers may mean the same
// password: a person who reads a PIN somewhere does not know its identifier.
func interchangeablePIN(a, b wps.DevicePasswordID) bool {
	return a == b || pinID(a) && pinID(b)
}

// pinID reports whether the password with the identifier consists of digits
// that a person reads.
func pinID(id wps.DevicePasswordID) bool {
	switch id {
	case wps.PasswordDefault, wps.PasswordUserSpecified, wps.PasswordMachineSpecified, wps.PasswordRegistrarSpecified, wps.PasswordP2PS:
		return true
	}
	return false
}
