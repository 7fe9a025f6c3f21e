package wps

import "strings"

// Device describes a device, as M1, M2 and M2D do, and in part probe requests.
// The message determines whether UUID is the UUID-E or the UUID-R.
type Device struct {
	UUID UUID // UUID-E of an enrollee, UUID-R of a registrar
	MAC  MAC  // of the interface that registers; the keys of the run depend on it

	Manufacturer      string     // at most 64 octets of ASCII
	ModelName         string     // at most 32 octets of ASCII
	ModelNumber       string     // at most 32 octets of ASCII
	SerialNumber      string     // at most 32 octets of ASCII
	DeviceName        string     // at most 32 octets of UTF-8
	PrimaryDeviceType DeviceType // such as DeviceTypePrinter
	OSVersion         uint32     // its highest bit is reserved: sent as 1, and clear in some devices

	AuthTypes        AuthType         // supported types: Authentication Type Flags
	EncrTypes        EncrType         // Encryption Type Flags
	ConnTypes        ConnType         // Connection Type Flags
	ConfigMethods    ConfigMethods    // the methods that it supports
	RFBands          RFBands          // the band in use
	AssociationState AssociationState // whether it is connected
	State            State            // of an enrollee: NotConfigured for a station
}

// PSKOnly reports whether an enrollee accepts no passphrase, only the 64 digits
// of the pre-shared key: Apple's AirPort of Mac OS X 10.6.3 and 10.6.4
// [hostap].
func (v *Device) PSKOnly() bool {
	return strings.HasPrefix(v.Manufacturer, "Apple ") && v.ModelName == "AirPort"
}

// DefaultDevice returns the capabilities that almost every device has: open
// and WPA2 networks on 2.4 GHz by display PIN, push button or keypad.
func DefaultDevice() Device {
	return Device{
		AuthTypes:     AuthOpen | AuthMixed,
		EncrTypes:     EncrNone | EncrMixed,
		ConnTypes:     ConnESS,
		ConfigMethods: MethodVirtualDisplay | MethodVirtualPushButton | MethodKeypad,
		RFBands:       Band24GHz,
		State:         NotConfigured,
	}
}
