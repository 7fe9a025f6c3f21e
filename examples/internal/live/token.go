package live

import (
	"fmt"
	"io"
	"os"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// maxTag bounds how much is read from a tag: the largest hold 64 KiB.
const maxTag = 1 << 20

// ReadToken reads an NFC tag or a handover message from a file, or from
// standard input if the name is "-".
func ReadToken(name string, streams *program.IO) (wps.List, error) {
	in := streams.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxTag))
	if err != nil {
		return nil, err
	}
	token, err := nfc.Read(b, wps.Tolerant)
	if err != nil {
		return nil, err
	}
	if token.List == nil {
		return nil, fmt.Errorf("there is nothing of WPS in the message")
	}
	return token.List, nil
}

// WriteToken writes a tag or a handover message to a new file that only its
// owner can read, or to standard output if the name is "-".
func WriteToken(name string, streams *program.IO, message []byte) error {
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
