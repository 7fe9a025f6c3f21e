package ap

import "fmt"

// Format prints what the access point is called, and no secret, whatever the
// verb. [AccessPoint.Status] has more.
func (a *AccessPoint) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "access point %v (%v)", a.Settings().SSID, a.cfg.Run.Device.UUID)
}

// Format prints whose session it is, and no secret.
func (s *Session) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "session of %v", s.station) }

// Format prints whose run it is, and no secret.
func (r *Run) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "run of %v", r.session.from) }

// Format prints the name of the network, and no secret.
func (c Config) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "access point of %d networks (%v)", len(c.Credentials), c.Run.Device.UUID)
}

// Format prints nothing of the PINs but how many there are.
func (l *PINList) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d PINs", l.Len()) }

// Format prints whose PIN is in use, and not the PIN.
func (u *PINUse) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "use of the PIN of %v", u.entry.uuid) }

// MarshalJSON returns the name of the network, and no secret: the stored form is
// that of [AccessPoint.StoreSecrets].
func (a *AccessPoint) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%q", fmt.Sprint(a.cfg.Run.Device.UUID)), nil
}
