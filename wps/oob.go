package wps

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// OOBPassword is the OOB Device Password attribute (0x102C): the hash of the
// sender's public key, the password's name and the password itself.
type OOBPassword struct {
	PublicKeyHash [20]byte // the first 20 octets of SHA-256
	ID            DevicePasswordID
	Password      Redacted // 16 to 32 octets; none for a connection handover
}

func (p *OOBPassword) decode(d *Decoder, v []byte) {
	p.PublicKeyHash = [20]byte(v)
	p.ID = DevicePasswordID(binary.BigEndian.Uint16(v[20:]))
	p.Password = v[22:]
	if why := oobPassword(v); why != "" {
		d.fail(d.id, ErrLength, why)
	}
}

func (p *OOBPassword) append(dst []byte) []byte {
	dst = append(dst, p.PublicKeyHash[:]...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(p.ID))
	return append(dst, p.Password...)
}

// PasswordToken is the content of an NFC tag with a device's password: read
// it at the registrar (the tag of a station) or at the station (the tag of
// an access point).
type PasswordToken struct {
	Header
	OOB OOBPassword
}

// Kind returns [KindPasswordToken].
func (*PasswordToken) Kind() Kind { return KindPasswordToken }

func (t *PasswordToken) field(id AttributeID) any {
	if id == AttrOOBDevicePassword {
		return &t.OOB
	}
	return nil
}

// ConfigurationToken is the content of an NFC tag with credentials: whoever
// reads it can join.
type ConfigurationToken struct {
	Header
	Credentials []Credential
	RFBands     RFBands
	APChannel   uint16
	BSSID       MAC
}

// Kind returns [KindConfigurationToken].
func (*ConfigurationToken) Kind() Kind { return KindConfigurationToken }

func (t *ConfigurationToken) field(id AttributeID) any {
	switch id {
	case AttrCredential:
		return &t.Credentials
	case AttrRFBands:
		return &t.RFBands
	case AttrAPChannel:
		return &t.APChannel
	case AttrMACAddress:
		return &t.BSSID
	}
	return nil
}

// HandoverRequest is the carrier record of a station that asks for a
// connection handover.
type HandoverRequest struct {
	Header
	OOB   OOBPassword // without a password
	UUIDE UUID
}

// Kind returns [KindHandoverRequest].
func (*HandoverRequest) Kind() Kind { return KindHandoverRequest }

func (t *HandoverRequest) field(id AttributeID) any {
	switch id {
	case AttrOOBDevicePassword:
		return &t.OOB
	case AttrUUIDE:
		return &t.UUIDE
	}
	return nil
}

// HandoverSelect is the carrier record of the access point that answers.
type HandoverSelect struct {
	Header
	OOB       OOBPassword // without a password
	SSID      SSID
	RFBands   RFBands
	APChannel uint16
	BSSID     MAC
}

// Kind returns [KindHandoverSelect].
func (*HandoverSelect) Kind() Kind { return KindHandoverSelect }

func (t *HandoverSelect) field(id AttributeID) any {
	switch id {
	case AttrOOBDevicePassword:
		return &t.OOB
	case AttrSSID:
		return &t.SSID
	case AttrRFBands:
		return &t.RFBands
	case AttrAPChannel:
		return &t.APChannel
	case AttrMACAddress:
		return &t.BSSID
	}
	return nil
}

// ndefType is the MIME type of a record that holds a token.
const ndefType = "application/vnd.wfa.wsc"

// The first octet of an NDEF record: flags, and what its type is.
const (
	ndefBegin = 0x80 // MB: the first record of a message
	ndefEnd   = 0x40 // ME: the last one
	ndefChunk = 0x20 // CF: to be continued; never a token
	ndefShort = 0x10 // SR: the payload has a length of one octet, not four
	ndefHasID = 0x08 // IL: the record has an identifier
	ndefTNF   = 0x07
	ndefMIME  = 0x02 // the TNF of a MIME type
)

// DecodeToken reads a token or carrier record: an NDEF message with a record
// of one, a list of attributes behind a length of two octets (as handover
// records have it), or the bare list. The error is an [*Error].
func DecodeToken(l List, b []byte, mode Mode) error {
	body, err := tokenBody(b)
	if err != nil {
		err.Kind = l.Kind()
		return err
	}
	d := Decoder{data: body, mode: mode, kind: l.Kind()}
	if d.decode(l); d.err != nil {
		d.err.Offset += cap(b) - cap(body)
	}
	return d.Err()
}

// tokenBody returns the attributes of a token, as a part of b.
func tokenBody(b []byte) ([]byte, *Error) {
	if len(b) > 0 && b[0]&ndefBegin != 0 { // neither a length nor an attribute begins so
		var err *Error
		if b, err = ndefPayload(b); err != nil {
			return nil, err
		}
	}
	if len(b) >= 2 && b[0] != 0x10 {
		if n := int(binary.BigEndian.Uint16(b)); n <= len(b)-2 {
			return b[2 : 2+n], nil
		}
	}
	return b, nil
}

// ndefPayload returns the payload of the first record that holds a token.
func ndefPayload(message cryptobyte.String) ([]byte, *Error) {
	for rest := message; !rest.Empty(); {
		var header, typeLength, short, idLength uint8
		var size uint32
		var typ, payload []byte
		ok := rest.ReadUint8(&header) && rest.ReadUint8(&typeLength)
		if header&ndefShort != 0 {
			ok = ok && rest.ReadUint8(&short)
			size = uint32(short)
		} else {
			ok = ok && rest.ReadUint32(&size)
		}
		if header&ndefHasID != 0 {
			ok = ok && rest.ReadUint8(&idLength)
		}
		if !ok || !rest.ReadBytes(&typ, int(typeLength)) || !rest.Skip(int(idLength)) ||
			uint64(size) > uint64(len(rest)) || !rest.ReadBytes(&payload, int(size)) {
			return nil, &Error{Offset: len(message) - len(rest), Clause: "hostap", Err: ErrTruncated, Detail: "an NDEF record is cut"}
		}
		if header&(ndefChunk|ndefTNF) == ndefMIME && string(typ) == ndefType {
			return payload, nil
		}
	}
	return nil, &Error{Clause: "hostap", Err: ErrMissing, Detail: "no NDEF record is one of " + ndefType}
}

// AppendToken appends a token as an NDEF record to dst. The records of a
// handover carry a length of two octets before their attributes, as
// hostap's do. The error is an [*Error].
func AppendToken(dst []byte, l List) ([]byte, error) {
	body, err := Append(nil, l)
	if err != nil {
		return dst, err
	}
	if len(body) > maxAttribute {
		return dst, &Error{Kind: l.Kind(), Err: ErrLength, Detail: "a token of more than 65535 octets"}
	}
	if k := l.Kind(); k == KindHandoverRequest || k == KindHandoverSelect {
		body = append(binary.BigEndian.AppendUint16(nil, uint16(len(body))), body...)
	}
	if len(body) <= 0xFF {
		dst = append(dst, ndefBegin|ndefEnd|ndefShort|ndefMIME, byte(len(ndefType)), byte(len(body)))
	} else {
		dst = append(dst, ndefBegin|ndefEnd|ndefMIME, byte(len(ndefType)))
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)))
	}
	return append(append(dst, ndefType...), body...), nil
}
