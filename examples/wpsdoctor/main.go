// Wpsdoctor reads captures of Wi-Fi Protected Setup and says what happened,
// whose fault it was, and what the owner of the printer or router should do.
// Run it with -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/gowps/gowps/eapwsc/station"
)

func main() {
	debug.SetGCPercent(400) // large captures make much garbage, and little is kept
	p := program{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		color:  colorWanted(os.Stdout, os.Getenv),
		bar:    isTerminal(os.Stderr),
		wifi: func(name string) (radio, error) {
			s, err := station.Open(name)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		untilInterrupted: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		},
	}
	os.Exit(p.run(context.Background(), os.Args[1:]))
}
