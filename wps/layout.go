package wps

// Need tells whether an attribute has to stand in a list.
type Need uint8

// The needs.
const (
	Mandatory   Need = iota + 1
	Mandatory2       // mandatory if the sender is a version 2.0 device
	Conditional      // the rule's When tells
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
	Clause    string

	when func(l List) bool // the condition as a sender evaluates it
}

// sent reports whether a sender includes the attribute even if it is zero.
func (r *Rule) sent(l List) bool {
	switch r.Need {
	case Mandatory:
		return true
	case Mandatory2:
		return l.Attributes().WFA.Version2 != 0
	case Conditional:
		return r.when(l)
	}
	return false
}

// Layout returns the attributes of a kind of list, in order.
func (k Kind) Layout() []Rule {
	if k == 0 || k >= kindEnd {
		return nil
	}
	return append([]Rule(nil), layouts[k].rows...)
}

// layout is the rows of a list, and the sets that make checking them fast.
type layout struct {
	rows        []Rule
	must, must2 idSet
}

func rules(clause string, rows ...Rule) layout {
	lay := layout{rows: rows}
	for i := range rows {
		rows[i].Clause = clause
		switch rows[i].Need {
		case Mandatory:
			lay.must.add(rows[i].Attribute)
		case Mandatory2:
			lay.must2.add(rows[i].Attribute)
		}
	}
	return lay
}

func must(id AttributeID) Rule  { return Rule{Attribute: id, Need: Mandatory} }
func must2(id AttributeID) Rule { return Rule{Attribute: id, Need: Mandatory2} }
func may(id AttributeID) Rule   { return Rule{Attribute: id, Need: Optional} }

func onlyIf(id AttributeID, when string, f func(List) bool) Rule {
	return Rule{Attribute: id, Need: Conditional, When: when, when: f}
}

// extensions is the place of the WFA extension, which 2.0 devices send in
// every message, of other vendors' extensions and of unknown attributes.
func extensions() Rule { return Rule{Attribute: AttrVendorExtension, Need: Optional} }

// zeroed is the condition of attributes that are sent only if set.
func zeroed(List) bool { return false }

func registrarSelected(l List) bool {
	switch e := l.(type) {
	case *Beacon:
		return e.SelectedRegistrar
	case *ProbeResponse:
		return e.SelectedRegistrar
	case *SetSelectedRegistrar:
		return e.SelectedRegistrar
	}
	return false
}

const whenSelected = "Selected Registrar is 1"

// layouts is the table of all lists: what stands in them, and in which order.
var layouts = [kindEnd]layout{
	KindBeacon: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		must(AttrVersion), must(AttrState),
		onlyIf(AttrAPSetupLocked, "while locked", zeroed),
		onlyIf(AttrSelectedRegistrar, "while a registrar is active", zeroed),
		onlyIf(AttrDevicePasswordID, whenSelected, registrarSelected),
		onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, registrarSelected),
		onlyIf(AttrUUIDE, "dual-band access point in push-button mode", zeroed),
		onlyIf(AttrRFBands, "dual-band access point", zeroed),
		extensions(), may(AttrPrimaryDeviceType), may(AttrDeviceName)),
	KindProbeResponse: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		must(AttrVersion), must(AttrState),
		onlyIf(AttrAPSetupLocked, "while locked", zeroed),
		onlyIf(AttrSelectedRegistrar, "while a registrar is active", zeroed),
		onlyIf(AttrDevicePasswordID, whenSelected, registrarSelected),
		onlyIf(AttrSelectedRegistrarConfigMethods, whenSelected, registrarSelected),
		must(AttrResponseType), must(AttrUUIDE),
		must(AttrManufacturer), must(AttrModelName), must(AttrModelNumber), must(AttrSerialNumber),
		must(AttrPrimaryDeviceType), must(AttrDeviceName), must(AttrConfigMethods),
		onlyIf(AttrRFBands, "dual-band access point", zeroed),
		extensions(), may(AttrSecondaryDeviceTypeList)),
	KindProbeRequest: rules("WSC 2.0 §8.2.4, as hostap and iwd hold it",
		must(AttrVersion), must(AttrRequestType), must(AttrConfigMethods),
		onlyIf(AttrUUIDE, "unless UUID-R is there", zeroed),
		onlyIf(AttrUUIDR, "some registrars, instead of UUID-E", zeroed),
		must(AttrPrimaryDeviceType), must(AttrRFBands), must(AttrAssociationState), must(AttrConfigError),
		must(AttrDevicePasswordID),
		must2(AttrManufacturer), must2(AttrModelName), must2(AttrModelNumber), must2(AttrDeviceName),
		extensions(), may(AttrRequestedDeviceType), may(AttrSecondaryDeviceTypeList)),
	KindAssociationRequest: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		must(AttrVersion), must(AttrRequestType), extensions()),
	KindAssociationResponse: rules("WSC 2.0 §8.2, as hostap and iwd hold it",
		must(AttrVersion), must(AttrResponseType), extensions()),

	KindM1: rules("WSC 2.0 §8.3.1, as hostap and iwd hold it",
		must(AttrVersion), must(AttrMessageType), must(AttrUUIDE), must(AttrMACAddress), must(AttrEnrolleeNonce),
		must(AttrPublicKey), must(AttrAuthTypeFlags), must(AttrEncrTypeFlags), must(AttrConnTypeFlags),
		must(AttrConfigMethods), must(AttrState), must(AttrManufacturer), must(AttrModelName),
		must(AttrModelNumber), must(AttrSerialNumber), must(AttrPrimaryDeviceType), must(AttrDeviceName),
		must(AttrRFBands), must(AttrAssociationState), must(AttrDevicePasswordID), must(AttrConfigError),
		must(AttrOSVersion), extensions()),
	KindM2: rules("WSC 2.0 §8.3.2, as hostap and iwd hold it",
		must(AttrVersion), must(AttrMessageType), must(AttrEnrolleeNonce), must(AttrRegistrarNonce), must(AttrUUIDR),
		must(AttrPublicKey), must(AttrAuthTypeFlags), must(AttrEncrTypeFlags), must(AttrConnTypeFlags),
		must(AttrConfigMethods), must(AttrManufacturer), must(AttrModelName), must(AttrModelNumber),
		must(AttrSerialNumber), must(AttrPrimaryDeviceType), must(AttrDeviceName), must(AttrRFBands),
		must(AttrAssociationState), must(AttrConfigError), must(AttrDevicePasswordID), must(AttrOSVersion),
		extensions(),
		onlyIf(AttrEncryptedSettings, "the run ends with M2: NFC connection handover, IEEE 1905.1", zeroed),
		must(AttrAuthenticator)),
	KindM2D: rules("WSC 2.0 §8.3.3, as hostap holds it",
		must(AttrVersion), must(AttrMessageType), must(AttrEnrolleeNonce), must(AttrRegistrarNonce), must(AttrUUIDR),
		must(AttrAuthTypeFlags), must(AttrEncrTypeFlags), must(AttrConnTypeFlags),
		must(AttrConfigMethods), must(AttrManufacturer), must(AttrModelName), must(AttrModelNumber),
		must(AttrSerialNumber), must(AttrPrimaryDeviceType), must(AttrDeviceName), must(AttrRFBands),
		must(AttrAssociationState), must(AttrConfigError), must(AttrOSVersion), extensions()),
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

	KindM2Settings: rules("NFC connection handover, IEEE 1905.1; as hostap holds it",
		onlyIf(AttrCredential, "the enrollee is a station", zeroed), extensions()),
	KindM4Settings: rules("WSC 2.0 §8.3.5, as hostap and iwd hold it", must(AttrRSNonce1), extensions()),
	KindM5Settings: rules("WSC 2.0 §8.3.6, as hostap and iwd hold it", must(AttrESNonce1), extensions()),
	KindM6Settings: rules("WSC 2.0 §8.3.7, as hostap and iwd hold it", must(AttrRSNonce2), extensions()),
	KindM7Settings: rules("WSC 2.0 §8.3.8, as hostap and iwd hold it",
		must(AttrESNonce2), may(AttrIdentityProof), may(AttrX509CertificateRequest), extensions()),
	KindM7APSettings: rules("WSC 2.0 §8.3.8, as hostap holds it",
		must(AttrESNonce2), must(AttrSSID), must(AttrMACAddress), must(AttrAuthType), must(AttrEncrType),
		may(AttrNetworkKeyIndex), onlyIf(AttrNetworkKey, keyWhen, keyed), extensions()),
	KindM8Settings: rules("WSC 2.0 §8.3.9 and Table 21 (via iwd)",
		must(AttrCredential), may(AttrNewPassword),
		onlyIf(AttrDevicePasswordID, "New Password is there", func(l List) bool { return len(l.(*M8Settings).NewPassword) > 0 }),
		extensions()),
	KindM8APSettings: rules("WSC 2.0 §8.3.9, as hostap holds it",
		onlyIf(AttrNetworkIndex, "deprecated; hostap sends 1", zeroed),
		must(AttrSSID), must(AttrAuthType), must(AttrEncrType), may(AttrNetworkKeyIndex),
		onlyIf(AttrNetworkKey, keyWhen, keyed), must(AttrMACAddress), extensions()),
	KindCredential: rules("WSC 2.0, Credential; as hostap and iwd hold it",
		onlyIf(AttrNetworkIndex, "deprecated in 2.0, sent as 1 all the same", zeroed),
		must(AttrSSID), must(AttrAuthType), must(AttrEncrType), may(AttrNetworkKeyIndex),
		onlyIf(AttrNetworkKey, keyWhen, keyed), must(AttrMACAddress),
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

const keyWhen = "unless the network is open: real access points leave it out there"

// keyed is true: senders include Network Key even when it is empty.
func keyed(List) bool { return true }

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
