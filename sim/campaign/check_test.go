package campaign

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
)

// said returns the EAPOL frame of a message with further attributes, encoded by
// hand.
func said(code, kind byte, attributes ...byte) []byte {
	message := append([]byte{0x10, 0x4A, 0, 1, 0x10, 0x10, 0x22, 0, 1, kind}, attributes...)
	n := 14 + len(message)
	b := []byte{1, 0, 0, byte(n), code, 1, 0, byte(n), 0xFE, 0, 0x37, 0x2A, 0, 0, 0, 1, 4, 0}
	return append(b, message...)
}

// passwordID returns the Device Password ID of M2.
func passwordID(id byte) []byte { return []byte{0x10, 0x12, 0, 2, 0, id} }

// TestChecker checks that the checker detects forbidden behaviour.
func TestChecker(t *testing.T) {
	point, station := wps.MAC{2, 1}, wps.MAC{2, 2}
	router := func(kind sim.EventKind, m byte, attributes ...byte) sim.Event {
		return sim.Event{Kind: kind, From: "router", To: "printer", Frame: &sim.Frame{
			Type: sim.Data, From: point, To: station, BSSID: point, Body: said(1, m, attributes...),
		}}
	}
	printer := func(kind sim.EventKind, m byte, attributes ...byte) sim.Event {
		return sim.Event{Kind: kind, From: "printer", To: "router", Frame: &sim.Frame{
			Type: sim.Data, From: station, To: point, BSSID: point, Body: said(2, m, attributes...),
		}}
	}
	associate := func(kind sim.EventKind) sim.Event {
		return sim.Event{Kind: kind, From: "printer", To: "router", Frame: &sim.Frame{Type: sim.AssociationRequest}}
	}
	press := func(uuid byte) sim.Event {
		id := binary.BigEndian.AppendUint32([]byte{221, 4 + 6 + 20, 0, 0x50, 0xF2, 4}, 0x10120002)
		id = append(id, 0, 4, 0x10, 0x47, 0, 16)
		return sim.Event{Kind: sim.Arrived, From: "printer", To: "router", Frame: &sim.Frame{
			Type: sim.ProbeRequest, To: wps.Broadcast, Body: append(append(id, make([]byte, 15)...), uuid),
		}}
	}
	noted := func(who string, a sim.Note) sim.Event { return sim.Event{Kind: sim.Noted, From: who, Note: a} }
	entered := noted("router", sim.PINEntered)
	byPIN := []sim.Event{
		associate(sim.Arrived), router(sim.Sent, typeM2, passwordID(0)...), printer(sim.Arrived, typeM5), router(sim.Sent, typeM6),
	}
	guess := func(at time.Duration, n byte) []sim.Event {
		events := []sim.Event{associate(sim.Arrived), router(sim.Sent, typeM1), router(sim.Sent, typeM3), router(sim.Sent, typeNACK, 0x10, 0x09, 0, 2, 0, 18, 0xFF, 0, 0, n)}
		for i := range events {
			events[i].At = at
		}
		return events
	}
	join := func(lists ...[]sim.Event) (all []sim.Event) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	for name, tt := range map[string]struct {
		events     []sim.Event
		violations int
	}{
		"M6 after M5":             {[]sim.Event{printer(sim.Arrived, typeM5), router(sim.Sent, typeM6)}, 0},
		"M6 before M5":            {[]sim.Event{router(sim.Sent, typeM6)}, 1},
		"M6, M5 was lost":         {[]sim.Event{printer(sim.Lost, typeM5), router(sim.Sent, typeM6)}, 1},
		"M8 before M7":            {[]sim.Event{printer(sim.Arrived, typeM5), router(sim.Sent, typeM8)}, 1},
		"M5 before M4":            {[]sim.Event{printer(sim.Sent, typeM5)}, 1},
		"M7 before M6":            {[]sim.Event{printer(sim.Sent, typeM7)}, 1},
		"Done before M8":          {[]sim.Event{printer(sim.Sent, typeDone)}, 1},
		"a network from nowhere":  {[]sim.Event{noted("printer", sim.CredentialReceived)}, 1},
		"the proof of a run past": {[]sim.Event{router(sim.Arrived, typeM4), associate(sim.Sent), printer(sim.Sent, typeM5)}, 1},
		"another answer": {[]sim.Event{
			router(sim.Arrived, typeM2), printer(sim.Sent, typeM3), router(sim.Arrived, typeM2), printer(sim.Sent, typeNACK),
		}, 1},
		"the same answer": {[]sim.Event{
			router(sim.Arrived, typeM2), printer(sim.Sent, typeM3), router(sim.Arrived, typeM2), printer(sim.Sent, typeM3),
		}, 0},
		"a PIN, once":                  {join([]sim.Event{entered}, byPIN), 0},
		"a PIN that was proved before": {join([]sim.Event{entered}, byPIN, byPIN), 1},
		"two PINs":                     {join([]sim.Event{entered}, byPIN, []sim.Event{entered}, byPIN), 0},
		"one device presses":           {[]sim.Event{press(0), printer(sim.Arrived, typeM1, append([]byte{0x10, 0x47, 0, 16}, make([]byte, 16)...)...), router(sim.Sent, typeM2, passwordID(4)...)}, 0},
		"overlap":                      {[]sim.Event{press(0), press(1), printer(sim.Arrived, typeM1, append([]byte{0x10, 0x47, 0, 16}, make([]byte, 16)...)...), router(sim.Sent, typeM2, passwordID(4)...)}, 1},
		"two guesses and one more":     {join(guess(0, 1), guess(time.Second, 2), guess(2*time.Second, 3)), 0},
		"a guess while it is locked":   {join(guess(0, 1), guess(0, 2), guess(0, 3), guess(59*time.Second, 4)), 1},
		"a guess when it is unlocked":  {join(guess(0, 1), guess(0, 2), guess(0, 3), guess(61*time.Second, 4)), 0},
	} {
		c := newChecker()
		for _, e := range tt.events {
			c.observe(e)
		}
		if len(c.violations) != tt.violations {
			t.Errorf("%s: %q, and %d are due", name, c.violations, tt.violations)
		}
	}
}

// TestReadMessage compares the checker's own parser with the packets of package
// eapwsc, including fragments.
func TestReadMessage(t *testing.T) {
	m2d := []byte{0x10, 0x4A, 0, 1, 0x10, 0x10, 0x22, 0, 1, byte(wps.MessageM2D)}
	whole := eap.NewWSC(eap.CodeRequest, 1, eap.OpMSG, m2d)
	fragment := whole
	fragment.Flags, fragment.MessageLength = eap.FlagMoreFragments|eap.FlagLengthField, 100
	for _, p := range []eap.Packet{whole, fragment} {
		b, err := p.AppendTo([]byte{1, 0, 0, 0}) // the header of EAPOL
		if err != nil {
			t.Fatal(err)
		}
		if m, ok := readMessage(b); !ok || m.kind != typeM2D {
			t.Errorf("flags %v: message %#x, %v", p.Flags, m.kind, ok)
		}
	}
	for _, b := range [][]byte{nil, {1, 0}, said(1, 200), said(1, typeM1)[:20]} {
		if m, ok := readMessage(b); ok {
			t.Errorf("%x is message %#x", b, m.kind)
		}
	}
}
