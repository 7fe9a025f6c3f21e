// Package tag reads and writes the files of NFC tags and handover messages.
package tag

import (
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// maxSize bounds how much is read, in octets: the largest tags hold 64 KiB, and
// a file may have them as hexadecimal digits.
const maxSize = 1 << 20

// ReadOctets reads a file, or standard input if the name is "-". It decodes
// text of hexadecimal digits, such as hostapd_cli and wpa_cli print, and returns
// other data unchanged.
func ReadOctets(name string, stdin io.Reader) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxSize+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxSize:
		return nil, errors.New("the input is larger than any tag")
	case len(b) == 0:
		return nil, errors.New("the input is empty")
	}
	return decodeHex(b), nil
}

// separators are what stands between hexadecimal digits, or in front of them.
var separators = strings.NewReplacer(":", "", " ", "", "\t", "", "\r", "", "\n", "", ",", "", "0x", "", "0X", "")

// decodeHex decodes text of hexadecimal digits, and returns other data
// unchanged.
func decodeHex(b []byte) []byte {
	if octets, err := hex.DecodeString(separators.Replace(string(b))); err == nil && len(octets) > 0 {
		return octets
	}
	return b
}

// Read reads a tag or a handover message: see [ReadOctets].
func Read(name string, stdin io.Reader) (wps.List, error) {
	b, err := ReadOctets(name, stdin)
	if err != nil {
		return nil, err
	}
	token, err := nfc.Read(b, wps.Tolerant)
	if err != nil {
		return nil, err
	}
	if token.List == nil {
		return nil, errors.New("there is nothing of WPS in the message")
	}
	return token.List, nil
}

// Write writes a tag or a handover message to a new file that only its owner
// can read, or to standard output if the name is "-".
func Write(name string, streams *program.IO, message []byte) error {
	if name == "-" {
		_, err := streams.Out.Write(message)
		return err
	}
	f, err := outfile.CreateSecret(name, false)
	if err != nil {
		return err
	}
	return f.Write(message)
}
