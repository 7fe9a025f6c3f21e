package ap

import (
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// TestBackhaul gives stations of a Multi-AP backhaul the backhaul network and
// all others the fronthaul network, whether these are one network or two.
//
// hostap: test_multi_ap_wps_shared test_multi_ap_wps_shared_psk
// test_multi_ap_wps_split test_multi_ap_wps_split_psk
// test_multi_ap_wps_split_mixed test_multi_ap_wps_split_open
func TestBackhaul(t *testing.T) {
	wpa2 := func(ssid wps.SSID, key string) wps.Credential {
		return wps.Credential{SSID: ssid, AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(key)}
	}
	mixed := wpa2("front", "for everybody")
	mixed.AuthType, mixed.EncrType = wps.AuthMixed, wps.EncrMixed
	digits := strings.Repeat("0123456789abcdef", 4)
	for name, networks := range map[string]struct{ front, back wps.Credential }{
		"shared":          {wpa2("both", "for everybody"), wpa2("both", "for everybody")},
		"shared, PSK":     {wpa2("both", digits), wpa2("both", digits)},
		"split":           {wpa2("front", "for everybody"), wpa2("back", "for the mesh")},
		"split, PSK":      {wpa2("front", "for everybody"), wpa2("back", digits)},
		"split, mixed":    {mixed, wpa2("back", "for the mesh")},
		"split and open":  {wps.Credential{SSID: "front", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}, wpa2("back", "for the mesh")},
		"split, with SAE": {wpa2("front", "for everybody"), wps.Credential{SSID: "back", AuthType: wps.AuthSAE, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("for the mesh")}},
	} {
		t.Run(name, func(t *testing.T) {
			ap := newAccessPoint(t)
			ap.cfg.CredentialsFor = func(m1 *wps.M1) ([]wps.Credential, error) {
				if m1.WFA.MultiAP&wps.MultiAPBackhaulSTA != 0 {
					return []wps.Credential{networks.back}, nil
				}
				return []wps.Credential{networks.front}, nil
			}
			for _, role := range []wps.MultiAP{0, wps.MultiAPBackhaulSTA} {
				if err := ap.PressButton(fixture.Began); err != nil {
					t.Fatal(err)
				}
				e, err := registration.NewEnrollee(registration.EnrolleeConfig{
					Config: registration.Config{Device: fixture.Device(2), WFA: wps.WFAExtension{MultiAP: role}}, Password: registration.PushButton(),
				})
				if err != nil {
					t.Fatal(err)
				}
				p := newPeer(t, e, 0)
				if peerErr, err := comes(t, ap, p, 2); err != nil || peerErr != nil {
					t.Fatal(peerErr, err)
				}
				want, got := networks.front, p.Result().Credentials[0].Strongest()
				if role != 0 {
					want = networks.back
				}
				want = want.Strongest()
				if got.SSID != want.SSID || got.AuthType != want.AuthType || string(got.NetworkKey) != string(want.NetworkKey) {
					t.Errorf("role %v was given %v", role, got)
				}
			}
		})
	}
}

// TestReadMixed reads the settings of an access point with WPA and WPA2.
//
// hostap: test_ap_wps_reg_connect_mixed_mode
func TestReadMixed(t *testing.T) {
	ap := newAccessPoint(t)
	mixed := fixture.Network
	mixed.AuthType, mixed.EncrType = wps.AuthMixed, wps.EncrMixed
	if err := ap.SetSettings(fixture.Began, mixed); err != nil {
		t.Fatal(err)
	}
	read, err := external(t, ap, fixture.Began, "12345670", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := read.AP.Strongest(); got.SSID != mixed.SSID || got.AuthType != wps.AuthWPA2Personal || got.EncrType != wps.EncrAES || string(got.NetworkKey) != string(mixed.NetworkKey) {
		t.Errorf("read %v", read.AP)
	}
}

// TestTokenUnconfigured reads a device's tag at an access point that is not
// configured, which the device then configures.
//
// hostap: test_nfc_wps_password_token_sta_init
func TestTokenUnconfigured(t *testing.T) {
	d := fixture.Device(1)
	d.State = wps.NotConfigured
	ap := MustNew(Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}}})
	tag := newTag(t, 0x1234)
	if err := ap.EnterToken(fixture.Began, tag.token(), 0); err != nil {
		t.Fatal(err)
	}
	p := tag.station(t, 2, nil)
	if peerErr, err := comes(t, ap, p, 2); peerErr != nil || err != nil {
		t.Fatal(peerErr, err)
	}
	if got, now := p.Result().Credentials[0], ap.Settings(); got.Usable() != nil || string(got.NetworkKey) != string(now.NetworkKey) || ap.State() != wps.Configured {
		t.Errorf("given %v, is %v", got, now)
	}
}

// TestHandoverBesideToken runs a handover at an access point that also has its
// own token: they do not interfere.
//
// hostap: test_nfc_wps_handover_with_pw_token_set
func TestHandoverBesideToken(t *testing.T) {
	ap := newAccessPoint(t)
	own, err := ap.MakeToken(fixture.Began)
	if err != nil {
		t.Fatal(err)
	}
	if err := ap.EnableToken(fixture.Began); err != nil {
		t.Fatal(err)
	}
	tag := newTag(t, wps.PasswordNFCHandover)
	s, err := ap.HandoverSelect(fixture.Began, tag.request(2))
	if err != nil {
		t.Fatal(err)
	}
	p := tag.station(t, 2, &s.OOB.PublicKeyHash)
	if peerErr, err := comes(t, ap, p, 2); peerErr != nil || err != nil || len(p.Result().Credentials) != 1 {
		t.Fatal(peerErr, err)
	}
	p = enrolleeWith(t, 3, nil, registration.OutOfBand(own.OOB.ID, own.OOB.Password), &own.OOB.PublicKeyHash)
	if peerErr, err := comes(t, ap, p, 3); peerErr != nil || err != nil || len(p.Result().Credentials) != 1 {
		t.Errorf("by the token of the access point: %v, %v", peerErr, err)
	}
}
