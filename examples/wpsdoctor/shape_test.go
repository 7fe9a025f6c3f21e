package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

// shaped runs the program on a terminal of a given width.
func shaped(t *testing.T, streams program.IO, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	streams.Out, streams.Err = &out, &errs
	if program.Run(t.Context(), command(new(invocation)), streams, args); errs.Len() > 0 {
		t.Fatal(errs.String())
	}
	return out.String()
}

// TestWidth checks, for every capture, that no line is longer than the terminal
// unless it is a single word, and that no word is broken.
func TestWidth(t *testing.T) {
	words := func(s string) []string {
		var all []string
		for _, w := range strings.Fields(s) {
			if strings.Trim(w, "─►◄") != "" { // arrows are placed differently
				all = append(all, w)
			}
		}
		return all
	}
	files := captureFiles(t)
	wide := words(shaped(t, program.IO{Width: 10_000}, files...))
	for _, width := range []int{60, 80, 96, 200} {
		text := shaped(t, program.IO{Width: width}, files...)
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if utf8.RuneCountInString(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d columns: %q", width, line)
			}
		}
		if got := words(text); strings.Join(got, " ") != strings.Join(wide, " ") {
			t.Errorf("%d columns: words differ", width)
		}
	}
}

// TestASCII checks that the output is ASCII if the locale is not UTF-8.
func TestASCII(t *testing.T) {
	for _, c := range shaped(t, program.IO{ASCII: true}, captureFiles(t)...) {
		if c != '\n' && (c < ' ' || c > '~') {
			t.Fatalf("%q", c)
		}
	}
	if text := shaped(t, program.IO{ASCII: true}); !strings.Contains(text, `"golden-wps"`) || !strings.Contains(text, "-->  M1") {
		t.Error(text)
	}
}

// several returns a capture with n copies of the same attempt.
func several(t *testing.T, n int) string {
	t.Helper()
	b, err := os.ReadFile(captures + "radio/pin-wrong.pcap")
	if err != nil {
		t.Fatal(err)
	}
	header, records := b[:24], b[24:]
	out := append([]byte(nil), header...)
	for i := range n {
		for rest := records; len(rest) > 0; {
			size := 16 + int(uint32(rest[8])|uint32(rest[9])<<8|uint32(rest[10])<<16|uint32(rest[11])<<24)
			record := append([]byte(nil), rest[:size]...)
			seconds := uint32(record[0]) | uint32(record[1])<<8 | uint32(record[2])<<16 | uint32(record[3])<<24
			seconds += uint32(300 * i)
			record[0], record[1], record[2], record[3] = byte(seconds), byte(seconds>>8), byte(seconds>>16), byte(seconds>>24)
			out = append(out, record...)
			rest = rest[size:]
		}
	}
	name := filepath.Join(t.TempDir(), "several.pcap")
	if err := os.WriteFile(name, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestBlocks checks that attempts that are alike are one block with their
// times, and one row of the summary.
func TestBlocks(t *testing.T) {
	name := several(t, 9)
	text := shaped(t, program.IO{Width: 96}, name)
	if n := strings.Count(text, "What to do\n"); n > 2 {
		t.Errorf("%d blocks:\n%s", n, text)
	}
	if !regexp.MustCompile(`attempts \d to 9, which are alike`).MatchString(text) || !strings.Contains(text, "01:38:46") {
		t.Errorf("%s", text)
	}
	text = shaped(t, program.IO{Width: 96}, several(t, 60))
	if !strings.Contains(text, "... 40 more") || len(text) > 12_000 {
		t.Errorf("%d octets:\n%s", len(text), text)
	}
	text = shaped(t, program.IO{Width: 96}, "-summary", name)
	if n := strings.Count(text, "\n"); n < 2 || n > 3 || !strings.Contains(text, "pin-first-half") {
		t.Errorf("%s", text)
	}
	lines := shaped(t, program.IO{}, "-summary", "-json", name)
	programtest.Schema(t, lines)
	sum := 0
	for line := range strings.Lines(lines) {
		var row total
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		sum += row.Count
	}
	if sum != 9 {
		t.Errorf("%d attempts: %s", sum, lines)
	}
}

// oneLine undoes the wrapping of a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestUnlisted checks that of very many attempts the last ones are counted
// only, and that they count for the exit status.
func TestUnlisted(t *testing.T) {
	succeeds := func(n int) string {
		return fmt.Sprintf("wlan0: WPS-REG-SUCCESS 02:00:00:00:%02x:%02x 572cf82f-c957-5653-9b16-b5cfb298abf1\n", n>>8, n&255)
	}
	log := lines(140_000, succeeds)
	good := bytes.Count(log, []byte("\n"))
	bad := append(bytes.Clone(log), "wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:01:00:00\nwlan0: WPS-FAIL msg=8 config_error=18\n"...)
	for _, test := range []struct {
		log      []byte
		attempts int
		status   int
	}{{log, good, program.Fine}, {bad, good + 1, program.Problem}} {
		status, text, _ := runProgram(t, bytes.NewReader(test.log), "-json", "-")
		if status != test.status {
			t.Errorf("exit status %d, want %d", status, test.status)
		}
		programtest.Schema(t, text)
		all := strings.Split(strings.TrimSpace(text), "\n")
		var u diagnosis.Unlisted
		if err := json.Unmarshal([]byte(all[len(all)-1]), &u); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, n := range u.Causes {
			sum += n
		}
		if u.Attempts != test.attempts || len(all)-1+u.Unlisted != test.attempts || u.Unlisted != sum || len(all)-1 != 1000 {
			t.Errorf("%d lines, %+v, want %d attempts", len(all), u, test.attempts)
		}
		if status, text, _ := runProgram(t, bytes.NewReader(test.log), "-q", "-"); status != test.status ||
			!strings.Contains(oneLine(text), fmt.Sprintf("%d of the %d attempts are not listed", u.Unlisted, test.attempts)) {
			t.Errorf("exit status %d, %s", status, text[max(0, len(text)-500):])
		}
		page := filepath.Join(t.TempDir(), "page.html")
		if status, _, _ := runProgram(t, bytes.NewReader(test.log), "-q", "-html", page, "-"); status != test.status {
			t.Errorf("exit status %d, want %d", status, test.status)
		}
		if html, _ := os.ReadFile(page); !bytes.Contains(html, fmt.Appendf(nil, "%d of the %d attempts are not listed", u.Unlisted, test.attempts)) {
			t.Error("the page does not say how many are not listed")
		}
		rows := 0
		status, text, _ = runProgram(t, bytes.NewReader(test.log), "-json", "-summary", "-")
		for line := range strings.Lines(text) {
			var row total
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatal(err)
			}
			rows += row.Count
		}
		if status != test.status || rows != test.attempts {
			t.Errorf("exit status %d, %d attempts in the summary", status, rows)
		}
	}
	// What is listed does not depend on how much a read returns.
	list := func(r io.Reader) string {
		var out bytes.Buffer
		program.Run(t.Context(), command(new(invocation)), program.IO{In: r, Out: &out, Err: &out}, []string{"-json", "-q", "-"})
		return out.String()
	}
	for _, input := range [][]byte{log, many(linkDot11, 300_000, func(f *pcapFile, n int) { f.frame(data(true, 1, 2+n, eapol(2, 1, 3, 0))) })} {
		if list(bytes.NewReader(input)) != list(iotest.HalfReader(bytes.NewReader(input))) {
			t.Error("it does")
		}
	}
	// Complete attempts are listed, however many there are.
	if _, text, _ := runProgram(t, nil, "-json", "-q", several(t, 1500)); strings.Count(text, "\n") != 1500 {
		t.Errorf("%d lines for 1500 attempts", strings.Count(text, "\n"))
	}
}

// TestStrictShows checks that a finding that causes exit status 1 is shown,
// with or without a ladder.
func TestStrictShows(t *testing.T) {
	name := captures + "wired/s01-pin-ok.pcap"
	for _, args := range [][]string{{"-strict", name}, {"-strict", "-q", name}} {
		status, text, _ := runProgram(t, nil, args...)
		if shows := strings.Contains(text, "error: "); shows != (status == program.Problem) {
			t.Errorf("%v: exit status %d\n%s", args, status, text)
		}
	}
	found := false
	for _, name := range captureFiles(t) {
		_, lines, _ := runProgram(t, nil, "-strict", "-json", name)
		if !strings.Contains(lines, `"severity":"error"`) {
			continue
		}
		found = true
		for _, args := range [][]string{{"-strict", name}, {"-strict", "-q", name}} {
			if _, text, _ := runProgram(t, nil, args...); !strings.Contains(text, "error: ") {
				t.Errorf("%v shows no error:\n%s", args, text)
			}
		}
	}
	if !found {
		t.Error("no capture has an error")
	}
}

// TestPage writes reports and checks their contents.
func TestPage(t *testing.T) {
	folder := t.TempDir()
	keys := keyLog(t, "radio/pin")
	for _, secrets := range []bool{false, true} {
		name := filepath.Join(folder, "report.html")
		args := []string{"-keys", keys, "-html", name, captures + "radio/pin.pcap", captures + "wired/m12-drop-m5.pcap"}
		if secrets {
			os.Remove(name)
			args = append(args, "-show-key")
		}
		if status, _, errs := runProgram(t, nil, args...); status != program.Problem || errs != "" {
			t.Fatalf("exit status %d, %s", status, errs)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		for _, want := range []string{"<svg", "2 attempts", "It worked", "lost contact", "Network Key", "opened with the keys", "RF-BANDS-ONE", "5.0 s of silence", "M5 again", "pin.pcap: what was heard", "Networks and devices"} {
			if !strings.Contains(text, want) {
				t.Errorf("secrets %t: %q is missing", secrets, want)
			}
		}
		if strings.Contains(text, "correct horse battery") != secrets || strings.Contains(text, "This page holds secrets") != secrets {
			t.Errorf("secrets %t: the key is in it %t", secrets, strings.Contains(text, "correct horse battery"))
		}
		for _, foreign := range []string{"http://", "https://", "<script", "url("} {
			if strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), foreign) {
				t.Errorf("it has %q", foreign)
			}
		}
	}
	for _, args := range [][]string{{"-show-key"}, {"-html", folder + "/no/file"}, {"-i", "wlan0", "-watch", "-html", "x"}} {
		if status, _, errs := runProgram(t, nil, args...); status != program.Unable || errs == "" {
			t.Errorf("%v: exit status %d, %s", args, status, errs)
		}
	}
}

// TestLadderPicture draws the picture in README.
func TestLadderPicture(t *testing.T) {
	var p invocation
	var out, errs bytes.Buffer
	p.IO = program.IO{Out: &out, Err: &errs}
	p.page = &pageFile{}
	p.doctor(&out, exampleName, bytes.NewReader(example), 0)
	var picture strings.Builder
	if err := p.page.Document.Parts[0].Ladder.SVG(&picture); err != nil {
		t.Fatal(err)
	}
	programtest.Golden(t, "ladder.svg", picture.String())
}
