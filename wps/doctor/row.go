package doctor

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Row is a row of the table: what one can see, what it means, what to do.
//
// Owner, Steps and Engineer have placeholders that [Diagnose] fills in:
// {device} is the station, {router} the access point, each with its name where
// it is known.
type Row struct {
	// Code begins with A for what shows before an exchange, B for what shows in
	// it, C for what shows after it; D is for what nothing else fits. Several
	// rows share one if they are ways in which the same thing can be met.
	Code    string
	Cause   Cause
	Outcome Outcome
	// Evidence is what has to be seen, Owner what it means in the words of
	// an owner, Steps what the owner can do, in order, and Engineer the same
	// as Owner in the words of the protocol.
	Evidence string
	Owner    string
	Steps    []string
	Engineer string
	// Hint marks what makes things worse and explains no end by itself. All
	// hints that fit are given beside the cause.
	Hint bool

	when func(*view) bool
	// about are the networks of which a row without an attempt speaks; nil is
	// those that wait, or else those with WPS, or else all.
	about func(*Network) bool
}

// table holds the rows in the order in which they are tried: what is more
// specific first, what was proved before what anyone could have sent.
var table = slices.Concat(
	afterRows, doneRows, // the settings were handed over
	untoldRows, duringRows, // an attempt that failed
	overlapRows, beforeRows, reportRows, // no attempt
	lastRows, hintRows,
)

// Rows returns the rows of the table, by their codes. Within a code they are
// in the order in which they are tried.
func Rows() iter.Seq[Row] {
	sorted := slices.Clone(table)
	slices.SortStableFunc(sorted, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Code[0], b.Code[0]), cmp.Compare(len(a.Code), len(b.Code)), cmp.Compare(a.Code, b.Code))
	})
	return func(yield func(Row) bool) {
		for _, row := range sorted {
			row.Steps = slices.Clone(row.Steps)
			if !yield(row) {
				return
			}
		}
	}
}

// or puts words before a step, which goes on with a small letter.
func or(words, step string) string {
	return words + ": " + strings.ToLower(step[:1]) + step[1:]
}

// Steps that many rows have in common.
const (
	stepPress     = "Press the WPS button of {router} for 1 to 3 seconds (longer may reset it), then start WPS by button at {device}. Both within 2 minutes, and at no other device."
	stepNewPIN    = "Read the PIN that {device} shows now. Many devices make a new one each time their menu is opened."
	stepEnterPIN  = "Enter all its digits, zeros at the beginning too, on the WPS page of {router}, and start WPS at {device} within 2 minutes."
	stepPassword  = "If it still fails, choose the network at {device} and type the Wi-Fi password instead."
	stepWait2     = "Wait 2 minutes without pressing anything."
	stepNear      = "Put {device} 1 to 3 metres from {router} while you set it up."
	stepRestart   = "Restart {router} and wait until its Wi-Fi is back (2 to 3 minutes); restart {device}; then try again."
	stepFirmware  = "Look for new firmware for {router} and for {device}."
	stepWPA2      = "On the web page of {router} set the Wi-Fi security to WPA2-Personal with AES (CCMP), or to WPA2/WPA3."
	stepTransit   = "On the web page of {router} set the Wi-Fi security to WPA2/WPA3 (transition mode) with PMF \"optional\" or \"capable\"."
	stepNoRandom  = "Switch off the random or private Wi-Fi address at {device}, if it has one."
	stepEnableWPS = "Switch WPS on, on the web page or in the app of {router}."
)

// Steps for those who set up the router itself from a computer.
const (
	stepRouterPIN = "Read the router's own PIN from the label on it, or from its web page. It is not the PIN of a printer or of another device."
	stepRouterWeb = "Or leave WPS out of it: open the web page of {router} in a browser and set up or read the Wi-Fi there."
)

// forRegistrar has what steps become where an external registrar sets up the
// router from a computer: the PIN is the router's and is typed at the computer,
// there is no button, and the computer knows the Wi-Fi password or is to set it.
var forRegistrar = map[string]string{
	stepPress: "", stepNewPIN: stepRouterPIN, stepPassword: stepRouterWeb, stepNoRandom: "", stepWait2: stepWait2,
	stepEnterPIN: "Type all its digits at the computer, zeros at the beginning too, and start again.",
	stepFirmware: "Look for new firmware for {router}, and for a new version of the program at the computer.",

	genericRestart: "Restart the router, and wait until its Wi-Fi is back (2 to 3 minutes).",
	genericCable:   "", genericSettings: "", genericNear: genericNear, genericButton: "", genericPIN: stepRouterPIN, genericPassword: stepRouterWeb,
}

// onAir has the steps that need a radio.
var onAir = []string{stepNear, genericNear}

// steps returns the steps of a row as they fit the roles of the two, and how they
// are connected.
func (v *view) steps(row *Row) []string {
	if v.a == nil || !v.ap() && !v.a.Wired {
		return row.Steps
	}
	var steps []string
	for _, step := range row.Steps {
		if v.a.Wired && isMadeOf(step, onAir...) {
			continue
		}
		if v.ap() {
			step = toRegistrar(step)
		}
		if step != "" && !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	return steps
}

// isMadeOf reports whether a step is one of some, also with words before it.
func isMadeOf(step string, some ...string) bool {
	return slices.ContainsFunc(some, func(s string) bool { return step == s || strings.HasSuffix(step, or("", s)) })
}

// toRegistrar returns what a step becomes for an external registrar; nothing if
// it is none.
func toRegistrar(step string) string {
	for general, special := range forRegistrar {
		if isMadeOf(step, general) {
			return special
		}
	}
	return step
}
