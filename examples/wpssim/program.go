package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
)

// The exit statuses.
const (
	exitConnected = iota
	exitNotConnected
	exitUsage
)

// The owner needs four seconds from one device to the other, and waits three
// minutes for an answer.
const (
	walk     = 4 * time.Second
	patience = 3 * time.Minute
)

// options are the flags.
type options struct {
	seed     uint64
	method   string
	wrongPIN int
	wpsOff   bool
	loss     float64
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("wpssim", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Uint64Var(&o.seed, "seed", 1, "decides on everything that is left to chance")
	flags.StringVar(&o.method, "method", "both", "`how` to register: pin, button or both")
	flags.IntVar(&o.wrongPIN, "wrong-pin", 0, "which `half` of the PIN is mistyped: 1, 2, or 0 for none")
	flags.BoolVar(&o.wpsOff, "wps-off", false, "WPS is off in the router's web page")
	flags.Float64Var(&o.loss, "loss", 0, "the `fraction` of frames that the air loses")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("%q is not a flag", flags.Arg(0))
	case o.method != "pin" && o.method != "button" && o.method != "both":
		err = fmt.Errorf("there is no method %q: pin, button or both", o.method)
	case o.wrongPIN < 0 || o.wrongPIN > 2:
		err = fmt.Errorf("a PIN has halves 1 and 2, not %d", o.wrongPIN)
	case o.loss < 0 || o.loss > 1:
		err = fmt.Errorf("%v is not a fraction of all frames", o.loss)
	}
	if err != nil {
		fmt.Fprintf(stderr, "wpssim: %v\n", err)
	}
	return o, err
}

// run is the program; it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && commands[args[0]] != nil {
		return command(args, stdout, stderr)
	}
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitConnected
	case err != nil:
		return exitUsage
	}
	connected, err := play(o, stdout)
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "wpssim: %v\n", err)
		return exitUsage
	case !connected:
		return exitNotConnected
	}
	return exitConnected
}

// command runs one of the commands.
func command(args []string, stdout, stderr io.Writer) int {
	status, err := commands[args[0]](args[1:], stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitClean
	case err != nil && !errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "wpssim %s: %v\n", args[0], err)
	}
	return status
}

// stage is a world with a printer and a router, and their owner.
type stage struct {
	world   *sim.World
	router  *sim.Router
	printer *sim.Printer
	out     io.Writer
}

// play plays what the options say, and reports whether the printer is
// connected in the end.
func play(o options, out io.Writer) (connected bool, err error) {
	fmt.Fprintf(out, "A printer and a router, seed %d.\n\n", o.seed)
	l := ladder{out: out}
	s := stage{out: out, world: sim.New(sim.Config{
		Seed: o.seed, Observe: l.observe, Link: sim.Link{Fault: sim.Noise{Loss: o.loss}},
	})}
	if s.router, err = sim.NewRouter(s.world, sim.RouterConfig{
		Name: "router", Settings: sim.Settings{SSID: "home", WPSOff: o.wpsOff},
	}); err != nil {
		return false, err
	}
	if s.printer, err = sim.NewPrinter(s.world, sim.PrinterConfig{Name: "printer"}); err != nil {
		return false, err
	}
	if o.method != "button" {
		if err := s.byPIN(o.wrongPIN); err != nil {
			return false, err
		}
	}
	if o.method != "pin" {
		s.byButton()
	}
	hash := s.world.TraceHash()
	fmt.Fprintf(out, "\nTrace %x.\n", hash[:8])
	return s.printer.Status().State == sim.Connected, l.err
}

// byPIN registers the printer by the PIN that its panel shows, or a mistyped
// one.
func (s *stage) byPIN(wrongHalf int) error {
	fmt.Fprint(s.out, "\nBy PIN\n\n")
	shown, err := s.printer.SetupByPIN()
	if err != nil {
		return err
	}
	typed := shown
	if wrongHalf != 0 {
		if typed, err = mistype(shown, wrongHalf); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "           Its panel shows %s.\n", shown.String())
	s.world.Run(walk)
	err = s.router.EnterPIN(ap.PINEntry{PIN: typed})
	fmt.Fprintf(s.out, "           It is %s that was typed.\n", typed.String())
	s.answered(err)
	s.wait()
	return nil
}

// mistype changes a digit in a half of a PIN, and gives it the check digit
// that a careless owner would not notice.
func mistype(p pin.PIN, half int) (pin.PIN, error) {
	digits := []byte(p.String()[:7])
	at := 4*half - 2
	digits[at] = '0' + (digits[at]-'0'+1)%10
	return pin.Complete(string(digits))
}

// byButton registers the printer by push button.
func (s *stage) byButton() {
	fmt.Fprint(s.out, "\nBy push button\n\n")
	if len(s.printer.Networks()) > 0 {
		s.printer.NetworkReset() // of what the PIN has brought
	}
	s.answered(s.router.PressButton())
	s.world.Run(walk)
	s.printer.SetupByPushButton()
	s.wait()
}

// answered shows what the router says to what its owner does.
func (s *stage) answered(err error) {
	if err != nil {
		fmt.Fprintf(s.out, "           The router says: %v.\n", err)
	}
}

// wait lets the owner wait, and says what has come of it.
func (s *stage) wait() {
	s.world.RunUntil(patience, func() bool {
		state := s.printer.Status().State
		return state == sim.Connected || state == sim.Idle
	})
	s.world.Run(time.Second) // for the last frames
	fmt.Fprintf(s.out, "\nThe printer is %v\n", s.printer.Status())
	for _, c := range s.printer.Networks() {
		fmt.Fprintf(s.out, "  SSID            %v\n", c.SSID)
		fmt.Fprintf(s.out, "  Authentication  %v\n", c.AuthType)
		fmt.Fprintf(s.out, "  Encryption      %v\n", c.EncrType)
		fmt.Fprintf(s.out, "  Network key     %s\n", string(c.NetworkKey))
	}
}
