package ap_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	upnpexternal "github.com/gowps/gowps/eapwsc/external"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/upnp"
)

// carrier is the path by which stations and external registrars reach the
// access point.
type carrier int

const (
	overEAP    carrier = iota // the access point's own link
	overRADIUS                // through an access point that forwards EAP
	overUPnP                  // external registrars by calls of UPnP
)

var carrierNames = [...]string{overEAP: "EAP", overRADIUS: "RADIUS", overUPnP: "UPnP"}

// session is one exchange with the access point, over a carrier. Its interface
// to the scene is EAP.
type session interface {
	Start(now time.Time) eapwsc.Step
	Handle(now time.Time, packet []byte) (eapwsc.Step, error)
	Timeout(now time.Time) (eapwsc.Step, error)
	Close(now time.Time, cause error) error
	Err() error
}

// open opens the session of a station.
func (s *scene) open(r *modelRun, mac wps.MAC) (session, error) {
	switch {
	case s.over == overRADIUS:
		s.opening = mac
		s.begun[r.slot] = (s.begun[r.slot] + 1) % 3 // so that requests of two sessions differ
		return &passedOn{server: s.server, mac: mac, begun: s.begun[r.slot]}, nil
	case s.over == overUPnP && r.external:
		if s.called != s.m.now {
			s.calls = 0
		}
		s.calls, s.called = s.calls+1, s.m.now
		return &called{device: s.device}, nil
	}
	return s.ap.NewSession(mac, 7)
}

// mayCall reports whether an external registrar may begin: over UPnP, eight in
// a second are admitted.
func (s *scene) mayCall() bool { return s.over != overUPnP || s.called != s.m.now || s.calls < 8 }

// reach sets up the carrier between the access point and others.
func (s *scene) reach(over carrier) {
	s.over = over
	var err error
	switch over {
	case overRADIUS:
		s.server, err = radius.NewServer(radius.Config{
			Secret: func(netip.Addr) []byte { return modelSecret },
			NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
				opened, err := s.ap.NewSession(a.Station, a.FirstID)
				for i := range s.slots {
					if p, ok := s.slots[i].session.(*passedOn); ok && p.mac == a.Station {
						p.opened = opened
					}
				}
				return opened, err
			},
			Ended: func(_ time.Time, a radius.Access, _ radius.Session, err error) {
				for i := range s.slots {
					// A session without a State has not begun: it replaces the
					// one that ends.
					if p, ok := s.slots[i].session.(*passedOn); ok && p.mac == a.Station && p.state != nil {
						p.over, p.err = true, err
					}
				}
			},
			Rand: (*states)(s),
		})
	case overUPnP:
		s.device, err = upnp.NewDevice(upnp.DeviceConfig{
			LAN: netip.MustParsePrefix("192.0.2.1/24"), Port: 80, Description: upnp.Describe(&s.cfg.Registration.Device), Rand: same(0x31),
			AccessPoint: watched{upnpexternal.New(func(f func(time.Time, *ap.AccessPoint)) { f(s.time(), s.ap) }), s},
		})
	}
	must(err)
}

var (
	modelSecret = []byte("a secret of the model")
	modelClient = netip.MustParseAddrPort("192.0.2.7:40000")
)

// states returns the State of a station, always the same, so that two paths to
// one state of the access point give the same state.
type states scene

func (s *states) Read(b []byte) (int, error) { return copy(b, stateOf(s.opening)), nil }

func stateOf(mac wps.MAC) []byte {
	sum := sha256.Sum256(mac[:])
	return sum[:16]
}

// passedOn is a session whose EAP is forwarded by an access point over RADIUS.
// The server is not informed when a station disconnects.
type passedOn struct {
	server *radius.Server
	mac    wps.MAC
	opened *ap.Session
	state  []byte
	begun  int // the number of the station's session
	count  uint8
	over   bool
	err    error
}

func (p *passedOn) Start(time.Time) eapwsc.Step { return eapwsc.Step{Send: identityRequest} }

var identityRequest = []byte{byte(eap.CodeRequest), 7, 0, 5, byte(eap.TypeIdentity)}

func (p *passedOn) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	p.count++
	q := &radius.Packet{Code: radius.AccessRequest, Identifier: p.count}
	sum := sha256.Sum256(fmt.Appendf(nil, "%v %d %d %x", p.mac, p.begun, p.count, packet))
	copy(q.Authenticator[:], sum[:])
	q.Add(radius.CallingStationID, []byte(p.mac.String()))
	q.AddEAP(packet)
	if p.state != nil {
		q.Add(radius.State, p.state)
	}
	raw, err := q.EncodeRequest(modelSecret)
	must(err)
	out, err := p.server.Handle(now, modelClient, raw)
	if len(out) == 0 {
		return eapwsc.Step{Deadline: p.server.Deadline()}, err
	}
	answer, parseErr := radius.Parse(out[0].Data)
	must(errors.Join(parseErr, answer.CheckResponse(modelSecret, q)))
	if state := answer.Get(radius.State); state != nil {
		p.state = bytes.Clone(state)
	}
	done := answer.Code == radius.AccessReject
	return eapwsc.Step{Send: answer.EAP(), Done: done, Deadline: p.server.Deadline()}, err
}

func (p *passedOn) Timeout(now time.Time) (eapwsc.Step, error) {
	p.server.Timeout(now)
	next := p.server.Deadline()
	if next.IsZero() {
		next = now.Add(time.Hour)
	}
	return eapwsc.Step{Done: p.over, Deadline: next}, p.err
}

func (p *passedOn) Close(time.Time, error) error { return nil }
func (p *passedOn) Err() error                   { return p.err }

// watched is the access point of the device, whose runs are visible to the
// scene.
type watched struct {
	upnpexternal.Adapter
	scene *scene
}

func (w watched) Configure(now time.Time, from netip.Addr) (upnp.Run, error) {
	r, err := w.Adapter.Configure(now, from)
	if c, ok := w.scene.slots[registrarSlot].session.(*called); ok && err == nil {
		c.run = r
	}
	return r, err
}

// called is a session of an external registrar that calls the actions of UPnP.
// EAP ends here.
type called struct {
	device *upnp.Device
	run    upnp.Run
	id     uint8
}

func (c *called) Start(time.Time) eapwsc.Step {
	c.id = 7
	return eapwsc.Step{Send: identityRequest}
}

func (c *called) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	in, err := eap.ParsePacket(packet)
	must(err)
	action, argument := "GetDeviceInfo", ""
	if in.Type != eap.TypeIdentity {
		action, argument = "PutMessage", "<NewInMessage>"+base64.StdEncoding.EncodeToString(in.Data)+"</NewInMessage>"
	}
	const service = "urn:schemas-wifialliance-org:service:WFAWLANConfig:1"
	answer := c.device.Handle(now, &upnp.Request{
		From: netip.MustParseAddrPort("192.0.2.7:50000"), Method: "POST", Path: "/wps_control",
		Header: upnp.Header{"SOAPACTION": `"` + service + "#" + action + `"`, "CONTENT-TYPE": `text/xml; charset="utf-8"`},
		Body: fmt.Appendf(nil, `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">`+
			`<s:Body><u:%s xmlns:u="%s">%s</u:%[1]s></s:Body></s:Envelope>`, action, service, argument),
	})
	var message []byte
	if _, rest, ok := bytes.Cut(answer.Body, []byte(">")); ok && answer.Status == 200 {
		for _, name := range []string{"NewDeviceInfo", "NewOutMessage"} {
			if _, value, ok := bytes.Cut(rest, []byte("<"+name)); ok {
				_, value, _ = bytes.Cut(value, []byte(">"))
				value, _, _ = bytes.Cut(value, []byte("<"))
				message, err = base64.StdEncoding.DecodeString(string(value))
				must(err)
			}
		}
	}
	c.id++
	if len(message) == 0 {
		return eapwsc.Step{Send: []byte{byte(eap.CodeFailure), c.id, 0, 4}, Done: true}, nil
	}
	op := eap.OpMSG
	switch t, _ := wps.PeekMessageType(message); t {
	case wps.MessageACK:
		op = eap.OpACK
	case wps.MessageNACK:
		op = eap.OpNACK
	case wps.MessageDone:
		op = eap.OpDone
	}
	out, err := eap.NewWSC(eap.CodeRequest, c.id, op, message).AppendTo(nil)
	must(err)
	return eapwsc.Step{Send: out, Done: c.run != nil && c.run.Ended(), Deadline: c.deadline(now)}, nil
}

func (c *called) deadline(now time.Time) time.Time {
	if next := c.device.Deadline(); next.After(now) {
		return next
	}
	return now.Add(time.Second)
}

// Timeout ends the run if the registrar has been silent for as long as a device
// waits.
func (c *called) Timeout(now time.Time) (eapwsc.Step, error) {
	c.device.Timeout(now)
	return eapwsc.Step{Done: c.run == nil || c.run.Ended(), Deadline: c.deadline(now)}, nil
}

func (c *called) Close(time.Time, error) error { return nil }
func (c *called) Err() error                   { return nil }
