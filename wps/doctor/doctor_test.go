package doctor

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

var update = flag.Bool("update", false, "write the golden file anew")

var (
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	station = wps.MAC{2, 0, 0, 0, 1, 0}
	other   = wps.MAC{2, 0, 0, 0, 3, 0}
	ap      = wps.MAC{2, 0, 0, 0, 0, 1}
	ap2     = wps.MAC{2, 0, 0, 0, 0, 2}
	printer = wps.Device{UUID: wps.UUID{1}, MAC: station, DeviceName: "Office", PrimaryDeviceType: wps.DeviceTypePrinter}
	router  = wps.Device{UUID: wps.UUID{9}, DeviceName: "Box"}
)

// attempt returns an attempt of the printer by PIN, modified by change.
func attempt(change func(*Attempt)) *Attempt {
	a := &Attempt{
		Began: noon, Ended: noon.Add(time.Second), Station: station, AP: ap, Enrollee: printer, Registrar: router, Method: PIN,
		Reached: StageM4, End: EndNACK, DetectedBy: enrollee,
	}
	change(a)
	return a
}

// nacked modifies an attempt so that it ends by WSC_NACK.
func nacked(ce wps.ConfigError, by registration.Role, at Stage) func(*Attempt) {
	return func(a *Attempt) { a.ConfigError, a.DetectedBy, a.Reached = ce, by, at }
}

func m2d(ce wps.ConfigError) func(*Attempt) {
	return func(a *Attempt) { a.ConfigError, a.DetectedBy, a.Reached, a.End = ce, registrar, StageM1, EndM2D }
}

func done(a *Attempt) { a.Reached, a.End, a.DetectedBy = StageDone, EndDone, 0 }

func broken(e End, at Stage) func(*Attempt) {
	return func(a *Attempt) { a.Reached, a.End, a.DetectedBy = at, e, registrar }
}

func asAP(change func(*Attempt)) func(*Attempt) {
	return func(a *Attempt) {
		change(a)
		a.APEnrollee, a.Enrollee, a.Registrar = true, router, wps.Device{DeviceName: "PC"}
	}
}

func by(m Method, change func(*Attempt)) func(*Attempt) {
	return func(a *Attempt) { change(a); a.Method = m }
}

func with(changes ...func(*Attempt)) func(*Attempt) {
	return func(a *Attempt) {
		for _, change := range changes {
			change(a)
		}
	}
}

func network(change func(*Network, *wps.Beacon)) Network {
	e := &wps.Beacon{State: wps.Configured, UUIDE: wps.UUID{9}}
	e.WFA.Version2 = 0x20
	n := Network{BSSID: ap, SSID: "home", Channel: 6, Signal: -40, Traits: dot11.Traits{Band: wps.Band24GHz}}
	n.Adverts = []Advert{{Since: noon.Add(-time.Minute), Element: e}}
	change(&n, e)
	return n
}

// selected returns a network whose registrar waits.
func selected(id wps.DevicePasswordID, macs ...wps.MAC) Network {
	return network(func(_ *Network, e *wps.Beacon) {
		e.SelectedRegistrar, e.DevicePasswordID, e.WFA.AuthorizedMACs = true, id, macs
	})
}

func plain(*Network, *wps.Beacon) {}

func only(changes ...func(*Attempt)) Evidence {
	var e Evidence
	for _, change := range changes {
		e.Attempts = append(e.Attempts, attempt(change))
	}
	return e
}

// in returns the evidence with the networks.
func (e Evidence) in(networks ...Network) Evidence { e.Networks = networks; return e }

func pressing(mac wps.MAC, uuid byte, at time.Time) Station {
	return Station{MAC: mac, UUID: wps.UUID{uuid}, Method: PushButton, First: at, Last: at.Add(3 * time.Second)}
}

func searching(mac wps.MAC) Station {
	return Station{MAC: mac, UUID: wps.UUID{1}, Method: PIN, First: noon, Last: noon}
}

var wepSettings = NewSettings(&wps.Credential{SSID: "home", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKey: wps.NetworkKey("12345")})

func givenWEP(a *Attempt) { a.Settings = []Settings{wepSettings} }

// cases has evidence for each row of the table, and for rows that are easily
// confused.
var cases = []struct {
	name    string
	e       Evidence
	code    string
	cause   Cause
	outcome Outcome
}{
	{"first half", only(nacked(18, enrollee, StageM4)), "B9", PINFirstHalf, Failed},
	{"first half, method not seen", only(by(MethodUnknown, nacked(18, enrollee, StageM4))), "B9", PINFirstHalf, Failed},
	{"first half, router's PIN", only(asAP(nacked(18, enrollee, StageM4))), "B9", PINFirstHalf, Failed},
	{"first half, NFC password", only(by(OutOfBand, nacked(18, enrollee, StageM4))), "B9", PINFirstHalf, Failed},
	{"second half", only(nacked(18, enrollee, StageM6)), "B10", PINSecondHalf, Failed},
	{"second half, router's PIN", only(asAP(nacked(18, enrollee, StageM6))), "B10", PINSecondHalf, Failed},
	{"button against PIN in the messages", only(by(PushButton, with(nacked(18, enrollee, StageM4), func(a *Attempt) { a.Answered = PIN }))), "B22", MethodMismatch, Failed},
	{"M2 for a button to M1 for a PIN", only(with(nacked(0, enrollee, StageM2), func(a *Attempt) { a.Answered = PushButton })), "B22", MethodMismatch, Failed},
	{"wrong PIN, the message before not seen", only(nacked(18, enrollee, StageM2)), "B9", PINWrong, Failed},
	{"wrong PIN, messages between not seen", only(with(nacked(18, enrollee, StageM4), func(a *Attempt) { a.Skipped = true })), "B9", PINWrong, Failed},
	{"wrong router PIN, the message before not seen", only(asAP(nacked(18, enrollee, StageM2))), "B9", PINWrong, Failed},
	{"a password refused, and nothing else seen", only(nacked(18, enrollee, StageNone)), "D", Unknown, Failed},
	{"a password refused by the registrar, before it had a proof", only(nacked(18, registrar, StageM2)), "D", Unknown, Failed},
	{"locked, and nothing else seen", only(nacked(15, enrollee, StageNone)), "B8", SetupLocked, Refused},
	{"proof refused", only(nacked(18, registrar, StageM5)), "B11", ProofRefused, Failed},
	{"second proof refused", only(nacked(18, registrar, StageM7)), "B11", ProofRefused, Failed},
	{"a button has no wrong PIN", only(by(PushButton, nacked(18, enrollee, StageM4))), "B11", ProofRefused, Failed},

	{"AP locked, by its beacon", only(asAP(nacked(15, enrollee, StageM2))).in(network(func(_ *Network, e *wps.Beacon) { e.APSetupLocked = true })), "B8", SetupLocked, Refused},
	{"AP locked, after wrong PINs", only(asAP(nacked(18, enrollee, StageM4)), asAP(nacked(18, enrollee, StageM6)), asAP(nacked(18, enrollee, StageM4)), asAP(nacked(15, enrollee, StageM2))), "B8", SetupLocked, Refused},
	{"AP without PIN", only(asAP(nacked(15, enrollee, StageM2))).in(network(plain)), "B8", APPINDisabled, Refused},
	{"AP locked or without PIN", only(asAP(nacked(15, enrollee, StageM2))), "B8", SetupLocked, Refused},
	{"AP read-only", only(asAP(nacked(15, enrollee, StageM8))), "B8", SetupLocked, Refused},
	{"M2D locked", only(m2d(15)), "B5", SetupLocked, Refused},

	{"one device with two addresses", only(by(PushButton, with(m2d(12), func(a *Attempt) { a.Enrollee.MAC = other }))), "B23", AddressMismatch, Refused},
	{"overlap in mid-run", only(by(PushButton, nacked(12, registrar, StageM3))), "B13", Overlap, Refused},
	{"overlap, NACK to M1", only(by(PushButton, nacked(12, registrar, StageM1))), "B8", Overlap, Refused},
	{"overlap, M2D", only(by(PushButton, m2d(12))), "B4", Overlap, Refused},
	{"overlap, two addresses, two pressed", Evidence{
		Attempts: []*Attempt{attempt(by(PushButton, with(m2d(12), func(a *Attempt) { a.Enrollee.MAC = other })))},
		Stations: []Station{pressing(station, 1, noon), pressing(other, 2, noon)},
	}, "B4", Overlap, Refused},
	{"NFC key, M2D", only(by(OutOfBand, m2d(20))), "B6", OOBHashMismatch, Refused},
	{"NFC key, NACK", only(by(OutOfBand, nacked(20, enrollee, StageM2))), "B8", OOBHashMismatch, Refused},

	{"router waits for a button", only(m2d(0)).in(selected(wps.PasswordPushButton, wps.Broadcast)), "B22", MethodMismatch, Refused},
	{"router waits for a PIN", only(by(PushButton, m2d(0))).in(selected(wps.PasswordDefault, wps.Broadcast)), "A6", MethodMismatch, Refused},
	{"router waits for another", only(m2d(0)).in(selected(wps.PasswordDefault, other)), "A7", NotAuthorized, Refused},
	{"PIN used up", only(nacked(18, enrollee, StageM6), m2d(0)), "B21", NoRegistrarSession, Refused},
	{"external registrar awaited", only(with(m2d(0), func(a *Attempt) { a.Silence = 5 * time.Second })), "B7", NoRegistrarSession, Refused},
	{"button not pressed", only(by(PushButton, m2d(0))), "B3", NoRegistrarSession, Refused},
	{"no PIN entered", only(m2d(0)), "B3", NoRegistrarSession, Refused},
	{"time-out between computer and router", only(asAP(with(broken(EndFailure, StageM5), func(a *Attempt) { a.Repeats = 2 }))), "B16", Timeout, Failed},
	{"no PIN entered, nobody waits", only(m2d(0)).in(network(plain)), "B3", NoRegistrarSession, Refused},

	{"decryption", only(nacked(2, enrollee, StageM4)), "B12", DecryptionFailure, Failed},
	{"decryption, by the keys", only(with(nacked(0, enrollee, StageM4), func(a *Attempt) { a.Fault = FaultSettings })), "B12", DecryptionFailure, Failed},
	{"authenticator", only(with(nacked(0, enrollee, StageM4), func(a *Attempt) { a.Fault = FaultAuthenticator })), "B15", AuthenticatorBad, Failed},
	{"authenticator, ignored", only(with(broken(EndTimeout, StageM2), func(a *Attempt) { a.Fault = FaultAuthenticator })), "B15", AuthenticatorBad, Failed},
	{"a wrong PIN counts more than a fault", only(with(nacked(18, enrollee, StageM4), func(a *Attempt) { a.Fault = FaultNonce })), "B9", PINFirstHalf, Failed},
	{"nonce", only(with(broken(EndFailure, StageM3), func(a *Attempt) { a.Fault = FaultNonce })), "B15", NonceMismatch, Failed},
	{"time-out, told", only(nacked(16, registrar, StageM4)), "B16", Timeout, Failed},
	{"session time-out, told", only(nacked(17, registrar, StageM4)), "B16", Timeout, Failed},
	{"band", only(nacked(4, enrollee, StageM2)), "A14", ChannelOutOfReach, Refused},
	{"signal, told", only(nacked(5, enrollee, StageM2)), "A15", WeakSignal, Failed},
	{"busy", only(nacked(14, registrar, StageM1)), "B15", DeviceBusy, Refused},
	{"credential refused, WEP", only(with(nacked(0, enrollee, StageM8), givenWEP)), "B19", CredentialRefused, Failed},
	{"credential refused", only(nacked(0, enrollee, StageM8)), "B15", CredentialRefused, Failed},
	{"NACK 0 after M2", only(nacked(0, enrollee, StageM2)), "B8", InternalRefusal, Failed},
	{"NACK 0 after M5", only(nacked(0, registrar, StageM5)), "B15", InternalRefusal, Failed},
	{"NACK 13 after M5", only(nacked(13, registrar, StageM5)), "B15", InternalRefusal, Failed},
	{"NACK 0 after M7 to a station", only(nacked(0, registrar, StageM7)), "B15", InternalRefusal, Failed},
	{"M2D 11", only(m2d(11)), "B15", InternalRefusal, Refused},

	{"association refused", only(with(broken(EndOpen, StageAssociating), func(a *Attempt) { a.Status = 17 })), "A18", AssociationRefused, Refused},
	{"disconnected at once", only(broken(EndDisconnect, StageAssociated)), "A18", AssociationRefused, Refused},
	{"no identity request", only(with(broken(EndDisconnect, StageAssociated), func(a *Attempt) { a.Silence = 30 * time.Second })), "B1", NoIdentityRequest, Failed},
	{"no identity request, and no end", only(with(broken(EndOpen, StageAssociated), func(a *Attempt) { a.Silence = 30 * time.Second })), "B1", NoIdentityRequest, Failed},
	{"EAPOL-Start again and again", only(with(broken(EndOpen, StageNone), func(a *Attempt) { a.Repeats = 2 })), "B1", NoIdentityRequest, Failed},
	{"time-out, seen", only(with(broken(EndFailure, StageM5), func(a *Attempt) { a.Repeats = 2 })), "B16", Timeout, Failed},
	{"time-out, our own", only(broken(EndTimeout, StageM5)), "B16", Timeout, Failed},
	{"time-out without end", only(with(broken(EndOpen, StageM5), func(a *Attempt) { a.Repeats = 2 })), "B16", Timeout, Incomplete},
	{"broken before M1", only(broken(EndFailure, StageIdentified)), "B2", EndedEarly, Failed},
	{"broken after M1", only(broken(EndFailure, StageM1)), "B17", EndedEarly, Failed},
	{"broken after M4", only(broken(EndDisconnect, StageM4)), "B17", EndedEarly, Failed},
	{"broken after M7", only(broken(EndFailure, StageM7)), "B17", EndedEarly, Failed},
	{"broken after M8", only(broken(EndFailure, StageM8)), "B17", EndedEarly, Failed},
	{"no end", only(broken(EndOpen, StageM3)), "D", Unknown, Incomplete},
	{"began anew after M4", only(broken(EndRestarted, StageM4)), "B17", EndedEarly, Failed},
	{"began anew after a silence", only(with(broken(EndRestarted, StageM5), func(a *Attempt) { a.Silence = 20 * time.Second })), "B16", Timeout, Incomplete},
	{"the last answer not heard, EAP-Failure", only(with(broken(EndFailure, StageM8), func(a *Attempt) { a.Partial = true })), "D", Unknown, Incomplete},
	{"something not heard, and a reason", only(with(nacked(18, enrollee, StageM4), func(a *Attempt) { a.Partial = true })), "B9", PINFirstHalf, Failed},
	{"the reason is cut off", only(with(nacked(0, enrollee, StageM4), func(a *Attempt) { a.ConfigErrorUnknown = true })), "D", Unknown, Failed},
	{"the reason of M2D is cut off", only(with(m2d(0), func(a *Attempt) { a.ConfigErrorUnknown = true })), "B3", NoRegistrarSession, Refused},
	{"one EAPOL-Start", only(broken(EndOpen, StageNone)), "B1", NoIdentityRequest, Failed},

	{"wrong key", only(with(done, func(a *Attempt) { a.After = After{Handshake: HandshakeFailed, Reason: 15} })), "C1", WrongKey, Registered},
	{"unusable", only(with(done, givenWEP)), "B19", CredentialUnusable, Registered},
	{"unusable for us, and it joined", only(with(done, givenWEP, func(a *Attempt) { a.After.Handshake = HandshakeCompleted })), "B18", Success, Registered},
	{"WPA3 only, refused", only(with(done, func(a *Attempt) { a.After.Status = 43 })).in(network(func(n *Network, _ *wps.Beacon) { n.SAEOnly = true })), "C3", WPA3Only, Registered},
	{"SAE refused", only(with(done, func(a *Attempt) { a.After.SAEStatus = 15 })), "C4", SAEFailed, Registered},
	{"joining refused", only(with(done, func(a *Attempt) { a.After.Status = 43 })), "C3", JoiningRefused, Registered},
	{"not found", only(with(done, func(a *Attempt) { a.After.NotFound = true })), "C2", NetworkNotFound, Registered},
	{"no address", only(with(done, func(a *Attempt) { a.After.NoAddress = true })), "C5", NoAddress, Registered},
	{"unreachable", only(with(done, func(a *Attempt) { a.After.Unreachable = true })), "C6", Unreachable, Registered},
	{"settings read", only(asAP(nacked(0, registrar, StageM7))), "B14", SettingsRead, OutcomeRead},
	{"settings written", only(asAP(done)), "B18", Success, Registered},
	{"a mesh node", only(with(done, func(a *Attempt) { a.Mesh, a.Wired = true, true })), "B18", Success, Registered},
	{"success", only(done), "B18", Success, Registered},
	{"success by PIN after a wrong one", only(nacked(18, enrollee, StageM4), done), "B18", Success, Registered},
	{"success by button after wrong PINs", only(nacked(18, enrollee, StageM4), nacked(18, enrollee, StageM4), by(PushButton, done)), "B18", Success, Registered},
	{"wrong PIN after success by button", only(by(PushButton, done), nacked(18, enrollee, StageM4)), "B9", PINFirstHalf, Failed},
	{"wrong PIN three times", only(nacked(18, enrollee, StageM4), nacked(18, enrollee, StageM6), nacked(18, enrollee, StageM4)), "B9", PINFirstHalf, Failed},
	{"not ready, then success", only(m2d(0), m2d(0), done), "B18", Success, Registered},
	{"never ready", only(m2d(0), m2d(0), m2d(0)), "B3", NoRegistrarSession, Refused},
	{"another router worked", only(with(done, func(a *Attempt) { a.AP = ap2 }), m2d(0)), "B3", NoRegistrarSession, Refused},

	{"two routers pressed", Evidence{}.in(selected(wps.PasswordPushButton), network(func(n *Network, e *wps.Beacon) {
		n.BSSID, n.SSID, e.UUIDE, e.SelectedRegistrar, e.DevicePasswordID = ap2, "next door", wps.UUID{8}, true, wps.PasswordPushButton
	})), "A8", Overlap, NoAttempt},
	{"one router with two radios", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(selected(wps.PasswordPushButton), network(func(n *Network, e *wps.Beacon) {
		n.BSSID, n.Band, e.SelectedRegistrar, e.DevicePasswordID = ap2, wps.Band5GHz, true, wps.PasswordPushButton
	})), "A20", NotMeeting, NoAttempt},
	{"one router with two networks in one band", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(selected(wps.PasswordPushButton), network(func(n *Network, e *wps.Beacon) {
		n.BSSID, n.SSID, e.SelectedRegistrar, e.DevicePasswordID = ap2, "guest", true, wps.PasswordPushButton
	})), "A8", Overlap, NoAttempt},
	{"one router with two radios, one of which does not say so", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(selected(wps.PasswordPushButton), network(func(n *Network, e *wps.Beacon) {
		n.BSSID, n.Band, e.SelectedRegistrar, e.DevicePasswordID = ap2, wps.Band5GHz, true, wps.PasswordPushButton
		nameless := *e
		nameless.UUIDE = wps.UUID{}
		n.Adverts = append(n.Adverts, Advert{Since: noon, Element: &nameless})
	})), "A8", Overlap, NoAttempt},
	{"waits at 5 GHz for a device that has 2.4 GHz", Evidence{Stations: []Station{{MAC: station, UUID: wps.UUID{1}, Method: PushButton, Bands: wps.Band24GHz, First: noon, Last: noon}}}.in(network(func(n *Network, e *wps.Beacon) {
		n.Band, n.Channel, e.SelectedRegistrar, e.DevicePasswordID = wps.Band5GHz, 36, true, wps.PasswordPushButton
	})), "A14", ChannelOutOfReach, NoAttempt},
	{"two devices pressed", Evidence{Stations: []Station{pressing(station, 1, noon), pressing(other, 2, noon.Add(time.Minute))}}.in(network(plain)), "A17", Overlap, NoAttempt},
	{"two devices pressed one after the other", Evidence{Stations: []Station{pressing(station, 1, noon), pressing(other, 2, noon.Add(time.Hour))}}.in(network(plain)), "A4", NoSelectedRegistrar, NoAttempt},
	{"one device with two addresses pressed", Evidence{Stations: []Station{pressing(station, 1, noon), pressing(other, 1, noon)}}.in(network(plain)), "A4", NoSelectedRegistrar, NoAttempt},
	{"button waited for, PIN searched", Evidence{Stations: []Station{searching(station)}}.in(selected(wps.PasswordPushButton)), "A5", MethodMismatch, NoAttempt},
	{"PIN waited for, button searched", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(selected(wps.PasswordDefault)), "A6", MethodMismatch, NoAttempt},
	{"not authorized", Evidence{Stations: []Station{searching(station)}}.in(selected(wps.PasswordDefault, other)), "A7", NotAuthorized, NoAttempt},
	{"enterprise", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.Enterprise = true })), "A13", Enterprise, NoAttempt},
	{"WPA3 only", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.SAEOnly, n.Adverts = true, []Advert{{Since: noon}} })), "A12", WPA3Only, NoAttempt},
	{"locked", Evidence{}.in(network(func(_ *Network, e *wps.Beacon) { e.APSetupLocked = true })), "A3", SetupLocked, NoAttempt},
	{"not configured", Evidence{}.in(network(func(_ *Network, e *wps.Beacon) { e.State = wps.NotConfigured })), "A9", NotConfigured, NoAttempt},
	{"WPS at 5 GHz only", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts = nil }), network(func(n *Network, _ *wps.Beacon) { n.BSSID, n.Band, n.Channel = ap2, wps.Band5GHz, 36 })), "A2", OtherBand, NoAttempt},
	{"no WPS", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts = []Advert{{Since: noon}} })), "A1", WPSDisabled, NoAttempt},
	{"no WPS, hidden", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts, n.Hidden, n.SSID = nil, true, "" })), "A1", WPSDisabled, NoAttempt},
	{"WPS switched off while watched", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts = append(n.Adverts, Advert{Since: noon}) })), "A1", WPSDisabled, NoAttempt},
	{"channel 13", Evidence{}.in(network(func(n *Network, e *wps.Beacon) {
		n.Channel, e.SelectedRegistrar, e.DevicePasswordID = 13, true, wps.PasswordPushButton
	})), "A14", ChannelOutOfReach, NoAttempt},
	{"nobody searches", Evidence{}.in(selected(wps.PasswordPushButton)), "A16", DeviceNotSearching, NoAttempt},
	{"waits, in a scan", Evidence{StationsUnknown: true}.in(selected(wps.PasswordPushButton)), "A16", Ready, NoAttempt},
	{"waits for a PIN, in a scan", Evidence{StationsUnknown: true}.in(selected(wps.PasswordDefault)), "A16", Ready, NoAttempt},
	{"nobody pressed", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(network(plain)), "A4", NoSelectedRegistrar, NoAttempt},
	{"window over", Evidence{Stations: []Station{pressing(station, 1, noon)}}.in(network(func(n *Network, e *wps.Beacon) {
		before := *e
		before.SelectedRegistrar, before.DevicePasswordID = true, wps.PasswordPushButton
		n.Adverts = append([]Advert{{Since: noon.Add(-time.Hour), Element: &before}}, n.Adverts...)
	})), "A4", NoSelectedRegistrar, NoAttempt},
	{"nothing", Evidence{}, "D", Unknown, NoAttempt},
	{"messages not told", only(with(broken(EndFailure, StageM1), func(a *Attempt) { a.DetectedBy, a.MoreUnknown = 0, true })), "B17", EndedEarly, Failed},
	{"messages not told, by button", only(by(PushButton, with(broken(EndDisconnect, StageM1), func(a *Attempt) { a.DetectedBy, a.MoreUnknown = 0, true }))), "B17", EndedEarly, Failed},
	{"nothing, live", Evidence{Live: true}, "D", Unknown, NoAttempt},
	{"stopped by this side", Evidence{Live: true, Attempts: []*Attempt{{Method: PIN, Reached: StageM3}}}, "D", Unknown, Incomplete},
	{"nothing, in a scan", Evidence{StationsUnknown: true}, "D", Unknown, NoAttempt},
	{"networks of which little is known, in a scan", Evidence{StationsUnknown: true}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts, n.Silent = nil, true })), "D", Unknown, NoAttempt},
	{"waits for a PIN, and nobody asks", Evidence{}.in(selected(wps.PasswordDefault, wps.Broadcast)), "A16", DeviceNotSearching, NoAttempt},
	{"both wait for a PIN", Evidence{Stations: []Station{searching(station)}}.in(selected(wps.PasswordDefault, wps.Broadcast)), "A20", NotMeeting, NoAttempt},
	{"element damaged", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts = []Advert{{Err: wps.ErrTruncated}} })), "A19", ElementDamaged, NoAttempt},
	{"Enhanced Open", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts, n.OWE, n.PMFRequired = nil, true, true })), "A21", EnhancedOpen, NoAttempt},
	{"WPA2 with PMF required", Evidence{}.in(network(func(n *Network, _ *wps.Beacon) { n.PMFRequired = true })), "A4", NoSelectedRegistrar, NoAttempt},
	{"a printer's own network", Evidence{}.in(network(func(n *Network, e *wps.Beacon) { n.SSID, e.SelectedRegistrar = "DIRECT-xy", true })), "D", Unknown, NoAttempt},
	{"a printer's own network beside the router's", Evidence{}.in(network(func(n *Network, e *wps.Beacon) {
		n.BSSID, e.SelectedRegistrar, e.PrimaryDeviceType = ap2, true, wps.DeviceTypePrinter
	}), network(plain)), "A4", NoSelectedRegistrar, NoAttempt},
	{"a computer without the router's PIN", only(asAP(m2d(0))), "B3", NoRegistrarSession, Refused},
	{"the reason of a computer's M2D is cut off", only(asAP(with(m2d(0), func(a *Attempt) { a.ConfigErrorUnknown = true }))), "B3", NoRegistrarSession, Refused},
	{"locked in mid-run", only(asAP(nacked(15, enrollee, StageM4))), "B8", SetupLocked, Refused},
	{"settings refused by a router", only(asAP(nacked(0, enrollee, StageM8))), "B26", CredentialRefused, Failed},
	{"sound settings refused by a router", only(asAP(with(nacked(0, enrollee, StageM8), func(a *Attempt) { a.Settings = []Settings{{SSID: "home", KeyLength: 8}} }))), "B26", CredentialRefused, Failed},
	{"unusable settings refused by a router", only(asAP(with(nacked(0, enrollee, StageM8), givenWEP))), "B26", CredentialRefused, Failed},
	{"the device left at once", only(with(broken(EndDisconnect, StageAssociated), func(a *Attempt) { a.DetectedBy, a.DisconnectReason = enrollee, 3 })), "B25", EndedEarly, Failed},
	{"an ordinary handshake instead of EAP", only(with(broken(EndOpen, StageAssociated), func(a *Attempt) { a.Ordinary, a.After.Reason = true, 15 })), "B1", NoIdentityRequest, Failed},
	{"overlap reported", Evidence{Notices: []Notice{{Kind: NoticeOverlap}, {Kind: NoticeFailed}}}.in(network(plain)), "A8", Overlap, NoAttempt},
	{"no registrar reported", Evidence{Notices: []Notice{{Kind: NoticeNoRegistrar}}}, "A4", NoSelectedRegistrar, NoAttempt},
	{"no registrar reported, of networks of which little is known", Evidence{Notices: []Notice{{Kind: NoticeNoRegistrar}}}.in(network(func(n *Network, _ *wps.Beacon) { n.Adverts, n.Silent = nil, true })), "A4", NoSelectedRegistrar, NoAttempt},
	{"no device reported", Evidence{Notices: []Notice{{Kind: NoticeNoDevice}}}, "A16", DeviceNotSearching, NoAttempt},
	{"wrong check digit reported", Evidence{Notices: []Notice{{Kind: NoticeBadPIN}}}, "A22", PINMistyped, NoAttempt},
	{"refused command reported", Evidence{Notices: []Notice{{Kind: NoticeRefused}}}, "D", Unknown, NoAttempt},
	{"program without WPS reported", Evidence{Notices: []Notice{{Kind: NoticeNoWPS}}}, "D", Unknown, NoAttempt},
	{"failure reported", Evidence{Notices: []Notice{{Kind: NoticeFailed}}}, "D", Unknown, Failed},

	{"hints on a wire", only(with(m2d(0), func(a *Attempt) { a.Retransmissions, a.Wired = 2, true })), "B3", NoRegistrarSession, Refused},
	{"hints", Evidence{Attempts: []*Attempt{
		attempt(with(m2d(0), func(a *Attempt) { a.AP = ap2 })),
		attempt(with(broken(EndFailure, StageM1), func(a *Attempt) {
			a.Method, a.Retransmissions, a.Enrollee.MAC = PushButton, 1, other
			a.Registrar.ConfigMethods = wps.MethodLabel
		}))}}.in(network(func(n *Network, e *wps.Beacon) { n.Signal, e.WFA.Version2 = -80, 0 })), "B17", EndedEarly, Failed},
	{"success at a router as it left the factory", only(done).in(network(func(_ *Network, e *wps.Beacon) { e.State = wps.NotConfigured })), "B18", Success, Registered},
	{"names that a terminal would obey", only(with(nacked(18, enrollee, StageM4), func(a *Attempt) { a.Enrollee.DeviceName = "\x1b[2J\u202e" })).in(network(func(n *Network, _ *wps.Beacon) { n.SSID = "caf\xe9\n{device}" })), "B9", PINFirstHalf, Failed},
}

// TestDiagnose checks that each case matches its row.
func TestDiagnose(t *testing.T) {
	for _, tt := range cases {
		d := Diagnose(&tt.e)
		if d.Code != tt.code || d.Cause != tt.cause || d.Outcome != tt.outcome {
			t.Errorf("%s: %s, %s, %s; want %s, %s, %s", tt.name, d.Code, d.Cause, d.Outcome, tt.code, tt.cause, tt.outcome)
		}
	}
}

// TestWords compares the texts of all cases with a golden file.
func TestWords(t *testing.T) {
	var got bytes.Buffer
	for _, tt := range cases {
		d := Diagnose(&tt.e)
		fmt.Fprintf(&got, "## %s: %s\n%s\n", tt.name, d.Code, d.Verdict)
		for i, step := range d.Remedy {
			fmt.Fprintf(&got, "  %d. %s\n", i+1, step)
		}
		fmt.Fprintf(&got, "  [%s]\n", d.Engineer)
		for _, h := range d.Hints {
			fmt.Fprintf(&got, "  also %s: %s [%s]\n", h.Code, h.Text, h.Engineer)
		}
		for _, s := range d.Together {
			fmt.Fprintf(&got, "  together: %s\n", s)
		}
	}
	const golden = "testdata/words.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTable checks that the codes have no gaps, that every row has a case, and
// that every text is complete.
func TestTable(t *testing.T) {
	met := map[string]bool{}
	for i := range cases {
		v, found := newView(&cases[i].e), false
		for _, row := range table {
			if (row.Hint || !found) && row.when(v) {
				met[row.Code+row.Evidence] = true
				found = found || !row.Hint
			}
		}
	}
	word := regexp.MustCompile(`\{(\w+)\}`)
	seen := map[string]bool{}
	last := ""
	for row := range Rows() {
		seen[row.Code] = true
		if !regexp.MustCompile(`^([ABC][1-9][0-9]?|D)$`).MatchString(row.Code) {
			t.Errorf("row %s has no code", row.Code)
		}
		if last != "" && (row.Code[0] < last[0] || row.Code[0] == last[0] && len(row.Code) < len(last)) {
			t.Errorf("%s stands behind %s", row.Code, last)
		}
		last = row.Code
		if row.Evidence == "" || row.Owner == "" || row.Engineer == "" || row.Cause == "" ||
			row.Hint == (row.Outcome != "") || !row.Hint && row.Cause != Success && len(row.Steps) == 0 {
			t.Errorf("row %s, %s: something is missing", row.Code, row.Evidence)
		}
		for _, text := range append(row.Steps, row.Owner, row.Engineer) {
			for _, m := range word.FindAllStringSubmatch(text, -1) {
				if placeholders[strings.ToLower(m[1])] == nil {
					t.Errorf("row %s: there is no {%s}", row.Code, m[1])
				}
			}
			if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "}") {
				t.Errorf("row %s: %q is no sentence", row.Code, text)
			}
		}
		if !met[row.Code+row.Evidence] {
			t.Errorf("row %s, %s: there is no case for it", row.Code, row.Evidence)
		}
	}
	for code := range seen {
		n, err := strconv.Atoi(code[1:])
		if before := fmt.Sprint(code[:1], n-1); err == nil && n > 1 && !seen[before] {
			t.Errorf("there is a row %s, and none %s", code, before)
		}
	}
}

// TestFaultRules checks that the rules in faultRules exist.
func TestFaultRules(t *testing.T) {
	for _, row := range faultRules {
		if _, ok := validate.Lookup(row.rule); !ok {
			t.Errorf("there is no rule %s", row.rule)
		}
	}
	if f := FaultIn(validate.Findings{{Rule: "ATTRIBUTE-ORDER"}, {Rule: "ENROLLEE-NONCE-ECHO", Kind: wps.KindNACK}, {Rule: "KEY-WRAP-WRONG"}, {Rule: "AUTHENTICATOR-WRONG"}}); f != FaultSettings {
		t.Errorf("fault %d", f)
	}
}

// TestHistory checks that Add returns the latest attempts, that a History does
// not grow, and that attempts of other devices do not count.
func TestHistory(t *testing.T) {
	var h History
	for i := range 10 * memory {
		a := attempt(m2d(0))
		a.Station, a.AP, a.Enrollee.UUID = wps.MAC{2, byte(i >> 8), byte(i)}, wps.MAC{4, byte(i % 100)}, wps.UUID{byte(i), byte(i >> 8), 1}
		all := h.Add(a)
		if len(h.attempts) > 2*memory || len(all) != min(i, memory)+1 || all[len(all)-1] != a {
			t.Fatalf("attempt %d: %d of %d", i, len(all), len(h.attempts))
		}
		for back := range len(all) {
			if b := all[len(all)-1-back]; b.Station != (wps.MAC{2, byte((i - back) >> 8), byte(i - back)}) {
				t.Fatalf("attempt %d: %v comes %d before it", i, b.Station, back)
			}
		}
		if before := newView(&Evidence{Attempts: all}).before(); len(before) != min(i, memory)/100 {
			t.Fatalf("attempt %d: %d of the same devices", i, len(before))
		}
	}
}

// TestFromError checks that the errors of our own machines lead to the same
// rows as a capture of the same run.
func TestFromError(t *testing.T) {
	for _, tt := range []struct {
		name   string
		err    *registration.Error
		method Method
		want   Cause
	}{
		{"M2D", &registration.Error{Message: wps.MessageM2D, DetectedBy: registrar}, PushButton, NoRegistrarSession},
		{"M2D, at the registrar", &registration.Error{Message: wps.MessageM1, DetectedBy: registrar}, PIN, NoRegistrarSession},
		{"overlap", &registration.Error{Message: wps.MessageM2D, ConfigError: 12, DetectedBy: registrar}, PushButton, Overlap},
		{"first half", &registration.Error{Message: wps.MessageM4, ConfigError: 18, DetectedBy: enrollee, Half: 1}, PIN, PINFirstHalf},
		{"second half", &registration.Error{Message: wps.MessageM6, ConfigError: 18, DetectedBy: enrollee, Half: 2}, PIN, PINSecondHalf},
		{"proof", &registration.Error{Message: wps.MessageM5, ConfigError: 18, DetectedBy: registrar, Half: 1}, PIN, ProofRefused},
		{"authenticator", &registration.Error{Message: wps.MessageM4, DetectedBy: enrollee, Err: registration.ErrAuthenticator}, PIN, AuthenticatorBad},
		{"settings", &registration.Error{Message: wps.MessageM4, ConfigError: 2, DetectedBy: enrollee, Err: registration.ErrDecrypt}, PIN, DecryptionFailure},
		{"time-out", &registration.Error{Message: wps.MessageM3, DetectedBy: enrollee, Err: registration.ErrTimeout}, PIN, Timeout},
		{"without a word", &registration.Error{Message: wps.MessageM3, DetectedBy: registrar, Err: registration.ErrRefused}, PIN, EndedEarly},
		{"key", &registration.Error{Message: wps.MessageM2, ConfigError: 20, DetectedBy: enrollee}, OutOfBand, OOBHashMismatch},
	} {
		if d := Diagnose(&Evidence{Attempts: []*Attempt{FromError(tt.err, tt.method)}}); d.Cause != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, d.Cause, tt.want)
		}
	}
}
