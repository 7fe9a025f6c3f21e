package wps

import (
	"bytes"
	"slices"
)

// Beacon is the WPS element of a beacon. WSC 2.0 §8.2.
type Beacon struct {
	Header
	State                          State
	APSetupLocked                  bool // the access point's PIN is locked; says nothing of its push button
	SelectedRegistrar              bool // a registrar is waiting for an enrollee
	DevicePasswordID               DevicePasswordID
	SelectedRegistrarConfigMethods ConfigMethods
	UUIDE                          UUID
	RFBands                        RFBands
	PrimaryDeviceType              DeviceType // only of P2P devices
	DeviceName                     string     // only of P2P devices
}

// Kind returns [KindBeacon].
func (*Beacon) Kind() Kind { return KindBeacon }

func (e *Beacon) field(id AttributeID) any {
	switch id {
	case AttrState:
		return &e.State
	case AttrAPSetupLocked:
		return &e.APSetupLocked
	case AttrSelectedRegistrar:
		return &e.SelectedRegistrar
	case AttrDevicePasswordID:
		return &e.DevicePasswordID
	case AttrSelectedRegistrarConfigMethods:
		return &e.SelectedRegistrarConfigMethods
	case AttrUUIDE:
		return &e.UUIDE
	case AttrRFBands:
		return &e.RFBands
	case AttrPrimaryDeviceType:
		return &e.PrimaryDeviceType
	case AttrDeviceName:
		return &e.DeviceName
	}
	return nil
}

// ProbeResponse is the WPS element of a probe response: what a beacon has,
// and the description of the access point. WSC 2.0 §8.2.
type ProbeResponse struct {
	Beacon
	ResponseType         ResponseType
	Manufacturer         string
	ModelName            string
	ModelNumber          string
	SerialNumber         string
	ConfigMethods        ConfigMethods // how an external registrar may be added: no push button
	SecondaryDeviceTypes []DeviceType
}

// Kind returns [KindProbeResponse].
func (*ProbeResponse) Kind() Kind { return KindProbeResponse }

func (e *ProbeResponse) field(id AttributeID) any {
	switch id {
	case AttrResponseType:
		return &e.ResponseType
	case AttrManufacturer:
		return &e.Manufacturer
	case AttrModelName:
		return &e.ModelName
	case AttrModelNumber:
		return &e.ModelNumber
	case AttrSerialNumber:
		return &e.SerialNumber
	case AttrConfigMethods:
		return &e.ConfigMethods
	case AttrSecondaryDeviceTypeList:
		return &e.SecondaryDeviceTypes
	}
	return e.Beacon.field(id)
}

// ProbeRequest is the WPS element of a probe request. WSC 2.0 §8.2.4.
type ProbeRequest struct {
	Header
	RequestType          RequestType
	ConfigMethods        ConfigMethods
	UUIDE                UUID
	UUIDR                UUID // of some registrars, instead of UUID-E
	PrimaryDeviceType    DeviceType
	RFBands              RFBands
	AssociationState     AssociationState
	ConfigError          ConfigError
	DevicePasswordID     DevicePasswordID // PasswordPushButton for 120 s from the press on
	Manufacturer         string
	ModelName            string
	ModelNumber          string
	DeviceName           string
	RequestedDeviceTypes []DeviceType
	SecondaryDeviceTypes []DeviceType
}

// Kind returns [KindProbeRequest].
func (*ProbeRequest) Kind() Kind { return KindProbeRequest }

func (e *ProbeRequest) field(id AttributeID) any {
	switch id {
	case AttrRequestType:
		return &e.RequestType
	case AttrConfigMethods:
		return &e.ConfigMethods
	case AttrUUIDE:
		return &e.UUIDE
	case AttrUUIDR:
		return &e.UUIDR
	case AttrPrimaryDeviceType:
		return &e.PrimaryDeviceType
	case AttrRFBands:
		return &e.RFBands
	case AttrAssociationState:
		return &e.AssociationState
	case AttrConfigError:
		return &e.ConfigError
	case AttrDevicePasswordID:
		return &e.DevicePasswordID
	case AttrManufacturer:
		return &e.Manufacturer
	case AttrModelName:
		return &e.ModelName
	case AttrModelNumber:
		return &e.ModelNumber
	case AttrDeviceName:
		return &e.DeviceName
	case AttrRequestedDeviceType:
		return &e.RequestedDeviceTypes
	case AttrSecondaryDeviceTypeList:
		return &e.SecondaryDeviceTypes
	}
	return nil
}

// AssociationRequest is the WPS element of a (re)association request. With
// it a station associates without security to be enrolled. WSC 2.0 §8.2.
type AssociationRequest struct {
	Header
	RequestType RequestType // RequestEnrollee8021X, or RequestRegistrar
}

// Kind returns [KindAssociationRequest].
func (*AssociationRequest) Kind() Kind { return KindAssociationRequest }

func (e *AssociationRequest) field(id AttributeID) any {
	if id == AttrRequestType {
		return &e.RequestType
	}
	return nil
}

// AssociationResponse is the WPS element of a (re)association response. WSC
// 2.0 §8.2.
type AssociationResponse struct {
	Header
	ResponseType ResponseType // ResponseAP
}

// Kind returns [KindAssociationResponse].
func (*AssociationResponse) Kind() Kind { return KindAssociationResponse }

func (e *AssociationResponse) field(id AttributeID) any {
	if id == AttrResponseType {
		return &e.ResponseType
	}
	return nil
}

// SetSelectedRegistrar is what an external registrar sends to an access point
// over UPnP: it waits for an enrollee, or no longer.
type SetSelectedRegistrar struct {
	Header
	SelectedRegistrar              bool
	DevicePasswordID               DevicePasswordID
	SelectedRegistrarConfigMethods ConfigMethods
	UUIDR                          UUID
}

// Kind returns [KindSetSelectedRegistrar].
func (*SetSelectedRegistrar) Kind() Kind { return KindSetSelectedRegistrar }

func (e *SetSelectedRegistrar) field(id AttributeID) any {
	switch id {
	case AttrSelectedRegistrar:
		return &e.SelectedRegistrar
	case AttrDevicePasswordID:
		return &e.DevicePasswordID
	case AttrSelectedRegistrarConfigMethods:
		return &e.SelectedRegistrarConfigMethods
	case AttrUUIDR:
		return &e.UUIDR
	}
	return nil
}

// A vendor specific element of 802.11, and what distinguishes WPS's from others.
const (
	elementVendor   = 0xDD
	elementHeader   = 2 + len(elementOUI)   // octets before the attributes
	maxElementValue = 255 - len(elementOUI) // octets of attributes in one element
)

var elementOUI = [4]byte{0x00, 0x50, 0xF2, 0x04}

// JoinElements returns the attributes of the WPS elements among the
// information elements of an 802.11 frame: several elements are one list,
// which may be cut anywhere. ok reports whether there was one at all. The
// elements behind a cut one are not looked at. The result is a part of
// elements where one element holds the list, as is almost always so.
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
	out, err := Append(appendElement(slices.Grow(dst, room), nil), l)
	if err != nil {
		return dst, err
	}
	attributes := out[start+elementHeader:]
	if len(attributes) <= maxElementValue { // as is almost always so
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
