package pin

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted returns the text that replaces the digits.
func (p PIN) redacted() string {
	if p.IsZero() {
		return "PIN(none)"
	}
	return "PIN(redacted)"
}

// String returns "PIN(redacted)", or "PIN(none)" for no PIN: what every verb of
// package fmt prints. [PIN.Digits] returns the digits.
func (p PIN) String() string { return p.redacted() }

// Format prints what [PIN.String] returns, whatever the verb. It implements
// [fmt.Formatter].
func (p PIN) Format(f fmt.State, _ rune) { io.WriteString(f, p.redacted()) }

// LogValue keeps the digits out of logs. It implements [slog.LogValuer].
func (p PIN) LogValue() slog.Value { return slog.StringValue(p.redacted()) }

// MarshalText keeps the digits out of JSON, XML and the like: it returns the
// text of [PIN.String], which cannot be read back. To store the PIN itself, store
// [PIN.Digits]. It implements [encoding.TextMarshaler].
func (p PIN) MarshalText() ([]byte, error) { return []byte(p.redacted()), nil }

// UnmarshalText reads a PIN from a configuration or, with [flag.TextVar], from
// a command line, by the rules and with the errors of [Parse]. It implements
// [encoding.TextUnmarshaler].
func (p *PIN) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
