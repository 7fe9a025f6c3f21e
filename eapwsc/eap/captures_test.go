package eap

import (
	"errors"
	"testing"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
)

// readCapture returns the capture with the name.
func readCapture(tb testing.TB, name string) fixture.Capture {
	tb.Helper()
	for _, c := range fixture.Captures(tb) {
		if c.Name == name {
			return c
		}
	}
	tb.Fatalf("no capture is named %s", name)
	return fixture.Capture{}
}

// mustParse returns the packet in b.
func mustParse(tb testing.TB, b []byte) Packet {
	tb.Helper()
	p, err := ParsePacket(b)
	if err != nil {
		tb.Fatalf("ParsePacket(%x): %v", b, err)
	}
	return p
}

// mustAppend returns the octets of p.
func mustAppend(tb testing.TB, p Packet) []byte {
	tb.Helper()
	b, err := p.AppendTo(nil)
	if err != nil {
		tb.Fatalf("%v: %v", p, err)
	}
	return b
}

// wantFault checks that err is a *Error of the class at the offset.
func wantFault(tb testing.TB, err, class error, offset int) {
	tb.Helper()
	fault, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		tb.Errorf("error is %T %v, want a *Error", err, err)
	case !errors.Is(err, class):
		tb.Errorf("error is %q, want class %q", err, class)
	case fault.Offset != offset:
		tb.Errorf("error is %q, want offset %d", err, offset)
	case fault.Field == "" || fault.Clause == "" || fault.Detail == "":
		tb.Errorf("error %q lacks its field, clause or detail", err)
	}
}
