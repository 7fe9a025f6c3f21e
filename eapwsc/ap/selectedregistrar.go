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
// responses about the registrars that wait for an enrollee: its own, by push
// button or PIN, or external ones. Set the fields, which describe the access
// point. The methods must not be called concurrently.
//
// The access point's own registrar advertises one method: that of the latest
// action. So call [SelectedRegistrar.PushButton] after [PushButton.Press], and
// [PushButton.Cancel] and [SelectedRegistrar.PIN] after [PINList.Add]; and
// [SelectedRegistrar.Unselect] after a registration has succeeded, when the
// owner cancels, and when no PIN is left.
type SelectedRegistrar struct {
	// UUID is the access point's UUID-E, the same on all of its radios:
	// enrollees consider two UUIDs as two access points.
	UUID wps.UUID
	// ConfigMethods are all methods of the access point's own registrar.
	ConfigMethods wps.ConfigMethods
	// RFBands are all bands of the access point. If there are several,
	// beacons have them, and the UUID-E in push-button mode.
	RFBands wps.RFBands

	own      waiting
	external []externalRegistrar // by their latest message, earliest first
}

// waiting is the state of a registrar that waits for an enrollee.
type waiting struct {
	WaitingRegistrars
	until time.Time // zero if it does not wait
}

type externalRegistrar struct {
	from string
	waiting
}

// WaitingRegistrars describes the registrars that wait for an Enrollee.
type WaitingRegistrars struct {
	DevicePasswordID wps.DevicePasswordID
	ConfigMethods    wps.ConfigMethods // Selected Registrar Config Methods
	AuthorizedMACs   []wps.MAC         // at most five; wps.Broadcast means any
}

// PushButton records a press of the access point's own button: it waits for any
// device for [wps.WalkTime].
func (s *SelectedRegistrar) PushButton(now time.Time) {
	methods := s.ConfigMethods | wps.MethodPushButton
	if !methods.Has(wps.MethodVirtualPushButton) && !methods.Has(wps.MethodPhysicalPushButton) {
		methods |= wps.MethodPhysicalPushButton // version 2.0 requires one of the two
	}
	s.own = waiting{WaitingRegistrars{wps.PasswordPushButton, methods, []wps.MAC{wps.Broadcast}}, now.Add(wps.WalkTime)}
}

// PIN records that an enrollee's PIN was entered: the access point waits for
// the addresses, which are the [PINList.AuthorizedMACs], for [wps.WalkTime].
func (s *SelectedRegistrar) PIN(now time.Time, macs []wps.MAC) {
	s.own = waiting{WaitingRegistrars{wps.PasswordDefault, s.ConfigMethods &^ anyPushButton, slices.Clone(macs)}, now.Add(wps.WalkTime)}
}

// Token records that the tag of a device was read, or a handover has begun: the
// access point waits for [wps.WalkTime] for a device with the Device Password
// ID and an unknown address.
func (s *SelectedRegistrar) Token(now time.Time, id wps.DevicePasswordID) {
	s.own = waiting{WaitingRegistrars{id, s.ConfigMethods &^ anyPushButton, []wps.MAC{wps.Broadcast}}, now.Add(wps.WalkTime)}
}

// Unselect records that the access point's own registrar does not wait any
// more.
func (s *SelectedRegistrar) Unselect() { s.own = waiting{} }

// SetSelectedRegistrar records the message of an external registrar: it waits
// for an enrollee for [wps.WalkTime], or no longer. from distinguishes
// registrars, and should be the address of a subscriber; version 1.0 has no
// UUID-R.
//
// A registrar of version 1.0 has no AuthorizedMACs and waits for any device.
// One of version 2.0 without AuthorizedMACs adds none [hostap].
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
		WaitingRegistrars{m.DevicePasswordID, m.SelectedRegistrarConfigMethods, macs}, now.Add(wps.WalkTime),
	}})
}

// Forget removes an external registrar that has gone.
func (s *SelectedRegistrar) Forget(from string) {
	s.external = slices.DeleteFunc(s.external, func(e externalRegistrar) bool { return e.from == from })
}

// WaitingRegistrars returns the union of all waiting registrars, and whether there is
// one. A push button takes precedence over a PIN, and among PINs the latest
// external registrar determines the Device Password ID [hostap].
func (s *SelectedRegistrar) WaitingRegistrars(now time.Time) (WaitingRegistrars, bool) {
	var union WaitingRegistrars
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

// Beacon sets the attributes of a beacon that depend on the registrars, and on
// having several bands. The caller sets the others before or after. While no
// registrar waits, Selected Registrar is left out: iwd refuses a value of 0
// without the attributes that belong to it.
func (s *SelectedRegistrar) Beacon(now time.Time, e *wps.Beacon) {
	selection, selected := s.WaitingRegistrars(now)
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

// ProbeResponse sets what [SelectedRegistrar.Beacon] sets, and the attributes
// that only a probe response has: the UUID-E in every case, the Response Type
// of an access point, and the methods of adding an external registrar, among
// which the push button is not.
func (s *SelectedRegistrar) ProbeResponse(now time.Time, e *wps.ProbeResponse) {
	s.Beacon(now, &e.Beacon)
	e.UUIDE = s.UUID
	e.ResponseType = wps.ResponseAP
	e.ConfigMethods = s.ConfigMethods &^ anyPushButton
}

// Deadline returns when a registrar stops waiting, or the zero time.
func (s *SelectedRegistrar) Deadline() time.Time {
	next := s.own.until
	for _, e := range s.external {
		next = eapwsc.Earlier(next, e.until)
	}
	return next
}

// Timeout removes the registrars whose time has expired, and reports whether
// there was one: then beacons and probe responses change.
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
