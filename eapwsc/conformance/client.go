package conformance

import (
	"fmt"

	"github.com/gowps/gowps/wps"
)

// stationCases are the cases of a station that registers at the suite's access
// point.
func stationCases() []*Case {
	const role = Station
	give := func(name string, c wps.Credential) row {
		return one(name, attempt{station: 1, settings: &c, what: "is given " + name})
	}
	wpa2 := func(ssid, key string) wps.Credential {
		return wps.Credential{SSID: wps.SSID(ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(key)}
	}
	var fragmented []row
	for _, n := range fragmentSizes {
		fragmented = append(fragmented, one(fmt.Sprintf("%d octets", n), attempt{station: 1, fault: transportFault{fragment: n}, what: fmt.Sprintf("packets of %d octets", n)}))
	}
	return []*Case{
		scenario("STA-ENR-PIN-01", role, Must, NeedOwnPIN, "the station registers by its PIN", "the whole exchange works", originPIN, attempt{station: 1}),
		scenario("STA-ENR-PIN-02", role, Must, NeedOwnPIN, "an access point of version 1.0", "registrars without the WFA extension are understood", originPIN,
			attempt{station: 1, version10: true}),
		scenario("STA-ENR-PIN-03", role, Must, NeedOwnPIN, "the registrar has a wrong first half", "the station proves nothing to a registrar without its PIN", originPIN,
			attempt{station: 1, wrong: wrongFirst, want: wantRefused, stopsAt: wps.MessageM3, code: wrongPIN}),
		scenario("STA-ENR-PIN-04", role, Must, NeedOwnPIN, "the registrar has a wrong second half", "the second half of the PIN stays secret", originPIN,
			attempt{station: 1, wrong: wrongSecond, want: wantRefused, stopsAt: wps.MessageM5, code: wrongPIN}),
		scenario("STA-ENR-PBC-01", role, Must, NeedButton, "the station registers by button", "push-button mode works", originPBC, attempt{station: 1, method: byButton}),
		inputs("STA-ENR-FRAG-01", role, Must, NeedOwnPIN|NeedEAP, "messages in fragments", "fragments are joined", originEAP, fragmented...),
		inputs("STA-ENR-NET-01", role, Must, NeedOwnPIN, "credentials of every kind", "names and keys are accepted as they are", "WSC 2.0 §12",
			give("a passphrase of 8", wpa2("conformance", "12345678")),
			give("a passphrase of 63", wpa2("conformance", "123456789012345678901234567890123456789012345678901234567890123")),
			give("a key of 64 digits", wpa2("conformance", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
			give("a name of 32 octets", wpa2("0123456789abcdef0123456789abcdef", "correct horse battery")),
			give("a name in UTF-8", wpa2("Café – 咖啡", "correct horse battery")),
			give("a name with a NUL inside", wpa2("a\x00b", "correct horse battery")),
			give("an open network", wps.Credential{SSID: "conformance", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}),
			one("three credentials", attempt{station: 1, settings: &ownNetwork, more: []wps.Credential{wpa2("second", "another passphrase"), wpa2("Café", "12345678")}, what: "is given three credentials"}),
			one("unknown attributes in a credential", attempt{station: 1, what: "is given unknown attributes in a credential",
				deviation: deviation{at: wps.MessageM8, settings: within(wps.AttrCredential, add(unknownAttributes...))}}),
			give("WPA/WPA2 and TKIP/AES", wps.Credential{SSID: "conformance", AuthType: wps.AuthMixed, EncrType: wps.EncrMixed, NetworkKey: []byte("correct horse battery")})),
		inputs("STA-ENR-NET-02", role, Robustness, NeedOwnPIN, "unusable credentials", "they do no harm", "WSC 2.0 §12",
			one("no credential", attempt{station: 1, want: wantSurvive, what: "M8 without a credential", deviation: deviation{at: wps.MessageM8, settings: remove(wps.AttrCredential)}}),
			one("an empty one", attempt{station: 1, want: wantSurvive, what: "an empty credential", deviation: deviation{at: wps.MessageM8, settings: set(wps.AttrCredential, nil)}}),
			one("a name of 33 octets", attempt{station: 1, want: wantSurvive, what: "a name of 33 octets", deviation: deviation{at: wps.MessageM8, settings: within(wps.AttrCredential, set(wps.AttrSSID, []byte("0123456789abcdef0123456789abcdef0")))}}),
			one("a key of 65 octets", attempt{station: 1, want: wantSurvive, what: "a key of 65 octets", deviation: deviation{at: wps.MessageM8, settings: within(wps.AttrCredential, lengthen(wps.AttrNetworkKey))}}),
			one("no Authentication Type", attempt{station: 1, want: wantSurvive, what: "no Authentication Type", deviation: deviation{at: wps.MessageM8, settings: within(wps.AttrCredential, remove(wps.AttrAuthType))}})),
		inputs("STA-ENR-KEY-01", role, Must, NeedOwnPIN, "public keys with a secret that anyone can compute", "such keys are refused", originKeys,
			weakKeysOf(wps.MessageM2, attempt{station: 1})...),
		scenario("STA-ENR-KEY-02", role, Must, NeedOwnPIN, "fresh keys and nonces in each run", "the station's public key, nonces and hashes differ from run to run", originPIN,
			freshness{n: 4}),
		scenario("STA-ENR-PIN-05", role, Must, NeedOwnPIN, "an access point of a later version", "version 5.7 is understood as 2.0 is", "WSC 2.0 §7.9 [via hostap's test of version 5.7]", later(attempt{station: 1}, wps.MessageM2)),
		inputs("STA-ENR-TEXT-01", role, Must, NeedOwnPIN, "texts of the maximum length, and empty ones", "texts may have any length up to the maximum", "WSC 2.0 §12", longest(wps.MessageM2, attempt{station: 1})...),
		scenario("STA-ENR-KEY-03", role, Must, NeedOwnPIN, "fresh initialization vectors", "nothing is encrypted twice in the same way", originIV, vectors{4, attempt{station: 1}}),
		scenario("STA-ENR-PBC-02", role, Must, NeedButton, "session overlap at the access point", "the station ends when the access point reports an overlap", originPBC,
			attempt{station: 1, method: byButton, want: wantRefused, what: "M2D with error 12", fault: transportFault{at: wps.MessageM2, instead: wps.MessageM2D}, deviation: deviation{at: wps.MessageM2D, list: set(wps.AttrConfigError, []byte{0, 12})}}),
		scenario("STA-ENR-PBC-03", role, Must, NeedButton, "the registrar has another password than that of the push button", "the password of push-button mode is 00000000", originPBC,
			attempt{station: 1, method: byButton, wrong: wrongFirst, want: wantRefused, stopsAt: wps.MessageM3, code: wrongPIN}),
		scenario("STA-ENR-ADV-01", role, Must, NeedRequests, "elements of probe and association requests", "a strict reader accepts them, and they are consistent", originAdv,
			requests{"they are complete", requestsAreWhole}),
		scenario("STA-ENR-ADV-02", role, Must, NeedRequests|NeedButton, "the probe request after a press", "the press is announced", originPBC,
			operate{control: EnrollButton}, requests{"push-button mode", func(p *wps.ProbeRequest, _ *wps.AssociationRequest) string {
				if p.DevicePasswordID != wps.PasswordPushButton {
					return fmt.Sprintf("the Device Password ID is %v after a press", p.DevicePasswordID)
				}
				return ""
			}}),
		scenario("STA-ENR-LOAD-02", role, Robustness, NeedOwnPIN|NeedTime, "a thousand registrations in a row", "no resource is used up slowly", originHostap, repeat{n: 1000}),
		scenario("STA-ENR-M2D-01", role, Must, NeedOwnPIN, "M2D in place of M2", "a station that is not expected ends, or waits, in time", originHostap,
			attempt{station: 1, want: wantRefused, fault: transportFault{at: wps.MessageM2, instead: wps.MessageM2D}, what: "M2D"}),
		scenario("STA-ENR-LOAD-01", role, Robustness, NeedOwnPIN, "fifty registrations in a row", "no resource is used up", originHostap, repeat{n: 50}),
		scenario("STA-ENR-FUZZ-01", role, Robustness, NeedOwnPIN, "messages changed at random", "no input crashes the device", originFaces,
			mutations{100, []wps.MessageType{wps.MessageM2, wps.MessageM4, wps.MessageM6, wps.MessageM8}, attempt{station: 1}}),
	}
}

func requestsAreWhole(p *wps.ProbeRequest, a *wps.AssociationRequest) string {
	switch {
	case p.UUIDE == wps.UUID{}:
		return "the UUID-E is zero"
	case p.RequestType == wps.RequestRegistrar || a.RequestType == wps.RequestRegistrar:
		return "the station says that it is a registrar"
	case p.WFA.Version2 != a.WFA.Version2:
		return "probe request and association request are of different versions"
	}
	return ""
}

// within changes an attribute that is a list itself.
func within(id wps.AttributeID, e edit) edit {
	return change(id, func(v []byte) []byte { return e(parseList(v)).octets() })
}

// registrarCases are the cases of an external registrar that reads or writes
// the settings of the suite's access point.
func registrarCases() []*Case {
	const role = Registrar
	wpa2 := func(ssid, key string) wps.Credential {
		return wps.Credential{SSID: wps.SSID(ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(key)}
	}
	has := func(name string, c wps.Credential) row {
		return one(name, attempt{station: 1, settings: &c, what: "the access point has " + name})
	}
	return []*Case{
		scenario("ER-PIN-01", role, Must, NeedEnterPIN, "the registrar reads an access point's settings", "the whole exchange works", originPIN, attempt{station: 1}),
		scenario("ER-PIN-02", role, Must, NeedEnterPIN, "the registrar writes an access point's settings", "M8 has usable settings", originPIN,
			attempt{station: 1, write: true, check: func(o *outcome) string {
				if len(o.side.credentials) == 0 {
					return "no settings came"
				}
				if err := o.side.credentials[0].Usable(); err != nil {
					return err.Error()
				}
				return ""
			}}),
		scenario("ER-PIN-03", role, Must, NeedEnterPIN, "an access point of version 1.0", "access points without the WFA extension are understood", originPIN,
			attempt{station: 1, version10: true}),
		scenario("ER-PIN-04", role, Must, NeedEnterPIN, "an access point with another first half", "the registrar gives nothing to an access point without the PIN", originPIN,
			attempt{station: 1, wrong: wrongFirst, want: wantRefused, stopsAt: wps.MessageM4, code: wrongPIN}),
		scenario("ER-PIN-05", role, Must, NeedEnterPIN, "an access point with another second half", "new settings stay until both halves are proved", originPIN,
			attempt{station: 1, write: true, wrong: wrongSecond, want: wantNotServed, stopsAt: wps.MessageM6, code: wrongPIN}),
		inputs("ER-FRAG-01", role, Must, NeedEnterPIN|NeedEAP, "messages in fragments", "fragments are joined", originEAP, fragmentsOf(attempt{station: 1})...),
		inputs("ER-KEY-01", role, Must, NeedEnterPIN, "public keys with a secret that anyone can compute", "such keys are refused", originKeys,
			weakKeysOf(wps.MessageM1, attempt{station: 1})...),
		scenario("ER-KEY-02", role, Must, NeedEnterPIN, "fresh keys and nonces in each run", "the registrar's public key, nonces and hashes differ from run to run", originPIN,
			freshness{n: 4}),
		inputs("ER-PIN-06", role, Must, NeedEnterPIN, "PINs of other forms", "every PIN of four or eight digits works", originPIN,
			one("4 digits", attempt{station: 1, method: byShort}), one("leading zeros", attempt{station: 1, method: byZeros})),
		scenario("ER-PIN-07", role, Must, NeedEnterPIN, "an access point of a later version", "version 5.7 is understood as 2.0 is", "WSC 2.0 §7.9 [via hostap's test of version 5.7]", later(attempt{station: 1}, wps.MessageM1)),
		inputs("ER-NET-01", role, Must, NeedEnterPIN, "settings of every kind are read", "names and keys are accepted as they are", "WSC 2.0 §12",
			has("a name of 32 octets", wpa2("0123456789abcdef0123456789abcdef", "correct horse battery")),
			has("a name in UTF-8", wpa2("Café – 咖啡", "correct horse battery")),
			has("a key of 64 digits", wpa2("conformance", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
			has("an open network", wps.Credential{SSID: "conformance", AuthType: wps.AuthOpen, EncrType: wps.EncrNone})),
		scenario("ER-NET-02", role, Must, NeedEnterPIN, "settings are never in the clear", "the network key is sent encrypted only", "WSC 2.0 §7.5", attempt{station: 1, write: true, check: hidden}),
		inputs("ER-TEXT-01", role, Must, NeedEnterPIN, "texts of the maximum length, and empty ones", "texts may have any length up to the maximum", "WSC 2.0 §12", longest(wps.MessageM1, attempt{station: 1})...),
		scenario("ER-KEY-03", role, Must, NeedEnterPIN, "fresh initialization vectors", "nothing is encrypted twice in the same way", originIV, vectors{4, attempt{station: 1, write: true}}),
		scenario("ER-LOAD-02", role, Robustness, NeedEnterPIN|NeedTime, "a thousand exchanges in a row", "no resource is used up slowly", originHostap, repeat{n: 1000}),
		scenario("ER-LOAD-01", role, Robustness, NeedEnterPIN, "fifty exchanges in a row", "no resource is used up", originHostap, repeat{n: 50}),
		scenario("ER-FUZZ-01", role, Robustness, NeedEnterPIN, "messages changed at random", "no input crashes the device", originFaces,
			mutations{100, []wps.MessageType{wps.MessageM1, wps.MessageM3, wps.MessageM5, wps.MessageM7}, attempt{station: 1, write: true}}),
	}
}
