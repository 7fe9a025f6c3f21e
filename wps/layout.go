package wps

// Presence says whether an attribute is required in a list.
type Presence uint8

// The values of Presence.
const (
	Mandatory   Presence = iota + 1
	Mandatory2           // mandatory if the sender is a version 2.0 device
	Conditional          // mandatory if the condition in Rule.When holds
	Optional
)

var presenceNames = []name[Presence]{{Mandatory, "mandatory"}, {Mandatory2, "mandatory in 2.0"}, {Conditional, "conditional"}, {Optional, "optional"}}

// String returns the need in words.
func (p Presence) String() string { return enumString("Presence", presenceNames, p) }

// Rule is a row of a layout: an attribute, and whether a list needs it. The
// rows are in the order in which hostap sends and iwd expects them. Decoding,
// encoding and package validate use them.
type Rule struct {
	Attribute AttributeID
	Presence  Presence
	When      *Condition // when a Conditional one is required, or one must not be Missing; nil for others
	Missing   Quirks     // the quirk for its absence in tolerant mode; 0 makes it an error
	Clause    string     // where the rule comes from
}

// needed reports whether the attribute is required in the list. Senders are
// strict; a tolerant reader requires only what it cannot do without.
func (r *Rule) needed(l List, mode Mode) bool {
	switch r.Presence {
	case Mandatory:
		return mode == Strict || r.Missing == 0 || r.When != nil && r.When.RequiredBy == RequiredByAll && r.When.holdsIn(l)
	case Mandatory2:
		return mode == Strict && l.Attributes().WFA.Version2 != 0
	case Conditional:
		return (r.When.RequiredBy == RequiredByAll || r.When.RequiredBy == RequiredByStrict && mode == Strict) && r.When.holdsIn(l)
	}
	return false
}

// Layout returns the attributes of a kind of list, in order.
func (k Kind) Layout() []Rule {
	if k == 0 || k >= kindEnd {
		return nil
	}
	rules := make([]Rule, len(layouts[k].rows))
	for i := range rules {
		rules[i] = layouts[k].rows[i].Rule
	}
	return rules
}

// layouts is the table of all lists: their attributes and the order. The rows
// of each list are next to its type.
var layouts = [kindEnd]*layout{
	KindBeacon:               beaconLayout,
	KindProbeRequest:         probeRequestLayout,
	KindProbeResponse:        probeResponseLayout,
	KindAssociationRequest:   associationRequestLayout,
	KindAssociationResponse:  associationResponseLayout,
	KindM1:                   m1Layout,
	KindM2:                   m2Layout,
	KindM2D:                  m2dLayout,
	KindM3:                   m3Layout,
	KindM4:                   m4Layout,
	KindM5:                   m5Layout,
	KindM6:                   m6Layout,
	KindM7:                   m7Layout,
	KindM8:                   m8Layout,
	KindACK:                  ackLayout,
	KindNACK:                 nackLayout,
	KindDone:                 doneLayout,
	KindM2Settings:           m2SettingsLayout,
	KindM4Settings:           m4SettingsLayout,
	KindM5Settings:           m5SettingsLayout,
	KindM6Settings:           m6SettingsLayout,
	KindM7Settings:           m7SettingsLayout,
	KindM7APSettings:         m7APSettingsLayout,
	KindM8Settings:           m8SettingsLayout,
	KindM8APSettings:         m8APSettingsLayout,
	KindCredential:           credentialLayout,
	KindSetSelectedRegistrar: setSelectedRegistrarLayout,
	KindPasswordToken:        passwordTokenLayout,
	KindConfigurationToken:   configurationTokenLayout,
	KindHandoverRequest:      handoverRequestLayout,
	KindHandoverSelect:       handoverSelectLayout,
}

// layout has the rows of a list, and indexes that make decoding fast.
type layout struct {
	rows []row
	at   [0x80]uint8 // 1 + the index of the row of each attribute 0x1000 to 0x107F; 0 if it is not in the layout
	must idSet       // those whose absence makes a tolerant reader check more closely
}

// row is a rule, and the field that holds the attribute.
type row struct {
	Rule
	place func(List) any // returns a pointer to the field; nil if Header has the attribute
	info  *AttributeInfo
}

// fieldType lists the types that a field may have, which set and value support.
type fieldType interface {
	uint8 | bool | uint16 | uint32 | string | []byte | [8]byte | [32]byte |
		Nonce | SecretNonce | MAC | UUID | PublicKey | Redacted | SSID | NetworkKey | OOBPassword |
		AuthType | EncrType | ConnType | ConfigMethods | ConfigError | DevicePasswordID | AssociationState |
		RequestType | ResponseType | RFBands | State | MultiAP | DeviceType | []DeviceType | []MAC | []Credential
}

func layoutOf(clause string, rows ...row) *layout {
	lay := &layout{rows: rows}
	for i := range rows {
		rows[i].Clause = clause
		rows[i].info = rows[i].Attribute.info()
		lay.at[rows[i].Attribute&0x7F] = uint8(i + 1)
		if rows[i].Presence == Mandatory || rows[i].When != nil && rows[i].When.RequiredBy == RequiredByAll {
			lay.must.add(rows[i].Attribute)
		}
	}
	return lay
}

// row returns the row of an attribute, or nil.
func (lay *layout) row(id AttributeID) *row {
	i := lay.at[id&0x7F]
	if i == 0 || id&^0x7F != 0x1000 {
		return nil
	}
	return &lay.rows[i-1]
}

// field returns the row for a rule and a field of lists of type L.
func field[L List, T fieldType](rule Rule, of func(L) *T) row {
	return row{Rule: rule, place: func(l List) any { return of(l.(L)) }}
}

func must[L List, T fieldType](id AttributeID, of func(L) *T) row {
	return field(Rule{Attribute: id, Presence: Mandatory}, of)
}

func must2[L List, T fieldType](id AttributeID, of func(L) *T) row {
	return field(Rule{Attribute: id, Presence: Mandatory2}, of)
}

func may[L List, T fieldType](id AttributeID, of func(L) *T) row {
	return field(Rule{Attribute: id, Presence: Optional}, of)
}

// mustBut is a mandatory attribute that real devices omit.
func mustBut[L List, T fieldType](id AttributeID, missing Quirks, of func(L) *T) row {
	return field(Rule{Attribute: id, Presence: Mandatory, Missing: missing}, of)
}

// needs is a mandatory attribute of an element without which the others can be
// decoded.
func needs[L List, T fieldType](id AttributeID, of func(L) *T) row {
	return mustBut(id, QuirkIncomplete, of)
}

// described is a mandatory part of a registrar's description that an enrollee
// does not need: it needs nonces, UUID-R, password, key and Authenticator
// [hostap].
func described[L List, T fieldType](id AttributeID, of func(L) *T) row {
	return mustBut(id, QuirkMissingDescription, of)
}

// onlyIf is a conditional attribute.
func onlyIf[L List, T fieldType](id AttributeID, when *Condition, of func(L) *T) row {
	return field(Rule{Attribute: id, Presence: Conditional, When: when}, of)
}

// version is the row of Version, which some elements lack.
func version(missing Quirks) row {
	return row{Rule: Rule{Attribute: AttrVersion, Presence: Mandatory, Missing: missing}}
}

// messageType is the row of Message Type, which the type of the list implies.
func messageType() row { return row{Rule: Rule{Attribute: AttrMessageType, Presence: Mandatory}} }

// extensions is the row of the WFA extension, which 2.0 devices send in every
// message, of other vendors' extensions and of unknown attributes.
func extensions() row { return row{Rule: Rule{Attribute: AttrVendorExtension, Presence: Optional}} }
