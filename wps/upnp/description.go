package upnp

import (
	"net/netip"
	"strings"

	"github.com/gowps/gowps/wps"
)

// Description is the description of an access point for people and programs, in
// its device description document.
type Description struct {
	UUID             wps.UUID // UUID-E
	FriendlyName     string
	Manufacturer     string
	ManufacturerURL  string
	ModelDescription string
	ModelName        string
	ModelNumber      string
	ModelURL         string
	SerialNumber     string
	UPC              string
}

// Describe returns the description for a device.
func Describe(d *wps.Device) Description {
	return Description{
		UUID: d.UUID, FriendlyName: d.DeviceName, Manufacturer: d.Manufacturer,
		ModelName: d.ModelName, ModelNumber: d.ModelNumber, SerialNumber: d.SerialNumber,
	}
}

// The paths served by a [Device].
const (
	pathDescription = "/wps_device.xml"
	pathService     = "/wps_scpd.xml"
	pathControl     = "/wps_control"
	pathEvent       = "/wps_event"
)

// append appends the document.
func (d *Description) append(dst []byte) []byte {
	name := d.FriendlyName
	if name == "" {
		name = "WPS Access Point" // as in hostap
	}
	dst = append(dst, xmlHead+`<root xmlns="urn:schemas-upnp-org:device-1-0">`+"\n<specVersion>\n<major>1</major>\n<minor>0</minor>\n</specVersion>\n<device>\n"...)
	for _, v := range []value{
		{"deviceType", DeviceType}, {"friendlyName", name}, {"manufacturer", d.Manufacturer}, {"manufacturerURL", d.ManufacturerURL},
		{"modelDescription", d.ModelDescription}, {"modelName", d.ModelName}, {"modelNumber", d.ModelNumber}, {"modelURL", d.ModelURL},
		{"serialNumber", d.SerialNumber}, {"UDN", "uuid:" + d.UUID.String()}, {"UPC", d.UPC},
	} {
		dst = appendElement(dst, v.name, v.text)
	}
	dst = append(dst, "<serviceList>\n<service>\n"...)
	for _, v := range []value{
		{"serviceType", ServiceType}, {"serviceId", "urn:wifialliance-org:serviceId:WFAWLANConfig1"},
		{"SCPDURL", pathService[1:]}, {"controlURL", pathControl[1:]}, {"eventSubURL", pathEvent[1:]},
	} {
		dst = appendElement(dst, v.name, v.text)
	}
	return append(dst, "</service>\n</serviceList>\n</device>\n</root>\n"...)
}

// described is the description of a device and the address of its service.
type described struct {
	Description
	control, event address
}

// maxText is the longest text of a description that is kept, in octets.
const maxText = 256

// parseDescription parses the description found at location, and returns the
// access points in it: a router may have several, and other devices around
// them. All addresses must be on the host of the description.
func parseDescription(b []byte, location address, lan netip.Prefix) ([]described, error) {
	const object = "description"
	doc, err := parseXML(object, b, MaxDescription)
	if err != nil {
		return nil, err
	}
	base := location
	if text := doc.child("URLBase"); text != "" {
		if base, err = parseAddress(object, "URLBase", text, lan, &location); err != nil {
			return nil, err
		}
	}
	var list []described
	var problem error
	for _, device := range doc.all("device", nil) {
		if !hasType(device.child("deviceType"), DeviceType) {
			continue
		}
		d, err := describe(device, base, location, lan)
		if err != nil {
			problem = err
			continue
		}
		list = append(list, d)
	}
	if len(list) == 0 && problem == nil {
		problem = wrong(object, "deviceType", ErrMalformed, "there is no %s", DeviceType)
	}
	if len(list) > 0 {
		problem = nil
	}
	return list, problem
}

// hasType reports whether a type is the wanted one, in any version.
func hasType(s, want string) bool {
	name, _ := strings.CutSuffix(want, "1")
	return len(s) > len(name) && strings.EqualFold(s[:len(name)], name)
}

// all appends all elements with a name to list.
func (e *element) all(name string, list []*element) []*element {
	if e.name == name {
		list = append(list, e)
	}
	for _, c := range e.children {
		list = c.all(name, list)
	}
	return list
}

// describe reads a device.
func describe(device *element, base, location address, lan netip.Prefix) (d described, err error) {
	const object = "description"
	text := func(name string) string {
		s := device.child(name)
		return strings.ToValidUTF8(s[:min(len(s), maxText)], "")
	}
	d.Description = Description{
		FriendlyName: text("friendlyName"), Manufacturer: text("manufacturer"), ManufacturerURL: text("manufacturerURL"),
		ModelDescription: text("modelDescription"), ModelName: text("modelName"), ModelNumber: text("modelNumber"),
		ModelURL: text("modelURL"), SerialNumber: text("serialNumber"), UPC: text("UPC"),
	}
	var ok bool
	if d.UUID, ok = parseUUID(text("UDN")); !ok {
		return d, wrong(object, "UDN", ErrMalformed, "%q", text("UDN"))
	}
	for _, services := range device.children {
		if services.name != "serviceList" {
			continue
		}
		for _, service := range services.children {
			if service.name != "service" || !hasType(service.child("serviceType"), ServiceType) {
				continue
			}
			for _, u := range []struct {
				name string
				to   *address
			}{{"controlURL", &d.control}, {"eventSubURL", &d.event}} {
				text := service.child(u.name)
				if text == "" {
					return d, wrong(object, u.name, ErrMalformed, "missing")
				}
				if *u.to, err = parseAddress(object, u.name, text, lan, &base); err != nil {
					return d, err
				}
				if u.to.host.Addr() != location.host.Addr() {
					return d, wrong(object, u.name, ErrAddress, "%v is not the host of the description", u.to.host)
				}
			}
			return d, nil
		}
	}
	return d, wrong(object, "serviceType", ErrMalformed, "there is no %s", ServiceType)
}

// serviceDescription is the document of the service: its actions and state
// variables.
var serviceDescription = func() []byte {
	b := []byte(xmlHead + `<scpd xmlns="urn:schemas-upnp-org:service-1-0">` + "\n<specVersion><major>1</major><minor>0</minor></specVersion>\n<actionList>\n")
	for _, a := range actions {
		b = appendElement(append(b, "<action>\n"...), "name", string(a.action))
		b = append(b, "<argumentList>\n"...)
		for _, arg := range a.arguments {
			direction := "in"
			if arg.out {
				direction = "out"
			}
			b = appendElement(append(b, "<argument>\n"...), "name", arg.name)
			b = appendElement(b, "direction", direction)
			b = append(appendElement(b, "relatedStateVariable", arg.variable), "</argument>\n"...)
		}
		b = append(b, "</argumentList>\n</action>\n"...)
	}
	b = append(b, "</actionList>\n<serviceStateTable>\n"...)
	for _, v := range []struct{ name, dataType, events string }{
		{"Message", "bin.base64", "no"}, {"InMessage", "bin.base64", "no"}, {"OutMessage", "bin.base64", "no"},
		{"DeviceInfo", "bin.base64", "no"}, {"APStatus", "ui1", "yes"}, {"STAStatus", "ui1", "yes"},
		{"WLANEvent", "bin.base64", "yes"}, {"WLANEventType", "ui1", "no"}, {"WLANEventMAC", "string", "no"},
		{"WLANResponse", "bin.base64", "no"},
	} {
		b = append(b, `<stateVariable sendEvents="`+v.events+"\">\n"...)
		b = appendElement(b, "name", v.name)
		b = append(appendElement(b, "dataType", v.dataType), "</stateVariable>\n"...)
	}
	return append(b, "</serviceStateTable>\n</scpd>\n"...)
}()
