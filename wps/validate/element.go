package validate

import (
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// elementRules are about elements of 802.11 frames, and about
// SetSelectedRegistrar, whose content an access point puts into them.
var elementRules = []rule{
	{Rule: Rule{ID: "SELECTED-REGISTRAR-FALSE", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: advertisement,
		Clause: "iwd",
		Text:   "Selected Registrar is left out while no registrar is waiting: iwd refuses an element with the value 0 but without Device Password ID and config methods."},
		list: checkSelectedFalse},
	{Rule: Rule{ID: "SELECTED-REGISTRAR-LACKING", Area: AreaElement, Tolerant: Note, Strict: Note, Versions: Both, Kinds: advertisement,
		Clause: "WSC 2.0 §8.2",
		Text:   "Device Password ID and Selected Registrar Config Methods occur only together with Selected Registrar."},
		list: checkSelectedLacking},
	{Rule: Rule{ID: "SELECTED-REGISTRAR-METHOD", Area: AreaElement, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: registrarLists,
		Clause: "hostap (deployed access points get it wrong)",
		Text:   "Selected Registrar Config Methods fit Device Password ID: a button for 4, something else for a PIN."},
		list: checkSelectedMethod},
	{Rule: Rule{ID: "AUTHORIZED-MACS-MISSING", Area: AreaElement, Tolerant: Warning, Strict: Warning, Versions: Version2, Kinds: registrarLists,
		Clause: "WSC 2.0 §8.2, as hostap and iwd implement it",
		Text:   "While a registrar is waiting, a 2.0 device announces in AuthorizedMACs for which devices."},
		list: checkAuthorizedMissing},
	{Rule: Rule{ID: "AUTHORIZED-MACS-UNSELECTED", Area: AreaElement, Tolerant: Note, Strict: Note, Versions: Both, Kinds: advertisement,
		Clause: "WSC 2.0 §8.2",
		Text:   "AuthorizedMACs occurs in an element only while a registrar is waiting."},
		list: checkAuthorizedUnselected},
	{Rule: Rule{ID: "AP-SETUP-LOCKED-FALSE", Area: AreaElement, Tolerant: Note, Strict: Note, Versions: Both, Kinds: advertisement,
		Clause: "hostap",
		Text:   "AP Setup Locked is left out while the access point's PIN is not locked."},
		list: checkLockedFalse},
	{Rule: Rule{ID: "AP-CONFIG-METHODS-BUTTON", Area: AreaElement, Tolerant: Note, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindProbeResponse},
		Clause: "hostap",
		Text:   "Config Methods of an access point are the methods for adding an external registrar, which a push button cannot do."},
		list: checkAPButton},
	{Rule: Rule{ID: "RESPONSE-TYPE-AP", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindProbeResponse, wps.KindAssociationResponse},
		Clause: "hostap, iwd",
		Text:   "Response Type of an access point is 3."},
		list: checkResponseType},
	{Rule: Rule{ID: "REQUEST-TYPE-ASSOC", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindAssociationRequest},
		Clause: "WSC 2.0 Table 42, hostap",
		Text:   "Request Type of an association request is 1 (enrollee) or 2 (registrar)."},
		list: checkAssociationType},
	{Rule: Rule{ID: "REQUEST-TO-ENROLL", Area: AreaElement, Tolerant: Note, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindProbeRequest},
		Clause: "hostap",
		Text:   "Request to Enroll is not sent by a registrar."},
		list: checkRequestToEnroll},
	{Rule: Rule{ID: "REQUESTED-DEVICE-TYPES-MANY", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindProbeRequest},
		Clause: "hostap",
		Text:   "At most ten device types are requested.",
		Quirk:  wps.QuirkExcess},
		list: checkDeviceTypesMany},
}

// registrarLists are the lists that can say that a registrar waits.
var registrarLists = []wps.Kind{wps.KindBeacon, wps.KindProbeResponse, wps.KindSetSelectedRegistrar}

// networkRules are rules about WPS on networks where it must not be offered or
// does not work.
var networkRules = []rule{
	{Rule: Rule{ID: "NETWORK-WEP", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: advertisement,
		Clause: "hostap; WSC 2.0",
		Text:   "WPS is not offered on a network with WEP."},
		list: onNetwork(func(n dot11.Traits) bool { return n.WEP }, "WPS is offered on a network with WEP, which stations refuse.")},
	{Rule: Rule{ID: "NETWORK-TKIP-ONLY", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: advertisement,
		Clause: "hostap; WSC 2.0",
		Text:   "WPS is not offered on a network that allows TKIP only."},
		list: onNetwork(func(n dot11.Traits) bool { return n.TKIPOnly }, "WPS is offered on a network that allows TKIP only.")},
	{Rule: Rule{ID: "NETWORK-HIDDEN", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: advertisement,
		Clause: "hostap",
		Text:   "WPS is not offered on a hidden network."},
		list: onNetwork(func(n dot11.Traits) bool { return n.Hidden }, "WPS is offered on a hidden network: many stations cannot find it afterwards.")},
	{Rule: Rule{ID: "NETWORK-SAE-ONLY", Area: AreaElement, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: advertisement,
		Clause: "hostap; WSC 2.0 Table 32",
		Text:   "WPS is offered only on networks that allow WPA2-Personal: it has no type for WPA3."},
		list: onNetwork(func(n dot11.Traits) bool { return n.SAEOnly }, "WPS is offered on a network that allows WPA3 only, for which credentials have no type.")},
	{Rule: Rule{ID: "NETWORK-PMF-REQUIRED", Area: AreaElement, Tolerant: Note, Strict: Note, Versions: Both, Kinds: advertisement,
		Clause: "hostap",
		Text:   "A network for WPS does not require the protection of management frames: older devices do not support it."},
		list: onNetwork(func(n dot11.Traits) bool { return n.PMFRequired }, "The network requires protected management frames, which older devices do not support.")},
	{Rule: Rule{ID: "NETWORK-ENTERPRISE", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: advertisement,
		Clause: "hostap, iwd",
		Text:   "WPS is not offered on a network with 802.1X."},
		list: onNetwork(func(n dot11.Traits) bool { return n.Enterprise }, "WPS is offered on a network with 802.1X, for which there are no credentials.")},
	{Rule: Rule{ID: "NETWORK-OPEN", Area: AreaElement, Tolerant: Note, Strict: Note, Versions: Both, Kinds: advertisement,
		Clause: "advice",
		Text:   "A network for WPS has a key to hand out."},
		list: onNetwork(func(n dot11.Traits) bool { return n.Open }, "WPS is offered on an open network: there is no key to hand out.")},
	{Rule: Rule{ID: "NETWORK-6-GHZ", Area: AreaElement, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: advertisement,
		Clause: "WSC 2.0 Table 44",
		Text:   "WPS is not offered on 6 GHz, where WPA3 is mandatory."},
		list: onNetwork(func(n dot11.Traits) bool { return n.SixGHz }, "WPS is offered on 6 GHz, where WPA3 is mandatory.")},
	{Rule: Rule{ID: "NETWORK-BAND", Area: AreaElement, Tolerant: Note, Strict: Warning, Versions: Both, Kinds: advertisement,
		Clause: "WSC 2.0 Table 44",
		Text:   "RF Bands names the band on which it is sent."},
		list: checkBand},
}

// onNetwork reports WPS on a network with a property.
func onNetwork(is func(dot11.Traits) bool, text string) func(*list, *reporter) {
	return func(l *list, r *reporter) {
		if is(l.network) {
			r.add(0, 0, "%s", text)
		}
	}
}

func checkBand(l *list, r *reporter) {
	if v, ok := l.number(wps.AttrRFBands); ok && wps.RFBands(v)&l.network.Band != l.network.Band {
		r.add(wps.AttrRFBands, l.at(wps.AttrRFBands), "RF Bands is %v, but the frame was received on %v.", wps.RFBands(v), l.network.Band)
	}
}

func checkSelectedFalse(l *list, r *reporter) {
	if l.is(wps.AttrSelectedRegistrar, 0) && !(l.has(wps.AttrDevicePasswordID) && l.has(wps.AttrSelectedRegistrarConfigMethods)) {
		r.add(wps.AttrSelectedRegistrar, l.at(wps.AttrSelectedRegistrar), "Selected Registrar is 0, without Device Password ID and config methods: iwd refuses the element.")
	}
}

func checkSelectedLacking(l *list, r *reporter) {
	for _, id := range []wps.AttributeID{wps.AttrDevicePasswordID, wps.AttrSelectedRegistrarConfigMethods} {
		if l.has(id) && !l.has(wps.AttrSelectedRegistrar) {
			r.add(id, l.at(id), "%v is present without Selected Registrar.", id)
		}
	}
}

// checkSelectedMethod looks for a method that matches the password. hostap
// sends 0 for a PIN and keeps its button among the methods, so only a list
// without any other is wrong.
func checkSelectedMethod(l *list, r *reporter) {
	const button = wps.MethodVirtualPushButton | wps.MethodPhysicalPushButton
	id := wps.AttrSelectedRegistrarConfigMethods
	m, ok := l.methods(id)
	if !ok || !l.selected() {
		return
	}
	password, ok := l.number(wps.AttrDevicePasswordID)
	switch {
	case !ok:
	case password == uint64(wps.PasswordPushButton) && !m.Has(wps.MethodPushButton):
		r.add(id, l.at(id), "The registrar waits for a button, which its config methods lack: %v.", m)
	case password == uint64(wps.PasswordDefault) && m != 0 && m&^button == 0:
		r.add(id, l.at(id), "The registrar waits for a PIN, but its config methods are buttons only: %v.", m)
	}
}

func checkAuthorizedMissing(l *list, r *reporter) {
	if l.selected() && l.element(wps.WFAAuthorizedMACs) == nil {
		r.add(wps.AttrVendorExtension, l.at(wps.AttrVendorExtension), "A registrar is waiting, but there are no AuthorizedMACs.")
	}
}

func checkAuthorizedUnselected(l *list, r *reporter) {
	if e := l.element(wps.WFAAuthorizedMACs); e != nil && !l.selected() {
		r.add(wps.AttrVendorExtension, e.at, "AuthorizedMACs is present, but no registrar is waiting.")
	}
}

func checkLockedFalse(l *list, r *reporter) {
	if l.is(wps.AttrAPSetupLocked, 0) {
		r.add(wps.AttrAPSetupLocked, l.at(wps.AttrAPSetupLocked), "AP Setup Locked is present with the value 0.")
	}
}

func checkAPButton(l *list, r *reporter) {
	if m, ok := l.methods(wps.AttrConfigMethods); ok && m.Has(wps.MethodPushButton) {
		r.add(wps.AttrConfigMethods, l.at(wps.AttrConfigMethods), "Config Methods of the access point include a push button, which cannot add an external registrar.")
	}
}

func checkResponseType(l *list, r *reporter) {
	if v, ok := l.number(wps.AttrResponseType); ok && wps.ResponseType(v) != wps.ResponseAP {
		r.add(wps.AttrResponseType, l.at(wps.AttrResponseType), "Response Type is %d, %v.", v, wps.ResponseType(v))
	}
}

func checkAssociationType(l *list, r *reporter) {
	v, ok := l.number(wps.AttrRequestType)
	if t := wps.RequestType(v); ok && t != wps.RequestEnrollee8021X && t != wps.RequestRegistrar {
		r.add(wps.AttrRequestType, l.at(wps.AttrRequestType), "Request Type is %d, %v.", v, t)
	}
}

func checkRequestToEnroll(l *list, r *reporter) {
	e := l.element(wps.WFARequestToEnroll)
	if e != nil && len(e.value) == 1 && e.value[0] != 0 && l.is(wps.AttrRequestType, uint64(wps.RequestRegistrar)) {
		r.add(wps.AttrVendorExtension, e.at, "A registrar asks to be enrolled.")
	}
}

func checkDeviceTypesMany(l *list, r *reporter) { reportMany(l, wps.AttrRequestedDeviceType, r) }
