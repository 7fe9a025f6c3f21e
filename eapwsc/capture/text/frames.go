package text

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// octetsRow is a dump of octets that hostapd, wpa_supplicant or ESP-IDF prints
// under a name: "NAME - hexdump(len=N): 01 02 …", or with hexdump_ascii on
// lines of its own.
type octetsRow struct {
	program Program
	name    string
	origin  string
	example string // the octets
	means   func(*interpreter, []byte)
}

// octetsRows are the dumps that concern WPS.
var octetsRows = []octetsRow{
	{WPASupplicant, "RX EAPOL", "wpa_supplicant/wpa_supplicant.c", "02 00 00 05 01 dd 00 05 01",
		func(in *interpreter, b []byte) {
			in.currentLink().is(sideStation)
			in.dumpedFrame(in.currentConversation(), false, b)
		}},
	{WPASupplicant, "TX EAPOL", "wpa_supplicant/wpas_glue.c", "02 01 00 00",
		func(in *interpreter, b []byte) {
			in.currentLink().is(sideStation)
			in.dumpedFrame(in.currentConversation(), true, b)
		}},
	{ESPIDF, "WPA: RX EAPOL-EAP PACKET", "esp_supplicant/src/esp_wps.c", "02 00 00 05 01 dd 00 05 01",
		func(in *interpreter, b []byte) {
			in.currentLink().is(sideStation)
			in.dumpedFrame(in.currentConversation(), false, b)
		}},
	{Hostapd, "EAP-Identity: Peer identity", "src/eap_server/eap_server_identity.c", "57 46 41", (*interpreter).identity},
	{WPASupplicant, "EAP: using real identity", "src/eap_peer/eap.c", "57 46 41", (*interpreter).identity},
	{WPASupplicant, "identity", "wpa_supplicant/config.c", "57 46 41", (*interpreter).configured},
	{Hostap, "nl80211: MLME event frame", "src/drivers/driver_nl80211_event.c", "c0 00", (*interpreter).management},
	{Hostap, "CMD_FRAME", "src/drivers/driver_nl80211.c", "c0 00", (*interpreter).management},
	{Hostapd, "nl80211: proberesp_ies", "src/drivers/driver_nl80211.c", "dd 18", (*interpreter).responseElements},
	{Hostapd, "WPS: WPS IE from (Re)AssocReq", "src/ap/ieee802_11.c", "10 4a 00 01 10",
		func(in *interpreter, b []byte) { t := in.currentConversation(); t.wsc = true; in.associate(t) }},
	{Hostap, "WPS: UUID-E", "src/wps/wps_registrar.c", "ed 0b", func(in *interpreter, b []byte) { in.attribute(wps.AttrUUIDE, b) }},
	{Hostap, "WPS: UUID-R", "src/wps/wps_enrollee.c", "ed 0b", func(in *interpreter, b []byte) { in.attribute(wps.AttrUUIDR, b) }},
	{Hostap, "WPS: Enrollee Nonce", "src/wps", "ed 0b", func(in *interpreter, b []byte) {
		if len(b) == len(wps.Nonce{}) {
			in.currentConversation().nonceE = slices.Clone(b)
			in.attribute(wps.AttrEnrolleeNonce, b)
		}
	}},
	{Hostap, "WPS: Registrar Nonce", "src/wps", "ed 0b", func(in *interpreter, b []byte) {
		if len(b) == len(wps.Nonce{}) {
			in.currentConversation().nonceR = slices.Clone(b)
			in.attribute(wps.AttrRegistrarNonce, b)
		}
	}},
	{Hostap, "WPS: Manufacturer", "src/wps/wps_dev_attr.c", "45", func(in *interpreter, b []byte) { in.attribute(wps.AttrManufacturer, b) }},
	{Hostap, "WPS: Model Name", "src/wps/wps_dev_attr.c", "45", func(in *interpreter, b []byte) { in.attribute(wps.AttrModelName, b) }},
	{Hostap, "WPS: Model Number", "src/wps/wps_dev_attr.c", "45", func(in *interpreter, b []byte) { in.attribute(wps.AttrModelNumber, b) }},
	{Hostap, "WPS: Serial Number", "src/wps/wps_dev_attr.c", "45", func(in *interpreter, b []byte) { in.attribute(wps.AttrSerialNumber, b) }},
	{Hostap, "WPS: Device Name", "src/wps/wps_dev_attr.c", "45", func(in *interpreter, b []byte) { in.attribute(wps.AttrDeviceName, b) }},
	{Hostap, "WPS: AuthKey", "src/wps/wps_common.c, with -K", "ed 0b", func(in *interpreter, b []byte) {
		if len(b) == len(registration.Keys{}.AuthKey) {
			clear(in.authKey)
			in.authKey = slices.Clone(b)
		}
	}},
	{Hostap, "WPS: KeyWrapKey", "src/wps/wps_common.c, with -K", "ed 0b", (*interpreter).keyWrapKey},
}

// rowsOfOctets returns the rows that match the dumps.
func rowsOfOctets() (rows []Pattern) {
	for _, o := range octetsRows {
		rows = append(rows,
			Pattern{Program: o.program, Origin: o.origin, Text: o.name + " - hexdump(len={len:int}):[{octets:rest}]", Example: o.name + " - hexdump(len=" + lenOf(o.example) + "): " + o.example,
				means: func(in *interpreter, m *match) { in.collect(m, o.means) }},
			Pattern{Program: o.program, Origin: o.origin, Text: o.name + " - hexdump_ascii(len={len:int}):", Example: o.name + " - hexdump_ascii(len=" + lenOf(o.example) + "):",
				means: func(in *interpreter, m *match) { in.collect(m, o.means) }},
		)
	}
	return rows
}

func lenOf(example string) string {
	n := (len(example) + 1) / 3
	if n > 9 {
		return string([]byte{byte('0' + n/10), byte('0' + n%10)})
	}
	return string([]byte{byte('0' + n)})
}

// dump is a dump whose lines are being read.
type dump struct {
	want   int
	octets []byte
	means  func(*interpreter, []byte)

	// dense is that the digits are those of an element of 802.11, whose length
	// is in it: in any lines, with or without blanks. Cut is called if it ends
	// too early.
	dense  bool
	digits []byte
	cut    func(*interpreter, []byte)
}

// maxDump limits the size of a dump in a log.
const maxDump = 1 << 16

// collect starts reading a dump.
func (in *interpreter) collect(m *match, means func(*interpreter, []byte)) {
	want, _ := m.number("len")
	if want <= 0 || want > maxDump {
		return
	}
	d := &dump{want: want, means: means}
	if rest := m.text("octets"); len(rest) > 0 && (rest[0] == '[' || !d.line(rest)) {
		return // ⟦NULL⟧, ⟦REMOVED⟧
	}
	in.dump = d
	in.finishDump()
}

// line adds the octets of a line. It reports whether there were any.
func (d *dump) line(s []byte) bool {
	if d.dense {
		return d.denseLine(s)
	}
	any := false
	for len(d.octets) < d.want {
		n := blanks(s)
		s = s[n:]
		if len(s) < 2 || !isHexDigit(s[0]) || !isHexDigit(s[1]) || len(s) > 2 && s[2] != ' ' {
			break
		}
		if any && n > 1 {
			break // the column of characters
		}
		d.octets = append(d.octets, nibble(s[0])<<4|nibble(s[1]))
		s, any = s[2:], true
	}
	return any
}

// denseLine is line for digits with any blanks between them.
func (d *dump) denseLine(s []byte) bool {
	n := span(s, func(c byte) bool { return isHexDigit(c) || c == ' ' || c == ':' })
	if len(bytes.Trim(s[n:], " .\t\"'`")) > 0 {
		return false
	}
	before := len(d.digits)
	for _, c := range s[:n] {
		if isHexDigit(c) {
			d.digits = append(d.digits, c)
		}
	}
	const header = 2
	d.octets = appendHex(d.octets[:0], d.digits)
	if d.want = header; len(d.octets) > 1 {
		d.want += int(d.octets[1])
	}
	if len(d.octets) > d.want {
		d.octets = d.octets[:d.want]
	}
	return len(d.digits) > before
}

// endDump handles a line that does not belong to the dump.
func (in *interpreter) endDump() {
	if d := in.dump; d != nil {
		in.dump = nil
		if d.cut != nil {
			d.cut(in, d.octets)
		}
	}
}

func nibble(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

// finishDump handles the dump, if it is complete.
func (in *interpreter) finishDump() {
	if d := in.dump; d != nil && len(d.octets) >= d.want {
		in.dump = nil
		d.means(in, d.octets)
	}
}

// identity handles the identity of a station, which shows which side is the
// enrollee.
func (in *interpreter) identity(b []byte) {
	t := in.currentConversation()
	if t.dumped {
		return
	}
	switch string(b) {
	case registrarIdentity:
		t.apEnrollee = true
	case enrolleeIdentity:
		t.apEnrollee = false
	default:
		return
	}
	t.wsc = true
	in.associate(t)
	in.emitSignal(t, signalIdentity)
}

// The identities of stations that want WPS.
const (
	enrolleeIdentity  = "WFA-SimpleConfig-Enrollee-1-0"
	registrarIdentity = "WFA-SimpleConfig-Registrar-1-0"
)

// configured handles an identity in the configuration of wpa_supplicant: WPS
// was started.
func (in *interpreter) configured(b []byte) {
	l := in.currentLink()
	if id := string(b); id == registrarIdentity || id == enrolleeIdentity {
		l.is(sideStation)
		l.enrolled = false
		if id == registrarIdentity {
			l.method = doctor.PIN
		}
		l.external = id == registrarIdentity
	}
}

// keyWrapKey handles the last of the keys of a run.
func (in *interpreter) keyWrapKey(b []byte) {
	t := in.currentConversation()
	keys := new(registration.Keys)
	if len(b) != len(keys.KeyWrapKey) || in.authKey == nil || t.nonceE == nil || t.nonceR == nil {
		return
	}
	copy(keys.AuthKey[:], in.authKey)
	copy(keys.KeyWrapKey[:], b)
	in.keys.Add(wps.Nonce(t.nonceE), wps.Nonce(t.nonceR), keys)
	clear(in.authKey)
	in.authKey = nil
}

// managementFrames are the frames that logs dump: the kind of event, and where
// the elements begin in the body.
var managementFrames = map[byte]struct {
	kind     capture.EventKind
	elements int
}{
	0: {capture.KindAssociationRequest, 4}, 1: {capture.KindAssociationResponse, 6}, 2: {capture.KindReassociationRequest, 10}, 3: {capture.KindReassociationResponse, 6},
	4: {capture.KindProbeRequest, 0}, 5: {capture.KindProbeResponse, 12}, 8: {capture.KindBeacon, 12},
	10: {capture.KindDisassociation, 2}, 11: {capture.KindAuthentication, 6}, 12: {capture.KindDeauthentication, 2},
}

// management handles an 802.11 management frame: IEEE Std 802.11-2020 9.3.3.
func (in *interpreter) management(b []byte) {
	const header = 24
	if len(b) < header || b[0]&0x0f != 0 || b[1]&0x40 != 0 {
		return
	}
	row, ok := managementFrames[b[0]>>4]
	body := b[header:]
	if !ok || len(body) < row.elements {
		return
	}
	m := new(capture.Management)
	m.Elements, _ = dot11.Parse(body[row.elements:])
	m.WPS = slices.Clone(m.WPS)
	u16 := func(at int) uint16 { return binary.LittleEndian.Uint16(body[at:]) }
	switch row.kind {
	case capture.KindAssociationRequest, capture.KindReassociationRequest:
		m.Capability, m.Hidden = u16(0), false
	case capture.KindAssociationResponse, capture.KindReassociationResponse:
		m.Capability, m.Status = u16(0), u16(2)
	case capture.KindProbeResponse, capture.KindBeacon:
		m.Capability = u16(10)
	case capture.KindAuthentication:
		m.Algorithm, m.Transaction, m.Status = u16(0), u16(2), u16(4)
	case capture.KindDisassociation, capture.KindDeauthentication:
		m.Reason = u16(0)
	default:
		m.Hidden = false
	}
	var src, dst, bssid wps.MAC
	copy(dst[:], b[4:])
	copy(src[:], b[10:])
	copy(bssid[:], b[16:])
	l := in.currentLink()
	if bssid != wps.Broadcast && l.side != sideUnknown && row.elements >= 4 {
		peer := bssid
		if l.side == sideAP {
			peer = other(src, dst, bssid)
		}
		if row.kind != capture.KindProbeResponse && row.kind != capture.KindBeacon && row.kind != capture.KindAuthentication {
			t := l.with(peer)
			if t.signals != 0 || t.dumped {
				t.renew()
			}
			t.associates, t.managed = false, true
		}
	}
	if row.kind == capture.KindProbeRequest {
		in.facts.probes, in.facts.listens = true, true
	}
	e := in.emit(row.kind)
	e.Src, e.Dst, e.BSSID, e.Management = src, dst, bssid, m
	e.Radio = capture.RadioInfo{OnAir: true, Frequency: uint16(l.freq)}
}

// other returns the address of the station of a frame.
func other(src, dst, bssid wps.MAC) wps.MAC {
	if src == bssid {
		return dst
	}
	return src
}

// responseElements handles the elements that hostapd passes to the driver for
// its probe responses: they include everything in its beacons about WPS, and
// more.
func (in *interpreter) responseElements(b []byte) {
	elements, _ := dot11.Parse(b)
	l := in.currentLink()
	if elements.WPS == nil || l.side != sideAP {
		return
	}
	e := in.beacon(l.own, l.ssid, l.freq, 0, slices.Clone(elements.WPS))
	e.Kind = capture.KindProbeResponse
}

// eapolStart handles EAPOL-Start.
func (in *interpreter) eapolStart(t *conversation, frame []byte) {
	if t.dumped {
		return
	}
	in.emitFrame(t, true, frame)
}

// probe handles a station that looks for a registrar. If its UUID is unknown,
// it is assumed to be derived from the address, as with most stations.
func (in *interpreter) probe(station wps.MAC, uuid wps.UUID, id wps.DevicePasswordID, methods wps.ConfigMethods) {
	if uuid == (wps.UUID{}) {
		uuid = wps.UUIDFromMAC(station)
	}
	octets, err := wps.Append(nil, &wps.ProbeRequest{
		RequestType: wps.RequestEnrollee8021X, ConfigMethods: methods, UUIDE: uuid, DevicePasswordID: id,
		RFBands: wps.Band24GHz | wps.Band5GHz,
	})
	if err != nil {
		return
	}
	e := in.emit(capture.KindProbeRequest)
	e.Src, e.Dst, e.BSSID = station, wps.Broadcast, wps.Broadcast
	e.Described = true
	e.Management = &capture.Management{Elements: dot11.Elements{WPS: octets}}
}

// joined handles the end of a station's 4-way handshake with its settings.
func (in *interpreter) joined(t *conversation, ok bool) {
	if !t.wsc && !t.link.enrolled && t.signals == 0 {
		t.associates = false
		return // not WPS
	}
	if t.associates {
		in.join(t)
	}
	if ok {
		for n := range 4 {
			in.emitFrame(t, n%2 == 1, keyFrame(n))
		}
		return
	}
	for range 2 {
		in.emitFrame(t, false, keyFrame(0))
		in.emitFrame(t, true, keyFrame(1))
	}
	e := in.emit(capture.KindDeauthentication)
	e.Src, e.Dst, e.BSSID = t.ap, t.station, t.ap
	e.Management = &capture.Management{Reason: reasonHandshake}
}

// reasonHandshake is the reason code of a 4-way handshake that timed out: IEEE
// Std 802.11-2020 table 9-49.
const reasonHandshake = 15

// keyFrame returns message n of the 4-way handshake, from 0, without a key: IEEE
// Std 802.11-2020 12.7.2.
func keyFrame(n int) []byte {
	const bodyLen, pairwise, install, ack, mic, secure = 95, 1 << 3, 1 << 6, 1 << 7, 1 << 8, 1 << 9
	info := [4]uint16{pairwise | ack, pairwise | mic, pairwise | install | ack | mic | secure, pairwise | mic | secure}[n]
	b := make([]byte, 4+bodyLen)
	b[0], b[1], b[3] = 2, 3, bodyLen
	b[4] = 2 // RSN
	binary.BigEndian.PutUint16(b[5:], info|2)
	if n < 3 {
		b[17] = 1 // a nonce
	}
	if n == 1 {
		b = append(b, 0, 0) // key data
		b[3] += 2
		b[4+94] = 2
	}
	return b
}

// authenticationRefused handles an access point's refusal of a station.
func (in *interpreter) authenticationRefused(t *conversation, algorithm, status int) {
	e := in.emit(capture.KindAuthentication)
	e.Src, e.Dst, e.BSSID = t.ap, t.station, t.ap
	e.Management = &capture.Management{Algorithm: uint16(algorithm), Transaction: 2, Status: uint16(status)}
}

// candidate handles a line about an access point that wpa_supplicant considers.
func (in *interpreter) candidate(m *match) {
	before := m.line[:m.at]
	for len(before) > 0 && before[len(before)-1] == ' ' {
		before = before[:len(before)-1]
	}
	if len(before) < macLen {
		return
	}
	bssid, err := wps.ParseMAC(string(before[len(before)-macLen:]))
	if err != nil {
		return
	}
	in.currentLink().is(sideStation)
	freq, _ := m.number("freq")
	level, _ := m.number("level")
	in.considered = considered{bssid, string(unescaped(m.text("ssid"))), freq, level}
	if !slices.Contains(strings.Fields(string(m.text("wps"))), "wps") {
		in.emitConsidered(true, nil)
	}
}

// considered is an access point that a station considers.
type considered struct {
	bssid       wps.MAC
	ssid        string
	freq, level int
}

// waiting records that the access point considered last waits for a device.
func (in *interpreter) waiting(id wps.DevicePasswordID) {
	in.emitConsidered(true, &wps.Beacon{State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: id})
}

// emitConsidered emits a beacon of the access point considered last; b is nil if it has
// no WPS.
func (in *interpreter) emitConsidered(known bool, b *wps.Beacon) {
	c := in.considered
	if c.bssid == (wps.MAC{}) {
		return
	}
	var octets []byte
	if b != nil {
		b.WFA.Version2 = 0x20 // or the doctor would consider it old
		octets, _ = wps.Append(nil, b)
	}
	in.aps[c.bssid] = &network{ssid: c.ssid, freq: c.freq}
	e := in.beacon(c.bssid, c.ssid, c.freq, c.level, octets)
	e.Truncated = !known
}

// newBSS handles the name of an access point in a scan of wpa_supplicant.
func (in *interpreter) newBSS(m *match) {
	in.currentLink().is(sideStation)
	freq, _ := m.number("freq")
	bssid := m.mac("bssid")
	if len(in.aps) < maxNetworks {
		in.aps[bssid] = &network{ssid: string(unescaped(m.text("ssid"))), freq: freq}
	}
	in.considered = considered{bssid, string(unescaped(m.text("ssid"))), freq, 0}
	in.emitConsidered(false, nil)
}

// wpsAP handles an access point with WPS in a scan of wpa_supplicant. Type 0
// means that no registrar is selected.
func (in *interpreter) wpsAP(m *match) {
	bssid, kind := m.mac("bssid"), 0
	kind, _ = m.number("type")
	n := in.aps[bssid]
	if n == nil {
		n = &network{}
	}
	in.considered = considered{bssid, n.ssid, n.freq, 0}
	b := &wps.Beacon{State: wps.Configured}
	if kind > 0 {
		b.SelectedRegistrar = true
		switch in.currentLink().method {
		case doctor.PushButton:
			b.DevicePasswordID = wps.PasswordPushButton
		case doctor.MethodUnknown:
			return
		}
	}
	in.emitConsidered(true, b)
}
