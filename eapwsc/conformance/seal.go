package conformance

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// sealWrong encrypts settings in a way that no receiver may accept. It is
// written after WSC 2.0 §7.5, independently of package registration.
func sealWrong(k *registration.Keys, iv [16]byte, settings []byte, how wrapping) []byte {
	if how == wrapEmpty {
		return nil
	}
	h := hmac.New(sha256.New, k.AuthKey[:])
	h.Write(settings)
	kwa := list{{id: wps.AttrKeyWrapAuthenticator, value: h.Sum(nil)[:8]}}
	switch how {
	case wrapNoKWA:
		kwa = nil
	case wrapWrongKWA:
		kwa[0].value[0] ^= 1
	case wrapBehindKWA:
		kwa = append(kwa, attribute{id: 0x2000, value: []byte{1}})
	}
	plain := append(settings, kwa.octets()...)
	n := aes.BlockSize - len(plain)%aes.BlockSize
	for range n {
		plain = append(plain, byte(n))
	}
	if how == wrapPadding {
		plain[len(plain)-1] = byte(aes.BlockSize + 1)
	}
	block, err := aes.NewCipher(k.KeyWrapKey[:])
	if err != nil {
		panic(err) // the key has 16 octets
	}
	out := append([]byte(nil), iv[:]...)
	sealed := make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(sealed, plain)
	out = append(out, sealed...)
	switch how {
	case wrapShort:
		out = out[:len(out)-aes.BlockSize]
	case wrapNotOfBlocks:
		out = out[:len(out)-1]
	}
	return out
}
