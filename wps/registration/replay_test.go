package registration

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

// capture is an exchange between hostapd and wpa_supplicant, with the log of
// each.
type capture struct {
	Name     string `json:"name"`
	Messages []struct {
		Code int    `json:"code"` // 1 from the access point, 2 from the station
		Hex  string `json:"hex"`
	} `json:"wsc_messages"`
	Hostapd    map[string][]string `json:"hostapd"`
	Supplicant map[string][]string `json:"wpa_supplicant"`
}

func captures(t testing.TB) []capture {
	t.Helper()
	files, err := filepath.Glob("../testdata/wired/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	var all []capture
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var c capture
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all = append(all, c)
	}
	return all
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// message is one message of a capture.
type message struct {
	octets       []byte
	parsed       wps.List
	fromEnrollee bool
}

// messages returns the messages of a capture's last run: a few begin with an
// aborted run.
func (c *capture) messages(t testing.TB) []message {
	t.Helper()
	var out []message
	for _, m := range c.Messages {
		b := unhex(t, m.Hex)
		p, err := wps.ParseMessage(b, wps.Tolerant)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if p.Kind() == wps.KindM1 {
			out = nil
		}
		out = append(out, message{b, p, m.Code == c.enrolleeCode()})
	}
	return out
}

// enrolleeCode is the EAP code of the enrollee's messages: it sends M1.
func (c *capture) enrolleeCode() int { return c.Messages[0].Code }

// logs returns what the enrollee and the registrar logged.
func (c *capture) logs() (enrollee, registrar map[string][]string) {
	if c.enrolleeCode() == 2 {
		return c.Supplicant, c.Hostapd
	}
	return c.Hostapd, c.Supplicant
}

// script is the random source of a run: the values in the order in which a
// machine reads them.
type script struct{ bytes.Buffer }

func (s *script) add(t testing.TB, log map[string][]string, key string) {
	if v := log[key]; len(v) > 0 {
		s.Write(unhex(t, v[len(v)-1]))
	}
}

func last(log map[string][]string, key string) string {
	if v := log[key]; len(v) > 0 {
		return v[len(v)-1]
	}
	return ""
}

// find returns the first message of a type.
func find[T wps.List](messages []message) (m T, ok bool) {
	for i := range messages {
		if m, ok := messages[i].parsed.(T); ok {
			return m, true
		}
	}
	return m, false
}

// keysOf derives the keys of a captured run from one side's exponent.
func keysOf(t testing.TB, messages []message, log map[string][]string, registrar bool) *Keys {
	t.Helper()
	m1, _ := find[*wps.M1](messages)
	m2, ok := find[*wps.M2](messages)
	if !ok {
		return nil
	}
	own, peer := m1.PublicKey, m2.PublicKey
	if registrar {
		own, peer = peer, own
	}
	pair := keyPairOf(t, log, &own)
	keys, err := pair.Keys(&peer, m1.EnrolleeNonce, m1.MAC, m2.RegistrarNonce)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// keyPairOf returns the logged key pair whose public key was sent: some logs
// contain those of several runs.
func keyPairOf(t testing.TB, log map[string][]string, sent *wps.PublicKey) *KeyPair {
	t.Helper()
	for _, exponent := range log["DH Private Key"] {
		pair, err := NewKeyPairFromExponent(unhex(t, exponent))
		if err != nil {
			t.Fatal(err)
		}
		if pair.PublicKey() == *sent {
			return pair
		}
	}
	t.Fatal("the log lacks the exponent of the key that was sent")
	return nil
}

// secretOf returns the password in the log of one side.
func secretOf(t testing.TB, log map[string][]string) []byte {
	return unhex(t, last(log, "Device Password"))
}

// iv returns the initialization vector of settings.
func iv(settings []byte) []byte { return settings[:16] }

// settingsOf decrypts settings.
func settingsOf(t testing.TB, keys *Keys, value []byte, l wps.List) {
	t.Helper()
	plain, err := NewCipher(keys).OpenSettings(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := wps.Decode(l, plain, wps.Tolerant); err != nil {
		t.Fatal(err)
	}
}

// sharedConfig returns the configuration of a side as M1 or M2 shows it.
func sharedConfig(h *wps.Header, d wps.Device, pair *KeyPair, random io.Reader) Config {
	return Config{Faulty: true, Device: d, Version10: h.WFA.Version2 == 0, WFA: h.WFA, Extra: h.Unknown, Vendor: h.Vendor, KeyPair: pair, Rand: random}
}

// enrolleeOf returns an enrollee with the configuration and randomness of the
// captured one.
func enrolleeOf(t testing.TB, c *capture) *Enrollee {
	t.Helper()
	messages := c.messages(t)
	log, _ := c.logs()
	m1, _ := find[*wps.M1](messages)
	var random script
	random.Write(m1.EnrolleeNonce[:])
	random.add(t, log, "E-S1")
	random.add(t, log, "E-S2")
	if m5, ok := find[*wps.M5](messages); ok {
		random.Write(iv(m5.EncryptedSettings))
	}
	cfg := EnrolleeConfig{
		Config:   sharedConfig(&m1.Header, m1.Device, keyPairOf(t, log, &m1.PublicKey), &random),
		Password: newPassword(m1.DevicePasswordID, secretOf(t, log)),
	}
	if c.enrolleeCode() == 1 {
		cfg.AP = &wps.Credential{}
	}
	if m7, ok := find[*wps.M7](messages); ok {
		random.Write(iv(m7.EncryptedSettings))
		if cfg.AP != nil {
			settingsOf(t, keysOf(t, messages, log, false), m7.EncryptedSettings, &wps.M7Settings{AP: cfg.AP})
		}
	}
	if m1.DevicePasswordID == wps.PasswordNFCHandover {
		m2, _ := find[*wps.M2](messages)
		hash := PublicKeyHash(&m2.PublicKey)
		cfg.PeerKeyHash = &hash
	} else if cfg.Password.secretless() && cfg.AP == nil {
		cfg.Password = newPassword(m1.DevicePasswordID, []byte("12345670"))
	}
	e, err := NewEnrollee(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// registrarOf returns a registrar with the configuration and randomness of the
// captured one.
func registrarOf(t testing.TB, c *capture) *Registrar {
	t.Helper()
	messages := c.messages(t)
	_, log := c.logs()
	var random script
	cfg := RegistrarConfig{AP: c.enrolleeCode() == 1}
	if m2d, ok := find[*wps.M2D](messages); ok {
		random.Write(m2d.RegistrarNonce[:])
		cfg.Config = sharedConfig(&m2d.Header, m2d.Device, nil, &random)
		cfg.Deferred = true
		r, err := NewRegistrar(cfg)
		if err != nil {
			t.Fatal(err)
		}
		r.Refuse(m2d.ConfigError, nil)
		return r
	}
	m2, _ := find[*wps.M2](messages)
	random.Write(m2.RegistrarNonce[:])
	random.add(t, log, "R-S1")
	random.add(t, log, "R-S2")
	cfg.Config = sharedConfig(&m2.Header, m2.Device, keyPairOf(t, log, &m2.PublicKey), &random)
	cfg.Password = newPassword(m2.DevicePasswordID, secretOf(t, log))
	if cfg.Password.secretless() && m2.DevicePasswordID != wps.PasswordNFCHandover {
		cfg.Password = newPassword(m2.DevicePasswordID, []byte("12345670"))
	}
	if m2.DevicePasswordID == wps.PasswordNFCHandover {
		m1, _ := find[*wps.M1](messages)
		hash := PublicKeyHash(&m1.PublicKey)
		cfg.PeerKeyHash = &hash
	}
	keys := keysOf(t, messages, log, true)
	if m4, ok := find[*wps.M4](messages); ok {
		random.Write(iv(m4.EncryptedSettings))
	}
	if m6, ok := find[*wps.M6](messages); ok {
		random.Write(iv(m6.EncryptedSettings))
	}
	if m8, ok := find[*wps.M8](messages); ok {
		random.Write(iv(m8.EncryptedSettings))
		s := wps.M8Settings{}
		if cfg.AP {
			s.AP = new(wps.Credential)
		}
		settingsOf(t, keys, m8.EncryptedSettings, &s)
		cfg.Credentials, cfg.NewSettings = s.Credentials, s.AP
	}
	if m2.EncryptedSettings != nil {
		random.Write(iv(m2.EncryptedSettings))
		var s wps.M2Settings
		settingsOf(t, keys, m2.EncryptedSettings, &s)
		cfg.Credentials = s.Credentials
	}
	r, err := NewRegistrar(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// machine is the interface that both roles share.
type machine interface {
	Start() ([]byte, error)
	Handle([]byte) ([]byte, error)
	Ended() bool
	Err() error
	Result() *Result
}

// departures are the captures in which a peer did what our machines do not, or
// whose frames were modified in transit: how many messages are compared for
// each of our machines, and why not all.
var departures = map[string]struct {
	enrollee, registrar int
	why                 string
}{
	"l2-pbc-m1-before-button": {0, 9, "the enrollee's secrets were not logged"},
	"m02-badauth-m2":          {1, 1, "M2 was damaged: hostap sends NACK 0, this enrollee ignores it (WSC 2.0 §7.1)"},
	"m03-badauth-m3":          {3, 2, "M3 was damaged: hostapd sends NACK 0, this registrar ignores it (WSC 2.0 §7.1)"},
	"m04-badauth-m4":          {3, 3, "M4 was damaged: hostap sends NACK 0, this enrollee ignores it (WSC 2.0 §7.1)"},
	"m05-badenc-m4":           {3, 3, "M4 was damaged: its Authenticator is wrong, so it is ignored like m04's"},
	"m06-nack-instead-m3":     {3, 2, "M3 was replaced by a NACK"},
	"m10-trunc-m5":            {5, 4, "M5 was cut: hostapd sends NACK 0, this registrar ignores it (WSC 2.0 §7.1)"},
	"m12-drop-m5":             {9, 4, "M5 was lost, three times"},
	"s09-appin-wrong-half1":   {6, 5, "hostap's registrar answers NACK 18 by NACK 0, ours by NACK 18 as iwd does"},
	"s17-open":                {7, 7, "hostapd had no credential to put into M8"},
	"s35-ap-setup-locked":     {4, 3, "hostap's registrar answers NACK 15 by NACK 0, ours by NACK 15 as iwd does"},
	"s36-noappin":             {4, 3, "hostap's registrar answers NACK 15 by NACK 0, ours by NACK 15 as iwd does"},
}

// TestReplay replays every captured run with our machine on one side and then
// on the other: with the same randomness, it must send the same octets as
// hostapd and wpa_supplicant.
func TestReplay(t *testing.T) {
	for _, c := range captures(t) {
		messages := c.messages(t)
		enrolleeUntil, registrarUntil := len(messages), len(messages)
		if d, ok := departures[c.Name]; ok {
			enrolleeUntil, registrarUntil = d.enrollee, d.registrar
		}
		if enrolleeUntil > 0 {
			t.Run(c.Name+"/enrollee", func(t *testing.T) {
				replay(t, enrolleeOf(t, &c), messages[:enrolleeUntil], true)
			})
		}
		t.Run(c.Name+"/registrar", func(t *testing.T) {
			replay(t, registrarOf(t, &c), messages[:registrarUntil], false)
		})
	}
}

// replay gives the machine the messages that it received, and compares its
// answers.
func replay(t *testing.T, m machine, messages []message, enrollee bool) {
	t.Helper()
	out, err := m.Start()
	if err != nil {
		t.Fatal(err)
	}
	for i, msg := range messages {
		kind := msg.parsed.Kind()
		if msg.fromEnrollee != enrollee {
			next, err := m.Handle(msg.octets)
			if errors.Is(err, ErrIgnored) {
				t.Fatalf("message %d, %v: %v", i, kind, err)
			}
			out = next
			continue
		}
		if !bytes.Equal(out, msg.octets) {
			got, _ := wps.ParseMessage(out, wps.Tolerant)
			t.Fatalf("message %d, %v: said\n%x\n%v\nwant\n%x", i, kind, out, got, msg.octets)
		}
	}
	lastKind := messages[len(messages)-1].parsed.Kind()
	if success := lastKind == wps.KindDone || lastKind == wps.KindACK && m.Ended(); success && m.Result() == nil {
		t.Errorf("no result after %v: %v", lastKind, m.Err())
	}
}

// TestReplayedCredentials checks that our enrollee gets the credentials that
// wpa_supplicant got.
func TestReplayedCredentials(t *testing.T) {
	for _, c := range captures(t) {
		want := strings.Join(c.Supplicant["Received Credential attribute"], "")
		if want == "" || c.enrolleeCode() != 2 {
			continue
		}
		e := enrolleeOf(t, &c)
		replay(t, e, c.messages(t), true)
		var got []byte
		for _, cred := range e.Result().Credentials {
			got = append(got, 0x10, 0x0E, byte(len(cred.Raw)>>8), byte(len(cred.Raw)))
			got = append(got, cred.Raw...)
		}
		if !strings.HasPrefix(want, hex.EncodeToString(got)) {
			t.Errorf("%s: got %x, want %s", c.Name, got, want)
		}
	}
}

// damagedOnTheWay are messages that a capture has only as the station received
// them.
var damagedOnTheWay = map[string]wps.Kind{
	"m02-badauth-m2": wps.KindM2, "m04-badauth-m4": wps.KindM4, "m05-badenc-m4": wps.KindM4,
}

// TestCapturedKeys recomputes the values logged by both sides of each capture:
// the shared secret and the keys, the halves of the password, the proofs and
// the decrypted settings; and the Authenticator of each message.
func TestCapturedKeys(t *testing.T) {
	for _, c := range captures(t) {
		messages := c.messages(t)
		if _, ok := find[*wps.M2](messages); !ok {
			continue // ended by M2D: there are no keys
		}
		enrollee, registrar := c.logs()
		for role, log := range map[Role]map[string][]string{RoleEnrollee: enrollee, RoleRegistrar: registrar} {
			t.Run(c.Name+"/"+role.String(), func(t *testing.T) {
				if last(log, "AuthKey") == "" {
					if !slices.Contains([]string{"l2-pbc-m1-before-button", "s35-ap-setup-locked", "s36-noappin"}, c.Name) {
						t.Error("no keys were logged")
					}
					return
				}
				checkLog(t, &c, role, messages, log)
			})
		}
	}
}

func checkLog(t *testing.T, c *capture, role Role, messages []message, log map[string][]string) {
	logged := func(what string, octets []byte) {
		t.Helper()
		for _, entry := range log[what] {
			if strings.HasPrefix(entry, hex.EncodeToString(octets)) {
				return
			}
		}
		t.Errorf("%s is %x, which was not logged", what, octets)
	}
	m1, _ := find[*wps.M1](messages)
	m2, _ := find[*wps.M2](messages)
	own, peer := &m1.PublicKey, &m2.PublicKey
	if role == RoleRegistrar {
		own, peer = peer, own
	}
	var z [group5.Size]byte
	if err := keyPairOf(t, log, own).pair.SharedSecret(&z, (*[group5.Size]byte)(peer)); err != nil {
		t.Fatal(err)
	}
	logged("DH shared key", bytes.TrimLeft(z[:], "\x00"))
	dh := dhKey(&z)
	logged("DHKey", dh[:])
	kdk := keyDerivationKey(&dh, m1.EnrolleeNonce, m1.MAC, m2.RegistrarNonce)
	logged("KDK", kdk[:])
	keys := expandKeys(&kdk)
	logged("AuthKey", keys.AuthKey[:])
	logged("KeyWrapKey", keys.KeyWrapKey[:])
	logged("EMSK", keys.EMSK[:])

	cipher := NewCipher(&keys)
	password := newPassword(0, secretOf(t, log))
	first, second := password.halves()
	letter := string("ER"[role-RoleEnrollee])
	for i, half := range [][]byte{first, second} {
		number := string("12"[i])
		if nonce := last(log, letter+"-S"+number); nonce != "" {
			psk := cipher.psk(half)
			logged("PSK"+number, psk[:])
			hash := cipher.proof((*wps.SecretNonce)(unhex(t, nonce)), &psk, &m1.PublicKey, &m2.PublicKey)
			logged(letter+"-Hash"+number, hash[:])
		}
	}

	var chain []byte
	for i, m := range messages {
		k := m.parsed.Kind()
		repeated := slices.ContainsFunc(messages[:i], func(o message) bool { return bytes.Equal(o.octets, m.octets) })
		if k > wps.KindM8 || repeated {
			continue
		}
		damaged := damagedOnTheWay[c.Name] == k
		if k != wps.KindM1 && cipher.VerifyAuthenticator(chain, m.octets) == nil == damaged {
			t.Errorf("Authenticator of %v", k)
		}
		chain = m.octets
		value := wps.Find(m.octets, wps.AttrEncryptedSettings)
		if value == nil || damaged {
			continue
		}
		plain, err := cipher.OpenSettings(value)
		if err != nil {
			t.Errorf("settings of %v: %v", k, err)
		}
		lost := k == wps.KindM5 && (c.Name == "m10-trunc-m5" || c.Name == "m12-drop-m5")
		if m.fromEnrollee != (role == RoleEnrollee) && !lost {
			logged("Decrypted Encrypted Settings", plain)
		}
	}
}
