package wps

import (
	"fmt"
	"log/slog"
)

// Redacted is octets that may hold a secret. They print as their number,
// whatever the verb; convert to []byte to see them.
type Redacted []byte

// Format prints the number of octets.
func (r Redacted) Format(f fmt.State, _ rune) { fmt.Fprint(f, r.describe()) }

// LogValue keeps the octets out of logs.
func (r Redacted) LogValue() slog.Value { return slog.StringValue(r.describe()) }

// MarshalText keeps the octets out of JSON and its like.
func (r Redacted) MarshalText() ([]byte, error) { return []byte(r.describe()), nil }

func (r Redacted) describe() string { return fmt.Sprintf("[%d octets]", len(r)) }

// SecretNonce is E-S1, E-S2, R-S1 or R-S2: sixteen random octets that open a
// commitment to half of the password. Whoever has them before their time
// finds the PIN; they are never printed.
type SecretNonce [16]byte

const redactedNonce = "[secret nonce]"

// Format prints no octet of it.
func (SecretNonce) Format(f fmt.State, _ rune) { fmt.Fprint(f, redactedNonce) }

// LogValue keeps the nonce out of logs.
func (SecretNonce) LogValue() slog.Value { return slog.StringValue(redactedNonce) }

// MarshalText keeps the nonce out of JSON and its like.
func (SecretNonce) MarshalText() ([]byte, error) { return []byte(redactedNonce), nil }

// Format prints whether there is a key, whatever the verb.
func (k NetworkKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.describe()) }

// LogValue keeps the key out of logs.
func (k NetworkKey) LogValue() slog.Value { return slog.StringValue(k.describe()) }

// MarshalText keeps the key out of JSON and its like.
func (k NetworkKey) MarshalText() ([]byte, error) { return []byte(k.describe()), nil }

func (k NetworkKey) describe() string {
	if len(k) == 0 {
		return "[no key]"
	}
	return "[network key]"
}

// Format prints nothing of the list that the decoder walks.
func (Decoder) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[decoder]") }
