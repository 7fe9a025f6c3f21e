// This file is added to package testing in builds for libFuzzer. Its Fuzz
// replaces the method of that name, which is then called fuzz: see
// .ci/oss-fuzz, which overlays both on the standard library. So fuzz targets
// and their dependencies are built unchanged.

package testing

/*
#include <stddef.h>
#include <stdint.h>

// What is linked to the archive says which target it runs: "folder:FuzzName".
extern const char fuzz_target[] __attribute__((weak));
static const char *fuzzTarget(void) { return fuzz_target; }
*/
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unsafe"
)

// Environment variables that make a binary write files, instead of or besides
// fuzzing.
const (
	seedsVariable = "FUZZ_SEEDS" // write the target's seeds in libFuzzer's format, and exit
	casesVariable = "FUZZ_CASES" // write each input in the format of testdata/fuzz
)

// libFuzzer takes the place of Go's own engine.
type libFuzzer struct {
	testDeps
	name  string
	types []reflect.Type // of the target's arguments
}

// Fuzz passes a target to libFuzzer, or writes its seeds.
func (f *F) Fuzz(ff any) {
	engine := &libFuzzer{testDeps: f.fstate.deps, name: f.name}
	target := reflect.TypeOf(ff)
	for i := 1; i < target.NumIn(); i++ {
		engine.types = append(engine.types, target.In(i))
	}
	f.fstate.deps = engine
	f.fuzz(ff)
	if dir := os.Getenv(seedsVariable); dir != "" {
		for i, seed := range f.corpus { // from f.Add and testdata/fuzz
			writeFile(dir, fmt.Sprintf("seed-%d", i), engine.encode(seed.Values))
		}
	}
}

// oneInput receives the function that runs the target, once its set-up is done.
var oneInput = make(chan func([]byte))

// RunFuzzWorker receives the target when its set-up is done.
func (l *libFuzzer) RunFuzzWorker(run func(corpusEntry) error) error {
	cases := os.Getenv(casesVariable)
	oneInput <- func(input []byte) {
		values := l.decode(input)
		if cases != "" {
			writeFile(cases, fmt.Sprintf("%s-%x", l.name, hash(input)), goCase(values))
		}
		if err := run(corpusEntry{Values: values}); err != nil {
			panic(err) // aborts, which libFuzzer notices
		}
	}
	select {} // libFuzzer ends the process
}

// Coverage is handled by libFuzzer.
func (l *libFuzzer) ResetCoverage()    {}
func (l *libFuzzer) SnapshotCoverage() {}

// An input is the arguments of fixed size, big-endian, followed by the texts,
// each except the last with its length in two octets before it. So the input of
// a target with one text is that text.

// decode decodes an input. Missing octets at its end are zeros.
func (l *libFuzzer) decode(input []byte) (values []any) {
	take := func(n int) []byte {
		n = min(n, len(input))
		taken := input[:n:n]
		input = input[n:]
		return taken
	}
	number := func(size int) (n uint64) {
		octets := make([]byte, size)
		copy(octets, take(size))
		for _, octet := range octets {
			n = n<<8 | uint64(octet)
		}
		return n
	}
	values = make([]any, len(l.types))
	texts := 0
	for i, t := range l.types {
		v := reflect.New(t).Elem()
		switch size := int(t.Size()); t.Kind() {
		case reflect.Slice, reflect.String:
			texts++
			continue
		case reflect.Bool:
			v.SetBool(number(size)&1 != 0)
		case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
			v.SetUint(number(size))
		case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
			v.SetInt(int64(number(size)<<(64-8*size)) >> (64 - 8*size))
		default:
			panic(fmt.Sprintf("%s: no encoding for %v", l.name, t))
		}
		values[i] = v.Interface()
	}
	for i, t := range l.types {
		if k := t.Kind(); k != reflect.Slice && k != reflect.String {
			continue
		}
		length := len(input)
		if texts--; texts > 0 {
			length = int(number(2))
		}
		values[i] = reflect.ValueOf(append([]byte{}, take(length)...)).Convert(t).Interface()
	}
	return values
}

// encode is the inverse of decode.
func (l *libFuzzer) encode(values []any) (input []byte) {
	var texts [][]byte
	for i, value := range values {
		v, size := reflect.ValueOf(value), int(l.types[i].Size())
		var n uint64
		switch {
		case v.Kind() == reflect.Slice || v.Kind() == reflect.String:
			texts = append(texts, []byte(fmt.Sprintf("%s", value)))
			continue
		case v.Kind() == reflect.Bool && v.Bool():
			n = 1
		case v.CanUint():
			n = v.Uint()
		case v.CanInt():
			n = uint64(v.Int())
		}
		for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
			input = append(input, byte(n>>shift))
		}
	}
	for i, text := range texts {
		if i < len(texts)-1 {
			text = text[:min(len(text), 1<<16-1)]
			input = append(input, byte(len(text)>>8), byte(len(text)))
		}
		input = append(input, text...)
	}
	return input
}

// goCase returns an input in the format of testdata/fuzz.
func goCase(values []any) []byte {
	text := "go test fuzz v1\n"
	for _, value := range values {
		switch value.(type) {
		case []byte, string:
			text += fmt.Sprintf("%s(%q)\n", strings.Replace(fmt.Sprintf("%T", value), "uint8", "byte", 1), value)
		default:
			text += fmt.Sprintf("%T(%v)\n", value, value)
		}
	}
	return []byte(text)
}

// hash returns the FNV-1a hash, for names of files.
func hash(octets []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, octet := range octets {
		h = (h ^ uint64(octet)) * 1099511628211
	}
	return h
}

func writeFile(dir, name string, content []byte) {
	must(os.MkdirAll(dir, 0o755))
	must(os.WriteFile(filepath.Join(dir, name), content, 0o644))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// testMain is what go test generates. It ends the process.
//
//go:linkname testMain main.main
func testMain()

// input runs the target.
var input func([]byte)

// LLVMFuzzerInitialize has a target do its set-up, in the folder of its package
// in a copy of the module beside the binary, which has the testdata.
//
//export LLVMFuzzerInitialize
func LLVMFuzzerInitialize(*C.int, ***C.char) C.int {
	folder, name, _ := strings.Cut(C.GoString(C.fuzzTarget()), ":")
	home, err := os.Getwd()
	must(err)
	binary, err := os.Executable()
	must(err)
	for _, variable := range []string{seedsVariable, casesVariable} {
		if dir := os.Getenv(variable); dir != "" && !filepath.IsAbs(dir) {
			must(os.Setenv(variable, filepath.Join(home, dir)))
		}
	}
	must(os.Chdir(filepath.Join(filepath.Dir(binary), "module", folder)))
	defer os.Chdir(home)
	os.Args = []string{name, "-test.fuzzworker", "-test.fuzz=^" + name + "$", "-test.fuzzcachedir=" + os.TempDir()}
	if os.Getenv(seedsVariable) != "" {
		os.Args = []string{name, "-test.run=^" + name + "$"}
	}
	go testMain()
	input = <-oneInput
	return 0
}

// LLVMFuzzerTestOneInput runs the target on an input of libFuzzer's.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	input(C.GoBytes(unsafe.Pointer(data), C.int(size)))
	return 0
}
