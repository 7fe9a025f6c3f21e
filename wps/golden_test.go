package wps_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gowps/gowps/wps"
)

// exchange is a captured exchange: the messages as sent, and what each side
// logged.
type exchange struct {
	Name     string `json:"name"`
	Messages []struct {
		Op  int    `json:"op"`
		Hex string `json:"hex"`
	} `json:"wsc_messages"`
	Hostapd       map[string]json.RawMessage `json:"hostapd"`
	WPASupplicant map[string]json.RawMessage `json:"wpa_supplicant"`
}

// logged returns what both sides logged under a label.
func (x *exchange) logged(t testing.TB, label string) (all [][]byte) {
	t.Helper()
	for _, side := range []map[string]json.RawMessage{x.Hostapd, x.WPASupplicant} {
		raw, ok := side[label]
		if !ok {
			continue
		}
		var values []string
		if err := json.Unmarshal(raw, &values); err != nil {
			t.Fatalf("%s: %s: %v", x.Name, label, err)
		}
		for _, v := range values {
			all = append(all, unhex(t, v))
		}
	}
	return all
}

// exchanges returns the captured exchanges by their names.
func exchanges(t testing.TB) map[string]exchange {
	t.Helper()
	all, err := readExchanges()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readExchanges = sync.OnceValues(func() (map[string]exchange, error) {
	files, err := filepath.Glob("testdata/wired/*.json")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no captures in testdata: %v", err)
	}
	all := map[string]exchange{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		var x exchange
		if err := json.Unmarshal(b, &x); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		all[x.Name] = x
	}
	return all, nil
})

// capturedList is a list of attributes of a known kind.
type capturedList struct {
	name   string
	kind   wps.Kind
	octets []byte
}

// captured returns every list of attributes in testdata.
func captured(t testing.TB) (all []capturedList) {
	t.Helper()
	for name, x := range exchanges(t) {
		for i, m := range x.Messages {
			b := unhex(t, m.Hex)
			typ, err := wps.PeekMessageType(b)
			if err != nil {
				t.Fatalf("%s: message %d: %v", name, i, err)
			}
			all = append(all, capturedList{fmt.Sprintf("%s/%d-%v", name, i, typ), typ.Kind(), b})
		}
		for i, plain := range x.logged(t, "Decrypted Encrypted Settings") {
			all = append(all, capturedList{fmt.Sprintf("%s/settings-%d", name, i), settingsKind(t, name, plain), settings(t, plain)})
		}
		for i, c := range x.logged(t, "Received Credential attribute") {
			if inner := wps.Find(c, wps.AttrCredential); inner != nil {
				all = append(all, capturedList{fmt.Sprintf("%s/credential-%d", name, i), wps.KindCredential, inner})
			}
		}
	}
	for _, e := range elements(t) {
		list, ok := wps.JoinElements(e.octets)
		if !ok {
			t.Fatalf("%s: no WPS element", e.name)
		}
		all = append(all, capturedList{e.name, e.kind, list})
	}
	return all
}

// settings removes the padding and the Key Wrap Authenticator, the last twelve
// octets before it, from decrypted settings.
func settings(t testing.TB, plain []byte) []byte {
	t.Helper()
	pad := int(plain[len(plain)-1])
	plain = plain[:len(plain)-pad]
	body, kwa := plain[:len(plain)-12], plain[len(plain)-12:]
	if wps.Find(kwa, wps.AttrKeyWrapAuthenticator) == nil {
		t.Fatal("no Key Wrap Authenticator at the end of the settings")
	}
	return body
}

// settingsKind derives the kind of settings from the first attribute, which is
// different for each message with settings.
func settingsKind(t testing.TB, exchange string, plain []byte) wps.Kind {
	t.Helper()
	d := wps.NewDecoder(plain, wps.Tolerant)
	d.Next()
	switch d.ID() {
	case wps.AttrRSNonce1:
		return wps.KindM4Settings
	case wps.AttrESNonce1:
		return wps.KindM5Settings
	case wps.AttrRSNonce2:
		return wps.KindM6Settings
	case wps.AttrESNonce2:
		if wps.Find(plain, wps.AttrSSID) != nil {
			return wps.KindM7APSettings
		}
		return wps.KindM7Settings
	case wps.AttrNetworkIndex:
		return wps.KindM8APSettings
	case wps.AttrCredential:
		if exchange == "t3-nfc-handover" {
			return wps.KindM2Settings
		}
		return wps.KindM8Settings
	}
	t.Fatalf("%s: settings begin with %v", exchange, d.ID())
	return 0
}

var elementKinds = map[string]wps.Kind{
	"beacon":         wps.KindBeacon,
	"probe-request":  wps.KindProbeRequest,
	"probe-response": wps.KindProbeResponse,
	"assoc-request":  wps.KindAssociationRequest,
	"assoc-response": wps.KindAssociationResponse,
}

// elements returns the elements of frames captured on the air.
func elements(t testing.TB) (all []capturedList) {
	t.Helper()
	b, err := os.ReadFile("testdata/elements.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		column := strings.Fields(line)
		kind, ok := elementKinds[column[0]]
		if !ok {
			t.Fatalf("elements.txt: no such kind: %q", column[0])
		}
		all = append(all, capturedList{column[1] + "-" + column[0], kind, unhex(t, column[2])})
	}
	return all
}

// TestCapturesRoundTrip strictly reads every list that hostapd and
// wpa_supplicant sent, and writes it again, octet for octet.
func TestCapturesRoundTrip(t *testing.T) {
	kinds := map[wps.Kind]int{}
	for _, c := range captured(t) {
		kinds[c.kind]++
		l := newList[c.kind]()
		if err := wps.Decode(l, c.octets, wps.Strict); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := wps.Append(nil, l)
		if err != nil || !bytes.Equal(got, c.octets) {
			t.Errorf("%s: %v: wrote\n%x\nwant\n%x\n%v", c.name, l.Kind(), got, c.octets, err)
		}
		h := l.Attributes()
		if !bytes.Equal(h.Raw, c.octets) {
			t.Errorf("%s: Raw is not what was read", c.name)
		}
		legacy := strings.HasPrefix(c.name, "s21-cred-wep") && c.kind == wps.KindM8Settings
		if h.Quirks != 0 && !legacy {
			t.Errorf("%s: quirks %v", c.name, h.Quirks)
		}
		if extra := strings.HasPrefix(c.name, "s24-version57-ext"); len(h.Unknown) > 0 && !extra {
			t.Errorf("%s: unknown attribute %v", c.name, h.Unknown[0].ID)
		}
	}
	for kind := wps.KindBeacon; kind <= wps.KindCredential; kind++ {
		if kinds[kind] == 0 {
			t.Errorf("no %v in the captures", kind)
		}
	}
}

// TestUnknownAttribute checks the attribute that a testing build of hostapd
// appends to its messages.
func TestUnknownAttribute(t *testing.T) {
	x := exchanges(t)["s24-version57-ext"]
	n := 0
	for _, m := range x.Messages {
		msg, err := wps.ParseMessage(unhex(t, m.Hex), wps.Strict)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range msg.Attributes().Unknown {
			n++
			if a.ID != 0x10FA || a.ID.String() != "AttributeID(0x10fa)" {
				t.Errorf("%v: unknown attribute %v", msg.Kind(), a.ID)
			}
		}
	}
	if n == 0 {
		t.Error("no unknown attribute in the messages")
	}
}

// TestReceivedSettings compares the settings that hostapd adopted from M8 of an
// external registrar with those that it decrypted.
func TestReceivedSettings(t *testing.T) {
	for _, name := range []string{"s08-appin-reg-config", "s32-reg-new-open"} {
		x := exchanges(t)[name]
		decrypted, received := x.logged(t, "Decrypted Encrypted Settings"), x.logged(t, "Received Credential attribute")
		if len(received) != 1 {
			t.Fatalf("%s: %d settings received", name, len(received))
		}
		found := false
		for _, d := range decrypted {
			found = found || bytes.HasPrefix(d, received[0])
		}
		if !found {
			t.Errorf("%s: the settings received are none of those decrypted", name)
		}
	}
}
