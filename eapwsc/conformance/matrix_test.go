package conformance

import (
	"flag"
	"math/rand/v2"
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

// TestMatrix runs every case against every faulty device. The golden file has a
// line for each device with the cases that find its fault, starting with the
// case for that fault.
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
	old, err := os.ReadFile(golden)
	if err != nil && !*updateMatrix {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(old)), "\n")
	// The lines of mutants that -run excludes stay.
	for i, m := range all {
		if j := slices.IndexFunc(want, func(line string) bool { return strings.HasPrefix(line, m.name+": ") }); lines[i] == "" && j >= 0 {
			lines[i] = want[j]
		}
	}
	if *updateMatrix {
		if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

// finders returns a mutant's line of the matrix. Key pairs take most of the
// time, so the device uses the same pair in every run where that does not
// matter.
func finders(t *testing.T, m mutant) string {
	pair, err := registration.NewKeyPair(rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	fast := m
	fast.config = func(cfg *ap.Config) {
		if m.config != nil {
			m.config(cfg)
		}
		cfg.Registration.KeyPair = pair
		cfg.Registration.Rand = rand.NewChaCha8([32]byte{1})
	}
	// A device that reads what it has broken itself behaves by chance: the chance
	// is always the same.
	suite := func(m mutant) *Suite {
		device, controls := build(t, m)
		s, err := New(Config{Device: device, Role: m.role, Controls: controls, OwnPIN: ownPIN, Seed: 1, Rand: rand.NewChaCha8([32]byte{2})})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	// The case for the fault gets a new device, since some devices wear out.
	if r := suite(m).RunCase(t.Context(), findCase(t, m.kills)); r.Verdict != Fail {
		t.Errorf("%s is not found by %s: %v", m.name, m.kills, r.Verdict)
	}
	line, fresh, usual := m.name+": "+m.kills, suite(m), suite(fast)
	for _, c := range usual.cases {
		s := usual
		switch {
		case c.ID == m.kills || costly(c):
			continue
		case has[freshness](c):
			s = fresh
		}
		if r := s.RunCase(t.Context(), c); r.Verdict == Fail {
			line += " " + c.ID
		}
	}
	return line
}

// costly reports whether a case has dozens of exchanges or more. Such a case
// finds little that others do not.
func costly(c *Case) bool {
	return has[repeat](c) || has[mutations](c) || has[abandonedExchanges](c) || has[unlocks](c) || has[growingLock](c)
}

// has reports whether a case has a step of type S.
func has[S step](c *Case) bool {
	return slices.ContainsFunc(c.rows[0].steps, func(s step) bool { _, ok := s.(S); return ok })
}
