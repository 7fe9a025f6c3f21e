package eapwsc

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
)

// airFrame is a management frame with a WSC element, as stock hostapd and
// wpa_supplicant 2.10 sent it: a line of testdata/air/*.txt. Of beacons and
// probe responses that repeat the one before, the first is kept.
type airFrame struct {
	at         time.Time
	kind       string // beacon, probe-request or probe-response
	from       wps.MAC
	attributes []byte
}

func readAir(tb testing.TB, name string) []airFrame {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "air", name+".txt"))
	if err != nil {
		tb.Fatal(err)
	}
	var frames []airFrame
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		seconds, err := strconv.ParseFloat(f[0], 64)
		if err != nil {
			tb.Fatal(err)
		}
		from, err := wps.ParseMAC(f[2])
		if err != nil {
			tb.Fatal(err)
		}
		attributes, err := hex.DecodeString(f[3])
		if err != nil {
			tb.Fatal(err)
		}
		frames = append(frames, airFrame{at(seconds), f[1], from, attributes})
	}
	return frames
}
