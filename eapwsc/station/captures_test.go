package station_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// captured lists the causes that the doctor must name in the captures of the
// radio cases: one for each attempt, or the reason why there was none. They
// match the station's own records, seen from outside.
var captured = map[string][]doctor.Cause{
	"pin":                       {doctor.Success},
	"pbc":                       {doctor.Success},
	"pin-wrong-half1":           {doctor.PINFirstHalf},
	"pin-wrong-half2":           {doctor.PINSecondHalf},
	"no-pin-then-pin":           {doctor.NoRegistrarSession, doctor.Success},
	"pbc-overlap":               {doctor.Overlap},
	"pbc-same-uuid-dual-band":   {doctor.Success},
	"two-radios":                {doctor.Success, doctor.Success, doctor.Success},
	"wps-off":                   {doctor.WPSDisabled},
	"wps-off-on-one-band":       {doctor.OtherBand},
	"locked":                    {doctor.SetupLocked, doctor.Success},
	"unconfigured":              {doctor.Success},
	"hidden":                    {doctor.WPSDisabled},
	"utf8-ssid":                 {doctor.Success},
	"open":                      {doctor.Success},
	"wpa3-only":                 {doctor.WPA3Only},
	"learn":                     {doctor.SettingsRead},
	"configure":                 {doctor.Success},
	"authorized-mac-of-another": {doctor.NotAuthorized},
	"walk-time-over":            {doctor.NoSelectedRegistrar},
	"ap-restarts-midway":        {doctor.EndedEarly, doctor.Success},
	"out-of-range-midway":       {doctor.Timeout, doctor.Success},
	"two-stations-at-once":      {doctor.Overlap, doctor.Overlap},
	"monitor-two-buttons":       {doctor.Overlap},
	"external-registrar":        {doctor.SettingsRead, doctor.Success, doctor.SettingsRead},
	"cancelled-midway":          {doctor.EndedEarly}, // because the station disconnects
}

// TestCaptured diagnoses the captures that the radio tests have recorded.
func TestCaptured(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pcap.gz")
	if err != nil || len(files) != len(captured) {
		t.Errorf("%d captures, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pcap.gz")
		t.Run(name, func(t *testing.T) {
			if got := causes(t, file); !slices.Equal(got, captured[name]) {
				t.Errorf("got %v, want %v", got, captured[name])
			}
		})
	}
}

// causes returns the doctor's cause for each attempt in a capture.
func causes(t *testing.T, file string) (all []doctor.Cause) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader, err := capture.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	collector := exchange.NewCollector(nil)
	var history doctor.History
	judge := func(exchanges []*exchange.Exchange) {
		for _, x := range exchanges {
			attempt := x.Attempt(x.Findings(wps.Tolerant))
			all = append(all, doctor.Diagnose(x.Evidence(history.Add(attempt))).Cause)
		}
	}
	for {
		event, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		judge(collector.Add(event))
	}
	judge(collector.Close())
	if all == nil {
		all = append(all, doctor.Diagnose(collector.Evidence()).Cause)
	}
	return all
}
