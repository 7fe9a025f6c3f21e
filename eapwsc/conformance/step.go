package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// step is a step of the suite in a case. It returns why the device has failed,
// or "".
type step interface {
	fmt.Stringer
	run(t *trial) string
}

// PINs of the suite's own station. They are not derived from a network; the
// operator enters them at the device.
const (
	stationPIN = "24681353"
	shortPIN   = "1234"
	zerosPIN   = "00012348" // leading zeros
)

// method is the kind of password that an attempt proves.
type method uint8

const (
	byPIN     method = iota // the station's PIN
	byButton                // the push button
	byOwnPIN                // the PIN of the device under test
	byShort                 // a station's PIN of four digits
	byZeros                 // a station's PIN with leading zeros
	byUser                  // the station's PIN, announced as User-Specified
	byMachine               // the station's PIN, announced as Machine-Specified
)

var methods = [...]string{
	byPIN: "by PIN", byButton: "by button", byOwnPIN: "with the device's PIN", byShort: "by a PIN of four digits",
	byZeros: "by a PIN with leading zeros", byUser: "by a user-specified PIN", byMachine: "by a machine-specified PIN",
}

func (m method) String() string { return methods[m] }

// wrongness is which half of a password is wrong.
type wrongness uint8

const (
	wrongNone wrongness = iota
	wrongFirst
	wrongSecond
)

// want is the required end of an attempt.
type want uint8

const (
	wantSuccess   want = iota
	wantRefused        // the device does not continue after the fault
	wantSurvive        // anything, in time
	wantM2D            // the device does not expect this one
	wantNotServed      // no credentials, whatever the message
)

var wants = [...]string{
	wantSuccess: "succeeds", wantRefused: "is refused", wantSurvive: "ends", wantM2D: "is answered by M2D", wantNotServed: "gets nothing",
}

// attempt is one exchange of the suite with the device.
type attempt struct {
	station   byte // which of the suite's stations
	uuid      byte // its UUID, if it is that of another one
	method    method
	wrong     wrongness
	version10 bool
	version   byte // of the WFA extension
	write     bool // an external registrar writes settings
	settings  *wps.Credential
	more      []wps.Credential // given beside settings
	deviation deviation
	fault     transportFault
	device    func(d *wps.Device)
	want      want
	code      []wps.ConfigError // if the device sends a NACK or M2D, it has one of these errors
	stopsAt   wps.MessageType   // the device must not send messages of the run beyond this one
	what      string            // the deviation, in words
	limit     time.Duration
	fixedKey  bool                    // a key pair and nonces that were used before
	check     func(o *outcome) string // an additional check
	reflect   bool                    // the device's own public key is sent back
	secret    []byte                  // the shared secret that a weak public key leads to
	during    []step                  // in the middle of the exchange, before message at
	at        wps.MessageType
}

// String describes the attempt.
func (a attempt) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "exchange %v", a.method)
	switch a.wrong {
	case wrongFirst:
		b.WriteString(", first half wrong")
	case wrongSecond:
		b.WriteString(", second half wrong")
	}
	if a.version10 {
		b.WriteString(", version 1.0")
	}
	if a.write {
		b.WriteString(", settings are written")
	}
	if a.what != "" {
		b.WriteString(", " + a.what)
	}
	for _, s := range a.during {
		fmt.Fprintf(&b, ", before %v: %v", a.at, s)
	}
	b.WriteString(": " + wants[a.want])
	return b.String()
}

// run runs the exchange.
func (a attempt) run(t *trial) string {
	s, err := t.side(a)
	if err != nil {
		return t.cannot(err)
	}
	link, err := t.open(a, s.device.MAC)
	if err != nil {
		return t.refused("begin another exchange", err)
	}
	t.opened = true
	t.suite.pressed = t.suite.pressed || a.method == byButton
	x := &exchange{link: link, trial: t, side: s, fault: a.fault, limit: a.limit, patient: a.want == wantSuccess}
	why := ""
	x.before = func(m wps.MessageType) bool {
		for i := 0; i < len(a.during) && m == a.at && why == ""; i++ {
			why = a.during[i].run(t)
		}
		return why == ""
	}
	if a.fault.replay && len(t.outcomes) > 0 {
		x.fault.recorded = t.outcomes[len(t.outcomes)-1].messages[a.fault.at]
	}
	o := x.run()
	if err := link.Close(); err != nil && o.err == nil {
		o.err = err
	}
	t.note(o)
	if why != "" {
		return why
	}
	return a.judge(t, o)
}

// judge compares an outcome with what is wanted.
func (a attempt) judge(t *trial, o *outcome) string {
	if o.err != nil {
		return fmt.Sprintf("the device did not live through it: %v", o.err)
	}
	if o.ended.Sub(o.began) > 125*time.Second {
		return "the exchange did not end within 120 s"
	}
	deviates := a.deviation.at != 0 || a.fault.at != 0 || a.fault.identity != "" || a.fault.badACK
	if !deviates && a.wrong == wrongNone && a.want == wantSuccess && len(o.side.faults) > 0 {
		return "the device departs from the protocol: " + strings.Join(o.side.faults, "; ")
	}
	if why := a.ended(t, o); why != "" {
		return why
	}
	if ce := o.side.nack; ce != nil && len(a.code) > 0 && a.want != wantSuccess && !slices.Contains(a.code, *ce) {
		return fmt.Sprintf("the device refused with error %d (%v), want %v", *ce, *ce, a.code)
	}
	if m := o.side.m2d; m != nil && len(a.code) > 0 && !slices.Contains(a.code, m.ConfigError) {
		return fmt.Sprintf("M2D has error %d (%v), want %v", m.ConfigError, m.ConfigError, a.code)
	}
	if a.stopsAt != 0 {
		for _, r := range o.side.received {
			if r > a.stopsAt && r <= wps.MessageM8 {
				return fmt.Sprintf("the device sent %v, and must not go beyond %v", r, a.stopsAt)
			}
		}
	}
	if a.check != nil {
		return a.check(o)
	}
	return ""
}

// ended judges how the exchange ended.
func (a attempt) ended(t *trial, o *outcome) string {
	switch a.want {
	case wantSuccess:
		switch {
		case o.side.m2d != nil:
			return fmt.Sprintf("the device answered M2D, error %d (%v)", o.side.m2d.ConfigError, o.side.m2d.ConfigError)
		case o.side.nack != nil && !o.side.done:
			return fmt.Sprintf("the device refused with error %d (%v) after %v", *o.side.nack, *o.side.nack, o.lastSent())
		case !o.side.done:
			return fmt.Sprintf("the exchange ended after %v without success", o.lastSent())
		}
		return a.result(t, o)
	case wantRefused:
		for _, m := range o.sentAfter {
			if m >= wps.MessageM2 && m <= wps.MessageM8 && m != wps.MessageM2D || m == wps.MessageDone {
				return fmt.Sprintf("the device went on with %v", m)
			}
		}
		if !o.deviated && a.deviates() {
			return inconclusive + "the exchange ended before the step that was to be wrong, at " + o.lastSent()
		}
	case wantM2D:
		if o.side.m2d == nil {
			return fmt.Sprintf("no M2D came, but the exchange ended after %v", o.lastSent())
		}
	case wantNotServed:
		if len(o.side.credentials) > 0 || o.side.ap != nil {
			return "the device gave its settings away"
		}
	}
	return ""
}

func (a attempt) deviates() bool { return a.deviation.at != 0 || a.fault.at != 0 }

// lastSent returns the last message of the suite, in words.
func (o *outcome) lastSent() string {
	if len(o.side.sent) == 0 {
		return "no message"
	}
	return o.side.sent[len(o.side.sent)-1].String()
}

// result checks the result of a successful run, and that it ended correctly.
func (a attempt) result(t *trial, o *outcome) string {
	s := o.side
	role := t.suite.cfg.Role
	switch {
	case (role == APRegistrar || role == APEnrollee) && !o.failure:
		return "the access point did not end the exchange by EAP-Failure"
	case role == Registrar && a.write && !o.received(wps.MessageACK):
		return "the registrar did not acknowledge WSC_Done"
	case s.role == registration.RoleEnrollee && len(s.credentials) == 0 && (!s.external || a.write):
		return "M8 holds no settings"
	case s.role == registration.RoleEnrollee && !s.external:
		for i := range s.credentials {
			if err := s.credentials[i].Usable(); err != nil {
				return fmt.Sprintf("credential %d cannot be used: %v", i+1, err)
			}
		}
	case s.role == registration.RoleRegistrar && s.external && s.ap == nil:
		return "M7 holds no settings"
	}
	return ""
}

// operate uses the operator's controls.
type operate struct {
	control Control
	pin     string
	fails   bool // the device refuses
}

func (s operate) String() string {
	text := s.control.String()
	if s.pin != "" {
		text += " " + s.pin
	}
	if s.fails {
		text += ": the device refuses"
	}
	return text
}

func (s operate) run(t *trial) string {
	_, err := t.operate(s.control, s.pin)
	switch {
	case err != nil && !s.fails:
		return t.refused(s.control.String(), err)
	case err == nil && s.fails:
		return fmt.Sprintf("the device accepted: %v", s.control)
	}
	return ""
}

func enter(pin string) step { return operate{control: EnterPIN, pin: pin} }

// pause waits.
type pause time.Duration

func (s pause) String() string { return "wait " + time.Duration(s).String() }

func (s pause) run(t *trial) string {
	t.sleep(time.Duration(s))
	return ""
}

// probe sends a probe request of a station in push-button mode, or in PIN mode.
type probe struct {
	station, uuid byte
	id            wps.DevicePasswordID
	later         bool // with attributes of a later version
}

func (s probe) String() string {
	text := fmt.Sprintf("station %d probes, %v", s.station, s.id)
	if s.later {
		text += ", with attributes of a later version"
	}
	return text
}

func (s probe) run(t *trial) string {
	d := t.station(s.station, s.uuid)
	e := &wps.ProbeRequest{
		RequestType: wps.RequestEnrollee8021X, ConfigMethods: d.ConfigMethods, UUIDE: d.UUID,
		RFBands: wps.Band24GHz, DevicePasswordID: s.id, Manufacturer: d.Manufacturer, ModelName: d.ModelName,
		ModelNumber: d.ModelNumber,
	}
	e.PrimaryDeviceType, e.DeviceName = d.PrimaryDeviceType, d.DeviceName
	e.WFA.Version2 = 0x20
	if s.later {
		e.WFA.Version2 = 0x57
		for _, a := range unknownAttributes[:1] {
			e.Unknown = append(e.Unknown, wps.Attribute{ID: a.id, Value: a.value})
		}
	}
	prober, ok := t.suite.cfg.Device.(Prober)
	if !ok {
		return inconclusive + "the link cannot send probe requests"
	}
	t.suite.pressed = t.suite.pressed || s.id == wps.PasswordPushButton
	if _, err := call(t, 0, func() (struct{}, error) { return struct{}{}, prober.Probe(d.MAC, e) }); err != nil {
		return t.cannot(err)
	}
	t.opened = true
	return ""
}

// element reads the elements of an access point.
type element struct {
	what   string
	check  func(b *wps.Beacon, p *wps.ProbeResponse) string
	strict bool // a strict reader must accept them
}

func (s element) String() string { return "beacon and probe response: " + s.what }

func (s element) run(t *trial) string {
	a, ok := t.suite.cfg.Device.(Advertiser)
	if !ok {
		return inconclusive + "the link cannot read elements"
	}
	raw, err := call(t, 0, a.Beacon)
	if err != nil {
		return t.cannot(err)
	}
	if len(raw) == 0 {
		return "the beacons have no WPS element: WPS is switched off"
	}
	mode := wps.Tolerant
	if s.strict {
		mode = wps.Strict
	}
	var b wps.Beacon
	if err := wps.Decode(&b, raw, mode); err != nil {
		return fmt.Sprintf("beacon: %v", err)
	}
	if raw, err = call(t, 0, a.ProbeResponse); err != nil {
		return t.cannot(err)
	}
	var p wps.ProbeResponse
	if err := wps.Decode(&p, raw, mode); err != nil {
		return fmt.Sprintf("probe response: %v", err)
	}
	return s.check(&b, &p)
}

// association reads the element of an access point's association responses.
type association struct {
	what  string
	check func(r *wps.AssociationResponse, b *wps.Beacon) string
}

func (s association) String() string { return "association response: " + s.what }

func (s association) run(t *trial) string {
	a, ok := t.suite.cfg.Device.(Associator)
	if !ok {
		return inconclusive + "the link cannot read elements"
	}
	raw, err := call(t, 0, a.AssociationResponse)
	if err != nil {
		return t.cannot(err)
	}
	var r wps.AssociationResponse
	if err := wps.Decode(&r, raw, wps.Strict); err != nil {
		return fmt.Sprintf("association response: %v", err)
	}
	if raw, err = call(t, 0, a.Beacon); err != nil {
		return t.cannot(err)
	}
	var b wps.Beacon
	if err := wps.Decode(&b, raw, wps.Strict); err != nil {
		return fmt.Sprintf("beacon: %v", err)
	}
	return s.check(&r, &b)
}

// requests reads the elements of a station.
type requests struct {
	what  string
	check func(p *wps.ProbeRequest, a *wps.AssociationRequest) string
}

func (s requests) String() string { return "probe and association request: " + s.what }

func (s requests) run(t *trial) string {
	d, ok := t.suite.cfg.Device.(Requester)
	if !ok {
		return inconclusive + "the link cannot read elements"
	}
	raw, err := call(t, 0, d.ProbeRequest)
	if err != nil {
		return t.cannot(err)
	}
	var p wps.ProbeRequest
	if err := wps.Decode(&p, raw, wps.Strict); err != nil {
		return fmt.Sprintf("probe request: %v", err)
	}
	if raw, err = call(t, 0, d.AssociationRequest); err != nil {
		return t.cannot(err)
	}
	var a wps.AssociationRequest
	if err := wps.Decode(&a, raw, wps.Strict); err != nil {
		return fmt.Sprintf("association request: %v", err)
	}
	return s.check(&p, &a)
}

// inconclusive begins the text of a step that could not be carried out.
const inconclusive = "\x00inconclusive: "

// station describes one of the suite's stations. Each input of a case has
// its own addresses: access points ignore a station for some seconds after
// they have served it. The UUID of a station is the same in all cases, so that
// no access point considers two inputs a session overlap.
func (t *trial) station(who, uuid byte) wps.Device {
	d := wps.DefaultDevice()
	d.MAC = wps.MAC{0x02, 0x77, 0x70, byte(t.number >> 8), byte(t.number), who}
	if uuid == 0 {
		uuid = who
	}
	d.UUID = wps.UUIDFromMAC(wps.MAC{0x02, 0x77, 0x70, 0x73, 0, uuid})
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber = "gowps", "conformance", "1", "1"
	d.DeviceName = fmt.Sprintf("Test station %d", who)
	d.PrimaryDeviceType = wps.NewDeviceType(3, 1)
	return d
}

// halves returns the halves of a PIN as they enter the proofs, one of them
// wrong if requested.
func halves(digits string, wrong wrongness) (h [2][]byte) {
	n := (len(digits) + 1) / 2
	h = [2][]byte{[]byte(digits[:n]), []byte(digits[n:])}
	if wrong != wrongNone {
		half := h[wrong-1]
		half[0] = '0' + (half[0]-'0'+1)%10
	}
	return h
}

// during returns why a step within another one has failed: what it was doing,
// and whether it could not be carried out, stay.
func during(what, why string) string {
	if text, ok := strings.CutPrefix(why, inconclusive); ok {
		return inconclusive + what + ": " + text
	}
	return what + ": " + why
}

// displayed returns why a step failed, for a person.
func displayed(why string) string { return strings.TrimPrefix(why, inconclusive) }
