package conformance

import (
	"fmt"
	"io"
)

// A suite and its configuration hold PINs, and its exchanges keys. Without
// these methods package fmt would print them: it does not call methods of
// values in unexported fields, or behind a pointer if the verb is not one for
// pointers.

// Format prints no PIN, whatever the verb.
func (Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[conformance.Config]") }

// Format prints no PIN and no key, whatever the verb.
func (*Suite) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[conformance.Suite]") }
