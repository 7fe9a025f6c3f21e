package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
)

// nasty is a name that contains everything that could harm a terminal, a page
// or a picture.
const nasty = "<script>alert(1)</script>\"'&\x1b[2J\u202e\u009b\x00\xff"

// sample returns a document with all kinds of parts and unsafe names.
func sample() *Document {
	credential := []byte("\x10\x45\x00\x04home\x10\x27\x00\x0dcorrect horse")
	list := append([]byte("\x10\x4a\x00\x01\x10\x10\x22\x00\x01\x0b\x10\x49\x00\x06\x00\x37\x2a\x00\x01\x20"), "\x10\x18\x00\x20"+strings.Repeat("\xee", 32)...)
	finding := Finding{Mood: Bad, Rule: "RULE-ONE", Where: "M4, frame 8", Text: "It is wrong: " + nasty}
	attempt := Part{
		Heading: "capture.pcap, attempt 1 " + nasty,
		Facts:   []Fact{{"device", "02:00:00:00:00:02 “Printer”"}, {"router", nasty}},
		Verdict: &Verdict{
			Mood: Bad, Label: "pin-first-half", Text: "The PIN was wrong: the one that was typed is not the one of the printer " + nasty + ".",
			Steps: []string{"Read the PIN again.", "Type it again " + nasty}, Besides: []string{"The connection is poor."}, Detail: "R-Hash1 differs.",
		},
		Ladder: &Ladder{Left: "device", Right: "router " + nasty, End: "then nothing more"},
		Messages: []Message{{
			Name: "M8", Note: "frame 12, 425 octets",
			Attributes: Attributes(list, func([]byte) []byte { return credential }),
		}, {Name: "damaged", Attributes: Attributes([]byte{0x10, 0x4a, 0, 9, 1}, nil)}, {Name: "empty"}},
		Findings: []Finding{finding, {Mood: Warning, Text: "It is odd."}},
		Tables: []Table{{
			Caption: "Networks", Head: []string{"address", "name", "channel", "state, with many words in it"}, Numeric: []int{2},
			Rows:  [][]string{{"02:00:00:00:00:01", "“home”", "6", "WPS waiting, for a device whose button is pressed"}, {"02:00:00:00:00:02", nasty, "11", "no WPS"}},
			Moods: []Mood{Good},
		}},
		Notes: []string{"A note."},
	}
	for i, name := range []string{"M1", "M2", "M3", "M4", "NACK"} {
		s := Arrow{At: time.Duration(i) * 7 * time.Millisecond, Frame: i + 1, FromLeft: i%2 == 0, Name: name, Text: "what it says, at some length, so that it takes two lines of the picture beside the arrow " + nasty}
		switch name {
		case "M3":
			s.Repeats = []Retransmission{{At: 5 * time.Second, Frame: 20}, {At: 10 * time.Second, Frame: 21}}
		case "M4":
			s.Encrypted, s.Opened, s.Mood, s.Findings = true, true, Bad, []Finding{finding}
		case "NACK":
			s.At, s.Mood = 70*time.Second, Warning
		}
		attempt.Ladder.Arrows = append(attempt.Ladder.Arrows, s)
	}
	return &Document{
		Title: "What happened " + nasty, Lead: "capture.pcap", Foot: "gowps",
		Parts: []Part{attempt, {
			Heading: "Campaign", Bars: []Bars{{Caption: "Outcomes", Unit: "worlds", Bars: []Bar{{"success", 900, Good}, {"timeout", 99, Bad}, {"none", 0, Neutral}}}},
		}},
	}
}

func page1(t *testing.T, d *Document, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.HTML(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTML(t *testing.T) {
	text := page1(t, sample(), Options{})
	for _, r := range text {
		if r != '\n' && r != '\t' && !strconv.IsPrint(r) {
			t.Errorf("the page has %q", r)
		}
	}
	if strings.Contains(text, "<script") || strings.Contains(text, "alert(1)</script>") {
		t.Error("a name became markup")
	}
	for _, want := range []string{`\u001b[2J\u202e\u009b`, `<ol class="steps"><li>Read the PIN again.</li>`, "hidden, as it is a secret", "opened with the keys", "M3 again", "1m0s of silence", "Version2", "no whole attribute"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if verdict, messages := strings.Index(text, "The PIN was wrong"), strings.Index(text, "The messages</h3>"); verdict < 0 || messages < verdict {
		t.Error("the verdict does not stand first")
	}
}

func TestSecrets(t *testing.T) {
	hidden, shown := page1(t, sample(), Options{}), page1(t, sample(), Options{Secrets: true})
	if strings.Contains(hidden, "correct horse") || !strings.Contains(shown, "correct horse") || !strings.Contains(shown, "This page holds secrets") {
		t.Error("the key is where it should not be, or is not where it should")
	}
}

// TestSVG parses the picture as XML.
func TestSVG(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Parts[0].Ladder.SVG(&b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
	if elements["svg"] != 1 || elements["path"] < 14 || elements["script"] > 0 {
		t.Errorf("%v", elements)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	d := sample()
	if err := d.HTML(full{}, Options{}); !errors.Is(err, errFull) {
		t.Error(err)
	}
	if err := d.Parts[0].Ladder.SVG(full{}); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

// FuzzAttributes checks that decoding is bounded in depth and size.
func FuzzAttributes(f *testing.F) {
	f.Add([]byte("\x10\x0e\x00\x08\x10\x27\x00\x04abcd\x10\x18\x00\x00\x10\x49\x00\x05\x00\x37\x2a\x00\x09"))
	f.Fuzz(func(t *testing.T, list []byte) {
		all := Attributes(list, func(b []byte) []byte { return b })
		d := Document{Title: "t", Parts: []Part{{Heading: "h", Messages: []Message{{Name: "m", Attributes: all}}}}}
		var b bytes.Buffer
		if err := d.HTML(&b, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if a.Secret && a.ID != "" {
				id, _ := strconv.ParseUint(a.ID[2:], 16, 16)
				if info, ok := wps.AttributeID(id).Info(); ok && info.Encoding != wps.Secret {
					t.Errorf("%+v is no secret", a)
				}
			}
		}
	})
}
