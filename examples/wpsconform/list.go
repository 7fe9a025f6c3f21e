package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/examples/internal/program"
)

// list is the command list.
type list struct {
	dut  string
	json bool
}

func (l *list) flags(f *pflag.FlagSet) {
	f.StringVar(&l.dut, "dut", "", "list the cases for this `ROLE`")
	f.BoolVar(&l.json, "json", false, "print JSON, one object on a line")
}

// row is a case in JSON.
type row struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Proves string   `json:"proves"`
	Origin string   `json:"origin"`
	Level  string   `json:"level"`
	Role   string   `json:"role"`
	Needs  string   `json:"needs,omitempty"`
	Inputs []string `json:"inputs,omitempty"`
}

func (l *list) run(_ context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is too much", operands[0])
	}
	var role conformance.Role
	if l.dut != "" {
		var err error
		if role, err = roleOf(l.dut); err != nil {
			return program.Unable, err
		}
	}
	out := streams.Text()
	e := program.JSON(streams.Out)
	for _, c := range conformance.Cases() {
		if role != 0 && c.Role != role {
			continue
		}
		if l.json {
			if err := e.Encode(row{c.ID, c.Title, c.Proves, c.Origin, c.Level.String(), c.Role.String(), c.Needs.String(), c.Inputs()}); err != nil {
				return program.Unable, err
			}
			continue
		}
		fmt.Fprintf(out, "%-18s %-10s %s\n", c.ID, c.Level, c.Title)
	}
	return program.Fine, nil
}

// explain is the command explain.
func explain(_ context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) == 0 {
		return program.Unable, program.Usagef("the ID of a case is needed; \"wpsconform list\" shows them")
	}
	out := streams.Text()
	for _, id := range operands {
		found := false
		for _, c := range conformance.Cases() {
			if !strings.EqualFold(c.ID, id) {
				continue
			}
			found = true
			fmt.Fprintf(out, "%s  %s\n\nproves   %s\norigin   %s\nlevel    %v\ndevice   %v\n", c.ID, c.Title, c.Proves, c.Origin, c.Level, c.Role)
			if c.Needs != 0 {
				fmt.Fprintf(out, "needs    %v\n", c.Needs)
			}
			fmt.Fprintf(out, "\n%s\n", strings.Join(c.Steps(), "\n"))
		}
		if !found {
			return program.Unable, program.Usagef("there is no case %q; \"wpsconform list\" shows them", id)
		}
	}
	return program.Fine, nil
}
