package lan

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gowps/gowps/wps/upnp"
)

// The limits of the HTTP server.
const (
	maxConns     = 32 // in all
	maxConnsHost = 8  // of one host
	requestTime  = 30 * time.Second
	headerTime   = 10 * time.Second
	maxHeader    = 4 << 10 // net/http allows as much again
)

// answerTime is how long a call to a host waits until the host's own requests
// are answered. wpa_supplicant, as external registrar, makes one request at a
// time: while the response to its last one is in flight, it drops its answer to
// an event that has overtaken that response, and the station waits in vain.
const answerTime = time.Second

// serveWeb serves HTTP, and returns a function to stop it.
func (l *Interface) serveWeb(failed chan<- error) (stop func()) {
	s := l.server(headerTime, requestTime)
	go func() { failed <- s.Serve(l.web) }()
	return func() { s.Close() }
}

// server returns the HTTP server. header is the timeout for the header of a
// request, request that for all of it.
func (l *Interface) server(header, request time.Duration) *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(l.handle),
		ReadHeaderTimeout: header, ReadTimeout: request, WriteTimeout: request, IdleTimeout: header,
		MaxHeaderBytes: maxHeader, ConnState: l.web.setState,
		ErrorLog: log.New(io.Discard, "", 0), // errors of other hosts
	}
}

// handle passes a request to the machine.
func (l *Interface) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, upnp.MaxBody))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return
	}
	q := &upnp.Request{From: from, Method: r.Method, Path: r.RequestURI, Header: header(r.Header), Body: body}
	q.Header["HOST"] = r.Host
	var answer *upnp.Response
	l.with(func(now time.Time, m upnp.Machine) { answer = m.Handle(now, q) })
	if answer == nil { // the machine has stopped
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}

// header returns the fields in the form of package upnp.
func header(h http.Header) upnp.Header {
	out := make(upnp.Header, len(h)+1)
	for name, values := range h {
		out[strings.ToUpper(name)] = strings.Join(values, ", ")
	}
	return out
}

// call sends a request to its host directly, from this interface.
func call(ctx context.Context, lan netip.Prefix, c upnp.Call) (*upnp.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: lan.Addr().AsSlice()}}
	client := http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, "tcp4", c.To.String())
			},
			DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 2 * maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	q, err := http.NewRequestWithContext(ctx, c.Request.Method, fmt.Sprintf("http://%v%s", c.To, c.Request.Path), bytes.NewReader(c.Request.Body))
	if err != nil {
		return nil, err
	}
	for name, value := range c.Request.Header {
		q.Header[name] = []string{value} // not canonicalized: some devices require capital letters
	}
	q.Header["User-Agent"] = []string{""} // none
	r, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, upnp.MaxDescription+1))
	if err != nil {
		return nil, err
	}
	return &upnp.Response{Status: r.StatusCode, Header: header(r.Header), Body: body}, nil
}

// listener accepts connections from hosts of the network, a limited number of
// each. When all places are taken, the oldest connection of the host with most
// connections is closed: a host that opens many and sends nothing cannot
// exclude others.
type listener struct {
	net.Listener
	lan netip.Prefix

	mu       sync.Mutex
	conns    []*conn       // oldest first
	answered chan struct{} // closed at the next response, if a call waits for it
}

// conn is a connection that leaves the list when it is closed.
type conn struct {
	net.Conn
	host netip.Addr
	of   *listener
	busy bool // it has an unanswered request
}

// setState records whether a connection has an unanswered request: from its
// beginning on, because requests are in the order of connections.
func (l *listener) setState(c net.Conn, s http.ConnState) {
	if c, ok := c.(*conn); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		c.busy = s == http.StateNew || s == http.StateActive
		l.wake()
	}
}

// wake wakes the calls that wait for responses.
func (l *listener) wake() {
	if l.answered != nil {
		close(l.answered)
		l.answered = nil
	}
}

// waitAnswered waits until the requests of a host are answered, at most
// answerTime.
func (l *listener) waitAnswered(ctx context.Context, host netip.Addr) {
	for over := time.After(answerTime); ; {
		l.mu.Lock()
		if !slices.ContainsFunc(l.conns, func(c *conn) bool { return c.busy && c.host == host }) {
			l.mu.Unlock()
			return
		}
		if l.answered == nil {
			l.answered = make(chan struct{})
		}
		answered := l.answered
		l.mu.Unlock()
		select {
		case <-answered:
		case <-over:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Accept returns the next admitted connection.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, err := netip.ParseAddrPort(c.RemoteAddr().String())
		if err != nil || !l.lan.Contains(from.Addr().Unmap()) {
			c.Close()
			continue
		}
		admitted := &conn{Conn: c, host: from.Addr().Unmap(), of: l, busy: true}
		if victim := l.admit(admitted); victim != nil {
			victim.Close()
		}
		return admitted, nil
	}
}

// admit adds a connection to the list, and returns the one to close.
func (l *listener) admit(c *conn) *conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, c)
	count := make(map[netip.Addr]int)
	for _, c := range l.conns {
		count[c.host]++
	}
	host := c.host
	if count[host] <= maxConnsHost {
		if len(l.conns) <= maxConns {
			return nil
		}
		for _, c := range l.conns {
			if count[c.host] > count[host] {
				host = c.host
			}
		}
	}
	for _, c := range l.conns {
		if c.host == host {
			return c
		}
	}
	return nil
}

// Close closes the connection.
func (c *conn) Close() error {
	c.of.mu.Lock()
	for i, other := range c.of.conns {
		if other == c {
			c.of.conns = append(c.of.conns[:i], c.of.conns[i+1:]...)
			break
		}
	}
	c.of.wake()
	c.of.mu.Unlock()
	return c.Conn.Close()
}
