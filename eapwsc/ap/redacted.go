package ap

import (
	"fmt"
	"io"
)

// An access point, its configuration and its sessions hold PINs, network keys and keys.
// Without these methods package fmt would print what they hold: it asks no method
// of a value behind an unexported field, or behind a pointer with a verb that is not
// one for pointers.

// Format prints no PIN and no network key, whatever the verb.
func (AccessPoint) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[ap.AccessPoint]") }

// Format prints no PIN and no network key, whatever the verb.
func (Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[ap.Config]") }

// Format prints nothing of the machine, whatever the verb.
func (Session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[ap.Session]") }
