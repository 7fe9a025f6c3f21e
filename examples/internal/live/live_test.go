package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

func TestStatus(t *testing.T) {
	for terminal, want := range map[bool]string{
		true: "\r\x1b[Kwaiting ... 1:05" + "\r\x1b[Ka line\n" + "\r\x1b[Kwaiting ... 1:05" + "\r\x1b[Kwaiting ... 1:04" + "\r\x1b[Kwaiting ... 1:03" +
			"\r\x1b[K" + "\r\x1b[Kfor ever ..." + "\r\x1b[Ktwo\nlines\n" + "\r\x1b[Kfor ever ..." + "\r\x1b[K" + "the end\n",
		false: "waiting ...\na line\nfor ever ...\ntwo\nlines\nthe end\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			s := NewStatus(&program.IO{Err: &b, Terminal: terminal})
			s.Wait("waiting", time.Now().Add(65*time.Second))
			s.Printf("a %s", "line")
			time.Sleep(2500 * time.Millisecond)
			s.Wait("for ever", time.Time{})
			fmt.Fprint(s.Above(&b), "two\nlines\n")
			s.Done()
			s.Done()
			s.Printf("the end")
			if got := b.String(); got != want {
				t.Errorf("terminal %v:\n%q, want\n%q", terminal, got, want)
			}
		})
	}
}

// TestOpen checks that the error for an interface that cannot be opened
// includes advice.
func TestOpen(t *testing.T) {
	if _, _, err := Open("no-such-if"); !errors.Is(err, link.ErrNoInterface) && !errors.Is(err, link.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := OpenWiFi("no-such-if"); err == nil {
		t.Error("a Wi-Fi interface that is not there was opened")
	}
	for _, row := range nextSteps {
		err := withStep(fmt.Errorf("eth9: %w", row.class), "eth9")
		if !errors.Is(err, row.class) || !strings.Contains(err.Error(), "; ") || strings.Contains(err.Error(), "%s") {
			t.Error(err)
		}
	}
}

// failure returns the error of a run that was refused.
func failure(t *testing.T) error {
	t.Helper()
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: wps.Device{UUID: wps.UUID{1}, MAC: wps.MAC{2}}}, Password: registration.PushButton(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e.Abort(registration.ErrTimeout)
}

func TestExplain(t *testing.T) {
	var b strings.Builder
	Explain(&b, failure(t), doctor.Attempt{Method: doctor.PushButton})
	if got := b.String(); !strings.Contains(got, "  1. ") || !strings.Contains(got, "(registration: time-out") {
		t.Errorf("%s", got)
	}
	b.Reset()
	Explain(&b, fmt.Errorf("why: %w", context.Canceled), doctor.Attempt{})
	if !strings.HasPrefix(b.String(), "Stopped by you") {
		t.Errorf("%s", b.String())
	}
}

func TestExplainEvidence(t *testing.T) {
	network := doctor.Evidence{Networks: []doctor.Network{{SSID: "home"}}}
	var b strings.Builder
	ExplainEvidence(&b, errors.New("nobody was there"), &network)
	if got := b.String(); !strings.HasPrefix(got, "The router of “home” offers no WPS") || !strings.Contains(got, "  1. ") || !strings.HasSuffix(got, "(nobody was there)\n") {
		t.Errorf("%s", got)
	}
	b.Reset()
	ExplainEvidence(&b, context.Canceled, &network)
	if !strings.HasPrefix(b.String(), "Stopped by you") {
		t.Errorf("%s", b.String())
	}
}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		device wps.Device
		want   string
	}{
		{wps.Device{DeviceName: "Printer", Manufacturer: "Example", ModelName: "P1"}, "“Printer” (“Example P1”)"},
		{wps.Device{DeviceName: "a\x1bb"}, `“a\x1bb”`},
		{wps.Device{DeviceName: " ", ModelName: "P1", Manufacturer: " "}, "a device without a name (“P1”)"},
	} {
		if got := Describe(&tt.device); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
