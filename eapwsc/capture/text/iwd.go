package text

import (
	"bytes"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// iwdRows are lines of iwd, with -d unless the origin says otherwise. The
// source files are those of iwd 1.0 to 3.10. It does not print WSC messages:
// only the number received shows how far a run came.
var iwdRows = []Pattern{
	{Program: IWD, Origin: "src/wsc.c", Text: "src/wsc.c:wsc_push_button()", Example: "src/wsc.c:wsc_push_button() ",
		means: func(in *interpreter, m *match) { in.iwdStarts(doctor.PushButton) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "src/wsc.c:wsc_start_pin()", Example: "src/wsc.c:wsc_start_pin() ",
		means: func(in *interpreter, m *match) { in.iwdStarts(doctor.PIN) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "_scan_results() bss '{bssid:mac}' with SSID: {ssid:upto}, freq: {freq:int}",
		Example: "src/wsc.c:pin_scan_results() bss '02:00:00:00:00:00' with SSID: lab, freq: 2437",
		means: func(in *interpreter, m *match) {
			in.currentLink().is(sideStation)
			freq, _ := m.number("freq")
			in.considered = considered{m.mac("bssid"), string(m.text("ssid")), freq, 0}
		}},
	{Program: IWD, Origin: "src/wsc.c", Text: "_scan_results() bss->wsc: {pointer:upto}, {size:int}",
		Example: "src/wsc.c:pin_scan_results() bss->wsc: (nil), 0",
		means: func(in *interpreter, m *match) {
			if size, _ := m.number("size"); size == 0 {
				in.emitConsidered(true, nil)
			}
		}},
	{Program: IWD, Origin: "src/wsc.c", Text: "SelectedRegistar: false", Example: "src/wsc.c:pin_scan_results() SelectedRegistar: false",
		means: func(in *interpreter, m *match) { in.emitConsidered(true, &wps.Beacon{State: wps.Configured}) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "AuthorizedMacs: {macs:rest}", Example: "src/wsc.c:pin_scan_results() AuthorizedMacs: ff:ff:ff:ff:ff:ff",
		means: func(in *interpreter, m *match) {
			b := &wps.Beacon{State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordDefault}
			for s := m.text("macs"); len(s) >= macLen && len(b.WFA.AuthorizedMACs) < 5; s = s[macLen:] {
				if a, err := wps.ParseMAC(string(s[:macLen])); err == nil {
					b.WFA.AuthorizedMACs = append(b.WFA.AuthorizedMACs, a)
				}
			}
			in.emitConsidered(true, b)
		}},
	{Program: IWD, Origin: "src/wsc.c", Text: "G Session overlap error", Example: "src/wsc.c:push_button_scan_results() 2G Session overlap error",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "Found two PBC APs on different bands", Example: "src/wsc.c:push_button_scan_results() Found two PBC APs on different bands",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: IWD, Origin: "src/wsc.c, the error over D-Bus", Text: "SimpleConfiguration.SessionOverlap", Example: "Error net.connman.iwd.SimpleConfiguration.SessionOverlap: Multiple sessions detected",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "APs found, running the scan again", Example: "src/wsc.c:push_button_scan_results() No PBC APs found, running the scan again",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeNoRegistrar) }},
	{Program: IWD, Origin: "src/wsc.c, the error over D-Bus", Text: "SimpleConfiguration.WalkTimeExpired", Example: "Error net.connman.iwd.SimpleConfiguration.WalkTimeExpired: No APs in PushButton mode found in the allotted time",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeNoRegistrar) }},
	{Program: IWD, Origin: "src/wsc.c, the error over D-Bus", Text: "SimpleConfiguration.TimeExpired", Example: "Error net.connman.iwd.SimpleConfiguration.TimeExpired: No APs in PIN mode found in the allotted time",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeNoRegistrar) }},
	{Program: IWD, Origin: "src/wsc.c, as iwctl prints it", Text: "^No APs in PushButton mode found in the allotted time", Example: "No APs in PushButton mode found in the allotted time",
		means: func(in *interpreter, m *match) { in.iwdStarts(doctor.PushButton); in.notice(doctor.NoticeNoRegistrar) }},
	{Program: IWD, Origin: "src/wsc.c, as iwctl prints it", Text: "^No APs in PIN mode found in the allotted time", Example: "No APs in PIN mode found in the allotted time",
		means: func(in *interpreter, m *match) { in.iwdStarts(doctor.PIN); in.notice(doctor.NoticeNoRegistrar) }},
	{Program: IWD, Origin: "src/wsc.c, as iwctl prints it", Text: "^Multiple sessions detected", Example: "Multiple sessions detected",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "_scan_results() Found AP to connect to: {bssid:mac}", Example: "src/wsc.c:pin_scan_results() Found AP to connect to: 02:00:00:00:00:00",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideStation)
			l.enrolled = false
			switch line := m.line[:m.at]; {
			case bytes.HasSuffix(line, []byte("push_button")):
				l.method = doctor.PushButton
			case bytes.HasSuffix(line, []byte("pin")):
				l.method = doctor.PIN
			}
			bssid := m.mac("bssid")
			if in.considered.bssid == bssid {
				l.ssid, l.freq = in.considered.ssid, in.considered.freq
				if l.method == doctor.PushButton {
					in.waiting(wps.PasswordPushButton)
				}
			}
			t := l.with(bssid)
			t.renew()
			t.counted = true
			in.attempt(t)
		}},
	{Program: IWD, Origin: "src/netdev.c", Text: "src/netdev.c:netdev_connect_event()", Example: "src/netdev.c:netdev_connect_event() ",
		means: func(in *interpreter, m *match) {
			if t := in.currentConversation(); t.counted {
				in.accepted(t, 0)
			}
		}},
	{Program: IWD, Origin: "src/netdev.c", Text: "Unicast notification Control Port Frame(129)", Example: "src/netdev.c:netdev_unicast_notify() Unicast notification Control Port Frame(129)",
		means: func(in *interpreter, m *match) {
			if t := in.currentConversation(); t.counted && !t.link.enrolled {
				in.iwdFrame(t)
			}
		}},
	{Program: IWD, Origin: "src/eap.c, without -d too", Text: "EAP completed with eapFail", Example: "EAP completed with eapFail",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			if !t.counted && t.link.method == doctor.MethodUnknown {
				in.notice(doctor.NoticeFailed) // not known to be WPS, but nothing else ends in this way at home
				return
			}
			t.wsc = true
			in.iwdEnds(t, t.frames-1)
			in.emitSignal(t, signalFailure)
		}},
	{Program: IWD, Origin: "src/wsc.c", Text: "Obtained creden{x:word} for SSID: {ssid:upto}, address: {bssid:mac}", Example: "src/wsc.c:wsc_enrollee_credential_obtained() Obtained credenials for SSID: lab, address: 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) { in.succeed(in.currentConversation()) }},
	{Program: IWD, Origin: "src/wsc.c", Text: "wsc_enrollee_connect_cb() {ifindex:int}, result: {result:int}", Example: "src/wsc.c:wsc_enrollee_connect_cb() 3, result: 3",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			result, _ := m.number("result")
			switch { // enum netdev_result
			case !t.counted || t.link.enrolled:
			case result == 1 || result == 2: // authentication or association failed; the status is unknown
				in.associate(t)
				in.accepted(t, 1)
			case t.signals&signalFailure == 0:
				in.iwdEnds(t, t.frames)
				in.leave(t, true, 0)
			}
			t.counted = false
		}},
	{Program: IWD, Origin: "src/wsc.c", Text: "wsc_enrollee_netdev_event() Disconnect by AP", Example: "src/wsc.c:wsc_enrollee_netdev_event() Disconnect by AP",
		means: func(in *interpreter, m *match) {
			if t := in.currentConversation(); t.counted {
				in.iwdEnds(t, t.frames)
				in.leave(t, false, 0)
			}
		}},
	{Program: IWD, Origin: "iwctl, client/wsc.c", Text: "wsc {iface:word} push-button", Example: "[iwd]# wsc wlan0 push-button",
		means: func(in *interpreter, m *match) { in.iwdStarts(doctor.PushButton); in.commanded = in.line }},
	{Program: IWD, Origin: "iwctl, client/wsc.c", Text: "wsc {iface:word} start-{who:word}", Example: "[iwd]# wsc wlan0 start-user-pin 12345670",
		means: func(in *interpreter, m *match) { in.iwdStarts(doctor.PIN); in.commanded = in.line }},
	{Program: IWD, Origin: "src/dbus.c, as iwctl prints it", Text: "^Operation failed", Example: "Operation failed",
		means: func(in *interpreter, m *match) { in.answered(doctor.NoticeFailed) }},
	{Program: IWD, Origin: "src/dbus.c, as iwctl prints it", Text: "^Invalid arguments", Example: "Invalid arguments",
		means: func(in *interpreter, m *match) { in.answered(doctor.NoticeRefused) }},
	{Program: IWD, Origin: "src/netdev.c, without -d too", Text: "4-Way handshake failed for ifindex: {ifindex:int}, reason: {reason:int}", Example: "4-Way handshake failed for ifindex: 3, reason: 15",
		means: func(in *interpreter, m *match) {
			if l := in.currentLink(); l.enrolled {
				in.joined(l.with(wps.MAC{}), false)
			}
		}},
	{Program: IWD, Origin: "src/station.c", Text: "Old State: {from:upto}, new state: connected", Example: "src/station.c:station_enter_state() Old State: connecting, new state: connected",
		means: func(in *interpreter, m *match) {
			if l := in.currentLink(); l.enrolled {
				in.joined(l.with(wps.MAC{}), true)
			}
		}},
}

// iwdStarts handles the start of WPS at iwd.
func (in *interpreter) iwdStarts(method doctor.Method) {
	l := in.currentLink()
	l.is(sideStation)
	l.method, l.enrolled = method, false
}

// iwdFrame handles an EAPOL frame that a station has received, of unknown
// content. The first asks for its identity, the second is WSC_Start.
func (in *interpreter) iwdFrame(t *conversation) {
	t.frames++
	switch t.frames {
	case 1:
		in.associate(t)
		t.wsc = true
		in.emitSignal(t, signalIdentityRequest)
	case 2:
		in.proposed(t)
	}
}

// iwdEnds emits what must have come before the end of a run: M1, if there was
// WSC_Start. The number of messages is known, but not which ones: M2D is
// repeated.
func (in *interpreter) iwdEnds(t *conversation, frames int) {
	if frames >= 2 {
		in.emitMessageOnce(t, wps.MessageM1)
	}
	if frames > 2 {
		in.emitWSC(t, false, eap.OpMSG, nil, 1)
		in.emitWSC(t, true, eap.OpMSG, nil, 1)
	}
}
