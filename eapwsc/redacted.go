package eapwsc

import (
	"fmt"
	"io"
)

// Peer and Server hold a machine with its keys. Without these methods package
// fmt would print the keys: it does not call methods of values in unexported
// fields, or behind a pointer if the verb is not one for pointers.

// Format writes the type's name only, whatever the verb, so that no key is
// printed.
func (Peer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[eapwsc.Peer]") }

// Format prints nothing of the machine, whatever the verb.
func (Server) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[eapwsc.Server]") }
