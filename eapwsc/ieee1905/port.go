package ieee1905

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// searchInterval is how often an agent without networks searches for its
// controller.
const searchInterval = 2 * time.Second

// Port is a device's port on an Ethernet with IEEE 1905.1. It is not used
// concurrently.
type Port struct {
	conn      eapol.Conn
	mac       wps.MAC
	id        uint16
	assembler Assembler
	buffer    []byte
}

// NewPort returns a port on a connection that carries frames of [EtherType], with
// the device's address (its AL MAC address): package link opens one.
func NewPort(conn eapol.Conn, mac wps.MAC) *Port {
	return &Port{conn: conn, mac: mac, buffer: make([]byte, 1<<16)}
}

// Send sends a message to a device, or to [Multicast].
func (p *Port) Send(to wps.MAC, t Type, list ...TLV) error {
	p.id++
	m := &Message{Type: t, ID: p.id, Relay: to == Multicast, TLVs: list}
	frames, err := m.Frames()
	if err != nil {
		return err
	}
	for _, f := range frames {
		if err := p.conn.WriteFrame(f, to); err != nil {
			return err
		}
	}
	return nil
}

// until closes the connection when the context ends, which ends Receive.
func (p *Port) until(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { p.conn.Close() })
}

// ended returns why a device does not serve any more.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Receive returns the next message and its sender, or nil if none has come by a
// time. What cannot be read is skipped.
func (p *Port) Receive(until time.Time) (*Message, wps.MAC, error) {
	if err := p.conn.SetReadDeadline(until); err != nil {
		return nil, wps.MAC{}, err
	}
	for {
		n, from, err := p.conn.ReadFrame(p.buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, wps.MAC{}, nil
		}
		if err != nil {
			return nil, wps.MAC{}, err
		}
		if m, err := p.assembler.Add(from, p.buffer[:n]); err == nil && m != nil {
			return m, from, nil
		}
	}
}

// Search searches for a controller: IEEE 1905.1 §10.1.2.1.
func (p *Port) Search() error {
	return p.Send(Multicast, TypeSearch, TLV{TLVALMAC, p.mac[:]}, TLV{TLVSearchedRole, []byte{roleRegistrar}}, TLV{TLVBand, []byte{0}},
		TLV{TLVSupportedService, []byte{1, serviceAgent}}, TLV{TLVSearchedService, []byte{1, serviceController}})
}

// Respond answers the Search of an agent.
func (p *Port) Respond(to wps.MAC) error {
	return p.Send(to, TypeResponse, TLV{TLVSupportedRole, []byte{roleRegistrar}}, TLV{TLVSupportedBand, []byte{0}},
		TLV{TLVSupportedService, []byte{1, serviceController}})
}

// Renew asks all agents to send M1 again.
func (p *Port) Renew() error {
	return p.Send(Multicast, TypeRenew, TLV{TLVALMAC, p.mac[:]}, TLV{TLVSupportedRole, []byte{roleRegistrar}}, TLV{TLVSupportedBand, []byte{0}})
}

// SendM1 sends the M1 of a radio, whose address is the device's.
func (p *Port) SendM1(to wps.MAC, m1 []byte) error {
	const networks, classes = 8, 0
	return p.Send(to, TypeWSC, TLV{TLVRadioCapabilities, append(append([]byte(nil), p.mac[:]...), networks, classes)}, TLV{TLVWSC, m1})
}

// SendM2 sends an M2 for each network of a radio.
func (p *Port) SendM2(to, radio wps.MAC, m2 ...[]byte) error {
	list := []TLV{{TLVRadioIdentifier, radio[:]}}
	for _, m := range m2 {
		list = append(list, TLV{TLVWSC, m})
	}
	return p.Send(to, TypeWSC, list...)
}

// RadioOf returns the radio that an agent's M1 is about, or the sender if the
// message does not say it.
func RadioOf(m *Message, from wps.MAC) wps.MAC {
	if v := m.Find(TLVRadioCapabilities); len(v) >= addressLen {
		return wps.MAC(v)
	}
	return from
}

// Machine is a machine for one M1: a [registration.Agent].
type Machine interface {
	M1() []byte
	Handle(m2 []byte) (*registration.BSS, error)
	Close()
}

// Agent is an agent with one radio.
type Agent struct {
	// Port is its end of the Ethernet.
	Port *Port
	// New returns the machine for one M1: [registration.NewAgent].
	New func() (Machine, error)
	// Changed, if set, is called when the controller has given networks.
	Changed func(networks []registration.BSS)

	machine    Machine
	controller wps.MAC
	networks   []registration.BSS
}

// Serve configures the agent, and configures it again when its controller asks
// for it, until the context ends, which closes the connection, or that fails.
func (a *Agent) Serve(ctx context.Context) error {
	defer a.Port.until(ctx)()
	return ended(ctx, a.serve())
}

func (a *Agent) serve() error {
	for {
		if a.machine == nil {
			if err := a.Port.Search(); err != nil {
				return err
			}
		}
		for until := time.Now().Add(searchInterval); ; {
			m, from, err := a.Port.Receive(until)
			if err != nil {
				return err
			}
			if m == nil {
				break
			}
			if err := a.handle(m, from); err != nil {
				return err
			}
		}
	}
}

// handle processes a message.
func (a *Agent) handle(m *Message, from wps.MAC) error {
	switch m.Type {
	case TypeResponse, TypeRenew:
		if a.machine != nil && m.Type == TypeResponse {
			return nil // of another search
		}
		return a.begin(from)
	case TypeWSC:
		if a.machine != nil && from == a.controller {
			a.configure(m.All(TLVWSC))
		}
	case TypeTopologyQuery:
		var list []Network
		for i := range a.networks {
			list = append(list, Network{a.networks[i].Settings.SSID, a.networks[i].Role})
		}
		return a.Port.Send(from, TypeTopologyResponse, topology(a.Port.mac, list)...)
	}
	return nil
}

// begin sends M1 to a controller.
func (a *Agent) begin(controller wps.MAC) error {
	machine, err := a.New()
	if err != nil {
		return err
	}
	if a.machine != nil {
		a.machine.Close()
	}
	a.machine, a.controller = machine, controller
	return a.Port.SendM1(controller, machine.M1())
}

// configure takes the networks of a message. If one M2 cannot be used, the
// others count; if none can, the networks stay.
func (a *Agent) configure(m2 [][]byte) {
	var networks []registration.BSS
	for _, m := range m2 {
		b, err := a.machine.Handle(m)
		switch {
		case err != nil:
			continue
		case b.TearDown():
			a.networks = nil
			a.changed()
			return
		}
		networks = append(networks, *b)
	}
	if len(networks) > 0 {
		a.networks = networks
		a.changed()
	}
}

func (a *Agent) changed() {
	if a.Changed != nil {
		a.Changed(a.networks)
	}
}

// Controller is a controller that gives every radio the same networks.
type Controller struct {
	// Port is its end of the Ethernet.
	Port *Port
	// Answer returns an M2 for each network: [registration.Answer]. An M1 for
	// which it returns an error gets no answer.
	Answer func(m1 []byte) (m2 [][]byte, err error)
}

// Serve answers agents until the context ends, which closes the connection, or
// that fails.
func (c *Controller) Serve(ctx context.Context) error {
	defer c.Port.until(ctx)()
	return ended(ctx, c.serve())
}

func (c *Controller) serve() error {
	for {
		m, from, err := c.Port.Receive(time.Time{})
		if err != nil {
			return err
		}
		if m == nil {
			continue
		}
		switch m.Type {
		case TypeSearch:
			err = c.Port.Respond(from)
		case TypeWSC:
			m2, failed := c.Answer(m.Find(TLVWSC))
			if failed == nil {
				err = c.Port.SendM2(from, RadioOf(m, from), m2...)
			}
		}
		if err != nil {
			return err
		}
	}
}
