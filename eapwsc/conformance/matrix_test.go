package conformance

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	matrix       = flag.Bool("matrix", false, "run every case against every faulty device, and compare with testdata/mutants.golden; it takes many minutes")
	updateMatrix = flag.Bool("update-matrix", false, "write testdata/mutants.golden anew, with -matrix")
)

// TestMatrix runs every case against every faulty device. Its golden file says
// which cases find which fault: a line for each device, the case that is about
// its fault first.
func TestMatrix(t *testing.T) {
	if !*matrix {
		t.Skip("it takes many minutes: -matrix runs it, as .ci/conformance does at night")
	}
	var b strings.Builder
	for _, m := range append(byMessage(), byHand...) {
		device, controls := build(t, m)
		s, err := New(Config{Device: device, Role: m.role, Controls: controls, OwnPIN: ownPIN, Short: true, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %s", m.name, m.kills)
		killed := false
		for _, r := range s.Run(context.Background()) {
			if r.Verdict == Fail && r.Case.ID == m.kills {
				killed = true
			} else if r.Verdict == Fail {
				b.WriteString(" " + r.Case.ID)
			}
		}
		b.WriteByte('\n')
		if !killed && findCase(t, m.kills).Needs&NeedTime == 0 {
			t.Errorf("%s is not found by %s", m.name, m.kills)
		}
	}
	const golden = "testdata/mutants.golden"
	if *updateMatrix {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}
