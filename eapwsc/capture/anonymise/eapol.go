package anonymise

import (
	"bytes"
	"encoding/binary"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
)

const eapolHeader = 4

// The places of an EAPOL-Key frame, from its descriptor on: IEEE Std 802.11-2020
// 12.7.2.
const (
	keyInfo    = 1
	keyLength  = 3
	keyNonce   = 13
	keyIV      = 45
	keyMIC     = 77
	keyDataLen = 93
	keyData    = 95
)

// eapol replaces the content of an EAPOL frame, which may be truncated. A
// message that is a part of another is in later: see [joiner].
func (a *anonymiser) eapol(direction string, frame []byte, cut bool, give func([]byte)) {
	out := bytes.Clone(frame[:min(len(frame), eapolHeader)])
	if len(frame) < eapolHeader {
		give(out)
		return
	}
	body := frame[eapolHeader:]
	switch eapol.Type(frame[1]) {
	case eapol.TypeEAP:
		a.eap(direction, body, cut, func(packet []byte) { give(append(out, packet...)) })
		return
	case eapol.TypeKey:
		out = append(out, a.mask.key4(body)...)
	default:
		out = append(out, make([]byte, len(body))...)
	}
	give(out)
}

// key4 keeps only the number of a message of the 4-way handshake.
func (m *mask) key4(b []byte) []byte {
	out := make([]byte, len(b))
	copy(out, b[:min(len(b), keyLength)]) // descriptor and flags
	if len(b) >= keyIV {
		copy(out[keyNonce:], m.octets(b[keyNonce:keyIV]))
	}
	if len(b) >= keyData {
		n := min(int(binary.BigEndian.Uint16(b[keyDataLen:])), len(b)-keyData)
		binary.BigEndian.PutUint16(out[keyDataLen:], uint16(n))
	}
	return out
}

// eap replaces the content of an EAP packet, which may be truncated.
func (a *anonymiser) eap(direction string, b []byte, cut bool, give func([]byte)) {
	p, err := eap.ParsePacket(b)
	if err != nil {
		// Only its beginning may be there: pad it for parsing, and truncate it
		// again.
		if p, ok := padded(b); ok && cut {
			a.packet(direction, p, true, func(whole []byte) { give(whole[:len(b)]) })
			return
		}
		give(damaged(b))
		return
	}
	a.packet(direction, p, cut, give)
}

// padded parses a truncated packet.
func padded(b []byte) (eap.Packet, bool) {
	if len(b) < 5 {
		return eap.Packet{}, false
	}
	whole := make([]byte, max(len(b), int(binary.BigEndian.Uint16(b[2:]))))
	copy(whole, b)
	p, err := eap.ParsePacket(whole)
	return p, err == nil
}

// damaged keeps the header of an unreadable packet.
func damaged(b []byte) []byte {
	out := make([]byte, len(b))
	copy(out, b[:min(len(b), 5)])
	return out
}

// packet replaces the content of an EAP packet.
func (a *anonymiser) packet(direction string, p eap.Packet, cut bool, give func([]byte)) {
	write := func(data []byte) {
		p.Data = data
		out, err := p.AppendTo(nil)
		if err != nil {
			return // it was read, so it can be written
		}
		give(out)
	}
	switch {
	case p.IsWSC() && p.OpCode.IsMessage():
		a.joiner.add(direction, &p, cut, write)
	case p.IsWSC():
		write(make([]byte, len(p.Data)))
	case p.Type == eap.TypeIdentity && p.Code == eap.CodeResponse:
		write(a.mask.identity(p.Data))
	case p.IsNak():
		write(nak(p.Data))
	default:
		if p.Type == eap.TypeExpanded { // of another vendor
			p.VendorID, p.VendorType = 0xfefefe, 0
		}
		write(make([]byte, len(p.Data)))
	}
}

// nak keeps the methods that a station prefers: a few numbers.
func nak(data []byte) []byte {
	const most = 4
	out := make([]byte, len(data))
	copy(out, data[:min(len(data), most)])
	return out
}
