package lan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

var loopback = netip.MustParsePrefix("127.0.0.1/8")

// recorder is a machine that records its input.
type recorder struct {
	mu       sync.Mutex
	requests []*upnp.Request
}

func (m *recorder) Start(time.Time)                                  {}
func (m *recorder) Datagram(time.Time, netip.AddrPort, []byte) error { return nil }
func (m *recorder) Answer(time.Time, uint64, *upnp.Response, error)  {}
func (m *recorder) Timeout(time.Time)                                {}
func (m *recorder) Deadline() time.Time                              { return time.Time{} }
func (m *recorder) Output() upnp.Output                              { return upnp.Output{} }
func (m *recorder) Stop(time.Time)                                   {}
func (m *recorder) Handle(_ time.Time, q *upnp.Request) *upnp.Response {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = append(m.requests, q)
	return &upnp.Response{Status: 207, Header: upnp.Header{"SID": "uuid:x", "CONTENT-TYPE": "text/xml"}, Body: []byte("answer")}
}

// web serves only the HTTP of a machine, on the loopback interface.
func web(t *testing.T, m upnp.Machine) string {
	t.Helper()
	return webLink(t, m).web.Addr().String()
}

func webLink(t *testing.T, m upnp.Machine) *Interface {
	t.Helper()
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Interface{lan: loopback, web: &listener{Listener: tcp, lan: loopback}, machine: m, alarm: time.NewTimer(time.Hour)}
	stop := l.serveWeb(make(chan error, 1))
	t.Cleanup(stop)
	return l
}

// raw sends octets and returns the status of the response, or 0 if there is
// none.
func raw(t *testing.T, address, text string) int {
	t.Helper()
	c, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, text)
	c.(*net.TCPConn).CloseWrite()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	return r.StatusCode
}

// hostap: test_ap_wps_upnp_http_proto, test_ap_wps_upnp_http_proto_chunked.
func TestHTTP(t *testing.T) {
	m := new(recorder)
	address := web(t, m)
	chunked := func(body string) string {
		return "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body
	}
	for _, row := range []struct {
		text   string
		status int
		body   string
	}{
		{"NOTIFY /a?b HTTP/1.1\r\nHost: x\r\nsid: uuid:1\r\nContent-Length: 3\r\n\r\nabc", 207, "abc"},
		{"M-SEARCH /hello HTTP/1.1\r\nHost: x\r\n\r\n", 207, ""},
		{chunked("a\r\nabcdefghij\r\n2\r\nkl\r\n0\r\n\r\n"), 207, "abcdefghijkl"},
		{chunked("a\r\nabcdefghij\r\n2\r\nkl\r\n0\r\n"), 413, "-"},
		{chunked("foo\r\n"), 413, "-"}, {chunked("1\r\nfoo\r\n"), 413, "-"}, {chunked("ffffffffffffffff\r\nx"), 413, "-"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", 400, "-"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: -10\r\n\r\n", 400, "-"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000000\r\n\r\nhello", 413, "-"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhello", 413, "-"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + strings.Repeat("A", 60000), 413, "-"},
		{"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: abc\r\n\r\n", 501, "-"},
		{"GET /" + strings.Repeat("A", 3000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 207, ""},
		{"GET /" + strings.Repeat("A", 20000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431, "-"},
		{"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 5000) + "\r\n", 431, "-"},
		{" GET / HTTP/1.1\r\n\r\n", 400, "-"}, {"HTTP/1.1 200 OK\r\n\r\n", 400, "-"}, {"HTTP/\r\n\r\n", 400, "-"}, {"GET %%a%aa% HTTP/1.1\r\n\r\n", 400, "-"},
		{"GET / HTTP/1.1\r\n FOO\r\n\r\n", 400, "-"}, {"POST hello HTTP/1.1\r\nHost: x\r\n\r\n", 400, "-"}, {"GET / HTTP/1.1\r\n\r\n", 400, "-"},
	} {
		m.mu.Lock()
		m.requests = nil
		m.mu.Unlock()
		name := row.text[:min(len(row.text), 60)]
		if got := raw(t, address, row.text); got != row.status {
			t.Errorf("%q: status %d, want %d", name, got, row.status)
		}
		m.mu.Lock()
		switch {
		case row.body == "-" && len(m.requests) > 0:
			t.Errorf("%q reaches the machine", name)
		case row.body != "-" && (len(m.requests) != 1 || string(m.requests[0].Body) != row.body):
			t.Errorf("%q: the machine has %+v", name, m.requests)
		}
		m.mu.Unlock()
	}
	raw(t, address, "NOTIFY /a?b HTTP/1.1\r\nHost: there:1\r\nsid: uuid:1\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n")
	q := m.requests[len(m.requests)-1]
	if q.Path != "/a?b" || q.Header["SID"] != "uuid:1" || q.Header["HOST"] != "there:1" || q.Header["X-TWO"] != "1, 2" || q.From.Addr() != loopback.Addr() {
		t.Errorf("%+v", q)
	}
}

// TestCall checks that a call goes to its address only, whatever the answer.
//
// hostap: test_ap_wps_er_http_client, test_ap_wps_er_http_client_timeout.
func TestCall(t *testing.T) {
	elsewhere := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere = true }))
	defer other.Close()
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		io.Copy(io.Discard, r.Body) // otherwise it does not notice that the client disconnects
		switch r.URL.Path {
		case "/redirect":
			w.Header().Set("Location", other.URL)
			w.WriteHeader(302)
		case "/endless":
			for range 1000 {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		case "/mute":
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/header":
			for i := range 1000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("y", 100))
			}
		default:
			w.Header().Set("Sid", "uuid:1")
			io.WriteString(w, "answer")
		}
	}))
	defer server.Close()
	t.Setenv("HTTP_PROXY", other.URL)
	ask := func(path string, timeout time.Duration) (*upnp.Response, error) {
		return call(t.Context(), loopback, upnp.Call{
			To: netip.MustParseAddrPort(server.Listener.Addr().String()), Timeout: timeout,
			Request: upnp.Request{Method: "NOTIFY", Path: path, Header: upnp.Header{"SOAPACTION": "x"}, Body: []byte("question")},
		})
	}
	r, err := ask("/a?b", time.Minute)
	if err != nil || r.Status != 200 || string(r.Body) != "answer" || r.Header["SID"] != "uuid:1" {
		t.Errorf("%+v, %v", r, err)
	}
	if got.Method != "NOTIFY" || got.RequestURI != "/a?b" || got.Header.Get("Soapaction") != "x" || got.UserAgent() != "" || got.ContentLength != 8 {
		t.Errorf("asked %+v", got)
	}
	if r, err := ask("/redirect", time.Minute); err != nil || r.Status != 302 || elsewhere {
		t.Errorf("redirected: %+v, %v, followed %v", r, err, elsewhere)
	}
	if r, err := ask("/endless", time.Minute); err != nil || len(r.Body) != upnp.MaxDescription+1 {
		t.Errorf("endless: %d octets, %v", len(r.Body), err)
	}
	if _, err := ask("/header", time.Minute); err == nil {
		t.Error("a header without end is taken")
	}
	if _, err := ask("/mute", 50*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("mute: %v", err)
	}
	for _, answer := range []string{"", "FOO\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"} {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, answer)
			c.Close()
		}()
		if r, err := call(t.Context(), loopback, upnp.Call{To: netip.MustParseAddrPort(l.Addr().String()), Timeout: 10 * time.Second, Request: upnp.Request{Method: "GET", Path: "/"}}); err == nil {
			t.Errorf("%q is taken for %+v", answer, r)
		}
		l.Close()
	}
}

// fakeListener accepts connections of the given hosts.
type fakeListener struct {
	net.Listener
	conns chan net.Conn
}

func (l *fakeListener) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

// fakeConn is a connection of a host.
type fakeConn struct {
	net.Conn
	from   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.from))
}
func (c *fakeConn) Close() error { c.closed = true; return nil }

// TestConnections checks that a host that opens many connections loses only its
// own.
func TestConnections(t *testing.T) {
	inner := &fakeListener{conns: make(chan net.Conn, 100)}
	l := &listener{Listener: inner, lan: netip.MustParsePrefix("192.168.78.1/24")}
	var conns []*fakeConn
	open := func(host int) *fakeConn {
		c := &fakeConn{from: fmt.Sprintf("192.168.78.%d:%d", host, 1000+len(conns))}
		conns = append(conns, c)
		inner.conns <- c
		l.Accept()
		return c
	}
	honest := open(2)
	for range 1000 {
		open(3)
	}
	counts := func() (n int) {
		for _, c := range conns {
			if !c.closed {
				n++
			}
		}
		return n
	}
	if honest.closed || counts() != 1+maxConnsHost {
		t.Errorf("honest closed: %v; %d open", honest.closed, counts())
	}
	for host := 4; host < 100; host++ {
		open(host)
		open(host)
		open(host)
	}
	if counts() != maxConns || honest.closed {
		t.Errorf("%d open, honest closed: %v", counts(), honest.closed)
	}
	// Strangers are refused.
	stranger := &fakeConn{from: "10.0.0.1:1"}
	inner.conns <- stranger
	close(inner.conns)
	if _, err := l.Accept(); err == nil || !stranger.closed {
		t.Error("a stranger is let in")
	}
}

// TestSlow has clients that send nothing: others are not affected.
func TestSlow(t *testing.T) {
	m := new(recorder)
	address := web(t, m)
	for i := range 50 {
		c, err := net.Dial("tcp4", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow"[:i])
	}
	if got := raw(t, address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); got != 207 {
		t.Errorf("status %d", got)
	}
}

// TestMute has clients that stop in the middle of a request: they are
// disconnected.
//
// hostap: test_ap_wps_http_timeout.
func TestMute(t *testing.T) {
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Interface{lan: loopback, machine: new(recorder), alarm: time.NewTimer(time.Hour)}
	s := l.server(20*time.Millisecond, 40*time.Millisecond)
	go s.Serve(tcp)
	defer s.Close()
	for _, text := range []string{"", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"} {
		c, err := net.Dial("tcp4", tcp.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, text)
		c.SetReadDeadline(time.Now().Add(30 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("after %q the connection stays: %v", text, err)
		}
	}
}

// TestAnswerFirst checks that a call waits for the answer to a request of the
// same host, and not for those of others.
func TestAnswerFirst(t *testing.T) {
	l := webLink(t, new(recorder))
	c, err := net.Dial("tcp4", l.web.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab")
	own := netip.MustParseAddr("127.0.0.1")
	for busy := false; !busy; time.Sleep(time.Millisecond) {
		l.web.mu.Lock()
		busy = len(l.web.conns) == 1
		l.web.mu.Unlock()
	}
	l.web.waitAnswered(t.Context(), netip.MustParseAddr("127.0.0.2"))
	done := make(chan struct{})
	go func() {
		l.web.waitAnswered(t.Context(), own)
		close(done)
	}()
	select {
	case <-done:
		t.Fatal("a call goes before the answer")
	case <-time.After(answerTime / 10):
	}
	io.WriteString(c, "c")
	if r, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || r.StatusCode != 207 {
		t.Fatal(r, err)
	}
	<-done
	// A request that never ends delays calls only for a while.
	io.WriteString(c, "POST /a HTTP/1.1\r\nHost: x\r\n")
	l.web.waitAnswered(t.Context(), own)
}

// hostap: test_ap_wps_er_init_fail.
func TestOpen(t *testing.T) {
	for range 2 {
		if _, err := Open("nosuchinterface"); !errors.Is(err, ErrInterface) {
			t.Errorf("%v", err)
		}
	}
}

// owner is an access point whose settings can be read with its PIN.
type owner struct{ upnp.AccessPoint }

type run struct{ *registration.Enrollee }

func (r run) Start(time.Time) ([]byte, error)              { return r.Enrollee.Start() }
func (r run) Handle(_ time.Time, m []byte) ([]byte, error) { return r.Enrollee.Handle(m) }
func (r run) Close(time.Time)                              {}

var settings = wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse battery")}

func device(n byte) wps.Device {
	d := wps.DefaultDevice()
	d.UUID, d.MAC = wps.UUID{n}, wps.MAC{2, 0, 0, 0, 0, n}
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "Example", "Model", "1", "2", "device"
	d.PrimaryDeviceType = wps.DeviceTypeAP
	return d
}

func (owner) Configure(time.Time, netip.Addr) (upnp.Run, error) {
	d := device(1)
	d.State = wps.Configured
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: d}, AP: &settings, Password: registration.PIN(pin.MustParse("12345670"))})
	return run{e}, err
}
func (owner) SetListening(time.Time, bool)                            {}
func (owner) Select(time.Time, netip.Addr, *wps.SetSelectedRegistrar) {}

// TestServe lets both machines find each other over the loopback interface. If
// that cannot be opened it is skipped, or fails if WPS_PEERS=required is set.
func TestServe(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the loopback interface may not do multicast")
	}
	open := func() *Interface {
		l, err := Open("lo")
		if err != nil && os.Getenv("WPS_PEERS") == "required" {
			t.Fatal("WPS_PEERS=required, but the loopback interface cannot be opened:", err)
		} else if err != nil {
			t.Skip("the loopback interface cannot be opened:", err)
		}
		return l
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	defer done.Wait()
	defer cancel()

	link := open()
	d := device(1)
	device1, err := upnp.NewDevice(upnp.DeviceConfig{LAN: link.LAN(), Port: link.Port(), Description: upnp.Describe(&d), AccessPoint: owner{}})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(l *Interface, m upnp.Machine, changed func(time.Time)) {
		done.Go(func() {
			if err := l.Serve(ctx, m, changed); !errors.Is(err, context.Canceled) {
				t.Errorf("Serve: %v", err)
			}
		})
	}
	serve(link, device1, nil)

	link2 := open()
	registrar, err := upnp.NewRegistrar(upnp.RegistrarConfig{LAN: link2.LAN(), Port: link2.Port(), Registration: registration.Config{Device: device(2)}})
	if err != nil {
		t.Fatal(err)
	}
	learned := make(chan *wps.Credential, 1)
	serve(link2, registrar, func(now time.Time) {
		for _, e := range registrar.Events() {
			switch {
			case e.AccessPoint != d.UUID: // another one on this machine
			case e.Kind == upnp.EventAccessPoint:
				if err := registrar.Learn(now, e.AccessPoint, registration.PIN(pin.MustParse("12345670"))); err != nil {
					t.Error(err)
				}
			case e.Kind == upnp.EventSettingsRead:
				learned <- e.Settings
			}
		}
	})
	select {
	case c := <-learned:
		if c.SSID != settings.SSID || string(c.NetworkKey) != string(settings.NetworkKey) {
			t.Errorf("%v", c)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("they do not find each other")
	}
	subscribed := false
	link.Do(func(time.Time) { subscribed = device1.Subscribed() })
	if !subscribed {
		t.Error("no subscription")
	}
}
