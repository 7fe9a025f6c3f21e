package registration

import (
	"encoding/hex"
	"strings"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// Password is a device password and its name on the wire. Both sides prove
// to each other, half by half, that they have it. It shows neither in
// formatted output nor in a log. The zero value is no password.
type Password struct {
	redacted
	// ID is the Device Password ID that M1 and M2 carry.
	ID wps.DevicePasswordID

	secret []byte
}

// PIN returns the password that a PIN is, with [wps.PasswordDefault]. The
// other PIN identifiers (user-specified, registrar-specified) are set in ID.
func PIN(p pin.PIN) Password {
	return Password{ID: wps.PasswordDefault, secret: []byte(p.String())}
}

// PushButton returns the password of the push button, which everyone knows.
func PushButton() Password {
	return Password{ID: wps.PasswordPushButton, secret: []byte("00000000")}
}

// OutOfBand returns the password of an NFC token, 16 to 32 octets. It enters
// the proofs as upper-case hexadecimal text [hostap].
func OutOfBand(id wps.DevicePasswordID, password []byte) Password {
	return Password{ID: id, secret: []byte(strings.ToUpper(hex.EncodeToString(password)))}
}

// Handover returns the password of a connection handover: none. The run ends
// with M2, so the peer's key must be known by its hash (NFC) or the transport
// be secure (IEEE 1905.1).
func Handover() Password { return Password{ID: wps.PasswordNFCHandover} }

// IsZero reports whether it is no password at all.
func (p Password) IsZero() bool { return p.ID == 0 && len(p.secret) == 0 }

// Clear overwrites the password.
func (p *Password) Clear() {
	clear(p.secret)
	p.secret = nil
}

func (p *Password) clone() Password {
	return Password{ID: p.ID, secret: append([]byte(nil), p.secret...)}
}

// secretless reports whether nothing can be proved with the password.
func (p *Password) secretless() bool { return len(p.secret) == 0 }

// abbreviated reports whether a run with this password ends with M2.
func (p *Password) abbreviated() bool { return p.ID == wps.PasswordNFCHandover }

// halves returns the password in two; the first has one octet more if their
// number is odd. WSC 2.0 §7.4.
func (p *Password) halves() (first, second []byte) {
	middle := (len(p.secret) + 1) / 2
	return p.secret[:middle], p.secret[middle:]
}
