// Package report turns what was found into a page that one can look at: a
// report in HTML, in one file.
//
// A [Document] is plain data: verdicts, steps to take, ladders of messages,
// decoded messages, tables, bars and findings. It does not know where they come
// from; the doctor, the conformance suite and the simulator fill it in.
// [Document.HTML] writes the page. It needs no network and no script, is
// readable on a telephone and on paper of A4, in light and dark, and by a
// screen reader. [Ladder.SVG] draws a ladder alone, as a picture.
//
// All texts are taken as they come: they are escaped for HTML, and what is not
// printable in them is made so, by [printable.Writer]. Secrets have a place of
// their own, [Attribute.Secret], and are left out of the page unless it is
// asked for them.
package report

import "time"

// Document is a report.
type Document struct {
	Title string
	// Lead stands below the title: what was judged, when, by what.
	Lead  string
	Parts []Part
	// Foot stands at the end, such as the name and version of the program.
	Foot string
}

// Part is a section of a report with a heading. What is empty is left out.
type Part struct {
	Heading  string
	Facts    []Fact // such as the devices and the network
	Verdict  *Verdict
	Ladder   *Ladder
	Messages []Message
	Findings []Finding
	Tables   []Table
	Bars     []Bars
	Notes    []string
}

// Fact is a name and what is known under it.
type Fact struct{ Name, Value string }

// Mood is how good a verdict, a finding or a step is.
type Mood uint8

// The moods.
const (
	Neutral Mood = iota
	Good
	Warning
	Bad
)

var moodWords = [...]string{Neutral: "note", Good: "good", Warning: "warning", Bad: "error"}

// String returns the mood in a word: note, good, warning or error.
func (m Mood) String() string {
	if int(m) < len(moodWords) {
		return moodWords[m]
	}
	return moodWords[Neutral]
}

// Verdict is what was found, in the words of an owner, and what to do.
type Verdict struct {
	Mood Mood
	Text string
	// Label is the verdict in a word or two, such as the name of a cause.
	Label string
	Steps []string // to take, in order
	// Besides are circumstances that may have contributed.
	Besides []string
	// Detail is the same for an engineer.
	Detail string
}

// Ladder is an exchange of messages between two sides. Its steps are in the order
// of time.
type Ladder struct {
	Title       string
	Left, Right string // the names of the two sides
	Rows        []Row
	// End is what followed the last step, in words; "" if nothing.
	End string
}

// Row is a message of a ladder.
type Row struct {
	At       time.Duration // since the beginning of the ladder
	Frame    int           // of the capture, from 1; 0 if there is none
	FromLeft bool
	Name     string // such as M4
	Text     string // what it means
	Mood     Mood   // Neutral or, if something is wrong with it, Warning or Bad
	// Encrypted is set if a part of it is encrypted, Opened if keys have
	// opened that part.
	Encrypted, Opened bool
	Repeats           []Repeat
	Findings          []Finding
}

// Repeat is a retransmission of a step.
type Repeat struct {
	At    time.Duration
	Frame int
}

// Message is a message with its attributes, to be unfolded.
type Message struct {
	Name       string
	Note       string // such as its frame, direction and length
	Attributes []Attribute
}

// Attribute is an attribute of a message.
type Attribute struct {
	Name   string
	ID     string // such as 0x104a
	Offset int    // in octets from the beginning of the message
	Length int    // of the value, in octets
	Value  string
	// Secret is set for keys, PINs and their like, whose Value is left out
	// unless it is asked for.
	Secret     bool
	Mood       Mood
	Attributes []Attribute // inside it
}

// Finding is something that is wrong.
type Finding struct {
	Mood  Mood
	Rule  string // its name
	Where string // such as "M3, Authenticator, offset 120"
	Text  string
}

// Table is a table with a caption.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	// Numeric are the columns that are aligned to the right, by index.
	Numeric []int
	// Moods are those of the rows; it may be shorter than Rows.
	Moods []Mood
}

// Bars is a chart of counts.
type Bars struct {
	Caption string
	Unit    string // of the counts, such as "registrations"
	Bars    []Bar
}

// Bar is a count under a label.
type Bar struct {
	Label string
	Count int64
	Mood  Mood
}
