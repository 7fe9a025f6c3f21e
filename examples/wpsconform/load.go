package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps/report"
)

// load is the command load.
type load struct {
	device
	n, parallel int
	json, musts bool
	html        string
}

func (l *load) flags(f *pflag.FlagSet) {
	l.device.flags(f)
	f.IntVarP(&l.n, "count", "n", 100, "`N` exchanges in all")
	f.IntVar(&l.parallel, "parallel", 1, "`N` exchanges at once")
	f.BoolVar(&l.json, "json", false, "print JSON")
	f.StringVar(&l.html, "html", "", "write a page with the latencies as a plot to this `FILE`")
	f.BoolVar(&l.musts, "musts", false, "afterwards run the cases that must pass, except long ones")
}

// loadJSON is the result of a load test in JSON.
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
	Musts     []string `json:"musts_failed,omitempty"` // IDs of cases
}

func (l *load) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is too much", operands[0])
	}
	cfg, err := l.config(ctx, streams)
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
	var page *os.File
	if l.html != "" {
		if page, err = outfile.Create(l.html); err != nil {
			return program.Unable, err
		}
		var b bytes.Buffer
		err = r.Document(l.name).HTML(&b, report.Options{})
		_, writeErr := page.Write(b.Bytes())
		if err = errors.Join(err, writeErr, page.Close()); err != nil {
			return program.Unable, err
		}
	}
	failed, err := l.afterwards(ctx, cfg)
	if err != nil {
		return program.Unable, err
	}
	if l.json {
		err = program.JSON(streams.Out).Encode(loadJSON{
			conformance.SchemaVersion, r.N, l.parallel, r.Succeeded, r.Refused, r.Rate(),
			r.Latency(0.5).Seconds(), r.Latency(0.95).Seconds(), r.Latency(0.99).Seconds(), r.Usable, r.Errors, failed,
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
			fmt.Fprintf(out, "Afterwards the device no longer registers a station.\n")
		}
		for _, id := range failed {
			fmt.Fprintf(out, "Afterwards %s does not pass.\n", id)
		}
	}
	switch {
	case ctx.Err() != nil:
		return program.Incomplete, nil
	case r.Succeeded < r.N || !r.Usable || len(failed) > 0:
		return program.Problem, nil
	}
	return program.Fine, nil
}

// afterwards runs the cases that must pass, and returns the IDs of those that
// do not.
func (l *load) afterwards(ctx context.Context, cfg conformance.Config) (failed []string, err error) {
	if !l.musts {
		return nil, nil
	}
	cfg.Level, cfg.Short = conformance.Must, true
	suite, err := conformance.New(cfg)
	if err != nil {
		return nil, err
	}
	for _, r := range suite.Run(ctx) {
		if r.Verdict == conformance.Fail {
			failed = append(failed, r.Case.ID)
		}
	}
	return failed, nil
}

func ms(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
