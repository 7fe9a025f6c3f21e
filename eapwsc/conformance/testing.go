package conformance

import (
	"testing"
)

// TestAccessPoint runs the cases of an access point as subtests: as registrar
// and, if its own PIN is known, as enrollee of external registrars. cfg.Role is
// set here. A case that is not applicable or inconclusive is skipped with its
// reason; one of level [May] that fails is logged.
func TestAccessPoint(t *testing.T, cfg Config) {
	cfg.Role = APRegistrar
	run(t, cfg)
	if cfg.Controls == nil {
		cfg.Controls = Funcs{}
	}
	if cfg.OwnPIN != "" || cfg.Controls.Has(ShowPIN) {
		cfg.Role = APEnrollee
		run(t, cfg)
	}
}

// TestEnrollee runs the cases of a station that enrolls as subtests: see
// [TestAccessPoint].
func TestEnrollee(t *testing.T, cfg Config) {
	cfg.Role = Station
	run(t, cfg)
}

// TestRegistrar runs the cases of an external registrar as subtests: see
// [TestAccessPoint].
func TestRegistrar(t *testing.T, cfg Config) {
	cfg.Role = Registrar
	run(t, cfg)
}

// TestAgent runs the cases of an agent of IEEE 1905.1 as subtests: see
// [TestAccessPoint] and [MeshAgent].
func TestAgent(t *testing.T, cfg Config) {
	cfg.Role = Agent
	run(t, cfg)
}

// TestController runs the cases of a controller of IEEE 1905.1 as subtests: see
// [TestAccessPoint] and [MeshController].
func TestController(t *testing.T, cfg Config) {
	cfg.Role = Controller
	run(t, cfg)
}

// run runs the cases of a role as subtests.
func run(t *testing.T, cfg Config) {
	t.Helper()
	cfg.Short = cfg.Short || testing.Short()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.cases {
		t.Run(c.ID, func(t *testing.T) {
			switch r := s.RunCase(t.Context(), c); r.Verdict {
			case NotApplicable, Inconclusive:
				t.Skip(r.Reason)
			case Fail:
				report := t.Error
				if c.Level == May {
					report = t.Log
				}
				report(r.Text())
			}
		})
	}
}
