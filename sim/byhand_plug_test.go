package sim_test

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// The second enrollee uses octets and text. This file translates between them
// and the types of a world.

// enroll returns an exchange of the second enrollee, for a printer whose PIN is
// returned by the function, if it is set up by PIN.
func enroll(cfg registration.EnrolleeConfig, pin func() string, change func(*enrolleeByHand)) sim.Endpoint {
	e := &enrolleeByHand{byHand: newByHand(cfg.Rand), address: cfg.Device.MAC[:], uuid: cfg.Device.UUID[:], password: "00000000"}
	if e.passwordID = byte(cfg.Password.ID); cfg.Password.ID != wps.PasswordPushButton {
		e.password = pin()
	}
	if change != nil {
		change(e)
	}
	return sim.Blocking(func(c *sim.Conn) (*registration.Result, error) {
		networks, err := e.register(c)
		if err != nil {
			return nil, explain(err)
		}
		result := new(registration.Result)
		for _, n := range networks {
			result.Credentials = append(result.Credentials, wps.Credential{
				SSID: wps.SSID(n.ssid), NetworkKey: wps.NetworkKey(n.key),
				AuthType: wps.AuthType(number(n.auth)), EncrType: wps.EncrType(number(n.encr)),
			})
		}
		return result, nil
	})
}

// number reads an attribute of two octets.
func number(b []byte) (n uint16) {
	for _, octet := range b {
		n = n<<8 | uint16(octet)
	}
	return n
}

// explain translates an error for a printer.
func explain(err error) error {
	var s *stopped
	switch {
	case errors.As(err, &s):
		e := &registration.Error{Message: wps.MessageType(s.kind), ConfigError: wps.ConfigError(s.code), Half: s.half(), DetectedBy: registration.RoleRegistrar}
		if s.found {
			e.DetectedBy = registration.RoleEnrollee
		}
		return e
	case errors.Is(err, errNotNow):
		return &registration.Error{Message: wps.MessageM1, DetectedBy: registration.RoleRegistrar, Err: registration.ErrNoRegistrar}
	case errors.Is(err, errSilence):
		return fmt.Errorf("%w: %w", registration.ErrTimeout, err)
	case errors.Is(err, errDropped):
		return fmt.Errorf("%w: %w", registration.ErrRefused, err)
	}
	return err
}
