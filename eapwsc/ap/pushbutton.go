package ap

import (
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

const (
	// finishedGrace is how long a newly registered device may continue probing,
	// as stations do until they have reconnected [hostap].
	finishedGrace = 5 * time.Second
	// maxMonitored limits the memory for probes of other devices.
	maxMonitored = 64
)

// PushButton is the push-button mode of a registrar: one for the whole device,
// whatever the number of its radios and networks. The zero value is ready to
// use; its methods must not be called concurrently.
//
// Call [PushButton.Probe] for every Probe Request, before and after a press.
// [PushButton.Press] then starts the walk time, in which [PushButton.Admit]
// admits an enrollee. The mode ends with [PushButton.Done], [PushButton.Cancel]
// or the walk time; a failed registration does not end it, so that the enrollee
// can try again.
//
// The password of push-button mode is public. The network is protected only by
// the rule against session overlap: no other device may be in the mode.
type PushButton struct {
	// RequireProbe refuses an Enrollee whose UUID-E was not received in a probe
	// within the monitor time, as iwd does. iwd compares the address as well;
	// here only the UUID-E is compared, because a device may probe with one
	// radio and register with another.
	RequireProbe bool

	heard    []Monitored // one for each UUID-E, latest first
	dropped  time.Time   // when a device was last heard that did not fit in heard
	until    time.Time   // end of the walk time; zero when not pressed
	only     wps.MAC     // of the last press: the only device it is for, or zero
	overlap  bool        // of the last press: whether an overlap was seen
	finished Monitored   // the device registered last, and when
	uses     []*ButtonUse
}

// ButtonUse is the use of the push button by one registration, from M1 to its
// end.
type ButtonUse struct {
	button *PushButton
	uuid   wps.UUID
	mac    wps.MAC
	err    error // why the registration must not continue
}

// Use admits an Enrollee for its M1, as [PushButton.Admit] does, and binds the
// button to its UUID-E and address until [ButtonUse.Finish]: two devices with
// one UUID-E do not both register. The error is that of Admit; a second address
// gets [ErrOtherDevice]. A device that starts again replaces its own use.
func (b *PushButton) Use(now time.Time, mac wps.MAC, uuid wps.UUID) (*ButtonUse, error) {
	for _, u := range b.uses {
		if u.uuid == uuid && u.mac != mac {
			if b.Active(now) { // else its M1 counts for nothing [hostap]
				b.presses(now, mac, uuid)
			}
			return nil, ErrOtherDevice
		}
	}
	if err := b.Admit(now, mac, uuid); err != nil {
		return nil, err
	}
	for _, u := range b.uses {
		u.refuse(ErrWithdrawn)
	}
	u := &ButtonUse{button: b, uuid: uuid, mac: mac}
	b.uses = append(b.uses, u)
	return u, nil
}

// Err returns why the registration must not continue, [ErrOverlap] or
// [ErrWithdrawn], or nil. The reason stays until the end of the registration,
// whatever happens to the button meanwhile. The end of the walk time is not a
// reason.
func (u *ButtonUse) Err() error { return u.err }

// refuse stops the registration, unless it was stopped before.
func (u *ButtonUse) refuse(err error) {
	if u.err == nil {
		u.err = err
	}
}

// Finish ends the use. After a success the push-button mode ends:
// [PushButton.Done].
func (u *ButtonUse) Finish(now time.Time, success bool) {
	b := u.button
	b.uses = slices.DeleteFunc(b.uses, func(o *ButtonUse) bool { return o == u })
	if success {
		b.Done(now, u.uuid)
		for _, o := range b.uses {
			o.refuse(ErrWithdrawn)
		}
	}
}

// noticeOverlap stops all registrations that the overlap affects.
func (b *PushButton) noticeOverlap() {
	b.overlap = true
	for _, u := range b.uses {
		u.refuse(ErrOverlap)
	}
}

// Withdraw ends the mode, and stops the registrations that have begun.
func (b *PushButton) Withdraw() {
	b.Cancel()
	for _, u := range b.uses {
		u.refuse(ErrWithdrawn)
	}
}

// Monitored is a device in push-button mode.
type Monitored struct {
	UUID wps.UUID  // UUID-E, which identifies a device
	MAC  wps.MAC   // the latest address; a device may have several
	At   time.Time // when it was last heard
}

// Heard records a device in push-button mode. It reports whether a session
// overlap was detected, for the first time since the press.
//
// The UUID-E alone identifies a device. Radios of one device, and a device that
// changes its address, share one; a UUID-E of zeros is like any other.
func (b *PushButton) Heard(now time.Time, mac wps.MAC, uuid wps.UUID) (overlap bool) {
	if uuid == b.finished.UUID && now.Sub(b.finished.At) < finishedGrace && !b.finished.At.IsZero() {
		return false
	}
	return b.presses(now, mac, uuid)
}

// presses records that a device presses. An M1 says so also of a device that has
// just been registered.
func (b *PushButton) presses(now time.Time, mac wps.MAC, uuid wps.UUID) (overlap bool) {
	b.record(Monitored{uuid, mac, now})
	if !b.Active(now) || b.restricted() || b.overlap || !b.others(now, uuid) {
		return false
	}
	b.noticeOverlap()
	return true
}

// Probe passes a Probe Request to [PushButton.Heard] if its sender is in
// push-button mode: Device Password ID 4, and a UUID-E that identifies the
// device.
func (b *PushButton) Probe(now time.Time, mac wps.MAC, e *wps.ProbeRequest) (overlap bool) {
	if e.DevicePasswordID != wps.PasswordPushButton || !e.Has(wps.AttrUUIDE) && e.UUIDE == (wps.UUID{}) {
		return false
	}
	return b.Heard(now, mac, e.UUIDE)
}

// record moves m to the front. One entry for each UUID-E, and the record that
// one was dropped, prevent a flood of probes from hiding an overlap.
func (b *PushButton) record(m Monitored) {
	b.heard = slices.DeleteFunc(b.heard, func(o Monitored) bool {
		return o.UUID == m.UUID || !monitored(m.At, o.At)
	})
	if len(b.heard) == maxMonitored {
		b.dropped = b.heard[maxMonitored-1].At
		b.heard = b.heard[:maxMonitored-1]
	}
	b.heard = slices.Insert(b.heard, 0, m)
}

// monitored reports whether a time is within the monitor time.
func monitored(now, at time.Time) bool { return !at.IsZero() && now.Sub(at) < wps.MonitorTime }

// others reports whether a device other than uuid's was heard in the monitor
// time.
func (b *PushButton) others(now time.Time, uuid wps.UUID) bool {
	return monitored(now, b.dropped) || slices.ContainsFunc(b.heard, func(m Monitored) bool {
		return m.UUID != uuid && monitored(now, m.At)
	})
}

// Monitored returns the devices heard within the monitor time, latest first.
// With more than one, a press would be refused.
func (b *PushButton) Monitored(now time.Time) []Monitored {
	var out []Monitored
	for _, m := range b.heard {
		if monitored(now, m.At) {
			out = append(out, m)
		}
	}
	return out
}

// Press starts or restarts the walk time, and resets an overlap detected since
// the last press. It is refused with [ErrOverlap] if more than one device was
// heard within the monitor time, and then changes nothing.
func (b *PushButton) Press(now time.Time) error {
	if devices := b.Monitored(now); len(devices) > 0 && b.others(now, devices[0].UUID) {
		return ErrOverlap
	}
	b.press(now, wps.MAC{})
	return nil
}

// PressFor starts the walk time for one device. Other devices cannot disturb
// it: there is no overlap. The address is the one given to [PushButton.Admit];
// P2P names a device by its P2P Device Address.
func (b *PushButton) PressFor(now time.Time, only wps.MAC) {
	b.press(now, only)
}

func (b *PushButton) press(now time.Time, only wps.MAC) {
	b.until, b.only, b.overlap = now.Add(wps.WalkTime), only, false
}

// Active reports whether the walk time runs.
func (b *PushButton) Active(now time.Time) bool { return now.Before(b.until) }

// restricted reports whether the button was pressed for one device.
func (b *PushButton) restricted() bool { return b.only != wps.MAC{} }

// Admit decides about an M1 with Device Password ID 4. On nil the answer is M2,
// with the password "00000000"; otherwise M2D with the [Refusal.ConfigError] of
// the error: [ErrNotPressed], [ErrOverlap], [ErrOtherDevice] or [ErrNotHeard].
//
// An overlap detected here also ends the registration that another enrollee has
// begun.
func (b *PushButton) Admit(now time.Time, mac wps.MAC, uuid wps.UUID) error {
	if !b.Active(now) {
		return ErrNotPressed
	}
	if b.restricted() {
		if b.only != mac {
			return ErrOtherDevice
		}
	} else if b.overlap || b.others(now, uuid) {
		b.record(Monitored{uuid, mac, now}) // its button was pressed too: the next press is refused
		b.noticeOverlap()
		return ErrOverlap
	}
	if b.RequireProbe && !b.wasHeard(now, uuid) {
		return ErrNotHeard
	}
	b.record(Monitored{uuid, mac, now})
	return nil
}

func (b *PushButton) wasHeard(now time.Time, uuid wps.UUID) bool {
	return slices.ContainsFunc(b.heard, func(m Monitored) bool { return m.UUID == uuid && monitored(now, m.At) })
}

// Recheck decides again at M3, M5 and M7 of an enrollee that was admitted: on
// [ErrOverlap] the answer is WSC_NACK with Configuration Error 12. An overlap
// lasts until the next press or the end of the walk time, which by itself
// does not end a registration that has begun.
func (b *PushButton) Recheck(now time.Time) error {
	if b.Active(now) && b.overlap {
		return ErrOverlap
	}
	return nil
}

// Done ends the mode because the enrollee has sent WSC_Done, and removes the
// enrollee from the monitored devices, so that it does not overlap with the
// next one.
func (b *PushButton) Done(now time.Time, uuid wps.UUID) {
	b.heard = slices.DeleteFunc(b.heard, func(m Monitored) bool { return m.UUID == uuid })
	b.finished = Monitored{UUID: uuid, At: now}
	b.Cancel()
}

// Cancel ends the mode. It does not affect registrations that have begun.
func (b *PushButton) Cancel() {
	b.until = time.Time{}
}

// Deadline returns when the walk time ends, or the zero time when no button
// has been pressed.
func (b *PushButton) Deadline() time.Time { return b.until }

// Timeout ends the mode if the walk time is over, and reports whether it did.
func (b *PushButton) Timeout(now time.Time) bool {
	if b.until.IsZero() || b.Active(now) {
		return false
	}
	b.Cancel()
	return true
}
