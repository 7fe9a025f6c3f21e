package main

import (
	"context"
	"io"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/sim/pintest"
	"github.com/spf13/pflag"
)

// pinPlays has the flags of wpssim pins, which fuzzes the handling of PINs: see
// [pintest.Run].
type pinPlays struct {
	pintest.Config
	json bool
}

func (p *pinPlays) flags(f *pflag.FlagSet) {
	f.Uint64Var(&p.Seed, "seed", 1, "`N` is the seed of the first play; each play has the next")
	f.IntVarP(&p.N, "plays", "n", 0, "how many plays: `N` (default 1000)")
	f.IntVar(&p.Workers, "workers", 0, "`N` plays at once (default: one per processor)")
	f.BoolVar(&p.json, "json", false, "print the report as one JSON object")
}

func (p *pinPlays) run(_ context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is not a flag", operands[0])
	}
	report := pintest.Run(p.Config)
	status := program.Fine
	if report.Found > 0 {
		status = program.Problem
	}
	if p.json {
		return status, program.JSON(streams.Out).Encode(struct {
			Schema string `json:"schema"`
			*pintest.Report
		}{pinsSchema, &report})
	}
	_, err := io.WriteString(streams.Text(), report.String())
	return status, err
}
