package diagnosis

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"
)

// encoded returns what encoding/json makes of an entry.
func encoded(t *testing.T, r *Entry) string {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func checkJSON(t *testing.T, r *Entry) {
	t.Helper()
	if got, want := string(r.AppendJSON(nil))+"\n", encoded(t, r); got != want {
		t.Errorf("AppendJSON returns\n%sencoding/json writes\n%s", got, want)
	}
}

// TestAppendJSON compares with encoding/json: entries with random values in each
// field, with one field only, and with all but one.
func TestAppendJSON(t *testing.T) {
	random := rand.New(rand.NewSource(17))
	fill := func(r *Entry, field int) {
		f := reflect.ValueOf(r).Elem().Field(field)
		if f.Type() == reflect.TypeFor[*Origin]() {
			f.Set(reflect.ValueOf(&Origin{Kind: "log", Programs: []string{"hostapd <1>"}, Limits: nil, Dumps: []Dump{{Name: "M1"}}}))
			return
		}
		v, ok := quick.Value(f.Type(), random)
		if !ok {
			t.Fatalf("no random value of %v", f.Type())
		}
		f.Set(v)
	}
	checkJSON(t, new(Entry))
	fields := reflect.TypeFor[Entry]().NumField()
	for range 20 {
		for left := range fields {
			var one, others Entry
			fill(&one, left)
			checkJSON(t, &one)
			for i := range fields {
				if i != left {
					fill(&others, i)
				}
			}
			checkJSON(t, &others)
		}
	}
}

// TestAppendString has what encoding/json escapes or replaces, alone and with
// other text.
func TestAppendString(t *testing.T) {
	texts := []string{
		"", "plain", "“{router}” <&>", "\x7f", "\t", "\n\r\b\f", "\x00", "\x1f", `"`, `\`, "\u2027\u2028", "\u2029\u202a", "\xe2\x80", "\xe2\x80\xa8",
		"\xff", "é\xc3", "\xed\xa0\x80", "\ufffd", "\U0010ffff", "\xf4\x90\x80\x80", "日本",
	}
	for _, text := range texts {
		for _, s := range []string{text, "a" + text, text + "b", "“" + text + "”"} {
			checkJSON(t, &Entry{Verdict: s})
		}
	}
}

// TestPlain has each octet at each place of a text that needs no escape.
func TestPlain(t *testing.T) {
	for length := range 20 {
		for at := range length {
			for c := range 0x100 {
				b := bytes.Repeat([]byte{'a'}, length)
				b[at] = byte(c)
				if got, want := plain(string(b)), c >= ' ' && c != '"' && c != '\\' && c < 0x80; got != want {
					t.Fatalf("plain(%q) = %t", b, got)
				}
			}
		}
	}
}

func TestAppendFloat(t *testing.T) {
	for _, n := range []float64{0, 0.852, 1e-6, 1.5e-6, 9.99e-7, 5e-9, 1, 86400, 1e20, 1e21, 123456789.000001, -0.25, -1e-7, -1e22} {
		checkJSON(t, &Entry{Seconds: n})
	}
}
