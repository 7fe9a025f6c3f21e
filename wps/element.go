package wps

import (
	"bytes"
	"slices"
)

// Beacon is the WPS element of a beacon. WSC 2.0 §8.2.
type Beacon struct {
	Header                                          // what every list has: Version, extensions, the octets
	State                          State            // whether the network has its own settings
	APSetupLocked                  bool             // the access point's PIN is locked; its push button may still work
	SelectedRegistrar              bool             // a registrar is waiting for an enrollee
	DevicePasswordID               DevicePasswordID // while a registrar is selected: its password; PasswordPushButton for the button
	SelectedRegistrarConfigMethods ConfigMethods    // of the registrar that waits
	UUIDE                          UUID             // of the access point; one for all of its bands
	RFBands                        RFBands          // the bands of the access point
	PrimaryDeviceType              DeviceType       // only of P2P devices
	DeviceName                     string           // only of P2P devices
}

// Kind returns [KindBeacon].
func (*Beacon) Kind() Kind { return KindBeacon }

func (*Beacon) layout() *layout { return beaconLayout }

var beaconLayout = layoutOf("WSC 2.0 §8.2, as hostap and iwd implement it",
	version(QuirkIncomplete),
	needs(AttrState, func(e *Beacon) *State { return &e.State }),
	onlyIf(AttrAPSetupLocked, unobservable("while locked"), func(e *Beacon) *bool { return &e.APSetupLocked }),
	onlyIf(AttrSelectedRegistrar, unobservable("while a registrar is active"), func(e *Beacon) *bool { return &e.SelectedRegistrar }),
	onlyIf(AttrDevicePasswordID, whenSelected, func(e *Beacon) *DevicePasswordID { return &e.DevicePasswordID }),
	onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, func(e *Beacon) *ConfigMethods { return &e.SelectedRegistrarConfigMethods }),
	onlyIf(AttrUUIDE, whenPressedOnTwoBands, func(e *Beacon) *UUID { return &e.UUIDE }),
	onlyIf(AttrRFBands, unobservable("dual-band access point"), func(e *Beacon) *RFBands { return &e.RFBands }),
	extensions(),
	may(AttrDeviceName, func(e *Beacon) *string { return &e.DeviceName }),
	may(AttrPrimaryDeviceType, func(e *Beacon) *DeviceType { return &e.PrimaryDeviceType }),
)

// ProbeResponse is the WPS element of a probe response: the attributes of a
// beacon and the description of the access point. WSC 2.0 §8.2.
type ProbeResponse struct {
	Beacon                             // what a beacon has
	ResponseType         ResponseType  // ResponseAP
	Manufacturer         string        // at most 64 octets of ASCII
	ModelName            string        // at most 32 octets of ASCII
	ModelNumber          string        // at most 32 octets of ASCII
	SerialNumber         string        // at most 32 octets of ASCII
	ConfigMethods        ConfigMethods // for adding an external registrar: no push button
	SecondaryDeviceTypes []DeviceType  // at most 16
}

// Kind returns [KindProbeResponse].
func (*ProbeResponse) Kind() Kind { return KindProbeResponse }

func (*ProbeResponse) layout() *layout { return probeResponseLayout }

var probeResponseLayout = layoutOf("WSC 2.0 §8.2, as hostap and iwd implement it",
	version(QuirkIncomplete),
	needs(AttrState, func(e *ProbeResponse) *State { return &e.State }),
	onlyIf(AttrAPSetupLocked, unobservable("while locked"), func(e *ProbeResponse) *bool { return &e.APSetupLocked }),
	onlyIf(AttrSelectedRegistrar, unobservable("while a registrar is active"), func(e *ProbeResponse) *bool { return &e.SelectedRegistrar }),
	onlyIf(AttrDevicePasswordID, whenSelected, func(e *ProbeResponse) *DevicePasswordID { return &e.DevicePasswordID }),
	onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, func(e *ProbeResponse) *ConfigMethods { return &e.SelectedRegistrarConfigMethods }),
	needs(AttrResponseType, func(e *ProbeResponse) *ResponseType { return &e.ResponseType }),
	needs(AttrUUIDE, func(e *ProbeResponse) *UUID { return &e.UUIDE }),
	needs(AttrManufacturer, func(e *ProbeResponse) *string { return &e.Manufacturer }),
	needs(AttrModelName, func(e *ProbeResponse) *string { return &e.ModelName }),
	needs(AttrModelNumber, func(e *ProbeResponse) *string { return &e.ModelNumber }),
	needs(AttrSerialNumber, func(e *ProbeResponse) *string { return &e.SerialNumber }),
	needs(AttrPrimaryDeviceType, func(e *ProbeResponse) *DeviceType { return &e.PrimaryDeviceType }),
	needs(AttrDeviceName, func(e *ProbeResponse) *string { return &e.DeviceName }),
	needs(AttrConfigMethods, func(e *ProbeResponse) *ConfigMethods { return &e.ConfigMethods }),
	onlyIf(AttrRFBands, unobservable("dual-band access point"), func(e *ProbeResponse) *RFBands { return &e.RFBands }),
	extensions(),
	may(AttrSecondaryDeviceTypeList, func(e *ProbeResponse) *[]DeviceType { return &e.SecondaryDeviceTypes }),
)

// ProbeRequest is the WPS element of a probe request. WSC 2.0 §8.2.4.
type ProbeRequest struct {
	Header                                // what every list has: Version, extensions, the octets
	RequestType          RequestType      // what the station wants to be
	ConfigMethods        ConfigMethods    // the methods that it supports
	UUIDE                UUID             // of the station
	UUIDR                UUID             // of some registrars, instead of UUID-E
	PrimaryDeviceType    DeviceType       // of the station
	RFBands              RFBands          // the bands that it uses
	AssociationState     AssociationState // whether it is connected
	ConfigError          ConfigError      // of the attempt before; NoError mostly
	DevicePasswordID     DevicePasswordID // PasswordPushButton for 120 s after the press
	Manufacturer         string           // at most 64 octets of ASCII
	ModelName            string           // at most 32 octets of ASCII
	ModelNumber          string           // at most 32 octets of ASCII
	DeviceName           string           // at most 32 octets of UTF-8
	RequestedDeviceTypes []DeviceType     // whom it looks for; at most ten
	SecondaryDeviceTypes []DeviceType     // at most 16
}

// Kind returns [KindProbeRequest].
func (*ProbeRequest) Kind() Kind { return KindProbeRequest }

func (*ProbeRequest) layout() *layout { return probeRequestLayout }

var probeRequestLayout = layoutOf("WSC 2.0 §8.2.4, as hostap and iwd implement it",
	version(QuirkIncomplete),
	must(AttrRequestType, func(e *ProbeRequest) *RequestType { return &e.RequestType }),
	must(AttrConfigMethods, func(e *ProbeRequest) *ConfigMethods { return &e.ConfigMethods }),
	onlyIf(AttrUUIDE, whenNoUUIDR, func(e *ProbeRequest) *UUID { return &e.UUIDE }),
	onlyIf(AttrUUIDR, unobservable("some registrars, instead of UUID-E"), func(e *ProbeRequest) *UUID { return &e.UUIDR }),
	must(AttrPrimaryDeviceType, func(e *ProbeRequest) *DeviceType { return &e.PrimaryDeviceType }),
	must(AttrRFBands, func(e *ProbeRequest) *RFBands { return &e.RFBands }),
	must(AttrAssociationState, func(e *ProbeRequest) *AssociationState { return &e.AssociationState }),
	must(AttrConfigError, func(e *ProbeRequest) *ConfigError { return &e.ConfigError }),
	must(AttrDevicePasswordID, func(e *ProbeRequest) *DevicePasswordID { return &e.DevicePasswordID }),
	must2(AttrManufacturer, func(e *ProbeRequest) *string { return &e.Manufacturer }),
	must2(AttrModelName, func(e *ProbeRequest) *string { return &e.ModelName }),
	must2(AttrModelNumber, func(e *ProbeRequest) *string { return &e.ModelNumber }),
	must2(AttrDeviceName, func(e *ProbeRequest) *string { return &e.DeviceName }),
	extensions(),
	may(AttrRequestedDeviceType, func(e *ProbeRequest) *[]DeviceType { return &e.RequestedDeviceTypes }),
	may(AttrSecondaryDeviceTypeList, func(e *ProbeRequest) *[]DeviceType { return &e.SecondaryDeviceTypes }),
)

// AssociationRequest is the WPS element of a (re)association request, with
// which a station associates without security to be registered. WSC 2.0 §8.2.
type AssociationRequest struct {
	Header                  // what every list has: Version, extensions, the octets
	RequestType RequestType // RequestEnrollee8021X, or RequestRegistrar
}

// Kind returns [KindAssociationRequest].
func (*AssociationRequest) Kind() Kind { return KindAssociationRequest }

func (*AssociationRequest) layout() *layout { return associationRequestLayout }

var associationRequestLayout = layoutOf("WSC 2.0 §8.2, as hostap and iwd implement it",
	version(QuirkIncomplete),
	must(AttrRequestType, func(e *AssociationRequest) *RequestType { return &e.RequestType }),
	extensions(),
)

// AssociationResponse is the WPS element of a (re)association response. WSC
// 2.0 §8.2.
type AssociationResponse struct {
	Header                    // what every list has: Version, extensions, the octets
	ResponseType ResponseType // ResponseAP
}

// Kind returns [KindAssociationResponse].
func (*AssociationResponse) Kind() Kind { return KindAssociationResponse }

func (*AssociationResponse) layout() *layout { return associationResponseLayout }

var associationResponseLayout = layoutOf("WSC 2.0 §8.2, as hostap and iwd implement it",
	version(QuirkIncomplete),
	must(AttrResponseType, func(e *AssociationResponse) *ResponseType { return &e.ResponseType }),
	extensions(),
)

// SetSelectedRegistrar is the message of an external registrar to an access
// point over UPnP: it waits for an enrollee, or not any more.
type SetSelectedRegistrar struct {
	Header                                          // what every list has: Version, extensions, the octets
	SelectedRegistrar              bool             // whether the registrar waits for an enrollee
	DevicePasswordID               DevicePasswordID // its password; PasswordPushButton for the button
	SelectedRegistrarConfigMethods ConfigMethods    // the methods that it supports
	UUIDR                          UUID             // of the registrar; from a 2.0 device
}

// Kind returns [KindSetSelectedRegistrar].
func (*SetSelectedRegistrar) Kind() Kind { return KindSetSelectedRegistrar }

func (*SetSelectedRegistrar) layout() *layout { return setSelectedRegistrarLayout }

var setSelectedRegistrarLayout = layoutOf("WFAWLANConfig SetSelectedRegistrar, as hostap implements it",
	version(0),
	must(AttrSelectedRegistrar, func(e *SetSelectedRegistrar) *bool { return &e.SelectedRegistrar }),
	onlyIf(AttrDevicePasswordID, whenSelected, func(e *SetSelectedRegistrar) *DevicePasswordID { return &e.DevicePasswordID }),
	onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, func(e *SetSelectedRegistrar) *ConfigMethods { return &e.SelectedRegistrarConfigMethods }),
	extensions(),
	must2(AttrUUIDR, func(e *SetSelectedRegistrar) *UUID { return &e.UUIDR }),
)

// A vendor-specific element of 802.11, and the octets that identify the one of
// WPS.
const (
	elementVendor   = 0xDD
	elementHeader   = 2 + len(elementOUI)   // octets before the attributes
	maxElementValue = 255 - len(elementOUI) // octets of attributes in one element
)

var elementOUI = [4]byte{0x00, 0x50, 0xF2, 0x04}

// JoinElements returns the attributes of the WPS elements among the information
// elements of an 802.11 frame: several elements form one list, which may be
// split anywhere. ok reports whether there was one at all. Elements after a
// truncated one are ignored. The result shares memory with elements if one
// element holds the list, as almost always.
func JoinElements(elements []byte) (attributes []byte, ok bool) {
	joined := false
	for len(elements) >= 2 && len(elements)-2 >= int(elements[1]) {
		id, body := elements[0], elements[2:2+int(elements[1])]
		elements = elements[2+len(body):]
		if id != elementVendor || len(body) < 4 || [4]byte(body) != elementOUI {
			continue
		}
		switch body = body[4:]; {
		case !ok:
			attributes, ok = body[:len(body):len(body)], true
		case !joined:
			attributes, joined = append(append(make([]byte, 0, 2*maxElementValue), attributes...), body...), true
		default:
			attributes = append(attributes, body...)
		}
	}
	return attributes, ok
}

// SplitElements is the reverse of [JoinElements]: it returns attributes as
// information elements of an 802.11 frame, as many as they need.
func SplitElements(attributes []byte) []byte {
	return appendElements(nil, attributes)
}

// AppendElements appends a list of attributes to dst as information elements
// of an 802.11 frame, as many as it needs. The error is an [*Error].
func AppendElements(dst []byte, l List) ([]byte, error) {
	start := len(dst)
	out, err := Append(appendElement(slices.Grow(dst, initialCapacity), nil), l)
	if err != nil {
		return dst, err
	}
	attributes := out[start+elementHeader:]
	if len(attributes) <= maxElementValue { // almost always
		out[start+1] = byte(len(elementOUI) + len(attributes))
		return out, nil
	}
	return appendElements(dst, bytes.Clone(attributes)), nil
}

func appendElements(dst, attributes []byte) []byte {
	for {
		n := min(len(attributes), maxElementValue)
		dst = appendElement(dst, attributes[:n])
		if attributes = attributes[n:]; len(attributes) == 0 {
			return dst
		}
	}
}

// appendElement appends one element.
func appendElement(dst, attributes []byte) []byte {
	dst = append(dst, elementVendor, byte(len(elementOUI)+len(attributes)))
	dst = append(dst, elementOUI[:]...)
	return append(dst, attributes...)
}
