package conformance

import (
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// manner is an exchange of a device with a habit in how it sends.
type manner struct {
	Handler
	late  time.Duration // how long it needs for a message
	size  int           // of its fragments
	twice bool          // it sends its first message twice

	held      *eapwsc.Step // what is sent later
	until     time.Time
	fragments eap.Fragmenter
	cut       bool  // a message is being sent in fragments
	id, inner uint8 // of the last fragment, and of the message as the device sent it
	after     time.Time
	copy      []byte // of the first message
}

func (m *manner) Start(now time.Time) eapwsc.Step { return m.send(now, m.Handler.Start(now)) }

func (m *manner) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	p, err := eap.ParsePacket(packet)
	if err == nil && m.cut && p.IsWSC() {
		if p.OpCode == eap.OpFragACK {
			code := eap.CodeResponse
			if p.Code == eap.CodeResponse { // the device sends the requests
				code, m.id = eap.CodeRequest, m.id+1
			} else {
				m.id = p.ID
			}
			if next, ok := m.fragments.Next(code, m.id); ok {
				return eapwsc.Step{Send: mustAppend(next), Deadline: m.after}, nil
			}
		}
		if m.cut = false; p.Code == eap.CodeResponse {
			p.ID = m.inner
			packet = mustAppend(p)
		}
	}
	if m.copy != nil && m.held != nil { // the answer to the copy
		s := *m.held
		m.held, m.copy = nil, nil
		return s, nil
	}
	s, err := m.Handler.Handle(now, packet)
	if m.copy != nil {
		m.held, m.until = &s, now.Add(time.Millisecond)
		return eapwsc.Step{Send: m.copy, Deadline: m.until}, err
	}
	return m.send(now, s), err
}

func (m *manner) Timeout(now time.Time) (eapwsc.Step, error) {
	if m.held != nil {
		if now.Before(m.until) {
			return eapwsc.Step{Deadline: m.until}, nil
		}
		s := *m.held
		m.held, m.copy = nil, nil
		return s, nil
	}
	s, err := m.Handler.Timeout(now)
	return m.send(now, s), err
}

// send changes how a step is sent.
func (m *manner) send(now time.Time, s eapwsc.Step) eapwsc.Step {
	p, err := eap.ParsePacket(s.Send)
	if s.Send == nil || err != nil || !p.IsWSC() || p.OpCode != eap.OpMSG {
		return s
	}
	switch {
	case m.late > 0:
		m.held, m.until = &s, now.Add(m.late)
		return eapwsc.Step{Deadline: m.until}
	case m.twice:
		m.twice, m.copy = false, s.Send
	case m.size > 0 && len(p.Data) > m.size:
		if m.fragments, err = eap.NewFragmenter(p.OpCode, p.Data, m.size); err != nil {
			panic(err)
		}
		m.cut, m.id, m.inner, m.after = true, p.ID, p.ID, s.Deadline
		first, _ := m.fragments.Next(p.Code, p.ID)
		s.Send = mustAppend(first)
	}
	return s
}

// mannered gives a device a habit.
func mannered(habit manner) func(Device, Controls) (Device, Controls) {
	return func(d Device, c Controls) (Device, Controls) {
		p := processOf(d)
		inner, left := p.New, p.Left
		p.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			h, err := inner(now, mac)
			m := habit
			m.Handler = h
			return &m, err
		}
		if left != nil {
			p.Left = func(now time.Time, h Handler) { left(now, h.(*manner).Handler) }
		}
		return d, c
	}
}

// ignoresM2D is a station that does not answer M2D.
func ignoresM2D() fault {
	return fault{packet: func(f *faulty, p eap.Packet) *eap.Packet {
		if t, err := wps.PeekMessageType(p.Data); err == nil && t == wps.MessageM2D && p.IsWSC() {
			f.deaf = true
			return nil
		}
		return &p
	}}
}

// credulous is a device that takes m whatever was proved in it: as the device's
// own checks are right, it is given what they expect. The hashes are those of
// fixed nonces, the settings have these nonces and a network.
func credulous(m wps.MessageType) func() fault {
	nonces := [2]wps.SecretNonce{{1}, {2}}
	return func() fault {
		return fault{take: func(f *faulty, t wps.MessageType, l list) list {
			if f.cipher == nil || t != m && t != wps.MessageM3 && t != wps.MessageM4 {
				return l
			}
			s := &side{keys: f.keys, passwords: halves(f.password, wrongNone), pke: f.pke, pkr: f.pkr}
			for i, ids := range map[int][2]wps.AttributeID{0: {wps.AttrEHash1, wps.AttrRHash1}, 1: {wps.AttrEHash2, wps.AttrRHash2}} {
				h := s.half(nonces[i], i)
				for _, id := range ids {
					if l.index(id) >= 0 {
						l = set(id, h[:])(l)
					}
				}
			}
			if t != m && t != wps.MessageM4 {
				return unauthenticated(f, l)
			}
			var settings wps.List
			switch t {
			case wps.MessageM4:
				settings = &wps.M4Settings{RSNonce1: nonces[0]}
			case wps.MessageM5:
				settings = &wps.M5Settings{ESNonce1: nonces[0]}
			case wps.MessageM6:
				settings = &wps.M6Settings{RSNonce2: nonces[1]}
			case wps.MessageM7:
				settings = &wps.M7Settings{ESNonce2: nonces[1]}
				if f.password == apPIN {
					settings = &wps.M7Settings{ESNonce2: nonces[1], AP: &ownNetwork}
				}
			case wps.MessageM8:
				network := ownNetwork
				network.MAC = f.mac
				settings = &wps.M8Settings{Credentials: []wps.Credential{network}, AP: &network}
			}
			plain, err := wps.Append(nil, settings)
			if err != nil {
				panic(err)
			}
			plain = remove(wps.AttrKeyWrapAuthenticator)(parseList(plain)).octets()
			l = set(wps.AttrEncryptedSettings, f.cipher.SealSettings(nil, &[16]byte{1}, plain))(l)
			return unauthenticated(f, nonceBlind(nonceOf[t])(f, l))
		}}
	}
}

// byHabit are mutants with a habit of the field, and those that take what was
// recorded of an earlier run, in every role.
func byHabit() (all []mutant) {
	old := func(cfg *ap.Config) { cfg.Run.Version10 = true }
	for _, h := range []struct {
		role             Role
		old, slow, parts string // the cases
	}{
		{APRegistrar, "AP-REG-HABIT-01", "AP-REG-HABIT-09", "AP-REG-HABIT-11"},
		{APEnrollee, "AP-ENR-HABIT-01", "AP-ENR-HABIT-02", "AP-ENR-HABIT-03"},
		{Station, "STA-ENR-HABIT-01", "STA-ENR-HABIT-02", "STA-ENR-HABIT-03"},
		{Registrar, "ER-HABIT-01", "ER-HABIT-02", "ER-HABIT-03"},
	} {
		prefix := prefixes[h.role]
		all = append(all,
			mutant{name: prefix + " of version 1.0", role: h.role, kills: h.old, config: old},
			mutant{name: prefix + " needs 4 s for a message", role: h.role, kills: h.slow, device: mannered(manner{late: 4 * time.Second})},
			mutant{name: prefix + " sends fragments of 150 octets", role: h.role, kills: h.parts, device: mannered(manner{size: 150})},
		)
		for _, m := range messagesOf[h.role] {
			if m == wps.MessageM2 || m == wps.MessageM3 && (h.role == APRegistrar || h.role == Registrar) {
				continue // before M2 there are no keys to heal with; those of M3 are in byHandLater
			}
			all = append(all, mutant{
				name: prefix + " " + m.String() + " of an earlier run taken", role: h.role, kills: prefix + "-" + m.String() + "-28", fault: credulous(m),
			})
		}
	}
	return append(all,
		mutant{name: "STA sends messages twice", role: Station, kills: "STA-ENR-HABIT-04", device: mannered(manner{twice: true})},
		mutant{name: "STA does not answer M2D", role: Station, kills: "STA-ENR-HABIT-05", fault: ignoresM2D},
	)
}
