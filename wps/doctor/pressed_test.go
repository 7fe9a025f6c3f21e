package doctor

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
)

// TestPressedTogether compares pressedTogether with its definition, tried for
// each pair and each moment.
func TestPressedTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	waiting := &wps.Beacon{SelectedRegistrar: true, DevicePasswordID: wps.PasswordPushButton, SelectedRegistrarConfigMethods: wps.MethodPushButton}
	idle := new(wps.Beacon)
	if !(Advert{Element: waiting}).waits(PushButton) || (Advert{Element: idle}).waits(PushButton) {
		t.Fatal("the elements do not wait as they should")
	}
	for range 3000 {
		v := view{Evidence: new(Evidence)}
		v.Networks = make([]Network, random.IntN(6))
		for i := range v.Networks {
			n := &v.Networks[i]
			n.Band = wps.RFBands(random.IntN(3))
			uuid := wps.UUID{byte(random.IntN(3))}
			at := start
			for range random.IntN(4) {
				at = at.Add(time.Duration(1+random.IntN(3)) * time.Second)
				e := *idle
				if random.IntN(2) == 0 {
					e = *waiting
				}
				if random.IntN(3) > 0 {
					e.UUIDE = uuid
				}
				n.Adverts = append(n.Adverts, Advert{Since: at, Element: &e})
			}
		}
		together := func(such func(a, b *Network) bool) (list []*Network) {
			for i := range v.Networks {
				for j := range v.Networks {
					a, b := &v.Networks[i], &v.Networks[j]
					if i == j || !such(a, b) {
						continue
					}
					for s := range 12 {
						at := start.Add(time.Duration(s) * time.Second)
						if waitsAt(a, at) && waitsAt(b, at) && !slices.Contains(list, a) {
							list = append(list, a)
						}
					}
				}
			}
			return list
		}
		if got, want := v.routersPressed(), together(func(a, b *Network) bool { return a.uuid() != b.uuid() || a.uuid() == (wps.UUID{}) }); !slices.Equal(got, want) {
			t.Fatalf("routers: %v, want %v", got, want)
		}
		got, want := v.radiosPressed(), together(func(a, b *Network) bool {
			return a.uuid() == b.uuid() && (a.waitedWithoutUUID() || b.waitedWithoutUUID() || a.Band == b.Band && a.Band != 0)
		})
		if !slices.Equal(got, want) {
			t.Fatalf("radios: %v, want %v", got, want)
		}
	}
}

// waitsAt reports whether a network waits for a button at t.
func waitsAt(n *Network, at time.Time) bool {
	return len(n.Adverts) > 0 && !n.Adverts[0].Since.After(at) && (Advert{Element: n.elementAt(at)}).waits(PushButton)
}
