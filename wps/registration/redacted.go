package registration

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is embedded in a type that holds secrets. It keeps them out of every
// verb of fmt, out of slog, and, as text, out of the JSON that slog writes of a
// struct around it.
type redacted struct{}

const redaction = "[redacted]"

// Format implements [fmt.Formatter].
func (redacted) Format(s fmt.State, _ rune) { io.WriteString(s, redaction) }

// LogValue implements [slog.LogValuer].
func (redacted) LogValue() slog.Value { return slog.StringValue(redaction) }

// MarshalText implements [encoding.TextMarshaler].
func (redacted) MarshalText() ([]byte, error) { return []byte(redaction), nil }
