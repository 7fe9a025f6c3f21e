// Wpsweb serves a page that runs the doctor, the PIN checker and the simulator
// in the browser. Run it with -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gowps/gowps/examples/internal/program"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program.Main(ctx, command(new(invocation)))
}

// command returns the program.
func command(p *invocation) *program.Command {
	return &program.Command{
		Name: "wpsweb", Short: "the doctor, PINs and the simulator of Wi-Fi Protected Setup in a browser",
		Synopsis: []string{"[-listen ADDRESS]", "-o DIR"},
		Long: `It serves one page on 127.0.0.1. Files dropped there are diagnosed in the browser, by WebAssembly, and never leave the computer. With -o it writes the page as files for any web server.

The WebAssembly is built when the program starts, by the go command: the module and Go have to be there, a network does not.`,
		Examples: []program.Example{
			{Line: "wpsweb", Does: "Serve the page, and print its address"},
			{Line: "wpsweb -o public", Does: "Write the page into a folder"},
		},
		Exit:     []string{"it was stopped by you, or the files were written", "", "wrong use, or the page could not be built or served"},
		Operands: program.Nothing, Flags: p.flags, Run: p.run,
		Values: map[string]program.Values{"o": program.Files},
	}
}
