package eapwsc_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var (
	manyFaults = flag.Int("faults", 0, "how many faults TestEveryFault combines exhaustively: 1, 2 or 3; 0 tries every single fault and a sample of the pairs")
	onlyForm   = flag.String("form", "", "the only form of the exchange that TestEveryFault tries")
)

// TestEveryFault injects every fault at every frame of every form of the
// exchange, and every pair of faults: the second one is injected at every frame
// of the run that results from the first. A judge that shares no code with the
// implementation (wirejudge_test.go) checks each run.
//
//	go test ./eapwsc -run TestEveryFault -faults 2                          # every pair
//	go test ./eapwsc -run TestEveryFault -faults 3 -form 'station by PIN'   # every triple
//
// Of the triples, those are left out whose third fault meets the same state as
// that of another triple: see [world.state].
func TestEveryFault(t *testing.T) {
	known := false
	var all sync.Map
	t.Run("forms", func(t *testing.T) {
		for i := range forms {
			f := &forms[i]
			if *onlyForm != "" && *onlyForm != f.name {
				continue
			}
			known = true
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				x := &explorer{t: t, form: f, depth: max(*manyFaults, 1)}
				if *manyFaults == 0 {
					x.depth, x.pairs, x.octets = 2, samplePairs, sampleOctets
				}
				x.undisturbed()
				x.begin()
				runs, violations := int(x.runs.Load()), int(x.violations.Load())
				t.Logf("%s: %d frames, %d runs, %d violations", f.name, x.frames, runs, violations)
				all.Store(f.name, [2]int{runs, violations})
			})
		}
	})
	if !known {
		t.Fatalf("-form %s: there is no such form", *onlyForm)
	}
	runs, violations := 0, 0
	all.Range(func(_, v any) bool {
		runs, violations = runs+v.([2]int)[0], violations+v.([2]int)[1]
		return true
	})
	t.Logf("%d runs, %d violations", runs, violations)
}

// The short form of the test makes one in this many of the runs with two
// faults, and of those that flip a single octet. The numbers are primes, so
// that no fault and no frame is left out.
const (
	samplePairs  = 499
	sampleOctets = 5
)

// form is a form of the exchange.
type form struct {
	name string
	// The passwords of the two sides. If they differ, fails is the half that
	// differs, and no secret may be sent.
	station, accessPoint registration.Password
	fails                int
	// stationHash and accessPointHash make the side verify the other's public
	// key against its hash.
	stationHash, accessPointHash bool
	// external makes the station an external registrar; writes makes it change
	// the settings.
	external, writes bool
	// The fragment sizes.
	stationSize, accessPointSize int
}

var (
	thePIN      = registration.PIN(pin.MustParse("12345670"))
	otherFirst  = registration.PIN(pin.MustParse("24681353"))
	otherSecond = registration.PIN(pin.MustParse("12340002"))
	shortPIN    = registration.PIN(pin.MustParse("1234"))
	tokenOctets = []byte("a secret of a tag, 24 oc")
	token       = registration.OutOfBand(0x1234, tokenOctets)
)

// forms are all forms. In the first ones nothing is wrong.
var forms = []form{
	{name: "station by PIN", station: thePIN, accessPoint: thePIN},
	{name: "station by PIN of four digits", station: shortPIN, accessPoint: shortPIN},
	{name: "station by button", station: registration.PushButton(), accessPoint: registration.PushButton()},
	{name: "station out of band", station: token, accessPoint: token, accessPointHash: true},
	{name: "station by handover", station: registration.Handover(), accessPoint: registration.Handover(), stationHash: true, accessPointHash: true},
	{name: "external registrar reads", station: thePIN, accessPoint: thePIN, external: true},
	{name: "external registrar writes", station: thePIN, accessPoint: thePIN, external: true, writes: true},
	{name: "station in fragments", station: thePIN, accessPoint: thePIN, stationSize: 150, accessPointSize: 170},
	{name: "external registrar writes in fragments", station: thePIN, accessPoint: thePIN, external: true, writes: true, stationSize: 170, accessPointSize: 150},
	{name: "station, first half wrong", station: otherFirst, accessPoint: thePIN, fails: 1},
	{name: "station, second half wrong", station: otherSecond, accessPoint: thePIN, fails: 2},
	{name: "external registrar, first half wrong", station: otherFirst, accessPoint: thePIN, fails: 1, external: true, writes: true},
	{name: "external registrar, second half wrong", station: otherSecond, accessPoint: thePIN, fails: 2, external: true, writes: true},
}

var (
	theNetwork  = wps.Credential{SSID: "Café", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("the key of the network")}
	newSettings = wps.Credential{SSID: "new", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("the key that is written")}
)

// Addresses of the two sides, and of the two sides of another exchange.
const (
	accessPointMAC = 1 + iota
	stationMAC
	strangeAccessPointMAC
	strangeStationMAC
)

// testKeys are key pairs by address: new ones for each run would take most of
// the time. The secret that two of them share is computed once.
var testKeys = sync.OnceValue(func() (keys [5]*registration.KeyPair) {
	for i := accessPointMAC; i <= strangeStationMAC; i++ {
		keys[i], _ = registration.NewKeyPairFromExponent(testExponent(i))
	}
	for i, peer := range map[int]int{
		accessPointMAC: stationMAC, stationMAC: accessPointMAC,
		strangeAccessPointMAC: strangeStationMAC, strangeStationMAC: strangeAccessPointMAC,
	} {
		public := keys[peer].PublicKey()
		if err := keys[i].Precompute(&public); err != nil {
			panic(err)
		}
	}
	return keys
})

func testExponent(mac int) []byte { return bytes.Repeat([]byte{byte(0x31 + mac), 0x5a, 0xc3}, 10) }

// counterReader is cheap, repeatable randomness, different for each seed.
type counterReader struct{ state uint64 }

func (c *counterReader) Read(b []byte) (int, error) {
	for i := range b {
		c.state += 0x9e3779b97f4a7c15
		z := (c.state ^ c.state>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		b[i] = byte(z >> 56)
	}
	return len(b), nil
}

// end is one of the two sides, from its start to its end or restart.
type end struct {
	station   bool
	role      registration.Role
	machine   any                    // the Peer or Server
	enrollee  *registration.Enrollee // one of the two, once it exists
	registrar *registration.Registrar
	handle    func(time.Time, []byte) (eapwsc.Step, error)
	timeout   func(time.Time) (eapwsc.Step, error)
	begin     func(time.Time) eapwsc.Step

	began, last time.Time // and when it ended
	deadline    time.Time
	done        bool
	err         error
	silent      bool // switched off: it neither receives nor sends
	sent        []record
	heard       []record
}

// record is a packet with its number among all packets sent and received.
type record struct {
	number int
	packet []byte
	answer []byte // the answer to a received packet
}

func (e *end) result() *registration.Result {
	switch {
	case e.enrollee != nil:
		return e.enrollee.Result()
	case e.registrar != nil:
		return e.registrar.Result()
	}
	return nil
}

// newStation creates the station's end. Stranger is 0, or 2 for the other
// exchange.
func (f *form) newStation(stranger int, seed uint64) *end {
	e := &end{station: true, role: registration.RoleEnrollee}
	keys := testKeys()
	cfg := registration.Config{
		Device: fixture.Device(byte(stationMAC + stranger)), KeyPair: keys[stationMAC+stranger], Rand: &counterReader{seed},
	}
	var hash *[20]byte
	if f.stationHash {
		hash = hashOf(keys[accessPointMAC+stranger])
	}
	var m eapwsc.Machine
	var err error
	if f.external {
		e.role = registration.RoleRegistrar
		rc := registration.RegistrarConfig{Config: cfg, Password: f.station, PeerKeyHash: hash, AP: true}
		if f.writes {
			settings := newSettings
			rc.NewSettings = &settings
		}
		e.registrar, err = registration.NewRegistrar(rc)
		m = e.registrar
	} else {
		e.enrollee, err = registration.NewEnrollee(registration.EnrolleeConfig{Config: cfg, Password: f.station, PeerKeyHash: hash})
		m = e.enrollee
	}
	must(err)
	p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m, FragmentSize: f.stationSize})
	must(err)
	e.machine, e.begin, e.handle, e.timeout = p, p.Start, p.Handle, p.Timeout
	return e
}

// newAccessPoint creates the access point's end.
func (f *form) newAccessPoint(stranger int, seed uint64) *end {
	e := &end{role: registration.RoleRegistrar}
	keys := testKeys()
	cfg := registration.Config{
		Device: fixture.Device(byte(accessPointMAC + stranger)), KeyPair: keys[accessPointMAC+stranger], Rand: &counterReader{seed},
	}
	var hash *[20]byte
	if f.accessPointHash {
		hash = hashOf(keys[stationMAC+stranger])
	}
	sc := eapwsc.ServerConfig{FragmentSize: f.accessPointSize, FirstID: byte(7 + 100*stranger + int(seed%16))}
	if f.external {
		e.role = registration.RoleEnrollee
		sc.Enrollee = func(time.Time) (m eapwsc.Machine, err error) {
			settings := theNetwork
			e.enrollee, err = registration.NewEnrollee(registration.EnrolleeConfig{Config: cfg, Password: f.accessPoint, PeerKeyHash: hash, AP: &settings})
			return e.enrollee, err
		}
	} else {
		sc.Registrar = func(time.Time) (m eapwsc.Machine, err error) {
			e.registrar, err = registration.NewRegistrar(registration.RegistrarConfig{
				Config: cfg, Password: f.accessPoint, PeerKeyHash: hash, Credentials: []wps.Credential{theNetwork},
			})
			return e.registrar, err
		}
	}
	s, err := eapwsc.NewServer(sc)
	must(err)
	e.machine, e.begin, e.handle, e.timeout = s, s.Start, s.Handle, s.Timeout
	return e
}

func hashOf(k *registration.KeyPair) *[20]byte {
	public := k.PublicKey()
	hash := registration.PublicKeyHash(&public)
	return &hash
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// faultKind is a fault that can happen to a frame, or to a side at the time a
// frame is sent.
type faultKind int

const (
	lost faultKind = iota
	doubled
	lateByOne    // arrives after the frame that is sent next
	lateByMany   // arrives after five more
	cut          // its second half is missing
	flipped      // one octet is changed
	foreign      // a frame of another exchange comes before it
	oldID        // has the Identifier of the previous frame in that direction
	stationAnew  // the station is switched off and on again
	accessAnew   // the access point is
	stationQuiet // the station is switched off
	accessQuiet  // the access point is
)

var faultNames = [...]string{
	"lost", "doubled", "late by one", "late by many", "cut", "flipped", "foreign", "old Identifier",
	"station restarts", "access point restarts", "station goes silent", "access point goes silent",
}

// fault is a fault that is injected at a frame.
type fault struct {
	frame int // its number among the frames that were sent
	kind  faultKind
	at    int  // flipped: the octet; foreign: which frame
	mask  byte // flipped: the bits
}

func (f fault) String() string {
	switch f.kind {
	case flipped:
		return fmt.Sprintf("frame %d: octet %d flipped by %#02x", f.frame, f.at, f.mask)
	case foreign:
		return fmt.Sprintf("frame %d: foreign (%d)", f.frame, f.at)
	}
	return fmt.Sprintf("frame %d: %s", f.frame, faultNames[f.kind])
}

// faultsAt returns every fault that can happen at a frame. Without everyOctet
// it flips one octet of each field only.
func faultsAt(number int, packet []byte, everyOctet bool) (all []fault) {
	for k := range faultNames {
		switch kind := faultKind(k); kind {
		case flipped:
			if everyOctet {
				for at := range packet {
					all = append(all, fault{number, kind, at, [...]byte{0x01, 0x80, 0xff}[at%3]})
				}
				continue
			}
			for _, at := range fieldsOf(packet) {
				all = append(all, fault{number, kind, at, 0x01})
			}
		case foreign:
			all = append(all, fault{number, kind, 0, 0}, fault{number, kind, 1, 0})
		default:
			all = append(all, fault{number, kind, 0, 0})
		}
	}
	return all
}

// fieldsOf returns the offset of one octet of each field of a frame: the EAP
// header, and type, length and value of each attribute. A value that holds a
// list or encrypted data counts as one field.
func fieldsOf(packet []byte) (fields []int) {
	header := []int{0, 1, 3, 4, 7, 11, 12, 13, 15} // Code, Identifier, Length, Type, Vendor-Id, Vendor-Type, Op-Code, Flags, Message Length
	for _, at := range header {
		if at < len(packet) && (at != 15 || packet[13]&2 != 0) {
			fields = append(fields, at)
		}
	}
	if len(packet) <= 14 {
		return fields
	}
	at := 14
	if packet[13]&2 != 0 {
		at = 16
	}
	first := true
	for at+4 <= len(packet) {
		length := int(packet[at+2])<<8 | int(packet[at+3])
		if first { // type and length only once for each frame: those of the other attributes are read by the same code
			fields, first = append(fields, at+1, at+3), false
		}
		if length > 0 && at+4+length <= len(packet) {
			fields = append(fields, at+4+length-1)
		}
		at += 4 + length
	}
	return fields
}

// delivery is a frame in flight.
type delivery struct {
	toStation bool
	packet    []byte
	after     int // how many more frames are sent before it arrives
}

// world is one run of a form.
type world struct {
	form        *form
	plan        []fault
	now         time.Time
	station     *end
	accessPoint *end
	ends        []*end // all ends that existed
	frames      [][]byte
	lastTo      [2][]byte // the previous frame, by direction
	queue       []delivery
	numbers     int
	seed        uint64
	trouble     []string

	timeouts int  // how many ends the present time may still make act
	watched  bool // the states are of interest
	states   []uint64
}

func (w *world) fail(format string, args ...any) {
	w.trouble = append(w.trouble, fmt.Sprintf(format, args...))
}

// play runs the exchange of both ends with the faults.
func (f *form) play(plan []fault) *world {
	return f.watch(plan, false)
}

// watch does the same, and may note the state at each frame.
func (f *form) watch(plan []fault, states bool) *world {
	w := &world{form: f, plan: plan, now: fixture.Began, seed: 1, watched: states}
	w.station, w.accessPoint = f.newStation(0, w.nextSeed()), f.newAccessPoint(0, w.nextSeed())
	w.run()
	return w
}

// run lets both ends exchange frames until both have ended.
func (w *world) run() {
	w.start(w.station)
	w.start(w.accessPoint)
	const enough = 400
	for range enough {
		if d, ok := w.arriving(); ok {
			w.deliver(d)
			continue
		}
		if w.over() {
			return
		}
		w.wait()
	}
	w.fail("after %d steps the exchange has not ended", enough)
}

func (w *world) nextSeed() uint64 { w.seed++; return w.seed << 32 }

func (w *world) over() bool {
	return (w.station.done || w.station.silent) && (w.accessPoint.done || w.accessPoint.silent)
}

func (w *world) start(e *end) {
	e.began, e.last = w.now, w.now
	w.ends = append(w.ends, e)
	w.take(e, e.begin(w.now), nil)
}

// arriving removes the next frame that arrives. Delayed frames wait for others
// to be sent, and arrive last if there are none.
func (w *world) arriving() (delivery, bool) {
	for i, d := range w.queue {
		if d.after <= len(w.frames) {
			w.queue = append(w.queue[:i:i], w.queue[i+1:]...)
			return d, true
		}
	}
	return delivery{}, false
}

// wait advances the time to the next deadline.
func (w *world) wait() {
	next := eapwsc.Earlier(w.deadline(w.station), w.deadline(w.accessPoint))
	if next.Before(w.now) {
		w.fail("the deadline %v has passed, and no step was asked for", next)
		next = w.now
	}
	w.now = next
	for i, e := range []*end{w.station, w.accessPoint} {
		w.timeouts = 1 - i
		if d := w.deadline(e); !d.IsZero() && !d.After(w.now) {
			step, err := e.timeout(w.now)
			w.take(e, step, err)
		}
	}
}

func (w *world) deadline(e *end) time.Time {
	if e.done || e.silent {
		return time.Time{}
	}
	return e.deadline
}

// deliver passes a frame to a side.
func (w *world) deliver(d delivery) {
	e := w.accessPoint
	if d.toStation {
		e = w.station
	}
	if e.done || e.silent {
		return
	}
	w.numbers++
	e.heard = append(e.heard, record{number: w.numbers, packet: d.packet})
	at := len(e.heard) - 1
	given := bytes.Clone(d.packet)
	step, err := e.handle(w.now, given)
	if !bytes.Equal(given, d.packet) {
		w.fail("a packet was changed by the side that received it")
	}
	e.heard[at].answer = bytes.Clone(step.Send)
	if !step.Done && err != nil && !errors.Is(err, eapwsc.ErrIgnored) {
		w.fail("%s continues after %v", e.name(), err)
	}
	w.take(e, step, err)
}

func (e *end) name() string {
	if e.station {
		return "the station"
	}
	return "the access point"
}

// take carries out a side's step.
func (w *world) take(e *end, step eapwsc.Step, err error) {
	e.deadline, e.done = step.Deadline, step.Done
	switch {
	case step.Done:
		e.err, e.last = err, w.now
	case step.Deadline.IsZero():
		w.fail("%s continues without a deadline", e.name())
		e.silent = true
	}
	if step.Send != nil {
		w.numbers++
		packet := bytes.Clone(step.Send)
		e.sent = append(e.sent, record{number: w.numbers, packet: packet})
		w.send(e, packet)
	}
}

// send puts a frame in flight, and injects the faults for its number.
func (w *world) send(e *end, packet []byte) {
	number := len(w.frames)
	w.frames = append(w.frames, packet)
	if w.watched {
		w.states = append(w.states, w.state())
	}
	ways := []delivery{{toStation: !e.station, packet: packet}}
	direction := 0
	if !e.station {
		direction = 1
	}
	before := w.lastTo[direction]
	w.lastTo[direction] = packet
	var restart [2]bool
	for _, f := range w.plan {
		if f.frame != number {
			continue
		}
		last := len(ways) - 1
		switch {
		case f.kind == stationAnew, f.kind == accessAnew:
			restart[f.kind-stationAnew] = true
		case f.kind == stationQuiet:
			w.station.silent = true
		case f.kind == accessQuiet:
			w.accessPoint.silent = true
		case last < 0:
		case f.kind == lost:
			ways = ways[:last]
		case f.kind == doubled:
			ways = append(ways, ways[last])
		case f.kind == lateByOne:
			ways[last].after = number + 2
		case f.kind == lateByMany:
			ways[last].after = number + 6
		case f.kind == cut:
			ways[last].packet = ways[last].packet[: len(ways[last].packet)/2 : len(ways[last].packet)/2]
		case f.kind == flipped:
			if p := bytes.Clone(ways[last].packet); f.at < len(p) {
				p[f.at] ^= f.mask
				ways[last].packet = p
			}
		case f.kind == oldID:
			if p := bytes.Clone(ways[last].packet); len(p) > 1 && len(before) > 1 {
				p[1] = before[1]
				ways[last].packet = p
			}
		case f.kind == foreign:
			if p := w.form.foreign(e.station, number, f.at, packet); p != nil {
				ways = append(ways[:last:last], delivery{toStation: !e.station, packet: p}, ways[last])
			}
		}
	}
	w.queue = append(w.queue, ways...)
	if restart[0] {
		w.station.done = true
		w.station = w.form.newStation(0, w.nextSeed())
		w.start(w.station)
	}
	if restart[1] {
		w.accessPoint.done = true
		w.accessPoint = w.form.newAccessPoint(0, w.nextSeed())
		w.start(w.accessPoint)
	}
}

// strangers returns the frames of another, undisturbed exchange for each form.
var strangers func() map[string][2][][]byte

func init() {
	strangers = sync.OnceValue(func() map[string][2][][]byte {
		all := make(map[string][2][][]byte)
		for i := range forms {
			f := &forms[i]
			w := &world{form: f, now: fixture.Began, seed: 5 << 8}
			w.station, w.accessPoint = f.newStation(2, w.nextSeed()), f.newAccessPoint(2, w.nextSeed())
			w.run()
			var frames [2][][]byte
			for direction, e := range []*end{w.station, w.accessPoint} {
				for _, r := range e.sent {
					frames[direction] = append(frames[direction], r.packet)
				}
			}
			all[f.name] = frames
		}
		return all
	})
}

// foreign returns a frame of another exchange with the Identifier of ours: the
// one at about the same place, or the WSC_NACK of that exchange.
func (f *form) foreign(fromStation bool, number, which int, ours []byte) []byte {
	direction := 1
	code := eap.CodeRequest
	if fromStation {
		direction, code = 0, eap.CodeResponse
	}
	if which == 1 {
		m := &wps.NACK{ConfigError: wps.DevicePasswordAuthFailed}
		m.EnrolleeNonce, m.RegistrarNonce = wps.Nonce{1, 2, 3}, wps.Nonce{4, 5, 6}
		body, err := wps.Append(nil, m)
		must(err)
		packet, err := eap.NewWSC(code, ours[1], eap.OpNACK, body).AppendTo(nil)
		must(err)
		return packet
	}
	theirs := strangers()[f.name][direction]
	packet := bytes.Clone(theirs[min(number/2, len(theirs)-1)])
	if len(ours) > 1 {
		packet[1] = ours[1]
	}
	return packet
}

// explorer makes the runs of a form.
type explorer struct {
	t          *testing.T
	form       *form
	depth      int
	pairs      int // makes one in this many of the pairs; 0 makes all
	octets     int // the same for the flips of single octets
	turn       atomic.Int64
	frames     int // frames of the undisturbed run
	runs       atomic.Int64
	violations atomic.Int64
	seen       sync.Map // the states that a third fault has met
}

// tooMany are so many violations that more show nothing.
const tooMany = 20

// undisturbed checks the run without faults.
func (x *explorer) undisturbed() {
	x.play(nil)
	w := x.form.play(nil)
	x.frames = len(w.frames)
	for _, e := range []*end{w.station, w.accessPoint} {
		var failure *registration.Error
		switch {
		case x.form.fails == 0 && e.err != nil:
			x.t.Errorf("undisturbed, %s: %v", e.name(), e.err)
		case x.form.fails != 0 && (!errors.As(e.err, &failure) || failure.Half != x.form.fails || !errors.Is(e.err, registration.ErrPassword)):
			x.t.Errorf("undisturbed, %s: %v, want an error about half %d", e.name(), e.err, x.form.fails)
		}
	}
}

// begin makes every run that has one fault, and from each of them goes on.
func (x *explorer) begin() {
	undisturbed := x.form.play(nil)
	var first []fault
	for number, packet := range undisturbed.frames {
		first = append(first, faultsAt(number, packet, false)...)
	}
	workers := runtime.GOMAXPROCS(0)
	if *onlyForm == "" {
		workers = 1 // the forms themselves are tried at the same time
	}
	var taken atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				i := int(taken.Add(1)) - 1
				if i >= len(first) || x.violations.Load() > tooMany {
					return
				}
				x.play(first[i : i+1 : i+1])
				if x.depth > 1 {
					x.explore(first[i : i+1 : i+1])
				}
			}
		})
	}
	all.Wait()
	for number, packet := range undisturbed.frames {
		for _, f := range faultsAt(number, packet, true) {
			if f.kind == flipped && x.sampled(x.octets) {
				x.play([]fault{f})
			}
		}
	}
	if x.violations.Load() > tooMany {
		x.t.Error("too many violations: the rest was left out")
	}
}

// sampled reports whether it is the turn of one in this many; 0 is every one.
func (x *explorer) sampled(oneIn int) bool { return oneIn == 0 || x.turn.Add(1)%int64(oneIn) == 0 }

// explore makes every run that has one fault more than the plan, but for third
// faults that meet a state that another has met.
func (x *explorer) explore(plan []fault) {
	w := x.form.watch(plan, len(plan) >= 2)
	from := plan[len(plan)-1].frame
	for number := from; number < len(w.frames); number++ {
		if w.watched && number > from {
			if _, seen := x.seen.LoadOrStore(w.states[number], true); seen {
				return // and the states that follow, too
			}
		}
		for _, f := range faultsAt(number, w.frames[number], false) {
			if len(plan) == 1 && !x.sampled(x.pairs) {
				continue
			}
			next := append(plan[:len(plan):len(plan)], f)
			x.play(next)
			if len(next) < x.depth {
				x.explore(next)
			}
			if x.violations.Load() > tooMany {
				return
			}
		}
	}
}

// play makes a run and judges it.
func (x *explorer) play(plan []fault) {
	w := x.form.play(plan)
	x.runs.Add(1)
	w.judge()
	if len(w.trouble) == 0 {
		return
	}
	x.violations.Add(1)
	names := make([]string, len(plan))
	for i, f := range plan {
		names[i] = f.String()
	}
	x.t.Errorf("%s: %s", strings.Join(names, "; "), strings.Join(w.trouble, "\n\t"))
}
