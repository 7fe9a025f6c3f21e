package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/validate"
)

// ladder writes the steps of an exchange: frame, time, direction, name, what it
// proved, and what is wrong with it.
func (w *writer) ladder(j *diagnosis.Job) {
	x := j.Exchange
	counted := "frame"
	if j.Source != nil {
		counted = " line"
	}
	fmt.Fprintf(w.out, "   %s  seconds  %s ──► router\n", counted, diagnosis.LeftSide(x))
	for _, r := range diagnosis.Rungs(x) {
		s := &x.Entries[r.Step]
		arrow := "◄──"
		if s.From == validate.SideClient {
			arrow = "──►"
		}
		if r.Again {
			w.rung(r.Frame, r.At.Sub(x.Began), arrow, diagnosis.StepName(s), "again")
			continue
		}
		w.rung(r.Frame, r.At.Sub(x.Began), arrow, diagnosis.StepName(s), j.Meaning(r.Step))
		for _, f := range j.Findings {
			if f.Message == r.Step && f.Severity > validate.Note {
				w.inPlace(f)
			}
		}
	}
	for _, f := range slices.Concat(j.Elements, j.Findings) {
		if f.Message == validate.Whole && f.Severity > validate.Note {
			w.inPlace(f)
		}
	}
	if x.Cut {
		w.below("(there were more messages than are shown)")
	}
	if text := diagnosis.Joining(x); text != "" {
		w.below(text)
	}
	fmt.Fprintln(w.out)
}

// Columns of the ladder: where a text below a message begins, and where the
// meaning of a message begins. On a narrower terminal the meaning has its own
// line.
const (
	belowColumn   = 20
	meaningColumn = 47
	narrowest     = 76
)

// rung writes a line of the ladder.
func (w *writer) rung(frame int, at time.Duration, arrow, name, meaning string) {
	number := ""
	if frame > 0 {
		number = strconv.Itoa(frame)
	}
	line := fmt.Sprintf("%8s%9.3f  %s  %s", number, at.Seconds(), arrow, name)
	if meaning == "" {
		fmt.Fprintln(w.out, line)
		return
	}
	if w.width() < narrowest {
		fmt.Fprintln(w.out, line)
		w.below(meaning)
		return
	}
	indent := strings.Repeat(" ", meaningColumn)
	fmt.Fprintf(w.out, "%s%s%s\n", line, strings.Repeat(" ", max(1, meaningColumn-utf8.RuneCountInString(line))), w.wrap(meaning, indent))
}

// below writes a text below a message.
func (w *writer) below(text string) {
	indent := strings.Repeat(" ", belowColumn)
	fmt.Fprintf(w.out, "%s%s\n", indent, w.wrap(text, indent))
}

// inPlace writes a finding below its message.
func (w *writer) inPlace(f validate.Finding) {
	place := ""
	if f.Message == validate.Whole && f.Kind != 0 {
		place = f.Kind.String() + ": "
	}
	w.findingLine(f.Severity.String(), place+f.Text, f.Rule)
}

// finding writes a finding that does not belong to an exchange.
func (w *writer) finding(f *diagnosis.Finding) {
	if f.Severity != validate.Note.String() {
		place := diagnosis.Known(f.Message)
		if f.BSSID != nil {
			place += " of " + *f.BSSID
		}
		w.findingLine(f.Severity, place+": "+f.Text, f.Rule)
	}
}

func (w *writer) findingLine(severity, text, rule string) {
	const mark = "! "
	indent := strings.Repeat(" ", belowColumn)
	fmt.Fprintf(w.out, "%s%s\n", indent, printable.Paint(severityColors[severity], mark+w.wrap(severity+": "+text+" ["+rule+"]", indent+strings.Repeat(" ", len(mark)))))
}
