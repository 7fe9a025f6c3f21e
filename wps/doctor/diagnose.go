package doctor

import (
	"slices"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Diagnosis is the result: what happened, which side found the fault, and what
// to do.
type Diagnosis struct {
	// Code is the code of the row that matched: see [Rows].
	Code    string
	Cause   Cause
	Outcome Outcome
	// DetectedBy is the side that found the fault, or 0 if there is none or
	// neither side reported it. ConfigError is the configuration error that it
	// sent, or nil.
	DetectedBy  registration.Role
	ConfigError *wps.ConfigError

	// Network is a copy of the network that the verdict is about: that of the
	// attempt or, without an attempt, the one that the row describes. It is nil
	// if there is none or there are several.
	Network *Network

	// Verdict is a sentence or two for an owner, Remedy the steps to take in
	// order, Engineer the same as Verdict for someone who knows the protocol.
	Verdict  string
	Remedy   []string
	Engineer string
	// Hints are circumstances that may have contributed to the cause.
	Hints []Hint
	// Together is what follows from several attempts taken together.
	Together []string
}

// Hint is a circumstance that may have contributed.
type Hint struct {
	Code     string
	Cause    Cause
	Text     string // for an owner
	Engineer string
}

// view is the evidence in the form that the rows use.
type view struct {
	*Evidence
	attempt *Attempt    // the attempt to diagnose; nil if there was none
	others  []*Attempt  // earlier attempts: see before
	chosen  bool        // others has only those of the same devices
	net     *Network    // the access point of the attempt, or the one that a row describes; nil if there is none
	state   *wps.Beacon // its WPS element when the attempt began, or nil
}

// Diagnose explains the last attempt, taking earlier ones into account. If
// there was no attempt it explains why, as far as the elements of access points
// and devices show it. There is always a result; if nothing matches, the cause
// is [Unknown].
func Diagnose(e *Evidence) Diagnosis {
	v := newView(e)
	row := v.row()
	if v.noAttempt() {
		v.net = v.subject(row.about)
	}
	d := Diagnosis{Code: row.Code, Cause: row.Cause, Outcome: row.Outcome, Verdict: v.fill(row.Owner), Engineer: v.fill(row.Engineer)}
	for _, step := range v.steps(row) {
		d.Remedy = append(d.Remedy, v.step(step))
	}
	for i := range table {
		if hint := &table[i]; hint.Hint && hint.Cause != d.Cause && hint.when(v) {
			d.Hints = append(d.Hints, Hint{hint.Code, hint.Cause, v.fill(hint.Owner), v.fill(hint.Engineer)})
		}
	}
	if v.net != nil {
		judged := *v.net
		d.Network = &judged
	}
	if v.attempt != nil {
		if d.Cause != Success && d.Cause != SettingsRead && d.Outcome != Incomplete {
			d.DetectedBy = v.attempt.DetectedBy
		}
		if (v.attempt.End == EndNACK || v.attempt.End == EndM2D) && !v.attempt.ConfigErrorUnknown {
			ce := v.attempt.ConfigError
			d.ConfigError = &ce
		}
	}
	for _, row := range togetherRows {
		if row.when(v) {
			d.Together = append(d.Together, v.fill(row.text))
		}
	}
	return d
}

// Conclude returns the Cause and the Outcome that [Diagnose] returns, in less
// time, for those who only count them.
func Conclude(e *Evidence) (Cause, Outcome) {
	row := newView(e).row()
	return row.Cause, row.Outcome
}

// row returns the first row that matches. The last of lastRows always does.
func (v *view) row() *Row {
	i := 0
	for table[i].Hint || !table[i].when(v) {
		i++
	}
	return &table[i]
}

func newView(e *Evidence) *view {
	v := &view{Evidence: e}
	if n := len(e.Attempts); n > 0 {
		v.attempt = e.Attempts[n-1]
		v.others = e.Attempts[:n-1]
		v.net = e.network(v.attempt.AP)
	} else {
		v.Evidence = e.withoutDevices()
	}
	if v.net != nil {
		v.state = v.net.elementAt(v.attempt.Began)
	}
	return v
}

// typicalOthers is how many earlier attempts of the same devices have room at first.
// There are rarely more.
const typicalOthers = 32

// before returns the earlier attempts of the same devices. Few rows need them.
func (v *view) before() []*Attempt {
	if !v.chosen && v.attempt != nil {
		all := v.others
		v.chosen, v.others = true, make([]*Attempt, 0, min(len(all), typicalOthers))
		for _, b := range all {
			if v.attempt.sharesDevice(b) {
				v.others = append(v.others, b)
			}
		}
	}
	return v.others
}

// withoutDevices returns the evidence without networks that devices opened for
// themselves: they are not the router that an owner is looking for.
func (e *Evidence) withoutDevices() *Evidence {
	if !slices.ContainsFunc(e.Networks, func(n Network) bool { return n.OwnedByDevice() }) {
		return e
	}
	some := *e
	some.Networks = slices.DeleteFunc(slices.Clone(e.Networks), func(n Network) bool { return n.OwnedByDevice() })
	return &some
}

// sharesDevice reports whether two attempts have a device in common.
func (a *Attempt) sharesDevice(b *Attempt) bool {
	return a.AP == b.AP && a.AP != wps.MAC{} || a.Station == b.Station && a.Station != wps.MAC{} ||
		a.Enrollee.UUID == b.Enrollee.UUID && a.Enrollee.UUID != wps.UUID{}
}

// network returns the access point with the address, or nil.
func (e *Evidence) network(bssid wps.MAC) *Network {
	for i := range e.Networks {
		if e.Networks[i].BSSID == bssid && bssid != (wps.MAC{}) {
			return &e.Networks[i]
		}
	}
	return nil
}
