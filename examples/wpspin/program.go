package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/gowps/gowps/pin"
)

// The exit statuses.
const (
	exitValid = iota
	exitInvalid
	exitUsage
)

// program is what the program is connected to.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	rand           io.Reader // the source of new PINs; nil for the system's
}

// run is the program without its process; it returns the exit status.
func (p program) run(args []string) int {
	a, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(p.stdout, help)
		return p.exit(true, err)
	}
	if err != nil {
		return p.exit(false, fmt.Errorf("%w; \"wpspin -help\" tells how to use it", err))
	}
	return p.exit(a.command.run(p, a))
}

// exit reports an error and returns the exit status.
func (p program) exit(valid bool, err error) int {
	switch {
	case err != nil:
		fmt.Fprintf(p.stderr, "wpspin: %v\n", err)
		return exitUsage
	case valid:
		return exitValid
	default:
		return exitInvalid
	}
}

// print prints a report as a line of JSON, or else the text.
func (p program) print(r report, a arguments, text string) error {
	if a.json {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	_, err := io.WriteString(p.stdout, text)
	return err
}

// check reports on each PIN among the arguments or in the lines of standard
// input, and whether all are valid or accepted.
func (p program) check(a arguments) (valid bool, err error) {
	p.noteSplit(a.words)
	valid = true
	for text, err := range p.texts(a.words) {
		if err != nil {
			return false, err
		}
		r := check(text, a.anyChecksum, a.mac)
		if err := p.print(r, a, r.text()); err != nil {
			return false, err
		}
		valid = valid && (r.Valid || r.Accepted)
	}
	return valid, nil
}

// noteSplit tells of what may be one PIN of 8 digits typed with a space, which
// the shell has taken apart.
func (p program) noteSplit(words []string) {
	for i := range len(words) - 1 {
		first, _ := pin.Parse(words[i])
		second, _ := pin.Parse(words[i+1])
		if first.Len() == 4 && second.Len() == 4 {
			fmt.Fprintf(p.stderr, "wpspin: %s and %[2]s are two PINs of 4 digits; for one of 8 write \"%[1]s %[2]s\"\n",
				words[i], words[i+1])
		}
	}
}

// texts yields the words and, in place of "-", the lines of standard input that
// are not blank.
func (p program) texts(words []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, word := range words {
			if word != "-" {
				if !yield(word, nil) {
					return
				}
				continue
			}
			blank := true
			lines := bufio.NewScanner(p.stdin)
			for lines.Scan() {
				if strings.TrimSpace(lines.Text()) == "" {
					continue
				}
				blank = false
				if !yield(lines.Text(), nil) {
					return
				}
			}
			switch {
			case errors.Is(lines.Err(), bufio.ErrTooLong):
				yield("", errors.New("standard input: a line is too long for a PIN"))
				return
			case lines.Err() != nil:
				yield("", fmt.Errorf("standard input: %w", lines.Err()))
				return
			case blank:
				yield("", errors.New("standard input holds no PIN"))
				return
			}
		}
	}
}

// generate prints new PINs.
func (p program) generate(a arguments) (valid bool, err error) {
	for range a.n {
		made, err := pin.Generate(p.rand)
		if err != nil {
			return false, err
		}
		if err := p.print(reportOf(made), a, made.String()+"\n"); err != nil {
			return false, err
		}
	}
	return true, nil
}

// complete prints the PINs that begin with the given seven digits. Only PINs go
// to standard output as text, so that a script can take them from there.
func (p program) complete(a arguments) (valid bool, err error) {
	valid = true
	for _, digits := range a.words {
		r := report{Input: digits}
		completed, err := pin.Complete(digits)
		if err != nil {
			valid = false
			r.Error = problemOf(err)
			if !a.json {
				fmt.Fprintf(p.stderr, "wpspin: %s: %s\n", shown(digits), r.Error.Message)
				continue
			}
		} else {
			r = reportOf(completed)
			r.Input = digits
		}
		if err := p.print(r, a, completed.String()+"\n"); err != nil {
			return false, err
		}
	}
	return valid, nil
}
