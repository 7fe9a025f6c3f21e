package text

import (
	"bytes"
	"encoding/hex"
	"slices"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// hostapRows are lines of hostapd and wpa_supplicant: the event lines of all
// versions from 1.0 to 2.11, and debug output (-d, -dd, with and without -K).
// The source files are those of hostap.
var hostapRows = []Pattern{
	// Event lines: see src/common/wpa_ctrl.h for their names.
	{Program: Hostap, Origin: "wpa_supplicant/wps_supplicant.c, src/ap/wps_hostapd.c; reason= since 1.0",
		Text:    "WPS-FAIL[ msg={msg:int}][ config_error={error:int}][ reason={reason:int}]",
		Example: "wlan0: WPS-FAIL msg=8 config_error=18",
		means:   (*interpreter).wpsFail},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wps_supplicant.c",
		Text:    "WPS-M2D dev_password_id={id:int} config_error={error:int}",
		Example: "<3>WPS-M2D dev_password_id=0 config_error=0",
		means: func(in *interpreter, m *match) {
			id, _ := m.number("id")
			ce, _ := m.number("error")
			in.linkNamed(in.link(m)).is(sideStation)
			in.begin(wps.MessageM2D, true)
			in.attribute16(wps.AttrDevicePasswordID, id)
			in.attribute16(wps.AttrConfigError, ce)
			in.flush()
		}},
	{Program: Hostap, Origin: "src/common/wpa_ctrl.h WPS_EVENT_SUCCESS",
		Text: "WPS-SUCCESS", Example: "wlan0: WPS-SUCCESS ",
		means: func(in *interpreter, m *match) { in.succeed(in.linkNamed(in.link(m)).with(wps.MAC{})) }},
	{Program: Hostapd, Origin: "src/ap/wps_hostapd.c",
		Text:    "WPS-REG-SUCCESS {sta:mac} {uuid:uuid}",
		Example: "wlan0: WPS-REG-SUCCESS 02:00:00:00:01:00 572cf82f-c957-5653-9b16-b5cfb298abf1",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			t := l.with(m.mac("sta"))
			in.attributeTo(t, false)
			in.succeed(t)
			l.enrolled = false
		}},
	{Program: Hostap, Origin: "src/common/wpa_ctrl.h WPS_EVENT_OVERLAP",
		Text: "WPS-OVERLAP-DETECTED", Example: "wlan0: WPS-OVERLAP-DETECTED PBC session overlap",
		means: func(in *interpreter, m *match) { in.linkNamed(in.link(m)); in.notice(doctor.NoticeOverlap) }},
	{Program: Hostap, Origin: "src/common/wpa_ctrl.h WPS_EVENT_TIMEOUT",
		Text: "WPS-TIMEOUT[ {text:rest}]", Example: "wlan0: WPS-TIMEOUT Requested operation timed out",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			if l.side == sideUnknown { // hostapd says no more, wpa_supplicant does
				l.is(sideStation)
				if len(m.text("text")) == 0 {
					l.is(sideAP)
				}
			}
			if l.side == sideAP {
				in.notice(doctor.NoticeNoDevice)
			} else {
				in.notice(doctor.NoticeNoRegistrar)
			}
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wps_supplicant.c; -PBC, -PIN and -AUTH say for what it waits",
		Text: "WPS-AP-AVAILABLE", Example: "<3>WPS-AP-AVAILABLE-PBC ",
		means: func(in *interpreter, m *match) { in.linkNamed(in.link(m)).is(sideStation) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/ctrl_iface.c, the answer to WPS_PBC",
		Text: "FAIL-PBC-OVERLAP", Example: "FAIL-PBC-OVERLAP",
		means: func(in *interpreter, m *match) { in.currentLink().is(sideStation); in.notice(doctor.NoticeOverlap) }},

	// Commands, as people type them and as debug output repeats them.
	{Program: Hostap, Origin: "wpa_cli and hostapd_cli", Text: "_cli {command:rest}", Example: "# hostapd_cli -i wlan0 wps_pin any 12345670",
		means: func(in *interpreter, m *match) {
			for word := range bytes.FieldsSeq(m.text("command")) {
				switch string(word) {
				case "wps_pbc":
					in.command(m, doctor.PushButton, false)
					return
				case "wps_pin", "wps_reg":
					in.command(m, doctor.PIN, string(word) == "wps_reg")
					return
				case "wps_check_pin":
					in.commanded = in.line
					return
				}
			}
			in.heard[Hostap]-- // it is about something else
		}},
	{Program: Hostap, Origin: "wpa_cli, interactive", Text: "^wps_check_pin {pin:word}", Example: "wps_check_pin 12345670",
		means: func(in *interpreter, m *match) { in.commanded = in.line }},
	{Program: Hostap, Origin: "ctrl_iface.c, the answer to WPS_CHECK_PIN", Text: "^FAIL-CHECKSUM", Example: "FAIL-CHECKSUM",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeBadPIN) }},
	{Program: Hostap, Origin: "ctrl_iface.c, the answer to a command", Text: "^FAIL-BUSY", Example: "FAIL-BUSY",
		means: func(in *interpreter, m *match) { in.answered(doctor.NoticeRefused) }},
	{Program: Hostap, Origin: "ctrl_iface.c, the answer to a command", Text: "^UNKNOWN COMMAND", Example: "UNKNOWN COMMAND",
		means: func(in *interpreter, m *match) { in.answered(doctor.NoticeNoWPS) }},
	{Program: Hostap, Origin: "ctrl_iface.c, the answer to a command", Text: "^FAIL{rest:rest}", Example: "FAIL",
		means: func(in *interpreter, m *match) {
			if len(m.text("rest")) == 0 {
				in.answered(doctor.NoticeRefused)
			}
		}},
	{Program: Hostap, Origin: "wpa_cli.c and hostapd_cli.c", Text: "Failed to connect to {where:within}ctrl_if", Example: "Failed to connect to non-global ctrl_ifname: wlan0  error: No such file or directory",
		means: func(in *interpreter, m *match) { in.answered(doctor.NoticeRefused) }},
	{Program: Hostap, Origin: "wpa_cli, interactive", Text: "^wps_pbc", Example: "wps_pbc",
		means: func(in *interpreter, m *match) { in.command(m, doctor.PushButton, false) }},
	{Program: Hostap, Origin: "wpa_cli, interactive", Text: "^wps_pin {who:word}", Example: "wps_pin any",
		means: func(in *interpreter, m *match) { in.command(m, doctor.PIN, false) }},
	{Program: WPASupplicant, Origin: "wpa_cli, interactive", Text: "^wps_reg {bssid:mac}", Example: "wps_reg 02:00:00:00:00:00 12345670",
		means: func(in *interpreter, m *match) { in.command(m, doctor.PIN, true) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/ctrl_iface.c", Text: "Control interface command 'WPS_PBC", Example: "wlan0: Control interface command 'WPS_PBC'",
		means: func(in *interpreter, m *match) { in.command(m, doctor.PushButton, false) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/ctrl_iface.c", Text: "Control interface command 'WPS_PIN", Example: "wlan0: Control interface command 'WPS_PIN any 12345670'",
		means: func(in *interpreter, m *match) { in.command(m, doctor.PIN, false) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/ctrl_iface.c", Text: "Control interface command 'WPS_REG", Example: "wlan0: Control interface command 'WPS_REG 02:00:00:00:00:00 12345670'",
		means: func(in *interpreter, m *match) { in.command(m, doctor.PIN, true) }},

	{Program: Hostap, Origin: "src/common/wpa_ctrl.h WPS_EVENT_CANCEL",
		Text: "WPS-CANCEL", Example: "wlan0: WPS-CANCEL ",
		means: func(in *interpreter, m *match) { in.linkNamed(in.link(m)).stop(in) }},
	{Program: Hostapd, Origin: "src/ap/wps_hostapd.c",
		Text:    "WPS-PIN-NEEDED {uuid:uuid} {sta:mac} ⟦{name:upto}|{rest:rest}",
		Example: "wlan0: WPS-PIN-NEEDED ed0bfab2-2afe-50f2-9fcb-5dc0a86a824e 02:00:00:00:00:02 [Device 2|Example|Model|1|2|3-0050F204-1]",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			t := l.with(m.mac("sta"))
			in.attributeTo(t, false)
			if t.signals&bit(wps.MessageM1, true) == 0 && in.pending == nil {
				in.begin(wps.MessageM1, true)
				u := m.uuid("uuid")
				in.attribute(wps.AttrUUIDE, u[:])
				in.attribute(wps.AttrDeviceName, m.text("name"))
				in.attribute16(wps.AttrDevicePasswordID, int(wps.PasswordDefault))
				in.flush()
			}
			// The answer to it is M2D.
			if in.pending == nil && t.last == wps.MessageM1 {
				in.begin(wps.MessageM2D, false)
				in.attribute16(wps.AttrConfigError, 0)
				in.flush()
			}
		}},
	{Program: Hostapd, Origin: "src/ap/wps_hostapd.c",
		Text: "WPS-AP-SETUP-LOCKED", Example: "wlan0: WPS-AP-SETUP-LOCKED ",
		means: func(in *interpreter, m *match) { in.setLocked(m, true) }},
	{Program: Hostapd, Origin: "src/ap/wps_hostapd.c",
		Text: "WPS-AP-SETUP-UNLOCKED", Example: "wlan0: WPS-AP-SETUP-UNLOCKED ",
		means: func(in *interpreter, m *match) { in.setLocked(m, false) }},
	{Program: Hostap, Origin: "src/common/wpa_ctrl.h WPS_EVENT_ACTIVE",
		Text: "WPS-PBC-ACTIVE", Example: "wlan0: WPS-PBC-ACTIVE ",
		means: func(in *interpreter, m *match) { in.started(m, doctor.PushButton) }},
	{Program: Hostap, Origin: "src/common/wpa_ctrl.h WPS_EVENT_DISABLE",
		Text: "WPS-PBC-DISABLE", Example: "wlan0: WPS-PBC-DISABLE ",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			if l.pressed = false; l.side == sideAP {
				in.advertiseState(l)
			}
		}},
	{Program: Hostap, Origin: "wpa_supplicant/wps_supplicant.c; since 2.10",
		Text: "WPS-PIN-ACTIVE", Example: "wlan0: WPS-PIN-ACTIVE ",
		means: func(in *interpreter, m *match) { in.started(m, doctor.PIN) }},
	{Program: Hostap, Origin: "wpa_supplicant/wps_supplicant.c",
		Text:    "WPS-CRED-RECEIVED[ {hex:word}]",
		Example: "wlan0: WPS-CRED-RECEIVED 100e00201045000461626364100300020020100f000200081027000861626364656667681020000600000000000",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			t := l.with(wps.MAC{})
			l.is(sideStation)
			in.credential(m.text("hex"))
			in.flush()
			t.wsc, t.given = true, true
		}},
	{Program: Hostapd, Origin: "src/ap/wps_hostapd.c",
		Text:    "WPS-NEW-AP-SETTINGS[ {hex:word}]",
		Example: "wlan0: WPS-NEW-AP-SETTINGS 1045000461626364100300020020100f000200081027000861626364656667681020000600000000000",
		means: func(in *interpreter, m *match) {
			in.linkNamed(in.link(m)).is(sideAP)
			in.credential(m.text("hex"))
		}},
	{Program: Hostapd, Origin: "src/ap/wps_hostapd.c",
		Text:    "WPS-ENROLLEE-SEEN {sta:mac} {uuid:uuid} {type:word} {methods:hex} {id:int} {request:int}[ ⟦{name:rest}]",
		Example: "wlan0: WPS-ENROLLEE-SEEN 02:00:00:00:01:00 572cf82f-c957-5653-9b16-b5cfb298abf1 0-00000000-0 0x4388 4 1 [ ]",
		means: func(in *interpreter, m *match) {
			id, _ := m.number("id")
			methods, _ := m.hexNumber("methods")
			in.linkNamed(in.link(m)).is(sideAP)
			in.probe(m.mac("sta"), m.uuid("uuid"), wps.DevicePasswordID(id), wps.ConfigMethods(methods))
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wps_supplicant.c, of an external registrar",
		Text:    "WPS-ER-ENROLLEE-ADD {uuid:uuid} {sta:mac} M1={m1:int} config_methods={methods:hex} dev_passwd_id={id:int}",
		Example: "WPS-ER-ENROLLEE-ADD 572cf82f-c957-5653-9b16-b5cfb298abf1 02:00:00:00:01:00 M1=1 config_methods=0x4388 dev_passwd_id=4 pri_dev_type=0-00000000-0 |a|b|c|d|e|",
		means: func(in *interpreter, m *match) {
			id, _ := m.number("id")
			methods, _ := m.hexNumber("methods")
			in.probe(m.mac("sta"), m.uuid("uuid"), wps.DevicePasswordID(id), wps.ConfigMethods(methods))
		}},

	{Program: Hostapd, Origin: "src/eap_server/eap_server.c", Text: "CTRL-EVENT-EAP-STARTED {sta:mac}",
		Example: "wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			in.start(l.with(m.mac("sta")))
		}},
	{Program: WPASupplicant, Origin: "src/eap_peer/eap.c", Text: "CTRL-EVENT-EAP-STARTED EAP authentication started",
		Example: "wlan0: CTRL-EVENT-EAP-STARTED EAP authentication started",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			t := l.with(wps.MAC{})
			if l.method != doctor.MethodUnknown || t.wsc {
				in.start(t)
			}
		}},
	{Program: Hostap, Origin: "src/eap_peer/eap.c, src/eap_server/eap_server.c", Text: "CTRL-EVENT-EAP-PROPOSED-METHOD vendor={vendor:int} method={method:int}",
		Example: "wlan0: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=14122 method=1",
		means: func(in *interpreter, m *match) {
			if vendor, _ := m.number("vendor"); vendor == vendorWFA {
				in.proposedAt(in.linkNamed(in.link(m)))
			}
		}},
	{Program: WPASupplicant, Origin: "src/eap_peer/eap.c", Text: "CTRL-EVENT-EAP-METHOD EAP vendor 14122 method",
		Example: "wlan0: CTRL-EVENT-EAP-METHOD EAP vendor 14122 method 1 (WSC) selected",
		means:   func(in *interpreter, m *match) { in.proposed(in.linkNamed(in.link(m)).with(wps.MAC{})) }},
	{Program: Hostapd, Origin: "src/eap_server/eap_server.c", Text: "CTRL-EVENT-EAP-FAILURE {sta:mac}",
		Example: "wlan0: CTRL-EVENT-EAP-FAILURE 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			t := l.with(m.mac("sta"))
			in.attributeTo(t, true)
			in.failure(t)
		}},
	{Program: Hostapd, Origin: "src/eap_server/eap_server.c", Text: "CTRL-EVENT-EAP-TIMEOUT-FAILURE{two:upto} {sta:mac}",
		Example: "wlan0: CTRL-EVENT-EAP-TIMEOUT-FAILURE 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			if t := l.with(m.mac("sta")); t.wsc || t.link.pressed || t.link.pinEntered {
				in.waitTimedOut(t, false)
			}
		}},
	{Program: Hostapd, Origin: "src/eap_server/eap_server.c", Text: "CTRL-EVENT-EAP-RETRANSMIT{two:upto} {sta:mac}",
		Example: "wlan0: CTRL-EVENT-EAP-RETRANSMIT 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			if t := l.with(m.mac("sta")); t.sent != nil && !t.dumped {
				in.flush()
				in.emitFrame(t, false, t.sent)
			}
		}},
	{Program: WPASupplicant, Origin: "src/eap_peer/eap.c", Text: "CTRL-EVENT-EAP-FAILURE EAP authentication failed",
		Example: "wlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			in.failure(l.with(wps.MAC{}))
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c; locally_generated= since 2.0",
		Text:    "CTRL-EVENT-DISCONNECTED bssid={bssid:mac} reason={reason:int}[ locally_generated={own:int}]",
		Example: "wlan0: CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:00 reason=3 locally_generated=1",
		means: func(in *interpreter, m *match) {
			reason, _ := m.number("reason")
			own, _ := m.number("own")
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			in.leave(l.with(m.mac("bssid")), own == 1, reason)
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wpa_supplicant.c", Text: "CTRL-EVENT-CONNECTED - Connection to {bssid:mac} completed",
		Example: "wlan0: CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:00 completed [id=0 id_str=]",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			in.joined(l.with(m.mac("bssid")), true)
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c", Text: "CTRL-EVENT-ASSOC-REJECT [bssid={bssid:mac} ]status_code={status:int}",
		Example: "wlan0: CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:00:00 status_code=17",
		means: func(in *interpreter, m *match) {
			status, _ := m.number("status")
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			in.accepted(l.with(m.mac("bssid")), uint16(status))
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c; since 2.10", Text: "CTRL-EVENT-AUTH-REJECT {bssid:mac} auth_type={type:int} auth_transaction={n:int} status_code={status:int}",
		Example: "wlan0: CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:00 auth_type=3 auth_transaction=1 status_code=15",
		means: func(in *interpreter, m *match) {
			status, _ := m.number("status")
			algorithm, _ := m.number("type")
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			in.authenticationRefused(l.with(m.mac("bssid")), algorithm, status)
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c", Text: "CTRL-EVENT-SSID-TEMP-DISABLED id={id:int} ssid=\"{ssid:upto}\" auth_failures={n:int} duration={s:int} reason=WRONG_KEY",
		Example: "wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"home\" auth_failures=1 duration=10 reason=WRONG_KEY",
		means:   func(in *interpreter, m *match) { in.joined(in.linkNamed(in.link(m)).with(wps.MAC{}), false) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c; since 2.4", Text: "CTRL-EVENT-NETWORK-NOT-FOUND", Example: "wlan0: CTRL-EVENT-NETWORK-NOT-FOUND ",
		means: func(in *interpreter, m *match) {
			if t := in.linkNamed(in.link(m)).with(wps.MAC{}); t.link.enrolled {
				in.notFound(t)
			}
		}},
	{Program: WPASupplicant, Origin: "src/rsn_supp, wpa_supplicant/events.c", Text: "WPA: 4-Way Handshake failed - pre-shared key may be incorrect",
		Example: "wlan0: WPA: 4-Way Handshake failed - pre-shared key may be incorrect",
		means:   func(in *interpreter, m *match) { in.joined(in.linkNamed(in.link(m)).with(wps.MAC{}), false) }},
	{Program: Hostapd, Origin: "src/ap/sta_info.c", Text: "AP-STA-CONNECTED {sta:mac}",
		Example: "wlan0: AP-STA-CONNECTED 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			in.joined(l.with(m.mac("sta")), true)
		}},
	{Program: Hostapd, Origin: "src/ap/wpa_auth_glue.c", Text: "AP-STA-POSSIBLE-PSK-MISMATCH {sta:mac}",
		Example: "wlan0: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			in.joined(l.with(m.mac("sta")), false)
		}},

	// A station on its way to an access point.
	{Program: WPASupplicant, Origin: "wpa_supplicant/sme.c", Text: "Trying to authenticate with {bssid:mac} (SSID='{ssid:upto}' freq={freq:int} MHz",
		Example: "wlan1: SME: Trying to authenticate with 02:00:00:00:00:00 (SSID='lab' freq=2437 MHz)",
		means:   func(in *interpreter, m *match) { in.startConnecting(m) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wpa_supplicant.c", Text: "Trying to associate with [SSID ]{bssid:mac} (SSID='{ssid:upto}' freq={freq:int} MHz",
		Example: "wlan1: Trying to associate with 02:00:00:00:00:00 (SSID='lab' freq=2437 MHz)",
		means: func(in *interpreter, m *match) {
			if t := in.startConnecting(m); !t.requested || t.signals != 0 || t.dumped || t.associated {
				in.attempt(t)
			}
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c", Text: "Associated with {bssid:mac}",
		Example: "wlan1: Associated with 02:00:00:00:00:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			t := l.with(m.mac("bssid"))
			if !t.associates && !t.associated && !t.requested {
				in.attempt(t)
			}
			if t.associates && l.method == doctor.MethodUnknown {
				return // the purpose is not known yet
			}
			in.accepted(t, 0)
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wpa_supplicant.c", Text: "Own MAC address: {own:mac}",
		Example: "wlan1: Own MAC address: 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.own = m.mac("own")
			l.is(sideStation)
		}},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c", Text: "ssid='{ssid:upto}' wpa_ie_len={wpa:int} rsn_ie_len={rsn:int} caps={caps:hex} level={level:int}[ freq={freq:int}] {wps:rest}",
		Example: "wlan1: 0: 02:00:00:00:00:00 ssid='lab' wpa_ie_len=0 rsn_ie_len=20 caps=0x411 level=-30 freq=2437  wps",
		means:   (*interpreter).candidate},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wps_supplicant.c", Text: "selected based on WPS IE (Active PBC)",
		Example: "   selected based on WPS IE (Active PBC)",
		means:   func(in *interpreter, m *match) { in.waiting(wps.PasswordPushButton) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wps_supplicant.c", Text: "selected based on WPS IE (Authorized MAC or Active PIN)",
		Example: "   selected based on WPS IE (Authorized MAC or Active PIN)",
		means:   func(in *interpreter, m *match) { in.waiting(wps.PasswordDefault) }},
	{Program: WPASupplicant, Origin: "src/rsn_supp/wpa.c", Text: "WPS: AP {bssid:mac} type {type:int} added",
		Example: "WPS: AP 02:00:00:00:00:00 type 1 added", means: (*interpreter).wpsAP},
	{Program: WPASupplicant, Origin: "wpa_supplicant/wps_supplicant.c", Text: "BSS: Add new id {id:int} BSSID {bssid:mac} SSID '{ssid:upto}'[ freq {freq:int}]",
		Example: "wlan1: BSS: Add new id 1 BSSID 02:00:00:00:00:00 SSID 'lab' freq 2437", means: (*interpreter).newBSS},

	// An access point about itself and its stations.
	{Program: Hostapd, Origin: "src/ap/hostapd.c", Text: "Using interface {name:word} with hwaddr {own:mac} and ssid \"{ssid:upto}\"",
		Example: "Using interface wlan0 with hwaddr 02:00:00:00:00:00 and ssid \"lab\"",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(string(m.text("name")))
			l.own, l.ssid = m.mac("own"), string(unescaped(m.text("ssid")))
			l.is(sideAP)
		}},
	{Program: Hostapd, Origin: "src/ap/hw_features.c, src/ap/hostapd.c", Text: "Channel: {channel:int}  Frequency: {freq:int} MHz",
		Example: "Mode: IEEE 802.11g  Channel: 6  Frequency: 2437 MHz",
		means: func(in *interpreter, m *match) {
			in.currentLink().freq, _ = m.number("freq")
		}},
	{Program: Hostapd, Origin: "src/ap/hostapd.c", Text: "interface state {from:upto}->{to:word}",
		Example: "wlan0: interface state UNINITIALIZED->ENABLED",
		means:   func(in *interpreter, m *match) { in.linkNamed(in.link(m)).is(sideAP) }},
	{Program: Hostapd, Origin: "src/ap/hostapd.c", Text: "AP-ENABLED", Example: "wlan0: AP-ENABLED ",
		means: func(in *interpreter, m *match) { in.linkNamed(in.link(m)).is(sideAP) }},
	{Program: Hostapd, Origin: "src/ap/ieee802_11.c (hostapd_logger)", Text: "STA {sta:mac} IEEE 802.11: associated (aid",
		Example: "wlan0: STA 02:00:00:00:01:00 IEEE 802.11: associated (aid 1)",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			t := l.with(m.mac("sta"))
			if t.managed {
				return
			}
			if !t.associates {
				in.attempt(t)
			}
			if l.pressed || l.pinEntered {
				in.associate(t)
				in.accepted(t, 0)
			}
		}},
	{Program: Hostapd, Origin: "src/ap/ieee802_11.c (hostapd_logger)", Text: "STA {sta:mac} IEEE 802.11: disassociated",
		Example: "wlan0: STA 02:00:00:00:01:00 IEEE 802.11: disassociated",
		means:   (*interpreter).stationLeft},
	{Program: Hostapd, Origin: "src/ap/ieee802_11.c (hostapd_logger)", Text: "STA {sta:mac} IEEE 802.11: deauthenticated",
		Example: "wlan0: STA 02:00:00:00:01:00 IEEE 802.11: deauthenticated",
		means:   (*interpreter).stationLeft},
	{Program: Hostapd, Origin: "src/ap/ieee802_1x.c", Text: "IEEE 802.1X: {n:int} bytes from {sta:mac}",
		Example: "IEEE 802.1X: 84 bytes from 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideAP)
			l.with(m.mac("sta"))
			l.addressed = true
		}},
	{Program: Hostapd, Origin: "src/ap/ieee802_1x.c (hostapd_logger)", Text: "STA {sta:mac} IEEE 802.1X: {what:rest}",
		Example: "wlan0: STA 02:00:00:00:01:00 IEEE 802.1X: Sending EAP Packet (identifier 73)",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideAP)
			t := l.with(m.mac("sta"))
			if bytes.HasPrefix(m.text("what"), []byte("received EAPOL-Start")) {
				e := []byte{1, 1, 0, 0}
				in.flush()
				if t.signals != 0 && t.signals&signalFailure == 0 && t.last > wps.MessageM1 {
					return
				}
				in.eapolStart(t, e)
			}
		}},
	{Program: Hostapd, Origin: "src/wps/wps_registrar.c", Text: "WPS: Probe Request for PBC received from {sta:mac}",
		Example: "WPS: Probe Request for PBC received from 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) {
			in.currentLink().is(sideAP)
			in.facts.listens = true
			if !in.facts.probes {
				in.probe(m.mac("sta"), wps.UUID{}, wps.PasswordPushButton, 0)
			}
		}},
	{Program: Hostapd, Origin: "src/wps/wps_registrar.c", Text: "WPS: PBC overlap detected", Example: "WPS: PBC overlap detected - do not start PBC mode",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: Hostapd, Origin: "src/wps/wps_registrar.c", Text: "WPS: PBC timed out - disable PBC mode", Example: "WPS: PBC timed out - disable PBC mode",
		means: func(in *interpreter, m *match) { in.currentLink().is(sideAP); in.notice(doctor.NoticeNoDevice) }},
	{Program: Hostapd, Origin: "src/wps/wps_registrar.c", Text: "WPS: A new PIN configured", Example: "WPS: A new PIN configured (timeout=0)",
		means: func(in *interpreter, m *match) { l := in.currentLink(); l.is(sideAP); l.pinEntered = true }},
	{Program: Hostapd, Origin: "src/wps/wps_attr_build.c and wps_registrar.c", Text: "WPS: Build Beacon IEs", Example: "WPS: Build Beacon IEs",
		means: func(in *interpreter, m *match) {
			in.flush()
			in.currentLink().is(sideAP)
			in.element = new(element)
			in.facts.listens = true
		}},

	// EAP of the debug output.
	{Program: Hostapd, Origin: "src/eap_server/eap_server.c", Text: "EAP: EAP entering state RETRANSMIT", Example: "EAP: EAP entering state RETRANSMIT",
		means: func(in *interpreter, m *match) {
			if t := in.currentConversation(); t.link.side == sideAP && t.sent != nil && !t.dumped {
				in.flush()
				in.emitFrame(t, false, t.sent)
			}
		}},
	{Program: WPASupplicant, Origin: "src/eap_peer/eap.c", Text: "EAP: Received EAP-Failure", Example: "EAP: Received EAP-Failure",
		means: func(in *interpreter, m *match) { in.flush(); in.failure(in.currentConversation()) }},
	{Program: Hostap, Origin: "src/eap_peer/eap_wsc.c", Text: "EAP-WSC: Received start", Example: "EAP-WSC: Received start",
		means: func(in *interpreter, m *match) { in.proposed(in.currentConversation()) }},
	{Program: Hostap, Origin: "src/eap_server/eap_server_wsc.c", Text: "EAP-WSC: Send WSC/Start", Example: "EAP-WSC: Send WSC/Start",
		means: func(in *interpreter, m *match) { in.currentLink().is(sideAP); in.proposed(in.currentConversation()) }},
	{Program: WPASupplicant, Origin: "wpa_supplicant/events.c", Text: "RX EAPOL from {bssid:mac}", Example: "wlan1: RX EAPOL from 02:00:00:00:00:00 (encrypted=0)",
		means: func(in *interpreter, m *match) {
			l := in.linkNamed(in.link(m))
			l.is(sideStation)
			if t := l.conversation; t != nil && isGroup(t.ap) {
				t.ap = m.mac("bssid")
				l.conversations[t.ap] = t
			}
			l.with(m.mac("bssid"))
		}},

	// Messages of the debug output.
	{Program: Hostap, Origin: "src/wps/wps.c", Text: "WPS: Processing received message (len={len:int} op_code={op:int})",
		Example: "WPS: Processing received message (len=379 op_code=4)",
		means: func(in *interpreter, m *match) {
			n, _ := m.number("len")
			in.flush()
			in.pending = &message{length: n}
		}},
	{Program: Hostap, Origin: "src/wps/wps_enrollee.c, wps_registrar.c", Text: "WPS: Received M{n:word}", Example: "WPS: Received M1",
		means: func(in *interpreter, m *match) {
			if kind, ok := messageNames["M"+string(m.text("n"))]; ok {
				in.begin(kind, true)
			}
		}},
	{Program: Hostap, Origin: "src/wps/wps_enrollee.c, wps_registrar.c", Text: "WPS: Received WSC_{name:word}", Example: "WPS: Received WSC_NACK",
		means: func(in *interpreter, m *match) {
			if kind, ok := messageNames[string(m.text("name"))]; ok {
				in.begin(kind, true)
			}
		}},
	{Program: Hostap, Origin: "src/wps/wps_enrollee.c, wps_registrar.c, wps_common.c", Text: "WPS: Building Message [WSC_]{name:word}", Example: "WPS: Building Message WSC_NACK",
		means: func(in *interpreter, m *match) {
			if kind, ok := messageNames[string(m.text("name"))]; ok {
				in.begin(kind, false)
			}
		}},
	{Program: Hostap, Origin: "src/wps/wps_registrar.c, wps_enrollee.c", Text: "terminated negotiation with Configuration Error {error:int}",
		Example: "WPS: Enrollee terminated negotiation with Configuration Error 18",
		means: func(in *interpreter, m *match) {
			ce, _ := m.number("error")
			if in.pending == nil || in.pending.kind != wps.MessageNACK {
				in.begin(wps.MessageNACK, true)
			}
			in.attribute16(wps.AttrConfigError, ce)
		}},
	{Program: Hostap, Origin: "src/wps/wps_attr_build.c", Text: "WPS:  * Configuration Error ({error:int})", Example: "WPS:  * Configuration Error (18)",
		means: func(in *interpreter, m *match) { ce, _ := m.number("error"); in.attribute16(wps.AttrConfigError, ce) }},
	{Program: Hostap, Origin: "src/wps/wps_attr_build.c", Text: "WPS:  * Device Password ID ({id:int}", Example: "WPS:  * Device Password ID (4)",
		means: func(in *interpreter, m *match) {
			id, _ := m.number("id")
			in.attribute16(wps.AttrDevicePasswordID, id)
			in.describes(func(e *wps.ProbeResponse) { e.DevicePasswordID = wps.DevicePasswordID(id) })
		}},
	{Program: Hostap, Origin: "src/wps/wps_attr_process.c, wps_enrollee.c", Text: "WPS: Device Password ID {id:int}", Example: "WPS: Device Password ID 4",
		means: func(in *interpreter, m *match) { id, _ := m.number("id"); in.attribute16(wps.AttrDevicePasswordID, id) }},
	{Program: Hostap, Origin: "src/wps/wps_attr_build.c", Text: "WPS:  * Wi-Fi Protected Setup State ({state:int})", Example: "WPS:  * Wi-Fi Protected Setup State (2)",
		means: func(in *interpreter, m *match) {
			state, _ := m.number("state")
			in.describes(func(e *wps.ProbeResponse) { e.State = wps.State(state) })
		}},
	{Program: Hostap, Origin: "src/wps/wps_registrar.c", Text: "WPS:  * Selected Registrar", Example: "WPS:  * Selected Registrar",
		means: func(in *interpreter, m *match) {
			in.describes(func(e *wps.ProbeResponse) { e.SelectedRegistrar = true })
		}},
	{Program: Hostap, Origin: "src/wps/wps_registrar.c", Text: "WPS:  * Selected Registrar Config Methods ({methods:hex})", Example: "WPS:  * Selected Registrar Config Methods (210c)",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("methods")
			in.describes(func(e *wps.ProbeResponse) { e.SelectedRegistrarConfigMethods = wps.ConfigMethods(n) })
		}},
	{Program: Hostap, Origin: "src/wps/wps_registrar.c", Text: "WPS:  * AP Setup Locked", Example: "WPS:  * AP Setup Locked",
		means: func(in *interpreter, m *match) {
			in.describes(func(e *wps.ProbeResponse) { e.APSetupLocked = true })
		}},
	{Program: Hostap, Origin: "src/wps/wps_attr_build.c", Text: "WPS:  * Version2 ({v:hex})", Example: "WPS:  * Version2 (0x20)",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("v")
			in.describes(func(e *wps.ProbeResponse) { e.WFA.Version2 = uint8(n) })
		}},
	{Program: Hostap, Origin: "src/wps/wps_attr_build.c", Text: "WPS:    AuthorizedMAC: {mac:mac}", Example: "WPS:    AuthorizedMAC: ff:ff:ff:ff:ff:ff",
		means: func(in *interpreter, m *match) {
			in.describes(func(e *wps.ProbeResponse) {
				if len(e.WFA.AuthorizedMACs) < 5 {
					e.WFA.AuthorizedMACs = append(e.WFA.AuthorizedMACs, m.mac("mac"))
				}
			})
		}},
	{Program: Hostap, Origin: "src/wps/wps_registrar.c", Text: "WPS: Build Probe Response IEs", Example: "WPS: Build Probe Response IEs",
		means: func(in *interpreter, m *match) { in.flush() }},
	{Program: Hostap, Origin: "src/wps/wps_enrollee.c, wps_registrar.c", Text: "WPS: Enrollee MAC Address {mac:mac}", Example: "WPS: Enrollee MAC Address 02:00:00:00:01:00",
		means: func(in *interpreter, m *match) { a := m.mac("mac"); in.attribute(wps.AttrMACAddress, a[:]) }},
	{Program: Hostap, Origin: "src/wps/wps_registrar.c", Text: "WPS: Enrollee Config Methods {methods:hex}", Example: "WPS: Enrollee Config Methods 0x2388 [Display] [PBC] [Keypad]",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("methods")
			in.attribute16(wps.AttrConfigMethods, n)
		}},
	{Program: Hostap, Origin: "src/wps/wps_dev_attr.c", Text: "WPS: Primary Device Type: {type:word}", Example: "WPS: Primary Device Type: 3-0050F204-1",
		means: func(in *interpreter, m *match) {
			if d, err := wps.ParseDeviceType(string(m.text("type"))); err == nil {
				in.attribute(wps.AttrPrimaryDeviceType, d[:])
			}
		}},
}

// vendorWFA is the EAP vendor of EAP-WSC, as hostap prints it.
const vendorWFA = 14122

// messageNames are the messages by the names that hostap gives them.
var messageNames = map[string]wps.MessageType{
	"M1": wps.MessageM1, "M2": wps.MessageM2, "M2D": wps.MessageM2D, "M3": wps.MessageM3, "M4": wps.MessageM4, "M5": wps.MessageM5,
	"M6": wps.MessageM6, "M7": wps.MessageM7, "M8": wps.MessageM8, "ACK": wps.MessageACK, "NACK": wps.MessageNACK, "Done": wps.MessageDone,
}

// link returns the name of the interface of a line, and detects the program
// from the prefix.
func (in *interpreter) link(m *match) string {
	prefix := m.line[:m.at]
	name := string(interfaceBefore(prefix))
	if bytes.Contains(prefix, []byte("hostapd")) {
		in.linkNamed(name).is(sideAP)
	}
	in.facts.events = true
	return name
}

// wpsFail handles the event line of a failed run.
func (in *interpreter) wpsFail(m *match) {
	l := in.linkNamed(in.link(m))
	kind, ok := m.number("msg")
	in.flushUnlessNACK()
	if !ok {
		return // an additional line of wpa_supplicant at the end of EAP
	}
	ce, known := m.number("error")
	if len(l.open()) > 1 {
		l.failed = append(l.failed[:min(len(l.failed), maxOpen)], failure{wps.MessageType(kind), wps.ConfigError(ce), known})
		return
	}
	t := l.ofOpen()
	in.ends(t)
	if kind == int(wps.MessageM7) && known && ce == 0 && !t.dumped && (t.last == 0 || t.given) {
		// Only an access point that is read gets this answer.
		t.apEnrollee, t.given = true, false
	}
	in.fail(t, wps.MessageType(kind), wps.ConfigError(ce), known)
}

// failure is a failed run of hostapd, whose event line does not name the station.
type failure struct {
	kind  wps.MessageType
	error wps.ConfigError
	known bool
}

// maxOpen limits the events of hostapd that wait for the name of their station.
const maxOpen = 16

// open returns the stations of an access point that were asked for their identity
// and have not come to an end, in the order in which that began: an event line
// without an address is about one of them. Debug output names the station of
// every packet.
func (l *link) open() (all []*conversation) {
	if l.side != sideAP || l.addressed {
		return nil
	}
	for _, t := range l.conversations {
		if t.station != (wps.MAC{}) && t.signals&signalIdentityRequest != 0 && t.signals&(signalFailure|bit(wps.MessageDone, true)) == 0 && !t.dumped {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *conversation) int { return a.began - b.began })
	return all
}

// ofOpen returns the station that an event line without an address is about, if
// there is only one; otherwise the last one.
func (l *link) ofOpen() *conversation {
	if open := l.open(); len(open) == 1 {
		l.conversation = open[0]
		return l.conversation
	}
	return l.with(wps.MAC{})
}

// proposedAt handles the start of EAP-WSC with a station of an access point. If
// there are several, the station is known when a line names one of them.
func (in *interpreter) proposedAt(l *link) {
	var waiting []*conversation
	for _, t := range l.open() {
		if t.signals&signalStart == 0 {
			waiting = append(waiting, t)
		}
	}
	switch len(waiting) {
	case 0:
		in.proposed(l.with(wps.MAC{}))
	case 1:
		l.conversation = waiting[0]
		in.proposed(waiting[0])
	default:
		l.proposals = min(l.proposals+1, maxOpen)
	}
}

// attributeTo assigns earlier events of an access point that named no station to
// the station that is named now. A failure is followed by EAP-Failure at once.
func (in *interpreter) attributeTo(t *conversation, ends bool) {
	l := t.link
	if l.proposals > 0 && t.signals&(signalIdentityRequest|signalStart) == signalIdentityRequest {
		l.proposals--
		in.proposed(t)
	}
	if n := len(l.failed); ends && n > 0 {
		f := l.failed[n-1]
		l.failed = l.failed[:n-1]
		in.fail(t, f.kind, f.error, f.known)
	}
}

// flushUnlessNACK emits the element or message being described.
func (in *interpreter) flushUnlessNACK() { in.flush() }

// started handles the start of WPS at the program.
func (in *interpreter) started(m *match, method doctor.Method) {
	l := in.linkNamed(in.link(m))
	if l.side == sideUnknown && method == doctor.PushButton {
		l.undecided, l.method = true, method
		return
	}
	in.begun(l, method)
}

// command handles a command that starts WPS: of wpa_cli, unless the line has
// hostapd_cli.
func (in *interpreter) command(m *match, method doctor.Method, external bool) {
	l := in.linkNamed(in.link(m))
	l.undecided, in.commanded = false, in.line
	if bytes.HasSuffix(m.line[:m.at], []byte("hostapd")) {
		l.is(sideAP)
		if method == doctor.PIN {
			l.pinEntered = true
			in.advertiseState(l)
			return
		}
	} else if l.side == sideAP {
		return // it is the interface's of another program
	} else {
		l.is(sideStation)
	}
	if l.external = external; external {
		l.method, l.enrolled = method, false
		l.conversation, l.conversations = nil, nil
		return
	}
	in.begun(l, method)
}

// answered takes the answer to the command of WPS in a line before.
func (in *interpreter) answered(kind doctor.NoticeKind) {
	const near = 3 // lines
	if in.commanded > 0 && in.line-in.commanded <= near {
		in.notice(kind)
		in.currentLink().pressed = false
	}
}

// begun notes that WPS was started at a link.
func (in *interpreter) begun(l *link, method doctor.Method) {
	if l.side == sideAP {
		l.method = doctor.MethodUnknown
		if method == doctor.PushButton {
			l.pressed = true
			in.advertiseState(l)
		}
		return
	}
	l.method, l.enrolled = method, false
	l.pressed = method == doctor.PushButton
	id := wps.PasswordDefault
	if l.pressed {
		id = wps.PasswordPushButton
	}
	in.probe(l.own, wps.UUID{}, id, 0)
}

// stop ends the method that was started at a link.
func (l *link) stop(*interpreter) { l.method, l.pressed = doctor.MethodUnknown, false }

func (in *interpreter) setLocked(m *match, locked bool) {
	l := in.linkNamed(in.link(m))
	l.is(sideAP)
	l.locked = locked
	in.advertiseState(l)
}

// describes changes the element that is being described.
func (in *interpreter) describes(change func(*wps.ProbeResponse)) {
	if e := in.element; e != nil && in.pending == nil {
		change(&e.beacon)
		e.has = true
	}
}

// startConnecting handles a station that connects to an access point.
func (in *interpreter) startConnecting(m *match) *conversation {
	l := in.linkNamed(in.link(m))
	l.is(sideStation)
	l.ssid = string(unescaped(m.text("ssid")))
	l.freq, _ = m.number("freq")
	return l.with(m.mac("bssid"))
}

// credential handles settings in hexadecimal, and keeps their form only.
func (in *interpreter) credential(digits []byte) {
	b, err := hex.DecodeString(string(digits))
	if err != nil || len(b) < 4 {
		return
	}
	defer clear(b)
	if v := wps.Find(b, wps.AttrCredential); v != nil {
		b = v
	}
	var c wps.Credential
	if wps.Decode(&c, b, wps.Tolerant) == nil {
		in.noteSettings(in.line, &c)
	}
}

// noteSettings notes the form of settings that were sent, by a line of the exchange.
func (in *interpreter) noteSettings(line int, c *wps.Credential) {
	if len(in.given) == maxNotices {
		in.given = slices.Delete(in.given, 0, 1)
	}
	in.given = append(in.given, given{line, doctor.NewSettings(c)})
}

// stationLeft handles a station that has gone.
func (in *interpreter) stationLeft(m *match) {
	l := in.linkNamed(in.link(m))
	l.is(sideAP)
	if t := l.with(m.mac("sta")); t.signals&signalFailure == 0 {
		in.leave(t, true, 0)
	} else {
		t.associates, t.associated = false, false
	}
}
