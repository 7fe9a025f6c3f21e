package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

// TestText compares the text output for some captures.
func TestText(t *testing.T) {
	var got strings.Builder
	for _, name := range []string{
		"radio/pin-wrong", "radio/pbc", "radio/pbc-overlap-sta", "radio/locked", "radio/reg-config", "wired/l1-appin-lockdown",
		"wired/l2-pbc-m1-before-button", "wired/m12-drop-m5", "wired/s11-frag", "wired/s23-version11", "wired/t3-nfc-handover",
		"wired/u3-er-pin.er", "wired/u5-er-config.eapol",
	} {
		status, text, errs := runProgram(t, nil, captures+name+".pcap")
		fmt.Fprintf(&got, "$ wpsdoctor %s.pcap\n%s%s[exit status %d]\n\n", name, strings.ReplaceAll(text, captures, ""), errs, status)
	}
	programtest.Golden(t, "text.golden", got.String())
}

// TestExample runs the program without a file: it explains the built-in example.
func TestExample(t *testing.T) {
	status, text, errs := runProgram(t, nil)
	if status != program.Problem || errs != "" || !strings.Contains(text, "The PIN was wrong") || !strings.HasSuffix(text, "For a capture of your own: wpsdoctor FILE\n") {
		t.Errorf("exit status %d, %q, %s", status, errs, text)
	}
	status, line, _ := runProgram(t, nil, "-json")
	if status != program.Problem || strings.Count(line, "\n") != 1 || !strings.Contains(line, `"cause":"pin-first-half"`) {
		t.Errorf("-json: exit status %d, %s", status, line)
	}
}

// keyLog writes the key log of a captured run, from the values that both sides
// logged.
func keyLog(t *testing.T, capture string) string {
	t.Helper()
	b, err := os.ReadFile(captures + capture + ".keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var runs []map[string]string
	if err := json.Unmarshal(b, &runs); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, r := range runs {
		fmt.Fprintf(&lines, "WSC %s %s %s %s\n", r["Enrollee Nonce"], r["Registrar Nonce"], r["AuthKey"], r["KeyWrapKey"])
	}
	name := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(name, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestKeys checks that with the keys of the run every message is verified and
// the settings are described, but no key is shown.
func TestKeys(t *testing.T) {
	var got strings.Builder
	for _, name := range []string{"radio/pin", "radio/pbc", "radio/pin-wrong", "radio/reg", "radio/reg-config", "radio/reg-wrong"} {
		keys := keyLog(t, name)
		_, text, errs := runProgram(t, nil, "-keys", keys, captures+name+".pcap")
		_, line, _ := runProgram(t, nil, "-json", "-keys", keys, captures+name+".pcap")
		programtest.Schema(t, line)
		got.WriteString(strings.ReplaceAll(text, captures, "") + errs + strings.ReplaceAll(line, captures, "") + "\n")
		log, err := os.ReadFile(keys)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range append(strings.Fields(string(log))[3:5], "12345678", "new-pass", "passphrase-for") {
			for _, out := range []string{text, line} {
				if strings.Contains(out, secret) || strings.Contains(out, hex.EncodeToString([]byte(secret))) {
					t.Errorf("%s: %s is in the output", name, secret)
				}
			}
		}
	}
	programtest.Golden(t, "keys.golden", got.String())
}

// TestStatus checks the exit status and the error for each way to use the
// program.
func TestStatus(t *testing.T) {
	good, bad := captures+"wired/s01-pin-ok.pcap", captures+"wired/s05-pin-wrong-half1.pcap"
	folder := t.TempDir()
	write := func(name string, b []byte) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	wrongKeys := write("keys", []byte("WSC 00\n"))
	noCapture := write("text", []byte("this is no capture\n"))
	empty := write("empty", nil)
	for _, tt := range []struct {
		args   []string
		status int
		err    string // part of standard error
	}{
		{[]string{good}, program.Fine, ""},
		{[]string{"-q", "-json", good, captures + "wired/s07-appin-reg-learn.pcap"}, program.Fine, ""},
		{[]string{bad}, program.Problem, ""},
		{[]string{good, bad, good}, program.Problem, ""},
		{[]string{captures + "radio/pbc-overlap-sta.pcap"}, program.Problem, ""},
		{[]string{captures + "wired/u5-er-config.eapol.pcap"}, program.Problem, ""},
		{[]string{"-help"}, program.Fine, ""},
		{[]string{"-x"}, program.Unable, "there is no flag -x"},
		{[]string{folder + "/missing", good}, program.Unable, "missing"},
		{[]string{noCapture}, program.Unable, "not a readable capture"},
		{[]string{empty}, program.Unable, "not a readable capture"},
		{[]string{"-keys", folder + "/missing", good}, program.Unable, "missing"},
		{[]string{"-keys", wrongKeys, good}, program.Unable, "key log is unreadable: line 1"},
	} {
		status, out, errs := runProgram(t, nil, tt.args...)
		if status != tt.status || !strings.Contains(errs, tt.err) || (errs == "") != (tt.err == "") {
			t.Errorf("%v: exit status %d, %q", tt.args, status, errs)
		}
		if slices.Contains(tt.args, good) && !slices.Contains(tt.args, "-keys") && !strings.Contains(out, "s01-pin-ok") {
			t.Errorf("%v: a capture that can be read is not reported", tt.args)
		}
	}
}

// TestInputs checks that the name of the file, compression and standard input
// make no difference.
func TestInputs(t *testing.T) {
	name := captures + "radio/pin-m2d.pcap"
	plain, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(plain)
	z.Close()
	other := filepath.Join(t.TempDir(), "another name")
	if err := os.WriteFile(other, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, want, _ := runProgram(t, nil, "-json", name)
	for _, tt := range []struct {
		stdin io.Reader
		name  string
	}{{nil, other}, {bytes.NewReader(plain), "-"}, {bytes.NewReader(packed.Bytes()), "-"}, {bytes.NewReader(plain), ""}} {
		args := []string{"-json", tt.name}
		if tt.name == "" { // piped in
			args, tt.name = args[:1], "-"
		}
		status, got, errs := runProgram(t, tt.stdin, args...)
		quoted, _ := json.Marshal(tt.name)
		if status != program.Problem || errs != "" || strings.ReplaceAll(got, string(quoted), `"`+name+`"`) != want {
			t.Errorf("%s: exit status %d, %s, %s", tt.name, status, errs, got)
		}
	}
}

// TestCut checks that a truncated capture gives valid lines or an error.
func TestCut(t *testing.T) {
	whole, err := os.ReadFile(captures + "radio/pin.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 211 {
		status, out, errs := runProgram(t, bytes.NewReader(whole[:n]), "-json", "-")
		if status == program.Unable && errs != "" {
			continue
		}
		for line := range strings.Lines(out) {
			var r diagnosis.Entry
			if err := json.Unmarshal([]byte(line), &r); err != nil || r.Cause == "" || r.Verdict == "" || r.Outcome == "" {
				t.Errorf("%d octets: %v: %s", n, err, line)
			}
		}
		if out == "" {
			t.Errorf("%d octets: nothing is said", n)
		}
	}
}

// TestFields checks that each line has all documented fields with their types.
func TestFields(t *testing.T) {
	_, out, _ := runProgram(t, nil, append([]string{"-json"}, captureFiles(t)...)...)
	types := map[string][]string{
		"file": {"string"}, "index": {"float64"}, "transport": {"string", "<nil>"}, "enrollee": {"string", "<nil>"},
		"registrar": {"string", "<nil>"}, "enrollee_role": {"string", "<nil>"}, "method": {"string", "<nil>"}, "outcome": {"string"},
		"cause": {"string"}, "detected_by": {"string", "<nil>"}, "config_error": {"float64", "<nil>"}, "messages": {"[]interface {}"},
		"findings": {"[]interface {}"}, "verdict": {"string"}, "remedy": {"[]interface {}"},
	}
	for line := range strings.Lines(out) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		for name, allowed := range types {
			v, ok := r[name]
			if got := fmt.Sprintf("%T", v); !ok || !slices.Contains(allowed, got) {
				t.Errorf("%v: %s is %s", r["file"], name, got)
			}
		}
	}
}

// TestNetworksDirect: devices that use Wi-Fi Direct are in the list, after the
// networks, and not where one network was chosen.
func TestNetworksDirect(t *testing.T) {
	const file = "../../eapwsc/capture/exchange/testdata/cases/iwd/p2p-discovery.pcap"
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"-networks", "-json", file}, 4},
		{[]string{"-networks", "-json", "-bssid", "02:9d:f4:24:37:8e", file}, 1},
	} {
		_, out, errs := runProgram(t, nil, tt.args...)
		programtest.Schema(t, out)
		if n := strings.Count(out, "\n"); n != tt.want || errs != "" {
			t.Errorf("%v: %d lines, want %d; %s", tt.args, n, tt.want, errs)
		}
		if direct := strings.Contains(out, `"direct":"searching for others","direct_name":"peer"`); direct != (tt.want > 1) {
			t.Errorf("%v: %s", tt.args, out)
		}
	}
	if _, out, _ := runProgram(t, nil, "-networks", file); !strings.Contains(out, "a device that uses Wi-Fi Direct: searching for others") {
		t.Error(out)
	}
}

// TestLinuxCooked checks that a capture of the interface "any", which has no
// destination addresses, gives the same result.
func TestLinuxCooked(t *testing.T) {
	for _, name := range []string{"s01-pin-ok", "s05-pin-wrong-half1", "s09-appin-wrong-half1", "s14-m2d-nopin", "l1-appin-lockdown"} {
		f, err := os.Open(captures + "wired/" + name + ".pcap")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		reader, err := capture.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		cooked := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 113, 0, 0, 0}
		for {
			e, err := reader.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			frame := append([]byte{0, 0, 0, 1, 0, 6}, e.Src[:]...)
			frame = append(append(frame, 0, 0, 0x88, 0x8e), e.Data...)
			for _, n := range []uint32{uint32(e.Time.Unix()), uint32(e.Time.Nanosecond() / 1000), uint32(len(frame)), uint32(len(frame))} {
				cooked = binary.LittleEndian.AppendUint32(cooked, n)
			}
			cooked = append(cooked, frame...)
		}
		_, want, _ := runProgram(t, nil, "-json", captures+"wired/"+name+".pcap")
		_, got, _ := runProgram(t, bytes.NewReader(cooked), "-json", "-")
		if got = strings.ReplaceAll(got, `"file":"-"`, `"file":"`+captures+"wired/"+name+`.pcap"`); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// full is a disk without free space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestOutputFails checks that a report that cannot be written is a failure.
func TestOutputFails(t *testing.T) {
	var errs bytes.Buffer
	streams := program.IO{Out: full{}, Err: &errs}
	if status := program.Run(t.Context(), command(new(invocation)), streams, []string{captures + "wired/s01-pin-ok.pcap"}); status != program.Unable || errs.String() != "wpsdoctor: no space left\n" {
		t.Errorf("exit status %d, %q", status, &errs)
	}
}

// TestColor checks that colour is used only where it is enabled.
func TestColor(t *testing.T) {
	for _, color := range []bool{false, true} {
		var out bytes.Buffer
		program.Run(t.Context(), command(new(invocation)), program.IO{Out: &out, Err: io.Discard, Color: color}, nil)
		if strings.Contains(out.String(), "\x1b[") != color {
			t.Errorf("colour %t: %s", color, &out)
		}
	}
}

// TestNotes checks that faults of the capture itself are reported.
func TestNotes(t *testing.T) {
	whole, err := os.ReadFile(captures + "radio/pin.pcap")
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ := runProgram(t, bytes.NewReader(whole[:len(whole)-3]), "-q", "-")
	if !strings.HasSuffix(out, ": The capture ends in the middle of a record.\n\n") {
		t.Errorf("%s", out)
	}
}
