package validate

import (
	"fmt"

	"github.com/gowps/gowps/wps"
)

// selected reports whether the list says that a registrar waits.
func (l *list) selected() bool {
	n, ok := l.number(wps.AttrSelectedRegistrar)
	return ok && n != 0
}

func (l *list) open() bool {
	return l.is(wps.AttrAuthType, uint64(wps.AuthOpen)) && l.is(wps.AttrEncrType, uint64(wps.EncrNone))
}

// presenceRules has a row for each attribute that a kind of list requires
// according to the layouts of package wps.
func presenceRules() []rule {
	var rows []rule
	for kind := wps.KindBeacon; kind <= wps.KindHandoverSelect; kind++ {
		for _, need := range kind.Layout() {
			if row, ok := presenceRule(kind, need); ok {
				rows = append(rows, row)
			}
		}
	}
	return append(rows, rule{
		Rule: Rule{ID: "OPEN-NETWORK-KEY-MISSING", Area: AreaPresence, Tolerant: Note, Strict: Error, Versions: Both, Kinds: credentials, Clause: "hostap, iwd",
			Text: "The settings of an open network also contain Network Key, which is empty.", Quirk: wps.QuirkMissingKey},
		list: checkOpenKey,
	})
}

// presenceRule returns the row for an attribute, if its absence is wrong. It is
// an error if a tolerant reader needs the attribute.
func presenceRule(kind wps.Kind, need wps.Rule) (rule, bool) {
	id := need.Attribute
	row := rule{Rule: Rule{
		ID: kindToken(kind) + "-" + token(id) + "-MISSING", Area: AreaPresence, Tolerant: Error, Strict: Error, Versions: Both,
		Kinds: []wps.Kind{kind}, Clause: need.Clause, Text: fmt.Sprintf("%v has %v.", kind, id),
	}}
	when := need.When
	switch {
	case when != nil && when.RequiredBy == wps.RequiredByNone || need.Presence == wps.Optional:
		return rule{}, false
	case when != nil:
		row.Text = fmt.Sprintf("%v has %v if %s.", kind, id, when.Text)
		if when.RequiredBy != wps.RequiredByAll {
			row.Tolerant = Warning
		}
	case need.Presence == wps.Mandatory && need.Missing != 0:
		row.Tolerant, row.Quirk = Warning, need.Missing
	case need.Presence == wps.Mandatory2:
		row.Tolerant, row.Versions = Warning, Version2
	}
	row.needs = id
	lacks := fmt.Sprintf("%v lacks %v.", kind, id)
	row.list = func(l *list, r *reporter) {
		if !l.has(id) && (when == nil || when.Holds(l.lookup)) {
			r.addText(id, len(l.data), lacks)
		}
	}
	return row, true
}

// lookup returns the value of a numeric attribute, and whether it is present.
func (l *list) lookup(id wps.AttributeID) (n uint64, there bool) {
	n, _ = l.number(id)
	return n, l.has(id)
}

func checkOpenKey(l *list, r *reporter) {
	if l.open() && !l.has(wps.AttrNetworkKey) {
		r.add(wps.AttrNetworkKey, len(l.data), "The settings of an open network lack an empty Network Key.")
	}
}
