package pin

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// draws returns a random source that yields these numbers.
func draws(numbers ...uint32) *bytes.Reader {
	var octets []byte
	for _, n := range numbers {
		octets = binary.BigEndian.AppendUint32(octets, n)
	}
	return bytes.NewReader(octets)
}

// TestGenerateFromDraws checks that there is no bias: the draws below the bound
// are a whole multiple of 10⁷, and those above it are not used.
func TestGenerateFromDraws(t *testing.T) {
	const bound = 429 * 10_000_000
	tests := []struct {
		name string
		rand io.Reader
		want string
	}{
		{"as drawn", draws(2468135), "24681353"},
		{"leading zeros", draws(1), "00000017"},
		{"modulo 10⁷", draws(10_000_000 + 2468135), "24681353"},
		{"the last below the bound", draws(bound-2, 1), "99999988"},
		{"the bound", draws(bound, 2468135), "24681353"},
		{"the last number", draws(1<<32-1, 2468135), "24681353"},
		{"a default", draws(2017252, 2468135), "24681353"},
		{"digits in order", draws(1234567, 2345678, 2468135), "24681353"},
		{"one digit repeated", draws(0, 1111111, 9999999, 2468135), "24681353"},
	}
	for _, tt := range tests {
		if p, err := Generate(tt.rand); err != nil || p.Digits() != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.name, p.Digits(), err, tt.want)
		}
	}
}

// TestGenerateDraws checks that there are at most a hundred draws.
func TestGenerateDraws(t *testing.T) {
	const useless, good = 1<<32 - 1, 2468135
	for _, bad := range []int{0, 1, 99, 100} {
		list := make([]uint32, bad, bad+1)
		for i := range list {
			list[i] = useless
		}
		p, err := Generate(draws(append(list, good)...))
		if want := bad < 100; (err == nil) != want || want && p.Digits() != "24681353" {
			t.Errorf("after %d useless draws: %s, %v", bad, p.String(), err)
		}
	}
}

// hostap: test_ap_wps_pin_get_failure
func TestGenerateErrors(t *testing.T) {
	if p, err := Generate(draws()); !errors.Is(err, io.EOF) || !p.IsZero() {
		t.Errorf("no randomness: %v", err)
	}
	if p, err := Generate(bytes.NewReader([]byte{1, 2, 3})); !errors.Is(err, io.ErrUnexpectedEOF) || !p.IsZero() {
		t.Errorf("too little: %v", err)
	}
	if p, err := Generate(draws(make([]uint32, 1000)...)); !errors.Is(err, ErrRandom) || !p.IsZero() {
		t.Errorf("zeros only: %v", err)
	}
}

func TestGenerateFromSystem(t *testing.T) {
	seen := make(map[PIN]bool)
	var leading [10]int
	const n = 10_000
	for range n {
		p, err := Generate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if name, known := p.WellKnown(); !p.Valid() || p.Len() != 8 || known {
			t.Fatalf("%s: Valid %t, %s", p.Digits(), p.Valid(), name)
		}
		seen[p] = true
		leading[p.Digits()[0]-'0']++
	}
	// About five in 10 000 coincide; more than 100 does not happen by chance,
	// nor does a leading digit that is ten standard deviations off.
	if len(seen) < n-100 {
		t.Errorf("only %d of %d differ", len(seen), n)
	}
	for digit, count := range leading {
		if count < 700 || count > 1300 {
			t.Errorf("%d of %d begin with %d", count, n, digit)
		}
	}
}
