package registration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSecretsAreRedacted prints everything that holds secrets in every way,
// alone and inside other values.
func TestSecretsAreRedacted(t *testing.T) {
	const octet = 0xA7 // all secrets consist of this octet
	fill := bytes.Repeat([]byte{octet}, 32)
	keys := &Keys{AuthKey: [32]byte(fill), KeyWrapKey: [16]byte(fill), EMSK: [32]byte(fill)}
	pair, err := NewKeyPairFromExponent(fill)
	if err != nil {
		t.Fatal(err)
	}
	c := NewCipher(keys)

	type holder struct {
		Keys    *Keys
		Value   Keys
		Pair    *KeyPair
		Another KeyPair
		Cipher  *Cipher
	}
	whole := holder{keys, *keys, pair, *pair, c}

	var out strings.Builder
	for _, v := range []any{keys, *keys, pair, *pair, c, whole, &whole, []any{keys, pair}} {
		for _, verb := range "vsdxXqobcUtpTeEfFgG" {
			for _, flag := range []string{"", "+", "#", " ", "5", "-5.2"} {
				if verb != 'p' && verb != 'T' { // fmt prints these two itself, without contents
					fmt.Fprintf(&out, "%"+flag+string(verb)+"\n", v)
				}
			}
		}
		fmt.Fprintln(&out, v)
		slog.New(slog.NewTextHandler(&out, withoutTime)).Info("text", "value", v)
		slog.New(slog.NewJSONHandler(&out, withoutTime)).Info("json", "value", v)
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
	}
	base64 := "p6enp6en" // as encoding/json encodes a []byte
	for _, leak := range []string{"a7a7", "A7A7", "167 167", "167,167", "0xa7, 0xa7", "a7 a7", "247 247", "10100111", `\xa7`, "§", "U+00A7", "=167", base64} {
		if i := strings.Index(out.String(), leak); i >= 0 {
			t.Errorf("secret octets shown as %q: …%s…", leak, out.String()[max(0, i-60):i+20])
		}
	}
	for _, v := range []slog.LogValuer{keys, *keys, pair, *pair, c} {
		if got := v.LogValue().String(); got != redaction {
			t.Errorf("%T as a slog value is %q, want %q", v, got, redaction)
		}
		if got := fmt.Sprint(v); got != redaction {
			t.Errorf("%T printed is %q, want %q", v, got, redaction)
		}
	}
}
