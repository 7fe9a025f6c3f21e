package doctor

import (
	"slices"
	"time"
)

// Report is what a program said of WPS that no frame shows: a log has such
// lines.
type Report struct {
	Kind ReportKind
	Time time.Time // the zero value if it is not known
}

// ReportKind is what a program said.
type ReportKind uint8

// The kinds of report.
const (
	// ReportOverlap: more than one device, or router, is in push-button mode.
	ReportOverlap ReportKind = iota + 1
	// ReportNoRegistrar: a device searched, as long as it would, and no
	// registrar waited for it.
	ReportNoRegistrar
	// ReportNoDevice: an access point waited for two minutes, and no device
	// came.
	ReportNoDevice
	// ReportFailed: it did not work. The program does not say why.
	ReportFailed
)

// reported reports whether a program said something of a kind, and nothing of
// another after it.
func (v *view) reported(kind ReportKind) bool {
	n := len(v.Reports)
	return n > 0 && v.Reports[n-1].Kind == kind ||
		slices.ContainsFunc(v.Reports, func(r Report) bool { return r.Kind == kind }) && kind == ReportOverlap
}

// unheardOf reports whether there are access points of which it is not known
// whether they have WPS.
func (v *view) unheardOf() bool {
	return slices.ContainsFunc(v.Networks, func(n Network) bool { return n.Silent })
}

// overlapRows come before what the elements show: the program has seen more of
// them than it says.
var overlapRows = []Row{
	{Code: "A8", Cause: Overlap, Outcome: NoAttempt,
		Evidence: "a program reports a session overlap",
		Owner:    "More than one device or router is in WPS button mode at the same time, so neither side can tell who is meant, and both stop.",
		Steps:    stepsOverlap,
		Engineer: "The log reports a session overlap: more than one push-button registrar or enrollee was seen. It does not name them.",
		when:     func(v *view) bool { return v.none() && v.reported(ReportOverlap) }},
}

// untoldRows are for attempts of which a program does not log the messages.
var untoldRows = []Row{
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "the end of an attempt by button, of which the log does not tell the messages",
		Owner:    "The attempt ended without the Wi-Fi settings, and the log does not say why. By button that mostly means that {router} did not wait for {device} any more.",
		Steps:    []string{stepPress, or("Or by PIN", stepNewPIN), stepEnterPIN, stepRestart, stepPassword},
		Engineer: "{End} after messages that the log does not name.",
		when:     func(v *view) bool { return v.a != nil && v.a.Untold && v.broken() && v.by(PushButton) }},
	{Code: "B17", Cause: EndedEarly, Outcome: Failed,
		Evidence: "the end of an attempt of which the log does not tell the messages",
		Owner:    "The attempt ended without the Wi-Fi settings, and the log does not say why. With a PIN that mostly means that the PIN is wrong, or that none was entered at {router} for {device}.",
		Steps:    []string{or("Check the PIN", stepNewPIN), stepEnterPIN, or("Or use no PIN at all", stepPress), stepRestart, stepPassword},
		Engineer: "{End} after messages that the log does not name.",
		when:     func(v *view) bool { return v.a != nil && v.a.Untold && v.broken() }},
}

// reportRows are for what a program reports where the elements of access points
// show nothing.
var reportRows = []Row{
	{Code: "A4", Cause: NoSelectedRegistrar, Outcome: NoAttempt,
		Evidence: "a program reports that its device found no registrar",
		Owner:    "The device searched, and found no router in WPS mode: nobody pressed the router's button or entered a PIN at it, the two minutes were over, or the two do not hear each other.",
		Steps: []string{"Press the router's WPS button for 1 to 3 seconds (longer may reset it), or enter the device's PIN on its WPS page.",
			"Start WPS at the device within 2 minutes.", "Put the device 1 to 3 metres from the router, and switch the router's 2.4 GHz band on."},
		Engineer: "The walk time or the search of the enrollee ended without a selected registrar.",
		when:     func(v *view) bool { return v.none() && v.reported(ReportNoRegistrar) }},
	{Code: "A16", Cause: DeviceNotSearching, Outcome: NoAttempt,
		Evidence: "an access point reports that nobody came",
		Owner:    "The router was in WPS mode for two minutes, and no device came.",
		Steps: []string{"See that Wi-Fi is switched on at the device, and that no network cable is plugged in.",
			"Press the router's WPS button for 1 to 3 seconds, then start WPS by button at the device, within 2 minutes."},
		Engineer: "The push-button window of the access point timed out.",
		when:     func(v *view) bool { return v.none() && v.reported(ReportNoDevice) }},
	{Code: "D", Cause: Unknown, Outcome: Failed,
		Evidence: "a program reports that it failed, and no more",
		Owner:    "The program says that WPS has failed, and not why.",
		Steps:    append([]string{"Make a log that says more (see what this one does not tell), or record the attempt."}, generic...),
		Engineer: "There is a failure, and no message or element that explains it.",
		when:     func(v *view) bool { return v.none() && v.reported(ReportFailed) }},
}
