package validate_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// publicKeyOf returns the public key of a private exponent.
func publicKeyOf(exponent []byte) []byte {
	p := new(big.Int).SetBytes(prime)
	return new(big.Int).Exp(big.NewInt(2), new(big.Int).SetBytes(exponent), p).FillBytes(make([]byte, 192))
}

// realtekKey is the public key of the exponent in the SDK for RTL819x.
func realtekKey() []byte { return publicKeyOf(bytes.Repeat([]byte{0x55}, 192)) }

// TestPublishedKeys checks that the public key of each published exponent is
// found.
func TestPublishedKeys(t *testing.T) {
	published := func(key []byte) bool {
		m1 := conforming(wps.KindM1).with(wps.AttrPublicKey, key)
		return slices.ContainsFunc(m1.judge(wps.Tolerant), func(f validate.Finding) bool { return f.Rule == "PUBLIC-KEY-PUBLISHED" })
	}
	add := func(exponent []byte) {
		if !published(publicKeyOf(exponent)) {
			t.Errorf("the public key of the exponent %x… is not known", exponent[:4])
		}
	}
	add(bytes.Repeat([]byte{0x55}, 192))
	var runs []struct {
		E string `json:"e_priv"`
		R string `json:"r_priv"`
	}
	const vectors = "../registration/testdata/"
	text, err := os.ReadFile(vectors + "kat.json")
	if err != nil || json.Unmarshal(text, &runs) != nil {
		t.Fatal(err)
	}
	unhex := func(digits string) []byte {
		x, ok := new(big.Int).SetString(digits, 16)
		if !ok {
			t.Fatalf("%q is no number", digits)
		}
		return x.Bytes()
	}
	for _, run := range runs {
		add(unhex(run.E))
		add(unhex(run.R))
	}
	others, err := os.ReadFile("testdata/published.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(others)) {
		if fields := strings.Fields(line); fields[0] != "#" {
			add(unhex(fields[1]))
		}
	}
	files, _ := filepath.Glob(vectors + "easymesh/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) > 2 {
				add(unhex(fields[1]))
			}
		}
	}
	if len(runs) != 4 || len(files) != 4 {
		t.Errorf("%d runs, %d files", len(runs), len(files))
	}
	if published(publicKeyOf([]byte{0x55, 0x55, 0x54})) {
		t.Error("a fresh key is said to be known")
	}
}
