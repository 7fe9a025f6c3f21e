package sim

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// eapFrame returns an EAPOL frame with an EAP packet.
func eapFrame(t testing.TB, p eap.Packet) []byte {
	t.Helper()
	b, err := p.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	return newEAPOLFrame(eapol.Version1, eapol.TypeEAP, b)
}

// TestFrameNames names frames of all kinds.
func TestFrameNames(t *testing.T) {
	m2d := []byte{0x10, 0x22, 0, 1, byte(wps.MessageM2D)}
	fragment := eap.NewWSC(eap.CodeRequest, 1, eap.OpMSG, m2d)
	fragment.Flags = eap.FlagMoreFragments
	for want, f := range map[string]Frame{
		"beacon":                 {Type: Beacon},
		"FrameType(99)":          {Type: 99},
		"EAPOL-Start":            {Type: Data, Body: newEAPOLFrame(1, eapol.TypeStart, nil)},
		"message 1 of 4":         {Type: Data, Body: unhex(t, heard[0])},
		"EAP-Request/Identity":   {Type: Data, Body: eapFrame(t, eap.Packet{Code: eap.CodeRequest, Type: eap.TypeIdentity})},
		"EAP-Failure":            {Type: Data, Body: eapFrame(t, eap.Packet{Code: eap.CodeFailure})},
		"WSC_FRAG_ACK":           {Type: Data, Body: eapFrame(t, eap.NewWSC(eap.CodeRequest, 1, eap.OpFragACK, nil))},
		"M2D":                    {Type: Data, Body: eapFrame(t, eap.NewWSC(eap.CodeRequest, 1, eap.OpMSG, m2d))},
		"WSC_MSG fragment":       {Type: Data, Body: eapFrame(t, fragment)},
		"WSC_MSG, unreadable":    {Type: Data, Body: eapFrame(t, eap.NewWSC(eap.CodeRequest, 1, eap.OpMSG, m2d[:3]))},
		"EAP-Packet, unreadable": {Type: Data, Body: newEAPOLFrame(1, eapol.TypeEAP, []byte{9})},
		"EAPOL, unreadable":      {Type: Data, Body: []byte{1}},
	} {
		if got := f.Name(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestTrace checks the trace of a push button without a partner.
func TestTrace(t *testing.T) {
	var b strings.Builder
	w := New(Config{Observe: func(e Event) { b.WriteString(e.String() + "\n") }})
	e := newEar(t, w, "ear", 0)
	r := addRouter(t, w, RouterConfig{Name: "router", Settings: Settings{WPSOff: true}})
	_ = r.PressButton() // which does nothing
	e.port.Send(&Frame{Type: Authentication, From: e.port.Radio(0).MAC(), To: r.port.Radio(0).MAC(), Band: wps.Band24GHz})
	e.port.Radio(0).Tune(0)
	w.Run(0)
	w.Run(1e9)
	const want = `    0.000000 sent    router > all: deauthentication, 0 octets
    0.000000 noted   router: owner: presses the button
    0.000000 sent    ear > router: authentication, 0 octets
    0.001000 lost    router > ear: deauthentication, 0 octets (unheard)
    0.001000 arrived ear > router: authentication, 0 octets
    0.001000 sent    router > ear: authentication, 0 octets
    0.002000 lost    router > ear: authentication, 0 octets (unheard)
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f := &Frame{Type: Deauthentication, From: wps.MAC{2}, To: wps.Broadcast}
	if got := f.String(); got != "02:00:00:00:00:00 > ff:ff:ff:ff:ff:ff deauthentication, 0 octets" {
		t.Errorf("the frame prints %q", got)
	}
}

// TestHashCovers checks that the trace hash depends on every field that it covers.
func TestHashCovers(t *testing.T) {
	frame := Frame{Type: Data, Body: []byte{1}}
	event := Event{Kind: Sent, From: "a", To: "b", Frame: &frame}
	seen := map[string]string{string(event.appendTo(nil)): "nothing"}
	for name, change := range map[string]func(*Event, *Frame){
		"time":      func(e *Event, _ *Frame) { e.At++ },
		"kind":      func(e *Event, _ *Frame) { e.Kind = Lost },
		"sender":    func(e *Event, _ *Frame) { e.From = "ab" },
		"names":     func(e *Event, _ *Frame) { e.From, e.To = "", "ab" },
		"damage":    func(e *Event, _ *Frame) { e.Damage = Doubled },
		"note":      func(e *Event, _ *Frame) { e.Note = Remark },
		"no frame":  func(e *Event, _ *Frame) { e.Frame = nil },
		"type":      func(_ *Event, f *Frame) { f.Type = Beacon },
		"addresses": func(_ *Event, f *Frame) { f.From = wps.MAC{1} },
		"BSSID":     func(_ *Event, f *Frame) { f.BSSID = wps.MAC{1} },
		"band":      func(_ *Event, f *Frame) { f.Band = wps.Band5GHz },
		"privacy":   func(_ *Event, f *Frame) { f.Privacy = true },
		"code":      func(_ *Event, f *Frame) { f.Code = 1 },
		"body":      func(_ *Event, f *Frame) { f.Body = []byte{2} },
		"length":    func(_ *Event, f *Frame) { f.Body = nil },
	} {
		f, e := frame, event
		e.Frame = &f
		change(&e, &f)
		b := string(e.appendTo(nil))
		if other, ok := seen[b]; ok {
			t.Errorf("%s and %s are the same to the hash", name, other)
		}
		seen[b] = name
	}
}

// TestHashIgnoresWords checks that rewording a detail changes no trace.
func TestHashIgnoresWords(t *testing.T) {
	event := Event{Kind: Noted, From: "a", Note: SetupFailed, Detail: "one sentence"}
	reworded := event
	reworded.Detail = "another sentence"
	if !bytes.Equal(event.appendTo(nil), reworded.appendTo(nil)) {
		t.Error("the trace hash depends on the words of a detail")
	}
}

// TestNotes checks that each note has its own sentence, and that Text fills
// in the detail.
func TestNotes(t *testing.T) {
	for a := Note(1); a <= lastNote; a++ {
		e := Event{Kind: Noted, From: "router", Note: a, Detail: "detail"}
		if a.row().text == "" {
			t.Errorf("note %d has no row", a)
		}
		if strings.Contains(a.row().text, "%s") != strings.Contains(e.Text(), "detail") {
			t.Errorf("%v: text %q", a, e.Text())
		}
	}
	if got := Note(0).String() + Note(99).String(); got != "Note(0)Note(99)" {
		t.Errorf("unknown notes print %q", got)
	}
	e := Event{Kind: Noted, From: "router", Note: Reported, Report: &ap.Event{Kind: ap.EventPINGone, PIN: ap.PINWornOut, Err: errors.New("why")}}
	if got, want := e.String(), "    0.000000 noted   router: "+ap.EventPINGone.String()+", "+ap.PINWornOut.String()+": why"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
