package doctor

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Row is a row of the table: the evidence, what it means, and what to do.
//
// Owner, Steps and Engineer have placeholders that [Diagnose] fills in:
// {device} is the station, {router} the access point, each with its name if it
// is known.
type Row struct {
	// Code begins with A for rows about the time before an exchange, B for the
	// exchange, C for the time after it, and D for rows that match if nothing
	// else does. Several rows share a code if they show the same failure in
	// different evidence.
	Code    string
	Cause   Cause
	Outcome Outcome
	// Evidence is what must have been seen, Owner what it means in the words of
	// an owner, Steps what the owner can do, in order, and Engineer the same as
	// Owner in the words of the protocol.
	Evidence string
	Owner    string
	Steps    []string
	Engineer string
	// Hint marks a row that makes things worse but does not explain the end.
	// All hints that match are reported beside the cause.
	Hint bool

	when func(*view) bool
	// about selects the networks that a row without an attempt describes. If it
	// is nil, all networks are considered.
	about func(*Network) bool
}

// table holds the rows in the order in which they are tried: specific rows
// before general ones, proven causes before those that anyone could have
// forged.
var table = slices.Concat(
	afterRows, doneRows, // the settings were handed over
	unreportedRows, duringRows, // an attempt that failed
	overlapRows, beforeRows, noticeRows, // no attempt
	lastRows, hintRows,
)

// Rows returns the rows of the table, sorted by code. Rows with the same code
// are in the order in which they are tried.
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

// prefixed puts words before a step, whose first letter becomes a small one.
func prefixed(words, step string) string {
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

// Steps for someone who sets up the router itself from a computer.
const (
	stepRouterPIN = "Read the router's own PIN from the label on it, or from its web page. It is not the PIN of a printer or of another device."
	stepRouterWeb = "Or leave WPS out of it: open the web page of {router} in a browser and set up or read the Wi-Fi there."
)

// forRegistrar maps steps to those for an external registrar, which sets up the
// router from a computer: the PIN is the router's and is typed at the computer,
// there is no button, and the computer already has the Wi-Fi password or sets a
// new one. A step that does not apply maps to "".
var forRegistrar = map[string]string{
	stepPress: "", stepNewPIN: stepRouterPIN, stepPassword: stepRouterWeb, stepNoRandom: "", stepWait2: stepWait2,
	stepEnterPIN: "Type all its digits at the computer, zeros at the beginning too, and start again.",
	stepFirmware: "Look for new firmware for {router}, and for a new version of the program at the computer.",

	genericRestart: "Restart the router, and wait until its Wi-Fi is back (2 to 3 minutes).",
	genericCable:   "", genericSettings: "", genericNear: genericNear, genericButton: "", genericPIN: stepRouterPIN, genericPassword: stepRouterWeb,
}

// onAir lists the steps that apply only to a connection by radio.
var onAir = []string{stepNear, genericNear}

// steps returns the steps of a row that apply to the roles of the two sides and
// to their kind of connection.
func (v *view) steps(row *Row) []string {
	if v.attempt == nil || !v.apIsEnrollee() && !v.attempt.Wired {
		return row.Steps
	}
	var steps []string
	for _, step := range row.Steps {
		if v.attempt.Wired && slices.ContainsFunc(onAir, func(s string) bool { return endsIn(step, s) }) {
			continue
		}
		if v.apIsEnrollee() {
			step = toRegistrar(step)
		}
		if step != "" && !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	return steps
}

// endsIn reports whether a step is another one, with or without words before
// it.
func endsIn(step, other string) bool {
	before, ok := strings.CutSuffix(step, other[1:])
	return ok && (before == other[:1] || strings.HasSuffix(before, ": "+strings.ToLower(other[:1])))
}

// toRegistrar returns a step in its form for an external registrar, or "" if it
// does not apply.
func toRegistrar(step string) string {
	for general, special := range forRegistrar {
		if endsIn(step, general) {
			return special
		}
	}
	return step
}
