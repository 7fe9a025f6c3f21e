package upnp

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// AccessPointInfo is an access point that a [Registrar] has found.
type AccessPointInfo struct {
	Description
	Address  string  // of its HTTP server, as "192.0.2.1:49152"
	M1       *wps.M1 // its description in the protocol; nil if it refused to send it
	Settings bool    // whether its settings are known
}

// AccessPoints returns the access points found, in order of discovery.
func (r *Registrar) AccessPoints() (list []AccessPointInfo) {
	for _, p := range r.points {
		if p.ready {
			list = append(list, AccessPointInfo{p.device.Description, p.location.host.String(), p.m1, r.Settings(p.uuid) != nil})
		}
	}
	return list
}

// Enrollees returns the stations that want to register, by access point.
func (r *Registrar) Enrollees() (list []Enrollee) {
	for _, p := range r.points {
		for _, e := range p.enrollees {
			list = append(list, e.Enrollee)
		}
	}
	return list
}

// Settings returns the settings of an access point as they were read, written
// or set, or nil.
func (r *Registrar) Settings(uuid wps.UUID) *wps.Credential {
	for i := range r.settings {
		if r.settings[i].uuid == uuid {
			c := r.settings[i].settings
			c.NetworkKey = slices.Clone(c.NetworkKey)
			return &c
		}
	}
	return nil
}

// SetSettings sets the settings that are given to stations of an access point,
// without reading them from it.
func (r *Registrar) SetSettings(uuid wps.UUID, c wps.Credential) {
	c.NetworkKey, c.MAC = slices.Clone(c.NetworkKey), wps.MAC{}
	r.settings = slices.DeleteFunc(r.settings, func(k known) bool { return k.uuid == uuid })
	if len(r.settings) == maxSettings {
		r.settings = r.settings[1:]
	}
	r.settings = append(r.settings, known{uuid, c})
}

// Learn starts reading the settings of an access point with its own password,
// usually its PIN. The outcome is [EventSettingsRead] or [EventFailed]. The
// error is of class [ErrUnknown], or that of [registration.NewRegistrar].
func (r *Registrar) Learn(now time.Time, ap wps.UUID, password registration.Password) error {
	return r.configure(ap, password, nil)
}

// Configure starts writing the settings of an access point. The outcome is
// [EventSettingsWritten] or [EventFailed]. Errors are those of
// [Registrar.Learn].
func (r *Registrar) Configure(now time.Time, ap wps.UUID, password registration.Password, c wps.Credential) error {
	c.NetworkKey = slices.Clone(c.NetworkKey)
	return r.configure(ap, password, &c)
}

func (r *Registrar) configure(ap wps.UUID, password registration.Password, write *wps.Credential) error {
	p := r.point(ap)
	if p == nil || !p.ready {
		return fmt.Errorf("upnp: access point %v: %w", ap, ErrUnknown)
	}
	if p.run != nil {
		return fmt.Errorf("upnp: access point %v: %w: a run with it is in progress", ap, ErrIgnored)
	}
	m, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: r.cfg.Registration, Password: password, AP: true, NewSettings: write,
	})
	if err != nil {
		return err
	}
	p.run = &pointRun{m, write}
	r.act(p, ActionGetDeviceInfo, nil, r.configuring(p, p.run))
	return nil
}

// Act calls an action of an access point with a message of the caller's, or none
// for [ActionGetDeviceInfo]; done is called with the message of the answer. No
// machine of this package sees either: it is for tests of access points. The
// error is of class [ErrUnknown].
func (r *Registrar) Act(ap wps.UUID, action Action, message []byte, done func(now time.Time, answer []byte, err error)) error {
	p := r.point(ap)
	if p == nil || !p.ready {
		return fmt.Errorf("upnp: access point %v: %w", ap, ErrUnknown)
	}
	var values []value
	for _, a := range actions {
		for _, arg := range a.arguments {
			if a.action == action && !arg.out && message != nil {
				values = append(values, octets(arg.name, message))
			}
		}
	}
	r.act(p, action, values, done)
	return nil
}

// configuring processes the access point's message and answers it.
func (r *Registrar) configuring(p *point, run *pointRun) func(now time.Time, message []byte, err error) {
	return func(now time.Time, message []byte, err error) {
		if p.run != run {
			return
		}
		if err != nil {
			// An access point without a PIN refuses the first action, and
			// hostapd has no answer to the last message.
			if !run.machine.Ended() {
				run.machine.Abort(err)
			}
			r.configured(now, p, run, run.machine.Err())
			return
		}
		out, err := run.machine.Handle(message)
		if errors.Is(err, registration.ErrIgnored) {
			err = run.machine.Abort(err) // nothing more will arrive
		}
		switch {
		case run.machine.Ended():
			if out != nil {
				r.act(p, ActionPutMessage, []value{octets(argInMessage, out)}, nil)
			}
			r.configured(now, p, run, err)
		case out == nil:
			r.configured(now, p, run, run.machine.Closed())
		default:
			r.act(p, ActionPutMessage, []value{octets(argInMessage, out)}, r.configuring(p, run))
		}
	}
}

// configured ends a run with an access point.
func (r *Registrar) configured(now time.Time, p *point, run *pointRun, err error) {
	p.run = nil
	result := run.machine.Result()
	if result == nil {
		if err == nil {
			err = run.machine.Err()
		}
		r.pointEvent(now, EventFailed, p, err)
		return
	}
	settings, kind := result.AP, EventSettingsRead
	if run.write != nil {
		settings, kind = run.write, EventSettingsWritten
	}
	r.SetSettings(p.uuid, *settings)
	r.event(Event{
		Kind: kind, Time: now, AccessPoint: p.uuid, Address: p.location.host.Addr(), Device: result.Peer, Settings: r.Settings(p.uuid),
	})
}

// Enroll waits for a station, and makes the access points advertise that. A
// station that has just asked is answered at once. The error is of class
// [ErrNoSettings] if the settings of no access point are known,
// [registration.ErrOverlap] if more than one station has its button pressed, or
// [registration.ErrConfig].
func (r *Registrar) Enroll(now time.Time, want Order) error {
	switch {
	case want.Password.IsZero():
		return fmt.Errorf("upnp: order: Password: %w: it is missing", registration.ErrConfig)
	case want.Password.ID == wps.PasswordNFCHandover && want.PeerKeyHash == nil:
		return fmt.Errorf("upnp: order: PeerKeyHash: %w: only the hash authenticates the enrollee of a handover", registration.ErrConfig)
	case !slices.ContainsFunc(r.settings, func(k known) bool { return want.at(k.uuid) }):
		return fmt.Errorf("upnp: %w", ErrNoSettings)
	case want.Password.ID == wps.PasswordPushButton && r.overlap(now):
		r.event(Event{Kind: EventOverlap, Time: now})
		return registration.ErrOverlap
	}
	if want.For == 0 {
		want.For = wps.WalkTime
	}
	o := &order{Order: want, until: now.Add(want.For)}
	for _, old := range slices.Clone(r.orders) {
		if old.same(o) {
			r.remove(old)
		}
	}
	if len(r.orders) == maxOrders {
		r.endOrder(now, r.orders[0])
	}
	r.orders = append(r.orders, o)
	for _, p := range r.points {
		r.sendSelectedRegistrar(now, p)
		for _, e := range slices.Clone(p.enrollees) {
			if e.run == nil && e.m1 != nil && now.Sub(e.m1At) < lateTime {
				r.answerM1(now, p, e, e.m1)
			}
		}
	}
	return nil
}

// Cancel cancels all orders. Runs that have begun end at the station's next
// message.
func (r *Registrar) Cancel(now time.Time) {
	for _, o := range slices.Clone(r.orders) {
		r.remove(o)
		if o.user != nil && o.user.run != nil {
			o.user.run.Refuse(wps.NoError, nil)
		}
	}
	for _, p := range r.points {
		r.sendSelectedRegistrar(now, p)
	}
}

// at reports whether an order is valid at an access point.
func (o *Order) at(uuid wps.UUID) bool {
	return o.AccessPoints == nil || slices.Contains(o.AccessPoints, uuid)
}

// same reports whether two orders are for the same enrollee.
func (o *order) same(other *order) bool {
	equal := func(a, b *wps.UUID) bool { return a == b || a != nil && b != nil && *a == *b }
	return o.Password.ID == other.Password.ID && equal(o.UUID, other.UUID) &&
		(o.MAC == other.MAC || o.MAC != nil && other.MAC != nil && *o.MAC == *other.MAC)
}

// fits reports whether an order matches a station's M1 at an access point.
func (o *order) fits(p *point, e *enrollee, m1 *wps.M1) bool {
	id := m1.DevicePasswordID
	kind := o.Password.ID == id
	if o.Password.ID == wps.PasswordDefault { // a PIN, with any of the identifiers of PINs
		kind = id != wps.PasswordPushButton && id != wps.PasswordNFCHandover && !id.OutOfBand()
	}
	return kind && o.at(p.uuid) && (o.UUID == nil || *o.UUID == m1.UUID) && (o.MAC == nil || *o.MAC == e.MAC || *o.MAC == m1.MAC) &&
		(o.bound == nil || *o.bound == m1.UUID) && (o.user == nil || o.user == e || o.overlap)
}

// remove removes an order from the list.
func (r *Registrar) remove(o *order) {
	r.orders = slices.DeleteFunc(r.orders, func(other *order) bool { return other == o })
}

// endOrder ends an order that was not used in time, or whose PIN is spent.
func (r *Registrar) endOrder(now time.Time, o *order) {
	r.remove(o)
	e := Event{Kind: EventOrderOver, Time: now}
	if o.UUID != nil {
		e.UUID = *o.UUID
	}
	r.event(e)
}

// overlap reports whether more than one device has its button pressed.
func (r *Registrar) overlap(now time.Time) bool {
	n := 0
	for _, at := range r.pressed {
		if now.Before(at.Add(wps.MonitorTime)) {
			n++
		}
	}
	return n > 1
}

// recordPress records that a device has its button pressed. If it is the second one,
// push-button orders are suspended, and a run that has begun is stopped.
func (r *Registrar) recordPress(now time.Time, p *point, station wps.MAC, uuid wps.UUID) {
	if _, known := r.pressed[uuid]; !known && len(r.pressed) == maxEnrollees {
		return // the overlap exists already
	}
	r.pressed[uuid] = now
	if !r.overlap(now) {
		return
	}
	for _, o := range r.orders {
		if o.Password.ID != wps.PasswordPushButton || o.overlap {
			continue
		}
		o.overlap = true
		if o.user != nil && o.user.run != nil {
			o.user.run.Refuse(wps.MultiplePBCSessions, registration.ErrOverlap)
		}
		r.event(Event{Kind: EventOverlap, Time: now, AccessPoint: p.uuid, Address: p.location.host.Addr(), Station: station, UUID: uuid})
	}
	for _, p := range r.points {
		r.sendSelectedRegistrar(now, p)
	}
}

// sendSelectedRegistrar informs an access point which station the registrar waits for, if that
// has changed or is about to expire there.
func (r *Registrar) sendSelectedRegistrar(now time.Time, p *point) {
	if p.sid == "" {
		return // it accepts subscribers only
	}
	m := r.selection(p)
	if m.SelectedRegistrar == p.announced.SelectedRegistrar &&
		(!m.SelectedRegistrar || sameSelection(m, &p.announced) && now.Before(p.announcedAt.Add(selectAgain))) {
		return
	}
	b, err := wps.Append(nil, m)
	if err != nil {
		r.pointEvent(now, EventFailed, p, err)
		return
	}
	p.announced, p.announcedAt = *m, now
	r.act(p, ActionSetSelectedRegistrar, []value{octets(argMessage, b)}, func(now time.Time, _ []byte, err error) {
		if err != nil {
			r.pointEvent(now, EventFailed, p, err)
		}
	})
}

func sameSelection(a, b *wps.SetSelectedRegistrar) bool {
	return a.DevicePasswordID == b.DevicePasswordID && a.SelectedRegistrarConfigMethods == b.SelectedRegistrarConfigMethods &&
		slices.Equal(a.WFA.AuthorizedMACs, b.WFA.AuthorizedMACs)
}

// selection is what an access point should advertise for this registrar: the
// union of the orders that are valid there. A push button takes precedence.
func (r *Registrar) selection(p *point) *wps.SetSelectedRegistrar {
	d := &r.cfg.Registration.Device
	m := &wps.SetSelectedRegistrar{UUIDR: d.UUID}
	if !r.cfg.Registration.Version10 {
		m.WFA.Version2 = r.cfg.Registration.WFA.Version2
		if m.WFA.Version2 == 0 {
			m.WFA.Version2 = 0x20
		}
	}
	for _, o := range r.orders {
		if !o.at(p.uuid) || o.overlap {
			continue
		}
		if !m.SelectedRegistrar || o.Password.ID == wps.PasswordPushButton {
			m.DevicePasswordID = o.Password.ID
		}
		m.SelectedRegistrar = true
		if o.Password.ID == wps.PasswordPushButton {
			m.SelectedRegistrarConfigMethods |= d.ConfigMethods&anyButton | wps.MethodPushButton
		} else {
			m.SelectedRegistrarConfigMethods |= d.ConfigMethods &^ anyButton
		}
		mac := wps.Broadcast
		if o.MAC != nil {
			mac = *o.MAC
		}
		if macs := &m.WFA.AuthorizedMACs; m.WFA.Version2 != 0 && len(*macs) < 5 && !slices.Contains(*macs, mac) {
			*macs = append(*macs, mac)
		}
	}
	return m
}

// handleEvent handles an event of an access point.
func (r *Registrar) handleEvent(now time.Time, p *point, event *WLANEvent) {
	if event.Type == EventProbe {
		var probe wps.ProbeRequest
		if wps.Decode(&probe, event.Message, wps.Tolerant) == nil {
			r.enrollee(now, p, event.Station, Enrollee{
				UUID: probe.UUIDE, Password: probe.DevicePasswordID,
				Device: wps.Device{
					UUID: probe.UUIDE, MAC: event.Station, Manufacturer: probe.Manufacturer, ModelName: probe.ModelName,
					ModelNumber: probe.ModelNumber, DeviceName: probe.DeviceName, PrimaryDeviceType: probe.PrimaryDeviceType,
					ConfigMethods: probe.ConfigMethods, RFBands: probe.RFBands,
				},
			})
		}
		return
	}
	kind, err := wps.PeekMessageType(event.Message)
	if err != nil {
		return
	}
	if kind == wps.MessageM1 {
		m1, err := readM1(event.Message)
		if err != nil {
			return
		}
		e := r.enrollee(now, p, event.Station, Enrollee{UUID: m1.UUID, Password: m1.DevicePasswordID, Device: m1.Device})
		if e.run == nil || !bytes.Equal(e.m1, event.Message) {
			if e.run != nil { // it starts again
				r.endRun(now, p, e, e.run.Abort(registration.ErrTimeout))
			}
			e.m1, e.m1At = bytes.Clone(event.Message), now
			r.answerM1(now, p, e, e.m1)
			return
		}
	}
	i := slices.IndexFunc(p.enrollees, func(e *enrollee) bool { return e.MAC == event.Station })
	if i < 0 || p.enrollees[i].run == nil {
		return
	}
	r.answer(now, p, p.enrollees[i], event.Message)
}

// enrollee records an event of a station.
func (r *Registrar) enrollee(now time.Time, p *point, mac wps.MAC, seen Enrollee) *enrollee {
	if seen.Password == wps.PasswordPushButton {
		r.recordPress(now, p, mac, seen.UUID)
	}
	seen.AccessPoint, seen.MAC = p.uuid, mac
	i := slices.IndexFunc(p.enrollees, func(e *enrollee) bool { return e.MAC == mac })
	if i >= 0 {
		e := p.enrollees[i]
		news := e.UUID != seen.UUID || e.Password != seen.Password
		e.Enrollee, e.expires = seen, now.Add(EnrolleeTime)
		if news {
			r.enrolleeEvent(now, EventEnrollee, p, e, nil)
		}
		return e
	}
	if len(p.enrollees) == maxEnrollees {
		// The one that was silent longest makes room.
		oldest := slices.MinFunc(p.enrollees, func(a, b *enrollee) int { return a.expires.Compare(b.expires) })
		if oldest.run != nil {
			r.endRun(now, p, oldest, oldest.run.Abort(registration.ErrTimeout))
		}
		p.enrollees = slices.DeleteFunc(p.enrollees, func(e *enrollee) bool { return e == oldest })
	}
	e := &enrollee{Enrollee: seen, expires: now.Add(EnrolleeTime)}
	p.enrollees = append(p.enrollees, e)
	r.enrolleeEvent(now, EventEnrollee, p, e, nil)
	return e
}

// answerM1 answers an M1, if there is an order for the station. Otherwise the
// registrar does not answer: another one may be waiting, and the access point
// sends M2D if none is.
func (r *Registrar) answerM1(now time.Time, p *point, e *enrollee, m1 []byte) {
	parsed, err := readM1(m1)
	if err != nil {
		return
	}
	// A PIN for this station takes precedence over one for any station, a later
	// PIN over an earlier one.
	var o *order
	for i := len(r.orders) - 1; i >= 0; i-- {
		if c := r.orders[i]; c.fits(p, e, parsed) && (o == nil || o.UUID == nil && c.UUID != nil) {
			o = c
		}
	}
	if o == nil {
		return
	}
	settings := r.Settings(p.uuid)
	if settings == nil {
		r.enrolleeEvent(now, EventFailed, p, e, fmt.Errorf("upnp: access point %v: %w", p.uuid, ErrNoSettings))
		return
	}
	cfg := registration.RegistrarConfig{Config: r.cfg.Registration, Deferred: true, Credentials: []wps.Credential{*settings}}
	if o.KeyPair != nil {
		cfg.KeyPair = o.KeyPair
	}
	run, err := registration.NewRegistrar(cfg)
	if err != nil {
		r.enrolleeEvent(now, EventFailed, p, e, err)
		return
	}
	e.run, e.order, e.used, e.answered = run, o, now, false
	if !o.overlap {
		o.user = e
		if o.UUID == nil && o.Password.ID != wps.PasswordPushButton {
			uuid := parsed.UUID
			o.bound = &uuid
		}
	}
	r.answer(now, p, e, m1)
}

// decision returns the decision for the M1 of a station that the order matches.
func (o *order) decision(m1 *wps.M1) registration.Decision {
	if o.overlap {
		return registration.Refuse(wps.MultiplePBCSessions, registration.ErrOverlap)
	}
	d := registration.Decision{Password: o.Password, PeerKeyHash: o.PeerKeyHash}
	if o.Password.ID == wps.PasswordDefault {
		d.Password.ID = m1.DevicePasswordID
	}
	return d
}

// answer passes a station's message to its run, and the answer to the access
// point.
func (r *Registrar) answer(now time.Time, p *point, e *enrollee, message []byte) {
	out, err := e.run.Handle(message)
	if e.run.State() == registration.WaitDecision {
		out, err = e.run.Decide(e.order.decision(e.run.Enrollee()))
	}
	if errors.Is(err, registration.ErrIgnored) {
		return // it belongs to another registrar, or to none
	}
	if kind, _ := wps.PeekMessageType(message); kind != wps.MessageM1 {
		e.answered = true
	}
	e.used = now
	if out != nil {
		r.act(p, ActionPutWLANResponse, []value{
			octets(argMessage, out), {argEventType, strconv.Itoa(int(EventEAP))}, {argEventMAC, e.MAC.String()},
		}, nil)
	}
	if e.run.Ended() || e.run.State() == registration.SentM2D {
		r.endRun(now, p, e, err)
	}
}

// endRun ends a run with a station. A PIN is spent by success, by a failure
// after M6, from which a station can compute it, and by the second failure if
// it is for any station [hostap].
func (r *Registrar) endRun(now time.Time, p *point, e *enrollee, err error) {
	run, o := e.run, e.order
	e.run, e.order = nil, nil
	if err == nil && run.State() == registration.SentM2D {
		err = run.Closed() // M2D has the reason
	} else if err == nil {
		err = run.Err()
	}
	mine := o.user == e
	if mine {
		o.user = nil
	}
	switch {
	case run.Result() != nil:
		e.m1 = nil
		r.remove(o)
		delete(r.pressed, e.UUID)
		r.enrolleeEvent(now, EventRegistered, p, e, nil)
	case !e.answered && errors.Is(err, registration.ErrTimeout):
		// It has continued with another registrar, or gone.
		if mine && o.failed == 0 {
			o.bound = nil
		}
	default:
		if o.failed++; run.Exposed() && o.Password.ID != wps.PasswordPushButton || o.UUID == nil && o.failed == 2 && o.Password.ID != wps.PasswordPushButton {
			r.endOrder(now, o)
		}
		r.enrolleeEvent(now, EventFailed, p, e, err)
	}
	if !now.Before(o.until) && slices.Contains(r.orders, o) && o.user == nil {
		r.endOrder(now, o)
	}
	for _, p := range r.points {
		r.sendSelectedRegistrar(now, p)
	}
}
