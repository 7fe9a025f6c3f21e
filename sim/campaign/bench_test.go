package campaign

import (
	"context"
	"testing"
)

// BenchmarkRegistration measures registrations in worlds on all cores, with fresh
// keys on both sides and with the same ones each time: with scans, beacons,
// associations, the 4-way handshake that shows whether the key is right, the
// trace, and all checks of a campaign.
func BenchmarkRegistration(b *testing.B) {
	for _, reuse := range []bool{false, true} {
		keys := map[bool]string{false: "fresh", true: "reused"}[reuse]
		b.Run("world/"+keys, func(b *testing.B) {
			b.ReportAllocs()
			c := &Campaign{Seed: 1, N: uint64(b.N), ReuseKeys: reuse}
			if err := c.Only("ordinary", "ordinary", "button"); err != nil {
				b.Fatal(err)
			}
			r, err := c.Run(context.Background())
			if err != nil || r.Succeeded != uint64(b.N) || r.Failed > 0 {
				b.Fatalf("%+v, %v", r, err)
			}
			b.ReportMetric(r.PerSecond, "registrations/s")
		})
	}
}
