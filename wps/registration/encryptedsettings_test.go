package registration

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/gowps/gowps/wps"
)

// encryptedSettings returns the value of the Encrypted Settings attribute of a
// message.
func encryptedSettings(t testing.TB, message []byte) []byte {
	t.Helper()
	for rest := message; len(rest) >= 4; {
		id, length := int(rest[0])<<8|int(rest[1]), int(rest[2])<<8|int(rest[3])
		if id == 0x1018 {
			return rest[4 : 4+length]
		}
		rest = rest[4+length:]
	}
	t.Fatal("message without Encrypted Settings")
	return nil
}

func TestVectorSettings(t *testing.T) {
	forEachVector(t, func(t *testing.T, v *vector) {
		c := NewCipher(v.keys())
		for i, m := range []struct{ message, plaintext hexBytes }{
			{v.M4, v.P4}, {v.M5, v.P5}, {v.M6, v.P6}, {v.M7, v.P7}, {v.M8, v.P8},
		} {
			value := encryptedSettings(t, m.message)
			want := m.plaintext[:len(m.plaintext)-keyWrapSize]
			got, err := c.OpenSettings(value)
			if err != nil {
				t.Errorf("M%d: %v", i+4, err)
			}
			same(t, "settings", got, want)
			if cap(got) != len(got) {
				t.Errorf("M%d: the result has room in which its Key Wrap Authenticator shows", i+4)
			}
			same(t, "Encrypted Settings", c.SealSettings(nil, (*[16]byte)(value), want), value)
		}
	})
}

// TestSettingsOfAnyLength encrypts and decrypts settings of every length up to
// some blocks, to cover each length of padding.
func TestSettingsOfAnyLength(t *testing.T) {
	c := NewCipher(loadVectors(t)[0].keys())
	iv := [16]byte{1, 2, 3}
	for length := range 5 * aes.BlockSize {
		settings := bytes.Repeat([]byte{0x10}, length)
		prefix := []byte("before")
		sealed := c.SealSettings(prefix, &iv, settings)
		same(t, "what was there before", sealed[:len(prefix)], prefix)
		value := sealed[len(prefix):]
		if want := len(iv) + (length+keyWrapSize)/aes.BlockSize*aes.BlockSize + aes.BlockSize; len(value) != want {
			t.Errorf("settings of %d octets: %d encrypted, want %d", length, len(value), want)
		}
		got, err := c.OpenSettings(value)
		if err != nil {
			t.Errorf("settings of %d octets: %v", length, err)
		}
		same(t, "settings", got, settings)
	}
}

// TestSettingsRoom encodes settings with everything that they can have: they fit
// into their room, for growing would leave network keys behind in memory.
func TestSettingsRoom(t *testing.T) {
	header := wps.Header{
		WFA: wps.WFAExtension{
			Version2: 0x20, RequestToEnroll: true, AuthorizedMACs: make([]wps.MAC, 5), NetworkKeyShareable: true, SettingsDelayTime: 9,
			RegistrarConfigMethods: 0xFFFF, MultiAP: 0xFF, MultiAPProfile: 3, MultiAPVLAN: 0xFFF,
			Unknown: []wps.WFAElement{{ID: 0x77, Data: make([]byte, 60)}, {ID: 0x78}},
		},
		Vendor:  []wps.VendorExtension{{Vendor: [3]byte{1, 2, 3}, Data: make([]byte, 300)}, {}},
		Unknown: []wps.Attribute{{ID: 0x7777, Value: make([]byte, 500)}, {ID: 0x7778}},
	}
	full := wps.Credential{
		Header: header, NetworkIndex: 1, SSID: wps.SSID(make([]byte, 32)), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKeyIndex: 1,
		NetworkKey: make([]byte, 64), MAC: wps.MAC{1}, EAPType: make([]byte, 8), EAPIdentity: make([]byte, 64), KeyProvidedAutomatically: true, Enabled8021X: true,
	}
	ten := make([]wps.Credential, 10)
	for i := range ten {
		ten[i] = full
	}
	ap := full
	for name, settings := range map[string]wps.List{
		"M2, credentials": &wps.M2Settings{Header: header, Credentials: ten},
		"M2, settings":    &wps.M2Settings{Header: header, AP: &ap},
		"M7":              &wps.M7Settings{},
		"M7, settings":    &wps.M7Settings{Header: header, AP: &ap, IdentityProof: make([]byte, 200), X509CertificateRequest: make([]byte, 200)},
		"M8, credentials": &wps.M8Settings{Header: header, Credentials: ten, NewPassword: make([]byte, 64), DevicePasswordID: 0x1234},
		"M8, settings":    &wps.M8Settings{Header: header, AP: &ap},
		"M4":              &wps.M4Settings{}, "M5": &wps.M5Settings{}, "M6": &wps.M6Settings{},
	} {
		encoded, err := wps.Append(nil, settings)
		room := settingsRoom(settings)
		if err != nil || len(encoded) > room {
			t.Errorf("%s: %d octets, room for %d, %v", name, len(encoded), room, err)
		}
		r := run{cipher: NewCipher(&Keys{})}
		var buffer sealRoom
		sealed, err := r.seal(settings, &buffer)
		if err != nil || room > secretNonceRoom && cap(sealed) != aes.BlockSize+room+maxSealing || room == secretNonceRoom && &sealed[0] != &buffer[0] {
			t.Errorf("%s: the room has grown to %d, %v", name, cap(sealed), err)
		}
	}
}

// encrypt returns Encrypted Settings of any plaintext in whole blocks, as
// someone with the keys could make them.
func encrypt(c *Cipher, plaintext []byte) []byte {
	value := make([]byte, aes.BlockSize+len(plaintext)) // the IV is zeros
	cipher.NewCBCEncrypter(c.block(), value[:aes.BlockSize]).CryptBlocks(value[aes.BlockSize:], plaintext)
	return value
}

// wrapped returns the settings with their Key Wrap Authenticator.
func wrapped(c *Cipher, settings []byte) []byte {
	plaintext := append(bytes.Clone(settings), keyWrapHeader...)
	sum := c.hmac(settings)
	return append(plaintext, sum[:8]...)
}

func TestOpenSettingsRefuses(t *testing.T) {
	v := loadVectors(t)[0]
	c := NewCipher(v.keys())

	// Settings of 20 octets and the authenticator are two blocks. With a third
	// block of padding, they are valid.
	settings := v.P4[:20]
	good := append(wrapped(c, settings), bytes.Repeat([]byte{16}, 16)...)
	if _, err := c.OpenSettings(encrypt(c, good)); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	change := func(f func([]byte) []byte) []byte { return encrypt(c, f(bytes.Clone(good))) }
	padded := func(settings []byte, padding ...byte) []byte {
		return encrypt(c, append(wrapped(c, settings), padding...))
	}
	// Padding of no octets is noticed only after an authenticator that ends
	// with zero.
	zeroEnd := func() []byte {
		for n := uint32(0); ; n++ {
			settings := binary.BigEndian.AppendUint32(nil, n)
			if plaintext := wrapped(c, settings); plaintext[len(plaintext)-1] == 0 {
				return encrypt(c, plaintext)
			}
		}
	}

	tests := map[string][]byte{
		"nothing":              nil,
		"one octet":            {0},
		"an IV alone":          make([]byte, 16),
		"31 octets":            make([]byte, 31),
		"33 octets":            make([]byte, 33),
		"an IV and zeros":      make([]byte, 32),
		"first block missing":  encrypt(c, good)[16:],
		"last block missing":   padded(settings),
		"padding 0":            zeroEnd(),
		"padding 0, 16 times":  padded(settings, bytes.Repeat([]byte{0}, 16)...),
		"padding 17":           padded(settings[:19], bytes.Repeat([]byte{17}, 17)...),
		"padding 32":           padded(settings, bytes.Repeat([]byte{32}, 32)...),
		"padding 255":          padded(settings, bytes.Repeat([]byte{255}, 16)...),
		"padding 15 of 16":     padded(settings, bytes.Repeat([]byte{15}, 16)...),
		"padding 1 of 16":      padded(settings, append(bytes.Repeat([]byte{16}, 15), 1)...),
		"first of 16 differs":  padded(settings, append([]byte{15}, bytes.Repeat([]byte{16}, 15)...)...),
		"second of 16 differs": padded(settings, append([]byte{16, 17}, bytes.Repeat([]byte{16}, 14)...)...),
		"last but one differs": padded(settings[:18], 2, 1),
		"all padding":          encrypt(c, bytes.Repeat([]byte{16}, 16)),
		"padding into the KWA": encrypt(c, append([]byte(keyWrapHeader+"1234567"), 5, 5, 5, 5, 5)),
		"KWA of other type":    change(func(p []byte) []byte { p[21] = 0x1F; return p }),
		"KWA of other length":  change(func(p []byte) []byte { p[23] = 7; return p }),
		"KWA first octet":      change(func(p []byte) []byte { p[24] ^= 1; return p }),
		"KWA last octet":       change(func(p []byte) []byte { p[31] ^= 1; return p }),
		"settings changed":     change(func(p []byte) []byte { p[4] ^= 1; return p }),
		"attribute after the KWA": change(func(p []byte) []byte {
			return append(p[:32], 0x10, 0x4A, 0, 1, 0x10, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11)
		}),
	}

	sealed := encryptedSettings(t, v.M4)
	for bit := range 8 * len(sealed) {
		value := bytes.Clone(sealed)
		value[bit/8] ^= 1 << (bit % 8)
		tests[fmt.Sprintf("bit %d of M4's settings", bit)] = value
	}
	for name, value := range tests {
		before := bytes.Clone(value)
		settings, err := c.OpenSettings(value)
		if settings != nil || err != ErrDecrypt {
			t.Errorf("%s: settings %x, error %v, want ErrDecrypt", name, settings, err)
		}
		same(t, name+": the value", value, before)
	}
}

// FuzzOpenSettings checks that anything that opens is what SealSettings would
// produce, octet for octet; anything else gives one error.
func FuzzOpenSettings(f *testing.F) {
	v := loadVectors(f)[0]
	c := NewCipher(v.keys())
	for _, message := range [][]byte{v.M4, v.M5, v.M6, v.M7, v.M8} {
		f.Add(encryptedSettings(f, message), []byte{})
	}
	f.Add(encryptedSettings(f, loadVectors(f)[1].M8), []byte(v.P8))
	f.Add([]byte{}, []byte(v.P4[:20]))
	f.Add(make([]byte, 32), make([]byte, 15))
	f.Add(encrypt(c, bytes.Repeat([]byte{16}, 32)), make([]byte, 16))
	f.Fuzz(func(t *testing.T, value, settings []byte) {
		opened, err := c.OpenSettings(value)
		switch {
		case err == nil && !bytes.Equal(c.SealSettings(nil, (*[16]byte)(value), opened), value):
			t.Error("opened what SealSettings does not make")
		case err != nil && (err != ErrDecrypt || opened != nil):
			t.Errorf("settings %x, error %v, want ErrDecrypt alone", opened, err)
		}
		again, err := c.OpenSettings(c.SealSettings(nil, &[16]byte{}, settings))
		if err != nil {
			t.Fatalf("own settings refused: %v", err)
		}
		same(t, "settings", again, settings)
	})
}

func BenchmarkSealSettings(b *testing.B) {
	v := loadVectors(b)[0]
	c := NewCipher(v.keys())
	iv, settings := (*[16]byte)(encryptedSettings(b, v.M8)), v.P8[:len(v.P8)-keyWrapSize]
	dst := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		c.SealSettings(dst, iv, settings)
	}
}

func BenchmarkOpenSettings(b *testing.B) {
	v := loadVectors(b)[0]
	c := NewCipher(v.keys())
	value := encryptedSettings(b, v.M8)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.OpenSettings(value); err != nil {
			b.Fatal(err)
		}
	}
}
