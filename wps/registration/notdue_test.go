package registration

import (
	"errors"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestNotDue: WSC_ACK and WSC_Done are never authenticated. If they are not
// expected they are ignored, even with the nonces of the run, and the run still
// succeeds.
func TestNotDue(t *testing.T) {
	for _, next := range []wps.Kind{wps.KindM2, wps.KindM3, wps.KindM4, wps.KindM5, wps.KindM6, wps.KindM7, wps.KindM8} {
		f := station()
		f.cheap()
		e, r := f.machines(t)
		disturbed := false
		f.talk(t, e, r, func(s said) []byte {
			if s.kind() != next {
				return s.octets
			}
			disturbed = true
			ack := new(wps.ACK)
			ack.EnrolleeNonce, ack.RegistrarNonce = e.n1, r.n2
			octets, err := wps.Append(nil, ack)
			if err != nil {
				t.Fatal(err)
			}
			for role, handle := range map[string]func([]byte) ([]byte, error){"enrollee": e.Handle, "registrar": r.Handle} {
				if answer, err := handle(octets); answer != nil || !errors.Is(err, ErrIgnored) {
					t.Errorf("WSC_ACK to the %s where %v is due: %x, %v", role, next, answer, err)
				}
			}
			return s.octets
		})
		if !disturbed || e.Result() == nil || r.Result() == nil {
			t.Errorf("WSC_ACK where %v is due: disturbed %v, %v, %v", next, disturbed, e.Err(), r.Err())
		}
	}
}
