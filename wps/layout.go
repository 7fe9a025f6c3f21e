package wps

import "slices"

// Need reports whether an attribute has to stand in a list.
type Need uint8

// The needs.
const (
	Mandatory   Need = iota + 1
	Mandatory2       // mandatory if the sender is a version 2.0 device
	Conditional      // mandatory if what Rule.When says is so
	Optional
)

var needNames = []name[Need]{{Mandatory, "mandatory"}, {Mandatory2, "mandatory in 2.0"}, {Conditional, "conditional"}, {Optional, "optional"}}

// String returns the need in words.
func (n Need) String() string { return enumString("Need", needNames, n) }

// Rule is a row of a layout: an attribute, and whether a list needs it. The
// rows stand in the order in which hostap sends and iwd demands them.
type Rule struct {
	Attribute AttributeID
	Need      Need
	When      string // the condition of a Conditional one, in words
	Missing   Quirks // the quirk that a tolerant reader takes its absence for; 0 makes it an error
	Clause    string

	when func(l List) bool // the condition, where the list itself shows
}

// needed reports whether the attribute must stand in the list. Senders are
// strict; a tolerant reader asks for no more than it cannot do without.
func (r *Rule) needed(l List, mode Mode) bool {
	switch r.Need {
	case Mandatory:
		return mode == Strict || r.Missing == 0
	case Mandatory2:
		return mode == Strict && l.Attributes().WFA.Version2 != 0
	case Conditional:
		return mode == Strict && r.when != nil && r.when(l)
	}
	return false
}

// Layout returns the attributes of a kind of list, in order.
func (k Kind) Layout() []Rule {
	if k == 0 || k >= kindEnd {
		return nil
	}
	return slices.Clone(layouts[k].rows)
}

// layout is the rows of a list, and the sets that make reading it fast.
type layout struct {
	rows []Rule
	all  idSet // what has a place in the list
	must idSet // the Mandatory ones
}

func rules(clause string, rows ...Rule) layout {
	lay := layout{rows: rows}
	for i := range rows {
		rows[i].Clause = clause
		lay.all.add(rows[i].Attribute)
		if rows[i].Need == Mandatory {
			lay.must.add(rows[i].Attribute)
		}
	}
	return lay
}

func must(id AttributeID) Rule  { return Rule{Attribute: id, Need: Mandatory} }
func must2(id AttributeID) Rule { return Rule{Attribute: id, Need: Mandatory2} }
func may(id AttributeID) Rule   { return Rule{Attribute: id, Need: Optional} }

// mustBut is an attribute that is mandatory, and that real devices leave out.
func mustBut(id AttributeID, missing Quirks) Rule {
	return Rule{Attribute: id, Need: Mandatory, Missing: missing}
}

// needs is an attribute that is mandatory in an element, and without which the
// others can be read.
func needs(id AttributeID) Rule { return mustBut(id, QuirkIncomplete) }

// described is a mandatory part of the description of a registrar, without
// which an enrollee can do: it needs nonces, UUID-R, password, key and
// Authenticator [hostap].
func described(id AttributeID) Rule { return mustBut(id, QuirkMissingDescription) }

// onlyIf is an attribute under a condition; f is nil if something else than
// the list shows whether it is met.
func onlyIf(id AttributeID, when string, f func(List) bool) Rule {
	return Rule{Attribute: id, Need: Conditional, When: when, when: f}
}

// extensions is the place of the WFA extension, which 2.0 devices send in
// every message, of other vendors' extensions and of unknown attributes.
func extensions() Rule { return Rule{Attribute: AttrVendorExtension, Need: Optional} }

const whenSelected = "Selected Registrar is 1"

func registrarSelected(l List) bool { return *l.field(AttrSelectedRegistrar).(*bool) }

// secured reports whether the settings are those of a network with a key.
func secured(l List) bool {
	return *l.field(AttrAuthType).(*AuthType) != AuthOpen || *l.field(AttrEncrType).(*EncrType) != EncrNone
}

// layouts is the table of all lists: what stands in them, and in which order.
var layouts = [kindEnd]layout{
	KindBeacon: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		needs(AttrVersion), needs(AttrState),
		onlyIf(AttrAPSetupLocked, "while locked", nil),
		onlyIf(AttrSelectedRegistrar, "while a registrar is active", nil),
		onlyIf(AttrDevicePasswordID, whenSelected, registrarSelected),
		onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, registrarSelected),
		onlyIf(AttrUUIDE, "dual-band access point in push-button mode", nil),
		onlyIf(AttrRFBands, "dual-band access point", nil),
		extensions(), may(AttrDeviceName), may(AttrPrimaryDeviceType)),
	KindProbeResponse: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		needs(AttrVersion), needs(AttrState),
		onlyIf(AttrAPSetupLocked, "while locked", nil),
		onlyIf(AttrSelectedRegistrar, "while a registrar is active", nil),
		onlyIf(AttrDevicePasswordID, whenSelected, registrarSelected),
		onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, registrarSelected),
		needs(AttrResponseType), needs(AttrUUIDE),
		needs(AttrManufacturer), needs(AttrModelName), needs(AttrModelNumber), needs(AttrSerialNumber),
		needs(AttrPrimaryDeviceType), needs(AttrDeviceName), needs(AttrConfigMethods),
		onlyIf(AttrRFBands, "dual-band access point", nil),
		extensions(), may(AttrSecondaryDeviceTypeList)),
	KindProbeRequest: rules("WSC 2.0 §8.2.4, as hostap and iwd hold it",
		needs(AttrVersion), must(AttrRequestType), must(AttrConfigMethods),
		onlyIf(AttrUUIDE, "UUID-R is not there", func(l List) bool { return l.(*ProbeRequest).UUIDR == UUID{} }),
		onlyIf(AttrUUIDR, "some registrars, instead of UUID-E", nil),
		must(AttrPrimaryDeviceType), must(AttrRFBands), must(AttrAssociationState), must(AttrConfigError),
		must(AttrDevicePasswordID),
		must2(AttrManufacturer), must2(AttrModelName), must2(AttrModelNumber), must2(AttrDeviceName),
		extensions(), may(AttrRequestedDeviceType), may(AttrSecondaryDeviceTypeList)),
	KindAssociationRequest: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		needs(AttrVersion), must(AttrRequestType), extensions()),
	KindAssociationResponse: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		needs(AttrVersion), must(AttrResponseType), extensions()),

	KindM1: rules("WSC 2.0 §8.3.1, as hostap and iwd hold it",
		must(AttrVersion), must(AttrMessageType), must(AttrUUIDE), must(AttrMACAddress), must(AttrEnrolleeNonce),
		must(AttrPublicKey), must(AttrAuthTypeFlags), must(AttrEncrTypeFlags), must(AttrConnTypeFlags),
		must(AttrConfigMethods), must(AttrState), must(AttrManufacturer), must(AttrModelName),
		must(AttrModelNumber), must(AttrSerialNumber), must(AttrPrimaryDeviceType), must(AttrDeviceName),
		must(AttrRFBands), must(AttrAssociationState), must(AttrDevicePasswordID), must(AttrConfigError),
		must(AttrOSVersion), extensions()),
	KindM2: rules("WSC 2.0 §8.3.2, as hostap and iwd hold it",
		must(AttrVersion), must(AttrMessageType), must(AttrEnrolleeNonce), must(AttrRegistrarNonce), must(AttrUUIDR),
		must(AttrPublicKey), described(AttrAuthTypeFlags), described(AttrEncrTypeFlags), described(AttrConnTypeFlags),
		described(AttrConfigMethods), described(AttrManufacturer), described(AttrModelName), described(AttrModelNumber),
		described(AttrSerialNumber), described(AttrPrimaryDeviceType), described(AttrDeviceName), described(AttrRFBands),
		described(AttrAssociationState), described(AttrConfigError), must(AttrDevicePasswordID), described(AttrOSVersion),
		extensions(),
		onlyIf(AttrEncryptedSettings, "the run ends with M2: NFC connection handover, IEEE 1905.1", nil),
		must(AttrAuthenticator)),
	KindM2D: rules("WSC 2.0 §8.3.3, as hostap holds it",
		must(AttrVersion), must(AttrMessageType), must(AttrEnrolleeNonce), must(AttrRegistrarNonce), must(AttrUUIDR),
		described(AttrAuthTypeFlags), described(AttrEncrTypeFlags), described(AttrConnTypeFlags),
		described(AttrConfigMethods), described(AttrManufacturer), described(AttrModelName), described(AttrModelNumber),
		described(AttrSerialNumber), described(AttrPrimaryDeviceType), described(AttrDeviceName), described(AttrRFBands),
		described(AttrAssociationState), must(AttrConfigError), described(AttrOSVersion), extensions()),
	KindM3: rules("WSC 2.0 §8.3.4, as hostap and iwd hold it",
		must(AttrVersion), must(AttrMessageType), must(AttrRegistrarNonce), must(AttrEHash1), must(AttrEHash2),
		extensions(), must(AttrAuthenticator)),
	KindM4: rules("WSC 2.0 §8.3.5, as hostap and iwd hold it",
		must(AttrVersion), must(AttrMessageType), must(AttrEnrolleeNonce), must(AttrRHash1), must(AttrRHash2),
		must(AttrEncryptedSettings), extensions(), must(AttrAuthenticator)),
	KindM5:   rules("WSC 2.0 §8.3.6, as hostap and iwd hold it", settingsMessage(AttrRegistrarNonce)...),
	KindM6:   rules("WSC 2.0 §8.3.7, as hostap and iwd hold it", settingsMessage(AttrEnrolleeNonce)...),
	KindM7:   rules("WSC 2.0 §8.3.8, as hostap and iwd hold it", settingsMessage(AttrRegistrarNonce)...),
	KindM8:   rules("WSC 2.0 §8.3.9, as hostap and iwd hold it", settingsMessage(AttrEnrolleeNonce)...),
	KindACK:  rules("WSC 2.0 §8.3.10, as hostap and iwd hold it", endMessage()...),
	KindNACK: rules("WSC 2.0 §8.3.11, as hostap and iwd hold it", endMessage(must(AttrConfigError))...),
	KindDone: rules("WSC 2.0 §8.3.12, as hostap and iwd hold it", endMessage()...),

	KindM2Settings: rules("NFC connection handover, as hostap holds it", must(AttrCredential), extensions()),
	KindM4Settings: rules("WSC 2.0 §8.3.5, as hostap and iwd hold it", must(AttrRSNonce1), extensions()),
	KindM5Settings: rules("WSC 2.0 §8.3.6, as hostap and iwd hold it", must(AttrESNonce1), extensions()),
	KindM6Settings: rules("WSC 2.0 §8.3.7, as hostap and iwd hold it", must(AttrRSNonce2), extensions()),
	KindM7Settings: rules("WSC 2.0 §8.3.8, as hostap and iwd hold it",
		must(AttrESNonce2), may(AttrIdentityProof), may(AttrX509CertificateRequest), extensions()),
	KindM7APSettings: rules("WSC 2.0 §8.3.8, as hostap holds it",
		must(AttrESNonce2), must(AttrSSID), must(AttrMACAddress), must(AttrAuthType), must(AttrEncrType),
		may(AttrNetworkKeyIndex), mustBut(AttrNetworkKey, QuirkMissingKey), extensions()),
	KindM8Settings: rules("WSC 2.0 §8.3.9 and Table 21 (via iwd)",
		must(AttrCredential), may(AttrNewPassword),
		onlyIf(AttrDevicePasswordID, "New Password is there", func(l List) bool { return len(l.(*M8Settings).NewPassword) > 0 }),
		extensions()),
	KindM8APSettings: rules("WSC 2.0 §8.3.9, as hostap holds it",
		may(AttrNetworkIndex), must(AttrSSID), must(AttrAuthType), must(AttrEncrType), may(AttrNetworkKeyIndex),
		onlyIf(AttrNetworkKey, "the network is not open", secured), must(AttrMACAddress), extensions()),
	KindCredential: rules("WSC 2.0, Credential; as hostap and iwd hold it",
		mustBut(AttrNetworkIndex, QuirkNetworkIndex), must(AttrSSID), must(AttrAuthType), must(AttrEncrType),
		may(AttrNetworkKeyIndex), mustBut(AttrNetworkKey, QuirkMissingKey), must(AttrMACAddress),
		may(AttrEAPType), may(AttrEAPIdentity), may(AttrKeyProvidedAutomatically), may(Attr8021XEnabled), extensions()),

	KindSetSelectedRegistrar: rules("WFAWLANConfig SetSelectedRegistrar, as hostap holds it",
		must(AttrVersion), must(AttrSelectedRegistrar),
		onlyIf(AttrDevicePasswordID, whenSelected, registrarSelected),
		onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, registrarSelected),
		extensions(), must2(AttrUUIDR)),
	KindPasswordToken: rules("NFC password token, as hostap holds it",
		must(AttrOOBDevicePassword), extensions()),
	KindConfigurationToken: rules("WSC 2.0 §10.2.2 NFC configuration token, as hostap holds it",
		must(AttrCredential), may(AttrRFBands), may(AttrAPChannel), may(AttrMACAddress), extensions()),
	KindHandoverRequest: rules("NFC connection handover request, as hostap holds it",
		must(AttrOOBDevicePassword), must(AttrUUIDE), extensions()),
	KindHandoverSelect: rules("NFC connection handover select, as hostap holds it",
		must(AttrOOBDevicePassword), must(AttrSSID), may(AttrRFBands), may(AttrAPChannel), may(AttrMACAddress), extensions()),
}

// settingsMessage is the layout of M5 to M8: the nonce of the receiver, the
// Encrypted Settings, the Authenticator.
func settingsMessage(nonce AttributeID) []Rule {
	return []Rule{must(AttrVersion), must(AttrMessageType), must(nonce), must(AttrEncryptedSettings), extensions(), must(AttrAuthenticator)}
}

// endMessage is the layout of WSC_ACK, WSC_NACK and WSC_Done.
func endMessage(more ...Rule) []Rule {
	rows := []Rule{must(AttrVersion), must(AttrMessageType), must(AttrEnrolleeNonce), must(AttrRegistrarNonce)}
	return append(append(rows, more...), extensions())
}
