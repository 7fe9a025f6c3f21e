package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/registration"
)

// Verdict is the verdict of a case.
type Verdict uint8

// The verdicts.
const (
	Pass Verdict = iota + 1
	Fail
	Inconclusive  // the device could not be brought into position
	NotApplicable // the operator or the link lacks what the case needs
)

var verdicts = [...]string{Pass: "pass", Fail: "fail", Inconclusive: "inconclusive", NotApplicable: "not applicable"}

// String returns the verdict in words.
func (v Verdict) String() string { return word("Verdict", verdicts[:], uint8(v)) }

// Config configures a suite.
type Config struct {
	// Device is the device under test, and Role its role.
	Device Device
	Role   Role
	// Controls are the operator's controls; nil is none.
	Controls Controls
	// OwnPIN is the PIN of the device under test, if it does not change. It
	// is the only source of the wrong PINs that the suite tries.
	OwnPIN string `json:"-"`
	// Only selects cases by a pattern over their ids, as of [path.Match];
	// empty selects all. Level selects those of a level; zero selects all.
	Only  string
	Level Level
	// Input selects an input of the cases by its name, as [Result.Input] has it;
	// empty selects all. A case without that input is left out.
	Input string
	// Short leaves out the cases that take long in the device's time.
	Short bool
	// Station is the number from which the addresses of the suite's stations
	// count. A program that is run again begins elsewhere: access points ignore a
	// station for some seconds after they have served it.
	Station uint16
	// Seed draws the random mutations.
	Seed uint64
	// Rand is the source of keys and nonces; nil is [crypto/rand.Reader].
	Rand io.Reader
	// Limit is how long, in real time, a call into the device may last that
	// should return at once; 0 is 10 s. What goes over a link or to an operator
	// may take six times as long. After that the device hangs: the case fails,
	// and the goroutine of the call is left alone.
	Limit time.Duration
	// Began and Ended, if set, are called before and after each case.
	Began func(c *Case)
	Ended func(r *Result)
}

// ErrConfig is the class of configuration errors.
var ErrConfig = errors.New("conformance: configuration")

// Result is the result of a case.
type Result struct {
	Case    *Case
	Verdict Verdict
	// Reason says why it did not pass.
	Reason string
	// Input is the input with which the case did not pass; empty if it has only
	// one.
	Input string
	// Unusable reports that the device did not register a station any more
	// after the case.
	Unusable bool
	// Unreset says why the device could not be returned to the state in which
	// a case begins; empty if it could.
	Unreset string
	// Took is the duration of the case, in the device's time.
	Took time.Duration

	outcomes []*outcome // of the input that decided the verdict
}

// Suite runs cases.
type Suite struct {
	cfg            Config
	cases          []*Case
	key            *registration.KeyPair // of runs whose keys do not matter
	trials         atomic.Uint32
	pressed        bool        // the device has heard a station with its button pressed, and not forgotten it
	only           *mutationID // the only mutation to try; nil is all
	everRegistered bool        // the device has registered a station
	lost           *Case       // the case since which it does not any more, or is dead
	dead           bool        // it hangs, or says nothing, and that takes real time
	tries          int         // how often it was tried since then

	mu   sync.Mutex
	hung [controlEnd]int // how often each control has hung, without success between
}

// lostTries is how many cases still try a device that does not register a
// station any more, before the rest are skipped.
const lostTries = 3

// New returns a suite. The error is of class [ErrConfig].
func New(cfg Config) (*Suite, error) {
	if cfg.Device == nil {
		return nil, fmt.Errorf("%w: Device is missing", ErrConfig)
	}
	if cfg.Role < APRegistrar || cfg.Role > Controller {
		return nil, fmt.Errorf("%w: Role is missing", ErrConfig)
	}
	if _, err := path.Match(cfg.Only, ""); err != nil {
		return nil, fmt.Errorf("%w: Only: %w", ErrConfig, err)
	}
	if cfg.Controls == nil {
		cfg.Controls = Funcs{}
	}
	s := &Suite{cfg: cfg}
	if d, ok := cfg.Device.(inProcess); ok {
		d.guardCalls(cmp.Or(cfg.Limit, defaultLimit))
	}
	var err error
	if s.key, err = registration.NewKeyPair(cfg.Rand); err != nil {
		return nil, err
	}
	s.trials.Store(uint32(cfg.Station))
	s.only = parseMutationID(cfg.Input)
	for _, c := range casesOf(cfg.Role) {
		if !s.selected(c) {
			continue
		}
		if c.rows = s.inputs(c); len(c.rows) > 0 {
			s.cases = append(s.cases, c)
		}
	}
	return s, nil
}

func (s *Suite) selected(c *Case) bool {
	if s.cfg.Level != 0 && c.Level != s.cfg.Level || s.cfg.Short && c.Needs&NeedTime != 0 {
		return false
	}
	if s.cfg.Only == "" {
		return true
	}
	ok, _ := path.Match(s.cfg.Only, c.ID)
	return ok || strings.HasPrefix(c.ID, s.cfg.Only)
}

// inputs returns the selected inputs of a case.
func (s *Suite) inputs(c *Case) []row {
	if s.cfg.Input == "" {
		return c.rows
	}
	return slices.DeleteFunc(slices.Clone(c.rows), func(r row) bool {
		random := slices.ContainsFunc(r.steps, func(s step) bool { _, ok := s.(mutations); return ok })
		return r.name != s.cfg.Input && (s.only == nil || !random)
	})
}

// Cases returns the cases that the suite runs.
func (s *Suite) Cases() []*Case { return slices.Clone(s.cases) }

// Run runs all cases, until the context is done. If the device fails, crashes
// or hangs, that ends the case, never the run.
func (s *Suite) Run(ctx context.Context) []*Result {
	var results []*Result
	for _, c := range s.cases {
		if ctx.Err() != nil {
			break
		}
		results = append(results, s.RunCase(ctx, c))
	}
	return results
}

// RunCase runs one case.
func (s *Suite) RunCase(ctx context.Context, c *Case) *Result {
	if s.cfg.Began != nil {
		s.cfg.Began(c)
	}
	r := s.run(ctx, c)
	if s.cfg.Ended != nil {
		s.cfg.Ended(r)
	}
	return r
}

func (s *Suite) run(ctx context.Context, c *Case) (r *Result) {
	r = &Result{Case: c, Verdict: Pass}
	defer func() {
		if ctx.Err() != nil { // what was interrupted proves nothing
			r.Verdict, r.Reason, r.Unusable, r.Unreset = Inconclusive, "the run was interrupted", false, ""
		}
		r.Reason = quotable(r.Reason)
	}()
	if missing := c.Needs &^ s.can(); missing != 0 {
		r.Verdict, r.Reason = NotApplicable, "it needs: "+missing.String()
		return r
	}
	began := s.cfg.Device.Now()
	defer func() { r.Took = s.cfg.Device.Now().Sub(began) }()
	if s.isLost(ctx) {
		r.Verdict, r.Unusable = Inconclusive, true
		r.Reason = fmt.Sprintf("since %s the device does not register a station any more", s.lost.ID)
		if !s.everRegistered {
			r.Reason = fmt.Sprintf("since %s the device hangs, or says nothing", s.lost.ID)
		}
		return r
	}
	defer func() {
		if r.Unusable && (s.everRegistered || s.dead) {
			s.lost, s.tries = c, 0
		}
	}()
	for _, row := range c.rows {
		began := time.Now()
		t := s.try(ctx, row, r)
		if r.Verdict != Pass {
			r.Unusable = t.settle() != ""
			return r
		}
		if len(c.rows) == 1 {
			s.checkAlive(t, row, r)
			return r
		}
		// A device that says nothing may be dead, and would take that long with
		// each of the other inputs.
		if t.opened && !t.heard && time.Since(began) > moment && !s.checkAlive(t, row, r) {
			return r
		}
	}
	t := s.trial(ctx)
	if t.settle() == "" {
		return r
	}
	// One of the inputs has broken the device: find it.
	for _, row := range c.rows {
		t := s.try(ctx, row, r)
		if r.Verdict != Pass || !s.checkAlive(t, row, r) {
			return r
		}
	}
	r.Verdict, r.Unusable = Fail, true
	r.Reason = "afterwards the device did not register a station any more; no single input shows it"
	return r
}

// isLost reports whether the device, which an earlier case has left unusable,
// still is. A device that was never usable is tried by every case: its fault
// may be the subject of a case.
func (s *Suite) isLost(ctx context.Context) bool {
	if s.lost == nil {
		return false
	}
	if s.tries < lostTries && s.trial(ctx).settle() == "" {
		s.lost = nil
		return false
	}
	s.tries++
	return true
}

// moment is from when on it matters how long something takes.
const moment = time.Second

// quotable returns a reason for reports: it may quote the device or a command.
func quotable(reason string) string {
	const most = 500
	if reason = printable.Text(reason); len(reason) > most {
		reason = strings.ToValidUTF8(reason[:most], "") + "…"
	}
	return reason
}

// try runs the steps of an input.
func (s *Suite) try(ctx context.Context, row row, r *Result) *trial {
	t := s.trial(ctx)
	r.Unreset = cmp.Or(r.Unreset, t.reset())
	defer t.closeLinks()
	for _, step := range row.steps {
		why := step.run(t)
		if why == "" {
			continue
		}
		r.Verdict, r.Reason, r.Input = Fail, why, cmp.Or(t.input, row.name)
		if text, ok := strings.CutPrefix(why, inconclusive); ok {
			r.Verdict, r.Reason = Inconclusive, text
		}
		break
	}
	r.outcomes = t.outcomes
	return t
}

// checkAlive records whether the device still registers a station after an input.
func (s *Suite) checkAlive(t *trial, row row, r *Result) bool {
	why := t.settle()
	if why != "" {
		r.Verdict, r.Input, r.Unusable = Fail, row.name, true
		r.Reason = "afterwards the device does not register a station any more: " + why
	}
	return why == ""
}

// can returns what the operator and the link support.
func (s *Suite) can() Need {
	var n Need
	for control, need := range map[Control]Need{
		EnterPIN: NeedEnterPIN, Press: NeedButton, Cancel: NeedCancel, Unlock: NeedUnlock, Restart: NeedRestart,
		ShowPIN: NeedOwnPIN,
	} {
		if s.cfg.Controls.Has(control) {
			n |= need
		}
	}
	if s.cfg.Controls.Has(EnrollButton) {
		n |= NeedButton
	}
	if s.cfg.Controls.Has(EnrollPIN) || s.cfg.Controls.Has(ReadAP) || s.cfg.Controls.Has(WriteAP) {
		n |= NeedEnterPIN
	}
	if s.cfg.OwnPIN != "" {
		n |= NeedOwnPIN
	}
	if _, ok := s.cfg.Device.(Advertiser); ok {
		n |= NeedBeacon
	}
	if _, ok := s.cfg.Device.(Prober); ok {
		n |= NeedProbe
	}
	if _, ok := s.cfg.Device.(Associator); ok {
		n |= NeedAssociation
	}
	if _, ok := s.cfg.Device.(Requester); ok {
		n |= NeedRequests
	}
	if d, ok := s.cfg.Device.(Restartable); ok && d.CanStartAgain() {
		n |= NeedStart
	}
	n |= NeedTime | NeedEAP | NeedStations
	if d, ok := s.cfg.Device.(limited); ok {
		n &^= d.unmetNeeds()
	}
	return n
}

// trial returns a new trial.
func (s *Suite) trial(ctx context.Context) *trial {
	return &trial{suite: s, ctx: ctx, number: s.trials.Add(1)}
}

// trial is one input of a case.
type trial struct {
	number   uint32
	suite    *Suite
	ctx      context.Context
	outcomes []*outcome
	opened   bool   // the device has been contacted
	heard    bool   // it has said something
	hung     bool   // a call into it has not returned
	input    string // within the input of the case: a mutation
	recorded []byte // M2 of an earlier configuration
	// recordedNetwork is the network of recorded.
	recordedNetwork registration.BSS
	links           []Link                // that stay open until the input ends
	own             *registration.KeyPair // with fixedKey: the keys of the previous exchange
	n1              wps.Nonce
	s1, s2          wps.SecretNonce
}

// closeLinks disconnects the stations that have stayed.
func (t *trial) closeLinks() {
	for _, l := range t.links {
		_ = l.Close() // the device may be gone
	}
	t.links = nil
}

// renew gives the suite's stations new addresses, for a step that does not need
// the previous ones.
func (t *trial) renew() { t.number = t.suite.trials.Add(1) }

// cannot returns the result of a step that could not be carried out.
func (t *trial) cannot(err error) string {
	if errors.Is(err, ErrCrashed) || errors.Is(err, ErrHung) {
		return err.Error()
	}
	return inconclusive + err.Error()
}

// refused returns the result of a step in which the device refused an operator
// or a station. Before anything has happened, the device is not in position;
// after that, the refusal is the result of the case.
func (t *trial) refused(what string, err error) string {
	if t.opened && !errors.Is(err, ErrNoControl) {
		return fmt.Sprintf("the device refused to %s: %v", what, err)
	}
	return t.cannot(err)
}

func (t *trial) note(o *outcome) { t.outcomes = append(t.outcomes, o) }

// operate uses the operator's hands.
func (t *trial) operate(c Control, pin string) (answer string, err error) {
	s := t.suite
	s.mu.Lock()
	hung := s.hung[c]
	s.mu.Unlock()
	if hung >= hungTries {
		return "", fmt.Errorf("%w that works: %v has hung %d times, and is not tried any more", ErrNoControl, c, hung)
	}
	answer, err = guard(t.ctx, s.limit()+waiting(s.cfg.Controls), func() (string, error) { return s.cfg.Controls.Do(t.ctx, c, pin) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.Is(err, ErrHung) {
		s.hung[c] = 0
		return answer, err
	}
	s.hung[c]++
	return "", fmt.Errorf("%w that works: %v hangs", ErrNoControl, c)
}

// hungTries is how often a control is tried that hangs.
const hungTries = 2

// reset returns the device to the initial state of a case: it waits for no
// device, and its PIN is not locked. It returns why it could not, or "".
func (t *trial) reset() string {
	controls := t.suite.cfg.Controls
	why := ""
	if controls.Has(Cancel) {
		if _, err := t.operate(Cancel, ""); err != nil {
			why = err.Error()
		}
	}
	if t.suite.cfg.Role == APEnrollee && controls.Has(Unlock) {
		if _, err := t.operate(Unlock, ""); err != nil {
			why = err.Error()
		}
	}
	return quotable(why)
}

// settle returns the device to a known state after a case, and registers a
// station to prove that it is alive. It returns why it is not, or "".
func (t *trial) settle() (why string) {
	if t.ctx.Err() != nil {
		return ""
	}
	t.reset()
	s := t.suite
	if _, ok := s.cfg.Device.(Prober); ok && s.pressed {
		t.sleep(121 * time.Second) // the monitor time: earlier presses are forgotten
		s.pressed = false
	}
	t.heard, t.hung = false, false
	began := time.Now()
	defer func() { s.dead = why != "" && (t.hung || !t.heard) && time.Since(began) > moment }()
	good := attempt{station: 0xF0, want: wantSuccess}
	switch s.cfg.Role {
	case APRegistrar:
		if !s.cfg.Controls.Has(EnterPIN) {
			return ""
		}
		if _, err := t.operate(EnterPIN, stationPIN); err != nil {
			return err.Error()
		}
	case APEnrollee:
		good.method = byOwnPIN
	}
	var right step = good
	if s.cfg.Role == Agent || s.cfg.Role == Controller {
		right = mesh{}
	}
	outcomes := t.outcomes
	why = strings.TrimPrefix(right.run(t), inconclusive)
	s.everRegistered = s.everRegistered || why == ""
	if why != "" && s.cfg.Controls.Has(Restart) {
		_, _ = t.operate(Restart, "")
		t.reset()
	}
	t.outcomes = outcomes
	return why
}

// open starts an exchange. The operator must make a station or a registrar
// start.
func (t *trial) open(a attempt, mac wps.MAC) (Link, error) {
	trigger := func() error { return t.trigger(a) }
	if d, ok := t.suite.cfg.Device.(Triggered); ok {
		return t.link(func() (Link, error) { return d.OpenTriggered(mac, trigger) })
	}
	if err := trigger(); err != nil {
		return nil, err
	}
	return t.openPlain(mac)
}

// openPlain starts an exchange that no operator has to trigger.
func (t *trial) openPlain(mac wps.MAC) (Link, error) {
	return t.link(func() (Link, error) { return t.suite.cfg.Device.Open(mac) })
}

// trigger makes the device start an exchange, if the device starts it.
func (t *trial) trigger(a attempt) error {
	var control Control
	switch t.suite.cfg.Role {
	case Station:
		control = EnrollPIN
		if a.method == byButton {
			control = EnrollButton
		}
	case Registrar:
		control = ReadAP
		if a.write {
			control = WriteAP
		}
	default:
		return nil
	}
	if !t.suite.cfg.Controls.Has(control) {
		return nil // Open, or another device, starts it
	}
	digits := apPIN
	switch a.method {
	case byShort:
		digits = shortPIN
	case byZeros:
		digits = zerosPIN
	}
	_, err := t.operate(control, digits)
	return err
}

// apPIN is the PIN of the suite's own access point.
const apPIN = "12345670"

// side returns the suite's half of an exchange.
func (t *trial) side(a attempt) (*side, error) {
	s := &side{
		version10: a.version10, version: a.version, more: a.more, deviate: a.deviation, write: a.write, random: t.suite.cfg.Rand, own: t.suite.key, reflect: a.reflect, secret: a.secret,
		settings: ownNetwork, device: t.station(a.station, a.uuid),
	}
	if a.settings != nil {
		s.settings = *a.settings
	}
	if a.device != nil {
		a.device(&s.device)
	}
	switch t.suite.cfg.Role {
	case APRegistrar:
		s.role = registration.RoleEnrollee
	case APEnrollee:
		s.role, s.external = registration.RoleRegistrar, true
	case Station:
		s.role = registration.RoleRegistrar
		s.device.State = wps.Configured
	case Registrar:
		s.role, s.external = registration.RoleEnrollee, true
		s.device.State = wps.Configured
	}
	digits, err := t.digits(a)
	if err != nil {
		return nil, err
	}
	s.passwords = halves(digits, a.wrong)
	s.id = passwordIDs[a.method]
	if a.fixedKey && t.own != nil {
		s.own, s.n1, s.s1, s.s2 = t.own, t.n1, t.s1, t.s2
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	if a.fixedKey {
		t.own, t.n1, t.s1, t.s2 = s.own, s.n1, s.s1, s.s2
		if s.role == registration.RoleRegistrar {
			t.n1 = s.n2
		}
	}
	return s, nil
}

// passwordIDs are the Device Password IDs of the methods.
var passwordIDs = map[method]wps.DevicePasswordID{
	byPIN: wps.PasswordDefault, byButton: wps.PasswordPushButton, byOwnPIN: wps.PasswordDefault, byShort: wps.PasswordDefault,
	byZeros: wps.PasswordDefault, byUser: wps.PasswordUserSpecified, byMachine: wps.PasswordMachineSpecified,
}

// digits returns the PIN that an attempt proves.
func (t *trial) digits(a attempt) (string, error) {
	switch a.method {
	case byButton:
		return "00000000", nil
	case byShort:
		return shortPIN, nil
	case byZeros:
		return zerosPIN, nil
	case byOwnPIN:
		return t.ownPIN()
	}
	switch t.suite.cfg.Role {
	case Station:
		return t.ownPIN()
	case Registrar:
		return apPIN, nil
	}
	return stationPIN, nil
}

// ownPIN returns the PIN of the device under test.
func (t *trial) ownPIN() (string, error) {
	if t.suite.cfg.OwnPIN != "" {
		return t.suite.cfg.OwnPIN, nil
	}
	pin, err := t.operate(ShowPIN, "")
	if err == nil && (len(pin) != 4 && len(pin) != 8 || strings.Trim(pin, "0123456789") != "") {
		err = fmt.Errorf("conformance: %v gave no PIN of four or eight digits", ShowPIN)
	}
	return pin, err
}

// ownNetwork is the network that the suite gives to stations, and writes to
// access points.
var ownNetwork = wps.Credential{
	SSID: "gowps-conformance", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("conformance test"),
}
