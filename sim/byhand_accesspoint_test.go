package sim_test

import (
	"encoding/binary"
	"io"
	"slices"
	"time"

	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
)

// accessPointByHand is an open network with the second registrar behind it: a
// device of a world that uses nothing of ours but the frames. It writes and
// parses their content itself.
type accessPointByHand struct {
	port   *sim.Port
	random io.Reader
	ssid   string
	waits  registrarByHand // copied for each station: password, network
	size   int

	stations []*stationByHand
	ended    []error // how registrations ended; nil is a success
}

// stationByHand is a station at the access point by hand.
type stationByHand struct {
	mac       wps.MAC
	registrar *registrarByHand // nil if it came to connect
	tries     int
	deadline  time.Time
}

// newAccessPointByHand adds it to a world.
func newAccessPointByHand(w *sim.World, ssid string) (*accessPointByHand, error) {
	a := &accessPointByHand{ssid: ssid}
	var err error
	if a.port, err = w.Join(a, "by hand", 0, w.NewAddress()); err != nil {
		return nil, err
	}
	a.random = a.port.Rand("registration")
	a.waits.network = networkByHand{ssid: ssid, auth: []byte{0, 1}, encr: []byte{0, 1}}
	radio := a.port.Radio(0)
	radio.Tune(wps.Band24GHz)
	radio.Beacon(func(time.Time) *sim.Frame { return a.frame(sim.Beacon, wps.Broadcast, a.elements()) })
	return a, nil
}

// wait waits for a PIN, or for a button if it is empty.
func (a *accessPointByHand) wait(pin string) {
	a.waits.password, a.waits.passwordID = pin, 0
	if pin == "" {
		a.waits.password, a.waits.passwordID = "00000000", 4
	}
}

// elements are the SSID and what WPS says of the access point.
func (a *accessPointByHand) elements(more ...byte) []byte {
	b := append([]byte{0, byte(len(a.ssid))}, a.ssid...)
	attributes := append(tlv(0x104A, 0x10), tlv(0x1044, 2)...) // Version; configured
	if a.waits.password != "" {
		attributes = append(attributes, tlv(0x1041, 1)...) // Selected Registrar
		attributes = append(attributes, tlv(atPasswordID, 0, a.waits.passwordID)...)
		attributes = append(attributes, tlv(0x1053, 0x23, 0x88)...) // its Config Methods
	}
	attributes = append(attributes, more...)
	attributes = append(attributes, tlv(0x1049, 0x00, 0x37, 0x2A, 0x00, 0x01, 0x20, 0x01, 6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)...) // AuthorizedMACs: all
	return append(b, wpsElement(attributes)...)
}

func wpsElement(attributes []byte) []byte {
	return append([]byte{221, byte(4 + len(attributes)), 0x00, 0x50, 0xF2, 0x04}, attributes...)
}

func (a *accessPointByHand) frame(t sim.FrameType, to wps.MAC, body []byte) *sim.Frame {
	mac := a.port.Radio(0).MAC()
	return &sim.Frame{Type: t, From: mac, To: to, BSSID: mac, Band: wps.Band24GHz, Body: body}
}

// Handle processes a frame.
func (a *accessPointByHand) Handle(now time.Time, f *sim.Frame, _ int) {
	switch f.Type {
	case sim.ProbeRequest:
		about := append(tlv(0x103B, 3), tlv(atUUIDE, make([]byte, 16)...)...) // Response Type: access point
		about = append(about, description("Registrar", 0, 6, 0, 0x50, 0xF2, 4, 0, 1)...)
		about = append(about, tlv(0x1008, 0, 8)...) // Config Methods: display
		a.port.Send(a.frame(sim.ProbeResponse, f.From, a.elements(about...)))
	case sim.Authentication:
		a.port.Send(a.frame(sim.Authentication, f.From, nil))
	case sim.AssociationRequest:
		a.associate(now, f)
	case sim.Deauthentication:
		a.forget(f.From)
	case sim.Data:
		a.eapol(now, f)
	}
	a.schedule()
}

func (a *accessPointByHand) forget(mac wps.MAC) {
	a.stations = slices.DeleteFunc(a.stations, func(s *stationByHand) bool { return s.mac == mac })
}

// associate admits a station. A station with a WPS element registers.
func (a *accessPointByHand) associate(now time.Time, f *sim.Frame) {
	a.forget(f.From)
	s := &stationByHand{mac: f.From}
	a.stations = append(a.stations, s)
	a.port.Send(a.frame(sim.AssociationResponse, f.From, wpsElement(append(tlv(0x104A, 0x10), tlv(0x103B, 3)...))))
	for b := f.Body; len(b) >= 2 && len(b) >= 2+int(b[1]); b = b[2+int(b[1]):] {
		if b[0] == 221 && b[1] >= 4 && string(b[2:6]) == "\x00\x50\xF2\x04" {
			r := a.waits
			r.byHand, r.size = newByHand(a.random), a.size
			s.registrar = &r
			a.send(now, s, r.start())
			return
		}
	}
}

// eapol handles an EAP packet.
func (a *accessPointByHand) eapol(now time.Time, f *sim.Frame) {
	b := f.Body
	for _, s := range a.stations {
		if s.mac != f.From || s.registrar == nil || len(b) < 4 || b[1] != 0 {
			continue
		}
		if packet := s.registrar.handle(b[4:]); packet != nil {
			s.tries = 0
			a.send(now, s, packet)
		}
	}
}

// send sends an EAP packet, and waits for the answer. After the last packet it
// disconnects the station.
func (a *accessPointByHand) send(now time.Time, s *stationByHand, packet []byte) {
	b := binary.BigEndian.AppendUint16([]byte{2, 0}, uint16(len(packet)))
	a.port.Send(a.frame(sim.Data, s.mac, append(b, packet...)))
	s.deadline = now.Add(5 * time.Second)
	if r := s.registrar; r.over {
		if r.registered {
			a.waits.password = ""
		}
		a.ended = append(a.ended, r.err)
		s.deadline = now.Add(10 * time.Millisecond)
	}
}

// Timeout repeats a request, twice, and then gives up.
func (a *accessPointByHand) Timeout(now time.Time) {
	for _, s := range slices.Clone(a.stations) {
		if s.deadline.IsZero() || now.Before(s.deadline) {
			continue
		}
		s.deadline = time.Time{}
		if s.tries++; !s.registrar.over && s.tries <= 2 {
			a.send(now, s, s.registrar.request)
			continue
		}
		a.forget(s.mac)
		away := a.frame(sim.Deauthentication, s.mac, nil)
		away.Code = 23
		a.port.Send(away)
	}
	a.schedule()
}

func (a *accessPointByHand) schedule() {
	var next time.Time
	for _, s := range a.stations {
		if !s.deadline.IsZero() && (next.IsZero() || s.deadline.Before(next)) {
			next = s.deadline
		}
	}
	a.port.Wake(next)
}
