package exchange

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
)

// TestExpire checks that conversations expire at the same time whether all are
// checked each second or only those that may have expired.
func TestExpire(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		some, all := NewCollector(nil), NewCollector(nil)
		now, gone := bootTime, 0
		for range 5000 {
			switch {
			case random.IntN(200) == 0 && seed%2 == 0: // the capture is not in order
				now = now.Add(time.Duration(random.IntN(400)-200) * time.Second)
			default:
				now = now.Add(time.Duration(random.IntN(1500)) * time.Millisecond)
			}
			station := [6]byte{2, 0, 0, 0, 0, byte(random.IntN(60))}
			e := capture.Event{Time: now, Src: station, Dst: apMAC, BSSID: apMAC, Management: &capture.Management{}}
			switch random.IntN(4) {
			case 0:
				e.Kind = capture.KindDeauthentication
			case 1:
				e.Kind = capture.KindAssociationRequest // an ordinary association
			default:
				e.Kind, e.Management.WPS = capture.KindAssociationRequest, []byte{0x10, 0x4a, 0, 1, 0x10}
			}
			all.conversations.lingering = nil
			got, want := some.Add(&e), all.Add(&e)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: %+v, want %+v", seed, got, want)
			}
			gone += len(got)
			done := random.IntN(2) == 0
			for _, c := range []*Collector{some, all} {
				if v := c.conversations.byParty[party{transport: TransportEAPOL, station: station}]; v != nil && v.last.Equal(now) {
					v.gaveSettings = done
				}
			}
		}
		if gone < 500 {
			t.Errorf("seed %d: only %d exchanges", seed, gone)
		}
	}
}
