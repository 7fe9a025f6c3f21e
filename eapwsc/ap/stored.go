package ap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// storedVersion is the version of the stored form. A reader accepts every
// version up to its own, and ignores unknown fields.
const storedVersion = 1

// ErrStored is the class of errors of [AccessPoint.RestoreSecrets].
var ErrStored = errors.New("ap: stored state is not valid")

// stored is the state of an access point that survives a restart.
type stored struct {
	Version    int             `json:"version"`
	Configured bool            `json:"configured"`
	Networks   []storedNetwork `json:"networks,omitempty"`
	PIN        string          `json:"pin,omitempty"` // the access point's own
	PINSeconds int64           `json:"pin_seconds,omitempty"`
	Lockout    LockoutState    `json:"lockout"`
	Token      *storedToken    `json:"token,omitempty"` // the access point's own
	Devices    []storedDevice  `json:"devices,omitempty"`
}

// storedDevice is a device that was registered. UUID, address and name are octets.
type storedDevice struct {
	UUID []byte         `json:"uuid"`
	MAC  []byte         `json:"mac"`
	Name []byte         `json:"name,omitempty"`
	Type wps.DeviceType `json:"type"`
}

// storedToken is a password token with its key pair.
type storedToken struct {
	ID       uint16 `json:"id"`
	Password []byte `json:"password"`
	Exponent []byte `json:"exponent"`
	Enabled  bool   `json:"enabled"`
}

// storedNetwork is a network. Name and key are octets, in base64 in JSON.
type storedNetwork struct {
	SSID []byte `json:"ssid"`
	Auth uint16 `json:"auth"`
	Encr uint16 `json:"encr"`
	Key  []byte `json:"key,omitempty"`
}

// StoreSecrets returns the state to be stored, as JSON: settings, the access
// point's own PIN with the rest of its lifetime and its own token, the
// lockout and the known devices. It holds the network keys, the PIN and the key of the token in plain
// text: keep it where no one else can read it. Store it after each event that
// [EventKind.Changes] the state. PINs and tokens of devices, the button and
// registrations do not survive a restart.
func (a *AccessPoint) StoreSecrets(now time.Time) ([]byte, error) {
	s := stored{Version: storedVersion, Configured: a.State() == wps.Configured, Lockout: a.lockout.State(now)}
	if a.pinUntil.IsZero() || now.Before(a.pinUntil) { // 0 seconds are without end
		s.PIN, s.PINSeconds = a.cfg.PIN.Digits(), seconds(remaining(now, a.pinUntil))
	}
	for _, c := range a.cfg.Credentials {
		s.Networks = append(s.Networks, storedNetwork{[]byte(c.SSID), uint16(c.AuthType), uint16(c.EncrType), c.NetworkKey})
	}
	if t := a.token; t != nil {
		s.Token = &storedToken{uint16(t.oob.ID), t.oob.Password, t.exponent, t.enabled}
	}
	for _, d := range a.known {
		s.Devices = append(s.Devices, storedDevice{d.UUID[:], d.MAC[:], []byte(d.Name), d.Type})
	}
	return json.MarshalIndent(s, "", "\t")
}

// RestoreSecrets restores the state of [AccessPoint.StoreSecrets] when the
// device starts: it replaces networks, PIN, token, lockout and devices of the
// configuration. On an error, which is of class [ErrStored], it changes
// nothing; the safe thing is then to lock the PIN: [AccessPoint.SetLock].
func (a *AccessPoint) RestoreSecrets(now time.Time, data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%w: %w", ErrStored, err)
	}
	if s.Version < 1 || s.Version > storedVersion {
		return fmt.Errorf("%w: version %d, not 1 to %d", ErrStored, s.Version, storedVersion)
	}
	restored := *a
	restored.cfg.PIN, restored.pinUntil = pin.PIN{}, time.Time{}
	if s.PIN != "" {
		p, err := pin.ParseAnyChecksum(s.PIN) // the owner may have set one with a wrong check digit
		if err != nil {
			return fmt.Errorf("%w: PIN: %w", ErrStored, err)
		}
		restored.cfg.PIN = p
	}
	if s.PINSeconds < 0 || s.PINSeconds > int64(math.MaxInt64/time.Second) {
		return fmt.Errorf("%w: PIN: a lifetime of %d seconds", ErrStored, s.PINSeconds)
	}
	if s.PINSeconds > 0 {
		restored.pinUntil = now.Add(time.Duration(s.PINSeconds) * time.Second)
	}
	restored.token = nil
	if t := s.Token; t != nil {
		id := wps.DevicePasswordID(t.ID)
		if n := len(t.Password); !id.OutOfBand() || n < 16 || n > 32 {
			return fmt.Errorf("%w: token: a password of %d octets, of %v", ErrStored, n, id)
		}
		own, err := newOwnToken(id, t.Password, t.Exponent)
		if err != nil {
			return fmt.Errorf("%w: token: %w", ErrStored, err)
		}
		own.enabled = t.Enabled
		restored.token = own
	}
	restored.known = nil
	for _, d := range s.Devices[:min(len(s.Devices), maxKnown)] {
		if len(d.UUID) != len(wps.UUID{}) || len(d.MAC) != len(wps.MAC{}) || len(d.Name) > 32 {
			return fmt.Errorf("%w: a device: UUID of %d octets, address of %d, name of %d", ErrStored, len(d.UUID), len(d.MAC), len(d.Name))
		}
		restored.known = append(restored.known, KnownDevice{wps.UUID(d.UUID), wps.MAC(d.MAC), string(d.Name), d.Type})
	}
	restored.cfg.Credentials = nil
	for _, n := range s.Networks {
		restored.cfg.Credentials = append(restored.cfg.Credentials, wps.Credential{
			SSID: wps.SSID(n.SSID), AuthType: wps.AuthType(n.Auth), EncrType: wps.EncrType(n.Encr), NetworkKey: n.Key,
		})
	}
	restored.cfg.Registration.Device.State = wps.Configured
	if !s.Configured {
		restored.cfg.Registration.Device.State, restored.cfg.APSettings = wps.NotConfigured, nil
	}
	if err := restored.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrStored, err)
	}
	if err := restored.lockout.Restore(now, s.Lockout); err != nil {
		return fmt.Errorf("%w: %w", ErrStored, err)
	}
	restored.version++
	restored.generated = nil
	restored.pinEpoch++
	a.token.withdraw()
	*a = restored
	return nil
}

// Changes reports whether an event changes what [AccessPoint.StoreSecrets]
// returns.
func (k EventKind) Changes() bool {
	switch k {
	case EventRegistered, EventNewSettings, EventWrongPIN, EventLocked, EventUnlocked, EventLockSet, EventPINChanged, EventTokenChanged, EventSettingsRead:
		return true
	}
	return false
}

// CheckPolicy returns why WPS must be off for a network, of class
// [ErrPolicy], or nil: hidden, WEP, TKIP only, WPA3 only or 6 GHz [hostap].
func CheckPolicy(n BSS) error {
	for _, row := range policies {
		if row.off(&n) {
			return fmt.Errorf("%w: %s (%s)", ErrPolicy, row.reason, row.clause)
		}
	}
	return nil
}

// BSS is the input of [CheckPolicy].
type BSS struct {
	Credential wps.Credential
	Hidden     bool // beacons do not have its name
	WPA3Only   bool // stations authenticate by SAE only
	Band6GHz   bool
}

// ErrPolicy is the class of reasons why WPS must be off for a network.
var ErrPolicy = errors.New("ap: WPS is off")

var policies = []struct {
	off    func(*BSS) bool
	reason string
	clause string
}{
	{func(n *BSS) bool { return n.Hidden }, "the network is hidden", "WSC 2.0 mandate, hostap"},
	{func(n *BSS) bool { return errors.Is(n.Credential.Usable(), wps.ErrWEP) }, "the network uses WEP", "WSC 2.0 mandate, hostap"},
	{func(n *BSS) bool {
		return n.Credential.EncrType == wps.EncrTKIP && n.Credential.AuthType&wps.AuthWPA2Personal == 0
	}, "the network allows TKIP only", "WSC 2.0 mandate, hostap"},
	{func(n *BSS) bool { return n.WPA3Only }, "the network allows WPA3 only, which WPS cannot express", "hostap"},
	{func(n *BSS) bool { return n.Band6GHz }, "there is no WPS on 6 GHz", "IEEE 802.11ax, hostap"},
	{func(n *BSS) bool { return errors.Is(n.Credential.Usable(), wps.ErrAuthType) }, "the network is not a personal one", "hostap"},
}
