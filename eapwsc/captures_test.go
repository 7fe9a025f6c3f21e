package eapwsc

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// capture is an exchange between hostapd and wpa_supplicant, as far as EAP
// goes.
type capture struct {
	Name        string
	EAPFrames   []octets `json:"eap_frames"` // in order, from both sides
	WSCMessages []struct {
		Code Code
		Op   OpCode
		Hex  octets
	} `json:"wsc_messages"` // the same, reassembled by other software
}

// octets is written as hexadecimal digits in JSON.
type octets []byte

func (o *octets) UnmarshalText(text []byte) (err error) {
	*o, err = hex.DecodeString(string(text))
	return err
}

// readCaptures returns every capture.
func readCaptures(tb testing.TB) []capture {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("..", "wps", "testdata", "wired", "*.json"))
	if err != nil {
		tb.Fatal(err)
	}
	if len(files) == 0 {
		tb.Fatal("no captures in testdata")
	}
	captures := make([]capture, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		if err := json.Unmarshal(text, &captures[i]); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
	}
	return captures
}

// readCapture returns the capture with the name.
func readCapture(tb testing.TB, name string) capture {
	tb.Helper()
	for _, c := range readCaptures(tb) {
		if c.Name == name {
			return c
		}
	}
	tb.Fatalf("no capture is named %s", name)
	return capture{}
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

// wantFault checks that err is a *PacketError of the class at the offset.
func wantFault(tb testing.TB, err, class error, offset int) {
	tb.Helper()
	fault, ok := errors.AsType[*PacketError](err)
	switch {
	case !ok:
		tb.Errorf("error is %T %v, want a *PacketError", err, err)
	case !errors.Is(err, class):
		tb.Errorf("error is %q, want class %q", err, class)
	case fault.Offset != offset:
		tb.Errorf("error is %q, want offset %d", err, offset)
	case fault.Field == "" || fault.Clause == "" || fault.Detail == "":
		tb.Errorf("error %q lacks its field, clause or detail", err)
	}
}
