//go:build ignore

// The command survivors reads the reports of gremlins and prints the score of
// each package and the mutants that survived, except those listed as
// equivalent, which no test can notice. Status 1 if there are others, or if a
// row of the list matches no mutant.
//
//	go run .ci/survivors.go -equivalent FILE PACKAGE=REPORT.json…
//
// A row of the list has the file, the operator, the line of source as it is,
// and after " # " the reason.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"strings"
)

// report is the output of gremlins with --output.
type report struct {
	Files []struct {
		Name      string `json:"file_name"` // in the directory of the package
		Mutations []struct {
			Line   int    `json:"line"`
			Column int    `json:"column"`
			Type   string `json:"type"`
			Status string `json:"status"`
		} `json:"mutations"`
	} `json:"files"`
}

func main() {
	list := flag.String("equivalent", "", "the `file` with the mutants that are equivalent")
	flag.Parse()
	text, err := os.ReadFile(*list)
	check(err)
	equivalent := make(map[string]bool) // whether a mutant was seen
	for _, row := range strings.Split(string(text), "\n") {
		if what, _, ok := strings.Cut(row, " # "); ok && !strings.HasPrefix(row, "#") {
			equivalent[what] = false
		}
	}
	lived, read := 0, make(map[string]bool) // read has the files in the reports
	for _, argument := range flag.Args() {
		pkg, name, ok := strings.Cut(argument, "=")
		if !ok {
			check(fmt.Errorf("%s: not PACKAGE=REPORT.json", argument))
		}
		text, err := os.ReadFile(name)
		check(err)
		var r report
		check(json.Unmarshal(text, &r))
		count := make(map[string]int)
		same := 0
		for _, f := range r.Files {
			file := path.Join(pkg, f.Name)
			read[file] = true
			for _, m := range f.Mutations {
				count[m.Status]++
				if m.Status != "LIVED" && m.Status != "NOT COVERED" {
					continue
				}
				row := fmt.Sprintf("%s %s %s", file, m.Type, line(file, m.Line))
				if _, ok := equivalent[row]; ok {
					equivalent[row] = true
					same++
					continue
				}
				lived++
				fmt.Printf("%s:%d:%d %s %s: %s\n", file, m.Line, m.Column, m.Type, strings.ToLower(m.Status), line(file, m.Line))
			}
		}
		fmt.Printf("%s: %d killed, %d timed out, %d lived, %d not covered, %d of these equivalent\n", pkg,
			count["KILLED"], count["TIMED OUT"], count["LIVED"], count["NOT COVERED"], same)
	}
	for row, seen := range equivalent {
		if file, _, _ := strings.Cut(row, " "); read[file] && !seen {
			lived++
			fmt.Printf("no mutant that lives is: %s\n", row)
		}
	}
	if lived > 0 {
		os.Exit(1)
	}
}

// line returns a line of source without the space around it.
func line(file string, n int) string {
	text, err := os.ReadFile(file)
	check(err)
	lines := strings.Split(string(text), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "survivors:", err)
		os.Exit(2)
	}
}
