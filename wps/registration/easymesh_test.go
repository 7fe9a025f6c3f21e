package registration

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// meshCase is an EasyMesh exchange of other implementations: the agent's
// private exponent, M1, and one or more M2.
func meshCase(t testing.TB, name string) (a *Agent, m2 [][]byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "easymesh", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	var octets [][]byte
	for _, field := range strings.Fields(string(text))[1:] {
		b, err := hex.DecodeString(field)
		if err != nil {
			t.Fatal(err)
		}
		octets = append(octets, b)
	}
	own, err := NewKeyPairFromExponent(octets[0])
	if err != nil {
		t.Fatal(err)
	}
	var m wps.M1
	if err := wps.Decode(&m, octets[1], wps.Tolerant); err != nil {
		t.Fatal(err)
	}
	return &Agent{cfg: Config{Device: m.Device}, own: own, m1: octets[1], n1: m.EnrolleeNonce}, octets[2:]
}

func TestAgent(t *testing.T) {
	for _, tt := range []struct {
		name  string
		roles []wps.MultiAP
		auth  wps.AuthType
	}{
		{"front", []wps.MultiAP{wps.MultiAPFronthaulBSS}, wps.AuthWPA2Personal},
		{"two-m2", []wps.MultiAP{wps.MultiAPFronthaulBSS, wps.MultiAPBackhaulBSS}, wps.AuthWPA2Personal},
		{"m2-sae", []wps.MultiAP{wps.MultiAPFronthaulBSS}, wps.AuthSAE},
		{"m2-without-type-flags", []wps.MultiAP{wps.MultiAPFronthaulBSS}, wps.AuthWPA2Personal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			agent, m2 := meshCase(t, tt.name)
			if len(m2) != len(tt.roles) {
				t.Fatalf("%d M2", len(m2))
			}
			for i, m := range m2 {
				b, err := agent.Handle(m)
				if err != nil {
					t.Fatal(err)
				}
				if b.Role != tt.roles[i] || b.Settings.AuthType != tt.auth || b.Settings.Usable() != nil {
					t.Errorf("M2 %d: role %v, %v, %v", i, b.Role, b.Settings.AuthType, b.Settings.Usable())
				}
				if s := fmt.Sprintf("%v %+v %s", b, *b, b); strings.Contains(s, string(b.Settings.NetworkKey)) {
					t.Errorf("the network key is printed: %s", s)
				}
				again, err := agent.Handle(m)
				if err != nil || again.Settings.SSID != b.Settings.SSID {
					t.Errorf("M2 %d again: %+v, %v", i, again, err)
				}
				for at := range m {
					bad := append([]byte(nil), m...)
					bad[at] ^= 1
					if _, err := agent.Handle(bad); err == nil {
						t.Errorf("octet %d of M2 can be changed", at)
					}
				}
			}
		})
	}
}

// TestMultiAPOf reads the Multi-AP Extension of lists whose other parts are
// damaged, since a BSS to be torn down may have any settings.
func TestMultiAPOf(t *testing.T) {
	for list, want := range map[string]wps.MultiAP{
		"":                                       0,
		"1049 0006 00372A 060110":                0x10,
		"1049 0009 00372A 000120 060110":         0x10, // after Version2
		"1049 0008 00372A 7700 060110":           0x10, // after a sub-element without content
		"1049 0007 00372A 060110 77":             0x10, // before half a header
		"1049 0005 00372A 0600":                  0,    // without content
		"1049 0007 00372A 06021010":              0,    // of two octets
		"1049 0005 00372A 0601":                  0,    // cut
		"1049 0008 00372A 77ff 060110":           0,    // after one that is too long
		"1049 0003 00372A":                       0,
		"1049 0002 0037":                         0,
		"1049 0006 0050F2 060110":                0, // of another vendor
		"1045 0000 1049 0006 00372A 060110":      0x10,
		"1049 0002 0037 1049 0006 00372A 060110": 0x10,
		"104A 0006 00372A 060110":                0,    // another attribute
		"1049 0006 00372A 060110 1045 00ff 61":   0x10, // the list is cut
	} {
		octets, err := hex.DecodeString(strings.ReplaceAll(list, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := multiAPOf(octets); got != want {
			t.Errorf("%s: %#x, want %#x", list, uint8(got), uint8(want))
		}
	}
}

// TestAgentClose checks that an agent clears the key that it made, and no other.
func TestAgentClose(t *testing.T) {
	d := wps.DefaultDevice()
	d.MAC, d.UUID = wps.MAC{2, 0, 0, 0, 0, 7}, wps.UUID{7}
	given, err := NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range []*KeyPair{nil, given} {
		agent, err := NewAgent(Config{Device: d, KeyPair: own})
		if err != nil {
			t.Fatal(err)
		}
		exponent := agent.own.pair.Exponent
		agent.Close()
		if cleared := len(bytes.Trim(exponent, "\x00")) == 0; cleared != (own == nil) {
			t.Errorf("key given: %t, cleared: %t", own != nil, cleared)
		}
	}
}

// TestController runs our agent with our controller.
func TestController(t *testing.T) {
	networks := []BSS{
		{Settings: wps.Credential{SSID: "front", AuthType: wps.AuthTransition, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")}, Role: wps.MultiAPFronthaulBSS, Profile: 2, VLAN: 10},
		{Settings: wps.Credential{SSID: "back", AuthType: wps.AuthSAE, EncrType: wps.EncrAES, NetworkKey: []byte("battery staple")}, Role: wps.MultiAPBackhaulBSS},
	}
	d := wps.DefaultDevice()
	d.MAC, d.UUID = wps.MAC{2, 0, 0, 0, 0, 7}, wps.UUID{7}
	agent, err := NewAgent(Config{Device: d})
	if err != nil {
		t.Fatal(err)
	}
	c := wps.DefaultDevice()
	c.UUID = wps.UUID{8}
	m2, m1, err := Answer(Config{Device: c}, agent.M1(), networks...)
	if err != nil || m1.MAC != d.MAC || len(m2) != 2 {
		t.Fatal(len(m2), m1, err)
	}
	for i := range m2 {
		b, err := agent.Handle(m2[i])
		if err != nil {
			t.Fatal(err)
		}
		want := networks[i]
		if b.Role != want.Role || b.Settings.SSID != want.Settings.SSID || string(b.Settings.NetworkKey) != string(want.Settings.NetworkKey) ||
			b.Settings.AuthType != want.Settings.AuthType || b.Settings.MAC != d.MAC || b.Profile != want.Profile || b.VLAN != want.VLAN || b.TearDown() {
			t.Errorf("%+v, want %+v", b, want)
		}
	}
	var first, second wps.M2
	if wps.Decode(&first, m2[0], wps.Strict) != nil || wps.Decode(&second, m2[1], wps.Strict) != nil || first.PublicKey == second.PublicKey || first.RegistrarNonce == second.RegistrarNonce {
		t.Error("two M2 have one key or nonce")
	}

	// Without a network, the agent receives a teardown.
	m2, _, err = Answer(Config{Device: c}, agent.M1())
	if err != nil || len(m2) != 1 {
		t.Fatal(err)
	}
	if b, err := agent.Handle(m2[0]); err != nil || !b.TearDown() || b.Settings.SSID != "" {
		t.Errorf("%+v, %v", b, err)
	}

	other, err := NewAgent(Config{Device: d})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Handle(m2[0]); !errors.Is(err, ErrIgnored) {
		t.Errorf("the M2 of another agent: %v", err)
	}
	if _, err := agent.Handle(agent.M1()); !errors.Is(err, ErrIgnored) {
		t.Errorf("M1: %v", err)
	}
	agent.Close()
	if _, err := agent.Handle(m2[0]); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
	if _, err := NewAgent(Config{}); !errors.Is(err, ErrConfig) {
		t.Error(err)
	}
	if _, _, err := Answer(Config{Device: c}, other.M1(), BSS{Role: wps.MultiAPFronthaulBSS}); !errors.Is(err, ErrConfig) {
		t.Error(err)
	}
	if _, _, err := Answer(Config{Device: c}, []byte("garbage")); err == nil {
		t.Error("garbage was answered")
	}
}

// FuzzAgent gives an agent arbitrary settings in an authentic M2. Settings that
// it accepts and can use, our controller can send, and the agent accepts again.
func FuzzAgent(f *testing.F) {
	seed := func(role wps.MultiAP, c wps.Credential) {
		s := &wps.M8Settings{AP: &c}
		s.WFA.MultiAP = role
		plain, err := wps.Append(nil, s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	c := wps.Credential{SSID: "front", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"), MAC: wps.MAC{2}}
	seed(wps.MultiAPFronthaulBSS, c)
	seed(wps.MultiAPTearDown, c)
	f.Add([]byte{0x10, 0x49, 0, 6, 0, 0x37, 0x2A, 6, 1, 0x10}) // only the role
	d := wps.DefaultDevice()
	d.MAC, d.UUID = wps.MAC{2, 0, 0, 0, 0, 7}, wps.UUID{7}
	agent, err := NewAgent(Config{Device: d})
	if err != nil {
		f.Fatal(err)
	}
	controller, err := NewKeyPair(nil)
	if err != nil {
		f.Fatal(err)
	}
	n2 := wps.Nonce{2}
	public := agent.own.PublicKey()
	keys, err := controller.Keys(&public, agent.n1, d.MAC, n2)
	if err != nil {
		f.Fatal(err)
	}
	cipher := NewCipher(keys)
	run := newRun(RoleRegistrar, Config{})
	f.Fuzz(func(t *testing.T, plain []byte) {
		if len(plain) > 1<<12 {
			return
		}
		m := &wps.M2{
			Header: run.fullHeader(), Device: d, EnrolleeNonce: agent.n1, RegistrarNonce: n2, PublicKey: controller.PublicKey(),
			DevicePasswordID: wps.PasswordPushButton, EncryptedSettings: cipher.SealSettings(nil, &[16]byte{1}, plain),
		}
		out, err := wps.Append(nil, m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := agent.Handle(cipher.AppendAuthenticator(agent.m1, out[:len(out)-12]))
		if err != nil {
			if !errors.Is(err, ErrProtocol) || b != nil {
				t.Fatalf("%v, %v", b, err)
			}
			return
		}
		if !b.TearDown() && b.Settings.Usable() != nil {
			return
		}
		m2, _, err := Answer(Config{Device: d}, agent.M1(), *b)
		if err != nil {
			t.Fatalf("%+v: %v", b, err)
		}
		again, err := agent.Handle(m2[0])
		if err != nil || again.Role != b.Role && !b.TearDown() || again.TearDown() != b.TearDown() || again.Settings.SSID != b.Settings.SSID {
			t.Fatalf("%+v, then %+v, %v", b, again, err)
		}
	})
}

// withReservedPassword returns m1 with a Device Password ID that has no meaning.
func withReservedPassword(t testing.TB, m1 []byte) []byte {
	head := []byte{0x10, 0x12, 0, 2}
	i := bytes.Index(m1, head)
	if i < 0 {
		t.Fatal("M1 without a Device Password ID")
	}
	out := bytes.Clone(m1)
	out[i+len(head)+1] = 0x0E
	return out
}

// TestAnswerReservedPassword answers an M1 whose Device Password ID is reserved:
// M2 does not repeat it. Found by FuzzAnswer.
func TestAnswerReservedPassword(t *testing.T) {
	agent, _ := meshCase(t, "front")
	d := wps.DefaultDevice()
	d.UUID = wps.UUID{8}
	m2, m1, err := Answer(Config{Device: d}, withReservedPassword(t, agent.m1))
	if err != nil {
		t.Fatal(err)
	}
	if m1.DevicePasswordID != 0x0E {
		t.Errorf("M1 has Device Password ID %v", m1.DevicePasswordID)
	}
	var m wps.M2
	if err := wps.Decode(&m, m2[0], wps.Strict); err != nil || m.DevicePasswordID != wps.PasswordPushButton {
		t.Errorf("Device Password ID %v: %v", m.DevicePasswordID, err)
	}
}

// FuzzAnswer gives a controller an arbitrary M1. Its M2 can be read, and is for
// that agent.
func FuzzAnswer(f *testing.F) {
	for _, name := range []string{"front", "two-m2", "m2-sae"} {
		agent, _ := meshCase(f, name)
		f.Add(agent.m1)
		f.Add(withReservedPassword(f, agent.m1))
	}
	d := wps.DefaultDevice()
	d.UUID = wps.UUID{8}
	f.Fuzz(func(t *testing.T, m1 []byte) {
		m2, agent, err := Answer(Config{Device: d}, m1)
		if err != nil {
			if !errors.Is(err, ErrProtocol) {
				t.Fatal(err)
			}
			return
		}
		var m wps.M2
		if err := wps.Decode(&m, m2[0], wps.Strict); err != nil || m.EnrolleeNonce != agent.EnrolleeNonce {
			t.Fatalf("%v, %v: %v", m.EnrolleeNonce, agent.EnrolleeNonce, err)
		}
	})
}
