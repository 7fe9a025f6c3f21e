package main

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/gowps/gowps/examples/internal/diagnosis"
)

// checkLine compares a line with what the standard library writes.
func checkLine(t *testing.T, r *diagnosis.Entry) {
	t.Helper()
	var got, want bytes.Buffer
	(&writer{out: &got}).line(r)
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("the line is\n%sencoding/json writes\n%s", &got, &want)
	}
}

// TestLine has entries with random values in each field, with one field only,
// and with all but one.
func TestLine(t *testing.T) {
	random := rand.New(rand.NewSource(17))
	fill := func(r *diagnosis.Entry, field int) {
		f := reflect.ValueOf(r).Elem().Field(field)
		if f.Type() == reflect.TypeFor[*diagnosis.Origin]() {
			f.Set(reflect.ValueOf(&diagnosis.Origin{Kind: "log", Programs: []string{"hostapd <1>"}, Dumps: []diagnosis.Dump{{Name: "M1"}}}))
			return
		}
		v, ok := quick.Value(f.Type(), random)
		if !ok {
			t.Fatalf("no random value of %v", f.Type())
		}
		f.Set(v)
	}
	checkLine(t, new(diagnosis.Entry))
	fields := reflect.TypeFor[diagnosis.Entry]().NumField()
	for range 20 {
		for left := range fields {
			var one, others diagnosis.Entry
			fill(&one, left)
			checkLine(t, &one)
			for i := range fields {
				if i != left {
					fill(&others, i)
				}
			}
			checkLine(t, &others)
		}
	}
}

// TestLineText has what needs an escape or a replacement, alone and with other
// text.
func TestLineText(t *testing.T) {
	texts := []string{
		"", "plain", "“{router}” <&>", "\x7f", "\t", "\n\r\b\f", "\x00", "\x1f", `"`, `\`, "\u2027\u2028", "\u2029\u202a", "\xe2\x80", "\xe2\x80\xa8",
		"\xff", "é\xc3", "\xed\xa0\x80", "\ufffd", "\U0010ffff", "\xf4\x90\x80\x80", "日本",
	}
	for _, text := range texts {
		for _, s := range []string{text, "a" + text, text + "b", "“" + text + "”"} {
			checkLine(t, &diagnosis.Entry{Verdict: s})
		}
	}
}

func TestLineNumber(t *testing.T) {
	for _, n := range []float64{0, 0.852, 1e-6, 1.5e-6, 9.99e-7, 5e-9, 1, 86400, 1e20, 1e21, 123456789.000001, -0.25, -1e-7, -1e22} {
		checkLine(t, &diagnosis.Entry{Seconds: n})
	}
}
