package registration

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/wps"
)

// EnrolleeConfig is what an enrollee is told.
type EnrolleeConfig struct {
	Config
	// Password is the enrollee's own: its PIN, the push button, an NFC
	// token. An access point without one refuses with [wps.SetupLocked].
	Password Password
	// AP, if set, makes the enrollee an access point that an external
	// registrar reads or configures: its present settings, which M7 tells.
	AP *wps.Credential
	// ReadOnly lets external registrars read an access point's settings and
	// refuses new ones with [wps.SetupLocked] (hostap's ap_setup_locked=2).
	ReadOnly bool
	// PeerKeyHash, if set, is the hash of the registrar's public key as an
	// out-of-band channel told it. A run that ends with M2 needs it.
	PeerKeyHash *[20]byte
	// TrustTransport takes the settings in M2 without PeerKeyHash, where
	// the transport itself is secure (IEEE 1905.1).
	TrustTransport bool
}

// EnrolleeState says what an [Enrollee] is waiting for.
type EnrolleeState uint8

// The states, named as iwd and hostap name them.
const (
	EnrolleeIdle EnrolleeState = iota // M1 was not sent yet
	SentM1                            // waits for M2
	SentM3                            // waits for M4
	SentM5                            // waits for M6
	SentM7                            // waits for M8
	SentDone                          // an access point: waits for WSC_ACK
	EnrolleeEnded
)

var enrolleeStates = [...]string{"idle", "sent M1", "sent M3", "sent M5", "sent M7", "sent WSC_Done", "ended"}

// String returns the state in words.
func (s EnrolleeState) String() string {
	if int(s) < len(enrolleeStates) {
		return enrolleeStates[s]
	}
	return fmt.Sprintf("EnrolleeState(%d)", uint8(s))
}

// Enrollee is the machine of the side that has a password and wants
// credentials, or of an access point that is read or configured. Feed it with
// what the registrar sends, send what it returns.
type Enrollee struct {
	run
	ap             *wps.Credential
	readOnly       bool
	peerKeyHash    *[20]byte
	trustTransport bool
	state          EnrolleeState
	m2d            *wps.M2D
	proved         bool
}

// NewEnrollee returns an enrollee for one run. The error is of class
// [ErrConfig].
func NewEnrollee(cfg EnrolleeConfig) (*Enrollee, error) {
	e := &Enrollee{
		run: run{cfg: cfg.Config, role: RoleEnrollee, password: cfg.Password.clone(), enrolleeMAC: cfg.Device.MAC},
		ap:  cfg.AP, readOnly: cfg.ReadOnly, peerKeyHash: cfg.PeerKeyHash, trustTransport: cfg.TrustTransport,
	}
	switch {
	case cfg.Password.IsZero() && cfg.AP == nil:
		return nil, fmt.Errorf("%w: an enrollee needs a password", ErrConfig)
	case cfg.Password.abbreviated() && cfg.PeerKeyHash == nil && !cfg.TrustTransport:
		return nil, fmt.Errorf("%w: a run that ends with M2 needs the hash of the registrar's key, or a transport to trust", ErrConfig)
	case cfg.Password.secretless() && !cfg.Password.abbreviated() && cfg.AP == nil:
		return nil, fmt.Errorf("%w: the password is empty", ErrConfig)
	}
	return e, nil
}

// Role returns [RoleEnrollee].
func (e *Enrollee) Role() Role { return RoleEnrollee }

// State returns what the enrollee is waiting for.
func (e *Enrollee) State() EnrolleeState {
	if e.ended {
		return EnrolleeEnded
	}
	return e.state
}

// M2D returns the registrar's last "not now", or nil. Nothing in it is
// authenticated: it is for diagnosis.
func (e *Enrollee) M2D() *wps.M2D { return e.m2d }

// Proved reports whether the registrar has proved both halves of the password,
// in M6: whatever follows, it has the right one.
func (e *Enrollee) Proved() bool { return e.proved }

// Start returns M1, which begins the run; the same octets if called again.
func (e *Enrollee) Start() ([]byte, error) {
	if e.state != EnrolleeIdle {
		if e.state == SentM1 {
			return e.replied, nil
		}
		return nil, ErrEnded
	}
	if err := e.prepare(&e.n1); err != nil {
		return nil, e.Abort(err)
	}
	e.pke = e.own.PublicKey()
	m := wps.M1{
		Header: e.firstHeader(), Device: e.cfg.Device,
		EnrolleeNonce: e.n1, PublicKey: e.pke, DevicePasswordID: e.password.ID,
	}
	if m.State == 0 {
		m.State = wps.NotConfigured
	}
	out, err := e.say(nil, &m)
	if err != nil {
		return nil, e.Abort(err)
	}
	e.state = SentM1
	return out, nil
}

// Handle takes a message of the registrar and returns the answer, or nothing.
//
//   - An error of class [ErrIgnored] tells that the message was not for this
//     run, or could have been forged by anyone: the run goes on.
//   - Any other error ends the run; it is an [*Error]. The answer, a WSC_NACK,
//     is still to be sent.
//   - A message that is received once more gets the same answer.
//
// When [Enrollee.Ended] reports true after a nil error, [Enrollee.Result] is
// there.
func (e *Enrollee) Handle(msg []byte) ([]byte, error) {
	switch {
	case e.repeated(msg):
		return e.replied, nil
	case e.ended:
		return nil, ErrEnded
	case e.state == EnrolleeIdle:
		return nil, ignored(errNotNow)
	}
	heard := append([]byte(nil), msg...)
	t, err := wps.PeekMessageType(heard)
	if err != nil {
		return e.settle(heard, t, e.unreadable(heard, err))
	}
	handle, ok := enrolleeHandlers[t]
	if !ok {
		return nil, ignored(errWrongRole)
	}
	out, err := handle(e, heard)
	if err == nil || out != nil {
		return out, err
	}
	return e.settle(heard, t, err)
}

// enrolleeHandlers has one method for each message that an enrollee receives.
var enrolleeHandlers = map[wps.MessageType]func(*Enrollee, []byte) ([]byte, error){
	wps.MessageM2:   (*Enrollee).handleM2,
	wps.MessageM2D:  (*Enrollee).handleM2D,
	wps.MessageM4:   (*Enrollee).handleM4,
	wps.MessageM6:   (*Enrollee).handleM6,
	wps.MessageM8:   (*Enrollee).handleM8,
	wps.MessageNACK: (*Enrollee).handleNACK,
	wps.MessageACK:  (*Enrollee).handleACK,
}

// unreadable decides on a message that cannot be read: if it has our nonce,
// it is the peer's fault.
func (e *Enrollee) unreadable(msg []byte, err error) error {
	return e.blame(msg, wps.AttrEnrolleeNonce, &e.n1, err)
}

// due checks that a message that an enrollee does receive comes when its turn
// is. An older one may be a late copy, and is not heard.
func (e *Enrollee) due(msg []byte, want EnrolleeState) error {
	if e.state == want {
		return nil
	}
	return e.unreadable(msg, errNotNow)
}

// handleM2 checks the registrar's key, derives the keys and commits to the
// password in M3.
func (e *Enrollee) handleM2(msg []byte) ([]byte, error) {
	if err := e.due(msg, SentM1); err != nil {
		return nil, err
	}
	var m wps.M2
	if err := wps.Decode(&m, msg, e.cfg.Mode); err != nil {
		return nil, e.unreadable(msg, err)
	}
	if m.EnrolleeNonce != e.n1 {
		return nil, ignored(errNotOurs)
	}
	e.n2 = m.RegistrarNonce
	keys, err := e.agree(&m.PublicKey)
	if err != nil {
		return nil, wrong(err)
	}
	cipher := NewCipher(keys)
	if err := cipher.VerifyAuthenticator(e.chain, msg); err != nil {
		// Another M2 may come: that of this registrar, undamaged.
		keys.Clear()
		e.n2 = wps.Nonce{}
		return nil, ignored(err)
	}
	e.adopt(keys, cipher)
	e.pkr = m.PublicKey
	e.meet(&m.Device, &m.Header)
	if err := e.acceptM2(&m); err != nil {
		return nil, err
	}
	e.chain = msg
	if e.password.abbreviated() {
		return e.settingsFromM2(msg, &m)
	}
	return e.m3(msg)
}

// acceptM2 checks what M2 says beside its key.
func (e *Enrollee) acceptM2(m *wps.M2) error {
	switch {
	case e.refusal != nil:
		return e.refused()
	case e.ap != nil && e.password.secretless() && !e.password.abbreviated():
		return &fault{ce: wps.SetupLocked, err: ErrLocked}
	case e.peerKeyHash != nil && PublicKeyHash(&m.PublicKey) != *e.peerKeyHash:
		return &fault{ce: wps.PublicKeyHashMismatch, err: ErrKeyHash}
	case !samePassword(e.password.ID, m.DevicePasswordID):
		return wrong(errPasswordID)
	case e.password.abbreviated() && m.EncryptedSettings == nil:
		return wrong(errNoSettings)
	}
	return nil
}

// passwordChanges are the pairs of Device Password IDs, in M1 and in M2, that
// are taken for one: P2P's change of who shows the PIN, and registrars that
// echo 0 in push-button mode [hostap].
var passwordChanges = map[[2]wps.DevicePasswordID]bool{
	{wps.PasswordDefault, wps.PasswordRegistrarSpecified}: true,
	{wps.PasswordRegistrarSpecified, wps.PasswordDefault}: true,
	{wps.PasswordPushButton, wps.PasswordDefault}:         true,
}

func samePassword(m1, m2 wps.DevicePasswordID) bool {
	return m1 == m2 || passwordChanges[[2]wps.DevicePasswordID{m1, m2}]
}

// settingsFromM2 ends a run of two messages.
func (e *Enrollee) settingsFromM2(msg []byte, m *wps.M2) ([]byte, error) {
	var s wps.M2Settings
	if e.ap != nil {
		s.AP = new(wps.Credential)
	}
	if err := e.open(m.EncryptedSettings, &s); err != nil {
		return nil, &fault{ce: wps.DecryptionCRCFailure, err: err}
	}
	return e.accept(msg, s.Credentials, s.AP)
}

// m3 answers M2: E-Hash1 and E-Hash2.
func (e *Enrollee) m3(msg []byte) ([]byte, error) {
	m := wps.M3{Header: e.header(), RegistrarNonce: e.n2}
	var err error
	if m.EHash1, m.EHash2, err = e.commit(); err != nil {
		return nil, err
	}
	e.state = SentM3
	return e.say(msg, &m)
}

// handleM2D notes that the registrar will not, or not yet. A station
// acknowledges and waits for an M2; an access point gives up [hostap].
func (e *Enrollee) handleM2D(msg []byte) ([]byte, error) {
	if e.state != SentM1 {
		return nil, ignored(errNotNow)
	}
	var m wps.M2D
	if err := wps.Decode(&m, msg, e.cfg.Mode); err != nil {
		return nil, e.unreadable(msg, err)
	}
	if m.EnrolleeNonce != e.n1 {
		return nil, ignored(errNotOurs)
	}
	e.m2d = &m
	if e.ap != nil {
		e.finish(e.notNow())
		out, err := e.nackTo(msg, m.RegistrarNonce)
		if err != nil {
			return nil, err
		}
		return out, e.err
	}
	ack := wps.ACK{}
	ack.Header, ack.EnrolleeNonce, ack.RegistrarNonce = e.header(), e.n1, m.RegistrarNonce
	return e.say(msg, &ack)
}

// nackTo answers a registrar whose nonce is not that of the run, for M2D is
// no part of it.
func (e *Enrollee) nackTo(msg []byte, registrar wps.Nonce) ([]byte, error) {
	m := wps.NACK{}
	m.Header, m.EnrolleeNonce, m.RegistrarNonce = e.header(), e.n1, registrar
	return e.say(msg, &m)
}

// notNow is the error that an M2D leads to when no M2 follows.
func (e *Enrollee) notNow() *Error {
	ce := e.m2d.ConfigError
	return &Error{Message: wps.MessageM2D, ConfigError: ce, DetectedBy: RoleRegistrar, class: classOf(ce, ErrNoRegistrar)}
}

// handleM4 has the registrar prove the first half, and proves it in return.
func (e *Enrollee) handleM4(msg []byte) ([]byte, error) {
	if err := e.due(msg, SentM3); err != nil {
		return nil, err
	}
	if err := e.authentic(msg, wps.AttrEnrolleeNonce, &e.n1); err != nil {
		return nil, err
	}
	var m wps.M4
	if err := e.decode(&m, msg); err != nil {
		return nil, err
	}
	var s wps.M4Settings
	if err := e.openProof(m.EncryptedSettings, &s); err != nil {
		return nil, err
	}
	if err := e.verify(&m.RHash1, &s.RSNonce1, 1); err != nil {
		return nil, err
	}
	e.hash2 = m.RHash2
	e.chain = msg
	var out wps.M5
	out.Header, out.Nonce = e.header(), e.n2
	var err error
	if out.EncryptedSettings, err = e.seal(&wps.M5Settings{ESNonce1: e.s1}); err != nil {
		return nil, err
	}
	e.state = SentM5
	return e.say(msg, &out)
}

// handleM6 has the registrar prove the second half. Now it is known to have
// the password, and M7 may tell all.
func (e *Enrollee) handleM6(msg []byte) ([]byte, error) {
	if err := e.due(msg, SentM5); err != nil {
		return nil, err
	}
	if err := e.authentic(msg, wps.AttrEnrolleeNonce, &e.n1); err != nil {
		return nil, err
	}
	var m wps.M6
	if err := e.decode(&m, msg); err != nil {
		return nil, err
	}
	var s wps.M6Settings
	if err := e.openProof(m.EncryptedSettings, &s); err != nil {
		return nil, err
	}
	if err := e.verify(&e.hash2, &s.RSNonce2, 2); err != nil {
		return nil, err
	}
	e.proved = true
	e.chain = msg
	var out wps.M7
	out.Header, out.Nonce = e.header(), e.n2
	if e.ap != nil && !e.cfg.Version10 {
		out.WFA.SettingsDelayTime = e.cfg.WFA.SettingsDelayTime
	}
	var err error
	if out.EncryptedSettings, err = e.seal(&wps.M7Settings{ESNonce2: e.s2, AP: e.ap}); err != nil {
		return nil, err
	}
	e.state = SentM7
	return e.say(msg, &out)
}

// handleM8 takes the credentials or settings, and says so in WSC_Done.
func (e *Enrollee) handleM8(msg []byte) ([]byte, error) {
	if err := e.due(msg, SentM7); err != nil {
		return nil, err
	}
	if err := e.authentic(msg, wps.AttrEnrolleeNonce, &e.n1); err != nil {
		return nil, err
	}
	var m wps.M8
	if err := e.decode(&m, msg); err != nil {
		return nil, err
	}
	if e.readOnly {
		return nil, &fault{ce: wps.SetupLocked, err: ErrLocked}
	}
	var s wps.M8Settings
	if e.ap != nil {
		s.AP = new(wps.Credential)
	}
	if err := e.openProof(m.EncryptedSettings, &s); err != nil {
		return nil, err
	}
	if len(s.NewPassword) > 0 {
		e.result.NewPassword = Password{ID: s.DevicePasswordID, secret: append([]byte(nil), s.NewPassword...)}
	}
	return e.accept(msg, s.Credentials, s.AP)
}

// accept takes what was given, except for WEP, which version 2.0 forbids to
// give and to take: a credential of that kind is dropped, and the run fails
// if nothing else is there. Whether the others can be used is for the caller
// to ask: see [wps.Credential.Usable].
func (e *Enrollee) accept(msg []byte, credentials []wps.Credential, ap *wps.Credential) ([]byte, error) {
	for i := range credentials {
		if !errors.Is(credentials[i].Usable(), wps.ErrWEP) {
			e.result.Credentials = append(e.result.Credentials, credentials[i])
		}
	}
	if len(e.result.Credentials) == 0 && ap == nil || ap != nil && errors.Is(ap.Usable(), wps.ErrWEP) {
		return nil, &fault{err: wps.ErrWEP, class: wps.ErrUnusable}
	}
	e.result.AP = ap
	out, err := e.done(msg)
	if err != nil {
		return nil, err
	}
	if e.ap == nil || e.password.abbreviated() {
		e.finish(nil)
	} else {
		e.state = SentDone
	}
	return out, nil
}

// handleACK ends the run of an access point.
func (e *Enrollee) handleACK(msg []byte) ([]byte, error) {
	var m wps.ACK
	if err := wps.Decode(&m, msg, e.cfg.Mode); err != nil || e.state != SentDone || !e.ours(m.EnrolleeNonce, m.RegistrarNonce) {
		return nil, ignored(errNotNow)
	}
	e.finish(nil)
	return nil, nil
}

// handleNACK ends the run. It is no failure where a registrar has read an
// access point's settings and wants nothing else (WSC 2.0 Table 34).
func (e *Enrollee) handleNACK(msg []byte) ([]byte, error) {
	var m wps.NACK
	if err := wps.Decode(&m, msg, e.cfg.Mode); err != nil {
		return nil, ignored(err)
	}
	if !e.ours(m.EnrolleeNonce, m.RegistrarNonce) {
		return nil, ignored(errNotOurs)
	}
	if e.state == SentDone {
		// Some registrars answer WSC_Done by WSC_NACK [hostap].
		e.finish(nil)
		return nil, nil
	}
	if e.ap != nil && e.state == SentM7 && m.ConfigError == wps.NoError {
		e.result.SettingsRead = true
		e.finish(nil)
		return nil, nil
	}
	return e.peerFailed(msg, m.ConfigError)
}

// Closed tells the enrollee that the transport has ended the exchange, as EAP
// does with EAP-Failure. It is success after WSC_Done, and failure before,
// whatever was meant.
func (e *Enrollee) Closed() error {
	switch {
	case e.ended:
	case e.state == SentDone:
		e.finish(nil)
	case e.m2d != nil && e.state == SentM1:
		e.finish(e.notNow())
	default:
		e.finish(e.closed())
	}
	return e.err
}
