package upnp_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

var manyFaults = flag.Int("faults", 0, "how many faults TestEveryFault combines, in every way: 1 or 2; 0 is every single fault and a sample of the pairs")

// TestEveryFault applies every fault to every call between an access point and
// an external registrar, and every pair of faults. A run may then fail, because
// UPnP repeats nothing; but no side may receive wrong settings, or any without
// the PIN, neither side may report a success that did not happen, and the next
// run must succeed.
//
//	go test ./wps/upnp -run TestEveryFault -faults 2   # every pair
func TestEveryFault(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			every := 1
			if *manyFaults == 0 {
				every = samplePairs
			}
			runs, turn := 0, 0
			calls := s.play(t, nil)
			for _, one := range faultsFrom(0, calls) {
				runs++
				n := s.play(t, []callFault{one})
				if *manyFaults == 1 {
					continue
				}
				for _, two := range faultsFrom(one.call, n) {
					if turn++; turn%every == 0 {
						runs++
						s.play(t, []callFault{one, two})
					}
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d calls, %d runs", calls, runs)
		})
	}
}

// flipStep is the distance of the octets that are flipped, in eighths.
func flipStep() int {
	if *manyFaults == 0 {
		return 3
	}
	return 1
}

// By default go test runs one of samplePairs pairs. It is a prime.
const samplePairs = 499

// scenario is something that a registrar does with an access point.
type scenario struct {
	name string
	do   func(*disturbance)
	fair bool // without faults, it succeeds
}

var writtenSettings = wps.Credential{SSID: "new-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("new passphrase")}

var scenarios = []scenario{
	{"reads", func(d *disturbance) { _ = d.r.Learn(d.now, apID(1), apPIN) }, true},
	{"writes", func(d *disturbance) { _ = d.r.Configure(d.now, apID(1), apPIN, writtenSettings) }, true},
	{"first half wrong", func(d *disturbance) { _ = d.r.Configure(d.now, apID(1), wrongAPPIN(1), writtenSettings) }, false},
	{"second half wrong", func(d *disturbance) { _ = d.r.Configure(d.now, apID(1), wrongAPPIN(2), writtenSettings) }, false},
	{"registers", func(d *disturbance) {
		d.r.SetSettings(apID(1), network)
		_ = d.r.Enroll(d.now, upnp.Order{Password: thePIN})
		d.settle()
		d.station = d.a.enrollee(d.now, 7, registration.EnrolleeConfig{Config: registration.Config{KeyPair: keyPairs()[0]}, Password: thePIN})
	}, true},
}

// keyPairs are those of the access point and the station, and of the registrar.
var keyPairs = sync.OnceValue(func() (keys [2]*registration.KeyPair) {
	for i := range keys {
		keys[i], _ = registration.NewKeyPairFromExponent(bytes.Repeat([]byte{byte(0x41 + i), 0x2b}, 15))
	}
	for i, key := range keys {
		public := keys[1-i].PublicKey()
		if err := key.Precompute(&public); err != nil {
			panic(err)
		}
	}
	return keys
})

func wrongAPPIN(half int) registration.Password {
	return registration.PIN(pin.MustParse(map[int]string{1: "99995676", 2: "76549991"}[half]))
}

// callFaultKind is a fault of a call.
type callFaultKind int

const (
	requestLost callFaultKind = iota
	requestLate
	requestDoubled
	requestCut
	requestFlipped
	answerLost
	answerLate
	answerCut
	answerFlipped
	answerRefused // with status 500
	callFaultKinds
)

var callFaultNames = [...]string{"request lost", "request late", "request doubled", "request cut", "request flipped",
	"answer lost", "answer late", "answer cut", "answer flipped", "answer 500"}

type callFault struct {
	call int // its number among all
	kind callFaultKind
	at   int // of the octet that is flipped, in eighths
}

func (f callFault) String() string {
	return fmt.Sprintf("call %d %s (%d)", f.call, callFaultNames[f.kind], f.at)
}

func faultsFrom(first, calls int) (all []callFault) {
	for n := first; n < calls; n++ {
		for k := range callFaultKinds {
			if k != requestFlipped && k != answerFlipped {
				all = append(all, callFault{n, k, 0})
				continue
			}
			for at := 0; at < 8; at += flipStep() {
				all = append(all, callFault{n, k, at})
			}
		}
	}
	return all
}

// disturbance is a network with faults in calls.
type disturbance struct {
	*lan
	a       *accessPoint
	r       *upnp.Registrar
	station *registration.Enrollee
	plan    []callFault
	calls   int
	quiet   bool // no more faults
	trouble []string
}

func (d *disturbance) fail(format string, args ...any) {
	d.trouble = append(d.trouble, fmt.Sprintf(format, args...))
}

// disturbed is a machine whose calls may have faults.
type disturbed struct {
	upnp.Machine
	d     *disturbance
	own   byte // its host
	held  []heldCall
	fault map[uint64]callFault // of answers
	had   map[uint64]bool      // answers to duplicated calls
}

// heldCall is a delayed call, or a delayed answer.
type heldCall struct {
	due    time.Time
	call   *upnp.Call
	id     uint64
	answer *upnp.Response
	err    error
}

var errLost = errors.New("the connection timed out")

// Output applies the faults of calls.
func (m *disturbed) Output() upnp.Output {
	out := m.Machine.Output()
	var calls []upnp.Call
	for _, c := range out.Calls {
		n := m.d.calls
		m.d.calls++
		made := []upnp.Call{c}
		for _, f := range m.d.plan {
			if f.call != n || m.d.quiet || len(made) == 0 {
				continue
			}
			switch f.kind {
			case requestLost:
				m.held = append(m.held, heldCall{due: m.d.now.Add(c.Timeout), id: c.ID, err: errLost})
				made = nil
			case requestLate:
				late := made[0]
				m.held = append(m.held, heldCall{due: m.d.now.Add(time.Second), call: &late})
				made = nil
			case requestDoubled:
				m.had[c.ID] = false
				made = append(made, made[0])
			case requestCut:
				made[0].Request.Body = made[0].Request.Body[:len(made[0].Request.Body)/2]
			case requestFlipped:
				made[0].Request.Body = flippedAt(made[0].Request.Body, f.at)
			default:
				m.fault[c.ID] = f
			}
		}
		calls = append(calls, made...)
	}
	out.Calls = calls
	return out
}

func flippedAt(b []byte, eighth int) []byte {
	if b = bytes.Clone(b); len(b) > 0 {
		b[(len(b)-1)*eighth/7] ^= 1
	}
	return b
}

// Answer applies the faults of answers.
func (m *disturbed) Answer(now time.Time, id uint64, r *upnp.Response, err error) {
	if had, twice := m.had[id]; twice {
		if had {
			return
		}
		m.had[id] = true
	}
	f, ok := m.fault[id]
	if !ok {
		m.Machine.Answer(now, id, r, err)
		return
	}
	delete(m.fault, id)
	if r != nil {
		changed := *r
		r = &changed
	}
	switch {
	case f.kind == answerLost:
		m.held = append(m.held, heldCall{due: now.Add(10 * time.Second), id: id, err: errLost})
		return
	case f.kind == answerLate:
		m.held = append(m.held, heldCall{due: now.Add(time.Second), id: id, answer: r, err: err})
		return
	case r == nil:
	case f.kind == answerCut:
		r.Body = r.Body[:len(r.Body)/2]
	case f.kind == answerFlipped:
		r.Body = flippedAt(r.Body, f.at)
	case f.kind == answerRefused:
		r.Status = 500
	}
	m.Machine.Answer(now, id, r, err)
}

// Deadline includes that of delayed calls.
func (m *disturbed) Deadline() time.Time {
	next := m.Machine.Deadline()
	for _, h := range m.held {
		if next.IsZero() || h.due.Before(next) {
			next = h.due
		}
	}
	return next
}

// Timeout delivers delayed calls.
func (m *disturbed) Timeout(now time.Time) {
	held := m.held
	m.held = nil
	for _, h := range held {
		switch {
		case h.due.After(now):
			m.held = append(m.held, h)
		case h.call != nil:
			q := h.call.Request
			q.From = netip.AddrPortFrom(host(m.own).Addr(), 1024)
			target := m.d.machineAt(h.call.To.Addr().As4()[3])
			m.Machine.Answer(now, h.call.ID, target.Handle(now, &q), nil)
		default:
			m.Machine.Answer(now, h.id, h.answer, h.err)
		}
	}
	m.Machine.Timeout(now)
}

// machineAt returns the machine of a host, with faults in its calls.
func (d *disturbance) machineAt(n byte) upnp.Machine {
	if n == 1 {
		return d.a.device
	}
	return d.r
}

// play plays a scenario with faults, checks it, and returns the number of
// calls.
func (s *scenario) play(t *testing.T, plan []callFault) int {
	t.Helper()
	d := &disturbance{lan: newLAN(t), plan: plan}
	wrap := func(n byte, m upnp.Machine) upnp.Machine {
		return &disturbed{Machine: m, d: d, own: n, fault: map[uint64]callFault{}, had: map[uint64]bool{}}
	}
	d.a = d.accessPoint(1)
	d.join(1, wrap(1, d.a.device))
	keys := keyPairs()
	d.a.keyPair = keys[0]
	run := registrarRun(2)
	run.KeyPair = keys[1]
	var err error
	d.r, err = upnp.NewRegistrar(upnp.RegistrarConfig{LAN: host(2), Port: 50000, Registration: run, Rand: random(2)})
	must(t, err)
	d.registrars[2] = d.r
	d.join(2, wrap(2, d.r))
	d.pass(5 * time.Second)
	s.do(d)
	d.settle()
	d.pass(time.Minute)
	calls := d.calls
	d.judge(s)
	d.recovers(s)
	if len(d.trouble) > 0 {
		t.Errorf("%v: %s", plan, strings.Join(d.trouble, "\n\t"))
	}
	return calls
}

// judge compares the results with what is allowed.
func (d *disturbance) judge(s *scenario) {
	ends := 0
	for _, e := range d.events[2] {
		switch e.Kind {
		case upnp.EventSettingsRead:
			ends++
			if !s.fair || e.Settings == nil || e.Settings.SSID != network.SSID || !bytes.Equal(e.Settings.NetworkKey, network.NetworkKey) {
				d.fail("read: %+v", e)
			}
		case upnp.EventSettingsWritten:
			ends++
			if d.a.written == nil {
				d.fail("the registrar says that the settings were written")
			}
		case upnp.EventRegistered:
			ends++
			if d.station == nil || d.station.Result() == nil {
				d.fail("the registrar says that the station was registered")
			}
		}
	}
	if ends > 1 {
		d.fail("%d times a success: %+v", ends, d.events[2])
	}
	if w := d.a.written; w != nil && (!s.fair || w.SSID != writtenSettings.SSID || !bytes.Equal(w.NetworkKey, writtenSettings.NetworkKey)) {
		d.fail("written: %+v", w)
	}
	if d.station != nil {
		if r := d.station.Result(); r != nil && (len(r.Credentials) != 1 || !bytes.Equal(r.Credentials[0].NetworkKey, network.NetworkKey)) {
			d.fail("the station was given %+v", r)
		}
	}
	if len(d.plan) == 0 && s.fair {
		if ends != 1 || d.seenKind(upnp.EventFailed) || s.name == "registers" && d.station.Result() == nil {
			d.fail("undisturbed: %+v", d.events[2])
		}
	}
}

func (d *disturbance) seenKind(kind upnp.EventKind) bool {
	for _, e := range d.events[2] {
		if e.Kind == kind {
			return true
		}
	}
	return false
}

// recovers lets the registrar read again, after a search and some time.
func (d *disturbance) recovers(*scenario) {
	d.quiet = true
	d.pass(6 * time.Minute)
	for i, r := range d.a.runs {
		if !r.closed && r.Result() == nil && r.Err() == nil {
			d.fail("run %d is kept: %v", i, r.State())
		}
	}
	d.events[2] = nil
	d.r.Cancel(d.now)
	d.r.Search(d.now)
	d.settle()
	d.pass(10 * time.Second)
	if err := d.r.Learn(d.now, apID(1), apPIN); err != nil {
		d.fail("it cannot be read again: %v", err)
		return
	}
	d.settle()
	d.pass(10 * time.Second)
	if !d.seenKind(upnp.EventSettingsRead) {
		d.fail("it cannot be read again: %+v", d.events[2])
	}
}
