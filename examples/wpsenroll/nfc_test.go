package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/tag/tagtest"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// ownToken makes a token of the router.
func (w *world) ownToken(t *testing.T) (token *wps.PasswordToken) {
	t.Helper()
	w.router.Do(func(now time.Time, point *ap.AccessPoint) {
		var err error
		if token, err = point.MakeToken(now); err == nil {
			err = point.EnableToken(now)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return token
}

const (
	cafe      = "network   Café\nsecurity  WPA2-Personal, AES\nkey       not shown: -show-key prints it, -o FILE writes it to a file\n"
	cafeShown = "network   Café\nsecurity  WPA2-Personal, AES\nkey       correct horse\n"
)

// TestNFC registers with tags and with a handover.
//
// hostap: test_nfc_wps_config_token test_nfc_wps_password_token_ap
// test_nfc_wps_password_token_sta test_nfc_wps_handover
func TestNFC(t *testing.T) {
	test := func(name string, f func(t *testing.T, w *world)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, newWorld(t, home)) })
		})
	}
	test("token of the router", func(t *testing.T, w *world) {
		w.said(t, w.run(t.Context(), "-nfc", tagtest.Write(t, w.ownToken(t))), program.Fine, cafe, "Registered with “Router”")
	})
	test("token of the router, as external registrar", func(t *testing.T, w *world) {
		w.said(t, w.run(t.Context(), "-nfc", tagtest.Write(t, w.ownToken(t)), "-registrar", "-show-key"), program.Fine, cafeShown, "Read the settings of")
	})
	test("token of another router", func(t *testing.T, w *world) {
		token := w.ownToken(t)
		token.OOB.PublicKeyHash[0]++
		w.said(t, w.run(t.Context(), "-nfc", tagtest.Write(t, token)), program.Problem, "", "key")
	})
	test("own token", func(t *testing.T, w *world) {
		file := filepath.Join(t.TempDir(), "own")
		go func() {
			time.Sleep(time.Second)
			token := tagtest.Read[*wps.PasswordToken](t, file, wps.Strict)
			w.router.Do(func(now time.Time, point *ap.AccessPoint) {
				if err := point.EnterToken(now, token, 0); err != nil {
					t.Error(err)
				}
			})
		}()
		w.said(t, w.run(t.Context(), "-nfc-token", file), program.Fine, cafe, "Registered with “Router”")
	})
	test("handover", func(t *testing.T, w *world) {
		file := filepath.Join(t.TempDir(), "request")
		in, answer := io.Pipe()
		go func() {
			time.Sleep(time.Second)
			request := tagtest.Read[*wps.HandoverRequest](t, file, wps.Strict)
			w.router.Do(func(now time.Time, point *ap.AccessPoint) {
				selected, err := point.HandoverSelect(now, request)
				var message []byte
				if err == nil {
					message, err = nfc.AppendHandoverSelect(nil, selected)
				}
				if err == nil {
					_, err = answer.Write(message)
				}
				if err := errors.Join(err, answer.Close()); err != nil {
					t.Error(err)
				}
			})
		}()
		p := invocation{wifi: noWiFi, listen: func(string) (eapol.Conn, wps.MAC, error) { return w.segment.Join(ownMAC), ownMAC, nil }}
		code := program.Run(t.Context(), command(&p), program.IO{In: in, Out: &w.stdout, Err: &w.stderr}, []string{"-i", "eth0", "-nfc-request", file, "-nfc", "-"})
		w.said(t, code, program.Fine, cafe, "Registered with “Router”")
	})
}

// TestNFCNetworks reads networks from a tag, without a router.
func TestNFCNetworks(t *testing.T) {
	guest := home
	guest.SSID, guest.MAC = "guest", wps.Broadcast
	own := home
	own.MAC = wps.Broadcast
	file := tagtest.Write(t, &wps.ConfigurationToken{Credentials: []wps.Credential{guest, own}})
	run := func(a *air, args ...string) (int, string, string) {
		var out, err strings.Builder
		p := invocation{wifi: func(string) (radio, error) { return a, nil }}
		code := program.Run(t.Context(), command(&p), program.IO{In: strings.NewReader(""), Out: &out, Err: &err}, args)
		return code, out.String(), err.String()
	}
	if code, out, errs := run(nil, "-nfc", file); code != program.Fine || !strings.HasPrefix(out, "network   guest\n") || !strings.HasSuffix(out, cafe) {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if code, out, errs := run(nil, "-nfc", file, "-profile", "iwd", "-show-key"); code != program.Fine || out != "[Security]\nPassphrase=correct horse\n" {
		t.Errorf("%d %s%s", code, out, errs)
	}
	here := around()[:1]
	here[0].SSID = home.SSID
	a := &air{found: here}
	if code, _, errs := run(a, "-i", "wlan0", "-nfc", file, "-join"); code != program.Fine || a.joined != home.SSID || !strings.Contains(errs, "Connected to “Café”") {
		t.Errorf("%d %s", code, errs)
	}
	request := tagtest.Write(t, &wps.HandoverRequest{OOB: wps.OOBPassword{ID: wps.PasswordNFCHandover}, UUIDE: wps.UUIDFromMAC(ownMAC)})
	selected := tagtest.Write(t, &wps.HandoverSelect{OOB: wps.OOBPassword{ID: wps.PasswordNFCHandover}, SSID: "home"})
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("\xD2\x17"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, says string }{
		{"-nfc " + file + " -join", "-i INTERFACE is missing"},
		{"-nfc " + file + " -i eth0 -pbc", "one of "},
		{"-nfc " + file + " -i eth0 -registrar", "password token"},
		{"-nfc " + file + " -i eth0 -nfc-request " + filepath.Join(t.TempDir(), "r"), "no answer"},
		{"-nfc " + request + " -i eth0", "is for a router"},
		{"-nfc " + selected + " -i eth0", "-nfc-request"},
		{"-nfc " + broken + " -i eth0", "-nfc: "},
		{"-nfc " + broken + ".none -i eth0", "-nfc: "},
		{"-nfc - -i eth0", "-nfc: "},
		{"-nfc-request x -pbc -i eth0", "-nfc-request needs -nfc FILE"},
		{"-nfc-token " + broken + " -i eth0", "exists"},
		{"-nfc-token x -registrar -ap-pin 12345670 -i eth0", "one of "},
	} {
		if code, out, errs := run(nil, strings.Fields(tt.args)...); code != program.Unable || out != "" || !strings.Contains(errs, tt.says) {
			t.Errorf("%s: %d %s%s", tt.args, code, out, errs)
		}
	}
}
