// Package prime has the prime of group 5 for the generators of the kernels. They
// are a separate module, so that users of package group5 do not depend on the
// assembler:
//
//	go generate ./wps/registration/internal/group5
package prime

import "math/big"

const digits = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
	"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF"

// P returns the prime.
func P() *big.Int {
	p, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic("the prime is no number")
	}
	return p
}

// Above returns (p + 1) / 2^bits.
func Above(bits uint) *big.Int {
	p := P()
	p.Add(p, big.NewInt(1))
	return p.Rsh(p, bits)
}

// Words returns x as 24 words of 64 bits, the lowest first.
func Words(x *big.Int) (words [24]uint64) {
	var rest big.Int
	rest.Set(x)
	for i := range words {
		words[i] = new(big.Int).And(&rest, new(big.Int).SetUint64(1<<64-1)).Uint64()
		rest.Rsh(&rest, 64)
	}
	return words
}
