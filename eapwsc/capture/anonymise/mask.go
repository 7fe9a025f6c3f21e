package anonymise

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// A mask makes the replacements: functions of a key and the original, so that
// equal values have equal replacements, and no table grows.
type mask struct {
	key   [sha256.Size]byte
	names map[string][sha256.Size]byte // short names that were used, with their originals
}

// maxNames limits the names that are remembered.
const maxNames = 1 << 14

// stream returns n octets that depend on the value and its kind.
func (m *mask) stream(what string, value []byte, n int) []byte {
	h := hmac.New(sha256.New, m.key[:])
	h.Write([]byte(what))
	h.Write([]byte{0})
	h.Write(value)
	seed := h.Sum(nil)
	out := make([]byte, 0, n+sha256.Size)
	for block := uint64(0); len(out) < n; block++ {
		h = hmac.New(sha256.New, seed)
		h.Write(binary.BigEndian.AppendUint64(nil, block))
		out = h.Sum(out)
	}
	return out[:n]
}

// octets replaces a value. Zeros stay: they are not secret, and a fault.
func (m *mask) octets(value []byte) []byte {
	if zeros(value) {
		return slices.Clone(value)
	}
	return m.stream("octets", value, len(value))
}

func zeros(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 })
}

// mac replaces an address. Group addresses stay.
func (m *mask) mac(a [6]byte) [6]byte {
	if a == ([6]byte{}) || a[0]&1 != 0 {
		return group(a)
	}
	b := [6]byte(m.stream("address", a[:], 6))
	b[0] = b[0]&^1 | 2 // one of a station, administered locally
	return b
}

// The group addresses that stay: everyone, and those of 802.1X and IEEE 1905.1.
var groups = [][6]byte{{}, wps.Broadcast, {0x01, 0x80, 0xc2, 0, 0, 3}, {0x01, 0x80, 0xc2, 0, 0, 0x13}}

func group(a [6]byte) [6]byte {
	if slices.Contains(groups, a) {
		return a
	}
	return [6]byte{0x03}
}

// ip replaces an address of IP by one that is reserved for documents: RFC 3849,
// and of IPv4, where those are too few, for tests of networks: RFC 2544.
func (m *mask) ip(a netip.Addr) netip.Addr {
	b := m.stream("ip", a.AsSlice(), 16)
	if a.Is4() {
		return netip.AddrFrom4([4]byte{198, 18 | b[0]&1, b[1], b[2]})
	}
	copy(b, []byte{0x20, 0x01, 0x0d, 0xb8})
	return netip.AddrFrom16([16]byte(b))
}

// letters are what names are made of.
const letters = "abcdefghijkmnpqrstuvwxyz23456789"

// name replaces a text by one of the same length. Blanks and a NUL at the end
// stay, because they are faults.
func (m *mask) name(value []byte) []byte {
	end := len(value)
	for end > 0 && value[end-1] == 0 {
		end--
	}
	if strings.Trim(string(value[:end]), " ") == "" {
		return slices.Clone(value)
	}
	out := slices.Clone(value)
	digest := sha256.Sum256(value[:end])
	const tries = 64
	for try := range tries {
		b := m.stream("name"+string(rune(try)), value[:end], end)
		for i := range b {
			out[i] = letters[int(b[i])%len(letters)]
		}
		if end > 8 {
			break // no two are the same
		}
		other, taken := m.names[string(out[:end])]
		if !taken && len(m.names) < maxNames {
			m.names[string(out[:end])] = digest
		}
		if !taken || other == digest {
			break
		}
	}
	return out
}

// direct begins the names of networks that devices with Wi-Fi Direct open: what
// follows is a number that identifies the group, and a name.
const direct = "DIRECT-"

// ssid replaces the name of a network.
func (m *mask) ssid(name wps.SSID) wps.SSID {
	if rest, ok := strings.CutPrefix(string(name), direct); ok {
		return wps.SSID(direct) + wps.SSID(m.name([]byte(rest)))
	}
	return wps.SSID(m.name([]byte(name)))
}

// identity replaces the identity of a station, unless it is one of WPS.
func (m *mask) identity(value []byte) []byte {
	switch string(value) {
	case eap.EnrolleeIdentity, eap.RegistrarIdentity:
		return slices.Clone(value)
	}
	return m.name(value)
}

// uuid replaces a UUID: version 4, random.
func (m *mask) uuid(value []byte) []byte {
	out := m.octets(value)
	if len(out) == 16 && !zeros(out) {
		out[6], out[8] = out[6]&0x0f|0x40, out[8]&0x3f|0x80
	}
	return out
}

// prime is the prime of group 5: RFC 3526 §2.
var prime, _ = new(big.Int).SetString("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"+
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"+
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"+
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"+
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"+
	"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF", 16)

// publicKey replaces a public key by another element of the group, a square. An
// invalid key stays invalid: 0, 1 and p-1 are kept, everything else becomes the
// largest number.
func (m *mask) publicKey(value []byte) []byte {
	const size = len(wps.PublicKey{})
	if len(value) != size {
		return m.octets(value)
	}
	one := big.NewInt(1)
	y := new(big.Int).SetBytes(value)
	switch {
	case y.Cmp(one) <= 0, new(big.Int).Sub(prime, one).Cmp(y) == 0:
		return slices.Clone(value)
	case y.Cmp(prime) >= 0:
		return slices.Repeat([]byte{0xff}, size)
	}
	x := new(big.Int).SetBytes(m.stream("key", value, size))
	x.Mul(x, x).Mod(x, prime)
	return x.FillBytes(make([]byte, size))
}
