package upnp

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/gowps/gowps/wps"
)

// MulticastGroup is the address of SSDP's searches and announcements.
var MulticastGroup = netip.AddrPortFrom(netip.AddrFrom4([4]byte{239, 255, 255, 250}), 1900)

// MulticastTTL is the time to live of these datagrams (UPnP Device Architecture
// 1.0 §1.1.2).
const MulticastTTL = 4

// Targets of searches and announcements.
const (
	targetAll  = "ssdp:all"
	targetRoot = "upnp:rootdevice"
	// DeviceType is the type of an access point with the service.
	DeviceType = "urn:schemas-wifialliance-org:device:WFADevice:1"
	// ServiceType is the type of the service.
	ServiceType = "urn:schemas-wifialliance-org:service:WFAWLANConfig:1"
)

// ssdpKind is the kind of an SSDP datagram.
type ssdpKind uint8

const (
	ssdpSearch   ssdpKind = iota + 1
	ssdpAlive             // announced
	ssdpByebye            // revoked
	ssdpResponse          // the answer to a search
)

// ssdp is an SSDP datagram.
type ssdp struct {
	kind     ssdpKind
	target   string   // ST or NT
	usn      wps.UUID // that of USN; not of searches
	location string
	maxAge   int // seconds; 0 if missing
	mx       int // seconds; of searches
}

// parseNumber parses a decimal number within bounds that has digits only.
func parseNumber(s string, low, high uint64) (uint64, error) {
	if len(s) == 0 || len(s) > 10 || strings.Trim(s, "0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err == nil && (n < low || n > high) {
		err = strconv.ErrRange
	}
	return n, err
}

// parseSSDP parses a datagram. The error is of class [ErrMalformed], or
// [ErrIgnored] if it is not for this service.
func parseSSDP(b []byte) (*ssdp, error) {
	const object = "SSDP datagram"
	if len(b) > maxDatagram {
		return nil, wrong(object, "", ErrTooLong, "%d octets", len(b))
	}
	line, rest, ok := bytes.Cut(b, []byte("\r\n"))
	if !ok {
		return nil, wrong(object, "", ErrMalformed, "it has no line")
	}
	d := new(ssdp)
	target := "NT"
	switch strings.ToUpper(string(line)) {
	case "M-SEARCH * HTTP/1.1":
		d.kind, target = ssdpSearch, "ST"
	case "NOTIFY * HTTP/1.1":
		d.kind = ssdpAlive
	default:
		if !bytes.HasPrefix(line, []byte("HTTP/1.")) {
			return nil, wrong(object, "", ErrMalformed, "its first line")
		}
		if fields := strings.Fields(string(line)); len(fields) < 2 || fields[1] != "200" {
			return nil, wrong(object, "", ErrIgnored, "an answer other than 200")
		}
		d.kind, target = ssdpResponse, "ST"
	}
	// Some senders omit the empty line at the end.
	rest = append(bytes.Clone(rest), "\r\n\r\n"...)
	fields, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(rest))).ReadMIMEHeader()
	if err != nil {
		return nil, wrong(object, "", ErrMalformed, "its header")
	}
	if d.target = fields.Get(target); d.target == "" {
		return nil, wrong(object, target, ErrMalformed, "missing")
	}
	if d.kind == ssdpSearch {
		return d, d.readSearch(fields)
	}
	if d.kind == ssdpAlive {
		switch nts := fields.Get("NTS"); strings.ToLower(nts) {
		case "ssdp:alive":
		case "ssdp:byebye":
			d.kind = ssdpByebye
		default:
			return nil, wrong(object, "NTS", ErrIgnored, "%q", nts)
		}
	}
	usn := fields.Get("USN")
	if d.usn, ok = parseUUID(usn); !ok {
		return nil, wrong(object, "USN", ErrMalformed, "%q", usn)
	}
	d.location = fields.Get("LOCATION")
	for directive := range strings.SplitSeq(fields.Get("CACHE-CONTROL"), ",") {
		name, value, _ := strings.Cut(directive, "=")
		if strings.EqualFold(strings.TrimSpace(name), "max-age") {
			if n, err := parseNumber(strings.Trim(value, ` "`), 0, 1<<31-1); err == nil {
				d.maxAge = int(n)
			}
		}
	}
	return d, nil
}

// readSearch reads the fields of a search. It is not answered unless each is
// present and valid [hostap].
func (d *ssdp) readSearch(fields textproto.MIMEHeader) error {
	const object = "SSDP search"
	host := fields.Get("HOST")
	if host != MulticastGroup.String() && host != MulticastGroup.Addr().String() {
		return wrong(object, "HOST", ErrMalformed, "%q", host)
	}
	if man := fields.Get("MAN"); man != `"ssdp:discover"` {
		return wrong(object, "MAN", ErrMalformed, "%q", man)
	}
	mx, err := parseNumber(fields.Get("MX"), 0, 1<<31-1)
	if err != nil {
		return wrong(object, "MX", ErrMalformed, "%q", fields.Get("MX"))
	}
	d.mx = int(min(mx, maxMX))
	return nil
}

// parseUUID parses a UUID after "uuid:", up to the end or "::".
func parseUUID(s string) (wps.UUID, bool) {
	if len(s) < 5 || !strings.EqualFold(s[:5], "uuid:") {
		return wps.UUID{}, false
	}
	text, _, _ := strings.Cut(s[5:], "::")
	text = strings.TrimSpace(text)
	if len(text) != 36 {
		return wps.UUID{}, false
	}
	u, err := wps.ParseUUID(text)
	return u, err == nil
}

// targets are the four targets that a device announces.
func targets(uuid wps.UUID) [4]string {
	return [4]string{targetRoot, "uuid:" + uuid.String(), DeviceType, ServiceType}
}

// usn returns the unique service name for a target.
func usn(uuid wps.UUID, target string) string {
	name := "uuid:" + uuid.String()
	if target == name {
		return name
	}
	return name + "::" + target
}

// search returns the datagram of a search for access points.
func search(target string, mx int) Datagram {
	return Datagram{MulticastGroup, fmt.Appendf(nil,
		"M-SEARCH * HTTP/1.1\r\nHOST: %v\r\nMAN: \"ssdp:discover\"\r\nMX: %d\r\nST: %s\r\n\r\n", MulticastGroup, mx, target)}
}
