package capture

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/gowps/gowps/wps"
)

// RADIUS attribute types, RFC 2865 section 5 and RFC 3579 section 3.1.
const (
	radiusState            = 24
	radiusCalledStationID  = 30
	radiusCallingStationID = 31
	radiusEAPMessage       = 79

	radiusHeader = 20
	radiusMax    = 4096
)

// A radiusKey identifies a request that has no answer yet.
type radiusKey struct {
	client, server netip.AddrPort
	identifier     uint8
}

// A radiusPeers holds the addresses that a request names.
type radiusPeers struct{ station, ap [6]byte }

// radius reports a RADIUS access packet. On other ports than RADIUS's own the
// packet must look like one: a known code, a matching length and a whole EAP
// packet.
func (d *decoder) radius(p ipPacket, src, dst uint16, b []byte) {
	known := radiusPort(src) || radiusPort(dst)
	if len(b) == 0 || !radiusCode(b[0]) {
		return
	}
	if len(b) < radiusHeader {
		if known {
			d.note(radiusMalformed)
		}
		return
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	if size < radiusHeader || size > radiusMax || size > len(b) || !radiusAttributesFit(b[radiusHeader:size]) {
		if known {
			d.note(radiusMalformed)
		}
		return
	}
	attributes := b[radiusHeader:size]
	data := joinEAPMessage(attributes)
	whole := len(data) >= 4 && data[0] >= 1 && data[0] <= 4 && int(binary.BigEndian.Uint16(data[2:])) == len(data)
	if !known && !whole {
		return
	}

	r := &RADIUSPacket{Code: b[0], Identifier: b[1], Client: addrPort(p.src, src), Server: addrPort(p.dst, dst)}
	if r.Code != RADIUSAccessRequest {
		r.Client, r.Server = r.Server, r.Client
	}
	for a := attributes; len(a) > 0; a = a[a[1]:] {
		switch value := a[2:a[1]]; a[0] {
		case radiusState:
			r.State = bytes.Clone(value)
		case radiusCalledStationID:
			r.CalledStationID = string(value)
		case radiusCallingStationID:
			r.CallingStationID = string(value)
		}
	}
	key := radiusKey{r.Client, r.Server, r.Identifier}
	if r.Code == RADIUSAccessRequest {
		r.Station, _, _ = wps.CutMAC(r.CallingStationID)
		r.AP, _, _ = wps.CutMAC(r.CalledStationID)
		d.requests.put(key, radiusPeers{r.Station, r.AP})
	} else if peers, ok := d.requests.get(key); ok {
		r.Station, r.AP = peers.station, peers.ap
	}
	e := d.emit(KindRADIUS)
	e.RADIUS, e.Data = r, data
	if !whole && len(data) > 0 {
		e.Truncated, e.Note = true, problems[radiusEAP].text
	}
}

// radiusPort reports whether the port is one of RADIUS: the assigned ones, or
// those in use before.
func radiusPort(port uint16) bool {
	return port == 1812 || port == 1813 || port == 1645 || port == 1646
}

func radiusCode(code byte) bool {
	switch code {
	case RADIUSAccessRequest, RADIUSAccessAccept, RADIUSAccessReject, RADIUSAccessChallenge:
		return true
	}
	return false
}

func radiusAttributesFit(a []byte) bool {
	for len(a) > 0 {
		if len(a) < 2 || a[1] < 2 || int(a[1]) > len(a) {
			return false
		}
		a = a[a[1]:]
	}
	return true
}

// joinEAPMessage joins the EAP-Message attributes, which may split an EAP
// packet anywhere: RFC 3579 section 3.1.
func joinEAPMessage(a []byte) []byte {
	var data []byte
	for ; len(a) > 0; a = a[a[1]:] {
		if a[0] == radiusEAPMessage {
			data = append(data, a[2:a[1]]...)
		}
	}
	return data
}
