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
	From   netip.AddrPort // who sent it; not set in a [Call]
	Method string
	Path   string // with the query
	Header Header
	Body   []byte
}

// Response is the answer to a [Request].
type Response struct {
	Status int
	Header Header
	Body   []byte
}

// Call is a request that a machine wants to be sent. It must go to that
// address and nowhere else: no redirection is followed, no proxy asked.
type Call struct {
	ID      uint64 // of this machine; repeated to Answer
	To      netip.AddrPort
	Request Request
	Timeout time.Duration // for all of it
}

// Datagram is a UDP datagram that a machine wants to be sent.
type Datagram struct {
	To   netip.AddrPort
	Data []byte
}

// Output is what a machine wants to be sent. The datagrams go out in order;
// the calls may be made at the same time.
type Output struct {
	Datagrams []Datagram
	Calls     []Call
}

// Machine is what [Device] and [Registrar] have in common: they are fed with
// what a network interface hears, and say what to send. Package lan drives one.
//
// After each call, send what Output returns, and call Timeout at the time that
// Deadline returns (zero: never). The methods must not be called at the same
// time.
type Machine interface {
	// Start begins to use the network.
	Start(now time.Time)
	// Datagram takes a UDP datagram. The error says why it was not heard.
	Datagram(now time.Time, from netip.AddrPort, b []byte) error
	// Handle takes an HTTP request and returns the answer.
	Handle(now time.Time, r *Request) *Response
	// Answer takes the answer to a [Call], or the error that there was
	// instead.
	Answer(now time.Time, id uint64, r *Response, err error)
	// Timeout lets time have its effect.
	Timeout(now time.Time)
	// Deadline returns when Timeout is to be called.
	Deadline() time.Time
	// Output returns what is to be sent, once.
	Output() Output
	// Stop takes leave of the others. The machine is of no more use after
	// what Output returns has been sent.
	Stop(now time.Time)
}

// The limits of what is read.
const (
	// MaxBody is the longest body of an HTTP message that is accepted, in
	// octets. A message with ten credentials has some 4,000 in base64.
	MaxBody = 16 << 10
	// MaxDescription is the longest description of a device: those of home
	// routers, with all their services, have up to 10,000 octets.
	MaxDescription = 64 << 10
	// maxURL is the longest address that is called [hostap].
	maxURL = 700
	// maxDatagram is the longest SSDP datagram that is read.
	maxDatagram = 2 << 10
)

// respond returns an answer without a body.
func respond(status int) *Response {
	return &Response{Status: status, Header: Header{"CONTENT-LENGTH": "0"}}
}

// respondXML returns an answer with a document.
func respondXML(status int, body []byte) *Response {
	return &Response{Status: status, Header: Header{"CONTENT-TYPE": xmlType}, Body: body}
}

// address is where something is called: http, and an address of the local
// network.
type address struct {
	host netip.AddrPort
	path string // with the query; begins with a slash
}

// String returns the address as a URL.
func (a address) String() string { return "http://" + a.host.String() + a.path }

// neighbour reports whether an address is that of one host of the local
// network: neither the network's own nor its broadcast address, nor one
// outside.
func neighbour(lan netip.Prefix, a netip.Addr) bool {
	if !a.Is4() || a.IsMulticast() || a.IsUnspecified() || !lan.Contains(a) {
		return false
	}
	if lan.Bits() >= 31 {
		return true // a link with two ends, or an address alone
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

// parseAddress reads a URL that the machine would call. It accepts http with a
// numeric IPv4 address of a neighbour only, as the access points that mended
// CVE-2020-12695 do: a host that subscribes must not be able to send this
// machine's requests to the world, to a name or to its own loopback. A
// reference without a host is completed by base, if there is one.
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
		return address{}, wrong(object, field, ErrAddress, "%v is no host of %v", host, lan.Masked())
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
