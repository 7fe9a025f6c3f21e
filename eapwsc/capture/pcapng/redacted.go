package pcapng

import "fmt"

// Format prints no key of the key log, whatever the verb.
func (h Header) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%v, %s, %s, key log of %d octets", h.LinkType, h.Program, h.Name, len(h.KeyLog))
}

// Format prints nothing of what is written, whatever the verb.
func (Writer) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[pcapng.Writer]") }
