package exchange

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// causes has a scene for each kind of failure, most of which are not in any
// real capture, with the cause to be found.
var causes = []struct {
	name    string
	play    func(s *scene)
	cause   doctor.Cause
	outcome doctor.Outcome
	role    registration.Role // the side that detected it
	keys    bool              // provide the keys of the run
}{
	{"PIN", func(s *scene) { newRun(s).play(s); s.handshake(false) }, doctor.Success, doctor.Registered, 0, false},
	{"button", func(s *scene) {
		r := newRun(s)
		r.enrollee.Password, r.registrar.Password = registration.PushButton(), registration.PushButton()
		r.play(s)
	}, doctor.Success, doctor.Registered, 0, false},
	{"read", func(s *scene) { external(s).play(s) }, doctor.SettingsRead, doctor.OutcomeRead, 0, false},
	{"written", func(s *scene) {
		r := external(s)
		r.registrar.NewSettings = r.enrollee.AP
		r.play(s)
	}, doctor.Success, doctor.Registered, 0, false},

	{"first half", wrongPIN("12345670"), doctor.PINFirstHalf, doctor.Failed, registration.RoleEnrollee, false},
	{"second half", wrongPIN("24680004"), doctor.PINSecondHalf, doctor.Failed, registration.RoleEnrollee, false},
	{"second half, router's PIN", func(s *scene) {
		r := external(s)
		r.registrar.Password = registration.PIN(pin.MustParse("24680004"))
		r.play(s)
	}, doctor.PINSecondHalf, doctor.Failed, registration.RoleEnrollee, false},
	{"proof refused", func(s *scene) { playNACK(s, wps.MessageM6, 18) }, doctor.ProofRefused, doctor.Failed, registration.RoleRegistrar, false},

	{"no PIN entered", refuses(wps.NoError), doctor.NoRegistrarSession, doctor.Refused, registration.RoleRegistrar, false},
	{"M2D 12", refuses(wps.MultiplePBCSessions), doctor.Overlap, doctor.Refused, registration.RoleRegistrar, false},
	{"M2D 15", refuses(wps.SetupLocked), doctor.SetupLocked, doctor.Refused, registration.RoleRegistrar, false},
	{"M2D 20", refuses(wps.PublicKeyHashMismatch), doctor.OOBHashMismatch, doctor.Refused, registration.RoleRegistrar, false},
	{"overlap in mid-run", func(s *scene) { playNACK(s, wps.MessageM4, 12) }, doctor.Overlap, doctor.Refused, registration.RoleRegistrar, false},
	{"button pressed, PIN comes", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordPushButton, wps.Broadcast)))
		refuses(wps.NoError)(s)
	}, doctor.MethodMismatch, doctor.Refused, registration.RoleRegistrar, false},
	{"PIN entered for another device", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordDefault, otherMAC)))
		refuses(wps.NoError)(s)
	}, doctor.NotAuthorized, doctor.Refused, registration.RoleRegistrar, false},
	{"PIN entered for this device, late", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordDefault, stationMAC)))
		refuses(wps.NoError)(s)
	}, doctor.NoRegistrarSession, doctor.Refused, registration.RoleRegistrar, false},

	{"AP locked", func(s *scene) {
		s.beacon(wpa2, offer(func(e *wps.Beacon) { e.APSetupLocked = true }))
		r := external(s)
		r.enrollee.Password = registration.Password{}
		r.play(s)
	}, doctor.SetupLocked, doctor.Refused, registration.RoleEnrollee, false},
	{"AP without PIN", func(s *scene) {
		s.beacon(wpa2, offer(quiet))
		r := external(s)
		r.enrollee.Password = registration.Password{}
		r.play(s)
	}, doctor.APPINDisabled, doctor.Refused, registration.RoleEnrollee, false},
	{"AP read-only", func(s *scene) {
		r := external(s)
		r.enrollee.ReadOnly, r.registrar.NewSettings = true, r.enrollee.AP
		r.play(s)
	}, doctor.SetupLocked, doctor.Refused, registration.RoleEnrollee, false},

	{"NFC key, NACK", func(s *scene) {
		r := newRun(s)
		r.enrollee.PeerKeyHash = new([20]byte)
		r.play(s)
	}, doctor.OOBHashMismatch, doctor.Refused, registration.RoleEnrollee, false},
	{"settings not to be decrypted", func(s *scene) {
		r := newRun(s)
		r.each = damage(s, wps.MessageM4, wps.AttrEncryptedSettings)
		r.play(s)
	}, doctor.DecryptionFailure, doctor.Failed, registration.RoleEnrollee, true},
	{"NACK 2", func(s *scene) { playNACK(s, wps.MessageM5, 2) }, doctor.DecryptionFailure, doctor.Failed, registration.RoleEnrollee, false},
	{"authenticator, NACK 0", func(s *scene) {
		r := newRun(s)
		r.each = damage(s, wps.MessageM2, wps.AttrAuthenticator)
		r.play(s)
	}, doctor.AuthenticatorBad, doctor.Failed, registration.RoleEnrollee, true},
	{"authenticator, no keys", func(s *scene) {
		r := newRun(s)
		r.each = damage(s, wps.MessageM2, wps.AttrAuthenticator)
		r.play(s)
	}, doctor.InternalRefusal, doctor.Failed, registration.RoleEnrollee, false},
	{"nonce", func(s *scene) {
		r := newRun(s)
		r.each = damage(s, wps.MessageM4, wps.AttrEnrolleeNonce)
		r.play(s)
	}, doctor.NonceMismatch, doctor.Failed, registration.RoleEnrollee, false},
	{"credential refused", func(s *scene) { playNACK(s, wps.MessageDone, 0) }, doctor.CredentialRefused, doctor.Failed, registration.RoleEnrollee, false},
	{"credential without use", func(s *scene) {
		r := newRun(s)
		r.registrar.Faulty, r.registrar.Credentials[0].NetworkKey = true, wps.NetworkKey("short")
		r.play(s)
	}, doctor.CredentialUnusable, doctor.Registered, 0, true},
	{"NACK 0 after M3", func(s *scene) { playNACK(s, wps.MessageM4, 0) }, doctor.InternalRefusal, doctor.Failed, registration.RoleRegistrar, false},
	{"NACK 0 after M7", func(s *scene) { playNACK(s, wps.MessageM8, 0) }, doctor.InternalRefusal, doctor.Failed, registration.RoleRegistrar, false},
	{"busy", func(s *scene) { playNACK(s, wps.MessageM4, 14) }, doctor.DeviceBusy, doctor.Refused, registration.RoleRegistrar, false},

	{"time-out, told", func(s *scene) { playNACK(s, wps.MessageM6, 16) }, doctor.Timeout, doctor.Failed, registration.RoleRegistrar, false},
	{"silence, then the end", func(s *scene) { ends(s, wps.MessageM6); s.wait(16 * time.Second); s.failure(9) }, doctor.Timeout, doctor.Failed, registration.RoleRegistrar, false},
	{"silence without end", func(s *scene) { ends(s, wps.MessageM6); s.wait(20 * time.Second) }, doctor.Timeout, doctor.Incomplete, 0, false},
	{"the capture ends", func(s *scene) { ends(s, wps.MessageM6); s.wait(time.Second) }, doctor.Unknown, doctor.Incomplete, 0, false},
	{"EAP-Failure after M7", func(s *scene) { ends(s, wps.MessageM8); s.failure(9) }, doctor.EndedEarly, doctor.Failed, registration.RoleRegistrar, false},
	{"EAP-Failure after M1", func(s *scene) { ends(s, wps.MessageM2); s.failure(9) }, doctor.EndedEarly, doctor.Failed, registration.RoleRegistrar, false},
	{"EAP-Failure before M1", func(s *scene) { ends(s, wps.MessageM1); s.failure(9) }, doctor.EndedEarly, doctor.Failed, registration.RoleRegistrar, false},
	{"deauthenticated after M5", func(s *scene) { ends(s, wps.MessageM6); s.disconnect(1) }, doctor.EndedEarly, doctor.Failed, registration.RoleRegistrar, false},

	{"logs off after M4", func(s *scene) { ends(s, wps.MessageM5); s.eapol(true, eapol.TypeLogoff, nil) }, doctor.EndedEarly, doctor.Failed, registration.RoleEnrollee, false},

	{"nobody asks who it is", func(s *scene) { s.associate(0); s.wait(12 * time.Second); s.disconnect(3) }, doctor.NoIdentityRequest, doctor.Failed, registration.RoleRegistrar, false},
	{"nobody ever asks who it is", func(s *scene) { s.associate(0); s.wait(30 * time.Second) }, doctor.NoIdentityRequest, doctor.Failed, 0, false},
	{"association refused", func(s *scene) { s.associate(17) }, doctor.AssociationRefused, doctor.Refused, registration.RoleRegistrar, false},
	{"sent away at once", func(s *scene) { s.associate(0); s.disconnect(1) }, doctor.AssociationRefused, doctor.Refused, registration.RoleRegistrar, false},
	{"authentication refused", func(s *scene) {
		s.probe(stationMAC, 1, wps.PasswordPushButton)
		s.add(capture.Event{Kind: capture.KindAuthentication, Src: s.ap, Dst: s.sta, BSSID: s.ap, Management: &capture.Management{Transaction: 2, Status: 1}})
	}, doctor.AssociationRefused, doctor.Refused, registration.RoleRegistrar, false},

	{"wrong key", func(s *scene) { newRun(s).play(s); s.join(0); s.handshake(true) }, doctor.WrongKey, doctor.Registered, 0, false},
	{"wrong key, message 2 not heard", func(s *scene) {
		newRun(s).play(s)
		s.join(0)
		s.key(false, 0x008a, 0)
		s.disconnect(15)
	}, doctor.WrongKey, doctor.Registered, 0, false},
	{"message 1 again and again", func(s *scene) {
		newRun(s).play(s)
		s.join(0)
		for range 4 {
			s.key(false, 0x008a, 0)
		}
	}, doctor.WrongKey, doctor.Registered, 0, false},
	{"all are sent away after M5", func(s *scene) {
		ends(s, wps.MessageM6)
		s.add(capture.Event{Kind: capture.KindDeauthentication, Src: s.ap, Dst: wps.Broadcast, BSSID: s.ap, Management: &capture.Management{Reason: 3}})
	}, doctor.EndedEarly, doctor.Failed, registration.RoleRegistrar, false},
	{"WPA3 only", func(s *scene) { s.beacon(wpa3, offer(quiet)); newRun(s).play(s); s.join(43) }, doctor.WPA3Only, doctor.Registered, 0, false},
	{"SAE refused", func(s *scene) { newRun(s).play(s); s.sae(126); s.sae(15) }, doctor.SAEFailed, doctor.Registered, 0, false},
	{"joining refused", func(s *scene) { newRun(s).play(s); s.join(31) }, doctor.JoiningRefused, doctor.Registered, 0, false},
	{"joining refused at first", func(s *scene) { newRun(s).play(s); s.join(31); s.join(0); s.handshake(false) }, doctor.Success, doctor.Registered, 0, false},
}

// external makes the station the registrar of the access point.
func external(s *scene) *run {
	r := newRun(s)
	r.external = true
	r.enrollee.Config, r.registrar.Config = r.registrar.Config, r.enrollee.Config
	r.enrollee.AP, r.registrar.AP, r.registrar.Credentials = &r.registrar.Credentials[0], true, nil
	return r
}

func wrongPIN(typed string) func(*scene) {
	return func(s *scene) {
		r := newRun(s)
		r.registrar.Password = registration.PIN(pin.MustParse(typed))
		r.play(s)
	}
}

// refuses makes the registrar answer by M2D.
func refuses(ce wps.ConfigError) func(*scene) {
	return func(s *scene) {
		r := newRun(s)
		r.refuse = &ce
		r.play(s)
	}
}

func playNACK(s *scene, instead wps.MessageType, ce wps.ConfigError) {
	r := newRun(s)
	r.each = nack(s, instead, ce)
	r.play(s)
}

// ends sets up an exchange that stops before a message of a type.
func ends(s *scene, t wps.MessageType) {
	r := newRun(s)
	r.each = until(t)
	r.play(s)
}

// damage changes an attribute of a message in transit. The receiver answers by
// WSC_NACK 0, as hostap does.
func damage(s *scene, t wps.MessageType, id wps.AttributeID) func(bool, []byte) []byte {
	return func(fromStation bool, packet []byte) []byte {
		if typeOf(packet) != t {
			return packet
		}
		damaged := bytes.Clone(packet)
		p, err := eap.ParsePacket(damaged)
		if err != nil {
			s.t.Fatal(err)
		}
		wps.Find(p.Data, id)[3] ^= 1
		s.eap(p)
		m := new(wps.NACK)
		s.eap(eap.NewWSC(eap.CodeResponse, p.ID, eap.OpNACK, encoded(s.t, m)))
		s.failure(p.ID)
		return nil
	}
}

// TestCauses plays each scene and diagnoses it.
func TestCauses(t *testing.T) {
	for _, tt := range causes {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			tt.play(s)
			var keys *KeyLog
			if tt.keys {
				keys = s.keyLog()
			}
			all, _ := collect(s.events, keys)
			if len(all) != 1 {
				t.Fatalf("%d exchanges", len(all))
			}
			d := diagnose(all[0])
			if d.Cause != tt.cause || d.Outcome != tt.outcome || d.DetectedBy != tt.role {
				t.Errorf("%s, %s, found by %v; want %s, %s, %v", d.Cause, d.Outcome, d.DetectedBy, tt.cause, tt.outcome, tt.role)
			}
		})
	}
}

// diagnose diagnoses one exchange.
func diagnose(x *Exchange) doctor.Diagnosis {
	return doctor.Diagnose(x.Evidence([]*doctor.Attempt{x.Attempt(x.Findings(wps.Tolerant))}))
}

// surroundings has a scene without an exchange for each reason.
var surroundings = []struct {
	name  string
	play  func(s *scene)
	cause doctor.Cause
}{
	{"no WPS", func(s *scene) { s.beacon(wpa2, nil); s.probe(stationMAC, 1, wps.PasswordPushButton) }, doctor.WPSDisabled},
	{"WPS switched off", func(s *scene) { s.beacon(wpa2, offer(quiet)); s.beacon(wpa2, nil) }, doctor.WPSDisabled},
	{"WEP", func(s *scene) { s.beacon(nil, nil) }, doctor.WPSDisabled},
	{"WPA3 only", func(s *scene) { s.beacon(wpa3, nil); s.probe(stationMAC, 1, wps.PasswordPushButton) }, doctor.WPA3Only},
	{"WPA3 only, with WPS", func(s *scene) { s.beacon(wpa3, offer(quiet)) }, doctor.WPA3Only},
	{"enterprise", func(s *scene) { s.beacon(enterprise, nil) }, doctor.Enterprise},
	{"nobody pressed", func(s *scene) { s.beacon(wpa2, offer(quiet)); s.probe(stationMAC, 1, wps.PasswordPushButton) }, doctor.NoSelectedRegistrar},
	{"window over", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordPushButton, wps.Broadcast)))
		s.wait(120 * time.Second)
		s.beacon(wpa2, offer(quiet))
		s.probe(stationMAC, 1, wps.PasswordPushButton)
	}, doctor.NoSelectedRegistrar},
	{"locked", func(s *scene) { s.beacon(wpa2, offer(func(e *wps.Beacon) { e.APSetupLocked = true })) }, doctor.SetupLocked},
	{"not configured", func(s *scene) { s.beacon(wpa2, offer(func(e *wps.Beacon) { e.State = wps.NotConfigured })) }, doctor.NotConfigured},
	{"button awaited, PIN sought", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordPushButton, wps.Broadcast)))
		s.probe(stationMAC, 1, wps.PasswordDefault)
	}, doctor.MethodMismatch},
	{"PIN awaited, button sought", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordDefault, wps.Broadcast)))
		s.probe(stationMAC, 1, wps.PasswordPushButton)
	}, doctor.MethodMismatch},
	{"another device awaited", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordDefault, otherMAC)))
		s.probe(stationMAC, 1, wps.PasswordDefault)
	}, doctor.NotAuthorized},
	{"two devices pressed", func(s *scene) {
		s.beacon(wpa2, offer(quiet))
		s.probe(stationMAC, 1, wps.PasswordPushButton)
		s.probe(otherMAC, 2, wps.PasswordPushButton)
	}, doctor.Overlap},
	{"two routers pressed", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordPushButton, wps.Broadcast)))
		s.ap = otherMAC
		s.beacon(wpa2, offer(func(e *wps.Beacon) { waiting(wps.PasswordPushButton, wps.Broadcast)(e); e.UUIDE[0]++ }))
	}, doctor.Overlap},
	{"no device searches", func(s *scene) { s.beacon(wpa2, offer(waiting(wps.PasswordPushButton, wps.Broadcast))) }, doctor.DeviceNotSearching},
	{"all in order", func(s *scene) {
		s.beacon(wpa2, offer(waiting(wps.PasswordPushButton, wps.Broadcast)))
		s.probe(stationMAC, 1, wps.PasswordPushButton)
	}, doctor.NotMeeting},
}

// TestSurroundings diagnoses why there was no exchange.
func TestSurroundings(t *testing.T) {
	for _, tt := range surroundings {
		s := newScene(t)
		tt.play(s)
		all, c := collect(s.events, nil)
		if len(all) != 0 {
			t.Errorf("%s: %d exchanges", tt.name, len(all))
		}
		if d := doctor.Diagnose(c.Evidence()); d.Cause != tt.cause || d.Outcome != doctor.NoAttempt {
			t.Errorf("%s: %s, %s; want %s", tt.name, d.Cause, d.Outcome, tt.cause)
		}
	}
}

// TestKeysStaySecret checks that nothing printed about an exchange contains its
// network key.
func TestKeysStaySecret(t *testing.T) {
	s := newScene(t)
	newRun(s).play(s)
	all, _ := collect(s.events, s.keyLog())
	a := all[0].Attempt(all[0].Findings(wps.Strict))
	if len(a.Settings) != 1 || a.Settings[0].SSID != "home" || a.Settings[0].KeyLength != len("correct horse") || a.Settings[0].Err != nil {
		t.Errorf("settings %+v", a.Settings)
	}
	d := doctor.Diagnose(all[0].Evidence([]*doctor.Attempt{a}))
	for _, text := range append(d.Remedy, d.Verdict, d.Engineer) {
		if strings.Contains(text, "horse") {
			t.Error(text)
		}
	}
}
