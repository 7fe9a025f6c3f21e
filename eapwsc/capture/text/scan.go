package text

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// cell is an entry of a scan: an access point, as far as the list shows it.
type cell struct {
	address      string // as written
	bssid        wps.MAC
	ssid         string
	named        bool // its name, or that it has none, is known
	freq, signal int
	channel      int
	private      bool
	response     bool // the following lines are from a probe response
	rsn, wpa     *dot11.Security
	wps          *wps.ProbeResponse
	elements     []byte // as sent
	section      byte   // 'r' RSN, 'w' WPA, 'p' WPS
	listed       bool   // there is more than an address
	silent       bool   // the list does not show whether there is WPS
	cut          bool   // an element that may be of WPS is not there as a whole
	direct       bool   // it is no access point, but a device of Wi-Fi Direct in discovery
}

// scanRows are lines of programs that list access points: iw, iwlist of the
// wireless tools, wpa_cli.
var scanRows = []Pattern{
	{Program: IW, Origin: "scan.c", Text: "^BSS {bssid:mac}[(on {interface:word}]", Example: "BSS 02:00:00:00:00:00(on wlan3)",
		means: func(in *interpreter, m *match) { in.newCell(string(m.text("bssid"))) }},
	{Program: IW, Origin: "scan.c; the address was masked", Text: "^BSS {bssid:within}(on {iface:rest}", Example: "BSS [redacted](on wlan3)",
		means: func(in *interpreter, m *match) { in.newCell(string(m.text("bssid"))) }},
	{Program: IW, Origin: "scan.c", Text: "^SSID: {ssid:rest}", Example: "\tSSID: lab",
		means: func(in *interpreter, m *match) { in.nameOfPart(); in.cellName(string(iwName(m.text("ssid")))) }},
	{Program: IW, Origin: "scan.c", Text: "^SSID:", Example: "\tSSID: ",
		means: func(in *interpreter, m *match) { in.cellName("") }},
	{Program: IW, Origin: "scan.c", Text: "^freq: {freq:int}", Example: "\tfreq: 2437",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.freq, _ = m.number("freq") })
		}},
	{Program: IW, Origin: "scan.c", Text: "^signal: {signal:int}", Example: "\tsignal: -30.00 dBm",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.signal, _ = m.number("signal") })
		}},
	{Program: IW, Origin: "scan.c", Text: "^capability: {what:rest}", Example: "\tcapability: ESS Privacy ShortSlotTime (0x0411)",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.private = bytes.Contains(m.text("what"), []byte("Privacy")) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^Information elements from Probe Response frame", Example: "\tInformation elements from Probe Response frame:",
		means: func(in *interpreter, m *match) { in.cellIs(func(c *cell) { c.response = true }) }},
	{Program: IW, Origin: "scan.c", Text: "^RSN:{gap:upto}* Version:", Example: "\tRSN:\t * Version: 1",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.section, c.rsn = 'r', new(dot11.Security) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^WPA:{gap:upto}* Version:", Example: "\tWPA:\t * Version: 1",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.section, c.wpa = 'w', new(dot11.Security) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^WPS:{gap:upto}* Version:", Example: "\tWPS:\t * Version: 1.0",
		means: func(in *interpreter, m *match) { in.cellOfPart(); in.cellWPS(func(*wps.ProbeResponse) {}) }},
	{Program: IW, Origin: "scan.c", Text: "^* Pairwise ciphers: {suites:rest}", Example: "\t\t * Pairwise ciphers: CCMP TKIP",
		means: func(in *interpreter, m *match) { in.cellCiphers(m.text("suites")) }},
	{Program: IW, Origin: "scan.c", Text: "^* Authentication suites: {suites:rest}", Example: "\t\t * Authentication suites: PSK SAE",
		means: func(in *interpreter, m *match) { in.cellAKMs(m.text("suites")) }},
	{Program: IW, Origin: "scan.c", Text: "^* Capabilities: {what:rest}", Example: "\t\t * Capabilities: 1-PTKSA-RC 1-GTKSA-RC MFP-required MFP-capable (0x00c0)",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) {
				if c.rsn != nil && c.section == 'r' {
					c.rsn.PMFRequired = bytes.Contains(m.text("what"), []byte("MFP-required"))
					c.rsn.PMFCapable = bytes.Contains(m.text("what"), []byte("MFP-capable"))
				}
			})
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Wi-Fi Protected Setup State: {state:int}", Example: "\t\t * Wi-Fi Protected Setup State: 2 (Configured)",
		means: func(in *interpreter, m *match) {
			n, _ := m.number("state")
			in.cellOfPart()
			in.cellWPS(func(e *wps.ProbeResponse) { e.State = wps.State(n) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Selected Registrar: {n:hex}", Example: "\t\t * Selected Registrar: 0x1",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("n")
			in.cellOfPart()
			in.cellWPS(func(e *wps.ProbeResponse) { e.SelectedRegistrar = n != 0 })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Device Password ID: {id:int}", Example: "\t\t * Device Password ID: 4 (PushButton)",
		means: func(in *interpreter, m *match) {
			n, _ := m.number("id")
			in.cellWPS(func(e *wps.ProbeResponse) { e.DevicePasswordID = wps.DevicePasswordID(n) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* AP setup locked: {n:hex}", Example: "\t\t * AP setup locked: 0x01",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("n")
			in.cellWPS(func(e *wps.ProbeResponse) { e.APSetupLocked = n != 0 })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Response Type: {n:int}", Example: "\t\t * Response Type: 3 (AP)",
		means: func(in *interpreter, m *match) {
			n, _ := m.number("n")
			in.cellWPS(func(e *wps.ProbeResponse) { e.ResponseType = wps.ResponseType(n) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* UUID: {uuid:uuid}", Example: "\t\t * UUID: 12345678-9abc-def0-1234-000000000000",
		means: func(in *interpreter, m *match) { in.cellWPS(func(e *wps.ProbeResponse) { e.UUIDE = m.uuid("uuid") }) }},
	{Program: IW, Origin: "scan.c", Text: "^* Manufacturer: {s:rest}", Example: "\t\t * Manufacturer: Example Works",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.Manufacturer = limited(m.text("s"), 64) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Model: {s:rest}", Example: "\t\t * Model: Golden Router",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.ModelName = limited(m.text("s"), 32) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Model Number: {s:rest}", Example: "\t\t * Model Number: GR-1",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.ModelNumber = limited(m.text("s"), 32) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Serial Number: {s:rest}", Example: "\t\t * Serial Number: 0001",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.SerialNumber = limited(m.text("s"), 32) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Device name: {s:rest}", Example: "\t\t * Device name: Router",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.DeviceName = limited(m.text("s"), 32) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Primary Device Type: {type:word}", Example: "\t\t * Primary Device Type: 6-0050f204-1",
		means: func(in *interpreter, m *match) {
			if t, err := wps.ParseDeviceType(strings.ToUpper(string(m.text("type")))); err == nil {
				in.cellWPS(func(e *wps.ProbeResponse) { e.PrimaryDeviceType = t })
			}
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Config methods: {methods:rest}", Example: "\t\t * Config methods: Label, Display, Keypad",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.ConfigMethods = iwMethods(m.text("methods")) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* Selected Registrar Config methods: {methods:rest}", Example: "\t\t * Selected Registrar Config methods: Label, PBC",
		means: func(in *interpreter, m *match) {
			in.cellWPS(func(e *wps.ProbeResponse) { e.SelectedRegistrarConfigMethods = iwMethods(m.text("methods")) })
		}},
	{Program: IW, Origin: "scan.c", Text: "^* RF Bands: {n:hex}", Example: "\t\t * RF Bands: 0x3",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("n")
			in.cellWPS(func(e *wps.ProbeResponse) { e.RFBands = wps.RFBands(n) })
		}},

	{Program: Iwlist, Origin: "wireless tools 30, iwlist.c", Text: "^Cell {n:int} - Address: {bssid:word}", Example: "          Cell 01 - Address: 02:00:00:00:00:00",
		means: func(in *interpreter, m *match) { in.newCell(string(m.text("bssid"))); in.cell.silent = true }},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^ESSID:\"{ssid:rest}", Example: "                    ESSID:\"lab\"",
		means: func(in *interpreter, m *match) {
			name := bytes.TrimSuffix(m.text("ssid"), []byte{'"'})
			if bytes.HasPrefix(name, []byte(`\x00`)) {
				name = nil
			}
			in.cellName(string(iwName(name)))
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^Frequency:{mhz:word} GHz", Example: "                    Frequency:2.437 GHz (Channel 6)",
		means: func(in *interpreter, m *match) {
			if f, err := strconv.ParseFloat(string(m.text("mhz")), 64); err == nil && f > 0 && f < 100 {
				in.cellIs(func(c *cell) { c.freq = int(f*1000 + 0.5) })
			}
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^Channel:{n:int}", Example: "                    Channel:6",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.channel, _ = m.number("n") })
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "Signal level={signal:int} dBm", Example: "                    Quality=70/70  Signal level=-30 dBm  ",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.signal, _ = m.number("signal") })
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^Encryption key:{state:word}", Example: "                    Encryption key:on",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.private = string(m.text("state")) == "on" })
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^IE: IEEE 802.11i/WPA2 Version", Example: "                    IE: IEEE 802.11i/WPA2 Version 1",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.section, c.rsn = 'r', new(dot11.Security) })
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^IE: WPA Version", Example: "                    IE: WPA Version 1",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.section, c.wpa = 'w', new(dot11.Security) })
		}},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^Pairwise Ciphers ({n:int}) : {suites:rest}", Example: "                        Pairwise Ciphers (1) : CCMP",
		means: func(in *interpreter, m *match) { in.cellCiphers(m.text("suites")) }},
	{Program: Iwlist, Origin: "iwlist.c", Text: "^Authentication Suites ({n:int}) : {suites:rest}", Example: "                        Authentication Suites (1) : PSK",
		means: func(in *interpreter, m *match) { in.cellAKMs(m.text("suites")) }},
	{Program: Iwlist, Origin: "iwlist.c; people break the line, or put blanks between the octets", Text: "^IE: Unknown: {hex:rest}", Example: "                    IE: Unknown: DD180050F204104A0001101044000102",
		means: func(in *interpreter, m *match) { in.unknownElement(m.text("hex")) }},

	{Program: Netsh, Origin: "netsh wlan show networks, in any language", Text: "^SSID {n:int} : {ssid:rest}", Example: "SSID 1 : home",
		means: func(in *interpreter, m *match) { in.newVisible(string(m.text("ssid"))) }},
	{Program: Netsh, Origin: "netsh wlan show networks", Text: "^Auth{word:within}: {security:rest}", Example: "    Authentication          : WPA2-Personal",
		means: func(in *interpreter, m *match) { in.visible.secure(string(m.text("security"))) }},
	{Program: Netsh, Origin: "netsh wlan show networks, in Spanish and Italian", Text: "^Autent{word:within}: {security:rest}", Example: "    Autenticación          : WPA2-Personal",
		means: func(in *interpreter, m *match) { in.visible.secure(string(m.text("security"))) }},
	{Program: Netsh, Origin: "netsh wlan show networks mode=bssid", Text: "^BSSID {n:int} : {bssid:word}", Example: "    BSSID 1                 : 02:00:00:00:00:01",
		means: func(in *interpreter, m *match) {
			if in.visible != nil {
				in.visible.listed = true
				in.visibleCell(string(m.text("bssid")))
			}
		}},
	{Program: Netsh, Origin: "netsh wlan show networks mode=bssid, in English", Text: "^Channel  {gap:within}: {n:int}", Example: "         Channel            : 6", means: (*interpreter).visibleChannel},
	{Program: Netsh, Origin: "netsh wlan show networks mode=bssid, in German", Text: "^Kanal  {gap:within}: {n:int}", Example: "         Kanal              : 6", means: (*interpreter).visibleChannel},
	{Program: Netsh, Origin: "netsh wlan show networks mode=bssid, in French and Spanish", Text: "^Canal  {gap:within}: {n:int}", Example: "         Canal              : 6", means: (*interpreter).visibleChannel},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c SCAN_RESULTS", Text: "⟦ESS⟧", Example: "02:00:00:00:00:00\t2437\t-30\t[WPA2-PSK-CCMP][WPS-PBC][ESS]\tlab",
		means: (*interpreter).scanResult},
	{Program: Android, Origin: "android.net.wifi.ScanResult.toString", Text: "SSID: {ssid:within}, BSSID: {bssid:mac}, capabilities: {flags:within}, level: {level:int}, frequency: {freq:int}",
		Example: "SSID: home, BSSID: 02:00:00:00:00:00, capabilities: [WPA2-PSK-CCMP][ESS][WPS-PBC], level: -50, frequency: 2437, timestamp: 123456",
		means: func(in *interpreter, m *match) {
			in.newCell(string(m.text("bssid")))
			in.cellName(strings.Trim(string(m.text("ssid")), "\""))
			in.cell.freq, _ = m.number("freq")
			in.cell.signal, _ = m.number("level")
			in.cell.flags(string(m.text("flags")))
			in.endCell()
		}},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^bssid={bssid:mac}", Example: "bssid=02:00:00:00:00:00",
		means: func(in *interpreter, m *match) { in.newCell(string(m.text("bssid"))); in.cell.silent = true }},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^freq={freq:int}", Example: "freq=2437",
		means: func(in *interpreter, m *match) {
			if in.cell != nil {
				in.cell.freq, _ = m.number("freq")
			}
		}},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^level={level:int}", Example: "level=-30",
		means: func(in *interpreter, m *match) {
			if in.cell != nil {
				in.cell.signal, _ = m.number("level")
			}
		}},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^capabilities={n:hex}", Example: "capabilities=0x0411",
		means: func(in *interpreter, m *match) {
			if in.cell != nil {
				n, _ := m.hexNumber("n")
				in.cell.private = n&dot11.Privacy != 0
			}
		}},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^ie={hex:word}", Example: "ie=00036c6162010882848b960c121824",
		means: func(in *interpreter, m *match) {
			if b, err := hex.DecodeString(string(m.text("hex"))); err == nil {
				in.cellIs(func(c *cell) { c.elements, c.response, c.silent = b, true, false })
			}
		}},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^flags=⟦{flags:rest}", Example: "flags=[WPS][P2P]",
		means: func(in *interpreter, m *match) {
			in.cellIs(func(c *cell) { c.flags(string(m.text("flags"))) })
		}},
	{Program: WPACLI, Origin: "wpa_supplicant/ctrl_iface.c BSS", Text: "^ssid={ssid:rest}", Example: "ssid=lab",
		means: func(in *interpreter, m *match) { in.cellName(string(unescaped(m.text("ssid")))) }},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_state={state:word}", Example: "wps_state=configured",
		means: func(in *interpreter, m *match) {
			state := wps.Configured
			if string(m.text("state")) == "unconfigured" {
				state = wps.NotConfigured
			}
			in.changeCell(func(e *wps.ProbeResponse) { e.State = state })
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_ap_setup_locked={n:int}", Example: "wps_ap_setup_locked=1",
		means: func(in *interpreter, m *match) {
			n, _ := m.number("n")
			in.changeCell(func(e *wps.ProbeResponse) { e.APSetupLocked = n != 0 })
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_selected_registrar={n:int}", Example: "wps_selected_registrar=1",
		means: func(in *interpreter, m *match) {
			n, _ := m.number("n")
			in.changeCell(func(e *wps.ProbeResponse) { e.SelectedRegistrar = n != 0 })
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_device_password_id={id:int}", Example: "wps_device_password_id=4",
		means: func(in *interpreter, m *match) {
			id, _ := m.number("id")
			in.changeCell(func(e *wps.ProbeResponse) { e.DevicePasswordID = wps.DevicePasswordID(id) })
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_selected_registrar_config_methods={methods:hex}", Example: "wps_selected_registrar_config_methods=0x0680",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("methods")
			in.changeCell(func(e *wps.ProbeResponse) { e.SelectedRegistrarConfigMethods = wps.ConfigMethods(n) })
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_config_methods={methods:hex}", Example: "wps_config_methods=0x2008",
		means: func(in *interpreter, m *match) {
			n, _ := m.hexNumber("methods")
			in.changeCell(func(e *wps.ProbeResponse) { e.ConfigMethods = wps.ConfigMethods(n) })
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_primary_device_type={type:word}", Example: "wps_primary_device_type=6-0050F204-1",
		means: func(in *interpreter, m *match) {
			if t, err := wps.ParseDeviceType(string(m.text("type"))); err == nil {
				in.changeCell(func(e *wps.ProbeResponse) { e.PrimaryDeviceType = t })
			}
		}},
	{Program: WPACLI, Origin: "src/wps/wps_attr_parse.c wps_attr_text", Text: "^wps_device_name={name:rest}", Example: "wps_device_name=Router",
		means: func(in *interpreter, m *match) {
			in.changeCell(func(e *wps.ProbeResponse) { e.DeviceName = limited(m.text("name"), 32) })
		}},
}

const maxElements = 8192

// visible is a network in Windows' list, which has its security before its access
// points.
type visible struct {
	ssid     string
	security string
	listed   bool // with its access points
}

// newVisible begins a network in Windows' list.
func (in *interpreter) newVisible(ssid string) {
	in.endVisible()
	in.visible = &visible{ssid: ssid}
}

// endVisible handles the end of a network whose access points are not listed.
func (in *interpreter) endVisible() {
	if v := in.visible; v != nil && !v.listed {
		in.visibleCell("")
	}
	in.visible = nil
	in.endCell()
}

// secure records the security of a network.
func (v *visible) secure(security string) {
	if v != nil {
		v.security = security
	}
}

// visibleCell begins an access point of the network.
func (in *interpreter) visibleCell(address string) {
	v := in.visible
	in.newCell(address)
	in.cellName(v.ssid)
	c := in.cell
	c.silent = true
	enterprise := strings.Contains(v.security, "802.1X") || strings.Contains(strings.ToLower(v.security), "enterpri") || strings.Contains(strings.ToLower(v.security), "entrepri")
	switch upper := strings.ToUpper(v.security); {
	case strings.Contains(upper, "OWE"):
		c.protect(false, dot11.AKMOWE)
	case !strings.Contains(upper, "WPA") && !strings.Contains(upper, "WEP"):
		// open
	case enterprise:
		c.protect(false, dot11.AKM8021X)
	case strings.Contains(upper, "WPA3"):
		c.protect(false, dot11.AKMSAE)
	case strings.Contains(upper, "WPA2"):
		c.protect(false, dot11.AKMPSK)
	case strings.Contains(upper, "WPA"):
		c.protect(true, dot11.AKMPSK)
	default:
		c.private = true
	}
}

func (in *interpreter) visibleChannel(m *match) {
	if in.visible != nil {
		in.cellIs(func(c *cell) { c.channel, _ = m.number("n") })
	}
}

// newCell starts an entry. Its address may be masked.
func (in *interpreter) newCell(address string) {
	in.endCell()
	in.cell = &cell{address: strings.TrimSpace(address)}
	if bssid, err := wps.ParseMAC(address); err == nil {
		in.cell.bssid = bssid
	}
}

// unnamed returns the number by which an access point whose address is not known is
// told from others: it has another name, channel, or rest of an address. Entries of
// several scans with the same number are one access point.
func (in *interpreter) unnamed(c *cell) int {
	key := fmt.Sprint(c.address, " ", c.ssid, " ", c.freq, " ", c.channel)
	number, ok := in.masked[key]
	if !ok {
		if in.masked == nil || len(in.masked) >= maxNetworks {
			in.masked = map[string]int{}
		}
		in.numbered++
		number = in.numbered
		in.masked[key] = number
	}
	return number
}

// isMACWord reports whether a word is an address, some of whose digits may be masked.
func isMACWord(word string) bool {
	if len(word) != macLen || span([]byte(word), isMACDigit) != macLen {
		return false
	}
	for i := range word {
		if separator := word[i] == ':' || word[i] == '-'; separator != (i%3 == 2) {
			return false
		}
	}
	return true
}

// cellOfPart begins an entry where only its part about WPS was pasted.
func (in *interpreter) cellOfPart() {
	if in.cell == nil {
		in.newCell("")
		in.cell.private, in.cell.rsn = true, personal
	}
}

// nameOfPart begins an entry where only names and what follows them were pasted. It
// is not known whether it has WPS, unless a line says so.
func (in *interpreter) nameOfPart() {
	if c := in.cell; c == nil || c.bssid == (wps.MAC{}) && c.named {
		in.endCell()
		in.cellOfPart()
		in.cell.silent = true
	}
}

// cellIs changes the entry, if there is one.
func (in *interpreter) cellIs(change func(*cell)) {
	if c := in.cell; c != nil {
		c.listed = true
		change(c)
	}
}

// changeCell changes the WPS element of the entry, which shows that it has one. It
// is of a probe response, the only one that has a name and a type.
func (in *interpreter) changeCell(change func(*wps.ProbeResponse)) {
	in.cellOfPart()
	in.cellWPS(func(e *wps.ProbeResponse) { change(e) })
	in.cell.silent, in.cell.response = false, true
}

// unknownElement handles the octets of an element, as far as they are in the line
// of its name; the rest is in the following ones.
func (in *interpreter) unknownElement(digits []byte) {
	if in.cell == nil {
		return
	}
	d := &dump{dense: true, means: func(in *interpreter, b []byte) {
		in.cellIs(func(c *cell) {
			if len(c.elements) < maxElements {
				c.elements, c.silent = append(c.elements, b...), c.silent && c.cut
			}
		})
	}, cut: func(in *interpreter, b []byte) {
		// It may be the one of WPS.
		if len(b) < 1 || b[0] == 0xdd && bytes.HasPrefix(wpsElement, b[min(len(b), 2):min(len(b), 6)]) {
			in.cellIs(func(c *cell) { c.silent, c.cut = true, true })
		}
	}}
	d.line(digits)
	in.dump = d
	in.finishDump()
}

// wpsElement is how the content of a WPS element begins.
var wpsElement = []byte{0, 0x50, 0xf2, 4}

func (in *interpreter) cellName(name string) {
	in.cellIs(func(c *cell) { c.ssid, c.named = limited([]byte(name), 32), true })
}

// cellWPS changes the WPS element of the entry.
func (in *interpreter) cellWPS(change func(*wps.ProbeResponse)) {
	in.cellIs(func(c *cell) {
		if c.wps == nil {
			c.wps = &wps.ProbeResponse{ResponseType: wps.ResponseAP}
			c.wps.WFA.Version2 = 0x20 // no list says that it is missing
		}
		c.silent = false
		c.section = 'p'
		change(c.wps)
	})
}

// security returns the element that a line is about.
func (c *cell) security() *dot11.Security {
	switch c.section {
	case 'r':
		return c.rsn
	case 'w':
		return c.wpa
	}
	return nil
}

// suites are the names of AKM suites in programs.
var suites = []struct {
	name string
	akms []dot11.AKM
}{
	{"PSK", []dot11.AKM{dot11.AKMPSK}}, {"PSK/SHA-256", []dot11.AKM{dot11.AKMPSKSHA256}}, {"FT/PSK", []dot11.AKM{dot11.AKMFTPSK}},
	{"SAE", []dot11.AKM{dot11.AKMSAE}}, {"FT/SAE", []dot11.AKM{dot11.AKMFTSAE}}, {"OWE", []dot11.AKM{dot11.AKMOWE}},
	{"802.1X", []dot11.AKM{dot11.AKM8021X}}, {"802.1x", []dot11.AKM{dot11.AKM8021X}}, {"IEEE", []dot11.AKM{dot11.AKM8021X}}, {"EAP", []dot11.AKM{dot11.AKM8021X}},
}

func (in *interpreter) cellAKMs(list []byte) {
	in.cellIs(func(c *cell) {
		if s := c.security(); s != nil {
			s.AKMs = appendAKMs(s.AKMs, strings.Fields(string(list)))
		}
	})
}

func appendAKMs(dst []dot11.AKM, names []string) []dot11.AKM {
	for _, name := range names {
		for _, row := range suites {
			if row.name == name && len(dst) < 16 {
				dst = append(dst, row.akms...)
			}
		}
	}
	return dst
}

func (in *interpreter) cellCiphers(list []byte) {
	in.cellIs(func(c *cell) {
		if s := c.security(); s != nil {
			s.Pairwise = ciphers(string(list))
		}
	})
}

func ciphers(list string) (all []dot11.CipherSuite) {
	if strings.Contains(list, "CCMP") || strings.Contains(list, "GCMP") {
		all = append(all, dot11.CipherCCMP)
	}
	if strings.Contains(list, "TKIP") {
		all = append(all, dot11.CipherTKIP)
	}
	return all
}

// iwMethods parses the configuration methods as iw prints them.
func iwMethods(list []byte) (methods wps.ConfigMethods) {
	for _, name := range strings.Split(string(list), ",") {
		for _, row := range []struct {
			name string
			bit  wps.ConfigMethods
		}{
			{"USB", wps.MethodUSB}, {"Ethernet", wps.MethodEthernet}, {"Label", wps.MethodLabel}, {"Display", wps.MethodDisplay},
			{"PBC", wps.MethodPushButton}, {"Keypad", wps.MethodKeypad},
		} {
			if strings.TrimSpace(name) == row.name {
				methods |= row.bit
			}
		}
	}
	return methods
}

// iwName decodes the escapes with which iw and iwlist print names.
func iwName(s []byte) []byte { return unescaped(s) }

func limited(s []byte, n int) string { return string(s[:min(len(s), n)]) }

// endCell emits the entry.
func (in *interpreter) endCell() {
	c := in.cell
	in.cell = nil
	if c == nil || !c.listed {
		return
	}
	in.scans++
	m := &capture.Management{Capability: 1}
	if c.private {
		m.Capability |= dot11.Privacy
	}
	if c.direct {
		m.Capability, m.P2P = m.Capability&^dot11.ESS, true
	}
	described := true
	if c.elements != nil {
		m.Elements, _ = dot11.Parse(c.elements)
		m.WPS = bytes.Clone(m.WPS)
		described = false
	}
	if c.named && m.SSID == "" {
		m.SSID = wps.SSID(c.ssid)
		m.Hidden = m.SSID == ""
	}
	if m.RSN == nil {
		m.RSN = c.rsn
	}
	if m.WPA == nil {
		m.WPA = c.wpa
	}
	if m.Channel == 0 {
		m.Channel = c.channel
	}
	if m.WPS == nil && c.wps != nil {
		var list wps.List = &c.wps.Beacon
		if c.response {
			list = c.wps
		}
		m.WPS, _ = wps.Append(nil, list)
	}
	kind := capture.KindBeacon
	if c.response {
		kind = capture.KindProbeResponse
	}
	e := in.emit(kind)
	if c.bssid == (wps.MAC{}) {
		e.Interface = in.unnamed(c)
	}
	e.Src, e.BSSID, e.Management, e.Described, e.Truncated = c.bssid, c.bssid, m, described, c.silent
	e.Radio = capture.RadioInfo{OnAir: true, Frequency: uint16(max(0, min(c.freq, 0xffff))), Signal: int8(max(-128, min(c.signal, 0)))}
}

// scanResult handles a line of "wpa_cli scan_results".
func (in *interpreter) scanResult(m *match) {
	line := string(m.line)
	if flags, ok := strings.CutPrefix(line, "flags="); ok {
		in.cellIs(func(c *cell) { c.flags(flags) })
		return
	}
	if strings.HasPrefix(strings.TrimSpace(line), "|") { // a table of Markdown
		line = strings.TrimSpace(strings.ReplaceAll(line, "|", " "))
	}
	if in.dumpedResult(line) {
		return
	}
	// WiGLE's CSV: address, name, flags, time, channel, power.
	if f := strings.Split(line, ","); len(f) > 5 && isMACWord(f[0]) && strings.HasPrefix(f[2], "[") {
		in.newCell(f[0])
		in.cellName(f[1])
		in.cell.channel, _ = strconv.Atoi(f[4])
		in.cell.signal, _ = strconv.Atoi(f[5])
		in.cell.flags(f[2])
		in.endCell()
		return
	}
	fields := strings.Fields(line)
	start := -1
	for i := range fields {
		if isMACWord(fields[i]) {
			start = i
			break
		}
	}
	if start < 0 || len(fields) < start+4 {
		return
	}
	freq, err1 := strconv.Atoi(fields[start+1])
	signal, err2 := strconv.Atoi(fields[start+2])
	if err1 != nil || err2 != nil || fields[start+3][0] != '[' {
		return
	}
	in.newCell(fields[start])
	_, name, _ := strings.Cut(line, fields[start+3])
	if tabbed, ok := strings.CutPrefix(name, "\t"); ok {
		name = tabbed
	} else {
		name = strings.TrimLeft(name, " ")
	}
	in.cellName(string(unescaped([]byte(name))))
	in.cell.freq, in.cell.signal = freq, signal
	in.cell.flags(fields[start+3])
	in.endCell()
}

// dumpedResult handles a network in the list of "dumpsys wifi": its address,
// frequency, power, age, name and flags. It reports whether it was one.
func (in *interpreter) dumpedResult(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 6 || fields[len(fields)-1][0] != '[' || !strings.HasSuffix(fields[len(fields)-1], "]") {
		return false
	}
	freq, err1 := strconv.Atoi(fields[1])
	signal, err2 := strconv.Atoi(fields[2])
	if err1 != nil || err2 != nil || !isMACWord(fields[0]) || fields[3][0] == '[' {
		return false
	}
	in.newCell(fields[0])
	in.cellName(strings.Join(fields[4:len(fields)-1], " "))
	in.cell.freq, in.cell.signal = freq, signal
	in.cell.flags(fields[len(fields)-1])
	in.endCell()
	return true
}

// flags handles the flags with which wpa_supplicant lists an access point.
func (c *cell) flags(flags string) {
	for _, flag := range strings.FieldsFunc(flags, func(r rune) bool { return r == '[' || r == ']' }) {
		switch name, rest, _ := strings.Cut(flag, "-"); {
		case flag == "P2P":
			c.direct = !strings.Contains(flags, "[ESS]")
		case name == "WPS":
			if c.wps != nil {
				break // it was described in other lines
			}
			c.wps = &wps.ProbeResponse{}
			c.wps.State, c.wps.ResponseType, c.wps.WFA.Version2 = wps.Configured, wps.ResponseAP, 0x20
			switch rest {
			case "PBC":
				c.wps.SelectedRegistrar, c.wps.DevicePasswordID = true, wps.PasswordPushButton
			case "PIN", "AUTH":
				c.wps.SelectedRegistrar = true
			}
		case flag == "WEP":
			c.private = true
		case name == "WPA" || name == "WPA2" || name == "WPA3" || name == "RSN":
			s := &dot11.Security{Pairwise: ciphers(flag)}
			s.AKMs = appendAKMs(nil, strings.FieldsFunc(rest, func(r rune) bool { return r == '-' || r == '+' }))
			c.private = true
			if name == "WPA" {
				c.wpa = s
			} else {
				c.rsn = s
			}
		}
	}
	c.silent = false
}
