package pin

import (
	"errors"
	"iter"
	"slices"
	"testing"
)

// odometer counts through the seven digits d1…d7 before a check digit. It is
// the oracle for the PINs of 8 digits, and independent of the package: it never
// converts the digits to a number, and uses the formula of the specification.
type odometer [7]int

func (d *odometer) pin() (digits [8]byte) {
	check := (10 - (3*d[0]+d[1]+3*d[2]+d[3]+3*d[4]+d[5]+3*d[6])%10) % 10
	for i, digit := range d {
		digits[i] = "0123456789"[digit]
	}
	digits[7] = "0123456789"[check]
	return digits
}

// advance moves to the next value, and reports whether there is one.
func (d *odometer) advance() bool {
	for i := 6; i >= 0; i-- {
		if d[i]++; d[i] < 10 {
			return true
		}
		d[i] = 0
	}
	return false
}

// every yields the first of every n PINs.
func every(n int, seq iter.Seq[PIN]) iter.Seq[PIN] {
	return func(yield func(PIN) bool) {
		i := 0
		for p := range seq {
			if i%n == 0 && !yield(p) {
				return
			}
			i++
		}
	}
}

// TestAllPINs compares each of the 10⁷ valid PINs with the oracle, and checks
// that it is not valid with another check digit: the nine others take turns.
// With the race detector, which finds nothing in code without shared data, it
// checks one PIN in 97.
func TestAllPINs(t *testing.T) {
	var (
		oracle odometer
		buf    [8]byte
		n      int
		more   = true
	)
	for p := range All(PIN{}) {
		if !more {
			t.Fatalf("there is %s after the last", p.Digits())
		}
		if !raceDetector || n%97 == 0 {
			digits := oracle.pin()
			text := string(digits[:])
			if got := p.AppendDigits(buf[:0]); string(got) != text || !p.Valid() {
				t.Fatalf("number %d is %s, Valid %t, want %s", n, got, p.Valid(), text)
			}
			if parsed, err := Parse(text); err != nil || parsed != p {
				t.Fatalf("Parse(%s) = %s, %v", text, parsed.Digits(), err)
			}
			digits[7] = '0' + (digits[7]-'0'+1+byte(n%9))%10
			if wrong, err := ParseAnyChecksum(string(digits[:])); err != nil || wrong.Valid() || wrong == p {
				t.Fatalf("%s: Valid %t, %v", digits, wrong.Valid(), err)
			}
		}
		n++
		more = oracle.advance()
	}
	if n != 10_000_000 || more {
		t.Errorf("%d PINs", n)
	}
}

// TestChecksumErrors checks that for a wrong check digit Parse returns the
// right one.
func TestChecksumErrors(t *testing.T) {
	for p := range every(9973, All(PIN{})) {
		digits := []byte(p.Digits())
		right := digits[7]
		for wrong := byte('0'); wrong <= '9'; wrong++ {
			if wrong == right {
				continue
			}
			digits[7] = wrong
			var e *Error
			if _, err := Parse(string(digits)); !errors.As(err, &e) || e.Err != ErrChecksum || e.Want != int(right-'0') {
				t.Fatalf("Parse(%s): %v, want check digit %c", digits, err, right)
			}
		}
	}
}

func TestAllFrom(t *testing.T) {
	tests := []struct {
		from   string
		first3 []string
	}{
		{"", []string{"00000000", "00000017", "00000024"}},
		{"00000000", []string{"00000000", "00000017", "00000024"}},
		{"12345670", []string{"12345670", "12345687", "12345694"}},
		{"12345671", []string{"12345687", "12345694", "12345700"}}, // broken checksum, above the valid one
		{"12345680", []string{"12345687", "12345694", "12345700"}}, // and below it
		{"99999988", []string{"99999988", "99999995"}},
		{"99999995", []string{"99999995"}},
		{"99999999", nil},
		{"0000", []string{"0000", "0001", "0002"}},
		{"1233", []string{"1233", "1234", "1235"}},
		{"9999", []string{"9999"}},
	}
	for _, tt := range tests {
		from, _ := ParseAnyChecksum(tt.from) // the zero PIN if empty
		var got []string
		for p := range All(from) {
			if got = append(got, p.Digits()); len(got) == 3 {
				break
			}
		}
		if !slices.Equal(got, tt.first3) {
			t.Errorf("All(%s) yields %v, want %v", tt.from, got, tt.first3)
		}
	}
}

// TestAllFour checks that there are 10⁴ PINs of 4 digits, and that a sequence
// can be used twice.
func TestAllFour(t *testing.T) {
	all := All(MustParse("0000"))
	for range 2 {
		n := 0
		for p := range all {
			if want := [4]byte{'0' + byte(n/1000), '0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)}; p.Digits() != string(want[:]) {
				t.Fatalf("number %d is %s", n, p.Digits())
			}
			n++
		}
		if n != 10_000 {
			t.Errorf("%d PINs", n)
		}
	}
}

// TestAllRestarted checks that stops and restarts omit nothing and repeat only
// the PIN from which they start.
func TestAllRestarted(t *testing.T) {
	start, err := Complete("9999000")
	if err != nil {
		t.Fatal(err)
	}
	unbroken := slices.Collect(All(start))
	var restarted []PIN
	from := start
	for len(restarted) < len(unbroken) {
		n := 0
		for p := range All(from) {
			if n > 0 || p == start {
				restarted = append(restarted, p)
			}
			if n++; n == 38 {
				from = p
				break
			}
		}
	}
	if !slices.Equal(restarted, unbroken) || len(unbroken) != 1000 {
		t.Errorf("%d PINs with restarts, %d without", len(restarted), len(unbroken))
	}
}
