package sim

import (
	"errors"
	"sync"

	"github.com/gowps/gowps/wps/registration"
)

// KnownKeyPairs returns two key pairs, always the same ones, that have computed
// their shared secret. A registration between them costs no public-key
// cryptography, and has no secrecy: use them in the Customize functions of
// devices where keys are not what is tested.
func KnownKeyPairs() (enrollee, registrar *registration.KeyPair) {
	keys := knownKeyPairs()
	return keys.enrollee, keys.registrar
}

var knownKeyPairs = sync.OnceValue(func() (keys struct{ enrollee, registrar *registration.KeyPair }) {
	var err1, err2 error
	keys.enrollee, err1 = registration.NewKeyPairFromExponent([]byte("the enrollee of all worlds"))
	keys.registrar, err2 = registration.NewKeyPairFromExponent([]byte("the registrar of all worlds"))
	if err := errors.Join(err1, err2); err != nil {
		panic(err) // the exponents are valid constants
	}
	e, r := keys.enrollee.PublicKey(), keys.registrar.PublicKey()
	if err := errors.Join(keys.enrollee.Precompute(&r), keys.registrar.Precompute(&e)); err != nil {
		panic(err) // both public keys are elements of this group
	}
	return keys
})
