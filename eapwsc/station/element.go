package station

import (
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// version2 is the Version2 value that a station sends.
const version2 = 0x20

// NewProbeRequest returns the WPS element with which a station looks for a
// registrar: [wps.PasswordPushButton] means that its button was pressed,
// [wps.PasswordDefault] that it has a PIN. Version10 omits the attributes of
// version 2.0.
func NewProbeRequest(d *wps.Device, id wps.DevicePasswordID, version10 bool) *wps.ProbeRequest {
	r := &wps.ProbeRequest{
		RequestType:       wps.RequestEnrollee8021X,
		ConfigMethods:     d.ConfigMethods,
		UUIDE:             d.UUID,
		PrimaryDeviceType: d.PrimaryDeviceType,
		RFBands:           d.RFBands,
		AssociationState:  d.AssociationState,
		DevicePasswordID:  id,
	}
	if !version10 {
		r.WFA.Version2, r.WFA.RequestToEnroll = version2, true
		r.Manufacturer, r.ModelName, r.ModelNumber, r.DeviceName = d.Manufacturer, d.ModelName, d.ModelNumber, d.DeviceName
	}
	return r
}

// newAssociationRequest returns the WPS element with which a station
// associates, to be registered or to configure the access point.
func newAssociationRequest(role registration.Role, version10 bool) *wps.AssociationRequest {
	r := &wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X}
	if role == registration.RoleRegistrar {
		r.RequestType = wps.RequestRegistrar
	}
	if !version10 {
		r.WFA.Version2 = version2
	}
	return r
}
