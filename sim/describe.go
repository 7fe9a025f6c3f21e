package sim

import (
	"fmt"
	"slices"

	"github.com/gowps/gowps/wps"
)

// complete fills in empty fields of the description of a device, and checks
// that M1, which has all of them, can be encoded. The error is [ErrConfig].
func complete(d *wps.Device, p *Port, kind wps.DeviceType) error {
	def := wps.DefaultDevice()
	def.Manufacturer, def.ModelName, def.ModelNumber = "Simulated", "Model", "1"
	def.SerialNumber, def.DeviceName, def.PrimaryDeviceType = fmt.Sprint(p.id+1), p.name, kind
	fill(&d.Manufacturer, def.Manufacturer)
	fill(&d.ModelName, def.ModelName)
	fill(&d.ModelNumber, def.ModelNumber)
	fill(&d.SerialNumber, def.SerialNumber)
	fill(&d.DeviceName, def.DeviceName)
	fill(&d.PrimaryDeviceType, def.PrimaryDeviceType)
	fill(&d.AuthTypes, def.AuthTypes)
	fill(&d.EncrTypes, def.EncrTypes)
	fill(&d.ConnTypes, def.ConnTypes)
	fill(&d.ConfigMethods, def.ConfigMethods)
	fill(&d.RFBands, def.RFBands)
	fill(&d.State, def.State)
	d.MAC = p.Radio(0).MAC()
	fill(&d.UUID, wps.UUIDFromMAC(d.MAC))
	w := p.world
	if slices.Contains(w.validDevices, *d) {
		return nil
	}
	w.m1 = wps.M1{Device: *d}
	if _, err := wps.Append(w.elements(), &w.m1); err != nil {
		return configError("the description of %q: %w", p.name, err)
	}
	if len(w.validDevices) < maxValidDevices {
		w.validDevices = append(w.validDevices, *d)
	}
	return nil
}

// maxValidDevices is how many checked descriptions are remembered: most worlds
// of a campaign have the same few.
const maxValidDevices = 8

// fill sets a field that is zero.
func fill[T comparable](field *T, def T) {
	if *field == *new(T) {
		*field = def
	}
}
