// Package report writes findings as an HTML page in one file.
//
// A [Document] is plain data: verdicts, steps to take, ladders of messages,
// decoded messages, tables, bars and findings. The doctor, the conformance
// suite and the simulator fill it in. [Document.HTML] writes the page. It needs
// no network and no scripts. It can be read on a phone, printed on A4, in light
// and dark mode, and by a screen reader. [Ladder.SVG] draws a ladder alone, as
// a picture.
//
// Texts may come from untrusted sources: they are escaped for HTML, and
// characters that are not printable are replaced as by [printable.Writer].
// Secrets are marked by [Attribute.Secret], and are left out of the page unless
// [Options] include them.
package report

import "time"

// Document is a report.
type Document struct {
	Title string
	// Lead stands below the title: what was examined, when, and by which
	// program.
	Lead  string
	Parts []Part
	// Foot stands at the end, such as the name and version of the program.
	Foot string
}

// Part is a section of a report with a heading. Empty fields are left out.
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

// Fact is a name with its value, such as the SSID of the network.
type Fact struct{ Name, Value string }

// Mood is the rating of a verdict, a finding or a step.
type Mood uint8

// The moods.
const (
	Neutral Mood = iota
	Good
	Warning
	Bad
)

var moodWords = [...]string{Neutral: "note", Good: "good", Warning: "warning", Bad: "error"}

// String returns the mood as a word: note, good, warning or error.
func (m Mood) String() string {
	if int(m) < len(moodWords) {
		return moodWords[m]
	}
	return moodWords[Neutral]
}

// Verdict is a result in the words of an owner, with what to do.
type Verdict struct {
	Mood Mood
	Text string
	// Label is the verdict in a word or two, such as the name of a cause.
	Label string
	Steps []string // to take, in order
	// Besides are circumstances that may have contributed.
	Besides []string
	// Detail is Text in the words of an engineer.
	Detail string
}

// Ladder is an exchange of messages between two sides. Its steps are in the
// order of time.
type Ladder struct {
	Title       string
	Left, Right string // the names of the two sides
	Arrows      []Arrow
	// End describes in words what followed the last step; "" if nothing did.
	End string
}

// Arrow is a message of a ladder.
type Arrow struct {
	At       time.Duration // since the beginning of the ladder
	Frame    int           // number in the capture, from 1; 0 if there is none
	FromLeft bool
	Name     string // such as M4
	Text     string // its meaning
	Mood     Mood   // Neutral, or Warning or Bad if something is wrong with the message
	// Encrypted is set if a part of the message is encrypted, Opened if that
	// part was decrypted.
	Encrypted, Opened bool
	Repeats           []Retransmission
	Findings          []Finding
}

// Retransmission is a retransmission of a step.
type Retransmission struct {
	At    time.Duration
	Frame int
}

// Message is a message with its attributes, shown folded.
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
	// Secret is set for keys, PINs and similar values. Value is left out unless
	// the options include secrets.
	Secret     bool
	Mood       Mood
	Attributes []Attribute // attributes inside this one
}

// Finding is a fault that was found.
type Finding struct {
	Mood  Mood
	Rule  string // name of the rule
	Where string // such as "M3, Authenticator, offset 120"
	Text  string
}

// Table is a table with a caption.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	// Numeric are the indexes of the columns that are aligned to the right.
	Numeric []int
	// Moods are the moods of the rows; it may be shorter than Rows.
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
