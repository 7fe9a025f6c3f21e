package doctor

import (
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

const (
	enrollee  = registration.RoleEnrollee
	registrar = registration.RoleRegistrar
)

// Causes that show in an attempt that failed.
const (
	PINFirstHalf       Cause = "pin-first-half"         // the first half of the PIN is wrong
	PINSecondHalf      Cause = "pin-second-half"        // the first half is right, the second is wrong
	PINWrong           Cause = "pin-wrong"              // the PIN is wrong, and what was seen does not show in which half
	NoRegistrarSession Cause = "no-registrar-session"   // the registrar has no PIN for this enrollee, or its button was not pressed
	APPINDisabled      Cause = "ap-pin-disabled"        // the router has no own PIN, or it is switched off
	OOBHashMismatch    Cause = "oob-hash-mismatch"      // the public key does not match the hash on the NFC tag
	ProofRefused       Cause = "proof-refused"          // the registrar rejected the enrollee's proof
	DecryptionFailure  Cause = "decryption-failure"     // Encrypted Settings could not be decrypted
	AuthenticatorBad   Cause = "authenticator-mismatch" // a message was not authentic
	NonceMismatch      Cause = "nonce-mismatch"         // a message belonged to another run
	CredentialRefused  Cause = "credential-refused"     // the enrollee refused the settings it was given
	InternalRefusal    Cause = "internal-refusal"       // one side stopped without giving a reason
	Timeout            Cause = "timeout"                // one side stopped answering
	EndedEarly         Cause = "ended-early"            // EAP-Failure or a disconnection before WSC_Done
	NoIdentityRequest  Cause = "no-identity-request"    // the access point never started EAP
	AssociationRefused Cause = "association-refused"    // the access point refused the association
	DeviceBusy         Cause = "device-busy"            // one side is busy with another run
)

// duringRows are for attempts that failed: part B of the table.
var duringRows = []Row{
	{Code: "B22", Cause: MethodMismatch, Outcome: Failed,
		Evidence: "M1 and M2 name different methods, and the enrollee stopped",
		Owner:    "{Device} and {router} did not use the same method: one of them waits for a button, the other for a PIN.",
		Steps:    []string{prefixed("Use the button at both", stepPress), prefixed("Or the PIN at both", stepNewPIN), stepEnterPIN},
		Engineer: "M2 has a different Device Password ID from M1, so the two sides used different passwords.",
		when: func(v *view) bool {
			return v.failed() && v.attempt.Answered != MethodUnknown && v.attempt.Method != MethodUnknown && v.attempt.Answered != v.attempt.Method &&
				(v.refused(wps.NoError, enrollee) || v.refused(wps.DevicePasswordAuthFailed, enrollee))
		}},
	{Code: "B9", Cause: PINFirstHalf, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the station after M4, PIN",
		Owner:    "The PIN was wrong: the one entered at {router} is not the PIN of {device}. Even the first half of its digits differs.",
		Steps: []string{stepNewPIN,
			"Make sure that it is the PIN of {device}, not the one printed on the router.",
			stepEnterPIN, prefixed("Or use no PIN at all", stepPress), stepPassword},
		Engineer: "The enrollee found R-Hash1 wrong on M4 (configuration error 18): the registrar's password differs in PSK1, the first 4 digits of 8, or 2 of 4.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.stoppedAt(StageM4) && !v.attempt.Skipped && !v.apIsEnrollee() && v.usesMethod(PIN, MethodUnknown)
		}},
	{Code: "B9", Cause: PINFirstHalf, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the access point after M4",
		Owner:    "The router's PIN was wrong: the one typed at the computer or app is not the PIN of {router}. Even the first half of its digits differs.",
		Steps:    []string{stepRouterPIN, "Type all 8 digits. After three wrong ones most routers refuse every PIN for a minute, then for longer: do not guess.", stepRouterWeb},
		Engineer: "The access point found R-Hash1 wrong on M4 (configuration error 18): the external registrar's PIN differs in the first 4 digits. It counts as a failed attempt for the lockout.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.stoppedAt(StageM4) && !v.attempt.Skipped && v.apIsEnrollee()
		}},
	{Code: "B9", Cause: PINFirstHalf, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the enrollee after M4, out-of-band password",
		Owner:    "{Router} was given a password from an NFC tag, but it is not the password of {device}: the tag is old, or belongs to another device.",
		Steps:    []string{"Touch the tag of {device} again, or let {device} write a new one.", prefixed("Or use the button", stepPress), stepPassword},
		Engineer: "The enrollee found R-Hash1 wrong on M4 (configuration error 18) with an out-of-band device password: the registrar used another one.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.stoppedAt(StageM4) && v.usesMethod(OutOfBand)
		}},
	{Code: "B10", Cause: PINSecondHalf, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the station after M6",
		Owner:    "The PIN was nearly right: the first half of the digits entered at {router} is right, but one of the last digits is wrong.",
		Steps: []string{stepNewPIN,
			"Compare the last digits carefully, and enter the whole PIN again at {router}: it has deleted the wrong one.",
			stepEnterPIN, stepPassword},
		Engineer: "The enrollee found R-Hash2 wrong on M6 (configuration error 18): PSK1 agrees, PSK2 does not: a typing error in the second half. M6 exposed the registrar's PIN, so it must not be used again.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.stoppedAt(StageM6) && !v.attempt.Skipped && !v.apIsEnrollee() && v.usesMethod(PIN, MethodUnknown)
		}},
	{Code: "B10", Cause: PINSecondHalf, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the access point after M6",
		Owner:    "The router's PIN was nearly right: the first half of the digits typed at the computer or app is right, but one of the last digits is wrong.",
		Steps:    []string{stepRouterPIN, "Compare the last four digits carefully, and type the whole PIN again.", stepRouterWeb},
		Engineer: "The access point found R-Hash2 wrong on M6 (configuration error 18): PSK1 agrees, PSK2 does not. It counts as a failed attempt for the lockout.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.stoppedAt(StageM6) && !v.attempt.Skipped && v.apIsEnrollee()
		}},
	{Code: "B9", Cause: PINWrong, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the station, and the message that it answers was not seen",
		Owner:    "The PIN was wrong: the one that was entered at {router} is not the one of {device}.",
		Steps: []string{stepNewPIN,
			"Make sure that it is the PIN of {device}, not the one printed on the router.",
			stepEnterPIN, prefixed("Or use no PIN at all", stepPress), stepPassword},
		Engineer: "WSC_NACK with configuration error 18 from the enrollee. It answers M4 or M6, but the last message seen before it is {reached}, so either half may be wrong.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.inRun() && !v.apIsEnrollee() && v.usesMethod(PIN, MethodUnknown)
		}},
	{Code: "B9", Cause: PINWrong, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the access point, and the message that it answers was not seen",
		Owner:    "The router's PIN was wrong: the one that was typed at the computer or app is not the PIN of {router}.",
		Steps:    []string{stepRouterPIN, "Type all 8 digits. After three wrong ones most routers refuse every PIN for a minute, then for longer: do not guess.", stepRouterWeb},
		Engineer: "WSC_NACK with configuration error 18 from the access point. It answers M4 or M6, but the last message seen before it is {reached}, so either half may be wrong.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, enrollee) && v.inRun() && v.apIsEnrollee()
		}},
	{Code: "B11", Cause: ProofRefused, Outcome: Failed,
		Evidence: "WSC_NACK 18 from the registrar after M5 or M7",
		Owner:    "{Router} did not accept the proof that {device} knows the PIN, although {device} had accepted the router's proof. One of the two made an error.",
		Steps:    []string{stepRestart, prefixed("Then use the button", stepPress), stepFirmware, stepPassword},
		Engineer: "The registrar found E-Hash1 or E-Hash2 wrong (configuration error 18 after M5 or M7): the enrollee proved a different password from the one that it verified. This cannot happen with an enrollee that works correctly.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed, registrar) && v.stoppedAt(StageM5, StageM6, StageM7)
		}},
	{Code: "D", Cause: Unknown, Outcome: Failed,
		Evidence: "WSC_NACK 18, and no messages before it that show which side sent it",
		Owner:    "One of the two refused the PIN or password of the other (error 18). What was recorded does not show which one, or which PIN was wrong.",
		Steps:    []string{prefixed("Check the PIN", stepNewPIN), stepEnterPIN, prefixed("Or use no PIN at all", stepPress), "If it fails again, record the whole attempt.", stepPassword},
		Engineer: "WSC_NACK with configuration error 18 (last seen before it: {reached}). An enrollee sends it after M4 or M6 (the PIN was mistyped), a registrar after M5 or M7.",
		when: func(v *view) bool {
			return v.refused(wps.DevicePasswordAuthFailed) && (!v.inRun() || v.attempt.DetectedBy == registrar && v.attempt.Reached < StageM5)
		}},
	{Code: "B11", Cause: ProofRefused, Outcome: Failed,
		Evidence: "WSC_NACK 18 anywhere else",
		Owner:    "{Device} and {router} do not agree on the password, although no PIN that a person could mistype was in use. One of the two made an error, or they were in different modes.",
		Steps:    []string{stepRestart, prefixed("Then use the button", stepPress), stepFirmware, stepPassword},
		Engineer: "Configuration error 18, although both sides must have the same password, as in every push-button run.",
		when:     func(v *view) bool { return v.refused(wps.DevicePasswordAuthFailed) }},

	{Code: "B8", Cause: SetupLocked, Outcome: Refused,
		Evidence: "WSC_NACK 15 from an access point that advertises a lock or has seen wrong PINs",
		Owner:    "{Router} does not accept its own PIN for now: it has locked the PIN, as routers do after wrong attempts.",
		Steps: []string{"Wait a minute and try once with the right PIN. After more failures the wait doubles. Restarting the router ends the lock on many routers, but not on all.",
			stepRouterPIN,
			"To connect a printer or another device you need no router PIN: use the WPS button, or enter the device's PIN on the page of {router}. The lock does not affect these.",
			stepRouterWeb},
		Engineer: "The access point answered with configuration error 15 (setup locked) before either half was tried. Its AP Setup Locked attribute or earlier failures show a lockout.",
		when:     func(v *view) bool { return v.refused(wps.SetupLocked, enrollee) && v.apIsEnrollee() && v.lockout() }},
	{Code: "B8", Cause: APPINDisabled, Outcome: Refused,
		Evidence: "WSC_NACK 15 from an access point that advertises no lock and has seen no wrong PINs",
		Owner:    "{Router} cannot be set up with its own PIN: it has none, or its owner has switched it off.",
		Steps: []string{"On the web page of {router}, switch on the PIN for external registrars, if there is such a setting.",
			"To connect a printer or another device you need no router PIN: use the WPS button, or enter the device's PIN on the page of {router}.", stepRouterWeb},
		Engineer: "Configuration error 15 after M2 while the element of the access point has no AP Setup Locked: it has no AP PIN.",
		when: func(v *view) bool {
			return v.refused(wps.SetupLocked, enrollee) && v.apIsEnrollee() && v.stoppedAt(StageM1, StageM2) && v.state != nil && v.net.heard()
		}},
	{Code: "B8", Cause: SetupLocked, Outcome: Refused,
		Evidence: "WSC_NACK 15 from the access point after M2, and nothing else is known about it",
		Owner:    "{Router} does not accept its own PIN: it has locked the PIN, as routers do after wrong attempts, or its owner has switched it off.",
		Steps: []string{"Check on the web page of {router} whether its PIN is switched on.", "If it is, wait some minutes or restart the router, and try once with the right PIN.",
			stepRouterPIN,
			"To connect a printer or another device you need no router PIN: use the WPS button, or enter the device's PIN on the page of {router}.", stepRouterWeb},
		Engineer: "Configuration error 15 after M2: the AP PIN is locked or disabled. Without the beacon the two cannot be distinguished.",
		when: func(v *view) bool {
			return v.refused(wps.SetupLocked, enrollee) && v.apIsEnrollee() && v.stoppedAt(StageM1, StageM2)
		}},
	{Code: "B8", Cause: SetupLocked, Outcome: Refused,
		Evidence: "WSC_NACK 15 from the access point after M3 to M6",
		Owner:    "{Router} has locked its PIN in the middle of the attempt, as routers do after too many wrong PINs.",
		Steps: []string{"Wait a minute and try once with the right PIN. After more failures the wait doubles. Restarting the router ends the lock on many routers, but not on all.",
			stepRouterPIN,
			"To connect a printer or another device you need no router PIN: use the WPS button, or enter the device's PIN on the page of {router}. The lock does not affect these.",
			stepRouterWeb},
		Engineer: "Configuration error 15 (setup locked) after {reached}: the lockout began during the run, because of failures in other runs or a wrong guess in this one.",
		when: func(v *view) bool {
			return v.refused(wps.SetupLocked, enrollee) && v.apIsEnrollee() && v.stoppedAt(StageM3, StageM4, StageM5, StageM6)
		}},
	{Code: "B8", Cause: SetupLocked, Outcome: Refused,
		Evidence: "WSC_NACK 15 from the access point after M7 or M8",
		Owner:    "{Router} lets others read its settings with its PIN, but not change them.",
		Steps:    []string{"Look on the web page of {router} for a setting that allows external registrars to change it.", stepRouterWeb},
		Engineer: "Configuration error 15 on M8: the access point is in read-only mode (hostap's ap_setup_locked=2).",
		when:     func(v *view) bool { return v.refused(wps.SetupLocked, enrollee) && v.apIsEnrollee() }},
	{Code: "B8", Cause: SetupLocked, Outcome: Refused,
		Evidence: "WSC_NACK 15, and no messages before it",
		Owner:    "One of the two said that it is locked (error 15). That is mostly a router that does not accept its own PIN for some time, after wrong PINs.",
		Steps: []string{"Wait some minutes, or restart the router.", "To connect a printer or another device you need no router PIN: use the WPS button, or enter the device's PIN on the page of the router. The lock does not hold for these.",
			stepPassword},
		Engineer: "WSC_NACK with configuration error 15 (setup locked) and nothing before it.",
		when:     func(v *view) bool { return v.refused(wps.SetupLocked) && v.nack() && !v.inRun() && !v.apIsEnrollee() }},
	{Code: "B5", Cause: SetupLocked, Outcome: Refused,
		Evidence: "M2D or WSC_NACK 15 from the registrar",
		Owner:    "{Router} has locked its WPS, as routers do after wrong PINs, and has no PIN for {device} either.",
		Steps:    []string{"Wait a minute, or restart {router}.", prefixed("Then use the button", stepPress), "Or enter the PIN of {device} on the WPS page of {router} first, and then start WPS at {device}.", stepPassword},
		Engineer: "M2D with configuration error 15: the registrar has no password for the enrollee, and the access point is locked.",
		when:     func(v *view) bool { return v.refused(wps.SetupLocked) && !v.apIsEnrollee() }},

	{Code: "B23", Cause: AddressMismatch, Outcome: Refused,
		Evidence: "configuration error 12, only one device was in push-button mode, and the MAC address in M1 is not the sender's",
		Owner:    "{Router} takes {device} for two devices, because it changes its Wi-Fi address or reaches the router through a repeater.",
		Steps:    []string{stepNoRandom, "If there is a repeater or mesh node between the two, connect {device} near the main router.", stepWait2, stepPress, stepPassword},
		Engineer: "Configuration error 12, and the MAC Address in M1 is not the station's: iwd refuses an M1 whose address is not that of the push-button probe request.",
		when:     func(v *view) bool { return v.refused(wps.MultiplePBCSessions) && v.otherAddress() && !v.twoPressed() }},
	{Code: "B13", Cause: Overlap, Outcome: Refused,
		Evidence: "WSC_NACK 12 after M3, M5 or M7",
		Owner:    "A second device began WPS by button while {device} was being set up, and {router} cannot tell which one you mean.",
		Steps:    []string{stepWait2, "Make sure that no other device is in WPS mode: a device that searches with its button blinks.", stepPress, stepPassword},
		Engineer: "Configuration error 12 (multiple PBC sessions) during the run: the overlap was noticed after M2.",
		when: func(v *view) bool {
			return v.refused(wps.MultiplePBCSessions) && v.attempt.End == EndNACK && v.attempt.Reached >= StageM3
		}},
	{Code: "B8", Cause: Overlap, Outcome: Refused,
		Evidence: "WSC_NACK 12 after M1 or M2",
		Owner:    "More than one device, or more than one router, is in WPS button mode, so it is not clear which two belong together.",
		Steps:    stepsOverlap,
		Engineer: "WSC_NACK with configuration error 12 (multiple PBC sessions) right after M1 or M2.",
		when:     func(v *view) bool { return v.refused(wps.MultiplePBCSessions) && v.attempt.End == EndNACK }},
	{Code: "B4", Cause: Overlap, Outcome: Refused,
		Evidence: "M2D 12",
		Owner:    "More than one device is in WPS button mode, and {router} cannot tell which one you mean.",
		Steps:    stepsOverlap,
		Engineer: "M2D with configuration error 12 (multiple PBC sessions): the registrar has heard more than one UUID-E with Device Password ID 4 within 120 s.",
		when:     func(v *view) bool { return v.refused(wps.MultiplePBCSessions) }},

	{Code: "B6", Cause: OOBHashMismatch, Outcome: Refused,
		Evidence: "M2D or WSC_NACK 20",
		Owner:    "The NFC tag that was touched does not belong to the device that answered: their keys differ.",
		Steps:    []string{"Touch the tag of {device} again; the first read may have failed, or the tag may belong to another device.", "Let {device} write a new tag if its settings were reset since.", prefixed("Or use the button", stepPress), stepPassword},
		Engineer: "Configuration error 20: the hash of the public key in M1 or M2 does not match the one handed over out of band. Either the tag is stale, or this is a man-in-the-middle attack.",
		when:     func(v *view) bool { return v.refused(wps.PublicKeyHashMismatch) && v.attempt.End == EndM2D }},
	{Code: "B8", Cause: OOBHashMismatch, Outcome: Refused,
		Evidence: "WSC_NACK 20",
		Owner:    "The NFC tag that was touched does not belong to the device that answered: their keys differ.",
		Steps:    []string{"Touch the tag again; the first read may have failed, or the tag may belong to another device.", "Let the device write a new tag if its settings were reset since.", prefixed("Or use the button", stepPress), stepPassword},
		Engineer: "WSC_NACK with configuration error 20: the hash of the peer's public key does not match the one handed over out of band. Either the tag is stale, or this is a man-in-the-middle attack.",
		when:     func(v *view) bool { return v.refused(wps.PublicKeyHashMismatch) }},

	{Code: "B3", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D 0 from an external registrar",
		Owner:    "The computer or app did not have the PIN of {router}: it was not typed there.",
		Steps:    []string{stepRouterPIN, forRegistrar[stepEnterPIN], stepRouterWeb},
		Engineer: "The external registrar answered the M1 of the access point by M2D with configuration error 0: it has no password for the access point.",
		when:     func(v *view) bool { return v.noSession() && v.apIsEnrollee() }},
	{Code: "B22", Cause: MethodMismatch, Outcome: Refused,
		Evidence: "M2D 0 to an M1 for PIN while the access point waits for a push button",
		Owner:    "{Router} is waiting for the WPS button of a device, but {device} used a PIN.",
		Steps:    []string{"Start WPS by button at {device}, within 2 minutes of pressing the button of {router}.", "Or enter the PIN that {device} shows on the WPS page of {router} first, then start WPS by PIN at {device}."},
		Engineer: "M1 has the Device Password ID of a PIN; the element has Selected Registrar with Device Password ID 4.",
		when:     func(v *view) bool { return v.noSession() && v.usesMethod(PIN) && v.waitsFor(PushButton) }},
	{Code: "A6", Cause: MethodMismatch, Outcome: Refused,
		Evidence: "M2D 0 to an M1 for push button while the access point waits for a PIN",
		Owner:    "{Router} is waiting for a PIN, but {device} used its WPS button.",
		Steps:    []string{stepPress, "Or set up {device} by PIN, with the PIN that was entered at {router}."},
		Engineer: "M1 has Device Password ID 4; the element has Selected Registrar with another one.",
		when:     func(v *view) bool { return v.noSession() && v.usesMethod(PushButton) && v.waitsFor(PIN) }},
	{Code: "A7", Cause: NotAuthorized, Outcome: Refused,
		Evidence: "M2D 0, and AuthorizedMACs without the station",
		Owner:    "{Router} is not waiting for {device}: the PIN was entered for another device, or {device} has a new Wi-Fi address.",
		Steps:    []string{stepNoRandom, stepNewPIN, stepEnterPIN, stepPassword},
		Engineer: "AuthorizedMACs contains neither the station nor the broadcast address, and the registrar answers M2D with configuration error 0.",
		when:     func(v *view) bool { return v.noSession() && v.waits() && !authorized(v.state, v.attempt.Station) }},
	{Code: "B21", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D 0 for PIN, after an attempt in which the registrar had a PIN",
		Owner:    "{Router} has no PIN for {device} any more: a router accepts a PIN only once or twice, and only for a few minutes.",
		Steps:    []string{stepNewPIN, "Enter it at {router} once more, even if it is the same as before.", stepEnterPIN, prefixed("Or use the button", stepPress)},
		Engineer: "M2D 0 after a run in which the registrar sent M4: its PIN is no longer valid after a success, after M6 exposed it, after two attempts, or after some time.",
		when: func(v *view) bool {
			return v.noSession() && v.usesMethod(PIN, MethodUnknown) && v.earlier(func(b *Attempt) bool { return !b.APEnrollee && b.Method == PIN && b.Reached >= StageM4 })
		}},
	{Code: "B7", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D 0, and the end came some seconds later",
		Owner:    "{Router} has no PIN for {device} and its button was not pressed. It waited for a computer to supply a PIN, and none did.",
		Steps:    []string{"If a set-up wizard is open at the computer, complete it or close it.", stepPress, prefixed("Or by PIN", stepNewPIN), stepEnterPIN, stepPassword},
		Engineer: "M2D with configuration error 0, and the access point waited for an external registrar (5 s) before EAP-Failure.",
		when:     func(v *view) bool { return v.noSession() && v.attempt.Silence >= waitForExternal }},
	{Code: "B3", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D 0 for push button",
		Owner:    "{Device} used its WPS button, but the button of {router} was not pressed, or was pressed more than 2 minutes before.",
		Steps:    []string{stepPress, "Press the button of {router} first: it must be in WPS mode when {device} connects. Its WPS lamp blinks while it is.", "With several routers or mesh nodes, press the one that is nearest to {device}.", stepPassword},
		Engineer: "M2D with configuration error 0 to an M1 with Device Password ID 4: the registrar's push-button mode is not active.",
		when:     func(v *view) bool { return v.noSession() && v.usesMethod(PushButton) }},
	{Code: "B3", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D 0",
		Owner:    "{Router} was not waiting for {device}: its PIN had not been entered there.",
		Steps:    []string{stepNewPIN, "Enter it on the WPS page of {router} before {device} tries, with all its digits. The router needs the PIN first.", "Start WPS by PIN at {device} within 2 minutes.", prefixed("Or use no PIN at all", stepPress), stepPassword},
		Engineer: "M2D with configuration error 0: the registrar has no password for this enrollee's UUID-E (\"PIN needed\"), or does not accept its Device Password ID.",
		when:     (*view).noSession},

	{Code: "B12", Cause: DecryptionFailure, Outcome: Failed,
		Evidence: "WSC_NACK 2, or the keys show that Encrypted Settings cannot be decrypted",
		Owner:    "A message between {device} and {router} was damaged: its encrypted part could not be read.",
		Steps:    []string{prefixed("Try once more", stepNear), stepRestart, stepFirmware, stepPassword},
		Engineer: "Encrypted Settings fail to decrypt, or their Key Wrap Authenticator is wrong: the message is damaged, or the sender made an error.",
		when: func(v *view) bool {
			return v.refused(wps.DecryptionCRCFailure) || v.failed() && v.attempt.Fault == FaultSettings
		}},
	{Code: "B16", Cause: Timeout, Outcome: Failed,
		Evidence: "WSC_NACK 16 or 17",
		Owner:    "One side took too long to answer, and the other gave up.",
		Steps:    stepsTimeout,
		Engineer: "Configuration error 16 (message time-out) or 17 (registration time-out).",
		when:     func(v *view) bool { return v.refused(wps.MessageTimeout) || v.refused(wps.RegistrationTimeout) }},
	{Code: "A14", Cause: ChannelOutOfReach, Outcome: Refused,
		Evidence: "configuration error 3, 4 or 19",
		Owner:    "{Device} cannot use the Wi-Fi band that {router} offered it.",
		Steps:    []string{"Switch on the 2.4 GHz Wi-Fi of {router}, with the same name and password as the other band.", stepPress},
		Engineer: "Configuration error 3, 4 or 19: the channel is not supported.",
		when: func(v *view) bool {
			return v.refused(wps.Channel24NotSupported) || v.refused(wps.Channel50NotSupported) || v.refused(wps.Channel60NotSupported)
		}},
	{Code: "A15", Cause: WeakSignal, Outcome: Failed,
		Evidence: "configuration error 5",
		Owner:    "The signal between {device} and {router} is too weak.",
		Steps:    []string{stepNear, "Take metal, water and microwave ovens out of the way, then try again.", stepPassword},
		Engineer: "Configuration error 5: signal too weak.",
		when:     func(v *view) bool { return v.refused(wps.SignalTooWeak) }},
	{Code: "B15", Cause: DeviceBusy, Outcome: Refused,
		Evidence: "configuration error 14",
		Owner:    "One of the two was busy setting up another device.",
		Steps:    []string{"Let the other set-up finish, or wait 2 minutes.", stepPress, stepRestart},
		Engineer: "Configuration error 14: device busy.",
		when:     func(v *view) bool { return v.refused(wps.DeviceBusy) }},
	{Code: "D", Cause: Unknown, Outcome: Incomplete,
		Evidence: "an end without a reason, and the message before it was not seen",
		Owner:    "The recording lacks the last message of one of the two, so it does not show why the attempt ended, or whether it worked.",
		Steps:    []string{"Check whether {device} is connected.", "If not, record again where the messages of both can be heard: near {router}, on its Wi-Fi channel.", prefixed("Or try again", stepPress)},
		Engineer: "A message after {reached}, which {end} answers, is missing: perhaps a WSC_Done or WSC_NACK. Only one direction may have been captured.",
		when: func(v *view) bool {
			return v.failed() && v.attempt.Partial && (v.broken() && !v.silent() || v.refused(wps.NoError) && v.nack())
		}},
	{Code: "B15", Cause: AuthenticatorBad, Outcome: Failed,
		Evidence: "the keys, or one of the two sides, show that an Authenticator is wrong",
		Owner:    "A message between {device} and {router} was changed on its way, or one of the two builds its messages incorrectly.",
		Steps:    []string{prefixed("Try once more", stepNear), stepRestart, stepFirmware, stepPassword},
		Engineer: "An Authenticator does not verify: the message was damaged or forged, or the two sides have derived different keys. hostap answers WSC_NACK 0, others ignore the message.",
		when:     func(v *view) bool { return v.failed() && v.attempt.Fault == FaultAuthenticator }},
	{Code: "B15", Cause: NonceMismatch, Outcome: Failed,
		Evidence: "a message carries a nonce of another run",
		Owner:    "{Device} and {router} got out of step: one of them answered an attempt that was already over.",
		Steps:    []string{prefixed("Wait half a minute, and try once more", stepPress), stepRestart, stepFirmware, stepPassword},
		Engineer: "A message does not echo the nonce of this run: a stale reply, a faulty peer, or a forgery. hostap ends the run, others ignore the message.",
		when:     func(v *view) bool { return v.failed() && v.attempt.Fault == FaultNonce }},
	{Code: "B26", Cause: CredentialRefused, Outcome: Failed,
		Evidence: "the M8 of an external registrar answered by WSC_NACK, and the keys show that its settings cannot be used",
		Owner:    "The router's PIN was right, but {router} refused the Wi-Fi settings that the computer or app wrote: {unusable}.",
		Steps: []string{"Choose a Wi-Fi name of 1 to 32 characters, a password of 8 to 63 letters and digits, and WPA2-Personal with AES at the computer, and write them again.",
			stepRouterWeb},
		Engineer: "The access point answered M8 with WSC_NACK {error}: {settings}",
		when: func(v *view) bool {
			return v.nack() && v.attempt.DetectedBy == enrollee && v.stoppedAt(StageM8) && v.apIsEnrollee() && v.unusable()
		}},
	{Code: "B26", Cause: CredentialRefused, Outcome: Failed,
		Evidence: "the M8 of an external registrar answered by WSC_NACK, and the keys show that its settings are valid",
		Owner:    "The router's PIN was right, and the Wi-Fi settings that the computer or app wrote were valid, but {router} refused them or could not store them.",
		Steps:    stepsWriteRefused,
		Engineer: "The access point answered M8 with WSC_NACK {error}, although the settings can be used: {settings} It may refuse the name or the characters of the key, or fail to store them.",
		when: func(v *view) bool {
			return v.nack() && v.attempt.DetectedBy == enrollee && v.stoppedAt(StageM8) && v.apIsEnrollee() && len(v.attempt.Settings) > 0
		}},
	{Code: "B26", Cause: CredentialRefused, Outcome: Failed,
		Evidence: "the M8 of an external registrar answered by WSC_NACK",
		Owner:    "The router's PIN was right, but {router} refused the Wi-Fi settings that the computer or app wrote, or could not store them.",
		Steps:    stepsWriteRefused,
		Engineer: "The access point answered M8 with WSC_NACK {error}: it does not accept the settings, or cannot store them. The keys of the run would show them.",
		when: func(v *view) bool {
			return v.nack() && v.attempt.DetectedBy == enrollee && v.stoppedAt(StageM8) && v.apIsEnrollee()
		}},
	{Code: "B19", Cause: CredentialRefused, Outcome: Failed,
		Evidence: "M8 answered by WSC_NACK, and its settings cannot be used",
		Owner:    "The PIN or button worked, but {device} does not accept the Wi-Fi settings that {router} gave it: their security is too old, or they are incomplete.",
		Steps:    []string{stepWPA2, "Use a Wi-Fi name of 1 to 32 characters and a password of 8 to 63 letters and digits.", "Set up {device} again.", stepFirmware},
		Engineer: "The enrollee answered M8 with WSC_NACK: {settings}",
		when: func(v *view) bool {
			return v.nack() && v.attempt.DetectedBy == enrollee && v.stoppedAt(StageM8) && v.unusable()
		}},
	{Code: "B15", Cause: CredentialRefused, Outcome: Failed,
		Evidence: "M8 answered by WSC_NACK",
		Owner:    "The PIN or button worked, but the Wi-Fi settings that came at the end were not accepted: their security may be too old (WEP, or TKIP only), or they may be incomplete.",
		Steps:    []string{stepWPA2, "Use a Wi-Fi name of 1 to 32 characters and a password of 8 to 63 letters and digits.", "Set up {device} again.", stepFirmware, stepPassword},
		Engineer: "The enrollee answered M8 with WSC_NACK: a mandatory attribute of the Credential is missing, or the Credential uses WEP, which version 2.0 forbids. The keys of the run would show its contents.",
		when:     func(v *view) bool { return v.nack() && v.attempt.DetectedBy == enrollee && v.stoppedAt(StageM8) }},
	{Code: "D", Cause: Unknown, Outcome: Failed,
		Evidence: "WSC_NACK whose reason is not in the capture",
		Owner:    "One of the two refused the other, but the recording is cut off before the reason.",
		Steps:    append([]string{"Record again, with whole frames (\"tcpdump -s 0\")."}, generic...),
		Engineer: "{End} after {reached}; the capture length cuts off its Configuration Error.",
		when:     func(v *view) bool { return v.nack() && v.attempt.ConfigErrorUnknown }},
	{Code: "B8", Cause: InternalRefusal, Outcome: Failed,
		Evidence: "WSC_NACK 0 right after M1 or M2",
		Owner:    "One of the two stopped at the very beginning without saying why. Neither PIN nor button had been tried yet.",
		Steps:    []string{stepRestart, stepPress, stepFirmware, stepPassword},
		Engineer: "WSC_NACK with configuration error {error} from the {by} after {reached}: it did not accept an attribute, a public key, a changed Device Password ID or an Authenticator. See its own log.",
		when:     func(v *view) bool { return v.nack() && v.attempt.Reached <= StageM2 }},
	{Code: "B15", Cause: InternalRefusal, Outcome: Failed,
		Evidence: "WSC_NACK 0 elsewhere, or another error",
		Owner:    "{Who} stopped in the middle without saying why. Until then the PIN had not been found wrong.",
		Steps:    []string{prefixed("Try once more", stepPress), stepRestart, stepFirmware, stepPassword},
		Engineer: "WSC_NACK with configuration error {error} from the {by} after {reached}. hostap sends 0 for most checks that fail: Authenticator, missing attribute, message out of order. See its own log.",
		when:     (*view).nack},
	{Code: "B3", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D whose error is not known",
		Owner:    "{Router} would not register {device} at that moment. Why is not in the recording: mostly nobody had pressed its button or entered the PIN; else two devices were in button mode, or it was locked after wrong PINs.",
		Steps:    []string{stepWait2, stepPress, prefixed("Or by PIN", stepNewPIN), stepEnterPIN, stepPassword},
		Engineer: "M2D; its configuration error is not known. 0 is usual: no password for the enrollee. 12 is two devices with push button, 15 a locked access point.",
		when:     func(v *view) bool { return v.ended(EndM2D) && v.attempt.ConfigErrorUnknown && !v.apIsEnrollee() }},
	{Code: "B3", Cause: NoRegistrarSession, Outcome: Refused,
		Evidence: "M2D whose error is not known, from an external registrar",
		Owner:    "The computer or app would not register {router} at that moment. Why is not in the recording: mostly the PIN of {router} was not typed there.",
		Steps:    []string{stepRouterPIN, forRegistrar[stepEnterPIN], stepRouterWeb},
		Engineer: "M2D from the external registrar; its configuration error is not known. 0 is usual: no password for the access point.",
		when:     func(v *view) bool { return v.ended(EndM2D) && v.attempt.ConfigErrorUnknown && v.apIsEnrollee() }},
	{Code: "B15", Cause: InternalRefusal, Outcome: Refused,
		Evidence: "M2D with another error",
		Owner:    "{Router} refused to register {device}, and did not give a reason that helps.",
		Steps:    []string{stepRestart, stepPress, stepFirmware, stepPassword},
		Engineer: "M2D with configuration error {error}.",
		when:     func(v *view) bool { return v.ended(EndM2D) }},

	{Code: "B1", Cause: NoIdentityRequest, Outcome: Failed,
		Evidence: "an association for WPS, followed by the 4-way handshake instead of EAP",
		Owner:    "{Router} treated {device} as one that already has the Wi-Fi password, and did not begin WPS.",
		Steps:    []string{stepRestart, stepPress, stepFirmware, stepPassword},
		Engineer: "After an association with a WPS element the access point sent message 1 of the 4-way handshake instead of EAP-Request/Identity, although no settings had been given{reason}: its WPS code does not see the element.",
		when:     func(v *view) bool { return v.failed() && v.attempt.Ordinary }},
	{Code: "B25", Cause: EndedEarly, Outcome: Failed,
		Evidence: "a disconnection by the station before M1, and no long silence before it",
		Owner:    "{Device} disconnected by itself before WPS had begun: its time was up, it chose another network, or somebody stopped it.",
		Steps:    []string{prefixed("Start again", stepPress), "With several routers or mesh nodes, use the one nearest to {device}.", prefixed("If it leaves again, restart both", stepRestart), stepPassword},
		Engineer: "The station disconnected{left} after {reached}, before M1: the station gave up; no fault of the access point shows.",
		when: func(v *view) bool {
			return v.ended(EndDisconnect) && v.attempt.DetectedBy != 0 && v.attempt.DetectedBy != v.apRole() && v.attempt.Reached < StageM1 && !v.silent()
		}},
	{Code: "A18", Cause: AssociationRefused, Outcome: Refused,
		Evidence: "the association was refused, or ended at once",
		Owner:    "{Router} did not let {device} in at all, before WPS could begin.",
		Steps: []string{"On the web page of {router}, look for a MAC filter or access control: switch it off, or add the address {station}.",
			"If many devices are connected, disconnect some.", stepRestart, stepPress},
		Engineer: "Association refused{status}: 40 is an invalid element, 17 a full access point, 1 often a MAC filter.",
		when: func(v *view) bool {
			return v.failed() && (v.attempt.Status != 0 || v.ended(EndDisconnect) && v.stoppedAt(StageAssociating, StageAssociated) && v.attempt.DetectedBy == v.apRole() && v.attempt.Silence < atOnce)
		}},
	{Code: "B1", Cause: NoIdentityRequest, Outcome: Failed,
		Evidence: "associated, but no EAP-Request/Identity",
		Owner:    "{Router} let {device} in for WPS and then did nothing: its WPS hangs.",
		Steps:    []string{stepRestart, stepPress, "If the router is very old, look for new firmware.", stepPassword},
		Engineer: "No EAP-Request/Identity after the association or EAPOL-Start: the WPS process of the access point hangs, or it waits for an EAPOL-Start that the station does not send (version 1.0).",
		when: func(v *view) bool {
			return v.failed() && v.attempt.Reached <= StageAssociated && (v.attempt.Reached == StageAssociated || v.attempt.Repeats > 0) && (v.attempt.End != EndOpen || v.silent()) ||
				v.ended(EndOpen) && v.attempt.Reached == StageNone && !v.attempt.Partial // EAPOL-Start
		}},
	{Code: "B16", Cause: Timeout, Outcome: Failed,
		Evidence: "the end after retransmissions or 10 seconds of silence",
		Owner:    "{Device} and {router} lost contact in the middle: one of them took too long to answer, or its messages did not arrive.",
		Steps:    stepsTimeout,
		Engineer: "{Reached} was not answered before the end ({end}): loss, or a busy side.{m2lost}",
		when: func(v *view) bool {
			return v.ended(EndTimeout) || (v.ended(EndFailure) || v.ended(EndDisconnect)) && v.silent()
		}},
	{Code: "B16", Cause: Timeout, Outcome: Incomplete,
		Evidence: "retransmissions or 10 seconds of silence, but no end",
		Owner:    "{Device} and {router} lost contact in the middle: one of them stopped answering.",
		Steps:    stepsTimeout,
		Engineer: "{Reached} was not answered, and the exchange has no end: loss, or a side that gave up or dropped out.{m2lost}",
		when: func(v *view) bool {
			return (v.ended(EndOpen) || v.ended(EndRestarted)) && v.attempt.Reached > StageNone && v.silent()
		}},
	{Code: "B2", Cause: EndedEarly, Outcome: Failed,
		Evidence: "EAP-Failure or disconnection before M1",
		Owner:    "{Who} broke off before WPS had begun: {earlywhy}.",
		Steps:    []string{stepPress, stepRestart, stepPassword},
		Engineer: "{End} by {whorole} after {reached}, before M1: no active WPS session, or WPS is disabled.",
		when:     func(v *view) bool { return v.broken() && v.attempt.Reached < StageM1 }},
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "EAP-Failure or disconnection after M1 or M2",
		Owner:    "{Who} broke off at the beginning, without saying why: {earlywhy}.",
		Steps:    []string{stepPress, prefixed("Or by PIN", stepNewPIN), stepEnterPIN, stepRestart, stepPassword},
		Engineer: "{End} by {whorole} after {reached} without WSC_Done and without WSC_NACK: no registrar was ready, or it did not accept M1 or M2.{m2lost}",
		when:     func(v *view) bool { return v.broken() && v.attempt.Reached <= StageM2 }},
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "EAP-Failure or disconnection after M3 to M6",
		Owner:    "{Who} broke off while the PIN was being compared, without saying why.",
		Steps:    []string{prefixed("Check the PIN", stepNewPIN), stepEnterPIN, prefixed("Or use no PIN at all", stepPress), stepRestart, stepPassword},
		Engineer: "{End} after {reached} without WSC_Done and without WSC_NACK.",
		when:     func(v *view) bool { return v.broken() && v.attempt.Reached <= StageM6 }},
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "EAP-Failure or disconnection after M7",
		Owner:    "The PIN or button worked, but {who} broke off before the Wi-Fi settings were handed over{nonetogive}.",
		Steps:    []string{stepWPA2, "Give the network a name and a password of 8 to 63 letters and digits, then try again.", stepRestart, stepFirmware, stepPassword},
		Engineer: "{End} by {whorole} after M7 without M8: the registrar silently refused the enrollee's second proof, or could not build a credential (for an open network, for instance).",
		when:     func(v *view) bool { return v.broken() && v.attempt.Reached == StageM7 }},
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "EAP-Failure or disconnection after M8",
		Owner:    "The Wi-Fi settings were handed over, but {who} broke off before they were confirmed.",
		Steps:    []string{"Check whether it worked all the same.", prefixed("If not, try again", stepPress), stepWPA2, stepPassword},
		Engineer: "{End} after M8 without WSC_Done: the enrollee may have the settings, or could not read M8.",
		when:     (*view).broken},
}

// Steps that several rows have in common.
var (
	stepsOverlap = []string{stepWait2,
		"Look for other devices in WPS mode, at your neighbours' too: a lamp that blinks, a printer or television that searches. Stop them.",
		"If your router has two bands or mesh nodes, press one button only.",
		stepPress,
		"Or set up {device} by PIN: then other devices do not interfere.", stepPassword}
	stepsWriteRefused = []string{"Read the settings of {router} again with the program at the computer: it may have stored them all the same.",
		"Write them once more, with another Wi-Fi name (1 to 32 letters and digits) or another password (8 to 63 letters and digits).", stepRouterWeb}
	stepsTimeout = []string{stepNear, "Try again, and be patient: slow devices need some seconds to answer.", stepRestart, stepFirmware, stepPassword}
)

const (
	// giveUp is a silence that means that a side has given up: hostap's server
	// retransmits after 5 s and gives up after 15.
	giveUp = 10 * time.Second
	// retransmits is how often a message is sent again before that.
	retransmits = 2
	// waitForExternal is a little less than the 5 s for which hostap's access
	// point waits for an external registrar after M2D.
	waitForExternal = 4 * time.Second
	// A disconnection within atOnce of the association counts as a refusal.
	atOnce = time.Second
)

// apIsEnrollee reports whether the access point is the enrollee.
func (v *view) apIsEnrollee() bool { return v.attempt.APEnrollee }

// apRole returns the role of the access point.
func (v *view) apRole() registration.Role { return v.attempt.apRole() }

// failed reports whether there was an attempt that is not known to have
// succeeded.
func (v *view) failed() bool { return v.attempt != nil && v.attempt.End != EndDone && !v.read() }

// ended reports whether there was an attempt that ended with e.
func (v *view) ended(e End) bool { return v.attempt != nil && v.attempt.End == e }

// nack reports whether the attempt failed by WSC_NACK.
func (v *view) nack() bool { return v.failed() && v.attempt.End == EndNACK }

// refused reports whether the attempt ended by WSC_NACK or M2D with a
// configuration error, sent by one of the roles if any are given.
func (v *view) refused(ce wps.ConfigError, by ...registration.Role) bool {
	return (v.nack() || v.ended(EndM2D)) && !v.attempt.ConfigErrorUnknown && v.attempt.ConfigError == ce && (len(by) == 0 || by[0] == v.attempt.DetectedBy)
}

// noSession reports whether the registrar answered M2D without an error.
func (v *view) noSession() bool { return v.refused(wps.NoError) && v.ended(EndM2D) }

// broken reports whether the attempt ended by EAP-Failure or a disconnection.
func (v *view) broken() bool {
	return v.ended(EndFailure) || v.ended(EndDisconnect) || v.ended(EndRestarted)
}

// silent reports whether a message went unanswered before the end.
func (v *view) silent() bool { return v.attempt.Repeats >= retransmits || v.attempt.Silence >= giveUp }

// inRun reports whether a message of the run was seen, which shows who is the
// enrollee.
func (v *view) inRun() bool { return v.attempt.Reached >= StageM1 }

// stoppedAt reports whether the attempt reached one of the stages and no later one.
func (v *view) stoppedAt(stages ...Stage) bool {
	for _, s := range stages {
		if v.attempt.Reached == s {
			return true
		}
	}
	return false
}

// usesMethod reports whether the method is one of these.
func (v *view) usesMethod(methods ...Method) bool {
	for _, m := range methods {
		if v.attempt.Method == m {
			return true
		}
	}
	return false
}

// waits reports whether the access point had Selected Registrar set.
func (v *view) waits() bool { return v.state != nil && v.state.SelectedRegistrar }

// waitsFor reports whether the access point waited for a method.
func (v *view) waitsFor(m Method) bool {
	return v.waits() && MethodOf(v.state.DevicePasswordID) == m
}

// lockout reports whether the access point advertised a lock, or has seen wrong
// PINs.
func (v *view) lockout() bool {
	return v.state != nil && v.state.APSetupLocked || v.earlier(func(b *Attempt) bool { return b.wrongPIN() && b.APEnrollee })
}

// earlier reports whether an earlier attempt with the same access point
// satisfies such.
func (v *view) earlier(such func(*Attempt) bool) bool {
	for _, b := range v.before() {
		if b.AP == v.attempt.AP && such(b) {
			return true
		}
	}
	return false
}

// wrongPIN reports whether an attempt showed that the PIN is wrong.
func (a *Attempt) wrongPIN() bool {
	return a.End == EndNACK && a.ConfigError == wps.DevicePasswordAuthFailed && a.DetectedBy == enrollee && a.Method != PushButton &&
		(a.Reached == StageM4 || a.Reached == StageM6 || a.Skipped)
}

// otherAddress reports whether the MAC address in M1 differs from its sender's.
func (v *view) otherAddress() bool {
	return !v.apIsEnrollee() && v.attempt.Enrollee.MAC != wps.MAC{} && v.attempt.Station != wps.MAC{} && v.attempt.Enrollee.MAC != v.attempt.Station
}

// unusable reports whether settings were handed over but cannot be used.
func (v *view) unusable() bool {
	for _, s := range v.attempt.Settings {
		if s.Err == nil {
			return false
		}
	}
	return len(v.attempt.Settings) > 0
}
