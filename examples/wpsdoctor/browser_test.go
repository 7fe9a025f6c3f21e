package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/gowps/gowps/examples/internal/browser"
	"github.com/gowps/gowps/wps/report"
)

var screens = flag.String("screens", "", "keep the screenshots in this folder")

// nasty is a malicious device name.
const nasty = "<script>document.title='taken over'</script><img src=x>\x1b\u202e" + `"'&` + "0123456789012345678901234567890123456789"

// TestBrowser checks reports in a browser: at the widths of a phone and a
// monitor, in light and dark mode, and on paper. Without Chromium it is
// skipped, or fails if WPS_BROWSER=required is set.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	tab := browser.Open(t)
	folder := t.TempDir()
	real := filepath.Join(folder, "real.html")
	if status, _, errs := runProgram(t, nil, "-keys", keyLog(t, "radio/pin"), "-html", real, captures+"radio/pin.pcap", captures+"radio/pin-wrong.pcap",
		captures+"wired/m12-drop-m5.pcap", captures+"radio/pbc-overlap-sta.pcap"); errs != "" {
		t.Fatalf("exit status %d, %s", status, errs)
	}
	made := filepath.Join(folder, "made.html")
	f, err := os.Create(made)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := everything().HTML(f, report.Options{Secrets: true}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{real, made} {
		t.Run(filepath.Base(name), func(t *testing.T) { lookAt(t, tab, name) })
	}
	if problems := tab.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains: %q", problems)
	}
	if foreign := tab.Foreign("file://" + filepath.ToSlash(folder)); len(foreign) > 0 {
		t.Errorf("a page asks for %q", foreign)
	}
}

// everything returns a document with all kinds of parts, and names that must be
// made safe.
func everything() *report.Document {
	finding := report.Finding{Mood: report.Bad, Rule: "RULE", Where: "M4", Text: nasty}
	l := &report.Ladder{Left: nasty, Right: nasty, End: nasty, Arrows: []report.Arrow{
		{Name: "M1", FromLeft: true, Frame: 1, Text: nasty, Encrypted: true, Mood: report.Bad, Findings: []report.Finding{finding}},
		{Name: nasty, At: 3e9, Mood: report.Warning, Encrypted: true, Opened: true},
	}}
	return &report.Document{Title: "Everything " + nasty, Lead: nasty, Foot: nasty, Parts: []report.Part{{
		Heading: nasty, Verdict: &report.Verdict{Mood: report.Warning, Text: nasty, Label: nasty, Steps: []string{nasty}, Besides: []string{nasty}, Detail: nasty},
		Facts: []report.Fact{{Name: "device", Value: nasty}}, Ladder: l, Findings: []report.Finding{finding}, Notes: []string{nasty},
		Tables:   []report.Table{{Caption: nasty, Head: []string{"a", nasty, "c", "d"}, Rows: [][]string{{nasty, nasty, "1", "2"}}, Moods: []report.Mood{report.Good}}},
		Bars:     []report.Bars{{Caption: "Outcomes", Bars: []report.Bar{{Label: nasty, Count: 3, Mood: report.Good}, {Label: "none"}}}},
		Messages: []report.Message{{Name: "M1", Attributes: []report.Attribute{{Name: nasty, Value: nasty, Secret: true, Mood: report.Bad}}}},
	}, {Heading: "Good", Verdict: &report.Verdict{Mood: report.Good, Text: "It worked.", Label: "success"}}}}
}

// lookAt checks a page at all widths and colours.
func lookAt(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	if err := chromedp.Do(tab.Context, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(name)}).String())); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{320, 360, 1280} {
		for _, colours := range []string{"light", "dark"} {
			if err := tab.Look(width, colours); err != nil {
				t.Fatal(err)
			}
			faults, err := tab.Audit()
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faults {
				t.Errorf("%d px, %s: %s", width, colours, fault)
			}
			shown, err := chromedp.Run(tab.Context, chromedp.Evaluate[[]bool](`['.wide', '.narrow'].map(c => document.querySelector('.ladder ' + c).checkVisibility())`))
			if err != nil || len(shown) != 2 || shown[0] == shown[1] || shown[0] != (width > 900) {
				t.Errorf("%d px: pictures shown %v, %v", width, shown, err)
			}
			if *screens == "" {
				continue
			}
			picture, err := chromedp.Run(tab.Context, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(*screens, fmt.Sprintf("%s-%d-%s.png", filepath.Base(name), width, colours)), picture, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	// The attributes of a message unfold by the keyboard.
	unfolded := chromedp.Evaluate[bool](`document.querySelector('.attributes').checkVisibility()`)
	before, err := chromedp.Run(tab.Context, unfolded)
	if err != nil || before {
		t.Errorf("unfolded from the beginning: %t, %v", before, err)
	}
	if err := chromedp.Do(tab.Context, chromedp.Evaluate[chromedp.Void](`document.querySelector('details.message summary').focus()`), chromedp.KeyEvent("\r")); err != nil {
		t.Fatal(err)
	}
	if after, err := chromedp.Run(tab.Context, unfolded); err != nil || !after {
		t.Errorf("not unfolded, %v", err)
	}
	title, err := chromedp.Run(tab.Context, chromedp.Title())
	if err != nil || title == "taken over" {
		t.Errorf("%q, %v", title, err)
	}
	pdf, err := chromedp.Run(tab.Context, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil || !strings.Contains(string(pdf), "/MediaBox [0 0 594.95996 841.91998]") && !strings.Contains(string(pdf), "/MediaBox [0 0 595") {
		t.Errorf("%d octets of PDF, not of A4: %v", len(pdf), err)
	}
	if *screens != "" {
		if err := os.WriteFile(filepath.Join(*screens, filepath.Base(name)+".pdf"), pdf, 0o644); err != nil {
			t.Error(err)
		}
	}
}
