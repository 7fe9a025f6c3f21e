package ap_test

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

var (
	modelDepth = flag.Int("depth", 0, "how many steps TestAccessPointModel explores exhaustively; 0 is few, -1 two beyond the longest known counterexample of each alphabet")
	modelWalks = flag.Int("walks", 150, "how many random walks over all actions TestAccessPointModel makes")
	modelSeed  = flag.Uint64("seed", 1, "of the random walks of TestAccessPointModel")
)

// TestAccessPointModel compares an access point with the model, which is
// independent of its code: after every action of the owner, of two stations and
// of an external registrar, the result must be the same for both. Related
// actions (button, PINs, the access point's own PIN, NFC, restart and reset, an
// owner who approves settings) are explored in every order, up to a depth;
// equal states are visited once. Random walks use all of them together. The
// long form is .ci/model.
//
//	go test ./eapwsc/ap -run TestAccessPointModel -depth -1 -walks 100000
func TestAccessPointModel(t *testing.T) {
	for _, a := range modelled() {
		t.Run(a.name, func(t *testing.T) {
			if *modelDepth == 0 {
				t.Parallel()
			}
			depth := *modelDepth
			switch {
			case depth == 0:
				depth = a.short
			case depth < 0:
				depth = a.longest + 2
			}
			x := &explorer{t: t, alphabet: &a}
			x.explore(depth)
			t.Logf("%s: %d actions, depth %d, %d states, %d steps", a.name, len(a.actions), depth, len(x.seen), x.steps.Load())
		})
	}
	for over, name := range carrierNames {
		t.Run("walks over "+name, func(t *testing.T) {
			t.Parallel()
			all := &alphabet{name: "all", over: carrier(over)}
			for _, a := range alphabets {
				// Over UPnP, M1 comes first and has no token to answer; over
				// RADIUS, a registrar without the tag leaves without a message.
				if a.name != "NFC" || carrier(over) == overEAP {
					all.actions = append(all.actions, a.actions...)
				}
			}
			steps := 0
			for i := range *modelWalks {
				steps += walk(t, all, rand.New(rand.NewPCG(*modelSeed, uint64(i))))
			}
			t.Logf("%d walks, %d steps", *modelWalks, steps)
		})
	}
}

// modelled returns the alphabets, and those of the button, PINs and the access
// point's PIN over the other carriers. go test explores the latter one step
// less deep, and the long form two: the states of the access point are the
// same, each step takes longer, and no counterexample is known that needs a
// particular carrier.
func modelled() []alphabet {
	all := append([]alphabet(nil), alphabets...)
	for _, c := range []struct {
		alphabet int
		over     carrier
	}{{0, overRADIUS}, {1, overRADIUS}, {2, overRADIUS}, {2, overUPnP}} {
		a := alphabets[c.alphabet]
		a.name, a.over = a.name+" over "+carrierNames[c.over], c.over
		a.short, a.longest = a.short-1, a.longest-2
		all = append(all, a)
	}
	return all
}

// alphabet is a set of related actions.
type alphabet struct {
	name    string
	actions []action
	short   int  // the depth for go test
	longest int  // the length of the longest known counterexample
	factory bool // the access point has its factory settings: no network
	asked   bool // its owner is asked to approve settings that are written
	over    carrier
}

// action is an action of the owner or a device.
type action struct {
	name    string
	enabled func(*scene) bool // nil: always
	do      func(*scene)
}

// The devices: two UUIDs, and an address for each of the two stations.
const (
	uuidA, uuidB                          = 0, 1
	stationOne, stationTwo, registrarSlot = 0, 1, 2
)

var names = [...]string{"A", "B"}

// alphabets are the sets of related actions. The longest known counterexample
// of each is that of a former fault in the access point or the model; the
// faults are in .ci/mutants/accesspoint.txt.
var alphabets = []alphabet{
	// Longest: the address that is refused as another of one device presses; the next press.
	{name: "button", short: 4, longest: 7, actions: []action{press, cancel, enter(1, anyone), wait(10), wait(115), wait(130),
		probe(uuidA, 0), probe(uuidA, 1), probe(uuidB, 0),
		byButton(stationOne, uuidA), byButton(stationTwo, uuidA), byButton(stationTwo, uuidB),
		goesOn(stationOne), goesOn(stationTwo), fails(stationOne)}},
	// Longest: a PIN that is entered again while a device uses it is exposed.
	{name: "PINs", short: 4, longest: 6, actions: []action{enter(1, anyone), enter(2, anyone), enter(3, uuidA), enter(1, uuidB), remove(anyone), remove(uuidA), cancel, press, wait(130),
		byPIN(stationOne, uuidA, 0), byPIN(stationOne, uuidA, 1), byPIN(stationOne, uuidA, 2), byPIN(stationTwo, uuidB, 0), byPIN(stationTwo, uuidA, 0),
		goesOn(stationOne), goesOn(stationTwo), fails(stationOne)}},
	// Longest: read-only is forgotten while another has locked the PIN by guesses.
	{name: "access point's PIN", short: 3, longest: 8, actions: []action{setPIN(5), setPIN(0), setPIN(4), lock(unlocked), lock(readOnly), lock(locked), wait(70),
		external(0, 0, false), external(0, 1, false), external(0, 1, true), external(1, 0, false), external(2, 0, false),
		goesOn(registrarSlot), fails(registrarSlot), forged, otherGuesses,
		enter(1, anyone), byPIN(stationOne, uuidA, 0), goesOn(stationOne), change}},
	// Longest: a tag is read again while a device uses it, and serves another.
	{name: "NFC", short: 3, longest: 6, actions: []action{readTag(uuidA), removeTag, handover(uuidB), ownToken(true), ownToken(false), cancel, press, wait(130), restart,
		byToken(stationOne, uuidA, false), byToken(stationTwo, uuidA, false), byToken(stationTwo, uuidB, false), byToken(stationTwo, uuidB, true), byToken(stationOne, uuidA, true),
		byOwn(stationTwo, uuidB), externalByOwn(1), external(0, 0, false),
		goesOn(stationOne), goesOn(stationTwo), goesOn(registrarSlot), fails(stationTwo)}},
	// Longest: the settings change before a device is given them.
	{name: "restart and reset", short: 3, longest: 5, actions: []action{restart, reset, change, press, enter(1, anyone), setPIN(5), wait(70),
		byButton(stationOne, uuidA), byPIN(stationTwo, uuidB, 0), external(0, 1, false), external(1, 0, false),
		goesOn(stationOne), goesOn(stationTwo), goesOn(registrarSlot), fails(registrarSlot)}},
	// Longest: a lock comes while the owner is asked.
	{name: "owner is asked", short: 6, longest: 6, asked: true, actions: []action{adopt(true), adopt(false), setPIN(5), lock(locked), lock(readOnly), lock(unlocked), change, reset, restart, wait(70),
		external(0, 1, false), external(0, 1, true), goesOn(registrarSlot), fails(registrarSlot)}},
	// An access point without a network: its first device makes it create one,
	// once, and all devices receive the same one. Longest: two devices each
	// cause a new network.
	{name: "no network yet", short: 4, longest: 6, factory: true, actions: []action{enter(1, anyone), enter(3, uuidA), press, cancel,
		byButton(stationOne, uuidA), byPIN(stationOne, uuidA, 0), byPIN(stationTwo, uuidB, 0),
		goesOn(stationOne), goesOn(stationTwo), fails(stationOne), external(0, 1, false), goesOn(registrarSlot)}},
}

// The actions of the owner.
var (
	press = action{name: "press", do: func(s *scene) {
		want := s.m.press()
		s.holds("press", want, errors.Is(s.ap.PressButton(s.time()), ap.ErrOverlap), overlapping)
	}}
	cancel = action{name: "cancel", do: func(s *scene) { s.m.cancel(); s.ap.Cancel(s.time()) }}
)

func enter(number, uuid int) action {
	name := fmt.Sprintf("enter PIN %d for anyone", number)
	if uuid != anyone {
		name = fmt.Sprintf("enter PIN %d for %s", number, names[uuid])
	}
	return action{name: name, do: func(s *scene) {
		s.m.enter(number, uuid)
		e := ap.PINEntry{PIN: pinOf(number)}
		if uuid != anyone {
			u := uuidOf(uuid)
			e.UUID = &u
		}
		if err := s.ap.EnterPIN(s.time(), e); err != nil {
			s.fail("enter: %v", err)
		}
	}}
}

func remove(uuid int) action {
	name := "remove the PIN for anyone"
	if uuid != anyone {
		name = "remove the PIN of " + names[uuid]
	}
	return action{name: name, do: func(s *scene) {
		s.m.remove(uuid)
		if uuid == anyone {
			s.ap.RemovePIN(s.time(), nil)
			return
		}
		u := uuidOf(uuid)
		s.ap.RemovePIN(s.time(), &u)
	}}
}

// change: the owner changes the settings on the access point's page.
var change = action{name: "change the settings", do: func(s *scene) {
	s.writes++
	s.m.settings = s.writes
	if err := s.ap.SetSettings(s.time(), settingsOf(s.writes)); err != nil {
		s.fail("settings: %v", err)
	}
}}

// reset: the owner resets the access point to its factory settings.
var reset = action{name: "reset", do: func(s *scene) {
	s.m.reset()
	s.factory, s.made = true, nil
	if err := s.ap.Reset(s.time(), "factory"); err != nil {
		s.fail("reset: %v", err)
	}
}}

// restart: the power fails, and the stored state is restored.
var restart = action{name: "restart", do: func(s *scene) {
	data, err := s.ap.StoreSecrets(s.time())
	must(err)
	s.m.restart()
	for i := range s.slots {
		s.slots[i] = slot{}
	}
	s.ap = newModelled(s.cfg)
	s.reach(s.over)
	if err := s.ap.RestoreSecrets(s.time(), data); err != nil {
		s.fail("restart: %v", err)
	}
}}

// tokenOf returns the tag of a device: all tags have the same Device Password
// ID.
func tokenOf(uuid int) *wps.PasswordToken {
	key := deviceKeys()[uuid].PublicKey()
	return &wps.PasswordToken{OOB: wps.OOBPassword{
		PublicKeyHash: registration.PublicKeyHash(&key), ID: wps.PasswordOOBFirst, Password: []byte("the password of a tag, " + names[uuid]),
	}}
}

func readTag(uuid int) action {
	return action{name: "read the tag of " + names[uuid], do: func(s *scene) {
		s.m.read(uuid, false)
		must(s.ap.EnterToken(s.time(), tokenOf(uuid), 0))
	}}
}

var removeTag = action{name: "remove the tags", do: func(s *scene) {
	s.m.removeTags()
	s.ap.RemoveToken(s.time(), wps.PasswordOOBFirst)
}}

func handover(uuid int) action {
	return action{name: "handover with " + names[uuid], do: func(s *scene) {
		s.m.read(uuid, true)
		answer, err := s.ap.HandoverSelect(s.time(), &wps.HandoverRequest{
			OOB: wps.OOBPassword{PublicKeyHash: tokenOf(uuid).OOB.PublicKeyHash, ID: wps.PasswordNFCHandover}, UUIDE: uuidOf(uuid),
		})
		must(err)
		s.handedOver = answer.OOB.PublicKeyHash
	}}
}

func ownToken(on bool) action {
	if !on {
		return action{name: "own token off", do: func(s *scene) { s.m.ownOff(); s.ap.DisableToken(s.time()) }}
	}
	return action{name: "own token on", do: func(s *scene) {
		s.m.ownOn = true
		if token, _ := s.ap.Token(); token == nil {
			_, err := s.ap.MakeToken(s.time())
			must(err)
		}
		must(s.ap.EnableToken(s.time()))
	}}
}

// byToken: a device registers with its own key, and the password of its tag, or
// to complete a handover.
func byToken(slot, uuid int, handover bool) action {
	name := fmt.Sprintf("station %d begins by its tag as %s", slot, names[uuid])
	if handover {
		name = fmt.Sprintf("station %d begins after a handover as %s", slot, names[uuid])
	}
	return action{name: name, do: func(s *scene) {
		s.leave(slot)
		r := &modelRun{slot: slot, uuid: uuid, mac: slot}
		want, password := s.m.byToken(r, uuid, handover), registration.OutOfBand(wps.PasswordOOBFirst, tokenOf(uuid).OOB.Password)
		s.keys, s.hash = deviceKeys()[uuid], nil
		if handover {
			hash := s.handedOver // of this handover, whatever follows
			password, s.hash = registration.Handover(), &hash
		}
		s.begin(r, want, password)
	}}
}

// ownPassword returns the password of the access point's tag, or a similar one.
func (s *scene) ownPassword() registration.Password {
	if token, _ := s.ap.Token(); token != nil {
		return registration.OutOfBand(token.OOB.ID, token.OOB.Password)
	}
	return registration.OutOfBand(0x4321, []byte("there is no such token"))
}

// byOwn: a device registers that has read the access point's tag.
func byOwn(slot, uuid int) action {
	return action{name: fmt.Sprintf("station %d begins by our tag as %s", slot, names[uuid]), do: func(s *scene) {
		s.leave(slot)
		r := &modelRun{slot: slot, uuid: uuid, mac: slot}
		s.begin(r, s.m.byOwn(r), s.ownPassword())
	}}
}

// externalByOwn: an external registrar begins that has read the access point's
// tag.
func externalByOwn(writes int) action {
	return action{name: "registrar begins by our tag, to write", do: func(s *scene) {
		s.leave(registrarSlot)
		s.writes++
		r := &modelRun{slot: registrarSlot, mac: registrarSlot, external: true, own: true, writes: writes * s.writes}
		s.begin(r, s.m.external(r), s.ownPassword())
	}}
}

// adopt: the owner approves or refuses the pending settings.
func adopt(adopted bool) action {
	name := "refuse the settings"
	if adopted {
		name = "adopt the settings"
	}
	asked := func(s *scene) bool { r := s.m.runs[registrarSlot]; return r != nil && r.asked }
	return action{name: name, enabled: asked, do: func(s *scene) {
		run, sl := s.m.runs[registrarSlot], &s.slots[registrarSlot]
		want := run.withdrawn
		if want == allowed && s.m.policy == readOnly {
			want = lockedOut
		}
		err := s.ap.AdoptSettings(macOf(registrarSlot))
		if !adopted {
			err, want = s.ap.RefuseSettings(macOf(registrarSlot), wps.DeviceBusy, errors.New("no")), refused
		}
		must(err)
		s.ap.Events()
		for _, ready := range s.ap.Ready() {
			step, _ := ready.Timeout(s.time())
			sl.request = bytes.Clone(step.Send)
		}
		s.talk(registrarSlot, 0)
		if ok := sl.registrar.Result() != nil; ok != (want == allowed) {
			s.fail("%s: %v, want it %v: %v", name, ok, want, sl.peer.Err())
		}
		s.reported(run, want, sl)
		s.m.end(run, want == allowed)
		s.hasSettings()
	}}
}

func setPIN(number int) action {
	return action{name: fmt.Sprintf("set access point's PIN %d", number), do: func(s *scene) {
		s.m.setPIN(number)
		p := pin.PIN{}
		if number != 0 {
			p = pinOf(number)
		}
		s.ap.SetPIN(s.time(), p)
	}}
}

func lock(p lockPolicy) action {
	l := map[lockPolicy]ap.SetupLock{unlocked: ap.Unlocked, readOnly: ap.ReadOnly, locked: ap.Locked}[p]
	return action{name: "lock: " + l.String(), do: func(s *scene) { s.m.setPolicy(p); s.ap.SetLock(s.time(), l) }}
}

// wait lets time pass. Current runs receive nothing meanwhile: their packets
// are lost.
func wait(seconds int) action {
	return action{name: fmt.Sprintf("%d s pass", seconds), do: func(s *scene) { s.wait(time.Duration(seconds) * time.Second) }}
}

func probe(uuid, mac int) action {
	return action{name: fmt.Sprintf("probe of %s from address %d", names[uuid], mac), do: func(s *scene) {
		s.m.probe(uuid)
		s.ap.Probe(s.time(), macOf(mac), &wps.ProbeRequest{UUIDE: uuidOf(uuid), DevicePasswordID: wps.PasswordPushButton})
	}}
}

func byButton(slot, uuid int) action {
	return action{name: fmt.Sprintf("station %d begins by button as %s", slot, names[uuid]), do: func(s *scene) {
		s.leave(slot)
		r := &modelRun{slot: slot, uuid: uuid, mac: slot}
		s.begin(r, s.m.button(r), registration.PushButton())
	}}
}

// byPIN: a station registers with the PIN that was entered for it, or with one
// half of it wrong.
func byPIN(slot, uuid, wrong int) action {
	name := fmt.Sprintf("station %d begins by PIN as %s", slot, names[uuid])
	if wrong != 0 {
		name += fmt.Sprintf(", half %d wrong", wrong)
	}
	return action{name: name, do: func(s *scene) {
		s.leave(slot)
		number := 1
		if p := s.m.pick(uuid); p != nil {
			number = p.number
		}
		r := &modelRun{slot: slot, uuid: uuid, mac: slot, wrong: wrong}
		s.begin(r, s.m.byPIN(r), registration.PIN(alike(number, wrong)))
	}}
}

// external: an external registrar begins with the access point's PIN, or with
// one half of it wrong, to read or write the settings.
func external(wrong, writes int, unusable bool) action {
	name := "registrar begins"
	switch {
	case wrong != 0:
		name += fmt.Sprintf(", half %d wrong", wrong)
	case unusable:
		name += ", to write what cannot be used"
	case writes != 0:
		name += ", to write"
	}
	return action{name: name, enabled: (*scene).mayCall, do: func(s *scene) {
		s.leave(registrarSlot)
		number := max(s.m.apPIN, 4)
		if wrong == 0 && s.m.apPIN == 0 {
			number = 4
		}
		s.writes++
		r := &modelRun{slot: registrarSlot, mac: registrarSlot, external: true, wrong: wrong, unusable: unusable}
		if writes != 0 {
			r.writes = s.writes
		}
		s.begin(r, s.m.external(r), registration.PIN(alike(number, wrong)))
	}}
}

func goesOn(slot int) action {
	return action{name: fmt.Sprintf("station %d goes on", slot), enabled: func(s *scene) bool { return s.m.runs[slot] != nil && !s.m.runs[slot].asked },
		do: func(s *scene) { s.goOn(slot) }}
}

func fails(slot int) action {
	return action{name: fmt.Sprintf("station %d stops", slot), enabled: func(s *scene) bool { return s.m.runs[slot] != nil && !s.m.runs[slot].asked },
		do: func(s *scene) { s.stop(slot) }}
}

// forged is a WSC_NACK 18 that an attacker sends in the name of the external
// registrar: no PIN was tried.
var forged = action{name: "forged WSC_NACK 18", enabled: func(s *scene) bool { r := s.m.runs[registrarSlot]; return r != nil && !r.asked },
	do: func(s *scene) {
		run, sl := s.m.runs[registrarSlot], &s.slots[registrarSlot]
		nack := &wps.NACK{ConfigError: wps.DevicePasswordAuthFailed}
		nack.EnrolleeNonce, nack.RegistrarNonce = sl.enrolleeNonce, sl.registrarNonce
		body, err := wps.Append(nil, nack)
		must(err)
		packet, err := eap.NewWSC(eap.CodeResponse, sl.request[1], eap.OpNACK, body).AppendTo(nil)
		must(err)
		step, err := sl.session.Handle(s.time(), packet)
		if !step.Done {
			s.fail("WSC_NACK with the nonces of the run does not end it: %v", err)
		}
		s.m.end(run, false)
		sl.session = nil
	}}

// otherGuesses: another external registrar uses a wrong PIN, and receives the
// refusal.
var otherGuesses = action{name: "another registrar guesses", enabled: func(s *scene) bool { return s.over != overUPnP },
	do: func(s *scene) {
		s.leave(stationTwo)
		r := &modelRun{slot: stationTwo, mac: stationTwo, external: true, wrong: 1}
		s.begin(r, s.m.external(r), registration.PIN(alike(max(s.m.apPIN, 4), 1)))
		if s.m.runs[stationTwo] != nil {
			s.goOn(stationTwo)
		}
	}}

// pinOf returns the PIN of a number.
func pinOf(number int) pin.PIN { return alike(number, 0) }

// alike returns a PIN that differs from another in one half.
func alike(number, wrong int) pin.PIN {
	first, second := uint32(2000+100*number), uint32(300+number)
	switch wrong {
	case 1:
		first += 7
	case 2:
		second += 7
	}
	seven := first*1000 + second
	return pin.MustParse(fmt.Sprintf("%07d%d", seven, pin.Checksum(seven)))
}

func uuidOf(n int) wps.UUID { return fixture.UUID(names[n]) }
func macOf(n int) wps.MAC   { return fixture.Device(byte(10 + n)).MAC }

// settingsOf returns settings by number; 0 are the initial ones.
func settingsOf(number int) wps.Credential {
	return wps.Credential{SSID: wps.SSID(fmt.Sprintf("network %d", number)), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES,
		NetworkKey: []byte(fmt.Sprintf("the key of network %d", number))}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// same is a random source that returns the same octets each time, so that two
// paths to one state have the same octets.
type same byte

func (r same) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r) + byte(i)
	}
	return len(b), nil
}

var modelKeys = sync.OnceValue(func() (keys [2]*registration.KeyPair) {
	for i := range keys {
		var err error
		keys[i], err = registration.NewKeyPairFromExponent(bytes.Repeat([]byte{byte(0x51 + i), 0x1b}, 15))
		must(err)
	}
	for i, key := range keys {
		public := keys[1-i].PublicKey()
		must(key.Precompute(&public))
	}
	return keys
})

// deviceKeys are the keys of the devices whose tags are read.
var deviceKeys = sync.OnceValue(func() (keys [2]*registration.KeyPair) {
	for i := range keys {
		var err error
		keys[i], err = registration.NewKeyPairFromExponent(bytes.Repeat([]byte{byte(0x61 + i), 0x2b}, 15))
		must(err)
		public := modelKeys()[0].PublicKey()
		must(keys[i].Precompute(&public))
	}
	return keys
})

// scene is an access point and its model.
type scene struct {
	cfg        ap.Config
	handedOver [20]byte              // the hash of our key that the last handover gave
	keys       *registration.KeyPair // of the station that begins, if it is not the common one
	hash       *[20]byte             // of our key, known to the station

	ap      *ap.AccessPoint
	m       model
	slots   [3]slot
	writes  int
	factory bool            // it had no network at the beginning
	made    *wps.Credential // the network that it has created, once it was given to a device
	trouble string

	over    carrier
	server  *radius.Server
	device  *upnp.Device
	opening wps.MAC // of the station whose session is being opened
	begun   [3]int  // how many sessions of each slot, modulo three
	calls   int     // runs begun over UPnP in the current second
	called  time.Duration
}

// slot is one of the stations, or the external registrar.
type slot struct {
	peer                          *eapwsc.Peer
	session                       session
	enrollee                      *registration.Enrollee
	registrar                     *registration.Registrar
	deadline                      time.Time
	request                       []byte // on its way to the station
	enrolleeNonce, registrarNonce wps.Nonce
}

func newScene(a *alphabet) *scene {
	d := fixture.Device(1)
	d.ConfigMethods |= wps.MethodLabel
	d.State = wps.Configured
	s := &scene{factory: a.factory}
	s.m.heard, s.m.finished = make(map[int]time.Duration), make(map[int]time.Duration)
	s.m.apPIN = 4
	cfg := ap.Config{
		Registration: registration.Config{Device: d, KeyPair: modelKeys()[0], Rand: same(0x21)},
		Credentials:  []wps.Credential{settingsOf(0)}, PIN: pinOf(4),
	}
	if a.factory {
		cfg.Registration.Device.State, cfg.Registration.Rand = wps.NotConfigured, rand.NewChaCha8([32]byte{1})
		cfg.Credentials[0].NetworkKey, cfg.Credentials[0].AuthType, cfg.Credentials[0].EncrType = nil, wps.AuthOpen, wps.EncrNone
	}
	cfg.AskOwner = a.asked
	s.cfg, s.ap = cfg, newModelled(cfg)
	s.reach(a.over)
	return s
}

func (s *scene) time() time.Time { return fixture.Began.Add(s.m.now) }

func (s *scene) fail(format string, args ...any) {
	if s.trouble == "" {
		s.trouble = fmt.Sprintf(format, args...)
	}
}

// holds compares a refusal with the verdict.
func (s *scene) holds(what string, want verdict, isRefused bool, as verdict) {
	if (want == as) != isRefused {
		s.fail("%s: want it %v, and it is refused as %v: %v", what, want, as, isRefused)
	}
}

// leave ends the exchange of a station, which has disconnected.
func (s *scene) leave(n int) {
	if run := s.m.runs[n]; run != nil {
		sl := &s.slots[n]
		sl.session.Close(s.time(), nil)
		sl.session = nil
		s.m.end(run, false)
	}
}

// begin starts a station, up to the answer to its M1, or an external registrar
// up to the answer to its M2.
func (s *scene) begin(r *modelRun, want verdict, password registration.Password) {
	sl := &s.slots[r.slot]
	*sl = slot{}
	d := fixture.Device(byte(10 + r.mac))
	d.UUID = uuidOf(r.uuid)
	cfg := registration.Config{Device: d, KeyPair: modelKeys()[1], Rand: same(0x80 + byte(r.slot))}
	if s.keys != nil {
		cfg.KeyPair = s.keys
	}
	hash := s.hash
	s.keys, s.hash = nil, nil
	var m eapwsc.Machine
	var err error
	if r.external {
		rc := registration.RegistrarConfig{Config: cfg, Password: password, AP: true}
		if r.writes != 0 {
			settings := settingsOf(r.writes)
			if r.unusable {
				settings.NetworkKey, rc.Faulty = []byte("abc"), true
			}
			rc.NewSettings = &settings
		}
		sl.registrar, err = registration.NewRegistrar(rc)
		m = sl.registrar
	} else {
		sl.enrollee, err = registration.NewEnrollee(registration.EnrolleeConfig{Config: cfg, Password: password, PeerKeyHash: hash})
		m = sl.enrollee
	}
	must(err)
	sl.peer, err = eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m, Total: time.Hour, Timeout: time.Hour})
	must(err)
	sl.session, err = s.open(r, d.MAC)
	must(err)
	s.ap.Events()
	sl.peer.Start(s.time())
	sl.request = bytes.Clone(sl.session.Start(s.time()).Send)
	until := wps.MessageM2
	if r.external {
		until = wps.MessageM3
	}
	s.talk(r.slot, until)
	begun := sl.session != nil
	if want == either {
		if want = refused; begun {
			want = allowed
			s.m.runs[r.slot] = r
		}
	}
	if begun != (want == allowed) {
		s.fail("begins: %v, want it %v: %v", begun, want, sl.err())
	}
	if !begun {
		s.reported(r, want, sl)
	}
}

// err returns how the access point's side ended.
func (sl *slot) err() error {
	if sl.session != nil {
		return sl.session.Err()
	}
	return sl.peer.Err()
}

// reported checks that a refusal was reported to the owner, with the reason.
func (s *scene) reported(r *modelRun, why verdict, sl *slot) {
	if why == allowed {
		return
	}
	class := map[verdict]error{notPressed: registration.ErrNoRegistrar, overlapping: registration.ErrOverlap, lockedOut: registration.ErrLocked, wrongPIN: registration.ErrPassword, wrongKey: registration.ErrKeyHash}[why]
	for _, e := range s.ap.Events() {
		if e.Kind == ap.EventOverlap && why == overlapping {
			return
		}
		if e.Station != macOf(r.mac) && !(s.over == overUPnP && r.external && e.Station == wps.MAC{}) { // UPnP has no address
			continue
		}
		if e.Kind == ap.EventPINNeeded && (why == notPressed || why == lockedOut) || e.Kind == ap.EventFailed && (class == nil || errors.Is(e.Err, class)) {
			return
		}
	}
	s.fail("a refusal (%v) is not reported; the station heard %v", why, sl.peer.Err())
}

// talk runs the exchange of a station until the access point has a message of a
// type to send, or the exchange is over: then the session is nil.
func (s *scene) talk(n int, until wps.MessageType) {
	sl := &s.slots[n]
	for range 40 {
		if len(sl.request) > 14 && sl.request[4] == byte(eap.TypeExpanded) {
			body := sl.request[14:]
			t, _ := wps.PeekMessageType(body)
			if nonce := wps.Find(body, wps.AttrEnrolleeNonce); len(nonce) == 16 {
				sl.enrolleeNonce = wps.Nonce(nonce)
			}
			if nonce := wps.Find(body, wps.AttrRegistrarNonce); len(nonce) == 16 {
				sl.registrarNonce = wps.Nonce(nonce)
			}
			if t == until {
				return
			}
		}
		step, _ := sl.peer.Handle(s.time(), sl.request)
		if step.Send == nil {
			if sl.session != nil {
				sl.session.Close(s.time(), nil)
				sl.session = nil
			}
			return
		}
		response := bytes.Clone(step.Send)
		answer, _ := sl.session.Handle(s.time(), response)
		sl.deadline = answer.Deadline
		sl.request = bytes.Clone(answer.Send)
		if answer.Waiting && sl.request == nil {
			return
		}
		if answer.Done {
			sl.peer.Handle(s.time(), sl.request)
			sl.session = nil
			return
		}
		if sl.request == nil {
			s.fail("the access point has no answer to %x", response)
			return
		}
	}
	s.fail("the exchange does not end")
}

// goOn continues a run to its next stop, and compares the result with the
// model.
func (s *scene) goOn(n int) {
	run, sl := s.m.runs[n], &s.slots[n]
	s.ap.Events()
	if run.external {
		s.externalGoesOn(run, sl)
		return
	}
	want := run.withdrawn
	if want == allowed && (run.wrong == 1 || run.wrong == 2 && run.exposed) {
		want = wrongPIN
	}
	if run.token != nil && run.token.handover {
		want, run.exposed = allowed, true // M2 has given everything
	}
	exposes := !run.exposed
	if exposes {
		s.talk(n, wps.MessageM6)
	} else {
		s.talk(n, 0)
	}
	ended := sl.session == nil
	success := sl.enrollee.Result() != nil
	if success {
		s.gave(run, sl.enrollee.Result())
	}
	switch {
	case want == either:
		if ended && !success {
			s.m.end(run, false)
			return
		}
	case want != allowed:
		if !ended || success {
			s.fail("it goes on, want it %v", want)
			return
		}
		s.reported(run, want, sl)
		s.m.end(run, false)
		return
	}
	switch {
	case exposes && ended:
		s.fail("it ends, want it %v: %v", want, sl.peer.Err())
	case exposes:
		run.exposed = true
	case !success:
		s.fail("it does not succeed, want it %v: %v", want, sl.peer.Err())
	default:
		s.m.end(run, true)
	}
}

// gave checks that a station received the current settings of the access point.
func (s *scene) gave(run *modelRun, r *registration.Result) {
	if run.token != nil && run.token.handover && run.gives != s.m.network() {
		return // they have changed since
	}
	want := settingsOf(s.m.settings)
	if s.factory && s.m.settings == 0 {
		if s.made == nil {
			s.made = &r.Credentials[0]
		}
		want = *s.made
	}
	if len(r.Credentials) != 1 || r.Credentials[0].SSID != want.SSID || !bytes.Equal(r.Credentials[0].NetworkKey, want.NetworkKey) {
		s.fail("the station was given %v, and the network is %v", r.Credentials[0].SSID, want.SSID)
	}
}

// externalGoesOn continues an external registrar: the access point answers M2
// by M3, M4 by M5, M6 by M7 with its settings, and adopts those in M8.
func (s *scene) externalGoesOn(run *modelRun, sl *slot) {
	want := run.withdrawn
	switch {
	case want != allowed:
	case !run.proved && !run.exposed && run.wrong == 1, !run.proved && run.exposed && run.wrong == 2:
		want = wrongPIN
	}
	switch {
	case !run.exposed: // exposed: it has received M5
		s.talk(run.slot, wps.MessageM5)
	case !run.proved:
		s.talk(run.slot, wps.MessageM7)
	default:
		if want == allowed && run.writes != 0 && s.m.policy == readOnly {
			want = lockedOut
		}
		if want == allowed && run.unusable {
			want = refused
		}
		if run.writes == 0 { // it only reads, and M7 has the settings
			want = allowed
		}
		if s.talk(run.slot, 0); sl.session != nil && want == allowed && run.writes != 0 && s.cfg.AskOwner {
			run.asked = true
			if e := s.ap.Events(); len(e) == 0 || e[len(e)-1].Kind != ap.EventSettingsReceived {
				s.fail("the owner is not asked")
			}
			return
		}
		ok := sl.registrar.Result() != nil
		if ok != (want == allowed) {
			s.fail("reading or writing: %v, want it %v: %v", ok, want, sl.peer.Err())
		}
		s.m.end(run, want == allowed)
		s.hasSettings()
		return
	}
	ended := sl.session == nil
	if ended != (want != allowed) {
		s.fail("ended: %v, want it %v: %v", ended, want, sl.peer.Err())
		return
	}
	if ended {
		s.reported(run, want, sl)
		s.m.end(run, false)
		if want == wrongPIN {
			s.m.guess()
		}
		return
	}
	if run.exposed {
		run.proved = true
		s.m.row = 0
	}
	run.exposed = true
}

func (s *scene) hasSettings() {
	if s.factory && s.m.settings == 0 {
		if got := s.ap.Settings(); s.made != nil && !bytes.Equal(got.NetworkKey, s.made.NetworkKey) {
			s.fail("a device was given a key that the access point does not have")
		}
		return
	}
	if got, want := s.ap.Settings(), settingsOf(s.m.settings); got.SSID != want.SSID || !bytes.Equal(got.NetworkKey, want.NetworkKey) {
		s.fail("the settings are %v, want %v", got.SSID, want.SSID)
	}
}

// stop has a station send WSC_NACK.
func (s *scene) stop(n int) {
	run, sl := s.m.runs[n], &s.slots[n]
	if run.external {
		sl.registrar.Refuse(wps.NoError, nil)
	} else {
		sl.enrollee.Refuse(wps.NoError, nil)
	}
	s.talk(n, 0)
	s.m.end(run, false)
}

// wait advances the time, with all deadlines that occur.
func (s *scene) wait(d time.Duration) {
	end := s.m.now + d
	for range 1000 {
		next := fixture.Began.Add(end)
		if at := s.ap.Deadline(); !at.IsZero() && at.Before(next) {
			next = at
		}
		for n := range s.slots {
			if sl := &s.slots[n]; sl.session != nil && sl.deadline.Before(next) {
				next = sl.deadline
			}
		}
		if now := next.Sub(fixture.Began); now > s.m.now {
			s.m.now = now
		}
		s.ap.Timeout(s.time())
		for n := range s.slots {
			sl := &s.slots[n]
			if sl.session == nil || sl.deadline.After(s.time()) {
				continue
			}
			step, _ := sl.session.Timeout(s.time())
			sl.deadline = step.Deadline
			if step.Done {
				sl.session = nil
				if run := s.m.runs[n]; run != nil {
					s.m.end(run, false)
				}
			}
		}
		if s.m.now >= end {
			return
		}
	}
	s.fail("the deadline stands still")
}

// check compares the advertisement with the model.
func (s *scene) check() {
	tokens := s.m.tokens[:0:0]
	for _, t := range s.m.tokens {
		if t.user != nil || !t.handover || t.until > s.m.now {
			tokens = append(tokens, t)
		}
	}
	s.m.tokens = tokens
	b := s.ap.Beacon(s.time())
	shown := -1
	if b.SelectedRegistrar {
		shown = int(b.DevicePasswordID)
	}
	if want := s.m.shown(); shown != want {
		s.fail("beacons say %d, want %d (4 the button, 0 a PIN, -1 nobody)", shown, want)
	}
	if b.APSetupLocked != s.m.isLocked() {
		s.fail("beacons say locked: %v, want %v", b.APSetupLocked, s.m.isLocked())
	}
	if state := s.ap.LockoutState(s.time()); state.Failures != s.m.failures || state.Consecutive != s.m.row {
		s.fail("%d failures are counted, %d in a row, want %d and %d", state.Failures, state.Consecutive, s.m.failures, s.m.row)
	}
	s.hasSettings()
}

// play performs actions and returns the scene. Only the last action is checked,
// since the earlier ones were checked before. It returns nil if an action is
// not possible.
func (a *alphabet) play(path []byte) *scene {
	s := newScene(a)
	for i, n := range path {
		action := &a.actions[n]
		last := i == len(path)-1
		if last && action.enabled != nil && !action.enabled(s) {
			return nil
		}
		action.do(s)
		if last {
			s.check()
		}
	}
	return s
}

func (a *alphabet) describe(path []byte) string {
	var b strings.Builder
	for i, n := range path {
		fmt.Fprintf(&b, "\n\t%d. %s", i+1, a.actions[n].name)
	}
	return b.String()
}

// explorer tries all orders of the actions of an alphabet, short ones first. It
// continues from each state once, by the first path that led to it.
type explorer struct {
	t        *testing.T
	alphabet *alphabet
	steps    atomic.Int64
	found    atomic.Int64

	mu   sync.Mutex
	seen map[uint64]struct{}
	next [][]byte
}

func (x *explorer) explore(depth int) {
	seed := maphash.MakeSeed()
	x.seen = map[uint64]struct{}{newScene(x.alphabet).fingerprint(seed): {}}
	level := [][]byte{nil}
	for n := range depth {
		x.next = nil
		var workers sync.WaitGroup
		var taken atomic.Int64
		for range runtime.GOMAXPROCS(0) {
			workers.Go(func() {
				for x.found.Load() <= 10 {
					i := int(taken.Add(1)) - 1
					if i >= len(level) {
						return
					}
					x.leave(level[i], seed, n == depth-1)
				}
			})
		}
		workers.Wait()
		if x.found.Load() > 0 {
			return // a longer path shows nothing new
		}
		level = x.next
		if testing.Verbose() {
			x.t.Logf("%s, %d deep: %d states, %d steps", x.alphabet.name, n+1, len(x.seen), x.steps.Load())
		}
	}
}

// leave performs every action in a state. At the last level the new states are
// not remembered.
func (x *explorer) leave(path []byte, seed maphash.Seed, last bool) {
	for n := range x.alphabet.actions {
		longer := append(path[:len(path):len(path)], byte(n))
		s := x.alphabet.play(longer)
		if s == nil {
			continue
		}
		x.steps.Add(1)
		if s.trouble != "" {
			x.t.Errorf("%s:%s", s.trouble, x.alphabet.describe(longer))
			x.found.Add(1)
			continue
		}
		if last {
			continue
		}
		state := s.fingerprint(seed)
		x.mu.Lock()
		if _, seen := x.seen[state]; !seen {
			x.seen[state] = struct{}{}
			x.next = append(x.next, longer)
		}
		x.mu.Unlock()
	}
}

// walk performs a random walk.
func walk(t *testing.T, all *alphabet, random *rand.Rand) (steps int) {
	var kind alphabet = *all
	kind.factory, kind.asked = random.IntN(4) == 0, random.IntN(4) == 0
	if all.over != overEAP {
		kind.asked = false // the session in the scene does not show that the access point waits for its owner
	}
	s := newScene(&kind)
	var path []byte
	for range 40 {
		n := random.IntN(len(all.actions))
		a := &all.actions[n]
		if a.enabled != nil && !a.enabled(s) {
			continue
		}
		path = append(path, byte(n))
		a.do(s)
		s.check()
		if s.trouble != "" {
			t.Errorf("%s:%s", s.trouble, all.describe(path))
			break
		}
	}
	return len(path)
}

// fingerprint is a hash of the parts of the access point, the runs and the
// model that the rules depend on. Two states that differ in nothing else are
// equal: times are relative to now, and PINs and settings are distinguished by
// where else they occur.
func (s *scene) fingerprint(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	w := &hasher{h: &h, now: s.time(), seen: make(map[unsafe.Pointer]int), names: make(map[string]int)}
	s.m.hash(w)
	w.truth(s.factory, s.made != nil)
	w.h.Write(s.handedOver[:])
	w.value(reflect.ValueOf(s.ap).Elem(), "AccessPoint")
	if s.device != nil {
		d := reflect.ValueOf(s.device).Elem()
		w.value(d.FieldByName("runs"), "Device")
		w.value(d.FieldByName("begun"), "Device")
	}
	for i := range s.slots {
		w.number(0x51)
		switch c := s.slots[i].session.(type) {
		case *ap.Session:
			w.value(reflect.ValueOf(c).Elem(), "Session")
		case *passedOn: // the number of its requests makes no difference
			w.truth(c.over, c.err == nil, c.state == nil, c.opened == nil)
			if c.opened != nil {
				w.value(reflect.ValueOf(c.opened).Elem(), "Session")
			}
		case *called:
			w.value(reflect.ValueOf(&c.run).Elem(), "called")
		}
	}
	return h.Sum64()
}

// hash hashes the model.
func (m *model) hash(w *hasher) {
	w.number(uint64(m.shown()))
	ahead := func(d time.Duration) { w.number(uint64(max(d-m.now, 0))) }
	ahead(m.pressed)
	w.truth(m.overlap)
	for u := range len(names) {
		if at, ok := m.heard[u]; ok && m.now-at < walkTime {
			w.number(uint64(at - m.now))
		} else {
			w.number(1)
		}
		ahead(m.finished[u])
	}
	for _, p := range m.pins {
		w.name(pinOf(p.number).Digits())
		w.number(uint64(p.uuid)<<32 | uint64(uint16(p.tied))<<8 | uint64(p.attempts))
		ahead(p.until)
		w.truth(p.user != nil)
	}
	for _, t := range m.tokens {
		w.number(uint64(t.key)<<1 | 1)
		ahead(t.until)
		w.truth(t.handover, t.user != nil)
	}
	w.truth(m.ownOn)
	w.name(string(settingsOf(m.settings).SSID))
	w.number(uint64(m.apPIN))
	w.number(uint64(m.policy)<<16 | uint64(m.failures)<<8 | uint64(m.row))
	ahead(m.locked)
	w.number(uint64(m.lastLock))
	for _, r := range m.runs {
		w.number(0x52)
		if r == nil {
			continue
		}
		w.number(uint64(r.uuid)<<16 | uint64(r.wrong)<<8 | uint64(r.withdrawn))
		for i, p := range m.pins {
			if p == r.pin {
				w.number(uint64(i))
			}
		}
		w.truth(r.asked, r.own, r.token != nil, r.token != nil && r.token.handover, r.token != nil && r.gives == m.network())
		w.truth(r.pin != nil, r.external, r.proved, r.exposed, r.writes != 0, r.unusable)
	}
}

// hasher hashes values by their contents, exported or not.
type hasher struct {
	h     *maphash.Hash
	now   time.Time
	seen  map[unsafe.Pointer]int
	names map[string]int
}

func (w *hasher) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	w.h.Write(b[:])
}

func (w *hasher) truth(values ...bool) {
	n := uint64(1)
	for _, v := range values {
		n <<= 1
		if v {
			n |= 1
		}
	}
	w.number(n)
}

// name hashes a name by the order in which it first occurred.
func (w *hasher) name(s string) {
	n, ok := w.names[s]
	if !ok {
		n = len(w.names)
		w.names[s] = n
	}
	w.number(uint64(n))
}

// beside are the fields that no rule depends on, by type: reports, values that
// are recomputed each time, and octets of messages, which follow from who sends
// what to whom.
var beside = map[string]bool{
	"AccessPoint.events": true, "AccessPoint.last": true, "AccessPoint.lost": true, "AccessPoint.seen": true, "AccessPoint.selected": true,
	"AccessPoint.version": true, "AccessPoint.pinEpoch": true,
	"Session.ap": true, "Session.station": true, "Session.reported": true, "Session.version": true, "externalRun.pinEpoch": true,
	"Session.relay": true, "PINList.expiring": true, "PINList.announced": true, "PINList.byUUID": true, "PINList.byPIN": true, "PINList.wild": true, "PINList.lent": true,
	"Server.id": true, "Server.limit": true, "exchange.sent": true, "exchange.ignored": true, "exchange.incoming": true, "exchange.outgoing": true,
	"Server.newRegistrar": true, "Server.newEnrollee": true, "ButtonUse.button": true, "PINUse.list": true, "tokenUse.list": true, "tokenList.lent": true, "ownToken.exponent": true, "AccessPoint.requested": true, "AccessPoint.radios": true, "AccessPoint.known": true, "AccessPoint.pressedOn": true, "Session.radio": true,
	"sessionList.at": true,
}

// rules are the fields of the machines that rules depend on; their keys and
// messages follow from the rest.
var rules = []string{"state", "proved", "exposed", "ended", "settled", "readOnly"}

func (w *hasher) value(v reflect.Value, in string) {
	switch v.Kind() {
	case reflect.Bool:
		w.truth(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.number(v.Uint())
	case reflect.String:
		w.h.WriteString(v.String())
		w.number(uint64(v.Len()))
	case reflect.Pointer:
		if v.IsNil() {
			w.number(0)
			return
		}
		if n, ok := w.seen[v.UnsafePointer()]; ok {
			w.number(uint64(n))
			return
		}
		w.seen[v.UnsafePointer()] = len(w.seen) + 1
		w.value(v.Elem(), in)
	case reflect.Interface:
		if !v.IsNil() {
			w.h.WriteString(v.Elem().Type().String())
			w.value(v.Elem(), in)
		}
	case reflect.Slice, reflect.Array:
		w.number(uint64(v.Len()))
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			w.h.Write(v.Bytes())
			return
		}
		for i := range v.Len() {
			w.value(v.Index(i), in)
		}
	case reflect.Struct:
		w.structure(v)
	}
}

func (w *hasher) structure(v reflect.Value) {
	t := v.Type()
	switch t {
	case reflect.TypeFor[time.Time]():
		at := timeIn(v)
		if at.IsZero() || w.now.Sub(at) >= walkTime { // long ago counts as never
			w.number(1)
			return
		}
		w.number(uint64(at.Sub(w.now)))
		return
	case reflect.TypeFor[pin.PIN]():
		w.name((*(*pin.PIN)(unsafe.Pointer(v.UnsafeAddr()))).Digits())
		return
	case reflect.TypeFor[list.List]():
		l := (*list.List)(unsafe.Pointer(v.UnsafeAddr()))
		for e := l.Front(); e != nil; e = e.Next() {
			w.value(reflect.ValueOf(e.Value), "list")
		}
		w.number(uint64(l.Len()))
		return
	case reflect.TypeFor[wps.OOBPassword](), reflect.TypeFor[list.Element](), reflect.TypeFor[registration.KeyPair](), reflect.TypeFor[registration.Password]():
		return
	case reflect.TypeFor[ap.Config]():
		w.value(v.FieldByName("PIN"), t.Name())
		w.value(v.FieldByName("Registration").FieldByName("Device").FieldByName("State"), t.Name())
		if list := v.FieldByName("Credentials"); list.Len() > 0 {
			w.name(list.Index(0).FieldByName("SSID").String() + string(list.Index(0).FieldByName("NetworkKey").Bytes()))
		}
		return
	case reflect.TypeFor[wps.Credential]():
		w.name(v.FieldByName("SSID").String() + string(v.FieldByName("NetworkKey").Bytes()))
		return
	case reflect.TypeFor[registration.Registrar](), reflect.TypeFor[registration.Enrollee]():
		for _, name := range rules {
			if f := v.FieldByName(name); f.IsValid() {
				w.value(f, t.Name())
			}
		}
		w.truth(v.FieldByName("refusal").IsNil(), v.FieldByName("err").IsNil())
		return
	}
	for i := range v.NumField() {
		if name := t.Name() + "." + t.Field(i).Name; !beside[name] {
			w.value(v.Field(i), name)
		}
	}
	if t.Name() == "Session" { // whether they belong to the access point
		point := v.FieldByName("ap").Elem()
		w.truth(v.FieldByName("version").Int() == point.FieldByName("version").Int())
		if run := v.FieldByName("external"); !run.IsNil() {
			w.truth(run.Elem().FieldByName("pinEpoch").Int() == point.FieldByName("pinEpoch").Int())
		}
	}
}

// timeIn returns the time in a field, exported or not.
func timeIn(v reflect.Value) time.Time { return *(*time.Time)(unsafe.Pointer(v.UnsafeAddr())) }

// newModelled makes the access point.
func newModelled(cfg ap.Config) *ap.AccessPoint { return ap.MustNew(cfg) }
