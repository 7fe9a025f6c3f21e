package anonymise

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps"
)

// ethernet writes the header of an Ethernet frame.
func (a *anonymiser) ethernet(e *capture.Event, etherType uint16) []byte {
	dst, src := a.mask.mac(e.Dst), a.mask.mac(e.Src)
	return binary.BigEndian.AppendUint16(slices.Concat(dst[:], src[:]), etherType)
}

// IP protocols.
const (
	protocolTCP = 6
	protocolUDP = 17
)

// ip writes an Ethernet frame with an IP packet. The checksum of the transport
// stands at an offset of the payload, in which it is 0.
func (a *anonymiser) ip(e *capture.Event, from, to netip.Addr, protocol byte, payload []byte, checksum int) []byte {
	src, dst := a.mask.ip(from.Unmap()), a.mask.ip(to.Unmap())
	pseudo := slices.Concat(src.AsSlice(), dst.AsSlice(), []byte{0, protocol}, binary.BigEndian.AppendUint16(nil, uint16(len(payload))))
	sum := internetChecksum(pseudo, payload)
	if sum == 0 && protocol == protocolUDP {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(payload[checksum:], sum)
	const hops = 64
	if src.Is4() {
		h := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, hops, protocol, 0, 0}
		binary.BigEndian.PutUint16(h[2:], uint16(20+len(payload)))
		h = slices.Concat(h, src.AsSlice(), dst.AsSlice())
		binary.BigEndian.PutUint16(h[10:], internetChecksum(h))
		return slices.Concat(a.ethernet(e, 0x0800), h, payload)
	}
	h := []byte{0x60, 0, 0, 0, 0, 0, protocol, hops}
	binary.BigEndian.PutUint16(h[4:], uint16(len(payload)))
	return slices.Concat(a.ethernet(e, 0x86dd), h, src.AsSlice(), dst.AsSlice(), payload)
}

// internetChecksum is that of RFC 1071. All parts but the last have an even
// length.
func internetChecksum(parts ...[]byte) uint16 {
	sum := uint32(0)
	for _, p := range parts {
		for ; len(p) >= 2; p = p[2:] {
			sum += uint32(binary.BigEndian.Uint16(p))
		}
		if len(p) == 1 {
			sum += uint32(p[0]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// maxPayload bounds what IP carries here.
const maxPayload = 65000

// RADIUS attributes: RFC 2865 §5, RFC 3579 §3.
const (
	radiusState                = 24
	radiusCalledStationID      = 30
	radiusCallingStationID     = 31
	radiusEAPMessage           = 79
	radiusMessageAuthenticator = 80
	radiusMax                  = 4096
)

// radius writes a RADIUS packet. Its authenticators are zeros: they depend on
// the shared secret.
func (a *anonymiser) radius(e *capture.Event) {
	r := e.RADIUS
	from, to := r.Client, r.Server
	if r.Code != capture.RADIUSAccessRequest {
		from, to = to, from
	}
	s := a.begin(e.Time, onWire)
	write := func(packet []byte) {
		var attributes []byte
		attribute := func(id byte, value []byte) {
			attributes = append(append(attributes, id, byte(2+len(value))), value...)
		}
		for _, station := range []struct {
			id      byte
			address [6]byte
		}{{radiusCalledStationID, r.AP}, {radiusCallingStationID, r.Station}} {
			if r.Code == capture.RADIUSAccessRequest && station.address != [6]byte{} {
				attribute(station.id, fmt.Appendf(nil, "%s", strings.ToUpper(strings.ReplaceAll(wps.MAC(a.mask.mac(station.address)).String(), ":", "-"))))
			}
		}
		if len(r.State) > 0 {
			attribute(radiusState, a.mask.octets(r.State))
		}
		for chunk := range slices.Chunk(packet, 253) {
			attribute(radiusEAPMessage, chunk)
		}
		if len(attributes)+20+18 <= radiusMax {
			attribute(radiusMessageAuthenticator, make([]byte, 16))
		}
		b := []byte{r.Code, r.Identifier}
		b = binary.BigEndian.AppendUint16(b, uint16(20+len(attributes)))
		b = slices.Concat(b, make([]byte, 16), attributes)
		udp := binary.BigEndian.AppendUint16(nil, from.Port())
		udp = binary.BigEndian.AppendUint16(udp, to.Port())
		udp = binary.BigEndian.AppendUint16(udp, uint16(8+len(b)))
		udp = slices.Concat(udp, []byte{0, 0}, b)
		s.Data, s.ready = a.ip(e, from.Addr(), to.Addr(), protocolUDP, udp, 6), true
	}
	event := *e // the event is gone when the packet is written
	e = &event
	if len(e.Data) == 0 {
		write(nil)
		return
	}
	direction := from.String() + to.String() + string(r.Station[:])
	a.eap(direction, e.Data, e.Truncated, write)
}

// A flow is one direction of a connection.
type flow struct{ from, to netip.AddrPort }

const maxStreams = 1 << 14

// upnp writes an action, an answer or an event of WFAWLANConfig: an HTTP
// message in one segment.
func (a *anonymiser) upnp(e *capture.Event) {
	u := e.UPnP
	from, to := u.Registrar, u.AP
	if u.Response || u.Action == capture.EventWLAN {
		from, to = to, from
	}
	payload := []byte(a.message(e))
	if len(payload) > maxPayload {
		return
	}
	if len(a.streams) >= maxStreams {
		clear(a.streams)
	}
	out, back := flow{from, to}, flow{to, from}
	if a.streams[out] == 0 {
		a.streams[out] = 1
	}
	tcp := binary.BigEndian.AppendUint16(nil, from.Port())
	tcp = binary.BigEndian.AppendUint16(tcp, to.Port())
	tcp = binary.BigEndian.AppendUint32(tcp, a.streams[out])
	tcp = binary.BigEndian.AppendUint32(tcp, a.streams[back])
	const push, ack, window = 0x08, 0x10, 0xffff
	tcp = append(tcp, 5<<4, push|ack, window>>8, window&0xff, 0, 0, 0, 0)
	a.streams[out] += uint32(len(payload))
	s := a.begin(e.Time, onWire)
	s.Data, s.ready = a.ip(e, from.Addr(), to.Addr(), protocolTCP, append(tcp, payload...), 16), true
}

// service is the name of WFAWLANConfig:1.
const service = "urn:schemas-wifialliance-org:service:WFAWLANConfig:1"

// message is an action, an answer or an event as HTTP.
func (a *anonymiser) message(e *capture.Event) string {
	u := e.UPnP
	data := a.mask.attributes(e.Data)
	station := wps.MAC(a.mask.mac(u.Station)).String()
	argument := func(name, value string) string {
		if name == "" || value == "" {
			return ""
		}
		return fmt.Sprintf("<%s>%s</%s>", name, value, name)
	}
	in, out, known := capture.UPnPArguments(u.Action)
	action := u.Action
	if !known {
		action = "Unknown"
	}
	var first, body string
	switch encoded := base64.StdEncoding.EncodeToString(data); {
	case u.Action == capture.EventWLAN:
		encoded = base64.StdEncoding.EncodeToString(slices.Concat([]byte{u.EventType}, []byte(station), data))
		first = "NOTIFY /event HTTP/1.1\r\nHOST: registrar\r\nNT: upnp:event\r\nNTS: upnp:propchange"
		body = fmt.Sprintf(`<?xml version="1.0"?><e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0"><e:property>%s</e:property></e:propertyset>`, argument("WLANEvent", encoded))
	case u.Fault != 0:
		first = "HTTP/1.1 500 Internal Server Error"
		body = envelope(fmt.Sprintf(`<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0">%s</UPnPError></detail></s:Fault>`,
			argument("errorCode", fmt.Sprint(u.Fault))))
	case u.Response:
		first = "HTTP/1.1 200 OK"
		body = envelope(fmt.Sprintf(`<u:%sResponse xmlns:u=%q>%s</u:%sResponse>`, action, service, argument(out, encoded), action))
	default:
		more := ""
		if u.Action == capture.ActionPutWLANResponse {
			more = argument("NewWLANEventType", fmt.Sprint(u.EventType)) + argument("NewWLANEventMAC", station)
		}
		first = fmt.Sprintf("POST /control HTTP/1.1\r\nHOST: accesspoint\r\nSOAPACTION: %q", service+"#"+action)
		body = envelope(fmt.Sprintf(`<u:%s xmlns:u=%q>%s%s</u:%s>`, action, service, argument(in, encoded), more, action))
	}
	return fmt.Sprintf("%s\r\nCONTENT-TYPE: text/xml; charset=\"utf-8\"\r\nCONTENT-LENGTH: %d\r\n\r\n%s", first, len(body), body)
}

func envelope(body string) string {
	return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>` + body + `</s:Body></s:Envelope>`
}

// A cmdu is a message of IEEE 1905.1 with its WSC TLVs.
type cmdu struct {
	frame int // of the capture; 0 if there is none
	event capture.Event
	tlvs  [][]byte
	cut   bool // the last of them
}

// add takes a TLV.
func (c *cmdu) add(e *capture.Event) {
	if c.frame == 0 {
		c.frame, c.event = e.Frame, *e
	}
	c.tlvs = append(c.tlvs, slices.Clone(e.Data))
	c.cut = e.Truncated
}

// endCMDU writes the assembled message of IEEE 1905.1: in fragments, split
// between TLVs, if it is too long for Ethernet.
func (a *anonymiser) endCMDU() {
	c := &a.cmdu
	if c.frame == 0 {
		return
	}
	const wsc, last, most = 0x11, 0x80, 1492
	var fragments [][]byte
	var body []byte
	for i, tlv := range c.tlvs {
		size := len(tlv)
		if c.cut && i == len(c.tlvs)-1 {
			size++
		}
		if len(body) > 0 && len(body)+3+len(tlv) > most {
			fragments, body = append(fragments, body), nil
		}
		body = append(body, wsc)
		body = binary.BigEndian.AppendUint16(body, uint16(size))
		body = append(body, a.mask.attributes(tlv)...)
	}
	if !c.cut {
		body = append(body, 0, 0, 0) // End of Message
	}
	a.cmdus++
	for i, body := range append(fragments, body) {
		flags := byte(0)
		if i == len(fragments) {
			flags = last
		}
		b := append(a.ethernet(&c.event, ether1905), 0, 0, 0, 9) // AP-Autoconfiguration WSC
		b = binary.BigEndian.AppendUint16(b, a.cmdus)
		b = append(b, byte(i), flags)
		s := a.begin(c.event.Time, onWire)
		s.Data, s.ready = append(b, body...), true
	}
	*c = cmdu{}
}
