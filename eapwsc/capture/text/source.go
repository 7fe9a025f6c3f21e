package text

import (
	"cmp"
	"slices"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps/doctor"
)

// Program is the program that printed a text.
//
// Its values are [Hostap], [Hostapd], [WPASupplicant], [IWD], [ESPIDF], [IW],
// [Iwlist], [WPACLI], [HostapdCLI], [NMCLI], [Wash], [Airodump], [Android],
// [Netsh], [Iwinfo], [Reaver], [Printer],
// [Adapter], [Router], [Wireshark] and [HexDump].
type Program uint8

// The programs. Hostap is the code that hostapd and wpa_supplicant share.
const (
	Hostap Program = iota + 1
	Hostapd
	WPASupplicant
	IWD
	ESPIDF
	IW
	Iwlist
	WPACLI
	HostapdCLI
	NMCLI
	Wash
	Airodump
	Android
	Netsh
	Iwinfo
	Reaver
	Printer // the report that it prints
	Adapter // the utility of a Wi-Fi adapter
	Router  // the log on its page
	Wireshark
	HexDump
)

var programNames = [...]string{
	Hostap: "hostapd or wpa_supplicant", Hostapd: "hostapd", WPASupplicant: "wpa_supplicant", IWD: "iwd", ESPIDF: "ESP-IDF",
	IW: "iw", Iwlist: "iwlist", WPACLI: "wpa_cli", HostapdCLI: "hostapd_cli", NMCLI: "nmcli", Wash: "wash", Airodump: "airodump-ng", Android: "Android", Netsh: "netsh", Iwinfo: "iwinfo", Reaver: "reaver",
	Printer: "printer", Adapter: "utility of a Wi-Fi adapter", Router: "router", Wireshark: "Wireshark", HexDump: "hex dump",
}

// String returns the name of the program.
func (p Program) String() string {
	if p > 0 && int(p) < len(programNames) {
		return programNames[p]
	}
	return "unknown"
}

// Source says what kind of text was read, and what it does not show.
type Source struct {
	// Kind is "log", "scan", "status", "dump" or "text"; the last one if
	// nothing of WPS was found.
	Kind string
	// Programs are the programs that printed it, the one with most lines first.
	Programs []Program
	// Lines is the number of lines, Understood the number of those that concern
	// WPS.
	Lines, Understood int
	// Limits are sentences about what the text does not show, in contrast to a
	// capture.
	Limits []string
	// StationsUnknown reports that the text does not show which devices look for a
	// registrar.
	StationsUnknown bool
	// NetworksUnknown reports that the text does not list the networks in range:
	// that it names none means nothing.
	NetworksUnknown bool
}

// kinds are the kinds of text that programs print.
var kinds = map[Program]string{
	Hostap: "log", Hostapd: "log", WPASupplicant: "log", IWD: "log", ESPIDF: "log", IW: "scan", Iwlist: "scan", WPACLI: "scan", NMCLI: "scan", Wash: "scan", Airodump: "scan", Android: "scan", Netsh: "scan", Iwinfo: "scan", Reaver: "scan", Printer: "status", Adapter: "log", Router: "log", Wireshark: "log",
	HostapdCLI: "status", HexDump: "dump",
}

// minorShare is how many times more lines one of hostapd and wpa_supplicant
// must have printed for the other to count as absent: both contain the code for
// registrars, so either prints lines that are usually of the other.
const minorShare = 8

// limits are what kinds of text do not show.
var limits = []struct {
	applies func(*interpreter, *Source) bool
	text    string
}{
	{func(in *interpreter, s *Source) bool { return s.Kind == "text" }, "Nothing in it is known to concern WPS."},
	{func(in *interpreter, s *Source) bool { return in.heard[IWD] > 0 },
		"iwd does not log the messages: how far the attempt came, which side stopped, and which half of a PIN is wrong, is unknown."},
	{func(in *interpreter, s *Source) bool {
		return s.Kind == "log" && !in.facts.frames && in.facts.messages && in.heard[IWD] == 0 && in.heard[Wireshark] == 0
	},
		"The messages themselves are not in the log, so their contents were not checked. (wpa_supplicant -dd shows them.)"},
	{func(in *interpreter, s *Source) bool {
		return s.Kind == "log" && !in.facts.frames && !in.facts.messages && in.heard[IWD]+in.heard[Wireshark]+in.heard[Adapter]+in.heard[Router] == 0 && in.heard[ESPIDF] < s.Understood
	},
		"There are event lines only: the messages before the last one were not seen. (Run hostapd or wpa_supplicant with -dd for more.)"},
	{func(in *interpreter, s *Source) bool {
		return s.Kind == "log" && in.heard[ESPIDF] > 0 && !in.facts.messages && !in.facts.frames
	},
		"ESP-IDF prints little without debug output of its supplicant (CONFIG_ESP_WIFI_DEBUG_PRINT): which message was the last, and why it stopped, is missing."},
	{func(in *interpreter, s *Source) bool {
		return s.Kind == "log" && !in.facts.timed && in.heard[Wireshark] > 0
	},
		"The packets have no time: pauses, and messages that were sent again, do not show."},
	{func(in *interpreter, s *Source) bool {
		return s.Kind == "log" && !in.facts.timed && in.heard[Wireshark]+in.heard[Adapter] == 0
	},
		"The lines have no time: pauses, and messages that were sent again, do not show. (Run hostapd or wpa_supplicant with -t.)"},
	{func(in *interpreter, s *Source) bool { return s.Kind == "scan" },
		"A scan shows what routers offer at one moment; it shows no attempt, and no device that searches."},
	{func(in *interpreter, s *Source) bool { return in.facts.details },
		"The details of packets as text are not the whole messages, so the form of these was not checked. (tshark -x, or the capture itself, shows them.)"},
	{func(in *interpreter, s *Source) bool { return in.facts.chosen },
		"Only some fields of the packets were listed: what is in the others is unknown."},
	{func(in *interpreter, s *Source) bool {
		return in.heard[Wireshark] > 0 && !in.facts.details && !in.facts.fields
	},
		"The list of packets does not show what is in a message, such as why a side stopped. The capture itself shows more."},
	{func(in *interpreter, s *Source) bool { return in.heard[NMCLI] > 0 },
		"NetworkManager's list does not show whether a network has WPS."},
	{func(in *interpreter, s *Source) bool { return in.heard[Netsh] > 0 },
		"Windows does not list whether a network has WPS, nor who waits for a device. (Wireshark, or \"iw dev wlan0 scan\" under Linux, shows it.)"},
	{func(in *interpreter, s *Source) bool { return in.heard[Wash] > 0 || in.heard[Airodump] > 0 },
		"The list does not show whether a router waits for a device, nor its security in full."},
	{func(in *interpreter, s *Source) bool { return in.heard[IW] > 0 },
		"iw does not print the WPS element as it was sent, so its form was not checked."},
	{func(in *interpreter, s *Source) bool {
		return in.heard[Printer] > 0 || in.heard[Adapter] > 0 || in.heard[Router] > 0
	},
		"What a device reports to its owner is its own conclusion: what led to it is not shown."},
	{func(in *interpreter, s *Source) bool { return s.Kind == "status" && in.heard[HostapdCLI] > 0 },
		"The status of hostapd is its last result only."},
	{func(in *interpreter, s *Source) bool { return s.Kind == "dump" },
		"A dump has neither times nor addresses; the frame of an element is inferred from its content."},
}

// Source describes the text. It is complete after the last event.
func (r *Reader) Source() Source {
	in := &r.in
	s := Source{Kind: "text", Lines: r.number}
	for p, n := range in.heard {
		s.Programs = append(s.Programs, p)
		s.Understood += n
	}
	s.Programs = slices.DeleteFunc(s.Programs, func(p Program) bool {
		return p == Hostapd && in.heard[p]*minorShare < in.heard[WPASupplicant] ||
			p == WPASupplicant && in.heard[p]*minorShare < in.heard[Hostapd]
	})
	slices.SortFunc(s.Programs, func(a, b Program) int { return cmp.Or(in.heard[b]-in.heard[a], int(a)-int(b)) })
	if in.heard[Hostapd] > 0 || in.heard[WPASupplicant] > 0 || in.heard[ESPIDF] > 0 {
		s.Programs = slices.DeleteFunc(s.Programs, func(p Program) bool { return p == Hostap })
	}
	if len(s.Programs) > 0 {
		s.Kind = kinds[s.Programs[0]]
	}
	s.StationsUnknown = s.Kind != "log" || !in.facts.listens && (!in.facts.air || in.facts.filtered)
	s.NetworksUnknown = s.Kind != "scan"
	for _, l := range limits {
		if l.applies(in, &s) {
			s.Limits = append(s.Limits, l.text)
		}
	}
	return s
}

// Notices returns what programs reported that no frame shows, in the order of
// time.
func (r *Reader) Notices() []doctor.Notice { return r.in.notices }

// SettingsOf returns the form of the settings that were sent in an exchange
// according to the programs: hostapd and wpa_supplicant print them in
// WPS-CRED-RECEIVED and WPS-NEW-AP-SETTINGS.
func (r *Reader) SettingsOf(x *exchange.Exchange) (all []doctor.Settings) {
	if len(x.Entries) == 0 {
		return nil
	}
	first, last := x.Entries[0].Frame, x.Entries[len(x.Entries)-1].Frame
	for _, g := range r.in.given {
		if first <= g.line && g.line <= last {
			all = append(all, g.settings)
		}
	}
	return all
}

// NotFound reports whether the programs say that a station that was given settings
// in an exchange has not found the network. It is known some time after the
// exchange.
func (r *Reader) NotFound(x *exchange.Exchange) bool {
	if len(x.Entries) == 0 || x.Joining.Seen() || x.Joining.Status != 0 {
		return false
	}
	for line := range r.in.missing {
		if x.Entries[0].Frame <= line && line <= x.Entries[len(x.Entries)-1].Frame {
			return true
		}
	}
	return false
}

// Dumps returns the hexadecimal dumps in order.
func (r *Reader) Dumps() []Dump { return r.in.dumps }

// Keys returns the keys of runs that hostapd and wpa_supplicant print with -K.
// It grows while events are read: a Collector with it finds the keys of each
// exchange that has ended.
func (r *Reader) Keys() *exchange.KeyLog { return r.in.keys }
