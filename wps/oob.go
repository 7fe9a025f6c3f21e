package wps

import "encoding/binary"

// OOBPassword is the OOB Device Password attribute (0x102C): the hash of the
// sender's public key, the identifier of the password and the password itself.
type OOBPassword struct {
	PublicKeyHash [20]byte         // the first 20 octets of SHA-256
	ID            DevicePasswordID // the name of the password
	Password      Redacted         // 16 to 32 octets; none for a connection handover
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

// PasswordToken is the content of an NFC tag with a device's password. The
// registrar reads the tag of a station, or the station the tag of an access
// point.
type PasswordToken struct {
	Header             // what every list has: Version, extensions, the octets
	OOB    OOBPassword // the password of the tag
}

// Kind returns [KindPasswordToken].
func (*PasswordToken) Kind() Kind { return KindPasswordToken }

func (*PasswordToken) layout() *layout { return passwordTokenLayout }

var passwordTokenLayout = layoutOf("NFC password token, as hostap implements it",
	must(AttrOOBDevicePassword, func(t *PasswordToken) *OOBPassword { return &t.OOB }),
	extensions(),
)

// ConfigurationToken is the content of an NFC tag with credentials: anyone who
// reads it can join.
type ConfigurationToken struct {
	Header                   // what every list has: Version, extensions, the octets
	Credentials []Credential // of the network, at most ten
	RFBands     RFBands      // the band of the network
	APChannel   uint16       // the channel of the network
	BSSID       MAC          // of the access point
}

// Kind returns [KindConfigurationToken].
func (*ConfigurationToken) Kind() Kind { return KindConfigurationToken }

func (*ConfigurationToken) layout() *layout { return configurationTokenLayout }

var configurationTokenLayout = layoutOf("WSC 2.0 §10.2.2 NFC configuration token, as hostap implements it",
	must(AttrCredential, func(t *ConfigurationToken) *[]Credential { return &t.Credentials }),
	may(AttrRFBands, func(t *ConfigurationToken) *RFBands { return &t.RFBands }),
	may(AttrAPChannel, func(t *ConfigurationToken) *uint16 { return &t.APChannel }),
	may(AttrMACAddress, func(t *ConfigurationToken) *MAC { return &t.BSSID }),
	extensions(),
)

// HandoverRequest is the carrier record of a station that requests a connection
// handover.
type HandoverRequest struct {
	Header             // what every list has: Version, extensions, the octets
	OOB    OOBPassword // without a password
	UUIDE  UUID        // of the station
}

// Kind returns [KindHandoverRequest].
func (*HandoverRequest) Kind() Kind { return KindHandoverRequest }

func (*HandoverRequest) layout() *layout { return handoverRequestLayout }

var handoverRequestLayout = layoutOf("NFC connection handover request, as hostap implements it",
	must(AttrOOBDevicePassword, func(t *HandoverRequest) *OOBPassword { return &t.OOB }),
	must(AttrUUIDE, func(t *HandoverRequest) *UUID { return &t.UUIDE }),
	extensions(),
)

// HandoverSelect is the carrier record of the access point that answers.
type HandoverSelect struct {
	Header                // what every list has: Version, extensions, the octets
	OOB       OOBPassword // without a password
	SSID      SSID        // the name of the network
	RFBands   RFBands     // the band of the network
	APChannel uint16      // the channel of the network
	BSSID     MAC         // of the access point
}

// Kind returns [KindHandoverSelect].
func (*HandoverSelect) Kind() Kind { return KindHandoverSelect }

func (*HandoverSelect) layout() *layout { return handoverSelectLayout }

var handoverSelectLayout = layoutOf("NFC connection handover select, as hostap implements it",
	must(AttrOOBDevicePassword, func(t *HandoverSelect) *OOBPassword { return &t.OOB }),
	must(AttrSSID, func(t *HandoverSelect) *SSID { return &t.SSID }),
	may(AttrRFBands, func(t *HandoverSelect) *RFBands { return &t.RFBands }),
	may(AttrAPChannel, func(t *HandoverSelect) *uint16 { return &t.APChannel }),
	may(AttrMACAddress, func(t *HandoverSelect) *MAC { return &t.BSSID }),
	extensions(),
)
