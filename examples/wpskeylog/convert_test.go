package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

const (
	line1 = "WSC 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f " +
		"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f 404142434445464748494a4b4c4d4e4f\n"
	log = `1700000000.000001: WPS: Enrollee Nonce - hexdump(len=16): 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f
1700000000.000002: EAP-WSC: something else - hexdump(len=2): 01 02
1700000000.000003: WPS: Registrar Nonce - hexdump(len=16): 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f
1700000000.000004: WPS: AuthKey - hexdump(len=32): 20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f
WPS: KeyWrapKey - hexdump(len=16): 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f
`
	array = `
 [{"Enrollee Nonce": "000102030405060708090a0b0c0d0e0f", "Registrar Nonce": "101112131415161718191a1b1c1d1e1f", "PSK1": "00",
   "AuthKey": "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f", "KeyWrapKey": "404142434445464748494a4b4c4d4e4f"},
  {"Enrollee Nonce": "00"}]`
)

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		name, in, out, err string
		status             int
	}{
		{"log", log, line1, "", 0},
		{"the same run twice", log + log, line1, "", 0},
		{"array", array, line1, "", 0},
		{"another run", log + strings.ReplaceAll(log, "0f\n", "ff\n"), line1 + strings.Replace(line1, "0e0f ", "0eff ", 1), "", 0},
		{"without -K", strings.ReplaceAll(log, "WPS: AuthKey - hexdump(len=32): 20 21", "WPS: AuthKey - hexdump(len=32): [REMOVED]\n"), "",
			"wpskeylog: the keys were left out of the log: run hostapd or wpa_supplicant with -K\n", 1},
		{"no log", "hello\n", "", "wpskeylog: no keys: run hostapd or wpa_supplicant with -K -dd, and let it come to M2\n", 1},
		{"nothing", "", "", "wpskeylog: no keys: run hostapd or wpa_supplicant with -K -dd, and let it come to M2\n", 1},
		{"lines in each other", strings.ReplaceAll(log, "WPS: KeyWrapKey - hexdump(len=16): 40", "WPS: KeyWrapKey - hexdump(len=16): wlan0: 40"), "",
			"wpskeylog: no keys: run hostapd or wpa_supplicant with -K -dd, and let it come to M2\n", 1},
		{"bad array", "[{]", "", "wpskeylog: -: invalid character ']' looking for beginning of object key string\n", 2},
	} {
		var out, errs bytes.Buffer
		status := run(nil, strings.NewReader(tt.in), &out, &errs)
		if status != tt.status || out.String() != tt.out || errs.String() != tt.err {
			t.Errorf("%s: exit status %d, %q, %q", tt.name, status, &out, &errs)
		}
		if _, err := exchange.ReadKeyLog(&out); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestFamily(t *testing.T) { programtest.Family(t, command) }

// run runs the program.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return program.Run(context.Background(), command(), program.IO{In: stdin, Out: stdout, Err: stderr}, args)
}

func TestInputFails(t *testing.T) {
	var out, errs bytes.Buffer
	if status := run([]string{"testdata/missing"}, nil, &out, &errs); status != 2 || errs.Len() == 0 {
		t.Errorf("no file: exit status %d, %q", status, &errs)
	}
	if status := run(nil, iotest.ErrReader(errors.New("broken")), &out, &errs); status != 2 || !strings.Contains(errs.String(), "broken") {
		t.Errorf("broken input: exit status %d, %q", status, &errs)
	}
}
