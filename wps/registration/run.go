package registration

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"

	"github.com/gowps/gowps/wps"
)

// Config is what both roles are told. The zero value of a field is the
// sensible default.
type Config struct {
	// Device describes this side: UUID and MAC identify it, the rest is for
	// people and for choosing what both sides can do. An enrollee's MAC
	// enters the keys: it is the address that it registers with.
	Device wps.Device
	// Version10 makes a version 1.0 device: no extension of the Wi-Fi
	// Alliance is sent.
	Version10 bool
	// WFA is what M1 or M2 carries in the extension of the Wi-Fi Alliance;
	// Version2 0 means 0x20, and goes into every message.
	WFA wps.WFAExtension
	// Vendor and Extra are extensions and attributes added to every message.
	Vendor []wps.VendorExtension
	Extra  []wps.Attribute
	// Mode is Tolerant towards the peers that exist, or Strict.
	Mode wps.Mode
	// CheckSubgroup refuses a public key outside the subgroup that the
	// generator makes: see [CheckSubgroup].
	CheckSubgroup bool
	// KeyPair is a key pair made before: an NFC token's, whose hash was
	// given away. By default each run makes its own, as it must.
	KeyPair *KeyPair
	// Rand is where nonces and keys come from; crypto/rand by default.
	// Whoever can guess what it gives finds the PIN.
	Rand io.Reader
	// KeyLog, if set, is written the line of this run: see [KeyLogLabel].
	KeyLog io.Writer
}

// run is what the two machines have in common.
type run struct {
	redacted
	cfg      Config
	role     Role
	password Password

	own            *KeyPair
	pke, pkr       wps.PublicKey
	n1, n2         wps.Nonce
	enrolleeMAC    wps.MAC
	cipher         *Cipher
	psk1, psk2     [16]byte
	s1, s2         wps.SecretNonce // ours
	hash1, hash2   [32]byte        // the peer's
	chain          []byte          // the last message of the Authenticator's chain
	heard, replied []byte          // the last message acted on, and the answer
	sent           wps.MessageType // the type of the message sent last
	refusal        *Error          // why the next message is to be answered by NACK
	ended          bool
	err            error
	result         Result
}

// random fills dst.
func (r *run) random(dst []byte) error {
	src := r.cfg.Rand
	if src == nil {
		src = rand.Reader
	}
	_, err := io.ReadFull(src, dst)
	return err
}

// prepare makes the nonce and the key pair of this side.
func (r *run) prepare(nonce *wps.Nonce) error {
	if err := r.random(nonce[:]); err != nil {
		return err
	}
	if r.own = r.cfg.KeyPair; r.own != nil {
		return nil
	}
	var err error
	r.own, err = NewKeyPair(r.cfg.Rand)
	return err
}

// header returns the beginning of a message of ours.
func (r *run) header() wps.Header {
	h := wps.Header{Vendor: r.cfg.Vendor, Unknown: r.cfg.Extra}
	if !r.cfg.Version10 {
		h.WFA.Version2 = r.version2()
	}
	return h
}

// firstHeader returns that of M1, M2 and M2D, which carry the whole extension.
func (r *run) firstHeader() wps.Header {
	h := r.header()
	if !r.cfg.Version10 {
		h.WFA = r.cfg.WFA
		h.WFA.Version2 = r.version2()
		h.WFA.SettingsDelayTime = 0
	}
	return h
}

func (r *run) version2() uint8 {
	if r.cfg.WFA.Version2 == 0 {
		return 0x20
	}
	return r.cfg.WFA.Version2
}

// agree derives the keys of the run, and checks the peer's public key.
func (r *run) agree(peer *wps.PublicKey) (*Keys, error) {
	if r.cfg.CheckSubgroup {
		if err := CheckSubgroup(peer); err != nil {
			return nil, err
		}
	}
	return r.own.Keys(peer, r.n1, r.enrolleeMAC, r.n2)
}

// adopt makes the keys those of the run.
func (r *run) adopt(k *Keys, c *Cipher) {
	writeKeyLog(r.cfg.KeyLog, r.n1, r.n2, k)
	r.cipher = c
	r.result.EMSK = k.EMSK
	k.Clear()
}

// commit draws this side's secret nonces and returns the two hashes over
// them and the halves of the password.
func (r *run) commit() (hash1, hash2 [32]byte, err error) {
	first, second := r.password.halves()
	r.psk1, r.psk2 = r.cipher.psk(first), r.cipher.psk(second)
	if err = r.random(r.s1[:]); err == nil {
		err = r.random(r.s2[:])
	}
	return r.proof(&r.s1, &r.psk1), r.proof(&r.s2, &r.psk2), err
}

func (r *run) proof(s *wps.SecretNonce, psk *[16]byte) [32]byte {
	return r.cipher.proof(s, psk, &r.pke, &r.pkr)
}

// seal encrypts the settings of a message.
func (r *run) seal(settings wps.List) ([]byte, error) {
	plain, err := wps.Append(nil, settings)
	defer clear(plain)
	if err != nil {
		return nil, err
	}
	var iv [16]byte
	if err := r.random(iv[:]); err != nil {
		return nil, err
	}
	return r.cipher.SealSettings(nil, &iv, plain), nil
}

// open decrypts settings and reads them. A fault of any kind is ErrDecrypt:
// to tell them apart would help who has no key.
func (r *run) open(value []byte, settings wps.List) error {
	plain, err := r.cipher.OpenSettings(value)
	if err != nil {
		return err
	}
	if err := wps.Decode(settings, plain, r.cfg.Mode); err != nil {
		clear(plain)
		return ErrDecrypt
	}
	r.result.Quirks |= settings.Attributes().Quirks
	return nil
}

// say encodes a message that answers heard, and remembers both.
func (r *run) say(heard []byte, m wps.List) ([]byte, error) {
	out, err := wps.Append(nil, m)
	if err != nil {
		return nil, err
	}
	t, _ := m.Kind().MessageType()
	if t >= wps.MessageM2 && t <= wps.MessageM8 && t != wps.MessageM2D {
		body := out[:len(out)-authenticatorSize]
		out = r.cipher.AppendAuthenticator(r.chain, body)
	}
	if t <= wps.MessageM8 && t != wps.MessageM2D {
		r.chain = out
	}
	r.heard, r.replied, r.sent = heard, out, t
	return out, nil
}

// fillNonces sets those of WSC_ACK, WSC_NACK and WSC_Done.
func (r *run) fillNonces(enrollee, registrar *wps.Nonce) { *enrollee, *registrar = r.n1, r.n2 }

func (r *run) ack(heard []byte) ([]byte, error) {
	var m wps.ACK
	m.Header = r.header()
	r.fillNonces(&m.EnrolleeNonce, &m.RegistrarNonce)
	return r.say(heard, &m)
}

func (r *run) done(heard []byte) ([]byte, error) {
	var m wps.Done
	m.Header = r.header()
	r.fillNonces(&m.EnrolleeNonce, &m.RegistrarNonce)
	return r.say(heard, &m)
}

func (r *run) nack(heard []byte, ce wps.ConfigError) ([]byte, error) {
	m := wps.NACK{ConfigError: ce}
	m.Header = r.header()
	r.fillNonces(&m.EnrolleeNonce, &m.RegistrarNonce)
	return r.say(heard, &m)
}

// fault is something wrong with a message that ends the run: the NACK to
// answer with, and what it is.
type fault struct {
	ce    wps.ConfigError
	half  int
	err   error
	class error // if neither the configuration error's nor ErrProtocol
}

func (f *fault) Error() string { return f.err.Error() }

// wrong makes a fault without a reason on the wire.
func wrong(err error) error { return &fault{err: err} }

// stop ends the run because of a fault found in a message of type t, and
// returns the NACK to send.
func (r *run) stop(heard []byte, t wps.MessageType, f *fault) ([]byte, error) {
	e := &Error{Message: t, ConfigError: f.ce, DetectedBy: r.role, Half: f.half, Err: f.err}
	if e.class = f.class; e.class == nil {
		e.class = classOf(f.ce, ErrProtocol)
	}
	return r.fail(heard, e)
}

// fail ends the run with a NACK.
func (r *run) fail(heard []byte, e *Error) ([]byte, error) {
	out, err := r.nack(heard, e.ConfigError)
	r.finish(e)
	if err != nil {
		return nil, err
	}
	return out, e
}

// peerFailed ends the run because the peer said so. The answer is a NACK with
// the peer's error: an EAP peer owes one, an EAP server has no use for it.
func (r *run) peerFailed(heard []byte, ce wps.ConfigError) ([]byte, error) {
	e := &Error{Message: r.sent, ConfigError: ce, class: classOf(ce, ErrRefused)}
	e.DetectedBy = RoleEnrollee + RoleRegistrar - r.role
	if ce == wps.DevicePasswordAuthFailed {
		e.Half = halfOf[r.sent]
	}
	return r.fail(heard, e)
}

// halfOf tells which half of the password is open to proof once a message has
// been sent: M4 and M6 prove the registrar's to the enrollee, M5 and M7 the
// reverse.
var halfOf = map[wps.MessageType]int{
	wps.MessageM4: 1, wps.MessageM5: 1, wps.MessageM6: 2, wps.MessageM7: 2,
}

// finish ends the run and clears what must not outlive it.
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
	clear(r.psk1[:])
	clear(r.psk2[:])
	clear(r.s1[:])
	clear(r.s2[:])
	if err != nil {
		r.result.Clear()
	}
}

// Refuse ends the run with the next message that would move it on: it is
// answered by NACK with the configuration error, and cause is the reason of
// the [*Error]. So an access point whose PIN gets locked, or a registrar that
// notices a session overlap, stops a run that has begun.
func (r *run) Refuse(ce wps.ConfigError, cause error) {
	r.refusal = &Error{ConfigError: ce, DetectedBy: r.role, Err: cause, class: classOf(ce, ErrRefused)}
}

// Abort ends the run at once, without a message: the transport has failed or
// time is over. It returns the error of the run.
func (r *run) Abort(cause error) error {
	if !r.ended {
		r.finish(&Error{Message: r.sent, DetectedBy: r.role, Err: cause, class: cause})
	}
	return r.err
}

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
	return &r.result
}

// repeated reports whether the message is the one answered last, received
// once more.
func (r *run) repeated(msg []byte) bool { return r.heard != nil && bytes.Equal(msg, r.heard) }

// authentic checks the nonce and the Authenticator of M3 to M8. Whoever is on
// the air can get either wrong, so the error is one to ignore.
func (r *run) authentic(msg []byte, id wps.AttributeID, nonce *wps.Nonce) error {
	if !bytes.Equal(wps.Find(msg, id), nonce[:]) {
		return ignored(errNotOurs)
	}
	if err := r.cipher.VerifyAuthenticator(r.chain, msg); err != nil {
		return ignored(err)
	}
	return nil
}

// blame decides on a message that is wrong before it is known to be
// authentic: with the nonce of the run it is taken for the peer's fault,
// without it nobody's.
func (r *run) blame(msg []byte, id wps.AttributeID, nonce *wps.Nonce, err error) error {
	if !bytes.Equal(wps.Find(msg, id), nonce[:]) {
		return ignored(err)
	}
	return wrong(err)
}

// decode reads an authentic message.
func (r *run) decode(m wps.List, msg []byte) error {
	if err := wps.Decode(m, msg, r.cfg.Mode); err != nil {
		return wrong(err)
	}
	r.result.Quirks |= m.Attributes().Quirks
	return nil
}

// ours checks that a WSC_NACK, WSC_ACK or WSC_Done is of this run. The
// registrar's nonce is not known before M2: the enrollee takes any.
func (r *run) ours(enrollee, registrar wps.Nonce) bool {
	return enrollee == r.n1 && (registrar == r.n2 || r.n2 == wps.Nonce{})
}

// meet notes who the peer is.
func (r *run) meet(d *wps.Device, h *wps.Header) {
	r.result.Peer, r.result.PeerVersion2 = *d, h.WFA.Version2
	r.result.Quirks |= h.Quirks
}

// refused is the fault of a run that [run.Refuse] stopped.
func (r *run) refused() error {
	return &fault{ce: r.refusal.ConfigError, err: r.refusal.Err, class: r.refusal.class}
}

// openProof is open for the messages with which the peer goes on: a refusal
// that is due comes first.
func (r *run) openProof(value []byte, settings wps.List) error {
	if r.refusal != nil {
		return r.refused()
	}
	if err := r.open(value, settings); err != nil {
		return &fault{ce: wps.DecryptionCRCFailure, err: err}
	}
	return nil
}

// verify checks the peer's proof of a half of the password.
func (r *run) verify(hash *[32]byte, s *wps.SecretNonce, half int) error {
	psk := &r.psk1
	if half == 2 {
		psk = &r.psk2
	}
	if !r.cipher.verifyProof(hash, s, psk, &r.pke, &r.pkr) {
		return &fault{ce: wps.DevicePasswordAuthFailed, half: half, err: ErrPassword}
	}
	return nil
}

// settle turns a handler's error into what the run does about it.
func (r *run) settle(heard []byte, t wps.MessageType, err error) ([]byte, error) {
	var f *fault
	switch {
	case errors.Is(err, ErrIgnored):
		return nil, err
	case errors.As(err, &f):
		return r.stop(heard, t, f)
	}
	return nil, r.Abort(err)
}

// closed is the error of a run that the peer left without a word.
func (r *run) closed() *Error {
	return &Error{Message: r.sent, DetectedBy: RoleEnrollee + RoleRegistrar - r.role, class: ErrRefused}
}
