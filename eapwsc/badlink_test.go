package eapwsc

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// TestBadLink registers a station at an access point over a link that loses,
// duplicates, reorders, truncates, changes and delays packets, inserts packets
// of another exchange, and stays silent for a while. Failures are minimized.
func TestBadLink(t *testing.T) { rapid.Check(t, checkBadLink) }

func FuzzBadLink(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkBadLink)) }

// badLink is an exchange with the packets in flight.
type badLink struct {
	peer         *Peer
	server       *Server
	enrollee     *registration.Enrollee
	registrar    *registration.Registrar
	reads, wrong bool // the station is an external registrar; the PINs differ
	now          time.Time
	ends         [2]linkEnd // station, access point
	request      []byte     // the last request the station answered, and its response
	response     []byte
	foreign      [][]byte // of another exchange
}

// linkEnd is one side: the packets in flight to it, all packets sent to it, and
// its deadline.
type linkEnd struct {
	coming, all [][]byte
	deadline    time.Time
	done        bool
	err         error
}

const toStation, toAccessPoint = 0, 1

// cheapKeys are made once, because new ones are expensive.
var cheapKeys = sync.OnceValue(func() (keys [2]*registration.KeyPair) {
	for i := range keys {
		keys[i], _ = registration.NewKeyPairFromExponent([]byte{byte(3 + i), 5, 7, 11, 13})
	}
	return keys
})

// strangers are the packets of another, undisturbed exchange.
var strangers = sync.OnceValue(func() (all [][]byte) {
	l := &badLink{now: fixture.Began}
	l.begin(registration.PIN(pin.MustParse("24681353")), 100, 150, 0x40)
	for !l.ends[toStation].done || !l.ends[toAccessPoint].done {
		for side := range l.ends {
			if end := &l.ends[side]; len(end.coming) > 0 {
				packet := end.coming[0]
				end.coming = end.coming[1:]
				all = append(all, packet)
				l.deliver(nil, side, packet)
			}
		}
	}
	return all
})

// begin creates both sides. Their randomness depends only on the seed.
func (l *badLink) begin(station registration.Password, stationSize, size int, seed byte) {
	known := registration.PIN(pin.MustParse("12345670"))
	if seed == 0x40 {
		known = station
	}
	d, ap := fixture.Device(2), fixture.Device(1)
	keys := cheapKeys()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	var m Machine
	var err error
	cfg := ServerConfig{FragmentSize: size, FirstID: seed}
	if l.reads {
		l.registrar, err = registration.NewRegistrar(registration.RegistrarConfig{
			Config: registration.Config{Device: d, Rand: &zeroReader{seed}, KeyPair: keys[0]}, Password: station, AP: true,
		})
		m = l.registrar
		cfg.Enrollee = func(time.Time) (Machine, error) {
			settings := fixture.Network
			settings.MAC = ap.MAC
			l.enrollee, err = registration.NewEnrollee(registration.EnrolleeConfig{
				Config: registration.Config{Device: ap, Rand: &zeroReader{seed + 1}, KeyPair: keys[1]}, Password: known, AP: &settings,
			})
			return l.enrollee, err
		}
	} else {
		l.enrollee, err = registration.NewEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: d, Rand: &zeroReader{seed}, KeyPair: keys[0]}, Password: station,
		})
		m = l.enrollee
		cfg.Registrar = func(time.Time) (Machine, error) {
			l.registrar, err = registration.NewRegistrar(registration.RegistrarConfig{
				Config: registration.Config{Device: ap, Rand: &zeroReader{seed + 1}, KeyPair: keys[1]}, Password: known, Credentials: []wps.Credential{fixture.Network},
			})
			return l.registrar, err
		}
	}
	must(err)
	l.peer, err = NewPeer(PeerConfig{Machine: m, FragmentSize: stationSize})
	must(err)
	l.server, err = NewServer(cfg)
	must(err)
	l.take(toStation, l.peer.Start(l.now), nil)
	l.take(toAccessPoint, l.server.Start(l.now), nil)
}

// take carries out a side's step.
func (l *badLink) take(side int, s Step, err error) {
	end, other := &l.ends[side], &l.ends[1-side]
	if s.Send != nil {
		packet := bytes.Clone(s.Send)
		other.coming, other.all = append(other.coming, packet), append(other.all, packet)
	}
	end.deadline, end.done = s.Deadline, s.Done
	if s.Done {
		end.err = err
	}
}

// deliver passes a packet to a side.
func (l *badLink) deliver(t *rapid.T, side int, packet []byte) {
	if l.ends[side].done {
		return
	}
	if side == toAccessPoint {
		step, err := l.server.Handle(l.now, packet)
		l.take(side, step, err)
		return
	}
	step, err := l.peer.Handle(l.now, packet)
	if step.Send != nil {
		if t != nil && bytes.Equal(packet, l.request) && !bytes.Equal(step.Send, l.response) {
			t.Fatalf("request %x is answered with %x, and earlier with %x", packet, step.Send, l.response)
		}
		l.request, l.response = bytes.Clone(packet), bytes.Clone(step.Send)
	}
	if t != nil && !step.Done && err != nil && !errors.Is(err, ErrIgnored) {
		t.Fatalf("the station continues after %v", err)
	}
	l.take(side, step, err)
}

// wait advances the time to the next deadline.
func (l *badLink) wait() {
	next := Earlier(l.ends[toStation].deadline, l.ends[toAccessPoint].deadline)
	if next.IsZero() {
		return
	}
	l.now = next
	if end := l.ends[toStation]; !end.done && !end.deadline.After(l.now) {
		step, err := l.peer.Timeout(l.now)
		l.take(toStation, step, err)
	}
	if end := l.ends[toAccessPoint]; !end.done && !end.deadline.After(l.now) {
		step, err := l.server.Timeout(l.now)
		l.take(toAccessPoint, step, err)
	}
}

// check holds the invariants: a side has a result only if the other side has
// the same PIN, and only after the other's proofs.
func (l *badLink) check(t *rapid.T) {
	result := l.peer.Result()
	switch {
	case result == nil:
	case l.wrong:
		t.Fatalf("the PINs differ, and the station has a result")
	case !l.enrollee.Proved() || !l.registrar.Proved():
		t.Fatalf("the station has a result without both proofs")
	case l.reads && (result.AP == nil || result.AP.SSID != fixture.Network.SSID || !bytes.Equal(result.AP.NetworkKey, fixture.Network.NetworkKey)):
		t.Fatalf("the station has read %v", result.AP)
	case !l.reads && (len(result.Credentials) != 1 || result.Credentials[0].SSID != fixture.Network.SSID || !bytes.Equal(result.Credentials[0].NetworkKey, fixture.Network.NetworkKey)):
		t.Fatalf("the station was given %v", result.Credentials)
	}
	if !l.reads && l.server.Result() != nil && result == nil && l.ends[toStation].done {
		t.Fatalf("the access point has registered a station that failed: %v", l.ends[toStation].err)
	}
	if l.wrong && l.server.Result() != nil {
		t.Fatalf("the PINs differ, and the access point has a result")
	}
}

func checkBadLink(t *rapid.T) {
	l := &badLink{now: fixture.Began, foreign: strangers()}
	l.reads, l.wrong = rapid.Bool().Draw(t, "registrar"), rapid.Bool().Draw(t, "wrong PIN")
	password := pin.MustParse("12345670")
	if l.wrong {
		password = []pin.PIN{pin.MustParse("12340002"), pin.MustParse("22345677")}[rapid.IntRange(0, 1).Draw(t, "half")]
	}
	sizes := rapid.SampledFrom([]int{0, 100, 150})
	l.begin(registration.PIN(password), sizes.Draw(t, "station's fragments"), sizes.Draw(t, "access point's"), rapid.Byte().Filter(func(b byte) bool { return b != 0x40 }).Draw(t, "seed"))

	// next removes a packet that is in flight.
	next := func(t *rapid.T, swapped bool) (side int, packet []byte) {
		side = rapid.IntRange(0, 1).Draw(t, "to")
		end := &l.ends[side]
		if len(end.coming) == 0 {
			side = 1 - side
			end = &l.ends[side]
		}
		if len(end.coming) == 0 {
			t.Skip("nothing is on its way")
		}
		i := 0
		if swapped {
			i = rapid.IntRange(0, len(end.coming)-1).Draw(t, "which")
		}
		packet = end.coming[i]
		end.coming = append(end.coming[:i:i], end.coming[i+1:]...)
		return side, packet
	}
	arrives := func(t *rapid.T) {
		side, packet := next(t, false)
		l.deliver(t, side, packet)
	}
	many := func(t *rapid.T) {
		for range 8 {
			for side := range l.ends {
				if end := &l.ends[side]; len(end.coming) > 0 {
					packet := end.coming[0]
					end.coming = end.coming[1:]
					l.deliver(t, side, packet)
				}
			}
		}
	}
	actions := map[string]func(*rapid.T){
		"":        l.check,
		"arrives": arrives,
		"several": many,
		"twice": func(t *rapid.T) {
			side, packet := next(t, false)
			l.deliver(t, side, packet)
			l.deliver(t, side, packet)
		},
		"late": func(t *rapid.T) {
			side := rapid.IntRange(0, 1).Draw(t, "to")
			if all := l.ends[side].all; len(all) > 0 {
				l.deliver(t, side, all[rapid.IntRange(0, len(all)-1).Draw(t, "which")])
			}
		},
	}
	// Duplicates do no harm, whenever they arrive.
	copies := rapid.Bool().Draw(t, "only copies")
	if !copies {
		actions["swapped"] = func(t *rapid.T) {
			side, packet := next(t, true)
			l.deliver(t, side, packet)
		}
		actions["lost"] = func(t *rapid.T) { next(t, false) }
		actions["cut"] = func(t *rapid.T) {
			side, packet := next(t, false)
			l.deliver(t, side, packet[:rapid.IntRange(0, len(packet)-1).Draw(t, "length")])
		}
		actions["changed"] = func(t *rapid.T) {
			side, packet := next(t, false)
			packet = bytes.Clone(packet)
			packet[rapid.IntRange(0, len(packet)-1).Draw(t, "at")] ^= rapid.ByteRange(1, 255).Draw(t, "bits")
			l.deliver(t, side, packet)
		}
		actions["foreign"] = func(t *rapid.T) {
			l.deliver(t, rapid.IntRange(0, 1).Draw(t, "to"), l.foreign[rapid.IntRange(0, len(l.foreign)-1).Draw(t, "which")])
		}
		actions["silence"] = func(*rapid.T) { l.wait() }
	}
	t.Repeat(actions)
	for steps := 0; !l.ends[toStation].done || !l.ends[toAccessPoint].done; steps++ {
		if steps > 1000 {
			t.Fatal("the exchange does not end")
		}
		many(t)
		l.wait()
		l.check(t)
	}
	if d := l.now.Sub(fixture.Began); d > ExchangeTimeout {
		t.Fatalf("the exchange took %v", d)
	}
	l.check(t)
	if copies && !l.wrong && (l.peer.Result() == nil || l.server.Result() == nil) {
		t.Fatalf("duplicates alone made it fail: %v, %v", l.ends[toStation].err, l.ends[toAccessPoint].err)
	}
}
