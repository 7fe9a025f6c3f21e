package registration

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestCapturedFaults gives our machines the captured runs in which frames were
// damaged, lost, repeated or replaced in transit. Frames to the station were
// recorded as it received them, frames to the access point as the station sent
// them: the damage to those is repeated here.
func TestCapturedFaults(t *testing.T) {
	runs := map[string]capture{}
	for _, c := range captures(t) {
		runs[c.Name] = c
	}
	// enrollee is the captured enrollee after n messages, and registrar the
	// captured registrar. Their later messages are not in the capture, so they
	// need their own random source.
	enrollee := func(t *testing.T, messages []message, c *capture, n int) *Enrollee {
		e := enrolleeOf(t, c)
		if _, err := e.Start(); err != nil {
			t.Fatal(err)
		}
		hearFirst(t, e, messages, false, n)
		e.random = nil
		return e
	}
	registrar := func(t *testing.T, messages []message, c *capture, n int) *Registrar {
		r := registrarOf(t, c)
		hearFirst(t, r, messages, true, n)
		r.random = nil
		return r
	}
	damaged := func(m []byte) []byte {
		m = bytes.Clone(m)
		m[len(m)-1] ^= 1
		return m
	}
	ignores := func(t *testing.T, m machine, msg []byte, why error) {
		t.Helper()
		if answer, err := m.Handle(msg); answer != nil || !errors.Is(err, ErrIgnored) || !errors.Is(err, why) || m.Ended() {
			t.Errorf("answered by %x, %v", answer, err)
		}
	}
	answers := func(t *testing.T, m machine, msg []byte, want wps.Kind) []byte {
		t.Helper()
		answer, err := m.Handle(msg)
		if kind := (said{octets: answer}).kind(); kind != want || err != nil {
			t.Errorf("answered by %v, %v; want %v", kind, err, want)
		}
		return answer
	}
	stopped := func(t *testing.T, m machine, msg []byte, at wps.MessageType) {
		t.Helper()
		answer, err := m.Handle(msg)
		var failed *Error
		if kind := (said{octets: answer}).kind(); kind != wps.KindNACK || !errors.Is(err, ErrRefused) || !errors.As(err, &failed) || failed.Message != at {
			t.Errorf("answered by %v, %v", kind, err)
		}
	}

	for name, play := range map[string]func(t *testing.T, m []message, c *capture){
		"m02-badauth-m2": func(t *testing.T, m []message, c *capture) {
			e := enrollee(t, m, c, 0)
			ignores(t, e, m[1].octets, ErrAuthenticator)
			if e.State() != SentM1 {
				t.Errorf("state %v", e.State())
			}
			if err := e.Abort(ErrTimeout); !errors.Is(err, ErrTimeout) {
				t.Error(err)
			}
		},
		"m03-badauth-m3": func(t *testing.T, m []message, c *capture) {
			r := registrar(t, m, c, 1)
			ignores(t, r, damaged(m[2].octets), ErrAuthenticator)
			answers(t, r, m[2].octets, wps.KindM4)
			stopped(t, enrollee(t, m, c, 1), m[3].octets, wps.MessageM3)
		},
		"m04-badauth-m4": func(t *testing.T, m []message, c *capture) {
			e := enrollee(t, m, c, 1)
			ignores(t, e, m[3].octets, ErrAuthenticator)
			if e.State() != SentM3 {
				t.Errorf("state %v", e.State())
			}
			stopped(t, registrar(t, m, c, 2), m[4].octets, wps.MessageM4)
		},
		"m05-badenc-m4": func(t *testing.T, m []message, c *capture) {
			// The damage is in the settings, and the Authenticator shows it.
			e := enrollee(t, m, c, 1)
			ignores(t, e, m[3].octets, ErrAuthenticator)
		},
		"m06-nack-instead-m3": func(t *testing.T, m []message, c *capture) {
			r := registrar(t, m, c, 1)
			var nack wps.NACK
			nack.EnrolleeNonce, nack.RegistrarNonce = r.n1, r.n2
			stopped(t, r, encoded(t, &nack), wps.MessageM2)
		},
		"m08-dup-m3": func(t *testing.T, m []message, c *capture) {
			r := registrar(t, m, c, 2)
			same(t, "M4 after the second M3", answers(t, r, m[2].octets, wps.KindM4), m[3].octets)
			answers(t, r, m[4].octets, wps.KindM6)
		},
		"m09-dup-m4": func(t *testing.T, m []message, c *capture) {
			e := enrollee(t, m, c, 2)
			same(t, "M5 after the second M4", answers(t, e, m[4].octets, wps.KindM5), m[5].octets)
			answers(t, e, m[7].octets, wps.KindM7)
		},
		"m10-trunc-m5": func(t *testing.T, m []message, c *capture) {
			r := registrar(t, m, c, 2)
			for n := range m[4].octets { // truncated at every octet
				ignores(t, r, m[4].octets[:n], ErrIgnored)
			}
			answers(t, r, m[4].octets, wps.KindM6)
			stopped(t, enrollee(t, m, c, 2), m[5].octets, wps.MessageM5)
		},
		"m12-drop-m5": func(t *testing.T, m []message, c *capture) {
			e := enrollee(t, m, c, 2)
			for _, repeated := range []int{5, 7} {
				same(t, "M5", answers(t, e, m[repeated].octets, wps.KindM5), m[4].octets)
			}
			if err := e.Closed(); !errors.Is(err, ErrRefused) {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, ok := runs[name]
			if !ok {
				t.Fatal("there is no such capture")
			}
			play(t, c.messages(t), &c)
		})
	}
}

// hearFirst gives a machine the first n messages that are for it.
func hearFirst(t *testing.T, m machine, messages []message, fromEnrollee bool, n int) {
	t.Helper()
	for _, msg := range messages {
		if msg.fromEnrollee != fromEnrollee || n == 0 {
			continue
		}
		if _, err := m.Handle(msg.octets); err != nil {
			t.Fatalf("%v: %v", msg.parsed.Kind(), err)
		}
		n--
	}
}

// TestDuplicates gives a machine each message twice: the second time the answer
// is the same, octet for octet, as long as no other message was received, even
// after the end. Then it repeats each earlier message.
func TestDuplicates(t *testing.T) {
	late := func() form {
		f := station()
		f.late = &Decision{Password: f.registrar.Password}
		f.first = &Decision{Refused: true}
		return f
	}
	wrong := func() form {
		f := station()
		f.registrar.Password = mustPIN("1234")
		return f
	}
	for name, newForm := range map[string]func() form{
		"station": station, "access point read": accessPoint, "access point written": writing,
		"handover": handover, "late": late, "wrong password": wrong,
	} {
		t.Run(name, func(t *testing.T) {
			cheap := func() *form {
				f := newForm()
				f.cheap()
				return &f
			}
			f := cheap()
			e, r := f.machines(t)
			all := f.talk(t, e, r, nil)

			// again returns a machine that has received all messages before the
			// nth, with these messages and its last answer.
			again := func(n int) (m machine, heard []said, answer []byte) {
				f := cheap()
				e, r := f.machines(t)
				if m = r; all[n].by == RoleRegistrar {
					m = e
				}
				answer, err := m.Start()
				for _, s := range all[:n] {
					if err != nil && !errors.Is(err, ErrEnded) && err != m.Err() {
						t.Fatal(err)
					}
					if s.by == all[n].by {
						heard = append(heard, s)
						if answer, err = m.Handle(s.octets); r.State() == WaitDecision {
							answer, err = r.Decide(*f.first)
						}
					} else if s.kind() == wps.KindM2 && r.State() == SentM2D {
						answer, err = r.Decide(*f.late)
						heard = heard[:1] // it answers M1
					}
				}
				return m, heard, answer
			}
			for n := range all {
				m, heard, answer := again(n)
				want := ErrIgnored // it may be a late copy
				if m.Ended() {
					want = ErrEnded
				}
				for _, s := range heard[:max(len(heard)-1, 0)] {
					m, _, _ := again(n)
					if out, err := m.Handle(s.octets); out != nil || !errors.Is(err, want) {
						t.Errorf("before %v an old %v is answered by %x, %v", all[n].kind(), s.kind(), out, err)
					}
				}
				if answer == nil || len(heard) == 0 {
					continue
				}
				for range 2 {
					if out, err := m.Handle(heard[len(heard)-1].octets); !bytes.Equal(out, answer) || err != nil {
						t.Errorf("%v once more is answered by %x, %v; want %x", heard[len(heard)-1].kind(), out, err, answer)
					}
				}
				if _, err := m.Handle(all[n].octets); errors.Is(err, ErrEnded) != (want == ErrEnded) {
					t.Errorf("then %v leads to %v", all[n].kind(), err)
				}
			}
		})
	}
}
