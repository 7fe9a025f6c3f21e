package ap

import (
	"testing"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
)

// BenchmarkSessions handles a packet of one station while many others are open:
// the cost does not grow with their number.
func BenchmarkSessions(b *testing.B) {
	for name, n := range map[string]int{"1": 1, "100": 100, "10000": 10_000} {
		b.Run(name, func(b *testing.B) {
			ap := newAccessPoint(b)
			identity, err := eap.Packet{Code: eap.CodeResponse, ID: 7, Type: eap.TypeIdentity, Data: []byte(eap.EnrolleeIdentity)}.AppendTo(nil)
			if err != nil {
				b.Fatal(err)
			}
			var last *Session
			for i := range n {
				last, err = ap.NewSession(wps.MAC{2, 0, byte(i >> 16), byte(i >> 8), byte(i)}, 7)
				if err != nil {
					b.Fatal(err)
				}
				last.Start(fixture.Began)
				if _, err := last.Handle(fixture.Began, identity); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				// A copy of the identity is ignored, after the work that each
				// packet costs.
				_, _ = last.Handle(fixture.Began, identity)
			}
		})
	}
}
