//go:build ignore

// The command mutate puts faults into the source, one at a time, and runs the
// test that must notice each. The source itself is not modified: a mutant is
// built with go test -overlay.
//
//	go run .ci/mutate.go [-run REGEXP] [-j N] [FILE…]
//
// Each FILE, .ci/mutants/*.txt by default, has mutants in this form:
//
//	# the name of the mutant: what is wrong with it
//	eapwsc/peer.go
//	./eapwsc ^TestFailureIdentifier$
//	 func (p *Peer) closed(in eap.Packet) (Step, error) {
//	-	if in.ID != p.last {
//	+	if false {
//
// The package and the test may be followed by flags of the test. The lines with
// a minus are replaced by those with a plus; those with a space are context.
// Together the old lines must occur in the file exactly once, ignoring
// indentation, so that a mutant survives changes around it and fails when the
// code it changes is gone.
//
// Exit status: 1 if a mutant survives, 2 if one cannot be built or its test
// does not exist or fails without it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

// mutant is one fault.
type mutant struct {
	where    string // file and line of its description
	name     string
	file     string
	pkg      string
	test     string // regular expression for go test -run
	flags    string // of the test
	old, new []string
}

func main() {
	run := flag.String("run", "", "only the mutants whose name matches this regular expression")
	jobs := flag.Int("j", max(1, runtime.NumCPU()/2), "how many mutants are tried at a time")
	limit := flag.Duration("timeout", 5*time.Minute, "a mutant that takes longer is killed: it hangs")
	flag.Parse()
	only, err := regexp.Compile(*run)
	if err != nil {
		stop(err)
	}
	files := flag.Args()
	if len(files) == 0 {
		if files, err = filepath.Glob(".ci/mutants/*.txt"); err != nil || len(files) == 0 {
			stop(fmt.Errorf("no .ci/mutants/*.txt here: run it in the root of the module"))
		}
	}
	var all []mutant
	for _, file := range files {
		mutants, err := read(file)
		if err != nil {
			stop(err)
		}
		for _, m := range mutants {
			if only.MatchString(m.name) {
				all = append(all, m)
			}
		}
	}
	work, err := os.MkdirTemp("", "mutate")
	if err != nil {
		stop(err)
	}
	defer os.RemoveAll(work)

	var mu sync.Mutex
	survivors, broken := 0, 0
	report := func(m *mutant, verdict, detail string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf("%-9s %s (%s)\n", verdict, m.name, m.where)
		if detail != "" {
			fmt.Println("          " + strings.ReplaceAll(strings.TrimSpace(detail), "\n", "\n          "))
		}
		switch verdict {
		case "SURVIVES":
			survivors++
		case "BROKEN":
			broken++
		}
	}
	// The tests must pass without a mutant.
	sound := make(map[string]error)
	for i := range all {
		m := &all[i]
		if _, ok := sound[m.key()]; !ok {
			sound[m.key()] = passes(m, *limit)
		}
	}
	queue := make(chan int)
	var wg sync.WaitGroup
	for range *jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range queue {
				m := &all[i]
				if err := sound[m.key()]; err != nil {
					report(m, "BROKEN", err.Error())
					continue
				}
				verdict, detail := try(m, filepath.Join(work, fmt.Sprint(i)), *limit)
				report(m, verdict, detail)
			}
		}()
	}
	for i := range all {
		queue <- i
	}
	close(queue)
	wg.Wait()
	fmt.Printf("%d mutants, %d killed, %d survive, %d broken\n", len(all), len(all)-survivors-broken, survivors, broken)
	switch {
	case broken > 0 || len(all) == 0:
		os.RemoveAll(work)
		os.Exit(2)
	case survivors > 0:
		os.RemoveAll(work)
		os.Exit(1)
	}
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, "mutate:", err)
	os.Exit(2)
}

// read reads a file of mutants.
func read(file string) ([]mutant, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []mutant
	var m *mutant
	for i, line := range strings.Split(string(text), "\n") {
		where := fmt.Sprintf("%s:%d", file, i+1)
		switch {
		case strings.HasPrefix(line, "# "):
			all = append(all, mutant{where: where, name: line[2:]})
			m = &all[len(all)-1]
		case strings.TrimSpace(line) == "":
		case m == nil:
			return nil, fmt.Errorf("%s: before the first mutant", where)
		case m.file == "":
			m.file = line
		case m.pkg == "":
			pkg, test, ok := strings.Cut(line, " ")
			if !ok || !strings.HasPrefix(pkg, "./") {
				return nil, fmt.Errorf("%s: want a package and a test", where)
			}
			m.pkg = pkg
			m.test, m.flags, _ = strings.Cut(test, " ")
		case line[0] == '-':
			m.old = append(m.old, line[1:])
		case line[0] == '+':
			m.new = append(m.new, line[1:])
		case line[0] == ' ':
			m.old, m.new = append(m.old, line[1:]), append(m.new, line[1:])
		default:
			return nil, fmt.Errorf("%s: want a line that begins with a minus, a plus or a space", where)
		}
	}
	for _, m := range all {
		if len(m.old) == 0 {
			return nil, fmt.Errorf("%s: it changes nothing", m.where)
		}
	}
	return all, nil
}

// apply returns the source with the mutant applied.
func (m *mutant) apply(source string) (string, error) {
	lines := strings.Split(source, "\n")
	found := -1
	for i := range lines {
		if !m.at(lines[i:]) {
			continue
		}
		if found >= 0 {
			return "", fmt.Errorf("%s: what it changes is in %s twice, at lines %d and %d", m.where, m.file, found+1, i+1)
		}
		found = i
	}
	if found < 0 {
		return "", fmt.Errorf("%s: what it changes is not in %s any more", m.where, m.file)
	}
	mutated := append(append(append([]string{}, lines[:found]...), m.new...), lines[found+len(m.old):]...)
	return strings.Join(mutated, "\n"), nil
}

func (m *mutant) at(lines []string) bool {
	if len(lines) < len(m.old) {
		return false
	}
	for i, want := range m.old {
		if strings.Join(strings.Fields(lines[i]), " ") != strings.Join(strings.Fields(want), " ") {
			return false
		}
	}
	return true
}

// try builds a mutant and runs its test.
func try(m *mutant, work string, limit time.Duration) (verdict, detail string) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "BROKEN", err.Error()
	}
	mutated, err := m.apply(string(source))
	if err != nil {
		return "BROKEN", err.Error()
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "BROKEN", err.Error()
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: work + ".go"}})
	if err == nil {
		err = os.WriteFile(work+".go", []byte(mutated), 0o600)
	}
	if err == nil {
		err = os.WriteFile(work+".json", overlay, 0o600)
	}
	if err != nil {
		return "BROKEN", err.Error()
	}
	out, err := goTest(limit, m, "-overlay", work+".json")
	switch {
	case bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("[setup failed]")):
		return "BROKEN", string(out)
	case err == nil:
		return "SURVIVES", ""
	}
	if name := failed.FindSubmatch(out); name != nil {
		return "killed", "by " + string(name[1])
	}
	return "killed", "it does not end, or panics"
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// key identifies a test.
func (m *mutant) key() string { return m.pkg + " " + m.test + " " + m.flags }

// passes returns why a test is not usable: it fails or does not exist.
func passes(m *mutant, limit time.Duration) error {
	out, err := goTest(limit, m)
	switch {
	case err != nil:
		return fmt.Errorf("%s fails without a mutant: %s", m.key(), out)
	case bytes.Contains(out, []byte("[no tests to run]")):
		return fmt.Errorf("%s has no test %s", m.pkg, m.test)
	}
	return nil
}

// goTest runs the test of a mutant.
func goTest(limit time.Duration, m *mutant, flags ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit+time.Minute)
	defer cancel()
	args := append([]string{"test", "-vet=off", "-failfast", "-timeout", limit.String(), "-run", m.test}, flags...)
	args = append(append(args, m.pkg), strings.Fields(m.flags)...)
	cmd := exec.CommandContext(ctx, "go", args...)
	// A failure with a mutant must not be retried without it.
	cmd.Env = append(os.Environ(), "RAPID_NOFAILFILE=1")
	return cmd.CombinedOutput()
}
