package registration

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/gowps/gowps/wps"
)

// RegistrarConfig configures a [Registrar].
type RegistrarConfig struct {
	Config
	// Password is the one that an Enrollee has to prove, and PeerKeyHash, if
	// set, the hash of the Enrollee's public key that goes with it. M1 is
	// answered at once: by M2 if it asks for such a password, by M2D if not.
	Password    Password
	PeerKeyHash *[20]byte
	// Deferred leaves M1 without an answer until [Registrar.Decide] is
	// called. Password and PeerKeyHash are then not used.
	Deferred bool
	// Credentials are given to a station, the first being the network that
	// it should join. Their MAC, if zero, becomes the Enrollee's.
	Credentials []wps.Credential
	// NewPassword, if not zero, is given to a station for a later run.
	NewPassword Password
	// AP makes this the external registrar of an access point, which reads
	// its settings in M7.
	AP bool
	// NewSettings, with AP, are written in M8; nil only reads. Their MAC,
	// if zero, becomes the access point's.
	NewSettings *wps.Credential
}

// Format prints the fields, and a placeholder for each secret: see
// [Result.Format].
func (c RegistrarConfig) Format(f fmt.State, _ rune) {
	type fields RegistrarConfig
	fmt.Fprintf(f, "%+v", fields(c))
}

// Decision is a registrar's answer to an M1: the Enrollee is admitted and
// gets M2, or is refused, for now, and gets M2D. Make one with [Admit] or
// [Refuse].
type Decision struct {
	// Password is what the Enrollee has to prove. If it is a PIN, and M1
	// asks for one by another of the identifiers that PINs have, M2 repeats
	// that. An Enrollee without a password is refused.
	Password Password
	// PeerKeyHash, if set, is the hash of the Enrollee's public key as an
	// out-of-band channel gave it. An Enrollee with another key is refused.
	PeerKeyHash *[20]byte
	// KeyPair, if set, is the registrar's own for this run, instead of the
	// configured one: that whose hash the Enrollee has by an out-of-band
	// channel. The run does not clear it.
	KeyPair *KeyPair
	// Credentials, if not empty, are given instead of the configured ones.
	Credentials []wps.Credential
	// Refused refuses the Enrollee. M2D carries ConfigError, and Reason, if
	// not nil, is what the [*Error] of the run wraps.
	Refused     bool
	ConfigError wps.ConfigError
	Reason      error
}

// Admit returns the decision to register an Enrollee that proves a password.
func Admit(p Password) Decision { return Decision{Password: p} }

// Refuse returns the decision not to register an Enrollee now. The
// configuration error is [wps.NoError] if nobody entered a PIN or pressed a
// button. The reason may be nil.
func Refuse(ce wps.ConfigError, reason error) Decision {
	return Decision{Refused: true, ConfigError: ce, Reason: reason}
}

// Format prints the fields, and a placeholder for each secret: see
// [Result.Format].
func (d Decision) Format(f fmt.State, _ rune) {
	type fields Decision
	fmt.Fprintf(f, "%+v", fields(d))
}

// RegistrarState says what a [Registrar] is waiting for.
type RegistrarState uint8

// The states, named by the message sent last.
const (
	WaitM1       RegistrarState = iota
	WaitDecision                // M1 waits for Decide
	SentM2D                     // waits for WSC_ACK, or for Decide
	SentM2                      // waits for M3
	SentM4                      // waits for M5
	SentM6                      // waits for M7
	SentM8                      // waits for WSC_Done; also if M2 has given all
	RegistrarEnded
)

var registrarStates = [...]string{"waits for M1", "waits for a decision", "sent M2D", "sent M2", "sent M4", "sent M6", "sent M8", "ended"}

// String returns the state in words.
func (s RegistrarState) String() string {
	if int(s) < len(registrarStates) {
		return registrarStates[s]
	}
	return fmt.Sprintf("RegistrarState(%d)", uint8(s))
}

// Registrar is the machine of the side that knows the Enrollee's password
// and has credentials to give, or that reads or configures an access point.
// Feed it with what the enrollee sends, send what it returns.
type Registrar struct {
	run
	credentials []wps.Credential
	newSettings *wps.Credential
	m1          *wps.M1
	refused     *Error // what M2D has said
	deferred    bool
	ap          bool
	state       RegistrarState
	exposed     bool
	proved      bool
}

// NewRegistrar returns a registrar for one run. The error is of class
// [ErrConfig].
func NewRegistrar(cfg RegistrarConfig) (*Registrar, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return &Registrar{
		run: run{
			cfg: cfg.Config, role: RoleRegistrar, peerKeyHash: cfg.PeerKeyHash,
			password: cfg.Password.clone(), newPassword: cfg.NewPassword.clone(),
		},
		deferred: cfg.Deferred, credentials: cfg.Credentials, ap: cfg.AP, newSettings: cfg.NewSettings,
	}, nil
}

// State returns what the registrar is waiting for.
func (r *Registrar) State() RegistrarState {
	if r.ended {
		return RegistrarEnded
	}
	return r.state
}

// Enrollee returns the description of the enrollee out of M1. It is not
// authenticated until the run has succeeded. It is empty before M1, and must
// not be changed. Its Raw is cleared once M3 has come.
func (r *Registrar) Enrollee() *wps.M1 {
	if r.m1 == nil {
		return new(wps.M1)
	}
	return r.m1
}

// Exposed reports whether M6 was sent, which proves the second half of the
// password to the enrollee. A run that fails afterwards has spent the PIN:
// it must not be used again.
func (r *Registrar) Exposed() bool { return r.exposed }

// Proved reports whether the enrollee has proved both halves of the password,
// in M7: whatever follows, it has the right one.
func (r *Registrar) Proved() bool { return r.proved }

// SetCredentials replaces the credentials that the Enrollee is given, as long
// as they have not been sent: the settings of the network have changed.
func (r *Registrar) SetCredentials(list []wps.Credential) error {
	if !r.cfg.Faulty {
		if err := checkCredentials(list); err != nil {
			return err
		}
	}
	r.credentials = list
	return nil
}

// Start returns nothing: the Enrollee begins.
func (r *Registrar) Start() ([]byte, error) { return nil, nil }

// Handle processes a message of the Enrollee and returns the answer, or nothing.
// Errors and repetitions are as with [Enrollee.Handle].
func (r *Registrar) Handle(msg []byte) ([]byte, error) {
	return r.handle(msg, func(t wps.MessageType, msg []byte) (wps.List, error) {
		handle, ok := registrarHandlers[t]
		if !ok {
			return nil, ignored(errWrongRole)
		}
		return handle(r, msg)
	})
}

// registrarHandlers has one method for each message that a registrar receives.
var registrarHandlers = map[wps.MessageType]func(*Registrar, []byte) (wps.List, error){
	wps.MessageM1:   (*Registrar).handleM1,
	wps.MessageM3:   (*Registrar).handleM3,
	wps.MessageM5:   (*Registrar).handleM5,
	wps.MessageM7:   (*Registrar).handleM7,
	wps.MessageDone: (*Registrar).handleDone,
	wps.MessageACK:  (*Registrar).handleACK,
	wps.MessageNACK: (*Registrar).handleNACK,
}

// readIn reads one of M3 to M7, which is due in one state only.
func (r *Registrar) readIn(due RegistrarState, m wps.List, msg []byte) error {
	if r.state != due {
		return r.rejectOrIgnore(msg, errNotDue)
	}
	return r.read(m, msg)
}

// handleM1 decides whether the enrollee may register. Once one has been heard,
// others are not: they begin another run.
func (r *Registrar) handleM1(msg []byte) (wps.List, error) {
	if r.state != WaitM1 {
		return nil, ignored(errNotDue)
	}
	m := new(wps.M1)
	if err := wps.Decode(m, msg, r.cfg.Mode); err != nil {
		return nil, wrong(err)
	}
	if err := CheckPublicKey(&m.PublicKey, nil); err != nil {
		return nil, wrong(err)
	}
	if err := r.random(r.n2[:]); err != nil {
		return nil, err
	}
	r.m1, r.n1, r.enrolleeMAC, r.pke = m, m.EnrolleeNonce, m.MAC, &m.PublicKey
	r.setPeer(&m.Device, &m.WFA, m.Quirks)
	switch {
	case r.refusal != nil:
		return r.m2d(r.refusal.ConfigError, r.refusal.Err), nil
	case r.deferred:
		r.state = WaitDecision
		return nil, nil
	case !interchangeablePIN(m.DevicePasswordID, r.password.ID) && !r.besideToken(m.DevicePasswordID):
		return r.m2d(wps.NoError, nil), nil
	}
	return r.decide(Decision{Password: r.password, PeerKeyHash: r.peerKeyHash})
}

// besideToken reports whether the registrar has the PIN of an access point whose
// M1 names the password of its NFC tag. The PIN serves as well, and M2 says so
// [hostap].
func (r *Registrar) besideToken(m1 wps.DevicePasswordID) bool {
	return r.ap && m1.OutOfBand() && pinID(r.password.ID)
}

// Waiting reports whether an M1 waits for [Registrar.Decide]: the first
// decision on it is due, or it was refused and may still be admitted.
func (r *Registrar) Waiting() bool {
	return !r.ended && (r.state == WaitDecision || r.state == SentM2D)
}

// Decide answers the M1 that waits: by M2 if the Enrollee is admitted, by M2D
// if it is refused. After M2D the Enrollee still waits, so that another
// decision can follow: a PIN was entered, or a button pressed. A decision that
// refuses it once more sends nothing, and leaves the reason for the end of the
// run.
//
// The error is [ErrEnded] if no M1 waits. Any other ends the run, as with
// [Registrar.Handle].
func (r *Registrar) Decide(d Decision) ([]byte, error) {
	if !r.Waiting() {
		return nil, ErrEnded
	}
	if r.refusal != nil {
		d = Refuse(r.refusal.ConfigError, r.refusal.Err)
	}
	again := r.state == SentM2D
	m, err := r.decide(d)
	if _, refused := m.(*wps.M2D); refused && again {
		return nil, nil
	}
	return r.answer(r.m1.Raw, wps.MessageM1, m, err)
}

// m2d answers that the Enrollee is not registered now, and why.
func (r *Registrar) m2d(ce wps.ConfigError, reason error) wps.List {
	r.refused = &Error{
		Message: wps.MessageM1, ConfigError: ce, DetectedBy: RoleRegistrar,
		Err: reason, class: classOf(ce, ErrNoRegistrar),
	}
	r.state = SentM2D
	return &wps.M2D{
		Header: r.fullHeader(), Device: r.cfg.Device,
		EnrolleeNonce: r.n1, RegistrarNonce: r.n2, ConfigError: ce,
	}
}

// decide answers M1 by M2 or M2D.
func (r *Registrar) decide(d Decision) (wps.List, error) {
	if d.Refused {
		return r.m2d(d.ConfigError, d.Reason), nil
	}
	if r.state != WaitM1 { // else it is that of the configuration, which is ours already
		password := d.Password.clone()
		r.password.Clear()
		r.password = password
	}
	if id := r.m1.DevicePasswordID; interchangeablePIN(id, r.password.ID) {
		r.password.ID = id
	}
	if len(d.Credentials) > 0 {
		r.credentials = d.Credentials
	}
	if d.KeyPair != nil {
		r.cfg.KeyPair = d.KeyPair
	}
	if err := r.checkGift(); err != nil {
		return nil, &Error{Err: err, class: ErrConfig}
	}
	switch {
	case d.PeerKeyHash != nil && PublicKeyHash(r.pke) != *d.PeerKeyHash:
		return r.m2d(wps.PublicKeyHashMismatch, ErrKeyHash), nil
	case r.password.ID == wps.PasswordNFCHandover:
		if d.PeerKeyHash == nil {
			return r.m2d(wps.NoError, errUnprovenKey), nil
		}
	case r.password.secretless():
		return r.m2d(wps.NoError, nil), nil
	}
	if err := r.makeKeyPair(); err != nil {
		return nil, err
	}
	r.pkr = r.own.publicKey()
	keys, cipher, err := r.agree(r.pke)
	if err != nil {
		return nil, wrong(err)
	}
	r.adopt(&keys, cipher)
	return r.m2()
}

// m2 answers M1. Where the run ends with it, it carries the settings.
func (r *Registrar) m2() (wps.List, error) {
	m := &wps.M2{
		Header: r.fullHeader(), Device: r.cfg.Device,
		EnrolleeNonce: r.n1, RegistrarNonce: r.n2, PublicKey: *r.pkr, DevicePasswordID: r.password.ID,
	}
	r.state = SentM2
	var err error
	if r.twoMessages() {
		m.EncryptedSettings, err = r.sealSettings()
		r.state = SentM8
	}
	return m, err
}

// handleM3 notes the enrollee's commitments, and makes ours and opens the
// first.
func (r *Registrar) handleM3(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in        wps.M3
		out       wps.M4
		disclosed wps.M4Settings
	}
	if err := r.readIn(SentM2, &x.in, msg); err != nil {
		return nil, err
	}
	if r.refusal != nil {
		return nil, r.refusal
	}
	r.m1.Raw = nil // M1 is not authenticated again
	hash, err := r.commit()
	if err != nil {
		return nil, err
	}
	r.setPeerHashes(x.in.EHash1, x.in.EHash2)
	x.out = wps.M4{Header: r.header(), EnrolleeNonce: r.n1, RHash1: hash[0], RHash2: hash[1]}
	x.disclosed.RSNonce1 = r.halves[0].secret
	x.out.EncryptedSettings, err = r.seal(&x.disclosed)
	clear(x.disclosed.RSNonce1[:])
	r.state = SentM4
	return &x.out, err
}

// handleM5 has the enrollee prove the first half, and opens our second.
func (r *Registrar) handleM5(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in        wps.M5
		opened    wps.M5Settings
		out       wps.M6
		disclosed wps.M6Settings
	}
	if err := r.readIn(SentM4, &x.in, msg); err != nil {
		return nil, err
	}
	if err := r.verify(x.in.EncryptedSettings, &x.opened, &x.opened.ESNonce1, 1); err != nil {
		return nil, err
	}
	var err error
	x.out.Header, x.out.EnrolleeNonce = r.header(), r.n1
	x.disclosed.RSNonce2 = r.halves[1].secret
	x.out.EncryptedSettings, err = r.seal(&x.disclosed)
	clear(x.disclosed.RSNonce2[:])
	r.state, r.exposed = SentM6, true
	return &x.out, err
}

// handleM7 has the enrollee prove the second half. Now it is known to have
// the password, and M8 may give what it came for. To an access point that was
// only to be read, NACK 0 says so (WSC 2.0 Table 34, via iwd).
func (r *Registrar) handleM7(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in     wps.M7
		opened wps.M7Settings
		out    wps.M8
	}
	if r.ap {
		x.opened.AP = new(wps.Credential)
	}
	if err := r.readIn(SentM6, &x.in, msg); err != nil {
		return nil, err
	}
	if err := r.verify(x.in.EncryptedSettings, &x.opened, &x.opened.ESNonce2, 2); err != nil {
		return nil, err
	}
	r.proved = true
	r.ensureResult().AP = x.opened.AP
	if r.ap && r.newSettings == nil {
		r.ensureResult().SettingsRead, r.endsAfterReply = true, true
		return r.nack(wps.NoError), nil
	}
	var err error
	x.out.Header, x.out.EnrolleeNonce = r.header(), r.n1
	x.out.EncryptedSettings, err = r.sealSettings()
	r.state = SentM8
	return &x.out, err
}

// sealSettings encrypts what this registrar has to give.
func (r *Registrar) sealSettings() ([]byte, error) {
	if !r.ap {
		r.ensureResult().Credentials = r.give()
	}
	s := wps.M8Settings{
		Credentials: r.ensureResult().Credentials, AP: withMAC(r.newSettings, r.enrolleeMAC),
		NewPassword: r.newPassword.octets(), DevicePasswordID: r.newPassword.ID,
	}
	if s.AP == nil && len(s.Credentials) == 0 {
		return nil, &Error{Err: configError("Credentials", "are missing"), class: ErrConfig}
	}
	return r.seal(&s)
}

// give returns copies of the credentials, made out to this enrollee: with its
// address, and the pre-shared key if it takes no passphrase.
func (r *Registrar) give() []wps.Credential {
	given := slices.Clone(r.credentials)
	for i := range given {
		c := &given[i]
		if c.MAC == (wps.MAC{}) {
			c.MAC = r.enrolleeMAC
		}
		if r.quirks.Has(wps.QuirkPSKOnly) {
			c.NetworkKey = pskOf(c)
		}
		c.NetworkKey = bytes.Clone(c.NetworkKey)
	}
	return given
}

// pskOf returns the pre-shared key that a passphrase stands for, as 64
// hexadecimal digits (IEEE 802.11, annex J); any other key as it is.
func pskOf(c *wps.Credential) wps.NetworkKey {
	passphrase, ok := c.NetworkKey.Passphrase()
	if !ok || c.AuthType&wps.AuthMixed == 0 {
		return c.NetworkKey
	}
	psk, err := pbkdf2.Key(sha1.New, passphrase, []byte(c.SSID), 4096, 32)
	if err != nil { // a build for FIPS 140 only has no SHA-1
		return c.NetworkKey
	}
	return hex.AppendEncode(nil, psk)
}

// handleDone ends the run. An access point waits for WSC_ACK.
func (r *Registrar) handleDone(msg []byte) (wps.List, error) {
	var m wps.Done
	if err := wps.Decode(&m, msg, r.cfg.Mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case r.state == WaitM1 || !r.ours(m.EnrolleeNonce, m.RegistrarNonce):
		return nil, ignored(errNotOurs)
	case r.state != SentM8:
		return nil, wrong(errNotDue)
	}
	if r.ap {
		r.endsAfterReply = true
		return r.ack(), nil
	}
	r.finish(nil)
	return nil, nil
}

// handleACK processes the acknowledgement of M2D.
func (r *Registrar) handleACK(msg []byte) (wps.List, error) {
	var m wps.ACK
	if err := wps.Decode(&m, msg, r.cfg.Mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case r.state != SentM2D:
		return nil, ignored(errNotDue)
	case !r.answersUnread(m.EnrolleeNonce, m.RegistrarNonce):
		return nil, ignored(errNotOurs)
	}
	return nil, nil
}

// answersUnread reports whether the nonces are those of an answer to an M2D, or
// to an M2 that the Enrollee could not read. A station of hostap's does not keep
// the Registrar Nonce of an M2D, and leaves it zero.
func (r *Registrar) answersUnread(enrollee, registrar wps.Nonce) bool {
	return r.ours(enrollee, registrar) || enrollee == r.n1 && registrar == wps.Nonce{}
}

// handleNACK ends the run.
func (r *Registrar) handleNACK(msg []byte) (wps.List, error) {
	var m wps.NACK
	if err := wps.Decode(&m, msg, r.cfg.Mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case r.state == SentM2D && r.answersUnread(m.EnrolleeNonce, m.RegistrarNonce):
		r.finish(r.refused)
		return nil, nil
	case r.state == SentM2 && r.answersUnread(m.EnrolleeNonce, m.RegistrarNonce): // it could not read M2
	case r.state == WaitM1 || !r.ours(m.EnrolleeNonce, m.RegistrarNonce):
		return nil, ignored(errNotOurs)
	}
	return r.peerFailed(m.ConfigError), nil
}

// Closed ends the run because the transport has ended the exchange: a
// failure, unless the run is over. It returns the error of the run.
func (r *Registrar) Closed() error {
	switch {
	case r.ended:
	case r.state == SentM2D:
		r.finish(r.refused)
	default:
		r.finish(r.closed())
	}
	return r.err
}
