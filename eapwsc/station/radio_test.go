//go:build linux

package station_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// lab is the script that boots a machine with simulated radios.
const lab = "../../.ci/radiolab/radiolab"

// TestRadio runs the cases among simulated radios, against stock hostapd and
// wpa_supplicant: this same test in a virtual machine, where WPS_RADIO says
// that the radios are present. It takes minutes, and runs only if WPS_RADIO is
// set; with WPS_RADIO=required a missing tool is a failure. The captures and
// logs of the machine are kept with "go test -artifacts".
func TestRadio(t *testing.T) { inRadioLab(t, runCases) }

// TestRadioPairs runs the cases between stock programs in the same way. It is a
// separate test because it runs nightly.
func TestRadioPairs(t *testing.T) { inRadioLab(t, runPairs) }

// inRadioLab boots the machine to run the calling test there, or runs its cases
// if this is the machine.
func inRadioLab(t *testing.T, run func(*testing.T)) {
	switch where := os.Getenv("WPS_RADIO"); where {
	case "inside":
		run(t)
		return
	case "":
		t.Skip("takes minutes: set WPS_RADIO=required to boot the radio lab")
	default:
		if why := unavailable(); why != "" && where == "required" {
			t.Fatal(why)
		} else if why != "" {
			t.Skip(why)
		}
	}
	payload := t.TempDir()
	build(t, "test", "-c", "-o", filepath.Join(payload, "station.test"), ".")
	for _, program := range []string{"wpsenroll", "wpsdoctor", "wpsregistrar"} {
		build(t, "build", "-o", filepath.Join(payload, program), "../../examples/"+program)
	}
	pattern := "^" + t.Name() + "$"
	if _, subtests, ok := strings.Cut(flag.Lookup("test.run").Value.String(), "/"); ok {
		pattern += "/" + subtests
	}
	left := t.ArtifactDir()
	machine := exec.Command(lab, "run", "-t", "1800", "-o", left, payload,
		"env", "WPS_RADIO=inside", "station.test", "-test.v=test2json", "-test.run", pattern)
	report(t, machine)
	judged(t, filepath.Join(payload, "wpsdoctor"), left)
}

// unavailable returns what the lab lacks here, or "".
func unavailable() string {
	if runtime.GOARCH != "amd64" {
		return "the radio lab needs an amd64 machine"
	}
	for _, tool := range []string{"qemu-system-x86_64", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "the radio lab needs " + tool
		}
	}
	if output, err := exec.Command(lab, "build").CombinedOutput(); err != nil {
		return "the radio lab cannot be built: " + string(output)
	}
	return ""
}

// build builds a static program for the machine.
func build(t *testing.T, arguments ...string) {
	t.Helper()
	cmd := exec.Command("go", arguments...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-ldflags=-w")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
}

// report boots the machine, and creates a subtest here for each one there.
func report(t *testing.T, machine *exec.Cmd) {
	t.Helper()
	convert := exec.Command("go", "tool", "test2json", "-t")
	var failure bytes.Buffer
	machine.Stderr = &failure
	raw, err := machine.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	convert.Stdin = raw
	events, err := convert.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(machine.Start(), convert.Start()); err != nil {
		t.Fatal(err)
	}
	output := make(map[string]*strings.Builder)
	cases := 0
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var event struct{ Action, Test, Output string }
		if err != nil || json.Unmarshal(line, &event) != nil {
			continue
		}
		_, name, _ := strings.Cut(event.Test, "/")
		if output[name] == nil {
			output[name] = new(strings.Builder)
		}
		output[name].WriteString(event.Output)
		if name == "" || strings.Contains(name, "/") {
			continue
		}
		switch event.Action {
		case "pass", "fail", "skip":
			cases++
			t.Run(name, func(t *testing.T) {
				t.Log(output[name])
				if event.Action != "pass" {
					t.Fail()
				}
			})
		}
	}
	err = machine.Wait()
	_ = convert.Wait()
	if err != nil && !t.Failed() || cases == 0 {
		t.Errorf("the machine: %v, %d cases\n%s%s", err, cases, output[""], &failure)
	}
}
