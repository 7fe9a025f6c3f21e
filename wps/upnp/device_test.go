package upnp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

// alone returns an access point whose device is not connected to other
// machines.
func alone(t *testing.T) (*upnp.Device, *accessPoint) {
	t.Helper()
	l := newLAN(t)
	a := l.accessPoint(1)
	l.pass(time.Second)
	return a.device, a
}

// at returns the address of a host with a port.
func at(n byte) netip.AddrPort { return netip.AddrPortFrom(host(n).Addr(), 40000) }

const (
	search    = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: %s\r\n\r\n"
	wfaDevice = "urn:schemas-wifialliance-org:device:WFADevice:1"
	service   = "urn:schemas-wifialliance-org:service:WFAWLANConfig:1"
)

// replies returns the datagrams that a device sends in answer.
func replies(d *upnp.Device, now time.Time) (list []upnp.Datagram) {
	for at := d.Deadline(); !at.IsZero() && !at.After(now); at = d.Deadline() {
		d.Timeout(at)
	}
	d.Timeout(now)
	for _, out := range d.Output().Datagrams {
		if out.To != upnp.MulticastGroup {
			list = append(list, out)
		}
	}
	return list
}

// hostap: test_ap_wps_ssdp_msearch.
func TestSearch(t *testing.T) {
	uuid := "uuid:" + apID(1).String()
	for target, want := range map[string][]string{
		"ssdp:all":        {"upnp:rootdevice", uuid, wfaDevice, service},
		"upnp:rootdevice": {"upnp:rootdevice"},
		uuid:              {uuid},
		wfaDevice:         {wfaDevice},
		service:           {service},
	} {
		d, _ := alone(t)
		d.Output()
		must(t, d.Datagram(began, at(2), fmt.Appendf(nil, search, target)))
		if early := d.Output().Datagrams; len(early) != 0 {
			t.Errorf("%s: answered before its time", target)
		}
		list := replies(d, began.Add(time.Second))
		if len(list) != len(want) {
			t.Fatalf("%s: %d answers, want %d", target, len(list), len(want))
		}
		for i, name := range want {
			text := string(list[i].Data)
			if list[i].To != at(2) || !strings.Contains(text, "\r\nST: "+name+"\r\n") ||
				!strings.Contains(text, "\r\nLOCATION: http://192.168.78.1:49152/wps_device.xml\r\n") || !strings.Contains(text, "\r\nUSN: "+uuid) {
				t.Errorf("%s: %s", target, text)
			}
		}
	}
}

// hostap: test_ap_wps_ssdp_invalid_msearch.
func TestSearchInvalid(t *testing.T) {
	d, _ := alone(t)
	d.Output()
	valid := fmt.Sprintf(search, wfaDevice)
	for _, change := range []struct{ old, new string }{
		{"HOST: 239.255.255.250:1900\r\n", ""}, {"239.255.255.250:1900", "239.255.255.251:1900"}, {"239.255.255.250:1900", "239.255.255.250:1901"},
		{"MAN: \"ssdp:discover\"\r\n", ""}, {`"ssdp:discover"`, "foo"}, {`"ssdp:discover"`, "ssdp:discover"},
		{"MX: 1\r\n", ""}, {"MX: 1", "MX: abc"}, {"MX: 1", "MX: -1"}, {"MX: 1", "MX:"},
		{"ST: " + wfaDevice + "\r\n", ""}, {"ST: ", "ST; "}, {wfaDevice, "foobar"}, {wfaDevice, "foo:bar"},
		{wfaDevice, "uuid:16d5f8a9-4ee4-4f5e-81f9-cc6e2f47f42d"}, {wfaDevice, wfaDevice[:len(wfaDevice)-1] + "9"},
		{"M-SEARCH *", "M+SEARCH *"}, {"M-SEARCH *", "M-SEARCH-*"}, {"HTTP/1.1\r\n", "HTTP/1.1"}, {"\r\n", "\r"},
		{"M-SEARCH * HTTP/1.1", "NOTIFY * HTTP/1.1"}, {"ST: ", strings.Repeat("X: y\r\n", 400) + "ST: "}, {valid, ""},
	} {
		if err := d.Datagram(began, at(2), []byte(strings.ReplaceAll(valid, change.old, change.new))); err == nil {
			t.Errorf("%q in place of %q is heard", change.new, change.old)
		}
	}
	for _, from := range []string{"192.168.79.2:40000", "8.8.8.8:1900", "192.168.78.255:40000", "192.168.78.0:40000", "[::1]:40000", "127.0.0.1:40000"} {
		if err := d.Datagram(began, netip.MustParseAddrPort(from), []byte(valid)); !errors.Is(err, upnp.ErrIgnored) {
			t.Errorf("from %s: %v", from, err)
		}
	}
	if list := replies(d, began.Add(time.Hour)); len(list) != 0 {
		t.Errorf("%d answers", len(list))
	}
}

// hostap: test_ap_wps_ssdp_burst.
func TestSearchBurst(t *testing.T) {
	d, _ := alone(t)
	d.Output()
	ask := func(n byte, times int) {
		for range times {
			d.Datagram(began, at(n), fmt.Appendf(nil, search, wfaDevice))
		}
	}
	ask(2, 1000)
	ask(3, 1)
	ask(4, 3)
	count := make(map[netip.AddrPort]int)
	for _, r := range replies(d, began.Add(time.Second)) {
		count[r.To]++
	}
	if count[at(2)] != 16 || count[at(3)] != 1 || count[at(4)] != 3 {
		t.Errorf("answers: %v, want 20 in all, and some for those who asked late", count)
	}
	// Afterwards it serves as before.
	now := began.Add(2 * time.Second)
	must(t, d.Datagram(now, at(2), fmt.Appendf(nil, search, wfaDevice)))
	if n := len(replies(d, now.Add(time.Second))); n != 1 {
		t.Errorf("%d answers", n)
	}
}

// TestAnnouncements checks the announcements: first byebye, then alive, each
// twice and for four targets.
func TestAnnouncements(t *testing.T) {
	l := newLAN(t)
	a := &accessPoint{t: t}
	d, err := upnp.NewDevice(upnp.DeviceConfig{LAN: host(1), Port: 49152, Description: upnp.Description{UUID: apID(1)}, AccessPoint: a, Rand: random(1)})
	must(t, err)
	d.Start(l.now)
	var kinds []string
	collect := func() {
		for _, out := range d.Output().Datagrams {
			text := string(out.Data)
			for _, nts := range []string{"alive", "byebye"} {
				if strings.Contains(text, "NTS: ssdp:"+nts+"\r\n") {
					kinds = append(kinds, nts)
				}
			}
			if out.To != upnp.MulticastGroup || strings.Contains(text, "alive") != strings.Contains(text, "\r\nLOCATION: http://192.168.78.1:49152/wps_device.xml\r\n") ||
				!strings.Contains(text, "CACHE-CONTROL: max-age=1801\r\n") || !strings.HasSuffix(text, "\r\n\r\n") {
				t.Errorf("%s", text)
			}
		}
	}
	collect()
	times := []time.Duration{0}
	for range 7 {
		next := d.Deadline()
		times = append(times, next.Sub(l.now))
		d.Timeout(next)
		collect()
	}
	want := strings.Repeat("byebye ", 8) + strings.Repeat("alive ", 24)
	if got := strings.Join(kinds, " ") + " "; got != want {
		t.Errorf("announced %s", got)
	}
	for i, at := range times[4:] {
		if i%2 == 0 && (at-times[3+i] < upnp.MaxAge/4 || at-times[3+i] > upnp.MaxAge/2) || i%2 == 1 && at-times[3+i] != 100*time.Millisecond {
			t.Errorf("announced at %v", times)
		}
	}
	kinds = nil
	d.Stop(l.now)
	collect()
	if len(kinds) != 8 || kinds[0] != "byebye" {
		t.Errorf("at the end: %v", kinds)
	}
}

// post returns a request for an action.
func post(action, arguments string) *upnp.Request {
	return &upnp.Request{
		From: at(2), Method: "POST", Path: "/wps_control", Header: upnp.Header{"SOAPACTION": `"` + service + "#" + action + `"`},
		Body: fmt.Appendf(nil, `<?xml version='1.0' encoding='utf8'?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wfa="urn:schemas-wifialliance-org:service:WFAWLANConfig:1"><soapenv:Body><wfa:%s>%s</wfa:%[1]s></soapenv:Body></soapenv:Envelope>`, action, arguments),
	}
}

// code returns the error code of a response, or 0.
func code(t *testing.T, r *upnp.Response) int {
	t.Helper()
	_, rest, ok := strings.Cut(string(r.Body), "<errorCode>")
	if ok != (r.Status == 500) {
		t.Errorf("status %d: %s", r.Status, r.Body)
	}
	n, _ := strconv.Atoi(strings.SplitN(rest, "<", 2)[0])
	return n
}

// hostap: test_ap_wps_upnp.
func TestDeviceHTTP(t *testing.T) {
	d, _ := alone(t)
	get := func(method, path string) *upnp.Response {
		return d.Handle(began, &upnp.Request{From: at(2), Method: method, Path: path, Header: upnp.Header{"HOST": "192.168.78.1:49152"}})
	}
	for path, want := range map[string]string{
		"/wps_device.xml": "<UDN>uuid:" + apID(1).String() + "</UDN>",
		"/wps_scpd.xml":   "<name>GetDeviceInfo</name>",
	} {
		if r := get("GET", path); r.Status != 200 || !strings.Contains(string(r.Body), want) {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
		}
	}
	for _, row := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/unknown.html", 404}, {"POST", "/hello", 404}, {"UNKNOWN", "/hello", 501}, {"HEAD", "/wps_device.xml", 501},
		{"PUT", "/hello", 501}, {"DELETE", "/hello", 501}, {"TRACE", "/hello", 501}, {"CONNECT", "/hello", 501}, {"OPTIONS", "*", 501},
		{"M-SEARCH", "/hello", 501}, {"M-POST", "/wps_control", 501}, {"SUBSCRIBE", "/hello", 412}, {"UNSUBSCRIBE", "/hello", 412},
		{"GET", "", 404}, {"GET", "/../wps_device.xml", 404},
	} {
		if r := get(row.method, row.path); r.Status != row.status {
			t.Errorf("%s %s: %d, want %d", row.method, row.path, r.Status, row.status)
		}
	}
	// Neither strangers nor web pages whose host name was bound to the address.
	if r := d.Handle(began, &upnp.Request{From: netip.MustParseAddrPort("10.0.0.1:1"), Method: "GET", Path: "/wps_device.xml"}); r.Status != 403 {
		t.Errorf("from outside: %d", r.Status)
	}
	if r := d.Handle(began, &upnp.Request{From: at(2), Method: "GET", Path: "/wps_device.xml", Header: upnp.Header{"HOST": "evil.example:49152"}}); r.Status != 400 {
		t.Errorf("another HOST: %d", r.Status)
	}
	if r := d.Handle(began, &upnp.Request{From: at(2), Method: "POST", Path: "/wps_control", Body: make([]byte, upnp.MaxBody+1)}); r.Status != 413 {
		t.Errorf("too long: %d", r.Status)
	}
}

// hostap: test_ap_wps_upnp.
func TestActions(t *testing.T) {
	d, a := alone(t)
	message := func(b []byte) string {
		return "<NewMessage>" + base64.StdEncoding.EncodeToString(b) + "</NewMessage>"
	}
	selected, err := wps.Append(nil, &wps.SetSelectedRegistrar{SelectedRegistrar: true, SelectedRegistrarConfigMethods: wps.MethodKeypad, UUIDR: wps.UUID{2}})
	must(t, err)
	response := func(kind, mac string) string {
		return message([]byte{1}) + "<NewWLANEventType>" + kind + "</NewWLANEventType><NewWLANEventMAC>" + mac + "</NewWLANEventMAC>"
	}
	rows := func(rows []struct {
		action, arguments string
		code              int
	}) {
		t.Helper()
		for _, row := range rows {
			if got := code(t, d.Handle(began, post(row.action, row.arguments))); got != row.code {
				t.Errorf("%s %s: %d, want %d", row.action, row.arguments, got, row.code)
			}
		}
	}
	type row = struct {
		action, arguments string
		code              int
	}
	rows([]row{
		{"Unknown", "", 401}, {"GetDevice", "", 401}, {"", "", 401},
		{"GetAPSettings", message(nil), 602}, {"SetAPSettings", message(nil), 602}, {"RebootAP", "", 602},
		{"PutMessage", "", 600}, {"PutMessage", "<NewInMessage>*</NewInMessage>", 600}, {"PutMessage", "<NewInMessage>AAAA</NewInMessage>", 501},
		{"PutMessage", "<NewInMessage>", 402},
		{"PutWLANResponse", "", 600}, {"PutWLANResponse", message(nil), 600}, {"PutWLANResponse", response("x", "02:00:00:00:00:07"), 600},
		{"PutWLANResponse", response("2", "02:00:00:00:00:07"), 501}, {"SetSelectedRegistrar", "", 600}, {"SetSelectedRegistrar", message(selected), 501},
		{"GetDeviceInfo", "", 0}, {"PutMessage", "<NewInMessage>AAAA</NewInMessage>", 501},
	})
	if len(a.selected) != 0 {
		t.Error("a registrar without a subscription was selected")
	}
	for _, header := range []string{"", "foo", `"` + service + `"`, service + "#GetDeviceInfo", `"urn:some-unknown-action#GetDeviceInfo"`,
		`"` + service + `23#GetDevice`, `"urn:schemas-wifialliance-org:service:WFAWLANConfigure:1#GetDeviceInfo"`} {
		r := post("GetDeviceInfo", "")
		if r.Header["SOAPACTION"] = header; code(t, d.Handle(began, r)) != 401 {
			t.Errorf("SOAPACTION %s is accepted", header)
		}
	}
	if r := d.Handle(began, subscribe(at(2), "<http://192.168.78.2:40000/>")); r.Status != 200 {
		t.Fatalf("SUBSCRIBE: %d", r.Status)
	}
	a.stations = map[wps.MAC]*registration.Enrollee{}
	rows([]row{
		{"SetSelectedRegistrar", message(selected), 0}, {"SetSelectedRegistrar", message([]byte{1, 2, 3}), 600},
		{"PutWLANResponse", response("1", "02:00:00:00:00:07"), 0}, {"PutWLANResponse", response("3", "02:00:00:00:00:07"), 600},
		{"PutWLANResponse", response("2", "02:00:00:00:00:07"), 501}, // no such station
	})
	if len(a.selected) != 1 {
		t.Error("a subscriber was not selected")
	}
}

// TestSelectedRegistrarOdd calls SetSelectedRegistrar with unusual contents.
//
// hostap: test_ap_wps_set_selected_registrar_proto.
func TestSelectedRegistrarOdd(t *testing.T) {
	const version, selected, id, methods = "104a000110", "1041000101", "101200020000", "105300020100"
	for name, row := range map[string]struct {
		message string
		code    int
		waits   bool
	}{
		"nothing":                {"", 600, false},
		"not selected":           {version + "1041000100", 0, false},
		"selected":               {version + selected + id + methods, 0, true},
		"no password ID":         {version + selected + methods, 0, true},
		"no methods":             {version + selected + id, 0, true},
		"no Selected Registrar":  {version + id + methods, 600, false},
		"one of another length":  {version + "104100020101" + id + methods, 600, false},
		"unknown attribute":      {version + selected + id + methods + "10ff000100", 0, true},
		"cut":                    {version + selected + id + "1053000201", 600, false},
		"extension of version 2": {version + selected + id + methods + "10490006" + "00372a000120", 0, true},
		"extension of nobody":    {version + selected + id + methods + "10490002" + "0037", 0, true},
		"six addresses":          {version + selected + id + methods + "1049002c" + "00372a000120" + "0124" + strings.Repeat("020000000001", 6), 0, true},
	} {
		d, a := alone(t)
		d.Handle(began, subscribe(at(2), "<http://192.168.78.2:1/>"))
		b, err := hex.DecodeString(row.message)
		must(t, err)
		got := code(t, d.Handle(began, post("SetSelectedRegistrar", "<NewMessage>"+base64Of(b)+"</NewMessage>")))
		if got != row.code || (len(a.selected) == 1) != row.waits {
			t.Errorf("%s: code %d, want %d; selected %v, want %v", name, got, row.code, a.selected, row.waits)
		}
	}
}

// TestDocuments checks documents that are not allowed.
func TestDocuments(t *testing.T) {
	d, _ := alone(t)
	for name, body := range map[string]string{
		"document type": `<!DOCTYPE a [<!ENTITY b "c">]><PutMessage><NewInMessage>&b;</NewInMessage></PutMessage>`,
		"entity":        `<PutMessage><NewInMessage>&b;</NewInMessage></PutMessage>`,
		"deep":          strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000),
		"wide":          "<a>" + strings.Repeat("<b/>", 2000) + "</a>",
		"empty":         "",
		"not closed":    "<PutMessage><NewInMessage>AAAA",
	} {
		r := post("PutMessage", "")
		if r.Body = []byte(body); code(t, d.Handle(began, r)) != 402 {
			t.Errorf("%s is accepted", name)
		}
	}
}

// TestRuns checks that there are at most four runs with registrars, by their
// address, and that a silent one ends.
func TestRuns(t *testing.T) {
	d, a := alone(t)
	info := func(n byte, now time.Time) int {
		r := post("GetDeviceInfo", "")
		r.From = at(n)
		return code(t, d.Handle(now, r))
	}
	for n := range byte(6) {
		if info(10+n, began) != 0 {
			t.Errorf("registrar %d is refused", n)
		}
	}
	closed := func() (n int) {
		for _, r := range a.runs {
			if r.closed {
				n++
			}
		}
		return n
	}
	if closed() != 2 {
		t.Errorf("%d runs closed, want 2", closed())
	}
	info(15, began)
	if closed() != 3 {
		t.Errorf("%d runs closed: one that begins anew should close its own", closed())
	}
	refused := 0
	for range 100 {
		if info(15, began) == 501 {
			refused++
		}
	}
	if refused != 99 {
		t.Errorf("%d of 100 at once refused, want 99", refused)
	}
	d.Timeout(began.Add(time.Minute))
	if closed() != len(a.runs) {
		t.Error("a silent run goes on")
	}
}

// subscribe returns a SUBSCRIBE request.
func subscribe(from netip.AddrPort, callback string) *upnp.Request {
	return &upnp.Request{From: from, Method: "SUBSCRIBE", Path: "/wps_event", Header: upnp.Header{"CALLBACK": callback, "NT": "upnp:event", "TIMEOUT": "Second-1234"}}
}

// hostap: test_ap_wps_upnp_subscribe.
func TestSubscribe(t *testing.T) {
	d, _ := alone(t)
	const callback = "<http://192.168.78.2:12345/event>"
	ask := func(method string, h upnp.Header) *upnp.Response {
		return d.Handle(began, &upnp.Request{From: at(2), Method: method, Path: "/wps_event", Header: h})
	}
	status := func(want int, method string, h upnp.Header) string {
		t.Helper()
		r := ask(method, h)
		if r.Status != want {
			t.Errorf("%s %v: %d, want %d", method, h, r.Status, want)
		}
		return r.Header["SID"]
	}
	const nt = "upnp:event"
	unknown := "uuid:4c2bca79-1ff4-4e43-85d4-952a2b8a51fb"
	status(412, "SUBSCRIBE", upnp.Header{})
	status(412, "SUBSCRIBE", upnp.Header{"CALLBACK": callback})
	status(412, "SUBSCRIBE", upnp.Header{"NT": nt})
	status(400, "SUBSCRIBE", upnp.Header{"CALLBACK": callback, "NT": "upnp:foobar"})
	status(412, "SUBSCRIBE", upnp.Header{"CALLBACK": "", "NT": nt})
	status(412, "SUBSCRIBE", upnp.Header{"CALLBACK": " <", "NT": nt})
	sid := status(200, "SUBSCRIBE", upnp.Header{"CALLBACK": callback, "NT": nt})
	status(400, "SUBSCRIBE", upnp.Header{"NT": nt, "SID": "123456734567854"})
	status(400, "SUBSCRIBE", upnp.Header{"NT": nt, "SID": "uuid:123456734567854"})
	status(400, "SUBSCRIBE", upnp.Header{"CALLBACK": callback, "NT": nt, "SID": sid})
	status(400, "SUBSCRIBE", upnp.Header{"CALLBACK": callback, "SID": sid})
	status(412, "SUBSCRIBE", upnp.Header{"NT": nt, "SID": unknown})
	if again := status(200, "SUBSCRIBE", upnp.Header{"NT": nt, "SID": sid}); again != sid {
		t.Errorf("renewed as %s", again)
	}
	status(200, "SUBSCRIBE", upnp.Header{"SID": "uuid: \t \t" + strings.TrimPrefix(sid, "uuid:")})
	status(412, "UNSUBSCRIBE", upnp.Header{"FOO": "bar"})
	status(400, "UNSUBSCRIBE", upnp.Header{"SID": "foo"})
	status(400, "UNSUBSCRIBE", upnp.Header{"SID": "uuid:\t \tfoo"})
	status(400, "UNSUBSCRIBE", upnp.Header{"SID": sid, "NT": nt})
	status(400, "UNSUBSCRIBE", upnp.Header{"SID": sid, "CALLBACK": callback})
	status(200, "UNSUBSCRIBE", upnp.Header{"SID": sid})
	status(412, "UNSUBSCRIBE", upnp.Header{"SID": sid})
	if d.Subscribed() {
		t.Error("still subscribed")
	}
	if r := ask("SUBSCRIBE", upnp.Header{"CALLBACK": strings.Repeat(callback+"\t", 24), "NT": nt}); r.Status != 200 || r.Header["TIMEOUT"] != "Second-1801" {
		t.Errorf("many callbacks: %d %v", r.Status, r.Header)
	}
	// Of six subscriptions in a row, the last four stay.
	var sids []string
	for n := range byte(6) {
		r := d.Handle(began, subscribe(at(10+n), fmt.Sprintf("<http://192.168.78.%d:1/>", 10+n)))
		sids = append(sids, r.Header["SID"])
	}
	for i, sid := range sids {
		want := 412
		if i >= 2 {
			want = 200
		}
		status(want, "SUBSCRIBE", upnp.Header{"SID": sid})
	}
	// A host with many subscriptions replaces its own, not others'.
	for port := range 100 {
		d.Handle(began, subscribe(at(15), fmt.Sprintf("<http://192.168.78.15:%d/>", port+1)))
	}
	status(200, "SUBSCRIBE", upnp.Header{"SID": sids[2]})
	d.Timeout(began.Add(upnp.SubscriptionTime))
	status(412, "SUBSCRIBE", upnp.Header{"SID": sids[2]})
}

// TestCallbacks checks where events may be sent. CVE-2020-12695.
func TestCallbacks(t *testing.T) {
	for url, accepted := range map[string]bool{
		"http://192.168.78.2:12345/event":          true,
		"HTTP://192.168.78.2/":                     true,
		"http://192.168.78.3:1/a?b=c":              true, // another host in the network
		"http://192.168.78.2":                      true,
		"https://192.168.78.2/":                    false,
		"ftp://192.168.78.2/":                      false,
		"http://registrar.example/":                false,
		"http://localhost/":                        false,
		"http://127.0.0.1/":                        false,
		"http://192.168.79.2/":                     false,
		"http://8.8.8.8/":                          false,
		"http://192.168.78.1/":                     false, // ourselves
		"http://192.168.78.0/":                     false,
		"http://192.168.78.255/":                   false,
		"http://239.255.255.250:1900/":             false,
		"http://0.0.0.0/":                          false,
		"http://[::ffff:192.168.78.2]/":            false,
		"http://[fe80::1]/":                        false,
		"http://3232255490/":                       false, // 192.168.78.2 as one number
		"http://192.168.078.2/":                    false,
		"http://0xc0.168.78.2/":                    false,
		"http://192.168.78.2.example/":             false,
		"http://user:pass@192.168.78.2/":           false,
		"http://8.8.8.8@192.168.78.2/":             false,
		"http://192.168.78.2@8.8.8.8/":             false,
		"http://192.168.78.2:0/":                   false,
		"http://192.168.78.2:65536/":               false,
		"http://192.168.78.2:+80/":                 false,
		"http://192.168.78.2/\r\nX: y":             false,
		"http://192.168.78.2/#fragment":            false,
		"//192.168.78.2/":                          false,
		"/event":                                   false,
		"http:192.168.78.2":                        false,
		"http://192.168.78.2/" + fill(680):         true,
		"http://192.168.78.2/" + fill(700):         false,
		"http://192.168.78.2/" + string([]byte{0}): false,
	} {
		d, _ := alone(t)
		d.Output()
		r := d.Handle(began, subscribe(at(2), "<"+url+">"))
		calls := d.Output().Calls
		if (r.Status == 200) != accepted || (len(calls) == 1) != accepted {
			t.Errorf("%q: status %d, %d calls, accepted should be %v", url, r.Status, len(calls), accepted)
		}
	}
	// Of several callbacks, the valid ones are used.
	d, _ := alone(t)
	d.Output()
	d.Handle(began, subscribe(at(2), "<http://8.8.8.8/><http://192.168.78.2:5/x> <http://evil.example/>"))
	if calls := d.Output().Calls; len(calls) != 1 || calls[0].To.String() != "192.168.78.2:5" || calls[0].Request.Path != "/x" {
		t.Errorf("%+v", calls)
	}
}

func fill(n int) string { return strings.Repeat("a", n) }

// next returns the only pending call of a device, and answers it.
func next(t *testing.T, d *upnp.Device, now time.Time, answer int) upnp.Call {
	t.Helper()
	calls := d.Output().Calls
	if len(calls) != 1 {
		t.Fatalf("%d calls", len(calls))
	}
	var r *upnp.Response
	var err error
	if answer == 0 {
		err = errors.New("refused")
	} else {
		r = &upnp.Response{Status: answer}
	}
	d.Answer(now, calls[0].ID, r, err)
	return calls[0]
}

// hostap: test_ap_wps_upnp_subscribe_events.
func TestEvents(t *testing.T) {
	d, _ := alone(t)
	d.Output()
	mac := wps.MAC{2, 0, 0, 0, 0, 7}
	d.Handle(began, subscribe(at(2), "<http://192.168.78.2:1/>"))
	first := next(t, d, began, 200)
	h := first.Request.Header
	if first.Request.Method != "NOTIFY" || h["NT"] != "upnp:event" || h["NTS"] != "upnp:propchange" || h["SEQ"] != "0" || !strings.HasPrefix(h["SID"], "uuid:") ||
		!bytes.Contains(first.Request.Body, []byte("<STAStatus>1</STAStatus>")) || !bytes.Contains(first.Request.Body, []byte("<APStatus>1</APStatus>")) ||
		!bytes.Contains(first.Request.Body, []byte("<WLANEvent>AjAwOjAwOjAwOjAwOjAwOjAw")) {
		t.Errorf("first event: %+v\n%s", h, first.Request.Body)
	}
	// Events are numbered, and sent one at a time.
	for i := range 3 {
		d.Message(began, mac, []byte{byte(i)})
	}
	for i := range 3 {
		c := next(t, d, began, 200)
		if c.Request.Header["SEQ"] != fmt.Sprint(i+1) || bytes.Contains(c.Request.Body, []byte("STAStatus")) || !bytes.Contains(c.Request.Body, wlanEvent(2, mac, byte(i))) {
			t.Errorf("event %d: %+v\n%s", i, c.Request.Header, c.Request.Body)
		}
	}
	// Five probes a second.
	for i := range 20 {
		d.Probe(began, mac, []byte{byte(i)})
	}
	for range 5 {
		next(t, d, began, 200)
	}
	if calls := d.Output().Calls; len(calls) != 0 {
		t.Error("more than five probes a second")
	}
	d.Probe(began.Add(time.Second), mac, nil)
	next(t, d, began, 200)
	// Another subscriber first receives the last event.
	d.Message(began, mac, []byte{99})
	next(t, d, began, 200)
	d.Handle(began, subscribe(at(3), "<http://192.168.78.3:1/>"))
	if c := next(t, d, began, 200); !bytes.Contains(c.Request.Body, wlanEvent(2, mac, 99)) {
		t.Errorf("%s", c.Request.Body)
	}
}

// wlanEvent returns a WLANEvent in base64.
func wlanEvent(kind byte, mac wps.MAC, message ...byte) []byte {
	return []byte(base64.StdEncoding.EncodeToString(append(append([]byte{kind}, mac.String()...), message...)))
}

// TestEventQueue checks that twenty events are kept, of which probes are
// dropped first.
func TestEventQueue(t *testing.T) {
	d, _ := alone(t)
	d.Output()
	mac := wps.MAC{2, 0, 0, 0, 0, 7}
	d.Handle(began, subscribe(at(2), "<http://192.168.78.2:1/>"))
	call := d.Output().Calls[0] // not answered
	d.Probe(began, mac, []byte{200})
	for i := range 30 {
		d.Message(began, mac, []byte{byte(i)})
	}
	d.Probe(began, mac, []byte{201})
	d.Answer(began, call.ID, &upnp.Response{Status: 200}, nil)
	var got []int
	for {
		calls := d.Output().Calls
		if len(calls) == 0 {
			break
		}
		for i := range 256 {
			if bytes.Contains(calls[0].Request.Body, wlanEvent(2, mac, byte(i))) {
				got = append(got, i)
			}
			if bytes.Contains(calls[0].Request.Body, wlanEvent(1, mac, byte(i))) {
				got = append(got, -i)
			}
		}
		d.Answer(began, calls[0].ID, &upnp.Response{Status: 200}, nil)
	}
	if len(got) != 19 || got[0] != 11 || got[18] != 29 {
		t.Errorf("delivered after the first: %v, want 11 to 29", got)
	}
}

// TestDeadSubscriber checks that a callback is given up after ten failures, and
// the subscription with its last callback; another subscriber is not affected.
func TestDeadSubscriber(t *testing.T) {
	l := newLAN(t)
	a := l.accessPoint(1)
	l.pass(time.Second)
	a.device.Handle(l.now, subscribe(at(8), "<http://192.168.78.8:1/><http://192.168.78.8:2/>"))
	r := l.registrar(2)
	l.pass(5 * time.Second)
	r.SetSettings(apID(1), network)
	l.calls = nil
	for range 30 {
		must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
		l.settle()
		if s := a.station(l.now, 7, thePIN); s != nil {
			if l.settle(); s.Result() == nil {
				t.Fatalf("%v", s.Err())
			}
		}
		l.pass(2 * time.Second)
	}
	tried := 0
	for _, c := range l.calls {
		if c.To.Addr() == host(8).Addr() {
			tried++
		}
	}
	if sub := a.device.Handle(l.now, &upnp.Request{From: at(8), Method: "UNSUBSCRIBE", Path: "/wps_event"}); tried > 20 || sub.Status != 412 {
		t.Errorf("the dead subscriber was tried %d times", tried)
	}
}

// TestDeviceConfig checks invalid configurations.
func TestDeviceConfig(t *testing.T) {
	good := upnp.DeviceConfig{LAN: host(1), Port: 1, Description: upnp.Description{UUID: apID(1)}, AccessPoint: &accessPoint{}}
	for name, change := range map[string]func(*upnp.DeviceConfig){
		"no network":    func(c *upnp.DeviceConfig) { c.LAN = netip.Prefix{} },
		"network alone": func(c *upnp.DeviceConfig) { c.LAN = host(1).Masked() },
		"IPv6":          func(c *upnp.DeviceConfig) { c.LAN = netip.MustParsePrefix("fe80::1/64") },
		"no port":       func(c *upnp.DeviceConfig) { c.Port = 0 },
		"no UUID":       func(c *upnp.DeviceConfig) { c.Description.UUID = wps.UUID{} },
		"no rules":      func(c *upnp.DeviceConfig) { c.AccessPoint = nil },
	} {
		c := good
		change(&c)
		if _, err := upnp.NewDevice(c); !errors.Is(err, upnp.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := upnp.NewDevice(good); err != nil {
		t.Error(err)
	}
}

func ExampleDevice() {
	d, err := upnp.NewDevice(upnp.DeviceConfig{
		LAN: netip.MustParsePrefix("192.168.78.1/24"), Port: 49152,
		Description: upnp.Description{UUID: apID(1), FriendlyName: "Router in the hall"},
		AccessPoint: new(accessPoint), // the rules of the access point: see package ap
	})
	if err != nil {
		panic(err)
	}
	d.Start(began)
	fmt.Println(len(d.Output().Datagrams), "announcements")
	r := d.Handle(began, &upnp.Request{From: netip.MustParseAddrPort("192.168.78.2:40000"), Method: "GET", Path: "/wps_device.xml"})
	fmt.Println(r.Status, strings.Contains(string(r.Body), "Router in the hall"))
	// Output:
	// 4 announcements
	// 200 true
}
