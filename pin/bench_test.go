package pin

import (
	"strconv"
	"testing"
)

// BenchmarkParseUint is the reference for BenchmarkParse: Parse may take at
// most three times as long.
func BenchmarkParseUint(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := strconv.ParseUint("12345670", 10, 64); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"12345670", "1234-5670", " 1234 5670\n", "1234"} {
		b.Run(strconv.Quote(text), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendDigits(b *testing.B) {
	p := MustParse("12345670")
	var digits [8]byte
	b.ReportAllocs()
	for b.Loop() {
		p.AppendDigits(digits[:0])
	}
}

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Generate(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSuggest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Suggest("12345678")
	}
}
