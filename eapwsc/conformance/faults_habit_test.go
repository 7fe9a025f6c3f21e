package conformance

import (
	"bytes"
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

// credulous is a device that takes m whatever was proved in it, and verifies
// everything else. As the device's own checks are right, it is given what they
// expect: hashes of fixed nonces, and settings with these nonces where the suite
// has proved its own, or in m.
func credulous(m wps.MessageType, role Role) func() fault {
	return func() fault {
		return fault{take: func(f *faulty, t wps.MessageType, l list) list {
			switch {
			case f.cipher == nil || !chained(t) || t <= wps.MessageM2:
				return l
			case t == m:
				l = nonceBlind(nonceOf[t])(f, l)
			case f.cipher.VerifyAuthenticator(f.suiteAt, l.octets()) != nil:
				return l
			}
			l = f.fixHashes(l)
			if settings := f.fixSettings(t, l, role, t == m); settings != nil {
				l = set(wps.AttrEncryptedSettings, settings)(l)
			}
			return unauthenticated(f, l)
		}}
	}
}

// fixedNonces are the secret nonces that a credulous device is given.
var fixedNonces = [2]wps.SecretNonce{{1}, {2}}

// run returns the suite's side of the run, to compute hashes.
func (f *faulty) run() *side {
	return &side{keys: f.keys, passwords: halves(f.password, wrongNone), pke: f.pke, pkr: f.pkr}
}

// fixHashes replaces the hashes of a message by those of the fixed nonces.
func (f *faulty) fixHashes(l list) list {
	for i, ids := range [2][2]wps.AttributeID{{wps.AttrEHash1, wps.AttrRHash1}, {wps.AttrEHash2, wps.AttrRHash2}} {
		for _, id := range ids {
			if l.index(id) >= 0 {
				h := f.run().half(fixedNonces[i], i)
				l = set(id, h[:])(l)
			}
		}
	}
	return l
}

// fixSettings returns the Encrypted Settings of a message with the fixed nonce,
// if the suite has proved its own. Forged ones are made of nothing. It returns
// nil if they stay as they are.
func (f *faulty) fixSettings(t wps.MessageType, l list, role Role, forge bool) []byte {
	i := l.index(wps.AttrEncryptedSettings)
	if i < 0 {
		return nil
	}
	id, half := settingsOf[t], 0
	if id == wps.AttrRSNonce2 || id == wps.AttrESNonce2 {
		half = 1
	}
	plain, err := f.cipher.OpenSettings(l[i].value)
	switch {
	case err == nil && id != 0:
		settings := parseList(plain)
		j := settings.index(id)
		if j < 0 || len(settings[j].value) != 16 {
			return nil
		}
		h := f.run().half(wps.SecretNonce(settings[j].value), half)
		if !forge && !bytes.Equal(h[:], f.hashes[half]) {
			return nil
		}
		plain = set(id, fixedNonces[half][:])(settings).octets()
	case err != nil && forge:
		plain = forged(t, role, f.mac).octets()
	default:
		return nil
	}
	plain = remove(wps.AttrKeyWrapAuthenticator)(parseList(plain)).octets()
	return f.cipher.SealSettings(nil, &[16]byte{1}, plain)
}

// forged returns the settings that a credulous device reads in a message that it
// cannot decrypt.
func forged(t wps.MessageType, role Role, mac wps.MAC) list {
	network := ownNetwork
	network.MAC = mac
	var settings wps.List
	switch t {
	case wps.MessageM4:
		settings = &wps.M4Settings{RSNonce1: fixedNonces[0]}
	case wps.MessageM5:
		settings = &wps.M5Settings{ESNonce1: fixedNonces[0]}
	case wps.MessageM6:
		settings = &wps.M6Settings{RSNonce2: fixedNonces[1]}
	case wps.MessageM7:
		m7 := &wps.M7Settings{ESNonce2: fixedNonces[1]}
		if role == Registrar { // the suite is an access point
			m7.AP = &network
		}
		settings = m7
	default:
		settings = &wps.M8Settings{Credentials: []wps.Credential{network}}
		if role == APEnrollee {
			settings = &wps.M8Settings{AP: &network}
		}
	}
	b, err := wps.Append(nil, settings)
	if err != nil {
		panic(err)
	}
	return parseList(b)
}

// byHabit are mutants with a habit of the field, and those that take what was
// recorded of an earlier run, in every role.
func byHabit() (all []mutant) {
	old := func(cfg *ap.Config) { cfg.Registration.Version10 = true }
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
				name: prefix + " " + m.String() + " of an earlier run taken", role: h.role, kills: prefix + "-" + m.String() + "-28", fault: credulous(m, h.role),
			})
		}
	}
	return append(all,
		mutant{name: "STA sends messages twice", role: Station, kills: "STA-ENR-HABIT-04", device: mannered(manner{twice: true})},
		mutant{name: "STA does not answer M2D", role: Station, kills: "STA-ENR-HABIT-05", fault: ignoresM2D},
	)
}
