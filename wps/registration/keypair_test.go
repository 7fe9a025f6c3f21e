package registration

import (
	"errors"
	"math/big"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

var prime = new(big.Int).SetBytes(group5.Prime())

// plus returns p + n as a public key; a negative n is below the prime.
func plus(n int64) []byte {
	return new(big.Int).Add(prime, big.NewInt(n)).FillBytes(make([]byte, group5.Size))
}

func small(n int64) []byte { return big.NewInt(n).FillBytes(make([]byte, group5.Size)) }

// TestCheckPublicKey checks that the errors are those of this package. Which
// keys are refused is tested in the package that checks them.
func TestCheckPublicKey(t *testing.T) {
	k, err := NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	own, other := k.PublicKey(), wps.PublicKey(plus(-2))
	for _, test := range []struct {
		peer, own *wps.PublicKey
		want      error
	}{
		{(*wps.PublicKey)(small(1)), nil, ErrPublicKeyRange},
		{&own, &own, ErrPublicKeyReflected},
		{&own, nil, nil},
		{&other, &own, nil},
	} {
		err := CheckPublicKey(test.peer, test.own)
		if err != test.want || (err != nil) != errors.Is(err, ErrPublicKey) {
			t.Errorf("error %v, want %v", err, test.want)
		}
		if test.own == nil {
			continue
		}
		keys, err := k.Keys(test.peer, wps.Nonce{}, wps.MAC{}, wps.Nonce{})
		if err != test.want || (keys == nil) != (err != nil) {
			t.Errorf("Keys: error %v, want %v", err, test.want)
		}
	}
	if err := CheckSubgroup(&other); err != ErrPublicKeySubgroup {
		t.Errorf("p−2: error %v", err)
	}
	if err := CheckSubgroup(&own); err != nil {
		t.Errorf("own key: error %v", err)
	}
	if two := wps.PublicKey(small(2)); !ExponentIsPlain(&two) || ExponentIsPlain(&own) {
		t.Error("2 is a plain key, and a fresh one is not")
	}
}

func TestVectorPublicKeys(t *testing.T) {
	forEachVector(t, func(t *testing.T, v *vector) {
		enrollee, err := NewKeyPairFromExponent(v.EnrolleeExponent)
		if err != nil {
			t.Fatal(err)
		}
		registrar, err := NewKeyPairFromExponent(v.RegistrarExponent)
		if err != nil {
			t.Fatal(err)
		}
		pke, pkr := enrollee.PublicKey(), registrar.PublicKey()
		same(t, "PKE", pke[:], v.PKE)
		same(t, "PKR", pkr[:], v.PKR)

		for _, side := range []struct {
			name string
			own  *KeyPair
			peer *wps.PublicKey
			hash []byte
		}{
			{"enrollee", enrollee, &pkr, v.RegistrarHash},
			{"registrar", registrar, &pke, v.EnrolleeHash},
		} {
			var z [group5.Size]byte
			if err := side.own.pair.SharedSecret(&z, (*[group5.Size]byte)(side.peer)); err != nil {
				t.Fatalf("%s: %v", side.name, err)
			}
			same(t, side.name+": shared secret", z[:], v.SharedSecret)

			keys, err := side.own.Keys(side.peer, wps.Nonce(v.N1), wps.MAC(v.MAC), wps.Nonce(v.N2))
			if err != nil {
				t.Fatalf("%s: %v", side.name, err)
			}
			if *keys != *v.keys() {
				t.Errorf("%s: keys differ", side.name)
			}
			if err := side.own.Precompute(side.peer); err != nil {
				t.Fatalf("%s: %v", side.name, err)
			}
			clear(side.own.pair.Exponent) // the precomputed secret must suffice
			keys, err = side.own.Keys(side.peer, wps.Nonce(v.N1), wps.MAC(v.MAC), wps.Nonce(v.N2))
			if err != nil || *keys != *v.keys() {
				t.Errorf("%s: keys differ if their secret was computed before (error %v)", side.name, err)
			}
			if err := CheckSubgroup(side.peer); err != nil {
				t.Errorf("%s: peer's key: %v", side.name, err)
			}
			hash := PublicKeyHash(side.peer)
			same(t, side.name+": hash of the peer's public key", hash[:], side.hash)
		}
	})
}

// TestPrecompute checks what TestVectorPublicKeys does not: another peer, a
// peer that is refused, and that no secret remains.
func TestPrecompute(t *testing.T) {
	var pairs [3]*KeyPair
	for i := range pairs {
		k, err := NewKeyPairFromExponent([]byte{7, byte(i)})
		if err != nil {
			t.Fatal(err)
		}
		pairs[i] = k
	}
	own, friend, stranger := pairs[0], pairs[1].PublicKey(), pairs[2].PublicKey()
	keys := func(peer *wps.PublicKey) Keys {
		k, err := own.Keys(peer, wps.Nonce{1}, wps.MAC{2}, wps.Nonce{3})
		if err != nil {
			t.Fatal(err)
		}
		return *k
	}
	want := [2]Keys{keys(&friend), keys(&stranger)}
	if err := own.Precompute(&friend); err != nil {
		t.Fatal(err)
	}
	if got := [2]Keys{keys(&friend), keys(&stranger)}; got != want {
		t.Error("the keys differ from those that were not computed before")
	}
	public := own.PublicKey()
	if err := own.Precompute(&public); err != ErrPublicKeyReflected {
		t.Errorf("own key: error %v", err)
	}
	if err := own.Precompute(&wps.PublicKey{len(wps.PublicKey{}) - 1: 1}); err != ErrPublicKeyRange {
		t.Errorf("one: error %v", err)
	}
	known := own.known
	if own.Clear(); *known != (knownSecret{}) || own.known != nil {
		t.Error("the secret outlives Clear")
	}
}
