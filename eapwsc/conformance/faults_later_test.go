package conformance

import (
	"bytes"
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
)

// neverRepeats is a device that never retransmits.
func neverRepeats() fault {
	var last []byte
	return fault{out: func(_ *faulty, p eap.Packet) *eap.Packet {
		b := mustAppend(p)
		if bytes.Equal(b, last) {
			return nil
		}
		last = b
		return &p
	}}
}

// impatient is a device that gives up if its peer needs longer than d.
func impatient(d time.Duration) func() fault {
	return func() fault {
		var heard time.Time
		return fault{packet: func(f *faulty, p eap.Packet) *eap.Packet {
			if !heard.IsZero() && f.now.Sub(heard) > d {
				f.deaf = true
				return nil
			}
			heard = f.now
			return &p
		}}
	}
}

// watched is an exchange that records the packets to the device.
type watched struct {
	Handler
	seen func(packet []byte)
}

func (w *watched) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	w.seen(packet)
	return w.Handler.Handle(now, packet)
}

// hangsAfterFailure is a device that hangs after an access point has ended the
// exchange with EAP-Failure.
func hangsAfterFailure(d Device, c Controls) (Device, Controls) {
	p := processOf(d)
	inner, stuck := p.New, false
	p.New = func(now time.Time, mac wps.MAC) (Handler, error) {
		if stuck {
			return nil, errors.New("busy")
		}
		h, err := inner(now, mac)
		data := false
		return &watched{h, func(packet []byte) {
			q, err := eap.ParsePacket(packet)
			data = data || err == nil && q.IsWSC() && len(q.Data) > 0
			// The exchange ended without WSC_Done, NACK or ACK.
			stuck = stuck || err == nil && q.Code == eap.CodeFailure && !data
		}}, err
	}
	return d, c
}

// knownMessage is a device that accepts a message of another run.
func knownMessage(m wps.MessageType) func() fault {
	return heal(m, func(x *faulty, l list) list {
		return unauthenticated(x, nonceBlind(nonceOf[m])(x, l))
	})
}

// staticSecrets is a device that uses the same secret nonces in every run.
func staticSecrets(hashes wps.MessageType, ids [2]wps.AttributeID, nonces [2]wps.AttributeID) func() fault {
	fixed := [2]wps.SecretNonce{{1, 2, 3}, {4, 5, 6}}
	return func() fault {
		return fault{
			say: func(f *faulty, t wps.MessageType, l list) list {
				if t == hashes {
					s := &side{keys: f.keys, passwords: halves(f.password, wrongNone), pke: f.pke, pkr: f.pkr}
					for i := range fixed {
						h := s.half(fixed[i], i)
						l = set(ids[i], h[:])(l)
					}
				}
				return l
			},
			reveal: func(_ *faulty, _ wps.MessageType, l list) list {
				for i, id := range nonces {
					if l.index(id) >= 0 {
						l = set(id, fixed[i][:])(l)
					}
				}
				return l
			},
		}
	}
}

// sameVectors is a device that always encrypts with the same initialization
// vector, like conceal.
func sameVectors() fault {
	return fault{reveal: func(_ *faulty, _ wps.MessageType, l list) list { return l }}
}

// inTheClear is a device that sends a network key unencrypted in a message.
func inTheClear(m wps.MessageType, c *wps.Credential) func() fault {
	return says(func(t wps.MessageType, l list) list {
		if t == m {
			return append(l, attribute{id: wps.AttrNetworkKey, value: c.NetworkKey})
		}
		return l
	})
}

func ofLength(n int) func([]byte) bool { return func(v []byte) bool { return len(v) == n } }

// version57 reports whether a WFA extension has version 5.7.
func version57(v []byte) bool { return bytes.Contains(v, []byte{0x00, 0x37, 0x2A, 0x00, 0x01, 0x57}) }

// forgetful is an access point that loses its state in a restart.
func forgetful(a *accessPoint, c Funcs) {
	c[Restart] = func(string) (string, error) { a.point = ap.MustNew(a.cfg); return "", nil }
}

// associator is an access point with another element in association responses.
type associator struct{ *accessPoint }

func (a *associator) AssociationResponse() ([]byte, error) {
	e := a.point.AssociationResponse()
	e.WFA = wps.WFAExtension{}
	return wps.Append(nil, &e)
}

// requester is a station with other elements.
type requester struct {
	*stationDevice
	change func(p *wps.ProbeRequest)
}

func (r *requester) ProbeRequest() ([]byte, error) {
	p := r.stationDevice.probeRequest()
	r.change(p)
	return wps.Append(nil, p)
}

func asks(change func(p *wps.ProbeRequest)) func(Device, Controls) (Device, Controls) {
	return func(d Device, c Controls) (Device, Controls) { return &requester{d.(*stationDevice), change}, c }
}

// duringRuns changes the elements while an exchange is open.
func duringRuns(f func(a *accessPoint, b *wps.Beacon)) func(Device, Controls) (Device, Controls) {
	return advertises(func(a *accessPoint, b *wps.Beacon) {
		if len(a.links) > 0 {
			f(a, b)
		}
	})
}

// laterSingleMutants are mutants like singleMutants: those about time, restarts, elements and
// randomness.
var laterSingleMutants = []mutant{
	{name: "AP-REG M3 of an earlier run taken", role: APRegistrar, kills: "AP-REG-M3-28", fault: knownMessage(wps.MessageM3)},
	{name: "ER M3 of an earlier run taken", role: Registrar, kills: "ER-M3-28", fault: knownMessage(wps.MessageM3)},
	{name: "AP-REG M5 lost, and M4 not repeated", role: APRegistrar, kills: "AP-REG-M5-29", fault: neverRepeats},
	{name: "AP-ENR M4 lost, and M3 not repeated", role: APEnrollee, kills: "AP-ENR-M4-29", fault: neverRepeats},
	{name: "STA M4 waited for no longer than 3 s", role: Station, kills: "STA-ENR-M4-29", fault: impatient(3 * time.Second)},
	{name: "ER M5 waited for no longer than 3 s", role: Registrar, kills: "ER-M5-29", fault: impatient(3 * time.Second)},
	{name: "AP-REG M5 waited for no longer than 6 s", role: APRegistrar, kills: "AP-REG-M5-30", fault: impatient(6 * time.Second)},
	{name: "AP-ENR M4 waited for no longer than 6 s", role: APEnrollee, kills: "AP-ENR-M4-30", fault: impatient(6 * time.Second)},
	{name: "STA M6 waited for no longer than 6 s", role: Station, kills: "STA-ENR-M6-30", fault: impatient(6 * time.Second)},
	{name: "ER M7 waited for no longer than 6 s", role: Registrar, kills: "ER-M7-30", fault: impatient(6 * time.Second)},
	{name: "STA hangs after EAP-Failure", role: Station, kills: "STA-ENR-M2-31", device: hangsAfterFailure},
	{name: "ER hangs after EAP-Failure", role: Registrar, kills: "ER-M1-31", device: hangsAfterFailure},

	{name: "AP-REG static R-S1 and R-S2", role: APRegistrar, kills: "AP-REG-KEY-02", fault: staticSecrets(wps.MessageM4,
		[2]wps.AttributeID{wps.AttrRHash1, wps.AttrRHash2}, [2]wps.AttributeID{wps.AttrRSNonce1, wps.AttrRSNonce2})},
	{name: "AP-ENR static E-S1 and E-S2", role: APEnrollee, kills: "AP-ENR-KEY-02", fault: staticSecrets(wps.MessageM3,
		[2]wps.AttributeID{wps.AttrEHash1, wps.AttrEHash2}, [2]wps.AttributeID{wps.AttrESNonce1, wps.AttrESNonce2})},
	{name: "STA static E-S1 and E-S2", role: Station, kills: "STA-ENR-KEY-02", fault: staticSecrets(wps.MessageM3,
		[2]wps.AttributeID{wps.AttrEHash1, wps.AttrEHash2}, [2]wps.AttributeID{wps.AttrESNonce1, wps.AttrESNonce2})},
	{name: "ER static R-S1 and R-S2", role: Registrar, kills: "ER-KEY-02", fault: staticSecrets(wps.MessageM4,
		[2]wps.AttributeID{wps.AttrRHash1, wps.AttrRHash2}, [2]wps.AttributeID{wps.AttrRSNonce1, wps.AttrRSNonce2})},
	{name: "AP-REG one initialization vector", role: APRegistrar, kills: "AP-REG-KEY-04", fault: sameVectors},
	{name: "AP-ENR one initialization vector", role: APEnrollee, kills: "AP-ENR-KEY-03", fault: sameVectors},
	{name: "STA one initialization vector", role: Station, kills: "STA-ENR-KEY-03", fault: sameVectors},
	{name: "ER one initialization vector", role: Registrar, kills: "ER-KEY-03", fault: sameVectors},
	{name: "AP-REG network key in the clear in M8", role: APRegistrar, kills: "AP-REG-NET-02", fault: inTheClear(wps.MessageM8, &fixture.Network)},
	{name: "AP-ENR network key in the clear in M7", role: APEnrollee, kills: "AP-ENR-NET-02", fault: inTheClear(wps.MessageM7, &fixture.Network)},
	{name: "ER network key in the clear in M8", role: Registrar, kills: "ER-NET-02", fault: inTheClear(wps.MessageM8, &fixture.Network)},

	{name: "AP-REG long texts refused", role: APRegistrar, kills: "AP-REG-TEXT-02", fault: refuses(withValue(wps.AttrManufacturer, ofLength(64)))},
	{name: "AP-REG empty texts refused", role: APRegistrar, kills: "AP-REG-TEXT-02", fault: refuses(withValue(wps.AttrManufacturer, ofLength(0)))},
	{name: "AP-ENR long texts refused", role: APEnrollee, kills: "AP-ENR-TEXT-01", fault: refuses(withValue(wps.AttrManufacturer, ofLength(64)))},
	{name: "STA long texts refused", role: Station, kills: "STA-ENR-TEXT-01", fault: refuses(withValue(wps.AttrManufacturer, ofLength(64)))},
	{name: "ER empty texts refused", role: Registrar, kills: "ER-TEXT-01", fault: refuses(withValue(wps.AttrManufacturer, ofLength(0)))},
	{name: "AP-REG version 5.7 refused", role: APRegistrar, kills: "AP-REG-PIN-12", fault: refuses(withValue(wps.AttrVendorExtension, version57))},
	{name: "AP-ENR version 5.7 refused", role: APEnrollee, kills: "AP-ENR-PIN-06", fault: refuses(withValue(wps.AttrVendorExtension, version57))},
	{name: "STA version 5.7 refused", role: Station, kills: "STA-ENR-PIN-05", fault: refuses(withValue(wps.AttrVendorExtension, version57))},
	{name: "ER version 5.7 refused", role: Registrar, kills: "ER-PIN-07", fault: refuses(withValue(wps.AttrVendorExtension, version57))},

	{name: "AP-REG second press ignored", role: APRegistrar, kills: "AP-REG-PBC-16", device: hands(func(_ *accessPoint, c Funcs) {
		inner, n := c[Press], 0
		c[Press] = func(string) (string, error) {
			if n++; n == 2 {
				return "", nil
			}
			return inner("")
		}
	})},
	{name: "AP-REG no overlap during a run", role: APRegistrar, kills: "AP-REG-PBC-17", device: hears(func(a *accessPoint, _ wps.MAC, _ *wps.ProbeRequest) bool { return len(a.links) == 0 })},
	{name: "AP-REG overlap by address during a run", role: APRegistrar, kills: "AP-REG-PBC-18", device: hears(func(a *accessPoint, mac wps.MAC, e *wps.ProbeRequest) bool {
		e.UUIDE = wps.UUIDFromMAC(mac)
		return true
	})},
	{name: "AP-REG no grace after success", role: APRegistrar, kills: "AP-REG-PBC-19", device: func(d Device, c Controls) (Device, Controls) {
		a := d.(*accessPoint)
		n := 0
		inner := a.New
		a.New = func(now time.Time, mac wps.MAC) (Handler, error) { n++; return inner(now, mac) }
		first := wps.UUID{}
		return &prober{a, func(_ *accessPoint, _ wps.MAC, e *wps.ProbeRequest) bool {
			if n == 0 {
				first = e.UUIDE
			} else if e.UUIDE == first {
				e.UUIDE[0] ^= 1 // treated like any other UUID
			}
			return true
		}}, c
	}},
	{name: "AP-REG M1 is no session", role: APRegistrar, kills: "AP-REG-PBC-20", device: beforeEach(func(a *accessPoint, n int) {
		if n == 2 {
			_ = a.restart()
			pressAgain(a, n)
		}
	})},
	{name: "AP-REG a PIN keeps the button off", role: APRegistrar, kills: "AP-REG-PBC-21", device: hands(func(_ *accessPoint, c Funcs) {
		press, enter, entered := c[Press], c[EnterPIN], false
		c[EnterPIN] = func(p string) (string, error) { entered = true; return enter(p) }
		c[Press] = func(string) (string, error) {
			if entered {
				return "", nil
			}
			return press("")
		}
	})},
	{name: "AP-REG any PIN while the button is pressed", role: APRegistrar, kills: "AP-REG-PBC-22", device: beforeEach(enterAgain)},
	{name: "AP-REG any button while a PIN waits", role: APRegistrar, kills: "AP-REG-PBC-23", device: beforeEach(pressAgain)},
	{name: "AP-REG overlap after the press for ever", role: APRegistrar, kills: "AP-REG-PBC-24", device: func(d Device, c Controls) (Device, Controls) {
		seen := map[wps.UUID]bool{}
		inner := c.(Funcs)[Press]
		c.(Funcs)[Press] = func(string) (string, error) {
			if len(seen) > 1 {
				return "", errRefused
			}
			return inner("")
		}
		return &prober{d.(*accessPoint), func(_ *accessPoint, _ wps.MAC, e *wps.ProbeRequest) bool {
			seen[e.UUIDE] = true
			return true
		}}, c
	}},
	{name: "AP-REG a press ends an overlap", role: APRegistrar, kills: "AP-REG-PBC-25", device: hands(func(a *accessPoint, c Funcs) {
		inner := c[Press]
		c[Press] = func(string) (string, error) {
			if _, err := inner(""); err != nil {
				_ = a.restart()
			}
			return inner("")
		}
	})},
	{name: "AP-REG press not advertised during a run", role: APRegistrar, kills: "AP-REG-ADV-08", device: duringRuns(unselected)},
	{name: "AP-REG PIN not advertised during a run", role: APRegistrar, kills: "AP-REG-ADV-09", device: duringRuns(unselected)},
	{name: "AP-REG cancel not advertised", role: APRegistrar, kills: "AP-REG-ADV-10", device: advertises(selected)},
	{name: "AP-REG association response of another version", role: APRegistrar, kills: "AP-REG-ADV-11", device: func(d Device, c Controls) (Device, Controls) {
		return &associator{d.(*accessPoint)}, c
	}},
	{name: "AP-REG probe requests of version 5.7 not heard", role: APRegistrar, kills: "AP-REG-ADV-12", device: hears(func(_ *accessPoint, _ wps.MAC, e *wps.ProbeRequest) bool { return e.WFA.Version2 < 0x30 })},
	{name: "AP-REG five hundred registrations are all", role: APRegistrar, kills: "AP-REG-LOAD-03", device: wearsOut(500)},

	{name: "AP-ENR a restart forgets wrong guesses", role: APEnrollee, kills: "AP-ENR-LOCK-09", device: hands(forgetful)},
	{name: "AP-ENR a restart opens the lock", role: APEnrollee, kills: "AP-ENR-LOCK-10", device: hands(forgetful)},
	{name: "AP-ENR all locks last alike", role: APEnrollee, kills: "AP-ENR-LOCK-11", device: func(d Device, c Controls) (Device, Controls) {
		locked := false
		return beforeEach(func(a *accessPoint, _ int) {
			b := a.point.Beacon(a.Now())
			if locked && !b.APSetupLocked {
				a.point = ap.MustNew(a.cfg)
			}
			locked = b.APSetupLocked
		})(d, c)
	}},
	{name: "AP-ENR end of the lock not advertised", role: APEnrollee, kills: "AP-ENR-LOCK-12", device: func(d Device, c Controls) (Device, Controls) {
		locked := false
		d, c = beforeEach(func(a *accessPoint, _ int) {
			b := a.point.Beacon(a.Now())
			locked = locked || b.APSetupLocked
		})(d, c)
		inner := c.(Funcs)[Unlock]
		c.(Funcs)[Unlock] = func(p string) (string, error) {
			b := d.(*accessPoint).point.Beacon(d.Now())
			locked = locked || b.APSetupLocked
			return inner(p)
		}
		return advertises(func(_ *accessPoint, b *wps.Beacon) { b.APSetupLocked = locked })(d, c)
	}},
	{name: "AP-ENR half-open sessions block it", role: APEnrollee, kills: "AP-ENR-LOAD-01", device: wearsOut(50)},
	{name: "AP-ENR twenty runs are all", role: APEnrollee, kills: "AP-ENR-LOAD-02", device: wearsOut(20)},
	{name: "AP-ENR five hundred runs are all", role: APEnrollee, kills: "AP-ENR-LOAD-03", device: wearsOut(500)},

	{name: "STA M2D for an overlap crashes it", role: Station, kills: "STA-ENR-PBC-02", fault: dies(func(t wps.MessageType, l list) bool {
		return t == wps.MessageM2D && bytes.Equal(l[l.index(wps.AttrConfigError)].value, []byte{0, 12})
	})},
	{name: "STA wrong push-button password without a reason", role: Station, kills: "STA-ENR-PBC-03", fault: nackWith(0)},
	{name: "STA probe requests without UUID-E", role: Station, kills: "STA-ENR-ADV-01", device: asks(func(p *wps.ProbeRequest) { p.UUIDE = wps.UUID{} })},
	{name: "STA press not announced", role: Station, kills: "STA-ENR-ADV-02", device: asks(func(p *wps.ProbeRequest) { p.DevicePasswordID = wps.PasswordDefault })},
	{name: "STA one credential only", role: Station, kills: "STA-ENR-NET-01", fault: func() fault {
		return fault{settings: func(_ *faulty, _ wps.MessageType, l list) list {
			n := 0
			for _, a := range l {
				if a.id == wps.AttrCredential {
					n++
				}
			}
			if n > 1 {
				return remove(wps.AttrCredential)(l)
			}
			return l
		}}
	}},
	{name: "STA five hundred runs are all", role: Station, kills: "STA-ENR-LOAD-02", device: wearsOut(500)},

	{name: "ER leading zeros lost", role: Registrar, kills: "ER-PIN-06", device: func(d Device, c Controls) (Device, Controls) {
		inner := c.(Funcs)[ReadAP]
		c.(Funcs)[ReadAP] = func(p string) (string, error) {
			if p == zerosPIN {
				p = apPIN
			}
			return inner(p)
		}
		return d, c
	}},
	{name: "ER names beyond ASCII refused", role: Registrar, kills: "ER-NET-01", fault: func() fault {
		return fault{settings: func(_ *faulty, t wps.MessageType, l list) list {
			if i := l.index(wps.AttrSSID); t == wps.MessageM7 && i >= 0 && bytes.ContainsFunc(l[i].value, func(r rune) bool { return r > 0x7F }) {
				return remove(wps.AttrSSID)(l)
			}
			return l
		}}
	}},
	{name: "ER five hundred runs are all", role: Registrar, kills: "ER-LOAD-02", device: wearsOut(500)},
}
