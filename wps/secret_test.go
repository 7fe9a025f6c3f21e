package wps_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
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

// secret is sixteen octets that occur in no other value of these tests.
const secret = "Tr0ub4dor&3-zZyX"

// shapes returns the ways in which an octet string may be printed.
func shapes() []string {
	octets := []byte(secret)
	goSyntax := fmt.Sprintf("%#v", octets[:4])
	return []string{
		secret, secret[:6], hex.EncodeToString(octets[:4]), strings.ToUpper(hex.EncodeToString(octets[:4])), fmt.Sprintf("% x", octets[:4]),
		strings.Trim(fmt.Sprint(octets[:4]), "[]"), strings.TrimSuffix(strings.TrimPrefix(goSyntax, "[]byte{"), "}"),
		base64.StdEncoding.EncodeToString(octets)[:8], strings.ReplaceAll(strings.Trim(fmt.Sprint(octets[:4]), "[]"), " ", ","),
	}
}

func wantRedacted(t *testing.T, how, text string) {
	t.Helper()
	for _, s := range shapes() {
		if strings.Contains(text, s) {
			t.Errorf("%s shows %q: %s", how, s, text)
		}
	}
}

// TestRedaction prints each type with a secret in every way.
func TestRedaction(t *testing.T) {
	nonce := wps.SecretNonce([]byte(secret))
	cred := wps.Credential{SSID: "n", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(secret)}
	cred.Raw = credential("n", secret)
	list := join(attr(wps.AttrCredential, string(credential("n", secret))), attr(wps.AttrNewPassword, secret), attr(wps.AttrDevicePasswordID, "\x00\x00"),
		attr(wps.AttrVendorExtension, "\x00\x01\x37"+secret), attr(wps.AttrVendorExtension, "\x00\x37\x2A\x7F\x10"+secret), attr(0x10FA, secret))
	var decoded wps.M8Settings
	if err := wps.Decode(&decoded, list, wps.Strict); err != nil {
		t.Fatal(err)
	}
	walker := wps.NewDecoder(list, wps.Strict)
	walker.Next()
	oob := wps.OOBPassword{ID: 0x1234, Password: wps.Redacted(secret)}
	tests := []any{
		wps.NetworkKey(secret), wps.Redacted(secret), nonce, &nonce,
		cred, &cred, []wps.Credential{cred}, map[string]wps.Credential{"a": cred},
		decoded, &decoded, wps.M8Settings{AP: &cred}, wps.M2Settings{Credentials: []wps.Credential{cred}},
		wps.M4Settings{RSNonce1: nonce}, wps.M5Settings{ESNonce1: nonce}, wps.M6Settings{RSNonce2: nonce},
		wps.M7Settings{ESNonce2: nonce, IdentityProof: wps.Redacted(secret), AP: &cred},
		wps.Attribute{ID: wps.AttrNetworkKey, Value: wps.Redacted(secret)}, wps.VendorExtension{Data: wps.Redacted(secret)}, wps.WFAElement{Data: wps.Redacted(secret)},
		wps.Header{Raw: wps.Redacted(secret)},
		oob, wps.PasswordToken{OOB: oob}, wps.ConfigurationToken{Credentials: []wps.Credential{cred}}, wps.HandoverRequest{OOB: oob}, &wps.HandoverSelect{OOB: oob},
		walker, &walker,
	}
	for _, v := range tests {
		if _, ok := v.(fmt.Formatter); ok && reflect.TypeOf(v).Kind() != reflect.Pointer {
			p := reflect.New(reflect.TypeOf(v))
			p.Elem().Set(reflect.ValueOf(v))
			tests = append(tests, struct{ P any }{p.Interface()}) // see Credential.Format
		}
	}
	for _, v := range tests {
		t.Run(fmt.Sprintf("%T", v), func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%c"} {
				wantRedacted(t, verb, fmt.Sprintf(verb, v))
			}
			var text, asJSON bytes.Buffer
			slog.New(slog.NewTextHandler(&text, withoutTime)).Info("m", "value", v)
			slog.New(slog.NewJSONHandler(&asJSON, withoutTime)).Info("m", "value", v)
			wantRedacted(t, "slog's text", text.String())
			wantRedacted(t, "slog's JSON", asJSON.String())
			b, err := json.Marshal(v)
			if err != nil {
				t.Error(err)
			}
			wantRedacted(t, "JSON", string(b))
		})
	}
}

// TestPlaceholders checks what is printed instead.
func TestPlaceholders(t *testing.T) {
	openNetwork := wps.Credential{SSID: "n", AuthType: wps.AuthOpen, EncrType: wps.EncrNone, MAC: wps.MAC{2, 0, 0, 0, 0, 2}}
	for want, v := range map[string]any{
		"[network key]": wps.NetworkKey(secret), "[no key]": wps.NetworkKey(nil), "[16 octets]": wps.Redacted(secret),
		"Credential{SSID: n, Authentication Type: Open, Encryption Type: None, MAC Address: 02:00:00:00:00:02}": openNetwork,
		"M4 Encrypted Settings{R-SNonce1: [secret nonce]}":                                                      wps.M4Settings{RSNonce1: wps.SecretNonce{1}},
		"Network Key: [16 octets]": wps.Attribute{ID: wps.AttrNetworkKey, Value: wps.Redacted(secret)},
		"000137: [16 octets]":      wps.VendorExtension{Vendor: [3]byte{0, 1, 0x37}, Data: wps.Redacted(secret)},
		"out-of-band 0x1234, public key 0000000000000000000000000000000000000000, password [16 octets]": wps.OOBPassword{ID: 0x1234, Password: wps.Redacted(secret)},
		"[secret nonce]": wps.SecretNonce([]byte(secret)), "[decoder]": wps.NewDecoder(nil, wps.Strict),
	} {
		if got := fmt.Sprint(v); got != want {
			t.Errorf("%T prints as %q, want %q", v, got, want)
		}
	}
}

// TestErrorsAreRedacted has faults next to and inside secrets.
func TestErrorsAreRedacted(t *testing.T) {
	good := credential("n", secret)
	faults := map[string][]byte{
		"key too long":   with(t, good, wps.AttrNetworkKey, strings.Repeat(secret, 5)),
		"key cut":        good[:len(good)-12],
		"terminated key": with(t, good, wps.AttrNetworkKey, secret+"\x00"),
		"two keys":       join(good, attr(wps.AttrNetworkKey, secret)),
		"after the key":  change(t, good, wps.AttrNetworkKey, func(v []byte) []byte { return append(attr(wps.AttrNetworkKey, secret), 'x') }),
		"no SSID":        without(t, good, wps.AttrSSID),
	}
	for name, list := range faults {
		err := wps.Decode(new(wps.Credential), list, wps.Strict)
		var e *wps.Error
		if !errors.As(err, &e) {
			t.Fatalf("%s: %v", name, err)
		}
		wantRedacted(t, name, err.Error())
		wantRedacted(t, name, fmt.Sprintf("%+v %#v", e, e))
	}
	c := wps.Credential{SSID: "n", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(secret + "\x01")}
	wantRedacted(t, "Usable", fmt.Sprint(c.Usable()))
}
