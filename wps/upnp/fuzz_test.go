package upnp_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gowps/gowps/wps/upnp"
)

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// inside fails if a machine calls or answers a host outside its network.
func inside(t *testing.T, out upnp.Output) {
	t.Helper()
	for _, c := range out.Calls {
		if !host(1).Masked().Contains(c.To.Addr()) || c.To.Port() == 0 || c.Request.Path == "" || c.Request.Path[0] != '/' {
			t.Fatalf("calls %v %q", c.To, c.Request.Path)
		}
	}
	for _, d := range out.Datagrams {
		if d.To != upnp.MulticastGroup && !host(1).Masked().Contains(d.To.Addr()) {
			t.Fatalf("sends to %v", d.To)
		}
	}
}

// FuzzSSDP gives both machines arbitrary datagrams.
func FuzzSSDP(f *testing.F) {
	f.Add(fmt.Appendf(nil, search, wfaDevice))
	f.Add(alive("http://192.168.78.2:80/x"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nST: " + wfaDevice + "\r\nUSN: uuid:a0010000-0000-0000-0000-000000000000\r\nLOCATION: http://192.168.78.2/\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := newLAN(t)
		d := l.accessPoint(1).device
		r := l.registrar(3)
		for _, m := range []upnp.Machine{d, r} {
			m.Output()
			m.Datagram(l.now, at(2), b)
			m.Timeout(l.now.Add(time.Hour))
			out := m.Output()
			if len(out.Datagrams) > 30 || len(out.Calls) > 1 {
				t.Fatalf("%d datagrams, %d calls", len(out.Datagrams), len(out.Calls))
			}
			inside(t, out)
		}
	})
}

// FuzzRequest gives the device arbitrary HTTP requests.
func FuzzRequest(f *testing.F) {
	for _, action := range []string{"GetDeviceInfo", "PutMessage", "PutWLANResponse", "SetSelectedRegistrar"} {
		q := post(action, "<NewMessage>AA==</NewMessage><NewInMessage>AA==</NewInMessage><NewWLANEventType>2</NewWLANEventType><NewWLANEventMAC>02:00:00:00:00:07</NewWLANEventMAC>")
		f.Add(q.Method, q.Path, q.Header["SOAPACTION"], "", "", q.Body)
	}
	f.Add("SUBSCRIBE", "/wps_event", "", "<http://192.168.78.2:1/a> <http://8.8.8.8/>", "upnp:event", []byte(nil))
	f.Add("UNSUBSCRIBE", "/wps_event", "", "", "", []byte(nil))
	f.Fuzz(func(t *testing.T, method, path, action, callback, nt string, body []byte) {
		d, a := alone(t)
		a.pin = thePIN
		d.Output()
		d.Handle(began, subscribe(at(2), "<http://192.168.78.2:1/>"))
		h := upnp.Header{"SOAPACTION": action}
		if callback != "" {
			h["CALLBACK"] = callback
		}
		if nt != "" {
			h["NT"] = nt
		}
		for range 2 {
			r := d.Handle(began, &upnp.Request{From: at(2), Method: method, Path: path, Header: h, Body: body})
			if r.Status < 200 || r.Status > 599 || len(r.Body) > 4*upnp.MaxBody {
				t.Fatalf("status %d, %d octets", r.Status, len(r.Body))
			}
		}
		inside(t, d.Output())
		if len(a.stations) != 0 {
			t.Fatal("a station out of nothing")
		}
	})
}

// FuzzDescription gives the registrar arbitrary descriptions.
func FuzzDescription(f *testing.F) {
	f.Add([]byte(newScripted().description))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := newScripted()
		s.description = string(b)
		l, r := announced(t, s)
		for _, c := range l.calls {
			inside(t, upnp.Output{Calls: []upnp.Call{c}})
			if c.To.Addr() != host(1).Addr() {
				t.Fatalf("calls %v", c.To)
			}
		}
		for _, p := range r.AccessPoints() {
			if p.UUID != apID(1) {
				t.Fatalf("%v was not announced", p.UUID)
			}
		}
	})
}

// FuzzEvent gives the registrar arbitrary event bodies, and WLANEvents.
func FuzzEvent(f *testing.F) {
	f.Add([]byte("\x0202:00:00:00:00:07\x10\x22\x00\x01\x04"), true)
	f.Add([]byte("<e:propertyset><WLANEvent>AA==</WLANEvent></e:propertyset>"), false)
	f.Fuzz(func(t *testing.T, b []byte, wrap bool) {
		if e, err := upnp.ParseWLANEvent(b); err == nil {
			if again, err := upnp.ParseWLANEvent(e.AppendTo(nil)); err != nil || again.Station != e.Station || string(again.Message) != string(e.Message) {
				t.Fatalf("%+v is read as %+v, %v", e, again, err)
			}
		} else if !errors.Is(err, upnp.ErrMalformed) && !errors.Is(err, upnp.ErrIgnored) {
			t.Fatal(err)
		}
		if wrap {
			b = []byte("<p><WLANEvent>" + base64Of(b) + "</WLANEvent></p>")
		}
		l, r := announced(t, newScripted())
		r.SetSettings(apID(1), network)
		must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
		for _, c := range l.calls {
			if c.Request.Method == "SUBSCRIBE" {
				path := c.Request.Header["CALLBACK"][len("<http://192.168.78.2:50000") : len(c.Request.Header["CALLBACK"])-1]
				r.Handle(l.now, &upnp.Request{From: at(1), Method: "NOTIFY", Path: path, Body: b, Header: upnp.Header{"SID": "uuid:" + apID(1).String()}})
			}
		}
		l.settle()
		for _, e := range l.seen(2, upnp.EventRegistered) {
			t.Fatalf("%+v", e)
		}
	})
}
