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

// ConfigurationToken is the content of an NFC tag with credentials: anyone who
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
