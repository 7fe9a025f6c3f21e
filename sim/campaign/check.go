package campaign

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
)

// checker checks the events of a world against the invariants. It parses frames
// itself, with nothing from the packages that wrote them.
type checker struct {
	now        time.Duration // of the last event
	violations []Violation
	runs       map[runKey]*run
	recent     *run // the last one used
	between    runKey
	frame      *sim.Frame // the last one parsed
	inFrame    message
	isMessage  bool
	homes      map[string]*routerState // routers, by name
	points     map[accessPoint]*pointState
	networks   map[network]bool // every network that a router could give
	lists      int              // number of PIN lists of a router: one, or one for each radio
	exchanges  int              // runs that reached M1
	began      time.Duration    // the start of the last set-up
	latency    time.Duration    // from then until the connection
}

// runKey is a station and an access point, by their names.
type runKey struct{ station, point string }

type network struct{ ssid, key string }

// run is what a station and an access point have sent to each other. Each has
// its own view of when they started again.
type run struct {
	// At the station, since it asked to associate: messages sent and received,
	// and answers by request.
	sent, received messageSet
	answers        []answer
	request        []byte // the latest to arrive
	// At the access point, since the station asked to associate.
	apSent, apReceived messageSet
	pin                bool // by M2, as far as its first fragment shows
	// From M1. If several arrived, damaged or from other devices, it is unknown
	// which one was accepted.
	uuids [][16]byte
}

// typicalAnswers is the number of answers in a registration.
const typicalAnswers = 10

// answer is a request with its answer: EAPOL frames, as sent.
type answer struct{ request, response []byte }

// accessPoint is a router, or one radio of a router whose radios are
// independent.
type accessPoint struct {
	router string
	band   wps.RFBands // 0 for all
}

// messageSet is a set of message types.
type messageSet uint32

func (s messageSet) has(t byte) bool { return s>>t&1 != 0 }
func (s *messageSet) add(t byte)     { *s |= 1 << t }

// routerState is the known state of a router.
type routerState struct {
	entries, exposed int // PINs that were typed, and runs in which M6 disclosed one
}

// pointState is the known state of an access point.
type pointState struct {
	pressing     map[[16]byte]time.Time // devices in push-button mode, within the monitor time
	guesses      int                    // wrong guesses of its own PIN
	lastNACK     string
	lockedUntil  time.Duration
	registered   [][16]byte // by push button, with the time
	registeredAt time.Time
}

// Message types: WSC 2.0 §12, Message Type.
const (
	typeM1   = 0x04
	typeM2   = 0x05
	typeM2D  = 0x06
	typeM3   = 0x07
	typeM4   = 0x08
	typeM5   = 0x09
	typeM6   = 0x0A
	typeM7   = 0x0B
	typeM8   = 0x0C
	typeNACK = 0x0E
	typeDone = 0x0F
)

// proofs maps each message to the one that must come before it.
var proofs = map[byte]byte{typeM5: typeM4, typeM6: typeM5, typeM7: typeM6, typeM8: typeM7, typeDone: typeM8}

// The lockout rule of hostap that is checked: each third wrong PIN locks for at
// least a minute.
const (
	guessesToLock = 3
	shortestLock  = time.Minute
)

// probingOn is how long a registered device may still look like one in
// push-button mode [hostap].
const probingOn = 5 * time.Second

func newChecker() *checker {
	return &checker{lists: 1, runs: make(map[runKey]*run), homes: make(map[string]*routerState), points: make(map[accessPoint]*pointState), networks: make(map[network]bool)}
}

// reset prepares the checker for another world.
func (c *checker) reset() {
	clear(c.runs)
	clear(c.homes)
	clear(c.points)
	clear(c.networks)
	*c = checker{lists: 1, runs: c.runs, homes: c.homes, points: c.points, networks: c.networks}
}

// fail records a violation.
func (c *checker) fail(rule Rule, format string, args ...any) {
	const enough = 10
	if len(c.violations) < enough {
		c.violations = append(c.violations, Violation{Rule: rule, At: c.now, Text: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) run(station, point string) *run {
	key := runKey{station, point}
	if c.recent != nil && c.between == key {
		return c.recent
	}
	r := c.runs[key]
	if r == nil {
		r = new(run)
		c.runs[key] = r
	}
	c.recent, c.between = r, key
	return r
}

func (c *checker) home(point string) *routerState {
	h := c.homes[point]
	if h == nil {
		h = new(routerState)
		c.homes[point] = h
	}
	return h
}

// point returns the state of the access point that a frame is to or from.
func (c *checker) point(router string, f *sim.Frame) *pointState {
	key := accessPoint{router: router}
	if c.lists > 1 {
		key.band = f.Band
	}
	g := c.points[key]
	if g == nil {
		g = &pointState{pressing: make(map[[16]byte]time.Time)}
		c.points[key] = g
	}
	return g
}

// all yields the access points of a router.
func (c *checker) all(router string, yield func(*pointState)) {
	for key, g := range c.points {
		if key.router == router {
			yield(g)
		}
	}
}

// addNetwork records a network that a router can give, without the zeros that some
// routers append.
func (c *checker) addNetwork(ssid wps.SSID, key wps.NetworkKey) {
	c.networks[network{strings.TrimRight(string(ssid), "\x00"), strings.TrimRight(string(key), "\x00")}] = true
}

// hasNetwork reports whether a router could give a network.
func (c *checker) hasNetwork(w *wps.Credential) bool {
	return c.networks[network{string(w.SSID), string(w.NetworkKey)}]
}

// observe checks an event.
func (c *checker) observe(e sim.Event) {
	c.now = e.At
	switch f := e.Frame; {
	case e.Kind == sim.Noted:
		c.noted(e)
	case f.Type == sim.Deauthentication && f.To == wps.Broadcast && e.Kind == sim.Sent: // a router starts
		clear(c.point(e.From, f).pressing)
	case f.Type == sim.ProbeRequest && e.Kind == sim.Arrived && e.Damage&(sim.Corrupted|sim.Truncated) == 0:
		c.probed(e)
	case f.Type == sim.AssociationRequest && e.Kind == sim.Sent:
		r := c.run(e.From, e.To)
		r.sent, r.received, r.request, r.answers = 0, 0, nil, nil
	case f.Type == sim.AssociationRequest && e.Kind == sim.Arrived:
		r := c.run(e.From, e.To)
		r.apSent, r.apReceived, r.uuids = 0, 0, nil
	case f.Type != sim.Data || e.Kind == sim.Lost:
	case e.Kind == sim.Sent && e.To == "": // to an address that no device has any more
	case f.From == f.BSSID && e.Kind == sim.Sent:
		c.fromAP(e, c.run(e.To, e.From))
	case f.From == f.BSSID:
		r := c.run(e.To, e.From)
		r.request = f.Body
		if m, ok := c.message(f); ok {
			r.received.add(m.kind)
		}
	case e.Kind == sim.Sent:
		c.fromStation(e, c.run(e.From, e.To))
	default:
		c.atAP(e, c.run(e.From, e.To))
	}
}

// noted handles an event without a frame.
func (c *checker) noted(e sim.Event) {
	for key, r := range c.runs {
		if key.station == e.From {
			r.request = nil
		}
	}
	switch e.Note {
	case sim.SetupByPINBegun, sim.SetupByPushButtonBegun, sim.WizardStarted:
		c.began = e.At
	case sim.PrinterConnected, sim.WizardDone:
		c.latency = e.At - c.began
	case sim.CredentialReceived:
		c.received(e.From)
	case sim.PINEntered:
		c.home(e.From).entries += c.lists
	case sim.FactoryReset: // a person at the router may try again
		c.all(e.From, func(g *pointState) { g.guesses, g.lockedUntil = 0, 0 })
	case sim.Reported:
		if e.Report.Kind == ap.EventRegistered {
			c.all(e.From, func(g *pointState) { clear(g.pressing) })
		}
	}
}

// received checks that a credential comes after both proofs.
func (c *checker) received(station string) {
	for key, r := range c.runs {
		if key.station == station && r.sent.has(typeM7) && r.received.has(typeM8) {
			return
		}
	}
	c.fail(RuleBothProofs, "%s has a network without both proofs", station)
}

// probed records which devices are in push-button mode.
func (c *checker) probed(e sim.Event) {
	at := sim.Epoch.Add(e.At)
	attributes := wpsAttributes(e.Frame.Body)
	id, ok := findAttribute(attributes, 0x1012)
	uuid, known := findAttribute(attributes, 0x1047)
	if !ok || !known || len(uuid) != 16 || len(id) != 2 || binary.BigEndian.Uint16(id) != 4 {
		return
	}
	g := c.point(e.To, e.Frame)
	if !slices.Contains(g.registered, [16]byte(uuid)) || at.Sub(g.registeredAt) >= probingOn {
		g.pressing[[16]byte(uuid)] = at
	}
}

// atAP handles a frame that arrives at an access point.
func (c *checker) atAP(e sim.Event, r *run) {
	m, ok := c.message(e.Frame)
	if !ok {
		return
	}
	r.apReceived.add(m.kind)
	if m.kind == typeDone && !r.pin {
		g := c.point(e.To, e.Frame)
		g.registered, g.registeredAt = r.uuids, sim.Epoch.Add(e.At)
	}
	if uuid, ok := findAttribute(m.data, 0x1047); ok && m.kind == typeM1 && len(uuid) == 16 {
		r.uuids = append(r.uuids, [16]byte(uuid))
	}
}

// fromAP checks what an access point sends: no proof before that of the other
// side, no PIN that was disclosed, no push-button registration while two
// devices are in that mode, no answer with a locked PIN.
func (c *checker) fromAP(e sim.Event, r *run) {
	m, ok := c.message(e.Frame)
	if !ok {
		return
	}
	h, g, again := c.home(e.From), c.point(e.From, e.Frame), r.apSent.has(m.kind)
	if proof := proofs[m.kind]; proof != 0 && !r.apReceived.has(proof) {
		c.fail(RuleProofFirst, "%s sends message %#x before it has received %#x", e.From, m.kind, proof)
	}
	r.apSent.add(m.kind)
	switch {
	case m.kind == typeM2 && !again:
		id, ok := findAttribute(m.data, 0x1012)
		button := ok && len(id) == 2 && binary.BigEndian.Uint16(id) == 4
		if r.pin = ok && !button; button {
			c.checkOverlap(e, g, r)
		}
	case m.kind == typeM6 && !again && r.pin:
		if h.exposed++; h.exposed > h.entries {
			c.fail(RulePINOnce, "%s uses a PIN again that it has disclosed before", e.From)
		}
	case m.kind == typeM3 && !again && e.At < g.lockedUntil:
		c.fail(RuleLock, "%s continues with its own PIN, which is locked", e.From)
	case m.kind == typeNACK && r.apSent.has(typeM1) && string(e.Frame.Body) != g.lastNACK:
		g.lastNACK = string(e.Frame.Body)
		if code, ok := findAttribute(m.data, 0x1009); ok && len(code) == 2 && binary.BigEndian.Uint16(code) == 18 {
			if g.guesses++; g.guesses%guessesToLock == 0 {
				g.lockedUntil = e.At + shortestLock
			}
		}
	}
}

// checkOverlap checks that no other device was in push-button mode.
func (c *checker) checkOverlap(e sim.Event, g *pointState, r *run) {
	for uuid, at := range g.pressing {
		if !slices.Contains(r.uuids, uuid) && sim.Epoch.Add(e.At).Sub(at) < wps.MonitorTime {
			c.fail(RuleOverlap, "%s registers by push button although another device is in that mode", e.From)
		}
	}
}

// fromStation checks the order of a station's proofs, and that it answers a
// repeated request as before.
func (c *checker) fromStation(e sim.Event, r *run) {
	body := e.Frame.Body
	if m, ok := c.message(e.Frame); ok {
		if m.kind == typeM1 && !r.sent.has(typeM1) {
			c.exchanges++
		}
		r.sent.add(m.kind)
		if proof := proofs[m.kind]; proof != 0 && !r.received.has(proof) {
			c.fail(RuleProofFirst, "%s sends message %#x before it has received %#x", e.From, m.kind, proof)
		}
	}
	if len(body) < 2 || body[1] != 0 || r.request == nil { // an EAP packet in answer to a request
		return
	}
	for i := range r.answers {
		if a := &r.answers[i]; bytes.Equal(a.request, r.request) {
			if !bytes.Equal(a.response, body) {
				c.fail(RuleSameAnswer, "%s answers a repeated request differently than before", e.From)
			}
			a.response = body
			return
		}
	}
	if r.answers == nil {
		r.answers = make([]answer, 0, typicalAnswers)
	}
	r.answers = append(r.answers, answer{r.request, body})
}

// message parses the message in a frame. It keeps the last one, because a sent
// frame usually arrives next.
func (c *checker) message(f *sim.Frame) (message, bool) {
	if c.frame != f {
		c.frame = f
		c.inFrame, c.isMessage = readMessage(f.Body)
	}
	return c.inFrame, c.isMessage
}

// message is a WSC message, or the first fragment of one.
type message struct {
	kind byte
	data []byte // attributes
}

// readMessage parses the message in an EAPOL frame: RFC 3748 §4 and §5.7, WSC
// 2.0.5 §7.7.1. It ignores later fragments.
func readMessage(frame []byte) (message, bool) {
	const header = 4 + 14 // EAPOL, and EAP with the expanded type
	if len(frame) < header || frame[1] != 0 || string(frame[8:16]) != "\xFE\x00\x37\x2A\x00\x00\x00\x01" {
		return message{}, false
	}
	data := frame[header:]
	if lengthField := frame[17]&2 != 0; lengthField && len(data) >= 2 {
		data = data[2:]
	}
	if len(data) < 5 || binary.BigEndian.Uint16(data) != 0x104A {
		return message{}, false
	}
	kind, ok := findAttribute(data, 0x1022)
	if !ok || len(kind) != 1 || kind[0] >= 32 {
		return message{}, false
	}
	return message{kind[0], data}, true
}

// findAttribute returns the value of an attribute in a list.
func findAttribute(list []byte, id uint16) ([]byte, bool) {
	for len(list) >= 4 {
		n := int(binary.BigEndian.Uint16(list[2:]))
		if len(list) < 4+n {
			break
		}
		if binary.BigEndian.Uint16(list) == id {
			return list[4 : 4+n], true
		}
		list = list[4+n:]
	}
	return nil, false
}

// wpsAttributes returns the attributes in the WPS elements of a frame. They may
// share memory with it.
func wpsAttributes(elements []byte) (attributes []byte) {
	for len(elements) >= 2 && len(elements) >= 2+int(elements[1]) {
		body := elements[2 : 2+int(elements[1])]
		if elements[0] == 221 && len(body) >= 4 && string(body[:4]) == "\x00\x50\xF2\x04" {
			if attributes == nil {
				attributes = body[4:len(body):len(body)]
			} else {
				attributes = append(attributes, body[4:]...)
			}
		}
		elements = elements[2+len(body):]
	}
	return attributes
}
