package validate_test

import (
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

func BenchmarkMessage(b *testing.B) {
	l := newLab(b, "s01-pin-ok")
	for _, kind := range []wps.Kind{wps.KindM1, wps.KindM3, wps.KindM8} {
		b.Run(kind.String(), func(b *testing.B) {
			body := l.step(kind).Body
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				validate.Message(body, wps.Tolerant)
			}
		})
	}
}

func BenchmarkExchange(b *testing.B) {
	l := newLab(b, "s01-pin-ok")
	with, without := l.Transcript, l.Transcript
	without.Keys = nil
	for name, transcript := range map[string]validate.Transcript{"keys": with, "no-keys": without} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				validate.Exchange(&transcript, wps.Tolerant)
			}
		})
	}
}

// BenchmarkHostile has messages that break rules in every attribute. The time
// per octet must not grow with the length.
func BenchmarkHostile(b *testing.B) {
	for name, n := range map[string]int{"1": 1, "64": 64, "4096": 4096} {
		var body []byte
		for range n {
			for info := range wps.Attributes() {
				if info.Min > 0 {
					body = append(body, join(tlv{info.ID, make([]byte, info.Min-1)})...)
				}
			}
			body = append(body, join(tlv{wps.AttrVendorExtension, []byte("\x00\x37\x2A\x00\x02\x00\x00\x01")})...)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				validate.List(wps.KindM1, body, wps.Strict)
			}
		})
	}
}
