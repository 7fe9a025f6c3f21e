package eapol

import (
	"fmt"
	"io"
)

// An Authenticator holds an access point.
// Without these methods package fmt would print what they hold: it asks no method
// of a value behind an unexported field, or behind a pointer with a verb that is not
// one for pointers.

// Format prints nothing of the access point, whatever the verb.
func (*Authenticator) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[eapol.Authenticator]") }
