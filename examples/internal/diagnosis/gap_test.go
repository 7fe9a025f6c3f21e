package diagnosis

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps/doctor"
)

// TestGap leaves out a part of captures and logs after each of their events. Every
// attempt that is reported then has the cause and the device that it has when all
// is read: what was cut is not reported.
func TestGap(t *testing.T) {
	const dir = "../../../eapwsc/capture/"
	for _, name := range []string{
		"testdata/wired/m01-clean-none-driver.pcap",
		"testdata/wired/m12-drop-m5.pcap",
		"testdata/wired/s09-appin-wrong-half1.pcap",
		"testdata/wired/s14-m2d-nopin.pcap",
		"testdata/wired/s21-cred-wep.pcap",
		"testdata/wired/u3-er-pin.eapol.pcap",
		"testdata/wired/u1-upnp.eapol.pcap",
		"testdata/wired/u1-upnp.er.pcap",
		"testdata/wired/r2-radius.lo.pcap",
		"testdata/radio/locked.pcap",
		"text/testdata/pairs/radio-iwd-pin-of-another.pcap.gz",
		"text/testdata/pairs/radio-iwd-pbc.iwd-wlan1.log.gz",
		"text/testdata/pairs/radio-iwd-pbc.hostapd-wlan0.log.gz",
		"text/testdata/pairs/radio-iwd-wrong-half1.hostapd-wlan0.log.gz",
		"text/testdata/pairs/radio-supplicant-learn-wrong-half2.wpa_supplicant-wlan1.log.gz",
		"text/testdata/pairs/radio-supplicant-learn-wrong-half2.hostapd-wlan0.log.gz",
		"testdata/radio/reg-wrong.pcap",
	} {
		input := contents(t, dir+name)
		whole, events := judgeExcept(t, input, -1, 0)
		if len(whole) == 0 {
			t.Errorf("%s has no attempt", name)
		}
		for gap := range events {
			for _, octets := range []int64{0, 300, 3000} {
				got, _ := judgeExcept(t, input, gap, octets)
				for _, a := range got {
					i := slices.IndexFunc(whole, func(w attempt) bool {
						return slices.ContainsFunc(a.frames, func(n int) bool { return slices.Contains(w.frames, n) })
					})
					if i >= 0 && (a.cause != whole[i].cause || a.enrollee != whole[i].enrollee) {
						t.Errorf("%s without %d octets after event %d: %s of %s at %v, otherwise %s of %s", name, octets, gap, a.cause, a.enrollee, a.frames, whole[i].cause, whole[i].enrollee)
					}
				}
			}
		}
	}
}

// attempt is what is reported of an attempt.
type attempt struct {
	cause    doctor.Cause
	enrollee string
	frames   []int
}

func contents(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
		if b, err = io.ReadAll(unpacked); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func from(t *testing.T, input []byte) *Source {
	t.Helper()
	s, err := Open(bytes.NewReader(input))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// judgeExcept judges the attempts of an input, except a part after the given event.
// It returns how many events it read.
func judgeExcept(t *testing.T, input []byte, gap int, octets int64) (all []attempt, events int) {
	t.Helper()
	s := from(t, input)
	c := exchange.NewCollector(s.Keys(nil))
	var g judge
	var history doctor.History
	give := func(xs []*exchange.Exchange) {
		for _, x := range xs {
			j := &Job{Exchange: x}
			s.addText(j, true)
			g.job(j)
			d := doctor.Diagnose(x.Evidence(history.Add(j.Attempt)))
			e := NewEntry("", 0, &d)
			e.Describe(j)
			a := attempt{cause: d.Cause}
			if e.Enrollee != nil {
				a.enrollee = *e.Enrollee
			}
			for i := range x.Entries {
				a.frames = append(a.frames, x.Entries[i].Frame)
			}
			all = append(all, a)
		}
	}
	for {
		e, err := s.Events.Next()
		if errors.Is(err, io.EOF) {
			give(c.Close())
			return all, events
		}
		if err != nil {
			t.Fatal(err)
		}
		if give(c.Add(e)); events == gap {
			give(c.Interrupt())
			s.Events.Skip(octets)
		}
		events++
	}
}
