package registration

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/gowps/gowps/wps"
)

// hexBytes is octets in hexadecimal in JSON: an even number of digits, or for a
// number possibly without the leading zero.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	s := string(text)
	if len(s)%2 != 0 {
		s = "0" + s
	}
	b, err := hex.DecodeString(s)
	*h = b
	return err
}

func (h hexBytes) key() *wps.PublicKey { return (*wps.PublicKey)(h) }

// vector is one run of testdata/kat.json. It was made by two independent
// implementations, in Python and in Go, which agree with each other and with
// captures of hostapd.
type vector struct {
	Tag      string
	Password string

	EnrolleeExponent  hexBytes `json:"e_priv"`
	RegistrarExponent hexBytes `json:"r_priv"`
	PKE, PKR          hexBytes
	SharedSecret      hexBytes `json:"ss"`
	N1, N2, MAC       hexBytes

	DHKey         hexBytes `json:"dh"`
	DHKeyUnpadded hexBytes `json:"dh_if_unpadded_WRONG"`
	KDK           hexBytes
	AuthKey       hexBytes `json:"ak"`
	KeyWrapKey    hexBytes `json:"kwk"`
	EMSK          hexBytes

	PSK1, PSK2           hexBytes
	ES1, ES2, RS1, RS2   hexBytes
	EHash1               hexBytes `json:"eh1"`
	EHash2               hexBytes `json:"eh2"`
	RHash1               hexBytes `json:"rh1"`
	RHash2               hexBytes `json:"rh2"`
	P4, P5, P6, P7, P8   hexBytes
	M1, M2, M3, M4       hexBytes
	M5, M6, M7, M8, Done hexBytes
	EnrolleeHash         hexBytes `json:"pk_hash_e20"`
	RegistrarHash        hexBytes `json:"pk_hash_r20"`
}

func (v *vector) keys() *Keys {
	return &Keys{
		AuthKey:    [32]byte(v.AuthKey),
		KeyWrapKey: [16]byte(v.KeyWrapKey),
		EMSK:       [32]byte(v.EMSK),
	}
}

// forEachVector runs test on every vector of testdata/kat.json.
func forEachVector(t *testing.T, test func(*testing.T, *vector)) {
	for _, v := range loadVectors(t) {
		t.Run(v.Tag, func(t *testing.T) { test(t, v) })
	}
}

func loadVectors(t testing.TB) []*vector {
	t.Helper()
	text, err := os.ReadFile("testdata/kat.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var vectors []*vector
	if err := d.Decode(&vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 4 {
		t.Fatalf("kat.json has %d runs, want 4", len(vectors))
	}
	return vectors
}

// same fails the test unless got is want.
func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got %x\nwant %x", what, got, want)
	}
}
