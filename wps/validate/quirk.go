package validate

import (
	"reflect"
	"slices"
	"strings"

	"github.com/gowps/gowps/wps"
)

// quirkRules has a row for each quirk of package wps that has a rule of its own
// and belongs to an area. What shows the quirk is what a tolerant reader
// notes.
func quirkRules(area Area) []rule {
	var rows []rule
	for quirk := range wps.QuirkTable() {
		if quirk.Rule == "" || quirkArea(quirk.Examples[0].Kind) != area {
			continue
		}
		row := rule{Rule: Rule{ID: strings.ToUpper(quirk.Name), Area: area, Tolerant: Warning, Strict: Error, Versions: Both,
			Clause: quirk.Origin, Text: quirk.Rule, Quirk: quirk.Quirk}, list: checkQuirk(quirk)}
		if quirk.Err == nil {
			row.Tolerant, row.Strict = Note, Note
		}
		for _, example := range quirk.Examples {
			row.Kinds = append(row.Kinds, example.Kind)
		}
		rows = append(rows, row)
	}
	return rows
}

// quirkArea returns the area of the rules about a kind of list.
func quirkArea(kind wps.Kind) Area {
	switch {
	case slices.Contains(messages, kind):
		return AreaMessage
	case slices.Contains(elements, kind), kind == wps.KindSetSelectedRegistrar:
		return AreaElement
	}
	return AreaSettings
}

// checkQuirk reports a quirk at the attribute that the example of this kind of
// list changes first.
func checkQuirk(quirk wps.QuirkInfo) func(*list, *reporter) {
	return func(l *list, r *reporter) {
		if !l.tolerated().Has(quirk.Quirk) {
			return
		}
		i := slices.IndexFunc(quirk.Examples, func(e wps.QuirkExample) bool { return e.Kind == l.kind })
		id, offset := quirk.Examples[i].Changes[0].ID, l.end()
		if id != 0 {
			offset = l.at(id)
		}
		r.add(id, offset, "%v has the quirk %s: %s.", l.kind, quirk.Name, quirk.Seen)
	}
}

// tolerated returns the quirks that a tolerant reader notes in the list. It
// decodes the list once.
func (l *list) tolerated() wps.Quirks {
	if l.decoded {
		return l.quirks
	}
	l.decoded = true
	if typed := wps.NewList(l.kind); typed != nil {
		_ = wps.Decode(typed, l.data, wps.Tolerant) // other rules report what it refuses
		l.quirks |= typed.Attributes().Quirks
		reflect.ValueOf(typed).Elem().SetZero() // it may hold secret nonces
	}
	return l.quirks
}
