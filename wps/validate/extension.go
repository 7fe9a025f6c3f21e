package validate

import "github.com/gowps/gowps/wps"

// extensionRules are about the extension of the Wi-Fi Alliance, in which
// version 2.0 lives, and those of other vendors.
var extensionRules = []rule{
	{Rule: Rule{ID: "WFA-TRUNCATED", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 Table 29 (via iwd), hostap",
		Text:   "The WFA extension ends where its last sub-element ends.",
		Quirk:  wps.QuirkCutExtension},
		list: checkWFATruncated},
	{Rule: Rule{ID: "WFA-LENGTH", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 Table 29 (via iwd), hostap",
		Text:   "Each sub-element of the WFA extension has the length of its kind."},
		list: checkWFALength},
	{Rule: Rule{ID: "WFA-VALUE", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 Table 29 (via iwd), hostap",
		Text:   "Version2 is 0x20 or above; booleans are 0 or 1; Registrar Configuration Methods distinguish virtual and physical displays and buttons.",
		Quirk:  wps.QuirkBoolean},
		list: checkWFAValue},
	{Rule: Rule{ID: "WFA-VERSION2-FIRST", Area: AreaForm, Tolerant: Warning, Strict: Warning, Versions: Both,
		Clause: "iwd",
		Text:   "Version2 is the first sub-element of the WFA extension."},
		list: checkVersion2First},
	{Rule: Rule{ID: "WFA-REPEATED", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "hostap (last counts)",
		Text:   "A sub-element of the WFA extension occurs once."},
		list: checkWFARepeated},
	{Rule: Rule{ID: "AUTHORIZED-MACS-LENGTH", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "iwd",
		Text:   "AuthorizedMACs is one to five addresses.",
		Quirk:  wps.QuirkAuthorizedMACs},
		list: checkAuthorizedMACsLength},
	{Rule: Rule{ID: "AUTHORIZED-MACS-ADDRESS", Area: AreaForm, Tolerant: Warning, Strict: Warning, Versions: Both,
		Clause: "hostap",
		Text:   "AuthorizedMACs holds addresses of devices, or the broadcast address for any device."},
		list: checkAuthorizedMACs},
	{Rule: Rule{ID: "VENDOR-EXTENSIONS-MANY", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "hostap",
		Text:   "A list has at most ten extensions of other vendors."},
		list: checkVendorExtensions},
}

const (
	macLength         = 6
	maxAuthorizedMACs = 5
	maxRepeated       = 10 // of what may be repeated [hostap]
)

func checkWFATruncated(l *list, r *reporter) {
	for _, c := range l.wfaCut {
		r.add(wps.AttrVendorExtension, c.at, "A sub-element of the WFA extension is truncated after %d octets.", len(c.value))
	}
}

func checkWFALength(l *list, r *reporter) {
	for _, e := range l.wfa {
		if size, ok := e.id.Size(); ok && len(e.value) != size {
			r.add(wps.AttrVendorExtension, e.at, "%v is %d octets long, but must have %s.", e.id, len(e.value), octets(size, size))
		}
	}
}

func checkWFAValue(l *list, r *reporter) {
	for _, e := range l.wfa {
		if size, ok := e.id.Size(); !ok || len(e.value) != size {
			continue
		}
		switch e.id {
		case wps.WFAVersion2:
			if e.value[0] < 0x20 {
				r.add(wps.AttrVendorExtension, e.at, "Version2 is %#02x, less than 0x20.", e.value[0])
			}
		case wps.WFANetworkKeyShareable, wps.WFARequestToEnroll:
			if e.value[0] > 1 {
				r.add(wps.AttrVendorExtension, e.at, "%v is %d, not 0 or 1.", e.id, e.value[0])
			}
		case wps.WFARegistrarConfigMethods:
			if (wps.Attribute{ID: wps.AttrConfigMethods, Value: e.value}).Valid() != nil {
				r.add(wps.AttrVendorExtension, e.at, "%v %#02x%02x does not show whether a display or button is virtual or physical.", e.id, e.value[0], e.value[1])
			}
		}
	}
}

func checkVersion2First(l *list, r *reporter) {
	for i, e := range l.wfa {
		if e.id == wps.WFAVersion2 && i > 0 && l.wfa[i-1].at == e.at {
			r.add(wps.AttrVendorExtension, e.at, "Version2 comes after %v.", l.wfa[i-1].id)
		}
	}
	if len(l.wfa) > 0 && l.element(wps.WFAVersion2) == nil && inClear(l.kind) {
		r.add(wps.AttrVendorExtension, l.wfa[0].at, "The WFA extension has no Version2.")
	}
}

func checkWFARepeated(l *list, r *reporter) {
	var seen [0x100]bool
	for _, e := range l.wfa {
		if seen[e.id] {
			r.add(wps.AttrVendorExtension, e.at, "%v occurs twice.", e.id)
		}
		seen[e.id] = true
	}
}

func checkAuthorizedMACsLength(l *list, r *reporter) {
	for _, e := range l.wfa {
		if n := len(e.value); e.id == wps.WFAAuthorizedMACs && (n == 0 || n%macLength != 0 || n > macLength*maxAuthorizedMACs) {
			r.add(wps.AttrVendorExtension, e.at, "AuthorizedMACs is %d octets long, not one to five times six.", n)
		}
	}
}

func checkAuthorizedMACs(l *list, r *reporter) {
	for _, mac := range l.authorizedMACs() {
		switch {
		case mac == wps.MAC{}:
			r.add(wps.AttrVendorExtension, l.element(wps.WFAAuthorizedMACs).at, "AuthorizedMACs holds an address of zeros.")
		case mac.Group() && mac != wps.Broadcast:
			r.add(wps.AttrVendorExtension, l.element(wps.WFAAuthorizedMACs).at, "AuthorizedMACs holds the group address %v.", mac)
		}
	}
}

// authorizedMACs returns the addresses in AuthorizedMACs.
func (l *list) authorizedMACs() []wps.MAC {
	e := l.element(wps.WFAAuthorizedMACs)
	if e == nil {
		return nil
	}
	var macs []wps.MAC
	for v := e.value; len(v) >= macLength && len(macs) < maxAuthorizedMACs; v = v[macLength:] {
		macs = append(macs, wps.MAC(v))
	}
	return macs
}

func checkVendorExtensions(l *list, r *reporter) {
	n := 0
	for _, a := range l.attrs {
		v := l.value(a)
		if a.id != wps.AttrVendorExtension || len(v) < 3 || [3]byte(v) == wps.VendorWFA {
			continue
		}
		if n++; n == maxRepeated+1 {
			r.add(a.id, a.at, "More than ten extensions of other vendors.")
		}
	}
}
