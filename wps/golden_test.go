package wps_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/gowps/gowps/wps"
)

// exchange is a captured exchange: the messages as they went over the wire,
// and what both sides decrypted.
type exchange struct {
	Name     string `json:"name"`
	Messages []struct {
		Op  int    `json:"op"`
		Hex string `json:"hex"`
	} `json:"wsc_messages"`
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func exchanges(t testing.TB) map[string]exchange {
	t.Helper()
	files, err := filepath.Glob("testdata/wired/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in testdata: %v", err)
	}
	all := map[string]exchange{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var x exchange
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all[x.Name] = x
	}
	return all
}

// TestMessagesRoundTrip reads every message that hostap sent and writes it
// again, octet for octet.
func TestMessagesRoundTrip(t *testing.T) {
	for name, x := range exchanges(t) {
		t.Run(name, func(t *testing.T) {
			for i, m := range x.Messages {
				b := unhex(t, m.Hex)
				msg, err := wps.ParseMessage(b, wps.Strict)
				if err != nil {
					t.Errorf("message %d: %v", i, err)
					continue
				}
				got, err := wps.Append(nil, msg)
				if err != nil || !bytes.Equal(got, b) {
					t.Errorf("message %d, %v: wrote\n%x\nwant\n%x\n%v", i, msg.Kind(), got, b, err)
				}
			}
		})
	}
}
