package report_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/report"
)

// A report on one attempt, written to a buffer.
func ExampleDocument_HTML() {
	document := report.Document{
		Title: "Why the printer is not connected",
		Parts: []report.Part{{
			Heading: "Attempt 1",
			Verdict: &report.Verdict{Mood: report.Bad, Label: "pin-first-half", Text: "The PIN was wrong.", Steps: []string{"Read the PIN again, and type it."}},
			Ladder: &report.Ladder{Left: "printer", Right: "router", Arrows: []report.Arrow{
				{Name: "M1", FromLeft: true, Text: "who the printer is"},
				{Name: "M2", At: 90 * time.Millisecond, Text: "who the router is"},
			}},
		}},
	}
	var page strings.Builder
	if err := document.HTML(&page, report.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println(strings.Contains(page.String(), "<li>Read the PIN again, and type it.</li>"), strings.Contains(page.String(), "<svg"))
	// Output: true true
}

// The attributes of a Credential, with the key hidden.
func ExampleAttributes() {
	message, err := wps.Append(nil, &wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse")})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for _, a := range report.Attributes(message, nil) {
		if a.Secret {
			a.Value = "(secret)"
		}
		fmt.Println(a.Offset, a.Name, a.Value)
	}
	// Output:
	// 0 Network Index 1
	// 5 SSID home
	// 13 Authentication Type WPA2-Personal (0x0020)
	// 19 Encryption Type AES (0x0008)
	// 25 Network Key (secret)
	// 42 MAC Address 00:00:00:00:00:00
}
