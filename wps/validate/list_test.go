package validate_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// good has a valid value for each attribute of the layouts whose values are
// restricted.
var good = map[wps.AttributeID][]byte{
	wps.AttrVersion: {0x10}, wps.AttrState: {2}, wps.AttrAPSetupLocked: {1}, wps.AttrSelectedRegistrar: {1},
	wps.AttrDevicePasswordID: {0, 4}, wps.AttrSelectedRegistrarConfigMethods: {0x06, 0x80}, wps.AttrRFBands: {1},
	wps.AttrUUIDE: times("E", 16), wps.AttrUUIDR: times("R", 16), wps.AttrMACAddress: {2, 0, 0, 0, 0, 1},
	wps.AttrResponseType: {3}, wps.AttrRequestType: {1}, wps.AttrConfigMethods: {0x26, 0x88},
	wps.AttrManufacturer: []byte("Example"), wps.AttrModelName: []byte("P-1"), wps.AttrModelNumber: []byte("1"),
	wps.AttrSerialNumber: []byte(" "), wps.AttrDeviceName: []byte("Drucker Büro"),
	wps.AttrEnrolleeNonce: times("e", 16), wps.AttrRegistrarNonce: times("r", 16), wps.AttrPublicKey: square(),
	wps.AttrAuthTypeFlags: {0, 0x22}, wps.AttrEncrTypeFlags: {0, 0x0C}, wps.AttrConnTypeFlags: {1}, wps.AttrOSVersion: {0x80, 0, 0, 0},
	wps.AttrEHash1: times("1", 32), wps.AttrRHash1: times("2", 32), wps.AttrEncryptedSettings: times("x", 64),
	wps.AttrESNonce1: times("1", 16), wps.AttrESNonce2: times("2", 16), wps.AttrRSNonce1: times("3", 16), wps.AttrRSNonce2: times("4", 16),
	wps.AttrSSID: []byte("home"), wps.AttrAuthType: {0, 0x20}, wps.AttrEncrType: {0, 8}, wps.AttrNetworkIndex: {1}, wps.AttrNetworkKey: []byte("correct horse"),
	wps.AttrNewPassword: []byte("12345670"), wps.AttrOOBDevicePassword: times("p", 40), wps.AttrVendorExtension: []byte("\x00\x37\x2A\x00\x01\x20"),
}

// square returns a valid public key: 9 is a power of the generator, since it is
// a square, and not a power of two.
func square() []byte { return append(make([]byte, 191), 9) }

// leftOut are attributes that conforming lists omit, because they exclude
// others.
var leftOut = map[wps.AttributeID]bool{wps.AttrNetworkKeyIndex: true}

// conforming returns a list with every attribute of its layout.
func conforming(kind wps.Kind) sample {
	s := sample{name: "conforming", kind: kind}
	for _, row := range kind.Layout() {
		id := row.Attribute
		v := good[id]
		switch info, _ := id.Info(); {
		case leftOut[id] || id == wps.AttrUUIDR && kind == wps.KindProbeRequest:
			continue
		case id == wps.AttrMessageType:
			t, _ := kind.MessageType()
			v = []byte{byte(t)}
		case id == wps.AttrCredential:
			v = join(conforming(wps.KindCredential).attrs...)
		case id == wps.AttrConfigMethods && kind == wps.KindProbeResponse:
			v = []byte{0x20, 0x08}
		case id == wps.AttrRFBands && kind == wps.KindBeacon:
			v = []byte{3}
		case id == wps.AttrVendorExtension && slices.Contains([]wps.Kind{wps.KindBeacon, wps.KindProbeResponse, wps.KindSetSelectedRegistrar}, kind):
			v = append(slices.Clone(good[id]), "\x01\x06\xFF\xFF\xFF\xFF\xFF\xFF"...)
		case v == nil && (info.Encoding == wps.ASCII || info.Encoding == wps.UTF8):
			v = []byte("text")
		case v == nil:
			v = make([]byte, info.Min)
		}
		s.attrs = append(s.attrs, tlv{id, v})
	}
	return s
}

// with returns the list with another value of an attribute, which is added at
// the end if it was missing; nil removes it.
func (s sample) with(id wps.AttributeID, v []byte) sample {
	s.attrs = slices.Clone(s.attrs)
	i := slices.IndexFunc(s.attrs, func(a tlv) bool { return a.id == id })
	switch {
	case v == nil:
		s.attrs = slices.DeleteFunc(s.attrs, func(a tlv) bool { return a.id == id })
	case i < 0:
		s.attrs = append(s.attrs, tlv{id, v})
	default:
		s.attrs[i].value = v
	}
	return s
}

// wfa returns the list with other sub-elements in its WFA extension.
func (s sample) wfa(elements string) sample {
	return s.with(wps.AttrVendorExtension, append(wps.VendorWFA[:], elements...))
}

func (s sample) bytes() []byte {
	if s.raw != nil {
		return s.raw
	}
	return join(s.attrs...)
}

func (s sample) judge(mode wps.Mode) validate.Findings { return validate.List(s.kind, s.bytes(), mode) }

// TestConforming checks that there are no findings in a list of each kind with
// all its attributes.
func TestConforming(t *testing.T) {
	for kind := wps.KindBeacon; kind <= wps.KindHandoverSelect; kind++ {
		for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
			if findings := conforming(kind).judge(mode); findings != nil {
				t.Errorf("%v: %v", kind, findings)
			}
		}
	}
}

// only fails the test unless the rules found, sorted, are those given.
func only(t *testing.T, what string, findings validate.Findings, rules ...string) {
	t.Helper()
	var got []string
	for _, f := range findings {
		got = append(got, f.Rule)
	}
	slices.Sort(got)
	slices.Sort(rules)
	if got = slices.Compact(got); !slices.Equal(got, rules) {
		t.Errorf("%s: broken rules %v, want %v", what, got, rules)
	}
	for _, rule := range got {
		broken[rule] = true
	}
}

// broken records every rule that was broken.
var broken = map[string]bool{}

// TestEveryRule breaks every rule of the table.
func TestEveryRule(t *testing.T) {
	clear(broken)
	breakPresenceRules(t)
	breakLengthRules(t)
	breakValueRules(t)
	breakListRules(t)
	breakQuirkRules(t)
	breakNetworkRules(t)
	breakExchangeRules(t)
	breakRandomnessRules(t)
	for _, rule := range allRules() {
		if !broken[rule.ID] {
			t.Errorf("%s is never broken", rule.ID)
		}
	}
}

// breakPresenceRules removes each required attribute from each list.
func breakPresenceRules(t *testing.T) {
	for _, rule := range allRules() {
		if rule.Area != validate.AreaPresence || rule.ID == "OPEN-NETWORK-KEY-MISSING" {
			continue
		}
		s, found := conforming(rule.Kinds[0]), false
		for i, a := range s.attrs {
			findings := validate.List(s.kind, join(without(s.attrs, i)...), wps.Strict)
			j := slices.IndexFunc(findings, func(f validate.Finding) bool { return f.Rule == rule.ID })
			if j < 0 {
				continue
			}
			found = true
			if f := findings[j]; f.Attribute != a.id || f.Offset != len(s.bytes())-len(join(a)) || f.Severity != rule.Strict || f.Kind != s.kind {
				t.Errorf("%v without %v: %+v", s.kind, a.id, f)
			}
		}
		if broken[rule.ID] = found; !found {
			t.Errorf("%s is broken by no attribute that is missing", rule.ID)
		}
	}
}

// breakLengthRules has attributes that are too long or too short, each alone in
// a list of unknown kind.
func breakLengthRules(t *testing.T) {
	for info := range wps.Attributes() {
		for _, n := range []int{info.Min - 1, info.Max + 1} {
			if n < 0 || n > 0xFFFF {
				continue
			}
			findings := validate.List(0, join(tlv{info.ID, times("0", n)}), wps.Tolerant)
			i := slices.IndexFunc(findings, func(f validate.Finding) bool { return strings.HasSuffix(f.Rule, "-LENGTH") })
			if i < 0 || findings[i].Attribute != info.ID || findings[i].Offset != 0 {
				t.Errorf("%v of %d octets: %v", info.ID, n, findings)
				continue
			}
			broken[findings[i].Rule] = true
		}
	}
}

// breakValueRules has attributes with invalid values: those found by others,
// and for the rest the first of some simple values that package wps refuses.
func breakValueRules(t *testing.T) {
	values := maps.Clone(outOfRange)
	for info := range wps.Attributes() {
		if _, ok := values[info.ID]; !ok && info.Values != nil {
			values[info.ID] = []bad{in(refused(info))}
		}
	}
	for id, list := range values {
		for _, v := range list {
			for _, f := range validate.List(0, join(tlv{wps.AttrVendorExtension, good[wps.AttrVendorExtension]}, tlv{id, v.value}), wps.Tolerant) {
				if strings.HasSuffix(f.Rule, "-VALUE") && f.Attribute == id {
					broken[f.Rule] = true
				}
			}
		}
	}
}

// refused returns a value of an allowed length that package wps refuses, or nil
// if it finds none.
func refused(info wps.AttributeInfo) []byte {
	for _, n := range []int{info.Min, min(info.Min+1, info.Max), min(info.Min+8, info.Max)} {
		for _, c := range []byte{0, 1, 2, 3, 9, 0x80, 0xFF} {
			for _, v := range [][]byte{bytes.Repeat([]byte{c}, n), append(make([]byte, max(n-1, 0)), c)} {
				if len(v) <= info.Max && (wps.Attribute{ID: info.ID, Value: v}).Valid() != nil {
					return v
				}
			}
		}
	}
	return nil
}

// breakListRules breaks the rules about single lists that are not derived from
// tables, one by one.
func breakListRules(t *testing.T) {
	list := conforming
	cred := list(wps.KindCredential)
	beacon, response, request := list(wps.KindBeacon), list(wps.KindProbeResponse), list(wps.KindProbeRequest)
	m1, m2 := list(wps.KindM1), list(wps.KindM2)
	done := list(wps.KindDone)
	keyAt := slices.IndexFunc(cred.attrs, func(a tlv) bool { return a.id == wps.AttrNetworkKey }) + 1
	stray := slices.Concat(join(cred.attrs[:keyAt]...), []byte{0x55}, join(cred.attrs[keyAt:]...))
	for _, test := range []struct {
		s     sample
		rules []string
	}{
		{sample{kind: wps.KindDone, raw: done.bytes()[:49]}, []string{"LIST-TRUNCATED", "DONE-REGISTRAR-NONCE-MISSING"}},
		{sample{kind: wps.KindDone, raw: append(done.bytes(), 0, 0, 0)}, []string{"ZERO-PADDING"}},
		{sample{kind: wps.KindCredential, raw: stray}, []string{"EXTRA-OCTET"}},
		{sample{kind: wps.KindM3, attrs: append([]tlv{{wps.AttrMessageType, []byte{7}}}, list(wps.KindM3).attrs...)}, []string{"SECURITY-ATTRIBUTE-REPEATED", "ATTRIBUTE-ORDER"}},
		{sample{kind: wps.KindBeacon, attrs: append(slices.Clone(beacon.attrs), beacon.attrs[0])}, []string{"ATTRIBUTE-REPEATED"}},
		{sample{kind: wps.KindDone, attrs: []tlv{done.attrs[1], done.attrs[0], done.attrs[2], done.attrs[3]}}, []string{"ATTRIBUTE-ORDER"}},
		{beacon.with(wps.AttrSerialNumber, []byte("1")), []string{"ATTRIBUTE-OUT-OF-PLACE"}},
		{beacon.with(wps.AttrNetworkKey, []byte("correct horse")), []string{"SECRET-IN-CLEAR"}},
		{list(wps.KindM5).with(wps.AttrESNonce1, times("s", 16)), []string{"SECRET-IN-CLEAR", "AUTHENTICATOR-LAST"}},
		{m1.with(wps.AttrSerialNumber, []byte{}), []string{"TEXT-EMPTY"}},
		{m1.with(wps.AttrDeviceName, []byte("\xFF")), []string{"TEXT-CHARACTERS"}},
		{m1.with(wps.AttrUUIDE, make([]byte, 16)), []string{"UUID-ZERO"}},
		{m1.with(wps.AttrMACAddress, make([]byte, 6)), []string{"MAC-ADDRESS-ZERO"}},
		{m1.with(wps.AttrVersion, []byte{0x30}), []string{"VERSION-MAJOR", "VERSION-VALUE"}},
		{m1.with(wps.AttrDevicePasswordID, []byte{0, 8}), []string{"DEVICE-PASSWORD-ID-P2PS"}},
		{m1.with(wps.AttrVendorExtension, nil), []string{"CONFIG-METHODS-VERSION"}},

		{m1.wfa("\x00\x01\x20\x03"), []string{"WFA-TRUNCATED"}},
		{m1.wfa("\x00\x01\x20\x03\x02\x01\x00"), []string{"WFA-LENGTH"}},
		{m1.wfa("\x00\x01\x20\x03\x01\x07"), []string{"WFA-VALUE"}},
		{m1.wfa("\x00\x01\x1F"), []string{"WFA-VALUE"}},
		{m1.wfa("\x00\x01\x20\x05\x02\x00\x08"), []string{"WFA-VALUE"}},
		{m1.wfa("\x03\x01\x01\x00\x01\x20"), []string{"WFA-VERSION2-FIRST"}},
		{done.wfa("\x03\x01\x01"), []string{"WFA-VERSION2-FIRST"}},
		{m1.wfa("\x00\x01\x20\x00\x01\x20"), []string{"WFA-REPEATED", "WFA-VERSION2-FIRST"}},
		{beacon.wfa("\x00\x01\x20\x01\x05abcde"), []string{"AUTHORIZED-MACS-LENGTH"}},
		{beacon.wfa("\x00\x01\x20\x01\x24" + strings.Repeat("\x02", 36)), []string{"AUTHORIZED-MACS-LENGTH"}},
		{beacon.wfa("\x00\x01\x20\x01\x06\x01\x00\x5E\x00\x00\x01"), []string{"AUTHORIZED-MACS-ADDRESS"}},
		{sample{kind: wps.KindDone, attrs: append(done.attrs, slices.Repeat([]tlv{{wps.AttrVendorExtension, []byte("\x00\x01\x37x")}}, 11)...)}, []string{"VENDOR-EXTENSIONS-MANY"}},

		{sample{attrs: done.with(wps.AttrMessageType, nil).attrs}, []string{"MESSAGE-TYPE-MISSING"}},
		{sample{attrs: done.with(wps.AttrMessageType, []byte{1}).attrs}, []string{"MESSAGE-TYPE-UNKNOWN"}},
		{done.with(wps.AttrMessageType, []byte{13}), []string{"MESSAGE-TYPE-MISMATCH"}},
		{done.with(0x10FA, make([]byte, 50000)), []string{"MESSAGE-SIZE"}},
		{m1.with(wps.AttrEnrolleeNonce, make([]byte, 16)), []string{"NONCE-ZERO"}},
		{m2.with(wps.AttrRegistrarNonce, make([]byte, 16)), []string{"NONCE-ZERO"}},
		{list(wps.KindM2D).with(wps.AttrRegistrarNonce, make([]byte, 16)), nil},
		{m2.with(wps.AttrPublicKey, minus(1)), []string{"PUBLIC-KEY-RANGE"}},
		{m2.with(wps.AttrPublicKey, minus(2)), []string{"PUBLIC-KEY-SUBGROUP"}},
		{m2.with(wps.AttrPublicKey, power(1)), []string{"PUBLIC-KEY-PLAIN"}},
		{m1.with(wps.AttrPublicKey, realtekKey()), []string{"PUBLIC-KEY-PUBLISHED"}},
		{m1.with(wps.AttrOSVersion, make([]byte, 4)), []string{"OS-VERSION-BIT"}},
		{m1.with(wps.AttrRFBands, []byte{3}), []string{"RF-BANDS-ONE"}},
		{m1.with(wps.AttrConfigMethods, []byte{0x20, 0x08}), []string{"PUSH-BUTTON-METHOD"}},
		{m1.with(wps.AttrConfigError, []byte{0, 16}), []string{"M1-CONFIG-ERROR"}},
		{m2.with(wps.AttrConfigError, []byte{0, 16}), []string{"M2-CONFIG-ERROR"}},
		{list(wps.KindM2D).with(wps.AttrConfigError, []byte{0, 18}), []string{"M2D-CONFIG-ERROR"}},
		{list(wps.KindM2D).with(wps.AttrConfigError, []byte{0, 12}), nil},
		{list(wps.KindM3).with(wps.AttrEHash2, good[wps.AttrEHash1]), []string{"HASHES-EQUAL"}},
		{list(wps.KindM4).with(wps.AttrRHash2, good[wps.AttrRHash1]), []string{"HASHES-EQUAL"}},
		{list(wps.KindM3).with(0x10FA, []byte{1}), []string{"AUTHENTICATOR-LAST"}},

		{list(wps.KindM5Settings).with(wps.AttrESNonce1, make([]byte, 16)), []string{"S-NONCE-ZERO"}},
		{list(wps.KindM5Settings).with(wps.AttrKeyWrapAuthenticator, make([]byte, 8)), nil},
		{list(wps.KindM5Settings).with(wps.AttrKeyWrapAuthenticator, make([]byte, 8)).with(0x10FA, []byte{1}), []string{"KEY-WRAP-LAST"}},
		{cred.with(wps.AttrAuthType, []byte{0, 0}), []string{"CREDENTIAL-NO-TYPE", "AUTH-TYPE-VALUE"}},
		{cred.with(wps.AttrEncrType, []byte{0, 1}), []string{"CREDENTIAL-TYPES"}},
		{cred.with(wps.AttrAuthType, []byte{0, 1}), []string{"CREDENTIAL-TYPES"}},
		{cred.with(wps.AttrEncrType, []byte{0, 2}).with(wps.AttrAuthType, []byte{0, 1}), []string{"CREDENTIAL-WEP"}},
		{cred.with(wps.AttrEncrType, []byte{0, 2}).with(wps.AttrAuthType, []byte{0, 1}).with(wps.AttrNetworkKey, []byte("four")), []string{"CREDENTIAL-WEP", "NETWORK-KEY-SHAPE"}},
		{cred.with(wps.AttrEncrType, []byte{0, 8}).with(wps.AttrAuthType, []byte{0, 4}), []string{"CREDENTIAL-WEP"}},
		{cred.with(wps.AttrEncrType, []byte{0, 4}), []string{"CREDENTIAL-TKIP"}},
		{cred.with(wps.AttrAuthType, []byte{0, 2}), []string{"CREDENTIAL-WPA"}},
		{cred.with(wps.AttrAuthType, []byte{0, 0x10}), []string{"CREDENTIAL-ENTERPRISE"}},
		{cred.with(wps.AttrAuthType, []byte{0, 0x22}).with(wps.AttrEncrType, []byte{0, 0x0C}), []string{"CREDENTIAL-MIXED"}},
		{cred.with(wps.AttrNetworkKey, []byte("1234567")), []string{"NETWORK-KEY-SHAPE"}},
		{cred.with(wps.AttrNetworkKey, times("A", 64)), nil},
		{cred.with(wps.AttrNetworkKey, times("x", 64)), []string{"NETWORK-KEY-SHAPE"}},
		{cred.with(wps.AttrNetworkKey, []byte("correct horse\x00")), []string{"NETWORK-KEY-TERMINATED"}},
		{cred.with(wps.AttrNetworkKey, []byte("Geheimnis für alle")), []string{"NETWORK-KEY-CHARACTERS"}},
		{cred.with(wps.AttrEncrType, []byte{0, 1}).with(wps.AttrAuthType, []byte{0, 1}), []string{"NETWORK-KEY-OPEN"}},
		{cred.with(wps.AttrEncrType, []byte{0, 1}).with(wps.AttrAuthType, []byte{0, 1}).with(wps.AttrNetworkKey, nil), []string{"OPEN-NETWORK-KEY-MISSING"}},
		{cred.with(wps.AttrEncrType, []byte{0, 1}).with(wps.AttrAuthType, []byte{0, 1}).with(wps.AttrNetworkKey, []byte{}), nil},
		{sample{kind: wps.KindCredential, attrs: slices.Insert(slices.Clone(cred.attrs), 4, tlv{wps.AttrNetworkKeyIndex, []byte{1}})}, []string{"NETWORK-KEY-INDEX"}},
		{cred.with(wps.AttrNetworkIndex, []byte{2}), []string{"NETWORK-INDEX"}},
		{cred.with(wps.AttrSSID, []byte("home\x00\x00")), []string{"SSID-VALUE"}},
		{list(wps.KindM8Settings).with(wps.AttrCredential, cred.with(wps.AttrMACAddress, nil).bytes()), []string{"CREDENTIAL-MAC-ADDRESS-MISSING"}},
		{sample{kind: wps.KindM8Settings, attrs: slices.Repeat([]tlv{{wps.AttrCredential, cred.bytes()}}, 2)}, []string{"CREDENTIAL-REPEATED"}},
		{sample{kind: wps.KindM8Settings, attrs: slices.Repeat([]tlv{{wps.AttrCredential, cred.bytes()}}, 11)}, []string{"CREDENTIAL-REPEATED", "CREDENTIALS-MANY"}},

		{beacon.with(wps.AttrSelectedRegistrar, []byte{0}).with(wps.AttrDevicePasswordID, nil).with(wps.AttrSelectedRegistrarConfigMethods, nil).wfa("\x00\x01\x20"), []string{"SELECTED-REGISTRAR-FALSE"}},
		{beacon.with(wps.AttrSelectedRegistrar, []byte{0}).wfa("\x00\x01\x20"), nil},
		{beacon.with(wps.AttrSelectedRegistrar, nil).wfa("\x00\x01\x20"), []string{"SELECTED-REGISTRAR-LACKING"}},
		{beacon.with(wps.AttrSelectedRegistrarConfigMethods, []byte{0x20, 0x08}), []string{"SELECTED-REGISTRAR-METHOD"}},
		{beacon.with(wps.AttrDevicePasswordID, []byte{0, 0}), []string{"SELECTED-REGISTRAR-METHOD"}},
		{beacon.wfa("\x00\x01\x20"), []string{"AUTHORIZED-MACS-MISSING"}},
		{beacon.with(wps.AttrVendorExtension, nil), []string{"CONFIG-METHODS-VERSION"}},
		{response.with(wps.AttrSelectedRegistrar, []byte{0}), []string{"AUTHORIZED-MACS-UNSELECTED"}},
		{response.with(wps.AttrAPSetupLocked, []byte{0}), []string{"AP-SETUP-LOCKED-FALSE"}},
		{response.with(wps.AttrConfigMethods, []byte{0x26, 0x88}), []string{"AP-CONFIG-METHODS-BUTTON"}},
		{response.with(wps.AttrResponseType, []byte{1}), []string{"RESPONSE-TYPE-AP"}},
		{list(wps.KindAssociationRequest).with(wps.AttrRequestType, []byte{0}), []string{"REQUEST-TYPE-ASSOC"}},
		{request.with(wps.AttrRequestType, []byte{2}).wfa("\x00\x01\x20\x03\x01\x01"), []string{"REQUEST-TO-ENROLL"}},
		{sample{kind: wps.KindProbeRequest, attrs: append(request.attrs, slices.Repeat([]tlv{{wps.AttrRequestedDeviceType, make([]byte, 8)}}, 9)...)}, nil},
		{sample{kind: wps.KindProbeRequest, attrs: append(request.attrs, slices.Repeat([]tlv{{wps.AttrRequestedDeviceType, make([]byte, 8)}}, 10)...)}, []string{"REQUESTED-DEVICE-TYPES-MANY"}},
		{request.with(wps.AttrUUIDE, nil).with(wps.AttrUUIDR, good[wps.AttrUUIDR]), []string{"ATTRIBUTE-ORDER"}},
		{list(wps.KindSetSelectedRegistrar).wfa("\x00\x01\x20"), []string{"AUTHORIZED-MACS-MISSING"}},
		{sample{kind: 99}, []string{"MESSAGE-TYPE-MISSING"}},
	} {
		only(t, test.s.kind.String()+" "+strings.Join(test.rules, ","), test.s.judge(wps.Tolerant), test.rules...)
	}
}

// breakQuirkRules uses the examples of the quirks that have their own rule.
func breakQuirkRules(t *testing.T) {
	for quirk := range wps.QuirkTable() {
		if quirk.Rule == "" {
			continue
		}
		for _, example := range quirk.Examples {
			findings, rule := validate.List(example.Kind, example.In(conforming(example.Kind).bytes()), wps.Tolerant), strings.ToUpper(quirk.Name)
			if !findings.Has(rule) {
				t.Errorf("%s in %v: %v", quirk.Name, example.Kind, findings)
			}
			broken[rule] = true
		}
	}
}

// breakNetworkRules offers WPS on networks where it is not allowed.
func breakNetworkRules(t *testing.T) {
	beacon := conforming(wps.KindBeacon).bytes()
	for rule, network := range map[string]dot11.Traits{
		"NETWORK-OPEN": {Open: true}, "NETWORK-WEP": {WEP: true}, "NETWORK-TKIP-ONLY": {TKIPOnly: true}, "NETWORK-SAE-ONLY": {SAEOnly: true},
		"NETWORK-PMF-REQUIRED": {PMFRequired: true}, "NETWORK-ENTERPRISE": {Enterprise: true}, "NETWORK-HIDDEN": {Hidden: true},
		"NETWORK-6-GHZ": {SixGHz: true}, "NETWORK-BAND": {Band: wps.Band60GHz},
	} {
		only(t, rule, validate.Element(wps.KindBeacon, beacon, network, wps.Tolerant), rule)
	}
	only(t, "a network that fits", validate.Element(wps.KindBeacon, beacon, dot11.Traits{Band: wps.Band5GHz}, wps.Strict))
	only(t, "a request", validate.Element(wps.KindProbeRequest, conforming(wps.KindProbeRequest).bytes(), dot11.Traits{WEP: true}, wps.Strict))
}
