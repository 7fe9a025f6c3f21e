package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// run runs the program.
func run(args []string, stdout, stderr io.Writer) int {
	return program.Run(context.Background(), command(), program.IO{Out: stdout, Err: stderr}, args)
}

func TestFamily(t *testing.T) { programtest.Family(t, command) }

// TestTraffic reads the capture that was written: every exchange is there, each
// ends as planned, and the same seed makes the same capture.
func TestTraffic(t *testing.T) {
	for _, args := range [][]string{{"-"}, {"-wired", "-"}} {
		args = append([]string{"-exchanges", "40", "-size", "2"}, args...)
		var out, again, errs bytes.Buffer
		if status := run(args, &out, &errs); status != 0 || errs.Len() > 0 {
			t.Fatalf("%v: exit status %d, %s", args, status, &errs)
		}
		run(args, &again, &errs)
		if !bytes.Equal(out.Bytes(), again.Bytes()) {
			t.Errorf("%v: not the same capture once more", args)
		}
		if out.Len() < 2_000_000 || out.Len() > 2_300_000 {
			t.Errorf("%v: %d octets", args, out.Len())
		}
		causes := map[doctor.Cause]int{}
		stations := map[wps.MAC]bool{}
		for _, x := range exchanges(t, &out) {
			stations[x.Client] = true
			findings := x.Findings(wps.Strict)
			if len(findings) > 0 {
				t.Errorf("%v: %v", x.Client, findings)
			}
			causes[doctor.Diagnose(x.Evidence([]*doctor.Attempt{x.Attempt(findings)})).Cause]++
		}
		if len(stations) != 40 || causes[doctor.Success] < 20 || causes[doctor.PINFirstHalf] == 0 ||
			causes[doctor.PINSecondHalf] == 0 || causes[doctor.NoRegistrarSession] == 0 || len(causes) != 4 {
			t.Errorf("%v: %d stations, %v", args, len(stations), causes)
		}
	}
}

func exchanges(t *testing.T, r io.Reader) (all []*exchange.Exchange) {
	t.Helper()
	reader, err := capture.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	c := exchange.NewCollector(nil)
	for {
		e, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return append(all, c.Close()...)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Add(e)...)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"-exchanges", "x", "-"}, {"-exchanges", "-1", "-"}, {"a", "b"}} {
		var out, errs bytes.Buffer
		if status := run(args, &out, &errs); status != 2 || errs.Len() == 0 || out.Len() > 0 {
			t.Errorf("%v: exit status %d, %q, %q", args, status, &out, &errs)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestOutputFails(t *testing.T) {
	var errs bytes.Buffer
	if status := run([]string{"-exchanges", "1", "-size", "0", "-"}, full{}, &errs); status != program.Unable || errs.String() != "wpstraffic: no space left\n" {
		t.Errorf("exit status %d, %q", status, &errs)
	}
}
