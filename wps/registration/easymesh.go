package registration

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/gowps/gowps/wps"
)

// BSS is the content of one M2 of IEEE 1905.1 about one network that an
// EasyMesh agent has to serve: Wi-Fi EasyMesh §7.1.
type BSS struct {
	// Settings are those of the network. Their MAC is that of the agent's
	// radio, as the controller sent it.
	Settings wps.Credential
	// Role says what the network is for: fronthaul, backhaul or both. A BSS
	// with [wps.MultiAPTearDown] has no other meaning: the agent switches all
	// networks of the radio off, and ignores everything else in it.
	Role wps.MultiAP
	// Profile and VLAN are the Multi-AP Profile and the primary VLAN
	// identifier; 0 if they are not sent.
	Profile uint8
	VLAN    uint16
}

// Format prints the fields, and of secrets only whether they are set.
func (b BSS) Format(f fmt.State, _ rune) {
	type fields BSS
	fmt.Fprintf(f, "%+v", fields(b))
}

// TearDown reports whether the agent has to switch its networks off.
func (b *BSS) TearDown() bool { return b.Role&wps.MultiAPTearDown != 0 }

// errTearDown says why a BSS without settings cannot be encoded.
var errTearDown = errors.New("a BSS needs settings that can be used, unless its role is to tear down")

// Agent is the enrollee of IEEE 1905.1: an EasyMesh agent, which sends one M1
// for a radio and receives one M2 for each network. IEEE 1905.1 protects the
// frames: no password is proved, and an M2 is not answered.
//
// An Agent is a value like the other machines: it owns no goroutine, clock or
// socket, and must not be used concurrently.
type Agent struct {
	redacted
	cfg  Config
	own  *KeyPair
	m1   []byte
	n1   wps.Nonce
	over bool
}

// NewAgent returns an agent for one M1. The MAC of the device is that of the
// agent (its AL MAC address, or the radio's). The error is of class
// [ErrConfig], or that of the randomness.
func NewAgent(cfg Config) (*Agent, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Device.MAC == (wps.MAC{}) {
		return nil, configError("Device.MAC", "is zero: it enters the keys")
	}
	a := &Agent{cfg: cfg, own: cfg.KeyPair}
	var err error
	if a.own == nil {
		if a.own, err = NewKeyPair(cfg.Rand); err != nil {
			return nil, err
		}
	}
	r := newRun(RoleEnrollee, cfg)
	if err := r.draw(a.n1[:]); err != nil {
		return nil, err
	}
	m := &wps.M1{
		Header: r.fullHeader(), Device: cfg.Device, EnrolleeNonce: a.n1, PublicKey: a.own.PublicKey(),
		DevicePasswordID: wps.PasswordPushButton, // as the agents of the field
	}
	if a.m1, err = wps.Append(nil, m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return a, nil
}

// M1 returns the message to send. It belongs to the agent and must not be
// changed.
func (a *Agent) M1() []byte { return a.m1 }

// Handle processes an M2, and returns the network that it is about. M2 may
// come in any number and order; one that came before gives the same again. The
// error is of class [ErrIgnored] if the message was not for this agent, is not
// authentic or is no M2; otherwise it says what is wrong with the settings.
func (a *Agent) Handle(m2 []byte) (*BSS, error) {
	if a.over {
		return nil, errEnded
	}
	m := new(wps.M2)
	if err := wps.Decode(m, m2, a.cfg.Mode); err != nil {
		return nil, ignored(err)
	}
	if m.EnrolleeNonce != a.n1 {
		return nil, ignored(errNotOurs)
	}
	keys, err := a.own.Keys(&m.PublicKey, a.n1, a.cfg.Device.MAC, m.RegistrarNonce)
	if err != nil {
		return nil, ignored(err)
	}
	defer keys.Clear()
	cipher := NewCipher(keys)
	defer cipher.Clear()
	if err := cipher.VerifyAuthenticator(a.m1, m2); err != nil {
		return nil, ignored(err)
	}
	writeKeyLog(a.cfg.KeyLog, a.n1, m.RegistrarNonce, keys)
	plain, err := cipher.OpenSettings(m.EncryptedSettings)
	if err != nil {
		return nil, &Error{Message: wps.MessageM2, ConfigError: wps.DecryptionCRCFailure, DetectedBy: RoleEnrollee, Err: err, class: ErrProtocol}
	}
	return bssOf(plain, a.cfg.Mode)
}

// bssOf reads the settings of an M2.
func bssOf(plain []byte, mode wps.Mode) (*BSS, error) {
	// Of a BSS to be torn down, only that counts: the rest may be anything.
	if role := multiAPOf(plain); role&wps.MultiAPTearDown != 0 {
		return &BSS{Role: role}, nil
	}
	s := &wps.M8Settings{AP: new(wps.Credential)}
	if err := wps.Decode(s, plain, mode); err != nil {
		return nil, &Error{Message: wps.MessageM2, DetectedBy: RoleEnrollee, Err: err, class: ErrProtocol}
	}
	b := &BSS{Settings: cloneCredential(s.AP), Role: s.WFA.MultiAP, Profile: s.WFA.MultiAPProfile, VLAN: s.WFA.MultiAPVLAN}
	return b, nil
}

// multiAPOf returns the Multi-AP Extension of a list, or 0.
func multiAPOf(list []byte) wps.MultiAP {
	d := wps.NewDecoder(list, wps.Tolerant)
	for d.Next() {
		v := d.Value()
		if d.ID() != wps.AttrVendorExtension || len(v) < 3 || !bytes.Equal(v[:3], []byte{0x00, 0x37, 0x2A}) {
			continue
		}
		for e := v[3:]; len(e) >= 2 && int(e[1]) <= len(e)-2; e = e[2+int(e[1]):] {
			if wps.WFAElementID(e[0]) == wps.WFAMultiAP && e[1] == 1 {
				return wps.MultiAP(e[2])
			}
		}
	}
	return 0
}

// Close ends the agent and clears its key.
func (a *Agent) Close() {
	if a.cfg.KeyPair == nil {
		a.own.Clear()
	}
	a.over = true
}

// Answer returns the M2 messages of an EasyMesh controller, the registrar of
// IEEE 1905.1, to an agent's M1: one for each network, each with a key pair,
// a nonce and keys of its own. Without a network it returns one that has the
// agent tear down. It also returns the description of the agent, which is not
// authenticated but by IEEE 1905.1. The error is of class [ErrConfig] if a
// network cannot be given, and otherwise says what is wrong with M1.
func Answer(cfg Config, m1 []byte, networks ...BSS) (m2 [][]byte, agent *wps.M1, err error) {
	agent = new(wps.M1)
	if err := wps.Decode(agent, m1, cfg.Mode); err != nil {
		return nil, nil, &Error{Message: wps.MessageM1, DetectedBy: RoleRegistrar, Err: err, class: ErrProtocol}
	}
	if err := CheckPublicKey(&agent.PublicKey, nil); err != nil {
		return nil, nil, &Error{Message: wps.MessageM1, DetectedBy: RoleRegistrar, Err: err, class: ErrProtocol}
	}
	if len(networks) == 0 {
		networks = []BSS{{Role: wps.MultiAPTearDown}}
	}
	for i := range networks {
		m, err := answer(cfg, m1, agent, &networks[i])
		if err != nil {
			return nil, agent, err
		}
		m2 = append(m2, m)
	}
	return m2, agent, nil
}

// answer makes the M2 of one network.
func answer(cfg Config, m1 []byte, agent *wps.M1, b *BSS) ([]byte, error) {
	settings := b.Settings
	if b.TearDown() {
		// hostap demands the attributes all the same.
		settings = wps.Credential{SSID: "\x00", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	} else if err := settings.Usable(); err != nil {
		return nil, fmt.Errorf("%w: %w: %w", ErrConfig, errTearDown, err)
	}
	if settings.MAC == (wps.MAC{}) {
		settings.MAC = agent.MAC
	}
	own, err := NewKeyPair(cfg.Rand)
	if err != nil {
		return nil, err
	}
	defer own.Clear()
	var n2 wps.Nonce
	r := newRun(RoleRegistrar, cfg)
	if err := r.draw(n2[:]); err != nil {
		return nil, err
	}
	keys, err := own.Keys(&agent.PublicKey, agent.EnrolleeNonce, agent.MAC, n2)
	if err != nil {
		return nil, err
	}
	defer keys.Clear()
	cipher := NewCipher(keys)
	defer cipher.Clear()
	s := &wps.M8Settings{AP: &settings}
	s.WFA.MultiAP, s.WFA.MultiAPProfile, s.WFA.MultiAPVLAN = b.Role, b.Profile, b.VLAN
	plain, err := wps.Append(make([]byte, 0, settingsRoom(s)), s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	defer clear(plain)
	var iv [16]byte
	if err := r.draw(iv[:]); err != nil {
		return nil, err
	}
	// M2 repeats the password of M1. No password is used, so a value without a
	// meaning is no reason to refuse the agent, but it is not sent.
	password := agent.DevicePasswordID
	if password.Reserved() {
		password = wps.PasswordPushButton // as the agents of the field
	}
	m := &wps.M2{
		Header: r.fullHeader(), Device: cfg.Device, EnrolleeNonce: agent.EnrolleeNonce, RegistrarNonce: n2, PublicKey: own.PublicKey(),
		DevicePasswordID: password, EncryptedSettings: cipher.SealSettings(nil, &iv, plain),
	}
	out, err := wps.Append(nil, m)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	const authenticator = 4 + 8 // the attribute, which is computed again
	writeKeyLog(cfg.KeyLog, agent.EnrolleeNonce, n2, keys)
	return cipher.AppendAuthenticator(m1, out[:len(out)-authenticator]), nil
}
