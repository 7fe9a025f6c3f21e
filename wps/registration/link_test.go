package registration

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/gowps/gowps/wps"
)

// TestBadLink runs two machines over a link that loses, repeats and damages
// messages, and with messages of others. As in EAP, a message is sent again
// until it is answered. Both sides always succeed: only messages that should be
// ignored are ignored.
func TestBadLink(t *testing.T) {
	other := station()
	other.cheap()
	*other.enrollee.Rand.(*counter), *other.registrar.Rand.(*counter) = 0x33, 0x55 // so its nonces differ
	e, r := other.machines(t)
	foreign := other.talk(t, e, r, nil)

	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]func() form{station, accessPoint, writing, handover}).Draw(t, "form")()
		f.cheap()
		e, err := NewEnrollee(f.enrollee)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewRegistrar(f.registrar)
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.Start()
		if err != nil {
			t.Fatal(err)
		}
		var to machine = r
		for out != nil {
			// What the receiver gets before the intact message arrives.
			for range rapid.IntRange(0, 3).Draw(t, "troubles") {
				noise := bytes.Clone(out)
				switch rapid.SampledFrom([]string{"damage", "cut", "another run", "noise"}).Draw(t, "trouble") {
				case "damage":
					noise[rapid.IntRange(0, len(noise)-1).Draw(t, "at")] ^= rapid.ByteRange(1, 255).Draw(t, "bits")
				case "cut":
					noise = noise[:rapid.IntRange(0, len(noise)-1).Draw(t, "length")]
				case "another run":
					noise = rapid.SampledFrom(foreign).Draw(t, "message").octets
				case "noise":
					noise = rapid.SliceOf(rapid.Byte()).Draw(t, "octets")
				}
				// M1 and M2 cannot be distinguished from forgeries before they
				// are read, nor can the messages that end a run.
				if k := (said{octets: out}).kind(); k <= wps.KindM2 || k >= wps.KindACK {
					continue
				}
				if answer, err := to.Handle(noise); answer != nil || !errors.Is(err, ErrIgnored) {
					t.Fatalf("%x is answered by %x, %v", noise, answer, err)
				}
			}
			answer, err := to.Handle(out)
			if err != nil && !errors.Is(err, ErrEnded) {
				t.Fatal(err)
			}
			if answer != nil && rapid.Bool().Draw(t, "answer lost") {
				again, err := to.Handle(out)
				if err != nil || !bytes.Equal(again, answer) {
					t.Fatalf("repeated, it is answered by %x, %v; want %x", again, err, answer)
				}
			}
			out = answer
			if to == machine(r) {
				to = e
			} else {
				to = r
			}
		}
		if e.Result() == nil || r.Result() == nil {
			t.Fatalf("enrollee: %v; registrar: %v", e.Err(), r.Err())
		}
	})
}
