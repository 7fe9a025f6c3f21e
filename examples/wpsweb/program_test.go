package main

import (
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(new(invocation)) })
}
