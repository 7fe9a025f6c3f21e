package ap

import (
	"fmt"
	"io"
)

// An access point, its configuration and its sessions hold PINs and keys.
// Without these methods package fmt would print them: it does not call methods
// of values in unexported fields, or behind a pointer if the verb is not one
// for pointers.

// Format prints no PIN and no network key, whatever the verb.
func (AccessPoint) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[ap.AccessPoint]") }

// Format prints no PIN and no network key, whatever the verb.
func (Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[ap.Config]") }

// Format writes the type's name only, whatever the verb.
func (Session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[ap.Session]") }

// Format prints whose run it is, and no secret.
func (r *Run) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "run of %v", r.session.external.from) }

// Format prints only the number of PINs.
func (l *PINList) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d PINs", l.Len()) }

// Format prints the enrollee whose PIN is in use, and not the PIN.
func (u *PINUse) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "use of the PIN of %v", u.entry.uuid) }

// MarshalJSON returns the UUID-E and no secret: see [AccessPoint.StoreSecrets]
// for the stored form.
func (a *AccessPoint) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%q", fmt.Sprint(a.cfg.Registration.Device.UUID)), nil
}

// Format prints the credential without its key, whatever the verb.
func (n BSS) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "{%v}", n.Credential) }

// Format prints the radio, and nothing of its access point, whatever the verb.
func (r Radio) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "{%+v}", r.RadioConfig) }
