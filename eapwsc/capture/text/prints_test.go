package text

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps"
)

// TestPrints reads the output of stock programs about the same two access
// points, one of them without WPS. The files of testdata/prints are from iw
// 6.9, iwlist of wireless-tools 30, wpa_cli and hostapd_cli 2.10, and nmcli
// 1.52.
func TestPrints(t *testing.T) {
	for _, tt := range []struct {
		file, want, kind, program string
	}{
		{"iw-scan.txt", "ready", "scan", "iw"},
		{"iw-scan-idle.txt", "no-selected-registrar", "scan", "iw"},
		{"iwlist.txt", "ready", "scan", "iwlist"},
		{"scan_results.txt", "ready", "scan", "wpa_cli"},
		{"bss.txt", "wps-disabled", "scan", "wpa_cli"},
		{"nmcli.txt", "unknown", "scan", "nmcli"},
		{"status.txt", "ready", "status", "hostapd_cli"},
		{"status2.txt", "success", "status", "hostapd_cli"},
		{"hostapd-plain.txt", "success", "log", "hostapd"},
	} {
		b, err := os.ReadFile(filepath.Join("testdata/prints", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		for name, form := range map[string]string{
			"as printed": string(b), "of Windows": strings.ReplaceAll(string(b), "\n", "\r\n"),
			"without tabs": strings.ReplaceAll(string(b), "\t", "        "),
		} {
			if tt.file == "scan_results.txt" && name == "without tabs" {
				form = strings.ReplaceAll(string(b), "\t", " ")
			}
			if !IsText([]byte(form)) {
				t.Errorf("%s, %s: does not look like text of WPS", tt.file, name)
			}
			r := NewReader(strings.NewReader(form))
			got := words(causesOf(judge(t, r, r.Keys())))
			s := r.Source()
			if len(s.Programs) == 0 || got != tt.want || s.Kind != tt.kind || s.Programs[0].String() != tt.program {
				t.Errorf("%s, %s: %s, a %s of %v; want %s, a %s of %s", tt.file, name, got, s.Kind, s.Programs, tt.want, tt.kind, tt.program)
			}
			if len(s.Limits) == 0 && tt.kind != "log" {
				t.Errorf("%s: no limits", tt.file)
			}
		}
	}
}

// TestScanContents checks that what a scan shows of an access point is in its
// element.
func TestScanContents(t *testing.T) {
	f, err := os.Open("testdata/prints/iw-scan.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := NewReader(f)
	var all []capture.Event
	for e := range events(t, r) {
		all = append(all, *e)
	}
	if len(all) != 2 || all[0].Management.WPS != nil || all[1].Management.WPS == nil {
		t.Fatalf("%d events", len(all))
	}
	e := all[1]
	var got wps.ProbeResponse
	if err := wps.Decode(&got, e.Management.WPS, wps.Tolerant); err != nil {
		t.Fatal(err)
	}
	if e.Management.SSID != "lab" || e.Radio.Frequency != 2437 || e.Radio.Signal != -30 || got.DeviceName != "Router" ||
		got.Manufacturer != "Example Works" || !got.SelectedRegistrar || got.DevicePasswordID != wps.PasswordPushButton ||
		got.UUIDE.String() != "12345678-9abc-def0-1234-000000000000" || got.State != wps.Configured {
		t.Errorf("%+v %+v %+v", e.Management, e.Radio, got)
	}
}

// events returns the events of a reader.
func events(t testing.TB, r *Reader) func(func(*capture.Event) bool) {
	return func(yield func(*capture.Event) bool) {
		for {
			e, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !yield(e) {
				return
			}
		}
	}
}

// inLines formats octets in lines of n by calling line.
func inLines(b []byte, n int, line func(offset int, b []byte) string) string {
	var s strings.Builder
	for at := 0; at < len(b); at += n {
		s.WriteString(line(at, b[at:min(at+n, len(b))]) + "\n")
	}
	return s.String()
}

// separated formats each octet, with sep between.
func separated(b []byte, format, sep string) string {
	all := make([]string, len(b))
	for i, c := range b {
		all[i] = fmt.Sprintf(format, c)
	}
	return strings.Join(all, sep)
}

// characters returns the column of characters at the end of a line.
func characters(b []byte) string {
	all := bytes.Clone(b)
	for i, c := range all {
		if c < ' ' || c > '~' {
			all[i] = '.'
		}
	}
	return string(all)
}

// pythonRepr formats octets as Python prints them.
func pythonRepr(b []byte) string {
	s := "b'"
	for _, c := range b {
		switch {
		case c == '\'' || c == '\\':
			s += `\` + string(rune(c))
		case c == '\n':
			s += `\n`
		case c == '\r':
			s += `\r`
		case c == '\t':
			s += `\t`
		case c < ' ' || c > '~':
			s += fmt.Sprintf(`\x%02x`, c)
		default:
			s += string(rune(c))
		}
	}
	return s + "'"
}

// forms are the formats of dumps.
var forms = []struct {
	name   string
	format func([]byte) string
}{
	{"hexadecimal", hex.EncodeToString},
	{"capitals", func(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }},
	{"in lines", func(b []byte) string {
		return inLines(b, 32, func(_ int, b []byte) string { return hex.EncodeToString(b) })
	}},
	{"blanks", func(b []byte) string { return separated(b, "%02x", " ") }},
	{"colons", func(b []byte) string { return separated(b, "%02x", ":") }},
	{"dashes", func(b []byte) string { return separated(b, "%02X", "-") }},
	{"0x", func(b []byte) string { return "0x" + hex.EncodeToString(b) }},
	{"named", func(b []byte) string { return "M1: " + separated(b, "%02x", " ") }},
	{"xxd", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			var pairs []string
			for i := 0; i < len(b); i += 2 {
				pairs = append(pairs, hex.EncodeToString(b[i:min(i+2, len(b))]))
			}
			return fmt.Sprintf("%08x: %-39s  %s", at, strings.Join(pairs, " "), characters(b))
		})
	}},
	{"xxd -p", func(b []byte) string {
		return inLines(b, 30, func(_ int, b []byte) string { return hex.EncodeToString(b) })
	}},
	{"hexdump -C", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			first, second := b[:min(8, len(b))], b[min(8, len(b)):]
			return fmt.Sprintf("%08x  %-48s  |%s|", at, separated(first, "%02x", " ")+"  "+separated(second, "%02x", " "), characters(b))
		}) + fmt.Sprintf("%08x\n", len(b))
	}},
	{"od -A x -t x1z", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			return fmt.Sprintf("%06x %-47s  >%s<", at, separated(b, "%02x", " "), characters(b))
		})
	}},
	{"od -t x1", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string { return fmt.Sprintf("%07o %s", at, separated(b, "%02x", " ")) }) +
			fmt.Sprintf("%07o\n", len(b))
	}},
	{"tcpdump -x", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			var pairs []string
			for i := 0; i < len(b); i += 2 {
				pairs = append(pairs, hex.EncodeToString(b[i:min(i+2, len(b))]))
			}
			return fmt.Sprintf("\t0x%04x:  %s", at, strings.Join(pairs, " "))
		})
	}},
	{"Wireshark", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			return fmt.Sprintf("%04x   %-47s   %s", at, separated(b, "%02x", " "), characters(b))
		})
	}},
	{"C", func(b []byte) string {
		return "static const unsigned char frame[] = {\n" + inLines(b, 12, func(_ int, b []byte) string {
			return "\t" + separated(b, "0x%02x", ", ") + ","
		}) + "};\n"
	}},
	{"C with names", func(b []byte) string {
		return "/* packet 7 */\nconst uint8_t pkt7[] = {\n" + inLines(b, 8, func(at int, b []byte) string {
			return separated(b, "0x%02x", ", ") + fmt.Sprintf(", /* %s */", strings.ReplaceAll(characters(b), "*/", ".."))
		}) + "};\n"
	}},
	{"Go", func(b []byte) string { return fmt.Sprintf("frame := %#v\n", b) }},
	{"Python", func(b []byte) string { return `frame = b"` + separated(b, `\x%02x`, "") + "\"\n" }},
	{"Python, repr", func(b []byte) string { return "frame = " + pythonRepr(b) + "\n" }},
	{"C string", func(b []byte) string {
		return "char frame[] =\n" + inLines(b, 16, func(_ int, b []byte) string { return `    "` + separated(b, `\x%02x`, "") + `"` }) + ";\n"
	}},
	{"Wireshark, 8 and 8", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			first, second := b[:min(8, len(b))], b[min(8, len(b)):]
			return fmt.Sprintf("%04x  %-48s   %s", at, separated(first, "%02x", " ")+"  "+separated(second, "%02x", " "), characters(b))
		})
	}},
	{"xxd -g 1", func(b []byte) string {
		return inLines(b, 16, func(at int, b []byte) string {
			return fmt.Sprintf("%08x: %-47s  %s", at, separated(b, "%02x", " "), characters(b))
		})
	}},
	{"Python, fromhex", func(b []byte) string { return `bytes.fromhex("` + hex.EncodeToString(b) + "\")\n" }},
	{"JSON", func(b []byte) string { return `{"octets": "` + hex.EncodeToString(b) + "\"}\n" }},
}

// TestDumps checks that each kind of octets is found in each format, with its
// attributes.
func TestDumps(t *testing.T) {
	f, err := capture.NewReader(bytes.NewReader(unzip(t, "testdata/pairs/radio-supplicant-pin.pcap.gz")))
	if err != nil {
		t.Fatal(err)
	}
	var m1, element []byte
	for m1 == nil || element == nil {
		e, err := f.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == capture.KindEAPOL && len(e.Data) > 100 && m1 == nil {
			m1 = bytes.Clone(e.Data)
		}
		if e.Kind == capture.KindProbeResponse && e.Management.WPS != nil && element == nil {
			element = wps.SplitElements(e.Management.WPS)
		}
	}
	const inEAPOL, inEAP = 4 + 14, 14
	management := append(append([]byte{0x50, 0, 0, 0}, make([]byte, 20+12)...), "\x00\x03lab"...)
	copy(management[4:], []byte{2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0})
	data := []byte{8, 1, 0, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0}
	for _, content := range []struct {
		name       string
		octets     []byte
		want       string
		attributes []byte
	}{
		{"Ethernet", append([]byte{2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0x88, 0x8e}, m1...), "WSC message M1", m1[inEAPOL:]},
		{"802.11 data", append(append(data, llc...), m1...), "WSC message M1", m1[inEAPOL:]},
		{"802.11 management", append(management, element...), "802.11 frame, ProbeResponse", element[6:]},
		{"EAPOL", m1, "WSC message M1", m1[inEAPOL:]},
		{"EAP", m1[4:], "WSC message M1", m1[4+inEAP:]},
		{"message", m1[inEAPOL:], "WSC message M1", m1[inEAPOL:]},
		{"element", element, "WPS element of a probe or association response", element[6:]},
		{"element without its header", element[2:], "WPS element of a probe or association response", element[6:]},
		{"attributes of an element", element[6:], "WPS element of a probe or association response", element[6:]},
	} {
		for _, form := range forms {
			text := form.format(content.octets)
			r := NewReader(strings.NewReader("Here it is:\n\n" + text + "\nThanks!\n"))
			for range events(t, r) {
			}
			if d := r.Dumps(); len(d) != 1 || d[0].Name != content.want || !bytes.Equal(d[0].Octets, content.attributes) ||
				d[0].Offset >= 0 && !bytes.HasPrefix(d[0].Frame[d[0].Offset:], d[0].Octets) {
				t.Errorf("%s, %s: %d dumps", content.name, form.name, len(d))
				for _, d := range d {
					t.Errorf("line %d: %s, %d octets of %d", d.Line, d.Name, len(d.Octets), len(d.Frame))
				}
				if !testing.Short() {
					t.Log(text[:min(len(text), 400)])
				}
			}
		}
	}
}

// TestTokens reads the NFC tokens that hostapd and wpa_supplicant print.
func TestTokens(t *testing.T) {
	files, err := filepath.Glob("testdata/tokens/*.hex")
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	names := []struct{ part, name string }{
		{"handover-req", "handover request"}, {"handover.req", "handover request"}, {"handover", "handover select"}, {"config", "configuration token"}, {"password", "password token"},
	}
	for _, file := range files {
		printed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		octets, err := hex.DecodeString(strings.TrimSpace(string(printed)))
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range append(forms, struct {
			name   string
			format func([]byte) string
		}{"as printed", func([]byte) string { return string(printed) }}) {
			r := NewReader(strings.NewReader(form.format(octets)))
			for range events(t, r) {
			}
			want := ""
			for _, n := range names {
				if strings.Contains(filepath.Base(file), n.part) {
					want = n.name
					break
				}
			}
			if d := r.Dumps(); len(d) != 1 || !strings.HasSuffix(d[0].Name, want) {
				t.Errorf("%s, %s: %d dumps", file, form.name, len(d))
				for _, d := range d {
					t.Errorf("%s", d.Name)
				}
			}
		}
	}
}
