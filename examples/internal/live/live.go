// Package live is shared by the programs that run a registration: a status
// line, the doctor's explanation of a failure, key logs and files of tokens.
package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// nextSteps are the advice for an interface that cannot be opened.
var nextSteps = []struct {
	class error
	step  string // %s is the interface
}{
	{link.ErrDown, "\"ip link set %s up\" may help"},
	{link.ErrNoInterface, "\"ip link\" lists them"},
	{link.ErrNotEthernet, "name an Ethernet interface or a bridge; \"ip link\" lists them"},
	{link.ErrPermission, "run it with sudo"},
	{station.ErrNoInterface, "\"iw dev\" lists them"},
	{station.ErrMode, "\"iw dev %s set type managed\" may help, while it is down"},
}

// withStep adds advice to an error.
func withStep(err error, iface string) error {
	for _, row := range nextSteps {
		if errors.Is(err, row.class) {
			return fmt.Errorf("%w; %s", err, strings.ReplaceAll(row.step, "%s", iface))
		}
	}
	return err
}

// Open opens a network interface, and also returns its address.
func Open(name string) (eapol.Conn, wps.MAC, error) {
	c, err := link.Listen(name)
	if err != nil {
		return nil, wps.MAC{}, withStep(err, name)
	}
	return c, c.MAC(), nil
}

// OpenWiFi opens a Wi-Fi interface.
func OpenWiFi(name string) (*station.Station, error) {
	s, err := station.Open(name)
	if err != nil {
		return nil, withStep(err, name)
	}
	return s, nil
}

// stopped is printed after Ctrl-C or a termination signal.
const stopped = "Stopped by you, before it was done: no settings were received, and none were changed.\n" +
	"If an attempt was under way, the other side may count it as a failed one."

// Explain writes why a registration failed, and what to do. Attempt has what is
// known besides the error.
func Explain(w io.Writer, err error, attempt doctor.Attempt) {
	d, ok := diagnose(err, attempt)
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, stopped)
	case !ok:
		fmt.Fprintln(w, err)
	default:
		writeDiagnosis(w, err, &d)
	}
}

// ExplainEvidence is Explain with complete evidence.
func ExplainEvidence(w io.Writer, err error, e *doctor.Evidence) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, stopped)
		return
	}
	d := doctor.Diagnose(e)
	writeDiagnosis(w, err, &d)
}

// writeDiagnosis writes the diagnosis of an error.
func writeDiagnosis(w io.Writer, err error, d *doctor.Diagnosis) {
	text := d.Verdict + "\n"
	for _, s := range d.Together {
		text += s + "\n"
	}
	for i, step := range d.Remedy {
		text += fmt.Sprintf("  %d. %s\n", i+1, step)
	}
	fmt.Fprintf(w, "%s(%v)\n", text, err)
}

// Cause returns the doctor's cause of an error, or "" if it is not the error of
// a registration.
func Cause(err error, attempt doctor.Attempt) doctor.Cause {
	d, _ := diagnose(err, attempt)
	return d.Cause
}

// diagnose diagnoses an error, if it is one of a registration.
func diagnose(err error, attempt doctor.Attempt) (doctor.Diagnosis, bool) {
	var failed *registration.Error
	if !errors.As(err, &failed) || errors.Is(err, context.Canceled) {
		return doctor.Diagnosis{}, false
	}
	a := doctor.FromError(failed, attempt.Method)
	a.Station, a.APEnrollee, a.Enrollee = attempt.Station, attempt.APEnrollee, attempt.Enrollee
	return doctor.Diagnose(&doctor.Evidence{Attempts: []*doctor.Attempt{a}}), true
}

// Describe returns the name of a device in a form that is safe for a terminal.
// A device without a name sends a space.
func Describe(d *wps.Device) string {
	text := "a device without a name"
	if name := strings.TrimSpace(d.DeviceName); name != "" {
		text = doctor.Quote(name)
	}
	if model := strings.TrimSpace(strings.TrimSpace(d.Manufacturer) + " " + d.ModelName); model != "" {
		text += " (" + doctor.Quote(model) + ")"
	}
	return text
}
