package text

import (
	"strings"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// deviceRows are what devices and their programs say to their owners: printers,
// routers, the utilities of Wi-Fi adapters, and test programs.
var deviceRows = []Pattern{
	{Program: Printer, Origin: "Brother, error codes of the WLAN report, not checked against a document: no access point in WPS mode was found", Text: "(TS-07)", Example: "Connection : Failed (TS-07)", means: noticed(doctor.NoticeNoRegistrar)},
	{Program: Printer, Origin: "Brother, error codes of the WLAN report, not checked against a document", Text: "Fail TS-07", Example: "Connection: Fail TS-07", means: noticed(doctor.NoticeNoRegistrar)},
	{Program: Printer, Origin: "Brother, error codes of the WLAN report, not checked against a document: several access points are in WPS mode", Text: "(TS-08)", Example: "Connection : Failed (TS-08)", means: noticed(doctor.NoticeOverlap)},
	{Program: Printer, Origin: "Brother, error codes of the WLAN report, not checked against a document", Text: "Fail TS-08", Example: "Connection: Fail TS-08", means: noticed(doctor.NoticeOverlap)},

	{Program: Adapter, Origin: "Ralink's and Realtek's utilities, as their manuals show them", Text: "No PBC AP available", Example: "Scanning AP ~> No PBC AP available", means: noticed(doctor.NoticeNoRegistrar)},
	{Program: Adapter, Origin: "Ralink's and Realtek's utilities", Text: "Too Many PBC AP available", Example: "Scanning AP ~> Too Many PBC AP available", means: noticed(doctor.NoticeOverlap)},
	{Program: Adapter, Origin: "Ralink's and Realtek's utilities", Text: "WPS EAP process failed", Example: "WPS EAP process failed.", means: noticed(doctor.NoticeFailed)},
	{Program: Adapter, Origin: "Ralink's and Realtek's utilities", Text: "WPS status is connected successfully", Example: "WPS status is connected successfully - home",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideStation)
			in.succeed(l.with(wps.MAC{}))
			l.enrolled = false
		}},

	{Program: Router, Origin: "D-Link DIR-655 and others, the log of their page", Text: "WPS Internal Registrar started PBC registration", Example: "[INFO] Sat Jan 31 10:56:11 2004 WPS Internal Registrar started PBC registration",
		means: func(in *interpreter, m *match) { in.currentLink().is(sideAP) }},
	{Program: Router, Origin: "D-Link DIR-655 and others", Text: "STA with MAC ({sta:word}) registered in successfully", Example: "[INFO] Sat Jan 31 10:56:22 2004 STA with MAC (000420000001) registered in successfully",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideAP)
			sta, _ := wps.ParseMAC(string(m.text("sta")))
			in.succeed(l.with(sta))
			l.enrolled = false
		}},

	{Program: Reaver, Origin: "reaver 1.4 and later", Text: "Associated with {bssid:mac} (ESSID: {ssid:within})", Example: "[+] Associated with 02:9F:C2:00:00:01 (ESSID: home)",
		means: func(in *interpreter, m *match) {
			in.considered = considered{bssid: m.mac("bssid"), ssid: string(m.text("ssid"))}
		}},
	{Program: Reaver, Origin: "reaver 1.4 and later: the element says that the router's PIN is locked", Text: "Detected AP rate limiting", Example: "[!] WARNING: Detected AP rate limiting, waiting 60 seconds before re-checking",
		means: func(in *interpreter, m *match) {
			address := ""
			if in.considered.bssid != (wps.MAC{}) {
				address = in.considered.bssid.String()
			}
			in.newCell(address)
			in.cell.protect(false, dot11.AKMPSK)
			if in.considered.ssid != "" {
				in.cellName(in.considered.ssid)
			}
			in.cellWPS(func(e *wps.ProbeResponse) { e.State, e.APSetupLocked = wps.Configured, true })
			in.endCell()
		}},

	{Program: Iwinfo, Origin: "iwinfo_cli.c of OpenWrt", Text: "^ESSID: \"{ssid:rest}", Example: `          ESSID: "home"`,
		means: func(in *interpreter, m *match) { in.cellName(strings.TrimSuffix(string(m.text("ssid")), `"`)) }},
	{Program: Iwinfo, Origin: "iwinfo_cli.c of OpenWrt", Text: "^Mode: Master{gap:within}Channel: {n:int}", Example: "          Mode: Master  Channel: 6",
		means: func(in *interpreter, m *match) { in.cellIs(func(c *cell) { c.channel, _ = m.number("n") }) }},
	{Program: Iwinfo, Origin: "iwinfo_cli.c of OpenWrt", Text: "^Signal: {signal:int} dBm", Example: "          Signal: -42 dBm  Quality: 68/70",
		means: func(in *interpreter, m *match) { in.cellIs(func(c *cell) { c.signal, _ = m.number("signal") }) }},
	{Program: Iwinfo, Origin: "iwinfo_utils.c of OpenWrt", Text: "^Encryption: {what:rest}", Example: "          Encryption: mixed WPA2/WPA3 PSK, SAE (CCMP)",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) {
				c.silent = true
				what := string(m.text("what"))
				for _, s := range []struct {
					word string
					akm  dot11.AKM
				}{{"PSK", dot11.AKMPSK}, {"SAE", dot11.AKMSAE}, {"OWE", dot11.AKMOWE}, {"802.1X", dot11.AKM8021X}} {
					if strings.Contains(what, s.word) {
						c.protect(strings.HasPrefix(what, "WPA "), s.akm)
					}
				}
				c.private = c.private || strings.Contains(what, "WEP")
			})
		}},
}

// noticed is the meaning of a line that only gives a notice.
func noticed(kind doctor.NoticeKind) func(*interpreter, *match) {
	return func(in *interpreter, _ *match) { in.notice(kind) }
}
