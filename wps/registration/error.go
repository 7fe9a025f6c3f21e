package registration

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/wps"
)

// Reasons why a run ends, or a message is ignored; compare with [errors.Is].
// The error of a failed run is an [*Error].
var (
	// ErrIgnored: the message was not for this run, or anyone could have forged
	// it. The run continues as if it had not arrived.
	ErrIgnored = errors.New("message ignored")
	// ErrEnded: the run has ended; messages are neither processed nor sent.
	ErrEnded = errors.New("the run is over")

	// ErrPassword: the two sides do not have the same password.
	ErrPassword = errors.New("the passwords of the two sides differ")
	// ErrNoRegistrar: the registrar has no password for the enrollee, or its
	// button was not pressed (M2D with error 0).
	ErrNoRegistrar = errors.New("the registrar is not waiting for this enrollee")
	// ErrOverlap: more than one device is in push-button mode.
	ErrOverlap = errors.New("session overlap: more than one device is in push-button mode")
	// ErrLocked: the access point does not accept its PIN at present, or no new
	// settings.
	ErrLocked = errors.New("the access point's PIN is locked or disabled")
	// ErrKeyHash: the peer's public key is not the one announced out of band.
	ErrKeyHash = errors.New("the public key is not the one announced out of band")
	// ErrTimeout: the peer fell silent.
	ErrTimeout = errors.New("time-out")
	// ErrProtocol: the peer sent a message that the protocol does not allow.
	ErrProtocol = errors.New("the peer broke the protocol")
	// ErrRefused: one side stopped the run without a reason that has a
	// class of its own.
	ErrRefused = errors.New("the run was stopped")
	// ErrConfig: the configuration is invalid.
	ErrConfig = errors.New("invalid configuration")
)

// Role is one of the two roles in a run.
type Role uint8

// The roles. A station that joins a network is the enrollee; so is an access
// point that an external registrar reads or configures.
const (
	RoleEnrollee Role = iota + 1
	RoleRegistrar
)

// String returns the role in a word.
func (r Role) String() string {
	switch r {
	case RoleEnrollee:
		return "enrollee"
	case RoleRegistrar:
		return "registrar"
	}
	return fmt.Sprintf("Role(%d)", uint8(r))
}

// other returns the peer's role.
func (r Role) other() Role { return RoleEnrollee + RoleRegistrar - r }

// Error says why a run failed. errors.Is finds its class, and the cause if
// this side found one, such as [ErrDecrypt] or a [*wps.Error].
type Error struct {
	// Message is the message concerned, as hostap reports it: the message just
	// received if this side found it wrong, otherwise the one sent last. 0 is a
	// message without a readable type.
	Message wps.MessageType
	// ConfigError is the error of the WSC_NACK or M2D.
	ConfigError wps.ConfigError
	// DetectedBy is the side that stopped the run.
	DetectedBy Role
	// Half is the half of the password that is wrong, 1 or 2; otherwise 0.
	Half int
	// Err is the cause found by this side, or nil.
	Err error

	class error // if it does not follow from ConfigError
}

// classes maps configuration errors to classes.
var classes = map[wps.ConfigError]error{
	wps.DecryptionCRCFailure:     ErrDecrypt,
	wps.MultiplePBCSessions:      ErrOverlap,
	wps.SetupLocked:              ErrLocked,
	wps.MessageTimeout:           ErrTimeout,
	wps.RegistrationTimeout:      ErrTimeout,
	wps.DevicePasswordAuthFailed: ErrPassword,
	wps.PublicKeyHashMismatch:    ErrKeyHash,
}

// classOf returns the class of a configuration error, or other.
func classOf(ce wps.ConfigError, other error) error {
	if class, ok := classes[ce]; ok {
		return class
	}
	return other
}

// reason returns the class of the error.
func (e *Error) reason() error {
	if e.class != nil {
		return e.class
	}
	return classOf(e.ConfigError, ErrProtocol)
}

// Error returns one sentence: what, who found it, at which message.
func (e *Error) Error() string {
	text := "registration: " + e.reason().Error()
	switch {
	case e.Err == nil:
	case errors.Is(e.Err, e.reason()):
		text = "registration: " + e.Err.Error()
	default:
		text += ": " + e.Err.Error()
	}
	switch e.Half {
	case 1:
		text += " in their first half"
	case 2:
		text += " in their second half"
	}
	text += fmt.Sprintf(" (found by the %v", e.DetectedBy)
	if e.Message != 0 {
		text += fmt.Sprintf(" at %v", e.Message)
	}
	if e.ConfigError != wps.NoError {
		text += fmt.Sprintf(", configuration error %d: %v", e.ConfigError, e.ConfigError)
	}
	return text + ")"
}

// Unwrap returns the class and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.reason()}
	}
	return []error{e.reason(), e.Err}
}

// wrong returns a fault without a reason of its own on the wire: the run ends
// with NACK 0.
func wrong(err error) error { return &Error{Err: err} }

// ignored returns the error of a message that is ignored.
func ignored(why error) error { return fmt.Errorf("registration: %w: %w", ErrIgnored, why) }

// settingsError is the error about settings that decrypt but cannot be parsed.
// It is of class [ErrDecrypt] too, so that the answer is the same as for
// settings that do not decrypt.
type settingsError struct{ err error }

func (e *settingsError) Error() string   { return "settings are invalid: " + e.err.Error() }
func (e *settingsError) Unwrap() []error { return []error{ErrDecrypt, e.err} }

var (
	errEnded = fmt.Errorf("registration: %w", ErrEnded)

	errNotOurs    = errors.New("its nonce is not of this run")
	errWrongRole  = errors.New("this side never receives such a message")
	errNotDue     = fmt.Errorf("%w: the message is not expected now", ErrProtocol)
	errPasswordID = fmt.Errorf("%w: M2 names another password than M1", ErrProtocol)
	errNoSettings = fmt.Errorf("%w: M2 has no settings although the run ends with it", ErrProtocol)

	errUnprovenKey = fmt.Errorf("%w: settings in M2 need the hash of the peer's public key, or a trusted transport", ErrConfig)
)
