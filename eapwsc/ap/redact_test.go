package ap

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps/registration"
)

// TestNothingLeaks prints everything that holds a secret, with every verb.
func TestNothingLeaks(t *testing.T) {
	ap := newAccessPoint(t)
	if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN)}); err != nil {
		t.Fatal(err)
	}
	m := begin(t, ap, newStation(t, 2, registration.PIN(fixture.PIN(t, thePIN))), 2, 0)
	if err := m.finish(); err != nil {
		t.Fatal(err)
	}
	run, err := ap.NewRun(fixture.Began, "somebody")
	if err != nil {
		t.Fatal(err)
	}
	events := ap.Events()
	secrets := []string{string(fixture.Network.NetworkKey), thePIN, "12345670"}
	for _, v := range []any{ap, *ap, m.session, &ap.cfg, ap.cfg, &ap.pins, run, events, events[0], ap.Status(fixture.Began), m.session.pinUse} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			if a, ok := v.(AccessPoint); ok {
				v = &a
			}
			text := fmt.Sprintf(verb, v)
			for _, secret := range secrets {
				if strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", secret)) {
					t.Errorf("%s of %T shows %s", verb, v, secret)
				}
			}
		}
		b, err := json.Marshal(v)
		for _, secret := range secrets {
			if err == nil && strings.Contains(string(b), secret) {
				t.Errorf("JSON of %T shows %s", v, secret)
			}
		}
	}
}
