package sim

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// The 4-way handshake of hostapd and wpa_supplicant 2.10 after a registration
// by PIN, as captured on the air: SSID and key are those that M8 gave.
var (
	heardAP      = wps.MAC{0x02, 0, 0, 0, 0, 0}
	heardStation = wps.MAC{0x02, 0, 0, 0, 0x01, 0}
	heard        = [4]string{
		"0203005f02008a00100000000000000001e730a60c8fd072ce6591d3b78087bb94376d79079b70d19a94f0e121d512061100" +
			"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		"0103007502010a000000000000000000019c51cb5a9cb7136ea052a544c655da5792f396a50189f3c104d6dc3e43772e4100" +
			"00000000000000000000000000000000000000000000000000000000000000501832639ebaa0468be66084228951ca001630" +
			"140100000fac040100000fac040100000fac020000",
		"020300970213ca00100000000000000002e730a60c8fd072ce6591d3b78087bb94376d79079b70d19a94f0e121d512061100" +
			"0000000000000000000000000000000000000000000000000000000000000000f7ab0000d51a54b094cd630d1fc5e00038df" +
			"ed8e5f8637c4e051f32ea0f7312c7f75811f90e49d4023ae4273d1985f62a4d4c5c67df0df3acf71e67c45ca817458035749" +
			"ca0a7d7c10",
		"0103005f02030a00000000000000000002000000000000000000000000000000000000000000000000000000000000000000" +
			"0000000000000000000000000000000000000000000000000000000000000006e125fbc7124af3cd1adcc0b6f12f360000",
	}
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestHandshakeHeard lets our station answer the messages of hostapd and
// compares with wpa_supplicant's answers, octet for octet; our access point
// must accept what wpa_supplicant sent.
func TestHandshakeHeard(t *testing.T) {
	key, err := new(PSKs).psk("golden-wps", wps.NetworkKey("correct horse battery"))
	if err != nil {
		t.Fatal(err)
	}
	var messages [4][]byte
	for i, want := range [...]eapol.KeyMessage{eapol.Pairwise1, eapol.Pairwise2, eapol.Pairwise3, eapol.Pairwise4} {
		var got eapol.KeyMessage
		if got, messages[i] = readKey(unhex(t, heard[i])); got != want {
			t.Fatalf("message %d is %v", i+1, got)
		}
	}
	nonce := func(m []byte) [32]byte { return [32]byte(m[eapolHeaderLen+keyNonceAt:]) }

	station := pairwise{psk: key, point: heardAP, station: heardStation, snonce: nonce(messages[1]), rsn: stationRSN(dot11.CipherCCMP)}
	if got := station.message2(messages[0]); !bytes.Equal(got, messages[1]) {
		t.Errorf("message 2:\n%x, want\n%x", got, messages[1])
	}
	if got, ok := station.message4(messages[2]); !ok || !bytes.Equal(got, messages[3]) {
		t.Errorf("message 4:\n%x, want\n%x", got, messages[3])
	}

	anonce := nonce(messages[0])
	point := pairwise{psk: key, point: heardAP, station: heardStation}
	if got := point.message1(bytes.NewReader(anonce[:])); !bytes.Equal(got, messages[0]) {
		t.Errorf("message 1:\n%x, want\n%x", got, messages[0])
	}
	if !point.proves(messages[1]) {
		t.Error("message 2 proves nothing")
	}
	point.replay++ // message 3 is not the same: it brings no group key
	if !point.confirms(messages[3]) {
		t.Error("message 4 confirms nothing")
	}
}

// TestHandshakeWrong proves each message with another key, and changes each.
func TestHandshakeWrong(t *testing.T) {
	const zeros = "0000000000000000000000000000000000000000000000000000000000000000"
	sides := func(stationKey psk) (point, station pairwise) {
		return pairwise{point: heardAP, station: heardStation}, pairwise{psk: stationKey, point: heardAP, station: heardStation, snonce: [32]byte{1}, rsn: stationRSN(dot11.CipherCCMP)}
	}
	random := func() *bytes.Reader { return bytes.NewReader(unhex(t, zeros)) }

	point, station := sides(psk{1})
	m2 := station.message2(point.message1(random()))
	if point.proves(m2) {
		t.Error("message 2 with another key is taken")
	}
	if _, ok := station.message4(point.message3(nil)); ok {
		t.Error("message 3 with another key is taken")
	}

	point, station = sides(psk{})
	m2 = station.message2(point.message1(random()))
	m3 := point.message1(random())
	for i := range m2[eapolHeaderLen+keyInfoAt:] {
		bad := bytes.Clone(m2)
		bad[eapolHeaderLen+keyInfoAt+i] ^= 1
		if point.proves(bad) {
			t.Errorf("message 2 with octet %d changed is taken", i)
		}
	}
	if point.proves(m2) {
		t.Error("message 2 is taken in answer to a later message 1")
	}
	m2 = station.message2(m3)
	if !point.proves(m2) {
		t.Error("message 2 is not taken")
	}
	m4, ok := station.message4(point.message3(nil))
	if !ok || !point.confirms(m4) {
		t.Error("message 3 or 4 is not taken")
	}
	m4[len(m4)-1] ^= 1
	if point.confirms(m4) {
		t.Error("message 4 changed is taken")
	}
}

// TestPSK checks the test vectors of IEEE 802.11-2020 §J.4.2.
func TestPSK(t *testing.T) {
	k := new(PSKs)
	for _, tt := range []struct {
		ssid wps.SSID
		key  string
		want string
	}{
		{"IEEE", "password", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"},
		{"ThisIsASSID", "ThisIsAPassword", "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"},
		{"any", "0DC0D6EB90555ED6419756B9A15EC3E3209B63DF707DD508D14581F8982721AF", "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"},
	} {
		for range 2 { // the second is remembered
			if got, err := k.psk(tt.ssid, wps.NetworkKey(tt.key)); err != nil || !bytes.Equal(got[:], unhex(t, tt.want)) {
				t.Errorf("%s: %x, %v", tt.ssid, got, err)
			}
		}
	}
	for _, key := range []string{"", "1234567", "12345678\x00"} {
		if _, err := k.psk("any", wps.NetworkKey(key)); err == nil {
			t.Errorf("%q is taken for a key", key)
		}
	}
}
