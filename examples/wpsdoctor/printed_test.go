package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

// printedText is the folder with output of stock programs.
const printedText = "../../eapwsc/capture/text/testdata/"

// TestPrinted reads logs, scans, a status, dumps and a capture in one command.
// Each format is detected from the contents.
//
// hostap: test_ap_wps_bss_info_errors
func TestPrinted(t *testing.T) {
	files := []struct {
		name, kind, program, cause string
		status                     int
	}{
		{printedText + "pairs/radio-supplicant-wrong-half1.hostapd-wlan0.log.gz", "log", "hostapd", "pin-first-half", program.Problem},
		{printedText + "pairs/radio-supplicant-wrong-half1.wpa_supplicant-wlan1.log.gz", "log", "wpa_supplicant", "pin-first-half", program.Problem},
		{printedText + "pairs/radio-iwd-wrong-half1.iwd-wlan1.log.gz", "log", "iwd", "ended-early", program.Problem},
		{printedText + "pairs/radio-supplicant-pin.hostapd-wlan0.log.gz", "log", "hostapd", "success", program.Fine},
		{printedText + "prints/iw-scan.txt", "scan", "iw", "ready", program.Fine},
		{printedText + "prints/iwlist.txt", "scan", "iwlist", "ready", program.Fine},
		{printedText + "prints/scan_results.txt", "scan", "wpa_cli", "ready", program.Fine},
		{printedText + "prints/status2.txt", "status", "hostapd_cli", "success", program.Fine},
		{printedText + "tokens/wpas-nfc-password-token-NDEF.hex", "dump", "hex dump", "unknown", program.Fine},
		{captureFiles(t)[0], "", "", "", 0},
	}
	type report struct {
		File   string
		Cause  string
		Source *struct {
			Kind     string
			Programs []string
			Limits   []string
			Dumps    []struct {
				Name       string
				Attributes []struct{ ID string }
			}
		}
	}
	arguments := []string{"-json"}
	for _, file := range files {
		arguments = append(arguments, file.name)
	}
	status, all, errs := runProgram(t, nil, arguments...)
	if status != program.Problem || errs != "" {
		t.Errorf("exit status %d, %s", status, errs)
	}
	programtest.Schema(t, all)
	for _, file := range files {
		found := false
		for line := range strings.Lines(all) {
			var r report
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			if r.File != file.name {
				continue
			}
			found = true
			switch {
			case file.kind == "":
				if r.Source != nil {
					t.Errorf("%s is taken for a %s", file.name, r.Source.Kind)
				}
			case r.Source == nil || r.Source.Kind != file.kind || !slices.Equal(r.Source.Programs, []string{file.program}) || r.Cause != file.cause:
				t.Errorf("%s: %s of %+v", file.name, r.Cause, r.Source)
			case file.kind != "log" && len(r.Source.Limits) == 0:
				t.Errorf("%s: no limits", file.name)
			case file.kind == "dump" && (len(r.Source.Dumps) != 1 || len(r.Source.Dumps[0].Attributes) == 0):
				t.Errorf("%s: %d dumps", file.name, len(r.Source.Dumps))
			}
		}
		if !found {
			t.Errorf("%s has no report", file.name)
		}
		if file.kind == "" {
			continue
		}
		status, text, errs := runProgram(t, nil, file.name)
		if status != file.status || errs != "" {
			t.Errorf("%s: exit status %d, %s", file.name, status, errs)
		}
		if file.kind != "log" && !strings.Contains(text, "What this "+file.kind+" does not show") {
			t.Errorf("%s does not list what it does not show:\n%s", file.name, text)
		}
	}
}

// TestPrintedNothing checks that unrelated text is rejected.
func TestPrintedNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(name, []byte("Dear all,\nmy printer does not connect.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := runProgram(t, nil, name)
	if status != program.Unable || !strings.Contains(errs, "text") {
		t.Errorf("exit status %d, %q", status, errs)
	}
}

// TestPrintedSecrets checks that the keys in a log or a dump are not shown.
func TestPrintedSecrets(t *testing.T) {
	token := printedText + "tokens/wpas-nfc-password-token-NDEF.hex"
	digits, err := os.ReadFile(token)
	if err != nil {
		t.Fatal(err)
	}
	password := strings.TrimSpace(string(digits)) // the last part of the token
	password = strings.ToLower(password[len(password)-40:])
	for _, arguments := range [][]string{{token}, {"-json", token}} {
		_, text, _ := runProgram(t, nil, arguments...)
		if strings.Contains(strings.ToLower(strings.ReplaceAll(text, " ", "")), password[8:24]) {
			t.Errorf("%v shows the password", arguments)
		}
	}
	for _, arguments := range [][]string{{"-json"}, {}} {
		_, text, _ := runProgram(t, nil, append(arguments, printedText+"pairs/radio-supplicant-pin.hostapd-wlan0.log.gz")...)
		for _, secret := range []string{"12345670", "94730ae1afa66f40"} {
			if strings.Contains(text, secret) {
				t.Errorf("%v shows %s", arguments, secret)
			}
		}
	}
}
