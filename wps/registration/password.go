package registration

import (
	"bytes"
	"encoding/hex"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// Password is a device password and its name on the wire. Both sides prove
// to each other, half by half, that they have it. It shows neither in
// formatted output nor in a log. The zero value is no password. Copies share
// the secret, and [Password.Clear] clears it in all of them; the machines keep
// a copy of their own.
type Password struct {
	redacted
	// ID is the Device Password ID that M1 and M2 carry.
	ID wps.DevicePasswordID

	// secret returns the octets, those of the password itself. Package fmt,
	// where it cannot call Format, prints all that it can reach: it does not
	// reach into a function.
	secret func() []byte
}

// newPassword returns the password that is made of secret.
func newPassword(id wps.DevicePasswordID, secret []byte) Password {
	return Password{ID: id, secret: func() []byte { return secret }}
}

// PIN returns the password that a PIN is, with [wps.PasswordDefault]. The
// other PIN identifiers (user-specified, registrar-specified) are set in ID.
func PIN(p pin.PIN) Password {
	return newPassword(wps.PasswordDefault, p.AppendDigits(nil))
}

// PushButton returns the password of the push button, which everyone knows.
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

// IsZero reports whether it is no password at all.
func (p Password) IsZero() bool { return p.ID == 0 && p.secretless() }

// Clear overwrites the password.
func (p *Password) Clear() {
	clear(p.octets())
	p.secret = nil
}

// octets returns the password itself, or nothing.
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

// halves returns the password in two; the first has one octet more if their
// number is odd. WSC 2.0 §7.4.
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

// pinID reports whether the password is one of digits that a person read.
func pinID(id wps.DevicePasswordID) bool {
	switch id {
	case wps.PasswordDefault, wps.PasswordUserSpecified, wps.PasswordMachineSpecified, wps.PasswordRegistrarSpecified, wps.PasswordP2PS:
		return true
	}
	return false
}
