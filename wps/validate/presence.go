package validate

import (
	"fmt"

	"github.com/gowps/gowps/wps"
)

// condition says when an attribute that is not always needed is.
type condition struct {
	holds    func(*list) bool
	tolerant Severity // of a finding in tolerant mode
	text     string
}

var (
	ifSelected = condition{(*list).selected, Warning, "if Selected Registrar is 1"}
	ifSecured  = condition{(*list).secured, Error, "unless the network is open"}
)

// conditions has those that the list itself shows.
var conditions = map[wps.Kind]map[wps.AttributeID]condition{
	wps.KindBeacon: {
		wps.AttrDevicePasswordID:               ifSelected,
		wps.AttrSelectedRegistrarConfigMethods: ifSelected,
		wps.AttrUUIDE:                          {(*list).pressedOnTwoBands, Warning, "if the button of an access point with two bands was pressed"},
	},
	wps.KindProbeResponse: {
		wps.AttrDevicePasswordID:               ifSelected,
		wps.AttrSelectedRegistrarConfigMethods: ifSelected,
	},
	wps.KindSetSelectedRegistrar: {
		wps.AttrDevicePasswordID:               ifSelected,
		wps.AttrSelectedRegistrarConfigMethods: ifSelected,
	},
	wps.KindProbeRequest: {
		wps.AttrUUIDE: {func(l *list) bool { return !l.has(wps.AttrUUIDR) }, Warning, "if UUID-R is not there"},
	},
	wps.KindM8Settings: {
		wps.AttrDevicePasswordID: {func(l *list) bool { return l.has(wps.AttrNewPassword) }, Error, "if New Password is there"},
	},
	wps.KindM7APSettings: {wps.AttrNetworkKey: ifSecured},
	wps.KindM8APSettings: {wps.AttrNetworkKey: ifSecured},
	wps.KindCredential:   {wps.AttrNetworkKey: ifSecured},
}

// selected reports whether a registrar is said to be waiting.
func (l *list) selected() bool {
	n, ok := l.number(wps.AttrSelectedRegistrar)
	return ok && n != 0
}

// pressedOnTwoBands reports whether a button was pressed at an access point
// that says it has two bands.
func (l *list) pressedOnTwoBands() bool {
	bands, _ := l.number(wps.AttrRFBands)
	return l.pressed() && bands&(bands-1) != 0
}

// pressed reports whether the registrar that waits does so for a button.
func (l *list) pressed() bool {
	return l.selected() && l.is(wps.AttrDevicePasswordID, uint64(wps.PasswordPushButton))
}

// secured reports whether settings are those of a network with a key.
func (l *list) secured() bool { return !l.open() }

func (l *list) open() bool {
	return l.is(wps.AttrAuthType, uint64(wps.AuthOpen)) && l.is(wps.AttrEncrType, uint64(wps.EncrNone))
}

// presenceRules has a row for each attribute that a kind of list needs.
func presenceRules() []rule {
	var rows []rule
	for kind := wps.KindBeacon; kind <= wps.KindHandoverSelect; kind++ {
		for _, need := range kind.Layout() {
			if row, ok := presenceRule(kind, need); ok {
				rows = append(rows, row)
			}
		}
	}
	return append(rows, rule{Rule: Rule{"OPEN-NETWORK-KEY-MISSING", AreaPresence, Note, Error, Both, credentials, "hostap, iwd",
		"Network Key stands in the settings of an open network too, and is empty.", wps.QuirkMissingKey}, list: checkOpenKey})
}

// presenceRule returns the row for an attribute, if its absence can be told
// to be wrong.
func presenceRule(kind wps.Kind, need wps.Rule) (rule, bool) {
	id := need.Attribute
	row := rule{Rule: Rule{
		ID: kindToken(kind) + "-" + token(id) + "-MISSING", Area: AreaPresence, Tolerant: Error, Strict: Error, Versions: Both,
		Kinds: []wps.Kind{kind}, Clause: need.Clause, Text: fmt.Sprintf("%v has %v.", kind, id),
	}}
	when, conditional := conditions[kind][id]
	switch {
	case conditional:
		row.Tolerant = when.tolerant
		row.Text = fmt.Sprintf("%v has %v %s.", kind, id, when.text)
	case need.Need == wps.Mandatory && need.Missing != 0:
		row.Tolerant, row.Quirk = Warning, need.Missing
	case need.Need == wps.Mandatory2:
		row.Tolerant, row.Versions = Warning, Version2
	case need.Need != wps.Mandatory:
		return rule{}, false
	}
	row.needs = id
	row.list = func(l *list, r *reporter) {
		if !l.has(id) && (!conditional || when.holds(l)) {
			r.add(id, len(l.data), "%v lacks %v.", kind, id)
		}
	}
	return row, true
}

func checkOpenKey(l *list, r *reporter) {
	if l.open() && !l.has(wps.AttrNetworkKey) {
		r.add(wps.AttrNetworkKey, len(l.data), "The settings of an open network lack an empty Network Key.")
	}
}
