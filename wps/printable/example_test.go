package printable_test

import (
	"fmt"

	"github.com/gowps/gowps/wps/printable"
)

// The name of a network that would clear the screen of a terminal.
func ExampleText() {
	fmt.Println(printable.Text("home\x1b[2J"))
	// Output: home\u001b[2J
}
