package capture

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers, and those of the IPv6 extension headers that are
// skipped.
const (
	protocolHopByHop    = 0
	protocolTCP         = 6
	protocolUDP         = 17
	protocolRouting     = 43
	protocolFragment    = 44
	protocolAH          = 51
	protocolDestination = 60
)

// An ipPacket is an IP packet without its headers. src and dst are four or sixteen octets of the frame.
type ipPacket struct {
	src, dst []byte
	payload  []byte
	missing  int // octets of the payload that are not in the capture
}

func (d *decoder) ipv4(b []byte) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return
	}
	header := int(b[0]&15) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // the network card segments the packet and sets the length
		total = len(b)
	}
	if header < 20 || header > min(total, len(b)) {
		return
	}
	const moreFragments, offset = 0x2000, 0x1fff
	if fragment := binary.BigEndian.Uint16(b[6:]); fragment&(moreFragments|offset) != 0 {
		d.note(ipFragment)
		return
	}
	end := min(total, len(b))
	d.transport(b[9], ipPacket{src: b[12:16], dst: b[16:20], payload: b[header:end], missing: total - end})
}

func (d *decoder) ipv6(b []byte) {
	const header = 40
	if len(b) < header || b[0]>>4 != 6 {
		return
	}
	p := ipPacket{src: b[8:24], dst: b[24:40], payload: b[header:]}
	if size := int(binary.BigEndian.Uint16(b[4:])); size > len(p.payload) {
		p.missing = size - len(p.payload)
	} else if size > 0 { // 0 as above
		p.payload = p.payload[:size]
	}
	next := b[6]
	for {
		unit := 8
		switch next {
		case protocolFragment:
			d.note(ipFragment)
			return
		case protocolAH:
			unit = 4
		case protocolHopByHop, protocolRouting, protocolDestination:
		default:
			d.transport(next, p)
			return
		}
		if len(p.payload) < 8 {
			return
		}
		size := 8 + int(p.payload[1])*unit
		if size > len(p.payload) {
			return
		}
		next, p.payload = p.payload[0], p.payload[size:]
	}
}

func (d *decoder) transport(protocol byte, p ipPacket) {
	switch protocol {
	case protocolUDP:
		const header = 8
		if len(p.payload) >= header {
			src, dst := binary.BigEndian.Uint16(p.payload), binary.BigEndian.Uint16(p.payload[2:])
			d.radius(p, src, dst, p.payload[header:])
		}
	case protocolTCP:
		d.tcp(p)
	}
}

func addrPort(addr []byte, port uint16) netip.AddrPort {
	ip, _ := netip.AddrFromSlice(addr)
	return netip.AddrPortFrom(ip, port)
}
