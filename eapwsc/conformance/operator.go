package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Commands are controls as shell commands, run by sh. {pin} in a command is
// replaced by the PIN. If a command exits with a status other than 0, or prints
// FAIL, the device has refused. The command of [ShowPIN] prints the PIN.
type Commands map[Control]string

// Has reports whether there is a command for it.
func (c Commands) Has(control Control) bool { return c[control] != "" }

// Do runs the command.
func (c Commands) Do(ctx context.Context, control Control, pin string) (string, error) {
	line := c[control]
	if line == "" {
		return "", ErrNoControl
	}
	// A PIN has digits only, which have no special meaning to the shell.
	if strings.Trim(pin, "0123456789") != "" {
		return "", fmt.Errorf("conformance: a PIN of the suite has other characters than digits")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sh", "-c", strings.ReplaceAll(line, "{pin}", pin)).CombinedOutput()
	answer := strings.TrimSpace(string(out))
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return "", fmt.Errorf("%w: %v: %s", ErrRefused, control, answer)
	case err != nil:
		return "", fmt.Errorf("conformance: %v: %w", control, err)
	case strings.HasPrefix(answer, "FAIL"):
		return "", fmt.Errorf("%w: %v: %s", ErrRefused, control, answer)
	}
	return answer, nil
}

// ErrRefused is the class of the error of a device that refuses an action of
// its operator.
var ErrRefused = errors.New("conformance: the device refused")

// Operator implements controls by asking a person at a terminal. It shows a
// countdown of the time for the answer.
type Operator struct {
	In  *bufio.Reader
	Out io.Writer
	// Can lists the controls that the person has.
	Can []Control
	// Patience is how long the person may take; 0 is a minute.
	Patience time.Duration
	// Count shows a count-down, updated each second on the same line: Out is a
	// terminal.
	Count bool

	lines chan typed // what is read of In, from the first question on
}

// typed is a line that a person has typed.
type typed struct {
	text string
	err  error
}

// Has reports whether the person can do it.
func (p *Operator) Has(c Control) bool { return slices.Contains(p.Can, c) }

// read has lines come.
func (p *Operator) read() {
	if p.lines != nil {
		return
	}
	p.lines = make(chan typed)
	go func() {
		for {
			text, err := p.In.ReadString('\n')
			p.lines <- typed{strings.TrimSpace(text), err}
			if err != nil {
				return
			}
		}
	}()
}

// Do asks the person to do it, and waits for the answer. The answer n means
// that the device refused.
func (p *Operator) Do(ctx context.Context, c Control, pin string) (string, error) {
	question := "Now " + c.String()
	if pin != "" && c != EnrollPIN && c != EnrollButton {
		question += " " + pin
	}
	if c == ShowPIN {
		question = "Type the PIN that the device shows"
	} else {
		question += ", then press Enter (n if the device refuses)"
	}
	p.read()
	left := p.Patience
	if left == 0 {
		left = time.Minute
	}
	fmt.Fprintf(p.Out, "%s [%d s]: ", question, int(left.Seconds()))
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-second.C:
			if left -= time.Second; left <= 0 {
				fmt.Fprintln(p.Out)
				return "", fmt.Errorf("conformance: %v: nobody has done it in time", c)
			}
			if p.Count {
				fmt.Fprintf(p.Out, "\r%s [%d s]: ", question, int(left.Seconds()))
			}
		case l := <-p.lines:
			switch {
			case l.err != nil:
				return "", fmt.Errorf("conformance: %v: %w", c, l.err)
			case c != ShowPIN && strings.HasPrefix(strings.ToLower(l.text), "n"):
				return "", fmt.Errorf("%w: %v", ErrRefused, c)
			}
			return strings.NewReplacer("-", "", " ", "").Replace(l.text), nil
		}
	}
}
