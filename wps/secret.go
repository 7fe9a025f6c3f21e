package wps

import (
	"fmt"
	"log/slog"
	"reflect"
)

// Redacted is octets that may hold a secret. Only their number is printed,
// whatever the verb; convert to []byte to see them.
type Redacted []byte

// Format prints the number of octets.
func (r Redacted) Format(f fmt.State, _ rune) { fmt.Fprint(f, r.describe()) }

// LogValue keeps the octets out of logs.
func (r Redacted) LogValue() slog.Value { return slog.StringValue(r.describe()) }

// MarshalText keeps the octets out of JSON and other text formats.
func (r Redacted) MarshalText() ([]byte, error) { return []byte(r.describe()), nil }

func (r Redacted) describe() string { return fmt.Sprintf("[%d octets]", len(r)) }

// SecretNonce is E-S1, E-S2, R-S1 or R-S2: sixteen random octets that open a
// commitment to half of the password. Anyone who has them early can compute the
// PIN; they are never printed.
type SecretNonce [16]byte

const redactedNonce = "[secret nonce]"

// Format prints a placeholder.
func (SecretNonce) Format(f fmt.State, _ rune) { fmt.Fprint(f, redactedNonce) }

// LogValue keeps the nonce out of logs.
func (SecretNonce) LogValue() slog.Value { return slog.StringValue(redactedNonce) }

// MarshalText keeps the nonce out of JSON and other text formats.
func (SecretNonce) MarshalText() ([]byte, error) { return []byte(redactedNonce), nil }

// Format prints whether there is a key, whatever the verb.
func (k NetworkKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.describe()) }

// LogValue keeps the key out of logs.
func (k NetworkKey) LogValue() slog.Value { return slog.StringValue(k.describe()) }

// MarshalText keeps the key out of JSON and other text formats.
func (k NetworkKey) MarshalText() ([]byte, error) { return []byte(k.describe()), nil }

func (k NetworkKey) describe() string {
	if len(k) == 0 {
		return "[no key]"
	}
	return "[network key]"
}

// Lists with secrets print their attributes, whatever the verb. The types of
// their fields would be sufficient except in one case: for a pointer within
// another structure, fmt prints all octets and calls no method if the verb is
// not one for pointers, as in Printf("%s").

// Format prints the attributes, and of keys only whether there is one.
func (c Credential) Format(f fmt.State, _ rune) { formatList(f, &c) }

// Format prints the attributes, but no secret.
func (s M2Settings) Format(f fmt.State, _ rune) { formatList(f, &s) }

// Format prints the attributes, but no secret.
func (s M4Settings) Format(f fmt.State, _ rune) { formatList(f, &s) }

// Format prints the attributes, but no secret.
func (s M5Settings) Format(f fmt.State, _ rune) { formatList(f, &s) }

// Format prints the attributes, but no secret.
func (s M6Settings) Format(f fmt.State, _ rune) { formatList(f, &s) }

// Format prints the attributes, but no secret.
func (s M7Settings) Format(f fmt.State, _ rune) { formatList(f, &s) }

// Format prints the attributes, but no secret.
func (s M8Settings) Format(f fmt.State, _ rune) { formatList(f, &s) }

// Format prints the attributes, but no password.
func (t PasswordToken) Format(f fmt.State, _ rune) { formatList(f, &t) }

// Format prints the attributes, but no key.
func (t ConfigurationToken) Format(f fmt.State, _ rune) { formatList(f, &t) }

// Format prints the attributes, but no password.
func (t HandoverRequest) Format(f fmt.State, _ rune) { formatList(f, &t) }

// Format prints the attributes, but no password.
func (t HandoverSelect) Format(f fmt.State, _ rune) { formatList(f, &t) }

// formatList prints a list with its non-zero attributes.
func formatList(f fmt.State, l List) {
	fmt.Fprintf(f, "%v{", l.Kind())
	separator := ""
	for i := range l.layout().rows {
		row := &l.layout().rows[i]
		if row.place == nil {
			continue // of Header
		}
		v := reflect.ValueOf(row.place(l)).Elem()
		if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			continue
		}
		fmt.Fprintf(f, "%s%v: %v", separator, row.Attribute, v)
		separator = ", "
	}
	fmt.Fprint(f, "}")
}

// Format prints the type, and the number of octets.
func (a Attribute) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v: %v", a.ID, a.Value) }

// Format prints the vendor, and the number of octets.
func (e VendorExtension) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%x: %v", e.Vendor, e.Data) }

// Format prints the identifier, and the number of octets.
func (e WFAElement) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%v: %v", e.ID, e.Data) }

// Format prints the identifier, the hash, and the length of the password.
func (p OOBPassword) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%v, public key %x, password %v", p.ID, p.PublicKeyHash, p.Password)
}

// Format writes the type's name only.
func (Decoder) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[decoder]") }
