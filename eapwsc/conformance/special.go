package conformance

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// prime is the prime of RFC 3526 group 5, from which the weak keys are made. It
// is computed from its definition: 2^1536 - 2^1472 - 1 + 2^64·(⌊2^1406·π⌋ +
// 741804).
var prime, _ = new(big.Int).SetString(
	"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"+
		"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"+
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"+
		"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF", 16)

// weakKey is a public key with which anyone can compute the shared secret, or
// that is not an element of the group.
type weakKey struct {
	name   string
	key    []byte
	secret []byte // the shared secret, whatever the device's exponent; nil if unknown
}

func listWeakKeys() []weakKey {
	octets := func(n *big.Int) []byte { return n.FillBytes(make([]byte, 192)) }
	zero, one := new(big.Int), big.NewInt(1)
	last := new(big.Int).Sub(prime, one)
	return []weakKey{
		{"0", octets(zero), octets(zero)}, {"1", octets(one), octets(one)},
		{"p-1, for an even exponent", octets(last), octets(one)}, {"p-1, for an odd exponent", octets(last), octets(last)},
		{"p", octets(prime), octets(zero)}, {"p+1", octets(new(big.Int).Add(prime, one)), octets(one)},
		{"the largest number", bytes.Repeat([]byte{0xFF}, 192), nil},
	}
}

func weakKeys(t wps.MessageType, before ...step) []row {
	var rows []row
	for _, r := range weakKeysOf(t, attempt{station: 1}) {
		rows = append(rows, row{r.name, append(append([]step(nil), before...), r.steps...)})
	}
	return rows
}

func weakKeysOf(t wps.MessageType, a attempt) []row {
	var rows []row
	for _, k := range listWeakKeys() {
		b := a
		b.want, b.what, b.secret = wantRefused, "public key "+k.name, k.secret
		b.deviation = deviation{at: t, list: set(wps.AttrPublicKey, k.key)}
		rows = append(rows, one(k.name, b))
	}
	if t == wps.MessageM2 {
		b := a
		b.want, b.what, b.reflect = wantRefused, "the device's own public key", true
		b.deviation = deviation{at: t}
		rows = append(rows, one("the device's own key", b))
	}
	return rows
}

// keysOf derives the keys of a run from its shared secret: WSC 2.0 §7.3. It is
// independent of package registration, which needs key pairs.
func keysOf(secret []byte, enrolleeNonce wps.Nonce, mac wps.MAC, registrarNonce wps.Nonce) *registration.Keys {
	dhKey := sha256.Sum256(secret)
	sum := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	kdk := sum(dhKey[:], enrolleeNonce[:], mac[:], registrarNonce[:])
	var stream []byte
	for i := byte(1); i <= 3; i++ {
		stream = append(stream, sum(kdk, []byte{0, 0, 0, i}, []byte("Wi-Fi Easy and Secure Key Derivation"), []byte{0, 0, 2, 0x80})...)
	}
	return &registration.Keys{AuthKey: [32]byte(stream), KeyWrapKey: [16]byte(stream[32:]), EMSK: [32]byte(stream[48:])}
}

// freshness runs several exchanges and compares the device's random values.
type freshness struct {
	n       int
	method  method
	restart bool // the device is restarted before each
}

func (s freshness) String() string {
	text := fmt.Sprintf("%d exchanges: keys, nonces, secret nonces and hashes differ", s.n)
	if s.restart {
		text += "; the device is restarted before each"
	}
	return text
}

func (s freshness) run(t *trial) string {
	seen := map[string]int{}
	for i := range s.n {
		t.renew()
		if s.restart {
			if _, err := t.operate(Restart, ""); err != nil {
				return t.cannot(err)
			}
		}
		if t.suite.cfg.Role == APRegistrar && (i > 0 || s.restart) {
			if _, err := t.operate(EnterPIN, stationPIN); err != nil {
				return t.cannot(err)
			}
		}
		if why := (attempt{station: 1, method: s.method, fixedKey: true}).run(t); why != "" {
			return why
		}
		o := t.outcomes[len(t.outcomes)-1]
		values := map[string][]byte{"the device's nonce": o.side.n2[:], "the device's public key": o.side.pkr[:]}
		if o.side.role == registration.RoleRegistrar {
			values = map[string][]byte{"the device's nonce": o.side.n1[:], "the device's public key": o.side.pke[:]}
		}
		for half, h := range o.side.peerHash {
			values[fmt.Sprintf("the device's hash %d", half+1)] = h[:]
		}
		for half, n := range o.side.secrets {
			values[fmt.Sprintf("the device's secret nonce %d", half+1)] = n[:]
		}
		for name, v := range values {
			key := name + string(v)
			if before, ok := seen[key]; ok {
				return fmt.Sprintf("%s of exchange %d is that of exchange %d", name, i+1, before)
			}
			seen[key] = i + 1
		}
		switch n := o.side.secrets; {
		case o.side.peerHash[0] == o.side.peerHash[1]:
			return "both hashes of the device are equal"
		case len(n) == 2 && n[0] == n[1]:
			return "both secret nonces of the device are equal"
		}
	}
	return ""
}

// vectors runs several exchanges and checks the initialization vectors of the
// device's Encrypted Settings.
type vectors struct {
	n       int
	attempt attempt
}

func (s vectors) String() string {
	return fmt.Sprintf("%d exchanges: every initialization vector is new", s.n)
}

func (s vectors) run(t *trial) string {
	seen := map[string]bool{}
	for range s.n {
		t.renew()
		if t.suite.cfg.Role == APRegistrar {
			if _, err := t.operate(EnterPIN, stationPIN); err != nil {
				return t.cannot(err)
			}
		}
		if why := s.attempt.run(t); why != "" {
			return why
		}
		for _, iv := range t.outcomes[len(t.outcomes)-1].side.ivs {
			switch {
			case bytes.Equal(iv, make([]byte, len(iv))):
				return "an initialization vector is zero"
			case seen[string(iv)]:
				return "an initialization vector is used twice"
			}
			seen[string(iv)] = true
		}
	}
	return ""
}

// hidden checks that no packet of the device has encrypted values in the clear.
func hidden(o *outcome) string {
	given := o.side.credentials
	if o.side.ap != nil {
		given = append(given, *o.side.ap)
	}
	for _, c := range given {
		for _, f := range o.frames {
			if len(c.NetworkKey) >= 8 && !f.sent && bytes.Contains(f.packet, c.NetworkKey) {
				name, _ := describe(f.packet)
				return "the network key stands in the clear in " + name
			}
		}
	}
	return ""
}

// guesses repeats an attempt, as often as the device allows.
type guesses struct {
	n       int
	attempt attempt
}

func (s guesses) String() string { return fmt.Sprintf("up to %d times: %v", s.n, s.attempt) }

func (s guesses) run(t *trial) string {
	for range s.n {
		t.renew()
		if why := s.attempt.run(t); why != "" {
			return why
		}
		o := t.outcomes[len(t.outcomes)-1]
		if o.side.nack != nil && *o.side.nack == wps.SetupLocked {
			break
		}
	}
	return ""
}

// attemptAs runs an exchange in which the device has another role than in the
// rest of the case.
type attemptAs struct {
	role    Role
	attempt attempt
}

func (s attemptAs) String() string { return fmt.Sprintf("as %v: %v", s.role, s.attempt) }

func (s attemptAs) run(t *trial) string {
	other := &Suite{cfg: t.suite.cfg, key: t.suite.key}
	other.cfg.Role = s.role
	other.trials.Store(t.number + 1<<15)
	u := other.trial(t.ctx)
	why := s.attempt.run(u)
	t.suite.pressed = t.suite.pressed || other.pressed
	t.outcomes = append(t.outcomes, u.outcomes...)
	return why
}

// parallel starts many exchanges of external registrars with a wrong first half
// at once, and brings each to M4.
type parallel struct{ n int }

func (s parallel) String() string {
	return fmt.Sprintf("%d exchanges at once, each with a wrong first half, up to M4", s.n)
}

func (s parallel) run(t *trial) string {
	type run struct {
		link Link
		x    *exchange
	}
	var open []run
	defer func() {
		for _, r := range open {
			_ = r.link.Close()
		}
	}()
	// M2 is sent in all before M4 is sent in any: then all have begun unlocked.
	for i := range s.n {
		a := attempt{station: byte(10 + i), method: byOwnPIN, wrong: wrongFirst}
		side, err := t.side(a)
		if err != nil {
			return t.cannot(err)
		}
		link, err := t.openPlain(side.device.MAC)
		if err != nil {
			return t.cannot(err)
		}
		x := &exchange{link: link, trial: t, side: side, limit: 100 * time.Second}
		x.out = &outcome{side: side, began: t.now()}
		open = append(open, run{link, x})
		x.until(wps.MessageM1)
	}
	proved := 0
	for _, r := range open {
		r.x.until(wps.MessageM3)
	}
	for _, r := range open {
		r.x.until(wps.MessageM5)
		t.note(r.x.out)
		if r.x.out.err != nil {
			return fmt.Sprintf("the device did not live through it: %v", r.x.out.err)
		}
		if r.x.out.received(wps.MessageM5) {
			proved++
		}
	}
	if proved > 0 {
		return "the device sent M5 to a registrar with a wrong first half"
	}
	return ""
}

// until continues an exchange of a registrar until the device has sent a
// message, has refused or has fallen silent. The answer to the message is sent
// with the next call.
func (x *exchange) until(t wps.MessageType) {
	if x.pending != nil {
		send := x.pending
		x.pending = nil
		if !send() {
			return
		}
	}
	for {
		in, ok := x.receive(10 * time.Second)
		if !ok || in.Code != eap.CodeRequest {
			return
		}
		x.id = in.ID
		switch {
		case in.Type == eap.TypeIdentity:
			x.packet(eap.Packet{Code: eap.CodeResponse, ID: x.id, Type: eap.TypeIdentity, Data: []byte(eap.RegistrarIdentity)})
			continue
		case !in.IsWSC():
			return
		case in.OpCode == eap.OpFragACK:
			x.fragment()
			continue
		}
		message, complete, err := x.incoming.Add(in)
		if err != nil || !complete {
			return
		}
		next, answer, err := x.side.answer(append([]byte(nil), message...))
		if err != nil || answer == nil {
			return
		}
		x.pending = func() bool { return x.sendMessage(next, answer) }
		return
	}
}

// abandonedExchanges opens exchanges that stop after the first packet.
type abandonedExchanges struct{ n int }

func (s abandonedExchanges) String() string {
	return fmt.Sprintf("%d stations begin and fall silent", s.n)
}

func (s abandonedExchanges) run(t *trial) string {
	for i := range s.n {
		d := t.station(byte(20+i), 0)
		link, err := t.openPlain(d.MAC)
		if err != nil {
			return "" // the device accepts no more: others must still be served
		}
		t.opened = true
		t.links = append(t.links, link)
		if _, err := link.Receive(t.now().Add(time.Second)); err != nil && !errors.Is(err, errGone) {
			return fmt.Sprintf("the device did not live through it: %v", err)
		}
	}
	return ""
}

// repeat registers stations one after the other.
type repeat struct{ n int }

func (s repeat) String() string { return fmt.Sprintf("%d registrations, one after the other", s.n) }

func (s repeat) run(t *trial) string {
	var took []time.Duration
	for i := range s.n {
		t.renew()
		if t.suite.cfg.Role == APRegistrar {
			if _, err := t.operate(EnterPIN, stationPIN); err != nil {
				return t.cannot(err)
			}
		}
		a := attempt{station: byte(1 + i%100)}
		if t.suite.cfg.Role == APEnrollee {
			a.method = byOwnPIN
		}
		if why := a.run(t); why != "" {
			return during(fmt.Sprintf("registration %d", i+1), why)
		}
		last := t.outcomes[len(t.outcomes)-1]
		t.outcomes = append(t.outcomes[:0], last)
		took = append(took, last.ended.Sub(last.began))
	}
	return slowdown(took)
}

// slowdown reports whether exchanges have become much slower, as with a device
// that leaks resources. A few slow ones are accidental.
func slowdown(took []time.Duration) string {
	const some = 50
	if len(took) < 4*some {
		return ""
	}
	first, last := slices.Clone(took[:some]), slices.Clone(took[len(took)-some:])
	slices.Sort(first)
	slices.Sort(last)
	if before, after := first[some/2], last[some/2]; after > 5*before && after > 50*time.Millisecond {
		return fmt.Sprintf("registrations have become slower, from %v to %v", before, after)
	}
	return ""
}

// unlocks waits until an attempt succeeds. Lock times grow with earlier wrong
// guesses, including those of other cases.
type unlocks struct {
	attempt attempt
	limit   time.Duration
}

func (s unlocks) String() string {
	return fmt.Sprintf("within %v, tried every minute, later less often: %v", s.limit, s.attempt)
}

func (s unlocks) run(t *trial) string {
	why := ""
	for waited := time.Duration(0); waited < s.limit; {
		wait := max(time.Minute, waited/8)
		t.sleep(wait)
		waited += wait
		if why = s.attempt.run(t); why == "" {
			return ""
		}
	}
	return why
}

// growingLock locks the device's PIN twice, and waits each time until it is
// unlocked. Some devices lock longer the second time; hostapd locks as long, but
// after one guess.
type growingLock struct {
	wrong, right attempt
	limit        time.Duration
}

func (s growingLock) String() string {
	return fmt.Sprintf("lock the PIN twice by wrong guesses; the second lock lasts longer for each guess, both no more than %v", s.limit)
}

func (s growingLock) run(t *trial) string {
	var lasted [2]time.Duration
	var tried [2]int
	for i := range lasted {
		before := len(t.outcomes)
		if why := (guesses{12, s.wrong}).run(t); why != "" {
			return why
		}
		for _, o := range t.outcomes[before:] {
			if o.side.nack == nil || *o.side.nack != wps.SetupLocked {
				tried[i]++
			}
		}
		began := t.now()
		if why := (unlocks{s.right, s.limit}).run(t); why != "" {
			return why
		}
		lasted[i] = t.now().Sub(began)
	}
	if atMost := time.Hour; lasted[1] < atMost && lasted[1]*time.Duration(tried[0]) <= lasted[0]*time.Duration(tried[1]) {
		return fmt.Sprintf("the second lock lasted %v after %d guesses, the first %v after %d",
			lasted[1].Round(time.Second), tried[1], lasted[0].Round(time.Second), tried[0])
	}
	return ""
}

// rounds repeats steps.
type rounds struct {
	n     int
	steps []step
}

func (s rounds) String() string { return fmt.Sprintf("%d times: %v", s.n, s.steps) }

func (s rounds) run(t *trial) string {
	for range s.n {
		for _, step := range s.steps {
			if why := step.run(t); why != "" {
				return why
			}
		}
	}
	return ""
}
