package wps

// Condition says when an otherwise optional attribute is required in a list. If
// the list itself shows whether the condition is met, readers, writers and
// validators use [Condition.Holds].
type Condition struct {
	Text       string // in words that follow "if": "Selected Registrar is 1"
	RequiredBy Demand // by whom it is required

	all []test // the tests that a list must pass; nil if the list does not show it
	not bool   // or at least one of which it must fail
}

// Demand is by whom an attribute is required under a condition.
type Demand uint8

// The demands.
const (
	RequiredByNone       Demand = iota // the list does not show whether it is met
	RequiredByValidators               // package validate; readers, like hostap's, tolerate the absence
	RequiredByStrict                   // strict readers too, and writers, which are strict
	RequiredByAll                      // tolerant readers too: without the attribute the list is useless
)

var demandNames = []name[Demand]{{RequiredByNone, "nobody"}, {RequiredByValidators, "validators"}, {RequiredByStrict, "strict readers"}, {RequiredByAll, "all"}}

// String returns in words by whom it is required.
func (d Demand) String() string { return enumString("Demand", demandNames, d) }

// test checks one attribute: its numeric value, and whether it is present.
type test struct {
	id   AttributeID
	pass func(n uint64, there bool) bool
}

func isSet(n uint64, there bool) bool     { return there && n != 0 }
func isPresent(_ uint64, there bool) bool { return there }
func isMissing(_ uint64, there bool) bool { return !there }
func severalBits(n uint64, _ bool) bool   { return n&(n-1) != 0 }

// is returns a test for one value.
func is[T ~uint8 | ~uint16](want T) func(uint64, bool) bool {
	return func(n uint64, there bool) bool { return there && n == uint64(want) }
}

// The conditions that a list shows.
var (
	whenSelected = &Condition{Text: "Selected Registrar is 1", RequiredBy: RequiredByStrict,
		all: []test{{AttrSelectedRegistrar, isSet}}}
	whenPressedOnTwoBands = &Condition{Text: "the button of an access point with two bands was pressed", RequiredBy: RequiredByValidators,
		all: []test{{AttrSelectedRegistrar, isSet}, {AttrDevicePasswordID, is(PasswordPushButton)}, {AttrRFBands, severalBits}}}
	whenNoUUIDR = &Condition{Text: "UUID-R is absent", RequiredBy: RequiredByStrict,
		all: []test{{AttrUUIDR, isMissing}}}
	whenNewPassword = &Condition{Text: "New Password is present", RequiredBy: RequiredByStrict,
		all: []test{{AttrNewPassword, isPresent}}}
	whenSecured = &Condition{Text: "the network is not open", RequiredBy: RequiredByAll, not: true,
		all: []test{{AttrAuthType, is(AuthOpen)}, {AttrEncrType, is(EncrNone)}}}
)

// unobservable returns a condition that the list does not show.
func unobservable(text string) *Condition { return &Condition{Text: text} }

// Holds reports whether a list meets the condition. Number returns the value of
// an attribute of up to eight octets, 0 for others, and whether the attribute is
// in the list. A condition that a list does not show is never met.
func (c *Condition) Holds(number func(AttributeID) (n uint64, there bool)) bool {
	if len(c.all) == 0 {
		return false
	}
	for _, t := range c.all {
		if n, there := number(t.id); !t.pass(n, there) {
			return c.not
		}
	}
	return !c.not
}

// holdsIn reports whether a list that was read, or is to be written, meets the
// condition.
func (c *Condition) holdsIn(l List) bool {
	h, lay := l.Attributes(), l.layout()
	return c.Holds(func(id AttributeID) (uint64, bool) {
		row := lay.row(id)
		if row == nil || row.place == nil {
			return 0, h.Has(id)
		}
		var scratch [8]byte
		v, zero := value(scratch[:0], row.place(l))
		if len(v) > 8 {
			v = nil
		}
		return number(v), h.Has(id) || !zero
	})
}
