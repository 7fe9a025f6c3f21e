package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

// runProgram runs the program.
func runProgram(args []string, stdout, stderr io.Writer) int {
	return program.Run(context.Background(), command(), program.IO{Out: stdout, Err: stderr}, args)
}

func TestFamily(t *testing.T) { programtest.Family(t, command) }

// TestRun compares all output of the program with testdata, and its exit
// status.
func TestRun(t *testing.T) {
	for name, tt := range map[string]struct {
		args   string
		status int
	}{
		"default":     {"", program.Fine},
		"wrong-pin-1": {"-method pin -wrong-pin 1", program.Problem},
		"wrong-pin-2": {"-method pin -wrong-pin 2", program.Problem},
		"wps-off":     {"-wps-off", program.Problem},
		"loss":        {"-method pin -loss 0.15 -seed 4", program.Fine},
		"lost":        {"-method button -loss 1", program.Problem},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := runProgram(strings.Fields(tt.args), &stdout, &stderr); status != tt.status || stderr.Len() > 0 {
				t.Errorf("exit status %d, %s", status, stderr.String())
			}
			programtest.Golden(t, name+".txt", stdout.String())
		})
	}
}

// TestUsage checks the errors for wrong usage.
func TestUsage(t *testing.T) {
	for args, want := range map[string]string{
		"pin":                  `wpssim: "pin" is neither a command nor a flag`,
		"-method keyboard":     `wpssim: there is no method "keyboard": pin, button or both`,
		"-wrong-pin 3":         "wpssim: a PIN has halves 1 and 2, not 3",
		"-loss 1.5":            "wpssim: 1.5 is not a fraction of all frames",
		"-seed one":            `wpssim: -seed: "one" is not a valid number`,
		"-nonsense":            "wpssim: there is no flag -nonsense",
		"-wrong-pin 1 -loss x": `wpssim: -loss: "x" is not a valid number`,
	} {
		var stdout, stderr bytes.Buffer
		if status := runProgram(strings.Fields(args), &stdout, &stderr); status != program.Unable {
			t.Errorf("%s: exit status %d", args, status)
		}
		if !strings.HasPrefix(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: %q", args, stderr.String())
		}
	}
}

// full is a file on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFullDisk(t *testing.T) {
	var stderr bytes.Buffer
	if status := runProgram(nil, full{}, &stderr); status != program.Unable || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("exit status %d, %q", status, stderr.String())
	}
}
