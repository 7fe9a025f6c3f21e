package ap_test

import "time"

// model is the expected behaviour of an access point: who may be given the
// network or the settings, and when; what is advertised; which permissions are
// used up. It is written from the protocol (WSC 2.0 §11.3, hostap's rules for
// PINs and the lockout) and is independent of the implementation. Devices, PINs
// and settings are small numbers.
type model struct {
	now time.Duration

	// The button: until when it is pressed (zero is not), whether more than one
	// device pressed since, when each device was heard pressing, and until when
	// its probes are those of a device that has just finished.
	pressed  time.Duration
	overlap  bool
	heard    map[int]time.Duration
	finished map[int]time.Duration

	pins []*modelPIN

	settings int // the current settings of the access point
	resets   int // number of resets: after each, the first device causes a new network
	apPIN    int // its own PIN; 0 is none
	policy   lockPolicy
	failures int
	row      int           // failures in a row without a success
	locked   time.Duration // until when; forever means no end
	lastLock time.Duration

	tokens []*modelToken // tokens of devices read by NFC
	ownOn  bool          // the access point's own token is enabled

	runs [3]*modelRun
}

// modelToken is the tag of a device, or a handover with it.
type modelToken struct {
	key      int // the device
	handover bool
	until    time.Duration // of its advertisement, and of a handover itself
	user     *modelRun
}

const (
	walkTime = 120 * time.Second
	forever  = 1 << 62
	anyone   = -1 // the UUID of a PIN for the first station that asks
)

type lockPolicy int

const (
	unlocked lockPolicy = iota
	readOnly
	locked
)

// modelPIN is a PIN that the owner has entered.
type modelPIN struct {
	number   int
	uuid     int // the device, or anyone
	tied     int // the first device that used it, or anyone
	attempts int
	until    time.Duration // of its advertisement
	user     *modelRun
}

// network is a network that an access point gives.
type network struct{ settings, resets int }

func (m *model) network() network { return network{m.settings, m.resets} }

// modelRun is a registration in progress.
type modelRun struct {
	slot      int
	uuid, mac int
	pin       *modelPIN // nil for the button and for an external registrar
	external  bool
	wrong     int  // the half of the PIN that is wrong
	proved    bool // the other side has proved the PIN
	exposed   bool // M6 was sent
	writes    int  // the settings that an external registrar writes; 0 only reads
	unusable  bool // and they cannot be used
	withdrawn verdict

	token *modelToken // a device's, or a handover
	own   bool        // uses the access point's own token
	gives network     // given by a handover with its first message
	asked bool        // the owner is asked to approve the settings it writes
}

// verdict is the expected result of an action.
type verdict int

const (
	allowed     verdict = iota
	notPressed          // no button pressed and no PIN entered: M2D 0
	overlapping         // error 12
	lockedOut           // error 15
	wrongPIN            // error 18
	wrongKey            // error 20
	refused             // with an unspecified error
	either              // the rules allow both
)

func (v verdict) String() string {
	return [...]string{"allowed", "refused: not pressed, no PIN", "refused: overlap", "refused: locked", "refused: wrong PIN", "refused: wrong key", "refused", "left open"}[v]
}

// pressing returns how many other devices were heard pressing.
func (m *model) others(uuid int) (n int) {
	for u, at := range m.heard {
		if u != uuid && m.now-at < walkTime {
			n++
		}
	}
	return n
}

func (m *model) active() bool { return m.pressed > m.now }

// press: if two devices are pressing, it is not clear which is meant, so the
// press is refused.
func (m *model) press() verdict {
	if m.others(anyone) > 1 {
		return overlapping
	}
	m.pressed, m.overlap = m.now+walkTime, false
	return allowed
}

// probe: a device in push-button mode was heard. If it is the second one, every
// current run by button has an overlap, until its end.
func (m *model) probe(uuid int) {
	if m.finished[uuid] > m.now {
		return
	}
	m.presses(uuid)
}

func (m *model) presses(uuid int) {
	m.heard[uuid] = m.now
	if m.others(uuid) == 0 {
		return
	}
	for _, r := range m.runs {
		if !r.byButton() || r.withdrawn == overlapping || r.withdrawn == refused {
			continue
		}
		if r.uuid == uuid && !m.active() || !m.active() && r.withdrawn == allowed {
			r.withdrawn = either // the button is no longer active: hostap does not check
		} else if m.active() {
			r.withdrawn = overlapping
		}
	}
	m.overlap = m.overlap || m.active()
}

// button: an M1 by push button. One press is for one device, identified by its
// UUID and its address from M1 on.
func (m *model) button(r *modelRun) verdict {
	if !m.active() {
		return notPressed
	}
	m.presses(r.uuid) // not a late probe
	if m.overlap || m.others(r.uuid) > 0 {
		m.overlap = true
		return overlapping
	}
	for _, other := range m.runs {
		if other.byButton() && (other.uuid != r.uuid || other.mac != r.mac) {
			if other.withdrawn == either {
				return either
			}
			return refused
		}
	}
	m.runs[r.slot] = r
	return allowed
}

func (r *modelRun) byButton() bool {
	return r != nil && !r.external && r.pin == nil && r.token == nil && !r.own
}

// cancel withdraws the owner's permissions, and ends the runs that use them;
// the access point's own token stays.
func (m *model) cancel() {
	m.pressed, m.pins, m.tokens = 0, nil, nil
	for _, r := range m.runs {
		if r != nil && !r.external && !r.own && r.withdrawn != overlapping {
			r.withdrawn = refused
		}
	}
}

// enter: the owner enters a PIN, so the access point waits for that device and
// no longer for the button. The result of runs by button is left open, and so
// is that of runs with a PIN that this one replaces: another one for the same
// device, or the same PIN entered again.
func (m *model) enter(number, uuid int) {
	m.waitForAnother()
	for _, p := range append([]*modelPIN(nil), m.pins...) {
		if p.number == number || p.uuid == uuid && (uuid != anyone || p.tied == anyone) {
			if p.user != nil && p.user.withdrawn == allowed {
				p.user.withdrawn = either
			}
			m.drop(p)
		}
	}
	m.pins = append(m.pins, &modelPIN{number: number, uuid: uuid, tied: anyone, until: m.now + walkTime})
}

// waitForAnother: the access point no longer waits for the button.
func (m *model) waitForAnother() {
	m.pressed = 0
	for _, r := range m.runs {
		if r.byButton() && r.withdrawn == allowed {
			r.withdrawn = either
		}
	}
}

// read: the tag of a device, or its part of a handover, was read by NFC. It is
// valid for the walk time, and replaces an earlier one with the same key.
func (m *model) read(key int, handover bool) {
	m.waitForAnother()
	for _, t := range m.tokens {
		if t.key == key {
			if t.user != nil && t.user.withdrawn == allowed {
				t.user.withdrawn = either
			}
			m.dropToken(t)
		}
	}
	m.tokens = append(m.tokens, &modelToken{key: key, handover: handover, until: m.now + walkTime})
}

// dropToken removes a token, and the permissions based on it.
func (m *model) dropToken(t *modelToken) {
	for i := range m.tokens {
		if m.tokens[i] == t {
			m.tokens = append(m.tokens[:i:i], m.tokens[i+1:]...)
			break
		}
	}
	if t.user != nil && t.user.withdrawn == allowed {
		t.user.withdrawn = refused
	}
}

// byToken: an M1 of a device with a key that asks for the password of its tag,
// or to complete a handover. A handover gives the settings at once.
func (m *model) byToken(r *modelRun, key int, handover bool) verdict {
	why := notPressed
	for _, t := range m.tokens {
		switch {
		case t.handover != handover || t.handover && t.until <= m.now:
		case t.key != key:
			why = wrongKey
		case m.keyInUse(key):
			return refused
		default:
			t.user, r.token, r.gives = r, t, m.network()
			m.runs[r.slot] = r
			return allowed
		}
	}
	return why
}

// keyInUse reports whether a run uses a token of a key, also one that was read
// again since.
func (m *model) keyInUse(key int) bool {
	for _, r := range m.runs {
		if r != nil && r.token != nil && r.token.key == key {
			return true
		}
	}
	return false
}

// removeTags: the owner takes back the tags, which have one Device Password ID.
func (m *model) removeTags() {
	for _, t := range append([]*modelToken(nil), m.tokens...) {
		if !t.handover {
			m.dropToken(t)
		}
	}
	for _, r := range m.runs {
		if r != nil && r.token != nil && !r.token.handover {
			r.withdrawn = refused
		}
	}
}

// byOwn: an M1 of a device that has read the access point's tag.
func (m *model) byOwn(r *modelRun) verdict {
	if !m.ownOn {
		return notPressed
	}
	r.own = true
	m.runs[r.slot] = r
	return allowed
}

// ownOff: the access point's own token is disabled.
func (m *model) ownOff() {
	m.ownOn = false
	for _, r := range m.runs {
		if r != nil && r.own && r.withdrawn != overlapping {
			r.withdrawn = refused
		}
	}
}

// reset: the access point has its factory settings again. Its PIN and a lock of
// it stay.
func (m *model) reset() {
	m.cancel()
	m.ownOff()
	m.settings = 0
	m.resets++
	m.withdrawExternal(lockedOut, true)
}

// restart: the power fails. Current runs, permissions and probes are lost;
// settings, PIN, lock and own token stay.
func (m *model) restart() {
	m.cancel()
	m.runs = [3]*modelRun{}
	m.overlap, m.heard, m.finished = false, map[int]time.Duration{}, map[int]time.Duration{}
}

// drop removes a PIN from the list, and the permissions based on it.
func (m *model) drop(p *modelPIN) {
	for i := range m.pins {
		if m.pins[i] == p {
			m.pins = append(m.pins[:i:i], m.pins[i+1:]...)
			break
		}
	}
	if p.user != nil && p.user.withdrawn == allowed {
		p.user.withdrawn = refused
	}
}

// remove: the owner removes the PIN of a device, or that for anyone.
func (m *model) remove(uuid int) {
	for _, p := range append([]*modelPIN(nil), m.pins...) {
		if p.uuid == uuid {
			m.drop(p)
		}
	}
}

// pick returns the PIN for a device: its own before one for anyone, a later one
// before an earlier one.
func (m *model) pick(uuid int) (best *modelPIN) {
	for _, p := range m.pins {
		if p.uuid == uuid || p.uuid == anyone && (p.tied == anyone || p.tied == uuid) && (best == nil || best.uuid == anyone) {
			best = p
		}
	}
	return best
}

// byPIN: an M1 by PIN. Only one run at a time can use a PIN.
func (m *model) byPIN(r *modelRun) verdict {
	p := m.pick(r.uuid)
	switch {
	case p == nil && m.isLocked():
		return lockedOut
	case p == nil:
		return notPressed
	case m.inUse(p.number):
		for _, other := range m.pins { // a PIN that is not in use may be tried
			if other != p && !m.inUse(other.number) && (other.uuid == anyone && (other.tied == anyone || other.tied == r.uuid)) {
				return either
			}
		}
		return refused
	}
	p.user, p.tied, r.pin = r, r.uuid, p
	p.attempts++
	m.runs[r.slot] = r
	return allowed
}

// inUse reports whether a run uses a PIN, even if it was entered again since.
func (m *model) inUse(number int) bool {
	for _, r := range m.runs {
		if r != nil && r.pin != nil && r.pin.number == number {
			return true
		}
	}
	return false
}

// isLocked reports whether the access point's own PIN is locked.
func (m *model) isLocked() bool { return m.policy == locked || m.locked > m.now }

// external: an external registrar begins. Without a PIN, or while it is locked,
// it is refused after M2.
func (m *model) external(r *modelRun) verdict {
	switch {
	case r.own && (!m.ownOn || m.isLocked()), !r.own && m.ownOn && m.apPIN == 0 && !m.isLocked():
		return refused
	case !r.own && (m.apPIN == 0 || m.isLocked()):
		return lockedOut
	}
	m.runs[r.slot] = r
	return allowed
}

// setPIN: the owner sets another PIN, or none. A run with the old one ends.
func (m *model) setPIN(number int) {
	m.apPIN, m.failures, m.row, m.locked, m.policy = number, 0, 0, 0, unlocked
	m.withdrawExternal(lockedOut, true)
}

// setPolicy: the owner allows everything, reading only, or nothing.
func (m *model) setPolicy(p lockPolicy) {
	m.policy = p
	if p == locked {
		m.withdrawExternal(lockedOut, true)
	}
}

func (m *model) withdrawExternal(v verdict, proved bool) {
	for _, r := range m.runs {
		if r != nil && r.external && (proved || !r.proved) {
			r.withdrawn = v
		}
	}
}

// guess: this side found a half of its PIN wrong. The third failure and each
// later one lock the PIN: for good after ten in a row, and under a policy of
// the owner (hostap).
func (m *model) guess() {
	m.failures++
	m.row++
	if m.failures < 3 {
		return
	}
	m.withdrawExternal(lockedOut, false)
	if m.policy != unlocked || m.row >= 10 {
		m.locked = forever
		return
	}
	switch {
	case m.lastLock == 0:
		m.lastLock = 60 * time.Second
	case m.failures%3 == 0:
		m.lastLock *= 2
	}
	m.locked = m.now + m.lastLock
}

// end: a run is over. A success by button ends its press; a PIN is removed
// after one success, after M6 was sent, and, for anyone, after a second
// attempt.
func (m *model) end(r *modelRun, success bool) {
	if m.runs[r.slot] == r {
		m.runs[r.slot] = nil
	}
	p := r.pin
	switch {
	case r.external:
		if success && r.writes != 0 {
			m.settings = r.writes
		}
	case r.token != nil:
		r.token.user = nil
		for _, t := range append([]*modelToken(nil), m.tokens...) {
			if success && t.key == r.token.key {
				m.dropToken(t)
			}
		}
	case r.own:
	case p == nil:
		if success {
			m.pressed, m.overlap = 0, false
			delete(m.heard, r.uuid)
			m.finished[r.uuid] = m.now + 5*time.Second
		}
	default:
		p.user = nil
		if p.uuid == anyone && p.attempts >= 2 {
			m.drop(p)
		}
		for _, same := range append([]*modelPIN(nil), m.pins...) {
			if same.number == p.number && (success || r.exposed) {
				m.drop(same)
			}
		}
	}
}

// shown returns the expected Device Password ID in beacons: 4 for the button, 0
// for a PIN, 7 for a handover, 16 for a tag, -1 for none.
func (m *model) shown() int {
	if m.active() {
		return 4
	}
	for _, p := range m.pins {
		if p.until > m.now {
			return 0
		}
	}
	for i := len(m.tokens) - 1; i >= 0; i-- {
		switch t := m.tokens[i]; {
		case t.until <= m.now:
		case t.handover:
			return 7
		default:
			return 16
		}
	}
	return -1
}
