package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(nil) })
}

// enrollee opens our own station with a PIN, instead of an interface.
func enrollee(digits string) opener {
	return func(string, conformance.Role) conformance.Device {
		return &conformance.Process{New: func(time.Time, wps.MAC) (conformance.Handler, error) {
			d := wps.DefaultDevice()
			d.MAC = wps.MAC{2, 0, 0, 0, 0, 2}
			d.UUID = wps.UUIDFromMAC(d.MAC)
			m, err := registration.NewEnrollee(registration.EnrolleeConfig{
				Config: registration.Config{Device: d}, Password: registration.PIN(pin.MustParse(digits)),
			})
			if err != nil {
				return nil, err
			}
			return eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
		}}
	}
}

func try(t *testing.T, open opener, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = program.Run(t.Context(), command(open), program.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args)
	return status, stdout.String(), stderr.String()
}

// TestRun runs the suite against a station without faults, and one with a PIN
// that the suite does not have: its case fails, and the capture of it can be
// replayed.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	common := []string{"-dut", "station", "-i", "eth0", "-pin", "12345670", "-only", "STA-ENR-PIN-0[12]"}
	status, out, errs := try(t, enrollee("12345670"), append([]string{"run"}, common...)...)
	if status != program.Fine || !strings.Contains(out, "2 cases: 2 pass, 0 fail") {
		t.Errorf("exit status %d: %s%s", status, out, errs)
	}
	junit, html := filepath.Join(dir, "junit.xml"), filepath.Join(dir, "report.html")
	status, out, errs = try(t, enrollee("24681353"), append([]string{"run", "-json", "-junit", junit, "-html", html, "-captures", dir}, common...)...)
	var report struct {
		Schema, Fail int
	}
	if err := json.Unmarshal([]byte(out), &report); status != program.Problem || err != nil || report.Fail != 2 || report.Schema == 0 {
		t.Errorf("exit status %d, %+v, %v: %s", status, report, err, errs)
	}
	b, err := os.ReadFile(junit)
	if err == nil {
		err = xml.Unmarshal(b, new(struct{}))
	}
	if err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(html); err != nil || !bytes.Contains(b, []byte("STA-ENR-PIN-01")) {
		t.Errorf("the page: %v", err)
	}
	status, out, errs = try(t, enrollee("12345670"), "replay", "-dut", "station", "-i", "eth0", "-pin", "12345670", filepath.Join(dir, "STA-ENR-PIN-01.pcapng"))
	if status != program.Fine || !strings.Contains(out, "1 cases: 1 pass") {
		t.Errorf("replay: exit status %d: %s%s", status, out, errs)
	}

	known := filepath.Join(dir, "known")
	if err := os.WriteFile(known, []byte("STA-ENR-PIN-01 it has another PIN\nSTA-ENR-PIN-02 it has another PIN\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := try(t, enrollee("24681353"), append([]string{"run", "-expect", known}, common...)...); status != program.Fine {
		t.Errorf("known differences: exit status %d: %s", status, out)
	}
}

// TestInterrupted interrupts a run before its first case: the reports say what
// was not run.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	junit := filepath.Join(t.TempDir(), "junit.xml")
	for _, format := range [][]string{nil, {"-json", "-junit", junit}} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"run", "-dut", "station", "-i", "eth0", "-pin", "12345670", "-only", "STA-ENR-PIN-0[12]"}, format...)
		status := program.Run(ctx, command(enrollee("12345670")), program.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args)
		if status != program.Incomplete || !strings.Contains(stdout.String(), "STA-ENR-PIN-02") || !strings.Contains(stderr.String(), "Stopped by you after 0 of 2 cases.") {
			t.Errorf("%v: exit status %d: %s%s", format, status, &stdout, &stderr)
		}
	}
	if b, err := os.ReadFile(junit); err != nil || bytes.Count(b, []byte("not run")) != 2 {
		t.Errorf("%s, %v", b, err)
	}
}

func TestListExplainLoad(t *testing.T) {
	status, out, _ := try(t, nil, "list", "-dut", "ap")
	if status != program.Fine || strings.Count(out, "\n") < 100 || strings.Contains(out, "STA-ENR") {
		t.Errorf("list: %d: %.200s", status, out)
	}
	if status, out, _ := try(t, nil, "explain", "ap-reg-pbc-06"); status != program.Fine || !strings.Contains(out, "press the button") {
		t.Errorf("explain: %d: %s", status, out)
	}
	page := filepath.Join(t.TempDir(), "load.html")
	status, out, errs := try(t, enrollee("12345670"), "load", "-dut", "station", "-i", "eth0", "-pin", "12345670", "-n", "5", "-html", page, "-musts")
	if b, err := os.ReadFile(page); err != nil || !bytes.Contains(b, []byte("How long exchanges took")) {
		t.Errorf("the page of the load: %v", err)
	}
	if status != program.Fine || !strings.Contains(out, "5 exchanges, 1 at once: 5 succeeded, 0 refused") {
		t.Errorf("load: %d: %s%s", status, out, errs)
	}
}

// TestBar checks the progress bar on a terminal.
func TestBar(t *testing.T) {
	counts := map[conformance.Verdict]int{conformance.Pass: 49, conformance.Fail: 1}
	if got := bar(50, 200, counts, "AP-REG-M3-07"); len(got) != barWidth || !strings.HasPrefix(got, "[#####...............] 50/200  49 pass, 1 fail, 0 open  AP-REG-M3-07") {
		t.Errorf("%q", got)
	}
	var stdout, stderr bytes.Buffer
	streams := program.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Terminal: true}
	if status := program.Run(t.Context(), command(enrollee("12345670")), streams, []string{"run", "-v", "-dut", "station", "-i", "eth0", "-pin", "12345670", "-only", "STA-ENR-PIN-0[12]"}); status != program.Fine {
		t.Errorf("exit status %d", status)
	}
	if text := stderr.String(); !strings.Contains(text, "[##########..........] 1/2  1 pass") || !strings.Contains(text, "2/2 STA-ENR-PIN-02 pass") {
		t.Errorf("%q", text)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"run"}, {"run", "-dut", "ap"}, {"run", "-dut", "toaster", "-i", "eth0"}, {"run", "-dut", "agent"}, {"serve"}, {"serve", "-dut", "ap", "-i", "eth0"}, {"serve", "-dut", "agent"}, {"serve", "-dut", "agent", "-i", "nonexistent"}, {"run", "-dut", "station", "-radius", "127.0.0.1:1812"}, {"run", "-dut", "ap-enrollee", "-radius", "127.0.0.1:1812", "-secret-file", "main.go"}, {"run", "-dut", "station", "-radius", "nowhere", "-secret-file", "main.go"},
		{"run", "-dut", "ap", "-radius", "127.0.0.1:1812", "-secret-file", "/nonexistent"}, {"run", "-dut", "ap", "-i", "eth0", "-level", "some"},
		{"run", "-dut", "station", "-i", "eth0", "-pin", "x"}, {"run", "-dut", "station", "-i", "eth0", "-only", "NONE"},
		{"explain"}, {"explain", "NONE-01"}, {"replay", "-dut", "ap", "-i", "eth0"}, {"load", "-dut", "station", "-i", "eth0", "-n", "0"},
		{"run", "-dut", "station", "-i", "eth0", "-expect", "/nonexistent"},
		{"run", "-dut", "ap", "-i", "eth0", "-upnp", "192.0.2.1"}, {"run", "-dut", "ap-enrollee", "-i", "eth0", "-upnp", "router"},
		{"run", "-dut", "ap-enrollee", "-i", "nonexistent", "-upnp", "192.0.2.1"},
		{"run", "-dut", "station", "-i", "wlan0", "-bssid", "02:00:00:00:00:01"}, {"run", "-dut", "ap", "-i", "wlan0", "-bssid", "2"},
		{"run", "-dut", "ap", "-i", "nonexistent", "-bssid", "02:00:00:00:00:01"},
	} {
		if status, out, errs := try(t, enrollee("12345670"), args...); status != program.Unable || errs == "" {
			t.Errorf("%v: exit status %d: %s%s", args, status, out, errs)
		}
	}
}
