package eapwsc

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// zeroReader is randomness that is cheap and the same in every run.
type zeroReader struct{ n byte }

func (z *zeroReader) Read(b []byte) (int, error) {
	for i := range b {
		z.n += 73
		b[i] = z.n
	}
	return len(b), nil
}

// fuzzKeys makes the key pairs once: making them for each input would slow the
// fuzzer down.
func fuzzKeys(f *testing.F) (enrollee, registrar *registration.KeyPair) {
	f.Helper()
	var pairs [2]*registration.KeyPair
	for i := range pairs {
		pair, err := registration.NewKeyPairFromExponent([]byte{byte(3 + i), 5, 7, 11, 13})
		if err != nil {
			f.Fatal(err)
		}
		pairs[i] = pair
	}
	for i, pair := range pairs {
		peer := pairs[1-i].PublicKey()
		if err := pair.Precompute(&peer); err != nil {
			f.Fatal(err)
		}
	}
	return pairs[0], pairs[1]
}

// FuzzExchange registers a station at an access point over a link that a
// program of octets controls: deliver, drop, duplicate, truncate, flip, advance
// the time, or deliver octets of the program itself. Whatever happens, nothing
// panics, both sides end, a repeated request gets the same response, and
// credentials result only from a run that was proved on both sides.
func FuzzExchange(f *testing.F) {
	enrolleeKey, registrarKey := fuzzKeys(f)
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0, 2, 0, 0, 1})
	f.Add(bytes.Repeat([]byte{0, 0, 2}, 20))
	f.Add([]byte{3, 9, 0, 4, 30, 1, 0, 5, 0, 6, 3, 4, 1, 2})
	for _, c := range fixture.Captures(f) {
		var program []byte
		for _, frame := range c.EAPFrames[:min(4, len(c.EAPFrames))] {
			program = append(append(program, 6, byte(min(len(frame), 255))), frame[:min(len(frame), 255)]...)
		}
		f.Add(program)
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		password := registration.PIN(fixture.PIN(t, "12345670"))
		e, err := registration.NewEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: fixture.Device(2), Rand: &zeroReader{}, KeyPair: enrolleeKey}, Password: password,
		})
		if err != nil {
			t.Fatal(err)
		}
		var r *registration.Registrar
		s, err := NewServer(ServerConfig{FragmentSize: 120, Registrar: func(time.Time) (Machine, error) {
			var err error
			r, err = registration.NewRegistrar(registration.RegistrarConfig{
				Config:      registration.Config{Device: fixture.Device(1), Rand: &zeroReader{n: 1}, KeyPair: registrarKey},
				Password:    password,
				Credentials: []wps.Credential{fixture.Network},
			})
			return r, err
		}})
		if err != nil {
			t.Fatal(err)
		}
		(&link{peer: newPeer(t, e, 150), server: s, program: program, now: fixture.Began}).run(t)
		if e.Result() != nil && (r == nil || !r.Proved() || !e.Proved()) {
			t.Error("credentials without both proofs")
		}
	})
}

// link is the link of FuzzExchange.
type link struct {
	peer            *Peer
	server          *Server
	program         []byte
	now             time.Time
	peerStep, sStep Step
	request         []byte // the last delivered request, and the response to it
	response        []byte
}

func (l *link) next() (op byte) {
	if len(l.program) == 0 {
		return 0
	}
	op, l.program = l.program[0], l.program[1:]
	return op
}

// mangle applies one instruction to a packet, and returns the packets to
// deliver.
func (l *link) mangle(packet []byte) (deliveries [][]byte) {
	out := bytes.Clone(packet)
	switch l.next() % 7 {
	default:
		return [][]byte{out}
	case 1: // lost
		return nil
	case 2: // twice
		return [][]byte{out, out}
	case 3: // cut
		return [][]byte{out[:len(out)*int(l.next())/256]}
	case 4: // one bit
		at := int(l.next()) % len(out)
		out[at] ^= 1 << (l.next() % 8)
		return [][]byte{out}
	case 5: // with trailing garbage
		return [][]byte{append(out, 0xAA, 0xBB, 0xCC)}
	case 6: // another packet first
		n := min(int(l.next()), len(l.program))
		foreign := l.program[:n:n]
		l.program = l.program[n:]
		return [][]byte{foreign, out}
	}
}

func (l *link) run(t *testing.T) {
	l.peerStep, l.sStep = l.peer.Start(l.now), l.server.Start(l.now)
	for steps := 0; !l.peerStep.Done || !l.sStep.Done; steps++ {
		if steps > 5000 {
			t.Fatal("the exchange does not end")
		}
		if request := l.sStep.Send; request != nil {
			l.sStep.Send = nil
			for _, p := range l.mangle(request) {
				l.toPeer(t, p)
			}
			continue
		}
		if response := l.peerStep.Send; response != nil {
			l.peerStep.Send = nil
			for _, p := range l.mangle(response) {
				l.toServer(p)
			}
			continue
		}
		l.now = Earlier(l.peerStep.Deadline, l.sStep.Deadline)
		if !l.peerStep.Done {
			l.peerStep, _ = l.peer.Timeout(l.now)
		}
		if !l.sStep.Done {
			l.sStep, _ = l.server.Timeout(l.now)
		}
	}
	if l.now.Sub(fixture.Began) > ExchangeTimeout {
		t.Errorf("the exchange took %v", l.now.Sub(fixture.Began))
	}
}

func (l *link) toPeer(t *testing.T, packet []byte) {
	if l.peerStep.Done {
		return
	}
	step, _ := l.peer.Handle(l.now, packet)
	if step.Send != nil {
		if l.request != nil && bytes.Equal(packet, l.request) && !bytes.Equal(step.Send, l.response) {
			t.Errorf("request %x was answered by %x, then by %x", packet, l.response, step.Send)
		}
		l.request, l.response = packet, step.Send
	}
	if step.Send == nil && !step.Done {
		step.Send = l.peerStep.Send
	}
	l.peerStep = step
}

func (l *link) toServer(packet []byte) {
	if l.sStep.Done {
		return
	}
	step, err := l.server.Handle(l.now, packet)
	if step.Send == nil && errors.Is(err, ErrIgnored) {
		step.Send = l.sStep.Send
	}
	l.sStep = step
}
