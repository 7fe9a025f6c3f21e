package conformance

import (
	"bytes"
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// same is a random source that always returns the same octets.
type same struct{}

func (same) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0x42
	}
	return len(b), nil
}

// predictable is a device without randomness.
func predictable(cfg *ap.Config) { cfg.Registration.Rand = same{} }

// dies is a device that crashes on certain messages.
func dies(when func(t wps.MessageType, l list) bool) func() fault {
	return func() fault {
		return fault{seen: func(_ *faulty, t wps.MessageType, b []byte) {
			if when(t, parseList(b)) {
				panic("a fault of the device")
			}
		}}
	}
}

// refuses is a device that rejects certain messages.
func refuses(when func(t wps.MessageType, l list) bool) func() fault {
	return func() fault {
		return fault{take: func(_ *faulty, t wps.MessageType, l list) list {
			if when(t, l) {
				return list{}
			}
			return l
		}}
	}
}

// says changes the messages of the device.
func says(f func(t wps.MessageType, l list) list) func() fault {
	return func() fault {
		return fault{say: func(_ *faulty, t wps.MessageType, l list) list { return f(t, l) }}
	}
}

// hands changes the controls of a device.
func hands(f func(a *accessPoint, c Funcs)) func(Device, Controls) (Device, Controls) {
	return func(d Device, c Controls) (Device, Controls) {
		f(d.(*accessPoint), c.(Funcs))
		return d, c
	}
}

// beforeEach calls f before each exchange.
func beforeEach(f func(a *accessPoint, n int)) func(Device, Controls) (Device, Controls) {
	return hands(func(a *accessPoint, _ Funcs) {
		inner, n := a.New, 0
		a.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			n++
			f(a, n)
			return inner(now, mac)
		}
	})
}

func enterAgain(a *accessPoint, _ int) {
	p, _ := pin.Parse(stationPIN)
	_ = a.point.EnterPIN(a.Now(), ap.PINEntry{PIN: p})
}

func pressAgain(a *accessPoint, _ int) { _ = a.point.PressButton(a.Now()) }

// advertiser is an access point with other elements.
type advertiser struct {
	*accessPoint
	beacon   func(a *accessPoint, b *wps.Beacon)
	response func(a *accessPoint, p *wps.ProbeResponse)
}

func (a *advertiser) Beacon() ([]byte, error) {
	e := a.point.Beacon(a.Now())
	a.beacon(a.accessPoint, &e)
	return wps.Append(nil, &e)
}

func (a *advertiser) ProbeResponse() ([]byte, error) {
	e := a.point.ProbeResponse(a.Now())
	a.beacon(a.accessPoint, &e.Beacon)
	if a.response != nil {
		a.response(a.accessPoint, &e)
	}
	return wps.Append(nil, &e)
}

func advertises(f func(a *accessPoint, b *wps.Beacon)) func(Device, Controls) (Device, Controls) {
	return func(d Device, c Controls) (Device, Controls) {
		return &advertiser{accessPoint: d.(*accessPoint), beacon: f}, c
	}
}

// unselected clears Selected Registrar.
func unselected(_ *accessPoint, b *wps.Beacon) {
	b.SelectedRegistrar, b.DevicePasswordID, b.SelectedRegistrarConfigMethods, b.WFA.AuthorizedMACs = false, 0, 0, nil
}

// selected leaves Selected Registrar set, as after a press of the button.
func selected(_ *accessPoint, b *wps.Beacon) {
	if !b.SelectedRegistrar {
		b.SelectedRegistrar, b.DevicePasswordID = true, wps.PasswordPushButton
		b.SelectedRegistrarConfigMethods = wps.MethodPushButton | wps.MethodPhysicalPushButton
		b.WFA.AuthorizedMACs = []wps.MAC{wps.Broadcast}
	}
}

// prober is an access point that processes probe requests differently.
type prober struct {
	*accessPoint
	heard func(a *accessPoint, mac wps.MAC, e *wps.ProbeRequest) bool
}

func (p *prober) Probe(mac wps.MAC, e *wps.ProbeRequest) error {
	if p.heard(p.accessPoint, mac, e) {
		p.point.Probe(p.Now(), mac, e)
	}
	return nil
}

func hears(f func(a *accessPoint, mac wps.MAC, e *wps.ProbeRequest) bool) func(Device, Controls) (Device, Controls) {
	return func(d Device, c Controls) (Device, Controls) {
		return &prober{d.(*accessPoint), f}, c
	}
}

// dropFragments is a device without support for fragments.
func dropFragments() fault {
	return fault{packet: func(f *faulty, p eap.Packet) *eap.Packet {
		if p.Flags.Has(eap.FlagMoreFragments) {
			f.deaf = true
			return nil
		}
		return &p
	}}
}

func withValue(id wps.AttributeID, bad func(v []byte) bool) func(wps.MessageType, list) bool {
	return func(_ wps.MessageType, l list) bool {
		i := l.index(id)
		return i >= 0 && bad(l[i].value)
	}
}

func without(m wps.MessageType, id wps.AttributeID) func(wps.MessageType, list) bool {
	return func(t wps.MessageType, l list) bool { return t == m && l.index(id) < 0 }
}

func isDoubled(_ wps.MessageType, l list) bool {
	seen := map[wps.AttributeID]bool{}
	for _, a := range l {
		if seen[a.id] && a.id != wps.AttrVendorExtension {
			return true
		}
		seen[a.id] = true
	}
	return false
}

func nackWith(ce byte) func() fault {
	return says(func(t wps.MessageType, l list) list {
		if t == wps.MessageNACK {
			return set(wps.AttrConfigError, []byte{0, ce})(l)
		}
		return l
	})
}

func equalHashes(m wps.MessageType, first, second wps.AttributeID) func() fault {
	return says(func(t wps.MessageType, l list) list {
		if t == m {
			return set(second, l[l.index(first)].value)(l)
		}
		return l
	})
}

// anyKey is a device that accepts a weak public key: it is replaced by another
// one.
func anyKey(m wps.MessageType) func() fault {
	return func() fault {
		return fault{take: func(f *faulty, t wps.MessageType, l list) list {
			i := l.index(wps.AttrPublicKey)
			if t != m || i < 0 || l[i].value[1] != 0 && l[i].value[0] != 0xFF {
				return l
			}
			pair, err := registration.NewKeyPair(nil)
			if err != nil {
				panic(err)
			}
			key := pair.PublicKey()
			if m == wps.MessageM2 { // authenticated with the keys of this pair
				keys, err := pair.Keys(&f.pke, wps.Nonce(f.right[wps.AttrEnrolleeNonce]), f.mac, wps.Nonce(f.right[wps.AttrRegistrarNonce]))
				if err != nil {
					panic(err)
				}
				f.keys, f.cipher = keys, registration.NewCipher(keys)
			}
			return set(wps.AttrPublicKey, key[:])(l)
		}}
	}
}

// hangs is a device that serves no station after a peer has disappeared.
func hangs(d Device, c Controls) (Device, Controls) {
	p := processOf(d)
	inner, left, stuck := p.New, p.Left, false
	p.Left = func(now time.Time, h Handler) {
		stuck = true
		if left != nil {
			left(now, h)
		}
	}
	p.New = func(now time.Time, mac wps.MAC) (Handler, error) {
		if stuck {
			return nil, errors.New("busy")
		}
		return inner(now, mac)
	}
	return d, c
}

// wearsOut is a device that fails after n exchanges.
func wearsOut(n int) func(Device, Controls) (Device, Controls) {
	return func(d Device, c Controls) (Device, Controls) {
		p := processOf(d)
		inner, left := p.New, n
		p.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			if left--; left < 0 {
				return nil, errors.New("no memory")
			}
			return inner(now, mac)
		}
		return d, c
	}
}

var errRefused = errors.New("refused")

// singleMutants are the mutants with a fault that is not part of a series.
var singleMutants = []mutant{
	{name: "AP-REG PIN kept after success", role: APRegistrar, kills: "AP-REG-PIN-08", device: beforeEach(enterAgain)},
	{name: "AP-REG PIN kept after exposure", role: APRegistrar, kills: "AP-REG-PIN-07", device: beforeEach(enterAgain)},
	{name: "AP-REG anybody is registered", role: APRegistrar, kills: "AP-REG-PIN-06", device: beforeEach(enterAgain)},
	{name: "AP-REG cancel leaves PINs", role: APRegistrar, kills: "AP-REG-PIN-09", device: hands(func(_ *accessPoint, c Funcs) {
		c[Cancel] = func(string) (string, error) { return "", nil }
	})},
	{name: "AP-REG cancel leaves the button", role: APRegistrar, kills: "AP-REG-PBC-10", device: hands(func(_ *accessPoint, c Funcs) {
		c[Cancel] = func(string) (string, error) { return "", nil }
	})},
	{name: "AP-REG leading zeros lost", role: APRegistrar, kills: "AP-REG-PIN-01", device: hands(func(_ *accessPoint, c Funcs) {
		inner := c[EnterPIN]
		c[EnterPIN] = func(p string) (string, error) {
			if p == zerosPIN {
				p = "12345670"
			}
			return inner(p)
		}
	})},
	{name: "AP-REG version 1.0 not understood", role: APRegistrar, kills: "AP-REG-PIN-02", fault: refuses(without(wps.MessageM1, wps.AttrVendorExtension))},
	{name: "AP-REG user-specified PINs unknown", role: APRegistrar, kills: "AP-REG-PIN-03", fault: refuses(withValue(wps.AttrDevicePasswordID, func(v []byte) bool { return v[1] == 1 }))},
	{name: "AP-REG NACK without a reason", role: APRegistrar, kills: "AP-REG-PIN-04", fault: nackWith(0)},
	{name: "AP-REG M2D with error 18", role: APRegistrar, kills: "AP-REG-PIN-06", fault: says(func(t wps.MessageType, l list) list {
		if t == wps.MessageM2D {
			return set(wps.AttrConfigError, []byte{0, 18})(l)
		}
		return l
	})},
	{name: "AP-REG no M2D", role: APRegistrar, kills: "AP-REG-PIN-06", fault: func() fault {
		return fault{out: func(_ *faulty, p eap.Packet) *eap.Packet {
			if t, err := wps.PeekMessageType(p.Data); err == nil && t == wps.MessageM2D {
				return nil
			}
			return &p
		}}
	}},
	{name: "AP-REG a failure spends the PIN", role: APRegistrar, kills: "AP-REG-PIN-10", fault: func() fault { return fault{} }, device: func(d Device, c Controls) (Device, Controls) {
		p := processOf(d)
		inner := p.New
		n := 0
		p.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			if n++; n%2 == 0 {
				d.(*accessPoint).point.Cancel(now)
			}
			return inner(now, mac)
		}
		return d, c
	}},
	{name: "AP-REG the PIN of before counts", role: APRegistrar, kills: "AP-REG-PIN-11", device: hands(func(_ *accessPoint, c Funcs) {
		inner, entered := c[EnterPIN], false
		c[EnterPIN] = func(p string) (string, error) {
			if entered {
				return "", nil
			}
			entered = true
			return inner(p)
		}
	})},
	{name: "AP-REG fragments unknown", role: APRegistrar, kills: "AP-REG-FRAG-01", fault: dropFragments},
	{name: "AP-REG Message Length trusted", role: APRegistrar, kills: "AP-REG-M3-27", fault: func() fault {
		return fault{packet: func(_ *faulty, p eap.Packet) *eap.Packet {
			if p.Flags.Has(eap.FlagLengthField) && !p.Flags.Has(eap.FlagMoreFragments) {
				panic("out of memory")
			}
			return &p
		}}
	}},
	{name: "AP-REG any identity", role: APRegistrar, kills: "AP-REG-ID-01", fault: func() fault {
		return fault{packet: func(_ *faulty, p eap.Packet) *eap.Packet {
			if p.Type == eap.TypeIdentity {
				p.Data = []byte(eap.EnrolleeIdentity)
			}
			return &p
		}}
	}},
	{name: "AP-REG names beyond ASCII refused", role: APRegistrar, kills: "AP-REG-TEXT-01", fault: refuses(withValue(wps.AttrDeviceName, func(v []byte) bool {
		return bytes.ContainsFunc(v, func(r rune) bool { return r > 0x7F })
	}))},
	{name: "AP-REG weak public keys", role: APRegistrar, kills: "AP-REG-KEY-01", fault: anyKey(wps.MessageM1)},
	{name: "AP-REG no randomness", role: APRegistrar, kills: "AP-REG-KEY-02", config: predictable},
	{name: "AP-REG R-Hash1 is R-Hash2", role: APRegistrar, kills: "AP-REG-KEY-02", fault: equalHashes(wps.MessageM4, wps.AttrRHash1, wps.AttrRHash2)},
	{name: "AP-REG key of three octets", role: APRegistrar, kills: "AP-REG-NET-01", fault: func() fault {
		return fault{reveal: func(_ *faulty, t wps.MessageType, l list) list {
			if t == wps.MessageM8 {
				return within(wps.AttrCredential, set(wps.AttrNetworkKey, []byte("abc")))(l)
			}
			return l
		}}
	}},
	{name: "AP-REG credential for another station", role: APRegistrar, kills: "AP-REG-NET-01", fault: func() fault {
		return fault{reveal: func(_ *faulty, t wps.MessageType, l list) list {
			if t == wps.MessageM8 {
				return within(wps.AttrCredential, set(wps.AttrMACAddress, []byte{2, 9, 9, 9, 9, 9}))(l)
			}
			return l
		}}
	}},
	{name: "AP-REG M1 crashes it without Manufacturer", role: APRegistrar, kills: "AP-REG-M1-02", fault: dies(without(wps.MessageM1, wps.AttrManufacturer))},
	{name: "AP-REG M1 crashes it with an attribute twice", role: APRegistrar, kills: "AP-REG-M1-03", fault: dies(isDoubled)},
	{name: "AP-REG M1 crashes it with an empty UUID", role: APRegistrar, kills: "AP-REG-M1-04", fault: dies(withValue(wps.AttrUUIDE, func(v []byte) bool { return len(v) == 0 }))},
	{name: "AP-REG M1 crashes it with a state of 3", role: APRegistrar, kills: "AP-REG-M1-05", fault: dies(withValue(wps.AttrState, func(v []byte) bool { return len(v) > 0 && v[0] == 3 }))},
	{name: "AP-REG M1 without an Enrollee Nonce is taken", role: APRegistrar, kills: "AP-REG-M1-01", fault: heal(wps.MessageM1, func(_ *faulty, l list) list {
		if l.index(wps.AttrEnrolleeNonce) < 0 {
			return append(l, attribute{id: wps.AttrEnrolleeNonce, value: make([]byte, 16)})
		}
		return l
	})},
	{name: "AP-REG octets behind M3 crash it", role: APRegistrar, kills: "AP-REG-M3-19", fault: func() fault {
		return fault{seen: func(_ *faulty, t wps.MessageType, b []byte) {
			if t == wps.MessageM3 && len(parseList(b).octets()) != len(b) {
				panic("octets are left")
			}
		}}
	}},
	{name: "AP-REG Message Type not checked", role: APRegistrar, kills: "AP-REG-M3-10", fault: func() fault {
		return fault{take: func(f *faulty, t wps.MessageType, l list) list {
			if l.index(wps.AttrEHash1) >= 0 {
				l = set(wps.AttrMessageType, []byte{byte(wps.MessageM3)})(l)
				f.in.Reset()
			}
			return l
		}}
	}},
	{name: "AP-REG hangs after a station has left", role: APRegistrar, kills: "AP-REG-M3-25", device: hangs},
	{name: "AP-REG twenty sessions are all", role: APRegistrar, kills: "AP-REG-LOAD-02", device: wearsOut(20)},
	{name: "AP-REG half-open sessions block it", role: APRegistrar, kills: "AP-REG-LOAD-01", device: wearsOut(30)},

	{name: "AP-REG button not needed", role: APRegistrar, kills: "AP-REG-PBC-02", device: beforeEach(pressAgain)},
	{name: "AP-REG endless walk time", role: APRegistrar, kills: "AP-REG-PBC-03", device: beforeEach(pressAgain)},
	{name: "AP-REG walk time of a minute", role: APRegistrar, kills: "AP-REG-PBC-04", device: hands(func(a *accessPoint, c Funcs) {
		inner := c[Press]
		var until time.Time
		c[Press] = func(string) (string, error) { until = a.Now().Add(time.Minute); return inner("") }
		start := a.New
		a.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			if !until.IsZero() && now.After(until) {
				a.point.Cancel(now)
			}
			return start(now, mac)
		}
	})},
	{name: "AP-REG no overlap before the press", role: APRegistrar, kills: "AP-REG-PBC-05", device: hears(func(*accessPoint, wps.MAC, *wps.ProbeRequest) bool { return false })},
	{name: "AP-REG no overlap after the press", role: APRegistrar, kills: "AP-REG-PBC-06", device: hears(func(*accessPoint, wps.MAC, *wps.ProbeRequest) bool { return false })},
	{name: "AP-REG overlap by address", role: APRegistrar, kills: "AP-REG-PBC-07", device: hears(func(_ *accessPoint, mac wps.MAC, e *wps.ProbeRequest) bool {
		e.UUIDE = wps.UUIDFromMAC(mac)
		return true
	})},
	{name: "AP-REG one press, many stations", role: APRegistrar, kills: "AP-REG-PBC-08", device: beforeEach(pressAgain)},
	{name: "AP-REG one UUID, many stations", role: APRegistrar, kills: "AP-REG-PBC-09", device: beforeEach(pressAgain)},
	{name: "AP-REG a failure ends push-button mode", role: APRegistrar, kills: "AP-REG-PBC-12", device: hands(func(a *accessPoint, _ Funcs) {
		inner, n := a.New, 0
		a.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			if n++; n > 1 {
				a.point.Cancel(now)
			}
			return inner(now, mac)
		}
	})},
	{name: "AP-REG overlap for ever", role: APRegistrar, kills: "AP-REG-PBC-13", device: func(d Device, c Controls) (Device, Controls) {
		seen := map[wps.UUID]bool{}
		inner := c.(Funcs)[Press]
		c.(Funcs)[Press] = func(p string) (string, error) {
			if len(seen) > 1 {
				return "", errRefused
			}
			return inner(p)
		}
		return &prober{d.(*accessPoint), func(_ *accessPoint, _ wps.MAC, e *wps.ProbeRequest) bool {
			seen[e.UUIDE] = true
			return true
		}}, c
	}},
	{name: "AP-REG a PIN leaves the button on", role: APRegistrar, kills: "AP-REG-PBC-14", device: beforeEach(pressAgain)},
	{name: "AP-REG the last station is an overlap", role: APRegistrar, kills: "AP-REG-PBC-15", device: func(d Device, c Controls) (Device, Controls) {
		a := d.(*accessPoint)
		var last wps.UUID
		return &prober{a, func(a *accessPoint, mac wps.MAC, e *wps.ProbeRequest) bool {
			if last != (wps.UUID{}) && last != e.UUIDE {
				other := *e
				other.UUIDE = last
				a.point.Probe(a.Now(), wps.MAC{2, 1}, &other)
			}
			last = e.UUIDE
			return true
		}}, c
	}},

	{name: "AP-REG always Selected Registrar", role: APRegistrar, kills: "AP-REG-ADV-01", device: advertises(selected)},
	{name: "AP-REG press not advertised", role: APRegistrar, kills: "AP-REG-ADV-02", device: advertises(unselected)},
	{name: "AP-REG AuthorizedMACs missing", role: APRegistrar, kills: "AP-REG-ADV-02", device: advertises(func(_ *accessPoint, b *wps.Beacon) { b.WFA.AuthorizedMACs = nil })},
	{name: "AP-REG success not advertised", role: APRegistrar, kills: "AP-REG-ADV-03", device: advertises(selected)},
	{name: "AP-REG PIN not advertised", role: APRegistrar, kills: "AP-REG-ADV-04", device: advertises(unselected)},
	{name: "AP-REG PIN advertised as button", role: APRegistrar, kills: "AP-REG-ADV-04", device: advertises(func(_ *accessPoint, b *wps.Beacon) {
		if b.SelectedRegistrar {
			b.DevicePasswordID, b.SelectedRegistrarConfigMethods = wps.PasswordPushButton, wps.MethodPushButton|wps.MethodPhysicalPushButton
		}
	})},
	{name: "AP-REG success by PIN not advertised", role: APRegistrar, kills: "AP-REG-ADV-05", device: advertises(selected)},
	{name: "AP-REG end of walk time not advertised", role: APRegistrar, kills: "AP-REG-ADV-06", device: advertises(selected)},
	{name: "AP-REG no UUID-E", role: APRegistrar, kills: "AP-REG-ADV-07", device: func(d Device, c Controls) (Device, Controls) {
		return &advertiser{d.(*accessPoint), func(*accessPoint, *wps.Beacon) {}, func(_ *accessPoint, p *wps.ProbeResponse) { p.UUIDE = wps.UUID{} }}, c
	}},

	{name: "AP-ENR never locks", role: APEnrollee, kills: "AP-ENR-LOCK-01", device: beforeEach(func(a *accessPoint, _ int) { a.point.SetPIN(a.Now(), mustPIN(ownPIN)) })},
	{name: "AP-ENR lock not advertised", role: APEnrollee, kills: "AP-ENR-LOCK-03", device: advertises(func(_ *accessPoint, b *wps.Beacon) { b.APSetupLocked = false })},
	{name: "AP-ENR parallel guesses not counted", role: APEnrollee, kills: "AP-ENR-LOCK-08", device: beforeEach(func(a *accessPoint, n int) {
		if len(a.links) == 0 {
			a.point.SetPIN(a.Now(), mustPIN(ownPIN))
		}
	})},
	{name: "AP-ENR a lock blocks the button", role: APEnrollee, kills: "AP-ENR-LOCK-04", device: hands(func(a *accessPoint, c Funcs) {
		inner := c[Press]
		c[Press] = func(p string) (string, error) {
			if e := a.point.Beacon(a.Now()); e.APSetupLocked {
				a.point.Cancel(a.Now())
				return "", nil
			}
			return inner(p)
		}
	})},
	{name: "AP-ENR M1 alone counts", role: APEnrollee, kills: "AP-ENR-LOCK-05", device: wearsOut(8)},
	{name: "AP-ENR NACK counts", role: APEnrollee, kills: "AP-ENR-LOCK-07", device: wearsOut(8)},
	{name: "AP-ENR weak public keys", role: APEnrollee, kills: "AP-ENR-KEY-01", fault: anyKey(wps.MessageM2)},
	{name: "AP-ENR no randomness", role: APEnrollee, kills: "AP-ENR-KEY-02", config: predictable},
	{name: "AP-ENR E-Hash1 is E-Hash2", role: APEnrollee, kills: "AP-ENR-KEY-02", fault: equalHashes(wps.MessageM3, wps.AttrEHash1, wps.AttrEHash2)},
	{name: "AP-ENR NACK without a reason", role: APEnrollee, kills: "AP-ENR-PIN-04", fault: nackWith(0)},
	{name: "AP-ENR fragments unknown", role: APEnrollee, kills: "AP-ENR-FRAG-01", fault: dropFragments},
	{name: "AP-ENR version 1.0 not understood", role: APEnrollee, kills: "AP-ENR-PIN-03", fault: refuses(without(wps.MessageM2, wps.AttrVendorExtension))},
	{name: "AP-ENR takes any settings", role: APEnrollee, kills: "AP-ENR-NET-01", fault: func() fault {
		return fault{settings: func(_ *faulty, t wps.MessageType, l list) list {
			if t == wps.MessageM8 {
				l = set(wps.AttrNetworkKey, []byte("correct horse"))(l)
				l = set(wps.AttrSSID, []byte("conformance"))(l)
				l = set(wps.AttrAuthType, []byte{0, 0x20})(l)
				l = remove(wps.AttrNetworkKeyIndex)(l)
				return set(wps.AttrEncrType, []byte{0, 8})(l)
			}
			return l
		}}
	}},
	{name: "AP-ENR settings without a name", role: APEnrollee, kills: "AP-ENR-PIN-01", fault: func() fault {
		return fault{reveal: func(_ *faulty, t wps.MessageType, l list) list {
			if t == wps.MessageM7 {
				return remove(wps.AttrSSID)(l)
			}
			return l
		}}
	}},

	{name: "STA another identity", role: Station, kills: "STA-ENR-PIN-01", fault: func() fault {
		return fault{out: func(_ *faulty, p eap.Packet) *eap.Packet {
			if p.Type == eap.TypeIdentity {
				p.Data = []byte("anonymous")
			}
			return &p
		}}
	}},
	{name: "STA version 1.0 not understood", role: Station, kills: "STA-ENR-PIN-02", fault: refuses(without(wps.MessageM2, wps.AttrVendorExtension))},
	{name: "STA NACK without a reason", role: Station, kills: "STA-ENR-PIN-03", fault: nackWith(0)},
	{name: "STA no button", role: Station, kills: "STA-ENR-PBC-01", device: func(d Device, c Controls) (Device, Controls) {
		c.(Funcs)[EnrollButton] = c.(Funcs)[EnrollPIN]
		return d, c
	}},
	{name: "STA fragments unknown", role: Station, kills: "STA-ENR-FRAG-01", fault: dropFragments},
	{name: "STA open networks refused", role: Station, kills: "STA-ENR-NET-01", fault: func() fault {
		return fault{settings: func(_ *faulty, _ wps.MessageType, l list) list {
			if i := l.index(wps.AttrCredential); i >= 0 {
				inner := parseList(l[i].value)
				if k := inner.index(wps.AttrEncrType); k >= 0 && inner[k].value[1] == 1 {
					return remove(wps.AttrCredential)(l)
				}
			}
			return l
		}}
	}},
	{name: "STA an empty credential crashes it", role: Station, kills: "STA-ENR-NET-02", fault: func() fault {
		return fault{settings: func(_ *faulty, _ wps.MessageType, l list) list {
			if i := l.index(wps.AttrCredential); i >= 0 && len(l[i].value) == 0 {
				panic("index out of range")
			}
			return l
		}}
	}},
	{name: "STA weak public keys", role: Station, kills: "STA-ENR-KEY-01", fault: anyKey(wps.MessageM2)},
	{name: "STA no randomness", role: Station, kills: "STA-ENR-KEY-02", config: predictable},
	{name: "STA E-Hash1 is E-Hash2", role: Station, kills: "STA-ENR-KEY-02", fault: equalHashes(wps.MessageM3, wps.AttrEHash1, wps.AttrEHash2)},
	{name: "STA twenty runs are all", role: Station, kills: "STA-ENR-LOAD-01", device: wearsOut(20)},

	{name: "ER version 1.0 not understood", role: Registrar, kills: "ER-PIN-03", fault: refuses(without(wps.MessageM1, wps.AttrVendorExtension))},
	{name: "ER NACK without a reason", role: Registrar, kills: "ER-PIN-04", fault: nackWith(0)},
	{name: "ER settings that cannot be used", role: Registrar, kills: "ER-PIN-02", fault: func() fault {
		return fault{reveal: func(_ *faulty, t wps.MessageType, l list) list {
			if t == wps.MessageM8 {
				return set(wps.AttrNetworkKey, []byte("abc"))(l)
			}
			return l
		}}
	}},
	{name: "ER fragments unknown", role: Registrar, kills: "ER-FRAG-01", fault: dropFragments},
	{name: "ER weak public keys", role: Registrar, kills: "ER-KEY-01", fault: anyKey(wps.MessageM1)},
	{name: "ER no randomness", role: Registrar, kills: "ER-KEY-02", config: predictable},
	{name: "ER twenty runs are all", role: Registrar, kills: "ER-LOAD-01", device: wearsOut(20)},
}

func mustPIN(s string) pin.PIN {
	p, err := pin.Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}
