package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/sim/pintest"
)

// wpssim runs the program and returns its output.
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
		programtest.Schema(t, text)
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
	for _, file := range files {
		lines, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		programtest.Schema(t, string(lines))
	}
	merged := report(wpssim(t, program.Fine, append([]string{"merge", "-json"}, files...)...))
	if whole.Registrations != 60 || merged.Registrations != 60 || merged.TraceHash != whole.TraceHash {
		t.Errorf("merged %+v, whole %+v", merged, whole)
	}
	page := filepath.Join(t.TempDir(), "report.html")
	text := wpssim(t, program.Fine, "merge", "-html", page, files[0], files[1])
	if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), "60 worlds were played, and no rule was broken.") || !strings.Contains(string(html), whole.TraceHash) {
		t.Errorf("%v\n%s", err, html)
	}
	for _, part := range []string{"60 registrations, seed 5", "Outcomes", "virtual time", whole.TraceHash} {
		if !strings.Contains(text, part) {
			t.Errorf("the table lacks %q:\n%s", part, text)
		}
	}
}

// TestIncomplete has campaigns that are interrupted, and merges with a part
// missing or from another campaign. Their exit status must not be that of a
// complete one.
func TestIncomplete(t *testing.T) {
	dir := t.TempDir()
	part := func(name string, args ...string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		wpssim(t, program.Fine, append([]string{"run", "-reuse-keys", "-json", "-o", file}, args...)...)
		return file
	}
	first, second := part("0", "-n", "20", "-shard", "0/2"), part("1", "-n", "20", "-shard", "1/2")
	cut := filepath.Join(dir, "cut")
	whole, err := os.ReadFile(second)
	if err == nil {
		err = os.WriteFile(cut, whole[:len(whole)/2], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		status int
		files  []string
		says   string
	}{
		"whole":          {program.Fine, []string{second, first}, "20 registrations"},
		"one of two":     {program.Incomplete, []string{first}, "of 2 shards, these are missing: 1"},
		"a part was cut": {program.Incomplete, []string{first, cut}, "cut has no report at its end"},
		"twice":          {program.Unable, []string{first, second, first}, "shard 0 of 2 is in both"},
		"another seed":   {program.Unable, []string{first, part("seed", "-n", "20", "-shard", "1/2", "-seed", "2")}, "the seed: 1 in one and 2"},
		"other faults":   {program.Unable, []string{first, part("faults", "-n", "20", "-shard", "1/2", "-faults", "none")}, "the faults: swarm in one and none"},
		"other number":   {program.Unable, []string{first, part("number", "-n", "21", "-shard", "1/2")}, "the number of worlds: 20"},
		"other profile":  {program.Unable, []string{first, part("profile", "-n", "20", "-shard", "1/2", "-profile", "person=pin")}, "the profile:"},
		"nothing played": {program.Unable, []string{cut}, "no report in the files"},
	} {
		if text := wpssim(t, tt.status, append([]string{"merge"}, tt.files...)...); !strings.Contains(text, tt.says) {
			t.Errorf("%s: it does not say %q:\n%s", name, tt.says, text)
		}
	}

	var out, complaint bytes.Buffer
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	status := program.Run(interrupted, command(), program.IO{Out: &out, Err: &complaint}, []string{"run", "-n", "20", "-json"})
	if status != program.Incomplete || !strings.Contains(complaint.String(), "interrupted") || !strings.Contains(out.String(), `"interrupted":true`) {
		t.Errorf("interrupted: status %d, %s%s", status, out.String(), complaint.String())
	}
	if text := wpssim(t, program.Fine, "run", "-for", "20ms", "-reuse-keys"); strings.Contains(text, "incomplete") {
		t.Errorf("its time was over, and it says:\n%s", text)
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

// TestCommandUsage runs commands with wrong arguments.
func TestCommandUsage(t *testing.T) {
	for args, want := range map[string]string{
		"run -n x":                 `-n: "x" is not a valid number`,
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

// TestPINs plays a small campaign of PIN handling, and checks both output
// formats.
func TestPINs(t *testing.T) {
	var report pintest.Report
	if err := json.Unmarshal([]byte(checked(t, wpssim(t, program.Fine, "pins", "-n", "20", "-seed", "3", "-json"))), &report); err != nil || report.Plays != 20 || report.Steps == 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if text := wpssim(t, program.Fine, "pins", "-n", "20", "-seed", "3"); !strings.Contains(text, report.TraceHash) {
		t.Errorf("the table lacks the trace:\n%s", text)
	}
	wpssim(t, program.Unable, "pins", "nonsense")
}

// checked returns JSON after checking it against schema.json.
func checked(t *testing.T, text string) string {
	t.Helper()
	programtest.Schema(t, text)
	return text
}
