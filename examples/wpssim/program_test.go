package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRun compares all that the program prints with testdata, and its exit
// status.
func TestRun(t *testing.T) {
	for name, tt := range map[string]struct {
		args   string
		status int
	}{
		"default":     {"", exitConnected},
		"wrong-pin-1": {"-method pin -wrong-pin 1", exitNotConnected},
		"wrong-pin-2": {"-method pin -wrong-pin 2", exitNotConnected},
		"wps-off":     {"-wps-off", exitNotConnected},
		"loss":        {"-method pin -loss 0.15 -seed 4", exitConnected},
		"lost":        {"-method button -loss 1", exitNotConnected},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := run(strings.Fields(tt.args), &stdout, &stderr); status != tt.status || stderr.Len() > 0 {
				t.Errorf("exit status %d, %s", status, stderr.String())
			}
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, stdout.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), stdout.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestUsage compares what is said to who does not use the program as he
// should.
func TestUsage(t *testing.T) {
	for args, want := range map[string]string{
		"pin":                  `wpssim: "pin" is not a flag`,
		"-method keyboard":     `wpssim: there is no method "keyboard": pin, button or both`,
		"-wrong-pin 3":         "wpssim: a PIN has halves 1 and 2, not 3",
		"-loss 1.5":            "wpssim: 1.5 is not a fraction of all frames",
		"-seed one":            "invalid value",
		"-nonsense":            "flag provided but not defined: -nonsense",
		"-wrong-pin 1 -loss x": "invalid value",
	} {
		var stdout, stderr bytes.Buffer
		if status := run(strings.Fields(args), &stdout, &stderr); status != exitUsage {
			t.Errorf("%s: exit status %d", args, status)
		}
		if !strings.HasPrefix(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("%s: %q", args, stderr.String())
		}
	}
	var stdout, stderr bytes.Buffer
	if status := run([]string{"-help"}, &stdout, &stderr); status != exitConnected || !strings.Contains(stderr.String(), "-wrong-pin") {
		t.Errorf("-help: %d, %q", status, stderr.String())
	}
}

// full is a file on a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFullDisk(t *testing.T) {
	var stderr bytes.Buffer
	if status := run(nil, full{}, &stderr); status != exitUsage || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("exit status %d, %q", status, stderr.String())
	}
}
