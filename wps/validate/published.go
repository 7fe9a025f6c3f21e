package validate

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/gowps/gowps/wps"
)

// publishedKeys maps the SHA-256 of public keys (192 octets) whose private
// exponents are public to their origin: a device with such a key was shipped
// with the keys of a sample or a test, and every listener can compute the keys
// of its runs.
var publishedKeys = map[string]string{
	// 0x55, 192 times: the exponent in the SDK for RTL819x.
	"9c1800b47853a3eda51da8a81c56a9c7462853317a2f6bb335e1f04fa8317a85": "of the Realtek RTL819x SDK, the same in every device that was made with it; pixiewps published its exponent",

	// The exponents of the test vectors of package registration, which a
	// developer may have copied.
	"f1fd64427e2af4ef8bed7f4d220fba2956df806c7f7b10aa492191e5b75b471c": "of the enrollee in test vectors that are published with their exponents",
	"6010bbd4f9e8338f1c36e90f7fe2b3398f1ed0a6d827c9553f13d0b3f65b0f7a": "of the registrar in test vectors that are published with their exponents",
	"a7bb26dcfb9be91f87b78dafeb04dff9624fe139c7421e263fb723183d9a802a": "of the enrollee in test vectors that are published with their exponents",
	"000e0f1e5942879f68e8328b7cff7147d0a7dc735dcef2448ed89dd462140a70": "of the registrar in test vectors that are published with their exponents",
	"f480bda7cae909a84d06ad19033af7d7e09feea1001e9fe3aae68b86148bd1dd": "of an EasyMesh agent in test vectors that are published with their exponents",
	"da44c3a79ae091eacf18228a479b3a8b9cf1387f912c42a44a33e01aafdaa541": "of an EasyMesh agent in test vectors that are published with their exponents",
	"59a1ddfe99793792a1a8ec4766643b2cf0056e40fc462d911d398589620078af": "of an EasyMesh agent in test vectors that are published with their exponents",
	"5b150ae16562faf2290b196e584855addb078e82de1f434dd070c8595ff8521f": "of an EasyMesh agent in test vectors that are published with their exponents",
}

func keyPublished(k *wps.PublicKey) string {
	sum := sha256.Sum256(k[:])
	if where, ok := publishedKeys[hex.EncodeToString(sum[:])]; ok {
		return "is " + where + ": every listener can compute the keys of the run"
	}
	return ""
}
