package upnp

import (
	"fmt"
	"io"
)

// The machines and their configurations hold passwords and network keys.
// Without these methods package fmt would print them: it does not call methods
// of values in unexported fields.

// Format writes the type's name only.
func (Registrar) Format(f fmt.State, _ rune) { io.WriteString(f, "[registrar]") }

// Format writes the type's name only.
func (Device) Format(f fmt.State, _ rune) { io.WriteString(f, "[device]") }

// Format writes the type's name only.
func (Segment) Format(f fmt.State, _ rune) { io.WriteString(f, "[segment]") }

// Format prints the fields, and of secrets only whether they are set: see
// [registration.Result.Format].
func (o Order) Format(f fmt.State, _ rune) {
	type fields Order
	fmt.Fprintf(f, "%+v", fields(o))
}

// Format prints the fields, and of secrets only whether they are set.
func (e Event) Format(f fmt.State, _ rune) {
	type fields Event
	fmt.Fprintf(f, "%+v", fields(e))
}

// Format prints the fields, and of secrets only whether they are set.
func (c RegistrarConfig) Format(f fmt.State, _ rune) {
	type fields RegistrarConfig
	fmt.Fprintf(f, "%+v", fields(c))
}
