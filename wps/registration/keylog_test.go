package registration

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// readKeyLog parses a line of a key log according to its documentation.
func readKeyLog(t *testing.T, line string) (enrollee, registrar wps.Nonce, keys *Keys) {
	t.Helper()
	if !regexp.MustCompile(`^WSC [0-9a-f]{32} [0-9a-f]{32} [0-9a-f]{64} [0-9a-f]{32}\n$`).MatchString(line) {
		t.Fatalf("line %q", line)
	}
	field := strings.Fields(line)
	keys = &Keys{AuthKey: [32]byte(unhex(t, field[3])), KeyWrapKey: [16]byte(unhex(t, field[4]))}
	return wps.Nonce(unhex(t, field[1])), wps.Nonce(unhex(t, field[2])), keys
}

// TestKeyLog decrypts the M8 of a capture with the key log of either side of
// the replayed run.
func TestKeyLog(t *testing.T) {
	for _, c := range captures(t) {
		if c.Name != "s01-pin-ok" {
			continue
		}
		messages := c.messages(t)
		m1, _ := find[*wps.M1](messages)
		m2, _ := find[*wps.M2](messages)
		m8, _ := find[*wps.M8](messages)
		var ofEnrollee, ofRegistrar bytes.Buffer
		e, r := enrolleeOf(t, &c), registrarOf(t, &c)
		e.cfg.KeyLog, r.cfg.KeyLog = &ofEnrollee, &ofRegistrar
		replay(t, e, messages, true)
		replay(t, r, messages, false)
		if ofEnrollee.String() != ofRegistrar.String() {
			t.Errorf("the two sides logged\n%v%v", &ofEnrollee, &ofRegistrar)
		}
		n1, n2, keys := readKeyLog(t, ofEnrollee.String())
		if n1 != m1.EnrolleeNonce || n2 != m2.RegistrarNonce {
			t.Errorf("nonces %v and %v", n1, n2)
		}
		var s wps.M8Settings
		settingsOf(t, keys, m8.EncryptedSettings, &s)
		if len(s.Credentials) != 1 || s.Credentials[0].SSID == "" {
			t.Errorf("credentials %v", s.Credentials)
		}
		return
	}
	t.Fatal("no capture")
}

// TestKeyLogFails checks that an error of the key log does not affect the run,
// and that the keys after a forged M2 are not logged.
func TestKeyLogFails(t *testing.T) {
	f := station()
	f.cheap()
	var log bytes.Buffer
	f.enrollee.KeyLog, f.registrar.KeyLog = &log, noRoom{}
	e, r := f.machines(t)
	m2 := f.until(t, e, r, wps.KindM2)
	forged := bytes.Clone(m2)
	forged[len(forged)-1] ^= 1
	if _, err := e.Handle(forged); !errors.Is(err, ErrIgnored) || log.Len() > 0 {
		t.Errorf("%v; logged %q", err, &log)
	}
	if _, err := e.Handle(m2); err != nil {
		t.Fatal(err)
	}
	readKeyLog(t, log.String())
}

// noRoom is a full disk.
type noRoom struct{}

func (noRoom) Write([]byte) (int, error) { return 0, errors.New("no room") }
