package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
)

// scenario returns a case of steps.
func scenario(id string, role Role, level Level, needs Need, title, proves, origin string, steps ...step) *Case {
	return &Case{ID: id, Title: title, Proves: proves, Origin: origin, Level: level, Role: role, Needs: needs, rows: []row{{steps: steps}}}
}

// inputs returns a case with several inputs.
func inputs(id string, role Role, level Level, needs Need, title, proves, origin string, rows ...row) *Case {
	return &Case{ID: id, Title: title, Proves: proves, Origin: origin, Level: level, Role: role, Needs: needs, rows: rows}
}

// one returns an input of steps.
func one(name string, steps ...step) row { return row{name, steps} }

const (
	originPIN    = "WSC 2.0 §7.4"
	originPBC    = "WSC 2.0 §11.3"
	originHostap = "hostap"
	originLock   = "WSC 2.0 §6.3.6 [via hostap]"
	originKeys   = "RFC 2631 §2.1.5; NIST SP 800-56A §5.6.2.3"
	originAdv    = "WSC 2.0 §8.2"
	originIV     = "WSC 2.0 §7.5; NIST SP 800-38A appendix C"
)

var (
	noPIN    = []wps.ConfigError{wps.NoError, wps.SetupLocked}
	wrongPIN = []wps.ConfigError{wps.DevicePasswordAuthFailed}
	overlap  = []wps.ConfigError{wps.MultiplePBCSessions}
)

// fragmentSizes are tried in each direction that the suite controls.
var fragmentSizes = []int{50, 100, 200, 300, 500, 1000, 1400}

func fragments(before ...step) []row {
	var rows []row
	for _, n := range fragmentSizes {
		rows = append(rows, one(fmt.Sprintf("%d octets", n), append(slices.Clone(before), attempt{station: 1, fault: transportFault{fragment: n}, what: fmt.Sprintf("packets of %d octets", n)})...))
	}
	return rows
}

// texts are device names: empty, of one octet, of the maximum length, in UTF-8.
func texts(before ...step) []row {
	names := []struct {
		name, value string
		utf8        bool
	}{
		{"one octet", "x", false}, {"32 octets", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", false},
		{"UTF-8", "Drucker im Büro – 打印机", true}, {"blanks", "   ", false},
	}
	var rows []row
	for _, n := range names {
		rows = append(rows, one(n.name, append(slices.Clone(before), attempt{station: 1, what: "device name: " + n.name, device: func(d *wps.Device) {
			d.DeviceName = n.value
		}})...))
	}
	return append(rows, one("other texts empty", append(slices.Clone(before), attempt{station: 1, what: "manufacturer, model and serial number of one blank", device: func(d *wps.Device) {
		d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber = " ", " ", " ", " "
	}})...))
}

// longest are texts of the maximum length, and empty ones, in the description
// of the suite's side, which is in message m. The last of the steps is the
// attempt.
func longest(m wps.MessageType, steps ...step) []row {
	before, good := steps[:len(steps)-1], steps[len(steps)-1].(attempt)
	full := good
	full.what = "all texts of the maximum length"
	full.device = func(d *wps.Device) {
		d.Manufacturer, d.ModelName = strings.Repeat("m", 64), strings.Repeat("n", 32)
		d.ModelNumber, d.SerialNumber, d.DeviceName = strings.Repeat("1", 32), strings.Repeat("9", 32), strings.Repeat("d", 32)
	}
	none := good
	none.what = "empty texts"
	none.deviation = deviation{at: m, list: func(l list) list {
		for _, id := range []wps.AttributeID{wps.AttrManufacturer, wps.AttrModelName, wps.AttrModelNumber, wps.AttrSerialNumber, wps.AttrDeviceName} {
			l = set(id, nil)(l)
		}
		return l
	}}
	return []row{one("the maximum length", append(slices.Clone(before), full)...), one("no octet", append(slices.Clone(before), none)...)}
}

// later is an attempt of a future version: 5.7, with an unknown attribute and
// sub-element.
func later(a attempt, m wps.MessageType) attempt {
	a.version, a.what = 0x57, "version 5.7"
	a.deviation = deviation{at: m, list: add(unknownAttributes...)}
	return a
}

func checked(a attempt, check func(o *outcome) string) attempt {
	a.check = check
	return a
}

// pressed is what an access point advertises while its button is pressed.
var pressed = element{what: "Selected Registrar with the push button, for anyone", check: func(b *wps.Beacon, p *wps.ProbeResponse) string {
	switch {
	case !b.SelectedRegistrar || !p.SelectedRegistrar:
		return "Selected Registrar is not set while the button is pressed"
	case b.DevicePasswordID != wps.PasswordPushButton || p.DevicePasswordID != wps.PasswordPushButton:
		return fmt.Sprintf("the Device Password ID is %v while the button is pressed", b.DevicePasswordID)
	case b.SelectedRegistrarConfigMethods&wps.MethodPushButton == 0:
		return "Selected Registrar Config Methods lack the push button"
	case b.WFA.Version2 != 0 && !slices.Contains(b.WFA.AuthorizedMACs, wps.Broadcast):
		return "AuthorizedMACs do not hold ff:ff:ff:ff:ff:ff while the button is pressed"
	}
	return ""
}}

// idle is what an access point advertises while it waits for no device.
var idle = element{what: "no Selected Registrar", check: func(b *wps.Beacon, p *wps.ProbeResponse) string {
	if b.SelectedRegistrar || p.SelectedRegistrar {
		return "Selected Registrar is set, although no device is waited for"
	}
	return ""
}}

// waitsForPIN is what an access point advertises while an entered PIN waits.
var waitsForPIN = element{what: "Selected Registrar with a PIN", check: func(b *wps.Beacon, _ *wps.ProbeResponse) string {
	switch {
	case !b.SelectedRegistrar:
		return "Selected Registrar is not set while a PIN waits"
	case b.DevicePasswordID == wps.PasswordPushButton:
		return "the Device Password ID is that of the push button while a PIN waits"
	case b.WFA.Version2 != 0 && len(b.WFA.AuthorizedMACs) == 0:
		return "AuthorizedMACs are missing while a PIN waits: iwd does not choose this access point"
	}
	return ""
}}

func apRegistrarCases() []*Case {
	press := operate{control: Press}
	pbcProbe := func(who, uuid byte) step { return probe{station: who, uuid: uuid, id: wps.PasswordPushButton} }
	const role = APRegistrar
	return []*Case{
		inputs("AP-REG-PIN-01", role, Must, NeedEnterPIN, "a station registers by PIN", "the whole exchange works", originPIN,
			one("PIN of 8 digits", enter(stationPIN), attempt{station: 1}),
			one("PIN of 4 digits", enter(shortPIN), attempt{station: 1, method: byShort}),
			one("leading zeros", enter(zerosPIN), attempt{station: 1, method: byZeros})),
		scenario("AP-REG-PIN-02", role, Must, NeedEnterPIN, "a station of version 1.0 registers", "stations without the WFA extension are served", originPIN,
			enter(stationPIN), attempt{station: 1, version10: true}),
		inputs("AP-REG-PIN-03", role, Should, NeedEnterPIN, "a PIN under another of its identifiers", "PINs are one kind of password, whatever their identifier", originHostap,
			one("User-Specified", enter(stationPIN), attempt{station: 1, method: byUser}),
			one("Machine-Specified", enter(stationPIN), attempt{station: 1, method: byMachine})),
		scenario("AP-REG-PIN-04", role, Must, NeedEnterPIN, "the first half of the PIN is wrong", "the device proves its own half and no more",
			originPIN, enter(stationPIN), attempt{station: 1, wrong: wrongFirst, want: wantNotServed, stopsAt: wps.MessageM4, code: wrongPIN}),
		scenario("AP-REG-PIN-05", role, Must, NeedEnterPIN, "the second half of the PIN is wrong", "credentials stay until both halves are proved",
			originPIN, enter(stationPIN), attempt{station: 1, wrong: wrongSecond, want: wantNotServed, stopsAt: wps.MessageM6, code: wrongPIN}),
		scenario("AP-REG-PIN-06", role, Must, NeedEnterPIN|NeedCancel, "no PIN was entered", "without a PIN no device is registered",
			originHostap, operate{control: Cancel}, attempt{station: 1, want: wantM2D, code: noPIN}),
		scenario("AP-REG-PIN-07", role, Must, NeedEnterPIN, "a PIN whose second half was exposed is spent", "an attacker who saw M6 cannot use what it disclosed",
			originHostap, enter(stationPIN), attempt{station: 1, wrong: wrongSecond, want: wantNotServed},
			attempt{station: 1, want: wantNotServed, what: "the right PIN, which is spent"}),
		scenario("AP-REG-PIN-08", role, Must, NeedEnterPIN, "a PIN is used once", "a PIN that has registered a device registers no other",
			originHostap, enter(stationPIN), attempt{station: 1}, attempt{station: 2, want: wantNotServed, what: "another station with the same PIN"}),
		scenario("AP-REG-PIN-09", role, Must, NeedEnterPIN|NeedCancel, "a PIN that was removed", "the owner's cancel takes effect",
			originHostap, enter(stationPIN), operate{control: Cancel}, attempt{station: 1, want: wantNotServed}),
		scenario("AP-REG-PIN-10", role, Should, NeedEnterPIN, "after a wrong first half the right PIN registers", "a failed attempt that exposed nothing costs nothing",
			originHostap, enter(stationPIN), attempt{station: 1, wrong: wrongFirst, want: wantNotServed}, attempt{station: 1}),
		scenario("AP-REG-PIN-11", role, Should, NeedEnterPIN, "another PIN replaces the first", "the PIN entered last counts",
			originHostap, enter(zerosPIN), enter(stationPIN), attempt{station: 1}),
		inputs("AP-REG-FRAG-01", role, Must, NeedEnterPIN|NeedEAP, "messages in fragments", "fragments are joined", originEAP, fragments(enter(stationPIN))...),
		scenario("AP-REG-FRAG-02", role, Robustness, NeedEnterPIN|NeedEAP, "a fragment is answered with WSC_ACK", "a wrong acknowledgement does no harm", originEAP,
			enter(stationPIN), attempt{station: 1, want: wantSurvive, fault: transportFault{badACK: true}}),
		inputs("AP-REG-TEXT-01", role, Must, NeedEnterPIN, "names of every kind", "texts of a device are accepted as they are", "WSC 2.0 §12", texts(enter(stationPIN))...),
		inputs("AP-REG-ID-01", role, Must, NeedEnterPIN|NeedEAP, "an identity that is not of WSC", "only WSC identities begin a registration", "WSC 2.0 §7.7.1",
			one("empty", enter(stationPIN), attempt{station: 1, want: wantNotServed, fault: transportFault{identity: "\x00"}}),
			one("another realm", enter(stationPIN), attempt{station: 1, want: wantNotServed, fault: transportFault{identity: "user@example.com"}}),
			one("long", enter(stationPIN), attempt{station: 1, want: wantNotServed, fault: transportFault{identity: string(make([]byte, 900))}})),

		inputs("AP-REG-KEY-01", role, Must, NeedEnterPIN, "public keys with a secret that anyone can compute", "such keys are refused", originKeys,
			weakKeys(wps.MessageM1, enter(stationPIN))...),
		scenario("AP-REG-KEY-02", role, Must, NeedEnterPIN, "fresh keys and nonces in each run", "the device's public key, nonces and hashes differ from run to run", originPIN,
			enter(stationPIN), freshness{n: 4}),
		scenario("AP-REG-KEY-03", role, Should, NeedEnterPIN, "a station that uses its key and nonces again", "the device generates new ones", originHostap,
			enter(stationPIN), attempt{station: 1, fixedKey: true}, enter(stationPIN), attempt{station: 1, fixedKey: true}),
		scenario("AP-REG-KEY-04", role, Must, NeedEnterPIN, "fresh initialization vectors", "nothing is encrypted twice in the same way", originIV, vectors{4, attempt{station: 1}}),
		scenario("AP-REG-NET-02", role, Must, NeedEnterPIN, "settings are never in the clear", "the network key is sent encrypted only", "WSC 2.0 §7.5",
			enter(stationPIN), attempt{station: 1, check: hidden}),
		inputs("AP-REG-TEXT-02", role, Must, NeedEnterPIN, "texts of the maximum length, and empty ones", "texts may have any length up to the maximum", "WSC 2.0 §12", longest(wps.MessageM1, enter(stationPIN), attempt{station: 1})...),
		scenario("AP-REG-PIN-12", role, Must, NeedEnterPIN, "a station of a later version registers", "version 5.7 is served as 2.0 is", "WSC 2.0 §7.9 [via hostap's test of version 5.7]",
			enter(stationPIN), later(attempt{station: 1}, wps.MessageM1)),
		scenario("AP-REG-NET-01", role, Must, NeedEnterPIN, "the credential is one that a station can use", "name, key and types fit together", "WSC 2.0 §12",
			enter(stationPIN), attempt{station: 1, check: credentialFits}),

		scenario("AP-REG-PBC-01", role, Must, NeedButton, "a station registers by button", "push-button mode works", originPBC, press, attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-02", role, Must, NeedButton|NeedCancel, "no button was pressed", "without a press no device is registered", originPBC,
			operate{control: Cancel}, attempt{station: 1, method: byButton, want: wantM2D, code: append(overlap, wps.NoError)}),
		scenario("AP-REG-PBC-03", role, Must, NeedButton|NeedTime, "after the walk time no device is registered", "the walk time is two minutes", originPBC,
			press, pause(122*time.Second), attempt{station: 1, method: byButton, want: wantNotServed}),
		scenario("AP-REG-PBC-04", role, Should, NeedButton|NeedTime, "just before the end of the walk time", "the walk time is two minutes, and not less", originPBC,
			press, pause(117*time.Second), attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-05", role, Must, NeedButton|NeedProbe, "two stations in push-button mode before the press", "a session overlap is detected, and no device registered", originPBC,
			pbcProbe(1, 1), pbcProbe(2, 2), operate{control: Press, fails: true}, attempt{station: 1, method: byButton, want: wantNotServed, code: append(overlap, wps.NoError)}),
		scenario("AP-REG-PBC-06", role, Must, NeedButton|NeedProbe, "a second station after the press", "an overlap within the walk time is detected", originPBC,
			press, pbcProbe(1, 1), pbcProbe(2, 2), attempt{station: 1, method: byButton, want: wantNotServed, code: overlap}),
		scenario("AP-REG-PBC-07", role, Must, NeedButton|NeedProbe, "one station on two addresses", "a station with two radios is one station, not an overlap", originPBC,
			pbcProbe(1, 1), pbcProbe(2, 1), press, attempt{station: 1, uuid: 1, method: byButton}),
		scenario("AP-REG-PBC-08", role, Must, NeedButton, "one press registers one station", "the press is spent", originPBC,
			press, attempt{station: 1, method: byButton}, attempt{station: 2, method: byButton, want: wantNotServed}),
		scenario("AP-REG-PBC-09", role, Must, NeedButton, "a second station under the same UUID", "UUID and address belong together in a run", originPBC,
			press, attempt{station: 1, uuid: 1, method: byButton}, attempt{station: 2, uuid: 1, method: byButton, want: wantNotServed}),
		scenario("AP-REG-PBC-10", role, Must, NeedButton|NeedCancel, "cancelled after the press", "the owner's cancel takes effect", originHostap,
			press, operate{control: Cancel}, attempt{station: 1, method: byButton, want: wantNotServed}),
		scenario("AP-REG-PBC-11", role, Must, NeedButton, "another password than that of the push button", "the password of push-button mode is 00000000", originPBC,
			press, attempt{station: 1, method: byButton, wrong: wrongFirst, want: wantNotServed, stopsAt: wps.MessageM4, code: wrongPIN}),
		scenario("AP-REG-PBC-12", role, Should, NeedButton, "after a failed run the button still waits", "a failure does not end the walk time", originHostap,
			press, attempt{station: 1, method: byButton, wrong: wrongFirst, want: wantNotServed}, attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-13", role, Should, NeedButton|NeedProbe|NeedTime, "an overlap is over after the monitor time", "earlier stations do not count", originPBC,
			pbcProbe(1, 1), pbcProbe(2, 2), pause(125*time.Second), pbcProbe(1, 1), press, attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-14", role, Must, NeedButton|NeedEnterPIN, "a PIN ends push-button mode", "the latest of the owner's actions decides", originHostap,
			press, enter(stationPIN), attempt{station: 1, method: byButton, want: wantNotServed}, attempt{station: 1}),
		scenario("AP-REG-PBC-15", role, Should, NeedButton|NeedProbe, "a press after success", "the station registered last is no overlap", originHostap,
			pbcProbe(1, 1), press, attempt{station: 1, method: byButton}, pause(10*time.Second), pbcProbe(2, 2), press, attempt{station: 2, method: byButton}),

		scenario("AP-REG-PBC-16", role, Should, NeedButton|NeedTime, "a second press of the button", "the walk time starts again with it", originHostap,
			press, pause(100*time.Second), press, pause(100*time.Second), attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-17", role, Must, NeedButton|NeedProbe|NeedStations, "another station in push-button mode during a run", "an overlap detected in the middle ends the run", originHostap,
			press, attempt{station: 1, method: byButton, at: wps.MessageM5, during: []step{pbcProbe(2, 2)}, want: wantNotServed, code: overlap}),
		scenario("AP-REG-PBC-18", role, Must, NeedButton|NeedProbe|NeedStations, "the other radio of the same station during a run", "a station with two radios is one station, in the middle of a run too", originPBC,
			press, attempt{station: 1, uuid: 1, method: byButton, at: wps.MessageM5, during: []step{pbcProbe(2, 1)}}),
		scenario("AP-REG-PBC-19", role, Should, NeedButton|NeedProbe, "a station that continues probing after its success", "it does not overlap with the next one", originHostap,
			pbcProbe(1, 1), press, attempt{station: 1, method: byButton}, pbcProbe(1, 1), pbcProbe(2, 2), press, attempt{station: 2, method: byButton}),
		scenario("AP-REG-PBC-20", role, Must, NeedButton, "a second station's M1 after the first one's", "an M1 also shows an overlap", originHostap,
			press, attempt{station: 1, method: byButton, want: wantNotServed, fault: transportFault{at: wps.MessageM3, leave: true}, what: "leaves before M3"},
			attempt{station: 2, method: byButton, want: wantNotServed, code: overlap}),
		scenario("AP-REG-PBC-21", role, Should, NeedButton|NeedEnterPIN, "a press after a PIN was entered", "the latest of the owner's actions decides", originHostap,
			enter(stationPIN), press, attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-22", role, Must, NeedButton|NeedCancel, "a station by PIN while the button is pressed", "the button admits no PIN", originHostap,
			operate{control: Cancel}, press, attempt{station: 1, want: wantM2D, code: noPIN}),
		scenario("AP-REG-PBC-23", role, Must, NeedButton|NeedEnterPIN|NeedCancel, "a station by button while a PIN waits", "the PIN admits no button", originHostap,
			operate{control: Cancel}, enter(stationPIN), attempt{station: 1, method: byButton, want: wantM2D, code: append(overlap, wps.NoError)}),
		scenario("AP-REG-PBC-24", role, Should, NeedButton|NeedProbe|NeedTime, "an overlap after the press is over when the stations have gone", "earlier stations do not count", originPBC,
			press, pbcProbe(1, 1), pbcProbe(2, 2), pause(125*time.Second), pbcProbe(1, 1), press, attempt{station: 1, method: byButton}),
		scenario("AP-REG-PBC-25", role, Must, NeedButton|NeedProbe, "a press cannot end an overlap", "pressing the button again does not choose between the stations", originPBC,
			press, pbcProbe(1, 1), pbcProbe(2, 2), operate{control: Press, fails: true}, attempt{station: 1, method: byButton, want: wantNotServed}),

		scenario("AP-REG-ADV-01", role, Must, NeedBeacon, "elements while no device is waited for", "the elements advertise no registrar", originAdv, idle),
		scenario("AP-REG-ADV-02", role, Must, NeedBeacon|NeedButton, "elements after a press", "the press is advertised", originAdv, press, pressed),
		scenario("AP-REG-ADV-03", role, Must, NeedBeacon|NeedButton, "elements after a registration by button", "the end is advertised", originAdv,
			press, attempt{station: 1, method: byButton}, idle),
		scenario("AP-REG-ADV-04", role, Must, NeedBeacon|NeedEnterPIN, "elements after a PIN was entered", "the PIN is advertised", originAdv, enter(stationPIN), waitsForPIN),
		scenario("AP-REG-ADV-05", role, Must, NeedBeacon|NeedEnterPIN, "elements after a registration by PIN", "the end is advertised", originAdv,
			enter(stationPIN), attempt{station: 1}, idle),
		scenario("AP-REG-ADV-06", role, Must, NeedBeacon|NeedButton|NeedTime, "elements after the walk time", "the end is advertised", originAdv, press, pause(125*time.Second), idle),
		scenario("AP-REG-ADV-07", role, Must, NeedBeacon, "elements are complete", "a strict reader accepts beacon and probe response", originAdv,
			element{what: "nothing is missing", check: elementsAreWhole, strict: true}),

		scenario("AP-REG-ADV-08", role, Must, NeedBeacon|NeedButton, "elements during a registration by button", "the press is advertised until the end", originAdv,
			press, attempt{station: 1, method: byButton, at: wps.MessageM5, during: []step{pressed}}),
		scenario("AP-REG-ADV-09", role, Must, NeedBeacon|NeedEnterPIN, "elements during a registration by PIN", "the PIN is advertised until the end", originAdv,
			enter(stationPIN), attempt{station: 1, at: wps.MessageM5, during: []step{waitsForPIN}}),
		scenario("AP-REG-ADV-10", role, Must, NeedBeacon|NeedButton|NeedCancel, "elements after a cancel", "a withdrawn permission is not advertised", originAdv, press, operate{control: Cancel}, idle),
		scenario("AP-REG-ADV-11", role, Must, NeedAssociation, "the element of association responses", "a strict reader accepts it, and it has the version of the others", originAdv,
			association{"it is whole", func(r *wps.AssociationResponse, b *wps.Beacon) string {
				switch {
				case r.ResponseType != wps.ResponseAP:
					return fmt.Sprintf("the Response Type is %v", r.ResponseType)
				case r.WFA.Version2 != b.WFA.Version2:
					return "beacon and association response are of different versions"
				}
				return ""
			}}),
		scenario("AP-REG-ADV-12", role, Must, NeedProbe|NeedButton, "a probe request with unknown attributes", "attributes of later versions are skipped", "WSC 2.0 §12",
			probe{station: 1, uuid: 1, id: wps.PasswordPushButton, later: true}, probe{station: 2, uuid: 2, id: wps.PasswordPushButton, later: true}, operate{control: Press, fails: true}),

		scenario("AP-REG-LOAD-01", role, Robustness, NeedEnterPIN|NeedStations, "a hundred stations that begin and fall silent", "half-open sessions do not block others", originHostap,
			abandonedExchanges{n: 100}, enter(stationPIN), attempt{station: 1}),
		scenario("AP-REG-LOAD-02", role, Robustness, NeedEnterPIN, "fifty registrations in a row", "no resource is used up", originHostap, repeat{n: 50}),
		scenario("AP-REG-LOAD-03", role, Robustness, NeedEnterPIN|NeedTime, "a thousand registrations in a row", "no resource is used up slowly", originHostap, repeat{n: 1000}),
		scenario("AP-REG-FUZZ-01", role, Robustness, NeedEnterPIN, "messages changed at random", "no input crashes the device", originFaces,
			mutations{200, []wps.MessageType{wps.MessageM1, wps.MessageM3, wps.MessageM5, wps.MessageM7, wps.MessageDone}, attempt{station: 1}}),
	}
}

func credentialFits(o *outcome) string {
	for i, c := range o.side.credentials {
		if err := c.Usable(); err != nil {
			return fmt.Sprintf("credential %d: %v", i+1, err)
		}
		if c.MAC != o.side.mac && c.MAC != wps.Broadcast {
			return fmt.Sprintf("the credential is for %v, not for the station", c.MAC)
		}
	}
	return ""
}

func elementsAreWhole(b *wps.Beacon, p *wps.ProbeResponse) string {
	switch {
	case b.State != p.State:
		return fmt.Sprintf("the beacon says %v and the probe response %v", b.State, p.State)
	case p.UUIDE == wps.UUID{}:
		return "the UUID-E is zero"
	case p.ResponseType != wps.ResponseAP:
		return fmt.Sprintf("the Response Type is %v", p.ResponseType)
	case p.ConfigMethods&wps.MethodPushButton != 0:
		return "Config Methods of the probe response hold the push button, by which no external registrar is added"
	case b.WFA.Version2 != p.WFA.Version2:
		return "beacon and probe response are of different versions"
	}
	return ""
}

func apEnrolleeCases() []*Case {
	const role = APEnrollee
	const need = NeedOwnPIN | NeedUnlock
	good := attempt{station: 1, method: byOwnPIN}
	wrong := attempt{station: 1, method: byOwnPIN, wrong: wrongFirst, want: wantNotServed, code: append(wrongPIN, wps.SetupLocked)}
	locked := attempt{station: 1, method: byOwnPIN, want: wantNotServed, stopsAt: wps.MessageM1, code: []wps.ConfigError{wps.SetupLocked}, what: "the right PIN, which is locked"}
	write := func(name string, c wps.Credential) row {
		return one(name, attempt{station: 1, method: byOwnPIN, write: true, settings: &c, what: "writes " + name})
	}
	refuse := func(name string, c wps.Credential) row {
		return one(name, attempt{station: 1, method: byOwnPIN, write: true, settings: &c, want: wantRefused, what: "writes " + name,
			check: func(o *outcome) string {
				if o.side.done {
					return "the device accepted settings that it cannot use: " + name
				}
				return ""
			}})
	}
	wpa2 := func(ssid, key string) wps.Credential {
		return wps.Credential{SSID: wps.SSID(ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(key)}
	}
	return []*Case{
		scenario("AP-ENR-PIN-01", role, Must, need, "an external registrar reads the settings", "M7 has usable settings", originPIN, good),
		inputs("AP-ENR-PIN-02", role, Must, need, "an external registrar writes settings", "M8 is accepted, and WSC_Done follows", originPIN,
			write("WPA2 with a passphrase", wpa2("conformance", "correct horse battery")),
			write("a name of 32 octets", wpa2("0123456789abcdef0123456789abcdef", "correct horse battery")),
			write("a name in UTF-8", wpa2("Café – 咖啡", "correct horse battery")),
			write("a key of 64 digits", wpa2("conformance", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
			write("a passphrase of 8", wpa2("conformance", "12345678")),
			write("a passphrase of 63", wpa2("conformance", "123456789012345678901234567890123456789012345678901234567890123"))),
		scenario("AP-ENR-PIN-03", role, Must, need, "an external registrar of version 1.0", "registrars without the WFA extension are served", originPIN,
			attempt{station: 1, method: byOwnPIN, version10: true}),
		scenario("AP-ENR-PIN-04", role, Must, need, "the first half of the PIN is wrong", "the device proves nothing to a registrar without the PIN", originPIN,
			attempt{station: 1, method: byOwnPIN, wrong: wrongFirst, want: wantNotServed, stopsAt: wps.MessageM3, code: wrongPIN}),
		scenario("AP-ENR-PIN-05", role, Must, need, "the second half of the PIN is wrong", "settings stay until both halves are proved", originPIN,
			attempt{station: 1, method: byOwnPIN, wrong: wrongSecond, want: wantNotServed, stopsAt: wps.MessageM5, code: wrongPIN}),
		inputs("AP-ENR-NET-01", role, Must, need, "settings that no access point can use", "the old settings stay, and the registrar gets an error", "WSC 2.0 §12",
			refuse("a passphrase of 3", wpa2("conformance", "abc")),
			refuse("a passphrase with a line feed", wpa2("conformance", "correct\nhorse battery")),
			refuse("an empty name", wpa2("", "correct horse battery")),
			refuse("WEP", wps.Credential{SSID: "conformance", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKeyIndex: 1, NetworkKey: []byte("abcde")}),
			refuse("Enterprise", wps.Credential{SSID: "conformance", AuthType: wps.AuthWPA2Enterprise, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")})),
		inputs("AP-ENR-FRAG-01", role, Must, need|NeedEAP, "messages in fragments", "fragments are joined", originEAP, fragmentsOf(good)...),
		inputs("AP-ENR-KEY-01", role, Must, need, "public keys with a secret that anyone can compute", "such keys are refused", originKeys,
			weakKeysOf(wps.MessageM2, good)...),
		scenario("AP-ENR-KEY-02", role, Must, need, "fresh keys and nonces in each run", "the device's public key, nonces and hashes differ from run to run", originPIN,
			freshness{n: 4, method: byOwnPIN}),
		scenario("AP-ENR-LOCK-01", role, Must, need, "wrong PINs lock the device's PIN", "after a few wrong guesses even the right PIN is refused", originLock,
			guesses{n: 12, attempt: wrong}, locked),
		scenario("AP-ENR-LOCK-02", role, Must, need, "guesses that never finish are counted", "a registrar that falls silent before its NACK has guessed as well", originLock,
			guesses{n: 12, attempt: attempt{station: 1, method: byOwnPIN, wrong: wrongFirst, want: wantSurvive, fault: transportFault{at: wps.MessageNACK, silent: true}, limit: 5 * time.Second, what: "silent after the device's NACK"}}, locked),
		scenario("AP-ENR-LOCK-03", role, Must, need|NeedBeacon, "a locked PIN is advertised", "beacons and probe responses have AP Setup Locked as long as the lock lasts", originLock,
			guesses{n: 12, attempt: wrong}, element{what: "AP Setup Locked", check: func(b *wps.Beacon, p *wps.ProbeResponse) string {
				if !b.APSetupLocked || !p.APSetupLocked {
					return "AP Setup Locked is not set while the PIN is locked"
				}
				return ""
			}}),
		scenario("AP-ENR-LOCK-04", role, Must, need|NeedButton|NeedEAP, "the push button works while the PIN is locked", "the lock concerns external registrars only", originLock,
			guesses{n: 12, attempt: wrong}, operate{control: Press}, attemptAs{APRegistrar, attempt{station: 2, method: byButton}}),
		scenario("AP-ENR-LOCK-05", role, Must, need, "many runs that stop after M1 do not lock", "other devices cannot lock the PIN without a guess", originLock,
			guesses{n: 12, attempt: attempt{station: 1, method: byOwnPIN, want: wantSurvive, fault: transportFault{at: wps.MessageM2, leave: true}, what: "leaves before M2"}}, good),
		scenario("AP-ENR-LOCK-06", role, Should, need|NeedTime, "the lock ends", "a lock has an end", originLock,
			guesses{n: 3, attempt: wrong}, unlocks{good, 3 * time.Hour}),
		scenario("AP-ENR-LOCK-07", role, Must, need, "a NACK of the registrar is not a wrong guess", "only what the device itself found wrong counts", originLock,
			guesses{n: 12, attempt: attempt{station: 1, method: byOwnPIN, want: wantRefused, fault: transportFault{at: wps.MessageM4, instead: wps.MessageNACK}, what: "NACK in place of M4"}}, good),
		scenario("AP-ENR-LOCK-08", role, Must, need|NeedStations, "parallel guesses", "guesses that begin before the lock are counted too", originLock,
			parallel{n: 12}, locked),
		scenario("AP-ENR-LOCK-09", role, Should, need|NeedRestart, "wrong guesses over restarts", "cutting the power gives no additional guesses", originLock,
			rounds{8, []step{guesses{2, wrong}, operate{control: Restart}}}, locked),
		scenario("AP-ENR-LOCK-10", role, Should, need|NeedRestart, "a lock over a restart", "a restart does not end the lock", originLock,
			guesses{12, wrong}, operate{control: Restart}, locked),
		scenario("AP-ENR-LOCK-11", role, Should, need|NeedTime, "the second lock", "guesses become rarer with each lock", originLock, growingLock{wrong, good, 6 * time.Hour}),
		scenario("AP-ENR-LOCK-12", role, Must, need|NeedBeacon, "a PIN that was unlocked", "the end of the lock is advertised", originLock,
			guesses{12, wrong}, operate{control: Unlock}, element{what: "no AP Setup Locked", check: func(b *wps.Beacon, p *wps.ProbeResponse) string {
				if b.APSetupLocked || p.APSetupLocked {
					return "AP Setup Locked is set, and the PIN is not locked"
				}
				return ""
			}}, good),
		scenario("AP-ENR-KEY-03", role, Must, need, "fresh initialization vectors", "nothing is encrypted twice in the same way", originIV, vectors{4, good}),
		scenario("AP-ENR-NET-02", role, Must, need, "settings are never in the clear", "the network key is sent encrypted only", "WSC 2.0 §7.5", checked(good, hidden)),
		inputs("AP-ENR-TEXT-01", role, Must, need, "texts of the maximum length, and empty ones", "texts may have any length up to the maximum", "WSC 2.0 §12", longest(wps.MessageM2, good)...),
		scenario("AP-ENR-PIN-06", role, Must, need, "a registrar of a later version", "version 5.7 is served as 2.0 is", "WSC 2.0 §7.9 [via hostap's test of version 5.7]", later(good, wps.MessageM2)),
		scenario("AP-ENR-LOAD-01", role, Robustness, need|NeedStations, "a hundred registrars that begin and fall silent", "half-open sessions do not block others", originHostap, abandonedExchanges{n: 100}, good),
		scenario("AP-ENR-LOAD-02", role, Robustness, need, "fifty exchanges in a row", "no resource is used up", originHostap, repeat{n: 50}),
		scenario("AP-ENR-LOAD-03", role, Robustness, need|NeedTime, "a thousand exchanges in a row", "no resource is used up slowly", originHostap, repeat{n: 1000}),
		scenario("AP-ENR-M2D-01", role, Must, need, "M2D in place of M2", "a registrar that is not ready ends the run", originHostap,
			attempt{station: 1, method: byOwnPIN, want: wantRefused, fault: transportFault{at: wps.MessageM2, instead: wps.MessageM2D}, what: "M2D"}),
		scenario("AP-ENR-FUZZ-01", role, Robustness, need, "messages changed at random", "no input crashes the device", originFaces,
			mutations{100, []wps.MessageType{wps.MessageM2, wps.MessageM4, wps.MessageM6, wps.MessageM8}, attempt{station: 1, method: byOwnPIN, write: true}}),
	}
}

func fragmentsOf(a attempt) []row {
	var rows []row
	for _, n := range fragmentSizes {
		b := a
		b.fault.fragment, b.what = n, fmt.Sprintf("packets of %d octets", n)
		rows = append(rows, one(fmt.Sprintf("%d octets", n), b))
	}
	return rows
}
