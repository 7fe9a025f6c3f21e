package registration

import (
	"fmt"

	"github.com/gowps/gowps/wps"
)

// configError returns an error of class [ErrConfig] about a field.
func configError(field, format string, arg ...any) error {
	return fmt.Errorf("registration: %w: %s %s", ErrConfig, field, fmt.Sprintf(format, arg...))
}

// The lengths of an out-of-band password in octets: WSC 2.0 §12 (Device
// Password).
const (
	minOutOfBand = 16
	maxOutOfBand = 32
)

// check checks the fields that both roles share.
func (c *Config) check() error {
	d := &c.Device
	switch {
	case c.Faulty:
		return nil
	case d.UUID == wps.UUID{}:
		return configError("Device.UUID", "is zero: it identifies the device")
	}
	for _, text := range []struct {
		field, value string
		limit        int
	}{
		{"Device.Manufacturer", d.Manufacturer, 64}, {"Device.ModelName", d.ModelName, 32}, {"Device.ModelNumber", d.ModelNumber, 32},
		{"Device.SerialNumber", d.SerialNumber, 32}, {"Device.DeviceName", d.DeviceName, 32},
	} {
		if len(text.value) > text.limit {
			return configError(text.field, "has %d octets, not at most %d", len(text.value), text.limit)
		}
	}
	return nil
}

// check checks a password that a peer must prove. needed reports whether there
// must be one.
func (p *Password) check(field string, needed bool, keyHash *[20]byte) error {
	switch n := len(p.octets()); {
	case p.ID == wps.PasswordNFCHandover && keyHash == nil:
		return fmt.Errorf("registration: %w", errUnprovenKey)
	case p.ID == wps.PasswordNFCHandover:
		return nil
	case n == 0 && (needed || !p.IsZero()):
		return configError(field, "is empty")
	case n > 0 && p.ID.OutOfBand() && (n < 2*minOutOfBand || n > 2*maxOutOfBand):
		return configError(field, "has %d octets, not %d to %d", n/2, minOutOfBand, maxOutOfBand)
	}
	return nil
}

// check checks the configuration of an Enrollee.
func (c *EnrolleeConfig) check() error {
	if err := c.Config.check(); err != nil {
		return err
	}
	if c.AP == nil {
		switch {
		case c.ReadOnly:
			return configError("ReadOnly", "is for an access point")
		case c.Deferred:
			return configError("Deferred", "is for an access point")
		case !c.Alternative.IsZero():
			return configError("Alternative", "is for an access point")
		}
	}
	if !c.Faulty && c.Device.MAC == (wps.MAC{}) {
		return configError("Device.MAC", "is zero: it is the address of the interface that registers")
	}
	if c.Faulty {
		// Test equipment must not trust an unknown key either.
		if c.Password.ID == wps.PasswordNFCHandover && c.PeerKeyHash == nil {
			return fmt.Errorf("registration: %w", errUnprovenKey)
		}
		return nil
	}
	// An access point without a password refuses every registrar.
	if err := c.Password.check("Password", c.AP == nil, c.PeerKeyHash); err != nil {
		return err
	}
	if err := c.Alternative.check("Alternative", false, c.AlternativeKeyHash); err != nil {
		return err
	}
	if c.AP != nil {
		return checkSettings("AP", c.AP)
	}
	return nil
}

// checkSettings checks the present settings of an access point, which may be
// unusable for a station, but must be well formed.
func checkSettings(field string, c *wps.Credential) error {
	switch {
	case len(c.SSID) == 0 || len(c.SSID) > 32:
		return configError(field+".SSID", "has %d octets, not 1 to 32", len(c.SSID))
	case c.AuthType == 0:
		return configError(field+".AuthType", "is missing")
	case c.EncrType == 0:
		return configError(field+".EncrType", "is missing")
	case len(c.NetworkKey) > 64:
		return configError(field+".NetworkKey", "has %d octets, not at most 64", len(c.NetworkKey))
	}
	return nil
}

// checkCredential checks a network to be given to a station.
func checkCredential(field string, c *wps.Credential) error {
	if err := checkSettings(field, c); err != nil {
		return err
	}
	if err := c.Usable(); err != nil {
		return fmt.Errorf("registration: %w: %s: %w", ErrConfig, field, err)
	}
	return nil
}

func checkCredentials(list []wps.Credential) error {
	if len(list) == 0 {
		return configError("Credentials", "are missing: there is no network to give")
	}
	for i := range list {
		if checkCredential("", &list[i]) != nil { // build the field name only for an error
			return checkCredential(fmt.Sprintf("Credentials[%d]", i), &list[i])
		}
	}
	return nil
}

// check checks the configuration of a Registrar.
func (c *RegistrarConfig) check() error {
	if err := c.Config.check(); err != nil {
		return err
	}
	switch {
	case c.NewSettings != nil && !c.AP:
		return configError("NewSettings", "are for an access point")
	case c.AP && len(c.Credentials) > 0:
		return configError("Credentials", "are for a station, not for an access point")
	case c.AP && !c.NewPassword.IsZero():
		return configError("NewPassword", "is for a station, not for an access point")
	}
	if !c.Deferred {
		if err := c.Password.check("Password", true, c.PeerKeyHash); err != nil {
			return err
		}
	}
	switch {
	case c.Faulty:
		return nil
	case c.NewSettings != nil:
		return checkCredential("NewSettings", c.NewSettings)
	case c.AP || c.Deferred && len(c.Credentials) == 0: // the decision has credentials
		return nil
	}
	if err := c.NewPassword.check("NewPassword", false, nil); err != nil {
		return err
	}
	return checkCredentials(c.Credentials)
}
