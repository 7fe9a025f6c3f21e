package upnp

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Header holds the fields of an HTTP message or SSDP datagram by their names
// in capital letters.
type Header map[string]string

// Request is an HTTP request, without the transport.
type Request struct {
	From   netip.AddrPort // the sender; not set in a [Call]
	Method string
	Path   string // with the query
	Header Header
	Body   []byte
}

// Response is the response to a [Request].
type Response struct {
	Status int
	Header Header
	Body   []byte
}

// Call is a request that a machine wants to send. It must go to that address
// directly: no redirection is followed, no proxy used.
type Call struct {
	ID      uint64 // of this machine; repeated to Answer
	To      netip.AddrPort
	Request Request
	Timeout time.Duration // for the whole call
}

// Datagram is a UDP datagram that a machine wants to send.
type Datagram struct {
	To   netip.AddrPort
	Data []byte
}

// Output is what a machine wants to send. The datagrams are sent in order; the
// calls may be made concurrently.
type Output struct {
	Datagrams []Datagram
	Calls     []Call
}

// Machine is what [Device] and [Registrar] have in common: they process what a
// network interface receives, and return what to send. Package lan runs one.
//
// After each call, send what Output returns, and call Timeout at the time that
// Deadline returns (zero: never). The methods must not be called concurrently.
type Machine interface {
	// Start starts using the network.
	Start(now time.Time)
	// Datagram processes a UDP datagram. The error says why it was ignored.
	Datagram(now time.Time, from netip.AddrPort, b []byte) error
	// Handle processes an HTTP request and returns the response.
	Handle(now time.Time, r *Request) *Response
	// Answer processes the response to a [Call], or the error of the call.
	Answer(now time.Time, id uint64, r *Response, err error)
	// Timeout handles deadlines that have passed.
	Timeout(now time.Time)
	// Deadline returns when to call Timeout.
	Deadline() time.Time
	// Output returns what to send. It returns everything once.
	Output() Output
	// Stop notifies the other hosts. Once its output was sent, the machine must
	// not be used any more.
	Stop(now time.Time)
}

// Limits of input.
const (
	// MaxBody is the longest accepted body of an HTTP message, in octets. A
	// message with ten credentials has some 4,000 in base64.
	MaxBody = 16 << 10
	// MaxDescription is the longest accepted description of a device, in
	// octets: those of home routers, with all their services, have up to
	// 10,000.
	MaxDescription = 64 << 10
	// maxURL is the longest URL that is called [hostap].
	maxURL = 700
	// maxDatagram is the longest SSDP datagram that is parsed.
	maxDatagram = 2 << 10
)

// respond returns a response without a body.
func respond(status int) *Response {
	return &Response{Status: status, Header: Header{"CONTENT-LENGTH": "0"}}
}

// respondXML returns a response with a document.
func respondXML(status int, body []byte) *Response {
	return &Response{Status: status, Header: Header{"CONTENT-TYPE": xmlType}, Body: body}
}

// address is the target of a call: http, and an address of the local network.
type address struct {
	host netip.AddrPort
	path string // with the query; begins with a slash
}

// String returns the address as a URL.
func (a address) String() string { return "http://" + a.host.String() + a.path }

// neighbour reports whether an address is that of a host of the local network:
// inside it, and neither the network address nor the broadcast address.
func neighbour(lan netip.Prefix, a netip.Addr) bool {
	if !a.Is4() || a.IsMulticast() || a.IsUnspecified() || !lan.Contains(a) {
		return false
	}
	if lan.Bits() >= 31 {
		return true // a point-to-point link, or a single address
	}
	first, last := lan.Masked().Addr().As4(), a.As4()
	if a == lan.Masked().Addr() {
		return false
	}
	// The broadcast address has ones in all bits of the host.
	for i := range first {
		first[i] |= hostMask(lan.Bits(), i)
	}
	return last != first
}

// hostMask returns the bits of an octet that do not belong to the network.
func hostMask(bits, octet int) byte {
	network := min(max(bits-8*octet, 0), 8)
	return byte(0xFF >> network)
}

// parseAddress parses a URL to be called. It accepts http with a numeric IPv4
// address of a neighbour only, as access points with a fix for CVE-2020-12695
// do: a host that subscribes must not be able to direct this machine's requests
// to other networks, to a host name or to its own loopback. A reference without
// a host is resolved against base, if that is not nil.
func parseAddress(object, field, text string, lan netip.Prefix, base *address) (address, error) {
	if len(text) > maxURL {
		return address{}, wrong(object, field, ErrTooLong, "a URL of %d octets", len(text))
	}
	u, err := url.Parse(text)
	if err != nil {
		return address{}, wrong(object, field, ErrAddress, "no URL: %q", text)
	}
	if base != nil {
		b := url.URL{Scheme: "http", Host: base.host.String()}
		b.Path, b.RawQuery, _ = strings.Cut(base.path, "?")
		u = b.ResolveReference(u)
	}
	host, err := netip.ParseAddr(u.Hostname())
	port := uint64(80)
	if err == nil && u.Port() != "" {
		port, err = parseNumber(u.Port(), 1, 65535)
	}
	switch {
	case u.Scheme != "http" || u.Opaque != "" || u.User != nil || u.Fragment != "":
		return address{}, wrong(object, field, ErrAddress, "%q is not a plain http URL", text)
	case err != nil:
		return address{}, wrong(object, field, ErrAddress, "%q has no numeric address and port", text)
	case !neighbour(lan, host):
		return address{}, wrong(object, field, ErrAddress, "%v is not a host of %v", host, lan.Masked())
	}
	path := u.RequestURI()
	if len(path) > maxURL {
		return address{}, wrong(object, field, ErrTooLong, "a path of %d octets", len(path))
	}
	return address{netip.AddrPortFrom(host, uint16(port)), path}, nil
}

// earlier returns the earlier of two times, of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
