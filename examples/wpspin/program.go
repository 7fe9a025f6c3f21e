package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/gowps/gowps/examples/internal/pinwords"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
)

// invocation is one run of the program: its flags, and what it is connected to.
type invocation struct {
	program.IO
	rand io.Reader // the source of new PINs; nil for the system's

	json        bool
	n           int
	anyChecksum bool
	mac         *[6]byte
}

// status returns the exit status.
func status(valid bool) int {
	if valid {
		return program.Fine
	}
	return program.Problem
}

// print prints a report as a line of JSON, or otherwise the text.
func (p *invocation) print(r pinwords.Report, text string) error {
	if p.json {
		r.Schema = "wpspin/1"
		return program.JSON(p.Out).Encode(r)
	}
	_, err := io.WriteString(p.Text(), text)
	return err
}

// check reports on each PIN among the arguments or in the lines of standard
// input, and whether all are valid or accepted.
func (p *invocation) check(words []string) (valid bool, err error) {
	if len(words) == 0 && p.Piped {
		words = []string{"-"}
	}
	if len(words) == 0 {
		return false, program.Usagef("check needs a PIN")
	}
	p.noteSplit(words)
	valid = true
	for text, err := range p.texts(words) {
		if err != nil {
			return false, err
		}
		r := pinwords.Check(text, p.anyChecksum, p.mac)
		if err := p.print(r, r.Text()); err != nil {
			return false, err
		}
		valid = valid && (r.Valid || r.Accepted)
	}
	return valid, nil
}

// noteSplit warns about words that may be one PIN of 8 digits with a space,
// which the shell has split.
func (p *invocation) noteSplit(words []string) {
	for i := range len(words) - 1 {
		first, _ := pin.Parse(words[i])
		second, _ := pin.Parse(words[i+1])
		if first.Len() == 4 && second.Len() == 4 {
			fmt.Fprintf(p.ErrText(), "wpspin: %s and %[2]s are two PINs of 4 digits; for one of 8 write \"%[1]s %[2]s\"\n",
				words[i], words[i+1])
		}
	}
}

// texts yields the words and, in place of "-", the lines of standard input that
// are not blank.
func (p *invocation) texts(words []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, word := range words {
			if word != "-" {
				if !yield(word, nil) {
					return
				}
				continue
			}
			blank := true
			lines := bufio.NewScanner(p.In)
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
func (p *invocation) generate(words []string) (valid bool, err error) {
	switch {
	case len(words) > 0:
		return false, program.Usagef("new takes nothing more, but there is %q", strings.Join(words, " "))
	case p.n < 1:
		return false, program.Usagef("-n %d: the number of PINs must be at least 1", p.n)
	}
	for range p.n {
		made, err := pin.Generate(p.rand)
		if err != nil {
			return false, err
		}
		if err := p.print(pinwords.Of(made), made.Digits()+"\n"); err != nil {
			return false, err
		}
	}
	return true, nil
}

// complete prints the PINs that begin with the given seven digits. In text form
// only PINs go to standard output, for use in scripts.
func (p *invocation) complete(words []string) (valid bool, err error) {
	if len(words) == 0 {
		return false, program.Usagef("complete needs seven digits")
	}
	valid = true
	for _, digits := range words {
		r := pinwords.Report{Input: digits}
		completed, err := pin.Complete(digits)
		if err != nil {
			valid = false
			r.Error = pinwords.ProblemOf(err)
			if !p.json {
				fmt.Fprintf(p.ErrText(), "wpspin: %s: %s\n", pinwords.Shown(digits), r.Error.Message)
				continue
			}
		} else {
			r = pinwords.Of(completed)
			r.Input = digits
		}
		if err := p.print(r, completed.Digits()+"\n"); err != nil {
			return false, err
		}
	}
	return valid, nil
}
