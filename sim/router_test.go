package sim

import (
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

func TestRouterConfig(t *testing.T) {
	for name, cfg := range map[string]RouterConfig{
		"no name":    {},
		"long SSID":  {Name: "a", Settings: Settings{SSID: "123456789012345678901234567890123"}},
		"short key":  {Name: "b", Settings: Settings{Key: wps.NetworkKey("1234567")}},
		"security":   {Name: "d", Settings: Settings{Security: Open + 1}},
		"long model": {Name: "c", Device: wps.Device{ModelName: "123456789012345678901234567890123"}},
	} {
		if _, err := NewRouter(New(Config{}), cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewPrinter(New(Config{}), PrinterConfig{Name: "a", Device: wps.Device{DeviceName: "123456789012345678901234567890123"}}); !errors.Is(err, ErrConfig) {
		t.Errorf("a printer with a long name: %v", err)
	}
	if _, err := NewComputer(New(Config{}), ComputerConfig{}); !errors.Is(err, ErrConfig) {
		t.Errorf("a computer without a name: %v", err)
	}
}

// TestLabel checks that the labels of routers differ, and that a factory reset
// restores the label's settings.
func TestLabel(t *testing.T) {
	w := New(Config{})
	a, b := addRouter(t, w, RouterConfig{Name: "a"}), addRouter(t, w, RouterConfig{Name: "b"})
	if a.PIN() == b.PIN() || string(a.Settings().Key) == string(b.Settings().Key) || a.Settings().SSID == b.Settings().SSID {
		t.Error("two routers have the same label")
	}
	label := a.Settings()
	s := a.Settings()
	s.SSID = "mine"
	s.Key[0] ^= 1
	if err := a.Apply(s); err != nil {
		t.Fatal(err)
	}
	if got := a.Settings(); got.SSID != "mine" || string(got.Key) == string(label.Key) {
		t.Errorf("applied: %v", got)
	}
	a.FactoryReset()
	if got := a.Settings(); got.SSID != label.SSID || string(got.Key) != string(label.Key) {
		t.Errorf("reset: %v", got)
	}
	if err := a.Apply(Settings{}); !errors.Is(err, ErrConfig) {
		t.Errorf("empty settings: %v", err)
	}
}

// TestWebPage checks that the page refuses what cannot be done at present.
//
// hostap: test_ap_wps_disabled
func TestWebPage(t *testing.T) {
	w := New(Config{})
	r := addRouter(t, w, RouterConfig{Name: "router", BootTime: time.Minute})
	if err := r.EnterPIN(ap.PINEntry{}); !errors.Is(err, ap.ErrEmptyPIN) {
		t.Errorf("no PIN: %v", err)
	}
	if err := r.PressButton(); err != nil {
		t.Error(err)
	}
	s := r.Settings()
	s.Hidden = true
	if err := r.Apply(s); err != nil {
		t.Fatal(err)
	}
	for name, act := range map[string]func() error{
		"button": r.PressButton,
		"PIN":    func() error { return r.EnterPIN(ap.PINEntry{PIN: pin.MustParse("12345670")}) },
		"cancel": r.Cancel,
	} {
		if err := act(); !errors.Is(err, ErrWPSOff) {
			t.Errorf("%s while WPS is off: %v", name, err)
		}
	}
	r.Restart()
	r.Restart() // this does no harm either
	w.Run(59 * time.Second)
	if err := r.PressButton(); !errors.Is(err, ErrStarting) {
		t.Errorf("button while the router is starting: %v", err)
	}
	w.Run(2 * time.Second)
	if err := r.SetPIN(pin.MustParse("12345670")); err != nil || r.PIN() != pin.MustParse("12345670") {
		t.Errorf("a new PIN: %v", err)
	}
}

// TestCancel cancels what the owner has done at the router.
//
// hostap: test_ap_wps_cancel
func TestCancel(t *testing.T) {
	h := newHome(t, nil, nil)
	h.enter(h.byPIN())
	h.must(h.router.Cancel())
	h.Run(10 * time.Second)
	if h.sent("router", "M2") > 0 || h.told(ap.EventRegistered) {
		t.Error("the PIN was taken back, and registers all the same")
	}
}

// TestSeveralAtOnce registers four printers with different PINs at one router
// at the same time.
func TestSeveralAtOnce(t *testing.T) {
	h := newHome(t, nil, nil)
	printers := []*Printer{h.printer}
	for _, name := range []string{"second", "third", "fourth"} {
		printers = append(printers, addPrinter(t, h.World, PrinterConfig{Name: name}))
	}
	for _, p := range printers {
		shown, err := p.SetupByPIN()
		h.must(err)
		h.must(h.router.EnterPIN(ap.PINEntry{PIN: shown, UUID: &p.cfg.Device.UUID}))
	}
	h.Run(30 * time.Second)
	for _, p := range printers {
		if s := p.Status(); s.State != Connected {
			t.Errorf("%s: %v", p.port.Name(), s)
		}
	}
	if got := len(h.router.Stations()); got != 4 {
		t.Errorf("%d stations are connected", got)
	}
	// Messages of one run must come between those of another.
	var froms []string
	for _, e := range h.events {
		if e.Kind == Sent && e.Frame.Name() == "M3" || e.Kind == Sent && e.Frame.Name() == "WSC_Done" {
			froms = append(froms, e.From)
		}
	}
	if len(froms) != 8 || froms[0] == froms[1] && froms[2] == froms[3] {
		t.Errorf("the runs took place one after the other: %v", froms)
	}
}

// TestAssociation compares the answers to association requests of all kinds.
//
// hostap: test_ap_wps_invalid_assoc_req_elem
func TestAssociation(t *testing.T) {
	good := appendWPS(nil, &wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X})
	bad := wps.SplitElements([]byte{0x10})
	rsn := stationRSN(dot11.CipherCCMP)
	for name, tt := range map[string]struct {
		settings Settings
		elements []byte
		status   uint16
		reason   uint16 // of the final deauthentication, if there is one
	}{
		"WPS of version 1.0":         {elements: good, reason: ReasonNotAuthenticated},
		"unreadable WPS":             {elements: bad, status: StatusInvalidElement},
		"WPS, but it is off":         {settings: Settings{WPSOff: true}, elements: good, status: StatusInvalidElement},
		"RSN":                        {elements: rsn, reason: ReasonHandshakeTimeout},
		"RSN of an open network":     {settings: Settings{Security: Open}, elements: rsn},
		"RSN where it is WPA3":       {settings: Settings{Security: WPA3}, elements: rsn, status: StatusInvalidAKMP},
		"RSN with TKIP":              {elements: appendRSN(nil, &dot11.Security{Group: dot11.CipherCCMP, Pairwise: tkip, AKMs: psks}), status: StatusInvalidAKMP},
		"neither WPS nor RSN":        {reason: ReasonNotAuthenticated},
		"neither, and WPS is off":    {settings: Settings{WPSOff: true}, status: StatusInvalidElement},
		"another network":            {elements: appendSSID(nil, "other"), status: StatusFailure},
		"RSN cut short, WPS is off":  {settings: Settings{WPSOff: true}, elements: []byte{elementRSN, 4, 1, 0, 0, 0x0F}, status: StatusInvalidElement},
		"WPS element behind another": {elements: append(append([]byte{}, rsn...), good...), reason: ReasonNotAuthenticated},
	} {
		w := New(Config{})
		r := addRouter(t, w, RouterConfig{Name: "router", Settings: tt.settings})
		e := newEar(t, w, "tool", 0)
		var answers []*Frame
		w.cfg.Observe = func(v Event) {
			if v.Kind == Sent && v.From == "router" && v.Frame.Type != Data {
				answers = append(answers, v.Frame)
			}
		}
		ssid := appendSSID(nil, r.Settings().SSID)
		e.port.Send(&Frame{
			Type: AssociationRequest, From: e.port.Radio(0).MAC(), To: r.port.Radio(0).MAC(), BSSID: r.port.Radio(0).MAC(),
			Band: wps.Band24GHz, Body: append(ssid, tt.elements...),
		})
		w.Run(time.Minute)
		if len(answers) == 0 || answers[0].Type != AssociationResponse || answers[0].Code != tt.status {
			t.Errorf("%s: answers %v", name, answers)
			continue
		}
		var reason uint16
		if len(answers) > 1 {
			reason = answers[1].Code
		}
		if reason != tt.reason {
			t.Errorf("%s: sent away with reason %d, want %d", name, reason, tt.reason)
		}
	}
}

// TestMaybeWPS registers a station that sent no WPS element when it associated,
// as old Windows did: the router waits for its EAPOL-Start.
func TestMaybeWPS(t *testing.T) {
	w := New(Config{})
	r := addRouter(t, w, RouterConfig{Name: "router"})
	e := newEar(t, w, "tool", 0)
	mac, point := e.port.Radio(0).MAC(), r.port.Radio(0).MAC()
	e.port.Send(&Frame{Type: AssociationRequest, From: mac, To: point, BSSID: point, Band: wps.Band24GHz, Body: appendSSID(nil, r.Settings().SSID)})
	w.Run(5 * time.Second)
	e.heard = nil
	for _, junk := range [][]byte{{1}, newEAPOLFrame(1, eapol.TypeLogoff, nil), newEAPOLFrame(1, eapol.TypeKey, nil)} {
		e.port.Send(&Frame{Type: Data, From: mac, To: point, BSSID: point, Band: wps.Band24GHz, Body: junk})
	}
	e.port.Send(&Frame{Type: Data, From: mac, To: point, BSSID: point, Band: wps.Band24GHz, Body: newEAPOLFrame(1, eapol.TypeStart, nil)})
	w.Run(time.Second)
	if len(e.heard) != 1 || e.heard[0][:len("5.002s EAP-Request/Identity")] != "5.002s EAP-Request/Identity" {
		t.Errorf("heard %q", e.heard)
	}
}

// TestProbedTwice sends a router several probe requests at one instant: the
// cached answer is used only until something changes.
func TestProbedTwice(t *testing.T) {
	w := New(Config{})
	r := addRouter(t, w, RouterConfig{Name: "router"})
	e := newEar(t, w, "tool", 0)
	selected := func() bool {
		t.Helper()
		var answer *Frame
		w.cfg.Observe = func(v Event) {
			if v.Kind == Sent && v.Frame.Type == ProbeResponse {
				answer = v.Frame
			}
		}
		r.Handle(w.Now(), &Frame{Type: ProbeRequest, From: e.port.Radio(0).MAC(), To: wps.Broadcast, BSSID: wps.Broadcast, Band: wps.Band24GHz, Body: appendSSID(nil, "")}, 0)
		if answer == nil {
			t.Fatal("there is no answer")
		}
		elements, err := dot11.Parse(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.readElement(elements.WPS, true).SelectedRegistrar
	}
	if first, second := selected(), selected(); first || second {
		t.Error("it waits for a device")
	}
	if err := r.PressButton(); err != nil {
		t.Fatal(err)
	}
	if first, second := selected(), selected(); !first || !second {
		t.Error("it does not wait, although the button was pressed")
	}
	if r.answered.body == nil {
		t.Error("it would make the answer anew")
	}
	r.Handle(w.Now(), &Frame{Type: Deauthentication, From: e.port.Radio(0).MAC(), Band: wps.Band24GHz}, 0)
	if r.answered.body != nil {
		t.Error("it would repeat the answer after something has happened")
	}
}
