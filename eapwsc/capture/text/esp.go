package text

import (
	"bytes"
	"cmp"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// espRows are lines of ESP-IDF and its examples, also those for Arduino, and
// the SDK of the ESP8266. Its supplicant is hostap's, so [hostapRows] match its
// debug output as well.
var espRows = []Pattern{
	{Program: ESPIDF, Origin: "examples/wifi/wps", Text: "start wps...", Example: "I (784) example_wps: start wps...",
		means: func(in *interpreter, m *match) { in.espStarts() }},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c and the SDK of the ESP8266", Text: "wifi_wps_enable", Example: "I (797) wpa: wifi_wps_enable",
		means: func(in *interpreter, m *match) { in.espStarts() }},
	{Program: ESPIDF, Origin: "arduino-esp32, examples WPS", Text: "Starting WPS", Example: "Starting WPS",
		means: func(in *interpreter, m *match) { in.espStarts() }},
	{Program: ESPIDF, Origin: "esp_wifi, closed", Text: "mode : sta{gap:upto}({own:mac}", Example: "I (780) wifi:mode : sta (02:00:00:00:01:00)",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideStation)
			l.own = m.mac("own")
		}},
	{Program: ESPIDF, Origin: "esp_wifi, closed; the frame that ended it in the low octet, its reason above", Text: "state: {from:word} -> {to:word} ({code:hex})", Example: "I (17970) wifi:state: run -> init (fc0)",
		means: (*interpreter).espState},
	{Program: ESPIDF, Origin: "esp_wifi, closed", Text: "wifi:connected with {ssid:upto}, aid = {aid:int}", Example: "I (28868) wifi:connected with home, aid = 2, channel 8, BW20, bssid = 02:00:00:00:00:00",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.ssid = string(m.text("ssid"))
			if l.enrolled {
				in.joined(l.with(wps.MAC{}), true)
			}
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "wps discover ⟦{ssid:upto}⟧", Example: "D (5230) wpa: wps discover [home]",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideStation)
			l.ssid = string(m.text("ssid"))
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "WPS: connecting to {ssid:upto}, bssid={bssid:mac}", Example: "I (6230) wpa: WPS: connecting to home, bssid=02:00:00:00:00:00",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideStation)
			l.ssid = string(m.text("ssid"))
			l.enrolled = false
			t := l.with(m.mac("bssid"))
			t.renew()
			in.attempt(t)
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "WPS: neg start", Example: "D (6231) wpa: WPS: neg start",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			t.link.is(sideStation)
			if t.signals == 0 && !t.associates {
				in.attempt(t)
			}
			t.wsc = true
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "WPS: Send EAPOL START", Example: "D (6600) wpa: WPS: Send EAPOL START.",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			t.link.is(sideStation)
			in.associate(t)
			in.eapolStart(t, []byte{1, 1, 0, 0})
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "=========identity=======", Example: "D (6700) wpa: =========identity===========",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			t.link.is(sideStation)
			in.associate(t)
			in.start(t)
			t.wsc = true
			in.emitSignal(t, signalIdentity)
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "sm->wps->state = {state:int}", Example: "D (6800) wpa: sm->wps->state = 3",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			state, _ := m.number("state")
			t.link.is(sideStation)
			if kind, ok := espStates[state]; ok && in.pending == nil {
				t.wsc = true
				if !t.dumped {
					in.emitMessageOnce(t, kind)
				}
			}
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "receive eap code failure!", Example: "D (7900) wpa: receive eap code failure!",
		means: func(in *interpreter, m *match) {
			in.flush()
			t := in.currentConversation()
			t.wsc = true
			in.failure(t)
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "wps finished------>", Example: "D (7901) wpa: wps finished------>",
		means: func(in *interpreter, m *match) { in.flush(); in.succeed(in.currentConversation()) }},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "wps failed----->", Example: "E (7902) wpa: wps failed-----> ignore_sel_reg=0",
		means: func(in *interpreter, m *match) { in.espFailed() }},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "wps msg timeout RECV_M2", Example: "D (7902) wpa: wps msg timeout RECV_M2",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			t.link.is(sideStation)
			in.flush()
			in.emitMessageOnce(t, wps.MessageM1)
			in.waitTimedOut(t, true)
		}},
	{Program: ESPIDF, Origin: "include/esp_wifi_types_generic.h wifi_event_sta_wps_fail_reason_t, as programs print it", Text: "WPS_FAIL_REASON_RECV_M2D", Example: "E (7902) app: WPS_FAIL_REASON_RECV_M2D",
		means: func(in *interpreter, m *match) { in.espM2D() }},
	{Program: ESPIDF, Origin: "wifi_event_sta_wps_fail_reason_t, as programs print it", Text: "wps fail reason[:] {reason:int}", Example: "E (7902) app: wps fail reason: 1",
		means: func(in *interpreter, m *match) {
			switch reason, _ := m.number("reason"); reason {
			case 1:
				in.espM2D()
			case 2:
				in.leave(in.currentConversation(), false, 0)
			default:
				in.espFailed()
			}
		}},
	{Program: ESPIDF, Origin: "esp_supplicant/src/esp_wps.c", Text: "PBC session overlap!", Example: "I (5301) wpa: PBC session overlap!",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: ESPIDF, Origin: "examples/wifi/wps", Text: "STA_WPS_ER_PBC_OVERLAP", Example: "I (5301) example_wps: WIFI_EVENT_STA_WPS_ER_PBC_OVERLAP",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeOverlap) }},
	{Program: ESPIDF, Origin: "examples/wifi/wps; SYSTEM_EVENT_… before ESP-IDF 4.0", Text: "STA_WPS_ER_FAILED", Example: "I (7902) example_wps: WIFI_EVENT_STA_WPS_ER_FAILED",
		means: func(in *interpreter, m *match) { in.espFailed() }},
	{Program: ESPIDF, Origin: "arduino-esp32, examples WPS", Text: "WPS Failed", Example: "WPS Failed, retrying",
		means: func(in *interpreter, m *match) { in.espFailed() }},
	{Program: ESPIDF, Origin: "examples/wifi/wps", Text: "STA_WPS_ER_TIMEOUT", Example: "I (125301) example_wps: WIFI_EVENT_STA_WPS_ER_TIMEOUT",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeNoRegistrar) }},
	{Program: ESPIDF, Origin: "arduino-esp32, examples WPS", Text: "WPS Timedout", Example: "WPS Timedout, retrying",
		means: func(in *interpreter, m *match) { in.notice(doctor.NoticeNoRegistrar) }},
	{Program: ESPIDF, Origin: "examples/wifi/wps", Text: "STA_WPS_ER_SUCCESS", Example: "I (7902) example_wps: WIFI_EVENT_STA_WPS_ER_SUCCESS",
		means: func(in *interpreter, m *match) { in.espSucceeded() }},
	{Program: ESPIDF, Origin: "arduino-esp32, examples WPS", Text: "WPS Successful[l, stopping WPS and connecting to: {ssid:rest}]", Example: "WPS Successfull, stopping WPS and connecting to: home",
		means: func(in *interpreter, m *match) {
			in.espSucceeded()
			if name := m.text("ssid"); len(name) > 0 {
				in.currentLink().ssid = string(name)
			}
		}},
	{Program: ESPIDF, Origin: "examples/wifi/wps", Text: "STA_WPS_ER_PIN", Example: "I (5301) example_wps: WIFI_EVENT_STA_WPS_ER_PIN",
		means: func(in *interpreter, m *match) { in.currentLink().method = doctor.PIN }},
	{Program: ESPIDF, Origin: "arduino-esp32, examples WPS", Text: "WPS_PIN = ", Example: "WPS_PIN = 12345670",
		means: func(in *interpreter, m *match) { in.currentLink().method = doctor.PIN }},
	{Program: ESPIDF, Origin: "arduino-esp32, WiFiGeneric.cpp", Text: "STA Disconnected: SSID: {ssid:upto}, BSSID: {bssid:mac}, Reason: {reason:int}", Example: "[ 28929][V][WiFiGeneric.cpp:360] _arduino_event_cb(): STA Disconnected: SSID: home, BSSID: 02:00:00:00:00:00, Reason: 15",
		means: (*interpreter).espDisconnected},
	{Program: ESPIDF, Origin: "arduino-esp32, WiFiGeneric.cpp", Text: "_eventCallback(): Reason: {reason:int}", Example: "[W][WiFiGeneric.cpp:391] _eventCallback(): Reason: 15 - 4WAY_HANDSHAKE_TIMEOUT",
		means: (*interpreter).espDisconnected},
	{Program: ESPIDF, Origin: "esp8266/Arduino", Text: "STA disconnect: {reason:int}", Example: "STA disconnect: 15",
		means: (*interpreter).espDisconnected},
	{Program: ESPIDF, Origin: "esp_wifi, closed", Text: "disconnect event, reason={reason:int}", Example: "D (5172) wifi:Send disconnect event, reason=15, AP number=0",
		means: (*interpreter).espDisconnected},
	{Program: ESPIDF, Origin: "wifi_err_reason_t, as programs print it", Text: "WIFI_REASON_NO_AP_FOUND", Example: "W (30001) app: WIFI_REASON_NO_AP_FOUND",
		means: func(in *interpreter, m *match) { in.espReason(espNoAP) }},
	{Program: ESPIDF, Origin: "wifi_err_reason_t, as programs print it", Text: "WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT", Example: "W (30001) app: WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT",
		means: func(in *interpreter, m *match) { in.espReason(reasonHandshake) }},
	{Program: ESPIDF, Origin: "wifi_err_reason_t, as programs print it", Text: "WIFI_REASON_HANDSHAKE_TIMEOUT", Example: "W (30001) app: WIFI_REASON_HANDSHAKE_TIMEOUT",
		means: func(in *interpreter, m *match) { in.espReason(espHandshakeFailed) }},
	{Program: ESPIDF, Origin: "ESPHome, wifi_component_esp32_arduino.cpp", Text: "Disconnected ssid='{ssid:upto}' bssid={bssid:mac} reason='{words:upto}'", Example: "[W][wifi_esp32:495]: Event: Disconnected ssid='home' bssid=02:00:00:00:00:00 reason='4-Way Handshake Timeout'",
		means: func(in *interpreter, m *match) {
			switch string(m.text("words")) {
			case "4-Way Handshake Timeout", "Handshake Failed":
				in.espReason(reasonHandshake)
			case "AP Not Found", "Network Not Found":
				in.espReason(espNoAP)
			}
		}},
	{Program: ESPIDF, Origin: "esp_wifi, closed", Text: "receive encrypted ap, but password is empty", Example: "I (34588) wifi: receive encrypted ap, but password is empty",
		means: func(in *interpreter, m *match) {
			if l := in.currentLink(); l.enrolled {
				name := cmp.Or(l.ssid, "?") // there was one
				in.noteSettings(l.done, &wps.Credential{SSID: wps.SSID(name), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES})
			}
		}},
	{Program: ESPIDF, Origin: "ESP8266 SDK, as programs print its status", Text: "wps cb status: {status:int}", Example: "wps cb status: 0",
		means: (*interpreter).espCallback},
	{Program: ESPIDF, Origin: "Tasmota before 9", Text: "WPSconfig FAILED with status {status:int}", Example: "00:00:31 WIF: WPSconfig FAILED with status 2",
		means: (*interpreter).espCallback},
	{Program: ESPIDF, Origin: "ESP8266 SDK, as programs print its status", Text: "wps_status_cb: {words:word}", Example: "wps_status_cb: success!",
		means: func(in *interpreter, m *match) {
			switch string(bytes.TrimRight(m.text("words"), "!.:")) {
			case "success":
				in.espSucceeded()
			case "failed":
				in.espFailed()
			case "timeout":
				in.notice(doctor.NoticeNoRegistrar)
			}
		}},
	{Program: ESPIDF, Origin: "ESP8266 SDK", Text: "Disconn from {ssid:upto};{reason:int}", Example: "Disconn from home;23",
		means: func(in *interpreter, m *match) {
			t := in.currentConversation()
			if t.wsc && t.signals&signalFailure == 0 && !t.link.enrolled {
				in.espFailed()
			}
		}},
}

// espStates maps the enrollee states that ESP-IDF prints after it has sent a
// message to that message: enum wps_state of hostap's src/wps/wps_i.h.
var espStates = map[int]wps.MessageType{1: wps.MessageM1, 3: wps.MessageM3, 5: wps.MessageM5, 7: wps.MessageM7, 10: wps.MessageDone, 11: wps.MessageDone}

// espStarts handles the start of WPS. The default is the button, but the log
// does not show the method.
func (in *interpreter) espStarts() {
	l := in.currentLink()
	l.is(sideStation)
	l.wps, l.enrolled = true, false
}

// The names of the states of the station in ESP-IDF, and their numbers in the
// SDK of the ESP8266.
var (
	espConnected = map[string]bool{"run": true, "5": true}
	espEnded     = map[string]bool{"init": true, "0": true, "2": true}
)

// espState handles a new state of the station.
func (in *interpreter) espState(m *match) {
	t := in.currentConversation()
	l := t.link
	if !l.wps {
		return
	}
	code, _ := m.hexNumber("code")
	from, to := m.text("from"), m.text("to")
	frame, reason := code&0xff, code>>8
	const own, associationResponse, reassociationResponse, authentication, disassociation, deauthentication = 0, 0x10, 0x30, 0xb0, 0xa0, 0xc0
	ended := espEnded[string(to)] && reason != 0
	switch {
	case espConnected[string(to)]:
		if l.enrolled {
			in.attempt(t)
			in.accepted(t, 0)
			return
		}
		if t.signals != 0 {
			t.renew()
		}
		in.attempt(t)
		t.wsc = true
		in.accepted(t, 0)
	case !ended:
	case espConnected[string(from)] && (frame == deauthentication || frame == disassociation):
		in.espLeft(t, reason)
	case espConnected[string(from)] && frame == own && l.enrolled:
		in.espJoinFailed(t, reason)
	case espConnected[string(from)]:
	case frame == associationResponse || frame == reassociationResponse:
		in.espRefused(t, reason)
	case frame == authentication:
		in.authenticationRefused(t, 0, reason)
	}
}

// espRefused handles a refused association, for WPS or with the settings that it
// gave.
func (in *interpreter) espRefused(t *conversation, status int) {
	in.attempt(t)
	if !t.link.enrolled {
		t.wsc = true
		in.associate(t)
	}
	in.accepted(t, uint16(status))
}

// espLeft handles a disconnection of the station, during the registration or with
// its settings.
func (in *interpreter) espLeft(t *conversation, reason int) {
	switch {
	case t.link.enrolled:
		in.espJoinFailed(t, reason)
		return
	case t.signals != 0:
	case reason == reasonHandshake:
		in.emitFrame(t, false, keyFrame(0)) // which the station did not answer
	case reason == reason8021X:
		in.emitSignal(t, signalIdentityRequest)
		in.emitWSC(t, false, eap.OpMSG, nil, 1)
		in.emitWSC(t, true, eap.OpMSG, nil, 1)
	}
	in.leave(t, false, reason)
	t.signals |= signalFailure
}

// The reasons that the driver gives besides those of IEEE 802.11:
// wifi_err_reason_t.
const (
	espNoAP            = 201
	espAuthFailed      = 202
	espAssocFailed     = 203
	espHandshakeFailed = 204
)

// espJoinFailed handles the reason why a station with settings was disconnected or
// could not connect. Other reasons show nothing about the settings.
func (in *interpreter) espJoinFailed(t *conversation, reason int) {
	switch reason {
	case reasonHandshake, espHandshakeFailed:
		in.joined(t, false)
	case espNoAP:
		in.notFound(t)
	case espAuthFailed, espAssocFailed:
		const unspecified = 1
		in.espRefused(t, unspecified)
	}
}

// espDisconnected handles the reason of a disconnection as a program prints it.
// During the registration the driver's own line has the same information.
func (in *interpreter) espDisconnected(m *match) {
	l := in.currentLink()
	if !l.enrolled {
		return
	}
	reason, _ := m.number("reason")
	if name := m.text("ssid"); len(name) > 0 {
		l.ssid = string(name)
	}
	t := l.with(m.mac("bssid"))
	if !t.failed {
		in.espJoinFailed(t, reason)
	}
	t.failed = true // another line may say the same
}

// reason8021X is the reason code of EAP that failed: IEEE Std 802.11-2020 table
// 9-49.
const reason8021X = 23

// espFailed handles a failed run. Nothing else may be known of it.
func (in *interpreter) espFailed() {
	in.flush()
	t := in.currentConversation()
	t.link.is(sideStation)
	switch {
	case t.dumped || t.signals&(signalNACKOfAP|signalNACKOfStation|signalFailure) != 0:
	case t.signals != 0:
		in.failure(t)
	default:
		in.notice(doctor.NoticeFailed)
	}
}

func (in *interpreter) espM2D() {
	in.flush()
	if t := in.currentConversation(); !t.dumped {
		t.link.is(sideStation)
		t.wsc = true
		in.associate(t)
		in.emitMessageOnce(t, wps.MessageM2D)
	}
}

// espReason handles the reason of a disconnection.
func (in *interpreter) espReason(reason int) {
	if t := in.currentConversation(); t.link.enrolled && !t.failed {
		in.espJoinFailed(t, reason)
		t.failed = true
	}
}

// espCallback handles the status passed to the callback of the ESP8266: enum
// wps_cb_status.
func (in *interpreter) espCallback(m *match) {
	switch status, _ := m.number("status"); status {
	case 0:
		in.espSucceeded()
	case 1:
		in.espFailed()
	case 2:
		in.notice(doctor.NoticeNoRegistrar)
	}
}

func (in *interpreter) espSucceeded() {
	in.flush()
	t := in.currentConversation()
	t.link.is(sideStation)
	in.succeed(t)
}
