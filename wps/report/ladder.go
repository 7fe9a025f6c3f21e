package report

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gowps/gowps/wps/printable"
)

// Dimensions of the picture, in pixels.
const (
	rowHeight   = 26
	lineHeight  = 15
	headHeight  = 34
	gapHeight   = 26
	leftLine    = 96  // x of the left side's line
	rightLine   = 316 // x of the right side's line
	narrowWidth = 340
	wideWidth   = 860
	textStart   = rightLine + 28
	letter      = 6.6 // approximate width of a character
)

// A silence of longGap or more between two steps is marked.
const longGap = time.Second

// style is the style sheet of a picture outside a page. Its colours have a
// contrast of at least 4.5 to the background, in light and dark mode.
const style = `text{font:12px system-ui,sans-serif;fill:#1c2430}.t{font-size:11px;fill:#53606f}.n{font-weight:600}` +
	`.a,.l{stroke:#53606f;fill:none}.a{stroke-width:1.5}.l{stroke-width:1}.r{stroke-dasharray:4 3}.h{fill:#53606f}.g{fill:#53606f}` +
	`.bg{fill:#fff}.k{fill:#53606f}.k2{fill:#1a7340}.bad .a{stroke:#b3261e}.bad .h{fill:#b3261e}.bad .n{fill:#b3261e}.warn .a{stroke:#8a5a00}.warn .h{fill:#8a5a00}.warn .n{fill:#8a5a00}` +
	`.fb{fill:#b3261e}.fw{fill:#8a5a00}` +
	`@media(prefers-color-scheme:dark){text{fill:#e6eaf0}.t{fill:#a9b4c2}.a,.l{stroke:#a9b4c2}.h,.g,.k{fill:#a9b4c2}.k2{fill:#6fd39a}.bg{fill:#14181f}` +
	`.bad .a{stroke:#ff8f87}.bad .h,.bad .n{fill:#ff8f87}.warn .a{stroke:#f0c060}.warn .h,.warn .n{fill:#f0c060}.fb{fill:#ff8f87}.fw{fill:#f0c060}}`

// SVG writes the ladder as a picture with the meaning of each message beside
// it. The picture has its own style sheet, for light and dark mode.
func (l *Ladder) SVG(w io.Writer) error {
	_, err := io.WriteString(printable.NewWriter(w, printable.Lossless), l.svg(true, true))
	return err
}

// drawing is a picture that grows downwards.
type drawing struct {
	strings.Builder
	y    int
	wide bool
}

// svg returns the picture: with the meanings of the messages if wide, with its
// own style sheet if alone.
func (l *Ladder) svg(wide, alone bool) string {
	d := &drawing{wide: wide, y: headHeight}
	var before time.Duration
	for i, r := range l.rungs() {
		at := r.at()
		if i > 0 && at-before >= longGap {
			d.gap(at - before)
		}
		before = max(before, at)
		if r.again == nil {
			d.step(r.step)
		} else {
			d.again(r.step, r.again)
		}
	}
	bottom := d.y + 6 // the lower end of the lines of the two sides
	if l.End != "" {
		d.y += 6
		d.text(leftLine, "", l.End)
		d.y += lineHeight
	}
	body := d.String()
	width, height := narrowWidth, d.y+10
	if wide {
		width = wideWidth
	}
	title := l.Title
	if title == "" {
		title = "The messages between " + l.Left + " and " + l.Right
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, width, height, width, height, html.EscapeString(title))
	if alone {
		fmt.Fprintf(&b, `<style>%s</style><rect class="bg" width="%d" height="%d"/>`, style, width, height)
	}
	fmt.Fprintf(&b, `<title>%s</title>`, html.EscapeString(title))
	fmt.Fprintf(&b, `<text class="t" x="4" y="18">seconds</text><text class="n" x="%d" y="18" text-anchor="middle">%s</text><text class="n" x="%d" y="18" text-anchor="middle">%s</text>`,
		leftLine, html.EscapeString(clip(l.Left, 16)), rightLine, html.EscapeString(clip(l.Right, 16)))
	for _, x := range []int{leftLine, rightLine} {
		fmt.Fprintf(&b, `<path class="l" d="M%d 26V%d"/>`, x, bottom)
	}
	b.WriteString(body)
	b.WriteString("</svg>\n")
	return b.String()
}

// rung is a row of the picture: a step, or a retransmission of one.
type rung struct {
	step  *Arrow
	again *Retransmission
}

func (r rung) at() time.Duration {
	if r.again != nil {
		return r.again.At
	}
	return r.step.At
}

// rungs returns the steps and their retransmissions in the order of time.
func (l *Ladder) rungs() (all []rung) {
	for i := range l.Arrows {
		s := &l.Arrows[i]
		all = append(all, rung{step: s})
		for k := range s.Repeats {
			all = append(all, rung{s, &s.Repeats[k]})
		}
	}
	slices.SortStableFunc(all, func(a, b rung) int { return cmp.Compare(a.at(), b.at()) })
	return all
}

// step draws a message.
func (d *drawing) step(s *Arrow) {
	class := map[Mood]string{Bad: "bad", Warning: "warn"}[s.Mood]
	y := d.y + 16
	fmt.Fprintf(d, `<g class="%s"><text class="t" x="4" y="%d">%.3f</text>`, class, y+4, s.At.Seconds())
	d.arrow(y, s.FromLeft, "a")
	label := clip(s.Name, 26)
	fmt.Fprintf(d, `<text class="n" x="%d" y="%d" text-anchor="middle">%s</text>`, (leftLine+rightLine)/2, y-4, html.EscapeString(label))
	if s.Encrypted {
		d.lock(y, s.Opened, label)
	}
	d.WriteString("</g>")
	bottom := d.y + rowHeight
	if len(s.Findings) > 0 {
		d.mark(y, s.Findings)
	}
	if d.wide {
		text := s.Text
		if s.Frame > 0 {
			text = strings.TrimSuffix(fmt.Sprintf("%s (frame %d)", text, s.Frame), " ")
		}
		at := d.y
		d.y = y - 2*lineHeight/2 - 1
		d.text(textStart, "", text)
		for _, f := range s.Findings {
			d.text(textStart, map[Mood]string{Bad: "fb", Warning: "fw"}[f.Mood], f.Mood.String()+": "+f.Text)
		}
		bottom = max(bottom, d.y+6)
		d.y = at
	}
	d.y = bottom
}

// arrow draws an arrow between the two lines.
func (d *drawing) arrow(y int, fromLeft bool, class string) {
	if fromLeft {
		fmt.Fprintf(d, `<path class="%s" d="M%d %dH%d"/><path class="h" d="M%d %dl-8-4v8z"/>`, class, leftLine, y, rightLine-6, rightLine, y)
		return
	}
	fmt.Fprintf(d, `<path class="%s" d="M%d %dH%d"/><path class="h" d="M%d %dl8-4v8z"/>`, class, rightLine, y, leftLine+6, leftLine, y)
}

// lock draws a padlock after the name of a message with an encrypted part.
func (d *drawing) lock(y int, opened bool, label string) {
	class, what := "k", "a part of it is encrypted"
	if opened {
		class, what = "k2", "its encrypted part was opened with the keys"
	}
	x := (leftLine+rightLine)/2 + int(letter*float64(utf8.RuneCountInString(label))/2) + 8
	fmt.Fprintf(d, `<g><title>%s</title><path class="%s" d="M%d %dh9v7h-9z"/><path class="a" d="M%d %dv-2a3 3 0 0 1 6 0v2"/></g>`, what, class, x, y-11, x+1, y-11)
}

// mark draws a symbol at a message with findings.
func (d *drawing) mark(y int, findings []Finding) {
	class := "fw"
	var texts []string
	for _, f := range findings {
		if f.Mood == Bad {
			class = "fb"
		}
		texts = append(texts, f.Mood.String()+": "+f.Text)
	}
	fmt.Fprintf(d, `<g><title>%s</title><circle class="%s" cx="%d" cy="%d" r="5"/></g>`, html.EscapeString(strings.Join(texts, "\n")), class, rightLine+13, y)
}

// again draws a retransmission.
func (d *drawing) again(s *Arrow, r *Retransmission) {
	y := d.y + 16
	fmt.Fprintf(d, `<text class="t" x="4" y="%d">%.3f</text>`, y+4, r.At.Seconds())
	d.arrow(y, s.FromLeft, "a r")
	fmt.Fprintf(d, `<text class="t" x="%d" y="%d" text-anchor="middle">%s</text>`, (leftLine+rightLine)/2, y-4, html.EscapeString(clip(s.Name, 20)+" again"))
	if d.wide && r.Frame > 0 {
		fmt.Fprintf(d, `<text class="t" x="%d" y="%d">(frame %d)</text>`, textStart, y+4, r.Frame)
	}
	d.y += rowHeight
}

// gap marks a silence.
func (d *drawing) gap(silence time.Duration) {
	y := d.y + gapHeight/2
	fmt.Fprintf(d, `<path class="l r" d="M4 %dH%d"/><rect class="bg" x="%d" y="%d" width="110" height="16"/><text class="t" x="%d" y="%d" text-anchor="middle">%s of silence</text>`,
		y, rightLine+20, (leftLine+rightLine)/2-55, y-8, (leftLine+rightLine)/2, y+4, round(silence))
	d.y += gapHeight
}

// round rounds a duration for display.
func round(d time.Duration) string {
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// text writes a text as lines, beginning at the current height.
func (d *drawing) text(x int, class, text string) {
	width := narrowWidth - x
	if d.wide {
		width = wideWidth - x
	}
	for _, line := range lines(printable.Text(text), int(float64(width)/letter)) {
		d.y += lineHeight
		fmt.Fprintf(d, `<text class="%s" x="%d" y="%d">%s</text>`, class, x, d.y, html.EscapeString(line))
	}
}

// lines breaks a text into lines at blanks, and within words that are longer
// than a line.
func lines(text string, width int) (all []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		for utf8.RuneCountInString(word) > width {
			if line != "" {
				all = append(all, line)
				line = ""
			}
			letters := []rune(word)
			all = append(all, string(letters[:width]))
			word = string(letters[width:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			all = append(all, line)
			line = word
		}
	}
	if line != "" {
		all = append(all, line)
	}
	return all
}

// clip shortens a text to a number of characters.
func clip(text string, most int) string {
	text = printable.Text(text)
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}
