package registration

import (
	"errors"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestAnswerToM2DWithoutNonce has the enrollee answer M2D as wpa_supplicant
// 2.10 does: with a Registrar Nonce of zeros.
func TestAnswerToM2DWithoutNonce(t *testing.T) {
	for _, tt := range []struct {
		name     string
		enrollee func(wps.Nonce) wps.Nonce
		ignored  bool
	}{
		{"of this run", func(n wps.Nonce) wps.Nonce { return n }, false},
		{"of another run", func(n wps.Nonce) wps.Nonce { n[0] ^= 1; return n }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, message := range []func(wps.Nonce) wps.List{
				func(n wps.Nonce) wps.List { m := new(wps.ACK); m.EnrolleeNonce = n; return m },
				func(n wps.Nonce) wps.List { m := new(wps.NACK); m.EnrolleeNonce = n; return m },
			} {
				e, err := NewEnrollee(EnrolleeConfig{Password: PushButton()})
				if err != nil {
					t.Fatal(err)
				}
				r, err := NewRegistrar(RegistrarConfig{Admit: func(*wps.M1) (Admission, error) { return Admission{}, &NotNow{} }})
				if err != nil {
					t.Fatal(err)
				}
				m1, err := e.Start()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Handle(m1); err != nil || r.State() != SentM2D {
					t.Fatalf("%v, %v", r.State(), err)
				}
				nonce := wps.Nonce(wps.Find(m1, wps.AttrEnrolleeNonce))
				answer := encoded(t, message(tt.enrollee(nonce)))
				if out, err := r.Handle(answer); out != nil || errors.Is(err, ErrIgnored) != tt.ignored {
					t.Errorf("%x is answered by %x, %v", answer, out, err)
				}
			}
		})
	}
}
