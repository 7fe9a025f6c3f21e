package wps

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// values describe the values of attributes whose meaning is more than their
// encoding. They are called with values of an allowed length.
var values = map[AttributeID]func([]byte) string{
	AttrAssociationState:               func(v []byte) string { return AssociationState(number(v)).String() },
	AttrAuthType:                       func(v []byte) string { return AuthType(number(v)).String() },
	AttrAuthTypeFlags:                  func(v []byte) string { return AuthType(number(v)).String() },
	AttrConfigError:                    func(v []byte) string { return ConfigError(number(v)).String() },
	AttrConfigMethods:                  describeMethods,
	AttrConnType:                       func(v []byte) string { return ConnType(number(v)).String() },
	AttrConnTypeFlags:                  func(v []byte) string { return ConnType(number(v)).String() },
	AttrDevicePasswordID:               func(v []byte) string { return DevicePasswordID(number(v)).String() },
	AttrEncrType:                       func(v []byte) string { return EncrType(number(v)).String() },
	AttrEncrTypeFlags:                  func(v []byte) string { return EncrType(number(v)).String() },
	AttrMACAddress:                     func(v []byte) string { return MAC(v).String() },
	AttrMessageType:                    func(v []byte) string { return MessageType(number(v)).String() },
	AttrPermittedConfigMethods:         describeMethods,
	AttrPrimaryDeviceType:              func(v []byte) string { return DeviceType(v).String() },
	AttrRequestedDeviceType:            func(v []byte) string { return DeviceType(v).String() },
	AttrRequestType:                    func(v []byte) string { return RequestType(number(v)).String() },
	AttrResponseType:                   func(v []byte) string { return ResponseType(number(v)).String() },
	AttrRFBands:                        func(v []byte) string { return RFBands(number(v)).String() },
	AttrSecondaryDeviceTypeList:        describeDeviceTypes,
	AttrSelectedRegistrarConfigMethods: describeMethods,
	AttrSSID:                           func(v []byte) string { return SSID(v).String() },
	AttrState:                          func(v []byte) string { return State(number(v)).String() },
	AttrUUIDE:                          func(v []byte) string { return UUID(v).String() },
	AttrUUIDR:                          func(v []byte) string { return UUID(v).String() },
	AttrVersion:                        func(v []byte) string { return fmt.Sprintf("%d.%d", v[0]>>4, v[0]&15) },
}

func describeMethods(v []byte) string { return ConfigMethods(number(v)).String() }

func describeDeviceTypes(v []byte) string {
	var all []string
	for ; len(v) >= 8; v = v[8:] {
		all = append(all, DeviceType(v[:8]).String())
	}
	return strings.Join(all, ", ")
}

// Describe returns the value of an attribute in words, numbers or hexadecimal
// digits, by the table of attributes, and whether it is a secret: a key, a
// password or a secret nonce, which Describe shows. Encrypted settings do not
// count as secrets. A value whose length the table does not allow, or whose
// attribute the table lacks, is shown in hexadecimal digits. Texts are quoted;
// what is not printable in them is escaped.
func (a Attribute) Describe() (text string, secret bool) {
	row := a.ID.info()
	if row == nil {
		return hex.EncodeToString(a.Value), false
	}
	secret = row.Encoding == Secret
	if !row.allows(len(a.Value)) {
		return hex.EncodeToString(a.Value), secret
	}
	if describe := values[a.ID]; describe != nil {
		text = describe(a.Value)
		if row.Encoding == Integer || row.Encoding == Mask {
			text = fmt.Sprintf("%s (0x%0*x)", text, 2*len(a.Value), number(a.Value))
		}
		return text, secret
	}
	switch row.Encoding {
	case Boolean:
		return map[bool]string{true: "yes", false: "no"}[a.Value[0] != 0], secret
	case Integer, Mask:
		return strconv.FormatUint(number(a.Value), 10), secret
	case ASCII, UTF8:
		return strconv.Quote(string(a.Value)), secret
	}
	if a.ID == AttrNetworkKey {
		return strconv.Quote(string(a.Value)), secret
	}
	return hex.EncodeToString(a.Value), secret
}
