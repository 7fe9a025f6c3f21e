package text

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// radiusRows are what hostapd prints of the RADIUS packets in which it passes
// EAP on to a registrar elsewhere: all of their attributes, each on two lines.
var radiusRows = []Pattern{
	{Program: Hostapd, Origin: "src/radius/radius.c", Text: "RADIUS message: code={code:int} ({name:upto}) identifier={id:int} length={length:int}",
		Example: "RADIUS message: code=1 (Access-Request) identifier=0 length=244",
		means: func(in *interpreter, m *match) {
			in.currentLink().is(sideAP)
			code, _ := m.number("code")
			id, _ := m.number("id")
			length, _ := m.number("length")
			in.radius = &radiusPacket{code: code, id: uint8(id), left: length - radiusHeader}
		}},
	{Program: Hostapd, Origin: "src/radius/radius.c", Text: "Attribute {type:int} ({name:upto}) length={length:int}",
		Example: "   Attribute 79 (EAP-Message) length=36",
		means: func(in *interpreter, m *match) {
			if p := in.radius; p != nil {
				length, _ := m.number("length")
				p.kind, _ = m.number("type")
				p.left -= length
				in.finishRADIUS()
			}
		}},
	{Program: Hostapd, Origin: "src/radius/radius.c", Text: "Value: {value:rest}",
		Example: "      Value: 014d000efe00372a000000010100",
		means: func(in *interpreter, m *match) {
			p := in.radius
			if p == nil {
				return
			}
			value := m.text("value")
			switch p.kind {
			case radiusStation:
				if len(value) > 2 && value[0] == '\'' {
					p.station, _, _ = wps.CutMAC(string(value[1 : len(value)-1]))
				}
			case radiusEAP:
				octets, err := hex.DecodeString(string(value))
				if err != nil || len(p.eap)+len(octets) > maxRADIUS {
					in.radius = nil
					return
				}
				p.eap = append(p.eap, octets...)
			}
			p.kind = 0
			in.finishRADIUS()
		}},
}

// What is read of a RADIUS packet: RFC 2865 §3 and §5, RFC 3579 §3.1.
const (
	radiusHeader    = 20
	maxRADIUS       = 4096
	radiusRequest   = 1
	radiusReject    = 3
	radiusChallenge = 11
	radiusStation   = 31 // Calling-Station-Id
	radiusEAP       = 79 // EAP-Message
)

// radiusPacket is a packet whose lines are being read.
type radiusPacket struct {
	code    int
	id      uint8
	left    int // octets of the attributes that are still to come
	kind    int // of the attribute whose value is to come
	station wps.MAC
	eap     []byte
}

// finishRADIUS handles the EAP packet in a RADIUS packet, if it is complete.
func (in *interpreter) finishRADIUS() {
	p := in.radius
	if p.left > 0 || p.kind == radiusEAP || p.kind == radiusStation {
		return
	}
	in.radius = nil
	var t *conversation
	switch p.code {
	case radiusRequest:
		t = in.currentLink().with(p.station)
		in.asked[p.id] = t
	case radiusChallenge, radiusReject:
		if t = in.asked[p.id]; t == nil {
			return
		}
	}
	if t == nil || len(p.eap) < 4 {
		return
	}
	frame := append([]byte{eapol.Version2, byte(eapol.TypeEAP)}, binary.BigEndian.AppendUint16(nil, uint16(len(p.eap)))...)
	in.dumpedFrame(t, p.code != radiusRequest, append(frame, p.eap...))
}
