package conformance

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// faulty is an exchange of one of our devices with a fault between it and the
// suite. It has the keys of the run, and records two views of it: that of the
// device and that of the suite. So it can hide a fault of the suite from the
// device: if it corrects a wrong Authenticator before the device receives it,
// the device behaves like one that does not check it. It can also put a fault
// into a message of the device.
type faulty struct {
	Handler
	fault    fault
	keys     *registration.Keys
	cipher   *registration.Cipher
	deviceAt []byte // the last message of the chain as the device has it
	suiteAt  []byte // and as the suite has it
	in       eap.Reassembler
	deaf     bool
	password string
	pke, pkr wps.PublicKey
	mac      wps.MAC                    // of the enrollee
	hashes   [2][]byte                  // of the suite
	right    map[wps.AttributeID][]byte // values of the run with which faults repair messages
	log      *bytes.Buffer
	now      time.Time
}

// fault is the fault of a device. All fields are optional.
type fault struct {
	// take changes a message on its way to the device, which then receives a
	// new Authenticator if the message has one.
	take func(f *faulty, t wps.MessageType, l list) list
	// say changes a message of the device on its way to the suite.
	say func(f *faulty, t wps.MessageType, l list) list
	// packet changes an EAP packet on its way to the device; nil drops it.
	packet func(f *faulty, p eap.Packet) *eap.Packet
	// out changes an EAP packet of the device; nil drops it.
	out func(f *faulty, p eap.Packet) *eap.Packet
	// settings changes decrypted settings on their way to the device.
	settings func(f *faulty, t wps.MessageType, l list) list
	// reveal changes settings of the device on their way to the suite.
	reveal func(f *faulty, t wps.MessageType, l list) list
	// seen is called with each message of the suite.
	seen func(f *faulty, t wps.MessageType, b []byte)
}

func (f *faulty) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	f.now = now
	if f.deaf {
		return eapwsc.Step{Deadline: now.Add(time.Hour)}, nil
	}
	p, err := eap.ParsePacket(packet)
	if err != nil {
		return f.step(f.Handler.Handle(now, packet))
	}
	if f.fault.packet != nil {
		changed := f.fault.packet(f, p)
		if changed == nil {
			return eapwsc.Step{Deadline: now.Add(40 * time.Second)}, nil
		}
		p = *changed
	}
	if p.IsWSC() && p.OpCode != eap.OpStart && p.OpCode != eap.OpFragACK && !p.Flags.Has(eap.FlagMoreFragments) && !p.Flags.Has(eap.FlagLengthField) {
		p.Data = f.take(p.Data)
	}
	if packet, err = p.AppendTo(nil); err != nil {
		return eapwsc.Step{Deadline: now.Add(40 * time.Second)}, nil
	}
	return f.step(f.Handler.Handle(now, packet))
}

func (f *faulty) Timeout(now time.Time) (eapwsc.Step, error) { return f.step(f.Handler.Timeout(now)) }

func (f *faulty) Start(now time.Time) eapwsc.Step {
	s, _ := f.step(f.Handler.Start(now), nil)
	return s
}

// take changes a message of the suite for the device.
func (f *faulty) take(b []byte) []byte {
	t, err := wps.PeekMessageType(b)
	f.remember(t, parseList(b), true)
	if f.fault.seen != nil {
		f.fault.seen(f, t, b)
	}
	if err != nil && f.fault.take == nil {
		return b
	}
	out := b
	if f.fault.take != nil || f.fault.settings != nil {
		l := parseList(b)
		if f.fault.settings != nil && f.cipher != nil {
			l = f.reseal(t, l)
		}
		if f.fault.take != nil {
			l = f.fault.take(f, t, l)
		}
		out = l.octets()
	}
	if chained(t) {
		if f.cipher != nil && t != wps.MessageM1 && !bytes.Equal(out, b) {
			out = f.cipher.AppendAuthenticator(f.deviceAt, remove(wps.AttrAuthenticator)(parseList(out)).octets())
		}
		f.suiteAt, f.deviceAt = bytes.Clone(b), bytes.Clone(out)
	}
	return out
}

// reseal changes the settings of a message.
func (f *faulty) reseal(t wps.MessageType, l list) list {
	i := l.index(wps.AttrEncryptedSettings)
	if i < 0 {
		return l
	}
	plain, err := decryptLoosely(f.keys, l[i].value)
	if err != nil {
		return l
	}
	changed := f.fault.settings(f, t, remove(wps.AttrKeyWrapAuthenticator)(parseList(plain)))
	iv := [16]byte{1}
	return set(wps.AttrEncryptedSettings, f.cipher.SealSettings(nil, &iv, changed.octets()))(l)
}

// conceal changes the settings of a message of the device.
func (f *faulty) conceal(t wps.MessageType, l list) list {
	saved := f.fault.settings
	f.fault.settings = f.fault.reveal
	defer func() { f.fault.settings = saved }()
	return f.reseal(t, l)
}

// decryptLoosely decrypts settings without verifying them.
func decryptLoosely(k *registration.Keys, value []byte) ([]byte, error) {
	if len(value) < 32 || len(value)%16 != 0 {
		return nil, errors.New("no whole blocks")
	}
	block, err := aes.NewCipher(k.KeyWrapKey[:])
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(value)-16)
	cipher.NewCBCDecrypter(block, value[:16]).CryptBlocks(plain, value[16:])
	if n := int(plain[len(plain)-1]); n <= 16 {
		plain = plain[:len(plain)-n]
	}
	return plain, nil
}

// chained reports whether a message is part of the chain of Authenticators.
func chained(t wps.MessageType) bool {
	return t >= wps.MessageM1 && t <= wps.MessageM8 && t != wps.MessageM2D
}

// step changes the message in a step of the device.
func (f *faulty) step(s eapwsc.Step, err error) (eapwsc.Step, error) {
	if s.Send == nil {
		return s, err
	}
	p, parseErr := eap.ParsePacket(s.Send)
	if parseErr != nil {
		return s, err
	}
	if p.IsWSC() && p.OpCode != eap.OpStart && p.OpCode != eap.OpFragACK && p.Flags == 0 {
		p.Data = f.say(p.Data)
	}
	if f.fault.out != nil {
		changed := f.fault.out(f, p)
		if changed == nil {
			s.Send = nil
			return s, err
		}
		p = *changed
	}
	s.Send, _ = p.AppendTo(nil)
	return s, err
}

func (f *faulty) say(b []byte) []byte {
	t, err := wps.PeekMessageType(b)
	if err != nil {
		return b
	}
	f.learn()
	f.remember(t, parseList(b), false)
	out := b
	if f.fault.reveal != nil && f.cipher != nil {
		out = f.conceal(t, parseList(b)).octets()
	}
	if f.fault.say != nil {
		out = f.fault.say(f, t, parseList(out)).octets()
	}
	if chained(t) {
		if f.cipher != nil && t != wps.MessageM1 && (!bytes.Equal(out, b) || !bytes.Equal(f.suiteAt, f.deviceAt)) {
			out = f.cipher.AppendAuthenticator(f.suiteAt, remove(wps.AttrAuthenticator)(parseList(out)).octets())
		}
		f.deviceAt, f.suiteAt = bytes.Clone(b), bytes.Clone(out)
	}
	return out
}

// learn reads the keys of the run from the device's key log.
func (f *faulty) learn() {
	var e, r, auth, wrap []byte
	lines := bytes.Split(bytes.TrimSpace(f.log.Bytes()), []byte("\n"))
	if n, _ := fmt.Sscanf(string(lines[len(lines)-1]), registration.KeyLogLabel+" %x %x %x %x", &e, &r, &auth, &wrap); n != 4 {
		return
	}
	f.keys = &registration.Keys{AuthKey: [32]byte(auth), KeyWrapKey: [16]byte(wrap)}
	f.cipher = registration.NewCipher(f.keys)
}

// mutant is a faulty device with the case that finds it.
type mutant struct {
	name   string
	role   Role
	kills  string // ID of the case for the fault
	fault  func() fault
	config func(cfg *ap.Config)                          // of the access point
	device func(d Device, c Controls) (Device, Controls) // what wraps an exchange
}

// heal returns a fault that repairs message m, so that the device accepts a
// wrong one.
func heal(m wps.MessageType, f func(x *faulty, l list) list) func() fault {
	return func() fault {
		return fault{take: func(x *faulty, t wps.MessageType, l list) list {
			if t == m || t == 0 {
				return f(x, l)
			}
			return l
		}}
	}
}

// unauthenticated is a device that does not check the Authenticator of m: it
// always receives a correct one.
func unauthenticated(x *faulty, l list) list {
	return append(remove(wps.AttrAuthenticator)(l), attribute{id: wps.AttrAuthenticator, value: make([]byte, 8)})
}

// nonceBlind is a device that does not check the nonce of m.
func nonceBlind(id wps.AttributeID) func(x *faulty, l list) list {
	return func(x *faulty, l list) list {
		if right := x.right[id]; right != nil {
			return set(id, right)(l)
		}
		return l
	}
}

// remember records the nonces and keys of the run, and the suite's hashes.
func (f *faulty) remember(t wps.MessageType, l list, ofSuite bool) {
	value := func(id wps.AttributeID) []byte {
		if i := l.index(id); i >= 0 {
			return bytes.Clone(l[i].value)
		}
		return nil
	}
	switch t {
	case wps.MessageM1, wps.MessageM2:
		if key := value(wps.AttrPublicKey); len(key) == 192 {
			if t == wps.MessageM1 {
				f.pke = wps.PublicKey(key)
				copy(f.mac[:], value(wps.AttrMACAddress))
			} else {
				f.pkr = wps.PublicKey(key)
			}
		}
	case wps.MessageM3:
		if ofSuite {
			f.hashes = [2][]byte{value(wps.AttrEHash1), value(wps.AttrEHash2)}
		}
	case wps.MessageM4:
		if ofSuite {
			f.hashes = [2][]byte{value(wps.AttrRHash1), value(wps.AttrRHash2)}
		}
	}
	if t > wps.MessageM2 {
		return
	}
	for _, id := range []wps.AttributeID{wps.AttrEnrolleeNonce, wps.AttrRegistrarNonce} {
		if i := l.index(id); i >= 0 && f.right[id] == nil && len(l[i].value) == 16 {
			f.right[id] = bytes.Clone(l[i].value)
		}
	}
}

// messagesOf are the messages that a device of a role receives, and whether
// they have settings.
var messagesOf = map[Role][]wps.MessageType{
	APRegistrar: {wps.MessageM3, wps.MessageM5, wps.MessageM7},
	APEnrollee:  {wps.MessageM2, wps.MessageM4, wps.MessageM6, wps.MessageM8},
	Station:     {wps.MessageM2, wps.MessageM4, wps.MessageM6, wps.MessageM8},
	Registrar:   {wps.MessageM3, wps.MessageM5, wps.MessageM7},
}

// passwordOf is the password that the suite uses with a device of a role.
var passwordOf = map[Role]string{APRegistrar: stationPIN, APEnrollee: ownPIN, Station: ownPIN, Registrar: apPIN}

var prefixes = map[Role]string{APRegistrar: "AP-REG", APEnrollee: "AP-ENR", Station: "STA-ENR", Registrar: "ER"}

// byMessage returns the mutants that differ only in the message.
func byMessage() []mutant {
	var all []mutant
	for _, role := range []Role{APRegistrar, APEnrollee, Station, Registrar} {
		for _, m := range messagesOf[role] {
			id := func(n int) string { return fmt.Sprintf("%s-%v-%02d", prefixes[role], m, n) }
			name := func(what string) string { return fmt.Sprintf("%s %v %s", prefixes[role], m, what) }
			if m != wps.MessageM2 { // before M2 a device has no keys for a repair
				all = append(all,
					mutant{name: name("taken with a wrong Authenticator"), role: role, kills: id(6), fault: heal(m, unauthenticated)},
					mutant{name: name("taken without Authenticator"), role: role, kills: id(7), fault: heal(m, unauthenticated)},
					mutant{name: name("nonce not compared"), role: role, kills: id(9), fault: heal(m, nonceBlind(nonceOf[m]))},
				)
			}
			if m != wps.MessageM8 || role == APEnrollee { // the suite cannot notice that a station ignored the last message
				all = append(all, mutant{name: name("not acknowledged twice"), role: role, kills: id(13), fault: func() fault { return onceOnly(m) }})
			}
			if secret, ok := settingsOf[m]; ok {
				all = append(all,
					mutant{name: name("settings taken without Key Wrap Authenticator"), role: role, kills: id(21), fault: func() fault {
						return fault{settings: func(_ *faulty, _ wps.MessageType, l list) list { return l }}
					}})
				if secret != 0 {
					all = append(all, mutant{name: name("proof not verified"), role: role, kills: id(23), fault: func() fault {
						return fault{settings: func(f *faulty, t wps.MessageType, l list) list { return f.prove(secret, l) }}
					}})
				}
			}
			all = append(all,
				mutant{name: name("crashes when it is cut"), role: role, kills: id(18), fault: func() fault {
					return fault{seen: func(_ *faulty, _ wps.MessageType, b []byte) {
						if len(b) < 20 {
							panic("index out of range")
						}
					}}
				}},
				mutant{name: name("trips over an unknown attribute"), role: role, kills: id(20), fault: func() fault {
					return fault{take: func(_ *faulty, t wps.MessageType, l list) list {
						if t == m && l.index(0x10FA) >= 0 {
							return list{}
						}
						return l
					}}
				}},
			)
		}
	}
	return all
}

// mutants returns all faulty devices.
func mutants() []mutant {
	return slices.Concat(byMessage(), singleMutants, laterSingleMutants, byHabit())
}

// prove repairs a wrong proof, in which the suite has flipped the last bit.
func (f *faulty) prove(id wps.AttributeID, l list) list {
	i := l.index(id)
	if i < 0 || len(l[i].value) != 16 {
		return l
	}
	s := &side{keys: f.keys, passwords: halves(f.password, wrongNone), pke: f.pke, pkr: f.pkr}
	half := 0
	if id == wps.AttrRSNonce2 || id == wps.AttrESNonce2 {
		half = 1
	}
	if h := s.half(wps.SecretNonce(l[i].value), half); !bytes.Equal(h[:], f.hashes[half]) {
		l[i].value[15] ^= 1
	}
	return l
}

// onceOnly is a device that fails if it receives a packet of m twice.
func onceOnly(m wps.MessageType) fault {
	var last []byte
	return fault{packet: func(f *faulty, p eap.Packet) *eap.Packet {
		if t, err := wps.PeekMessageType(p.Data); err == nil && t == m && p.IsWSC() {
			if bytes.Equal(last, p.Data) {
				f.deaf = true
				return nil
			}
			last = bytes.Clone(p.Data)
		}
		return &p
	}}
}

// TestMutant runs the case for each fault: it must fail with the faulty device,
// and not with the device without the fault. Where the device's keys need not be
// new, they are those of [results].
func TestMutant(t *testing.T) {
	all := mutants()
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			c := findCase(t, m.kills)
			suiteKeys, deviceKeys := sim.KnownKeyPairs()
			fresh := has[freshness](c)
			if inner := m.config; !fresh {
				m.config = func(cfg *ap.Config) {
					if inner != nil {
						inner(cfg)
					}
					withKeys(deviceKeys)(cfg)
				}
			}
			device, controls := build(t, m)
			s, err := New(Config{Device: device, Role: m.role, Controls: controls, OwnPIN: ownPIN})
			if err != nil {
				t.Fatal(err)
			}
			if !fresh {
				s.key = suiteKeys
			}
			if r := s.RunCase(t.Context(), c); r.Verdict != Fail {
				t.Errorf("%s %q: %v: %s", c.ID, c.Title, r.Verdict, r.Reason)
			}
		})
	}
	t.Logf("%d mutants", len(all))
}

// allCases is made once for all tests: it takes milliseconds.
var allCases = sync.OnceValue(Cases)

func findCase(t *testing.T, id string) *Case {
	t.Helper()
	cases := allCases()
	i := slices.IndexFunc(cases, func(c *Case) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no case %s", id)
	}
	return cases[i]
}

// build returns the device of a mutant.
func build(t *testing.T, m mutant) (Device, Controls) {
	t.Helper()
	log := new(bytes.Buffer)
	devices := map[Role]func(testing.TB, *bytes.Buffer, func(*ap.Config)) (Device, Controls){
		APRegistrar: loggedAccessPoint, APEnrollee: loggedAccessPoint, Station: loggedStation, Registrar: loggedRegistrar,
	}
	device, controls := devices[m.role](t, log, m.config)
	if m.fault != nil {
		process := processOf(device)
		inner := process.New
		process.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			h, err := inner(now, mac)
			log.Reset()
			return &faulty{Handler: h, fault: m.fault(), log: log, right: map[wps.AttributeID][]byte{}, password: passwordOf[m.role]}, err
		}
		if left := process.Left; left != nil {
			process.Left = func(now time.Time, h Handler) { left(now, h.(*faulty).Handler) }
		}
	}
	if m.device != nil {
		return m.device(device, controls)
	}
	return device, controls
}
