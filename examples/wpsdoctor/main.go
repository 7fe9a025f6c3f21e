// Wpsdoctor reads captures of Wi-Fi Protected Setup and says what happened,
// whose fault it was, and what the owner of the printer or router should do.
// Run it with -help.
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	debug.SetGCPercent(200) // large captures make much garbage, and little is kept
	p := program{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		color:  colorWanted(os.Stdout, os.Getenv),
		bar:    isTerminal(os.Stderr),
	}
	os.Exit(p.run(os.Args[1:]))
}
