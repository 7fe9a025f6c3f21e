// Wpsregistrar is the WPS side of an access point on an Ethernet interface: it
// registers devices, by their PIN or by push button, and lets external
// registrars read and write its settings. Run it with -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/gowps/gowps/examples/internal/live"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{
		stdout: os.Stdout,
		status: live.NewStatus(os.Stderr, term.IsTerminal(int(os.Stderr.Fd()))),
		open:   live.Open,
	}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
