package station

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/genetlink/genltest"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// The messages in testdata were recorded by the radio tests, with Linux 6.1:
// see newRecorder. A line holds the origin of a message (a "scan" dump or a
// multicast "event"), its command and its octets.
type recorded struct {
	scans  [][]genetlink.Message // one for each dump
	events []genetlink.Message
}

func readRecorded(tb testing.TB, name string) *recorded {
	tb.Helper()
	file, err := os.Open("testdata/" + name + ".netlink")
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	r := new(recorded)
	last := ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var kind, data string
		var m genetlink.Message
		if _, err := fmt.Sscan(lines.Text(), &kind, &m.Header.Command, &data); err != nil {
			tb.Fatal(err)
		}
		if m.Data, err = hex.DecodeString(data); err != nil {
			tb.Fatal(err)
		}
		switch {
		case kind == "event":
			r.events = append(r.events, m)
		case last == "scan":
			n := len(r.scans) - 1
			r.scans[n] = append(r.scans[n], m)
		default:
			r.scans = append(r.scans, []genetlink.Message{m})
		}
		last = kind
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	return r
}

// interfaceIndex is the index of the station's interface in the recorded
// messages.
const interfaceIndex = 3

var nl80211Family = genetlink.Family{ID: 28, Version: 1, Name: "nl80211"}

// kernel is a scripted nl80211.
type kernel struct {
	t      *testing.T
	answer map[uint8][]error     // for each command, by how often it was sent
	events [][]genetlink.Message // for each socket that listens
	scan   []genetlink.Message
	wiphy  []genetlink.Message // what the radio can do
	self   []genetlink.Message // what the interface is
	up     int                 // how often the interface was brought up
	asked  []genetlink.Message
	conn   eapol.Conn
}

// radio returns a radio on the kernel.
func (k *kernel) radio() *nl80211 {
	r := &nl80211{
		name: "wlan0", index: interfaceIndex, root: fstest.MapFS{}, dial: k.dial,
		raise: func(string) (func(), error) {
			k.up++
			return func() { k.up-- }, nil
		},
		listen: func(string) (eapol.Conn, error) { return k.conn, nil },
	}
	r.main, _ = k.dial()
	return r
}

func (k *kernel) dial(groups ...string) (*socket, error) {
	var events []genetlink.Message
	if len(groups) > 0 && len(k.events) > 0 {
		events, k.events = k.events[0], k.events[1:]
	}
	return &socket{genltest.Dial(func(request genetlink.Message, header netlink.Message) ([]genetlink.Message, error) {
		if header.Header.Type == 0 { // a socket that listens
			if len(events) == 0 {
				return nil, io.ErrClosedPipe
			}
			var m genetlink.Message
			m, events = events[0], events[1:]
			return []genetlink.Message{m}, nil
		}
		if header.Header.Type != netlink.HeaderType(nl80211Family.ID) || request.Header.Version != nl80211Family.Version {
			k.t.Errorf("request %+v", header.Header)
		}
		k.asked = append(k.asked, request)
		if answers := k.answer[request.Header.Command]; len(answers) > 0 {
			k.answer[request.Header.Command] = answers[1:]
			if answers[0] != nil {
				return nil, answers[0]
			}
		}
		switch request.Header.Command {
		case unix.NL80211_CMD_GET_SCAN:
			return k.scan, nil
		case unix.NL80211_CMD_GET_WIPHY:
			return k.wiphy, nil
		case unix.NL80211_CMD_GET_INTERFACE:
			return k.self, nil
		}
		return []genetlink.Message{{}}, nil // the acknowledgement
	}), nl80211Family}, nil
}

// askedFor returns the attributes of the commands that were sent, one per line.
func (k *kernel) askedFor(command uint8) string {
	var b strings.Builder
	for _, m := range k.asked {
		if m.Header.Command == command {
			attributes(&b, m.Data)
			b.WriteString("\n")
		}
	}
	return b.String()
}

func attributes(b *strings.Builder, data []byte) {
	list, err := netlink.UnmarshalAttributes(data)
	if err != nil {
		fmt.Fprint(b, err)
	}
	for _, a := range list {
		fmt.Fprintf(b, "%d=%x ", a.Type&^netlink.Nested, a.Data)
	}
}

func errno(n syscall.Errno) error { return genltest.Error(int(n)) }

// describe writes the result of a scan, one access point per line.
func describe(found []ScanResult) string {
	var b strings.Builder
	for i := range found {
		point := &found[i]
		fmt.Fprintf(&b, "%v %q channel %d %d dBm", point.BSSID, point.SSID, point.Channel(), point.Signal)
		for _, fact := range []struct {
			is   bool
			text string
		}{{point.Privacy(), "private"}, {point.Hidden, "hidden"}, {point.RSN != nil, "RSN"}, {point.WPA != nil, "WPA"}, {point.WPS(), "WPS"}} {
			if fact.is {
				b.WriteString(" " + fact.text)
			}
		}
		if n := point.Traits(point.Capability, point.Frequency); n.SAEOnly || n.PMFRequired {
			fmt.Fprintf(&b, " SAE only %t, PMF required %t", n.SAEOnly, n.PMFRequired)
		}
		if a := point.Advert; a != nil {
			fmt.Fprintf(&b, " %v", a.State)
			if a.SelectedRegistrar {
				fmt.Fprintf(&b, ", waits with %v for %v", a.DevicePasswordID, a.WFA.AuthorizedMACs)
			}
		}
		if d := point.Description; d != nil {
			fmt.Fprintf(&b, ", %q %q %v", d.DeviceName, d.ModelName, d.UUIDE)
		}
		fmt.Fprintf(&b, "\n")
	}
	return b.String()
}

// TestParseScan parses the kernel's results of each scan of a case.
func TestParseScan(t *testing.T) {
	for _, tt := range []struct {
		name  string
		want  string
		cause doctor.Cause
	}{
		{"pin", `02:00:00:00:00:00 "golden-wps" channel 6 -30 dBm private RSN WPS configured, waits with Default (PIN) for [ff:ff:ff:ff:ff:ff], "Router wlan0" "Golden Router" 12345678-9abc-def0-1234-000000000000
`, doctor.Ready},
		{"pbc-overlap", `02:00:00:00:00:00 "golden-wps" channel 6 -30 dBm private RSN WPS configured, waits with PushButton for [ff:ff:ff:ff:ff:ff], "Router wlan0" "Golden Router" 12345678-9abc-def0-1234-000000000000
02:00:00:00:02:00 "golden-wps" channel 6 -30 dBm private RSN WPS configured, waits with PushButton for [ff:ff:ff:ff:ff:ff], "Router wlan2" "Golden Router" 12345678-9abc-def0-1234-000000000020
`, doctor.Overlap},
		{"hidden", `02:00:00:00:00:00 "a name that nobody tells" channel 6 -20 dBm private hidden RSN
`, doctor.WPSDisabled},
		{"wpa3-only", `02:00:00:00:00:00 "golden-wps" channel 6 -20 dBm private RSN WPS SAE only true, PMF required true configured, "Router wlan0" "Golden Router" 12345678-9abc-def0-1234-000000000000
`, doctor.WPA3Only},
		{"pbc-same-uuid-dual-band", `02:00:00:00:00:00 "golden-wps" channel 6 -30 dBm private RSN WPS configured, waits with PushButton for [ff:ff:ff:ff:ff:ff], "Router wlan0" "Golden Router" 12345678-9abc-def0-1234-000000000999
02:00:00:00:02:00 "golden-wps" channel 36 -27 dBm private RSN WPS configured, waits with PushButton for [ff:ff:ff:ff:ff:ff], "Router wlan2" "Golden Router" 12345678-9abc-def0-1234-000000000999
`, doctor.Ready},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := readRecorded(t, tt.name)
			for _, scan := range r.scans {
				found, err := parseScan(scan)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, describe(found)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if d := doctor.Diagnose(Evidence(found, time.Now())); d.Cause != tt.cause {
					t.Errorf("the doctor says %s: %s", d.Cause, d.Engineer)
				}
			}
		})
	}
}

// TestWithoutNameless merges the two entries of a hidden network.
func TestWithoutNameless(t *testing.T) {
	beacons := ScanResult{BSSID: wps.MAC{1}, Frequency: 2412, BeaconElements: []byte{0, 0}}
	beacons.Hidden = true
	answers := ScanResult{BSSID: wps.MAC{1}, Frequency: 2412, ResponseElements: []byte{0, 1, 'a'}}
	answers.SSID = "a"
	long := beacons
	long.Age = staleAge
	elsewhere := answers
	elsewhere.Frequency = 5180
	for _, tt := range []struct {
		name   string
		found  []ScanResult
		left   int
		hidden bool
	}{
		{"joined", []ScanResult{beacons, answers}, 1, true},
		{"hidden long ago", []ScanResult{answers, long}, 1, false},
		{"of another channel", []ScanResult{elsewhere, beacons}, 2, false},
		{"alone", []ScanResult{beacons}, 1, true},
	} {
		got := withoutNameless(tt.found)
		if len(got) != tt.left || got[0].Hidden != tt.hidden || tt.hidden != (got[0].BeaconElements != nil) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestScan(t *testing.T) {
	r := readRecorded(t, "pin")
	results, aborted := genetlink.Message{}, genetlink.Message{}
	for _, m := range r.events {
		if m.Header.Command == unix.NL80211_CMD_NEW_SCAN_RESULTS {
			results, aborted = m, m
		}
	}
	aborted.Header.Command = unix.NL80211_CMD_SCAN_ABORTED
	elements := []byte{0xDD, 4, 0, 0x50, 0xF2, 4}
	for _, tt := range []struct {
		name   string
		cfg    ScanConfig
		answer []error
		events []genetlink.Message
		asked  string
		err    error
	}{
		{"all channels", ScanConfig{}, nil, r.events,
			"3=03000000 158=02000000 45=04000000 42=dd040050f204 \n", nil},
		{"one channel, a name", ScanConfig{Frequencies: []int{2437}, SSIDs: []wps.SSID{"abcd"}}, nil, r.events,
			"3=03000000 158=02000000 44=0800000085090000 45=040000000800010061626364 42=dd040050f204 \n", nil},
		{"passive", ScanConfig{Passive: true}, nil, r.events, "3=03000000 158=02000000 \n", nil},
		{"another program scans", ScanConfig{Passive: true}, []error{errno(unix.EBUSY)}, []genetlink.Message{aborted, results},
			"3=03000000 158=02000000 \n3=03000000 158=02000000 \n", nil},
		{"aborted", ScanConfig{Passive: true}, nil, []genetlink.Message{aborted}, "3=03000000 158=02000000 \n", ErrScan},
		{"no rights", ScanConfig{Passive: true}, []error{errno(unix.EPERM)}, nil, "3=03000000 158=02000000 \n", ErrPermission},
		{"radio off", ScanConfig{Passive: true}, []error{errno(unix.ERFKILL)}, nil, "3=03000000 158=02000000 \n", ErrRadioOff},
		{"no driver", ScanConfig{Passive: true}, []error{errno(unix.EOPNOTSUPP)}, nil, "3=03000000 158=02000000 \n", ErrDriver},
		{"down", ScanConfig{Passive: true}, []error{errno(unix.ENETDOWN)}, nil, "3=03000000 158=02000000 \n", ErrDown},
		{"gone", ScanConfig{Passive: true}, []error{errno(unix.ENODEV)}, nil, "3=03000000 158=02000000 \n", ErrNoInterface},
		{"no more events", ScanConfig{Passive: true}, nil, nil, "3=03000000 158=02000000 \n", errEvents},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &kernel{
				t: t, answer: map[uint8][]error{unix.NL80211_CMD_TRIGGER_SCAN: tt.answer},
				events: [][]genetlink.Message{tt.events}, scan: r.scans[0],
			}
			radio := k.radio()
			found, err := radio.scan(t.Context(), &tt.cfg, elements)
			if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) || err == nil && len(found) != 1 {
				t.Errorf("%d found, %v", len(found), err)
			}
			if diff := cmp.Diff(tt.asked, k.askedFor(unix.NL80211_CMD_TRIGGER_SCAN)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := radio.close(); err != nil || k.up != 0 {
				t.Errorf("brought up %d times more than down, %v", k.up, err)
			}
		})
	}
}

// TestScanCancelled cancels the context during another program's scan, and
// during ours.
func TestScanCancelled(t *testing.T) {
	for _, busy := range []bool{true, false} {
		ctx, cancel := context.WithCancelCause(t.Context())
		k := &kernel{t: t, answer: make(map[uint8][]error)}
		if busy {
			k.answer[unix.NL80211_CMD_TRIGGER_SCAN] = []error{errno(unix.EBUSY)}
		}
		cause := errors.New("enough")
		cancel(cause)
		if _, err := k.radio().scan(ctx, &ScanConfig{}, nil); !errors.Is(err, cause) {
			t.Error(err)
		}
		if aborted := k.askedFor(unix.NL80211_CMD_ABORT_SCAN) != ""; aborted == busy {
			t.Errorf("busy %t: aborted %t", busy, aborted)
		}
	}
}

func TestAssociate(t *testing.T) {
	r := readRecorded(t, "pin")
	point := ScanResult{BSSID: wps.MAC{2, 0, 0, 0, 1, 1}, Frequency: 2437, Capability: 0x11}
	point.SSID = "abcd"
	open := point
	open.Capability = 1
	connect := func(status uint16, timedOut bool) genetlink.Message {
		e := netlink.NewAttributeEncoder()
		e.Uint32(unix.NL80211_ATTR_IFINDEX, interfaceIndex)
		e.Uint16(unix.NL80211_ATTR_STATUS_CODE, status)
		e.Flag(unix.NL80211_ATTR_TIMED_OUT, timedOut)
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return genetlink.Message{Header: genetlink.Header{Command: unix.NL80211_CMD_CONNECT}, Data: b}
	}
	const asked = "3=03000000 6=020000000101 38=85090000 52=61626364 53=00000000 42=dd ... 68= 204= \n"
	private := strings.Replace(asked, "...", "70=", 1)
	for _, tt := range []struct {
		name   string
		point  *ScanResult
		answer error
		events []genetlink.Message
		holder string
		asked  string
		lost   string
		err    string
	}{
		{name: "as recorded", point: &point, events: r.events, asked: private,
			lost: "station: the connection to the access point was lost: it is no longer received, reason 3"},
		{name: "open", point: &open, events: r.events, asked: strings.Replace(asked, "... ", "", 1),
			lost: "station: the connection to the access point was lost: it is no longer received, reason 3"},
		{name: "refused", point: &point, events: []genetlink.Message{connect(17, false)}, asked: private,
			err: "station: the station could not associate: 02:00:00:00:01:01 refused with status 17: it has too many stations"},
		{name: "refused for an unknown reason", point: &point, events: []genetlink.Message{connect(99, false)}, asked: private,
			err: "station: the station could not associate: 02:00:00:00:01:01 refused with status 99"},
		{name: "no answer", point: &point, events: []genetlink.Message{connect(1, true)}, asked: private,
			err: "station: the station could not associate: 02:00:00:00:01:01 did not answer"},
		{name: "connected already", point: &point, answer: errno(unix.EALREADY), asked: private,
			err: "wlan0: another program holds the interface: an unknown program, which has connected it: try iw dev wlan0 disconnect"},
		{name: "no rights", point: &point, answer: errno(unix.EPERM), asked: private,
			err: "wlan0: associate: " + ErrPermission.Error() + " (netlink receive: operation not permitted)"},
		{name: "held", point: &point, holder: "iwd\n",
			err: "wlan0: another program holds the interface: iwd (process 12): try systemctl stop iwd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, _ := eapol.Pair(wps.MAC{1}, wps.MAC{2})
			k := &kernel{
				t: t, answer: map[uint8][]error{unix.NL80211_CMD_CONNECT: {tt.answer}},
				events: [][]genetlink.Message{tt.events}, conn: conn,
			}
			radio := k.radio()
			if tt.holder != "" {
				radio.root = fstest.MapFS{"proc/12/comm": {Data: []byte(tt.holder)}}
			}
			a, err := radio.associate(t.Context(), tt.point, []byte{0xDD})
			if got := fmt.Sprint(err); tt.err != "" && got != tt.err || tt.err == "" && err != nil {
				t.Errorf("got  %s\nwant %s", got, tt.err)
			}
			if diff := cmp.Diff(tt.asked, k.askedFor(unix.NL80211_CMD_CONNECT)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err == nil {
				attributes, _ := wps.JoinElements(a.response())
				if err := wps.Decode(new(wps.AssociationResponse), attributes, wps.Strict); err != nil {
					t.Errorf("association response %x: %v", a.response(), err)
				}
				if lost := fmt.Sprint(<-a.lost()); lost != tt.lost {
					t.Errorf("got  %s\nwant %s", lost, tt.lost)
				}
				if err := errors.Join(a.Close(), a.Close()); err != nil {
					t.Error(err)
				}
			}
			// What the kernel has accepted is undone, once.
			disconnects := strings.Count(k.askedFor(unix.NL80211_CMD_DISCONNECT), "\n")
			if want := strings.Count(tt.asked, "\n"); tt.answer == nil && disconnects != want || tt.answer != nil && disconnects != 0 {
				t.Errorf("disconnected %d times", disconnects)
			}
		})
	}
}

// message writes a message of the kernel about the interface.
func message(t *testing.T, command uint8, more func(e *netlink.AttributeEncoder)) genetlink.Message {
	t.Helper()
	e := netlink.NewAttributeEncoder()
	e.Uint32(unix.NL80211_ATTR_IFINDEX, interfaceIndex)
	if more != nil {
		more(e)
	}
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return genetlink.Message{Header: genetlink.Header{Command: command}, Data: b}
}

// TestJoin joins networks of several kinds with drivers of different
// capabilities.
func TestJoin(t *testing.T) {
	features := func(bits ...int) []genetlink.Message {
		var b [8]byte
		for _, n := range bits {
			b[n/8] |= 1 << (n % 8)
		}
		return []genetlink.Message{message(t, unix.NL80211_CMD_NEW_WIPHY, nil), message(t, unix.NL80211_CMD_NEW_WIPHY, func(e *netlink.AttributeEncoder) {
			e.Bytes(unix.NL80211_ATTR_EXT_FEATURES, b[:])
		})}
	}
	able := features(unix.NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK, unix.NL80211_EXT_FEATURE_SAE_OFFLOAD)
	old := features(unix.NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK)
	connected := message(t, unix.NL80211_CMD_CONNECT, nil)
	refused := message(t, unix.NL80211_CMD_CONNECT, func(e *netlink.AttributeEncoder) { e.Uint16(unix.NL80211_ATTR_STATUS_CODE, 1) })
	silent := message(t, unix.NL80211_CMD_CONNECT, func(e *netlink.AttributeEncoder) { e.Flag(unix.NL80211_ATTR_TIMED_OUT, true) })
	authorized := message(t, unix.NL80211_CMD_PORT_AUTHORIZED, nil)
	gone := message(t, unix.NL80211_CMD_DISCONNECT, func(e *netlink.AttributeEncoder) {
		e.Uint16(unix.NL80211_ATTR_REASON_CODE, 15)
		e.Flag(unix.NL80211_ATTR_DISCONNECTED_BY_AP, true)
	})
	done := []genetlink.Message{connected, authorized}

	wpa2 := wps.Credential{SSID: "IEEE", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("password")}
	digits := wpa2
	digits.NetworkKey = wps.NetworkKey(strings.Repeat("a5", 32))
	open := wps.Credential{SSID: "IEEE", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	transition := &dot11.Elements{RSN: &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMPSK, dot11.AKMSAE}, PMFCapable: true}}
	gcmp := &dot11.Elements{RSN: &dot11.Security{Group: dot11.CipherGCMP256, Pairwise: []dot11.CipherSuite{dot11.CipherGCMP256}, AKMs: []dot11.AKM{dot11.AKMPSK}}}
	saeOnly := &dot11.Elements{RSN: &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMSAE}, PMFRequired: true, PMFCapable: true}}

	// The pre-shared key of IEEE Std 802.11-2020 J.4.2.
	const pmk = "254=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e "
	const psk = "3=03000000 52=49454545 53=00000000 70= 75=02000000 73=04ac0f00 74=04ac0f00 76=02ac0f00 "
	const sae = "3=03000000 52=49454545 53=04000000 70= 75=04000000 73=04ac0f00 74=04ac0f00 76=08ac0f00 66=01000000 277=70617373776f7264 "
	for _, tt := range []struct {
		name       string
		credential wps.Credential
		heard      *dot11.Elements
		wiphy      []genetlink.Message
		events     []genetlink.Message
		answer     error
		asked      string
		err        error
	}{
		{"open", open, nil, features(), []genetlink.Message{connected}, nil, "3=03000000 52=49454545 53=00000000 ", nil},
		{"WPA2", wpa2, nil, able, done, nil, psk + pmk, nil},
		{"WPA2, a pre-shared key", digits, nil, able, done, nil, psk + "254=" + strings.Repeat("a5", 32) + " ", nil},
		{"GCMP-256", wpa2, gcmp, able, done, nil, strings.NewReplacer("73=04ac", "73=09ac", "74=04ac", "74=09ac").Replace(psk) + pmk, nil},
		{"transition", wpa2, transition, able, done, nil, sae, nil},
		{"transition, a driver without SAE", wpa2, transition, old, done, nil, psk + "66=02000000 " + pmk, nil},
		{"WPA3", wpa2, saeOnly, able, done, nil, sae, nil},
		{"WPA3, a driver without SAE", wpa2, saeOnly, old, nil, nil, "", ErrDriver},
		{"WPA3, a key that it cannot use", digits, saeOnly, able, nil, nil, "", ErrSAEOnly},
		{"a driver that leaves the handshake to others", wpa2, nil, features(), nil, nil, "", ErrDriver},
		{"a kernel that does not say", wpa2, nil, []genetlink.Message{{}}, nil, nil, "", ErrDriver},
		{"refused", wpa2, nil, able, []genetlink.Message{refused}, nil, psk + pmk, ErrAssociation},
		{"no answer", wpa2, nil, able, []genetlink.Message{silent}, nil, psk + pmk, ErrAssociation},
		{"a wrong key", wpa2, nil, able, []genetlink.Message{connected, gone}, nil, psk + pmk, ErrLost},
		{"connected already", wpa2, nil, able, nil, errno(unix.EALREADY), psk + pmk, ErrHeld},
		{"no rights", wpa2, nil, able, nil, errno(unix.EPERM), psk + pmk, ErrPermission},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &kernel{t: t, answer: map[uint8][]error{unix.NL80211_CMD_CONNECT: {tt.answer}}, events: [][]genetlink.Message{tt.events}, wiphy: tt.wiphy}
			r := k.radio()
			err := (&Station{"wlan0", ownMAC, 0, r}).Join(t.Context(), &KnownNetwork{tt.credential, tt.heard})
			if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.asked, strings.TrimSuffix(k.askedFor(unix.NL80211_CMD_CONNECT), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// A failed connection is undone, an existing one stays.
			undone := k.askedFor(unix.NL80211_CMD_DISCONNECT) != ""
			if want := err != nil && tt.events != nil; undone != want {
				t.Errorf("disconnected: %t", undone)
			}
			if r.close(); (k.up == 1) != (err == nil) && k.up != 0 {
				t.Errorf("brought up %d times more than down", k.up)
			}
		})
	}
}

// TestLeave disconnects an interface.
func TestLeave(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer error
		events []genetlink.Message
		err    error
	}{
		{"connected", nil, []genetlink.Message{message(t, unix.NL80211_CMD_DISCONNECT, nil)}, nil},
		{"connected to nothing", errno(unix.ENOTCONN), nil, nil},
		{"down", errno(unix.ENETDOWN), nil, nil},
		{"no rights", errno(unix.EPERM), nil, ErrPermission},
		{"no more events", nil, nil, errEvents},
	} {
		k := &kernel{t: t, answer: map[uint8][]error{unix.NL80211_CMD_DISCONNECT: {tt.answer}}, events: [][]genetlink.Message{tt.events}}
		held := k.radio()
		held.root = fstest.MapFS{"proc/12/comm": {Data: []byte("iwd\n")}}
		if err := (&Station{"wlan0", ownMAC, 0, held}).Leave(t.Context()); !errors.Is(err, ErrHeld) || k.askedFor(unix.NL80211_CMD_DISCONNECT) != "" {
			t.Errorf("held: %v", err)
		}
		err := (&Station{"wlan0", ownMAC, 0, k.radio()}).Leave(t.Context())
		if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) || k.askedFor(unix.NL80211_CMD_DISCONNECT) != "3=03000000 \n" {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestDown determines why an interface is no longer usable.
func TestDown(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text + "\n")} }
	const device = "sys/class/net/wlan0/"
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		err   error
	}{
		{"nothing known", fstest.MapFS{}, nil},
		{"up", fstest.MapFS{device + "flags": file("0x1003"), device + "phy80211/rfkill0/soft": file("0"), device + "phy80211/rfkill0/hard": file("0")}, nil},
		{"down", fstest.MapFS{device + "flags": file("0x1002")}, ErrDown},
		{"blocked by software", fstest.MapFS{device + "flags": file("0x1002"), device + "phy80211/rfkill0/soft": file("1")}, ErrRadioOff},
		{"blocked by a switch", fstest.MapFS{device + "phy80211/rfkill0/soft": file("0"), device + "phy80211/rfkill0/hard": file("1")}, ErrRadioOff},
	} {
		r := (&kernel{t: t}).radio()
		r.root = tt.files
		if err := r.down(); !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestCheck finds what would fail before anything is done.
func TestCheck(t *testing.T) {
	features := func(bits ...int) []genetlink.Message {
		b := make([]byte, 8)
		for _, bit := range bits {
			b[bit/8] |= 1 << (bit % 8)
		}
		return []genetlink.Message{message(t, unix.NL80211_CMD_NEW_WIPHY, func(e *netlink.AttributeEncoder) { e.Bytes(unix.NL80211_ATTR_EXT_FEATURES, b) })}
	}
	for _, tt := range []struct {
		name  string
		wiphy []genetlink.Message
		join  bool
		err   error
	}{
		{"nothing to join", features(), false, nil},
		{"it cannot", features(), true, ErrDriver},
		{"with a password", features(unix.NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK), true, nil},
		{"with WPA3", features(unix.NL80211_EXT_FEATURE_SAE_OFFLOAD), true, nil},
	} {
		if err := (&kernel{t: t, wiphy: tt.wiphy}).radio().check(tt.join); !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestAddress reads the current address of the interface.
func TestAddress(t *testing.T) {
	mac := func(octets ...byte) []genetlink.Message {
		return []genetlink.Message{message(t, unix.NL80211_CMD_NEW_INTERFACE, func(e *netlink.AttributeEncoder) { e.Bytes(unix.NL80211_ATTR_MAC, octets) })}
	}
	for _, tt := range []struct {
		name   string
		answer error
		self   []genetlink.Message
		want   wps.MAC
		err    error
	}{
		{"there", nil, mac(2, 0, 0, 0, 1, 9), wps.MAC{2, 0, 0, 0, 1, 9}, nil},
		{"too short", nil, mac(2, 0), wps.MAC{}, ErrDriver},
		{"nothing", nil, []genetlink.Message{{}}, wps.MAC{}, ErrDriver},
		{"gone", errno(unix.ENODEV), nil, wps.MAC{}, ErrNoInterface},
	} {
		k := &kernel{t: t, answer: map[uint8][]error{unix.NL80211_CMD_GET_INTERFACE: {tt.answer}}, self: tt.self}
		if got, err := k.radio().address(); got != tt.want || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}

// TestAssociateCancelled ends the context during an association.
func TestAssociateCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	conn, _ := eapol.Pair(wps.MAC{1}, wps.MAC{2})
	k := &kernel{t: t, conn: conn}
	if _, err := k.radio().associate(ctx, new(ScanResult), nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if k.askedFor(unix.NL80211_CMD_DISCONNECT) == "" {
		t.Error("the kernel goes on")
	}
}

func TestOpen(t *testing.T) {
	_, err := Open("no such interface")
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrNoInterface) && !errors.Is(err, ErrUnsupported) || e.Interface != "no such interface" {
		t.Error(err)
	}
	if _, err := NewTap("no such interface"); !errors.Is(err, ErrNoInterface) {
		t.Error(err)
	}
}

// FuzzScan parses arbitrary scan results and converts them.
func FuzzScan(f *testing.F) {
	for _, name := range []string{"pin", "pbc-overlap", "hidden", "wpa3-only", "pbc-same-uuid-dual-band"} {
		for _, scan := range readRecorded(f, name).scans {
			for _, m := range scan {
				f.Add(m.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := parseScan([]genetlink.Message{{Data: data}, {Data: data}})
		if err != nil {
			return
		}
		for i := range found {
			point := &found[i]
			if len(point.ResponseElements)+len(point.BeaconElements) > 2*len(data) {
				t.Error("more elements than there are octets")
			}
			if c, ok := point.Candidate(); ok != point.WPS() || c.BSSID != point.BSSID && ok {
				t.Errorf("candidate %+v of %+v", c, point)
			}
		}
		for _, wish := range []Criteria{{PushButton: true}, {TryUnselected: true}, {SSID: "x"}} {
			selection, err := Choose(found, wish)
			if len(selection.Reasons) != len(found) || (len(selection.Order) > 0) != (err == nil) {
				t.Errorf("%+v: %v", selection, err)
			}
		}
		if d := doctor.Diagnose(Evidence(found, time.Time{})); d.Verdict == "" {
			t.Error("the doctor says nothing")
		}
	})
}

// FuzzEvent parses arbitrary multicast messages.
func FuzzEvent(f *testing.F) {
	for _, m := range readRecorded(f, "pin").events {
		f.Add(m.Header.Command, m.Data)
	}
	f.Fuzz(func(t *testing.T, command uint8, data []byte) {
		e, err := parseEvent(genetlink.Message{Header: genetlink.Header{Command: command}, Data: data})
		if err == nil && e.command != command {
			t.Errorf("%+v", e)
		}
	})
}
