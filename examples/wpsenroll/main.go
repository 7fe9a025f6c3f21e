// Wpsenroll registers at a router by WPS over a network interface, as a printer
// does, or reads and writes the settings of an access point as an external
// registrar. Run it with -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{
		stdout: os.Stdout,
		stderr: os.Stderr,
		status: live.NewStatus(os.Stderr, term.IsTerminal(int(os.Stderr.Fd()))),
		open:   live.Open,
		wifi: func(name string) (radio, error) {
			s, err := station.Open(name)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
