package text

import "fmt"

// Format prints what the dump is, and no octet of it, whatever the verb.
func (d Dump) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "line %d: %s, %d octets", d.Line, d.Name, len(d.Frame))
}

// Format prints no line that is read, because it may have keys.
func (Reader) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[text.Reader]") }
