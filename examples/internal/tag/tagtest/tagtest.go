// Package tagtest writes and reads the files of NFC tags, for tests of programs.
package tagtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// Write writes a list of attributes to a file, as an NDEF message, and returns the
// name of the file.
func Write(t testing.TB, l wps.List) (file string) {
	t.Helper()
	message, err := nfc.Append(nil, l)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "tag")
	if err := os.WriteFile(file, message, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Read reads the list of attributes that a program has written to a file.
func Read[T wps.List](t testing.TB, file string, mode wps.Mode) (list T) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	token, err := nfc.Read(b, mode)
	if err != nil {
		t.Fatal(err)
	}
	list, ok := token.List.(T)
	if !ok {
		t.Fatalf("the tag holds %T", token.List)
	}
	return list
}
