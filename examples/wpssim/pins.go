package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/gowps/gowps/sim"
)

// pins throws PINs of every kind at what handles them: see [sim.RunPINs].
func pins(args []string, stdout, stderr io.Writer) (int, error) {
	flags := newFlags("pins", "", stderr)
	var cfg sim.PINConfig
	flags.Uint64Var(&cfg.Seed, "seed", 1, "the seed of the first play; each play has the next")
	flags.IntVar(&cfg.N, "n", 0, "`how many` plays (default 1000)")
	flags.IntVar(&cfg.Workers, "workers", 0, "how `many` plays at once (default: one per processor)")
	asJSON := flags.Bool("json", false, "print the report as one JSON object")
	if err := parseFlags(flags, args); err != nil {
		return exitUsage, err
	}
	if flags.NArg() > 0 {
		return exitUsage, fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	report := sim.RunPINs(cfg)
	text := report.String()
	if *asJSON {
		line, err := json.Marshal(report)
		if err != nil {
			return exitUsage, err
		}
		text = string(line) + "\n"
	}
	if _, err := io.WriteString(stdout, text); err != nil {
		return exitUsage, err
	}
	if report.Found > 0 {
		return exitFindings, nil
	}
	return exitClean, nil
}
