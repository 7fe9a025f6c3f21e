package eapwsc

import (
	"fmt"
	"io"
)

// Peer and Server hold a machine with its keys.
// Without these methods package fmt would print what they hold: it asks no method
// of a value behind an unexported field, or behind a pointer with a verb that is not
// one for pointers.

// Format prints nothing of the machine, whatever the verb.
func (Peer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[eapwsc.Peer]") }

// Format prints nothing of the machine, whatever the verb.
func (Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[eapwsc.Server]") }
