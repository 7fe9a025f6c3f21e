package capture

import (
	"errors"
	"slices"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// Findings judges the exchange, and the elements of the access point and the
// station. Message is an index of x.Steps; an element of the access point has
// [validate.Whole].
func (x *Exchange) Findings(mode wps.Mode) validate.Findings {
	t := newScratch()
	defer t.release()
	x.transcript(t)
	all := validate.Exchange(&t.Transcript, mode)
	for i := range all {
		if all[i].Message != validate.Whole {
			all[i].Message = t.steps[all[i].Message]
		}
	}
	var network validate.Network
	var elements validate.Findings
	if x.Network != nil {
		network = x.Network.security()
		elements = x.Network.Findings(mode)
	}
	for i := range x.Steps {
		s := &x.Steps[i]
		if s.Signal != SignalAssociationRequest || s.Truncated {
			continue
		}
		for _, f := range validate.Element(wps.KindAssociationRequest, s.Octets, network, mode) {
			f.Message = i
			elements = append(elements, f)
		}
	}
	return append(elements, all...)
}

// Findings judges the WPS elements of the access point: the last beacon and
// the last probe response. Message is [validate.Whole].
func (n *Network) Findings(mode wps.Mode) (all validate.Findings) {
	for _, response := range []bool{false, true} {
		kind := wps.KindBeacon
		if response {
			kind = wps.KindProbeResponse
		}
		for _, ch := range slices.Backward(n.Changes) {
			if ch.Response != response || ch.Octets == nil || ch.Described {
				continue
			}
			for _, f := range validate.Element(kind, ch.Octets, n.security(), mode) {
				f.Message = validate.Whole
				all = append(all, f)
			}
			break
		}
	}
	return all
}

// Transcript returns the exchange for package validate, and of which of x.Steps
// its steps are made. Messages that the capture has not wholly are left out;
// that others are missing is put up with, since any capture may lack a frame.
func (x *Exchange) Transcript() (t *validate.Transcript, steps []int) {
	var s scratch
	x.transcript(&s)
	return &s.Transcript, s.steps
}

// transcript makes the transcript in an empty scratch.
func (x *Exchange) transcript(t *scratch) {
	t.Identity, t.Client, t.AP, t.Keys, t.Lossy = x.Identity, x.Station, x.AP, x.Keys, true
	t.Steps, t.steps = slices.Grow(t.Steps, len(x.Steps)), slices.Grow(t.steps, len(x.Steps))
	for i := range x.Steps {
		s := &x.Steps[i]
		if s.EAP == 0 && !s.IsMessage() {
			continue
		}
		step := validate.Step{
			Time: s.Time, From: validate.EndAP, Code: uint8(s.EAP), ID: s.ID, OpCode: uint8(s.OpCode), Fragments: s.Fragments,
		}
		if s.FromStation {
			step.From = validate.EndClient
		}
		if s.IsMessage() {
			if s.Truncated {
				continue
			}
			step.Body = s.Octets
		}
		t.Steps = append(t.Steps, step)
		t.steps = append(t.steps, i)
	}
}

// Evidence returns what the capture tells of the surroundings of the exchange,
// for package doctor. The attempts, of which the last one is x.Attempt, are
// the caller's to give: those before it may have been given out long ago.
func (x *Exchange) Evidence(attempts []*doctor.Attempt) *doctor.Evidence {
	e := &doctor.Evidence{Attempts: attempts, Stations: stations(x.Seekers)}
	if x.Network != nil {
		e.Networks = []doctor.Network{x.Network.evidence()}
	}
	return e
}

// Evidence returns what access points and stations have said so far, for
// package doctor: where there was no exchange, it shows why.
func (c *Collector) Evidence() *doctor.Evidence {
	e := &doctor.Evidence{Stations: stations(c.seekers)}
	for _, n := range c.Networks() {
		e.Networks = append(e.Networks, n.evidence())
	}
	return e
}

func stations(seekers []Seeker) (all []doctor.Station) {
	for _, s := range seekers {
		all = append(all, doctor.Station{MAC: s.MAC, UUID: s.UUID, Method: doctor.MethodOf(s.Password), Bands: s.Bands, First: s.First, Last: s.Last})
	}
	return all
}

func (n *Network) evidence() doctor.Network {
	m := n.Management()
	e := doctor.Network{
		BSSID: n.BSSID, SSID: m.SSID, Channel: n.Channel, Signal: int(n.Signal), Network: n.security(),
		Silent: len(n.Changes) == 0,
	}
	if e.SSID == "" && n.Response != nil { // a hidden network's answer to who knows its name
		e.SSID = n.Response.SSID
	}
	for _, ch := range n.Changes {
		if ch.Err == nil {
			e.Adverts = append(e.Adverts, doctor.Advert{Since: ch.Time, Element: ch.Element})
		}
	}
	return e
}

// security returns the facts of the network that rules and causes are about.
func (n *Network) security() validate.Network {
	m := n.Management()
	return m.Network(m.Capability, int(n.Frequency))
}

// Attempt describes the exchange for package doctor. What the findings say
// about authenticity and encryption is a part of it.
func (x *Exchange) Attempt(findings validate.Findings) *doctor.Attempt {
	a := &doctor.Attempt{
		Began: x.Began, Ended: x.Ended, Station: x.Station, AP: x.AP, APEnrollee: x.APEnrollee,
		Fault: doctor.FaultIn(findings), After: x.Joining.evidence(),
	}
	x.describe(a)
	x.follow(a)
	a.Settings = x.settings()
	return a
}

// describe says who the two are, and by what method they meet.
func (x *Exchange) describe(a *doctor.Attempt) {
	read := newScratch()
	defer read.release()
	for s := range x.Messages {
		switch s.Type {
		case wps.MessageM1:
			read.m1 = wps.M1{}
			if readable(wps.Decode(&read.m1, s.Octets, wps.Tolerant)) {
				a.Enrollee = read.m1.Device
			}
			a.Method = s.method()
		case wps.MessageM2:
			read.m2 = wps.M2{}
			if readable(wps.Decode(&read.m2, s.Octets, wps.Tolerant)) {
				a.Registrar = read.m2.Device
			}
			a.Answered = s.method()
		case wps.MessageM2D:
			read.m2d = wps.M2D{}
			if readable(wps.Decode(&read.m2d, s.Octets, wps.Tolerant)) {
				a.Registrar = read.m2d.Device
			}
		}
	}
	if a.Method == doctor.MethodUnknown {
		a.Method, a.Answered = a.Answered, doctor.MethodUnknown
	}
	if x.Transport == TransportUPnP && x.APEnrollee {
		a.AP = a.Enrollee.MAC
	}
}

// readable reports whether a message could be read. One of which a log tells a
// few attributes lacks others.
func readable(err error) bool { return err == nil || errors.Is(err, wps.ErrMissing) }

// method returns the method that a message means.
func (s *Step) method() doctor.Method {
	id, ok := s.number(wps.AttrDevicePasswordID)
	if !ok {
		return doctor.MethodUnknown
	}
	return doctor.MethodOf(wps.DevicePasswordID(id))
}

// signalStages are the stages that signals mean.
var signalStages = map[Signal]doctor.Stage{
	SignalAssociationRequest: doctor.StageAssociating, SignalIdentityRequest: doctor.StageAsked,
	SignalIdentity: doctor.StageIdentified, SignalStart: doctor.StageStarted,
}

// follow says how far the exchange came and how it ended. Of several ends that
// show, WSC_Done counts most, then what gives a reason, then EAP-Failure; what
// comes behind the first of a kind is its echo.
func (x *Exchange) follow(a *doctor.Attempt) {
	var end, m2d *Step
	m2, handover := false, false
	before := x.Began // when something was heard last before the end
	for i := range x.Steps {
		s := &x.Steps[i]
		if s.IsMessage() || s.EAP != 0 && s.Signal != SignalEAPFailure {
			a.Retransmissions += s.Repeats
		}
		t := s.Type
		switch {
		case s.IsMessage():
			a.Reached = max(a.Reached, doctor.StageOf(t))
		case s.Signal == SignalAssociationResponse && s.Code == 0:
			a.Reached = max(a.Reached, doctor.StageAssociated)
		case s.Signal == SignalAssociationResponse, s.Signal == SignalAuthentication:
			a.Status, a.By = s.Code, x.apRole()
		default:
			a.Reached = max(a.Reached, signalStages[s.Signal])
		}
		how := endOf(s)
		if t == wps.MessageACK && a.Reached == doctor.StageM8 && !x.FromEnrollee(s) {
			how = doctor.EndDone // an external registrar answers WSC_Done, which was missed
		}
		switch {
		case t == wps.MessageM2:
			m2 = true
			handover = s.EncryptedSettings() != nil
		case t == wps.MessageM2D && m2d == nil:
			m2d = s
		case how == doctor.EndOpen:
		case end == nil || rank[how] > rank[a.End]:
			a.End, end = how, s
			a.Silence = s.Time.Sub(before)
		}
		if how == doctor.EndOpen {
			before = s.last()
			a.Repeats = s.Repeats
		}
	}
	if a.Reached == doctor.StageM8 && x.Joining.Seen() && a.End != doctor.EndNACK {
		a.End, end = doctor.EndDone, nil // it joins with what it was given: WSC_Done was missed
	}
	switch {
	case a.End == doctor.EndDone && a.Reached == doctor.StageDone && x.first(wps.MessageM1) != nil && !handover && x.furthest() < wps.MessageM7:
		// Nothing can be done before M8.
		a.End, a.By = doctor.EndFailure, x.role(end)
	case a.End == doctor.EndDone:
		a.By = 0
	case m2d != nil && !m2:
		if end != nil {
			a.Silence = end.Time.Sub(m2d.last())
		}
		a.End, a.By = doctor.EndM2D, x.role(m2d)
		x.reason(a, m2d)
	case end != nil:
		a.By = x.role(end)
		if a.End == doctor.EndNACK {
			x.reason(a, end)
		}
	default:
		a.Silence = x.Watched.Sub(before)
		if x.Anew != NoEnd && a.Status == 0 {
			a.End, a.By = doctor.EndAnew, x.role(&Step{FromStation: x.Anew == EndStation})
		}
	}
	a.Partial = x.oneSided() || end != nil && x.answersUnseen(end)
}

// answersUnseen reports whether an end answers a packet that was not seen: a
// response to a request with another Identifier, or EAP-Failure to the answer
// to a request.
func (x *Exchange) answersUnseen(end *Step) bool {
	last := new(Step)
	for i := range x.Steps {
		s := &x.Steps[i]
		if s == end {
			break
		}
		if s.EAP == eap.CodeRequest || s.EAP == eap.CodeResponse && end.EAP != eap.CodeResponse {
			last = s
		}
	}
	if last.EAP != eap.CodeRequest {
		return false
	}
	return end.EAP == eap.CodeResponse && last.ID != end.ID || end.EAP == eap.CodeFailure && last.ID == end.ID
}

// reason takes the Configuration Error of M2D or WSC_NACK, and what it tells of
// messages that the capture has not: that the PIN is wrong, an enrollee says to
// M4 and M6 only.
func (x *Exchange) reason(a *doctor.Attempt, s *Step) {
	known := false
	a.ConfigError, known = s.ConfigError()
	a.Reasonless = !known && s.Truncated
	if a.ConfigError == wps.DevicePasswordAuthFailed && a.By == registration.RoleEnrollee {
		switch a.Reached {
		case doctor.StageM3, doctor.StageM5:
			a.Reached++
		}
	}
}

// oneSided reports whether several messages of one of the two were seen, and
// nothing of the other one, who must have answered.
func (x *Exchange) oneSided() bool {
	var packets, messages [2]int
	for i := range x.Steps {
		s, from := &x.Steps[i], direction(x.Steps[i].FromStation)
		if s.IsMessage() || s.EAP != 0 {
			packets[from]++
		}
		if s.Type != 0 {
			messages[from]++
		}
	}
	return messages[0] > 1 && packets[1] == 0 || messages[1] > 1 && packets[0] == 0
}

// rank orders the ends by how much they tell.
var rank = map[doctor.End]int{doctor.EndDisconnect: 1, doctor.EndFailure: 2, doctor.EndNACK: 3, doctor.EndDone: 4}

// endOf returns the end that a step is, EndOpen if it is none.
func endOf(s *Step) doctor.End {
	switch {
	case s.Type == wps.MessageDone:
		return doctor.EndDone
	case s.Type == wps.MessageNACK:
		return doctor.EndNACK
	case s.Signal == SignalEAPFailure, s.Signal == SignalEAPSuccess:
		return doctor.EndFailure
	case s.Signal == SignalDisconnect, s.Signal == SignalLogoff:
		return doctor.EndDisconnect
	}
	return doctor.EndOpen
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

// role returns the part that the sender of a step plays.
func (x *Exchange) role(s *Step) registration.Role {
	if x.FromEnrollee(s) {
		return registration.RoleEnrollee
	}
	return registration.RoleRegistrar
}

// apRole returns the part that the access point plays.
func (x *Exchange) apRole() registration.Role { return x.role(&Step{}) }

func (j *Joining) evidence() doctor.After {
	after := doctor.After{Reason: j.Disconnected, Status: j.Status, SAEStatus: j.SAEStatus}
	switch {
	case j.Failed():
		after.Handshake = doctor.HandshakeFailed
	case j.Messages[2] > 0:
		after.Handshake = doctor.HandshakeCompleted
	}
	return after
}

// settings returns the shape of what was handed over, if the keys of the run
// are known: in M8, in M2 where the run ended with it, or in M7 of an access
// point that was read.
func (x *Exchange) settings() (all []doctor.Settings) {
	if x.Keys == nil {
		return nil
	}
	cipher := registration.NewCipher(x.Keys)
	defer cipher.Clear()
	for s := range x.Messages {
		t := s.Type
		value := s.EncryptedSettings()
		if value == nil || t != wps.MessageM2 && t != wps.MessageM8 && !(t == wps.MessageM7 && x.APEnrollee) {
			continue
		}
		plain, err := cipher.OpenSettings(value)
		if err != nil {
			continue
		}
		all = described(plain, t, x.APEnrollee)
		clear(plain)
	}
	return all
}

// described returns the shape of the networks in decrypted settings.
func described(plain []byte, t wps.MessageType, ofAP bool) (all []doctor.Settings) {
	switch {
	case t == wps.MessageM7:
		s := wps.M7Settings{AP: new(wps.Credential)}
		if wps.Decode(&s, plain, wps.Tolerant) == nil {
			all = append(all, doctor.NewSettings(s.AP))
		}
	default:
		var s wps.M8Settings
		if ofAP {
			s.AP = new(wps.Credential)
		}
		if wps.Decode(&s, plain, wps.Tolerant) != nil {
			return nil
		}
		if ofAP {
			s.Credentials = []wps.Credential{*s.AP}
		}
		for i := range s.Credentials {
			all = append(all, doctor.NewSettings(&s.Credentials[i]))
		}
	}
	return all
}
