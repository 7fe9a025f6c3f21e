package validate

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gowps/gowps/wps"
)

// Versions is a set of versions of the protocol.
type Versions uint8

// The versions. A 2.0 device sends Version2 in the Wi-Fi Alliance extension; a
// sender's version follows from its beacon, M1 or M2.
const (
	Version1 Versions = 1 << iota // 1.0h
	Version2                      // 2.0 and above

	Both = Version1 | Version2
)

// String returns "1.0", "2.0" or "both".
func (v Versions) String() string {
	switch v {
	case Version1:
		return "1.0"
	case Version2:
		return "2.0"
	}
	return "both"
}

// Area is the kind of input that a rule needs.
type Area uint8

// The areas.
const (
	AreaForm       Area = iota + 1 // any list: its octets, lengths, values, repetitions
	AreaPresence                   // which attributes a list needs
	AreaMessage                    // M1 to M8, M2D, ACK, NACK, Done
	AreaSettings                   // decrypted settings and Credentials
	AreaElement                    // elements of 802.11 frames, and SetSelectedRegistrar
	AreaExchange                   // a whole exchange
	AreaRandomness                 // several runs of one device
)

var areaNames = [...]string{
	AreaForm: "form", AreaPresence: "presence", AreaMessage: "message", AreaSettings: "settings",
	AreaElement: "element", AreaExchange: "exchange", AreaRandomness: "randomness",
}

// String returns the area in a word.
func (a Area) String() string {
	if a >= AreaForm && a <= AreaRandomness {
		return areaNames[a]
	}
	return fmt.Sprintf("Area(%d)", uint8(a))
}

// Rule is a row of the table of rules.
type Rule struct {
	ID       string // short and stable: M2-AUTH-TYPE-FLAGS-MISSING
	Area     Area
	Tolerant Severity   // of a finding in tolerant mode
	Strict   Severity   // of a finding in strict mode
	Versions Versions   // the senders to which the rule applies
	Kinds    []wps.Kind // the lists that it concerns; nil if any, or if it does not concern lists
	Clause   string     // the clause, or the implementation that follows it
	Text     string     // the rule, in a sentence
	Quirk    wps.Quirks // the tolerated habit that breaks it; 0 if there is none
}

// Severity returns the severity of a finding in the mode.
func (r *Rule) Severity(mode wps.Mode) Severity {
	if mode == wps.Strict {
		return r.Strict
	}
	return r.Tolerant
}

// rule is a row with its check: one of the functions is set.
type rule struct {
	Rule
	index int

	each     func(l *list, a attribute, r *reporter) // for each attribute of type
	of       wps.AttributeID
	list     func(l *list, r *reporter)     // for each list of Kinds
	needs    wps.AttributeID                // only lists without this attribute can break it; 0 if others can
	exchange func(x *exchange, r *reporter) // of the exchange
	series   func(s *series, r *reporter)   // of several runs
}

// table is the table of rules, and the rows for each step of a validation.
type table struct {
	rules     []*rule
	attribute [0x80][]*rule
	list      [wps.KindHandoverSelect + 1]kindRules
	exchange  []*rule
	byID      map[string]*rule
}

// rules returns the table with a row for every check of this package. It is
// built at the first use; most programs that import this package never need it.
var rules = sync.OnceValue(func() *table {
	all := slices.Concat(formRules, lengthRules(), valueRules(), extensionRules, presenceRules(),
		messageRules, quirkRules(AreaMessage), settingsRules, quirkRules(AreaSettings), elementRules, networkRules, quirkRules(AreaElement),
		orderRules, eapRules, nonceRules, refusalRules, keyRules, timeRules, randomnessRules)
	t := &table{rules: make([]*rule, len(all)), byID: make(map[string]*rule, len(all))}
	for i := range all {
		row := &all[i]
		row.index = i
		t.rules[i] = row
		t.byID[row.ID] = row
		if row.each != nil {
			t.attribute[row.of&0x7F] = append(t.attribute[row.of&0x7F], row)
		}
		if row.exchange != nil {
			t.exchange = append(t.exchange, row)
		}
		for kind := range t.list {
			if row.list != nil && (len(row.Kinds) == 0 || slices.Contains(row.Kinds, wps.Kind(kind))) {
				t.list[kind].add(row)
			}
		}
	}
	return t
})

// kindRules are the rules for lists of a kind: those that a list with all
// attributes of a set cannot break, and the others.
type kindRules struct {
	needed  attributeSet
	lacking []*rule
	others  []*rule
}

func (k *kindRules) add(row *rule) {
	if row.needs == 0 {
		k.others = append(k.others, row)
		return
	}
	k.needed.add(row.needs)
	k.lacking = append(k.lacking, row)
}

// Lookup returns the rule with an ID, and whether there is one.
func Lookup(id string) (Rule, bool) {
	row, ok := rules().byID[id]
	if !ok {
		return Rule{}, false
	}
	return row.public(), true
}

// public returns a copy of the row without its check.
func (r *rule) public() Rule {
	row := r.Rule
	row.Kinds = slices.Clone(row.Kinds)
	return row
}

// kinds concatenates kinds and ranges of kinds.
func kinds(parts ...[]wps.Kind) []wps.Kind { return slices.Concat(parts...) }

// from returns the kinds from one to another.
func from(first, last wps.Kind) []wps.Kind {
	var all []wps.Kind
	for k := first; k <= last; k++ {
		all = append(all, k)
	}
	return all
}

// Kinds that several rules share.
var (
	elements      = from(wps.KindBeacon, wps.KindAssociationResponse)
	advertisement = []wps.Kind{wps.KindBeacon, wps.KindProbeResponse}
	messages      = from(wps.KindM1, wps.KindDone)
	descriptions  = []wps.Kind{wps.KindM1, wps.KindM2, wps.KindM2D}
	agreements    = []wps.Kind{wps.KindM1, wps.KindM2}
	authenticated = kinds([]wps.Kind{wps.KindM2}, from(wps.KindM3, wps.KindM8))
	plaintexts    = from(wps.KindM2Settings, wps.KindM8APSettings)
	credentials   = []wps.Kind{wps.KindM7APSettings, wps.KindM8APSettings, wps.KindCredential}
)

// token converts the name of an attribute to a part of an ID.
func token(id wps.AttributeID) string {
	if id == wps.AttrState {
		return "STATE"
	}
	return tokens.Replace(strings.ToUpper(id.String()))
}

// kindToken converts the name of a list to a part of an ID.
func kindToken(k wps.Kind) string { return tokens.Replace(strings.ToUpper(k.String())) }

var tokens = strings.NewReplacer(
	" (ACCESS POINT)", "-AP", "ENCRYPTED SETTINGS", "SETTINGS", "AUTHENTICATION", "AUTH", "ENCRYPTION", "ENCR",
	"CONFIGURATION", "CONFIG", "CONNECTION", "CONN", "ASSOCIATION", "ASSOC", "WSC_", "", " ", "-", "802.1X", "8021X", "X.509", "X509",
)
