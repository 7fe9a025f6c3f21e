package registration

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"

	"filippo.io/bigmod"

	"github.com/gowps/gowps/wps"
)

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
			z, err := side.own.sharedSecret(side.peer)
			if err != nil {
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
			clear(side.own.exponent) // what was computed must do
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

// exponents are those at which a comb could go wrong.
func exponents() map[string][]byte {
	x := map[string][]byte{
		"one":          {1},
		"two":          {2},
		"leading zero": append(make([]byte, 31), 3),
		"all ones":     bytes.Repeat([]byte{0xFF}, exponentSize),
		"bits 01":      bytes.Repeat([]byte{0x55}, exponentSize),
		"bits 10":      bytes.Repeat([]byte{0xAA}, exponentSize),
		"25 octets":    bytes.Repeat([]byte{0x9C}, 25),
		"33 octets":    bytes.Repeat([]byte{0x9C}, 33),
		"192 octets":   bytes.Repeat([]byte{0xFE}, groupSize),
	}
	for _, bit := range []int{1, 51, 52, 103, 104, 155, 156, 207, 208, 254, 255} {
		x[fmt.Sprintf("bit %d", bit)] = new(big.Int).Lsh(big.NewInt(1), uint(bit)).Bytes()
	}
	for tooth := range combTeeth { // a tooth alone: every digit has one bit
		x[fmt.Sprintf("tooth %d", tooth)] = new(big.Int).Lsh(big.NewInt(1<<combColumns-1), uint(tooth*combColumns)).Bytes()
		if tooth == combTeeth-1 { // of which only 48 are in the exponent
			x[fmt.Sprintf("tooth %d", tooth)] = new(big.Int).Lsh(big.NewInt(1<<48-1), uint(tooth*combColumns)).Bytes()
		}
	}
	for column := range combColumns { // a column alone: all other digits are zero
		bits := new(big.Int)
		for bit := column; bit < 8*exponentSize; bit += combColumns {
			bits.SetBit(bits, bit, 1)
		}
		x[fmt.Sprintf("column %d", column)] = bits.Bytes()
	}
	return x
}

// checkPower fails the test unless the exponent's public key is what math/big
// makes of it.
func checkPower(t *testing.T, exponent []byte) {
	t.Helper()
	k, err := NewKeyPairFromExponent(exponent)
	if err != nil {
		t.Fatal(err)
	}
	want := publicKeyOf(new(big.Int).Exp(big.NewInt(2), new(big.Int).SetBytes(exponent), prime))
	got := k.PublicKey()
	same(t, fmt.Sprintf("2^%x", exponent), got[:], want[:])
}

// TestPrecompute checks what TestVectorPublicKeys does not: another peer than
// the one asked for, a peer that is refused, and that nothing is left behind.
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
	if err := own.Precompute(&own.public); err != ErrPublicKeyReflected {
		t.Errorf("own key: error %v", err)
	}
	if err := own.Precompute(small(1)); err != ErrPublicKeyRange {
		t.Errorf("one: error %v", err)
	}
	known := own.known
	if own.Clear(); *known != (knownSecret{}) || own.known != nil {
		t.Error("the secret outlives Clear")
	}
}

func TestKeyPairFromExponent(t *testing.T) {
	for name, exponent := range exponents() {
		t.Run(name, func(t *testing.T) { checkPower(t, exponent) })
	}
	exponent := make([]byte, exponentSize)
	for range 200 {
		rand.Read(exponent)
		checkPower(t, exponent)
	}
}

// FuzzKeyPairFromExponent: the comb and the general way agree with math/big, and
// only an exponent without a usable public key is refused.
func FuzzKeyPairFromExponent(f *testing.F) {
	for _, exponent := range exponents() {
		f.Add(exponent)
	}
	f.Add([]byte{})
	f.Add(make([]byte, exponentSize))
	f.Add(make([]byte, groupSize+1))
	f.Fuzz(func(t *testing.T, exponent []byte) {
		x := new(big.Int).SetBytes(exponent)
		q := new(big.Int).Rsh(prime, 1)
		if len(exponent) > groupSize || x.Mod(x, q).Sign() == 0 {
			if _, err := NewKeyPairFromExponent(exponent); !errors.Is(err, ErrExponent) {
				t.Errorf("exponent %x: error %v, want ErrExponent", exponent, err)
			}
			return
		}
		checkPower(t, exponent)
	})
}

func TestKeyPairExponentRefused(t *testing.T) {
	q := new(big.Int).Rsh(prime, 1)
	for _, test := range []struct {
		name     string
		exponent []byte
		says     string
	}{
		{"none", nil, "it has 0 octets, not 1 to 192"},
		{"empty", []byte{}, "it has 0 octets, not 1 to 192"},
		{"long", make([]byte, groupSize+1), "it has 193 octets, not 1 to 192"},
		{"zero", make([]byte, 1), "it is a multiple of the group's order"},
		{"zero of 192 octets", make([]byte, groupSize), "it is a multiple of the group's order"},
		{"order of the subgroup", q.Bytes(), "it is a multiple of the group's order"},
		{"order of the group", new(big.Int).Lsh(q, 1).Bytes(), "it is a multiple of the group's order"},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, err := NewKeyPairFromExponent(test.exponent)
			if k != nil || !errors.Is(err, ErrExponent) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want ErrExponent saying %q", err, test.says)
			}
		})
	}
}

func TestNewKeyPair(t *testing.T) {
	stream := bytes.Repeat([]byte{0xC3, 0x5A}, exponentSize)
	random := bytes.NewReader(stream)
	k, err := NewKeyPair(random)
	if err != nil {
		t.Fatal(err)
	}
	if read := len(stream) - random.Len(); read != exponentSize {
		t.Errorf("read %d octets of randomness, want %d", read, exponentSize)
	}
	again, err := NewKeyPairFromExponent(stream[:exponentSize])
	if err != nil {
		t.Fatal(err)
	}
	if k.PublicKey() != again.PublicKey() {
		t.Error("the exponent is not what was read")
	}

	k1, err := NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	k2, err := NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	if k1.PublicKey() == k2.PublicKey() {
		t.Error("two fresh key pairs are the same")
	}

	if _, err := NewKeyPair(bytes.NewReader(stream[:exponentSize-1])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short of randomness: error %v", err)
	}
	if _, err := NewKeyPair(bytes.NewReader(make([]byte, exponentSize))); !errors.Is(err, ErrExponent) {
		t.Errorf("nothing but zeros as randomness: error %v", err)
	}
}

func TestKeyPairCopiesExponent(t *testing.T) {
	exponent := []byte{0x12, 0x34}
	k, err := NewKeyPairFromExponent(exponent)
	if err != nil {
		t.Fatal(err)
	}
	kept := k.exponent
	k.Clear()
	if !bytes.Equal(kept, []byte{0, 0}) {
		t.Error("Clear leaves the exponent in memory")
	}
	if !bytes.Equal(exponent, []byte{0x12, 0x34}) {
		t.Error("Clear overwrites the caller's exponent")
	}
}

// TestSharedSecretRefused calls past CheckPublicKey: a secret that everyone
// knows is never returned, whatever was checked before.
func TestSharedSecretRefused(t *testing.T) {
	for _, exponent := range []byte{6, 7} { // p−1 to an even and to an odd power
		k, err := NewKeyPairFromExponent([]byte{exponent})
		if err != nil {
			t.Fatal(err)
		}
		for name, peer := range map[string]*wps.PublicKey{
			"zero": small(0), "one": small(1), "p−1": plus(-1), "p": plus(0), "p+1": plus(1), "all ones": ones(),
		} {
			z, err := k.sharedSecret(peer)
			if err != ErrPublicKeyRange || z != [groupSize]byte{} {
				t.Errorf("%s to the power %d: error %v, secret %x", name, exponent, err, z)
			}
		}
	}
}

// BenchmarkModExp256 is the reference for the time of a registration: one
// exponentiation with a random base and an exponent of 256 bits.
func BenchmarkModExp256(b *testing.B) {
	exponent := make([]byte, exponentSize)
	rand.Read(exponent)
	base := make([]byte, groupSize)
	rand.Read(base[1:])
	y, err := bigmod.NewNat().SetBytes(base, modulus)
	if err != nil {
		b.Fatal(err)
	}
	out := bigmod.NewNat()
	b.ReportAllocs()
	for b.Loop() {
		out.Exp(y, exponent, modulus)
	}
}

func BenchmarkKeyPair(b *testing.B) {
	combTables()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewKeyPair(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSharedSecret(b *testing.B) {
	k, err := NewKeyPair(nil)
	if err != nil {
		b.Fatal(err)
	}
	other, err := NewKeyPair(nil)
	if err != nil {
		b.Fatal(err)
	}
	peer := other.PublicKey()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.sharedSecret(&peer); err != nil {
			b.Fatal(err)
		}
	}
}
