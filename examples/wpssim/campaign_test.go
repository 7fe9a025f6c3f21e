package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/sim/pintest"
)

// wpssim runs the program and returns what it prints.
func wpssim(t *testing.T, want int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := runProgram(args, &stdout, &stderr); status != want {
		t.Fatalf("%v: exit status %d, %s", args, status, stderr.String())
	}
	return stdout.String() + stderr.String()
}

// TestCampaign plays a campaign as a whole and in two parts, which are merged.
func TestCampaign(t *testing.T) {
	report := func(text string) (r campaign.Report) {
		t.Helper()
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	base := []string{"run", "-n", "60", "-seed", "5", "-reuse-keys", "-json"}
	whole := report(wpssim(t, program.Fine, base...))
	var files []string
	for _, shard := range []string{"0/2", "1/2"} {
		file := filepath.Join(t.TempDir(), "trace.ndjson")
		wpssim(t, program.Fine, append(base, "-shard", shard, "-o", file)...)
		files = append(files, file)
	}
	merged := report(wpssim(t, program.Fine, append([]string{"merge", "-json"}, files...)...))
	if whole.Registrations != 60 || merged.Registrations != 60 || merged.TraceHash != whole.TraceHash {
		t.Errorf("merged %+v, whole %+v", merged, whole)
	}
	text := wpssim(t, program.Fine, "merge", files[0], files[1])
	for _, part := range []string{"60 registrations, seed 5", "Outcomes", "virtual time", whole.TraceHash} {
		if !strings.Contains(text, part) {
			t.Errorf("the table lacks %q:\n%s", part, text)
		}
	}
}

func TestReplay(t *testing.T) {
	text := wpssim(t, program.Fine, "replay", "-faults", "none", "-profile", "person=pin,router=ordinary", "5:3")
	for _, part := range []string{"person pin", "M8", "The doctor says: success"} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %q:\n%s", part, text)
		}
	}
}

// TestCommandUsage has commands that are not used as they should be.
func TestCommandUsage(t *testing.T) {
	for args, want := range map[string]string{
		"run -n x":                 `-n: "x" is not a number`,
		"run 7":                    `"7" is not a flag`,
		"run -shard 2/2":           "is no shard",
		"run -faults rain=1":       "there is no fault",
		"run -profile cat=grey":    "none of \"cat\"",
		"run -profile router=grey": "there is no \"grey\"",
		"replay":                   "say what to play",
		"replay nowhere":           "nowhere",
		"shrink 1:1":               "violates nothing",
		"merge":                    "say which files",
	} {
		if text := wpssim(t, program.Unable, strings.Fields(args)...); !strings.Contains(text, want) {
			t.Errorf("%s: %s", args, text)
		}
	}
	if text := wpssim(t, program.Fine, "profiles"); !strings.Contains(text, "router=slow-dh") {
		t.Errorf("profiles: %s", text)
	}
}

// TestPINs plays a small campaign of PIN handling, printed in both forms.
func TestPINs(t *testing.T) {
	var report pintest.Report
	if err := json.Unmarshal([]byte(wpssim(t, program.Fine, "pins", "-n", "20", "-seed", "3", "-json")), &report); err != nil || report.Plays != 20 || report.Steps == 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if text := wpssim(t, program.Fine, "pins", "-n", "20", "-seed", "3"); !strings.Contains(text, report.TraceHash) {
		t.Errorf("the table lacks the trace:\n%s", text)
	}
	wpssim(t, program.Unable, "pins", "nonsense")
}
