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
	// Password is the password that an Enrollee has to prove, and PeerKeyHash,
	// if set, the hash of the Enrollee's public key that goes with it. M1 is
	// answered at once: with M2 if it asks for such a password, otherwise with
	// M2D.
	Password    Password
	PeerKeyHash *[20]byte
	// Deferred leaves M1 without an answer until [Registrar.Decide] is
	// called. Password and PeerKeyHash are then not used.
	Deferred bool
	// Credentials are given to a station, first the network that it should
	// join. Their MAC, if zero, becomes the Enrollee's.
	Credentials []wps.Credential
	// NewPassword, if not zero, is given to a station for a later run.
	NewPassword Password
	// AP makes this the external registrar of an access point, which reads
	// its settings in M7.
	AP bool
	// NewSettings, with AP, are written in M8; nil only reads the settings.
	// Their MAC, if zero, becomes the access point's.
	NewSettings *wps.Credential
}

// Format prints the fields, and a placeholder for each secret: see
// [Result.Format].
func (c RegistrarConfig) Format(f fmt.State, _ rune) {
	type fields RegistrarConfig
	fmt.Fprintf(f, "%+v", fields(c))
}

// Decision is a registrar's answer to an M1: the Enrollee is admitted and gets
// M2, or is refused for now and gets M2D. Use [Admit] or [Refuse].
type Decision struct {
	// Password is the password that the Enrollee has to prove. If it is a PIN,
	// and M1 asks for one with another identifier of PINs, M2 repeats that
	// identifier. An Enrollee without a password is refused.
	Password Password
	// PeerKeyHash, if set, is the hash of the Enrollee's public key from an
	// out-of-band channel. An Enrollee with another key is refused.
	PeerKeyHash *[20]byte
	// KeyPair, if set, is the registrar's own for this run, instead of the
	// configured one: the one whose hash the Enrollee has from an out-of-band
	// channel. The run does not clear it.
	KeyPair *KeyPair
	// Credentials, if not empty, are given instead of the configured ones.
	Credentials []wps.Credential
	// Refused refuses the Enrollee. M2D carries ConfigError, and the [*Error]
	// of the run wraps Reason, if not nil.
	Refused     bool
	ConfigError wps.ConfigError
	Reason      error
}

// Admit returns the decision to register an Enrollee that proves a password.
func Admit(p Password) Decision { return Decision{Password: p} }

// Refuse returns the decision not to register an Enrollee now. The
// configuration error is [wps.NoError] if no PIN was entered and no button
// pressed. The reason may be nil.
func Refuse(ce wps.ConfigError, reason error) Decision {
	return Decision{Refused: true, ConfigError: ce, Reason: reason}
}

// Format prints the fields, and a placeholder for each secret: see
// [Result.Format].
func (d Decision) Format(f fmt.State, _ rune) {
	type fields Decision
	fmt.Fprintf(f, "%+v", fields(d))
}

// RegistrarState is what a [Registrar] is waiting for.
//
// Its values are [WaitM1], [WaitDecision], [SentM2D], [SentM2], [SentM4],
// [SentM6], [SentM8] and [RegistrarEnded].
type RegistrarState uint8

// The states, named after the message sent last.
const (
	WaitM1       RegistrarState = iota
	WaitDecision                // M1 waits for Decide
	SentM2D                     // waits for WSC_ACK, or for Decide
	SentM2                      // waits for M3
	SentM4                      // waits for M5
	SentM6                      // waits for M7
	SentM8                      // waits for WSC_Done; also if M2 has carried the settings
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

// Registrar is the machine of the side that knows the Enrollee's password and
// has credentials to give, or that reads or configures an access point. Pass it
// the enrollee's messages, and send what it returns.
type Registrar struct {
	run
	credentials []wps.Credential
	newSettings *wps.Credential
	m1          *wps.M1
	refused     *Error // the reason of M2D
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
	r := &Registrar{
		run:      newRun(RoleRegistrar, cfg.Config),
		deferred: cfg.Deferred, credentials: cfg.Credentials, ap: cfg.AP, newSettings: cfg.NewSettings,
	}
	r.peerKeyHash = cloneHash(cfg.PeerKeyHash)
	r.password, r.newPassword = cfg.Password.clone(), cfg.NewPassword.clone()
	return r, nil
}

// State returns what the registrar is waiting for.
func (r *Registrar) State() RegistrarState {
	if r.ended {
		return RegistrarEnded
	}
	return r.state
}

// Enrollee returns the description of the enrollee from M1. It is not
// authenticated until the run has succeeded. It is empty before M1, and must
// not be changed. Its Raw is cleared after M3.
func (r *Registrar) Enrollee() *wps.M1 {
	if r.m1 == nil {
		return new(wps.M1)
	}
	return r.m1
}

// Exposed reports whether M6 was sent, which discloses the second half of the
// password to the enrollee. If the run fails afterwards, the PIN is spent: it
// must not be used again.
func (r *Registrar) Exposed() bool { return r.exposed }

// Proved reports whether the enrollee has proved both halves of the password,
// in M7. It then has the right password, whatever follows.
func (r *Registrar) Proved() bool { return r.proved }

// SetCredentials replaces the credentials for the Enrollee, until they were
// sent: the settings of the network have changed.
func (r *Registrar) SetCredentials(list []wps.Credential) error {
	if !r.faulty {
		if err := checkCredentials(list); err != nil {
			return err
		}
	}
	r.credentials = list
	return nil
}

// Start returns nil: the Enrollee begins.
func (r *Registrar) Start() ([]byte, error) { return nil, nil }

// Handle processes a message of the Enrollee and returns the answer, or nil.
// Errors and repetitions are handled as in [Enrollee.Handle].
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

// readIn decodes one of M3 to M7, which is valid in one state only.
func (r *Registrar) readIn(due RegistrarState, m wps.List, msg []byte) error {
	if r.state != due {
		return r.rejectOrIgnore(msg, errNotDue)
	}
	return r.read(m, msg)
}

// handleM1 stores M1, and leaves it waiting for [Registrar.Decide] or answers it
// by the configuration. Further M1s are ignored: they begin another run.
func (r *Registrar) handleM1(msg []byte) (wps.List, error) {
	if r.state != WaitM1 {
		return nil, ignored(errNotDue)
	}
	m := new(wps.M1)
	if err := wps.Decode(m, msg, r.mode); err != nil {
		return nil, wrong(err)
	}
	if err := CheckPublicKey(&m.PublicKey, nil); err != nil {
		return nil, wrong(err)
	}
	if err := r.draw(r.n2[:]); err != nil {
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
	case !interchangeablePIN(m.DevicePasswordID, r.password.ID) && !r.pinInsteadOfToken(m.DevicePasswordID):
		return r.m2d(wps.NoError, nil), nil
	}
	return r.admit(r.peerKeyHash)
}

// pinInsteadOfToken reports whether the registrar has the PIN of an access
// point whose M1 names the password of its NFC tag. The PIN may be used as
// well, and M2 names it [hostap].
func (r *Registrar) pinInsteadOfToken(m1 wps.DevicePasswordID) bool {
	return r.ap && m1.OutOfBand() && pinID(r.password.ID)
}

// Waiting reports whether an M1 waits for [Registrar.Decide]: it has no
// decision yet, or it was refused and may still be admitted.
func (r *Registrar) Waiting() bool {
	return !r.ended && (r.state == WaitDecision || r.state == SentM2D)
}

// Decide answers the waiting M1: with M2 if the Enrollee is admitted, with M2D
// if it is refused. After M2D the Enrollee still waits, so that another
// decision can follow: a PIN was entered, or a button pressed. A second refusal
// sends nothing; its reason is that of the run if it ends.
//
// The error is [ErrEnded] if no M1 waits. Any other ends the run, as with
// [Registrar.Handle].
func (r *Registrar) Decide(d Decision) ([]byte, error) {
	if !r.Waiting() {
		return nil, errEnded
	}
	if r.refusal != nil {
		d = Refuse(r.refusal.ConfigError, r.refusal.Err)
	}
	again := r.state == SentM2D
	m, err := r.decide(d)
	if _, refused := m.(*wps.M2D); refused && again {
		return nil, nil // the Enrollee has one already
	}
	return r.answerLater(r.m1.Raw, wps.MessageM1, m, err)
}

// m2d returns M2D with the reason why the Enrollee is not registered now.
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

// decide answers M1 with M2 or M2D. What the decision names replaces the
// configuration.
func (r *Registrar) decide(d Decision) (wps.List, error) {
	if d.Refused {
		return r.m2d(d.ConfigError, d.Reason), nil
	}
	password := d.Password.clone()
	r.password.Clear()
	r.password = password
	if len(d.Credentials) > 0 {
		r.credentials = d.Credentials
	}
	if d.KeyPair != nil {
		r.cfg.KeyPair = d.KeyPair
	}
	return r.admit(d.PeerKeyHash)
}

// admit answers M1 with M2, or with M2D if the password cannot be proved or the
// Enrollee's key has another hash. Without credentials to give it fails, so
// that no password is spent on a run that cannot succeed.
func (r *Registrar) admit(peerKeyHash *[20]byte) (wps.List, error) {
	if id := r.m1.DevicePasswordID; interchangeablePIN(id, r.password.ID) {
		r.password.ID = id
	}
	if !r.ap && !r.faulty {
		if err := checkCredentials(r.credentials); err != nil {
			return nil, &Error{Err: err, class: ErrConfig}
		}
	}
	switch {
	case peerKeyHash != nil && PublicKeyHash(r.pke) != *peerKeyHash:
		return r.m2d(wps.PublicKeyHashMismatch, ErrKeyHash), nil
	case r.password.ID == wps.PasswordNFCHandover:
		if peerKeyHash == nil {
			return r.m2d(wps.NoError, errUnprovenKey), nil
		}
	case r.password.secretless():
		return r.m2d(wps.NoError, nil), nil
	}
	if err := r.makeKeyPair(); err != nil {
		return nil, err
	}
	r.pkr = r.own.publicKey()
	keys, derived, err := r.agree(r.pke)
	if err != nil {
		return nil, wrong(err)
	}
	r.setKeys(&keys, derived)
	return r.m2()
}

// m2 returns M2. If the run ends with it, it carries the settings. Its
// Authenticator is added when it is encoded.
func (r *Registrar) m2() (wps.List, error) {
	m := &wps.M2{
		Header: r.fullHeader(), Device: r.cfg.Device,
		EnrolleeNonce: r.n1, RegistrarNonce: r.n2, PublicKey: *r.pkr, DevicePasswordID: r.password.ID,
	}
	r.state, r.cfg = SentM2, nil
	var err error
	if r.endsWithM2() {
		m.EncryptedSettings, err = r.sealSettings()
		r.state = SentM8
	}
	return m, err
}

// handleM3 stores the enrollee's commitments, and sends ours and the opening of
// the first.
func (r *Registrar) handleM3(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in        wps.M3
		out       wps.M4
		disclosed wps.M4Settings
		buffer    sealRoom
	}
	if err := r.readIn(SentM2, &x.in, msg); err != nil {
		return nil, err
	}
	if r.refusal != nil {
		return nil, r.refusal
	}
	r.m1.Raw = nil // M1 is not needed for an Authenticator any more
	hash, err := r.commit()
	if err != nil {
		return nil, err
	}
	r.setPeerHashes(x.in.EHash1, x.in.EHash2)
	x.out = wps.M4{Header: r.header(), EnrolleeNonce: r.n1, RHash1: hash[0], RHash2: hash[1]}
	x.disclosed.RSNonce1 = r.halves[0].secret
	x.out.EncryptedSettings, err = r.seal(&x.disclosed, &x.buffer)
	clear(x.disclosed.RSNonce1[:])
	r.state = SentM4
	return &x.out, err
}

// handleM5 verifies the enrollee's proof of the first half, and opens our
// second commitment.
func (r *Registrar) handleM5(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in        wps.M5
		opened    wps.M5Settings
		out       wps.M6
		disclosed wps.M6Settings
		buffer    sealRoom
	}
	if err := r.readIn(SentM4, &x.in, msg); err != nil {
		return nil, err
	}
	if err := r.verify(x.in.EncryptedSettings, &x.opened, &x.opened.ESNonce1, 1, &x.buffer); err != nil {
		return nil, err
	}
	var err error
	x.out.Header, x.out.EnrolleeNonce = r.header(), r.n1
	x.disclosed.RSNonce2 = r.halves[1].secret
	x.out.EncryptedSettings, err = r.seal(&x.disclosed, &x.buffer)
	clear(x.disclosed.RSNonce2[:])
	r.state, r.exposed = SentM6, true
	return &x.out, err
}

// handleM7 verifies the enrollee's proof of the second half. The enrollee then
// has the password, so M8 may carry the settings. If an access point was only
// to be read, the answer is NACK 0 (WSC 2.0 Table 34, via iwd).
func (r *Registrar) handleM7(msg []byte) (wps.List, error) {
	var x struct { // one allocation
		in     wps.M7
		opened wps.M7Settings
		out    wps.M8
		buffer sealRoom
	}
	if r.ap {
		x.opened.AP = new(wps.Credential)
	}
	if err := r.readIn(SentM6, &x.in, msg); err != nil {
		return nil, err
	}
	if err := r.verify(x.in.EncryptedSettings, &x.opened, &x.opened.ESNonce2, 2, &x.buffer); err != nil {
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

// sealSettings encrypts the settings that this registrar gives.
func (r *Registrar) sealSettings() ([]byte, error) {
	if !r.ap {
		r.ensureResult().Credentials = r.credentialsToGive()
	}
	s := wps.M8Settings{
		Credentials: r.ensureResult().Credentials, AP: withMAC(r.newSettings, r.enrolleeMAC),
		NewPassword: r.newPassword.octets(), DevicePasswordID: r.newPassword.ID,
	}
	if s.AP == nil && len(s.Credentials) == 0 {
		return nil, &Error{Err: configError("Credentials", "are missing"), class: ErrConfig}
	}
	return r.seal(&s, nil)
}

// credentialsToGive returns copies of the credentials for this enrollee: with its address,
// and with the pre-shared key if it accepts no passphrase.
func (r *Registrar) credentialsToGive() []wps.Credential {
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

// pskOf returns the pre-shared key of a passphrase, as 64 hexadecimal digits
// (IEEE 802.11, annex J); any other key unchanged.
func pskOf(c *wps.Credential) wps.NetworkKey {
	passphrase, ok := c.NetworkKey.Passphrase()
	if !ok || c.AuthType&wps.AuthMixed == 0 {
		return c.NetworkKey
	}
	psk, err := pbkdf2.Key(sha1.New, passphrase, []byte(c.SSID), 4096, 32)
	if err != nil { // with FIPS 140 only, there is no SHA-1
		return c.NetworkKey
	}
	return hex.AppendEncode(nil, psk)
}

// handleDone ends the run. An access point waits for WSC_ACK.
func (r *Registrar) handleDone(msg []byte) (wps.List, error) {
	var m wps.Done
	if err := wps.Decode(&m, msg, r.mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case r.state == WaitM1 || !r.noncesMatch(m.EnrolleeNonce, m.RegistrarNonce):
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
	if err := wps.Decode(&m, msg, r.mode); err != nil {
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
// to an M2 that the Enrollee could not read. A station of hostap does not keep
// the Registrar Nonce of an M2D, and sends zeros.
func (r *Registrar) answersUnread(enrollee, registrar wps.Nonce) bool {
	return r.noncesMatch(enrollee, registrar) || enrollee == r.n1 && registrar == wps.Nonce{}
}

// handleNACK ends the run.
func (r *Registrar) handleNACK(msg []byte) (wps.List, error) {
	var m wps.NACK
	if err := wps.Decode(&m, msg, r.mode); err != nil {
		return nil, ignored(err)
	}
	switch {
	case r.state == SentM2D && r.answersUnread(m.EnrolleeNonce, m.RegistrarNonce):
		r.finish(r.refused)
		return nil, nil
	case r.state == SentM2 && r.answersUnread(m.EnrolleeNonce, m.RegistrarNonce): // it could not parse M2
	case r.state == WaitM1 || !r.noncesMatch(m.EnrolleeNonce, m.RegistrarNonce):
		return nil, ignored(errNotOurs)
	}
	return r.peerFailed(m.ConfigError), nil
}

// Closed ends the run because the transport has ended the exchange: a failure,
// unless the run has ended. It returns the error of the run.
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
