package text

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// interpreter turns lines of programs into events. Rows call its methods, in
// the order of the lines.
type interpreter struct {
	line   int       // number of the line
	now    time.Time // its time; the zero value if lines have none
	events []capture.Event

	links    map[string]*link // by the name of the interface
	numbered int              // interfaces so far
	masked   map[string]int   // the numbers of access points whose address is not known
	current  *link            // that the last line was about
	aps      map[wps.MAC]*network
	element  *element // a WPS element that is being described
	pending  *message // a message that is being described

	dump       *dump              // octets whose lines are being read
	radius     *radiusPacket      // one whose lines are being read
	asked      [256]*conversation // of the last RADIUS request with each Identifier
	cell       *cell              // an entry of a scan
	visible    *visible           // a network of Windows' list
	considered considered
	columns    *columns       // of a table being read
	details    *packetDetails // a packet whose details are being read
	dissected  *fieldPacket   // a packet whose fields are being read
	fields     *fieldTable    // of the table of fields being read
	enrollee   wps.MAC        // the sender of M1 in a table of fields

	numberedFrames int // those whose fields were read, if none is missing
	scans          int // entries so far
	dumps          []Dump
	commanded      int // the line of the last command of WPS, 0 if there was none
	notices        []doctor.Notice
	given          []given
	missing        map[int]bool // the lines of successes after which the network was not found
	keys           *exchange.KeyLog
	authKey        []byte

	heard map[Program]int // number of lines of each program
	facts facts
}

// facts are properties of the text as a whole.
type facts struct {
	frames   bool // EAPOL frames were dumped
	fields   bool // Wireshark listed the fields of packets
	chosen   bool // not all of them
	filtered bool // or not of all packets
	air      bool // there were management frames among them
	details  bool // Wireshark described EAP packets in detail
	probes   bool // probe requests were dumped
	listens  bool // the program would print that a device searches
	messages bool // the program mentioned single messages
	events   bool // there were event lines
	untimed  bool // there was a line without a time
	timed    bool
}

// given is settings that were sent, with the line that says so.
type given struct {
	line     int
	settings doctor.Settings
}

const (
	maxLinks         = 64
	maxConversations = 256
	maxNotices       = 256
	maxDumps         = 4096
	maxNetworks      = 4096
)

// link is an interface of a program.
type link struct {
	own  wps.MAC // its address
	side side
	ssid string
	freq int

	method        doctor.Method // with which WPS was started here
	pressed       bool          // an access point's button is pressed
	pinEntered    bool          // it waits for a PIN
	locked        bool
	enrolled      bool // it was given settings: its next association is to join
	done          int  // the line that says so
	joining       bool // it has asked to associate with them
	conversations map[wps.MAC]*conversation
	conversation  *conversation
	// proposals and failed are events of an access point that name none of its
	// stations, of which several are under way; addressed is that other lines
	// name the station of each packet.
	proposals int
	failed    []failure
	addressed bool
	external  bool // the program is an external registrar
	wps       bool // WPS was started, by which method the program does not say

	// undecided is that WPS was started with the button, before it was known
	// which side the program is.
	undecided bool
	in        *interpreter
	number    int // of the interfaces of the text, from 1
}

// side is the end of the link that a program is.
type side uint8

const (
	sideUnknown side = iota
	sideStation
	sideAP
)

// conversation is the communication of a station with an access point.
type conversation struct {
	link        *link
	station, ap wps.MAC

	apEnrollee bool
	wsc        bool // it concerns WPS
	dumped     bool // its frames are dumped
	id         uint8
	signals    uint32 // bits of the messages emitted in this run
	last       wps.MessageType
	associated bool // the association was emitted
	associates bool // the association was not emitted yet, because its purpose is unknown
	requested  bool // the association request was emitted
	managed    bool // the management frames are dumped
	nonceE     []byte
	nonceR     []byte
	sent       []byte    // the last frame from the access point
	given      bool      // settings were received: in M8 or in M7, which shows later
	held       []byte    // a frame that waits until the purpose of the association is known
	failed     bool      // it was said why it could not join
	counted    bool      // the program logs only the number of frames that it receives
	frames     int       // number of frames received
	began      int       // the line in which the identity was asked for
	over       time.Time // when a line said how the run ended
}

// The bits of conversation.signals that are not messages.
const (
	signalIdentityRequest = 1 << (iota + 20)
	signalIdentity
	signalStart
	signalNACKOfStation
	signalNACKOfAP
	signalFailure
)

// message is a WSC message, as far as the program describes it.
type message struct {
	conversation *conversation
	line         int
	at           time.Time
	kind         wps.MessageType
	fromStation  bool
	length       int // length of the whole message, 0 if unknown
	attributes   []byte
	has          map[wps.AttributeID]bool
}

// element is a WPS element, as far as the program describes it.
type element struct {
	beacon wps.ProbeResponse
	has    bool // it has an attribute
}

// network is an access point whose beacons were described.
type network struct {
	ssid string
	freq int
}

// interrupt forgets what is under way, as lines are left out: one of them may have
// ended it.
func (in *interpreter) interrupt() {
	for _, l := range in.links {
		l.conversations, l.conversation, l.proposals, l.failed = nil, nil, 0, nil
		l.method, l.wps, l.pressed, l.pinEntered, l.undecided = doctor.MethodUnknown, false, false, false, false
		l.enrolled, l.done, l.joining = false, 0, false
	}
	in.element, in.pending, in.dump, in.radius = nil, nil, nil, nil
	in.cell, in.visible, in.details, in.dissected = nil, nil, nil, nil
	in.enrollee, in.commanded = wps.MAC{}, 0
	if len(in.links) > 1 {
		in.current = nil
	}
	clear(in.asked[:])
}

// emit adds an event, for the caller to complete.
func (in *interpreter) emit(kind capture.EventKind) *capture.Event {
	in.events = append(in.events, capture.Event{Kind: kind, Frame: in.line, Time: in.now})
	if in.current != nil {
		in.events[len(in.events)-1].Interface = in.current.number
	}
	return &in.events[len(in.events)-1]
}

// linkNamed returns the interface with a name, and makes it the current one. Without a
// name it is the interface of the last line.
func (in *interpreter) linkNamed(name string) *link {
	if name == "" && in.current != nil {
		return in.current
	}
	l := in.links[name]
	if l == nil {
		if len(in.links) >= maxLinks {
			clear(in.links)
		}
		in.numbered++
		l = &link{in: in, number: in.numbered}
		in.links[name] = l
	}
	if !strings.HasPrefix(name, "p2p-dev-") { // these lines do not concern WPS, and come in between
		in.current = l
	}
	return l
}

// currentLink returns the current interface.
func (in *interpreter) currentLink() *link { return in.linkNamed("") }

// with returns the conversation with the other end of a link: its station or its access
// point. The zero address stands for the previous one.
func (l *link) with(other wps.MAC) *conversation {
	switch {
	case l.conversation != nil && (other == wps.MAC{} || l.conversation.other() == other):
		return l.conversation
	case l.conversation != nil && l.conversation.other() == wps.MAC{} && l.conversation.signals == 0:
		delete(l.conversations, wps.MAC{})
		l.conversation.setOther(other)
		l.conversations[other] = l.conversation
		return l.conversation
	}
	t := l.conversations[other]
	if t == nil {
		if l.conversations == nil || len(l.conversations) >= maxConversations {
			l.conversations = map[wps.MAC]*conversation{}
		}
		t = &conversation{link: l, apEnrollee: l.external}
		t.setOther(other)
		l.conversations[other] = t
	}
	l.conversation = t
	return t
}

// other returns the address of the end that is not the program's own.
func (t *conversation) other() wps.MAC {
	if t.link.side == sideAP {
		return t.station
	}
	return t.ap
}

func (t *conversation) setOther(other wps.MAC) {
	if t.link.side == sideAP {
		t.station, t.ap = other, t.link.own
	} else {
		t.station, t.ap = t.link.own, other
	}
}

// is sets the side of a link, if it was unknown.
func (l *link) is(s side) {
	if l.side == s {
		return
	}
	before := l.side
	l.side = s
	for _, t := range l.conversations {
		if t.signals == 0 && (before == sideAP || s == sideAP) {
			t.station, t.ap = t.ap, t.station
		}
	}
	if l.undecided {
		l.undecided = false
		l.in.begun(l, doctor.PushButton)
	}
}

// currentConversation returns the conversation of lines without an address.
func (in *interpreter) currentConversation() *conversation { return in.currentLink().with(wps.MAC{}) }

// renew starts another run, if messages of one were emitted.
func (t *conversation) renew() {
	t.signals, t.last, t.dumped, t.wsc, t.given, t.frames = 0, 0, false, false, false, 0
	t.nonceE, t.nonceR, t.over = nil, nil, time.Time{}
}

// laterRun is the time after the end of a run from which another end belongs to
// another run: about the time that a run takes.
const laterRun = 2 * time.Second

// ends handles a line that says how a run ended. If the run had ended some time
// before, this is the end of another one, whose beginning was filtered out of the
// log.
func (in *interpreter) ends(t *conversation) {
	if !t.over.IsZero() && !t.dumped && in.now.Sub(t.over) >= laterRun {
		in.start(t)
	}
	t.over = in.now
}

// flush emits the element or message being described.
func (in *interpreter) flush() {
	if m := in.pending; m != nil {
		in.pending = nil
		line, now := in.line, in.now
		in.line, in.now = m.line, m.at
		in.emitDescribed(m)
		in.line, in.now = line, now
	}
	if e := in.element; e != nil {
		in.element = nil
		in.advertise(e)
	}
}

// bit returns the bit of a message in conversation.signals.
func bit(t wps.MessageType, fromStation bool) uint32 {
	if t == wps.MessageNACK {
		if fromStation {
			return signalNACKOfStation
		}
		return signalNACKOfAP
	}
	return 1 << (t & 15)
}

// ofEnrollee reports whether the enrollee sends a message; ok is false if both
// may.
func ofEnrollee(t wps.MessageType) (enrollee, ok bool) {
	switch t {
	case wps.MessageM1, wps.MessageM3, wps.MessageM5, wps.MessageM7, wps.MessageDone:
		return true, true
	case wps.MessageM2, wps.MessageM2D, wps.MessageM4, wps.MessageM6, wps.MessageM8:
		return false, true
	}
	return false, false
}

// sender reports whether the station sends messages of a type.
func (t *conversation) sender(kind wps.MessageType, ofOwn bool) (fromStation bool) {
	if enrollee, ok := ofEnrollee(kind); ok {
		return enrollee != t.apEnrollee
	}
	return ofOwn == (t.link.side != sideAP)
}

// begin starts the description of a message that the program has received or
// built.
func (in *interpreter) begin(kind wps.MessageType, received bool) {
	length := 0
	if in.pending != nil && in.pending.kind == 0 { // "Processing received message"
		length = in.pending.length
		in.pending = nil
	}
	in.flush()
	t := in.currentConversation()
	l := t.link
	switch {
	case kind == wps.MessageM1 && l.side == sideUnknown:
		// A program that receives M1 is a registrar. Most are access points.
		if received {
			l.is(sideAP)
		} else {
			l.is(sideStation)
		}
	case kind == wps.MessageM1:
		t.apEnrollee = received == (l.side == sideStation)
	case l.side == sideUnknown:
		if enrollee, ok := ofEnrollee(kind); ok && enrollee == received {
			l.is(sideAP)
		} else if ok {
			l.is(sideStation)
		}
	default:
		if enrollee, ok := ofEnrollee(kind); ok && t.last == 0 {
			t.apEnrollee = (enrollee == received) == (l.side == sideStation)
		}
	}
	if kind == wps.MessageM1 && t.signals&(signalNACKOfAP|signalNACKOfStation|signalFailure|bit(wps.MessageDone, false)) != 0 {
		t.renew()
	}
	in.facts.messages = true
	in.pending = &message{conversation: t, line: in.line, at: in.now, kind: kind, fromStation: t.sender(kind, !received), length: length, has: map[wps.AttributeID]bool{}}
}

// attribute adds to the message being described.
func (in *interpreter) attribute(id wps.AttributeID, value []byte) {
	m := in.pending
	if m == nil || m.kind == 0 || m.has[id] || len(m.attributes) > 4096 {
		return
	}
	m.has[id] = true
	m.attributes = binary.BigEndian.AppendUint16(m.attributes, uint16(id))
	m.attributes = binary.BigEndian.AppendUint16(m.attributes, uint16(len(value)))
	m.attributes = append(m.attributes, value...)
}

func (in *interpreter) attribute16(id wps.AttributeID, v int) {
	in.attribute(id, binary.BigEndian.AppendUint16(nil, uint16(v)))
}

// emitDescribed emits a described message, after those that must have come
// before.
func (in *interpreter) emitDescribed(m *message) {
	t := m.conversation
	if m.kind == 0 {
		return
	}
	t.wsc = true
	in.associate(t)
	if t.dumped || t.signals&bit(m.kind, m.fromStation) != 0 {
		return // it is dumped, or was described in other words
	}
	in.emitImplied(t, m.kind)
	in.emitMessage(m)
}

// before lists the messages before a message in a run.
func before(kind wps.MessageType) (all []wps.MessageType) {
	switch {
	case kind == wps.MessageM2D:
		return []wps.MessageType{wps.MessageM1}
	case kind == wps.MessageDone:
		kind = wps.MessageM8 + 1
	case kind > wps.MessageM8:
		return nil
	}
	for b := wps.MessageM1; b < kind; b++ {
		if b != wps.MessageM2D {
			all = append(all, b)
		}
	}
	return all
}

// emitImplied emits the messages that must have come before one of a type.
func (in *interpreter) emitImplied(t *conversation, kind wps.MessageType) {
	for _, b := range before(kind) {
		if b > t.last {
			in.emitMessage(&message{conversation: t, kind: b, fromStation: t.sender(b, false), has: map[wps.AttributeID]bool{}})
		}
	}
}

// opCodes are the op-codes of messages other than M1 to M8.
var opCodes = map[wps.MessageType]eap.OpCode{wps.MessageACK: eap.OpACK, wps.MessageNACK: eap.OpNACK, wps.MessageDone: eap.OpDone}

// emitMessage emits the known part of a message, in a packet that announces
// more.
func (in *interpreter) emitMessage(m *message) {
	t := m.conversation
	if bit := bit(m.kind, m.fromStation); t.signals&bit != 0 {
		return
	} else {
		t.signals |= bit
	}
	if m.kind <= wps.MessageM8 {
		t.last = m.kind
	}
	body := []byte{0x10, 0x4a, 0, 1, 0x10, 0x10, 0x22, 0, 1, byte(m.kind)}
	add := func(id wps.AttributeID, v []byte) {
		if v != nil && !m.has[id] {
			body = binary.BigEndian.AppendUint16(body, uint16(id))
			body = binary.BigEndian.AppendUint16(body, uint16(len(v)))
			body = append(body, v...)
		}
	}
	body = append(body, m.attributes...)
	switch m.kind {
	case wps.MessageM1:
		add(wps.AttrEnrolleeNonce, t.nonceE)
		switch t.link.method {
		case doctor.PushButton:
			add(wps.AttrDevicePasswordID, []byte{0, byte(wps.PasswordPushButton)})
		case doctor.PIN:
			add(wps.AttrDevicePasswordID, []byte{0, byte(wps.PasswordDefault)})
		default:
			if t.link.side == sideAP && t.link.pressed && !t.link.pinEntered && len(m.has) == 0 {
				add(wps.AttrDevicePasswordID, []byte{0, byte(wps.PasswordPushButton)})
			}
		}
	case wps.MessageM2:
		add(wps.AttrEnrolleeNonce, t.nonceE)
		add(wps.AttrRegistrarNonce, t.nonceR)
	}
	op := eap.OpMSG
	if o, ok := opCodes[m.kind]; ok {
		op = o
	}
	in.emitWSC(t, m.fromStation, op, body, max(m.length, len(body)+1))
}

// emitWSC emits a WSC packet, of whose data (length octets) the beginning is
// known.
func (in *interpreter) emitWSC(t *conversation, fromStation bool, op eap.OpCode, data []byte, length int) {
	p := eap.NewWSC(t.next(fromStation), t.id, op, data)
	packet, err := p.AppendTo(nil)
	if err != nil {
		return
	}
	total := min(len(packet)-len(data)+length, 0xffff)
	binary.BigEndian.PutUint16(packet[2:], uint16(total))
	in.emitEAP(t, fromStation, packet)
}

// next returns the code of the next packet of a side; requests get a new
// Identifier.
func (t *conversation) next(fromStation bool) eap.Code {
	if fromStation {
		return eap.CodeResponse
	}
	t.id++
	return eap.CodeRequest
}

// emitEAP emits an EAP packet in an EAPOL frame.
func (in *interpreter) emitEAP(t *conversation, fromStation bool, packet []byte) {
	length := int(binary.BigEndian.Uint16(packet[2:]))
	frame := append([]byte{eapol.Version2, byte(eapol.TypeEAP), byte(length >> 8), byte(length)}, packet...)
	in.emitFrame(t, fromStation, frame)
	if !fromStation {
		t.sent = frame
	}
}

// emitFrame emits an EAPOL frame.
func (in *interpreter) emitFrame(t *conversation, fromStation bool, frame []byte) {
	e := in.emit(capture.KindEAPOL)
	e.Data = frame
	e.Src, e.Dst, e.BSSID = t.ap, t.station, t.ap
	if fromStation {
		e.Src, e.Dst = t.station, t.ap
	}
	if len(frame) >= 8 && len(frame) < 4+int(binary.BigEndian.Uint16(frame[6:])) && frame[1] == byte(eapol.TypeEAP) {
		e.Truncated = true
	}
}

// emitSignal emits an EAP packet without a WSC message, once in a run.
func (in *interpreter) emitSignal(t *conversation, said uint32) {
	if t.dumped || t.signals&said != 0 {
		return
	}
	t.signals |= said
	switch said {
	case signalIdentityRequest:
		t.began = in.line
		t.next(false)
		in.emitEAP(t, false, []byte{byte(eap.CodeRequest), t.id, 0, 5, byte(eap.TypeIdentity)})
	case signalIdentity:
		identity := eap.EnrolleeIdentity
		if t.apEnrollee {
			identity = eap.RegistrarIdentity
		}
		packet := append([]byte{byte(eap.CodeResponse), t.id, 0, byte(5 + len(identity)), byte(eap.TypeIdentity)}, identity...)
		in.emitEAP(t, true, packet)
	case signalStart:
		in.emitWSC(t, false, eap.OpStart, nil, 0)
	case signalFailure:
		in.emitEAP(t, false, []byte{byte(eap.CodeFailure), t.id, 0, 4})
	}
}

// start records that EAP begins: the access point asks for the station's
// identity.
func (in *interpreter) start(t *conversation) {
	in.flush()
	if t.signals != 0 {
		t.renew()
	}
	in.emitSignal(t, signalIdentityRequest)
}

// proposed records that EAP-WSC begins.
func (in *interpreter) proposed(t *conversation) {
	in.flush()
	t.wsc = true
	in.associate(t)
	in.emitSignal(t, signalIdentity)
	in.emitSignal(t, signalStart)
}

// fail handles a failed run: a message was not accepted by its receiver.
func (in *interpreter) fail(t *conversation, kind wps.MessageType, ce wps.ConfigError, known bool) {
	t.wsc = true
	in.associate(t)
	if t.dumped || t.signals&(signalNACKOfStation|signalNACKOfAP|1<<(wps.MessageM2D&15)) != 0 {
		return // the message that ended the run is known
	}
	enrollee, ok := ofEnrollee(kind)
	if !ok {
		return
	}
	in.emitMessageOnce(t, kind)
	by := !enrollee // the receiver
	answer := wps.MessageNACK
	if kind == wps.MessageM1 && ce != 0 {
		answer = wps.MessageM2D // hostap's answer to M1
	}
	m := &message{conversation: t, kind: answer, fromStation: by != t.apEnrollee, has: map[wps.AttributeID]bool{}}
	if known {
		m.attributes = []byte{0x10, 0x09, 0, 2, 0, byte(ce)}
		m.has[wps.AttrConfigError] = true
	}
	in.emitMessage(m)
}

// emitMessageOnce emits a message that must have been sent, and those before
// it.
func (in *interpreter) emitMessageOnce(t *conversation, kind wps.MessageType) {
	in.emitImplied(t, kind)
	if kind > t.last || kind > wps.MessageM8 {
		in.emitMessage(&message{conversation: t, kind: kind, fromStation: t.sender(kind, false), has: map[wps.AttributeID]bool{}})
	}
}

// succeed handles a successful run, as reported by the enrollee.
func (in *interpreter) succeed(t *conversation) {
	in.ends(t)
	t.wsc = true
	in.associate(t)
	l := t.link
	if !l.enrolled || t.signals&bit(wps.MessageDone, false) == 0 {
		l.done, l.joining, t.failed = in.line, false, false
	}
	l.enrolled, t.given = true, false
	if !t.dumped {
		in.emitMessageOnce(t, wps.MessageDone)
	}
}

// notFound handles a station that does not find the network of its settings.
func (in *interpreter) notFound(t *conversation) {
	if !t.link.joining && len(in.missing) < maxNotices {
		in.missing[t.link.done] = true
	}
}

// failure handles EAP-Failure, or a line that means it.
func (in *interpreter) failure(t *conversation) {
	in.flush()
	if t.dumped || !t.wsc && t.link.method == doctor.MethodUnknown {
		return
	}
	in.associate(t)
	if t.given { // no line said that it failed
		t.given = false
		in.emitMessageOnce(t, wps.MessageM8)
	}
	if t.signals&signalFailure != 0 || t.signals&signalIdentityRequest == 0 && t.last == 0 && !t.wsc {
		return
	}
	switch {
	case t.signals&(signalNACKOfAP|signalNACKOfStation) != 0:
	case t.last == 0 && t.signals&signalStart != 0:
		// Every enrollee answers WSC_Start with M1, and hostapd goes on to
		// EAP-Failure without a log line if M1 found no registrar, or M2 no access
		// point's PIN.
		in.emitMessageOnce(t, wps.MessageM1)
	}
	in.emitSignal(t, signalFailure)
	t.associated, t.requested = false, false
}

// waitTimedOut handles a side that gave up waiting for the other.
func (in *interpreter) waitTimedOut(t *conversation, station bool) {
	if t.dumped {
		return
	}
	t.wsc = true
	in.associate(t)
	in.leave(t, station, reasonTimeout)
	t.signals |= signalFailure
}

// reasonTimeout is the reason code of a disconnection because the other side did
// not answer: IEEE Std 802.11-2020 table 9-49.
const reasonTimeout = 39

// attempt handles the start of an association.
func (in *interpreter) attempt(t *conversation) {
	in.flush()
	if t.signals != 0 || t.dumped {
		t.renew()
	}
	if t.managed {
		return
	}
	t.associates, t.associated, t.requested = true, false, false
	switch l := t.link; {
	case l.enrolled:
		in.join(t)
	case l.method != doctor.MethodUnknown || l.wps:
		in.associate(t)
	}
}

// associate emits the association for WPS, if it was not emitted yet.
func (in *interpreter) associate(t *conversation) {
	if !t.associates || t.associated {
		return
	}
	t.associates, t.requested = false, true
	if isGroup(t.ap) || t.signals&signalIdentityRequest != 0 {
		return // a wire, without associations, or too late: EAP has begun
	}
	list := &wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X}
	if t.apEnrollee {
		list.RequestType = wps.RequestRegistrar
	}
	octets, err := wps.Append(nil, list)
	if err != nil {
		return
	}
	e := in.emit(capture.KindAssociationRequest)
	e.Src, e.Dst, e.BSSID, e.Truncated = t.station, t.ap, t.ap, true
	e.Management = &capture.Management{Elements: dot11.Elements{SSID: wps.SSID(t.link.ssid), WPS: octets}}
	in.network(t)
}

// join emits the association of a station that joins with the settings.
func (in *interpreter) join(t *conversation) {
	t.associates, t.requested = false, true
	t.link.joining = true
	delete(in.missing, t.link.done)
	if isGroup(t.ap) {
		return
	}
	e := in.emit(capture.KindAssociationRequest)
	e.Src, e.Dst, e.BSSID, e.Truncated = t.station, t.ap, t.ap, true
	e.Management = &capture.Management{Elements: dot11.Elements{SSID: wps.SSID(t.link.ssid)}}
}

// accepted emits the access point's association response.
func (in *interpreter) accepted(t *conversation, status uint16) {
	in.flush()
	if t.associated || t.managed {
		return
	}
	if t.link.method != doctor.MethodUnknown || status != 0 && t.link.enrolled {
		in.associate(t)
	}
	t.associated = true
	e := in.emit(capture.KindAssociationResponse)
	e.Src, e.Dst, e.BSSID, e.Truncated = t.ap, t.station, t.ap, true
	e.Management = &capture.Management{Status: status}
}

// isGroup reports whether an address is a group address: in the logs of
// wpa_supplicant the address of EAPOL on a wire stands for the access point.
func isGroup(a wps.MAC) bool { return a[0]&1 != 0 }

// leave emits a deauthentication.
func (in *interpreter) leave(t *conversation, fromStation bool, reason int) {
	in.flush()
	if t.managed {
		return
	}
	if t.associates && !t.wsc && !t.associated {
		t.associates = false
		return
	}
	t.associates, t.associated, t.requested = false, false, false
	if t.signals == 0 && !t.dumped && !t.wsc && !t.link.enrolled && t.link.method == doctor.MethodUnknown {
		return
	}
	e := in.emit(capture.KindDeauthentication)
	e.Src, e.Dst, e.BSSID = t.ap, t.station, t.ap
	if fromStation {
		e.Src, e.Dst = t.station, t.ap
	}
	e.Management = &capture.Management{Reason: uint16(reason)}
}

// network emits the network name of a conversation's access point. It is unknown
// whether its beacon has WPS, so the event is marked as truncated.
func (in *interpreter) network(t *conversation) {
	l := t.link
	if l.ssid == "" || t.ap == (wps.MAC{}) {
		return
	}
	n := in.aps[t.ap]
	if n != nil && n.ssid == l.ssid {
		return
	}
	if n == nil && len(in.aps) >= maxNetworks {
		return
	}
	in.aps[t.ap] = &network{ssid: l.ssid, freq: l.freq}
	in.beacon(t.ap, l.ssid, l.freq, 0, nil).Truncated = true
}

// beacon emits a beacon.
func (in *interpreter) beacon(bssid wps.MAC, ssid string, frequency, signal int, octets []byte) *capture.Event {
	e := in.emit(capture.KindBeacon)
	e.Src, e.BSSID = bssid, bssid
	e.Radio = capture.RadioInfo{OnAir: true, Frequency: uint16(frequency), Signal: int8(signal)}
	e.Described = true
	e.Management = &capture.Management{
		Capability: 1 | dot11.Privacy,
		Elements:   dot11.Elements{SSID: wps.SSID(ssid), Channel: dot11.Channel(frequency), WPS: octets, RSN: personal},
	}
	return e
}

// personal is the assumed security of a network.
var personal = &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMPSK}}

// advertise emits a beacon of the access point that runs the program.
func (in *interpreter) advertise(e *element) {
	l := in.currentLink()
	if !e.has {
		return
	}
	octets, err := wps.Append(nil, &e.beacon.Beacon)
	if err != nil {
		return
	}
	in.beacon(l.own, l.ssid, l.freq, 0, octets)
}

// advertiseState emits a beacon with the state that event lines show, of the
// access point that runs the program.
func (in *interpreter) advertiseState(l *link) {
	e := &element{has: true}
	b := &e.beacon.Beacon
	b.State, b.WFA.Version2, b.APSetupLocked = wps.Configured, 0x20, l.locked
	switch {
	case l.pressed:
		b.SelectedRegistrar, b.DevicePasswordID = true, wps.PasswordPushButton
	case l.pinEntered:
		b.SelectedRegistrar, b.DevicePasswordID = true, wps.PasswordDefault
	}
	in.advertise(e)
}

// notice adds a notice, unless it repeats the previous one.
func (in *interpreter) notice(kind doctor.NoticeKind) {
	r := doctor.Notice{Kind: kind, Time: in.now}
	if n := len(in.notices); n > 0 && in.notices[n-1].Kind == kind {
		in.notices[n-1].Time = in.now
		return
	}
	if len(in.notices) == maxNotices {
		in.notices = slices.Delete(in.notices, 0, 1)
	}
	in.notices = append(in.notices, r)
}

// dumpedFrame handles an EAPOL frame that is dumped.
func (in *interpreter) dumpedFrame(t *conversation, sent bool, frame []byte) {
	fromStation := sent == (t.link.side != sideAP)
	if !t.dumped {
		t.dumped = true
		if m := in.pending; m != nil && m.conversation == t {
			in.pending = nil
		}
	}
	in.flush()
	in.facts.frames = true
	asked, packet := false, eap.Packet{}
	if p, err := eapol.ParseFrame(frame); err == nil && p.Type == eapol.TypeEAP {
		packet, err = eap.ParsePacket(p.Body)
		asked = err == nil && packet.Code == eap.CodeRequest && packet.Type == eap.TypeIdentity
	}
	switch identity := string(packet.Data); {
	case asked && t.associates:
		t.held = frame
		return
	case packet.IsWSC():
		t.wsc = true
		in.associate(t)
	case packet.Type == eap.TypeIdentity && (identity == eap.RegistrarIdentity || identity == eap.EnrolleeIdentity):
		t.apEnrollee, t.wsc = identity == eap.RegistrarIdentity, true
		in.associate(t)
	}
	if t.held != nil {
		in.emitFrame(t, false, t.held)
		t.held = nil
	}
	in.emitFrame(t, fromStation, frame)
}
