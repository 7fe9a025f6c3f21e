package registration

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gowps/gowps/wps"
)

// The machines are fuzzed by programs: each octet is a step that gives the
// machine the peer's next message, or one that is damaged, forged, repeated,
// truncated or foreign. The peer is a recording, with fixed randomness and
// small exponents; it has the keys of the run, so that its messages can be
// authentic and wrong. A separate oracle checks what the machine does.
//
// A program begins in the middle of a run: the machine is a copy of one that
// was brought there before, so that a message costs only its own handling.

// fuzzForms are the runs that are recorded.
var fuzzForms = []func() form{
	station, accessPoint, writing, reading, handover,
	func() form { // wrong first half
		f := station()
		f.registrar.Password = newPassword(wps.PasswordDefault, []byte("99995670"))
		return f
	},
	func() form { // wrong second half
		f := station()
		f.registrar.Password = newPassword(wps.PasswordDefault, []byte("12349999"))
		return f
	},
	func() form { // refused
		f := station()
		f.first = &Decision{Refused: true}
		f.late = &Decision{Password: f.registrar.Password}
		return f
	},
}

// recording is a recorded run.
type recording struct {
	form *form
	said [RoleRegistrar + 1][][]byte // by each role
	keys Keys
	// moments are players of each role that have received none, one, two … of
	// the peer's messages.
	moments [RoleRegistrar + 1][]*player
}

func record(t testing.TB) (all []recording) {
	for _, newForm := range fuzzForms {
		f := newForm()
		f.cheap()
		e, r := f.machines(t)
		rec := recording{form: &f}
		for _, s := range f.talk(t, e, r, func(s said) []byte {
			if r.cipher != nil && rec.keys.AuthKey == [32]byte{} {
				keys, err := cheapPairs()[1].Keys(r.pke, r.n1, r.enrolleeMAC, r.n2)
				if err != nil {
					t.Fatal(err)
				}
				rec.keys = *keys
			}
			return s.octets
		}) {
			rec.said[s.by] = append(rec.said[s.by], s.octets)
		}
		all = append(all, rec)
	}
	for i := range all {
		for _, role := range []Role{RoleEnrollee, RoleRegistrar} {
			all[i].moments[role] = moments(t, all, i, role)
		}
	}
	return all
}

// moments plays a recorded run, and keeps the state after each message.
func moments(t testing.TB, all []recording, form int, role Role) (list []*player) {
	p := newPlayer(t, all, role, form)
	p.start()
	for list = append(list, p.fork(t)); ; list = append(list, p.fork(t)) {
		m := p.upcoming()
		if m == nil {
			return list
		}
		p.hear(m)
	}
}

// player runs a program against one machine.
type player struct {
	t         testing.TB
	role      Role
	all       []recording
	rec       *recording
	machine   machine
	own       *run
	state     func() any
	cipher    *Cipher // of the peer
	psk       [2][16]byte
	tape      []byte
	next      int    // index of the peer's next message
	heard     []byte // the last message that the machine received
	replied   bool   // to a message, of which the last was repliedTo
	repliedTo []byte
	answer    []byte // its answer, unless it ignored the message

	commitments [2][]byte // the hashes that the peer committed to
	proved      int       // how many halves the peer has proved
}

// newPlayer returns a player at the beginning of a run.
func newPlayer(t testing.TB, all []recording, role Role, form int) *player {
	p := &player{t: t, all: all, role: role, rec: &all[form]}
	f := *p.rec.form
	f.enrollee.Rand, f.registrar.Rand = new(counter), new(counter)
	*f.registrar.Rand.(*counter) = 0x80
	e, r := f.machines(t)
	password := f.enrollee.Password
	if p.machine = e; role == RoleRegistrar {
		p.machine, password = r, f.registrar.Password
	}
	p.bind()
	p.cipher = NewCipher(&p.rec.keys)
	first, second := password.halves()
	p.psk = [2][16]byte{p.cipher.psk(first), p.cipher.psk(second)}
	return p
}

// bind collects the values that the two machines share.
func (p *player) bind() {
	switch m := p.machine.(type) {
	case *Enrollee:
		p.own, p.state = &m.run, func() any { return m.State() }
	case *Registrar:
		p.own, p.state = &m.run, func() any { return m.State() }
	}
}

// fork returns an independent copy of a player.
func (p *player) fork(t testing.TB) *player {
	f := *p
	f.t = t
	switch m := p.machine.(type) {
	case *Enrollee:
		copied := *m
		f.machine = &copied
	case *Registrar:
		copied := *m
		if m.m1 != nil {
			m1 := *m.m1
			copied.m1 = &m1
		}
		f.machine = &copied
	}
	f.bind()
	r := f.own
	random := *r.random.(*counter)
	r.random = &random
	r.password, r.alternative, r.newPassword = r.password.clone(), r.alternative.clone(), r.newPassword.clone()
	if r.cipher != nil {
		copied := *r.cipher
		r.cipher = &copied
	}
	if r.halves != nil {
		copied := *r.halves
		r.halves = &copied
	}
	if r.result == nil {
		return &f
	}
	result := *r.result
	r.result = &result
	result.Credentials = slices.Clone(result.Credentials)
	for i := range result.Credentials {
		c := &result.Credentials[i]
		c.NetworkKey = bytes.Clone(c.NetworkKey)
	}
	if result.AP != nil {
		copied := *result.AP
		copied.NetworkKey = bytes.Clone(copied.NetworkKey)
		result.AP = &copied
	}
	return &f
}

// choose reads the form and the moment from a program, and returns a player in
// that state with the rest of the program.
func choose(t testing.TB, all []recording, role Role, program []byte) *player {
	p := player{tape: program}
	list := all[int(p.octet())%len(all)].moments[role]
	f := list[int(p.octet())%len(list)].fork(t)
	f.tape = p.tape
	return f
}

// octet reads an octet of the program; zeros follow its end.
func (p *player) octet() byte {
	if len(p.tape) == 0 {
		return 0
	}
	b := p.tape[0]
	p.tape = p.tape[1:]
	return b
}

// upcoming returns a copy of the peer's next message.
func (p *player) upcoming() []byte {
	all := p.rec.said[p.role.other()]
	if p.next >= len(all) {
		return nil
	}
	p.next++
	return bytes.Clone(all[p.next-1])
}

// sign renews the Authenticator of a message.
func (p *player) sign(m []byte) []byte {
	if len(m) < authenticatorSize || p.answer == nil {
		return m
	}
	return p.cipher.AppendAuthenticator(p.answer, m[:len(m)-authenticatorSize])
}

// flip changes an octet.
func (p *player) flip(m []byte) []byte {
	if len(m) > 0 {
		m[(int(p.octet())<<8|int(p.octet()))%len(m)] ^= p.octet()
	}
	return m
}

// The steps of a program.
const (
	stepDeliver = iota
	stepDeliverSigned
	stepRepeat
	stepDrop
	stepCut
	stepFlip
	stepFlipSigned
	stepFlipSettings
	stepForeign
	stepOctets
	stepStart
	stepDecide
	stepRefuse
	stepClosed
	stepAbort
	steps
)

func (p *player) play() {
	for budget := 40; len(p.tape) > 0 && budget > 0; budget-- {
		p.step()
	}
}

// step plays one step.
func (p *player) step() {
	switch p.octet() % steps {
	case stepDeliver:
		p.hear(p.upcoming())
	case stepDeliverSigned:
		p.hear(p.sign(p.upcoming()))
	case stepRepeat:
		p.hear(p.heard)
	case stepDrop:
		p.upcoming()
	case stepCut:
		if m := p.upcoming(); m != nil {
			p.hear(m[:(int(p.octet())<<8|int(p.octet()))%len(m)])
		}
	case stepFlip:
		p.hear(p.flip(p.upcoming()))
	case stepFlipSigned:
		p.hear(p.sign(p.flip(p.upcoming())))
	case stepFlipSettings:
		p.flipSettings()
	case stepForeign:
		rec := &p.all[int(p.octet())%len(p.all)]
		all := rec.said[1+Role(p.octet()%2)]
		p.hear(all[int(p.octet())%len(all)])
	case stepOctets:
		n := min(int(p.octet()), len(p.tape))
		m := p.tape[:n]
		p.tape = p.tape[n:]
		p.hear(m)
	case stepStart:
		p.start()
	case stepDecide:
		if r, ok := p.machine.(*Registrar); ok && p.rec.form.late != nil {
			out, err := r.Decide(*p.rec.form.late)
			p.judge(nil, out, err)
		}
	case stepRefuse:
		p.own.Refuse(wps.ConfigError(p.octet()), nil)
	case stepClosed:
		if e, ok := p.machine.(*Enrollee); ok {
			e.Closed()
		} else {
			p.machine.(*Registrar).Closed()
		}
	case stepAbort:
		p.own.Abort(ErrTimeout)
	}
}

// flipSettings delivers the next message with an octet of its settings changed
// and a valid Authenticator.
func (p *player) flipSettings() {
	m := p.upcoming()
	value := wps.Find(m, wps.AttrEncryptedSettings)
	plain, err := p.cipher.OpenSettings(value)
	if err != nil {
		p.hear(m)
		return
	}
	sealed := p.cipher.SealSettings(nil, new([16]byte), p.flip(plain))
	copy(value, sealed) // it is a part of m, and has the same length
	p.hear(p.sign(m))
}

func (p *player) start() {
	if p.role == RoleRegistrar {
		return
	}
	out, err := p.machine.Start()
	if err == nil && p.answer == nil {
		p.answer = out
	}
	if err != nil && (!errors.Is(err, ErrEnded) || out != nil) {
		p.t.Fatalf("Start: %x, %v", out, err)
	}
}

// hear gives the machine a message, twice if it answers, and checks the
// reaction.
func (p *player) hear(m []byte) {
	ended, state := p.machine.Ended(), p.state()
	repeated := p.replied && bytes.Equal(m, p.repliedTo)
	out, err := p.machine.Handle(m)
	if r, ok := p.machine.(*Registrar); ok && r.State() == WaitDecision {
		out, err = r.Decide(*p.rec.form.first)
	}
	p.heard = m
	switch {
	case repeated:
		if err != nil || !bytes.Equal(out, p.answer) {
			p.t.Fatalf("repeated, it is answered by %x, %v; want %x", out, err, p.answer)
		}
		return
	case ended:
		if out != nil || !errors.Is(err, ErrEnded) {
			p.t.Fatalf("after the end it is answered by %x, %v", out, err)
		}
		return
	case errors.Is(err, ErrIgnored):
		if out != nil || p.machine.Ended() || p.state() != state {
			p.t.Fatalf("ignored, it is answered by %x; state %v", out, p.state())
		}
		return
	}
	p.judge(m, out, err)
	if out == nil {
		return
	}
	p.replied, p.repliedTo = true, m
	if again, err := p.machine.Handle(m); err != nil || !bytes.Equal(again, out) {
		p.t.Fatalf("repeated, it is answered by %x, %v; want %x", again, err, out)
	}
}

// judge checks the reaction of a machine to a message.
func (p *player) judge(m, out []byte, err error) {
	if err != nil {
		if errors.Is(err, ErrEnded) && out == nil {
			return // Decide
		}
		if !p.machine.Ended() || p.machine.Err() != err || p.machine.Result() != nil {
			p.t.Fatalf("error %v; ended: %v, %v", err, p.machine.Ended(), p.machine.Err())
		}
	}
	if out != nil {
		p.answer = out
		said, parseErr := wps.ParseMessage(out, wps.Tolerant) // a NACK repeats any error
		if parseErr != nil {
			p.t.Fatalf("it said %x: %v", out, parseErr)
		}
		if kind := said.Kind(); err != nil && kind != wps.KindNACK {
			p.t.Fatalf("it fails with %v and says %v", err, kind)
		}
		p.reveals(m, said.Kind())
	}
	if p.machine.Result() != nil && p.proved < 2 && !p.own.endsWithM2() {
		p.t.Fatalf("there is a result, and %d halves were proved", p.proved)
	}
}

// reveals checks that the peer has proved what it must before the machine sends
// a message that reveals something.
func (p *player) reveals(m []byte, kind wps.Kind) {
	switch kind {
	case wps.KindM4:
		p.commitments = [2][]byte{wps.Find(m, wps.AttrEHash1), wps.Find(m, wps.AttrEHash2)}
	case wps.KindM5:
		p.commitments = [2][]byte{wps.Find(m, wps.AttrRHash1), wps.Find(m, wps.AttrRHash2)}
		p.checkProof(m, kind, 1, wps.AttrRSNonce1)
	case wps.KindM6:
		p.checkProof(m, kind, 1, wps.AttrESNonce1)
	case wps.KindM7:
		p.checkProof(m, kind, 2, wps.AttrRSNonce2)
	case wps.KindM8:
		p.checkProof(m, kind, 2, wps.AttrESNonce2)
	case wps.KindNACK:
		if _, ok := p.machine.(*Registrar); ok && p.machine.Result() != nil { // the settings were read
			p.checkProof(m, kind, 2, wps.AttrESNonce2)
		}
	case wps.KindM2:
		if wps.Find(p.answer, wps.AttrEncryptedSettings) != nil && !p.own.endsWithM2() {
			p.t.Fatal("M2 gives settings away")
		}
	}
}

// checkProof decrypts the peer's secret nonce, and compares the commitment.
func (p *player) checkProof(m []byte, kind wps.Kind, half int, id wps.AttributeID) {
	plain, err := p.cipher.OpenSettings(wps.Find(m, wps.AttrEncryptedSettings))
	if err != nil {
		p.t.Fatalf("%v was said to what cannot be decrypted", kind)
	}
	nonce := wps.Find(plain, id)
	if p.proved != half-1 || len(nonce) != 16 {
		p.t.Fatalf("%v was said when %d halves had been proved", kind, p.proved)
	}
	e, r := p.own.pke, p.own.pkr
	want := p.cipher.hmac(nonce, p.psk[half-1][:], e[:], r[:])
	if !bytes.Equal(want[:], p.commitments[half-1]) {
		p.t.Fatalf("%v was said, and half %d is not proved", kind, half)
	}
	p.proved = half
}

// addPrograms adds programs with each step at each point of a run.
func addPrograms(f *testing.F) {
	for form := range byte(len(fuzzForms)) {
		f.Add(append([]byte{form}, make([]byte, 9)...))
		for step := range byte(steps) {
			for at := range byte(6) {
				f.Add([]byte{form, at, step, 0, 0x40, 1, stepRepeat, stepDeliverSigned, stepDeliverSigned, stepDeliverSigned})
			}
		}
	}
	f.Add([]byte{0, 0, stepOctets, 12, 0x10, 0x4A, 0, 1, 0x10, 0x10, 0x22, 0, 1, 0x0E, 0, 0, stepDeliver})
}

func FuzzEnrollee(f *testing.F) { fuzz(f, RoleEnrollee) }

func FuzzRegistrar(f *testing.F) { fuzz(f, RoleRegistrar) }

func fuzz(f *testing.F, role Role) {
	addPrograms(f)
	all := record(f)
	f.Fuzz(func(t *testing.T, program []byte) { choose(t, all, role, program).play() })
}

// BenchmarkFuzzMessage measures one program of the fuzzer without its engine: a
// machine at some point of a run receives one message, possibly damaged, forged
// or foreign. Compare BenchmarkRegistrationPIN, a run with fresh keys.
func BenchmarkFuzzMessage(b *testing.B) {
	all := record(b)
	random := rand.New(rand.NewPCG(1, 2))
	programs := make([][]byte, 4096)
	for i := range programs {
		programs[i] = []byte{byte(random.Uint32()), byte(random.Uint32()), byte(random.IntN(stepForeign + 1))}
		for range 4 { // its operands; further octets would be steps
			programs[i] = append(programs[i], byte(random.Uint32()))
		}
	}
	for _, role := range []Role{RoleEnrollee, RoleRegistrar} {
		b.Run(role.String(), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				choose(b, all, role, programs[i%len(programs)]).step()
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "executions/s")
		})
	}
}
