package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	p.page = &pageFile{Page: diagnosis.NewPage()}
	p.doctor(&out, exampleName, bytes.NewReader(example), 0)
	var picture strings.Builder
	if err := p.page.Document.Parts[0].Ladder.SVG(&picture); err != nil {
		t.Fatal(err)
	}
	programtest.Golden(t, "ladder.svg", picture.String())
}

// TestUnread checks that parts of a file with very many attempts are left out,
// that every form of the report says so, and that -whole reads all.
func TestUnread(t *testing.T) {
	log := lines(140_000, func(n int) string {
		return fmt.Sprintf("wlan0: WPS-REG-SUCCESS 02:00:00:00:%02x:%02x 572cf82f-c957-5653-9b16-b5cfb298abf1\n", n>>8, n&255)
	})
	attempts := bytes.Count(log, []byte("\n"))
	page := filepath.Join(t.TempDir(), "page.html")
	run := func(status int, args ...string) string {
		t.Helper()
		got, text, _ := runProgram(t, bytes.NewReader(log), append(args, "-")...)
		if got != status {
			t.Errorf("%q: exit status %d, want %d", args, got, status)
		}
		return text
	}
	objects := func(text string) (all []map[string]any) {
		programtest.Schema(t, text)
		for line := range strings.Lines(text) {
			var o map[string]any
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			all = append(all, o)
		}
		return all
	}
	if n := len(objects(run(program.Fine, "-json", "-whole"))); n != attempts {
		t.Errorf("-whole lists %d of %d attempts", n, attempts)
	}
	if all := objects(run(program.Fine, "-json", "-summary", "-whole")); all[0]["schema"] == "wpsdoctor-unread/1" {
		t.Error("-whole leaves out something")
	}
	for _, args := range [][]string{{"-json"}, {"-json", "-summary"}, {"-json", "-networks"}} {
		all := objects(run(program.Problem, args...))
		i := slices.IndexFunc(all, func(o map[string]any) bool { return o["schema"] == "wpsdoctor-unread/1" })
		if i < 0 || all[i]["octets"] != float64(len(log)) {
			t.Errorf("%q: %v", args, all)
		} else if unread, _ := all[i]["unread"].(float64); unread == 0 || unread >= float64(len(log)) {
			t.Errorf("%q: %v", args, all[i])
		}
	}
	const words = "parts of it were not read"
	for _, args := range [][]string{{"-q"}, {"-q", "-summary"}, {"-networks"}} {
		if text := run(program.Problem, args...); !strings.Contains(oneLine(text), words) {
			t.Errorf("%q: %s", args, text[max(0, len(text)-500):])
		}
	}
	run(program.Problem, "-q", "-html", page)
	if html, _ := os.ReadFile(page); !bytes.Contains(html, []byte(words)) {
		t.Error("the page does not say that parts were not read")
	}
}

// TestUnreadRest checks that an attempt after a part that was left out is
// diagnosed like one before it.
func TestUnreadRest(t *testing.T) {
	for name, input := range map[string][]byte{
		"log":     lines(1<<20, func(n int) string { return fmt.Sprintf("wlan%d: WPS-FAIL msg=8 config_error=18\n", n) }),
		"capture": rowNamed(t, "M1 with the same nonce").make(1 << 20),
	} {
		_, text, _ := runProgram(t, bytes.NewReader(input), "-json", "-")
		causes := map[string]int{}
		for line := range strings.Lines(text) {
			var o struct{ Cause string }
			if err := json.Unmarshal([]byte(line), &o); err != nil {
				t.Fatal(err)
			}
			causes[o.Cause]++
		}
		if causes[""] != 1 || len(causes) != 2 { // that the rest was left out, and that of all attempts
			t.Errorf("%s: %v", name, causes)
		}
	}
}

// TestUnreadFew checks that the report says that parts were left out if it has no
// attempt or one, and does not say why there was none.
func TestUnreadFew(t *testing.T) {
	starts := many(linkEthernet, 40_000, func(f *pcapFile, n int) { f.frame(host(1), host(2+n), []byte{0x88, 0x8E, 2, 1, 0, 0}) })
	page := filepath.Join(t.TempDir(), "page.html")
	_, text, _ := runProgram(t, bytes.NewReader(starts), "-q", "-html", page, "-")
	html, _ := os.ReadFile(page)
	for _, out := range []string{oneLine(text), string(html)} {
		if !strings.Contains(out, "no whole attempt") || !strings.Contains(out, "parts of it were not read") || strings.Contains(out, "nothing shows why") {
			t.Error(out[max(0, len(out)-1000):])
		}
	}
}

// TestCutAfterAttempts checks that what was read before an error is reported: the
// last attempt, and that parts were left out.
func TestCutAfterAttempts(t *testing.T) {
	for _, size := range []int{200, 140_000} {
		log := lines(size, func(n int) string { return fmt.Sprintf("wlan%d: WPS-FAIL msg=8 config_error=18\n", n) })
		broken := errors.New("broken")
		status, text, errs := runProgram(t, io.MultiReader(bytes.NewReader(log), iotest.ErrReader(broken)), "-q", "-")
		if status != program.Unable || !strings.Contains(errs, "broken") {
			t.Errorf("exit status %d: %s", status, errs)
		}
		if !strings.Contains(oneLine(text), "attempts: ") || strings.Contains(oneLine(text), "not read") != (size > 1000) {
			t.Errorf("%d octets: %s", size, text)
		}
	}
}

// TestUnreadLines checks that attempts of one line are reported after parts that were
// left out, which cannot cut them.
func TestUnreadLines(t *testing.T) {
	log := lines(400_000, func(n int) string {
		return fmt.Sprintf("wlan0: WPS-REG-SUCCESS 02:00:00:00:%02x:%02x 572cf82f-c957-5653-9b16-b5cfb298abf1\n", n>>8, n&255)
	})
	_, text, _ := runProgram(t, bytes.NewReader(log), "-json", "-")
	first, last := 0, 0
	for line := range strings.Lines(text) {
		var o struct {
			FirstFrame int `json:"first_frame"`
			Cause      string
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		if o.FirstFrame > 0 && o.FirstFrame < 1000 {
			first++
		} else if o.Cause == "success" {
			last++
		}
	}
	if first < 200 || last < 200 {
		t.Errorf("%d attempts at the beginning, %d later", first, last)
	}
}

// rowNamed returns a hostile input.
func rowNamed(t *testing.T, name string) hostileInput {
	i := slices.IndexFunc(hostile, func(h hostileInput) bool { return h.name == name })
	if i < 0 {
		t.Fatalf("there is no input %q", name)
	}
	return hostile[i]
}

// TestPageParts checks that the page shows the first attempts in full, and the first
// one with each cause.
func TestPageParts(t *testing.T) {
	log := lines(8000, func(n int) string { return fmt.Sprintf("wlan%d: WPS-FAIL msg=8 config_error=18\n", n) })
	log = append(log, "other: WPS-FAIL msg=11 config_error=18\n"...)
	n := bytes.Count(log, []byte("\n"))
	page := filepath.Join(t.TempDir(), "page.html")
	runProgram(t, bytes.NewReader(log), "-q", "-html", page, "-")
	html, _ := os.ReadFile(page)
	for _, want := range []string{"21 attempts are shown in full", `id="part-22"`, fmt.Sprintf("attempt %d", n)} { // part 1 is the table
		if !bytes.Contains(html, []byte(want)) {
			t.Errorf("the page has not %q", want)
		}
	}
	if bytes.Contains(html, []byte(`id="part-23"`)) {
		t.Error("the page shows more in full")
	}
}
