package capture

import "encoding/binary"

// IEEE 1905.1 messages (CMDU): version (1), reserved (1), type (2), identifier
// (2), fragment (1), flags (1), then TLVs of type (1), length (2) and value.
// IEEE Std 1905.1-2013 6.2 and 6.4.
const (
	cmduHeader       = 8
	cmduWSC          = 0x0009 // AP-Autoconfiguration WSC
	cmduLastFragment = 0x80

	tlvHeader = 3
	tlvEnd    = 0x00
	tlvWSC    = 0x11

	// maxCMDUFragments and maxCMDU limit a message in fragments.
	maxCMDUFragments = 64
	maxCMDU          = 64 << 10
)

// A cmduKey identifies a message that is being reassembled.
type cmduKey struct {
	src, dst [6]byte
	id       uint16
}

// A cmdu is a partly received message in fragments.
type cmdu struct {
	parts  [maxCMDUFragments][]byte
	size   int
	last   int // the number of the last fragment; -1 while unknown
	number int // how many have arrived
}

// ieee1905 reports the WSC messages of an AP-Autoconfiguration message: one M1,
// or an M2 for each network.
func (d *decoder) ieee1905(b []byte) {
	if len(b) < cmduHeader {
		d.note(cmduShort)
		return
	}
	if binary.BigEndian.Uint16(b[2:]) != cmduWSC {
		return // topology and similar messages
	}
	key := cmduKey{d.src, d.dst, binary.BigEndian.Uint16(b[4:])}
	fragment, last, body := int(b[6]), b[7]&cmduLastFragment != 0, b[cmduHeader:]
	if d.frame.wire > len(d.frame.data) {
		d.note(cmduCut)
		return
	}
	if fragment == 0 && last {
		d.wscTLVs(body)
		return
	}
	m, ok := d.cmdus.get(key)
	if !ok {
		m = &cmdu{last: -1}
		d.cmdus.put(key, m)
	}
	if whole := m.add(fragment, last, body); whole != nil {
		d.cmdus.delete(key)
		d.wscTLVs(whole)
	}
}

// add adds a fragment, and returns the TLVs of all fragments when the message
// is complete.
func (m *cmdu) add(fragment int, last bool, body []byte) []byte {
	if fragment >= maxCMDUFragments || m.parts[fragment] != nil || m.size+len(body) > maxCMDU {
		return nil
	}
	m.parts[fragment] = append([]byte{}, body...)
	m.size += len(body)
	m.number++
	if last {
		m.last = fragment
	}
	if m.last < 0 || m.number <= m.last {
		return nil
	}
	whole := make([]byte, 0, m.size)
	for _, part := range m.parts[:m.last+1] {
		whole = append(whole, part...)
	}
	return whole
}

// wscTLVs reports each WSC TLV. A truncated value is reported as far as it
// goes.
func (d *decoder) wscTLVs(b []byte) {
	for len(b) >= tlvHeader && b[0] != tlvEnd {
		size := int(binary.BigEndian.Uint16(b[1:]))
		value := b[tlvHeader:]
		cut := size > len(value)
		size = min(size, len(value))
		if b[0] == tlvWSC {
			e := d.emit(KindIEEE1905)
			e.Data, e.Truncated = value[:size:size], cut
			if cut {
				e.Note = problems[cmduLength].text
			}
		}
		b = value[size:]
	}
}
