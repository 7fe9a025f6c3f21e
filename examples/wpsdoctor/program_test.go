package main

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
)

const captures = "../../eapwsc/capture/testdata/"

// runProgram runs wpsdoctor with arguments, and returns its status and output.
func runProgram(t testing.TB, stdin io.Reader, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = program.Run(t.Context(), command(new(invocation)), program.IO{In: stdin, Piped: stdin != nil, Out: &out, Err: &errs}, args)
	return status, out.String(), errs.String()
}

// captureFiles returns the captures in the test data of package capture.
func captureFiles(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob(captures + "*/*.pcap")
	if err != nil || len(names) < 60 {
		t.Fatalf("%d captures, %v", len(names), err)
	}
	for i := range names {
		names[i] = filepath.ToSlash(names[i])
	}
	return names
}

// TestCaptures compares the JSON of every capture, indented so that diffs are
// readable.
func TestCaptures(t *testing.T) {
	status, got, errs := runProgram(t, nil, append([]string{"-json"}, captureFiles(t)...)...)
	if status != program.Problem || errs != "" {
		t.Errorf("exit status %d, %s", status, errs)
	}
	programtest.Schema(t, got)
	var indented bytes.Buffer
	for line := range strings.Lines(strings.ReplaceAll(got, captures, "")) {
		if err := json.Indent(&indented, []byte(line), "", "  "); err != nil {
			t.Fatal(err)
		}
	}
	programtest.Golden(t, "captures.json", indented.String())
}

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(new(invocation)) })
}
