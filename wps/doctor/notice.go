package doctor

import (
	"slices"
	"time"
)

// Notice is a statement of a program about WPS that no frame shows, such as a
// line of a log.
type Notice struct {
	Kind NoticeKind
	Time time.Time // the zero value if it is not known
}

// NoticeKind is the kind of a [Notice].
type NoticeKind uint8

// The kinds of notices.
const (
	// NoticeOverlap: more than one device, or router, is in push-button mode.
	NoticeOverlap NoticeKind = iota + 1
	// NoticeNoRegistrar: a device searched until its time was up, and found no
	// registrar that waited for it.
	NoticeNoRegistrar
	// NoticeNoDevice: an access point waited for two minutes, and no device
	// came.
	NoticeNoDevice
	// NoticeFailed: WPS failed. The program does not say why.
	NoticeFailed
	// NoticeBadPIN: the PIN that was typed has a wrong check digit.
	NoticeBadPIN
	// NoticeRefused: the program did not accept the command that starts WPS.
	NoticeRefused
	// NoticeNoWPS: the program does not have the command.
	NoticeNoWPS
)

// PINMistyped is a cause that only the program shows in which the PIN was typed.
const PINMistyped Cause = "pin-mistyped" // what was typed is not a PIN: its check digit is wrong

// noticed reports whether a program gave a notice of a kind, and none of
// another kind after it.
func (v *view) noticed(kind NoticeKind) bool {
	n := len(v.Notices)
	return n > 0 && v.Notices[n-1].Kind == kind ||
		slices.ContainsFunc(v.Notices, func(r Notice) bool { return r.Kind == kind }) && kind == NoticeOverlap
}

// wpsUnknown reports whether it is not known of some access point whether it has
// WPS.
func (v *view) wpsUnknown() bool {
	return slices.ContainsFunc(v.Networks, func(n Network) bool { return n.Silent })
}

// overlapRows come before the rows about elements: the program has seen more
// elements than it reports.
var overlapRows = []Row{
	{Code: "A8", Cause: Overlap, Outcome: NoAttempt,
		Evidence: "a program reports a session overlap",
		Owner:    "More than one device or router is in WPS button mode at the same time, so it is not clear which two belong together, and both stop.",
		Steps:    stepsOverlap,
		Engineer: "The log reports a session overlap: more than one push-button registrar or enrollee was seen. It does not name them.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeOverlap) }},
}

// unreportedRows are for attempts whose messages the program does not log.
var unreportedRows = []Row{
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "the end of an attempt by button whose messages are not in the log",
		Owner:    "The attempt ended without the Wi-Fi settings, and the log does not say why. With the button, this usually means that {router} was no longer waiting for {device}.",
		Steps:    []string{stepPress, prefixed("Or by PIN", stepNewPIN), stepEnterPIN, stepRestart, stepPassword},
		Engineer: "{End} after messages that the log does not name.",
		when: func(v *view) bool {
			return v.attempt != nil && v.attempt.MoreUnknown && v.broken() && v.usesMethod(PushButton)
		}},
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "the end of an attempt whose messages are not in the log",
		Owner:    "The attempt ended without the Wi-Fi settings, and the log does not say why. With a PIN, this usually means that the PIN is wrong, or that none was entered at {router} for {device}.",
		Steps:    []string{prefixed("Check the PIN", stepNewPIN), stepEnterPIN, prefixed("Or use no PIN at all", stepPress), stepRestart, stepPassword},
		Engineer: "{End} after messages that the log does not name.",
		when:     func(v *view) bool { return v.attempt != nil && v.attempt.MoreUnknown && v.broken() }},
}

// noticeRows are for notices of programs where the elements of access points
// show nothing.
var noticeRows = []Row{
	{Code: "A22", Cause: PINMistyped, Outcome: NoAttempt,
		Evidence: "a program reports that the check digit of a PIN is wrong",
		Owner:    "The PIN that was typed is not valid: its last digit does not match the others. A digit is wrong, or it is not a PIN for WPS.",
		Steps: []string{"Read the PIN again from the display or label of the device, and type all 8 digits, zeros at the beginning too.",
			"Make sure that it is the PIN for WPS, not one for the web page or the SIM card."},
		Engineer: "The check digit of the PIN is wrong (FAIL-CHECKSUM). Some devices have PINs that break this rule.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeBadPIN) }},
	{Code: "D", Cause: Unknown, Outcome: NoAttempt,
		Evidence: "a program refuses the command",
		Owner:    "The program did not accept the command, so WPS did not start.",
		Steps: []string{"Check that the program is running, that the name of the interface is right, and that its Wi-Fi is switched on.",
			"Check that a PIN has 8 digits, or 4.", "Wait a minute, and try again: it may have been busy."},
		Engineer: "The control interface answered FAIL or FAIL-BUSY, or did not answer.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeRefused) }},
	{Code: "D", Cause: Unknown, Outcome: NoAttempt,
		Evidence: "a program does not have the command",
		Owner:    "The program has no WPS: it was built without it.",
		Steps:    []string{"Install a version with WPS. For OpenWrt that is the package wpad or hostapd instead of wpad-basic or wpad-mini."},
		Engineer: "The control interface answered UNKNOWN COMMAND: CONFIG_WPS was not set.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeNoWPS) }},
	{Code: "A4", Cause: NoSelectedRegistrar, Outcome: NoAttempt,
		Evidence: "a program reports that its device found no registrar",
		Owner:    "The device searched, but found no router in WPS mode: nobody pressed the router's button or entered a PIN at it, the two minutes were over, or the two do not hear each other.",
		Steps: []string{"Press the router's WPS button for 1 to 3 seconds (longer may reset it), or enter the device's PIN on its WPS page.",
			"Start WPS at the device within 2 minutes.", "Put the device 1 to 3 metres from the router, and switch the router's 2.4 GHz band on."},
		Engineer: "The walk time or the search of the enrollee ended without a selected registrar.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeNoRegistrar) }},
	{Code: "A16", Cause: DeviceNotSearching, Outcome: NoAttempt,
		Evidence: "an access point reports that no device came",
		Owner:    "The router was in WPS mode for two minutes, but no device came.",
		Steps: []string{"Check that Wi-Fi is switched on at the device, and that no network cable is plugged in.",
			"Press the router's WPS button for 1 to 3 seconds, then start WPS by button at the device, within 2 minutes."},
		Engineer: "The push-button window of the access point timed out.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeNoDevice) }},
	{Code: "D", Cause: Unknown, Outcome: Failed,
		Evidence: "a program reports a failure without a reason",
		Owner:    "The program reports that WPS failed, but not why.",
		Steps:    append([]string{"Make a more detailed log (see what this one does not show), or record the attempt."}, generic...),
		Engineer: "There is a failure, and no message or element explains it.",
		when:     func(v *view) bool { return v.noAttempt() && v.noticed(NoticeFailed) }},
}
