package validate

import (
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// eapRules are rules about the EAP packets of an exchange.
var eapRules = []rule{
	{Rule: Rule{ID: "IDENTITY-UNKNOWN", Area: AreaExchange, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "hostap, iwd",
		Text:   "The client's identity is WFA-SimpleConfig-Enrollee-1-0 or WFA-SimpleConfig-Registrar-1-0, in 2.0 too."},
		exchange: checkIdentity},
	{Rule: Rule{ID: "IDENTITY-ROLE", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM1},
		Clause: "hostap, iwd",
		Text:   "The client has the role that its identity names: an enrollee sends M1, a registrar receives it."},
		exchange: checkIdentityRole},
	{Rule: Rule{ID: "M1-MAC-ADDRESS-LINK", Area: AreaExchange, Tolerant: Note, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindM1},
		Clause: "hostap, iwd",
		Text:   "MAC Address in M1 is the address from which the enrollee sends: private addresses and repeaters change it."},
		exchange: checkLinkAddress},
	{Rule: Rule{ID: "EAP-CODE", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "RFC 3748 §4",
		Text:   "The access point sends Requests, the client Responses."},
		exchange: checkCode},
	{Rule: Rule{ID: "EAP-ID", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "RFC 3748 §4.1",
		Text:   "A Response has the Identifier of the Request that it answers."},
		exchange: checkIdentifier},
	{Rule: Rule{ID: "EAP-FAILURE-ID", Area: AreaExchange, Tolerant: Note, Strict: Warning, Versions: Both,
		Clause: "RFC 3748 §4.2, iwd",
		Text:   "EAP-Failure has the Identifier of the last Request, or the next."},
		exchange: checkFailureIdentifier},
	{Rule: Rule{ID: "EAP-SUCCESS", Area: AreaExchange, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "hostap, iwd",
		Text:   "An exchange ends with EAP-Failure, even if it succeeded."},
		exchange: checkSuccess},
	{Rule: Rule{ID: "OP-CODE", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: messages,
		Clause: "WSC 2.0 §7.7.1 (via iwd), hostap",
		Text:   "The op-code fits the message: WSC_ACK, WSC_NACK and WSC_Done have their own, others WSC_MSG."},
		exchange: checkOpCode},
	{Rule: Rule{ID: "OP-CODE-UNKNOWN", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 §7.7.1 (via iwd), hostap",
		Text:   "Op-codes are 1 to 6."},
		exchange: checkOpCodeUnknown},
	{Rule: Rule{ID: "WSC-START", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 §7.7.1 (via iwd), hostap",
		Text:   "WSC_Start comes from the access point, to an enrollee, before M1, and carries nothing."},
		exchange: checkStart},
}

func checkIdentity(x *exchange, r *reporter) {
	if x.Identity != "" && x.Identity != eap.EnrolleeIdentity && x.Identity != eap.RegistrarIdentity {
		r.add(0, 0, "The client's identity of %d characters is not one of WPS.", len(x.Identity))
	}
}

func checkIdentityRole(x *exchange, r *reporter) {
	m1 := x.first(wps.KindM1)
	if m1 == nil || m1.from == 0 {
		return
	}
	switch {
	case x.Identity == eap.EnrolleeIdentity && m1.from != SideClient:
		r.at(m1, wps.AttrMessageType, "The client's identity is that of an enrollee, but %v sent M1.", m1.from)
	case x.Identity == eap.RegistrarIdentity && m1.from != SideAP:
		r.at(m1, wps.AttrMessageType, "The client's identity is that of a registrar, but %v sent M1.", m1.from)
	}
}

func checkLinkAddress(x *exchange, r *reporter) {
	m1 := x.first(wps.KindM1)
	if m1 == nil {
		return
	}
	link := x.Client
	if x.enrollee == SideAP {
		link = x.AP
	}
	mac := m1.list.get(wps.AttrMACAddress)
	if mac != nil && link != (wps.MAC{}) && wps.MAC(mac) != link {
		r.at(m1, wps.AttrMACAddress, "MAC Address is %v; the enrollee sends from %v.", wps.MAC(mac), link)
	}
}

func checkCode(x *exchange, r *reporter) {
	for i := range x.steps {
		s := &x.steps[i]
		if s.From == SideAP && s.Code == eap.CodeResponse || s.From == SideClient && s.Code != 0 && s.Code != eap.CodeResponse {
			r.at(s, 0, "An EAP packet of code %d came from %v.", s.Code, s.from)
		}
	}
}

// checkIdentifier compares each Response with the Request before it, whose last
// fragment it answers. For a message in fragments that is unknown.
func checkIdentifier(x *exchange, r *reporter) {
	var request *step
	for i := range x.steps {
		s := &x.steps[i]
		switch {
		case s.Code == eap.CodeRequest:
			request = s
		case s.Code == eap.CodeResponse && request != nil && request.Fragments <= 1 && s.ID != request.ID && !x.Lossy:
			r.at(s, 0, "The Response has Identifier %d, the Request before it %d.", s.ID, request.ID)
		}
	}
}

func checkFailureIdentifier(x *exchange, r *reporter) {
	var last *step
	for i := range x.steps {
		s := &x.steps[i]
		switch {
		case s.Code == eap.CodeRequest || s.Code == eap.CodeResponse:
			last = s
		case s.Code == eap.CodeFailure && last != nil && last.Fragments <= 1 && s.ID != last.ID && s.ID != last.ID+1 && !x.Lossy:
			r.at(s, 0, "EAP-Failure has Identifier %d, the packet before it %d.", s.ID, last.ID)
		}
	}
}

func checkSuccess(x *exchange, r *reporter) {
	for i := range x.steps {
		if s := &x.steps[i]; s.Code == eap.CodeSuccess {
			r.at(s, 0, "The exchange ended with EAP-Success, but WPS gives no access to the network.")
		}
	}
}

// opCodeOf returns the op-code of messages of a kind.
func opCodeOf(kind wps.Kind) eap.OpCode {
	switch kind {
	case wps.KindACK:
		return eap.OpACK
	case wps.KindNACK:
		return eap.OpNACK
	case wps.KindDone:
		return eap.OpDone
	}
	return eap.OpMSG
}

func checkOpCode(x *exchange, r *reporter) {
	for i := range x.steps {
		s := &x.steps[i]
		if s.kind == 0 || s.OpCode == 0 || s.OpCode > eap.OpFragACK {
			continue
		}
		if want := opCodeOf(s.kind); s.OpCode != want {
			r.at(s, wps.AttrMessageType, "%v came with op-code %d, not %d.", s.kind, s.OpCode, want)
		}
	}
}

func checkOpCodeUnknown(x *exchange, r *reporter) {
	for i := range x.steps {
		if s := &x.steps[i]; s.OpCode > eap.OpFragACK {
			r.at(s, 0, "The op-code is %d.", s.OpCode)
		}
	}
}

func checkStart(x *exchange, r *reporter) {
	begun := false
	for i := range x.steps {
		s := &x.steps[i]
		begun = begun || s.kind != 0
		switch {
		case s.OpCode != eap.OpStart || s.kind != 0:
		case s.from == SideClient:
			r.at(s, 0, "The client sent WSC_Start.")
		case len(s.Body) > 0:
			r.at(s, 0, "WSC_Start carries %d octets.", len(s.Body))
		case x.enrollee == SideAP:
			r.at(s, 0, "WSC_Start went to a registrar, to which the access point sends M1 at once.")
		case begun && !s.repeats:
			r.at(s, 0, "WSC_Start came in the middle of an exchange.")
		}
	}
}
