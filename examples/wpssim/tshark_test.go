package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
)

// tsharkValues are the fields of tshark with the value of an attribute, and how
// to format our value in the same way.
var tsharkValues = []struct {
	field string
	id    wps.AttributeID
	form  func([]byte) string
}{
	{"wps.enrollee_nonce", wps.AttrEnrolleeNonce, hex.EncodeToString},
	{"wps.registrar_nonce", wps.AttrRegistrarNonce, hex.EncodeToString},
	{"wps.public_key", wps.AttrPublicKey, hex.EncodeToString},
	{"wps.authenticator", wps.AttrAuthenticator, hex.EncodeToString},
	{"wps.e_hash1", wps.AttrEHash1, hex.EncodeToString},
	{"wps.e_hash2", wps.AttrEHash2, hex.EncodeToString},
	{"wps.r_hash1", wps.AttrRHash1, hex.EncodeToString},
	{"wps.r_hash2", wps.AttrRHash2, hex.EncodeToString},
	{"wps.encrypted_settings", wps.AttrEncryptedSettings, hex.EncodeToString},
	{"wps.device_password_id", wps.AttrDevicePasswordID, number},
	{"wps.config_methods", wps.AttrConfigMethods, number},
	{"wps.configuration_error", wps.AttrConfigError, number},
	{"wps.message_type", wps.AttrMessageType, number},
	{"wps.device_name", wps.AttrDeviceName, func(b []byte) string { return string(b) }},
}

func number(b []byte) string {
	n, _ := strconv.ParseUint(hex.EncodeToString(b), 16, 64)
	return fmt.Sprint(n)
}

// TestTshark plays worlds, and compares the WPS attributes of each frame, with
// their lengths and values, between tshark and this module. It plays 20 worlds,
// or 1,000 with WPS_PEERS=required.
func TestTshark(t *testing.T) {
	required := os.Getenv("WPS_PEERS") == "required"
	if _, err := exec.LookPath("tshark"); err != nil {
		if required {
			t.Fatal("WPS_PEERS=required, but there is no tshark:", err)
		}
		t.Skip("there is no tshark to read the captures:", err)
	}
	worlds := 20
	if required {
		worlds = 1000
	}
	// A file of pcapng may have many sections, so tshark is started only once.
	dir := t.TempDir()
	var all bytes.Buffer
	for seed := 1; seed <= worlds; seed++ {
		one := filepath.Join(dir, "one.pcapng")
		args := []string{"-seed", fmt.Sprint(seed), "-pcap", one, "-method", []string{"pin", "button", "both"}[seed%3]}
		if seed%4 == 0 {
			args = append(args, "-loss", "0.05")
		}
		if seed%5 == 0 {
			args = append(args, "-wrong-pin", fmt.Sprint(1+seed%2))
		}
		os.Remove(one)
		runQuietly(t, args...)
		octets, err := os.ReadFile(one)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(octets)
	}
	file := filepath.Join(dir, "all.pcapng")
	if err := os.WriteFile(file, all.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs := readByTshark(t, file)
	ours := readByUs(t, all.Bytes())
	if len(ours) < worlds*10 || len(theirs) != len(ours) {
		t.Errorf("%d frames with attributes for us, %d for tshark", len(ours), len(theirs))
	}
	wrong := 0
	for frame, want := range theirs {
		if got := ours[frame]; got != want {
			if wrong++; wrong <= 5 {
				t.Errorf("frame %d\nus     %s\ntshark %s", frame, got, want)
			}
		}
	}
	t.Logf("%d worlds, %d frames, %d differ", worlds, len(theirs), wrong)
}

// runQuietly runs wpssim, whether the registration succeeds or not.
func runQuietly(t *testing.T, args ...string) {
	t.Helper()
	var errs bytes.Buffer
	status := program.Run(t.Context(), command(), program.IO{Out: io.Discard, Err: &errs}, args)
	if status == program.Unable {
		t.Fatal(args, errs.String())
	}
}

// readByTshark returns the attributes that tshark reads in each frame.
func readByTshark(t *testing.T, file string) map[int]string {
	t.Helper()
	args := []string{"-r", file, "-Y", "wps.type", "-T", "fields", "-E", "separator=/t", "-E", "aggregator=;", "-e", "frame.number", "-e", "wps.type", "-e", "wps.length"}
	for _, v := range tsharkValues {
		args = append(args, "-e", v.field)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	frames := map[int]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		n, err := strconv.Atoi(fields[0])
		if err != nil || len(fields) != 3+len(tsharkValues) {
			t.Fatalf("%q", line)
		}
		for i := 3; i < len(fields); i++ {
			if v := tsharkValues[i-3]; strings.HasPrefix(fields[i], "0x") {
				x, _ := strconv.ParseUint(fields[i][2:], 16, 64)
				fields[i] = fmt.Sprint(x)
			} else if v.field != "wps.device_name" {
				fields[i] = strings.ReplaceAll(fields[i], ":", "")
			}
		}
		frames[n] = strings.Join(fields[1:], "|")
	}
	return frames
}

// readByUs returns the attributes that package capture reads in each frame.
func readByUs(t *testing.T, octets []byte) map[int]string {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	frames := map[int]string{}
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		var list []byte
		switch {
		case e.Management != nil:
			list = e.Management.WPS
		case e.Kind == capture.KindEAPOL:
			if f, err := eapol.ParseFrame(e.Data); err == nil && f.Type == eapol.TypeEAP {
				if p, err := eap.ParsePacket(f.Body); err == nil && p.IsWSC() {
					list = p.Data
				}
			}
		}
		if len(list) == 0 {
			continue
		}
		var types, lengths []string
		values := map[wps.AttributeID]string{}
		for d := wps.NewDecoder(list, wps.Tolerant); d.Next(); {
			types = append(types, fmt.Sprintf("0x%04x", uint16(d.ID())))
			lengths = append(lengths, fmt.Sprint(len(d.Value())))
			for _, v := range tsharkValues {
				if v.id == d.ID() {
					values[v.id] = v.form(d.Value())
				}
			}
		}
		fields := []string{strings.Join(types, ";"), strings.Join(lengths, ";")}
		for _, v := range tsharkValues {
			fields = append(fields, values[v.id])
		}
		frames[e.Frame] = strings.Join(fields, "|")
	}
}
