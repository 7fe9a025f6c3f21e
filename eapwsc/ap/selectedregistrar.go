package ap

import (
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
)

const (
	// maxExternal is how many external registrars are remembered, as many
	// as may subscribe at an access point [hostap].
	maxExternal = 4
	// maxAuthorizedMACs is how many addresses fit in AuthorizedMACs.
	maxAuthorizedMACs = 5

	anyPushButton = wps.MethodPushButton | wps.MethodVirtualPushButton | wps.MethodPhysicalPushButton
)

// SelectedRegistrar is what an access point advertises in its beacons and probe
// responses about who waits for an enrollee: its own registrar, by push button
// or PIN, or external ones, or nobody. Set the fields, which describe
// the access point. The methods must not be called concurrently.
//
// The own registrar has one place for both methods: the latest action decides
// which is advertised. So a program calls [SelectedRegistrar.PushButton] after
// [PushButton.Press], and [PushButton.Cancel] and [SelectedRegistrar.PIN]
// after [PINList.Add]; and [SelectedRegistrar.Unselect] after a registration
// has succeeded, when the owner cancels, and when no PIN is left.
type SelectedRegistrar struct {
	// UUID is the access point's UUID-E, the same on all of its radios:
	// enrollees take two UUIDs for two access points.
	UUID wps.UUID
	// ConfigMethods are all methods of the access point's own registrar.
	ConfigMethods wps.ConfigMethods
	// RFBands are all bands of the access point. If there are several,
	// beacons have them, and the UUID-E in push-button mode.
	RFBands wps.RFBands

	own      waiting
	external []externalRegistrar // by their latest message, earliest first
}

// waiting is a registrar that waits for an enrollee.
type waiting struct {
	Selection
	until time.Time // zero if it does not wait
}

type externalRegistrar struct {
	from string
	waiting
}

// Selection describes the registrars that wait for an Enrollee.
type Selection struct {
	DevicePasswordID wps.DevicePasswordID
	ConfigMethods    wps.ConfigMethods // Selected Registrar Config Methods
	AuthorizedMACs   []wps.MAC         // at most five; wps.Broadcast is anyone
}

// PushButton notes a press of the access point's own button: it waits for
// anyone for [wps.WalkTime].
func (s *SelectedRegistrar) PushButton(now time.Time) {
	methods := s.ConfigMethods | wps.MethodPushButton
	if !methods.Has(wps.MethodVirtualPushButton) && !methods.Has(wps.MethodPhysicalPushButton) {
		methods |= wps.MethodPhysicalPushButton // version 2.0 wants one of the two
	}
	s.own = waiting{Selection{wps.PasswordPushButton, methods, []wps.MAC{wps.Broadcast}}, now.Add(wps.WalkTime)}
}

// PIN notes that an enrollee's PIN was entered: the access point waits for the
// addresses, which are the [PINList.AuthorizedMACs], for [wps.WalkTime].
func (s *SelectedRegistrar) PIN(now time.Time, macs []wps.MAC) {
	s.own = waiting{Selection{wps.PasswordDefault, s.ConfigMethods &^ anyPushButton, slices.Clone(macs)}, now.Add(wps.WalkTime)}
}

// Token notes that the tag of a device was read, or a handover has begun: the
// access point waits for [wps.WalkTime] for a device with the Device Password
// ID, whose address it does not know.
func (s *SelectedRegistrar) Token(now time.Time, id wps.DevicePasswordID) {
	s.own = waiting{Selection{id, s.ConfigMethods &^ anyPushButton, []wps.MAC{wps.Broadcast}}, now.Add(wps.WalkTime)}
}

// Unselect notes that the access point's own registrar waits no longer.
func (s *SelectedRegistrar) Unselect() { s.own = waiting{} }

// SetSelectedRegistrar notes the message of an external registrar: it waits
// for an enrollee for [wps.WalkTime], or no longer. from distinguishes registrars,
// and should be the address of a subscriber; the UUID-R would do for version
// 2.0 only.
//
// A registrar of version 1.0 knows no AuthorizedMACs and waits for anyone. One
// of 2.0 that names nobody adds nobody [hostap].
func (s *SelectedRegistrar) SetSelectedRegistrar(now time.Time, from string, m *wps.SetSelectedRegistrar) {
	s.Forget(from)
	if !m.SelectedRegistrar {
		return
	}
	macs := slices.Clone(m.WFA.AuthorizedMACs)
	if m.WFA.Version2 == 0 && len(macs) == 0 {
		macs = []wps.MAC{wps.Broadcast}
	}
	if len(s.external) == maxExternal {
		s.external = s.external[1:]
	}
	s.external = append(s.external, externalRegistrar{from, waiting{
		Selection{m.DevicePasswordID, m.SelectedRegistrarConfigMethods, macs}, now.Add(wps.WalkTime),
	}})
}

// Forget notes that an external registrar has gone.
func (s *SelectedRegistrar) Forget(from string) {
	s.external = slices.DeleteFunc(s.external, func(e externalRegistrar) bool { return e.from == from })
}

// Selection returns the union of all registrars that wait, and whether there
// is one. A push button goes before a PIN, and among PINs the external
// registrar that spoke last decides on the Device Password ID [hostap].
func (s *SelectedRegistrar) Selection(now time.Time) (Selection, bool) {
	var union Selection
	found := false
	add := func(w waiting) {
		if !now.Before(w.until) {
			return
		}
		found = true
		if union.DevicePasswordID != wps.PasswordPushButton {
			union.DevicePasswordID = w.DevicePasswordID
		}
		union.ConfigMethods |= w.ConfigMethods
		for _, mac := range w.AuthorizedMACs {
			if len(union.AuthorizedMACs) < maxAuthorizedMACs && !slices.Contains(union.AuthorizedMACs, mac) {
				union.AuthorizedMACs = append(union.AuthorizedMACs, mac)
			}
		}
	}
	add(s.own)
	for _, e := range s.external {
		add(e.waiting)
	}
	return union, found
}

// Beacon sets the attributes of a beacon that depend on the registrars, and
// on having several bands. The caller sets the others before or after. While
// nobody waits, Selected Registrar is left out altogether: iwd refuses one of
// 0 without the attributes that belong to it.
func (s *SelectedRegistrar) Beacon(now time.Time, e *wps.Beacon) {
	selection, selected := s.Selection(now)
	e.SelectedRegistrar = selected
	e.DevicePasswordID = selection.DevicePasswordID
	e.SelectedRegistrarConfigMethods = selection.ConfigMethods
	e.WFA.AuthorizedMACs = nil
	if e.WFA.Version2 != 0 {
		e.WFA.AuthorizedMACs = selection.AuthorizedMACs
	}
	e.RFBands, e.UUIDE = 0, wps.UUID{}
	if s.RFBands&(s.RFBands-1) != 0 {
		e.RFBands = s.RFBands
		if selection.DevicePasswordID == wps.PasswordPushButton {
			e.UUIDE = s.UUID
		}
	}
}

// ProbeResponse sets what [SelectedRegistrar.Beacon] sets, and what only a
// probe response has: the UUID-E in every case, the Response Type of an access
// point, and the methods of adding an external registrar, among which
// the push button is not.
func (s *SelectedRegistrar) ProbeResponse(now time.Time, e *wps.ProbeResponse) {
	s.Beacon(now, &e.Beacon)
	e.UUIDE = s.UUID
	e.ResponseType = wps.ResponseAP
	e.ConfigMethods = s.ConfigMethods &^ anyPushButton
}

// Deadline returns when a registrar ceases to wait, or the zero time.
func (s *SelectedRegistrar) Deadline() time.Time {
	next := s.own.until
	for _, e := range s.external {
		next = eapwsc.Earlier(next, e.until)
	}
	return next
}

// Timeout forgets the registrars that have waited long enough, and reports
// whether there was one: then beacons and probe responses change.
func (s *SelectedRegistrar) Timeout(now time.Time) bool {
	changed := false
	if !s.own.until.IsZero() && !now.Before(s.own.until) {
		s.Unselect()
		changed = true
	}
	waitingOn := len(s.external)
	s.external = slices.DeleteFunc(s.external, func(e externalRegistrar) bool { return !now.Before(e.until) })
	return changed || len(s.external) != waitingOn
}
