package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/gowps/gowps/wps"
)

// publishedKeys are the SHA-256 of public keys (192 octets) whose private
// exponents are public: a device with such a key was shipped with the key of a
// sample or a test, and every listener can compute the keys of its runs.
var publishedKeys = []struct {
	sum    string
	of     string
	origin string
}{
	{"9c1800b47853a3eda51da8a81c56a9c7462853317a2f6bb335e1f04fa8317a85", "of the Realtek RTL819x SDK, the same in every device that was made with it; pixiewps published its exponent",
		"0x55, 192 times: pixiewps, wps_rtl_pke"},

	// A developer may have copied the key of a test.
	{"943782739b29bb60c7c54369cdeb7a2719b4dc3610aaf84a372d1f66009650a2", "of the enrollee in iwd's unit tests, where its exponent is published", "iwd 2.3, unit/test-wsc.c, dh_private_key_1"},
	{"f77f1a3665ed4e906a07acf48c50e34b517471caf8601a59d3b047fd0919b262", "of the enrollee in iwd's unit tests, where its exponent is published", "iwd 2.3, unit/test-wsc.c, dh_private_key_2"},
	{"f1fd64427e2af4ef8bed7f4d220fba2956df806c7f7b10aa492191e5b75b471c", enrolleeVector, "wps/registration/testdata/kat.json, kat1, kat3 and kat4, e_priv"},
	{"6010bbd4f9e8338f1c36e90f7fe2b3398f1ed0a6d827c9553f13d0b3f65b0f7a", registrarVector, "wps/registration/testdata/kat.json, kat1, kat3 and kat4, r_priv"},
	{"a7bb26dcfb9be91f87b78dafeb04dff9624fe139c7421e263fb723183d9a802a", enrolleeVector, "wps/registration/testdata/kat.json, kat2, e_priv"},
	{"000e0f1e5942879f68e8328b7cff7147d0a7dc735dcef2448ed89dd462140a70", registrarVector, "wps/registration/testdata/kat.json, kat2, r_priv"},
	{"f480bda7cae909a84d06ad19033af7d7e09feea1001e9fe3aae68b86148bd1dd", agentVector, "wps/registration/testdata/easymesh"},
	{"da44c3a79ae091eacf18228a479b3a8b9cf1387f912c42a44a33e01aafdaa541", agentVector, "wps/registration/testdata/easymesh"},
	{"59a1ddfe99793792a1a8ec4766643b2cf0056e40fc462d911d398589620078af", agentVector, "wps/registration/testdata/easymesh"},
	{"5b150ae16562faf2290b196e584855addb078e82de1f434dd070c8595ff8521f", agentVector, "wps/registration/testdata/easymesh"},
}

// The keys of the test vectors of this module.
const (
	enrolleeVector  = "of the enrollee in test vectors that are published with their exponents"
	registrarVector = "of the registrar in test vectors that are published with their exponents"
	agentVector     = "of an EasyMesh agent in test vectors that are published with their exponents"
)

// published maps the sum of each published key to whose key it is.
var published = sync.OnceValue(func() map[[sha256.Size]byte]string {
	all := make(map[[sha256.Size]byte]string, len(publishedKeys))
	for _, row := range publishedKeys {
		sum, err := hex.DecodeString(row.sum)
		if err != nil {
			panic("validate: the sum of a published key: " + err.Error())
		}
		all[[sha256.Size]byte(sum)] = row.of
	}
	return all
})

func keyPublished(k *wps.PublicKey) string {
	if of, ok := published()[sha256.Sum256(k[:])]; ok {
		return "is " + of + ": every listener can compute the keys of the run"
	}
	return ""
}
