package eapol

import (
	"fmt"
	"io"
)

// An Authenticator holds an access point. Without this method package fmt would
// print what the access point holds: it does not call methods of values in
// unexported fields, or behind a pointer if the verb is not one for pointers.

// Format writes the type's name only, whatever the verb, so that no secret is
// printed.
func (*Authenticator) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[eapol.Authenticator]") }
