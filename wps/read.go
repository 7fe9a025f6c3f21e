package wps

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// decode decodes the whole list, or up to its first fault.
func (d *Decoder) decode(l List) {
	h, lay := l.Attributes(), l.layout()
	h.Raw = d.data
	for d.Next() {
		row := lay.row(d.id)
		if row == nil {
			if d.id != 0 || len(d.value) > 0 { // zeros are padding anywhere
				h.Unknown = append(h.Unknown, Attribute{d.id, d.value})
			}
			continue
		}
		if h.seen.put(d.id) && d.row.Repeat != RepeatMany && !d.repeated() {
			return
		}
		switch d.id {
		case AttrVersion:
			d.version(h)
		case AttrMessageType:
			d.messageType()
		case AttrVendorExtension:
			d.vendor(h)
		default:
			set(d, row.place(l), d.value)
		}
	}
	if d.err == nil {
		d.checkPresence(l, h, lay)
	}
	if d.err == nil {
		if d.finish(l); d.err != nil {
			d.err.Offset = d.offset(d.err.Attribute)
		}
	}
	if d.mode == Strict && d.err == nil {
		d.checkOrder(h)
		d.checkValues(h.WFA.Version2 != 0)
	}
	h.Quirks |= d.quirks
}

// version accepts any plausible version. Deployed devices all send 1.0 [hostap
// checks nothing, iwd and strict hostap require 0x10].
func (d *Decoder) version(h *Header) {
	h.Version = d.value[0]
	switch major := h.Version >> 4; {
	case h.Version == 0x10:
	case major == 1 || major == 2:
		d.allow(QuirkVersion, d.id)
	default:
		d.failf(d.id, ErrValue, "major version %d", major)
	}
}

// messageType checks the Message Type, which the kind determines.
func (d *Decoder) messageType() {
	if t := MessageType(d.value[0]); t.Kind() != d.kind {
		d.failf(d.id, ErrMessageType, "it is %v", t)
	}
}

func (d *Decoder) vendor(h *Header) {
	if len(d.value) < len(VendorWFA) {
		return // of no vendor: QuirkShortExtension
	}
	vendor, data := [3]byte(d.value), d.value[3:]
	switch {
	case vendor == VendorWFA:
		h.WFA.decode(d, data)
	case len(h.Vendor) == maxRepeated:
		d.failf(d.id, ErrTooMany, "more than %d extensions of unknown vendors", maxRepeated)
	default:
		h.Vendor = append(h.Vendor, VendorExtension{vendor, data})
	}
}

// repeated decides about a repeated attribute.
func (d *Decoder) repeated() bool {
	if d.row.Repeat == RepeatNever {
		d.fail(d.id, ErrDuplicate, "it must occur once only")
		return false
	}
	return d.allow(QuirkDuplicate, d.id)
}

// checkPresence finds the first attribute that the layout requires and the list
// lacks.
func (d *Decoder) checkPresence(l List, h *Header, lay *layout) {
	if d.mode == Tolerant && lay.must.within(h.seen) {
		return
	}
	for i := range lay.rows {
		row := &lay.rows[i]
		switch {
		case h.Has(row.Attribute):
		case row.needed(l, d.mode):
			detail := fmt.Sprintf("%v requires it", d.kind)
			if row.When != nil {
				detail = "needed if " + row.When.Text
			}
			d.fail(row.Attribute, ErrMissing, detail)
			d.err.Clause = row.Clause
			return
		case row.Missing != 0:
			d.quirks |= row.Missing
		}
	}
}

// checkOrder checks that the Authenticator is last, so that it covers
// everything before it.
func (d *Decoder) checkOrder(h *Header) {
	if h.Has(AttrAuthenticator) && d.id != AttrAuthenticator {
		d.fail(d.id, ErrOrder, "nothing may follow the Authenticator")
		d.err.Offset = d.offset(d.id)
	}
}

// checkValues is a strict reader's second pass, over the values. Like hostap,
// it does not check messages of version 1.0 devices.
func (d *Decoder) checkValues(version2 bool) {
	if _, message := d.kind.MessageType(); message && !version2 || d.err != nil {
		return
	}
	again := Decoder{data: d.data, mode: Strict, kind: d.kind}
	for again.Next() {
		if again.row == nil || again.row.Values == nil || !version2 && again.row.Values.Version2 {
			continue
		}
		if why := again.row.wrong(d.kind, again.value); why != "" {
			again.fail(again.id, ErrValue, why)
			again.err.Clause = again.row.Origin
		}
	}
	d.err = again.err
}

// set stores the value of an attribute, whose length the table allows.
func set(d *Decoder, place any, v []byte) {
	switch p := place.(type) {
	case *uint8:
		*p = v[0]
	case *bool:
		*p = v[0] != 0
		if v[0] > 1 {
			d.allow(QuirkBoolean, d.id)
		}
	case *Nonce:
		*p = Nonce(v)
	case *SecretNonce:
		*p = SecretNonce(v)
	case *[8]byte:
		*p = [8]byte(v)
	case *[32]byte:
		*p = [32]byte(v)
	case *MAC:
		*p = MAC(v)
	case *UUID:
		*p = UUID(v)
	case *PublicKey:
		*p = PublicKey(v)
	case *string:
		*p = d.text(v)
	case *[]byte:
		*p = v
	case *Redacted:
		*p = v
	case *AuthType:
		*p = AuthType(binary.BigEndian.Uint16(v))
	case *EncrType:
		*p = EncrType(binary.BigEndian.Uint16(v))
	case *ConnType:
		*p = ConnType(v[0])
	case *ConfigMethods:
		*p = ConfigMethods(binary.BigEndian.Uint16(v))
	case *ConfigError:
		*p = ConfigError(binary.BigEndian.Uint16(v))
	case *DevicePasswordID:
		*p = DevicePasswordID(binary.BigEndian.Uint16(v))
	case *AssociationState:
		*p = AssociationState(binary.BigEndian.Uint16(v))
	case *RequestType:
		*p = RequestType(v[0])
	case *ResponseType:
		*p = ResponseType(v[0])
	case *RFBands:
		*p = RFBands(v[0])
	case *State:
		*p = State(v[0])
	case *MultiAP:
		*p = MultiAP(v[0])
	case *uint16:
		*p = binary.BigEndian.Uint16(v)
	case *uint32:
		*p = binary.BigEndian.Uint32(v)
	case *DeviceType:
		*p = DeviceType(v)
	case *[]DeviceType:
		*p = appendDeviceTypes(d, *p, v)
	case *SSID:
		*p = SSID(v)
	case *NetworkKey:
		*p = NetworkKey(v)
	case *OOBPassword:
		p.decode(d, v)
	case *[]MAC:
		*p = authorizedMACs(d, *p, v)
	case *[]Credential:
		*p = appendCredential(d, *p, v)
	default:
		panic(fmt.Sprintf("wps: a field of type %T cannot be read", place)) // the tests read every field
	}
}

// text reads a string, and removes a terminator that should not be there.
func (d *Decoder) text(v []byte) string {
	if len(v) > 0 && v[len(v)-1] == 0 && d.allow(QuirkTerminatedText, d.id) {
		return strings.TrimRight(string(v), "\x00")
	}
	return string(v)
}

// appendDeviceTypes reads one of several Requested Device Types, or a Secondary
// Device Type List.
func appendDeviceTypes(d *Decoder, list []DeviceType, v []byte) []DeviceType {
	if d.id == AttrSecondaryDeviceTypeList {
		list = nil
		if why := wholeDeviceTypes(v); why != "" {
			d.fail(d.id, ErrLength, why)
		}
	}
	for ; len(v) >= 8; v = v[8:] {
		if d.id == AttrRequestedDeviceType && len(list) == maxRepeated {
			d.allow(QuirkExcess, d.id)
			break
		}
		list = append(list, DeviceType(v))
	}
	return list
}
