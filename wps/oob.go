package wps

import "encoding/binary"

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

// The header of an NDEF record: one message of one record (MB, ME) of a MIME
// type, with a length of one octet (SR) or four.
const (
	ndefSingleMIME = 0xC2
	ndefShort      = 0x10
)

// DecodeToken reads a token or carrier record: an NDEF record, a list of
// attributes behind a length of two octets (as handover records have it), or
// the bare list.
func DecodeToken(l List, b []byte, mode Mode) error {
	body, err := tokenBody(b)
	if err != nil {
		return err
	}
	return Decode(l, body, mode)
}

func tokenBody(b []byte) ([]byte, error) {
	if len(b) > 0 && b[0]&^ndefShort == ndefSingleMIME {
		payload, ok := ndefPayload(b)
		if !ok {
			return nil, &Error{Err: ErrTruncated, Detail: "the NDEF record is cut, or is not one of " + ndefType, Clause: "hostap"}
		}
		b = payload
	}
	if len(b) >= 2 && b[0] != 0x10 && int(binary.BigEndian.Uint16(b)) <= len(b)-2 {
		b = b[2 : 2+int(binary.BigEndian.Uint16(b))]
	}
	return b, nil
}

// ndefPayload returns the payload of the one record in b.
func ndefPayload(b []byte) ([]byte, bool) {
	head := 3
	if b[0]&ndefShort == 0 {
		head = 6
	}
	if len(b) < head+len(ndefType) || int(b[1]) != len(ndefType) || string(b[head:head+len(ndefType)]) != ndefType {
		return nil, false
	}
	n := uint64(b[2])
	if b[0]&ndefShort == 0 {
		n = uint64(binary.BigEndian.Uint32(b[2:]))
	}
	rest := b[head+len(ndefType):]
	if n > uint64(len(rest)) {
		return nil, false
	}
	return rest[:n], true
}

// AppendToken appends a token as an NDEF record to dst. The records of a
// handover carry a length of two octets before their attributes, as
// hostap's do.
func AppendToken(dst []byte, l List) ([]byte, error) {
	body, err := Append(nil, l)
	if err != nil {
		return dst, err
	}
	if k := l.Kind(); k == KindHandoverRequest || k == KindHandoverSelect {
		body = append(binary.BigEndian.AppendUint16(nil, uint16(len(body))), body...)
	}
	if len(body) <= 0xFF {
		dst = append(dst, ndefSingleMIME|ndefShort, byte(len(ndefType)), byte(len(body)))
	} else {
		dst = append(dst, ndefSingleMIME, byte(len(ndefType)))
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)))
	}
	return append(append(dst, ndefType...), body...), nil
}
