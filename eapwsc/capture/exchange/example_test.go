package exchange_test

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// From the frames of a capture to the steps for the owner.
func ExampleCollector() {
	f, err := os.Open("../testdata/radio/pin-wrong.pcap")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	reader, err := capture.NewReader(f)
	if err != nil {
		fmt.Println(err)
		return
	}

	var history doctor.History
	report := func(exchanges []*exchange.Exchange) {
		for _, x := range exchanges {
			attempt := x.Attempt(x.Findings(wps.Tolerant))
			d := doctor.Diagnose(x.Evidence(history.Add(attempt)))
			fmt.Println(x.Transport, x.Client, d.Outcome, d.Cause)
			fmt.Println(d.Verdict)
		}
	}
	collector := exchange.NewCollector(nil)
	for {
		event, err := reader.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Println(err)
			}
			break
		}
		report(collector.Add(event))
	}
	report(collector.Close())
	// Output:
	// eapol 02:00:00:00:01:00 failed pin-first-half
	// The PIN was wrong: the one entered at the router of “golden-wps” is not the PIN of the computer “RadioLab STA wlan1”. Even the first half of its digits differs.
}
