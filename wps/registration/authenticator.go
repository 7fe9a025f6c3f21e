package registration

import (
	"crypto/subtle"
	"errors"
	"fmt"
)

// ErrAuthenticator is the class of the errors of [Cipher.VerifyAuthenticator].
// Ignore such a message, because anyone on the air could have sent it (WSC 2.0
// §7.1).
var ErrAuthenticator = errors.New("message not authentic")

var (
	errAuthenticatorPlace = fmt.Errorf("%w: it does not end with an Authenticator of 8 octets", ErrAuthenticator)
	errAuthenticatorValue = fmt.Errorf("%w: its Authenticator is wrong, so it was changed on the way, or the sides do not have the same keys", ErrAuthenticator)
)

// authenticatorHeader is type and length of the Authenticator (0x1005), and
// authenticatorSize how many octets the whole attribute takes.
const (
	authenticatorHeader = "\x10\x05\x00\x08"
	authenticatorSize   = len(authenticatorHeader) + 8
)

// AppendAuthenticator appends the Authenticator attribute to message, which is
// otherwise complete. Previous is the message before it in the run (M1 for M2),
// with its own Authenticator, octet for octet as sent.
//
//	Authenticator = first 8 octets of HMAC(AuthKey, previous ‖ message)
func (c *Cipher) AppendAuthenticator(previous, message []byte) []byte {
	sum := c.hmac(previous, message)
	message = append(message, authenticatorHeader...)
	return append(message, sum[:8]...)
}

// VerifyAuthenticator checks the Authenticator of a message, which must be its
// last attribute. Both messages must be passed as received, including unknown
// attributes, and not encoded again. M2 to M8 have an Authenticator; M1, M2D,
// ACK, NACK and Done have none, and of these only M1 is a previous message.
//
// The error is of class [ErrAuthenticator].
func (c *Cipher) VerifyAuthenticator(previous, message []byte) error {
	if len(message) < authenticatorSize {
		return errAuthenticatorPlace
	}
	body, attribute := message[:len(message)-authenticatorSize], message[len(message)-authenticatorSize:]
	header, value := attribute[:len(authenticatorHeader)], attribute[len(authenticatorHeader):]
	if string(header) != authenticatorHeader {
		return errAuthenticatorPlace
	}
	if sum := c.hmac(previous, body); subtle.ConstantTimeCompare(value, sum[:8]) != 1 {
		return errAuthenticatorValue
	}
	return nil
}
