//go:build !amd64 && !arm64

package main

import (
	"bytes"
	"encoding/json"
)

// appendLine appends v as a line of JSON.
func appendLine(b []byte, v any) []byte {
	out := bytes.NewBuffer(b)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // v has no type that JSON has not
	}
	return out.Bytes()
}
