package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const captures = "../../eapwsc/capture/testdata/"

// runProgram runs wpsdoctor with arguments and returns what it did.
func runProgram(t testing.TB, stdin io.Reader, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{stdin: stdin, stdout: &out, stderr: &errs}
	status = p.run(t.Context(), args)
	return status, out.String(), errs.String()
}

// golden compares a text with a golden file, whole lines each.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// captureFiles returns all captures that package capture is tested with.
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

// TestCaptures compares the lines of JSON of every capture.
func TestCaptures(t *testing.T) {
	status, got, errs := runProgram(t, nil, append([]string{"-json"}, captureFiles(t)...)...)
	if status != exitProblem || errs != "" {
		t.Errorf("exit status %d, %s", status, errs)
	}
	golden(t, "captures.jsonl", strings.ReplaceAll(got, captures, ""))
}
