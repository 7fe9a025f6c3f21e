package registration

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"

	"github.com/gowps/gowps/wps"
)

// Config configures either role. Zero values are sensible defaults, except UUID
// and MAC of the Device, which are required.
type Config struct {
	// Device describes this side: UUID and MAC identify it, the rest is for
	// people and for choosing what both sides support; start with
	// [wps.DefaultDevice]. The keys depend on an enrollee's MAC: it is the
	// address with which it registers.
	Device wps.Device
	// Version10 makes it a version 1.0 device: it sends no Wi-Fi Alliance
	// extension.
	Version10 bool
	// WFA is the Wi-Fi Alliance extension in M1, M2 and M2D, except
	// SettingsDelayTime, which an access point sends in M7. Version2 goes into
	// every message; 0 means 0x20.
	WFA wps.WFAExtension
	// Vendor and Extra are extensions and attributes added to every message.
	Vendor []wps.VendorExtension
	Extra  []wps.Attribute
	// Mode is Tolerant for existing peers, or Strict.
	Mode wps.Mode
	// CheckSubgroup refuses a public key outside the subgroup of the generator:
	// see the function [CheckSubgroup].
	CheckSubgroup bool
	// KeyPair is an existing key pair: that of an NFC token, whose hash is
	// known to the peer. By default each run generates its own, as it must.
	KeyPair *KeyPair
	// Rand is the source of nonces and keys; crypto/rand by default. Anyone who
	// can predict its output can compute the PIN.
	Rand io.Reader
	// Faulty accepts a configuration that no product should have, such as an
	// SSID of 40 octets, for test equipment that sends what others must refuse.
	Faulty bool
	// KeyLog, if set, receives the line of this run: see [KeyLogLabel].
	KeyLog io.Writer
}

// run is what the two machines have in common.
type run struct {
	redacted
	cfg *Config // nil after M2: only M1, M2 and M2D need all of it

	// What later messages need of it. A run waits most of its time, and there
	// may be many of them.
	random        io.Reader
	vendor        []wps.VendorExtension
	extra         []wps.Attribute
	mode          wps.Mode
	version2      uint8 // 0 in version 1.0
	settingsDelay uint8
	faulty        bool

	peerKeyHash *[20]byte
	password    Password
	alternative Password // an access point's second one
	newPassword Password // that a registrar gives for a later run

	own         *KeyPair
	pke, pkr    *wps.PublicKey // the Enrollee's and the Registrar's key
	n1, n2      wps.Nonce      // the Enrollee Nonce and the Registrar Nonce
	enrolleeMAC wps.MAC
	cipher      *Cipher  // nil until there are keys
	halves      *[2]half // of the password, likewise

	chain     []byte            // our message that the peer's next Authenticator covers
	received  [sha256.Size]byte // the hash of the last message answered: a repetition gets the same answer
	answered  []byte            // our answer to it
	room      []byte            // buffer for the answer, while a message is handled
	undecided []byte            // M8 with settings that wait for a decision

	refusal *Error // why the peer's next message is answered with NACK
	err     error

	// For the result. The description of the peer is kept once.
	peer    *wps.Device
	peerWFA *wps.WFAExtension
	result  *Result // created when there is more to report, and at the end
	emsk    EMSK
	quirks  wps.Quirks

	role           Role
	sent           wps.MessageType // the type of the message sent last
	endsAfterReply bool            // the run ends successfully with the answer being sent
	settled        bool            // nothing that arrives now can make the run fail
	ended          bool
}

// newRun returns a run with a configuration that was checked.
func newRun(role Role, c Config) run {
	r := run{role: role, cfg: &c, random: c.Rand, vendor: c.Vendor, extra: c.Extra, mode: c.Mode, faulty: c.Faulty}
	if c.Version10 {
		return r
	}
	r.version2, r.settingsDelay = c.WFA.Version2, c.WFA.SettingsDelayTime
	if r.version2 == 0 {
		r.version2 = 0x20
	}
	return r
}

// half is the state of the proofs of a half of the password.
type half struct {
	psk    [16]byte
	secret wps.SecretNonce // ours
	hash   [32]byte        // the peer's
}

// Role returns the role of the machine.
func (r *run) Role() Role { return r.role }

// endsWithM2 reports whether the run ends with M2.
func (r *run) endsWithM2() bool {
	return r.password.ID == wps.PasswordNFCHandover
}

// draw fills dst with random octets.
func (r *run) draw(dst []byte) error {
	src := r.random
	if src == nil {
		src = rand.Reader
	}
	_, err := io.ReadFull(src, dst)
	return err
}

// makeKeyPair generates the key pair of this side, unless it has one.
func (r *run) makeKeyPair() (err error) {
	if r.own = r.cfg.KeyPair; r.own == nil {
		r.own, err = NewKeyPair(r.random)
	}
	return err
}

// header returns the start of our messages.
func (r *run) header() wps.Header {
	h := wps.Header{Vendor: r.vendor, Unknown: r.extra}
	h.WFA.Version2 = r.version2
	return h
}

// fullHeader returns the start of M1, M2 and M2D, which carry the whole
// extension.
func (r *run) fullHeader() wps.Header {
	h := r.header()
	if !r.cfg.Version10 {
		h.WFA = r.cfg.WFA
		h.WFA.Version2 = r.version2
		h.WFA.SettingsDelayTime = 0
	}
	return h
}

// handle processes a message. Process does what the role does with a message of
// its type, and returns the answer, which is then encoded.
func (r *run) handle(msg []byte, process func(t wps.MessageType, msg []byte) (wps.List, error)) ([]byte, error) {
	hash := sha256.Sum256(msg)
	switch {
	case r.answered != nil && hash == r.received:
		return r.answered, nil
	case r.ended:
		return nil, errEnded
	case r.undecided != nil && bytes.Equal(msg, r.undecided):
		return nil, ignored(errNotDue)
	}
	t, err := wps.PeekMessageType(msg)
	received := msg
	if keepsParts(t) { // one allocation for the message and the answer
		memory := append(make([]byte, 0, len(msg)+roomAfter(t)), msg...)
		received, r.room = memory[:len(msg):len(msg)], memory[len(msg):]
	}
	var answer wps.List
	switch {
	case err == nil:
		answer, err = process(t, received)
	case errors.Is(err, wps.ErrMessageType):
		err = ignored(err)
	default:
		err = r.rejectOrIgnore(received, err)
	}
	return r.answerTo(hash, received, t, answer, err)
}

// keepsParts reports whether the machine keeps parts of a message of this type,
// and therefore needs a copy.
func keepsParts(t wps.MessageType) bool {
	switch t {
	case wps.MessageM3, wps.MessageM4, wps.MessageM5, wps.MessageM6, wps.MessageM7:
		return false
	}
	return true
}

// answerLater is handle for a message that has waited for a decision, which is
// the answer m or the error.
func (r *run) answerLater(received []byte, t wps.MessageType, m wps.List, err error) ([]byte, error) {
	return r.answerTo(sha256.Sum256(received), received, t, m, err)
}

// answerTo is answer for a message with a hash, by which a repetition is
// recognized. It drops what the run does not need while it waits.
func (r *run) answerTo(hash [sha256.Size]byte, received []byte, t wps.MessageType, m wps.List, err error) ([]byte, error) {
	out, err := r.answer(received, t, m, err)
	if out != nil {
		r.received = hash
	}
	r.room = nil
	if r.cipher != nil {
		r.cipher.rest()
	}
	return out, err
}

// answer encodes m, the answer to a received message of type t. If err is a
// fault of that message, the run ends and the answer is WSC_NACK, which is
// returned with the error of the run.
func (r *run) answer(received []byte, t wps.MessageType, m wps.List, err error) ([]byte, error) {
	if fault, ok := err.(*Error); ok {
		fault.Message, fault.DetectedBy = t, r.role
		m, err = r.nack(fault.ConfigError), nil
		r.finish(fault)
	}
	switch {
	case errors.Is(err, ErrIgnored):
		return nil, err
	case err != nil:
		return nil, r.Abort(err)
	case m == nil:
		return nil, r.err
	}
	out, err := r.encode(received, m)
	if err != nil {
		return nil, r.Abort(err)
	}
	if r.endsAfterReply && !r.ended {
		r.finish(nil)
	}
	return out, r.err
}

// encode encodes the answer to a received message, and keeps it. The
// Authenticator of M2 to M8 covers the received message and the answer; the
// peer's next Authenticator will cover this answer, if it is one of M1 to M8.
func (r *run) encode(received []byte, m wps.List) ([]byte, error) {
	t, _ := m.Kind().MessageType()
	out := r.room
	if cap(out) < roomOf(t) {
		out = make([]byte, 0, roomOf(t))
	}
	out, err := wps.Append(out, m)
	if err != nil {
		return nil, err
	}
	if inChain := t <= wps.MessageM8 && t != wps.MessageM2D; inChain {
		if t != wps.MessageM1 {
			unsigned := out[:len(out)-authenticatorSize] // the layout ends with one of zeros
			out = r.cipher.AppendAuthenticator(received, unsigned)
		}
		r.chain = out
	}
	r.answered, r.sent = out, t
	return out, nil
}

func (r *run) ack() *wps.ACK {
	m := new(wps.ACK)
	m.Header, m.EnrolleeNonce, m.RegistrarNonce = r.header(), r.n1, r.n2
	return m
}

func (r *run) nack(ce wps.ConfigError) *wps.NACK {
	m := &wps.NACK{ConfigError: ce}
	m.Header, m.EnrolleeNonce, m.RegistrarNonce = r.header(), r.n1, r.n2
	return m
}

func (r *run) done() *wps.Done {
	m := new(wps.Done)
	m.Header, m.EnrolleeNonce, m.RegistrarNonce = r.header(), r.n1, r.n2
	return m
}

// hasOurNonce reports whether a message has this side's nonce.
func (r *run) hasOurNonce(msg []byte) bool {
	id, nonce := wps.AttrEnrolleeNonce, &r.n1
	if r.role == RoleRegistrar {
		id, nonce = wps.AttrRegistrarNonce, &r.n2
	}
	return bytes.Equal(wps.Find(msg, id), nonce[:])
}

// rejectOrIgnore decides about a message that cannot be decoded or is not
// expected. Once there are keys, only an authentic message is the peer's fault;
// before that, one with the nonce of the run. Others are ignored: they may be
// forged, damaged or late copies. Before the first message there is no run that
// a forgery could disturb.
func (r *run) rejectOrIgnore(msg []byte, err error) error {
	switch {
	case r.sent == 0:
	case !r.hasOurNonce(msg), r.cipher != nil && r.cipher.VerifyAuthenticator(r.chain, msg) != nil:
		return ignored(err)
	}
	return wrong(err)
}

// read decodes one of M3 to M8. Anyone on the air can send one with the wrong
// nonce or Authenticator, so it is ignored (WSC 2.0 §7.1, via iwd); an
// authentic message that cannot be decoded is the peer's fault.
func (r *run) read(m wps.List, msg []byte) error {
	if !r.hasOurNonce(msg) {
		return ignored(errNotOurs)
	}
	if err := r.cipher.VerifyAuthenticator(r.chain, msg); err != nil {
		return ignored(err)
	}
	if err := wps.Decode(m, msg, r.mode); err != nil {
		return wrong(err)
	}
	r.quirks |= m.Attributes().Quirks
	return nil
}

// noncesMatch reports whether the nonces of a WSC_NACK, WSC_ACK or WSC_Done are
// those of the run. The registrar's is unknown before M2: the enrollee accepts
// any.
func (r *run) noncesMatch(enrollee, registrar wps.Nonce) bool {
	return enrollee == r.n1 && (registrar == r.n2 || r.n2 == wps.Nonce{})
}

// setPeer stores the description of the peer. The run keeps the pointers.
func (r *run) setPeer(d *wps.Device, wfa *wps.WFAExtension, q wps.Quirks) {
	r.peer, r.peerWFA = d, wfa
	r.quirks |= q
}

// ensureResult returns the result, creating it if necessary.
func (r *run) ensureResult() *Result {
	if r.result == nil {
		r.result = new(Result)
	}
	return r.result
}

// fillResult fills in the result of a successful run.
func (r *run) fillResult() {
	result := r.ensureResult()
	result.Quirks, result.EMSK = r.quirks, r.emsk
	if r.peer != nil {
		result.Peer, result.PeerVersion2, result.PeerWFA = *r.peer, r.peerWFA.Version2, *r.peerWFA
	}
}

// keyed is what a run needs once both sides have the keys, in one allocation.
type keyed struct {
	cipher Cipher
	halves [2]half
	public wps.PublicKey // ours
}

// agree checks the peer's public key and derives the keys. They become those of
// the run by setKeys.
func (r *run) agree(peer *wps.PublicKey) (Keys, *keyed, error) {
	if r.cfg.CheckSubgroup {
		if err := CheckSubgroup(peer); err != nil {
			return Keys{}, nil, err
		}
	}
	keys, err := r.own.agree(peer, r.n1, r.enrolleeMAC, r.n2)
	if err != nil {
		return Keys{}, nil, err
	}
	x := new(keyed)
	x.cipher.setKeys(&keys)
	return keys, x, nil
}

// setKeys sets the keys of the run. From then on only the public key of its key
// pair is needed, so it keeps a copy of that.
func (r *run) setKeys(k *Keys, x *keyed) {
	writeKeyLog(r.cfg.KeyLog, r.n1, r.n2, k)
	r.cipher, r.halves = &x.cipher, &x.halves
	r.emsk = k.EMSK
	k.Clear()
	if r.cfg.KeyPair != nil {
		r.own = nil
		return
	}
	x.public = r.own.PublicKey()
	if r.role == RoleEnrollee {
		r.pke = &x.public
	} else {
		r.pkr = &x.public
	}
	r.own.Clear()
	r.own = nil
}

// commit draws this side's secret nonces and returns the two hashes over
// them and the halves of the password.
func (r *run) commit() (hash [2][32]byte, err error) {
	first, second := r.password.halves()
	r.halves[0].psk, r.halves[1].psk = r.cipher.psk(first), r.cipher.psk(second)
	for i := range r.halves {
		h := &r.halves[i]
		if err := r.draw(h.secret[:]); err != nil {
			return hash, err
		}
		hash[i] = r.cipher.proof(&h.secret, &h.psk, r.pke, r.pkr)
	}
	return hash, nil
}

// setPeerHashes stores the peer's commitments to the halves.
func (r *run) setPeerHashes(hash1, hash2 [32]byte) { r.halves[0].hash, r.halves[1].hash = hash1, hash2 }

// roomOf returns the capacity in octets for encoding a message. Few need more:
// it is that of the longest messages that stock hostapd and wpa_supplicant
// send. Unused capacity is kept as long as the message.
func roomOf(t wps.MessageType) int {
	switch t {
	case wps.MessageM1, wps.MessageM2, wps.MessageM2D:
		return 480
	case wps.MessageM4, wps.MessageM8:
		return 256
	case wps.MessageACK, wps.MessageNACK, wps.MessageDone:
		return 80
	}
	return 160
}

// roomAfter returns the capacity in octets for the answer to a message that is
// copied: the next message of the protocol.
func roomAfter(t wps.MessageType) int {
	switch t {
	case wps.MessageM1:
		return roomOf(wps.MessageM2)
	case wps.MessageM2:
		return roomOf(wps.MessageM3)
	case wps.MessageM8:
		return roomOf(wps.MessageDone)
	}
	return 0
}

// settingsRoom returns a capacity in octets in which settings can be encoded:
// growing would leave plaintext behind. Unused capacity is freed with the message.
func settingsRoom(settings wps.List) int {
	room := headerRoom(settings.Attributes())
	switch s := settings.(type) {
	case *wps.M4Settings, *wps.M5Settings, *wps.M6Settings:
		return secretNonceRoom
	case *wps.M7Settings:
		if s.AP == nil {
			return secretNonceRoom
		}
		room += secretNonceRoom + credentialRoom(s.AP) + len(s.IdentityProof) + len(s.X509CertificateRequest)
	case *wps.M8Settings:
		room += credentialsRoom(s.Credentials, s.AP) + len(s.NewPassword)
	case *wps.M2Settings:
		room += credentialsRoom(s.Credentials, s.AP)
	}
	return room
}

func credentialsRoom(list []wps.Credential, ap *wps.Credential) int {
	room := 0
	if ap != nil {
		room = credentialRoom(ap)
	}
	for i := range list {
		room += credentialRoom(&list[i])
	}
	return room
}

func credentialRoom(c *wps.Credential) int {
	return headerRoom(&c.Header) + len(c.SSID) + len(c.NetworkKey) + len(c.EAPType) + len(c.EAPIdentity)
}

// headerRoom includes the attributes of limited length that a list of settings
// has besides.
func headerRoom(h *wps.Header) int {
	const limited, header = 160, 8
	room := limited
	for i := range h.WFA.Unknown {
		room += header + len(h.WFA.Unknown[i].Data)
	}
	for i := range h.Vendor {
		room += header + len(h.Vendor[i].Data)
	}
	for i := range h.Unknown {
		room += header + len(h.Unknown[i].Value)
	}
	return room
}

// secretNonceRoom is the size in octets of settings with only a secret nonce,
// and sealRoom a buffer for encrypting and decrypting them.
const secretNonceRoom = 32

type sealRoom [aes.BlockSize + secretNonceRoom + maxSealing]byte

// seal encrypts the settings of a message, in the buffer if they hold only a
// secret nonce.
func (r *run) seal(settings wps.List, buffer *sealRoom) ([]byte, error) {
	var sealed []byte
	if room := settingsRoom(settings); room == secretNonceRoom {
		sealed = buffer[:aes.BlockSize]
	} else {
		sealed = make([]byte, aes.BlockSize, aes.BlockSize+room+maxSealing)
	}
	if err := r.draw(sealed); err != nil { // the IV
		return nil, err
	}
	sealed, err := wps.Append(sealed, settings)
	if err != nil {
		clear(sealed[:cap(sealed)])
		return nil, err
	}
	return r.cipher.sealInPlace(sealed, 0), nil
}

// open decrypts and decodes the settings of a message with which the peer
// continues, in the buffer if they hold only a secret nonce. A pending refusal
// comes first. The peer gets the same error whatever is wrong.
func (r *run) open(value []byte, settings wps.List, buffer *sealRoom) error {
	if r.refusal != nil {
		return r.refusal
	}
	var room []byte
	if settingsRoom(settings) == secretNonceRoom {
		room = buffer[:0]
	}
	plain, err := r.cipher.openSettings(room, value)
	if err != nil {
		return &Error{ConfigError: wps.DecryptionCRCFailure, Err: err}
	}
	if err := wps.Decode(settings, plain, r.mode); err != nil {
		clear(plain)
		return &Error{ConfigError: wps.DecryptionCRCFailure, Err: &settingsError{err}}
	}
	r.quirks |= settings.Attributes().Quirks
	return nil
}

// peerNonces are the attributes with which the peer of a role opens its
// commitments.
var peerNonces = [...][2]wps.AttributeID{
	RoleEnrollee:  {wps.AttrRSNonce1, wps.AttrRSNonce2},
	RoleRegistrar: {wps.AttrESNonce1, wps.AttrESNonce2},
}

// verify opens settings, of which nonce is a part, and checks the peer's proof
// of the first or second half of the password. The nonce is then cleared, in
// the plaintext too: with it and the keys the half could be found by trying.
func (r *run) verify(value []byte, settings wps.List, nonce *wps.SecretNonce, number int, buffer *sealRoom) error {
	if err := r.open(value, settings, buffer); err != nil {
		return err
	}
	h := &r.halves[number-1]
	proved := r.cipher.verifyProof(&h.hash, nonce, &h.psk, r.pke, r.pkr)
	clear(nonce[:])
	clear(wps.Find(settings.Attributes().Raw, peerNonces[r.role][number-1]))
	if !proved {
		return &Error{ConfigError: wps.DevicePasswordAuthFailed, Half: number, Err: ErrPassword}
	}
	return nil
}

// halfOf maps a message to the half of the password that it proves: M4 and M6
// prove the registrar's to the enrollee, M5 and M7 the reverse.
var halfOf = map[wps.MessageType]int{
	wps.MessageM4: 1, wps.MessageM5: 1, wps.MessageM6: 2, wps.MessageM7: 2,
}

// peerFailed ends the run because of a WSC_NACK. The answer is a NACK with the
// same error, as in iwd: an EAP peer must answer, an EAP server does not use
// it.
func (r *run) peerFailed(ce wps.ConfigError) wps.List {
	e := &Error{Message: r.sent, ConfigError: ce, DetectedBy: r.role.other(), class: classOf(ce, ErrRefused)}
	if ce == wps.DevicePasswordAuthFailed {
		e.Half = halfOf[r.sent]
	}
	r.finish(e)
	return r.nack(ce)
}

// closed returns the error of a run that the peer left without a message.
func (r *run) closed() *Error {
	return &Error{Message: r.sent, DetectedBy: r.role.other(), class: ErrRefused}
}

// finish ends the run and clears its secrets.
func (r *run) finish(err error) {
	r.ended, r.err = true, err
	if r.own != nil && r.cfg.KeyPair == nil {
		r.own.Clear()
	}
	if r.cipher != nil {
		r.cipher.Clear()
		r.cipher = nil
	}
	r.password.Clear()
	r.alternative.Clear()
	r.newPassword.Clear()
	if r.halves != nil {
		*r.halves = [2]half{}
	}
	r.chain = nil
	switch {
	case err == nil:
		r.fillResult()
	case r.result != nil:
		r.result.Clear()
	}
	clear(r.emsk[:])
}

// Refuse ends the run at the next message that would continue it: it is
// answered with NACK and the configuration error (M1 with M2D), and the
// [*Error] wraps cause, if not nil. An access point whose PIN is locked, or a
// registrar that detects a session overlap, stops a run in this way.
func (r *run) Refuse(ce wps.ConfigError, cause error) {
	r.refusal = &Error{ConfigError: ce, Err: cause, class: classOf(ce, ErrRefused)}
}

// Abort ends the run at once, without a message: because of a transport failure
// or a timeout. Cause, such as [ErrTimeout], becomes the class of the error,
// which is returned. An access point that has sent WSC_Done has its settings
// and cannot fail any more.
func (r *run) Abort(cause error) error {
	switch {
	case r.ended:
	case r.settled:
		r.finish(nil)
	case cause == nil:
		r.finish(&Error{Message: r.sent, DetectedBy: r.role, class: ErrEnded})
	default:
		r.finish(&Error{Message: r.sent, DetectedBy: r.role, Err: cause, class: cause})
	}
	return r.err
}

// Settled reports whether the run has succeeded and only waits for the other
// side to confirm it: an access point that has sent WSC_Done has its settings.
// Nothing that follows can make the run fail.
func (r *run) Settled() bool { return r.settled && !r.ended }

// Ended reports whether the run is over.
func (r *run) Ended() bool { return r.ended }

// Err returns why the run failed, an [*Error], or nil.
func (r *run) Err() error { return r.err }

// Result returns what the run yielded once it has ended without an error,
// and nil before.
func (r *run) Result() *Result {
	if !r.ended || r.err != nil {
		return nil
	}
	return r.result
}
