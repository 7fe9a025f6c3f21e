package registration

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// The tests below run our two machines against each other. Where many runs are
// made, the exponents are small, which costs a hundredth, and the random source
// is a counter, so that every run is the same.

// counter is a random source for tests that counts up.
type counter byte

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		*c++
		p[i] = byte(*c)
	}
	return len(p), nil
}

// cheapPairs are key pairs with a cheap exponentiation.
var cheapPairs = sync.OnceValue(func() (pairs [2]*KeyPair) {
	for i, exponent := range [][]byte{{0x51, 0x0B}, {0x4D, 0x6D}} {
		pair, err := NewKeyPairFromExponent(exponent)
		if err != nil {
			panic(err)
		}
		pairs[i] = pair
	}
	for i, pair := range pairs {
		if err := pair.Precompute(pairs[1-i].publicKey()); err != nil {
			panic(err)
		}
	}
	return pairs
})

// device returns the description of a device.
func device(name string, last byte) wps.Device {
	d := wps.DefaultDevice()
	d.UUID = wps.UUID{0x6D, 0x1F, 15: last}
	d.MAC = wps.MAC{2, 0, 0, 0, 0, last}
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "Example", name, "1", "1", name
	return d
}

var (
	enrolleeDevice  = device("Printer", 0xE)
	registrarDevice = device("Router", 0x4)
)

// cheap makes a run of the form cheap.
func (f *form) cheap() {
	pairs := cheapPairs()
	f.enrollee.KeyPair, f.registrar.KeyPair = pairs[0], pairs[1]
	f.enrollee.Rand, f.registrar.Rand = new(counter), new(counter)
	*f.registrar.Rand.(*counter) = 0x80
}

func mustPIN(text string) Password {
	p, err := pin.Parse(text)
	if err != nil {
		panic(err)
	}
	return PIN(p)
}

// network returns the network that most tests use.
func network() wps.Credential {
	return wps.Credential{SSID: "Zuhause", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse")}
}

// settings returns settings of an access point.
func settings(ssid wps.SSID) *wps.Credential {
	c := network()
	c.SSID, c.MAC = ssid, wps.MAC{2, 0, 0, 0, 0, 0xAA}
	return &c
}

// form is a pair of matching configurations.
type form struct {
	enrollee  EnrolleeConfig
	registrar RegistrarConfig
	first     *Decision // on M1, if the configuration does not decide
	late      *Decision // on M1, after M2D

	delivered []said // by until
}

// station returns the form of a station with a PIN at an access point that has
// it.
func station() form {
	return form{
		enrollee:  EnrolleeConfig{Config: Config{Device: enrolleeDevice}, Password: mustPIN("12345670")},
		registrar: RegistrarConfig{Config: Config{Device: registrarDevice}, Password: mustPIN("12345670"), Credentials: []wps.Credential{network()}},
	}
}

// accessPoint returns the form of an access point whose PIN an external
// registrar has, which reads the settings.
func accessPoint() form {
	f := station()
	f.enrollee.AP, f.registrar.AP, f.registrar.Credentials = settings("before"), true, nil
	return f
}

// writing returns the form of an access point to which the registrar gives new
// settings.
func writing() form {
	f := accessPoint()
	f.registrar.NewSettings = settings("after")
	return f
}

func (f *form) machines(t testing.TB) (*Enrollee, *Registrar) {
	t.Helper()
	e, err := NewEnrollee(f.enrollee)
	if err != nil {
		t.Fatal(err)
	}
	f.registrar.Deferred = f.first != nil
	r, err := NewRegistrar(f.registrar)
	if err != nil {
		t.Fatal(err)
	}
	return e, r
}

// handle lets the registrar handle a message, and decides on M1.
func (f *form) handle(r *Registrar, msg []byte) ([]byte, error) {
	out, err := r.Handle(msg)
	if r.State() == WaitDecision {
		return r.Decide(*f.first)
	}
	return out, err
}

// said is a message with its sender.
type said struct {
	by     Role
	octets []byte
}

func (s said) kind() wps.Kind {
	t, _ := wps.PeekMessageType(s.octets)
	return t.Kind()
}

// talk passes messages between the machines until neither has one to send, and
// returns them. Each message passes through the link, if there is one.
func (f *form) talk(t testing.TB, e *Enrollee, r *Registrar, link func(said) []byte) (all []said) {
	t.Helper()
	out, err := e.Start()
	if err != nil {
		t.Fatal(err)
	}
	for by := RoleEnrollee; out != nil; by = by.other() {
		s := said{by, out}
		all = append(all, s)
		if link != nil {
			out = link(s)
		}
		var to machine = r
		if by == RoleRegistrar {
			to = e
			out, err = e.Handle(out)
		} else {
			out, err = f.handle(r, out)
		}
		if err != nil && !errors.Is(err, ErrEnded) && !errors.Is(err, to.Err()) {
			t.Fatalf("the %v's %v: %v", by, s.kind(), err)
		}
		if out == nil && r.State() == SentM2D && f.late != nil {
			if out, err = r.Decide(*f.late); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

// TestInputNotKept overwrites each message after it was handled, before a
// decision about it: the run must be the same as without that, and a repetition
// gets the same answer.
func TestInputNotKept(t *testing.T) {
	refusedFirst := func() form {
		f := station()
		f.first, f.late = &Decision{Refused: true}, &Decision{Password: f.registrar.Password}
		return f
	}
	adopted := func() form {
		f := writing()
		f.enrollee.Deferred = true
		return f
	}
	for name, newForm := range map[string]func() form{
		"station": station, "reading": reading, "writing": writing, "late decision": refusedFirst, "adopted": adopted, "handover": handover,
	} {
		t.Run(name, func(t *testing.T) {
			type outcome struct {
				said             [][]byte
				enrollee, remote *Result
				m1               *wps.M1
				m2d              *wps.M2D
			}
			run := func(overwrite bool) (o outcome) {
				f := newForm()
				f.cheap()
				for _, cfg := range []*Config{&f.enrollee.Config, &f.registrar.Config} {
					cfg.WFA.Unknown = []wps.WFAElement{{ID: 0x99, Data: []byte("sub-element")}}
					cfg.Vendor = []wps.VendorExtension{{Vendor: [3]byte{0, 1, 2}, Data: []byte("extension")}}
					cfg.Extra = []wps.Attribute{{ID: 0x1F00, Value: []byte("attribute")}}
				}
				e, r := f.machines(t)
				out, err := e.Start()
				for by := RoleEnrollee; out != nil && err == nil; by = by.other() {
					o.said = append(o.said, bytes.Clone(out))
					handle := e.Handle
					if by == RoleEnrollee {
						handle = r.Handle
					}
					genuine, in := out, bytes.Clone(out)
					out, err = handle(in)
					if overwrite {
						copy(in, bytes.Repeat([]byte{0xEE}, len(in)))
					}
					switch {
					case out != nil || err != nil:
					case r.State() == WaitDecision:
						out, err = r.Decide(*f.first)
					case r.State() == SentM2D && f.late != nil:
						out, err = r.Decide(*f.late)
						continue // WSC_ACK was not answered by it
					case e.Waiting():
						out, err = e.Adopt()
					}
					if out == nil {
						break
					}
					if again, _ := handle(bytes.Clone(genuine)); !bytes.Equal(again, out) {
						t.Errorf("%v, once more: %x", (said{by, genuine}).kind(), again)
					}
				}
				o.enrollee, o.remote, o.m1, o.m2d = e.Result(), r.Result(), r.Enrollee(), e.M2D()
				return o
			}
			want, got := run(false), run(true)
			if name != "reading" && (want.enrollee == nil || want.remote == nil) {
				t.Fatal("the run fails")
			}
			for i, m := range want.said {
				if i >= len(got.said) || !bytes.Equal(got.said[i], m) {
					t.Fatalf("message %d is another", i)
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Error("the results, M1 or M2D are others")
			}
		})
	}
}

// TestWaitingRun checks that a run that waits for a message keeps no state of
// AES, and no configuration once it has the keys.
func TestWaitingRun(t *testing.T) {
	for name, newForm := range map[string]func() form{
		"station": station, "writing": writing, "handover": handover,
		"decision on a handover": func() form {
			f := handover()
			f.first = &Decision{Password: f.registrar.Password, PeerKeyHash: f.registrar.PeerKeyHash}
			return f
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForm()
			f.cheap()
			e, r := f.machines(t)
			keyed := 0
			f.talk(t, e, r, func(s said) []byte {
				for _, own := range []*run{&e.run, &r.run} {
					if own.cipher == nil {
						continue
					}
					keyed++
					if own.cipher.aes != nil || own.cfg != nil {
						t.Errorf("%v: the %v keeps AES %v, the configuration %v", s.kind(), own.role, own.cipher.aes != nil, own.cfg != nil)
					}
				}
				return s.octets
			})
			if keyed == 0 || r.Result() == nil {
				t.Fatalf("%d runs with keys, result %v, error %v", keyed, r.Result(), r.Err())
			}
		})
	}
}

// ladder returns the names of the messages of a run.
func ladder(all []said) string {
	var names []string
	for _, s := range all {
		names = append(names, s.kind().String())
	}
	return strings.Join(names, " ")
}

// until runs the machines until the next message is of a kind, and returns it
// without delivering it.
func (f *form) until(t testing.TB, e *Enrollee, r *Registrar, k wps.Kind) []byte {
	t.Helper()
	out, err := e.Start()
	f.delivered = f.delivered[:0]
	for by := RoleEnrollee; err == nil; by = by.other() {
		s := said{by, out}
		if s.kind() == k {
			return out
		}
		f.delivered = append(f.delivered, s)
		if by == RoleEnrollee {
			out, err = f.handle(r, out)
		} else {
			out, err = e.Handle(out)
		}
	}
	t.Fatalf("the run does not come to %v: %v", k, err)
	return nil
}

// body is a message as a list of attributes that can be modified.
type body []wps.Attribute

func parseBody(t testing.TB, octets []byte) (b body) {
	t.Helper()
	d := wps.NewDecoder(octets, wps.Tolerant)
	for d.Next() {
		b = append(b, wps.Attribute{ID: d.ID(), Value: bytes.Clone(d.Value())})
	}
	if d.Err() != nil {
		t.Fatal(d.Err())
	}
	return b
}

func (b body) octets() (out []byte) {
	for _, a := range b {
		out = append(out, byte(a.ID>>8), byte(a.ID), byte(len(a.Value)>>8), byte(len(a.Value)))
		out = append(out, a.Value...)
	}
	return out
}

// without returns the message without an attribute.
func (b body) without(id wps.AttributeID) (out body) {
	for _, a := range b {
		if a.ID != id {
			out = append(out, a)
		}
	}
	return out
}

// with returns the message with another value of an attribute, or with the
// attribute added at the end.
func (b body) with(id wps.AttributeID, value ...byte) (out body) {
	found := false
	for _, a := range b {
		if a.ID == id {
			a.Value, found = value, true
		}
		out = append(out, a)
	}
	if !found {
		out = append(out, wps.Attribute{ID: id, Value: value})
	}
	return out
}

// get returns the value of an attribute.
func (b body) get(id wps.AttributeID) []byte {
	for _, a := range b {
		if a.ID == id {
			return a.Value
		}
	}
	return nil
}
