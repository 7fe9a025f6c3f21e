package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gowps/gowps/wps"
)

// LoadConfig says how [Suite.Load] loads a device.
type LoadConfig struct {
	N        int // exchanges in all
	Parallel int // at once; 0 and 1 are one after the other
}

// LoadReport is what a device carried.
type LoadReport struct {
	N, Succeeded, Refused int
	Took                  time.Duration
	latencies             []time.Duration // of those that succeeded, sorted
	// Errors are the first reasons of failures, each once.
	Errors []string
	// Usable says whether the device still registers a station rightly.
	Usable bool
}

// Rate returns how many exchanges succeeded in a second.
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

// maxLoadErrors is how many reasons a LoadReport keeps.
const maxLoadErrors = 10

// Load runs right exchanges, one after the other or several at once, and then
// a last one to see whether the device is still usable. Several at once need a
// device that serves them: an access point's own PIN (role [APEnrollee]) can be
// used by many registrars, the PIN of one station only once. The Device's Open
// must then be safe for concurrent use; that of a [Process] is not.
func (s *Suite) Load(ctx context.Context, cfg LoadConfig) (*LoadReport, error) {
	switch {
	case cfg.N <= 0:
		return nil, fmt.Errorf("%w: a load of %d exchanges", ErrConfig, cfg.N)
	case cfg.Parallel > 1 && s.cfg.Role != APEnrollee:
		return nil, fmt.Errorf("%w: only an access point's own PIN serves several at once", ErrConfig)
	case cfg.Parallel > 200:
		return nil, fmt.Errorf("%w: at most 200 exchanges at once", ErrConfig)
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
				if why == "" {
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
	a := attempt{who: who}
	switch s.cfg.Role {
	case APRegistrar:
		if _, err := t.operate(EnterPIN, stationPIN); err != nil && !errors.Is(err, ErrNoControl) {
			return err.Error()
		}
	case APEnrollee:
		a.method = byOwnPIN
	}
	if why := a.run(t); why != "" {
		return displayed(why)
	}
	if o := t.outcomes[0]; o.side.nack != nil && *o.side.nack == wps.SetupLocked {
		return "the device's PIN is locked"
	}
	return ""
}
