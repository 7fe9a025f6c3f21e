package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/examples/internal/program"
)

// load is the command that loads a device.
type load struct {
	device
	n, parallel int
	json        bool
}

func (l *load) flags(f *pflag.FlagSet) {
	l.device.flags(f)
	f.IntVarP(&l.n, "count", "n", 100, "`N` exchanges in all")
	f.IntVar(&l.parallel, "parallel", 1, "`N` exchanges at once")
	f.BoolVar(&l.json, "json", false, "print JSON")
}

// loadJSON is what a device carried, in JSON.
type loadJSON struct {
	Schema    int      `json:"schema"`
	N         int      `json:"n"`
	Parallel  int      `json:"parallel"`
	Succeeded int      `json:"succeeded"`
	Refused   int      `json:"refused"`
	PerSecond float64  `json:"per_second"`
	P50       float64  `json:"p50_seconds"`
	P95       float64  `json:"p95_seconds"`
	P99       float64  `json:"p99_seconds"`
	Usable    bool     `json:"usable_afterwards"`
	Errors    []string `json:"errors,omitempty"`
}

func (l *load) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is too much", operands[0])
	}
	cfg, err := l.config(streams)
	if err != nil {
		return program.Unable, err
	}
	suite, err := conformance.New(cfg)
	if err != nil {
		return program.Unable, err
	}
	r, err := suite.Load(ctx, conformance.LoadConfig{N: l.n, Parallel: l.parallel})
	if r == nil {
		return program.Unable, err
	}
	if l.json {
		err = program.JSON(streams.Out).Encode(loadJSON{
			conformance.SchemaVersion, r.N, l.parallel, r.Succeeded, r.Refused, r.Rate(),
			r.Latency(0.5).Seconds(), r.Latency(0.95).Seconds(), r.Latency(0.99).Seconds(), r.Usable, r.Errors,
		})
		if err != nil {
			return program.Unable, err
		}
	} else {
		out := streams.Text()
		fmt.Fprintf(out, "%d exchanges, %d at once: %d succeeded, %d refused, in %v\n", r.N, max(l.parallel, 1), r.Succeeded, r.Refused, r.Took.Round(time.Millisecond))
		fmt.Fprintf(out, "%.1f a second; half within %v, 95 %% within %v, 99 %% within %v\n", r.Rate(), ms(r.Latency(0.5)), ms(r.Latency(0.95)), ms(r.Latency(0.99)))
		for _, e := range r.Errors {
			fmt.Fprintf(out, "refused: %s\n", e)
		}
		if !r.Usable {
			fmt.Fprintf(out, "Afterwards the device does not register a station any more.\n")
		}
	}
	switch {
	case ctx.Err() != nil:
		return program.Incomplete, nil
	case r.Succeeded < r.N || !r.Usable:
		return program.Problem, nil
	}
	return program.Fine, nil
}

func ms(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
