package validate

import (
	"errors"
	"fmt"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/gowps/gowps/wps"
)

// formRules are about the octets of any list of attributes.
var formRules = []rule{
	{Rule: Rule{ID: "LIST-TRUNCATED", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "hostap, iwd",
		Text:   "A list ends where its last attribute ends.",
		Quirk:  wps.QuirkTrailingOctets},
		list: checkTruncated},
	{Rule: Rule{ID: "ZERO-PADDING", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "hostap",
		Text:   "Nothing follows the last attribute, not even zeros.",
		Quirk:  wps.QuirkZeroPadding},
		list: checkZeroPadding},
	{Rule: Rule{ID: "EXTRA-OCTET", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "hostap",
		Text:   "The length of Network Key counts all of its octets.",
		Quirk:  wps.QuirkExtraOctet},
		list: checkExtraOctet},
	{Rule: Rule{ID: "SECURITY-ATTRIBUTE-REPEATED", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "hostap (last counts), iwd (refuses)",
		Text:   "Message Type, nonces, keys, hashes, settings and authenticators occur once: what a run proves would depend on which of two is used."},
		list: checkRepeatedSecurity},
	{Rule: Rule{ID: "ATTRIBUTE-REPEATED", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "hostap (last counts), iwd (refuses)",
		Text:   "An attribute occurs once in its list, except Credential, Requested Device Type and extensions.",
		Quirk:  wps.QuirkDuplicate},
		list: checkRepeated},
	{Rule: Rule{ID: "ATTRIBUTE-ORDER", Area: AreaForm, Tolerant: Note, Strict: Note, Versions: Both,
		Clause: "iwd requires it, hostap does not",
		Text:   "Attributes are in the protocol's order."},
		list: checkOrder},
	{Rule: Rule{ID: "ATTRIBUTE-OUT-OF-PLACE", Area: AreaForm, Tolerant: Note, Strict: Warning, Versions: Both,
		Clause: "WSC 2.0 §8.2, §8.3, as hostap and iwd implement it",
		Text:   "A known attribute occurs only in lists that have a place for it."},
		list: checkOutOfPlace},
	{Rule: Rule{ID: "SECRET-IN-CLEAR", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both, Kinds: kinds(elements, messages, []wps.Kind{wps.KindSetSelectedRegistrar}),
		Clause: "hostap, iwd",
		Text:   "Secret nonces, keys, passwords and Credentials are sent only inside Encrypted Settings."},
		list: checkSecretInClear},
	{Rule: Rule{ID: "TEXT-EMPTY", Area: AreaForm, Tolerant: Note, Strict: Note, Versions: Both,
		Clause: "hostap, iwd",
		Text:   "A text has at least one octet, a space if it is not set: an empty attribute breaks some parsers."},
		list: checkText(emptyText)},
	{Rule: Rule{ID: "TEXT-CHARACTERS", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
		Clause: "iwd",
		Text:   "Manufacturer, model and serial number are printable ASCII, device names UTF-8 without control characters."},
		list: checkText(badCharacters)},
	{Rule: Rule{ID: "UUID-ZERO", Area: AreaForm, Tolerant: Warning, Strict: Warning, Versions: Both,
		Clause: "hostap",
		Text:   "A UUID is not all zeros: push-button sessions distinguish devices by it."},
		list: checkUUIDZero},
	{Rule: Rule{ID: "MAC-ADDRESS-ZERO", Area: AreaForm, Tolerant: Note, Strict: Warning, Versions: Both,
		Clause: "hostap",
		Text:   "A MAC Address is not all zeros."},
		list: checkMACZero},
	{Rule: Rule{ID: "VERSION-MAJOR", Area: AreaForm, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "hostap, iwd",
		Text:   "The major version in Version is 1, or 2 from a device that indicates version 2.0 in this way."},
		list: checkMajorVersion},
	{Rule: Rule{ID: "DEVICE-PASSWORD-ID-P2PS", Area: AreaForm, Tolerant: Note, Strict: Note, Versions: Both,
		Clause: "hostap",
		Text:   "Device Password ID 8 is for P2P services only: strict receivers refuse it."},
		list: checkP2PS},
	{Rule: Rule{ID: "CONFIG-METHODS-VERSION", Area: AreaForm, Tolerant: Note, Strict: Warning, Versions: Version1,
		Clause: "WSC 2.0 Table 33",
		Text:   "A 1.0 device uses only the low nine bits of Config Methods: virtual and physical methods were added in 2.0."},
		list: checkMethodsVersion},
}

func checkTruncated(l *list, r *reporter) {
	if l.cut != nil {
		r.add(l.cut.Attribute, l.cut.Offset, "The list ends within an attribute: %s.", l.cut.Detail)
	}
}

func checkZeroPadding(l *list, r *reporter) {
	if l.quirks.Has(wps.QuirkZeroPadding) {
		end := l.end()
		r.add(0, end, "%d zero octets follow the last attribute.", len(l.data)-end)
	}
}

// end returns the end of the last attribute.
func (l *list) end() int {
	if len(l.attrs) == 0 {
		return 0
	}
	return l.attrs[len(l.attrs)-1].end
}

func checkExtraOctet(l *list, r *reporter) {
	if l.quirks.Has(wps.QuirkExtraOctet) {
		r.add(wps.AttrNetworkKey, l.at(wps.AttrNetworkKey), "An octet that belongs to no attribute follows Network Key.")
	}
}

func checkRepeatedSecurity(l *list, r *reporter) {
	l.repeated(wps.RepeatNever, func(a attribute) {
		r.addNamed(a, "%v occurs twice.")
	})
}

func checkRepeated(l *list, r *reporter) {
	l.repeated(wps.RepeatLast, func(a attribute) {
		r.addNamed(a, "%v occurs twice: some receivers use the first, some the last, some refuse the message.")
	})
}

// repeated calls f with each repeated attribute of the table whose row has the
// value repeat.
func (l *list) repeated(repeat wps.Repeat, f func(attribute)) {
	if !l.hasRepeated {
		return
	}
	for i, a := range l.attrs {
		slot := l.slot(a.id)
		if slot == nil || int(*slot) == i+1 {
			continue
		}
		if row := infoOf(a.id); row != nil && row.Repeat == repeat {
			f(a)
		}
	}
}

// places holds the place of each attribute 0x1000 to 0x107F in the order of a
// kind of list, from 1 on; 0 is none. Key Wrap Authenticator, which is not in
// the layouts, comes after all others in encrypted settings.
var places = sync.OnceValue(func() *[wps.KindHandoverSelect + 1][0x80]uint8 {
	all := new([wps.KindHandoverSelect + 1][0x80]uint8)
	for kind := range all {
		for i, row := range wps.Kind(kind).Layout() {
			all[kind][row.Attribute&0x7F] = uint8(i + 1)
		}
		if inPlaintext(wps.Kind(kind)) {
			all[kind][wps.AttrKeyWrapAuthenticator&0x7F] = 0x80
		}
	}
	return all
})

// eachFirst calls f with the first attribute of each type of the table, and its
// place in the order of the list.
func (l *list) eachFirst(f func(a attribute, place int)) {
	placeOf := &places()[l.kind]
	for i, a := range l.attrs {
		if slot := l.slot(a.id); slot != nil && int(*slot) == i+1 {
			f(a, int(placeOf[a.id&0x7F]))
		}
	}
}

// checkOrder reports the attributes that would have to be moved: those outside
// the longest run of attributes that are in order.
func checkOrder(l *list, r *reporter) {
	last, ordered := 0, true
	l.eachFirst(func(_ attribute, place int) {
		if place != 0 {
			ordered, last = ordered && place > last, place
		}
	})
	if !ordered {
		reportMoved(l, r)
	}
}

func reportMoved(l *list, r *reporter) {
	type placed struct {
		attribute
		place, length, previous int // of the longest ordered run that ends here
		inOrder                 bool
	}
	var seen []placed
	l.eachFirst(func(a attribute, place int) {
		if place == 0 {
			return
		}
		p := placed{a, place, 1, -1, false}
		for j, q := range seen {
			if q.place < place && q.length >= p.length {
				p.length, p.previous = q.length+1, j
			}
		}
		seen = append(seen, p)
	})
	end := 0
	for i, p := range seen {
		if p.length > seen[end].length {
			end = i
		}
	}
	for ; end >= 0; end = seen[end].previous {
		seen[end].inOrder = true
	}
	for _, p := range seen {
		if !p.inOrder {
			r.add(p.id, p.at, "%v is out of order in %v.", p.id, l.kind)
		}
	}
}

func checkOutOfPlace(l *list, r *reporter) {
	if l.kind == 0 {
		return
	}
	l.eachFirst(func(a attribute, place int) {
		if row := infoOf(a.id); row != nil && place == 0 && !(isSecret(row) && inClear(l.kind)) {
			r.add(a.id, a.at, "%v has no place in %v.", a.id, l.kind)
		}
	})
}

func inPlaintext(k wps.Kind) bool { return k >= wps.KindM2Settings && k <= wps.KindM8APSettings }

func inClear(k wps.Kind) bool {
	return k >= wps.KindBeacon && k <= wps.KindDone || k == wps.KindSetSelectedRegistrar
}

func isSecret(row *wps.AttributeInfo) bool {
	return row.Encoding == wps.Secret || row.ID == wps.AttrCredential
}

var secrets = attributesWith(isSecret)

func checkSecretInClear(l *list, r *reporter) {
	if !l.set.meets(&secrets) {
		return
	}
	for _, a := range l.attrs {
		if row := infoOf(a.id); row != nil && isSecret(row) {
			r.add(a.id, a.at, "%v is sent in the clear in %v.", a.id, l.kind)
		}
	}
}

var texts = attributesWith(isText)

func isText(row *wps.AttributeInfo) bool {
	return row.Encoding == wps.ASCII || row.Encoding == wps.UTF8
}

// checkText applies a check to each text in a list.
func checkText(wrong func(row *wps.AttributeInfo, v []byte) string) func(*list, *reporter) {
	return func(l *list, r *reporter) {
		if !l.set.meets(&texts) {
			return
		}
		for _, a := range l.attrs {
			row := infoOf(a.id)
			if row == nil || !isText(row) {
				continue
			}
			if why := wrong(row, l.value(a)); why != "" && r.count() {
				r.keep(a.id, a.at, fmt.Sprintf("%v %s.", a.id, why))
			}
		}
	}
}

func emptyText(_ *wps.AttributeInfo, v []byte) string {
	if len(v) == 0 {
		return "is empty"
	}
	return ""
}

// badCharacters ignores zeros at the end, which the rule about the value
// covers.
func badCharacters(row *wps.AttributeInfo, v []byte) string {
	if printable(v) {
		return ""
	}
	for len(v) > 0 && v[len(v)-1] == 0 {
		v = v[:len(v)-1]
	}
	if row.Encoding == wps.UTF8 && !utf8.Valid(v) {
		return "is not UTF-8"
	}
	for _, c := range string(v) {
		if row.Encoding == wps.ASCII && c > unicode.MaxASCII {
			return "is not ASCII"
		}
		if unicode.IsControl(c) {
			return fmt.Sprintf("has a control character, %#U", c)
		}
	}
	return ""
}

// printable reports whether a text is ASCII without control characters, as most
// texts are.
func printable(v []byte) bool {
	for _, c := range v {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func checkUUIDZero(l *list, r *reporter) {
	for _, id := range []wps.AttributeID{wps.AttrUUIDE, wps.AttrUUIDR} {
		if v := l.get(id); v != nil && wps.UUID(v) == (wps.UUID{}) {
			r.add(id, l.at(id), "%v is all zeros.", id)
		}
	}
}

func checkMACZero(l *list, r *reporter) {
	if v := l.get(wps.AttrMACAddress); v != nil && wps.MAC(v) == (wps.MAC{}) {
		r.add(wps.AttrMACAddress, l.at(wps.AttrMACAddress), "MAC Address is all zeros.")
	}
}

func checkMajorVersion(l *list, r *reporter) {
	for _, a := range l.attrs { // every one: a receiver may use the second of two
		if v := l.value(a); a.id == wps.AttrVersion && len(v) == 1 && v[0]>>4 != 1 && v[0]>>4 != 2 {
			r.add(wps.AttrVersion, a.at, "Version is %#02x: there is no major version %d.", v[0], v[0]>>4)
		}
	}
}

func checkP2PS(l *list, r *reporter) {
	if l.is(wps.AttrDevicePasswordID, uint64(wps.PasswordP2PS)) {
		r.add(wps.AttrDevicePasswordID, l.at(wps.AttrDevicePasswordID), "Device Password ID is that of P2P services.")
	}
}

func checkMethodsVersion(l *list, r *reporter) {
	const known1 = 0x01FF
	for _, id := range []wps.AttributeID{wps.AttrConfigMethods, wps.AttrSelectedRegistrarConfigMethods} {
		if m, ok := l.methods(id); ok && m&^known1 != 0 {
			r.add(id, l.at(id), "%v has bits of version 2.0, %#04x, but the sender has no Version2.", id, uint16(m&^known1))
		}
	}
}

// lengthRules has a row for each attribute whose length is restricted.
func lengthRules() []rule {
	var rows []rule
	for info := range wps.Attributes() {
		if info.Min == 0 && info.Max == 0xFFFF {
			continue
		}
		row := rule{Rule: Rule{token(info.ID) + "-LENGTH", AreaForm, Error, Error, Both, nil, info.Origin,
			fmt.Sprintf("%s has %s.", info.Name, octets(info.Min, info.Max)), 0}, of: info.ID, each: checkLength}
		if isText(&info) {
			row.Tolerant, row.Quirk = Warning, wps.QuirkLongString
		}
		if info.ID == wps.AttrVendorExtension {
			row.Tolerant, row.Quirk = Warning, wps.QuirkShortExtension
		}
		rows = append(rows, row)
	}
	return rows
}

// octets describes the allowed number of octets of an attribute.
func octets(low, high int) string {
	switch {
	case low == 1 && high == 1:
		return "one octet"
	case low == high:
		return fmt.Sprintf("%d octets", low)
	case high == 0xFFFF:
		return fmt.Sprintf("at least %d octets", low)
	case low == 0:
		return fmt.Sprintf("at most %d octets", high)
	}
	return fmt.Sprintf("%d to %d octets", low, high)
}

func checkLength(l *list, a attribute, r *reporter) {
	n := len(l.value(a))
	if row := infoOf(a.id); !allows(row, n) {
		r.add(a.id, a.at, "%v is %d octets long, but must have %s.", a.id, n, octets(row.Min, row.Max))
	}
}

// valueRules has a row for each attribute whose value is restricted, except
// Message Type, which has rules of its own.
func valueRules() []rule {
	var rows []rule
	for info := range wps.Attributes() {
		if info.Values == nil || info.ID == wps.AttrMessageType {
			continue
		}
		row := rule{Rule: Rule{ID: token(info.ID) + "-VALUE", Area: AreaForm, Tolerant: Warning, Strict: Error, Versions: Both,
			Clause: info.Origin, Text: fmt.Sprintf("%s %s.", info.Name, info.Values.Text), Quirk: info.Values.Quirks},
			of: info.ID, each: checkValue}
		if info.Values.Vital {
			row.Tolerant = Error
		}
		if info.Values.Version2 {
			row.Versions = Version2
		}
		rows = append(rows, row)
	}
	return rows
}

func checkValue(l *list, a attribute, r *reporter) {
	err := wps.Attribute{ID: a.id, Value: l.value(a)}.ValidIn(l.kind)
	if fault, ok := errors.AsType[*wps.Error](err); ok && fault.Err == wps.ErrValue {
		r.add(a.id, a.at, "%v has a value that is not allowed: %s.", a.id, fault.Detail)
	}
}
