package practice

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/wps/doctor"
)

// play does things, each followed by a pause.
func play(t *testing.T, g *Game, pause time.Duration, all ...string) {
	t.Helper()
	for _, what := range all {
		if _, err := g.Do(what, ""); err != nil {
			t.Fatal(what, err)
		}
		g.Run(pause)
	}
}

// TestPlain registers a printer by PIN, and plays the same game again.
func TestPlain(t *testing.T) {
	g, err := New(7, "plain")
	if err != nil {
		t.Fatal(err)
	}
	play(t, g, 5*time.Second, "printer-pin")
	shown := g.State().Printer.PIN
	if _, err := g.Do("router-pin", shown); err != nil {
		t.Fatal(err)
	}
	g.Run(time.Minute)
	s := g.State()
	if !s.Printer.Done || g.Verdict().Cause != doctor.Success {
		t.Fatalf("%+v %+v", s.Printer, g.Verdict())
	}
	again, err := New(7, "plain")
	if err != nil {
		t.Fatal(err)
	}
	again.Replay(s.Deeds)
	again.Run(time.Minute)
	if g.world.TraceHash() != again.world.TraceHash() {
		t.Error("the same game is another one")
	}
}

// TestScenarios: each scenario can be begun, and without what it is about the
// doctor names the cause.
func TestScenarios(t *testing.T) {
	causes := map[string]doctor.Cause{"plain": doctor.Success, "locked": doctor.Success}
	got := make(map[string]doctor.Cause)
	for _, s := range Scenarios() {
		g, err := New(3, s.ID)
		if err != nil {
			t.Fatal(s.ID, err)
		}
		if s.Title == "" || s.Story == "" {
			t.Errorf("%s says nothing", s.ID)
		}
		g.Run(10 * time.Second)
		if s.ID != "mistyped" {
			play(t, g, time.Second, "printer-pin")
			_, _ = g.Do("router-pin", g.State().Printer.PIN)
		}
		g.Run(3 * time.Minute)
		got[s.ID] = g.Verdict().Cause
		if want, ok := causes[s.ID]; ok && got[s.ID] != want {
			t.Errorf("%s: %s", s.ID, got[s.ID])
		}
		if !g.State().Printer.Done && (g.Verdict().Text == "" || len(g.Verdict().Remedy) == 0) {
			t.Errorf("%s: the doctor says nothing", s.ID)
		}
	}
	t.Log(got)
	if diff := cmp.Diff([]doctor.Cause{doctor.PINFirstHalf, doctor.WPSDisabled}, []doctor.Cause{got["mistyped"], got["wps-off"]}); diff != "" {
		t.Error(diff)
	}
	if _, err := New(1, "nothing"); !errors.Is(err, ErrScenario) {
		t.Error(err)
	}
}
