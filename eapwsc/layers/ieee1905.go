package layers

import (
	"encoding/binary"
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// IEEE1905 is a message of IEEE 1905.1 (a CMDU), or a fragment of one. An
// AP-autoconfiguration WSC message holds M1, or an M2 for each network.
type IEEE1905 struct {
	layers.BaseLayer
	Version      uint8
	Type         uint16 // [TypeAutoconfigurationWSC] and others
	ID           uint16
	Fragment     uint8
	LastFragment bool
	Relay        bool
	// WSC are the values of the WSC TLVs, in order. In a fragment that is not
	// the only one, a TLV may continue in the next; it is left out. The slice
	// is reused by the next call of DecodeFromBytes.
	WSC [][]byte
}

// TypeAutoconfigurationWSC is the type of messages that carry WSC: IEEE 1905.1
// §6.3.8.
const TypeAutoconfigurationWSC = 0x0009

const (
	cmduHeader   = 8
	tlvEnd       = 0
	tlvWSC       = 17
	flagLast     = 0x80
	flagRelay    = 0x40
	tlvHeaderLen = 3
)

// LayerType returns [LayerTypeIEEE1905].
func (*IEEE1905) LayerType() gopacket.LayerType { return LayerTypeIEEE1905 }

// CanDecode returns [LayerTypeIEEE1905].
func (*IEEE1905) CanDecode() gopacket.LayerClass { return LayerTypeIEEE1905 }

// DecodeFromBytes decodes a message. Octets after its End of Message TLV are
// ignored.
func (c *IEEE1905) DecodeFromBytes(data []byte, df gopacket.DecodeFeedback) error {
	*c = IEEE1905{WSC: c.WSC[:0]}
	if len(data) < cmduHeader {
		return truncated(df, "IEEE 1905.1", len(data), cmduHeader)
	}
	c.Version = data[0]
	c.Type, c.ID = binary.BigEndian.Uint16(data[2:]), binary.BigEndian.Uint16(data[4:])
	c.Fragment, c.LastFragment, c.Relay = data[6], data[7]&flagLast != 0, data[7]&flagRelay != 0
	end := len(data)
	for offset := cmduHeader; offset < len(data); {
		if len(data)-offset < tlvHeaderLen {
			break // padding of the frame, or a fragment's end
		}
		kind, n := data[offset], int(binary.BigEndian.Uint16(data[offset+1:]))
		if kind == tlvEnd && n == 0 {
			end = offset + tlvHeaderLen
			break
		}
		offset += tlvHeaderLen
		if n > len(data)-offset {
			if c.LastFragment && c.Fragment == 0 {
				return truncated(df, "IEEE 1905.1", len(data)-offset, n)
			}
			break // it continues in the next fragment
		}
		if kind == tlvWSC {
			c.WSC = append(c.WSC, data[offset:offset+n:offset+n])
		}
		offset += n
	}
	c.BaseLayer = layers.BaseLayer{Contents: data[:end]}
	if c.Type == TypeAutoconfigurationWSC && len(c.WSC) > 0 {
		c.Payload = c.WSC[0]
	}
	return nil
}

// NextLayerType returns [LayerTypeMessage] if the message holds WSC. The next
// layer is the first WSC TLV; the others are in WSC only.
func (c *IEEE1905) NextLayerType() gopacket.LayerType {
	if len(c.Payload) > 0 {
		return LayerTypeMessage
	}
	return gopacket.LayerTypeZero
}

// SerializeTo writes the header, a TLV for each of WSC and the End of Message.
// If WSC is empty, what the buffer holds becomes the one WSC TLV.
func (c *IEEE1905) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	values := c.WSC
	if len(values) == 0 && len(b.Bytes()) > 0 {
		values = [][]byte{append([]byte(nil), b.Bytes()...)}
	}
	if err := b.Clear(); err != nil {
		return err
	}
	out := []byte{c.Version, 0}
	out = binary.BigEndian.AppendUint16(out, c.Type)
	out = binary.BigEndian.AppendUint16(out, c.ID)
	flags := byte(0)
	if c.LastFragment {
		flags |= flagLast
	}
	if c.Relay {
		flags |= flagRelay
	}
	out = append(out, c.Fragment, flags)
	for _, v := range values {
		if len(v) > 0xFFFF {
			return fmt.Errorf("IEEE 1905.1: a WSC TLV of %d octets", len(v))
		}
		out = append(out, tlvWSC)
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(v))), v...)
	}
	return prepend(b, append(out, tlvEnd, 0, 0))
}

func decodeIEEE1905(data []byte, p gopacket.PacketBuilder) error {
	return decode(new(IEEE1905), data, p)
}
