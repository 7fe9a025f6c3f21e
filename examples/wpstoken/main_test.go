package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command() })
}

func run(t *testing.T, in string, args ...string) (status int, out string) {
	t.Helper()
	var b bytes.Buffer
	status = program.Run(t.Context(), command(), program.IO{In: strings.NewReader(in), Out: &b, Err: &b}, args)
	return status, b.String()
}

// TestMakeAndRead makes a token, reads it in both formats, and checks that its
// key is hidden.
func TestMakeAndRead(t *testing.T) {
	const key = "correct horse battery"
	for _, form := range [][]string{nil, {"-hex"}} {
		status, tag := run(t, "", append([]string{"config", "-ssid", "Café", "-passphrase", key}, form...)...)
		if status != program.Fine {
			t.Fatal(tag)
		}
		status, text := run(t, tag, "read")
		if status != program.Fine || strings.Contains(text, key) || !strings.Contains(text, "SSID: Café\n") || !strings.Contains(text, "21 octets, not shown") {
			t.Errorf("%d: %s", status, text)
		}
		if status, text = run(t, tag, "read", "-strict"); status != program.Fine || !strings.Contains(text, "MAC Address: ff:ff:ff:ff:ff:ff\n") {
			t.Errorf("%d: %s", status, text)
		}
		if status, text = run(t, tag, "read", "-show-secrets"); status != program.Fine || !strings.Contains(text, key) {
			t.Errorf("%d: %s", status, text)
		}
		status, text = run(t, tag, "read", "-json")
		var parsed token
		if err := json.Unmarshal([]byte(text), &parsed); status != program.Fine || err != nil || parsed.Kind != "configuration token" || parsed.Form != "NDEF message" || len(parsed.Records) != 1 {
			t.Errorf("%d: %+v, %v", status, parsed, err)
		}
	}
}

// TestTokens reads the tokens of hostapd and wpa_supplicant.
func TestTokens(t *testing.T) {
	files, err := filepath.Glob("../../wps/testdata/tokens/*.hex")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		if status, text := run(t, "", "read", "-strict", f); status != program.Fine || strings.Contains(text, "cannot be read") {
			t.Errorf("%s: %d: %s", f, status, text)
		}
	}
}

func TestFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tag")
	if err := os.WriteFile(file, []byte("\xD2\x17"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in     string
		args   []string
		status int
	}{
		{"", []string{"read", file}, program.Problem},
		{"", []string{"read", file + ".none"}, program.Unable},
		{"", []string{"read"}, program.Unable},
		{"\x1b[2J not a token", []string{"read"}, program.Problem},
		{"", []string{"config", "-ssid", "x", "-passphrase", "short"}, program.Unable},
		{"", []string{"config", "-passphrase", "long enough"}, program.Unable},
		{"", []string{"config", "-ssid", "x", "-open", "-passphrase", "long enough"}, program.Unable},
	} {
		if status, text := run(t, tt.in, tt.args...); status != tt.status || strings.Contains(text, "\x1b") {
			t.Errorf("%v: %d: %s", tt.args, status, text)
		}
	}
}
