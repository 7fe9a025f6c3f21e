package wps

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// DeviceType is a Primary Device Type (0x1054), a Secondary or a Requested
// one: eight octets of category, vendor (00:50:F2:04 for the Wi-Fi Alliance's
// own list) and subcategory. WSC 2.0 Table 41.
type DeviceType [8]byte

// deviceTypeVendor marks categories of the common list; another one marks
// categories of a vendor's own.
var deviceTypeVendor = [4]byte{0x00, 0x50, 0xF2, 0x04}

// NewDeviceType returns the type with a category and subcategory of the
// common list: 3, 1 is a printer.
func NewDeviceType(category, subcategory uint16) DeviceType {
	var t DeviceType
	binary.BigEndian.PutUint16(t[0:], category)
	copy(t[2:], deviceTypeVendor[:])
	binary.BigEndian.PutUint16(t[6:], subcategory)
	return t
}

// Some device types that programs name often.
var (
	DeviceTypePC      = NewDeviceType(1, 1)
	DeviceTypePrinter = NewDeviceType(3, 1)
	DeviceTypeAP      = NewDeviceType(6, 1)
	DeviceTypeRouter  = NewDeviceType(6, 2)
)

// ParseDeviceType reads the text form that tools use, such as 3-0050F204-1.
// The error is of class [ErrValue].
func ParseDeviceType(s string) (DeviceType, error) {
	bad := fmt.Errorf("wps: device type %q: %w: it is not of the form 3-0050F204-1", s, ErrValue)
	parts := strings.Split(s, "-")
	if len(parts) != 3 || len(parts[1]) != 8 {
		return DeviceType{}, bad
	}
	category, err1 := strconv.ParseUint(parts[0], 10, 16)
	vendor, err2 := strconv.ParseUint(parts[1], 16, 32)
	sub, err3 := strconv.ParseUint(parts[2], 10, 16)
	if err1 != nil || err2 != nil || err3 != nil {
		return DeviceType{}, bad
	}
	t := NewDeviceType(uint16(category), uint16(sub))
	binary.BigEndian.PutUint32(t[2:], uint32(vendor))
	return t, nil
}

// Category returns the category, 1 for a computer.
func (t DeviceType) Category() uint16 { return binary.BigEndian.Uint16(t[0:]) }

// Subcategory returns the subcategory.
func (t DeviceType) Subcategory() uint16 { return binary.BigEndian.Uint16(t[6:]) }

// String returns the text form, such as 3-0050F204-1.
func (t DeviceType) String() string {
	return fmt.Sprintf("%d-%08X-%d", t.Category(), t[2:6], t.Subcategory())
}

// Names returns the names of the category and subcategory, such as "Printers,
// scanners, faxes, copiers" and "Printer"; empty if unknown, as for a vendor's
// own categories.
func (t DeviceType) Names() (category, subcategory string) {
	if [4]byte(t[2:6]) != deviceTypeVendor {
		return "", ""
	}
	for _, row := range deviceCategories {
		if row.id == t.Category() {
			if i := int(t.Subcategory()); i >= 1 && i <= len(row.sub) {
				subcategory = row.sub[i-1]
			}
			return row.name, subcategory
		}
	}
	return "", ""
}

type deviceCategory struct {
	id   uint16
	name string
	sub  []string // from subcategory 1 on
}

// deviceCategories is the common list. Unknown pairs are never refused.
var deviceCategories = []deviceCategory{
	{1, "Computer", []string{"PC", "Server", "Media Center", "Ultra-mobile PC", "Notebook", "Desktop", "Mobile Internet Device", "Netbook", "Tablet", "Ultrabook"}},
	{2, "Input device", []string{"Keyboard", "Mouse", "Joystick", "Trackball", "Gaming controller", "Remote", "Touchscreen", "Biometric reader", "Barcode reader"}},
	{3, "Printers, scanners, faxes, copiers", []string{"Printer", "Scanner", "Fax", "Copier", "All-in-one"}},
	{4, "Camera", []string{"Digital still camera", "Video camera", "Web camera", "Security camera"}},
	{5, "Storage", []string{"NAS"}},
	{6, "Network infrastructure", []string{"AP", "Router", "Switch", "Gateway", "Bridge"}},
	{7, "Displays", []string{"Television", "Electronic picture frame", "Projector", "Monitor"}},
	{8, "Multimedia", []string{"DAR", "PVR", "MCX", "Set-top box", "Media server, adapter or extender", "Portable video player"}},
	{9, "Gaming", []string{"Xbox", "Xbox 360", "PlayStation", "Game console or adapter", "Portable gaming device"}},
	{10, "Telephone", []string{"Windows Mobile", "Phone, single mode", "Phone, dual mode", "Smartphone, single mode", "Smartphone, dual mode"}},
	{11, "Audio", []string{"Tuner or receiver", "Speakers", "Portable music player", "Headset", "Headphones", "Microphone", "Home theatre"}},
	{12, "Docking", []string{"Docking station", "Media kiosk"}},
	{255, "Others", nil},
}
