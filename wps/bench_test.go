package wps_test

import (
	"crypto/sha256"
	"testing"

	"github.com/gowps/gowps/wps"
)

// m1 returns the M1 of a real run.
func m1(t testing.TB) []byte { return unhex(t, exchanges(t)["s01-pin-ok"].Messages[0].Hex) }

// BenchmarkSHA256M1 is the reference for the others: the hash of the same
// octets.
func BenchmarkSHA256M1(b *testing.B) {
	msg := m1(b)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		sha256.Sum256(msg)
	}
}

// BenchmarkWalkM1 must not allocate, and must be faster than BenchmarkSHA256M1.
func BenchmarkWalkM1(b *testing.B) {
	msg := m1(b)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		d := wps.NewDecoder(msg, wps.Tolerant)
		for d.Next() {
		}
		if d.Err() != nil {
			b.Fatal(d.Err())
		}
	}
}

// BenchmarkParseM1 may take three times as long as BenchmarkSHA256M1.
func BenchmarkParseM1(b *testing.B) {
	msg := m1(b)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wps.ParseMessage(msg, wps.Tolerant); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendM1 is the inverse of BenchmarkParseM1.
func BenchmarkAppendM1(b *testing.B) {
	msg := m1(b)
	parsed, err := wps.ParseMessage(msg, wps.Tolerant)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	room := make([]byte, 0, 1024)
	for b.Loop() {
		if _, err := wps.Append(room, parsed); err != nil {
			b.Fatal(err)
		}
	}
}
