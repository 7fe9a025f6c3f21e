package text

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// statusRows are lines of programs about the state of WPS, and the head of
// NetworkManager's list of networks.
var statusRows = []Pattern{
	{Program: HostapdCLI, Origin: "hostapd/ctrl_iface.c WPS_GET_STATUS", Text: "PBC Status: {status:word}", Example: "PBC Status: Active",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideAP)
			switch string(m.text("status")) {
			case "Active":
				l.pressed = true
				in.advertiseState(l)
			case "Overlap":
				in.notice(doctor.NoticeOverlap)
			case "Timed-out":
				in.notice(doctor.NoticeNoDevice)
			}
		}},
	{Program: HostapdCLI, Origin: "hostapd/ctrl_iface.c WPS_GET_STATUS", Text: "Last WPS result: {result:word}", Example: "Last WPS result: Failed",
		means: func(in *interpreter, m *match) {
			l := in.currentLink()
			l.is(sideAP)
			switch string(m.text("result")) {
			case "Success":
				in.succeed(l.with(wps.MAC{}))
				l.enrolled = false
			case "Failed":
				in.notice(doctor.NoticeFailed)
			case "None":
				if len(in.notices) == 0 {
					in.advertiseState(l) // it waits for no device, or as in an earlier line
				}
			}
		}},
	{Program: HostapdCLI, Origin: "hostapd/ctrl_iface.c WPS_GET_STATUS", Text: "Failure Reason: {reason:rest}", Example: "Failure Reason: WEP Prohibited",
		means: func(in *interpreter, m *match) {}},
	{Program: NMCLI, Origin: "nmcli dev wifi", Text: "  SECURITY", Example: "NAME   SSID  SSID-HEX  BSSID              MODE   CHAN  FREQ      RATE       SIGNAL  BARS  SECURITY",
		means: func(in *interpreter, m *match) { in.table(NMCLI, m) }},
	{Program: Wash, Origin: "wash of reaver 1.6", Text: " Lck  ", Example: "BSSID               Ch  dBm  WPS  Lck  Vendor    ESSID",
		means: func(in *interpreter, m *match) { in.table(Wash, m) }},
	{Program: Wash, Origin: "wash of reaver 1.4", Text: "WPS Locked   ", Example: "BSSID                  Channel       RSSI       WPS Version       WPS Locked        ESSID",
		means: func(in *interpreter, m *match) { in.table(Wash, m) }},
	{Program: Wash, Origin: "wash -j of reaver 1.6", Text: "\"bssid\" : \"{bssid:upto}\"", Example: "{\"bssid\" : \"02:9F:C2:00:00:01\", \"essid\" : \"home\", \"channel\" : 6, \"rssi\" : -54, \"wps_version\" : 32, \"wps_state\" : 2, \"wps_locked\" : 2, \"dummy\": 0}",
		means: func(in *interpreter, m *match) {
			in.washObject(m.line[max(0, bytes.LastIndexByte(m.line[:m.at], '{')):])
		}},
	{Program: Airodump, Origin: "airodump-ng, the upper table; with --wps it has a column of it", Text: "  Beacons  ", Example: " BSSID              PWR  Beacons    #Data, #/s  CH   MB   ENC CIPHER  AUTH WPS    ESSID",
		means: func(in *interpreter, m *match) { in.table(Airodump, m) }},
}

// table begins a table, of which the line is the head.
func (in *interpreter) table(of Program, m *match) {
	c := columnsOf(string(m.line))
	if !c.has("BSSID") {
		in.heard[of]-- // it is not
		return
	}
	in.columns, c.of = c, of
}

// columns are the places of the columns of a table.
type columns struct {
	of     Program
	names  []string
	starts []int // in characters
}

// columnsOf parses the head of a table.
func columnsOf(head string) *columns {
	c := new(columns)
	at := 0
	for i, field := range strings.Split(head, " ") {
		if i > 0 {
			at++
		}
		last := len(c.names) - 1
		switch {
		case field == "":
		case last >= 0 && c.names[last] == "WPS" && (field == "Version" || field == "Locked"):
			c.names[last] = field // a name of two words, of wash
		default:
			c.names = append(c.names, field)
			c.starts = append(c.starts, at)
		}
		at += utf8.RuneCountInString(field)
	}
	return c
}

// value returns a column of a line.
func (c *columns) value(line []rune, name string) string {
	for i, n := range c.names {
		if n != name || c.starts[i] >= len(line) {
			continue
		}
		end := len(line)
		if i+1 < len(c.starts) {
			end = min(end, c.starts[i+1])
		}
		return strings.TrimSpace(string(line[c.starts[i]:end]))
	}
	return ""
}

// has reports whether there is a column.
func (c *columns) has(name string) bool { return slices.Contains(c.names, name) }

// tableLine handles a line of a table of access points. It reports whether the
// line belongs to the table.
func (in *interpreter) tableLine(text []byte) bool {
	if len(bytes.Trim(text, "- ")) == 0 {
		return len(text) > 0 // a rule below the head
	}
	line := []rune(string(text))
	c := in.columns
	if !isMACWord(c.value(line, "BSSID")) {
		in.columns = nil
		return false
	}
	in.heard[c.of]++
	in.newCell(c.value(line, "BSSID"))
	switch c.of {
	case NMCLI:
		in.nmcliLine(c.value(line, "SSID"), c.value(line, "FREQ"), c.value(line, "CHAN"), c.value(line, "SECURITY"))
	case Wash:
		in.washLine(line)
	case Airodump:
		in.airodumpLine(line)
	}
	in.endCell()
	return true
}

// nmcliLine handles an access point in a list of NetworkManager, which has its
// security but not its WPS.
func (in *interpreter) nmcliLine(name, freq, channel, security string) {
	if name == "--" {
		name = ""
	}
	in.cellName(name)
	c := in.cell
	c.freq, _ = strconv.Atoi(strings.TrimSuffix(freq, " MHz"))
	c.channel, _ = strconv.Atoi(channel)
	c.silent = true
	if security == "" || security == "--" {
		return
	}
	enterprise := strings.Contains(security, "802.1X")
	for f := range strings.FieldsSeq(security) {
		akm := dot11.AKMPSK
		switch {
		case f == "WPA3":
			akm = dot11.AKMSAE
		case f == "OWE":
			akm = dot11.AKMOWE
		case f != "WPA1" && f != "WPA2":
			continue
		}
		if enterprise {
			akm = dot11.AKM8021X
		}
		c.protect(f == "WPA1", akm)
	}
	c.private = true
}

// protect adds a key management to the security of an entry.
func (c *cell) protect(wpa1 bool, akms ...dot11.AKM) {
	s := &c.rsn
	if wpa1 {
		s = &c.wpa
	}
	if *s == nil {
		*s = &dot11.Security{Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}}
	}
	(*s).AKMs = append((*s).AKMs, akms...)
	c.private = true
}

// terseLine takes a line of "nmcli -t dev wifi": fields between colons, and those
// of the address escaped. The name follows the address, or precedes it if that is
// what was asked for. It reports whether it was such a line.
func (in *interpreter) terseLine(text []byte) bool {
	const escaped = `\:`
	if bytes.Count(text, []byte(escaped)) < 5 {
		return false
	}
	fields := strings.Split(strings.ReplaceAll(string(text), escaped, "\x00"), ":")
	at := slices.IndexFunc(fields, func(f string) bool { return isMACWord(strings.ReplaceAll(f, "\x00", ":")) })
	if at < 0 || len(fields) < 3 {
		return false
	}
	name := ""
	switch mode := slices.Index(fields, "Infra"); {
	case mode > 0 && mode != at+1:
		name = fields[mode-1]
	case at > 0:
		name = fields[at-1]
	case len(fields) > at+1:
		name = fields[at+1]
	}
	in.heard[NMCLI]++
	in.newCell(strings.ReplaceAll(fields[at], "\x00", ":"))
	in.nmcliLine(strings.ReplaceAll(name, "\x00", ":"), "", "", fields[len(fields)-1])
	in.endCell()
	return true
}

// washFields are the members of an object that "wash -j" prints of an access
// point, in their order.
type washFields struct {
	BSSID    string `json:"bssid"`
	ESSID    string `json:"essid"`
	Channel  int    `json:"channel"`
	RSSI     int    `json:"rssi"`
	Version  int    `json:"wps_version"`
	State    int    `json:"wps_state"`
	Locked   int    `json:"wps_locked"`
	Maker    string `json:"wps_manufacturer"`
	Model    string `json:"wps_model_name"`
	Number   string `json:"wps_model_number"`
	Name     string `json:"wps_device_name"`
	UUID     string `json:"wps_uuid"`
	Type     string `json:"wps_primary_device_type"`
	Methods  string `json:"wps_config_methods"`
	Bands    string `json:"wps_rf_bands"`
	Selected string `json:"wps_selected_registrar"`
}

// washObject takes an access point that "wash -j" prints: one object on a line,
// which may have a comma too many.
func (in *interpreter) washObject(text []byte) {
	text = bytes.TrimRight(text, " \t,")
	if i := bytes.LastIndexByte(text, '}'); i >= 0 {
		text = append(bytes.TrimRight(text[:i:i], " ,"), '}')
	}
	var f washFields
	if json.Unmarshal(text, &f) != nil {
		in.heard[Wash]--
		return
	}
	in.newCell(f.BSSID)
	in.cellName(f.ESSID)
	c := in.cell
	c.channel, c.signal = f.Channel, f.RSSI
	c.protect(false, dot11.AKMPSK)
	defer in.endCell()
	if f.Version == 0 && f.State == 0 {
		return // "wash -a" lists those without WPS too
	}
	const locked = 1 // 2 is that the element does not say so
	in.cellWPS(func(e *wps.ProbeResponse) {
		e.State, e.APSetupLocked = cmp.Or(wps.State(f.State), wps.Configured), f.Locked == locked
		e.WFA.Version2 = uint8(max(f.Version, 0))
		if f.Version <= 0x10 {
			e.WFA.Version2 = 0
		}
		if e.SelectedRegistrar = f.Selected == "01"; e.SelectedRegistrar {
			e.DevicePasswordID = wps.PasswordPushButton // it does not say which
		}
		e.Manufacturer, e.ModelName, e.ModelNumber, e.DeviceName = f.Maker, f.Model, f.Number, f.Name
		if b, err := hex.DecodeString(f.UUID); err == nil && len(b) == len(e.UUIDE) {
			copy(e.UUIDE[:], b)
		}
		if b, err := hex.DecodeString(f.Type); err == nil && len(b) == len(e.PrimaryDeviceType) {
			copy(e.PrimaryDeviceType[:], b)
		}
		methods, _ := strconv.ParseUint(f.Methods, 16, 16)
		bands, _ := strconv.ParseUint(f.Bands, 16, 8)
		e.ConfigMethods, e.RFBands = wps.ConfigMethods(methods), wps.RFBands(bands)
	})
	c.response = f.Maker != "" || f.Model != "" || f.Name != ""
}

// washLine takes an access point in the list of wash, which has those with WPS
// only.
func (in *interpreter) washLine(line []rune) {
	t := in.columns
	in.cellName(t.value(line, "ESSID"))
	c := in.cell
	c.channel, _ = strconv.Atoi(t.value(line, "Ch") + t.value(line, "Channel"))
	c.signal, _ = strconv.Atoi(t.value(line, "dBm") + t.value(line, "RSSI"))
	locked := t.value(line, "Lck") + t.value(line, "Locked")
	version := t.value(line, "Version")
	if version == "" {
		version = t.value(line, "WPS")
	}
	in.cellWPS(func(e *wps.ProbeResponse) {
		e.State, e.APSetupLocked = wps.Configured, locked == "Yes"
		if strings.HasPrefix(version, "1") {
			e.WFA.Version2 = 0
		}
	})
	c.protect(false, dot11.AKMPSK)
}

// airodumpLine takes an access point in the upper table of airodump-ng.
func (in *interpreter) airodumpLine(line []rune) {
	t := in.columns
	name := t.value(line, "ESSID")
	if strings.HasPrefix(name, "<length:") {
		name = ""
	}
	in.cellName(name)
	c := in.cell
	c.channel, _ = strconv.Atoi(t.value(line, "CH"))
	c.signal, _ = strconv.Atoi(t.value(line, "PWR"))
	switch auth := t.value(line, "AUTH"); auth {
	case "MGT":
		c.protect(false, dot11.AKM8021X)
	case "SAE":
		c.protect(false, dot11.AKMSAE)
	case "OWE":
		c.protect(false, dot11.AKMOWE)
	case "PSK":
		c.protect(t.value(line, "ENC") == "WPA", dot11.AKMPSK)
	default:
		c.private = t.value(line, "ENC") == "WEP"
	}
	how := t.value(line, "WPS")
	// Version 0.0 is one that was not heard, with and without WPS.
	if c.silent = !t.has("WPS") || how == "0.0"; c.silent || how == "" {
		return
	}
	in.cellWPS(func(e *wps.ProbeResponse) {
		e.State, e.APSetupLocked = wps.Configured, strings.Contains(how, "Locked")
		if strings.HasPrefix(how, "1.0") {
			e.WFA.Version2 = 0
		}
	})
}
