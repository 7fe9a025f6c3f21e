package upnp_test

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/upnp"
)

// captured is the traffic between hostapd as access point and wpa_supplicant as
// external registrar.
type captured struct {
	datagrams []datagram
	requests  []captureRequest
}

type datagram struct {
	from, to netip.AddrPort
	data     []byte
}

type captureRequest struct {
	upnp.Request
	to     netip.AddrPort
	answer *upnp.Response
}

// readCapture reads a capture from testdata.
func readCapture(t *testing.T, name string) *captured {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".er.pcap")
	must(t, err)
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	must(t, err)
	type segment struct {
		seq  uint32
		data []byte
	}
	type flow struct{ from, to netip.AddrPort }
	flows := make(map[flow][]segment)
	var order []flow
	c := new(captured)
	for {
		b, _, err := r.ReadPacketData()
		if err == io.EOF {
			break
		}
		must(t, err)
		p := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.Default)
		ip, ok := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		if !ok {
			continue
		}
		src, _ := netip.AddrFromSlice(ip.SrcIP)
		dst, _ := netip.AddrFromSlice(ip.DstIP)
		if udp, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP); ok {
			c.datagrams = append(c.datagrams, datagram{netip.AddrPortFrom(src, uint16(udp.SrcPort)), netip.AddrPortFrom(dst, uint16(udp.DstPort)), udp.Payload})
		}
		if tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP); ok && len(tcp.Payload) > 0 {
			k := flow{netip.AddrPortFrom(src, uint16(tcp.SrcPort)), netip.AddrPortFrom(dst, uint16(tcp.DstPort))}
			if flows[k] == nil {
				order = append(order, k)
			}
			flows[k] = append(flows[k], segment{tcp.Seq, tcp.Payload})
		}
	}
	stream := func(k flow) []byte {
		s := flows[k]
		slices.SortStableFunc(s, func(a, b segment) int { return cmp.Compare(a.seq, b.seq) })
		s = slices.CompactFunc(s, func(a, b segment) bool { return a.seq == b.seq })
		var out []byte
		for _, s := range s {
			out = append(out, s.data...)
		}
		return out
	}
	for _, k := range order {
		q, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(stream(k))))
		if err != nil {
			continue // a response
		}
		body, err := io.ReadAll(q.Body)
		must(t, err)
		cr := captureRequest{to: k.to, Request: upnp.Request{From: k.from, Method: q.Method, Path: q.RequestURI, Header: fields(q.Header), Body: body}}
		cr.Header["HOST"] = q.Host
		if a, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(stream(flow{k.to, k.from}))), nil); err == nil {
			body, _ := io.ReadAll(a.Body)
			cr.answer = &upnp.Response{Status: a.StatusCode, Header: fields(a.Header), Body: body}
		}
		c.requests = append(c.requests, cr)
	}
	return c
}

func fields(h http.Header) upnp.Header {
	out := make(upnp.Header)
	for name := range h {
		out[strings.ToUpper(name)] = h.Get(name)
	}
	return out
}

var captures = []string{"u1-upnp", "u3-er-pin", "u4-er-pbc", "u5-er-config"}

// TestCapturedAccessPoint gives our registrar the traffic of hostapd.
func TestCapturedAccessPoint(t *testing.T) {
	uuid := wps.UUID{0x87, 0x65, 0x43, 0x21, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc}
	for _, name := range captures {
		t.Run(name, func(t *testing.T) {
			c := readCapture(t, name)
			r, err := upnp.NewRegistrar(upnp.RegistrarConfig{LAN: host(2), Port: 49152, Registration: registrarRun(2), Rand: random(2)})
			must(t, err)
			r.Start(began)
			r.Output()
			for _, d := range c.datagrams {
				if d.from.Addr() == host(1).Addr() && !strings.Contains(string(d.data), "ssdp:byebye") {
					if err := r.Datagram(began, d.from, d.data); err != nil && !strings.Contains(err.Error(), "another device") {
						t.Errorf("%v: %s", err, d.data)
					}
				}
			}
			// Our requests get the answers that wpa_supplicant got.
			used := make(map[int]bool)
			callback := ""
			for out := r.Output(); len(out.Calls) > 0; out = r.Output() {
				call := out.Calls[0]
				i := slices.IndexFunc(c.requests, func(q captureRequest) bool {
					return q.Method == call.Request.Method && q.Header["SOAPACTION"] == call.Request.Header["SOAPACTION"] && q.answer != nil
				})
				if i < 0 || used[i] {
					t.Fatalf("hostapd was never asked %s %s", call.Request.Method, call.Request.Path)
				}
				used[i] = true
				if q := c.requests[i]; q.Path != call.Request.Path || q.to != call.To {
					t.Errorf("asked %v %s, wpa_supplicant %v %s", call.To, call.Request.Path, q.to, q.Path)
				}
				if call.Request.Method == "SUBSCRIBE" {
					_, callback, _ = strings.Cut(strings.Trim(call.Request.Header["CALLBACK"], "<>"), ":49152")
				}
				r.Answer(began, call.ID, c.requests[i].answer, nil)
			}
			list := r.AccessPoints()
			if len(list) != 1 || list[0].UUID != uuid || list[0].M1 == nil || list[0].M1.DeviceName != "Go WPS test AP" || list[0].FriendlyName != "Go WPS Test AP" {
				t.Fatalf("%+v", list)
			}
			events := 0
			for _, q := range c.requests {
				if q.Method != "NOTIFY" {
					continue
				}
				q.Path = callback
				if a := r.Handle(began, &q.Request); a.Status != 200 {
					t.Errorf("event %s: status %d", q.Header["SEQ"], a.Status)
				}
				events++
			}
			stations := r.Enrollees()
			if name != "u5-er-config" && (len(stations) != 1 || stations[0].MAC != (wps.MAC{2, 0, 0, 0, 0, 2}) || stations[0].Device.DeviceName == "") || events == 0 {
				t.Errorf("%d events, stations %+v", events, stations)
			}
		})
	}
}

// delivered records the messages of external registrars for stations.
type delivered struct {
	accessPoint
	list     []string
	selected []wps.SetSelectedRegistrar
}

func (d *delivered) Deliver(_ time.Time, _ netip.Addr, station wps.MAC, m []byte) error {
	kind, err := wps.PeekMessageType(m)
	d.list = append(d.list, fmt.Sprintf("%v to %v", kind, station))
	return err
}

func (d *delivered) Select(_ time.Time, _ netip.Addr, m *wps.SetSelectedRegistrar) {
	d.selected = append(d.selected, *m)
}

// TestCapturedRegistrar gives our device the traffic of wpa_supplicant.
func TestCapturedRegistrar(t *testing.T) {
	for _, name := range captures {
		t.Run(name, func(t *testing.T) {
			c := readCapture(t, name)
			a := &delivered{accessPoint: accessPoint{t: t, settings: network, pin: apPIN}}
			description := upnp.Description{UUID: wps.UUID{0x87}}
			d, err := upnp.NewDevice(upnp.DeviceConfig{LAN: host(1), Port: 49152, Description: description, AccessPoint: a, Rand: random(1)})
			must(t, err)
			d.Start(began)
			for _, q := range c.datagrams {
				if q.from.Addr() == host(2).Addr() {
					must(t, d.Datagram(began, q.from, q.data))
				}
			}
			sid := ""
			for _, q := range c.requests {
				if q.Method == "NOTIFY" {
					continue
				}
				if q.Method == "UNSUBSCRIBE" {
					q.Header["SID"] = sid
				}
				r := d.Handle(began, &q.Request)
				if q.Method == "SUBSCRIBE" {
					sid = r.Header["SID"]
				}
				// Messages of another run are refused; everything else is
				// served.
				if strings.Contains(q.Header["SOAPACTION"], "PutMessage") {
					continue
				}
				if r.Status != 200 {
					t.Errorf("%s %s: %d\n%s", q.Method, q.Header["SOAPACTION"], r.Status, r.Body)
				}
			}
			const to = " to 02:00:00:00:00:02"
			want := "[]"
			switch name {
			case "u1-upnp":
				want = "[M2" + to + "]"
			case "u3-er-pin", "u4-er-pbc":
				want = "[M2" + to + " M4" + to + " M6" + to + " M8" + to + "]"
			}
			if got := fmt.Sprint(a.list); got != want {
				t.Errorf("delivered %s, want %s", got, want)
			}
			if name != "u5-er-config" && (len(a.selected) == 0 || !a.selected[0].SelectedRegistrar) {
				t.Errorf("selected: %+v", a.selected)
			}
			if strings.HasPrefix(want, "[M2"+to+" ") && a.selected[len(a.selected)-1].SelectedRegistrar {
				t.Errorf("selected at the end: %+v", a.selected)
			}
		})
	}
}

// TestStranger checks that a host without a subscription cannot reach a
// station.
func TestStranger(t *testing.T) {
	a := &delivered{accessPoint: accessPoint{t: t}}
	d, err := upnp.NewDevice(upnp.DeviceConfig{LAN: host(1), Port: 49152, Description: upnp.Description{UUID: apID(1)}, AccessPoint: a, Rand: random(1)})
	must(t, err)
	d.Start(began)
	arguments := "<NewMessage>" + base64Of([]byte{0x10, 0x22, 0, 1, 5}) + "</NewMessage><NewWLANEventType>2</NewWLANEventType><NewWLANEventMAC>02:00:00:00:00:07</NewWLANEventMAC>"
	d.Handle(began, subscribe(at(3), "<http://192.168.78.3:1/>"))
	if got := code(t, d.Handle(began, post("PutWLANResponse", arguments))); got != 501 || len(a.list) != 0 {
		t.Errorf("code %d, delivered %v", got, a.list)
	}
	q := post("PutWLANResponse", arguments)
	q.From = at(3)
	if got := code(t, d.Handle(began, q)); got != 0 || len(a.list) != 1 {
		t.Errorf("a subscriber: code %d, delivered %v", got, a.list)
	}
}
