package doctor

import (
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

// Causes that show before an attempt.
const (
	WPSDisabled         Cause = "wps-disabled"          // the access point offers no WPS
	NoSelectedRegistrar Cause = "no-selected-registrar" // no button was pressed and no PIN entered, or the two minutes are over
	Ready               Cause = "ready"                 // a registrar waits, and nothing seems to prevent the setup
	Overlap             Cause = "overlap"               // more than one device, or router, is in push-button mode
	MethodMismatch      Cause = "method-mismatch"       // one side waits for a button, the other for a PIN
	NotAuthorized       Cause = "not-authorized"        // the router waits for another device
	SetupLocked         Cause = "setup-locked"          // the router does not accept its own PIN for now
	NotConfigured       Cause = "not-configured"        // the router is as it left the factory
	WPA3Only            Cause = "wpa3-only"             // the network is for WPA3 only
	Enterprise          Cause = "enterprise"            // the network uses user names, not a password
	EnhancedOpen        Cause = "enhanced-open"         // the network has encryption without a password
	OtherBand           Cause = "other-band"            // WPS is on in a band that the device may not have
	ChannelOutOfReach   Cause = "channel-out-of-reach"  // some devices cannot use the channel
	DeviceNotSearching  Cause = "device-not-searching"  // the router waits, but no device searches
	NotMeeting          Cause = "not-meeting"           // router and device are both in WPS mode, but do not connect
	ElementDamaged      Cause = "element-damaged"       // the WPS element of the router cannot be read
)

// beforeRows are for evidence without an attempt: part A of the table.
var beforeRows = []Row{
	{Code: "A8", Cause: Overlap, Outcome: NoAttempt,
		Evidence: "several access points with Selected Registrar and Device Password ID 4 at a time, and different UUIDs",
		Owner:    "The WPS buttons of two routers are pressed at the same time ({pressed}), so no device can know which of them is yours.",
		Steps:    []string{stepWait2, "Press the button of one router only. If a neighbour was pressing too, wait until that is over.", "If both are yours (two bands, or mesh nodes), switch one band off while you set up the device.", "Or set it up by PIN, or type the Wi-Fi password."},
		Engineer: "More than one active push-button registrar with unequal UUID-E: enrollees stop with a session overlap. A dual-band access point must have one UUID.",
		when:     func(v *view) bool { return v.noAttempt() && len(v.routersPressed()) > 1 }},
	{Code: "A17", Cause: Overlap, Outcome: NoAttempt,
		Evidence: "several UUID-E with Device Password ID 4 within 120 s",
		Owner:    "Two devices are in WPS button mode at the same time ({pressing}), so the router refuses both.",
		Steps:    []string{"Stop WPS at one of the two devices.", stepWait2, "Press the router's button for 1 to 3 seconds, then start WPS at one device only, within 2 minutes."},
		Engineer: "Two enrollees with different UUID-E sent Device Password ID 4 within the monitor time of 120 s: session overlap at the registrar.",
		when:     func(v *view) bool { return v.noAttempt() && v.twoPressed() }},
	{Code: "A5", Cause: MethodMismatch, Outcome: NoAttempt,
		Evidence: "Selected Registrar with Device Password ID 4, and only devices that look for a PIN",
		Owner:    "{Router} waits for the WPS button of a device, but the device searches in PIN mode.",
		Steps:    []string{"Start WPS by button (also called PBC) at the device, within 2 minutes of pressing the router's button.", "Or enter the device's PIN on the WPS page of {router}, then start WPS by PIN at the device."},
		Engineer: "Selected Registrar with Device Password ID 4; the probe requests with a WPS element have Device Password ID 0.",
		when: func(v *view) bool {
			return v.noAttempt() && v.waiting(PushButton) && v.searching(PIN) && !v.searching(PushButton)
		}},
	{Code: "A6", Cause: MethodMismatch, Outcome: NoAttempt,
		Evidence: "Selected Registrar with Device Password ID 0, and a device in push-button mode",
		Owner:    "{Router} waits for a PIN, but the device searches by its WPS button.",
		Steps:    []string{"Press the router's WPS button for 1 to 3 seconds, then start WPS by button at the device, within 2 minutes.", "Or start WPS by PIN at the device, with the PIN that was entered at the router."},
		Engineer: "Selected Registrar with a Device Password ID other than 4; the probe requests have 4.",
		when: func(v *view) bool {
			return v.noAttempt() && v.waiting(PIN) && !v.waiting(PushButton) && v.searching(PushButton)
		}},
	{Code: "A7", Cause: NotAuthorized, Outcome: NoAttempt,
		Evidence: "Selected Registrar, and AuthorizedMACs contains neither a device that was heard nor the broadcast address",
		Owner:    "{Router} waits for another device: the PIN was entered for another one, or yours has a new Wi-Fi address.",
		Steps:    []string{"Switch off the random or private Wi-Fi address at the device, if it has one.", "Enter the PIN that the device shows now on the WPS page of {router}, for this device or for any.", "Start WPS at the device within 2 minutes."},
		Engineer: "AuthorizedMACs does not contain any of the stations that probe.",
		when:     func(v *view) bool { return v.noAttempt() && v.onlyOthersAuthorized() }},
	{Code: "A13", Cause: Enterprise, Outcome: NoAttempt,
		Evidence: "RSN with 802.1X",
		Owner:    "The network of {router} requires a user name and a certificate or password for each user (enterprise security). WPS cannot set that up.",
		Steps:    []string{"Ask the administrator of the network how to connect the device.", "At home: set the Wi-Fi security to WPA2-Personal (\"PSK\") on the web page of {router}."},
		Engineer: "The RSN element has 802.1X key management; WPS provisions personal keys only.",
		about:    func(n *Network) bool { return n.Enterprise },
		when:     func(v *view) bool { return v.noAttempt() && v.all(func(n *Network) bool { return n.Enterprise }) }},
	{Code: "A12", Cause: WPA3Only, Outcome: NoAttempt,
		Evidence: "RSN with SAE only",
		Owner:    "The network of {router} allows WPA3 only. WPS cannot set that up, and most devices with WPS cannot join it.",
		Steps:    []string{stepTransit, stepEnableWPS, "Or choose the network at the device and type the Wi-Fi password."},
		Engineer: "The RSN element offers SAE only; a WPS credential means WPA2-Personal.",
		about:    func(n *Network) bool { return n.SAEOnly },
		when:     func(v *view) bool { return v.noAttempt() && v.all(func(n *Network) bool { return n.SAEOnly }) }},
	{Code: "A21", Cause: EnhancedOpen, Outcome: NoAttempt,
		Evidence: "RSN with OWE",
		Owner:    "The network of {router} is open but encrypted (Enhanced Open): it has no password, so WPS has nothing to hand over.",
		Steps:    []string{"Choose the network at the device: it needs no password. The device must support Enhanced Open (OWE).", "If it does not, set the Wi-Fi security to WPA2-Personal with AES on the web page of {router}, if it is yours."},
		Engineer: "The RSN element offers OWE (00-0F-AC:18) as the only key management; a WPS credential carries a personal key.",
		about:    func(n *Network) bool { return n.OWE },
		when:     func(v *view) bool { return v.noAttempt() && v.all(func(n *Network) bool { return n.OWE }) }},
	{Code: "A19", Cause: ElementDamaged, Outcome: NoAttempt,
		Evidence: "a WPS element that cannot be read, and no other that can",
		Owner:    "{Router} offers WPS, but its announcement is damaged: most devices cannot read it and do not find the router.",
		Steps:    []string{"Restart {router}, and wait until its Wi-Fi is back (2 to 3 minutes).", stepFirmware, "Or choose the network at the device and type the Wi-Fi password."},
		Engineer: "There is a WPS element, but it is damaged: {damage}. Stations that refuse such an element treat the access point as one without WPS.",
		about:    func(n *Network) bool { return n.damage() != nil },
		when: func(v *view) bool {
			return v.noAttempt() && !v.waiting(PIN, PushButton, OutOfBand) && v.damaged()
		}},
	{Code: "A3", Cause: SetupLocked, Outcome: NoAttempt,
		Evidence: "AP Setup Locked, and no registrar is selected",
		Owner:    "{Router} has locked its own PIN, as routers do after wrong ones.",
		Steps: []string{"To connect a printer or another device you need no router PIN: press the router's WPS button for 1 to 3 seconds, then start WPS by button at the device, within 2 minutes.",
			"Or enter the device's PIN on the WPS page of {router}.",
			"To use the router's PIN again, wait a minute (longer after repeated failures) or restart the router."},
		Engineer: "AP Setup Locked is 1: the AP PIN is locked for external registrars. In hostap the lock does not affect the push button or enrollees' PINs.",
		when:     func(v *view) bool { return v.noAttempt() && !v.waiting(PIN, PushButton, OutOfBand) && v.any(locked) },
		about:    func(n *Network) bool { return n.current() != nil && locked(n.current()) }},
	{Code: "A9", Cause: NotConfigured, Outcome: NoAttempt,
		Evidence: "State is 1",
		Owner:    "{Router} has not been set up yet: it is as it left the factory. The first WPS setup may make it choose a new Wi-Fi name and password.",
		Steps:    []string{"Set up the router first: open its web page or app, and give it a Wi-Fi name and password.", "Then set up the device by WPS."},
		Engineer: "Wi-Fi Simple Configuration State is 1 (not configured).",
		when: func(v *view) bool {
			return v.noAttempt() && !v.waiting(PIN, PushButton, OutOfBand) && v.any(unconfigured)
		},
		about: func(n *Network) bool { return n.current() != nil && unconfigured(n.current()) }},
	{Code: "A2", Cause: OtherBand, Outcome: NoAttempt,
		Evidence: "a WPS element in the 5 GHz band only, while the same network is in the 2.4 GHz band",
		Owner:    "{Router} has WPS switched on in its 5 GHz band only. Most printers have only the 2.4 GHz band.",
		Steps:    []string{"On the web page of {router}, switch WPS on for the 2.4 GHz network.", "Then press the router's WPS button for 1 to 3 seconds and start WPS at the device, within 2 minutes."},
		Engineer: "There are access points with this SSID in both bands; only the one at 5 GHz has a WPS element.",
		when:     func(v *view) bool { return v.noAttempt() && v.onlyAt5GHz() && !v.wpsUnknown() }},
	{Code: "A1", Cause: WPSDisabled, Outcome: NoAttempt,
		Evidence: "no WPS element in any beacon or probe response",
		Owner:    "{Router} offers no WPS: it is switched off, or the router has switched it off by itself because of its Wi-Fi settings.",
		Steps: []string{stepEnableWPS, "Make the network name visible: routers switch WPS off for hidden networks.", stepWPA2,
			"Use the main network, not the guest network.", "Or choose the network at the device and type the Wi-Fi password."},
		Engineer: "No WPS element was heard{why}. hostap drops it for hidden SSIDs, WEP and TKIP-only networks.",
		when:     func(v *view) bool { return v.noAttempt() && len(v.Networks) > 0 && !v.anyWPS() && !v.wpsUnknown() }},
	{Code: "A16", Cause: Ready, Outcome: NoAttempt,
		Evidence: "a registrar waits, and the evidence does not cover devices, as in a scan",
		Owner:    "{Router} is in WPS mode: it waits for a device now.",
		Steps:    []string{"Start WPS at the device within 2 minutes: by its button if the router's button was pressed, by PIN if one was entered at the router.", "If the router stays in WPS mode until its 2 minutes are over, the device is not searching: check that its Wi-Fi is on and that no network cable is plugged in."},
		Engineer: "Selected Registrar is set. A scan does not show whether a device is searching.",
		when:     func(v *view) bool { return v.noAttempt() && v.StationsUnknown && v.waitingNow() }},
	{Code: "A14", Cause: ChannelOutOfReach, Outcome: NoAttempt,
		Evidence: "registrars wait on channels 12 to 14, 5 GHz or 6 GHz only, and no device searches",
		Owner:    "{Router} waits for a device, on a Wi-Fi channel that many devices cannot use.",
		Steps:    []string{"On the web page of {router}, choose channel 1, 6 or 11 for 2.4 GHz, and switch that band on.", "Give both bands the same name.", "Then press the router's WPS button for 1 to 3 seconds and start WPS at the device, within 2 minutes."},
		Engineer: "All selected registrars are on channels that depend on the region or band.",
		when: func(v *view) bool {
			return v.noAttempt() && v.waitingNow() && len(v.Stations) == 0 && v.waitingAll(func(n *Network) bool { return n.Channel > 11 })
		}},
	{Code: "A14", Cause: ChannelOutOfReach, Outcome: NoAttempt,
		Evidence: "all access points that wait are in one band, and the devices that search list only other bands",
		Owner:    "{Router} waits for a device in a Wi-Fi band that the device does not have, so the two do not hear each other. Most printers have only the 2.4 GHz band.",
		Steps:    []string{"On the web page of {router}, switch the 2.4 GHz band on, with WPS, and give both bands the same name.", "Then press the router's WPS button for 1 to 3 seconds and start WPS at the device, within 2 minutes."},
		Engineer: "The RF Bands in the probe requests include none of the bands of the selected registrars.",
		when:     func(v *view) bool { return v.noAttempt() && v.waitingNow() && v.otherBands() }},
	{Code: "A16", Cause: DeviceNotSearching, Outcome: NoAttempt,
		Evidence: "a registrar waits for a push button, and no probe request has Device Password ID 4",
		Owner:    "{Router} is in WPS mode, but no device is searching for it.",
		Steps: []string{"Unplug the network cable of the printer: many switch their Wi-Fi off while it is plugged in.", "Check that Wi-Fi is switched on at the device.",
			"Start WPS by button at the device, confirm what its menu asks, and wait until it shows that it is searching.", "If it does not, reset the network settings of the device, and try again within 2 minutes of pressing the router's button."},
		Engineer: "Selected Registrar with Device Password ID 4, and no probe request with it: the button was not pressed long enough, the menu was not confirmed, or the radio is off.",
		when: func(v *view) bool {
			return v.noAttempt() && v.waiting(PushButton) && !v.searching(PushButton)
		}},
	{Code: "A8", Cause: Overlap, Outcome: NoAttempt,
		Evidence: "several access points with Selected Registrar and Device Password ID 4 at a time, with one UUID that some of their elements lack, or in one band",
		Owner:    "The WPS button of the router puts more than one of its networks into WPS mode ({radios}). Some devices take them for two routers, and stop.",
		Steps:    []string{"On the web page of {router}, switch off the guest network or one of the bands while you set up the device.", "Wait 2 minutes without pressing anything, then press the router's WPS button for 1 to 3 seconds and start WPS at the device.", "Or set it up by PIN, or type the Wi-Fi password."},
		Engineer: "More than one active push-button registrar of one UUID-E. hostap counts an element without UUID-E as another access point, iwd a second one in the same band: both stop with a session overlap.",
		when:     func(v *view) bool { return v.noAttempt() && v.searching(PushButton) && len(v.radiosPressed()) > 1 }},
	{Code: "A16", Cause: DeviceNotSearching, Outcome: NoAttempt,
		Evidence: "a registrar waits for a PIN, and no device searches",
		Owner:    "{Router} is waiting for the device whose PIN was entered, but no device has come.",
		Steps: []string{"Start WPS by PIN at the device, within 2 minutes of entering the PIN: it must search while the router waits.",
			"Check that Wi-Fi is switched on at the device, and that no network cable is plugged in: many printers switch their Wi-Fi off while one is.",
			"If the PIN was entered long ago, read the PIN that the device shows now, and enter it at the router once more."},
		Engineer: "Selected Registrar with a Device Password ID for a PIN, and no probe request from a device that searches by PIN.",
		when: func(v *view) bool {
			return v.noAttempt() && v.waiting(PIN, OutOfBand) && !v.searching(PIN) && !v.searching(PushButton) && !v.searching(OutOfBand)
		}},
	{Code: "A20", Cause: NotMeeting, Outcome: NoAttempt,
		Evidence: "a registrar waits, and a device searches by the same method, but none asks to associate",
		Owner:    "{Router} and a device are both in WPS mode at the same time, but the device does not connect to the router: the two do not hear each other well enough, or the device does not scan the router's channel.",
		Steps: []string{"Put the device 1 to 3 metres from the router while you set it up.",
			"On the web page of {router}, switch the 2.4 GHz band on, choose channel 1, 6 or 11, and give both bands the same name.",
			"Start both again: the router first, then the device, within 2 minutes.", "Or choose the network at the device and type the Wi-Fi password."},
		Engineer: "Selected Registrar and probe requests with the same Device Password ID, but no association request: out of range in one direction, another band or channel, or an element that the station refuses.",
		when: func(v *view) bool {
			return v.noAttempt() && v.waitingNow() && slices.ContainsFunc(v.Networks, func(n Network) bool { return n.heard() }) && (v.waiting(PushButton) && v.searching(PushButton) || v.waiting(PIN) && v.searching(PIN) || v.waiting(OutOfBand) && v.searching(OutOfBand))
		}},
	{Code: "A4", Cause: NoSelectedRegistrar, Outcome: NoAttempt,
		Evidence: "no Selected Registrar",
		Owner:    "{Router} has WPS, but is not in WPS mode: nobody pressed its button or entered a PIN, or the 2 minutes were over.",
		Steps: []string{"Press the router's WPS button for 1 to 3 seconds (longer may reset it), or enter the device's PIN on its WPS page.",
			"Start WPS at the device within 2 minutes.", "With several routers or mesh nodes, use the one nearest to the device."},
		Engineer: "WPS elements without Selected Registrar{before}.",
		when:     func(v *view) bool { return v.noAttempt() && v.anyWPS() && !v.waitingNow() && !v.cut() }},
}

const (
	// weak is the signal in dBm below which probe responses get lost.
	weak = -75
	// monitor is how long a registrar remembers a device in push-button mode.
	monitor = 120 * time.Second
)

// noAttempt reports whether there was no attempt.
func (v *view) noAttempt() bool { return v.attempt == nil }

func locked(e *wps.Beacon) bool       { return e.APSetupLocked }
func unconfigured(e *wps.Beacon) bool { return e.State == wps.NotConfigured }

// current returns the WPS element that a network sends now, or nil.
func (n *Network) current() *wps.Beacon {
	for i := len(n.Adverts) - 1; i >= 0; i-- {
		if n.Adverts[i].Err == nil {
			return n.Adverts[i].Element
		}
	}
	return nil
}

// elementAt returns the WPS element that a network sent at a time, or nil.
func (n *Network) elementAt(t time.Time) *wps.Beacon {
	var e *wps.Beacon
	first := true
	for _, a := range n.Adverts {
		if a.Err == nil && (first || !a.Since.After(t)) {
			e, first = a.Element, false
		}
	}
	return e
}

// uuid returns the UUID-E of a network, or the zero value if no element has
// one.
func (n *Network) uuid() (uuid wps.UUID) {
	for _, a := range n.Adverts {
		if a.Element != nil && a.Element.UUIDE != (wps.UUID{}) {
			uuid = a.Element.UUIDE
		}
	}
	return uuid
}

// waited reports whether a registrar waited with one of the methods at any
// time.
func (n *Network) waited(methods ...Method) bool {
	return slices.ContainsFunc(n.Adverts, func(a Advert) bool { return a.waits(methods...) })
}

// waits reports whether a registrar waits with one of the methods.
func (a Advert) waits(methods ...Method) bool {
	return a.Element != nil && a.Element.SelectedRegistrar && slices.Contains(methods, MethodOf(a.Element.DevicePasswordID))
}

// anyWPS reports whether an access point offers WPS.
func (v *view) anyWPS() bool {
	return slices.ContainsFunc(v.Networks, func(n Network) bool { return n.current() != nil })
}

// cut reports whether what a network says now was not captured to its end.
func (v *view) cut() bool {
	return slices.ContainsFunc(v.Networks, func(n Network) bool { return n.cut && n.current() != nil })
}

// damaged reports whether the last element of every access point with WPS
// cannot be read.
func (v *view) damaged() bool {
	found := false
	for i := range v.Networks {
		n := &v.Networks[i]
		if len(n.Adverts) > 0 && n.Adverts[len(n.Adverts)-1].Element != nil {
			return false
		}
		found = found || n.damage() != nil
	}
	return found
}

// any reports whether the current element of any access point satisfies such.
func (v *view) any(such func(*wps.Beacon) bool) bool {
	return slices.ContainsFunc(v.Networks, func(n Network) bool { e := n.current(); return e != nil && such(e) })
}

// waiting reports whether a registrar waited with one of the methods at any
// time.
func (v *view) waiting(methods ...Method) bool {
	return slices.ContainsFunc(v.Networks, func(n Network) bool { return n.waited(methods...) })
}

// waitingNow reports whether a registrar is waiting at the end of the evidence.
func (v *view) waitingNow() bool {
	return v.any(func(e *wps.Beacon) bool { return e.SelectedRegistrar })
}

// waitingAll reports whether all access points that wait satisfy such.
func (v *view) waitingAll(such func(*Network) bool) bool {
	for i := range v.Networks {
		if n := &v.Networks[i]; n.current() != nil && n.current().SelectedRegistrar && !such(n) {
			return false
		}
	}
	return true
}

// all reports whether such holds for all access points that offer WPS, or for
// all access points if none does.
func (v *view) all(such func(*Network) bool) bool {
	wpsOnly := v.anyWPS()
	for i := range v.Networks {
		if n := &v.Networks[i]; (!wpsOnly || n.current() != nil) && !such(n) {
			return false
		}
	}
	return len(v.Networks) > 0
}

// searching reports whether a device searches for a registrar with the method.
func (v *view) searching(m Method) bool {
	return slices.ContainsFunc(v.Stations, func(s Station) bool { return s.Method == m })
}

// routersPressed returns the access points of different devices that waited for
// a button at the same time.
func (v *view) routersPressed() []*Network {
	return pressedTogether(v.everyNetwork(), func(n *Network) any {
		if uuid := n.uuid(); uuid != (wps.UUID{}) {
			return uuid
		}
		return n
	})
}

// radiosPressed returns the access points of one device that waited for a
// button at the same time, if stations may take them for two devices: an
// element lacks the UUID-E, or both are in one band.
func (v *view) radiosPressed() (pressed []*Network) {
	type radio struct {
		uuid wps.UUID
		band wps.RFBands
	}
	devices, radios := make(map[wps.UUID][]*Network), make(map[radio][]*Network)
	for _, n := range v.everyNetwork() {
		uuid := n.uuid()
		devices[uuid] = append(devices[uuid], n)
		if n.Band != 0 {
			radios[radio{uuid, n.Band}] = append(radios[radio{uuid, n.Band}], n)
		}
	}
	found := make(map[*Network]bool)
	for _, device := range devices {
		for _, n := range pressedTogether(device, func(n *Network) any {
			if n.waitedWithoutUUID() {
				return n
			}
			return nil // those with a UUID-E count as one
		}) {
			found[n] = true
		}
	}
	for _, band := range radios {
		for _, n := range pressedTogether(band, func(n *Network) any { return n }) {
			found[n] = true
		}
	}
	return slices.DeleteFunc(v.everyNetwork(), func(n *Network) bool { return !found[n] })
}

// everyNetwork returns a list of all networks.
func (v *view) everyNetwork() []*Network {
	list := make([]*Network, len(v.Networks))
	for i := range v.Networks {
		list[i] = &v.Networks[i]
	}
	return list
}

// waitedWithoutUUID reports whether a network waited for a button with an element
// that has no UUID-E.
func (n *Network) waitedWithoutUUID() bool {
	return slices.ContainsFunc(n.Adverts, func(a Advert) bool { return a.waits(PushButton) && a.Element.UUIDE == wps.UUID{} })
}

// press is a period in which a network waited for a button.
type press struct {
	network     *Network
	group       any
	since, over time.Time // over is zero if it did not end
}

// activeAt reports whether a press that began earlier is still active at t.
func (p *press) activeAt(t time.Time) bool { return p.over.IsZero() || p.over.After(t) }

// endsAfter reports whether p ends after q.
func (p *press) endsAfter(q *press) bool {
	return !q.over.IsZero() && p.activeAt(q.over)
}

// presses returns the periods in which a network waited for a button.
func (n *Network) presses() (list []press) {
	for i, a := range n.Adverts {
		if a.Err != nil || !a.waits(PushButton) {
			continue
		}
		p := press{network: n, since: a.Since}
		if j := slices.IndexFunc(n.Adverts[i+1:], func(a Advert) bool { return a.Err == nil }); j >= 0 {
			p.over = n.Adverts[i+1+j].Since
		}
		list = append(list, p)
	}
	return list
}

// pressedTogether returns, in their order, the networks that waited for a
// button at the same time as a network of another group. It takes time
// proportional to the number of networks, not of pairs: a capture may have
// thousands.
func pressedTogether(networks []*Network, group func(*Network) any) []*Network {
	var all []press
	for _, n := range networks {
		g := any(nil)
		for i, p := range n.presses() {
			if i == 0 {
				g = group(n)
			}
			p.group = g
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b press) int { return a.since.Compare(b.since) })
	found := make(map[*Network]bool)
	alone := make(map[any][]*press) // by group: those not found yet
	var last, other *press          // the one that ends last, and the last of another group
	for i := range all {
		p := &all[i]
		for _, q := range []*press{last, other} {
			if q != nil && q.group != p.group && q.activeAt(p.since) {
				found[p.network] = true
			}
		}
		for g, presses := range alone {
			if g == p.group {
				continue
			}
			for _, q := range presses {
				if q.activeAt(p.since) {
					found[q.network] = true
				}
			}
			delete(alone, g)
		}
		alone[p.group] = append(alone[p.group], p)
		switch {
		case last == nil || p.endsAfter(last):
			if last != nil && last.group != p.group {
				other = last
			}
			last = p
		case p.group != last.group && (other == nil || p.endsAfter(other)):
			other = p
		}
	}
	return slices.DeleteFunc(slices.Clone(networks), func(n *Network) bool { return !found[n] })
}

// twoPressed reports whether two devices were in push-button mode within the
// monitor time.
func (v *view) twoPressed() bool { return len(v.stationsPressed()) > 1 }

// stationsPressed returns the devices that were in push-button mode within the
// monitor time of another device.
func (v *view) stationsPressed() (pressed []Station) {
	for i, a := range v.Stations {
		for j, b := range v.Stations {
			if i != j && a.Method == PushButton && b.Method == PushButton && a.UUID != b.UUID &&
				a.First.Sub(b.Last) < monitor && b.First.Sub(a.Last) < monitor {
				pressed = append(pressed, a)
				break
			}
		}
	}
	return pressed
}

// authorized reports whether a registrar accepts a station. An element without
// AuthorizedMACs (version 1.0) accepts every station.
func authorized(e *wps.Beacon, station wps.MAC) bool {
	macs := e.WFA.AuthorizedMACs
	return len(macs) == 0 || slices.Contains(macs, wps.Broadcast) || slices.Contains(macs, station)
}

// onlyOthersAuthorized reports whether registrars wait, but not for any station
// that was heard.
func (v *view) onlyOthersAuthorized() bool {
	waiting := false
	for _, n := range v.Networks {
		e := n.current()
		if e == nil || !e.SelectedRegistrar {
			continue
		}
		waiting = true
		if slices.ContainsFunc(v.Stations, func(s Station) bool { return authorized(e, s.MAC) }) || authorized(e, wps.MAC{}) {
			return false
		}
	}
	return waiting && len(v.Stations) > 0
}

// otherBands reports whether no station that was heard supports the band of an
// access point that waits.
func (v *view) otherBands() bool {
	return len(v.Stations) > 0 && v.waitingAll(func(n *Network) bool {
		return n.Band != 0 && !slices.ContainsFunc(v.Stations, func(s Station) bool { return s.Bands == 0 || s.Bands&n.Band != 0 })
	})
}

// onlyAt5GHz reports whether a network is in both bands, and offers WPS at 5
// GHz but not at 2.4 GHz.
func (v *view) onlyAt5GHz() bool {
	at24 := false
	for _, n := range v.Networks {
		switch {
		case n.current() != nil && n.Band != wps.Band5GHz:
			return false
		case n.current() == nil && n.Band == wps.Band24GHz:
			at24 = at24 || slices.ContainsFunc(v.Networks, func(o Network) bool { return o.current() != nil && o.SSID == n.SSID })
		}
	}
	return at24
}
