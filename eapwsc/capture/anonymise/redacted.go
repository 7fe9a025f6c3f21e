package anonymise

import (
	"fmt"
	"io"
)

// Format prints neither the key of the replacements nor what is replaced, whatever
// the verb.
func (Writer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[anonymise.Writer]") }

func (mask) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[anonymise.mask]") }
