package ap

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

const (
	// tokenPassword is how many octets a password has that is made here.
	tokenPassword = 32
	// tokenExponent is how many octets a private exponent has that is made
	// here: as many as [registration.NewKeyPair] takes.
	tokenExponent = 32
)

// deviceToken is what NFC has brought of a device: its password token, or its
// part of a connection handover.
type deviceToken struct {
	id       wps.DevicePasswordID // wps.PasswordNFCHandover for a handover
	hash     [20]byte             // of the device's public key
	password registration.Password
	keys     *registration.KeyPair // ours, whose hash the device has; nil if it has none
	uuid     wps.UUID              // of a handover
	expires  time.Time
	announce time.Time // until when it is advertised
	inUse    bool
	state    PINState
}

func (t *deviceToken) expired(now time.Time) bool {
	return !t.expires.IsZero() && !now.Before(t.expires)
}

// clear overwrites the secrets, once no registration needs them.
func (t *deviceToken) clear() {
	if t.inUse {
		return
	}
	t.password.Clear()
	if t.keys != nil {
		t.keys.Clear()
	}
}

// tokenList holds the tokens of devices read by NFC, latest first. A device is
// identified by the hash of its key: two tags may have the same Device Password
// ID.
//
// A token is good for one success, whatever comes before it: a password of 16
// octets is not found by trying, half by half or offline. While one registration
// uses it, no other can, also if it was received again since.
type tokenList struct {
	max     int
	entries []*deviceToken
	lent    map[[20]byte]*deviceToken // those in use, by their hash, on the list or not
}

// add puts a token on the list. It replaces what there was of the same key.
func (l *tokenList) add(t *deviceToken) (gone []*deviceToken) {
	gone = l.remove(PINReplaced, func(o *deviceToken) bool { return o.hash == t.hash })
	if len(l.entries) >= cmp.Or(l.max, maxPINs) {
		oldest := l.entries[len(l.entries)-1]
		gone = append(gone, l.remove(PINReplaced, func(o *deviceToken) bool { return o == oldest })...)
	}
	l.entries = slices.Insert(l.entries, 0, t)
	return gone
}

// remove takes tokens from the list.
func (l *tokenList) remove(state PINState, which func(*deviceToken) bool) (gone []*deviceToken) {
	l.entries = slices.DeleteFunc(l.entries, func(t *deviceToken) bool {
		if !which(t) {
			return false
		}
		t.state = state
		t.clear()
		gone = append(gone, t)
		return true
	})
	return gone
}

// clear takes back all tokens.
func (l *tokenList) clear() []*deviceToken {
	return l.withdraw(func(*deviceToken) bool { return true })
}

// withdraw takes back tokens, also those in use that another has replaced.
func (l *tokenList) withdraw(which func(*deviceToken) bool) []*deviceToken {
	gone := l.remove(PINRemoved, which)
	for _, t := range l.lent {
		if which(t) {
			t.state = PINRemoved
		}
	}
	return gone
}

// lend gives a token to a registration, until [tokenUse.finish].
func (l *tokenList) lend(t *deviceToken) *tokenUse {
	t.inUse = true
	if l.lent == nil {
		l.lent = make(map[[20]byte]*deviceToken)
	}
	l.lent[t.hash] = t
	return &tokenUse{list: l, device: t}
}

// find returns the token of the device that sent an M1. Without one it says
// whether there is one of another key.
func (l *tokenList) find(now time.Time, m1 *wps.M1) (t *deviceToken, otherKey bool) {
	hash := registration.PublicKeyHash(&m1.PublicKey)
	for _, t := range l.entries {
		if t.expired(now) || t.id != m1.DevicePasswordID {
			continue
		}
		if t.hash == hash {
			return t, false
		}
		otherKey = true
	}
	return nil, otherKey
}

// advertised returns the Device Password ID of the latest token that is
// advertised, and when that changes.
func (l *tokenList) advertised(now time.Time) (id wps.DevicePasswordID, until time.Time) {
	for _, t := range l.entries {
		if !now.Before(t.announce) {
			continue
		}
		if id == 0 {
			id = t.id
		}
		until = eapwsc.Earlier(until, t.announce)
	}
	return id, until
}

func (l *tokenList) deadline() (next time.Time) {
	for _, t := range l.entries {
		next = eapwsc.Earlier(next, t.expires)
	}
	return next
}

// tokenUse is the use of a token by one registration: of a device's, or of the
// access point's own by a device that has read it.
type tokenUse struct {
	list   *tokenList
	device *deviceToken
	own    *ownToken
}

// err returns [ErrWithdrawn] if the owner has taken the token back since.
func (u *tokenUse) err() error {
	if u.device != nil && u.device.state == PINRemoved || u.own != nil && !u.own.enabled {
		return ErrWithdrawn
	}
	return nil
}

// finish gives the token back. A success takes it off the list, also what came in
// its place meanwhile: it is of the same key. Finish returns what has gone.
func (u *tokenUse) finish(success bool) (gone []*deviceToken) {
	if u.device == nil {
		return nil
	}
	u.device.inUse = false
	delete(u.list.lent, u.device.hash)
	if success {
		gone = u.list.remove(PINSucceeded, func(t *deviceToken) bool { return t.hash == u.device.hash })
	}
	if u.device.state != PINKept {
		u.device.clear()
	}
	return gone
}

// ownToken is the access point's own password token, with the key pair that is
// used while it is enabled.
type ownToken struct {
	oob      wps.OOBPassword
	exponent wps.Redacted
	keys     *registration.KeyPair
	enabled  bool
}

func newOwnToken(id wps.DevicePasswordID, password, exponent []byte) (*ownToken, error) {
	keys, err := registration.NewKeyPairFromExponent(exponent)
	if err != nil {
		return nil, err
	}
	return &ownToken{
		oob:      wps.OOBPassword{PublicKeyHash: hashOf(keys), ID: id, Password: password},
		exponent: exponent, keys: keys,
	}, nil
}

func hashOf(keys *registration.KeyPair) [20]byte {
	public := keys.PublicKey()
	return registration.PublicKeyHash(&public)
}

func (t *ownToken) password() registration.Password {
	return registration.OutOfBand(t.oob.ID, t.oob.Password)
}

// withdraw makes the token useless to the registrations that use it.
func (t *ownToken) withdraw() {
	if t != nil {
		t.enabled = false
	}
}

// passwordToken returns the contents of a tag with a password.
func (a *AccessPoint) passwordToken(oob wps.OOBPassword) *wps.PasswordToken {
	oob.Password = slices.Clone(oob.Password)
	return &wps.PasswordToken{Header: a.tokenHeader(), OOB: oob}
}

func (a *AccessPoint) tokenHeader() (h wps.Header) {
	if !a.cfg.Registration.Version10 {
		h.WFA.Version2 = a.cfg.Registration.WFA.Version2
	}
	return h
}

// EnterToken takes the password token of a device, as it was read from the
// device's tag. The device then registers with the password of the token; one
// with another key is refused ([ErrTokenKey]). The token can be used for a
// lifetime, 0 is without end, and for one success. Push-button mode ends, as
// with [AccessPoint.EnterPIN].
//
// The error is of class [registration.ErrConfig]: the token has no password of
// 16 to 32 octets, or none of the identifiers of out-of-band passwords.
func (a *AccessPoint) EnterToken(now time.Time, token *wps.PasswordToken, lifetime time.Duration) error {
	oob := &token.OOB
	if !oob.ID.OutOfBand() {
		return fmt.Errorf("ap: %w: token: its password is that of %v", registration.ErrConfig, oob.ID)
	}
	if n := len(oob.Password); n < 16 || n > 32 {
		return fmt.Errorf("ap: %w: token: its password has %d octets, not 16 to 32", registration.ErrConfig, n)
	}
	a.enterToken(now, &deviceToken{
		id: oob.ID, hash: oob.PublicKeyHash, password: registration.OutOfBand(oob.ID, oob.Password),
	}, lifetime)
	return nil
}

func (a *AccessPoint) enterToken(now time.Time, t *deviceToken, lifetime time.Duration) {
	t.announce = now.Add(wps.WalkTime)
	if lifetime > 0 {
		t.expires = now.Add(lifetime)
		t.announce = eapwsc.Earlier(t.announce, t.expires)
	}
	a.tokensGone(now, a.tokens.add(t))
	a.button.Cancel()
	a.event(Event{Kind: EventTokenEntered, Time: now, UUID: t.uuid, Token: t.id})
	a.advertise(now)
	a.decideAgain()
}

// RemoveToken takes back the tokens of devices that have a Device Password ID;
// with [wps.PasswordNFCHandover] all handovers that no device has used.
// Registrations that use them end.
func (a *AccessPoint) RemoveToken(now time.Time, id wps.DevicePasswordID) {
	a.tokensGone(now, a.tokens.withdraw(func(t *deviceToken) bool { return t.id == id }))
	a.advertise(now)
}

func (a *AccessPoint) tokensGone(now time.Time, gone []*deviceToken) {
	for _, t := range gone {
		a.event(Event{Kind: EventTokenGone, Time: now, UUID: t.uuid, Token: t.id, PIN: t.state})
	}
}

// MakeToken makes a password token of the access point's own, to be written to
// a tag: a random password and identifier, and a key pair that is kept with
// them. It replaces the one before, and is not used until
// [AccessPoint.EnableToken]. The error is that of the randomness.
func (a *AccessPoint) MakeToken(now time.Time) (*wps.PasswordToken, error) {
	random := cmp.Or(a.cfg.Registration.Rand, rand.Reader)
	var id [4]byte
	password, exponent := make([]byte, tokenPassword), make([]byte, tokenExponent)
	for _, b := range [][]byte{id[:], password, exponent} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("ap: a token: %w", err)
		}
	}
	const ids = 1<<16 - uint32(wps.PasswordOOBFirst)
	made, err := newOwnToken(wps.PasswordOOBFirst+wps.DevicePasswordID(binary.BigEndian.Uint32(id[:])%ids), password, exponent)
	if err != nil {
		return nil, fmt.Errorf("ap: a token: %w", err)
	}
	a.token.withdraw()
	a.token = made
	a.event(Event{Kind: EventTokenChanged, Time: now, Token: made.oob.ID})
	return a.passwordToken(made.oob), nil
}

// Token returns a copy of the access point's own password token, and whether it
// is enabled; nil if none was made.
func (a *AccessPoint) Token() (token *wps.PasswordToken, enabled bool) {
	if a.token == nil {
		return nil, false
	}
	return a.passwordToken(a.token.oob), a.token.enabled
}

// EnableToken lets the access point's own password token be used: by an external
// registrar, beside the access point's PIN, and by a device that wants to be
// registered. Until it is disabled, runs with external registrars use its key
// pair. The error is [ErrNoToken] if none was made.
func (a *AccessPoint) EnableToken(now time.Time) error {
	if a.token == nil {
		return ErrNoToken
	}
	if !a.token.enabled {
		a.token.enabled = true
		a.event(Event{Kind: EventTokenChanged, Time: now, Token: a.token.oob.ID})
	}
	return nil
}

// DisableToken ends the use of the access point's own password token.
// Registrations that use it end.
func (a *AccessPoint) DisableToken(now time.Time) {
	if a.token == nil || !a.token.enabled {
		return
	}
	// A run remembers the token that it began with.
	again := *a.token
	again.enabled = false
	a.token.withdraw()
	a.token = &again
	a.event(Event{Kind: EventTokenChanged, Time: now, Token: again.oob.ID})
}

// ConfigurationToken returns the networks for a tag: any device that reads it can
// join. An access point that is not configured configures itself first. The
// error is that of the randomness.
func (a *AccessPoint) ConfigurationToken(now time.Time) (*wps.ConfigurationToken, error) {
	if a.State() == wps.NotConfigured {
		made, err := a.generateSettings()
		if err != nil {
			return nil, fmt.Errorf("ap: a token: %w", err)
		}
		a.configure(made, Event{Time: now})
	}
	t := &wps.ConfigurationToken{Header: a.tokenHeader(), Credentials: slices.Clone(a.cfg.Credentials)}
	for i := range t.Credentials {
		c := &t.Credentials[i]
		c.NetworkKey = slices.Clone(c.NetworkKey)
		if c.MAC == (wps.MAC{}) {
			c.MAC = wps.Broadcast // the reader is not known
		}
	}
	t.BSSID, t.RFBands, t.APChannel = a.where()
	a.event(Event{Kind: EventTokenGiven, Time: now})
	return t, nil
}

// HandoverSelect answers the Handover Request of a device: the run that follows
// over the air gives the network to the device that has the key of the request,
// by a key whose hash the answer has. It is good for [wps.WalkTime] and one
// success. The error is that of the randomness, or of class
// [registration.ErrConfig] if the request has a password.
func (a *AccessPoint) HandoverSelect(now time.Time, request *wps.HandoverRequest) (*wps.HandoverSelect, error) {
	keys, err := registration.NewKeyPair(a.cfg.Registration.Rand)
	if err != nil {
		return nil, fmt.Errorf("ap: a handover: %w", err)
	}
	if err := a.handover(now, request, keys); err != nil {
		return nil, err
	}
	answer := &wps.HandoverSelect{
		Header: a.tokenHeader(), OOB: wps.OOBPassword{PublicKeyHash: hashOf(keys), ID: wps.PasswordNFCHandover}, SSID: a.Settings().SSID,
	}
	answer.BSSID, answer.RFBands, answer.APChannel = a.where()
	return answer, nil
}

// HandoverRequest returns the request of the access point, as the side that
// asks: with the hash of its key and its UUID. [AccessPoint.HandoverSelected]
// takes the device's answer. A further request replaces one without an answer.
// The error is that of the randomness.
func (a *AccessPoint) HandoverRequest() (*wps.HandoverRequest, error) {
	keys, err := registration.NewKeyPair(a.cfg.Registration.Rand)
	if err != nil {
		return nil, fmt.Errorf("ap: a handover: %w", err)
	}
	a.forgetRequest()
	a.requested = keys
	return &wps.HandoverRequest{
		Header: a.tokenHeader(), OOB: wps.OOBPassword{PublicKeyHash: hashOf(keys), ID: wps.PasswordNFCHandover}, UUIDE: a.cfg.Registration.Device.UUID,
	}, nil
}

// HandoverSelected takes a device's answer to [AccessPoint.HandoverRequest]: the
// hash of its key and its UUID-E. Errors are as with
// [AccessPoint.HandoverSelect], or [ErrNotRequested].
func (a *AccessPoint) HandoverSelected(now time.Time, carrier *wps.HandoverRequest) error {
	if a.requested == nil {
		return ErrNotRequested
	}
	keys := a.requested
	if err := a.handover(now, carrier, keys); err != nil {
		return err
	}
	a.requested = nil // it is the handover's now
	return nil
}

func (a *AccessPoint) handover(now time.Time, carrier *wps.HandoverRequest, keys *registration.KeyPair) error {
	if oob := &carrier.OOB; oob.ID != wps.PasswordNFCHandover || len(oob.Password) != 0 {
		return fmt.Errorf("ap: %w: handover: it has a password, of %v", registration.ErrConfig, oob.ID)
	}
	a.enterToken(now, &deviceToken{
		id: wps.PasswordNFCHandover, hash: carrier.OOB.PublicKeyHash, keys: keys, uuid: carrier.UUIDE,
	}, wps.WalkTime)
	return nil
}

// forgetRequest drops a request that no device has answered.
func (a *AccessPoint) forgetRequest() {
	if a.requested != nil {
		a.requested.Clear()
		a.requested = nil
	}
}
