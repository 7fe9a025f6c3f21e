package radius

import (
	"cmp"
	"container/list"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/indexed"
	"github.com/gowps/gowps/wps"
)

// Limits of a [Server].
const (
	// MaxSessions is how many sessions a Server holds by default. When one more
	// begins, one that is over is forgotten, or else the session that has been
	// idle longest of the client with the most sessions is closed.
	MaxSessions = 10_000
	// AnswerTime is how long the last answer of a session is kept for copies of
	// its request. RFC 5080 §2.2.1 suggests such a cache; access points repeat
	// a request within a few seconds.
	AnswerTime = 30 * time.Second
)

// Errors of discarded datagrams, besides those of [Parse] and
// [Packet.CheckRequest].
var (
	// ErrClient: the sender is not a client of this server.
	ErrClient = errors.New("radius: unknown client")
	// ErrDiscarded: the server has no answer to the packet.
	ErrDiscarded = errors.New("radius: packet discarded")
	// ErrConfig: the configuration is invalid.
	ErrConfig = errors.New("radius: configuration")
)

// Session is the exchange with one station, such as a Session of package ap.
type Session interface {
	Start(now time.Time) eapwsc.Step
	Handle(now time.Time, packet []byte) (eapwsc.Step, error)
	Timeout(now time.Time) (eapwsc.Step, error)
	Close(now time.Time, cause error) error
}

// Access is what the first request of a station says about it. Only the Client
// is authenticated, by the shared secret.
type Access struct {
	Client        netip.AddrPort
	Station       wps.MAC  // Calling-Station-Id
	AP            wps.MAC  // Called-Station-Id; zero if it is missing
	SSID          wps.SSID // after the address in Called-Station-Id; may be empty
	NASIdentifier string
	FirstID       uint8 // Identifier for the session's first EAP request
	MTU           int   // Framed-MTU: the longest EAP packet, in octets; 0 if not given
}

// Config configures a [Server].
type Config struct {
	// Secret returns the secret that a client shares with this server, or
	// nil if there is none.
	Secret func(client netip.Addr) []byte
	// NewSession creates the session of a station. An error rejects the
	// station.
	NewSession func(now time.Time, a Access) (Session, error)
	// Ended, if set, is called when a session has ended, with its error or nil.
	Ended func(now time.Time, a Access, s Session, err error)
	// MaxSessions replaces the constant [MaxSessions] if not zero.
	MaxSessions int
	// Rand is the source of States. The default is [rand.Reader].
	Rand io.Reader
}

// Datagram is a packet to send.
type Datagram struct {
	To   netip.AddrPort
	Data []byte
}

// Server answers the Access-Requests of access points. See the package
// documentation.
type Server struct {
	cfg      Config
	sessions map[[stateLen]byte]*session
	requests map[requestKey]*session
	stations map[stationKey]*session
	due      indexed.Heap[*session, byDeadline]
	// To make room, a session is found at once: ended has those that are over
	// in the order in which they ended, clients has the others.
	ended   list.List
	clients map[netip.Addr]*clientSessions
	byLoad  indexed.Heap[*clientSessions, bySessions]
}

// clientSessions are the sessions of a client that are not over.
type clientSessions struct {
	addr  netip.Addr
	open  list.List // of *session, in the order in which they were last heard
	index int       // in byLoad
}

const stateLen = 16

// maxEarlier is how many requests of a session are known again: an exchange in
// large fragments has fewer than twenty.
const maxEarlier = 64

// requestKey identifies a request and its copies: RFC 5080 §2.2.2.
type requestKey struct {
	client        netip.AddrPort
	identifier    uint8
	authenticator [16]byte
}

type stationKey struct {
	client  netip.Addr
	station wps.MAC
}

// session is a Session and the request it has to answer.
type session struct {
	Session
	access  Access
	state   [stateLen]byte
	key     requestKey
	request *Packet // nil if it was answered
	answer  []byte  // the answer to key, for copies of it
	// The requests before key. The client has had their answers, and a copy
	// that comes late must not disturb the session, or end it: the first one
	// has no State, and would be a new beginning.
	earlier []requestKey
	over    bool
	due     time.Time     // deadline of the session, or when its answer is forgotten
	index   int           // in due
	idle    *list.Element // in the list of its kind
}

// NewServer returns a server. The error is of class [ErrConfig].
func NewServer(cfg Config) (*Server, error) {
	switch {
	case cfg.Secret == nil:
		return nil, fmt.Errorf("%w: Secret is missing", ErrConfig)
	case cfg.NewSession == nil:
		return nil, fmt.Errorf("%w: NewSession is missing", ErrConfig)
	case cfg.MaxSessions < 0:
		return nil, fmt.Errorf("%w: MaxSessions is negative", ErrConfig)
	}
	cfg.MaxSessions = cmp.Or(cfg.MaxSessions, MaxSessions)
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return &Server{
		cfg: cfg, sessions: make(map[[stateLen]byte]*session),
		requests: make(map[requestKey]*session), stations: make(map[stationKey]*session),
		clients: make(map[netip.Addr]*clientSessions),
	}, nil
}

// Sessions returns how many sessions the server holds, including those that
// have ended within [AnswerTime].
func (s *Server) Sessions() int { return len(s.sessions) }

// Handle processes a datagram and returns the datagrams to send, usually one.
// It returns none if the answer comes later: a station that was sent M2D waits
// for a decision. The error says why a datagram was discarded; it never ends
// the server.
func (s *Server) Handle(now time.Time, from netip.AddrPort, datagram []byte) ([]Datagram, error) {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	secret := s.cfg.Secret(from.Addr())
	if len(secret) == 0 {
		return nil, fmt.Errorf("%w %v", ErrClient, from.Addr())
	}
	p, err := Parse(datagram)
	if err != nil {
		return nil, err
	}
	if p.Code != AccessRequest && p.Code != StatusServer {
		return nil, fmt.Errorf("%w: %w", ErrDiscarded, fieldCode.Fault(eap.ErrCode, "%v sent to a server", p.Code))
	}
	if err := p.CheckRequest(secret); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiscarded, err)
	}
	key := requestKey{from, p.Identifier, p.Authenticator}
	if x, ok := s.requests[key]; ok {
		if key != x.key || x.answer == nil {
			return nil, nil // it was answered before, or the answer comes later
		}
		return []Datagram{{from, x.answer}}, nil
	}
	if p.Code == StatusServer {
		b, err := reply(AccessAccept, p).EncodeResponse(secret, p)
		return []Datagram{{from, b}}, err
	}
	x, step, err := s.passToSession(now, from, p)
	if x == nil {
		return s.reject(from, secret, p), err
	}
	if err != nil && step.Send == nil && !step.Done {
		return nil, fmt.Errorf("%w: %w", ErrDiscarded, err)
	}
	if x.key != (requestKey{}) {
		if len(x.earlier) == maxEarlier {
			delete(s.requests, x.earlier[0])
			x.earlier = x.earlier[1:]
		}
		x.earlier = append(x.earlier, x.key)
	}
	x.key, x.request, x.answer = key, p.clone(), nil
	s.requests[key] = x
	s.clients[from.Addr()].open.MoveToBack(x.idle)
	return s.settle(now, x, step, err)
}

// passToSession passes a request to its session, which it creates for the first request
// of a station. It returns no session if the station is to be rejected.
func (s *Server) passToSession(now time.Time, from netip.AddrPort, p *Packet) (*session, eapwsc.Step, error) {
	packet := p.EAP()
	state := p.Get(State)
	if x, ok := s.session(from.Addr(), state); ok && !x.over {
		step, err := x.Handle(now, packet)
		return x, step, err
	}
	access, err := accessOf(from, p)
	if err != nil {
		return nil, eapwsc.Step{}, fmt.Errorf("%w: %w", ErrDiscarded, err)
	}
	// An empty EAP-Message is an EAP-Start: RFC 3579 §2.1. Anything else but an
	// identity belongs to a session that has ended.
	in, err := eap.ParsePacket(packet)
	if len(packet) > 0 && (err != nil || in.Code != eap.CodeResponse || in.Type != eap.TypeIdentity) {
		return nil, eapwsc.Step{}, fmt.Errorf("%w: no session of station %v is open", ErrDiscarded, access.Station)
	}
	access.FirstID = in.ID
	x, err := s.begin(now, access)
	if err != nil {
		return nil, eapwsc.Step{}, err
	}
	step := x.Start(now)
	x.due = step.Deadline
	if len(packet) > 0 {
		step, err = x.Handle(now, packet)
	}
	s.due.Push(x)
	return x, step, err
}

// session returns the session of a State, if the State was given to this
// client.
func (s *Server) session(client netip.Addr, state []byte) (*session, bool) {
	if len(state) != stateLen {
		return nil, false
	}
	x, ok := s.sessions[[stateLen]byte(state)]
	return x, ok && x.access.Client.Addr() == client
}

// accessOf reads what a request says about its station.
func accessOf(from netip.AddrPort, p *Packet) (Access, error) {
	a := Access{Client: from, NASIdentifier: string(p.Get(NASIdentifier))}
	var ok bool
	if a.Station, _, ok = wps.CutMAC(string(p.Get(CallingStationID))); !ok {
		return a, fieldAttributes.Fault(eap.ErrLength, "Calling-Station-Id has no address")
	}
	var rest string
	if a.AP, rest, ok = wps.CutMAC(string(p.Get(CalledStationID))); ok {
		a.SSID = wps.SSID(strings.TrimPrefix(rest, ":"))
	}
	if v := p.Get(FramedMTU); len(v) == 4 && v[0] == 0 && v[1] == 0 {
		a.MTU = int(v[2])<<8 | int(v[3])
	}
	return a, nil
}

// begin creates the session of a station. It closes an earlier session of the
// station, which has started again.
func (s *Server) begin(now time.Time, a Access) (*session, error) {
	x := &session{access: a}
	if _, err := io.ReadFull(s.cfg.Rand, x.state[:]); err != nil {
		return nil, fmt.Errorf("radius: no randomness: %w", err)
	}
	var err error
	if x.Session, err = s.cfg.NewSession(now, a); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiscarded, err)
	}
	key := stationKey{a.Client.Addr(), a.Station}
	if old, ok := s.stations[key]; ok {
		s.close(now, old)
	}
	if len(s.sessions) >= s.cfg.MaxSessions {
		s.close(now, s.sessionToClose())
	}
	s.sessions[x.state], s.stations[key] = x, x
	c := s.clients[key.client]
	if c == nil {
		c = &clientSessions{addr: key.client}
		s.clients[c.addr] = c
		s.byLoad.Push(c)
	}
	x.idle = c.open.PushBack(x)
	s.byLoad.Fix(c)
	return x, nil
}

// sessionToClose returns the session to close when there is no room: the first of
// those that are over, or else, of the client with the most sessions, the one
// that has been idle longest. So a client that opens too many sessions, or whose
// stations do, takes nothing from the others.
func (s *Server) sessionToClose() *session {
	e := s.ended.Front()
	if e == nil {
		e = s.byLoad.First().open.Front()
	}
	return e.Value.(*session)
}

// close ends and forgets a session whose station has gone.
func (s *Server) close(now time.Time, x *session) {
	if !x.over {
		_ = x.Session.Close(now, nil) // Ended reports it
		s.end(now, x, eapwsc.ErrOver)
	}
	s.ended.Remove(x.idle)
	delete(s.sessions, x.state)
	delete(s.requests, x.key)
	for _, key := range x.earlier {
		delete(s.requests, key)
	}
	if key := (stationKey{x.access.Client.Addr(), x.access.Station}); s.stations[key] == x {
		delete(s.stations, key)
	}
	s.due.Remove(x)
}

// end marks a session as ended, and reports it.
func (s *Server) end(now time.Time, x *session, err error) {
	x.over = true
	c := s.clients[x.access.Client.Addr()]
	c.open.Remove(x.idle)
	if s.byLoad.Fix(c); c.open.Len() == 0 {
		s.byLoad.Remove(c)
		delete(s.clients, c.addr)
	}
	x.idle = s.ended.PushBack(x)
	if s.cfg.Ended != nil {
		s.cfg.Ended(now, x.access, x.Session, err)
	}
}

// settle records a session's step, and returns the answer with what it sends.
func (s *Server) settle(now time.Time, x *session, step eapwsc.Step, err error) ([]Datagram, error) {
	x.due = step.Deadline
	if !x.due.After(now) { // a session must not hold up the others
		x.due = now.Add(AnswerTime)
	}
	if step.Done {
		x.due = now.Add(AnswerTime)
		s.end(now, x, err)
	}
	s.due.Fix(x)
	// Without a waiting request nothing can be sent: the access point itself
	// repeats requests to the station.
	if x.request == nil || step.Send == nil {
		return nil, nil
	}
	code := AccessChallenge
	if step.Done {
		code = AccessReject
	}
	p := reply(code, x.request)
	if !step.Done {
		p.Add(State, x.state[:])
	}
	p.AddEAP(step.Send)
	b, encodeErr := p.EncodeResponse(s.cfg.Secret(x.key.client.Addr()), x.request)
	if encodeErr != nil {
		return nil, encodeErr
	}
	x.answer, x.request = b, nil
	return []Datagram{{x.key.client, b}}, nil
}

// reject refuses a request that no session handles, with EAP-Failure if it
// carried EAP.
func (s *Server) reject(to netip.AddrPort, secret []byte, p *Packet) []Datagram {
	r := reply(AccessReject, p)
	if packet := p.EAP(); len(packet) >= 2 {
		failure := eap.Packet{Code: eap.CodeFailure, ID: packet[1]}
		if b, err := failure.AppendTo(nil); err == nil {
			r.AddEAP(b)
		}
	}
	b, err := r.EncodeResponse(secret, p)
	if err != nil {
		return nil
	}
	return []Datagram{{to, b}}
}

// reply returns the start of a response: the Proxy-States are returned
// unchanged (RFC 2865 §5.33).
func reply(code Code, request *Packet) *Packet {
	p := &Packet{Code: code, Identifier: request.Identifier}
	for _, a := range request.Attributes {
		if a.Type == ProxyState {
			p.Attributes = append(p.Attributes, a)
		}
	}
	return p
}

// clone returns the parts of a request that are needed to answer it later,
// without references to the datagram.
func (p *Packet) clone() *Packet {
	c := &Packet{Code: p.Code, Identifier: p.Identifier, Authenticator: p.Authenticator}
	for _, a := range p.Attributes {
		if a.Type == ProxyState {
			c.Add(a.Type, append([]byte(nil), a.Value...))
		}
	}
	return c
}

// Deadline returns when to call [Server.Timeout]; the zero time is never.
func (s *Server) Deadline() time.Time {
	if s.due.Len() == 0 {
		return time.Time{}
	}
	return s.due.First().due
}

// Timeout handles the sessions whose deadline has passed, and returns the
// datagrams to send.
func (s *Server) Timeout(now time.Time) []Datagram {
	var out []Datagram
	for s.due.Len() > 0 && !s.due.First().due.After(now) {
		x := s.due.First()
		if x.over {
			s.close(now, x)
			continue
		}
		step, err := x.Session.Timeout(now)
		datagrams, _ := s.settle(now, x, step, err)
		out = append(out, datagrams...)
	}
	return out
}

// Poll asks every session with a waiting request for its answer, and returns
// the datagrams to send. Call it after the owner has entered a PIN or pressed a
// button: a station that was sent M2D is then registered at once.
func (s *Server) Poll(now time.Time) []Datagram {
	var out []Datagram
	for _, x := range slices.Clone(s.due.All()) {
		if x.over || x.request == nil {
			continue
		}
		step, err := x.Session.Timeout(now)
		datagrams, _ := s.settle(now, x, step, err)
		out = append(out, datagrams...)
	}
	return out
}

// Close ends all sessions.
func (s *Server) Close(now time.Time) {
	for s.due.Len() > 0 {
		s.close(now, s.due.First())
	}
}

// byDeadline orders sessions by their deadline.
type byDeadline struct{}

// Less compares deadlines.
func (byDeadline) Less(a, b *session) bool { return a.due.Before(b.due) }

// Index returns the index in due.
func (byDeadline) Index(x *session) *int { return &x.index }

// bySessions orders clients by the number of their sessions, most first.
type bySessions struct{}

// Less compares the numbers.
func (bySessions) Less(a, b *clientSessions) bool { return a.open.Len() > b.open.Len() }

// Index returns the index in byLoad.
func (bySessions) Index(c *clientSessions) *int { return &c.index }
