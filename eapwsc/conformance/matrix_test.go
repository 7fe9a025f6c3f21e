package conformance

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/wps/registration"
)

var (
	matrix       = flag.Bool("matrix", false, "run every case against every faulty device, and compare with testdata/mutants.golden; it takes some minutes")
	updateMatrix = flag.Bool("update-matrix", false, "write testdata/mutants.golden anew, with -matrix")
)

// TestMatrix runs every case against every faulty device. Its golden file says
// which cases find which fault: a line for each device, the case that is about
// its fault first.
func TestMatrix(t *testing.T) {
	if !*matrix {
		t.Skip("it takes some minutes: -matrix runs it, as .ci/conformance does at night")
	}
	all := mutants()
	lines := make([]string, len(all))
	t.Run("of", func(t *testing.T) {
		for i, m := range all {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				lines[i] = finders(t, m)
			})
		}
	})
	const golden = "testdata/mutants.golden"
	if *updateMatrix {
		if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), lines); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

// finders returns a mutant's line of the matrix. Most of the cost is that of key
// pairs: where they do not matter, the device has the same in every run.
func finders(t *testing.T, m mutant) string {
	pair, err := registration.NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	fast := m
	fast.config = func(cfg *ap.Config) {
		if m.config != nil {
			m.config(cfg)
		}
		cfg.Run.KeyPair = pair
	}
	suites := map[bool]*Suite{}
	for fresh, m := range map[bool]mutant{true: m, false: fast} {
		device, controls := build(t, m)
		if suites[fresh], err = New(Config{Device: device, Role: m.role, Controls: controls, OwnPIN: ownPIN, Seed: 1}); err != nil {
			t.Fatal(err)
		}
	}
	line, killed := m.name+": "+m.kills, false
	for _, c := range suites[true].cases {
		if c.ID != m.kills && costly(c) {
			continue
		}
		r := suites[c.ID == m.kills || has[freshness](c)].RunCase(t.Context(), c)
		switch {
		case r.Verdict == Fail && r.Case.ID == m.kills:
			killed = true
		case r.Verdict == Fail:
			line += " " + r.Case.ID
		}
	}
	if !killed {
		t.Errorf("%s is not found by %s", m.name, m.kills)
	}
	return line
}

// costly reports whether a case takes dozens of exchanges or more, of which one
// as of the others: it says little of a fault that is not its own.
func costly(c *Case) bool {
	return has[repeat](c) || has[mutations](c) || has[crowd](c) || has[unlocks](c) || has[growing](c)
}

// has reports whether a case has a step of a kind.
func has[S step](c *Case) bool {
	return slices.ContainsFunc(c.rows[0].steps, func(s step) bool { _, ok := s.(S); return ok })
}
