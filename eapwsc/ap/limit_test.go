package ap

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// restoreWith restores stored state in which a function has changed something.
func restoreWith(change func(*stored)) func(*AccessPoint) error {
	return func(ap *AccessPoint) error {
		data, err := ap.StoreSecrets(fixture.Began)
		if err != nil {
			return err
		}
		var s stored
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		change(&s)
		if data, err = json.Marshal(s); err != nil {
			return err
		}
		return ap.RestoreSecrets(fixture.Began, data)
	}
}

// TestLimits gives an access point values at both sides of each limit.
func TestLimits(t *testing.T) {
	name := func(n int) wps.SSID { return wps.SSID(strings.Repeat("x", n)) }
	reset := func(n int) func(*AccessPoint) error {
		return func(ap *AccessPoint) error { return ap.Reset(fixture.Began, name(n)) }
	}
	set := func(n int) func(*AccessPoint) error {
		return func(ap *AccessPoint) error {
			c := fixture.Network
			c.SSID = name(n)
			return ap.SetSettings(fixture.Began, c)
		}
	}
	token := func(n int) func(*AccessPoint) error {
		return func(ap *AccessPoint) error {
			return ap.EnterToken(fixture.Began, &wps.PasswordToken{OOB: wps.OOBPassword{ID: 0x10, Password: make([]byte, n)}}, 0)
		}
	}
	storedToken := func(n int) func(*AccessPoint) error {
		return restoreWith(func(s *stored) {
			s.Token = &storedToken{ID: 0x10, Password: make([]byte, n), Exponent: slices.Repeat([]byte{7}, tokenExponent)}
		})
	}
	lifetime := func(seconds int64) func(*AccessPoint) error {
		return restoreWith(func(s *stored) { s.PINSeconds = seconds })
	}
	known := func(n int) func(*AccessPoint) error {
		return restoreWith(func(s *stored) {
			s.Devices = []storedDevice{{UUID: make([]byte, 16), MAC: make([]byte, 6), Name: []byte(name(n))}}
		})
	}
	const longest = int64(math.MaxInt64 / time.Second)
	for _, tt := range []struct {
		what string
		do   func(*AccessPoint) error
		want error
	}{
		{"a reset with an empty name", reset(0), registration.ErrConfig},
		{"a reset with a name of 1 octet", reset(1), nil},
		{"a reset with a name of 32 octets", reset(32), nil},
		{"a reset with a name of 33 octets", reset(33), registration.ErrConfig},
		{"settings with a name of 32 octets", set(32), nil},
		{"settings with a name of 33 octets", set(33), wps.ErrNoSSID},
		{"a token with a password of 15 octets", token(15), registration.ErrConfig},
		{"a token with a password of 16 octets", token(16), nil},
		{"a token with a password of 32 octets", token(32), nil},
		{"a token with a password of 33 octets", token(33), registration.ErrConfig},
		{"a stored token with a password of 15 octets", storedToken(15), ErrStored},
		{"a stored token with a password of 16 octets", storedToken(16), nil},
		{"a stored token with a password of 32 octets", storedToken(32), nil},
		{"a stored token with a password of 33 octets", storedToken(33), ErrStored},
		{"a stored lifetime that just fits a duration", lifetime(longest), nil},
		{"a stored lifetime that does not fit a duration", lifetime(longest + 1), ErrStored},
		{"a PIN for the longest time, stored", func(ap *AccessPoint) error {
			ap.SetPINFor(fixture.Began, ap.PIN(), math.MaxInt64)
			return restoreWith(func(*stored) {})(ap)
		}, nil},
		{"a stored device with a name of 32 octets", known(32), nil},
		{"a stored device with a name of 33 octets", known(33), ErrStored},
	} {
		if err := tt.do(newAccessPoint(t)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, err, tt.want)
		}
	}
}

// randomness is the octets of a source of randomness. After its end come sevens.
type randomness []byte

func (r *randomness) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 7
	}
	*r = (*r)[copy(b, *r):]
	return len(b), nil
}

// TestTokenIDs makes tokens with the least and the greatest random numbers: all
// identifiers of out-of-band passwords are possible, and no other.
func TestTokenIDs(t *testing.T) {
	ids := 1<<16 - uint32(wps.PasswordOOBFirst)
	for number, want := range map[uint32]wps.DevicePasswordID{
		0: wps.PasswordOOBFirst, 1: wps.PasswordOOBFirst + 1, ids - 1: 0xffff, ids: wps.PasswordOOBFirst, 7 * ids: wps.PasswordOOBFirst,
	} {
		ap := newAccessPoint(t)
		random := randomness(binary.BigEndian.AppendUint32(nil, number))
		ap.cfg.Registration.Rand = &random
		if token, err := ap.MakeToken(fixture.Began); err != nil || token.OOB.ID != want || !want.OutOfBand() {
			t.Errorf("%d: token %+v, %v, want ID %v", number, token, err, want)
		}
	}
}

// TestTokensAreBounded reads more tags than the list holds: the oldest make room.
func TestTokensAreBounded(t *testing.T) {
	ap := newAccessPoint(t)
	ap.tokens.max = 2
	tags := []tag{newTag(t, 0x10), newTag(t, 0x11), newTag(t, 0x12)}
	for _, tag := range tags {
		if err := ap.EnterToken(fixture.Began, tag.token(), 0); err != nil {
			t.Fatal(err)
		}
	}
	var gone []wps.DevicePasswordID
	for _, e := range ap.Events() {
		if e.Kind == EventTokenGone && e.PIN == PINReplaced {
			gone = append(gone, e.Token)
		}
	}
	if n := ap.Status(fixture.Began).Tokens; n != 2 || !slices.Equal(gone, []wps.DevicePasswordID{0x10}) {
		t.Errorf("%d tokens, gone %v", n, gone)
	}
	if _, err := comes(t, ap, tags[0].station(t, 2, nil), 2); !errors.Is(err, ErrNoToken) {
		t.Errorf("the oldest: %v", err)
	}
	if _, err := comes(t, ap, tags[1].station(t, 3, nil), 3); err != nil {
		t.Errorf("the second: %v", err)
	}
}

// TestAdvertisedPINs enters more PINs than are advertised: the beacon has the
// addresses of the latest.
func TestAdvertisedPINs(t *testing.T) {
	var l PINList
	l.Max = 2 * maxShown
	enter := func(digits int, mac wps.MAC) {
		t.Helper()
		uuid := wps.UUID{byte(digits)}
		if _, err := l.Add(fixture.Began, PINEntry{PIN: fixture.PIN(t, fmt.Sprintf("%04d", digits)), UUID: &uuid, MAC: mac}); err != nil {
			t.Fatal(err)
		}
	}
	var want []wps.MAC
	for i := range byte(maxAuthorizedMACs + 1) {
		enter(int(i), fixture.Device(i).MAC)
		want = slices.Insert(want, 0, fixture.Device(i).MAC)
	}
	if macs, _ := l.advertised(fixture.Began); !slices.Equal(macs, want[:maxAuthorizedMACs]) {
		t.Errorf("advertised %v, want %v", macs, want[:maxAuthorizedMACs])
	}
	// The search for other addresses ends after maxShown PINs.
	anyone := wps.Broadcast
	for i := range maxShown - 1 {
		enter(100+i, anyone)
	}
	latest := fixture.Device(maxAuthorizedMACs).MAC
	if macs, _ := l.advertised(fixture.Began); !slices.Equal(macs, []wps.MAC{anyone, latest}) {
		t.Errorf("advertised %v, want %v", macs, []wps.MAC{anyone, latest})
	}
	enter(100+maxShown, anyone)
	if macs, until := l.advertised(fixture.Began); !slices.Equal(macs, []wps.MAC{anyone}) || !until.Equal(fixture.Began.Add(wps.WalkTime)) {
		t.Errorf("advertised %v until %v, want %v", macs, until, anyone)
	}
}

// TestDevicesSeen checks which probe requests report a device: one for each
// device that was not heard within the monitor time.
func TestDevicesSeen(t *testing.T) {
	ap := newAccessPoint(t)
	probe := func(seconds float64, mac, uuid byte, kind wps.RequestType) {
		e := &wps.ProbeRequest{RequestType: kind}
		if uuid != 0 {
			e.UUIDE = fixture.Device(uuid).UUID
		}
		ap.Probe(fixture.At(seconds), fixture.Device(mac).MAC, e)
	}
	const monitor = float64(wps.MonitorTime / time.Second)
	for _, tt := range []struct {
		at        float64
		mac, uuid byte
		kind      wps.RequestType
		seen      bool
		why       string
	}{
		{0, 2, 2, wps.RequestEnrolleeInfo, true, "new"},
		{monitor - 1, 2, 2, wps.RequestEnrolleeInfo, false, "heard before"},
		{2*monitor - 2, 2, 2, wps.RequestEnrolleeInfo, false, "heard between"},
		{2*monitor - 1, 3, 2, wps.RequestEnrolleeInfo, false, "another address of the device"},
		{3*monitor - 1, 2, 2, wps.RequestEnrolleeInfo, true, "not heard within the monitor time"},
		{1000, 4, 0, wps.RequestEnrolleeInfo, true, "new, without a UUID-E"},
		{1001, 4, 0, wps.RequestEnrolleeInfo, false, "the same address without a UUID-E"},
		{1002, 5, 0, wps.RequestEnrolleeInfo, true, "another address without a UUID-E"},
		{1003, 5, 6, wps.RequestEnrollee8021X, true, "a request for 802.1X"},
		{1004, 7, 7, wps.RequestRegistrar, false, "a registrar"},
		{1005, 8, 8, wps.RequestWLANManagerRegistrar, false, "a registrar of the network"},
	} {
		probe(tt.at, tt.mac, tt.uuid, tt.kind)
		if seen := ap.Events(); (len(seen) == 1 && seen[0].Kind == EventDeviceSeen) != tt.seen || !tt.seen && len(seen) != 0 {
			t.Errorf("%v s, %s: %v", tt.at, tt.why, seen)
		}
	}
}
