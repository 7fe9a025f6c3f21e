package campaign

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps/registration"
)

// play runs a campaign to its end.
func play(t *testing.T, c *Campaign) *Report {
	t.Helper()
	r, err := c.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r.time(0) // the only value that is not determined by the worlds
	r.PerSecond = 0
	return r
}

// TestSceneAfterwards uses a scene after the play: a custom person has kept it,
// and its world is still usable.
func TestSceneAfterwards(t *testing.T) {
	var kept *Scene
	c := &Campaign{N: 2, People: []Person{{Name: "looks on", Do: func(s *Scene) { kept = s }}}}
	for index := range c.N {
		s, err := c.Scenario(index)
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Play(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if hash := kept.TraceHash(); hex.EncodeToString(hash[:]) != p.Trace {
			t.Errorf("the trace is %x, and was %s", hash, p.Trace)
		}
		kept.Router.Restart()
		kept.Run(time.Minute)
	}
}

// TestCampaign plays a campaign with different numbers of workers, and in
// parts. The expected hash is the same on every platform; it changes with the
// behaviour of the devices and with every row of the tables.
func TestCampaign(t *testing.T) {
	const want = "0ee663ec476493a14391f362f5f043e6a0640a673ef5596341373dce82916018"
	campaign := func() *Campaign { return &Campaign{Seed: 7, N: 400, Faults: DefaultRates(), ReuseKeys: true} }
	c := campaign()
	c.Workers = 1
	one := play(t, c)
	for _, w := range one.Worlds {
		t.Errorf("%v\n%s", w.Violations, w.Command)
	}
	if one.Registrations != 400 || one.Succeeded == 0 || one.TraceHash != want {
		t.Errorf("%d registrations, %d succeeded, trace %s", one.Registrations, one.Succeeded, one.TraceHash)
	}
	c = campaign()
	c.Workers = 4
	if diff := cmp.Diff(one, play(t, c)); diff != "" {
		t.Errorf("with four workers (-one +four):\n%s", diff)
	}
	var whole *Report
	for shard := range uint64(3) {
		c = campaign()
		c.Shard, c.Shards = shard, 3
		part := play(t, c)
		if whole == nil {
			whole = part
		} else if err := whole.Merge(part); err != nil {
			t.Fatal(err)
		}
	}
	if !whole.Complete() {
		t.Errorf("%v are missing", whole.Missing())
	}
	whole.Shards, whole.Parts = one.Shards, one.Parts
	if diff := cmp.Diff(one, whole); diff != "" {
		t.Errorf("in three parts (-one +three):\n%s", diff)
	}
}

// TestProfiles plays each row of the tables without faults and with fresh keys.
// There must be at least twenty.
func TestProfiles(t *testing.T) {
	c := new(Campaign)
	if err := c.fill(); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Routers) + len(c.Printers); n < 20 {
		t.Errorf("%d profiles", n)
	}
	seen := make(map[string]bool)
	try := func(kind string, s Scenario) {
		name := kind + " " + s.Router + s.Printer + s.Person
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		p, err := c.Play(s, nil)
		if err != nil || len(p.Violations) > 0 {
			t.Errorf("%+v: %v %v", s, p.Violations, err)
		}
	}
	person := func(lacks Methods) string {
		if lacks&ByButton != 0 {
			return "pin"
		}
		return "button"
	}
	for _, r := range c.Routers {
		try("router", Scenario{Seed: 1, Router: r.Name, Printer: "ordinary", Person: person(r.Lacks)})
	}
	for _, p := range c.Printers {
		try("printer", Scenario{Seed: 1, Router: "ordinary", Printer: p.Name, Person: person(p.Lacks)})
	}
	for _, p := range c.People {
		try("person", Scenario{Seed: 1, Router: "ordinary", Printer: "ordinary", Person: p.Name})
	}
}

// fragile is an enrollee that panics if it receives a packet twice.
type fragile struct {
	sim.Endpoint
	heard []string
}

func (f *fragile) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	if slices.Contains(f.heard, string(packet)) {
		panic("heard before")
	}
	f.heard = append(f.heard, string(packet))
	return f.Endpoint.Handle(now, packet)
}

// fragileCampaign returns a campaign with fragile printers among others.
func fragileCampaign() *Campaign {
	return &Campaign{Seed: 3, N: 100, Faults: DefaultRates(), ReuseKeys: true, Printers: []PrinterProfile{
		printerProfiles[0],
		{Name: "fragile", Configure: func(c *sim.PrinterConfig) {
			c.NewEndpoint = func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
				x, err := sim.NewEnrollee(cfg)
				return &fragile{Endpoint: x}, err
			}
		}},
	}}
}

// TestShrink finds a printer that panics, repeats that, and reduces the faults
// to those that are needed.
func TestShrink(t *testing.T) {
	c := fragileCampaign()
	r := play(t, c)
	if r.Failed == 0 || len(r.Worlds) == 0 || r.Broken[RulePanic] != r.Failed {
		t.Fatal("the fragile printer does not break")
	}
	v := r.Worlds[0]
	if !strings.HasPrefix(v.Violations[0].String(), "panic: heard before in sim/campaign.(*fragile).Handle") || !strings.HasPrefix(v.Command, "wpssim replay -reuse-keys 3:") {
		t.Errorf("%v\n%s", v.Violations, v.Command)
	}
	s, err := c.Scenario(v.Index)
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.Play(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	least, p, err := c.Shrink(s)
	if err != nil {
		t.Fatal(err)
	}
	if least.Printer != "fragile" || len(p.Violations) == 0 || len(least.Keep) >= len(before.happened) {
		t.Errorf("%d faults of %d are left: %+v", len(least.Keep), len(before.happened), least)
	}
	var again Scenario
	text, err := json.Marshal(least)
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	if err != nil || !cmp.Equal(least, again) {
		t.Errorf("%s: %v", text, err)
	}
	if repeated, err := c.Play(again, nil); err != nil || repeated.Trace != p.Trace {
		t.Errorf("another trace: %v", err)
	}
	if _, _, err := c.Shrink(Scenario{Router: "ordinary", Printer: "ordinary", Person: "pin"}); !errors.Is(err, ErrConfig) {
		t.Errorf("what does not fail is shrunk: %v", err)
	}
}

func TestCampaignConfig(t *testing.T) {
	for name, c := range map[string]*Campaign{
		"shard":  {N: 1, Shard: 2, Shards: 2},
		"person": {N: 1, Routers: []RouterProfile{{Name: "bare", Lacks: ByPIN | ByButton | ByWizard}}},
	} {
		if _, err := c.Run(context.Background()); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	full := errors.New("disk full")
	c := &Campaign{N: 100, ReuseKeys: true, Trace: func(*Play) error { return full }}
	if _, err := c.Run(context.Background()); !errors.Is(err, full) {
		t.Errorf("the error of Trace: %v", err)
	}
	if err := new(Campaign).Only("nonsense", "", ""); !errors.Is(err, ErrConfig) {
		t.Errorf("a profile that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c = &Campaign{ReuseKeys: true, Trace: func(p *Play) error {
		if p.Index == 20 {
			cancel()
		}
		return nil
	}}
	if r, err := c.Run(ctx); err != nil || r.Registrations < 20 || !r.Interrupted || r.Complete() {
		t.Errorf("a campaign that was interrupted: %+v, %v", r, err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if r, err := (&Campaign{ReuseKeys: true}).Run(ctx); err != nil || r.Interrupted || !r.Complete() {
		t.Errorf("a campaign whose time was over: %+v, %v", r, err)
	}
}

// TestMerge merges reports that belong together, and some that do not.
func TestMerge(t *testing.T) {
	part := func(change func(*Campaign)) *Report {
		t.Helper()
		c := &Campaign{Seed: 1, N: 3, Shards: 3, ReuseKeys: true}
		change(c)
		return play(t, c)
	}
	first := func(*Campaign) {}
	for name, change := range map[string]func(*Campaign){
		"the same shard":         first,
		"another seed":           func(c *Campaign) { c.Shard, c.Seed = 1, 2 },
		"other faults":           func(c *Campaign) { c.Shard, c.Faults.Loss = 1, Range{0.1, 0.1} },
		"another number":         func(c *Campaign) { c.Shard, c.N = 1, 4 },
		"other shards":           func(c *Campaign) { c.Shard, c.Shards = 1, 2 },
		"other keys":             func(c *Campaign) { c.Shard, c.ReuseKeys = 1, false },
		"another row of a table": func(c *Campaign) { c.Shard, c.Printers = 1, printerProfiles[:1] },
	} {
		r := part(first)
		if err := r.Merge(part(change)); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(part(first), r); diff != "" {
			t.Errorf("%s: the report has changed:\n%s", name, diff)
		}
	}
	r := part(first)
	for _, shard := range []uint64{2, 1} {
		if r.Complete() {
			t.Errorf("complete with %v", r.Parts)
		}
		if missing := r.Missing(); !slices.Contains(missing, shard) || len(missing) != int(r.Shards)-len(r.Parts) {
			t.Errorf("with %v, %v are missing", r.Parts, missing)
		}
		if err := r.Merge(part(func(c *Campaign) { c.Shard = shard })); err != nil {
			t.Error(err)
		}
	}
	if !r.Complete() || len(r.Missing()) > 0 || r.Registrations != 3 {
		t.Errorf("%+v", r)
	}
	if missing := (&Report{Shards: 1 << 63}).Missing(); len(missing) != 100 {
		t.Errorf("%d are missing", len(missing))
	}
}

func TestRates(t *testing.T) {
	for _, text := range []string{"none", "swarm", "loss=0.1", "loss=0.1,delay=0..0.5", "swarm,loss=0.9", "outage=1..2,kbps=100"} {
		var r Rates
		if err := r.UnmarshalText([]byte(text)); err != nil || r.String() != text {
			t.Errorf("%s: %v, %v", text, r, err)
		}
	}
	for _, text := range []string{"", "loss", "loss=2", "loss=0.5..0.1", "loss=x", "rain=0.1", "loss=NaN", "loss=-1", "swarm,none"} {
		if err := new(Rates).UnmarshalText([]byte(text)); !errors.Is(err, ErrConfig) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPanicOfBlockingCode checks that a panic in code written for a socket is a
// violation that names the function.
func TestPanicOfBlockingCode(t *testing.T) {
	c := &Campaign{N: 3, ReuseKeys: true, Printers: []PrinterProfile{{Name: "broken", Lacks: ByWizard, Configure: func(c *sim.PrinterConfig) {
		c.NewEndpoint = func(registration.EnrolleeConfig) (sim.Endpoint, error) {
			return sim.Blocking(func(*sim.Conn) (*registration.Result, error) { panic("broken") }), nil
		}
	}}}, Routers: routerProfiles[:1], People: people[:1]}
	r := play(t, c)
	if r.Failed != 3 || !strings.HasPrefix(r.Worlds[0].Violations[0].Text, "broken in sim/campaign.TestPanicOfBlockingCode") {
		t.Errorf("%+v", r.Worlds)
	}
}
