package ap

import (
	"slices"

	"github.com/gowps/gowps/wps"
)

// KnownDevice is a device that the access point has registered, as its M1
// described it.
type KnownDevice struct {
	UUID wps.UUID // UUID-E, which identifies it
	MAC  wps.MAC  // the address that it registered with last
	Name string   // Device Name, of at most 32 octets, from the air
	Type wps.DeviceType
}

// maxKnown is how many devices are remembered.
const maxKnown = 64

// Devices returns the devices that the access point has registered and that were
// not forgotten, latest first: at most 64. They outlive a restart.
func (a *AccessPoint) Devices() []KnownDevice { return slices.Clone(a.known) }

// ForgetDevice takes a device off the list, which is for the owner's page: it keeps
// the settings that it was given.
func (a *AccessPoint) ForgetDevice(uuid wps.UUID) {
	a.known = slices.DeleteFunc(slices.Clone(a.known), func(d KnownDevice) bool { return d.UUID == uuid })
}

// remember remembers a device that was registered.
func (a *AccessPoint) remember(d *wps.Device) {
	a.ForgetDevice(d.UUID)
	a.known = slices.Insert(a.known, 0, KnownDevice{d.UUID, d.MAC, d.DeviceName, d.PrimaryDeviceType})
	a.known = a.known[:min(len(a.known), maxKnown)]
}
