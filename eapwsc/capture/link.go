package capture

import "encoding/binary"

// A linkType is a LINKTYPE_ value of www.tcpdump.org/linktypes.html.
type linkType uint16

const (
	linkNull      linkType = 0
	linkEthernet  linkType = 1
	linkRaw12     linkType = 12 // DLT_RAW of most systems, written by mistake
	linkRaw14     linkType = 14 // the same on OpenBSD
	linkRaw       linkType = 101
	linkDot11     linkType = 105
	linkLoop      linkType = 108
	linkSLL       linkType = 113
	linkPrism     linkType = 119
	linkRadio     linkType = 127
	linkAVS       linkType = 163
	linkPPI       linkType = 192
	linkIPv4      linkType = 228
	linkIPv6      linkType = 229
	linkSLL2      linkType = 276
	linkUndefined linkType = 0xffff
)

// linkDecoders has the decoder for each link type; nil if that is unknown.
var linkDecoders = [linkSLL2 + 1]func(*decoder, []byte){
	linkNull:     (*decoder).loopback,
	linkEthernet: (*decoder).ethernet,
	linkRaw12:    (*decoder).rawIP,
	linkRaw14:    (*decoder).rawIP,
	linkRaw:      (*decoder).rawIP,
	linkDot11:    (*decoder).bareDot11,
	linkLoop:     (*decoder).loopback,
	linkSLL:      (*decoder).cooked,
	linkPrism:    (*decoder).prism,
	linkRadio:    (*decoder).radiotap,
	linkAVS:      (*decoder).avs,
	linkPPI:      (*decoder).ppi,
	linkIPv4:     (*decoder).rawIP,
	linkIPv6:     (*decoder).rawIP,
	linkSLL2:     (*decoder).cooked2,
}

// EtherTypes.
const (
	etherIPv4  = 0x0800
	etherIPv6  = 0x86dd
	etherVLAN  = 0x8100 // 802.1Q
	etherQinQ  = 0x88a8 // 802.1ad
	etherQinQ2 = 0x9100 // the same before standardisation
	etherEAPOL = 0x888e
	ether1905  = 0x893a // IEEE 1905.1
	etherLLC   = 0x0004 // stands for an LLC header on Linux cooked captures

	// etherMin is the smallest EtherType; a smaller number is the length of an
	// 802.3 frame.
	etherMin = 0x0600
)

func (d *decoder) ethernet(b []byte) {
	if len(b) < 14 {
		d.note(linkShort)
		return
	}
	copy(d.dst[:], b)
	copy(d.src[:], b[6:])
	d.etherPayload(binary.BigEndian.Uint16(b[12:]), b[14:])
}

// etherPayload decodes what follows an EtherType: it skips VLAN tags, and an LLC
// header if the type is a length.
func (d *decoder) etherPayload(etherType uint16, b []byte) {
	for etherType == etherVLAN || etherType == etherQinQ || etherType == etherQinQ2 {
		if len(b) < 4 {
			d.note(linkShort)
			return
		}
		etherType, b = binary.BigEndian.Uint16(b[2:]), b[4:]
	}
	if etherType < etherMin {
		d.llc(b)
		return
	}
	d.protocol(etherType, b)
}

// llc handles the payload after an LLC header with SNAP; other LLC protocols
// carry no WPS.
func (d *decoder) llc(b []byte) {
	if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 {
		return
	}
	// RFC 1042 (00:00:00) and 802.1H (00:00:f8) encapsulate EtherTypes.
	if b[3] == 0 && b[4] == 0 && (b[5] == 0 || b[5] == 0xf8) {
		d.protocol(binary.BigEndian.Uint16(b[6:]), b[8:])
	}
}

// protocol decodes a packet of one of the protocols that can carry WPS.
func (d *decoder) protocol(etherType uint16, b []byte) {
	switch etherType {
	case etherEAPOL:
		d.eapol(b)
	case ether1905:
		d.ieee1905(b)
	case etherIPv4:
		d.ipv4(b)
	case etherIPv6:
		d.ipv6(b)
	}
}

func (d *decoder) rawIP(b []byte) {
	if len(b) == 0 {
		d.note(linkShort)
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.ipv4(b)
	case 6:
		d.ipv6(b)
	}
}

// loopback handles four octets of address family, in some byte order and with a
// number for IPv6 that differs between systems, and an IP packet. The version
// of the IP header is sufficient.
func (d *decoder) loopback(b []byte) {
	if len(b) < 4 {
		d.note(linkShort)
		return
	}
	d.rawIP(b[4:])
}

// cooked is LINKTYPE_LINUX_SLL: packet type (2), ARPHRD (2), address length (2), source address (8), protocol (2).
func (d *decoder) cooked(b []byte) {
	if len(b) < 16 {
		d.note(linkShort)
		return
	}
	d.cookedFrame(binary.BigEndian.Uint16(b[4:]), b[6:14], binary.BigEndian.Uint16(b[14:]), b[16:])
}

// cooked2 is LINKTYPE_LINUX_SLL2: protocol (2), 0 (2), interface (4), ARPHRD (2), packet type (1), address length (1), source address (8).
func (d *decoder) cooked2(b []byte) {
	if len(b) < 20 {
		d.note(linkShort)
		return
	}
	d.cookedFrame(uint16(b[11]), b[12:20], binary.BigEndian.Uint16(b), b[20:])
}

func (d *decoder) cookedFrame(addressLength uint16, address []byte, protocol uint16, b []byte) {
	if addressLength == 6 {
		copy(d.src[:], address)
	}
	if protocol >= etherMin || protocol == etherLLC {
		d.etherPayload(protocol, b)
	}
}

// eapol emits an EAPOL frame, limited by its lengths: the rest is padding or
// a frame check sequence. The EAP length takes precedence over the EAPOL
// length, which one access point sends wrong.
func (d *decoder) eapol(b []byte) {
	if len(b) < 4 {
		d.note(eapolShort)
		return
	}
	const typeEAP = 0
	size := 4 + int(binary.BigEndian.Uint16(b[2:]))
	if b[1] == typeEAP && len(b) >= 8 {
		if eap := int(binary.BigEndian.Uint16(b[6:])); eap >= 4 {
			size = 4 + eap
		}
	}
	e := d.emit(KindEAPOL)
	e.Data = b[:min(size, len(b))]
	if size > len(b) {
		prob := eapolLength
		if d.frame.wire > len(d.frame.data) {
			prob = eapolCut
		}
		e.Truncated, e.Note = true, problems[prob].text
	}
}
