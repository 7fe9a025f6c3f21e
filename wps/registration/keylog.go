package registration

import (
	"fmt"
	"io"

	"github.com/gowps/gowps/wps"
)

// KeyLogLabel begins each line of a key log: a text file that lets a reader of
// captures decrypt the runs in it, like a key log of TLS. A line has five
// fields with a space between, all but the first in hexadecimal:
//
//	WSC <Enrollee Nonce> <Registrar Nonce> <AuthKey> <KeyWrapKey>
const KeyLogLabel = "WSC"

// AppendKeyLog appends the line of one run, with its line end.
func AppendKeyLog(dst []byte, enrollee, registrar wps.Nonce, k *Keys) []byte {
	return fmt.Appendf(dst, "%s %v %v %x %x\n", KeyLogLabel, enrollee, registrar, k.AuthKey[:], k.KeyWrapKey[:])
}

// writeKeyLog writes a run's line; an error does not fail the run.
func writeKeyLog(w io.Writer, enrollee, registrar wps.Nonce, k *Keys) {
	if w != nil {
		line := AppendKeyLog(nil, enrollee, registrar, k)
		w.Write(line)
		clear(line)
	}
}
