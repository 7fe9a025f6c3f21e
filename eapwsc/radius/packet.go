package radius

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gowps/gowps/eapwsc/eap"
)

// Code is the kind of a packet: RFC 2865 §3.
type Code uint8

// The codes of authentication.
const (
	AccessRequest   Code = 1
	AccessAccept    Code = 2
	AccessReject    Code = 3
	AccessChallenge Code = 11
	StatusServer    Code = 12 // RFC 5997
)

var codes = map[Code]string{
	AccessRequest: "Access-Request", AccessAccept: "Access-Accept", AccessReject: "Access-Reject",
	AccessChallenge: "Access-Challenge", StatusServer: "Status-Server",
}

// String returns the name of the code.
func (c Code) String() string {
	if name, ok := codes[c]; ok {
		return name
	}
	return fmt.Sprintf("Code(%d)", uint8(c))
}

// Type is the type of an attribute.
//
// Its values are [UserName], [FramedMTU], [State], [CalledStationID],
// [CallingStationID], [NASIdentifier], [ProxyState], [EAPMessage] and
// [MessageAuthenticator].
type Type uint8

// The attributes that a Server reads or writes, with the clause that defines
// each.
const (
	UserName             Type = 1  // RFC 2865 §5.1
	FramedMTU            Type = 12 // RFC 2865 §5.12
	State                Type = 24 // RFC 2865 §5.24
	CalledStationID      Type = 30 // RFC 2865 §5.30, RFC 3580 §3.20
	CallingStationID     Type = 31 // RFC 2865 §5.31, RFC 3580 §3.21
	NASIdentifier        Type = 32 // RFC 2865 §5.32
	ProxyState           Type = 33 // RFC 2865 §5.33
	EAPMessage           Type = 79 // RFC 3579 §3.1
	MessageAuthenticator Type = 80 // RFC 3579 §3.2
)

// Lengths in octets: RFC 2865 §3 and §5.
const (
	headerLen    = 20
	maxPacketLen = 4096
	maxValueLen  = 253
	macLen       = 16 // of a Message-Authenticator and of an Authenticator
)

// Classes of errors besides those of package eap.
var (
	// ErrSecret: the packet was not made with the shared secret, or was
	// changed on its way.
	ErrSecret = errors.New("wrong shared secret")
	// ErrUnsigned: the packet has no Message-Authenticator, so anyone on the
	// path can have made it.
	ErrUnsigned = errors.New("no Message-Authenticator")
)

// The fields of a packet.
var (
	fieldHeader     = eap.NewField("RADIUS header", 0, "RFC 2865 §3")
	fieldCode       = eap.NewField("RADIUS Code", 0, "RFC 2865 §3")
	fieldLength     = eap.NewField("RADIUS Length", 2, "RFC 2865 §3")
	fieldAttributes = eap.NewField("RADIUS attributes", headerLen, "RFC 2865 §5")
	fieldSignature  = eap.NewField("Message-Authenticator", headerLen, "RFC 3579 §3.2")
)

// Attribute is one attribute of a packet.
type Attribute struct {
	Type  Type
	Value []byte // at most 253 octets
}

// Packet is a RADIUS packet: RFC 2865 §3.
type Packet struct {
	Code          Code
	Identifier    uint8
	Authenticator [16]byte
	Attributes    []Attribute
}

// Parse reads a packet. Octets behind its Length are ignored, as RFC 2865 §3
// requires. The packet refers to b. Errors are of type [*eap.Error] and class
// [eap.ErrTruncated] or [eap.ErrLength]. Parse does not need the shared secret
// and checks no signature: see [Packet.CheckRequest].
func Parse(b []byte) (*Packet, error) {
	if len(b) < headerLen {
		return nil, fieldHeader.Fault(eap.ErrTruncated, "%d octets, a header has %d", len(b), headerLen)
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	switch {
	case size < headerLen || size > maxPacketLen:
		return nil, fieldLength.Fault(eap.ErrLength, "%d octets, a packet has %d to %d", size, headerLen, maxPacketLen)
	case size > len(b):
		return nil, fieldLength.Fault(eap.ErrTruncated, "%d octets announced, %d received", size, len(b))
	}
	p := &Packet{Code: Code(b[0]), Identifier: b[1], Authenticator: [16]byte(b[4:headerLen])}
	for offset := headerLen; offset < size; {
		rest := b[offset:size]
		if len(rest) < 2 || rest[1] < 2 || int(rest[1]) > len(rest) {
			return nil, fieldAttributes.At(offset).Fault(eap.ErrLength, "an attribute does not fit in the %d octets that remain", len(rest))
		}
		p.Attributes = append(p.Attributes, Attribute{Type(rest[0]), rest[2:rest[1]]})
		offset += int(rest[1])
	}
	return p, nil
}

// Get returns the value of the first attribute of a type, or nil.
func (p *Packet) Get(t Type) []byte {
	for _, a := range p.Attributes {
		if a.Type == t {
			return a.Value
		}
	}
	return nil
}

// Add appends an attribute.
func (p *Packet) Add(t Type, value []byte) {
	p.Attributes = append(p.Attributes, Attribute{t, value})
}

// EAP returns the EAP packet, joined from all EAP-Message attributes, or nil:
// RFC 3579 §3.1.
func (p *Packet) EAP() []byte {
	var b []byte
	for _, a := range p.Attributes {
		if a.Type == EAPMessage {
			b = append(b, a.Value...)
		}
	}
	return b
}

// AddEAP appends an EAP packet in as many EAP-Message attributes as it needs.
func (p *Packet) AddEAP(packet []byte) {
	for len(packet) > maxValueLen {
		p.Add(EAPMessage, packet[:maxValueLen])
		packet = packet[maxValueLen:]
	}
	p.Add(EAPMessage, packet)
}

// appendTo writes the packet as it is.
func (p *Packet) appendTo(b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, byte(p.Code), p.Identifier, 0, 0)
	b = append(b, p.Authenticator[:]...)
	for _, a := range p.Attributes {
		if len(a.Value) > maxValueLen {
			return nil, fieldAttributes.At(len(b)-start).Fault(eap.ErrTooLong, "a value of %d octets, at most %d are possible", len(a.Value), maxValueLen)
		}
		b = append(b, byte(a.Type), byte(2+len(a.Value)))
		b = append(b, a.Value...)
	}
	if n := len(b) - start; n > maxPacketLen {
		return nil, fieldLength.Fault(eap.ErrTooLong, "%d octets, at most %d are possible", n, maxPacketLen)
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16(len(b)-start))
	return b, nil
}

// sign writes the packet with a Message-Authenticator as its first attribute,
// which is the advice against BlastRADIUS: there it is hardest to move. The
// Message-Authenticator covers the Authenticator of the request.
func (p *Packet) sign(secret []byte, request [16]byte) ([]byte, error) {
	signed := *p
	signed.Authenticator = request
	signed.Attributes = append([]Attribute{{MessageAuthenticator, make([]byte, macLen)}}, p.Attributes...)
	b, err := signed.appendTo(nil)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(md5.New, secret)
	mac.Write(b)
	mac.Sum(b[headerLen+2 : headerLen+2])
	return b, nil
}

// EncodeRequest writes an Access-Request with its own Authenticator, which must
// be random.
func (p *Packet) EncodeRequest(secret []byte) ([]byte, error) {
	return p.sign(secret, p.Authenticator)
}

// EncodeResponse writes the response to a request: with the
// Message-Authenticator of RFC 3579 §3.2 and the Response Authenticator of RFC
// 2865 §3.
func (p *Packet) EncodeResponse(secret []byte, request *Packet) ([]byte, error) {
	b, err := p.sign(secret, request.Authenticator)
	if err != nil {
		return nil, err
	}
	authenticator := responseAuthenticator(b, secret)
	copy(b[4:headerLen], authenticator[:])
	return b, nil
}

// responseAuthenticator computes the Response Authenticator of an encoded
// response that holds the request's Authenticator.
func responseAuthenticator(b, secret []byte) [md5.Size]byte {
	return md5.Sum(append(append(make([]byte, 0, len(b)+len(secret)), b...), secret...))
}

// CheckRequest checks the Message-Authenticator of an Access-Request. The
// error is of class [ErrUnsigned] or [ErrSecret].
func (p *Packet) CheckRequest(secret []byte) error {
	return p.check(secret, p.Authenticator)
}

// CheckResponse checks the Response Authenticator and the
// Message-Authenticator of the response to a request. The error is of class
// [ErrUnsigned] or [ErrSecret].
func (p *Packet) CheckResponse(secret []byte, request *Packet) error {
	plain := *p
	plain.Authenticator = request.Authenticator
	b, err := plain.appendTo(nil)
	if err != nil {
		return err
	}
	want := responseAuthenticator(b, secret)
	if !hmac.Equal(want[:], p.Authenticator[:]) {
		return fieldSignature.Fault(ErrSecret, "the Response Authenticator does not verify")
	}
	return p.check(secret, request.Authenticator)
}

// check verifies the Message-Authenticator of a packet, computed with the given
// Authenticator in the header.
func (p *Packet) check(secret []byte, authenticator [16]byte) error {
	plain := Packet{Code: p.Code, Identifier: p.Identifier, Authenticator: authenticator}
	plain.Attributes = append(plain.Attributes, p.Attributes...)
	var got []byte
	for i, a := range plain.Attributes {
		if a.Type != MessageAuthenticator {
			continue
		}
		if got != nil || len(a.Value) != macLen {
			return fieldSignature.Fault(ErrUnsigned, "the value has %d octets, want %d", len(a.Value), macLen)
		}
		got = a.Value
		plain.Attributes[i].Value = make([]byte, macLen)
	}
	if got == nil {
		return fieldSignature.Fault(ErrUnsigned, "the attribute is missing")
	}
	b, err := plain.appendTo(nil)
	if err != nil {
		return err
	}
	mac := hmac.New(md5.New, secret)
	mac.Write(b)
	if !hmac.Equal(mac.Sum(nil), got) {
		return fieldSignature.Fault(ErrSecret, "the value does not verify")
	}
	return nil
}
