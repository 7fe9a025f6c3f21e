// Package radius lets a registrar serve access points of any make: the access
// points forward EAP in RADIUS, and a [Server] answers.
//
// An access point whose own EAP server is switched off (hostapd's eap_server=0)
// sends every EAP packet of a station in an Access-Request. The Server finds
// the session that the request belongs to by its State, passes the EAP packet
// to it, and returns the session's answer in an Access-Challenge, or in an
// Access-Reject at the end. A registration always ends with EAP-Failure and so
// with Access-Reject, success or not, so use the session's result.
//
// # Use
//
// A Server is a value without goroutine, clock or socket:
//
//	out, err := server.Handle(now, from, datagram)  // a datagram was received
//	out = server.Timeout(now)                       // server.Deadline was reached
//
// Send every [Datagram] that is returned. [Serve] is the loop that does this on
// a [net.PacketConn]. A Server must not be used concurrently.
//
// The server does not decide what a station may do: [Config.NewSession] creates
// the session of a station, usually that of an access point of package ap,
// which is the registrar.
//
// # Trust
//
// RADIUS protects packets with a secret that client and server share, and
// nothing else. Every packet needs a Message-Authenticator (RFC 3579 §3.2); a
// request without one is discarded, which closes the forgery known as
// BlastRADIUS (CVE-2024-3596). Messages of the Registration Protocol protect
// themselves, but elements such as the station's address do not: run RADIUS on
// a network that others cannot reach, or over TLS (RFC 6614): [ServeTLS] is the
// loop for that.
//
// # Why not a library
//
// layeh.com/radius is the library for Go. It has no release, only
// pseudo-versions of a repository without changes since 2023; it neither
// creates nor checks a Message-Authenticator; and its server owns goroutines,
// sockets and timers. All that could be used of it is a header of 20 octets and
// a list of attributes.
package radius
