package layers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// The layer types. Their numbers are in the range that gopacket reserves for
// others.
var (
	LayerTypeEAPWSC   = gopacket.RegisterLayerType(1781, gopacket.LayerTypeMetadata{Name: "EAP-WSC", Decoder: gopacket.DecodeFunc(decodeEAPWSC)})
	LayerTypeMessage  = gopacket.RegisterLayerType(1782, gopacket.LayerTypeMetadata{Name: "WSC", Decoder: gopacket.DecodeFunc(decodeMessage)})
	LayerTypeElement  = gopacket.RegisterLayerType(1783, gopacket.LayerTypeMetadata{Name: "WPS element", Decoder: gopacket.DecodeFunc(decodeElement)})
	LayerTypeIEEE1905 = gopacket.RegisterLayerType(1784, gopacket.LayerTypeMetadata{Name: "IEEE 1905.1", Decoder: gopacket.DecodeFunc(decodeIEEE1905)})
)

// EtherTypeIEEE1905 is the EtherType of IEEE 1905.1 and EasyMesh.
const EtherTypeIEEE1905 layers.EthernetType = 0x893A

var register = sync.OnceFunc(func() {
	gopacket.OverrideLayerType(int(layers.LayerTypeEAP), gopacket.LayerTypeMetadata{Name: "EAP", Decoder: gopacket.DecodeFunc(decodeEAP)})
	layers.EthernetTypeMetadata[EtherTypeIEEE1905] = layers.EnumMetadata{
		DecodeWith: gopacket.DecodeFunc(decodeIEEE1905), Name: "IEEE1905", LayerType: LayerTypeIEEE1905,
	}
})

// Register makes gopacket.NewPacket decode the layers of this package, in the
// whole program. It may be called several times, but not while packets are
// decoded.
func Register() { register() }

// errTruncated is the class of the errors of packets that end too early.
var errTruncated = errors.New("truncated")

// truncated records that a packet was truncated.
func truncated(df gopacket.DecodeFeedback, layer string, got, want int) error {
	df.SetTruncated()
	return fmt.Errorf("%s: %w: %d octets, %d are needed", layer, errTruncated, got, want)
}

// EAP is an EAP packet: RFC 3748 §4. Its contents are the header with the Type,
// its payload is the data of the type.
type EAP struct {
	layers.EAP
	next gopacket.LayerType
}

// eapHeader is the length of the header of an EAP packet without a Type.
const eapHeader = 4

// DecodeFromBytes decodes a packet. Octets after its Length are ignored.
func (e *EAP) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	*e = EAP{}
	if len(data) < eapHeader {
		return truncated(df, "EAP", len(data), eapHeader)
	}
	n := int(binary.BigEndian.Uint16(data[2:]))
	switch {
	case n < eapHeader:
		return fmt.Errorf("EAP: a Length of %d octets, a packet has at least %d", n, eapHeader)
	case n > len(data):
		return truncated(df, "EAP", len(data), n)
	}
	data = data[:n:n]
	e.Code, e.Id, e.Length = layers.EAPCode(data[0]), data[1], uint16(n)
	e.BaseLayer = layers.BaseLayer{Contents: data}
	e.next = gopacket.LayerTypeZero
	if (e.Code == layers.EAPCodeRequest || e.Code == layers.EAPCodeResponse) && n > eapHeader {
		e.Type, e.TypeData = layers.EAPType(data[4]), data[5:]
		e.BaseLayer = layers.BaseLayer{Contents: data[:5], Payload: data[5:]}
		switch {
		case isWSC(e):
			e.next = LayerTypeEAPWSC
		case len(e.TypeData) > 0:
			e.next = gopacket.LayerTypePayload
		}
	}
	return nil
}

// wscType are the Vendor-Id of the Wi-Fi Alliance and the Vendor-Type of WSC.
var wscType = [...]byte{0x00, 0x37, 0x2A, 0, 0, 0, 1}

// isWSC reports whether the packet is of the expanded type of WSC.
func isWSC(e *EAP) bool {
	return e.Type == 254 && len(e.TypeData) >= len(wscType) && [len(wscType)]byte(e.TypeData) == wscType
}

// SerializeTo writes the header in front of what the buffer holds: the layers
// behind it, or TypeData if the buffer is empty.
func (e *EAP) SerializeTo(b gopacket.SerializeBuffer, opts gopacket.SerializeOptions) error {
	payload := len(b.Bytes())
	if payload == 0 && len(e.TypeData) > 0 {
		dst, err := b.PrependBytes(len(e.TypeData))
		if err != nil {
			return err
		}
		copy(dst, e.TypeData)
		payload = len(e.TypeData)
	}
	size := eapHeader
	if e.Code == layers.EAPCodeRequest || e.Code == layers.EAPCodeResponse {
		size++
	}
	if opts.FixLengths && size+payload > math.MaxUint16 {
		return fmt.Errorf("EAP: %d octets, a packet has at most %d", size+payload, math.MaxUint16)
	}
	dst, err := b.PrependBytes(size)
	if err != nil {
		return err
	}
	if opts.FixLengths {
		e.Length = uint16(size + payload)
	}
	dst[0], dst[1] = byte(e.Code), e.Id
	binary.BigEndian.PutUint16(dst[2:], e.Length)
	if size > eapHeader {
		dst[4] = byte(e.Type)
	}
	return nil
}

// NextLayerType returns [LayerTypeEAPWSC] if the packet carries WSC.
func (e *EAP) NextLayerType() gopacket.LayerType { return e.next }

func decodeEAP(data []byte, p gopacket.PacketBuilder) error {
	e := new(EAP)
	if err := e.DecodeFromBytes(data, p); err != nil {
		return err
	}
	p.AddLayer(&e.EAP)
	if e.next == gopacket.LayerTypeZero {
		return nil
	}
	return p.NextDecoder(e.next)
}

// EAPWSC is the data of the expanded EAP type that carries WSC: WSC 2.0
// §7.7.1. Its payload is a message or a fragment of one.
type EAPWSC struct {
	layers.BaseLayer
	OpCode        eap.OpCode
	Flags         eap.Flags
	MessageLength uint16 // of the whole message; in the first fragment only
}

// wscHeader is the length of the header without a Message Length.
const wscHeader = len(wscType) + 2

// LayerType returns [LayerTypeEAPWSC].
func (*EAPWSC) LayerType() gopacket.LayerType { return LayerTypeEAPWSC }

// CanDecode returns [LayerTypeEAPWSC].
func (*EAPWSC) CanDecode() gopacket.LayerClass { return LayerTypeEAPWSC }

// DecodeFromBytes decodes the data of an EAP packet after its Type.
func (w *EAPWSC) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	*w = EAPWSC{}
	if len(data) < wscHeader {
		return truncated(df, "EAP-WSC", len(data), wscHeader)
	}
	if [len(wscType)]byte(data) != wscType {
		return fmt.Errorf("EAP-WSC: vendor and type %x are not those of WSC", data[:len(wscType)])
	}
	w.OpCode, w.Flags = eap.OpCode(data[7]), eap.Flags(data[8])
	size := wscHeader
	if w.Flags.Has(eap.FlagLengthField) {
		if size += 2; len(data) < size {
			return truncated(df, "EAP-WSC", len(data), size)
		}
		w.MessageLength = binary.BigEndian.Uint16(data[wscHeader:])
	}
	w.BaseLayer = layers.BaseLayer{Contents: data[:size], Payload: data[size:]}
	return nil
}

// NextLayerType returns [LayerTypeMessage] for a message in one packet. A
// fragment is a payload.
func (w *EAPWSC) NextLayerType() gopacket.LayerType {
	switch {
	case len(w.Payload) == 0:
		return gopacket.LayerTypeZero
	case w.Flags&(eap.FlagMoreFragments|eap.FlagLengthField) != 0 || !isMessage(w.Payload):
		return gopacket.LayerTypePayload
	}
	return LayerTypeMessage
}

// isMessage reports whether octets begin like a message, with its Version. No
// flag distinguishes the last fragment of a message.
func isMessage(b []byte) bool { return len(b) >= 4 && b[0] == 0x10 && b[1] == 0x4A }

// SerializeTo writes the header in front of the message that the buffer holds.
// FixLengths sets the Message Length where the flag says that there is one, if
// it is zero.
func (w *EAPWSC) SerializeTo(b gopacket.SerializeBuffer, opts gopacket.SerializeOptions) error {
	payload := len(b.Bytes())
	size := wscHeader
	if w.Flags.Has(eap.FlagLengthField) {
		size += 2
		if opts.FixLengths && w.MessageLength == 0 {
			if payload > math.MaxUint16 {
				return fmt.Errorf("EAP-WSC: a message of %d octets, the Message Length is at most %d", payload, math.MaxUint16)
			}
			w.MessageLength = uint16(payload)
		}
	}
	dst, err := b.PrependBytes(size)
	if err != nil {
		return err
	}
	copy(dst, wscType[:])
	dst[7], dst[8] = byte(w.OpCode), byte(w.Flags)
	if size > wscHeader {
		binary.BigEndian.PutUint16(dst[wscHeader:], w.MessageLength)
	}
	return nil
}

func decodeEAPWSC(data []byte, p gopacket.PacketBuilder) error { return decode(new(EAPWSC), data, p) }

// Message is a message of the Registration Protocol. Its contents are its
// attributes: decode them with wps.Decode.
type Message struct {
	layers.BaseLayer
	Type wps.MessageType // 0 if the message has none
}

// LayerType returns [LayerTypeMessage].
func (*Message) LayerType() gopacket.LayerType { return LayerTypeMessage }

// CanDecode returns [LayerTypeMessage].
func (*Message) CanDecode() gopacket.LayerClass { return LayerTypeMessage }

// DecodeFromBytes reads the type of a message. A damaged message is accepted as
// well: wps.Decode returns what is wrong with it.
func (m *Message) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	*m = Message{BaseLayer: layers.BaseLayer{Contents: data}}
	if v := wps.Find(data, wps.AttrMessageType); len(v) == 1 {
		m.Type = wps.MessageType(v[0])
	}
	return nil
}

// NextLayerType returns none: a message is the last layer.
func (*Message) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// Payload returns nil. It makes a Message an ApplicationLayer.
func (*Message) Payload() []byte { return nil }

// SerializeTo writes the attributes.
func (m *Message) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	return prepend(b, m.Contents)
}

func decodeMessage(data []byte, p gopacket.PacketBuilder) error {
	m := new(Message)
	if err := m.DecodeFromBytes(data, p); err != nil {
		return err
	}
	p.AddLayer(m)
	p.SetApplicationLayer(m)
	return nil
}

// Element is the WPS element of a management frame. Its contents are its
// attributes, joined if it was split over several elements.
type Element struct{ layers.BaseLayer }

// LayerType returns [LayerTypeElement].
func (*Element) LayerType() gopacket.LayerType { return LayerTypeElement }

// CanDecode returns [LayerTypeElement].
func (*Element) CanDecode() gopacket.LayerClass { return LayerTypeElement }

// DecodeFromBytes stores the attributes.
func (e *Element) DecodeFromBytes(data []byte, _ gopacket.DecodeFeedback) error {
	e.BaseLayer = layers.BaseLayer{Contents: data}
	return nil
}

// NextLayerType returns none: an element is the last layer.
func (*Element) NextLayerType() gopacket.LayerType { return gopacket.LayerTypeZero }

// SerializeTo writes the information elements that hold the attributes, as
// many as it takes.
func (e *Element) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	return prepend(b, wps.SplitElements(e.Contents))
}

func decodeElement(data []byte, p gopacket.PacketBuilder) error { return decode(new(Element), data, p) }

// fixedFields are the octets before the information elements of a management
// frame: IEEE 802.11-2020 §9.3.3.
var fixedFields = map[layers.Dot11Type]int{
	layers.Dot11TypeMgmtBeacon: 12, layers.Dot11TypeMgmtProbeResp: 12, layers.Dot11TypeMgmtProbeReq: 0,
	layers.Dot11TypeMgmtAssociationReq: 4, layers.Dot11TypeMgmtAssociationResp: 6,
	layers.Dot11TypeMgmtReassociationReq: 10, layers.Dot11TypeMgmtReassociationResp: 6,
}

// ElementOf returns the WPS element of a management frame that gopacket has
// decoded, or nil if it has none. It parses the elements itself, because
// gopacket stops at a last element of less than four octets, which is common.
//
// gopacket treats the last four octets of every 802.11 frame as a frame check
// sequence. In a capture without radiotap headers and check sequences (link
// type 105) this truncates the last element.
func ElementOf(p gopacket.Packet) *Element {
	d, ok := p.Layer(layers.LayerTypeDot11).(*layers.Dot11)
	if !ok {
		return nil
	}
	fixed, ok := fixedFields[d.Type]
	if !ok || len(d.Payload) < fixed {
		return nil
	}
	attributes, ok := wps.JoinElements(d.Payload[fixed:])
	if !ok {
		return nil
	}
	return &Element{layers.BaseLayer{Contents: attributes}}
}

// decode adds a layer and continues with its payload.
func decode(l interface {
	gopacket.DecodingLayer
	gopacket.Layer
}, data []byte, p gopacket.PacketBuilder) error {
	if err := l.DecodeFromBytes(data, p); err != nil {
		return err
	}
	p.AddLayer(l)
	if next := l.NextLayerType(); next != gopacket.LayerTypeZero {
		return p.NextDecoder(next)
	}
	return nil
}

// prepend writes octets at the front of a buffer.
func prepend(b gopacket.SerializeBuffer, octets []byte) error {
	dst, err := b.PrependBytes(len(octets))
	if err == nil {
		copy(dst, octets)
	}
	return err
}
