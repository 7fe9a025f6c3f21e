package registration

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// withoutTime are handler options that leave the time out: its digits may be
// those of a secret.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

// shown returns a value formatted in every way.
func shown(v any) string {
	var out strings.Builder
	for _, verb := range "vsdxXqcU" {
		for _, flag := range []string{"", "+", "#", " "} {
			fmt.Fprintf(&out, "%"+flag+string(verb)+"\n", v)
		}
	}
	fmt.Fprintln(&out, v)
	slog.New(slog.NewTextHandler(&out, withoutTime)).Info("text", "value", v)
	slog.New(slog.NewJSONHandler(&out, withoutTime)).Info("json", "value", v)
	if text, err := json.Marshal(v); err == nil { // a function has no JSON
		out.Write(text)
	}
	return out.String()
}

// disguises returns the ways in which octets may be printed. For long secrets
// the beginning is enough.
func disguises(secret []byte) []string {
	secret = secret[:min(len(secret), 6)]
	numbers := strings.Trim(fmt.Sprint(secret), "[]")
	return []string{
		string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)),
		strings.ToLower(fmt.Sprintf("% x", secret)), strings.ToUpper(fmt.Sprintf("% x", secret)),
		numbers, strings.ReplaceAll(numbers, " ", ","), strings.Trim(fmt.Sprintf("%#v", secret), "[]byte{}"),
		base64.StdEncoding.EncodeToString(secret)[:6],
	}
}

// checkHidden fails the test if a value shows any of the secrets.
func checkHidden(t *testing.T, what string, v any, secrets map[string][]byte) {
	t.Helper()
	text := shown(v)
	for name, secret := range secrets {
		for _, disguise := range disguises(secret) {
			if i := strings.Index(text, disguise); i >= 0 {
				t.Errorf("%s shows the %s: …%s…", what, name, text[max(0, i-40):min(len(text), i+40)])
				break
			}
		}
	}
}

// TestSecretsHidden prints machines, configurations, results and errors in
// every state of a run, and searches for secrets.
func TestSecretsHidden(t *testing.T) {
	for name, newForm := range map[string]func() form{"station": station, "access point": writing} {
		t.Run(name, func(t *testing.T) {
			f := newForm()
			f.registrar.NewPassword = Password{}
			if !f.registrar.AP {
				f.registrar.NewPassword = mustPIN("24681353")
			}
			secrets := map[string][]byte{"PIN": []byte("12345670"), "new password": []byte("24681353"), "network key": []byte("correct horse")}
			e, r := f.machines(t)
			var keys bytes.Buffer
			r.cfg.KeyLog = &keys
			look := func() {
				for _, side := range []*run{&e.run, &r.run} {
					if side.halves != nil && *side.halves != [2]half{} {
						for i, h := range side.halves {
							secrets[fmt.Sprintf("secret nonce %d of the %v", i+1, side.role)] = h.secret[:]
							secrets[fmt.Sprintf("PSK%d", i+1)] = h.psk[:]
						}
					}
					if side.own != nil && side.own.pair.Exponent != nil {
						secrets[fmt.Sprintf("exponent of the %v", side.role)] = bytes.Clone(side.own.pair.Exponent)
					}
					if side.emsk != (EMSK{}) {
						secrets["EMSK"] = bytes.Clone(side.emsk[:])
					}
				}
				if fields := strings.Fields(keys.String()); len(fields) == 5 {
					secrets["AuthKey"], secrets["KeyWrapKey"] = unhex(t, fields[3]), unhex(t, fields[4])
				}
				for what, v := range map[string]any{
					"enrollee": e, "enrollee by value": *e, "registrar": r, "registrar by value": *r,
					"configuration of the enrollee": f.enrollee, "pointer to it": &f.enrollee,
					"configuration of the registrar": f.registrar, "pointer to that": &f.registrar,
					"structure around": struct {
						E EnrolleeConfig
						R *RegistrarConfig
						M *Enrollee
						N Registrar
						A *Decision
						p Password
						q []Password
					}{f.enrollee, &f.registrar, e, *r, &Decision{Password: f.registrar.Password, Credentials: f.registrar.Credentials}, f.enrollee.Password, []Password{f.enrollee.Password}},
					"password": f.enrollee.Password, "pointer to a password": &f.enrollee.Password,
					"result": e.Result(), "result of the registrar": r.Result(),
					"error": e.Err(), "error of the registrar": r.Err(),
				} {
					checkHidden(t, what, v, secrets)
				}
			}
			look()
			f.talk(t, e, r, func(s said) []byte { look(); return s.octets })
			look()
			if result := e.Result(); result == nil {
				t.Error(e.Err())
			} else {
				checkHidden(t, "result by value", *result, secrets)
				checkHidden(t, "structure around the result", struct{ R *Result }{result}, secrets)
				checkHidden(t, "EMSK", result.EMSK, secrets)
			}
			if len(secrets) < 7 {
				t.Errorf("only %d secrets were seen", len(secrets))
			}
		})
	}
}

// TestSecretsInErrors prints the errors of runs that fail in each way.
func TestSecretsInErrors(t *testing.T) {
	secrets := map[string][]byte{"PIN": []byte("12345670"), "network key": []byte("correct horse")}
	for _, change := range []func(f *form, x *scene) []byte{
		func(_ *form, x *scene) []byte {
			return x.credential(func(c body) body { return c.without(wps.AttrSSID) })
		},
		func(_ *form, x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrNetworkKey, bytes.Repeat([]byte("correct horse"), 9)...) })
		},
		func(_ *form, x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrEncrType, 0, 2) })
		},
		func(_ *form, x *scene) []byte {
			return x.settings(func(b body) body {
				return b.with(wps.AttrNetworkKey, []byte("correct horse")...).without(wps.AttrCredential)
			})
		},
	} {
		f := station()
		f.cheap()
		e, r := f.machines(t)
		msg := change(&f, newScene(t, &f, e, r, wps.KindM8))
		_, err := e.Handle(msg)
		if err == nil {
			t.Error("no error")
		}
		checkHidden(t, "error", err, secrets)
		for wrapped := err; wrapped != nil; wrapped = errors.Unwrap(wrapped) {
			checkHidden(t, "cause", wrapped, secrets)
		}
	}
}

// TestSecretsCleared checks the memory of machines whose run has ended, in each
// way in which a run can end.
func TestSecretsCleared(t *testing.T) {
	alike := func() form {
		f := station()
		f.registrar.Password = newPassword(wps.PasswordDefault, []byte("12349999"))
		return f
	}
	for name, test := range map[string]struct {
		form func() form
		at   wps.Kind // where Abort is called; 0 is never
	}{
		"success": {form: station}, "access point written": {form: writing}, "access point read": {form: accessPoint},
		"wrong second half": {form: alike}, "M2D": {form: locked}, "left at M1": {station, wps.KindM1}, "left at M3": {station, wps.KindM3},
		"left at M6": {station, wps.KindM6}, "left at M8": {station, wps.KindM8}, "left at Done": {station, wps.KindDone},
	} {
		t.Run(name, func(t *testing.T) {
			f := test.form()
			if f.enrollee.AP != nil {
				f.enrollee.Alternative = OutOfBand(0x99, []byte("sixteen octets.."))
			} else {
				f.registrar.NewPassword = mustPIN("24681353")
			}
			e, r := f.machines(t)
			// Collect the memory that is reachable now, to check that it was
			// cleared and not only dropped.
			var reached [][]byte
			ciphers := make(map[*Cipher]bool)
			reach := func() {
				for _, side := range []*run{&e.run, &r.run} {
					if side.cipher != nil {
						ciphers[side.cipher] = true
					}
					reached = append(reached, side.password.octets(), side.alternative.octets(), side.newPassword.octets())
					if side.own != nil {
						reached = append(reached, side.own.pair.Exponent)
					}
				}
			}
			reach()
			if test.at == 0 {
				f.talk(t, e, r, func(s said) []byte { reach(); return s.octets })
			} else {
				f.until(t, e, r, test.at)
				reach()
			}
			e.Abort(ErrTimeout)
			r.Abort(ErrTimeout)
			for _, octets := range reached {
				if len(bytes.Trim(octets, "\x00")) > 0 {
					t.Errorf("%d octets were not cleared", len(octets))
				}
			}
			for c := range ciphers {
				if *c != (Cipher{}) {
					t.Error("a cipher was not cleared")
				}
			}
			for _, side := range []*run{&e.run, &r.run} {
				switch {
				case !side.ended:
					t.Errorf("the %v goes on", side.role)
				case side.halves != nil && *side.halves != [2]half{}:
					t.Errorf("the %v keeps proofs", side.role)
				case side.cipher != nil || !side.password.secretless() || !side.alternative.secretless() || !side.newPassword.secretless():
					t.Errorf("the %v keeps keys", side.role)
				case side.chain != nil:
					t.Errorf("the %v keeps a message that nothing follows", side.role)
				case side.own != nil && len(side.own.pair.Exponent) > 0:
					t.Errorf("the %v keeps its exponent", side.role)
				case side.emsk != EMSK{}:
					t.Errorf("the %v keeps the EMSK", side.role)
				case side.err != nil && side.result != nil && (side.result.EMSK != EMSK{} || len(side.result.Credentials) > 0 && side.result.Credentials[0].NetworkKey != nil):
					t.Errorf("the %v keeps the result of a failure", side.role)
				}
			}
		})
	}
}

// TestKeysCleared checks that the keys are cleared after their use, and the
// line that is logged too.
func TestKeysCleared(t *testing.T) {
	keys := &Keys{AuthKey: [32]byte{1}, KeyWrapKey: [16]byte{2}, EMSK: [32]byte{3}}
	var log keeper
	r := newRun(RoleRegistrar, Config{KeyLog: &log})
	if err := r.makeKeyPair(); err != nil {
		t.Fatal(err)
	}
	exponent, public := r.own.pair.Exponent, r.own.PublicKey()
	r.pkr = r.own.publicKey()
	r.setKeys(keys, &keyed{cipher: *NewCipher(keys)})
	if *keys != (Keys{}) || r.emsk != (EMSK{3}) {
		t.Error("the keys are still there, or the EMSK is not")
	}
	if r.own != nil || len(bytes.Trim(exponent, "\x00")) > 0 || *r.pkr != public {
		t.Error("the exponent is still there, or the public key is not")
	}
	if len(log) == 0 || len(bytes.Trim(log, "\x00")) > 0 {
		t.Errorf("the line is still there: %q", []byte(log))
	}
}

// TestRefusedSettingsCleared checks that settings that are refused do not
// remain in memory, whether they cannot be decrypted or are invalid.
func TestRefusedSettingsCleared(t *testing.T) {
	v := loadVectors(t)[0]
	c := NewCipher(v.keys())
	genuine := wrapped(c, v.P4[:20])
	damaged := bytes.Clone(genuine)
	damaged[len(damaged)-1] ^= 1 // the Key Wrap Authenticator
	value := encrypt(c, append(damaged, bytes.Repeat([]byte{16}, 16)...))
	plaintext := make([]byte, len(value)-16)
	if _, err := c.openInto(plaintext, value); !errors.Is(err, ErrDecrypt) {
		t.Fatalf("a wrong Key Wrap Authenticator: %v", err)
	}
	if len(bytes.Trim(plaintext, "\x00")) > 0 {
		t.Errorf("what could not be decrypted is still there: %x", plaintext)
	}

	// M4's settings are not valid in M7: E-S2 is missing.
	value = encrypt(c, append(genuine, bytes.Repeat([]byte{16}, 16)...))
	r := run{cipher: c}
	var s wps.M7Settings
	if err := r.open(value, &s, new(sealRoom)); !errors.Is(err, ErrDecrypt) {
		t.Fatalf("the settings of another message: %v", err)
	}
	if s.Raw == nil || len(bytes.Trim(s.Raw, "\x00")) > 0 {
		t.Errorf("what makes no sense is still there: %x", []byte(s.Raw))
	}
}

// keeper is a writer that keeps the data, which a writer must not do.
type keeper []byte

func (k *keeper) Write(p []byte) (int, error) {
	*k = p
	return len(p), nil
}

// TestResultClone changes a copy of a result: the result stays.
func TestResultClone(t *testing.T) {
	if (*Result)(nil).Clone() != nil {
		t.Error("a copy of nothing")
	}
	if c := (&Result{}).Clone(); c.AP != nil || !c.NewPassword.IsZero() || len(c.Credentials) != 0 {
		t.Errorf("a copy of an empty result: %+v", c)
	}
	result := &Result{Credentials: []wps.Credential{network()}, AP: settings("name"), NewPassword: OutOfBand(0x1234, []byte("a password of 21 octs"))}
	key, apKey, password := bytes.Clone(result.Credentials[0].NetworkKey), bytes.Clone(result.AP.NetworkKey), bytes.Clone(result.NewPassword.octets())
	c := result.Clone()
	same(t, "network key", c.Credentials[0].NetworkKey, key)
	same(t, "network key of the access point", c.AP.NetworkKey, apKey)
	same(t, "password", c.NewPassword.octets(), password)
	c.Clear()
	same(t, "network key", result.Credentials[0].NetworkKey, key)
	same(t, "network key of the access point", result.AP.NetworkKey, apKey)
	same(t, "password", result.NewPassword.octets(), password)
}

// TestResultClear checks that a result can be cleared by its user.
func TestResultClear(t *testing.T) {
	for name, newForm := range map[string]func() form{"station": station, "access point": writing} {
		t.Run(name, func(t *testing.T) {
			f := newForm()
			f.cheap()
			if f.enrollee.AP == nil {
				f.registrar.NewPassword = mustPIN("24681353")
			}
			e, r := f.machines(t)
			f.talk(t, e, r, nil)
			for _, result := range []*Result{e.Result(), r.Result()} {
				kept := [][]byte{result.EMSK[:], result.NewPassword.octets()}
				for _, c := range result.Credentials {
					kept = append(kept, c.NetworkKey, c.Raw)
				}
				if result.AP != nil {
					kept = append(kept, result.AP.NetworkKey)
				}
				result.Clear()
				for _, octets := range kept {
					if bytes.Contains(octets, []byte("horse")) || bytes.Contains(octets, []byte("2468")) {
						t.Errorf("still there: %q", octets)
					}
				}
				if result.EMSK != (EMSK{}) || !result.NewPassword.secretless() {
					t.Error("EMSK or password still there")
				}
			}
		})
	}
}

// TestPeersNoncesForgotten checks that the peer's secret nonces do not remain
// in memory, not even in that of an access point's settings: with them and the
// keys the PIN can be found by search.
func TestPeersNoncesForgotten(t *testing.T) {
	f := accessPoint()
	f.cheap()
	e, r := f.machines(t)
	m7 := f.until(t, e, r, wps.KindM7)
	s := wps.M7Settings{AP: new(wps.Credential)}
	if err := r.verify(encryptedSettings(t, m7), &s, &s.ESNonce2, 2, new(sealRoom)); err != nil {
		t.Fatal(err)
	}
	if s.ESNonce2 != (wps.SecretNonce{}) || bytes.Contains(s.Raw, e.halves[1].secret[:]) {
		t.Error("E-S2 is still there")
	}
	if !bytes.Contains(s.Raw, []byte("correct horse")) || s.AP.SSID != "before" {
		t.Error("and the settings are gone")
	}
}

// TestDroppedCredentialCleared checks that the key of a network with WEP, which
// is not passed on, does not remain in memory.
func TestDroppedCredentialCleared(t *testing.T) {
	v := loadVectors(t)[0]
	c := NewCipher(v.keys())
	settings := wps.M8Settings{Credentials: []wps.Credential{
		{SSID: "old", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKey: []byte("wired"), MAC: wps.MAC{2}},
		{SSID: "new", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"), MAC: wps.MAC{2}},
	}}
	list, err := wps.Append(nil, &settings)
	if err != nil {
		t.Fatal(err)
	}
	var iv [16]byte
	e := Enrollee{run: run{cipher: c}}
	var s wps.M8Settings
	if _, err := e.accept(nil, c.SealSettings(nil, &iv, list), &s); err != nil {
		t.Fatal(err)
	}
	if kept := e.result.Credentials; len(kept) != 1 || kept[0].SSID != "new" || string(kept[0].NetworkKey) != "correct horse" {
		t.Errorf("kept %v", kept)
	}
	if !bytes.Contains(s.Raw, []byte("correct horse")) || bytes.Contains(s.Raw, []byte("wired")) {
		t.Errorf("the key of the network with WEP is still there, or the other one is not: %q", []byte(s.Raw))
	}
}
