package sim

import (
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// Times of a router for one station [hostap].
const (
	startPatience     = 30 * time.Second      // until EAPOL-Start of a station that has to send it
	deauthDelay       = 10 * time.Millisecond // after EAP-Failure, so that the station receives that
	handshakeInterval = time.Second
	handshakeTries    = 4
	maxClients        = 2007 // the highest association identifier
)

type clientPhase uint8

const (
	clientWaits      clientPhase = iota // for its EAPOL-Start
	clientRegisters                     // EAP-WSC
	clientLeaves                        // EAP has ended
	clientHandshakes                    // 4-way handshake
	clientConnected
)

// client is a station that is associated with a router.
type client struct {
	mac      wps.MAC
	phase    clientPhase
	sent     eapol.KeyMessage // message 1 or 3 of the 4-way handshake
	tries    int              // how often it was sent
	radio    int
	deadline time.Time
	session  *ap.Session
	keys     *pairwise
}

// close ends the exchange with a station that has gone.
func (c *client) close(now time.Time) {
	if c.session != nil {
		_ = c.session.Close(now, nil) // the event has the error
	}
}

func (r *Router) client(mac wps.MAC) *client {
	if i := slices.IndexFunc(r.clients, func(c *client) bool { return c.mac == mac }); i >= 0 {
		return r.clients[i]
	}
	return nil
}

// forget removes a station.
func (r *Router) forget(now time.Time, mac wps.MAC) {
	if c := r.client(mac); c != nil {
		c.close(now)
		r.clients = slices.DeleteFunc(r.clients, func(o *client) bool { return o == c })
	}
}

// dismiss disconnects a station.
func (r *Router) dismiss(now time.Time, c *client, reason uint16) {
	r.send(c.radio, &Frame{Type: Deauthentication, To: c.mac, Code: reason})
	r.forget(now, c.mac)
}

// admit returns the status code of an authentication response.
func (r *Router) admit(station wps.MAC) uint16 {
	if allowed := r.settings.Allowed; len(allowed) > 0 && !slices.Contains(allowed, station) {
		return StatusFailure
	}
	return StatusSuccess
}

// associate answers an association request, with hostapd's order of checks.
func (r *Router) associate(now time.Time, radio int, f *Frame) {
	r.forget(now, f.From)
	e, _ := dot11.Parse(f.Body) // parts that can be read are used
	row := r.settings.Security.row()
	c := &client{mac: f.From, radio: radio}
	answer := &Frame{Type: AssociationResponse, To: f.From, Privacy: row.encrypts()}
	w := r.port.world
	request := &w.associationRequest
	*request = wps.AssociationRequest{}
	var begin func(*Router, time.Time, *client)
	switch {
	case e.SSID != r.settings.SSID || r.admit(f.From) != StatusSuccess:
		answer.Code = StatusFailure
	case len(r.clients) >= maxClients:
		answer.Code = StatusFull
	case e.WPS != nil && r.WPS() == nil:
		if wps.Decode(request, e.WPS, wps.Tolerant) != nil {
			answer.Code = StatusInvalidElement
			break
		}
		w.associationResponse = r.point(radio).AssociationResponse()
		answer.Body = w.element(&w.associationResponse)
		begin = (*Router).waitForStart
		if request.WFA.Version2 != 0 {
			// A version 1.0 station is not ready before its EAPOL-Start.
			begin = (*Router).register
		}
	case row.rsn == nil && row.wpa == nil:
		begin = (*Router).connected
	case e.RSN != nil && row.offers(e.RSN):
		begin = (*Router).handshake
	case e.RSN != nil:
		answer.Code = StatusInvalidAKMP
	case r.WPS() == nil:
		// Neither a WPS nor an RSN element: old Windows clients associate so
		// before they register. Their identity will show it.
		begin = (*Router).waitForStart
	default:
		answer.Code = StatusInvalidElement
	}
	r.send(radio, answer)
	if begin != nil {
		r.clients = append(r.clients, c)
		begin(r, now, c)
	}
}

func (r *Router) waitForStart(now time.Time, c *client) {
	c.phase, c.deadline = clientWaits, now.Add(startPatience)
}

// register starts EAP-WSC.
func (r *Router) register(now time.Time, c *client) {
	var id [1]byte
	r.nonces.Read(id[:])
	session, err := r.point(c.radio).NewSession(c.mac, id[0])
	if err != nil {
		r.port.note(SessionRefused, err.Error())
		r.dismiss(now, c, ReasonNotAuthenticated)
		return
	}
	c.phase, c.session = clientRegisters, session
	r.step(now, c, session.Start(now))
}

// step carries out a step of a session.
func (r *Router) step(now time.Time, c *client, s eapwsc.Step) {
	if s.Send != nil {
		r.sendEAPOL(c, newEAPOLFrame(eapol.Version2, eapol.TypeEAP, s.Send))
	}
	c.deadline = s.Deadline
	if s.Done {
		c.phase, c.deadline = clientLeaves, now.Add(deauthDelay)
	}
}

func (r *Router) sendEAPOL(c *client, frame []byte) {
	r.send(c.radio, &Frame{Type: Data, To: c.mac, Body: frame})
}

// eapol handles an EAPOL frame of a station.
func (r *Router) eapol(now time.Time, c *client, b []byte) {
	f, err := eapol.ParseFrame(b)
	if err != nil {
		return
	}
	switch {
	case f.Type == eapol.TypeStart && c.phase == clientWaits:
		r.register(now, c)
	case f.Type == eapol.TypeEAP && c.phase == clientRegisters:
		step, _ := c.session.Handle(now, f.Body) // the event has the session's error
		r.step(now, c, step)
	case f.Type == eapol.TypeKey && c.phase == clientHandshakes:
		r.key(now, c, b)
	}
}

// handshake starts the 4-way handshake.
func (r *Router) handshake(now time.Time, c *client) {
	key, err := r.port.world.keys.psk(r.settings.SSID, r.settings.Key)
	if err != nil {
		r.dismiss(now, c, ReasonHandshakeTimeout) // settings written by WPS may be unusable
		return
	}
	c.phase, c.sent, c.tries = clientHandshakes, eapol.Pairwise1, 0
	c.keys = &pairwise{psk: key, point: r.port.Radio(c.radio).MAC(), station: c.mac}
	r.sendKey(now, c)
}

// sendKey sends or repeats message 1 or 3.
func (r *Router) sendKey(now time.Time, c *client) {
	c.tries++
	c.deadline = now.Add(handshakeInterval)
	if c.sent == eapol.Pairwise1 {
		r.sendEAPOL(c, c.keys.message1(r.keys))
	} else {
		r.sendEAPOL(c, c.keys.message3(appendRSN(nil, r.settings.Security.row().rsn)))
	}
}

// key handles a message of the 4-way handshake. A message with a wrong MIC is
// not answered: the next try, or its absence, informs the station [hostap].
func (r *Router) key(now time.Time, c *client, b []byte) {
	switch message, b := readKey(b); {
	case message == eapol.Pairwise2 && c.sent == eapol.Pairwise1 && c.keys.proves(b):
		c.sent, c.tries = eapol.Pairwise3, 0
		r.sendKey(now, c)
	case message == eapol.Pairwise4 && c.sent == eapol.Pairwise3 && c.keys.confirms(b):
		r.connected(now, c)
	}
}

func (r *Router) connected(_ time.Time, c *client) {
	c.phase, c.deadline, c.keys = clientConnected, time.Time{}, nil
	r.port.note(StationConnected, c.mac.String())
}

// clientTimeout handles the deadline of a station.
func (r *Router) clientTimeout(now time.Time, c *client) {
	switch c.phase {
	case clientRegisters:
		step, _ := c.session.Timeout(now)
		r.step(now, c, step)
	case clientHandshakes:
		if c.tries < handshakeTries {
			r.sendKey(now, c)
		} else {
			r.dismiss(now, c, ReasonHandshakeTimeout)
		}
	case clientWaits:
		r.dismiss(now, c, ReasonNotAuthenticated)
	default:
		r.dismiss(now, c, Reason8021XFailed)
	}
}
