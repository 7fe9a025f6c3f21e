package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
)

// The owner needs four seconds from one device to the other, and waits three
// minutes for a result.
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
	pcap     string
}

// flags defines the flags.
func (o *options) flags(f *pflag.FlagSet) {
	f.Uint64Var(&o.seed, "seed", 1, "random seed `N`")
	f.StringVar(&o.method, "method", "both", "`HOW` to register: pin, button or both")
	f.IntVar(&o.wrongPIN, "wrong-pin", 0, "which `HALF` of the PIN is mistyped: 1, 2, or 0 for none")
	f.BoolVar(&o.wpsOff, "wps-off", false, "WPS is off in the router's web page")
	f.Float64Var(&o.loss, "loss", 0, "the `FRACTION` of frames that the air loses")
	f.StringVar(&o.pcap, "pcap", "", "write what is on the air to a capture `FILE` with the keys in it, for Wireshark")
}

// methods are the values of -method.
var methods = []string{"pin", "button", "both"}

// check checks the options.
func (o *options) check() error {
	switch {
	case !slices.Contains(methods, o.method):
		return program.Usagef("there is no method %q: pin, button or both", o.method)
	case o.wrongPIN < 0 || o.wrongPIN > 2:
		return program.Usagef("a PIN has halves 1 and 2, not %d", o.wrongPIN)
	case !(o.loss >= 0 && o.loss <= 1):
		return program.Usagef("%v is not a fraction of all frames", o.loss)
	}
	return nil
}

// run plays a world with the options.
func (o *options) run(_ context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is neither a command nor a flag", operands[0])
	}
	if err := o.check(); err != nil {
		return program.Unable, err
	}
	connected, err := play(*o, streams.Text())
	switch {
	case err != nil:
		return program.Unable, err
	case !connected:
		return program.Problem, nil
	}
	return program.Fine, nil
}

// stage is a world with a printer and a router, and their owner.
type stage struct {
	world   *sim.World
	router  *sim.Router
	printer *sim.Printer
	out     io.Writer
}

// play plays a world, and reports whether the printer is connected at the end.
func play(o options, out io.Writer) (connected bool, err error) {
	fmt.Fprintf(out, "A printer and a router, seed %d.\n\n", o.seed)
	l, a := ladder{out: out}, new(air)
	observe := l.observe
	if o.pcap != "" {
		observe = func(e sim.Event) { l.observe(e); a.observe(e) }
	}
	s := stage{out: out, world: sim.New(sim.Config{
		Seed: o.seed, Observe: observe, Link: sim.Link{Fault: sim.Noise{Loss: o.loss}},
	})}
	if s.router, err = sim.NewRouter(s.world, sim.RouterConfig{
		Name: "router", Settings: sim.Settings{SSID: "home", WPSOff: o.wpsOff},
		Customize: func(c *ap.Config) { c.Registration.KeyLog = &a.keys },
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
	if o.pcap != "" {
		if err := a.write(o.pcap); err != nil {
			return false, err
		}
	}
	return s.printer.Status().State == sim.Connected, l.err
}

// byPIN registers the printer by the PIN on its panel, or a mistyped one.
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
	fmt.Fprintf(s.out, "           Its panel shows %s.\n", shown.Digits())
	s.world.Run(walk)
	err = s.router.EnterPIN(ap.PINEntry{PIN: typed})
	fmt.Fprintf(s.out, "           The PIN typed is %s.\n", typed.Digits())
	s.answered(err)
	s.wait()
	return nil
}

// mistype changes a digit in one half of a PIN, and corrects the check digit,
// so that the error is not noticed.
func mistype(p pin.PIN, half int) (pin.PIN, error) {
	digits := []byte(p.Digits()[:7])
	at := 4*half - 2
	digits[at] = '0' + (digits[at]-'0'+1)%10
	return pin.Complete(string(digits))
}

// byButton registers the printer by push button.
func (s *stage) byButton() {
	fmt.Fprint(s.out, "\nBy push button\n\n")
	if len(s.printer.Networks()) > 0 {
		s.printer.NetworkReset() // clears the settings that the PIN run gave
	}
	s.answered(s.router.PressButton())
	s.world.Run(walk)
	s.printer.SetupByPushButton()
	s.wait()
}

// answered prints the router's answer to an action of the owner.
func (s *stage) answered(err error) {
	if err != nil {
		fmt.Fprintf(s.out, "           The router says: %v.\n", err)
	}
}

// wait waits like the owner, and prints the result.
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
