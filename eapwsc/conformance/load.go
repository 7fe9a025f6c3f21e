package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/report"
)

// LoadConfig configures [Suite.Load].
type LoadConfig struct {
	N        int // number of exchanges
	Parallel int // how many run concurrently; 0 and 1 mean one after the other
}

// LoadReport is the result of [Suite.Load].
type LoadReport struct {
	N, Succeeded, Refused int
	Took                  time.Duration
	latencies             []time.Duration // of those that succeeded, sorted
	// Errors are the first reasons of failures, each once.
	Errors []string
	// Usable reports whether the device still registers a station correctly.
	Usable bool
}

// Rate returns the number of successful exchanges per second.
func (r *LoadReport) Rate() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.Succeeded) / r.Took.Seconds()
}

// Latency returns the time within which a fraction of the exchanges, from 0 to
// 1, succeeded.
func (r *LoadReport) Latency(fraction float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	i := int(fraction * float64(len(r.latencies)))
	return r.latencies[min(max(i, 0), len(r.latencies)-1)]
}

// Document returns the report as a page: see package report.
func (r *LoadReport) Document(device string) *report.Document {
	v := &report.Verdict{Mood: report.Good, Label: "carried", Text: "Every exchange has succeeded."}
	switch {
	case !r.Usable:
		v = &report.Verdict{Mood: report.Bad, Label: "unusable", Text: "Afterwards the device does not register a station any more."}
	case r.Refused > 0:
		v = &report.Verdict{Mood: report.Warning, Label: "refused", Text: "Some exchanges have not succeeded."}
	}
	v.Detail = fmt.Sprintf("%d exchanges in %v: %.1f a second", r.N, r.Took.Round(time.Millisecond), r.Rate())
	latencies := report.Bars{Caption: "How long exchanges took", Unit: "exchanges"}
	// From the fastest on, each bar is of twice the time of the one before.
	low := time.Millisecond
	for i := 0; i < len(r.latencies); low *= 2 {
		n := i
		for n < len(r.latencies) && r.latencies[n] < low {
			n++
		}
		if n > i || len(latencies.Bars) > 0 {
			latencies.Bars = append(latencies.Bars, report.Bar{Label: "below " + low.String(), Count: int64(n - i)})
		}
		i = n
	}
	facts := []report.Fact{
		{Name: "succeeded", Value: fmt.Sprint(r.Succeeded)}, {Name: "refused", Value: fmt.Sprint(r.Refused)},
	}
	for _, f := range []float64{0.5, 0.95, 0.99} {
		facts = append(facts, report.Fact{Name: fmt.Sprintf("%g %% within", 100*f), Value: r.Latency(f).Round(100 * time.Microsecond).String()})
	}
	part := report.Part{Heading: "Load", Verdict: v, Facts: facts, Notes: r.Errors}
	if len(latencies.Bars) > 0 {
		part.Bars = []report.Bars{latencies}
	}
	return &report.Document{Title: "Load of " + device, Parts: []report.Part{part}}
}

// maxLoadErrors is how many reasons a LoadReport keeps.
const maxLoadErrors = 10

// Load runs correct exchanges, one after the other or concurrently, and then a
// last one to see whether the device is still usable. Concurrent exchanges need
// a device that supports them: an access point's own PIN (role [APEnrollee])
// can be used by many registrars, the PIN of one station only once. The
// Device's Open must then be safe for concurrent use; that of a [Process] is
// not.
func (s *Suite) Load(ctx context.Context, cfg LoadConfig) (*LoadReport, error) {
	switch {
	case cfg.N <= 0:
		return nil, fmt.Errorf("%w: a load of %d exchanges", ErrConfig, cfg.N)
	case cfg.Parallel > 1 && s.cfg.Role != APEnrollee:
		return nil, fmt.Errorf("%w: only an access point's own PIN supports concurrent exchanges", ErrConfig)
	case cfg.Parallel > 200:
		return nil, fmt.Errorf("%w: at most 200 concurrent exchanges", ErrConfig)
	}
	if _, ok := s.cfg.Device.(*Process); ok && cfg.Parallel > 1 {
		return nil, fmt.Errorf("%w: a Process serves one exchange at a time", ErrConfig)
	}
	r := &LoadReport{}
	began := s.cfg.Device.Now()
	var mu sync.Mutex
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if r.N == cfg.N || ctx.Err() != nil {
			return 0, false
		}
		r.N++
		return r.N, true
	}
	var workers sync.WaitGroup
	for w := range max(cfg.Parallel, 1) {
		workers.Go(func() {
			for {
				if _, ok := next(); !ok {
					return
				}
				start := s.cfg.Device.Now()
				why := s.loadOne(ctx, byte(1+w))
				took := s.cfg.Device.Now().Sub(start)
				mu.Lock()
				if why != "" && ctx.Err() != nil {
					r.N-- // it was interrupted
				} else if why == "" {
					r.Succeeded++
					r.latencies = append(r.latencies, took)
				} else {
					r.Refused++
					if len(r.Errors) < maxLoadErrors && !slices.Contains(r.Errors, why) {
						r.Errors = append(r.Errors, why)
					}
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	r.Took = s.cfg.Device.Now().Sub(began)
	slices.Sort(r.latencies)
	t := s.trial(ctx)
	r.Usable = t.settle() == ""
	return r, context.Cause(ctx)
}

// loadOne runs one right exchange.
func (s *Suite) loadOne(ctx context.Context, who byte) string {
	t := s.trial(ctx)
	a := attempt{station: who}
	switch s.cfg.Role {
	case APRegistrar:
		if _, err := t.operate(EnterPIN, stationPIN); err != nil && !errors.Is(err, ErrNoControl) {
			return quotable(err.Error())
		}
	case APEnrollee:
		a.method = byOwnPIN
	}
	if why := a.run(t); why != "" {
		return quotable(displayed(why))
	}
	if o := t.outcomes[0]; o.side.nack != nil && *o.side.nack == wps.SetupLocked {
		return "the device's PIN is locked"
	}
	return ""
}
