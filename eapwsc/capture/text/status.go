package text

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// statusRows are what programs print that are asked how WPS fares, and the
// head of NetworkManager's list of networks.
var statusRows = []Row{
	{Program: HostapdCLI, Origin: "hostapd/ctrl_iface.c WPS_GET_STATUS", Pattern: "PBC Status: {status:word}", Example: "PBC Status: Active",
		means: func(in *interpreter, m *match) {
			l := in.here()
			l.is(sideAP)
			switch string(m.text("status")) {
			case "Active":
				l.pressed = true
			case "Overlap":
				in.report(doctor.ReportOverlap)
				return
			case "Timed-out":
				l.pressed = false
				in.report(doctor.ReportNoDevice)
			default:
				l.pressed = false
			}
			in.advertiseState(l)
		}},
	{Program: HostapdCLI, Origin: "hostapd/ctrl_iface.c WPS_GET_STATUS", Pattern: "Last WPS result: {result:word}", Example: "Last WPS result: Failed",
		means: func(in *interpreter, m *match) {
			l := in.here()
			l.is(sideAP)
			switch string(m.text("result")) {
			case "Success":
				in.succeed(l.with(wps.MAC{}))
				l.enrolled = false
			case "Failed":
				in.report(doctor.ReportFailed)
			}
		}},
	{Program: HostapdCLI, Origin: "hostapd/ctrl_iface.c WPS_GET_STATUS", Pattern: "Failure Reason: {reason:rest}", Example: "Failure Reason: WEP Prohibited",
		means: func(in *interpreter, m *match) {}},
	{Program: NMCLI, Origin: "nmcli -f all dev wifi", Pattern: "BARS  SECURITY", Example: "NAME   SSID  SSID-HEX  BSSID              MODE   CHAN  FREQ      RATE       SIGNAL  BARS  SECURITY",
		means: func(in *interpreter, m *match) { in.columns = columnsOf(string(m.line)) }},
}

// columns are the places of the columns of a table.
type columns struct {
	names  []string
	starts []int // in characters
}

// columnsOf reads the head of a table.
func columnsOf(head string) *columns {
	c := new(columns)
	at := 0
	for i, field := range strings.Split(head, " ") {
		if i > 0 {
			at++
		}
		if field != "" {
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

// tableLine takes a line of the list of NetworkManager. It does not tell of WPS,
// but of the security. It reports whether the line belongs to the table.
func (in *interpreter) tableLine(text []byte) bool {
	line := []rune(string(text))
	bssid, err := wps.ParseMAC(in.columns.value(line, "BSSID"))
	if err != nil {
		in.columns = nil
		return false
	}
	in.heard[NMCLI]++
	in.newCell(bssid)
	name := in.columns.value(line, "SSID")
	if name == "--" {
		name = ""
	}
	in.cellName(name)
	c := in.cell
	c.freq, _ = strconv.Atoi(strings.TrimSuffix(in.columns.value(line, "FREQ"), " MHz"))
	c.channel, _ = strconv.Atoi(in.columns.value(line, "CHAN"))
	c.silent = true
	if security := in.columns.value(line, "SECURITY"); security != "" && security != "--" {
		c.private = true
		fields := strings.Fields(security)
		enterprise := strings.Contains(security, "802.1X")
		for _, f := range fields {
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
			s := &c.rsn
			if f == "WPA1" {
				s = &c.wpa
			}
			if *s == nil {
				*s = &dot11.Security{Pairwise: []dot11.Cipher{dot11.CipherCCMP}}
			}
			(*s).AKMs = append((*s).AKMs, akm)
		}
	}
	in.endCell()
	return true
}
