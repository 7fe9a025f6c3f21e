package doctor

import (
	"errors"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// FromError makes an attempt from the error of a machine of package
// registration whose run failed. Set further fields, such as the addresses and
// descriptions, if they are known.
func FromError(err *registration.Error, method Method) *Attempt {
	a := &Attempt{
		Method: method, Reached: StageOf(err.Message),
		DetectedBy: err.DetectedBy, ConfigError: err.ConfigError, End: EndNACK,
	}
	if err.Message == wps.MessageM2D {
		a.Reached = StageM1
	}
	switch {
	case errors.Is(err, registration.ErrTimeout) && err.ConfigError == wps.NoError:
		a.End = EndTimeout
	case a.Reached == StageM1 && err.DetectedBy == registration.RoleRegistrar:
		a.End = EndM2D
	case errors.Is(err, registration.ErrRefused) && err.ConfigError == wps.NoError:
		a.End = EndFailure // or a WSC_NACK without a reason
	}
	switch {
	case errors.Is(err, registration.ErrAuthenticator):
		a.Fault = FaultAuthenticator
	case errors.Is(err, registration.ErrDecrypt):
		a.Fault = FaultSettings
	}
	return a
}
