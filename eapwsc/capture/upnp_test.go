package capture

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var (
	registrarEnd = netip.MustParseAddrPort("192.168.1.2:41910")
	apEnd        = netip.MustParseAddrPort("192.168.1.1:49152")
	wscMessage   = bytes.Repeat([]byte{0x10, 0x4a, 0, 1, 0x10}, 60)
)

// argument returns an argument element with base64 in lines as hostapd writes
// them.
func argument(name string, data []byte) string {
	text := base64.StdEncoding.EncodeToString(data)
	var lines []string
	for len(text) > 72 {
		lines, text = append(lines, text[:72]), text[72:]
	}
	return "<" + name + ">" + strings.Join(append(lines, text), "\n") + "\n</" + name + ">"
}

func soap(name, arguments string) string {
	return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:` + name +
		` xmlns:u="urn:schemas-wifialliance-org:service:WFAWLANConfig:1">` + arguments + `</u:` + name + `></s:Body></s:Envelope>`
}

func httpPost(action, body string) []byte {
	return fmt.Appendf(nil, "POST /wps_control HTTP/1.1\r\nHost: 192.168.1.1:49152\r\nContent-Type: text/xml; charset=\"utf-8\"\r\nContent-Length: %d\r\n"+
		"SOAPAction: \"urn:schemas-wifialliance-org:service:WFAWLANConfig:1#%s\"\r\n\r\n%s", len(body), action, body)
}

func httpAnswer(status string, body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

func httpNotify(property string) []byte {
	body := `<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0"><e:property>` + property + `</e:property></e:propertyset>`
	return fmt.Appendf(nil, "NOTIFY /event HTTP/1.1\r\nNT: upnp:event\r\nNTS: upnp:propchange\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func chunked(body string, size int) []byte {
	b := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
	for len(body) > 0 {
		n := min(size, len(body))
		b, body = fmt.Appendf(b, "%X;x=y\r\n%s\r\n", n, body[:n]), body[n:]
	}
	return append(b, "0\r\nTrailer: 1\r\n\r\n"...)
}

const flagFIN, flagSYN, flagRST, flagACK = 1, 2, 4, 16

// segments cuts a stream into TCP segments of the given size, from sequence
// number seq on.
func segments(src, dst netip.AddrPort, seq uint32, stream []byte, size int) (frames [][]byte) {
	for len(stream) > 0 {
		n := min(size, len(stream))
		frames = append(frames, tcpFrame(src, dst, seq, flagACK, stream[:n]))
		seq, stream = seq+uint32(n), stream[n:]
	}
	return frames
}

func TestUPnP(t *testing.T) {
	m := wscMessage
	event := join([]byte{2}, []byte("02:00:00:00:01:00"), m)
	response := func(name, arguments string) []byte { return httpAnswer("200 OK", soap(name+"Response", arguments)) }
	fault := `<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>401</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>`
	put := `<NewWLANEventType>2</NewWLANEventType><NewWLANEventMAC>%s</NewWLANEventMAC>`
	for _, test := range []struct {
		name            string
		request, answer []byte // from registrar to access point, and back
		want            []UPnPMessage
		data            [][]byte
		note            problem
	}{
		{"GetDeviceInfo", httpPost("GetDeviceInfo", soap("GetDeviceInfo", "")), response("GetDeviceInfo", argument("NewDeviceInfo", m)),
			[]UPnPMessage{{Action: ActionGetDeviceInfo}, {Action: ActionGetDeviceInfo, Response: true}}, [][]byte{nil, m}, noProblem},
		{"PutMessage", httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", m))), response("PutMessage", argument("NewOutMessage", m[:9])),
			[]UPnPMessage{{Action: ActionPutMessage}, {Action: ActionPutMessage, Response: true}}, [][]byte{m, m[:9]}, noProblem},
		{"PutWLANResponse", httpPost("PutWLANResponse", soap("PutWLANResponse", argument("NewMessage", m)+fmt.Sprintf(put, "02:00:00:00:01:00"))), response("PutWLANResponse", ""),
			[]UPnPMessage{{Action: ActionPutWLANResponse, Station: stationMAC, EventType: 2}, {Action: ActionPutWLANResponse, Response: true}}, [][]byte{m, nil}, noProblem},
		{"address with dots", httpPost("PutWLANResponse", soap("PutWLANResponse", argument("NewMessage", m)+fmt.Sprintf(put, " 02.00.00.00.01.00"))), nil,
			[]UPnPMessage{{Action: ActionPutWLANResponse, Station: stationMAC, EventType: 2}}, [][]byte{m}, noProblem},
		{"bogus address", httpPost("PutWLANResponse", soap("PutWLANResponse", argument("NewMessage", m)+fmt.Sprintf(put, "02:xy"))), nil,
			[]UPnPMessage{{Action: ActionPutWLANResponse, EventType: 2}}, [][]byte{m}, noProblem},
		{"SetSelectedRegistrar", httpPost("SetSelectedRegistrar", soap("SetSelectedRegistrar", argument("NewMessage", m))), nil,
			[]UPnPMessage{{Action: ActionSetSelectedRegistrar}}, [][]byte{m}, noProblem},
		{"optional action", httpPost("GetAPSettings", soap("GetAPSettings", argument("NewMessage", m))), response("GetAPSettings", argument("NewAPSettings", m)),
			[]UPnPMessage{{Action: "GetAPSettings"}, {Action: "GetAPSettings", Response: true}}, [][]byte{m, m}, noProblem},
		{"fault", httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", m))), httpAnswer("500 Internal Server Error", fault),
			[]UPnPMessage{{Action: ActionPutMessage}, {Action: ActionPutMessage, Response: true, Fault: 401}}, [][]byte{m, nil}, noProblem},
		{"fault without a request", nil, httpAnswer("500 Internal Server Error", fault), []UPnPMessage{{Response: true, Fault: 401}}, [][]byte{nil}, noProblem},
		{"WLANEvent", nil, httpNotify(argument("WLANEvent", event)), []UPnPMessage{{Action: EventWLAN, Station: stationMAC, EventType: 2}}, [][]byte{m}, noProblem},
		{"WLANEvent too short", nil, httpNotify(argument("WLANEvent", event[:17])), []UPnPMessage{{Action: EventWLAN}}, [][]byte{event[:17]}, soapEvent},
		{"other event", nil, httpNotify("<APStatus>1</APStatus>"), nil, nil, noProblem},
		{"no prefix, attributes, comment and CDATA", httpPost("PutMessage",
			`<Envelope><Body><PutMessage a="b"><!-- x --><NewInMessage xmlns:dt="y" dt:dt='bin.base64'><![CDATA[EEoA]]>AQ</NewInMessage></PutMessage></Body></Envelope>`),
			nil, []UPnPMessage{{Action: ActionPutMessage}}, [][]byte{m[:4]}, noProblem},
		{"not base64", httpPost("PutMessage", soap("PutMessage", "<NewInMessage>!!!!</NewInMessage>")), nil, []UPnPMessage{{Action: ActionPutMessage}}, [][]byte{nil}, soapBase64},
		{"broken XML", httpPost("PutMessage", "<a><PutMessage><NewInMessage>EEoA</NewInMessage><"), nil, []UPnPMessage{{Action: ActionPutMessage}}, [][]byte{m[:3]}, noProblem},
		{"entities", httpPost("PutMessage", `<!DOCTYPE x [<!ENTITY a "EEoA">]><PutMessage><NewInMessage>&a;</NewInMessage></PutMessage>`), nil,
			[]UPnPMessage{{Action: ActionPutMessage}}, [][]byte{nil}, soapBase64},
		{"several on one connection", join(httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", m))), []byte("\r\n"), httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", m[:5])))),
			nil, []UPnPMessage{{Action: ActionPutMessage}, {Action: ActionPutMessage}}, [][]byte{m, m[:5]}, noProblem},
		{"chunked", nil, chunked(soap("PutMessageResponse", argument("NewOutMessage", m)), 100), []UPnPMessage{{Action: ActionPutMessage, Response: true}}, [][]byte{m}, noProblem},
		{"chunked, no trailer", nil, bytes.Replace(chunked(soap("PutMessageResponse", argument("NewOutMessage", m)), 7), []byte("Trailer: 1\r\n"), nil, 1),
			[]UPnPMessage{{Action: ActionPutMessage, Response: true}}, [][]byte{m}, noProblem},
		{"until the end", nil, join([]byte("HTTP/1.0 200 OK\nContent-type: text/xml\n\n"), []byte(soap("PutMessageResponse", argument("NewOutMessage", m)))),
			[]UPnPMessage{{Action: ActionPutMessage, Response: true}}, [][]byte{m}, noProblem},
		{"continue", nil, join([]byte("HTTP/1.1 100 Continue\r\n\r\n"), response("PutMessage", argument("NewOutMessage", m))),
			[]UPnPMessage{{Action: ActionPutMessage, Response: true}}, [][]byte{m}, noProblem},
		{"without content", nil, join([]byte("HTTP/1.1 204 No Content\r\nContent-Type: text/xml\r\n\r\n"), response("PutMessage", argument("NewOutMessage", m)), response("PutMessage", "")),
			[]UPnPMessage{{Action: ActionPutMessage, Response: true}, {Action: ActionPutMessage, Response: true}}, [][]byte{m, nil}, noProblem},
		{"action within an action", httpPost("PutMessage", soap("PutMessage", "<GetDeviceInfo/>"+argument("NewInMessage", m))), nil,
			[]UPnPMessage{{Action: ActionPutMessage}}, [][]byte{m}, noProblem},
		{"other service", bytes.Replace(httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", m))), []byte("WFAWLANConfig"), []byte("WANIPConnection"), 1), nil, nil, nil, noProblem},
		{"description", []byte("GET /wps_device.xml HTTP/1.1\r\n\r\n"), httpAnswer("200 OK", "<root><device/></root>"), nil, nil, noProblem},
		{"web page", []byte("GET / HTTP/1.1\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>hello!"), nil, nil, noProblem},
		{"other protocol", []byte("SSH-2.0-x\r\n"), []byte("SSH-2.0-y\r\n"), nil, nil, noProblem},
	} {
		// Whole or in small pieces, with or without the beginning and the end
		// of the connection, with repetitions or in any order.
		for _, size := range []int{1460, 100, 1} {
			for _, manner := range []string{"plain", "repeated", "shuffled"} {
				var frames [][]byte
				for _, direction := range []struct {
					src, dst netip.AddrPort
					stream   []byte
				}{{registrarEnd, apEnd, test.request}, {apEnd, registrarEnd, test.answer}} {
					const first = 0xffffff00 // so that the sequence numbers wrap
					parts := segments(direction.src, direction.dst, first+1, direction.stream, size)
					switch manner {
					case "repeated":
						parts = slices.Concat(parts[:len(parts)/2], parts[:len(parts)/2], parts)
					case "shuffled":
						// within groups, as much as a receiver's window would hold
						random := rand.New(rand.NewPCG(3, 4))
						for group := range slices.Chunk(parts, 8) {
							random.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
						}
					}
					frames = append(frames, tcpFrame(direction.src, direction.dst, first, flagSYN, nil))
					frames = append(frames, parts...)
					frames = append(frames, tcpFrame(direction.src, direction.dst, first+1+uint32(len(direction.stream)), flagFIN|flagACK, nil))
				}
				events := decodeFrames(t, linkEthernet, frames...)
				if len(events) != len(test.want) {
					t.Errorf("%s, %s, by %d: %d events, want %d: %+v", test.name, manner, size, len(events), len(test.want), events)
					continue
				}
				for i, e := range events {
					want := test.want[i]
					want.AP, want.Registrar = apEnd, registrarEnd
					if e.Kind != KindUPnP || *e.UPnP != want || !bytes.Equal(e.Data, test.data[i]) || e.Note != problems[test.note].text {
						t.Errorf("%s, %s, by %d: event %d is %+v, %x, %q; want %+v, %x, %q", test.name, manner, size, i, *e.UPnP, e.Data, e.Note,
							want, test.data[i], problems[test.note].text)
					}
				}
			}
		}
	}
}

// TestUPnPLoss removes single segments or parts of them.
func TestUPnPLoss(t *testing.T) {
	post := httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", wscMessage)))
	parts := segments(registrarEnd, apEnd, 1001, post, 200)
	syn := tcpFrame(registrarEnd, apEnd, 1000, flagSYN, nil)
	fin := tcpFrame(registrarEnd, apEnd, 1001+uint32(len(post)), flagFIN, nil)
	next := tcpFrame(registrarEnd, apEnd, 1001+uint32(len(post)), flagACK, post)
	before := tcpFrame(registrarEnd, apEnd, 0xfff00000, flagACK, post)
	tail := tcpFrame(registrarEnd, apEnd, 1401, flagACK, post[400:])
	// The rest in single octets in reverse order: more than can be kept, except
	// for the last 30.
	single := segments(registrarEnd, apEnd, 1401, post[400:], 1)
	slices.Reverse(single)
	far := tcpFrame(registrarEnd, apEnd, 1001+1<<20, flagACK, post)
	for _, test := range []struct {
		name   string
		frames [][]byte
		want   []string // "message", or the sentence of a note
	}{
		{"whole", slices.Concat([][]byte{syn}, parts, [][]byte{fin}), []string{"message"}},
		{"no beginning of the connection", slices.Concat(parts, [][]byte{fin}), []string{"message"}},
		{"no first segment", slices.Concat([][]byte{syn}, parts[1:], [][]byte{fin}), nil},
		{"neither", slices.Concat(parts[1:], [][]byte{fin}), nil},
		{"no middle", slices.Concat(parts[:2], parts[3:], [][]byte{fin}), []string{problems[tcpLost].text}},
		{"no end", slices.Concat(parts[:2]), []string{problems[tcpLost].text}},
		{"no middle, then another message", slices.Concat(parts[:2], parts[3:], [][]byte{far}), []string{problems[tcpLost].text, "message"}},
		{"no middle, then another connection", slices.Concat(parts[:2], parts[3:], [][]byte{syn}, parts), []string{problems[tcpLost].text, "message"}},
		{"ended early", append(slices.Clone(parts[:2]), tcpFrame(registrarEnd, apEnd, 1401, flagFIN, nil)), []string{problems[httpCut].text}},
		{"reset", append(slices.Clone(parts[:2]), tcpFrame(registrarEnd, apEnd, 1401, flagRST, nil)), []string{problems[tcpLost].text}},
		{"the same ports long after", slices.Concat(parts, [][]byte{before}), []string{"message", "message"}},
		{"too much out of order", slices.Concat(parts[:2], single), []string{problems[tcpLost].text}},
		{"a little out of order", slices.Concat(parts[:2], single[len(single)-30:], [][]byte{tail}), []string{"message"}},
		{"two messages", slices.Concat(parts, [][]byte{next, fin}), []string{"message", "message"}},
		{"again after the end", slices.Concat(parts, [][]byte{fin}, parts), []string{"message"}},
		{"cut by the snaplen", slices.Concat(parts[:1], [][]byte{parts[1][:100]}, parts[2:]), []string{problems[tcpLost].text}},
		{"no TCP header", [][]byte{parts[0][:14+20+19]}, nil},
		{"TCP options too long", [][]byte{join(parts[0][:14+32], []byte{0xf0}, parts[0][14+33:14+45])}, nil},
	} {
		var got []string
		for _, e := range decodeFrames(t, linkEthernet, test.frames...) {
			if e.Kind == KindUPnP && bytes.Equal(e.Data, wscMessage) {
				got = append(got, "message")
			} else {
				got = append(got, e.Note)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	// A segment truncated by the snaplen is reported at once.
	if e := decodeFrames(t, linkEthernet, parts[0], parts[1][:100], parts[2]); len(e) != 1 || e[0].Frame != 2 {
		t.Errorf("cut by the snaplen: %+v", e)
	}
	// Segments that were delivered no longer count: many pairs of segments in
	// the wrong order.
	var swapped [][]byte
	body := soap("PutMessage", argument("NewInMessage", bytes.Repeat(wscMessage, 140)))
	for pair := range slices.Chunk(segments(registrarEnd, apEnd, 1, bytes.Repeat(httpPost("PutMessage", body), 3), 1400), 2) {
		slices.Reverse(pair)
		swapped = append(swapped, pair...)
	}
	if e := decodeFrames(t, linkEthernet, append([][]byte{tcpFrame(registrarEnd, apEnd, 0, flagSYN, nil)}, swapped...)...); len(e) != 3 || len(e[2].Data) != 140*len(wscMessage) {
		t.Errorf("pairs in the wrong order: %d events", len(e))
	}
}

func TestHTTPMalformed(t *testing.T) {
	post := string(httpPost("PutMessage", "<a/>"))
	answer := "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
	for _, test := range []struct {
		name, stream string
		want         problem // noProblem: no event
	}{
		{"length not a number", strings.Replace(post, "Length: 4", "Length: x", 1), httpMalformed},
		{"negative length", strings.Replace(post, "Length: 4", "Length: -4", 1), httpMalformed},
		{"long", strings.Replace(post, "Length: 4", "Length: 400000000", 1), httpTooLong},
		{"long without length", answer + "\r\n" + strings.Repeat("x", maxMessage+1), httpTooLong},
		{"no status", "HTTP/1.1 OK\r\n\r\n", httpMalformed},
		{"chunk size not a number", answer + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", httpMalformed},
		{"long chunk", answer + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", httpTooLong},
		{"endless header", "POST / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 3000), noProblem},
	} {
		events := decodeFrames(t, linkEthernet, segments(registrarEnd, apEnd, 1, []byte(test.stream), 1000)...)
		if test.want == noProblem && len(events) == 0 {
			continue
		}
		if len(events) != 1 || events[0].Note != problems[test.want].text {
			t.Errorf("%s: %+v", test.name, events)
		}
	}
}

// TestMemory reads a capture made to use much memory: a new connection, sender
// and request in each frame, each with as much data to keep as possible. The
// memory used afterwards must not depend on their number.
func TestMemory(t *testing.T) {
	head := "POST /wps_control HTTP/1.1\r\nSOAPAction: \"urn:schemas-wifialliance-org:service:WFAWLANConfig:1#PutMessage\"\r\nContent-Length: 60000\r\n\r\n"
	body := []byte(head + strings.Repeat("x", 50000))
	large := bytes.Repeat(wpsElement(make([]byte, 250)...), 240)
	held := func(n int) uint64 {
		var d decoder
		d.init()
		for i := range n {
			src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 40000)
			mac := [6]byte{2, 0, 0, 0, byte(i >> 8), byte(i)}
			for link, b := range map[linkType][]byte{
				linkEthernet: tcpFrame(src, apEnd, 1, flagACK, body),
				linkRaw:      udpFrame(src, netip.AddrPortFrom(apEnd.Addr(), 1812), radiusPacket(RADIUSAccessRequest, byte(i)))[14:],
				linkDot11:    dot11Frame(4<<4, apMAC, mac, apMAC, i, large),
			} {
				d.events = d.events[:0]
				d.decode(&frame{time: timeOfFrame(bootTime), link: link, data: b, wire: len(b)})
			}
		}
		var after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(&d)
		return after.HeapAlloc
	}
	few, many := held(100), held(3000)
	if many > few+64<<20 {
		t.Errorf("%d MB are held after many frames, %d MB after few", many>>20, few>>20)
	}
}
