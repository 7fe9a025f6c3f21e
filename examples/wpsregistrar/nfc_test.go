package main

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/tag/tagtest"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// device is a station whose key is on a tag.
type device struct {
	keys *registration.KeyPair
	oob  wps.OOBPassword
}

func newDevice(t *testing.T, id wps.DevicePasswordID, password string) device {
	t.Helper()
	keys, err := registration.NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	public := keys.PublicKey()
	return device{keys, wps.OOBPassword{PublicKeyHash: registration.PublicKeyHash(&public), ID: id, Password: []byte(password)}}
}

func (w *world) enrollWith(t *testing.T, keys *registration.KeyPair, password registration.Password, peer *[20]byte) *registration.Result {
	t.Helper()
	m, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: station(2), KeyPair: keys}, Password: password, PeerKeyHash: peer,
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := w.talk(t, 2, m)
	if err != nil || string(result.Credentials[0].NetworkKey) != "correct horse" {
		t.Fatalf("%v, %v", result, err)
	}
	return result
}

// TestNFC reads and writes tokens.
func TestNFC(t *testing.T) {
	network := []string{"-ssid", "Café", "-passphrase", "correct horse"}
	t.Run("token of a device", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDevice(t, 0x1234, "sixteen or more octets")
			w := start(t.Context(), append(network, "-nfc", tagtest.Write(t, &wps.PasswordToken{OOB: d.oob}))...)
			w.enrollWith(t, d.keys, registration.OutOfBand(d.oob.ID, d.oob.Password), nil)
			w.ends(t, program.Fine, "Registered: 02:00:00:00:00:02")
		})
	})
	t.Run("handover", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDevice(t, wps.PasswordNFCHandover, "")
			answer := filepath.Join(t.TempDir(), "answer")
			w := start(t.Context(), append(network, "-nfc", tagtest.Write(t, &wps.HandoverRequest{OOB: d.oob, UUIDE: station(2).UUID}), "-nfc-answer", answer)...)
			selected := tagtest.Read[*wps.HandoverSelect](t, answer, wps.Tolerant)
			if selected.SSID != "Café" {
				t.Errorf("%+v", selected)
			}
			w.enrollWith(t, d.keys, registration.Handover(), &selected.OOB.PublicKeyHash)
			w.ends(t, program.Fine, "Registered: 02:00:00:00:00:02")
		})
	})
	t.Run("own token", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "own")
			w := start(t.Context(), append(network, "-nfc-token", file, "-timeout", "1m")...)
			token := tagtest.Read[*wps.PasswordToken](t, file, wps.Tolerant)
			w.enrollWith(t, nil, registration.OutOfBand(token.OOB.ID, token.OOB.Password), &token.OOB.PublicKeyHash)
			w.ends(t, program.Fine, "Registered: 02:00:00:00:00:02")
		})
	})
	t.Run("the network", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "network")
			w := start(t.Context(), append(network, "-nfc-config", file)...)
			w.ends(t, program.Fine)
			if token := tagtest.Read[*wps.ConfigurationToken](t, file, wps.Tolerant); len(token.Credentials) != 1 || token.Credentials[0].SSID != "Café" || string(token.Credentials[0].NetworkKey) != "correct horse" {
				t.Errorf("%+v", token)
			}
		})
	})
	request := tagtest.Write(t, &wps.HandoverRequest{OOB: wps.OOBPassword{ID: wps.PasswordNFCHandover}, UUIDE: station(2).UUID})
	networks := tagtest.Write(t, &wps.ConfigurationToken{Credentials: []wps.Credential{{SSID: "x", AuthType: wps.AuthOpen, EncrType: wps.EncrNone, MAC: wps.Broadcast}}})
	for _, tt := range []struct{ args, says string }{
		{"-nfc " + request, "-nfc-answer FILE"},
		{"-nfc " + networks, "neither"},
		{"-nfc " + request + " -nfc-answer " + request, "exists"},
		{"-nfc " + request + " -pbc", "instead of"},
		{"-nfc-answer x -pbc", "needs -nfc FILE"},
		{"-nfc nowhere", "-nfc: "},
		{"-nfc-token " + request, "exists"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t.Context(), strings.Fields(tt.args)...)
			if code := <-w.ended; code != program.Unable || !strings.Contains(w.stderr.String(), tt.says) {
				t.Errorf("%s: %d %s", tt.args, code, &w.stderr)
			}
		})
	}
}
