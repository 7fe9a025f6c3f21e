package exchange

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// KeyLog holds the keys of runs, by their nonces. See
// [registration.KeyLogLabel] for the file format.
type KeyLog struct {
	keys map[[2]wps.Nonce]*registration.Keys
}

// ErrKeyLog is the class of errors in a key log.
var ErrKeyLog = errors.New("exchange: key log is unreadable")

// maxKeyLog limits the number of runs in a key log.
const maxKeyLog = 1 << 20

// ReadKeyLog reads a key log. Empty lines and lines that begin with # are
// ignored. The error, of class [ErrKeyLog], names the line and never a key.
func ReadKeyLog(r io.Reader) (*KeyLog, error) {
	log := &KeyLog{keys: map[[2]wps.Nonce]*registration.Keys{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := log.add(line); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrKeyLog, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyLog, err)
	}
	return log, nil
}

func (l *KeyLog) add(line string) error {
	fields := strings.Fields(line)
	if len(fields) != 5 || fields[0] != registration.KeyLogLabel {
		return errors.New("it does not have the five fields: " + registration.KeyLogLabel + ", two nonces, AuthKey, KeyWrapKey")
	}
	var nonces [2]wps.Nonce
	keys := new(registration.Keys)
	for i, dst := range [][]byte{nonces[0][:], nonces[1][:], keys.AuthKey[:], keys.KeyWrapKey[:]} {
		if len(fields[i+1]) != 2*len(dst) {
			return fmt.Errorf("field %d has %d characters, not %d", i+2, len(fields[i+1]), 2*len(dst))
		}
		if _, err := hex.Decode(dst, []byte(fields[i+1])); err != nil {
			return fmt.Errorf("field %d is not hexadecimal", i+2)
		}
	}
	if len(l.keys) == maxKeyLog {
		return errors.New("too many runs")
	}
	l.keys[nonces] = keys
	return nil
}

// Add adds the keys of a run, unless there are too many already. The zero value
// of a KeyLog is empty.
func (l *KeyLog) Add(enrollee, registrar wps.Nonce, keys *registration.Keys) {
	if l.keys == nil {
		l.keys = map[[2]wps.Nonce]*registration.Keys{}
	}
	if len(l.keys) < maxKeyLog {
		l.keys[[2]wps.Nonce{enrollee, registrar}] = keys
	}
}

// Keys returns the keys of the run with the nonces, or nil.
func (l *KeyLog) Keys(enrollee, registrar wps.Nonce) *registration.Keys {
	if l == nil {
		return nil
	}
	return l.keys[[2]wps.Nonce{enrollee, registrar}]
}

// find is Keys for the nonces of a message.
func (l *KeyLog) find(enrollee, registrar []byte) *registration.Keys {
	if l == nil || len(enrollee) != len(wps.Nonce{}) || len(registrar) != len(wps.Nonce{}) {
		return nil
	}
	return l.Keys(wps.Nonce(enrollee), wps.Nonce(registrar))
}
