package exchange

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// scene makes the events of a capture of the air, as a reader would return
// them.
type scene struct {
	t      testing.TB
	now    time.Time
	events []capture.Event
	sta    wps.MAC
	ap     wps.MAC
	keys   bytes.Buffer // the key log of the runs
}

func newScene(t testing.TB) *scene {
	return &scene{t: t, now: bootTime, sta: stationMAC, ap: apMAC}
}

// add adds an event, ten milliseconds after the previous one.
func (s *scene) add(e capture.Event) {
	s.now = s.now.Add(10 * time.Millisecond)
	e.Frame, e.Time, e.Radio = len(s.events)+1, s.now, capture.RadioInfo{OnAir: true, Sequence: uint16(len(s.events)), Frequency: 2437}
	s.events = append(s.events, e)
}

// wait lets time pass, and adds a beacon of another network, so that the events
// show the new time.
func (s *scene) wait(d time.Duration) {
	s.now = s.now.Add(d)
	s.add(capture.Event{Kind: capture.KindBeacon, Src: otherMAC, Dst: wps.Broadcast, BSSID: otherMAC, Management: &capture.Management{Capability: 0x11, Elements: dot11.Elements{SSID: "other", RSN: wpa2}}})
}

var (
	wpa2       = &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMPSK}}
	wpa3       = &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMSAE}, PMFCapable: true, PMFRequired: true}
	enterprise = &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKM8021X}}
)

// beacon sends a beacon of the access point; e is nil if it offers no WPS.
func (s *scene) beacon(security *dot11.Security, e *wps.Beacon) {
	m := &capture.Management{Capability: 0x11, Elements: dot11.Elements{SSID: "home", Channel: 6, RSN: security}}
	if e != nil {
		m.WPS = encoded(s.t, e)
	}
	s.add(capture.Event{Kind: capture.KindBeacon, Src: s.ap, Dst: wps.Broadcast, BSSID: s.ap, Management: m})
}

// offer returns the WPS element of a router that is not waiting.
func offer(change func(*wps.Beacon)) *wps.Beacon {
	e := &wps.Beacon{State: wps.Configured, UUIDE: wps.UUID{7}}
	e.WFA.Version2 = 0x20
	change(e)
	return e
}

// waiting modifies an element so that a registrar waits.
func waiting(id wps.DevicePasswordID, macs ...wps.MAC) func(*wps.Beacon) {
	return func(e *wps.Beacon) {
		e.SelectedRegistrar, e.DevicePasswordID, e.WFA.AuthorizedMACs = true, id, macs
		e.SelectedRegistrarConfigMethods = wps.MethodKeypad
	}
}

func quiet(*wps.Beacon) {}

// probe sends a probe request with a WPS element.
func (s *scene) probe(mac wps.MAC, uuid byte, id wps.DevicePasswordID) {
	e := &wps.ProbeRequest{
		RequestType: wps.RequestEnrollee8021X, UUIDE: wps.UUID{uuid}, PrimaryDeviceType: wps.DeviceTypePrinter, RFBands: wps.Band24GHz,
		DevicePasswordID: id, Manufacturer: "m", ModelName: "m", ModelNumber: "m", DeviceName: "n",
	}
	s.add(capture.Event{Kind: capture.KindProbeRequest, Src: mac, Dst: wps.Broadcast, BSSID: wps.Broadcast, Management: &capture.Management{Elements: dot11.Elements{WPS: encoded(s.t, e)}}})
}

// associate is the station's association for WPS with the given status.
func (s *scene) associate(status uint16) {
	request := encoded(s.t, &wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X})
	s.add(capture.Event{Kind: capture.KindAssociationRequest, Src: s.sta, Dst: s.ap, BSSID: s.ap, Management: &capture.Management{Elements: dot11.Elements{WPS: request}}})
	s.add(capture.Event{Kind: capture.KindAssociationResponse, Src: s.ap, Dst: s.sta, BSSID: s.ap, Management: &capture.Management{Status: status}})
}

// join is the station's association with its new settings.
func (s *scene) join(status uint16) {
	s.add(capture.Event{Kind: capture.KindAssociationRequest, Src: s.sta, Dst: s.ap, BSSID: s.ap, Management: &capture.Management{}})
	s.add(capture.Event{Kind: capture.KindAssociationResponse, Src: s.ap, Dst: s.sta, BSSID: s.ap, Management: &capture.Management{Status: status}})
}

func (s *scene) sae(status uint16) {
	s.add(capture.Event{Kind: capture.KindAuthentication, Src: s.ap, Dst: s.sta, BSSID: s.ap, Management: &capture.Management{Algorithm: algorithmSAE, Transaction: 1, Status: status}})
}

// key sends a message of the 4-way handshake with the given Key Information.
func (s *scene) key(fromStation bool, info uint16, keyData byte) {
	body := append([]byte{2, byte(info >> 8), byte(info)}, make([]byte, 92+int(keyData))...)
	body[13] = 1 // a nonce
	s.eapol(fromStation, eapol.TypeKey, body)
}

// handshake is the 4-way handshake. If the key is wrong, it stops after
// repeated copies of message 2.
func (s *scene) handshake(wrong bool) {
	for range 4 {
		s.key(false, 0x008a, 0)
		s.key(true, 0x010a, 22)
		if !wrong {
			s.key(false, 0x13ca, 56)
			s.key(true, 0x030a, 0)
			return
		}
	}
	s.disconnect(15)
}

// disconnect is a deauthentication by the access point.
func (s *scene) disconnect(reason uint16) {
	s.add(capture.Event{Kind: capture.KindDeauthentication, Src: s.ap, Dst: s.sta, BSSID: s.ap, Management: &capture.Management{Reason: reason}})
}

func (s *scene) eapol(fromStation bool, t eapol.Type, body []byte) {
	data, err := eapol.Frame{Version: 1, Type: t, Body: body}.AppendTo(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	src, dst := s.ap, s.sta
	if fromStation {
		src, dst = dst, src
	}
	s.add(capture.Event{Kind: capture.KindEAPOL, Src: src, Dst: dst, BSSID: s.ap, Data: data})
}

// eap sends an EAP packet.
func (s *scene) eap(p eap.Packet) {
	body, err := p.AppendTo(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.eapol(p.Code == eap.CodeResponse, eapol.TypeEAP, body)
}

func (s *scene) failure(id uint8) { s.eap(eap.Packet{Code: eap.CodeFailure, ID: id}) }

// run is an exchange made by the machines of this module.
type run struct {
	enrollee  registration.EnrolleeConfig
	registrar registration.RegistrarConfig
	refuse    *wps.ConfigError // sent by M2D instead of M2
	external  bool             // the station is the registrar, the access point the enrollee
	// each, if set, is called with each packet, and returns the packet that is
	// sent and delivered instead. Nil loses the packet and ends the exchange.
	each func(fromStation bool, packet []byte) []byte
}

var testPIN = registration.PIN(pin.MustParse("24681353"))

// newRun returns a run that succeeds, by PIN.
func newRun(s *scene) *run {
	random := rand.NewChaCha8([32]byte{byte(len(s.events))})
	config := func(mac wps.MAC, uuid byte, kind wps.DeviceType, name string) registration.Config {
		d := wps.DefaultDevice()
		d.UUID, d.MAC, d.PrimaryDeviceType, d.DeviceName = wps.UUID{uuid}, mac, kind, name
		d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber = "Example", "Model", "1", "1"
		return registration.Config{Device: d, Rand: random}
	}
	network := wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse")}
	return &run{
		enrollee: registration.EnrolleeConfig{Config: config(s.sta, 1, wps.DeviceTypePrinter, "Office"), Password: testPIN},
		registrar: registration.RegistrarConfig{
			Config: config(s.ap, 7, wps.DeviceTypeRouter, "Box"), Password: testPIN,
			Credentials: []wps.Credential{network},
		},
	}
}

// play adds the exchange to the scene.
func (r *run) play(s *scene) {
	s.t.Helper()
	r.registrar.KeyLog = &s.keys
	newEnrollee := func(time.Time) (eapwsc.Machine, error) { return registration.NewEnrollee(r.enrollee) }
	newRegistrar := func(time.Time) (eapwsc.Machine, error) {
		m, err := registration.NewRegistrar(r.registrar)
		if err == nil && r.refuse != nil {
			m.Refuse(*r.refuse, nil)
		}
		return m, err
	}
	station := newEnrollee
	if r.external {
		station = newRegistrar
	}
	machine, err := station(time.Time{})
	if err != nil {
		s.t.Fatal(err)
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine})
	if err != nil {
		s.t.Fatal(err)
	}
	server, err := eapwsc.NewServer(eapwsc.ServerConfig{Registrar: newRegistrar, Enrollee: newEnrollee})
	if err != nil {
		s.t.Fatal(err)
	}
	send := func(fromStation bool, packet []byte) []byte {
		if packet != nil && r.each != nil {
			packet = r.each(fromStation, packet)
		}
		if packet != nil {
			s.eapol(fromStation, eapol.TypeEAP, packet)
		}
		return packet
	}
	request := send(false, server.Start(s.now).Send)
	for request != nil {
		step, _ := peer.Handle(s.now, request) // a run may fail on purpose
		response := send(true, step.Send)
		if response == nil {
			return
		}
		step, _ = server.Handle(s.now, response)
		request = send(false, step.Send)
	}
}

// keyLog returns the keys of the runs so far.
func (s *scene) keyLog() *KeyLog {
	keys, err := ReadKeyLog(bytes.NewReader(s.keys.Bytes()))
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// until loses the first packet with a message of a type, which ends the
// exchange.
func until(t wps.MessageType) func(bool, []byte) []byte {
	return func(_ bool, packet []byte) []byte {
		if typeOf(packet) == t {
			return nil
		}
		return packet
	}
}

// typeOf returns the type of the message in an EAP packet, or 0.
func typeOf(packet []byte) wps.MessageType {
	p, err := eap.ParsePacket(packet)
	if err != nil || !p.IsWSC() {
		return 0
	}
	t, _ := wps.PeekMessageType(p.Data)
	return t
}

// nack replaces the message of a type by WSC_NACK with an error, which ends the
// exchange.
func nack(s *scene, instead wps.MessageType, ce wps.ConfigError) func(bool, []byte) []byte {
	m := &wps.NACK{ConfigError: ce}
	return func(fromStation bool, packet []byte) []byte {
		t := typeOf(packet)
		p, err := eap.ParsePacket(packet)
		if err != nil {
			s.t.Fatal(err)
		}
		switch t {
		case wps.MessageM1:
			m.EnrolleeNonce = wps.Nonce(wps.Find(p.Data, wps.AttrEnrolleeNonce))
		case wps.MessageM2:
			m.RegistrarNonce = wps.Nonce(wps.Find(p.Data, wps.AttrRegistrarNonce))
		}
		if t != instead {
			return packet
		}
		s.eap(eap.NewWSC(p.Code, p.ID, eap.OpNACK, encoded(s.t, m)))
		s.failure(p.ID)
		return nil
	}
}

func encoded(t testing.TB, list wps.List) []byte {
	t.Helper()
	b, err := wps.Append(nil, list)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// collect returns the exchanges of the events, and the collector.
func collect(events []capture.Event, keys *KeyLog) ([]*Exchange, *Collector) {
	c := NewCollector(keys)
	var all []*Exchange
	for i := range events {
		all = append(all, c.Add(&events[i])...)
	}
	return append(all, c.Close()...), c
}
