package ap

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// tag is the NFC side of a device: its key pair, and the contents of its tag.
type tag struct {
	keys *registration.KeyPair
	oob  wps.OOBPassword
}

func newTag(t *testing.T, id wps.DevicePasswordID) tag {
	t.Helper()
	keys, err := registration.NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	oob := wps.OOBPassword{PublicKeyHash: hashOf(keys), ID: id}
	if id != wps.PasswordNFCHandover {
		oob.Password = []byte("sixteen or more octets")
	}
	return tag{keys, oob}
}

func (tag tag) token() *wps.PasswordToken { return &wps.PasswordToken{OOB: tag.oob} }

func (tag tag) request(mac byte) *wps.HandoverRequest {
	return &wps.HandoverRequest{OOB: tag.oob, UUIDE: fixture.Device(mac).UUID}
}

// station returns a device that registers with the key of the tag. Hash, if not
// nil, is that of the registrar's key.
func (tag tag) station(t *testing.T, mac byte, hash *[20]byte) *eapwsc.Peer {
	t.Helper()
	password := registration.Handover()
	if tag.oob.ID != wps.PasswordNFCHandover {
		password = registration.OutOfBand(tag.oob.ID, tag.oob.Password)
	}
	return enrolleeWith(t, mac, tag.keys, password, hash)
}

func enrolleeWith(t *testing.T, mac byte, keys *registration.KeyPair, password registration.Password, hash *[20]byte) *eapwsc.Peer {
	t.Helper()
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: fixture.Device(mac), KeyPair: keys}, Password: password, PeerKeyHash: hash,
	})
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, e, 0)
}

// comes registers a station, and returns the result of both sides.
func comes(t *testing.T, ap *AccessPoint, p *eapwsc.Peer, mac byte) (peerErr, serverErr error) {
	t.Helper()
	return (&air{now: fixture.Began}).run(t, p, session(t, ap, mac))
}

// TestTokenReadAgain reads a tag again while a device uses it: it is good for that
// device only, and for no other with its key, neither meanwhile nor afterwards.
func TestTokenReadAgain(t *testing.T) {
	tag := newTag(t, 0x1234)
	ap := newAccessPoint(t)
	enter := func() {
		if err := ap.EnterToken(fixture.Began, tag.token(), 0); err != nil {
			t.Fatal(err)
		}
	}
	enter()
	m := begin(t, ap, tag.station(t, 2, nil), 2, wps.MessageM6)
	enter()
	if err, _ := comes(t, ap, tag.station(t, 3, nil), 3); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Errorf("another device, meanwhile: %v", err)
	}
	if err := m.finish(); err != nil || m.station.Result() == nil {
		t.Fatal(err)
	}
	if err, _ := comes(t, ap, tag.station(t, 3, nil), 3); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Errorf("another device, afterwards: %v", err)
	}
	if n := ap.Status(fixture.Began).Tokens; n != 0 {
		t.Errorf("%d tokens are left", n)
	}
}

// TestToken reads the tag of a device. The device is registered, once; one with
// another key is refused, and the token stays valid.
//
// hostap: test_nfc_wps_password_token_sta.
func TestToken(t *testing.T) {
	ap := newAccessPoint(t)
	tag, stranger := newTag(t, 0x1234), newTag(t, 0x1234)
	if _, err := comes(t, ap, tag.station(t, 2, nil), 2); !errors.Is(err, ErrNoToken) {
		t.Errorf("before the tag was read: %v", err)
	}
	if err := ap.EnterToken(fixture.Began, tag.token(), 0); err != nil {
		t.Fatal(err)
	}
	if b := ap.Beacon(fixture.Began); !b.SelectedRegistrar || b.DevicePasswordID != 0x1234 || !slices.Equal(b.WFA.AuthorizedMACs, []wps.MAC{wps.Broadcast}) {
		t.Errorf("the beacon is %+v", b)
	}
	if s := ap.Status(fixture.Began); s.Tokens != 1 || s.Waiting != WaitsForToken || s.Remaining != wps.WalkTime {
		t.Errorf("%+v", s)
	}
	peerErr, err := comes(t, ap, stranger.station(t, 3, nil), 3)
	var failed *registration.Error
	if !errors.Is(err, ErrTokenKey) || !errors.Is(err, registration.ErrKeyHash) || !errors.As(peerErr, &failed) || failed.ConfigError != wps.PublicKeyHashMismatch {
		t.Errorf("another key: %v; the station heard %v", err, peerErr)
	}
	ap.Events()
	p := tag.station(t, 2, nil)
	if _, err := comes(t, ap, p, 2); err != nil || p.Result() == nil {
		t.Fatalf("the device: %v", err)
	}
	events := ap.Events()
	if got := kinds(events); !slices.Equal(got, []EventKind{EventTokenGone, EventRegistered}) {
		t.Errorf("events %v", got)
	}
	if i := slices.IndexFunc(events, func(e Event) bool { return e.Kind == EventTokenGone }); events[i].PIN != PINSucceeded || events[i].Token != 0x1234 {
		t.Errorf("%+v", events[i])
	}
	if s := ap.Status(fixture.Began); s.Tokens != 0 || s.Waiting != WaitsForNobody || ap.Beacon(fixture.Began).SelectedRegistrar {
		t.Errorf("spent: %+v", s)
	}
	if _, err := comes(t, ap, tag.station(t, 2, nil), 2); !errors.Is(err, ErrNoToken) {
		t.Errorf("a second time: %v", err)
	}
}

// TestTokenPassword has a device with the right key and another password: it is
// refused, and the token stays.
func TestTokenPassword(t *testing.T) {
	ap, tag := newAccessPoint(t), newTag(t, 0x1234)
	if err := ap.EnterToken(fixture.Began, tag.token(), 0); err != nil {
		t.Fatal(err)
	}
	wrong := enrolleeWith(t, 2, tag.keys, registration.OutOfBand(0x1234, []byte("another password of the tag")), nil)
	if _, err := comes(t, ap, wrong, 2); !errors.Is(err, registration.ErrPassword) {
		t.Errorf("%v", err)
	}
	if s := ap.Status(fixture.Began); s.Tokens != 1 {
		t.Errorf("%+v", s)
	}
	if _, err := comes(t, ap, tag.station(t, 2, nil), 2); err != nil {
		t.Errorf("with the right one: %v", err)
	}
}

// TestTokensAlike reads two tags with one Device Password ID: they are
// distinguished by their keys.
func TestTokensAlike(t *testing.T) {
	ap, one, two := newAccessPoint(t), newTag(t, 0x1234), newTag(t, 0x1234)
	for _, tag := range []tag{one, two, one} {
		if err := ap.EnterToken(fixture.Began, tag.token(), 0); err != nil {
			t.Fatal(err)
		}
	}
	if n := ap.Status(fixture.Began).Tokens; n != 2 {
		t.Errorf("%d tokens", n)
	}
	for i, tag := range []tag{one, two} {
		if _, err := comes(t, ap, tag.station(t, byte(2+i), nil), byte(2+i)); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// TestTokenFaults enters invalid tokens.
func TestTokenFaults(t *testing.T) {
	for name, oob := range map[string]wps.OOBPassword{
		"PIN":      {ID: wps.PasswordDefault, Password: make([]byte, 16)},
		"handover": {ID: wps.PasswordNFCHandover},
		"short":    {ID: 0x10, Password: make([]byte, 15)},
		"long":     {ID: 0x10, Password: make([]byte, 33)},
	} {
		ap := newAccessPoint(t)
		if err := ap.EnterToken(fixture.Began, &wps.PasswordToken{OOB: oob}, 0); !errors.Is(err, registration.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "handover" {
			continue
		}
		if _, err := ap.HandoverSelect(fixture.Began, &wps.HandoverRequest{OOB: oob}); !errors.Is(err, registration.ErrConfig) {
			t.Errorf("%s, as a handover: %v", name, err)
		}
		if len(ap.Events()) != 0 || ap.Status(fixture.Began).Tokens != 0 {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// TestTokenWithdrawn removes a token while the device registers with it, or
// lets it expire: only the removal ends the run.
func TestTokenWithdrawn(t *testing.T) {
	for name, c := range map[string]struct {
		act func(*AccessPoint)
		end bool
	}{
		"removed":   {func(ap *AccessPoint) { ap.RemoveToken(fixture.Began, 0x1234) }, true},
		"cancelled": {func(ap *AccessPoint) { ap.Cancel(fixture.Began) }, true},
		"expired":   {func(ap *AccessPoint) { ap.Timeout(fixture.Began.Add(time.Hour)) }, false},
		"another":   {func(ap *AccessPoint) { ap.RemoveToken(fixture.Began, 0x1235) }, false},
		"button":    {func(ap *AccessPoint) { _ = ap.PressButton(fixture.Began) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			ap, tag := newAccessPoint(t), newTag(t, 0x1234)
			if err := ap.EnterToken(fixture.Began, tag.token(), time.Minute); err != nil {
				t.Fatal(err)
			}
			m := begin(t, ap, tag.station(t, 2, nil), 2, wps.MessageM6)
			c.act(ap)
			switch err := m.finish(); {
			case c.end && (!errors.Is(err, ErrWithdrawn) || m.station.Result() != nil):
				t.Errorf("%v, given %v", err, m.station.Result())
			case !c.end && err != nil:
				t.Errorf("%v", err)
			}
		})
	}
}

// TestLateToken reads the tag while the device waits after M2D.
func TestLateToken(t *testing.T) {
	tag := newTag(t, 0x1234)
	ap := newAccessPoint(t)
	ap.cfg.LateM2 = 5 * time.Second
	w := &lateRun{t: t, ap: ap, now: fixture.Began, station: tag.station(t, 2, nil), session: session(t, ap, 2)}
	w.station.Start(w.now)
	w.step = w.session.Start(w.now)
	w.exchange(0)
	if err := ap.EnterToken(w.now, tag.token(), 0); err != nil {
		t.Fatal(err)
	}
	w.ready()
	w.exchange(0)
	if w.err != nil || w.station.Result() == nil {
		t.Errorf("access point %v, station %v", w.err, w.station.Err())
	}
}

// TestHandover hands over in both directions. Each side refuses another key than
// the one whose hash it has, and a handover is good for one device.
// hostap: test_nfc_wps_handover, test_nfc_wps_handover_init,
// test_nfc_wps_handover_pk_hash_mismatch_sta, test_nfc_wps_handover_pk_hash_mismatch_ap.
func TestHandover(t *testing.T) {
	for name, meet := range map[string]func(*AccessPoint, *wps.HandoverRequest) ([20]byte, error){
		"device asks": func(ap *AccessPoint, r *wps.HandoverRequest) ([20]byte, error) {
			s, err := ap.HandoverSelect(fixture.Began, r)
			if err != nil || s.SSID != fixture.Network.SSID || s.BSSID != fixture.Device(1).MAC || s.OOB.ID != wps.PasswordNFCHandover {
				return [20]byte{}, errors.Join(err, errors.New("the select message is not as it should be"))
			}
			return s.OOB.PublicKeyHash, nil
		},
		"access point asks": func(ap *AccessPoint, r *wps.HandoverRequest) ([20]byte, error) {
			asked, err := ap.HandoverRequest()
			if err != nil {
				return [20]byte{}, err
			}
			return asked.OOB.PublicKeyHash, ap.HandoverSelected(fixture.Began, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ap := newAccessPoint(t)
			tag, stranger := newTag(t, wps.PasswordNFCHandover), newTag(t, wps.PasswordNFCHandover)
			hash, err := meet(ap, tag.request(2))
			if err != nil {
				t.Fatal(err)
			}
			if b := ap.Beacon(fixture.Began); b.DevicePasswordID != wps.PasswordNFCHandover {
				t.Errorf("the beacon is %+v", b)
			}
			p := stranger.station(t, 3, &hash)
			if _, err := comes(t, ap, p, 3); !errors.Is(err, ErrTokenKey) || p.Result() != nil {
				t.Errorf("a stranger: %v", err)
			}
			p = tag.station(t, 2, &stranger.oob.PublicKeyHash)
			if peerErr, err := comes(t, ap, p, 2); !errors.Is(peerErr, registration.ErrKeyHash) || err == nil || p.Result() != nil {
				t.Errorf("the access point has another key: %v, %v", peerErr, err)
			}
			ap.Events()
			p = tag.station(t, 2, &hash)
			if _, err := comes(t, ap, p, 2); err != nil || len(p.Result().Credentials) != 1 {
				t.Fatalf("the device: %v", err)
			}
			if got := kinds(ap.Events()); !slices.Equal(got, []EventKind{EventTokenGone, EventRegistered}) {
				t.Errorf("events %v", got)
			}
			if _, err := comes(t, ap, tag.station(t, 2, &hash), 2); !errors.Is(err, ErrNoToken) {
				t.Errorf("a second time: %v", err)
			}
			if err := ap.HandoverSelected(fixture.Began, tag.request(2)); !errors.Is(err, ErrNotRequested) {
				t.Errorf("an answer to nothing: %v", err)
			}
		})
	}
}

// TestHandoverEnds lets a handover expire, and cancels one.
func TestHandoverEnds(t *testing.T) {
	for name, act := range map[string]func(*AccessPoint){
		"time":      func(ap *AccessPoint) { ap.Timeout(fixture.Began.Add(wps.WalkTime)) },
		"removed":   func(ap *AccessPoint) { ap.RemoveToken(fixture.Began, wps.PasswordNFCHandover) },
		"cancelled": func(ap *AccessPoint) { ap.Cancel(fixture.Began) },
	} {
		ap, tag := newAccessPoint(t), newTag(t, wps.PasswordNFCHandover)
		s, err := ap.HandoverSelect(fixture.Began, tag.request(2))
		if err != nil {
			t.Fatal(err)
		}
		act(ap)
		if _, err := comes(t, ap, tag.station(t, 2, &s.OOB.PublicKeyHash), 2); !errors.Is(err, ErrNoToken) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "time" && ap.Deadline() != (time.Time{}) {
			t.Errorf("deadline %v", ap.Deadline())
		}
	}
}

// registrarWith returns an external registrar that has read the access point's
// tag.
func registrarWith(t *testing.T, token *wps.PasswordToken, settings *wps.Credential) *eapwsc.Peer {
	t.Helper()
	r, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: fixture.Device(9)}, AP: true, NewSettings: settings,
		Password: registration.OutOfBand(token.OOB.ID, token.OOB.Password), PeerKeyHash: &token.OOB.PublicKeyHash,
	})
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, r, 0)
}

// TestOwnToken creates the access point's own tag: an external registrar that
// has read it can read and write the settings, beside one that has the PIN, and
// a device can register with it. Neither can while it is disabled.
//
// hostap: test_nfc_wps_password_token_ap,
// test_nfc_wps_password_token_ap_preconf.
func TestOwnToken(t *testing.T) {
	ap := newAccessPoint(t)
	if err := ap.EnableToken(fixture.Began); !errors.Is(err, ErrNoToken) {
		t.Errorf("enabled before it was made: %v", err)
	}
	token, err := ap.MakeToken(fixture.Began)
	if err != nil || !token.OOB.ID.OutOfBand() || len(token.OOB.Password) != 32 {
		t.Fatal(token, err)
	}
	device := func() *eapwsc.Peer {
		return enrolleeWith(t, 2, nil, registration.OutOfBand(token.OOB.ID, token.OOB.Password), &token.OOB.PublicKeyHash)
	}
	disabled := func() {
		t.Helper()
		if _, err := comes(t, ap, registrarWith(t, token, nil), 9); err == nil {
			t.Error("an external registrar, while disabled: success")
		}
		if _, err := comes(t, ap, device(), 2); !errors.Is(err, ErrNoToken) {
			t.Errorf("a device, while disabled: %v", err)
		}
	}
	disabled()
	if err := ap.EnableToken(fixture.Began); err != nil || !ap.Status(fixture.Began).HasToken {
		t.Fatal(err)
	}
	for range 2 { // it can be used again
		if _, err := comes(t, ap, registrarWith(t, token, nil), 9); err != nil {
			t.Errorf("reading: %v", err)
		}
		if _, err := comes(t, ap, device(), 2); err != nil {
			t.Errorf("a device: %v", err)
		}
	}
	settings := fixture.Network
	settings.SSID = "new"
	if _, err := comes(t, ap, registrarWith(t, token, &settings), 9); err != nil || ap.Settings().SSID != "new" {
		t.Errorf("writing: %v", err)
	}
	if _, err := external(t, ap, fixture.Began, "12345670", nil); err != nil {
		t.Errorf("by PIN: %v", err)
	}
	ap.SetLock(fixture.Began, Locked)
	if _, err := comes(t, ap, registrarWith(t, token, nil), 9); err == nil {
		t.Error("locked: success")
	}
	ap.SetLock(fixture.Began, Unlocked)
	ap.DisableToken(fixture.Began)
	disabled()
	changes := 0
	for _, e := range ap.Events() {
		if e.Kind == EventTokenChanged && e.Token == token.OOB.ID && e.Kind.Changes() {
			changes++
		}
	}
	if changes != 3 {
		t.Errorf("%d changes are reported", changes)
	}
}

// TestOwnTokenWithdrawn disables the token, or makes another, in the middle of
// the runs that use it: they end. A run with the PIN continues.
func TestOwnTokenWithdrawn(t *testing.T) {
	for name, act := range map[string]func(*AccessPoint){
		"disabled": func(ap *AccessPoint) { ap.DisableToken(fixture.Began) },
		"replaced": func(ap *AccessPoint) { _, _ = ap.MakeToken(fixture.Began); _ = ap.EnableToken(fixture.Began) },
		"disabled and enabled": func(ap *AccessPoint) {
			ap.DisableToken(fixture.Began)
			_ = ap.EnableToken(fixture.Began)
		},
		"restored": func(ap *AccessPoint) {
			data, _ := newAccessPoint(t).StoreSecrets(fixture.Began)
			if err := ap.RestoreSecrets(fixture.Began, data); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ap := newAccessPoint(t)
			token, err := ap.MakeToken(fixture.Began)
			if err != nil {
				t.Fatal(err)
			}
			if err := ap.EnableToken(fixture.Began); err != nil {
				t.Fatal(err)
			}
			reads := begin(t, ap, registrarWith(t, token, nil), 9, wps.MessageM5)
			byPIN := begin(t, ap, externalPeer(t, "12345670", nil), 9, wps.MessageM5)
			enrols := begin(t, ap, enrolleeWith(t, 2, nil, registration.OutOfBand(token.OOB.ID, token.OOB.Password), nil), 2, wps.MessageM6)
			act(ap)
			if err := reads.finish(); !errors.Is(err, ErrWithdrawn) || reads.station.Result() != nil {
				t.Errorf("reading: %v", err)
			}
			if err := enrols.finish(); !errors.Is(err, ErrWithdrawn) || enrols.station.Result() != nil {
				t.Errorf("a device: %v", err)
			}
			if err := byPIN.finish(); (err == nil) != (name != "restored") {
				t.Errorf("by PIN: %v", err)
			}
		})
	}
}

// TestConfigurationToken puts the networks on a tag; an access point without a
// network creates it first, the same one that a device in a current run is
// given.
//
// hostap: test_nfc_wps_config_token, test_nfc_wps_config_token_init.
func TestConfigurationToken(t *testing.T) {
	ap := newAccessPoint(t)
	token, err := ap.ConfigurationToken(fixture.Began)
	if err != nil || len(token.Credentials) != 1 || token.Credentials[0].MAC != wps.Broadcast || string(token.Credentials[0].NetworkKey) != string(fixture.Network.NetworkKey) {
		t.Fatal(token, err)
	}
	before := string(ap.Settings().NetworkKey)
	token.Credentials[0].NetworkKey[0] ^= 1
	if string(ap.Settings().NetworkKey) != before {
		t.Error("the token shares its key with the access point")
	}

	d := fixture.Device(1)
	d.State = wps.NotConfigured
	ap = MustNew(Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}}})
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	m := begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM6)
	if token, err = ap.ConfigurationToken(fixture.Began); err != nil || ap.State() != wps.Configured {
		t.Fatal(err)
	}
	key := string(token.Credentials[0].NetworkKey)
	if key == "" || key != string(ap.Settings().NetworkKey) {
		t.Error("the token has another key than the access point")
	}
	if err := m.finish(); err != nil || string(m.station.Result().Credentials[0].NetworkKey) != key {
		t.Errorf("the device under way: %v", err)
	}
	if got := kinds(ap.Events()); !slices.Equal(got, []EventKind{EventNewSettings, EventRegistered}) {
		t.Errorf("events %v", got)
	}
}

// TestTokenStored restarts an access point with its own token: the tag works as
// before.
func TestTokenStored(t *testing.T) {
	ap := newAccessPoint(t)
	token, err := ap.MakeToken(fixture.Began)
	if err != nil {
		t.Fatal(err)
	}
	if err := ap.EnableToken(fixture.Began); err != nil {
		t.Fatal(err)
	}
	data, err := ap.StoreSecrets(fixture.Began)
	if err != nil {
		t.Fatal(err)
	}
	again := newAccessPoint(t)
	if err := again.RestoreSecrets(fixture.Began, data); err != nil {
		t.Fatal(err)
	}
	if got, enabled := again.Token(); !enabled || got.OOB.PublicKeyHash != token.OOB.PublicKeyHash {
		t.Errorf("restored %v, enabled %v", got, enabled)
	}
	if _, err := comes(t, again, registrarWith(t, token, nil), 9); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	for name, bad := range map[string]func(*storedToken){
		"PIN":      func(t *storedToken) { t.ID = 0 },
		"short":    func(t *storedToken) { t.Password = t.Password[:15] },
		"exponent": func(t *storedToken) { t.Exponent = nil },
	} {
		if err := again.RestoreSecrets(fixture.Began, changeStored(t, data, bad)); !errors.Is(err, ErrStored) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// changeStored changes the token in a stored state.
func changeStored(t *testing.T, data []byte, change func(*storedToken)) []byte {
	t.Helper()
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	change(s.Token)
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
