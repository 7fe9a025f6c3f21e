package exchange

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// course is how an exchange went: how far it came and how it ended. If there
// are several ends, WSC_Done counts most, then those with a reason, then
// EAP-Failure; of each kind the first one counts.
type course struct {
	exchange *Exchange
	reached  doctor.Stage

	kind    doctor.End      // the end that counts
	end     *validate.Entry // the step of the end, nil for none
	silence time.Duration   // before it

	m2d          *validate.Entry // the first M2D
	m2           bool            // M2 came
	settingsSent bool            // with settings in it

	lastActivity    time.Time // time of the last event that is not an end
	repeats         int       // of that
	retransmissions int
	unanswered      int    // repetitions of M1 and M2D without an answer: iwd answers M2D with its M1 only
	status          uint16 // the status code of a refused association
}

// newCourse follows the steps of an exchange.
func newCourse(x *Exchange) *course {
	c := &course{exchange: x, lastActivity: x.Began}
	for i := range x.Entries {
		s := &x.Entries[i]
		c.advance(s)
		c.recordEnd(s)
	}
	return c
}

// signalStages maps signals to stages.
var signalStages = [math.MaxUint8 + 1]doctor.Stage{
	validate.SignalAssociationRequest: doctor.StageAssociating, validate.SignalIdentityRequest: doctor.StageAsked,
	validate.SignalIdentity: doctor.StageIdentified, validate.SignalStart: doctor.StageStarted,
}

// advance records how far a step brings the exchange.
func (c *course) advance(s *validate.Entry) {
	if s.IsMessage() || s.Code != 0 && s.Signal != validate.SignalEAPFailure {
		c.retransmissions += s.Repeats
	}
	if s.Type == wps.MessageM1 || s.Type == wps.MessageM2D {
		c.unanswered += s.Repeats
	}
	switch {
	case s.IsMessage():
		c.reached = max(c.reached, doctor.StageOf(s.Type))
	case s.Signal == validate.SignalAssociationResponse && s.Status == 0:
		c.reached = max(c.reached, doctor.StageAssociated)
	case s.Signal == validate.SignalAssociationResponse, s.Signal == validate.SignalAuthentication:
		c.status = s.Status
	default:
		c.reached = max(c.reached, signalStages[s.Signal])
	}
}

// rank orders the ends by significance.
var rank = [math.MaxUint8 + 1]int{doctor.EndDisconnect: 1, doctor.EndFailure: 2, doctor.EndNACK: 3, doctor.EndDone: 4}

// recordEnd records a step that is an end, or after which an end follows.
func (c *course) recordEnd(s *validate.Entry) {
	how := c.endOf(s)
	switch {
	case s.Type == wps.MessageM2:
		c.m2, c.settingsSent = true, s.Attribute(wps.AttrEncryptedSettings) != nil
	case s.Type == wps.MessageM2D && c.m2d == nil:
		c.m2d = s
	case how == doctor.EndOpen:
	case c.end == nil || rank[how] > rank[c.kind]:
		c.kind, c.end, c.silence = how, s, s.Time.Sub(c.lastActivity)
	}
	if how == doctor.EndOpen {
		c.lastActivity, c.repeats = s.LastSent(), s.Repeats
	}
}

// reasonTimeout is the reason code of a disconnection because the other side did
// not answer: IEEE Std 802.11-2020 table 9-49.
const reasonTimeout = 39

// endOf returns the end that a step is, or EndOpen.
func (c *course) endOf(s *validate.Entry) doctor.End {
	switch {
	case s.Type == wps.MessageDone:
		return doctor.EndDone
	case s.Type == wps.MessageNACK:
		return doctor.EndNACK
	case s.Type == wps.MessageACK && c.reached == doctor.StageM8 && !c.exchange.FromEnrollee(s):
		return doctor.EndDone // an external registrar answers WSC_Done, which is not in the capture
	case s.Signal == validate.SignalEAPFailure, s.Signal == validate.SignalEAPSuccess:
		return doctor.EndFailure
	case s.Signal == validate.SignalDisconnect && s.Status == reasonTimeout:
		return doctor.EndTimeout
	case s.Signal == validate.SignalDisconnect, s.Signal == validate.SignalLogoff:
		return doctor.EndDisconnect
	}
	return doctor.EndOpen
}

// describe fills in a.
func (c *course) describe(a *doctor.Attempt) {
	x := c.exchange
	a.Reached, a.End, a.Silence, a.Status = c.reached, c.kind, c.silence, c.status
	a.Repeats, a.Retransmissions = c.repeats, c.retransmissions
	if c.m2d != nil && !c.m2 {
		a.Retransmissions -= c.unanswered
	}
	a.M2Lost = c.m2Lost()
	a.Wired = !x.OnAir && x.Transport != TransportRADIUS
	if c.kind == doctor.EndDisconnect {
		a.DisconnectReason = c.end.Status
	}
	if c.reached <= doctor.StageAssociated && x.Joining.Seen() {
		a.Ordinary, a.After = true, doctor.After{Reason: a.After.Reason}
	}
	if c.status != 0 {
		a.DetectedBy = x.role(validate.SideAP)
	}
	c.inferDone(a)
	c.describeEnd(a)
	a.Partial = x.oneSided() || c.end != nil && x.answersUnseen(c.end) || c.end == nil && c.reached == doctor.StageNone && x.hasMessage()
}

// inferDone ends an attempt with success that shows no WSC_Done, but what comes
// after it.
func (c *course) inferDone(a *doctor.Attempt) {
	x := c.exchange
	switch {
	case x.Transport == TransportIEEE1905 && c.settingsSent: // nothing answers an M2
		a.End, a.Mesh, c.end = doctor.EndDone, true, nil
	case c.reached == doctor.StageM8 && x.Joining.Seen() && c.kind != doctor.EndNACK: // it joins with the settings
		a.End, c.end = doctor.EndDone, nil
	}
}

// describeEnd records how the attempt ended, and by which side.
func (c *course) describeEnd(a *doctor.Attempt) {
	x := c.exchange
	switch {
	case a.End == doctor.EndDone && c.doneEarly():
		a.End, a.DetectedBy = doctor.EndFailure, x.role(c.end.From)
	case a.End == doctor.EndDone:
		a.DetectedBy = 0
	case c.m2d != nil && !c.m2:
		if c.end != nil {
			a.Silence = c.end.Time.Sub(c.m2d.LastSent())
		}
		a.End, a.DetectedBy = doctor.EndM2D, x.role(c.m2d.From)
		c.reason(a, c.m2d)
	case c.end != nil && a.End == doctor.EndNACK:
		a.DetectedBy = x.role(c.end.From)
		c.reason(a, c.end)
	case c.end != nil && x.messagesUnknown(c.end):
		a.DetectedBy, a.MoreUnknown = 0, true
	case c.end != nil:
		a.DetectedBy = x.role(c.end.From)
	default:
		a.Silence = x.Watched.Sub(c.lastActivity)
		if x.Restarted != 0 && c.status == 0 {
			a.End, a.DetectedBy = doctor.EndRestarted, x.role(x.Restarted)
		}
	}
}

// m2Lost reports whether M1 was repeated after M2, and M3 never came: the
// enrollee has not received M2.
func (c *course) m2Lost() bool {
	m1, m2 := c.exchange.first(wps.MessageM1), c.exchange.first(wps.MessageM2)
	return m1 != nil && m2 != nil && c.m2d == nil && c.reached == doctor.StageM2 && m1.LastSent().After(m2.Time)
}

// doneEarly reports whether WSC_Done came too early: the exchange was captured
// from its beginning, and had neither M8 nor an M2 with settings.
func (c *course) doneEarly() bool {
	m2 := c.exchange.first(wps.MessageM2)
	cut := m2 != nil && m2.Truncated // the settings may be in its end
	return c.reached == doctor.StageDone && c.exchange.first(wps.MessageM1) != nil && !c.settingsSent && !cut && c.exchange.furthest() < wps.MessageM7
}

// reason records the Configuration Error of M2D or WSC_NACK, and what it
// implies about missing messages: an enrollee reports a wrong PIN in answer to
// M4 and M6 only.
func (c *course) reason(a *doctor.Attempt, s *validate.Entry) {
	known := false
	a.ConfigError, known = s.ConfigError()
	a.ConfigErrorUnknown = !known && s.Truncated
	if a.ConfigError == wps.DevicePasswordAuthFailed && a.DetectedBy == registration.RoleEnrollee {
		a.Skipped = !c.exchange.follows(s)
		switch {
		case a.Skipped:
		case a.Reached == doctor.StageM3 || a.Reached == doctor.StageM5:
			a.Reached++
		}
	}
}

// lastBefore returns the last entry before an end that fits, or nil.
func (x *Exchange) lastBefore(end *validate.Entry, fits func(*validate.Entry) bool) (last *validate.Entry) {
	for i := range x.Entries {
		e := &x.Entries[i]
		if e == end {
			break
		}
		if fits(e) {
			last = e
		}
	}
	return last
}

// isPacket reports whether an entry is an EAP request or response.
func isPacket(e *validate.Entry) bool { return e.Code == eap.CodeRequest || e.Code == eap.CodeResponse }

// follows reports whether at most one message between an end and the packet
// before it was not seen, by their Identifiers: a response has that of its
// request, and the next request the next one.
func (x *Exchange) follows(end *validate.Entry) bool {
	last := x.lastBefore(end, isPacket)
	if last == nil || end.Code == 0 {
		return true
	}
	next := last.ID
	if last.Code == eap.CodeResponse || end.Code == eap.CodeRequest {
		next++
	}
	return end.ID == next
}

// messagesUnknown reports whether an end follows messages of which a log has only that
// they were sent: then it is unknown which side stopped, and where.
func (x *Exchange) messagesUnknown(end *validate.Entry) bool {
	last := x.lastBefore(end, func(*validate.Entry) bool { return true })
	return last != nil && last.IsMessage() && last.Type == 0 && len(last.Body) == 0
}

// answersUnseen reports whether an end answers a packet that is not in the
// capture. A response has the Identifier of its request, EAP-Failure follows a
// response, a WSC_NACK is not the first packet of an exchange, WSC_ACK follows
// M2D or WSC_Done, and an access point that disconnects at once has had an answer.
func (x *Exchange) answersUnseen(end *validate.Entry) bool {
	last := cmp.Or(x.lastBefore(end, isPacket), new(validate.Entry))
	request := cmp.Or(x.lastBefore(end, func(e *validate.Entry) bool { return e.Code == eap.CodeRequest }), new(validate.Entry))
	switch {
	case end.Signal == validate.SignalDisconnect && end.Status == reason8021X:
		return end.From == validate.SideAP // EAP-Failure is what comes before it
	case last.Code == 0:
		return end.Type == wps.MessageNACK && end.Code != 0 || end.Code == eap.CodeFailure
	case last.Type == wps.MessageACK:
		return x.first(wps.MessageM2D) == nil && x.first(wps.MessageDone) == nil // which it acknowledges
	case end.Code == eap.CodeFailure:
		return last.Code == eap.CodeRequest && (last.IsMessage() || last.ID == end.ID)
	case end.Code == eap.CodeResponse:
		return request.Code != 0 && request.ID != end.ID
	case end.Signal == validate.SignalDisconnect:
		return last.Code == eap.CodeRequest && end.From == validate.SideAP && end.Time.Sub(last.LastSent()) < answered && last.Repeats == 0
	}
	return false
}

// reason8021X is the reason code of a disconnection because EAP has failed: IEEE
// Std 802.11-2020 table 9-49.
const reason8021X = 23

// answered is the shortest time after which an access point gives up a station
// that does not answer.
const answered = time.Second

// hasMessage reports whether there is a WSC message.
func (x *Exchange) hasMessage() bool { return slices.ContainsFunc(x.Entries, isMessage) }

// oneSided reports whether several messages of one side were captured, and none
// of the other, which must have answered.
func (x *Exchange) oneSided() bool {
	var packets, messages [2]int
	for i := range x.Entries {
		s, from := &x.Entries[i], index(x.Entries[i].From)
		if s.IsMessage() || s.Code != 0 {
			packets[from]++
		}
		if s.Type != 0 {
			messages[from]++
		}
	}
	return messages[0] > 1 && packets[1] == 0 || messages[1] > 1 && packets[0] == 0
}

// furthest returns the last of M1 to M8 that was seen.
func (x *Exchange) furthest() (last wps.MessageType) {
	for s := range x.Messages {
		if t := s.Type; t <= wps.MessageM8 && t != wps.MessageM2D {
			last = max(last, t)
		}
	}
	return last
}

// role returns the role of a side.
func (x *Exchange) role(side validate.Side) registration.Role {
	if side == x.enrollee() {
		return registration.RoleEnrollee
	}
	return registration.RoleRegistrar
}
