package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gowps/gowps/sim"
)

// ladder prints the frames of a world as they come.
type ladder struct {
	out  io.Writer
	seen map[string]string // the last body of beacons and probes, by type and sender
	err  error
}

// observe prints an event.
func (l *ladder) observe(e sim.Event) {
	switch at := e.At.Seconds(); {
	case e.Kind == sim.Noted && e.Note.ByOwner():
		l.print("%9.3f  The owner %s at the %s.\n", at, e.Text(), e.From)
	case e.Kind == sim.Sent && !l.repeats(e):
		l.print("%9.3f  %s  %s\n", at, arrow(e, "▶", "◀"), meaning(e.Frame))
	case e.Kind == sim.Lost && !scanning(e.Frame):
		l.print("%9.3f  %s  it is lost\n", at, arrow(e, "✕", "✕"))
	}
}

func (l *ladder) print(format string, args ...any) {
	if _, err := fmt.Fprintf(l.out, format, args...); err != nil && l.err == nil {
		l.err = err
	}
}

// scanning reports whether a frame is a beacon or probe.
func scanning(f *sim.Frame) bool {
	return f.Type == sim.Beacon || f.Type == sim.ProbeRequest || f.Type == sim.ProbeResponse
}

// repeats reports whether a frame is a beacon or probe with the same contents
// as the last of its kind.
func (l *ladder) repeats(e sim.Event) bool {
	if !scanning(e.Frame) {
		return false
	}
	if l.seen == nil {
		l.seen = make(map[string]string)
	}
	key := e.From + "\x00" + e.Frame.Type.String()
	if last, ok := l.seen[key]; ok && last == string(e.Frame.Body) {
		return true
	}
	l.seen[key] = string(e.Frame.Body)
	return false
}

// arrow draws a frame between the printer on the left and the router on the
// right, with the head of the arrow to the right or to the left.
func arrow(e sim.Event, right, left string) string {
	line := center(e.Frame.Name(), '─')
	if e.From == "printer" {
		return "printer ─" + line + right + " router"
	}
	return "printer " + left + line + "─ router"
}

// center puts a text in the middle of a line.
func center(text string, line rune) string {
	const width = 26
	text = " " + text + " "
	missing := max(0, width-utf8.RuneCountInString(text))
	left := missing / 2
	return strings.Repeat(string(line), left) + text + strings.Repeat(string(line), missing-left)
}
