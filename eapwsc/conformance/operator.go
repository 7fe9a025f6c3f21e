package conformance

import (
	"bufio"
	"cmp"
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
	running, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(running, "sh", "-c", strings.ReplaceAll(line, "{pin}", pin))
	var out answer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, commandDelay
	ownGroup(cmd)
	err := cmd.Run()
	text := strings.TrimSpace(string(out))
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case running.Err() != nil:
		return "", fmt.Errorf("%w: %v: the command has not ended within %v", ErrHung, control, commandTime)
	case errors.Is(err, exec.ErrWaitDelay): // it has ended, and what it has started in the background has not
	case errors.As(err, &exit) && control == ShowPIN:
		return "", fmt.Errorf("%w: %v: %v", ErrRefused, control, err) // the text may have the PIN
	case errors.As(err, &exit):
		return "", fmt.Errorf("%w: %v: %v: %s", ErrRefused, control, err, text)
	case err != nil:
		return "", fmt.Errorf("conformance: %v: %w", control, err)
	}
	if strings.HasPrefix(text, "FAIL") {
		return "", fmt.Errorf("%w: %v: %s", ErrRefused, control, text)
	}
	return text, nil
}

// waits implements patient.
func (c Commands) waits() time.Duration { return commandTime + commandDelay }

const (
	// commandTime is how long a command may take.
	commandTime = time.Minute
	// commandDelay is how long the output of a command is read after it has ended.
	commandDelay = time.Second
)

// answer is the beginning of a command's output.
type answer []byte

// Write keeps what is not too much.
func (a *answer) Write(b []byte) (int, error) {
	const most = 4096
	*a = append(*a, b[:min(len(b), most-len(*a))]...)
	return len(b), nil
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

	lines chan typed // what is read of In, from the first question on; closed at its end
}

// waits implements patient.
func (p *Operator) waits() time.Duration { return cmp.Or(p.Patience, time.Minute) }

// typed is a line that a person has typed.
type typed struct {
	text string
	at   time.Time
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
			if text != "" || err == nil {
				p.lines <- typed{strings.TrimSpace(text), time.Now()}
			}
			if err != nil {
				close(p.lines)
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
	left, asked := p.waits(), time.Now()
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
		case l, ok := <-p.lines:
			switch {
			case !ok:
				return "", fmt.Errorf("%w: %v: nobody is there to do it any more", ErrNoControl, c)
			case p.Count && l.at.Before(asked):
				continue // a late answer to an earlier question
			case c != ShowPIN && strings.HasPrefix(strings.ToLower(l.text), "n"):
				return "", fmt.Errorf("%w: %v", ErrRefused, c)
			}
			return strings.NewReplacer("-", "", " ", "").Replace(l.text), nil
		}
	}
}
