// Package pinwords reports on PINs in words, for wpspin and the page in the
// browser.
package pinwords

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gowps/gowps/pin"
)

// Report is the report on one PIN.
type Report struct {
	Schema      string       `json:"schema"`
	Input       string       `json:"input,omitempty"`    // as it was given
	Valid       bool         `json:"valid"`              // by all rules
	Accepted    bool         `json:"accepted,omitempty"` // on request, although its checksum is wrong
	PIN         string       `json:"pin,omitempty"`
	Halves      []string     `json:"halves,omitempty"` // as the protocol proves them
	Warnings    []string     `json:"warnings,omitempty"`
	Error       *Problem     `json:"error,omitempty"`
	Suggestions []Suggestion `json:"suggestions,omitempty"` // the most probable first
}

// Problem is what is wrong with a PIN.
type Problem struct {
	Class     string `json:"class"` // "length", "character" or "checksum"
	Message   string `json:"message"`
	Character int    `json:"character,omitempty"` // position of the wrong character, from 1
	Want      *int   `json:"want,omitempty"`      // the right check digit
}

// Suggestion is a PIN that may have been intended.
type Suggestion struct {
	PIN    string `json:"pin"`
	Reason string `json:"reason"` // a short name such as check-digit
	Words  string `json:"words"`
}

// Of returns the report on a PIN.
func Of(p pin.PIN) Report {
	first, second := p.Halves()
	return Report{Valid: p.Valid(), PIN: p.Digits(), Halves: []string{first, second}}
}

// Check returns the report on the text of a PIN. mac, if not nil, is the
// address of the device.
func Check(text string, anyChecksum bool, mac *[6]byte) Report {
	p, err := pin.Parse(text)
	if err == nil {
		r := Of(p)
		r.Input, r.Warnings = text, warnings(p, mac)
		return r
	}
	if anyChecksum && errors.Is(err, pin.ErrChecksum) {
		p, _ = pin.ParseAnyChecksum(text) // only the check digit is wrong
		r := Of(p)
		r.Input, r.Accepted, r.Warnings = text, true, warnings(p, mac)
		r.Error = ProblemOf(err)
		return r
	}
	r := Report{Input: text, Error: ProblemOf(err)}
	for _, s := range pin.Suggest(text) {
		r.Suggestions = append(r.Suggestions, Suggestion{s.PIN.Digits(), s.Reason.String(), s.String()})
	}
	return r
}

// warnings lists why a PIN is a bad choice.
func warnings(p pin.PIN, mac *[6]byte) (w []string) {
	if name, ok := p.WellKnown(); ok {
		w = append(w, "everybody knows this PIN: it is "+name)
	}
	if mac != nil {
		if name, ok := p.DerivedFrom(*mac); ok {
			w = append(w, "anyone who sees the device can compute this PIN: it comes from "+name)
		}
	}
	if p.Len() == 4 {
		w = append(w, "some routers only accept PINs of 8 digits")
	}
	return w
}

// classes are the names of the error classes in JSON.
var classes = map[error]string{
	pin.ErrLength:    "length",
	pin.ErrCharacter: "character",
	pin.ErrChecksum:  "checksum",
}

// ProblemOf describes an error of package pin.
func ProblemOf(err error) *Problem {
	var e *pin.Error
	errors.As(err, &e) // every error about a text is one
	p := &Problem{Class: classes[e.Err], Message: e.Err.Error() + ": " + e.Detail, Character: e.Pos}
	if e.Err == pin.ErrChecksum {
		p.Want = &e.Want
	}
	return p
}

// Text returns the report as lines of text.
func (r Report) Text() string {
	var b strings.Builder
	b.WriteString(Shown(r.Input))
	switch {
	case r.Valid:
		b.WriteString(": valid\n")
	case r.Accepted:
		fmt.Fprintf(&b, ": accepted, not valid: %s\n", r.Error.Message)
	default:
		fmt.Fprintf(&b, ": not valid: %s\n", r.Error.Message)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "  warning: %s\n", w)
	}
	for _, s := range r.Suggestions {
		fmt.Fprintf(&b, "  perhaps %s: %s\n", s.PIN, s.Words)
	}
	return b.String()
}

// Shown returns the text in a form that is safe for a terminal.
func Shown(text string) string {
	quoted := strconv.Quote(text)
	if text == "" || strings.TrimSpace(text) != text || quoted[1:len(quoted)-1] != text {
		return quoted
	}
	return text
}
