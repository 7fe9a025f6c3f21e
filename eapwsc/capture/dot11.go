package capture

import (
	"bytes"
	"encoding/binary"
)

// The 802.11 frame control field, IEEE Std 802.11-2020 9.2.4.1, as a little-endian number.
const (
	fcVersion      = 0x0003
	fcToDS         = 0x0100
	fcFromDS       = 0x0200
	fcMoreFragment = 0x0400
	fcRetry        = 0x0800
	fcProtected    = 0x4000
	fcOrder        = 0x8000 // +HTC in QoS data and management frames

	typeManagement = 0
	typeData       = 2

	subtypeNull = 4 // bit of data subtypes without a body
	subtypeQoS  = 8 // bit of data subtypes with a QoS control field

	qosAMSDU = 0x80
)

// dot11 decodes an 802.11 frame, after the header of the radio. State is what is
// known about its end; padded reports that its own header is padded to a
// multiple of four octets.
func (d *decoder) dot11(b []byte, state fcs, padded bool) {
	if len(b) < 2 {
		d.note(dot11Short)
		return
	}
	control := binary.LittleEndian.Uint16(b)
	kind, subtype := control>>2&3, control>>4&15
	if control&fcVersion != 0 || kind != typeManagement && kind != typeData {
		return // control and extension frames carry no WPS
	}
	if len(b) < 24 {
		d.note(dot11Short)
		return
	}
	d.radio.OnAir = true
	d.radio.Retry = control&fcRetry != 0
	d.radio.Sequence = binary.LittleEndian.Uint16(b[22:]) >> 4
	if kind == typeManagement {
		d.managementFrame(b, control, subtype, state)
	} else {
		d.dataFrame(b, control, subtype, state, padded)
	}
}

// managementFrame decodes a management frame. A beacon that repeats the previous
// one takes a shorter way.
func (d *decoder) managementFrame(b []byte, control, subtype uint16, state fcs) {
	header := 24
	if control&fcOrder != 0 {
		header += 4
	}
	protected := control&fcProtected != 0
	beacon := subtype == subtypeBeacon && !protected
	if beacon && d.repeatedBeacon(b, header, state) {
		return
	}
	frame, cut := d.withoutFCS(b, state)
	if len(frame) < header {
		d.note(dot11Short)
		return
	}
	d.addresses(frame)
	seen := d.management(subtype, protected, cut, frame[header:])
	if beacon && seen != nil {
		d.rememberBeacon(seen, b, header, state)
	}
}

// dataFrame decodes a data frame that is not encrypted: EAPOL before there are keys
// is in such frames.
func (d *decoder) dataFrame(b []byte, control, subtype uint16, state fcs, padded bool) {
	fragment, more := b[22]&15, control&fcMoreFragment != 0
	if subtype&subtypeNull != 0 || control&fcProtected != 0 || fragment != 0 && d.fragments.empty() {
		return
	}
	header, qos := 24, -1
	toDS, fromDS := control&fcToDS != 0, control&fcFromDS != 0
	if toDS && fromDS {
		header += 6
	}
	if subtype&subtypeQoS != 0 {
		qos = header
		if header += 2; control&fcOrder != 0 {
			header += 4
		}
	}
	if padded {
		header = (header + 3) &^ 3
	}
	if len(b) < header {
		d.note(dot11Short)
		return
	}
	// Destination, source and BSSID by the two DS bits, 9.3.2.1.
	dst, src, bssid := 4, 10, 16
	switch {
	case toDS && fromDS:
		dst, src, bssid = 16, 24, -1
	case toDS:
		dst, src, bssid = 16, 10, 4
	case fromDS:
		dst, src, bssid = 4, 16, 10
	}
	copy(d.dst[:], b[dst:])
	copy(d.src[:], b[src:])
	if bssid >= 0 {
		copy(d.bssid[:], b[bssid:])
	}
	body := b[header:]
	if qos >= 0 && b[qos]&qosAMSDU != 0 {
		d.amsdu(body, state)
		return
	}
	if !more && fragment == 0 {
		d.llc(body)
		return
	}
	whole, cut := d.withoutFCS(b, state)
	if len(whole) < header {
		whole, cut = b, true
	}
	if body = d.joinFragment(fragmentKey{d.src, d.dst}, whole[header:], fragment, more, cut); body != nil {
		d.llc(body)
	}
}

// fragmentKey identifies the ends of a frame in fragments. A station sends the
// fragments of one frame before those of the next: 10.4.
type fragmentKey struct{ src, dst [6]byte }

// fragmented is a data frame of which not all fragments were received.
type fragmented struct {
	sequence uint16
	next     byte // the number of the next fragment
	body     []byte
}

// maxFragmented limits the size of a frame in fragments: the largest MSDU of
// 9.2.3, and its LLC header.
const maxFragmented = 2304 + 8

// joinFragment adds a fragment of a frame with EAPOL, and returns the body of the
// whole frame after the last one, else nil.
func (d *decoder) joinFragment(key fragmentKey, body []byte, number byte, more, cut bool) []byte {
	f, known := d.fragments.get(key)
	if number == 0 {
		if known && f.sequence == d.radio.Sequence {
			return nil // sent again
		}
		if known {
			d.fragments.delete(key)
			d.note(dot11Fragment)
		}
		if len(body) >= 8 && binary.BigEndian.Uint16(body[6:]) == etherEAPOL {
			d.fragments.put(key, &fragmented{d.radio.Sequence, 1, bytes.Clone(body)})
		}
		return nil
	}
	switch {
	case !known || f.sequence != d.radio.Sequence || number < f.next:
		return nil
	case number > f.next || cut || len(f.body)+len(body) > maxFragmented:
		d.fragments.delete(key)
		d.note(dot11Fragment)
		return nil
	}
	f.next++
	f.body = append(f.body, body...)
	if more {
		return nil
	}
	d.fragments.delete(key)
	return f.body
}

// amsdu handles each MSDU of an aggregate: destination (6), source (6), length (2), LLC and payload, filled up to four octets.
func (d *decoder) amsdu(b []byte, state fcs) {
	const header = 14
	for b, cut := d.withoutFCS(b, state); len(b) >= header; {
		size := int(binary.BigEndian.Uint16(b[12:]))
		if size > len(b)-header {
			if !cut {
				d.note(dot11AMSDU)
			}
			size = len(b) - header
		}
		copy(d.dst[:], b)
		copy(d.src[:], b[6:])
		d.llc(b[header : header+size])
		b = b[min(len(b), (header+size+3)&^3):]
	}
}
