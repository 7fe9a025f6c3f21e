package text_test

import (
	"fmt"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/eapwsc/capture/text"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// A log from a forum, diagnosed like a capture.
func Example() {
	log := `Oct 26 12:30:02 router hostapd: wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:01:00
Oct 26 12:30:02 router hostapd: wlan0: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=14122 method=254
Oct 26 12:30:03 router hostapd: wlan0: WPS-FAIL msg=8 config_error=18
Oct 26 12:30:03 router hostapd: wlan0: CTRL-EVENT-EAP-FAILURE 02:00:00:00:01:00
`
	r := text.NewReader(strings.NewReader(log))
	c := exchange.NewCollector(r.Keys())
	for {
		event, err := r.Next()
		if err != nil {
			break // io.EOF
		}
		c.Add(event)
	}
	var history doctor.History
	for _, x := range c.Close() {
		attempt := x.Attempt(x.Findings(wps.Tolerant))
		d := doctor.Diagnose(x.Evidence(history.Add(attempt)))
		fmt.Println(attempt.Station, attempt.Method, attempt.Reached)
		fmt.Println(d.Cause)
	}
	fmt.Println(r.Source().Programs)
	fmt.Println(r.Source().Limits[0])
	// Output:
	// 02:00:00:00:01:00 unknown M4
	// pin-first-half
	// [hostapd]
	// There are event lines only: the messages before the last one were not seen. (Run hostapd or wpa_supplicant with -dd for more.)
}

// A dump of an element.
func ExampleReader_Dumps() {
	r := text.NewReader(strings.NewReader("ie: dd 18 00 50 f2 04 10 4a 00 01 10 10 44 00 01 02 10 49 00 06 00 37 2a 00 01 20\n"))
	for {
		if _, err := r.Next(); err != nil {
			break
		}
	}
	for _, d := range r.Dumps() {
		fmt.Printf("line %d: %s, %d octets of attributes at %d\n", d.Line, d.Name, len(d.Octets), d.Offset)
	}
	// Output:
	// line 1: WPS element of a beacon, 20 octets of attributes at 6
}
