package registration

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/gowps/gowps/wps"
)

// RegistrarConfig is what a registrar is told.
type RegistrarConfig struct {
	Config
	// Admit is called once, with M1, and says which password the enrollee
	// has to prove. An error of type *NotNow, or any other, sends M2D.
	// By default Password is used for whoever comes.
	Admit func(m1 *wps.M1) (Admission, error)
	// Password is the one to expect if Admit is nil.
	Password Password
	// Credentials are given to a station, the first being the network that
	// it should join. Their MAC, if zero, becomes the enrollee's.
	Credentials []wps.Credential
	// AP makes this the external registrar of an access point, which reads
	// its settings in M7.
	AP bool
	// NewSettings, with AP, are written in M8; nil only reads.
	NewSettings *wps.Credential
}

// Admission is what a registrar knows about the enrollee that sent M1.
type Admission struct {
	// Password is what the enrollee has to prove.
	Password Password
	// PeerKeyHash, if set, is the hash of the enrollee's public key as an
	// out-of-band channel told it.
	PeerKeyHash *[20]byte
	// Credentials, if not empty, are given instead of the configured ones.
	Credentials []wps.Credential
}

// NotNow, returned by Admit, is sent in M2D as the reason why the enrollee is
// not registered now.
type NotNow struct {
	ConfigError wps.ConfigError // NoError if nobody entered a PIN or pressed a button
	Err         error           // the reason on this side
}

// Error returns the reason.
func (n *NotNow) Error() string {
	if n.Err == nil {
		return ErrNoRegistrar.Error()
	}
	return n.Err.Error()
}

// Unwrap returns the reason on this side.
func (n *NotNow) Unwrap() error { return n.Err }

// RegistrarState says what a [Registrar] is waiting for.
type RegistrarState uint8

// The states, named by the message sent last.
const (
	WaitM1  RegistrarState = iota
	SentM2D                // waits for WSC_ACK, or for Resume
	SentM2                 // waits for M3
	SentM4                 // waits for M5
	SentM6                 // waits for M7
	SentM8                 // waits for WSC_Done
	RegistrarEnded
)

var registrarStates = [...]string{"waits for M1", "sent M2D", "sent M2", "sent M4", "sent M6", "sent M8", "ended"}

// String returns the state in words.
func (s RegistrarState) String() string {
	if int(s) < len(registrarStates) {
		return registrarStates[s]
	}
	return fmt.Sprintf("RegistrarState(%d)", uint8(s))
}

// Registrar is the machine of the side that was told the enrollee's password
// and has credentials to give, or that reads or configures an access point.
// Feed it with what the enrollee sends, send what it returns.
type Registrar struct {
	run
	admit       func(*wps.M1) (Admission, error)
	credentials []wps.Credential
	ap          bool
	newSettings *wps.Credential
	state       RegistrarState
	m1          wps.M1
	exposed     bool
	proved      bool
}

// NewRegistrar returns a registrar for one run. The error is of class
// [ErrConfig].
func NewRegistrar(cfg RegistrarConfig) (*Registrar, error) {
	r := &Registrar{
		run:   run{cfg: cfg.Config, role: RoleRegistrar},
		admit: cfg.Admit, credentials: cfg.Credentials, ap: cfg.AP, newSettings: cfg.NewSettings,
	}
	if r.admit == nil {
		if cfg.Password.secretless() && !cfg.Password.abbreviated() {
			return nil, fmt.Errorf("%w: a registrar needs a password to expect", ErrConfig)
		}
		password := cfg.Password.clone()
		r.admit = func(m1 *wps.M1) (Admission, error) { return admitOnly(&password, m1) }
	}
	if cfg.NewSettings != nil && !cfg.AP {
		return nil, fmt.Errorf("%w: new settings are for an access point", ErrConfig)
	}
	return r, nil
}

// admitOnly admits who has the one password that there is. Identifiers of
// PINs are one for this purpose: the user read the PIN, not its name.
func admitOnly(password *Password, m1 *wps.M1) (Admission, error) {
	asked := m1.DevicePasswordID
	if asked != password.ID && (!pinID(asked) || !pinID(password.ID)) {
		return Admission{}, &NotNow{}
	}
	p := password.clone()
	p.ID = asked
	return Admission{Password: p}, nil
}

// pinID reports whether the password is one of digits that a person read.
func pinID(id wps.DevicePasswordID) bool {
	switch id {
	case wps.PasswordDefault, wps.PasswordUserSpecified, wps.PasswordMachineSpecified, wps.PasswordRegistrarSpecified, wps.PasswordP2PS:
		return true
	}
	return false
}

// Role returns [RoleRegistrar].
func (r *Registrar) Role() Role { return RoleRegistrar }

// State returns what the registrar is waiting for.
func (r *Registrar) State() RegistrarState {
	if r.ended {
		return RegistrarEnded
	}
	return r.state
}

// Enrollee returns the description of the enrollee out of M1. It is not
// authenticated until the run has succeeded.
func (r *Registrar) Enrollee() *wps.M1 { return &r.m1 }

// Exposed reports whether M6 was sent, which proves the second half of the
// password to the enrollee. A run that fails afterwards has spent the PIN:
// it must not be used again.
func (r *Registrar) Exposed() bool { return r.exposed }

// Proved reports whether the enrollee has proved both halves of the password,
// in M7: whatever follows, it has the right one.
func (r *Registrar) Proved() bool { return r.proved }

// Start returns nothing: the enrollee begins.
func (r *Registrar) Start() ([]byte, error) { return nil, nil }

// Handle takes a message of the enrollee and returns the answer, or nothing.
// Errors and repetitions are as with [Enrollee.Handle].
func (r *Registrar) Handle(msg []byte) ([]byte, error) {
	switch {
	case r.repeated(msg):
		return r.replied, nil
	case r.ended:
		return nil, ErrEnded
	}
	heard := append([]byte(nil), msg...)
	t, err := wps.PeekMessageType(heard)
	if err != nil {
		return r.settle(heard, t, r.unreadable(heard, err))
	}
	handle, ok := registrarHandlers[t]
	if !ok {
		return nil, ignored(errWrongRole)
	}
	out, err := handle(r, heard)
	if err == nil || out != nil {
		return out, err
	}
	return r.settle(heard, t, err)
}

// registrarHandlers has one method for each message that a registrar receives.
var registrarHandlers = map[wps.MessageType]func(*Registrar, []byte) ([]byte, error){
	wps.MessageM1:   (*Registrar).handleM1,
	wps.MessageM3:   (*Registrar).handleM3,
	wps.MessageM5:   (*Registrar).handleM5,
	wps.MessageM7:   (*Registrar).handleM7,
	wps.MessageDone: (*Registrar).handleDone,
	wps.MessageACK:  (*Registrar).handleACK,
	wps.MessageNACK: (*Registrar).handleNACK,
}

// unreadable decides on a message that cannot be read. Before M1 there is no
// run that a forgery could disturb.
func (r *Registrar) unreadable(msg []byte, err error) error {
	if r.state == WaitM1 {
		return wrong(err)
	}
	return r.blame(msg, wps.AttrRegistrarNonce, &r.n2, err)
}

// due checks that a message comes when its turn is.
func (r *Registrar) due(msg []byte, want RegistrarState) error {
	if r.state == want {
		return nil
	}
	return r.unreadable(msg, errNotNow)
}

// handleM1 decides whether the enrollee may register, and answers by M2 or
// M2D.
func (r *Registrar) handleM1(msg []byte) ([]byte, error) {
	if r.state != WaitM1 {
		return nil, ignored(errNotNow)
	}
	if err := r.decode(&r.m1, msg); err != nil {
		return nil, err
	}
	if err := CheckPublicKey(&r.m1.PublicKey, nil); err != nil {
		return nil, wrong(err)
	}
	r.n1, r.enrolleeMAC, r.pke = r.m1.EnrolleeNonce, r.m1.MAC, r.m1.PublicKey
	r.meet(&r.m1.Device, &r.m1.Header)
	r.result.Quirks |= flagQuirks(&r.m1)
	r.chain = msg
	if err := r.random(r.n2[:]); err != nil {
		return nil, err
	}
	admission, err := r.admit(&r.m1)
	if err != nil {
		return r.m2d(msg, err)
	}
	return r.admitted(msg, admission)
}

// Resume answers the M1 that M2D was sent for after all: a PIN has been
// entered, or a button pressed, while the enrollee waits. It returns M2.
func (r *Registrar) Resume(admission Admission) ([]byte, error) {
	if r.ended || r.state != SentM2D {
		return nil, ErrEnded
	}
	m1 := r.chain
	out, err := r.admitted(m1, admission)
	if err == nil || out != nil {
		return out, err
	}
	return r.settle(m1, wps.MessageM1, err)
}

// m2d answers that the enrollee is not registered now.
func (r *Registrar) m2d(msg []byte, why error) ([]byte, error) {
	m := wps.M2D{
		Header: r.firstHeader(), Device: r.cfg.Device,
		EnrolleeNonce: r.n1, RegistrarNonce: r.n2,
	}
	var notNow *NotNow
	if errors.As(why, &notNow) {
		m.ConfigError = notNow.ConfigError
	}
	r.refusal = &Error{Message: wps.MessageM1, ConfigError: m.ConfigError, DetectedBy: RoleRegistrar, Err: why, class: classOf(m.ConfigError, ErrNoRegistrar)}
	r.state = SentM2D
	return r.say(msg, &m)
}

// admitted answers M1 by M2.
func (r *Registrar) admitted(msg []byte, a Admission) ([]byte, error) {
	r.refusal = nil
	r.password = a.Password.clone()
	if len(a.Credentials) > 0 {
		r.credentials = a.Credentials
	}
	switch {
	case a.PeerKeyHash != nil && PublicKeyHash(&r.pke) != *a.PeerKeyHash:
		return r.m2d(msg, &NotNow{ConfigError: wps.PublicKeyHashMismatch, Err: ErrKeyHash})
	case r.password.secretless() && !r.password.abbreviated():
		return r.m2d(msg, &NotNow{})
	}
	if r.own == nil {
		if r.own = r.cfg.KeyPair; r.own == nil {
			var err error
			if r.own, err = NewKeyPair(r.cfg.Rand); err != nil {
				return nil, err
			}
		}
	}
	r.pkr = r.own.PublicKey()
	keys, err := r.agree(&r.pke)
	if err != nil {
		return nil, wrong(err)
	}
	r.adopt(keys, NewCipher(keys))
	return r.m2(msg)
}

func (r *Registrar) m2(msg []byte) ([]byte, error) {
	m := wps.M2{
		Header: r.firstHeader(), Device: r.cfg.Device,
		EnrolleeNonce: r.n1, RegistrarNonce: r.n2, PublicKey: r.pkr, DevicePasswordID: r.password.ID,
	}
	r.state = SentM2
	if r.password.abbreviated() {
		s := wps.M2Settings{Credentials: r.give(), AP: r.newSettings}
		if s.AP == nil && len(s.Credentials) == 0 {
			return nil, wrong(errNoCredential)
		}
		var err error
		if m.EncryptedSettings, err = r.seal(&s); err != nil {
			return nil, err
		}
		r.state = SentM8 // the answer due is the same: WSC_Done
	}
	return r.say(msg, &m)
}

// flagQuirks looks for the known faults in an enrollee's type flags.
func flagQuirks(m1 *wps.M1) (q wps.Quirks) {
	switch {
	case m1.AuthTypes&wps.AuthKnown == 0 || m1.EncrTypes&wps.EncrKnown == 0:
		q = wps.QuirkSwappedFlags
	case m1.AuthTypes&wps.AuthWPA2Personal == 0:
		q = wps.QuirkAuthFlags
	}
	return q
}

// authenticEnrollee checks a message that the enrollee goes on with.
func (r *Registrar) authenticEnrollee(msg []byte, want RegistrarState) error {
	if err := r.due(msg, want); err != nil {
		return err
	}
	return r.authentic(msg, wps.AttrRegistrarNonce, &r.n2)
}

// handleM3 notes the enrollee's commitments, and makes and opens ours.
func (r *Registrar) handleM3(msg []byte) ([]byte, error) {
	if err := r.authenticEnrollee(msg, SentM2); err != nil {
		return nil, err
	}
	var m wps.M3
	if err := r.decode(&m, msg); err != nil {
		return nil, err
	}
	if r.refusal != nil {
		return nil, r.refused()
	}
	r.hash1, r.hash2 = m.EHash1, m.EHash2
	r.chain = msg
	out := wps.M4{Header: r.header(), EnrolleeNonce: r.n1}
	var err error
	if out.RHash1, out.RHash2, err = r.commit(); err != nil {
		return nil, err
	}
	if out.EncryptedSettings, err = r.seal(&wps.M4Settings{RSNonce1: r.s1}); err != nil {
		return nil, err
	}
	r.state = SentM4
	return r.say(msg, &out)
}

// handleM5 has the enrollee prove the first half, and opens our second.
func (r *Registrar) handleM5(msg []byte) ([]byte, error) {
	if err := r.authenticEnrollee(msg, SentM4); err != nil {
		return nil, err
	}
	var m wps.M5
	if err := r.decode(&m, msg); err != nil {
		return nil, err
	}
	var s wps.M5Settings
	if err := r.openProof(m.EncryptedSettings, &s); err != nil {
		return nil, err
	}
	if err := r.verify(&r.hash1, &s.ESNonce1, 1); err != nil {
		return nil, err
	}
	r.chain = msg
	var out wps.M6
	out.Header, out.Nonce = r.header(), r.n1
	var err error
	if out.EncryptedSettings, err = r.seal(&wps.M6Settings{RSNonce2: r.s2}); err != nil {
		return nil, err
	}
	r.state, r.exposed = SentM6, true
	return r.say(msg, &out)
}

// handleM7 has the enrollee prove the second half. Now it is known to have
// the password, and M8 may give what it came for.
func (r *Registrar) handleM7(msg []byte) ([]byte, error) {
	if err := r.authenticEnrollee(msg, SentM6); err != nil {
		return nil, err
	}
	var m wps.M7
	if err := r.decode(&m, msg); err != nil {
		return nil, err
	}
	var s wps.M7Settings
	if r.ap {
		s.AP = new(wps.Credential)
	}
	if err := r.openProof(m.EncryptedSettings, &s); err != nil {
		return nil, err
	}
	if err := r.verify(&r.hash2, &s.ESNonce2, 2); err != nil {
		return nil, err
	}
	r.proved = true
	r.result.AP = s.AP
	r.chain = msg
	if r.ap && r.newSettings == nil {
		out, err := r.nack(msg, wps.NoError)
		if err != nil {
			return nil, err
		}
		r.result.SettingsRead = true
		r.finish(nil)
		return out, nil
	}
	return r.m8(msg)
}

func (r *Registrar) m8(msg []byte) ([]byte, error) {
	s := wps.M8Settings{Credentials: r.give(), AP: r.newSettings}
	if s.AP == nil && len(s.Credentials) == 0 {
		return nil, &fault{err: errNoCredential, class: ErrConfig}
	}
	var out wps.M8
	out.Header, out.Nonce = r.header(), r.n1
	var err error
	if out.EncryptedSettings, err = r.seal(&s); err != nil {
		return nil, err
	}
	r.state = SentM8
	return r.say(msg, &out)
}

// give returns the credentials for this enrollee.
func (r *Registrar) give() []wps.Credential {
	out := make([]wps.Credential, len(r.credentials))
	for i, c := range r.credentials {
		if c.NetworkIndex == 0 {
			c.NetworkIndex = 1
		}
		if c.MAC == (wps.MAC{}) {
			c.MAC = r.enrolleeMAC
		}
		if needsPSK(&r.m1.Device) {
			c.NetworkKey = pskOf(&c)
		}
		out[i] = c
	}
	r.result.Credentials = out
	return out
}

// needsPSK knows the enrollees that cannot take a passphrase: Mac OS X 10.6.3
// and 10.6.4 [hostap].
func needsPSK(d *wps.Device) bool {
	return strings.HasPrefix(d.Manufacturer, "Apple ") && d.ModelName == "AirPort"
}

// pskOf returns the pre-shared key that a passphrase stands for, as 64
// hexadecimal digits (IEEE 802.11, annex J); any other key as it is.
func pskOf(c *wps.Credential) wps.NetworkKey {
	passphrase, ok := c.NetworkKey.Passphrase()
	if !ok || c.AuthType&wps.AuthMixed == 0 {
		return c.NetworkKey
	}
	psk, err := pbkdf2.Key(sha1.New, passphrase, []byte(c.SSID), 4096, 32)
	if err != nil {
		return c.NetworkKey
	}
	return hex.AppendEncode(nil, psk)
}

// handleDone ends the run. An access point waits for WSC_ACK.
func (r *Registrar) handleDone(msg []byte) ([]byte, error) {
	var m wps.Done
	if err := wps.Decode(&m, msg, r.cfg.Mode); err != nil || !r.ours(m.EnrolleeNonce, m.RegistrarNonce) {
		return nil, ignored(errNotOurs)
	}
	if r.state != SentM8 {
		return nil, wrong(errNotNow)
	}
	var out []byte
	if r.ap {
		var err error
		if out, err = r.ack(msg); err != nil {
			return nil, err
		}
	}
	r.finish(nil)
	return out, nil
}

// handleACK hears that the enrollee has understood M2D.
func (r *Registrar) handleACK(msg []byte) ([]byte, error) {
	if r.state != SentM2D || !bytes.Equal(wps.Find(msg, wps.AttrEnrolleeNonce), r.n1[:]) {
		return nil, ignored(errNotNow)
	}
	return nil, nil
}

// handleNACK ends the run.
func (r *Registrar) handleNACK(msg []byte) ([]byte, error) {
	var m wps.NACK
	if err := wps.Decode(&m, msg, r.cfg.Mode); err != nil {
		return nil, ignored(err)
	}
	if !r.ours(m.EnrolleeNonce, m.RegistrarNonce) {
		return nil, ignored(errNotOurs)
	}
	if r.state == SentM2D {
		return nil, r.Closed()
	}
	return r.peerFailed(msg, m.ConfigError)
}

// Closed tells the registrar that the transport has ended the exchange: a
// failure, unless the run is over.
func (r *Registrar) Closed() error {
	if !r.ended {
		if r.state == SentM2D {
			r.finish(r.refusal)
		} else {
			r.finish(r.closed())
		}
	}
	return r.err
}
