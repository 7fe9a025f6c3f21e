package upnp_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

// scripted is an access point with scripted answers.
type scripted struct {
	description string
	subscribed  *upnp.Response
	status      int // of every answer, unless it is 0
	asked       []string
}

func newScripted() *scripted {
	return &scripted{
		description: `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>urn:schemas-wifialliance-org:device:WFADevice:1</deviceType>` +
			`<friendlyName>AP</friendlyName><UDN>uuid:` + apID(1).String() + `</UDN><serviceList><service><serviceType>urn:schemas-wifialliance-org:service:WFAWLANConfig:1</serviceType>` +
			`<serviceId>urn:wifialliance-org:serviceId:WFAWLANConfig1</serviceId><SCPDURL>scpd.xml</SCPDURL><controlURL>control</controlURL><eventSubURL>event</eventSubURL></service></serviceList></device></root>`,
		subscribed: &upnp.Response{Status: 200, Header: upnp.Header{"SID": "uuid:" + apID(1).String(), "TIMEOUT": "Second-1801"}},
	}
}

func (s *scripted) Start(time.Time)                                  {}
func (s *scripted) Datagram(time.Time, netip.AddrPort, []byte) error { return nil }
func (s *scripted) Answer(time.Time, uint64, *upnp.Response, error)  {}
func (s *scripted) Timeout(time.Time)                                {}
func (s *scripted) Deadline() time.Time                              { return time.Time{} }
func (s *scripted) Output() upnp.Output                              { return upnp.Output{} }
func (s *scripted) Stop(time.Time)                                   {}
func (s *scripted) Handle(_ time.Time, q *upnp.Request) *upnp.Response {
	s.asked = append(s.asked, q.Method+" "+q.Path)
	switch {
	case s.status != 0:
		return &upnp.Response{Status: s.status}
	case q.Method == "GET":
		return &upnp.Response{Status: 200, Body: []byte(s.description)}
	case q.Method == "SUBSCRIBE":
		return s.subscribed
	}
	return &upnp.Response{Status: 500}
}

// alive announces the access point at host 1.
func alive(format string, args ...any) []byte {
	return fmt.Appendf(nil, "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=10\r\nLOCATION: %s\r\nNTS: ssdp:alive\r\nNT: %s\r\nUSN: uuid:%s::%[2]s\r\n\r\n",
		fmt.Sprintf(format, args...), wfaDevice, apID(1))
}

// announced returns a network with a scripted access point that was announced.
func announced(t *testing.T, s *scripted) (*lan, *upnp.Registrar) {
	t.Helper()
	l := newLAN(t)
	l.join(1, s)
	r := l.registrar(2)
	if err := r.Datagram(l.now, at(1), alive("http://192.168.78.1:80/dir/device.xml")); err != nil {
		t.Fatal(err)
	}
	l.settle()
	return l, r
}

// hostap: test_ap_wps_er_http_proto_no_event_sub_url,
// test_ap_wps_er_http_proto_event_sub_url_dns,
// test_ap_wps_er_http_proto_upnp_info_no_device,
// test_ap_wps_er_http_proto_upnp_info_no_device_type,
// test_ap_wps_er_http_proto_upnp_info_invalid_udn_uuid,
// test_ap_wps_er_http_proto_no_control_url,
// test_ap_wps_er_http_proto_control_url_dns.
func TestDescriptions(t *testing.T) {
	for _, row := range []struct {
		name, old, new string
		err            error
	}{
		{"good", "", "", nil},
		{"absolute", ">control<", ">http://192.168.78.1:80/dir/control<", nil},
		{"from the root", ">control<", ">/dir/control<", nil},
		{"URLBase", "<root xmlns=\"urn:schemas-upnp-org:device-1-0\">", "<root><URLBase>http://192.168.78.1:80/dir/</URLBase>", nil},
		{"another version", "WFADevice:1", "WFADevice:2", nil},
		{"embedded", "<device>", "<device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><UDN>uuid:x</UDN><deviceList><device>", nil},
		{"no eventSubURL", "<eventSubURL>event</eventSubURL>", "", upnp.ErrMalformed},
		{"eventSubURL by name", ">event<", ">http://ap.example/event<", upnp.ErrAddress},
		{"no controlURL", "<controlURL>control</controlURL>", "", upnp.ErrMalformed},
		{"controlURL by name", ">control<", ">http://ap.example/control<", upnp.ErrAddress},
		{"controlURL elsewhere", ">control<", ">http://192.168.78.99/control<", upnp.ErrAddress},
		{"controlURL without", ">control<", ">//192.168.79.1/control<", upnp.ErrAddress},
		{"URLBase elsewhere", "<root xmlns=\"urn:schemas-upnp-org:device-1-0\">", "<root><URLBase>http://8.8.8.8/</URLBase>", upnp.ErrAddress},
		{"no device", "device>", "devise>", upnp.ErrMalformed},
		{"no device type", "deviceType>", "deviseType>", upnp.ErrMalformed},
		{"bad UDN", "uuid:a0", "uuid:x0", upnp.ErrMalformed},
		{"another UDN", "uuid:a0", "uuid:b0", upnp.ErrMalformed},
		{"no service", "serviceType>", "serviseType>", upnp.ErrMalformed},
		{"document type", "<root ", "<!DOCTYPE root><root ", upnp.ErrMalformed},
		{"cut", "</device></root>", "", upnp.ErrMalformed},
		{"too long", "<friendlyName>", "<friendlyName>" + fill(70_000), upnp.ErrTooLong},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newScripted()
			s.description = strings.ReplaceAll(s.description, row.old, row.new)
			if row.name == "embedded" {
				s.description = strings.Replace(s.description, "</device>", "</device></deviceList></device>", 1)
			}
			l, r := announced(t, s)
			if row.err == nil {
				if e := l.one(2, upnp.EventAccessPoint); e.Description.FriendlyName != "AP" || fmt.Sprint(s.asked) != "[GET /dir/device.xml POST /dir/control SUBSCRIBE /dir/event]" {
					t.Errorf("%+v, asked %v", e, s.asked)
				}
				return
			}
			if e := l.one(2, upnp.EventFailed); !errors.Is(e.Err, row.err) || len(r.AccessPoints()) != 0 || len(s.asked) != 1 {
				t.Errorf("%v, want %v; asked %v", e.Err, row.err, s.asked)
			}
		})
	}
}

// hostap: test_ap_wps_er_http_proto_no_sid,
// test_ap_wps_er_http_proto_invalid_sid_no_uuid,
// test_ap_wps_er_http_proto_invalid_sid_uuid,
// test_ap_wps_er_http_proto_subscribe_failing,
// test_ap_wps_er_http_proto_subscribe_invalid_response.
func TestSubscriptionAnswers(t *testing.T) {
	for name, answer := range map[string]*upnp.Response{
		"no SID":      {Status: 200, Header: upnp.Header{}},
		"SID no UUID": {Status: 200, Header: upnp.Header{"SID": "FOO"}},
		"SID bad":     {Status: 200, Header: upnp.Header{"SID": "uuid:FOO"}},
		"refused":     {Status: 500, Header: upnp.Header{}},
		"no HTTP":     nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted()
			s.subscribed = answer
			l, r := announced(t, s)
			if len(r.AccessPoints()) != 1 || len(l.seen(2, upnp.EventFailed)) != 1 {
				t.Errorf("%+v", l.events)
			}
			// The registrar tries again, and then succeeds.
			s.subscribed = newScripted().subscribed
			r.Datagram(l.now, at(1), []byte(strings.Replace(string(alive("http://192.168.78.1:80/dir/device.xml")), "=10", "=100", 1)))
			l.pass(time.Minute)
			r.SetSettings(apID(1), network)
			must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
			l.settle()
			if last := s.asked[len(s.asked)-1]; last != "POST /dir/control" {
				t.Errorf("asked %v", s.asked)
			}
		})
	}
}

// hostap: test_ap_wps_er_http_client, test_ap_wps_er_http_client_timeout: an
// access point that answers nonsense, or nothing, is not added, or is removed.
func TestMuteAccessPoint(t *testing.T) {
	for _, status := range []int{100, 199, 301, 404, 500} {
		s := newScripted()
		s.status = status
		l, r := announced(t, s)
		if e := l.one(2, upnp.EventFailed); !errors.Is(e.Err, upnp.ErrHTTP) || len(r.AccessPoints()) != 0 {
			t.Errorf("status %d: %v", status, e.Err)
		}
	}
	l := newLAN(t)
	r := l.registrar(2)
	r.Datagram(l.now, at(1), alive("http://192.168.78.1/"))
	if e := l.one(2, upnp.EventFailed); !errors.Is(e.Err, upnp.ErrHTTP) {
		t.Errorf("nobody there: %v", e.Err)
	}
	// A run with one that has no PIN, and so no M1.
	l, r = announced(t, newScripted())
	l.seen(2, 0)
	must(t, r.Learn(l.now, apID(1), apPIN))
	var failed *registration.Error
	if e := l.one(2, upnp.EventFailed); !errors.Is(e.Err, upnp.ErrHTTP) || !errors.As(e.Err, &failed) {
		t.Errorf("no M1: %v", e.Err)
	}
}

// hostap: test_ap_wps_er_ssdp_proto: unusual announcements.
func TestAnnouncementsOdd(t *testing.T) {
	const location = "http://192.168.78.1:80/dir/device.xml"
	valid := string(alive(location))
	for _, change := range []struct{ old, new string }{
		{valid, "FOO"}, {valid, ""}, {"NOTIFY * HTTP/1.1", "NOTIFY * HTTP/1.0"}, {valid, "HTTP/1.1"}, {valid, "HTTP/1.1 404 No\r\n\r\n"},
		{"NTS: ssdp:alive\r\n", ""}, {"ssdp:alive", "ssdp:foo"}, {"NT: " + wfaDevice + "\r\n", ""}, {"NT: " + wfaDevice, "NT: foo"},
		{"USN: uuid", "USN: foo"}, {"USN: uuid:", "USN: uuid:a"}, {"LOCATION: " + location + "\r\n", ""}, {"NTS: ssdp:alive", "NTS: ssdp:byebye"},
		{location, "http://192.168.78.3:80/dir/device.xml"}, {location, "https://192.168.78.1/"}, {location, "http://ap.example/"}, {location, ""},
	} {
		l := newLAN(t)
		s := newScripted()
		l.join(1, s)
		r := l.registrar(2)
		if err := r.Datagram(l.now, at(1), []byte(strings.Replace(valid, change.old, change.new, 1))); err == nil {
			t.Errorf("%q in place of %q is heard", change.new, change.old)
		}
		if l.settle(); len(s.asked) != 0 {
			t.Errorf("%q in place of %q: asked %v", change.new, change.old, s.asked)
		}
	}
	// The names in an announcement may have any case, the age may be missing.
	for _, change := range []struct{ old, new string }{
		{"CACHE-CONTROL: max-age=10\r\n", ""}, {"max-age=10", "no-cache, MAX-AGE = 10"}, {"max-age=10", "max-age=-1"}, {"LOCATION", "Location"},
		{"\r\n\r\n", "\r\n"}, {"urn:schemas-wifialliance-org", "URN:schemas-wifialliance-org"},
	} {
		l, r := newLAN(t), (*upnp.Registrar)(nil)
		l.join(1, newScripted())
		r = l.registrar(2)
		must(t, r.Datagram(l.now, at(1), []byte(strings.ReplaceAll(valid, change.old, change.new))))
		l.one(2, upnp.EventAccessPoint)
	}
	// An access point that sends no more announcements is removed after a time;
	// a byebye counts only from its own address.
	l, r := announced(t, newScripted())
	l.seen(2, 0)
	bye := strings.Replace(valid, "ssdp:alive", "ssdp:byebye", 1)
	if err := r.Datagram(l.now, at(3), []byte(bye)); err == nil {
		t.Error("goodbye from another host is believed")
	}
	l.pass(9 * time.Second)
	if len(r.AccessPoints()) != 1 {
		t.Error("gone too early")
	}
	l.pass(2 * time.Second)
	l.one(2, upnp.EventAccessPointGone)
}

// hostap: test_ap_wps_er_url_parse: where descriptions may be.
func TestLocations(t *testing.T) {
	for url, path := range map[string]string{
		"http://192.168.78.1:12345/foo/": "/foo/", "http://192.168.78.1": "/", "http://192.168.78.1:12345": "/", "http://192.168.78.1/a?b": "/a?b",
		"http://": "", "http:/192.168.78.1/": "", "http://192.168.78.1:12345:23/": "", "http://192.168.78.1:x/": "", "http://foo:12345/": "",
		"https://192.168.78.1:12345/foo.xml": "", "://": "", "": "", "http://192.168.78.1:99999/": "", "http://[fe80::1]/": "",
	} {
		l, s := newLAN(t), newScripted()
		l.join(1, s)
		r := l.registrar(2)
		err := r.Datagram(l.now, at(1), alive("%s", url))
		l.settle()
		if (err == nil) != (path != "") || path != "" && s.asked[0] != "GET "+path || path == "" && len(s.asked) > 0 {
			t.Errorf("%q: %v, asked %v, want %q", url, err, s.asked, path)
		}
	}
}

// hostap: test_ap_wps_er_http_proto: unusual events.
func TestEventsOdd(t *testing.T) {
	l, r := announced(t, newScripted())
	callback := ""
	for _, c := range l.calls {
		if c.Request.Method == "SUBSCRIBE" {
			_, callback, _ = strings.Cut(strings.Trim(c.Request.Header["CALLBACK"], "<>"), ":50000")
		}
	}
	l.seen(2, 0)
	notify := func(body string) *upnp.Request {
		return &upnp.Request{From: at(1), Method: "NOTIFY", Path: callback, Body: []byte(body), Header: upnp.Header{
			"NT": "upnp:event", "NTS": "upnp:propchange", "SID": "uuid:" + apID(1).String(),
		}}
	}
	event := func(octets []byte) *upnp.Request {
		return notify(`<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0"><e:property><WLANEvent>` + base64Of(octets) + `</WLANEvent></e:property></e:propertyset>`)
	}
	for name, row := range map[string]struct {
		change func(*upnp.Request)
		status int
	}{
		"good":             {func(*upnp.Request) {}, 200},
		"another path":     {func(q *upnp.Request) { q.Path += "123" }, 404},
		"no path":          {func(q *upnp.Request) { q.Path = "/event/" }, 404},
		"another method":   {func(q *upnp.Request) { q.Method = "FOOBAR" }, 501},
		"from another":     {func(q *upnp.Request) { q.From = at(3) }, 403},
		"another NT":       {func(q *upnp.Request) { q.Header["NT"] = "foo" }, 412},
		"another SID":      {func(q *upnp.Request) { q.Header["SID"] = "uuid:" + apID(2).String() }, 412},
		"no SID":           {func(q *upnp.Request) { delete(q.Header, "SID") }, 412},
		"no XML":           {func(q *upnp.Request) { q.Body = []byte("<foo") }, 400},
		"no base64":        {func(q *upnp.Request) { q.Body = []byte("<WLANEvent>*</WLANEvent>") }, 400},
		"no event":         {func(q *upnp.Request) { q.Body = []byte("<a/>") }, 200},
		"too long":         {func(q *upnp.Request) { q.Body = make([]byte, upnp.MaxBody+1) }, 413},
		"empty":            {func(q *upnp.Request) { q.Body = event(nil).Body }, 400},
		"short":            {func(q *upnp.Request) { q.Body = event([]byte{0}).Body }, 400},
		"bad address":      {func(q *upnp.Request) { q.Body = event([]byte("\x00qwertyuiopasdfghjklzxcvbnm")).Body }, 400},
		"unknown type":     {func(q *upnp.Request) { q.Body = event([]byte("\xff02:00:00:00:00:00")).Body }, 200},
		"probe of nothing": {func(q *upnp.Request) { q.Body = event([]byte("\x0102:00:00:00:00:00")).Body }, 200},
		"probe damaged":    {func(q *upnp.Request) { q.Body = event([]byte("\x0102:00:00:00:00:00\xff")).Body }, 200},
		"EAP of nothing":   {func(q *upnp.Request) { q.Body = event([]byte("\x0202:00:00:00:00:00")).Body }, 200},
		"EAP damaged":      {func(q *upnp.Request) { q.Body = event([]byte("\x0202:00:00:00:00:00\xff")).Body }, 200},
		"M2 of a new one":  {func(q *upnp.Request) { q.Body = event([]byte("\x0202:ff:ff:ff:ff:ff\x10\x22\x00\x01\x05")).Body }, 200},
		"M1 of nothing":    {func(q *upnp.Request) { q.Body = event([]byte("\x0202:ff:ff:ff:ff:ff\x10\x22\x00\x01\x04")).Body }, 200},
	} {
		q := event([]byte("\x0202:00:00:00:00:00\x10\x22\x00\x01\x0d"))
		row.change(q)
		if a := r.Handle(l.now, q); a.Status != row.status {
			t.Errorf("%s: status %d, want %d", name, a.Status, row.status)
		}
	}
	if list := r.Enrollees(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	// An event that is repeated, because the answer was lost, is handled once.
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registrarRun(7), Password: thePIN})
	must(t, err)
	m1, err := e.Start()
	must(t, err)
	r.SetSettings(apID(1), network)
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	q := event(append([]byte("\x0202:00:00:00:00:07"), m1...))
	q.Header["SEQ"] = "5"
	for range 3 {
		r.Handle(l.now, q)
	}
	l.calls = nil
	l.settle()
	n := 0
	for _, c := range l.calls {
		if strings.Contains(c.Request.Header["SOAPACTION"], "PutWLANResponse") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("answered %d times", n)
	}
}

// TestManyAccessPoints checks that the numbers of access points and stations
// are bounded.
func TestManyAccessPoints(t *testing.T) {
	l := newLAN(t)
	r := l.registrar(2)
	calls := 0
	for i := range 5000 {
		from := netip.AddrPortFrom(host(byte(3+i%250)).Addr(), 1900)
		uuid := wps.UUID{byte(i), byte(i >> 8), 1}
		text := strings.ReplaceAll(string(alive("http://%v/", from.Addr())), apID(1).String(), uuid.String())
		r.Datagram(l.now, from, []byte(text))
		calls += len(r.Output().Calls)
	}
	if calls != 32 {
		t.Errorf("%d descriptions asked for, want 32", calls)
	}
	l = newLAN(t)
	r = l.registrar(2)
	calls = 0
	for i := range 100 {
		text := strings.ReplaceAll(string(alive("http://192.168.78.1/")), apID(1).String(), wps.UUID{byte(i), 1}.String())
		r.Datagram(l.now, at(1), []byte(text))
		calls += len(r.Output().Calls)
	}
	if calls != 4 {
		t.Errorf("%d descriptions of one host asked for, want 4", calls)
	}
}
