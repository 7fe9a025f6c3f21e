package conformance

import (
	"cmp"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/ieee1905"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// MeshWire is an agent or a controller of IEEE 1905.1 at the other end of an
// Ethernet. The suite is the other of the two. It runs in real time.
//
// The suite has an agent configured by AP-Autoconfiguration Renew. What the
// agent has accepted is read from its Topology Response, which has the names
// of networks and, from profile 2 on, what they are for; not their keys.
type MeshWire struct {
	// Listen opens the link under an address of the suite's, for frames of
	// [ieee1905.EtherType]: ListenFor of package link does that for a network
	// interface.
	Listen func(mac wps.MAC) (eapol.Conn, error)
	// Role is what the device is: [Agent] or [Controller].
	Role Role
	// Patience is how long the device may take to begin; 0 is 10 s.
	Patience time.Duration

	realTime
}

// Times of IEEE 1905.1 on an Ethernet.
const (
	// meshAgain is how often a device that does not answer is asked.
	meshAgain = time.Second
	// meshMore is how long the suite waits for more M2 after the first: they
	// come in one message.
	meshMore = 200 * time.Millisecond
	// meshApply is how long an agent may take to serve its networks, and how
	// often it is asked whether it does.
	meshApply    = 3 * time.Second
	meshApplyAsk = 100 * time.Millisecond
)

// waits implements patient.
func (w *MeshWire) waits() time.Duration { return cmp.Or(w.Patience, defaultPatience) }

// Open begins a configuration.
func (w *MeshWire) Open(mac wps.MAC) (Link, error) {
	conn, err := w.Listen(mac)
	if err != nil {
		return nil, err
	}
	l := &meshLink{conn: conn, end: ieee1905.NewPort(conn, mac)}
	patience := cmp.Or(w.Patience, defaultPatience)
	begin := l.beginAgent
	if w.Role == Controller {
		begin = l.beginController
	}
	err = begin(time.Now().Add(patience))
	if err == nil && w.Role == Agent {
		l.before, err = l.Networks()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// meshLink is a configuration on an Ethernet.
type meshLink struct {
	conn    eapol.Conn
	end     *ieee1905.Port
	device  wps.MAC
	radio   wps.MAC            // of an agent
	before  []registration.BSS // that the agent has served when it sent M1
	queue   [][]byte
	message bool // an AP-Autoconfiguration WSC message has come
	closed  bool
}

// beginAgent asks agents for M1 until one sends it. It answers their searches.
func (l *meshLink) beginAgent(over time.Time) error {
	return l.ask(over, l.end.Renew, func(m *ieee1905.Message, from wps.MAC) (bool, error) {
		switch m.Type {
		case ieee1905.TypeSearch:
			return false, l.end.Respond(from)
		case ieee1905.TypeWSC:
			l.device, l.radio = from, ieee1905.RadioOf(m, from)
			l.queue = m.All(ieee1905.TLVWSC)
			return true, nil
		}
		return false, nil
	})
}

// beginController searches for the controller.
func (l *meshLink) beginController(over time.Time) error {
	return l.ask(over, l.end.Search, func(m *ieee1905.Message, from wps.MAC) (bool, error) {
		if m.Type == ieee1905.TypeResponse {
			l.device = from
		}
		return m.Type == ieee1905.TypeResponse, nil
	})
}

// ask asks until a message is the answer.
func (l *meshLink) ask(over time.Time, question func() error, answered func(m *ieee1905.Message, from wps.MAC) (bool, error)) error {
	for time.Now().Before(over) {
		if err := question(); err != nil {
			return err
		}
		for again := time.Now().Add(meshAgain); ; {
			m, from, err := l.end.Receive(again)
			if err != nil {
				return err
			}
			if m == nil {
				break
			}
			if done, err := answered(m, from); done || err != nil {
				return err
			}
		}
	}
	return errNoMesh
}

// Send sends M1 to a controller, or an M2 to an agent.
func (l *meshLink) Send(message []byte) error {
	if l.radio == (wps.MAC{}) {
		return l.end.SendM1(l.device, message)
	}
	return l.sendAll([][]byte{message})
}

// sendAll sends an M2 for each network: see watched1905.
func (l *meshLink) sendAll(m2 [][]byte) error { return l.end.SendM2(l.device, l.radio, m2...) }

// Receive returns the next M1 or M2.
func (l *meshLink) Receive(until time.Time) ([]byte, error) {
	if more := time.Now().Add(meshMore); l.message && more.Before(until) {
		until = more
	}
	for len(l.queue) == 0 {
		m, from, err := l.end.Receive(until)
		if m == nil || err != nil {
			return nil, err
		}
		if m.Type == ieee1905.TypeWSC && from == l.device {
			l.message, l.queue = true, m.All(ieee1905.TLVWSC)
		}
	}
	return next(&l.queue), nil
}

// Networks returns the networks that the agent serves: see [Configured].
func (l *meshLink) Networks() ([]registration.BSS, error) {
	var networks []registration.BSS
	err := l.ask(time.Now().Add(meshLimit), func() error { return l.end.Send(l.device, ieee1905.TypeTopologyQuery) },
		func(m *ieee1905.Message, from wps.MAC) (bool, error) {
			if m.Type != ieee1905.TypeTopologyResponse || from != l.device {
				return false, nil
			}
			list, err := m.Networks()
			for _, n := range list {
				networks = append(networks, registration.BSS{Settings: wps.Credential{SSID: n.SSID}, Role: n.Role})
			}
			return true, err
		})
	return networks, err
}

// served implements watched1905.
func (l *meshLink) served(given []registration.BSS) (bool, error) {
	for over := time.Now().Add(meshApply); ; time.Sleep(meshApplyAsk) {
		got, err := l.Networks()
		if err != nil {
			return false, err
		}
		all := !slices.ContainsFunc(given, func(g registration.BSS) bool { return !isServed(got, &g) })
		if all || !time.Now().Before(over) {
			return all, nil
		}
	}
}

// changed implements watched1905.
func (l *meshLink) changed() (bool, error) {
	time.Sleep(meshMore)
	got, err := l.Networks()
	return err == nil && !slices.EqualFunc(got, l.before, func(a, b registration.BSS) bool {
		return a.Settings.SSID == b.Settings.SSID && a.Role == b.Role
	}), err
}

// isServed reports whether a network is among those that an agent serves. An agent
// of profile 1 does not say what they are for.
func isServed(got []registration.BSS, given *registration.BSS) bool {
	if given.TearDown() {
		return len(got) == 0
	}
	return slices.ContainsFunc(got, func(b registration.BSS) bool {
		return b.Settings.SSID == given.Settings.SSID && (b.Role == 0 || b.Role == given.Role)
	})
}

// Close ends the configuration.
func (l *meshLink) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	return l.conn.Close()
}
