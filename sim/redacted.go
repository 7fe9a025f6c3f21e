package sim

import (
	"fmt"
	"io"
)

// Devices, and what refers to them, hold PINs and network keys. Without these
// methods package fmt would print them: it does not call methods of values in
// unexported fields, or behind a pointer if the verb is not one for pointers.

// Format prints no PIN and no network key, whatever the verb.
func (RouterConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.RouterConfig]") }

// Format prints no network key, whatever the verb.
func (Settings) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.Settings]") }

// Format prints no PIN and no network key, whatever the verb.
func (Router) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.Router]") }

// Format prints no PIN and no network key, whatever the verb.
func (Printer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.Printer]") }

// Format prints no PIN and no network key, whatever the verb.
func (Computer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.Computer]") }

// Format prints no detail of the devices, whatever the verb.
func (World) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.World]") }

// Format prints no detail of the device, whatever the verb.
func (Port) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.Port]") }

// Format prints no detail of the run, whatever the verb.
func (*Conn) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.Conn]") }

// Format prints no PIN and no network key, whatever the verb.
func (WiredComputer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[sim.WiredComputer]") }
