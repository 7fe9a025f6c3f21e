package tag

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// TestRead reads one tag in the forms that people have it in.
func TestRead(t *testing.T) {
	token := &wps.ConfigurationToken{Credentials: []wps.Credential{{
		SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"), MAC: wps.MAC{2, 0, 0, 0, 0, 1},
	}}}
	octets, err := nfc.Append(nil, token)
	if err != nil {
		t.Fatal(err)
	}
	digits := hex.EncodeToString(octets)
	for name, content := range map[string]string{
		"octets":             string(octets),
		"digits":             digits + "\n",
		"digits with colons": strings.ReplaceAll(fmt.Sprintf("% X", octets), " ", ":"),
	} {
		list, err := Read("-", strings.NewReader(content))
		if c, ok := list.(*wps.ConfigurationToken); err != nil || !ok || c.Credentials[0].SSID != "home" {
			t.Errorf("%s: %T, %v", name, list, err)
		}
	}
	file := filepath.Join(t.TempDir(), "tag")
	if err := os.WriteFile(file, []byte(digits), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadOctets(file, nil); err != nil || !bytes.Equal(b, octets) {
		t.Errorf("%x, %v", b, err)
	}
	for name, content := range map[string]string{"empty": "", "no tag": "hello", "too large": strings.Repeat("0", maxSize+1)} {
		if list, err := Read("-", strings.NewReader(content)); err == nil {
			t.Errorf("%s: %T", name, list)
		}
	}
}
