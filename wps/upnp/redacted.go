package upnp

import (
	"fmt"
	"io"
)

// The machines and what they are told hold passwords and network keys, which no
// verb of package fmt shows: without these methods it would reach into fields
// without asking their own.

// Format prints that there is one.
func (Registrar) Format(f fmt.State, _ rune) { io.WriteString(f, "[registrar]") }

// Format prints that there is one.
func (Device) Format(f fmt.State, _ rune) { io.WriteString(f, "[device]") }

// Format prints that there is one.
func (Segment) Format(f fmt.State, _ rune) { io.WriteString(f, "[segment]") }

// Format prints the fields, and of secrets that they are there: see
// [registration.Result.Format].
func (o Order) Format(f fmt.State, _ rune) {
	type fields Order
	fmt.Fprintf(f, "%+v", fields(o))
}

// Format prints the fields, and of secrets that they are there.
func (e Event) Format(f fmt.State, _ rune) {
	type fields Event
	fmt.Fprintf(f, "%+v", fields(e))
}

// Format prints the fields, and of secrets that they are there.
func (c RegistrarConfig) Format(f fmt.State, _ rune) {
	type fields RegistrarConfig
	fmt.Fprintf(f, "%+v", fields(c))
}
