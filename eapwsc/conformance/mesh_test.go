package conformance

import (
	"bytes"
	"testing"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// meshFault is a fault of an IEEE 1905.1 device: how it changes messages on
// their way in and out.
type meshFault struct {
	name  string
	role  Role
	kills string
	agent func(inner Agent1905) Agent1905
	m2    func(m1 []byte, m2 [][]byte) [][]byte
	m1    func(m1 []byte) []byte
	fixed bool // without randomness
}

// meshDevice returns a device with a fault.
func meshDevice(f meshFault) Device {
	cfg := registration.Config{Device: fixture.Device(4)}
	if f.fixed {
		cfg.Rand = same{}
	}
	if f.role == Agent {
		return &MeshAgent{New: func() (Agent1905, error) {
			a, err := registration.NewAgent(cfg)
			if err != nil || f.agent == nil {
				return a, err
			}
			return f.agent(a), nil
		}}
	}
	return &MeshController{Answer: func(m1 []byte) ([][]byte, error) {
		if f.m1 != nil {
			m1 = f.m1(m1)
		}
		m2, _, err := registration.Answer(cfg, m1,
			registration.BSS{Settings: fixture.Network, Role: wps.MultiAPFronthaulBSS}, registration.BSS{Settings: fixture.Network, Role: wps.MultiAPBackhaulBSS})
		if err == nil && f.m2 != nil {
			m2 = f.m2(m1, m2)
		}
		return m2, err
	}}
}

// agentOf is an agent that processes M2 differently.
type agentOf struct {
	Agent1905
	handle func(inner Agent1905, m2 []byte) (*registration.BSS, error)
	m1     []byte
}

func (a *agentOf) Handle(m2 []byte) (*registration.BSS, error) { return a.handle(a.Agent1905, m2) }

func (a *agentOf) M1() []byte {
	if a.m1 != nil {
		return a.m1
	}
	return a.Agent1905.M1()
}

func takes(handle func(inner Agent1905, m2 []byte) (*registration.BSS, error)) func(Agent1905) Agent1905 {
	return func(inner Agent1905) Agent1905 { return &agentOf{Agent1905: inner, handle: handle} }
}

// anything is an agent that accepts a message although its own check fails.
func anything(fails func(m2 []byte) bool) func(Agent1905) Agent1905 {
	return takes(func(inner Agent1905, m2 []byte) (*registration.BSS, error) {
		b, err := inner.Handle(m2)
		if err != nil && fails(m2) {
			return &registration.BSS{Settings: ownNetwork, Role: wps.MultiAPFronthaulBSS}, nil
		}
		return b, err
	})
}

func always([]byte) bool { return true }

func taking(change func(b *registration.BSS)) func(Agent1905) Agent1905 {
	return takes(func(inner Agent1905, m2 []byte) (*registration.BSS, error) {
		b, err := inner.Handle(m2)
		if err == nil {
			change(b)
		}
		return b, err
	})
}

var meshFaults = []meshFault{
	{name: "AGENT what a network is for is forgotten", role: Agent, kills: "AGENT-NET-01", agent: taking(func(b *registration.BSS) { b.Role = wps.MultiAPFronthaulBSS })},
	{name: "AGENT one network only", role: Agent, kills: "AGENT-NET-02", agent: func(inner Agent1905) Agent1905 {
		n := 0
		return takes(func(inner Agent1905, m2 []byte) (*registration.BSS, error) {
			if n++; n > 1 {
				return nil, errRefused
			}
			return inner.Handle(m2)
		})(inner)
	}},
	{name: "AGENT tear down ignored", role: Agent, kills: "AGENT-NET-03", agent: taking(func(b *registration.BSS) { b.Role &^= wps.MultiAPTearDown })},
	{name: "AGENT M2 twice crashes it", role: Agent, kills: "AGENT-NET-04", agent: func(inner Agent1905) Agent1905 {
		var last []byte
		return takes(func(inner Agent1905, m2 []byte) (*registration.BSS, error) {
			if bytes.Equal(m2, last) {
				panic("a fault of the device")
			}
			last = m2
			return inner.Handle(m2)
		})(inner)
	}},
	{name: "AGENT weak public keys", role: Agent, kills: "AGENT-KEY-01", agent: anything(always)},
	{name: "AGENT no randomness", role: Agent, kills: "AGENT-KEY-02", fixed: true},
	{name: "AGENT wrong Authenticator taken", role: Agent, kills: "AGENT-M2-06", agent: anything(func(m2 []byte) bool { return len(wps.Find(m2, wps.AttrAuthenticator)) == 8 })},
	{name: "AGENT no Authenticator taken", role: Agent, kills: "AGENT-M2-07", agent: anything(func(m2 []byte) bool { return wps.Find(m2, wps.AttrAuthenticator) == nil })},
	{name: "AGENT short Authenticator taken", role: Agent, kills: "AGENT-M2-08", agent: anything(always)},
	{name: "AGENT nonce not compared", role: Agent, kills: "AGENT-M2-09", agent: anything(always)},
	{name: "AGENT Message Type not checked", role: Agent, kills: "AGENT-M2-10", agent: anything(always)},
	{name: "AGENT settings not verified", role: Agent, kills: "AGENT-M2-21", agent: anything(always)},
	{name: "AGENT M2 without a key taken", role: Agent, kills: "AGENT-M2-01", agent: anything(always)},
	{name: "AGENT M2 of an earlier run taken", role: Agent, kills: "AGENT-M2-28", agent: anything(always)},
	{name: "AGENT an unknown attribute ends it", role: Agent, kills: "AGENT-M2-20", agent: takes(func(inner Agent1905, m2 []byte) (*registration.BSS, error) {
		if wps.Find(m2, 0x10FA) != nil {
			return nil, errRefused
		}
		return inner.Handle(m2)
	})},
	{name: "AGENT a cut M2 crashes it", role: Agent, kills: "AGENT-M2-18", agent: takes(func(inner Agent1905, m2 []byte) (*registration.BSS, error) {
		if len(m2) < 20 {
			panic("index out of range")
		}
		return inner.Handle(m2)
	})},
	{name: "CTRL one M2 for all networks", role: Controller, kills: "CTRL-NET-01", m2: func(_ []byte, m2 [][]byte) [][]byte { return [][]byte{m2[0], m2[0]} }},
	{name: "CTRL no M2", role: Controller, kills: "CTRL-NET-01", m2: func([]byte, [][]byte) [][]byte { return nil }},
	{name: "CTRL wrong Authenticator", role: Controller, kills: "CTRL-NET-01", m2: func(_ []byte, m2 [][]byte) [][]byte {
		m2[0][len(m2[0])-1] ^= 1
		return m2
	}},
	{name: "CTRL network key in the clear", role: Controller, kills: "CTRL-NET-02", m2: func(_ []byte, m2 [][]byte) [][]byte {
		// After the Authenticator, where deployed readers stop.
		last := append(m2[1], 0x10, 0x27, 0, byte(len(fixture.Network.NetworkKey)))
		return [][]byte{m2[0], append(last, fixture.Network.NetworkKey...)}
	}},
	{name: "CTRL weak public keys", role: Controller, kills: "CTRL-KEY-01", m1: func(m1 []byte) []byte {
		l := parseList(m1)
		if i := l.index(wps.AttrPublicKey); i >= 0 && (l[i].value[1] == 0 || l[i].value[0] == 0xFF) {
			pair, _ := registration.NewKeyPair(nil)
			key := pair.PublicKey()
			return set(wps.AttrPublicKey, key[:])(l).octets()
		}
		return m1
	}},
	{name: "CTRL no randomness", role: Controller, kills: "CTRL-KEY-02", fixed: true},
	{name: "CTRL M1 without a nonce taken", role: Controller, kills: "CTRL-M1-01", m1: func(m1 []byte) []byte {
		if wps.Find(m1, wps.AttrEnrolleeNonce) == nil {
			l := parseList(m1)
			return append(l, attribute{id: wps.AttrEnrolleeNonce, value: make([]byte, 16)}).octets()
		}
		return m1
	}},
	{name: "CTRL an unknown attribute ends it", role: Controller, kills: "CTRL-M1-20", m1: func(m1 []byte) []byte {
		if wps.Find(m1, 0x10FA) != nil {
			return nil
		}
		return m1
	}},
	{name: "CTRL a cut M1 crashes it", role: Controller, kills: "CTRL-M1-18", m1: func(m1 []byte) []byte {
		if len(m1) < 20 {
			panic("index out of range")
		}
		return m1
	}},
}

// TestMesh tests our agent and our controller, which pass every case, and
// faulty ones, each of which fails the case for its fault.
func TestMesh(t *testing.T) {
	for _, role := range []Role{Agent, Controller} {
		s, err := New(Config{Device: meshDevice(meshFault{role: role}), Role: role})
		if err != nil {
			t.Fatal(err)
		}
		results := s.Run(t.Context())
		for _, r := range results {
			if r.Verdict != Pass {
				t.Error(r.Text())
			}
		}
		t.Logf("%v: %d cases", role, len(results))
	}
	for _, f := range meshFaults {
		t.Run(f.name, func(t *testing.T) {
			c := findCase(t, f.kills)
			s, err := New(Config{Device: meshDevice(f), Role: f.role})
			if err != nil {
				t.Fatal(err)
			}
			if r := s.RunCase(t.Context(), c); r.Verdict != Fail {
				t.Errorf("%s %q: %v: %s", c.ID, c.Title, r.Verdict, r.Reason)
			} else if r.Text() == "" {
				t.Error("no text")
			}
		})
	}
}
