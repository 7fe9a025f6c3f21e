package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// convert prints the key log of the files.
func convert(_ context.Context, streams program.IO, files []string) (int, error) {
	if len(files) == 0 {
		files = []string{"-"}
	}
	c := converter{out: streams.Out}
	var errs []error
	for _, name := range files {
		errs = append(errs, c.file(name, streams.In))
	}
	switch err := errors.Join(errs...); {
	case err != nil:
		return program.Unable, err
	case c.removed:
		return program.Problem, errors.New("the keys were left out of the log: run hostapd or wpa_supplicant with -K")
	case c.runs == 0:
		return program.Problem, errors.New("no keys: run hostapd or wpa_supplicant with -K -dd, and let it come to M2")
	}
	return program.Fine, nil
}

// converter collects the values of a run from a log, line by line.
type converter struct {
	out     io.Writer
	values  map[string][]byte
	runs    int
	removed bool // there were keys, but hostap did not show them
	written map[string]bool
}

// wanted has the values of a run, by their names in hostap's debug output, with
// their lengths in octets. The last one completes a run.
var wanted = map[string]int{
	"Enrollee Nonce": len(wps.Nonce{}), "Registrar Nonce": len(wps.Nonce{}), "AuthKey": 32, lastOfRun: 16,
}

const lastOfRun = "KeyWrapKey"

// file converts a file.
func (c *converter) file(name string, stdin io.Reader) error {
	r := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	c.values = map[string][]byte{}
	in := bufio.NewReader(r)
	if isJSON(in) {
		return c.json(name, in)
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := c.line(lines.Text()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// isJSON reports whether the input begins with an array.
func isJSON(in *bufio.Reader) bool {
	for n := 1; n < in.Size(); n++ {
		b, err := in.Peek(n)
		if err != nil {
			return false
		}
		if c := rune(b[n-1]); !unicode.IsSpace(c) {
			return c == '['
		}
	}
	return false
}

// json converts an array of runs.
func (c *converter) json(name string, r io.Reader) error {
	var runs []map[string]string
	if err := json.NewDecoder(r).Decode(&runs); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, values := range runs {
		clear(c.values)
		for key, size := range wanted {
			if v, err := hex.DecodeString(values[key]); err == nil && len(v) == size {
				c.values[key] = v
			}
		}
		if err := c.complete(); err != nil {
			return err
		}
	}
	return nil
}

// line handles a line of a log: "1700000000.123456: WPS: AuthKey -
// hexdump(len=32): 01 02 …", with [REMOVED] instead of the octets if hostap
// hides keys.
func (c *converter) line(s string) error {
	_, s, ok := strings.Cut(s, "WPS: ")
	name, rest, found := strings.Cut(s, " - hexdump(len=")
	size, known := wanted[name]
	if !ok || !found || !known {
		return nil
	}
	_, octets, _ := strings.Cut(rest, "):")
	if strings.Contains(octets, "[REMOVED]") {
		c.removed = true
		return nil
	}
	v, err := hex.DecodeString(strings.ReplaceAll(octets, " ", ""))
	if err != nil || len(v) != size {
		return nil // another line was written into this one
	}
	c.values[name] = v
	if name != lastOfRun {
		return nil
	}
	return c.complete()
}

// complete prints the line of a run, once, when all its values are known. The
// nonces stay, since the keys may be derived again with the same ones.
func (c *converter) complete() error {
	if len(c.values) != len(wanted) {
		return nil
	}
	keys := &registration.Keys{AuthKey: [32]byte(c.values["AuthKey"]), KeyWrapKey: [16]byte(c.values[lastOfRun])}
	line := registration.AppendKeyLog(nil, wps.Nonce(c.values["Enrollee Nonce"]), wps.Nonce(c.values["Registrar Nonce"]), keys)
	keys.Clear()
	delete(c.values, "AuthKey")
	delete(c.values, lastOfRun)
	if c.written[string(line)] {
		return nil
	}
	if c.written == nil {
		c.written = map[string]bool{}
	}
	c.written[string(line)] = true
	c.runs++
	_, err := io.Copy(c.out, bytes.NewReader(line))
	return err
}
