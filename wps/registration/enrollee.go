package registration

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/wps"
)

// EnrolleeConfig configures an [Enrollee].
type EnrolleeConfig struct {
	Config
	// Password is the enrollee's own: its PIN, the push button, an NFC
	// token. An access point without one refuses with [wps.SetupLocked].
	Password Password
	// Alternative, with AP, is a second password that a registrar may choose by
	// its ID in M2, such as that of an NFC token besides the PIN [hostap].
	// AlternativeKeyHash is its PeerKeyHash; [Handover] needs one.
	Alternative        Password
	AlternativeKeyHash *[20]byte
	// AP, if set, makes the enrollee an access point that an external registrar
	// reads or configures: its present settings, which M7 carries. Their MAC,
	// if zero, becomes that of the device.
	AP *wps.Credential
	// ReadOnly lets external registrars read an access point's settings and
	// refuses new ones with [wps.SetupLocked] (hostap's ap_setup_locked=2).
	ReadOnly bool
	// Deferred, with AP, makes the settings of M8 wait for [Enrollee.Adopt] or
	// [Enrollee.Reject].
	Deferred bool
	// PeerKeyHash, if set, is the hash of the registrar's public key from an
	// out-of-band channel: a registrar with another key that uses Password is
	// refused.
	PeerKeyHash *[20]byte
}

// EnrolleeState is what an [Enrollee] is waiting for.
//
// Its values are [EnrolleeIdle], [SentM1], [SentM3], [SentM5], [SentM7],
// [WaitAdoption], [SentDone] and [EnrolleeEnded].
type EnrolleeState uint8

// The states, named after the message sent last.
const (
	EnrolleeIdle EnrolleeState = iota // M1 was not sent yet
	SentM1                            // waits for M2
	SentM3                            // waits for M4
	SentM5                            // waits for M6
	SentM7                            // waits for M8
	WaitAdoption                      // an access point: its new settings wait for Adopt or Reject
	SentDone                          // an access point: waits for WSC_ACK
	EnrolleeEnded
)

var enrolleeStates = [...]string{"idle", "sent M1", "sent M3", "sent M5", "sent M7", "waits for the adoption of settings", "sent WSC_Done", "ended"}

// String returns the state in words.
func (s EnrolleeState) String() string {
	if int(s) < len(enrolleeStates) {
		return enrolleeStates[s]
	}
	return fmt.Sprintf("EnrolleeState(%d)", uint8(s))
}

// Enrollee is the machine of the side that has a password and wants
// credentials, or of an access point that is read or configured. Pass it the
// registrar's messages, and send what it returns.
type Enrollee struct {
	run
	ap                 *wps.Credential
	alternativeKeyHash *[20]byte
	m2d                *wps.M2D
	readOnly           bool
	deferred           bool
	state              EnrolleeState
	proved             bool
}

// NewEnrollee returns an enrollee for one run. The error is of class
// [ErrConfig].
func NewEnrollee(cfg EnrolleeConfig) (*Enrollee, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	e := &Enrollee{
		run: newRun(RoleEnrollee, cfg.Config),
		ap:  cfg.AP, readOnly: cfg.ReadOnly, deferred: cfg.Deferred, alternativeKeyHash: cloneHash(cfg.AlternativeKeyHash),
	}
	e.peerKeyHash, e.enrolleeMAC = cloneHash(cfg.PeerKeyHash), cfg.Device.MAC
	e.password, e.alternative = cfg.Password.clone(), cfg.Alternative.clone()
	return e, nil
}

// State returns what the enrollee is waiting for.
func (e *Enrollee) State() EnrolleeState {
	if e.ended {
		return EnrolleeEnded
	}
	return e.state
}

// M2D returns the registrar's last M2D, or nil. Nothing in it is authenticated:
// use it for diagnosis only.
func (e *Enrollee) M2D() *wps.M2D { return e.m2d }

// Proved reports whether the registrar has proved both halves of the password,
// in M6. It then has the right password, whatever follows.
func (e *Enrollee) Proved() bool { return e.proved }

// DevicePasswordID returns the identifier of the password that the run uses. An
// access point with two passwords learns from M2 which one it is.
func (e *Enrollee) DevicePasswordID() wps.DevicePasswordID { return e.password.ID }

// Waiting reports whether new settings wait for [Enrollee.Adopt] or
// [Enrollee.Reject].
func (e *Enrollee) Waiting() bool { return e.State() == WaitAdoption }

// NewSettings returns a copy of the settings that wait for a decision, or nil.
func (e *Enrollee) NewSettings() *wps.Credential {
	if !e.Waiting() {
		return nil
	}
	return (&Result{AP: e.ensureResult().AP}).Clone().AP
}

// Adopt accepts the waiting settings, and returns WSC_Done. The error is
// [ErrEnded] if none wait.
func (e *Enrollee) Adopt() ([]byte, error) {
	switch {
	case !e.Waiting():
		return nil, errEnded
	case e.refusal != nil:
		return e.answerReceived(nil, e.refusal)
	case e.readOnly:
		return e.Reject(wps.SetupLocked, ErrLocked)
	}
	return e.answerReceived(e.conclude(), nil)
}

// Reject refuses the waiting settings, and returns a WSC_NACK with the
// configuration error. The reason, if not nil, is wrapped by the [*Error] of
// the run. The error is [ErrEnded] if none wait, and that of the run otherwise.
func (e *Enrollee) Reject(ce wps.ConfigError, reason error) ([]byte, error) {
	if !e.Waiting() {
		return nil, errEnded
	}
	return e.answerReceived(nil, &Error{ConfigError: ce, Err: reason, class: classOf(ce, ErrRefused)})
}

// answerReceived answers the message with the waiting settings.
func (e *Enrollee) answerReceived(m wps.List, err error) ([]byte, error) {
	msg := e.undecided
	e.undecided = nil
	t, _ := wps.PeekMessageType(msg)
	return e.answerLater(msg, t, m, err)
}

// SetReadOnly changes [EnrolleeConfig.ReadOnly] for the rest of the run.
func (e *Enrollee) SetReadOnly(readOnly bool) { e.readOnly = readOnly }

// SetAP replaces the settings of an access point for M7, until that was sent:
// they have changed.
func (e *Enrollee) SetAP(settings *wps.Credential) {
	if e.ap != nil {
		e.ap = settings
	}
}

// Start returns M1, which begins the run. It returns the same octets if it is
// called again before M2 arrives.
func (e *Enrollee) Start() ([]byte, error) {
	switch {
	case e.ended || e.state > SentM1:
		return nil, errEnded
	case e.state == SentM1:
		return e.chain, nil
	}
	if err := e.draw(e.n1[:]); err != nil {
		return nil, e.Abort(err)
	}
	if err := e.makeKeyPair(); err != nil {
		return nil, e.Abort(err)
	}
	e.pke = e.own.publicKey()
	m := wps.M1{
		Header: e.fullHeader(), Device: e.cfg.Device,
		EnrolleeNonce: e.n1, PublicKey: *e.pke, DevicePasswordID: e.password.ID,
	}
	if m.State == 0 {
		m.State = wps.NotConfigured
	}
	e.state = SentM1
	return e.answer(nil, wps.MessageM1, &m, nil)
}

// Handle processes a message of the registrar and returns the answer, or nil.
// The answer belongs to the machine and must not be changed.
//
//   - An error of class [ErrIgnored] says that the message was not for this
//     run, or could have been forged by anyone: the run continues.
//   - [ErrEnded] says that the run had ended before.
//   - Any other error ends the run; it is an [*Error]. The answer, a WSC_NACK,
//     must still be sent.
//   - A repeated message gets the same answer.
//
// When [Enrollee.Ended] reports true after a nil error, [Enrollee.Result] is
// not nil.
func (e *Enrollee) Handle(msg []byte) ([]byte, error) {
	if e.State() == EnrolleeIdle {
		return nil, ignored(errNotDue)
	}
	return e.handle(msg, func(t wps.MessageType, msg []byte) (wps.List, error) {
		handle, ok := enrolleeHandlers[t]
		if !ok {
			return nil, ignored(errWrongRole)
		}
		return handle(e, msg)
	})
}

// enrolleeHandlers has one method for each message that an enrollee receives.
var enrolleeHandlers = map[wps.MessageType]func(*Enrollee, []byte) (wps.List, error){
	wps.MessageM2:   (*Enrollee).handleM2,
	wps.MessageM2D:  (*Enrollee).handleM2D,
	wps.MessageM4:   (*Enrollee).handleM4,
	wps.MessageM6:   (*Enrollee).handleM6,
	wps.MessageM8:   (*Enrollee).handleM8,
	wps.MessageNACK: (*Enrollee).handleNACK,
	wps.MessageACK:  (*Enrollee).handleACK,
}

// readIn decodes one of M4 to M8, which is valid in one state only.
func (e *Enrollee) readIn(due EnrolleeState, m wps.List, msg []byte) error {
	if e.state != due {
		return e.rejectOrIgnore(msg, errNotDue)
	}
	return e.read(m, msg)
}

// handleM2 checks the registrar's key and derives the keys.
func (e *Enrollee) handleM2(msg []byte) (wps.List, error) {
	if e.state != SentM1 {
		return nil, e.rejectOrIgnore(msg, errNotDue)
	}
	var x struct { // one allocation
		in  wps.M2
		out wps.M3
	}
	m := &x.in
	if err := wps.Decode(m, msg, e.mode); err != nil {
		copy(e.n2[:], wps.Find(msg, wps.AttrRegistrarNonce)) // for the NACK
		if err := e.rejectOrIgnore(msg, err); !errors.Is(err, ErrIgnored) {
			return nil, err
		}
		e.n2 = wps.Nonce{}
		return nil, ignored(err)
	}
	if m.EnrolleeNonce != e.n1 {
		return nil, ignored(errNotOurs)
	}
	e.n2 = m.RegistrarNonce
	keys, derived, err := e.agree(&m.PublicKey)
	if err != nil {
		return nil, wrong(err)
	}
	if err := derived.cipher.VerifyAuthenticator(e.chain, msg); err != nil {
		// Another M2 may follow: the undamaged one of this registrar.
		keys.Clear()
		derived.cipher.Clear()
		e.n2 = wps.Nonce{}
		return nil, ignored(err)
	}
	e.setKeys(&keys, derived)
	e.cfg = nil
	peer := &struct { // not pointers to parts of M2, which would keep all of it
		key    wps.PublicKey
		device wps.Device
		wfa    wps.WFAExtension
	}{m.PublicKey, m.Device, m.WFA}
	e.pkr = &peer.key
	e.setPeer(&peer.device, &peer.wfa, m.Quirks)
	return e.acceptM2(msg, m, &x.out)
}

// acceptM2 checks the rest of M2, and commits to the password in M3, which is
// out, or accepts the settings of M2.
func (e *Enrollee) acceptM2(msg []byte, m *wps.M2, out *wps.M3) (wps.List, error) {
	if !e.alternative.IsZero() && m.DevicePasswordID == e.alternative.ID {
		e.password, e.alternative = e.alternative, e.password
		e.peerKeyHash = e.alternativeKeyHash
	}
	switch {
	case e.refusal != nil:
		return nil, e.refusal
	case e.endsWithM2() && e.peerKeyHash == nil: // an unknown key
		return nil, &Error{ConfigError: wps.PublicKeyHashMismatch, Err: errUnprovenKey}
	case e.peerKeyHash != nil && PublicKeyHash(&m.PublicKey) != *e.peerKeyHash:
		return nil, &Error{ConfigError: wps.PublicKeyHashMismatch, Err: ErrKeyHash}
	case e.password.secretless() && !e.endsWithM2(): // an access point's: see NewEnrollee
		return nil, &Error{ConfigError: wps.SetupLocked, Err: ErrLocked}
	case !samePassword(e.password.ID, m.DevicePasswordID):
		return nil, wrong(errPasswordID)
	case e.endsWithM2() && m.EncryptedSettings == nil:
		return nil, wrong(errNoSettings)
	case e.endsWithM2():
		return e.accept(msg, m.EncryptedSettings, new(wps.M8Settings))
	}
	hash, err := e.commit()
	e.state = SentM3
	*out = wps.M3{Header: e.header(), RegistrarNonce: e.n2, EHash1: hash[0], EHash2: hash[1]}
	return out, err
}

// passwordChanges are the pairs of Device Password IDs, in M1 and in M2, that
// count as the same: P2P's change of the side that shows the PIN, and
// registrars that send 0 in push-button mode [hostap].
var passwordChanges = map[[2]wps.DevicePasswordID]bool{
	{wps.PasswordDefault, wps.PasswordRegistrarSpecified}: true,
	{wps.PasswordRegistrarSpecified, wps.PasswordDefault}: true,
	{wps.PasswordPushButton, wps.PasswordDefault}:         true,
}

func samePassword(m1, m2 wps.DevicePasswordID) bool {
	return m1 == m2 || passwordChanges[[2]wps.DevicePasswordID{m1, m2}]
}

// handleM2D records that the registrar does not register the enrollee, or not
// yet. A station acknowledges and waits for an M2; an access point gives up
// [hostap]. M2D is not part of the run: a late one, of another registrar, does
// not disturb it.
func (e *Enrollee) handleM2D(msg []byte) (wps.List, error) {
	if e.state != SentM1 {
		return nil, ignored(errNotDue)
	}
	var m wps.M2D
	if err := wps.Decode(&m, msg, e.mode); err != nil {
		return nil, e.rejectOrIgnore(msg, err)
	}
	if m.EnrolleeNonce != e.n1 {
		return nil, ignored(errNotOurs)
	}
	e.m2d = &m
	if e.ap != nil {
		nack := e.nack(wps.NoError)
		nack.RegistrarNonce = m.RegistrarNonce
		e.finish(e.refusedByM2D())
		return nack, nil
	}
	ack := e.ack()
	ack.RegistrarNonce = m.RegistrarNonce
	return ack, nil
}

// Refused returns the error with which the run ends if no M2 follows the
// registrar's M2D, or nil if there was none. Like [Enrollee.M2D] it is not
// authentic.
func (e *Enrollee) Refused() *Error {
	if e.m2d == nil {
		return nil
	}
	return e.refusedByM2D()
}

// refusedByM2D is the error that an M2D leads to when no M2 follows.
func (e *Enrollee) refusedByM2D() *Error {
	ce := e.m2d.ConfigError
	return &Error{Message: wps.MessageM2D, ConfigError: ce, DetectedBy: RoleRegistrar, class: classOf(ce, ErrNoRegistrar)}
}

// handleM4 verifies the registrar's proof of the first half, and proves it in
// return.
func (e *Enrollee) handleM4(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in        wps.M4
		opened    wps.M4Settings
		out       wps.M5
		disclosed wps.M5Settings
		buffer    sealRoom
	}
	if err := e.readIn(SentM3, &x.in, msg); err != nil {
		return nil, err
	}
	e.setPeerHashes(x.in.RHash1, x.in.RHash2)
	if err := e.verify(x.in.EncryptedSettings, &x.opened, &x.opened.RSNonce1, 1, &x.buffer); err != nil {
		return nil, err
	}
	var err error
	x.out.Header, x.out.RegistrarNonce = e.header(), e.n2
	x.disclosed.ESNonce1 = e.halves[0].secret
	x.out.EncryptedSettings, err = e.seal(&x.disclosed, &x.buffer)
	clear(x.disclosed.ESNonce1[:])
	e.state = SentM5
	return &x.out, err
}

// handleM6 verifies the registrar's proof of the second half. The registrar
// then has the password, so M7 may disclose the second half and the settings.
func (e *Enrollee) handleM6(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in        wps.M6
		opened    wps.M6Settings
		out       wps.M7
		disclosed wps.M7Settings
		buffer    sealRoom
	}
	if err := e.readIn(SentM5, &x.in, msg); err != nil {
		return nil, err
	}
	if err := e.verify(x.in.EncryptedSettings, &x.opened, &x.opened.RSNonce2, 2, &x.buffer); err != nil {
		return nil, err
	}
	e.proved = true
	var err error
	x.out.Header, x.out.RegistrarNonce = e.header(), e.n2
	if e.ap != nil {
		x.out.WFA.SettingsDelayTime = e.settingsDelay
	}
	x.disclosed.ESNonce2, x.disclosed.AP = e.halves[1].secret, withMAC(e.ap, e.enrolleeMAC)
	x.out.EncryptedSettings, err = e.seal(&x.disclosed, &x.buffer)
	clear(x.disclosed.ESNonce2[:])
	e.state = SentM7
	return &x.out, err
}

// withMAC returns an access point's settings with its address, if they lack
// one.
func withMAC(settings *wps.Credential, mac wps.MAC) *wps.Credential {
	if settings == nil || settings.MAC != (wps.MAC{}) {
		return settings
	}
	c := *settings
	c.MAC = mac
	return &c
}

// handleM8 accepts the credentials or settings, and answers with WSC_Done.
func (e *Enrollee) handleM8(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in     wps.M8
		opened wps.M8Settings
	}
	if err := e.readIn(SentM7, &x.in, msg); err != nil {
		return nil, err
	}
	return e.accept(msg, x.in.EncryptedSettings, &x.opened)
}

// accept accepts the settings of M8, or of M2 if the run ends with it. New
// settings of an access point can wait for a decision.
func (e *Enrollee) accept(msg, value []byte, s *wps.M8Settings) (wps.List, error) {
	if e.readOnly {
		return nil, &Error{ConfigError: wps.SetupLocked, Err: ErrLocked}
	}
	if err := e.openCredentials(value, s); err != nil {
		return nil, err
	}
	if e.deferred && e.ap != nil {
		e.state, e.undecided = WaitAdoption, msg
		return nil, nil
	}
	return e.conclude(), nil
}

// openCredentials decrypts the settings of M8 or M2 into the result. Version 2.0 does not allow WEP: a WEP
// credential is dropped, and the run fails if there is no other. The caller
// checks whether the others are usable: see [wps.Credential.Usable].
func (e *Enrollee) openCredentials(value []byte, s *wps.M8Settings) error {
	if e.ap != nil {
		s.AP = new(wps.Credential)
	}
	if err := e.open(value, s, nil); err != nil {
		return err
	}
	result := e.ensureResult()
	result.Credentials = s.Credentials[:0]
	for i := range s.Credentials {
		if c := &s.Credentials[i]; errors.Is(c.Usable(), wps.ErrWEP) {
			c.Clear()
		} else {
			result.Credentials = append(result.Credentials, *c)
		}
	}
	clear(s.Credentials[len(result.Credentials):])
	wep := e.ap == nil && len(result.Credentials) == 0 || e.ap != nil && !e.deferred && errors.Is(s.AP.Usable(), wps.ErrWEP)
	if wep {
		return &Error{Err: wps.ErrWEP, class: wps.ErrUnusable}
	}
	result.AP = s.AP
	if len(s.NewPassword) > 0 {
		result.NewPassword = newPassword(s.DevicePasswordID, s.NewPassword)
	}
	return nil
}

// conclude returns WSC_Done, the answer to settings that were accepted. The run
// of a station ends with it; an access point waits for WSC_ACK, but keeps its
// settings whatever arrives instead.
func (e *Enrollee) conclude() wps.List {
	if e.ap == nil {
		e.endsAfterReply = true
	} else {
		e.state, e.settled = SentDone, true
	}
	return e.done()
}

// handleACK ends the run of an access point.
func (e *Enrollee) handleACK(msg []byte) (wps.List, error) {
	var m wps.ACK
	if err := wps.Decode(&m, msg, e.mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case !e.noncesMatch(m.EnrolleeNonce, m.RegistrarNonce):
		return nil, ignored(errNotOurs)
	case e.state != SentDone:
		return nil, ignored(errNotDue)
	}
	e.finish(nil)
	return nil, nil
}

// handleNACK ends the run. It is not a failure if a registrar has only read an
// access point's settings (WSC 2.0 Table 34), nor after WSC_Done, which some
// registrars answer in this way [hostap].
func (e *Enrollee) handleNACK(msg []byte) (wps.List, error) {
	var m wps.NACK
	if err := wps.Decode(&m, msg, e.mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case !e.noncesMatch(m.EnrolleeNonce, m.RegistrarNonce):
		return nil, ignored(errNotOurs)
	case e.settled:
		e.finish(nil)
	case e.ap != nil && e.state == SentM7 && m.ConfigError == wps.NoError:
		e.ensureResult().SettingsRead = true
		e.finish(nil)
	default:
		return e.peerFailed(m.ConfigError), nil
	}
	return nil, nil
}

// Closed ends the run because the transport has ended the exchange, as EAP does
// with EAP-Failure. This is a success after WSC_Done, and a failure before. It
// returns the error of the run.
func (e *Enrollee) Closed() error {
	switch {
	case e.ended:
	case e.settled:
		e.finish(nil)
	case e.m2d != nil && e.state == SentM1:
		e.finish(e.refusedByM2D())
	default:
		e.finish(e.closed())
	}
	return e.err
}
