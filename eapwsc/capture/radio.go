package capture

import (
	"encoding/binary"
	"hash/crc32"
)

// fcs is what is known about the last four octets of an 802.11 frame: whether
// they are its frame check sequence.
type fcs uint8

const (
	fcsUnknown fcs = iota
	fcsAbsent
	fcsPresent
)

// bareDot11 is an 802.11 frame without another header. Whether a frame check
// sequence follows it is unknown.
func (d *decoder) bareDot11(b []byte) {
	d.dot11(b, fcsUnknown, false)
}

// Bits of radiotap's presence words, and of its flags (www.radiotap.org).
const (
	radiotapTSFT    = 1 << 0
	radiotapFlags   = 1 << 1
	radiotapRate    = 1 << 2
	radiotapChannel = 1 << 3
	radiotapFHSS    = 1 << 4
	radiotapSignal  = 1 << 5
	radiotapMore    = 1 << 31

	radiotapFCS     = 0x10
	radiotapDataPad = 0x20
	radiotapBadFCS  = 0x40
)

func (d *decoder) radiotap(b []byte) {
	if len(b) < 8 {
		d.note(linkShort)
		return
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || size < 8 || size > len(b) {
		d.note(linkRadiotap)
		return
	}
	header := b[:size]
	present := binary.LittleEndian.Uint32(header[4:])
	at := 8
	for word := present; word&radiotapMore != 0; at += 4 {
		if at+4 > size {
			d.note(linkRadiotap)
			return
		}
		word = binary.LittleEndian.Uint32(header[at:])
	}

	// Fields are in the order of their bits, aligned to their own size. The
	// first six have all that is needed.
	state, padded := fcsUnknown, false
	if present&radiotapTSFT != 0 {
		at = (at+7)&^7 + 8
	}
	if present&radiotapFlags != 0 {
		if at+1 > size {
			d.note(linkRadiotap)
			return
		}
		flags := header[at]
		at++
		if flags&radiotapBadFCS != 0 {
			d.note(linkBadFCS)
			return
		}
		if state = fcsAbsent; flags&radiotapFCS != 0 {
			state = fcsPresent
		}
		padded = flags&radiotapDataPad != 0
	}
	if present&radiotapRate != 0 {
		at++
	}
	if present&radiotapChannel != 0 {
		if at = (at + 1) &^ 1; at+4 > size {
			d.note(linkRadiotap)
			return
		}
		d.radio.Frequency = binary.LittleEndian.Uint16(header[at:])
		at += 4
	}
	if present&radiotapFHSS != 0 {
		at += 2
	}
	if present&radiotapSignal != 0 {
		if at+1 > size {
			d.note(linkRadiotap)
			return
		}
		d.radio.Signal = int8(header[at])
	}
	d.dot11(b[size:], state, padded)
}

// ppi is the Per-Packet Information header: version (1), flags (1), length (2), link type (4), then fields of type (2), length (2).
func (d *decoder) ppi(b []byte) {
	if len(b) < 8 {
		d.note(linkShort)
		return
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || size < 8 || size > len(b) {
		d.note(linkRadiotap)
		return
	}
	const (
		common       = 2 // the 802.11-Common field
		commonLength = 20
		flagFCS      = 1
		flagBadFCS   = 4
	)
	state := fcsUnknown
	for fields := b[8:size]; len(fields) >= 4; {
		kind, n := binary.LittleEndian.Uint16(fields), int(binary.LittleEndian.Uint16(fields[2:]))
		if fields = fields[4:]; n > len(fields) {
			d.note(linkRadiotap)
			return
		}
		if kind == common && n >= commonLength {
			// TSF timer (8), flags (2), rate (2), frequency (2), channel flags (2), FHSS (2), signal (1), noise (1)
			flags := binary.LittleEndian.Uint16(fields[8:])
			if flags&flagBadFCS != 0 {
				d.note(linkBadFCS)
				return
			}
			if state = fcsAbsent; flags&flagFCS != 0 {
				state = fcsPresent
			}
			d.radio.Frequency = binary.LittleEndian.Uint16(fields[12:])
			d.radio.Signal = int8(fields[18])
		}
		fields = fields[n:]
	}
	switch link := linkType(min(binary.LittleEndian.Uint32(b[4:]), uint32(linkUndefined))); link {
	case linkDot11:
		d.dot11(b[size:], state, false)
	case linkEthernet:
		d.ethernet(b[size:])
	default:
		d.note(linkUnknown)
	}
}

// prism is the header of the Prism chips' drivers: message code (4), length (4)
// in the byte order of the capturing host. Some drivers use the same link type
// for an AVS header.
func (d *decoder) prism(b []byte) {
	if len(b) < 8 {
		d.note(linkShort)
		return
	}
	if binary.BigEndian.Uint32(b)&0xfffff000 == avsMagic {
		d.avs(b)
		return
	}
	size := binary.LittleEndian.Uint32(b[4:])
	if uint64(size) > uint64(len(b)) {
		size = binary.BigEndian.Uint32(b[4:])
	}
	if size < 8 || uint64(size) > uint64(len(b)) {
		d.note(linkRadiotap)
		return
	}
	d.dot11(b[size:], fcsUnknown, false)
}

const avsMagic = 0x80211000

// avs is the AVS header: magic and version (4), length (4), big-endian.
func (d *decoder) avs(b []byte) {
	if len(b) < 8 {
		d.note(linkShort)
		return
	}
	size := binary.BigEndian.Uint32(b[4:])
	if size < 8 || uint64(size) > uint64(len(b)) {
		d.note(linkRadiotap)
		return
	}
	d.dot11(b[size:], fcsUnknown, false)
}

// withoutFCS removes the frame check sequence from an 802.11 frame. If it is
// unknown whether there is one, it is removed if the last four octets are the
// checksum of the others. cut reports that the capture lacks more than the
// check sequence.
func (d *decoder) withoutFCS(b []byte, state fcs) (frame []byte, cut bool) {
	const size = 4
	missing := d.frame.wire - len(d.frame.data)
	switch {
	case state == fcsAbsent:
		return b, missing > 0
	case missing >= size || len(b) < size:
		return b, missing > size
	case state == fcsPresent:
		return b[:len(b)-(size-missing)], false
	case missing == 0 && crc32.ChecksumIEEE(b[:len(b)-size]) == binary.LittleEndian.Uint32(b[len(b)-size:]):
		return b[:len(b)-size], false
	}
	return b, false
}
