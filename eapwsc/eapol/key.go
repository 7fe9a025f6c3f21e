package eapol

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// KeyMessage says which message of its handshake an EAPOL-Key frame is.
//
// The messages show whether the passphrase of a WPA or WPA2 network is right.
// An access point sends Pairwise1 to anyone, and Pairwise2 is the station's
// proof. If the access point continues with Pairwise3, the passphrase is right;
// if it repeats Pairwise1 and then disconnects, it is wrong, or Pairwise2 was
// lost. With WPA3 these messages come only after SAE has proved it.
//
// Its values are [KeyOther], [Pairwise4], [Group1], [Group2] and [KeyRequest].
type KeyMessage uint8

// The messages: IEEE 802.11-2020 §12.7.6 and §12.7.7.
const (
	KeyOther   KeyMessage = iota // not an EAPOL-Key frame of WPA, WPA2 or WPA3, or none of these messages
	Pairwise1                    // 4-way handshake, access point to station: ANonce
	Pairwise2                    // station to access point: SNonce, proves the key
	Pairwise3                    // access point to station: proves the key, brings the group key
	Pairwise4                    // station to access point: confirms
	Group1                       // group key handshake, access point to station
	Group2                       // station to access point: confirms
	KeyRequest                   // station to access point: asks for new keys, or reports a MIC failure
)

var keyMessageNames = [...]string{
	KeyOther:  "other key frame",
	Pairwise1: "message 1 of 4", Pairwise2: "message 2 of 4", Pairwise3: "message 3 of 4", Pairwise4: "message 4 of 4",
	Group1: "group message 1 of 2", Group2: "group message 2 of 2",
	KeyRequest: "key request",
}

// String returns the name of the message, such as "message 2 of 4".
func (m KeyMessage) String() string {
	if int(m) < len(keyMessageNames) {
		return keyMessageNames[m]
	}
	return fmt.Sprintf("KeyMessage(%d)", uint8(m))
}

// The body of an EAPOL-Key frame: IEEE 802.11-2020 §12.7.2. The lengths of the
// MIC and of the fields after it depend on the key management.
const (
	keyInfoOffset  = 1  // after the Descriptor Type
	keyNonceOffset = 13 // after Key Length and Key Replay Counter
	keyNonceLen    = 32
	keyLen         = 95 // without Key Data, if the MIC has 16 octets

	descriptorRSN = 2   // WPA2 and WPA3
	descriptorWPA = 254 // WPA
)

// Bits of the Key Information.
const (
	infoPairwise = 1 << 3
	infoInstall  = 1 << 6
	infoACK      = 1 << 7
	infoMIC      = 1 << 8
	infoSecure   = 1 << 9
	infoRequest  = 1 << 11
	infoSMK      = 1 << 13 // of the PeerKey handshake, which is not in use
)

// keyRow is a message and the bits of the Key Information that it has.
type keyRow struct {
	bits    uint16
	message KeyMessage
}

// keyMessages maps bits to messages: the first row whose bits are all set
// applies. The Secure bit does not distinguish Pairwise4 from Pairwise2: WPA
// clears it in both, and it is set in both when keys are renewed.
var keyMessages = [...]keyRow{
	{infoSMK, KeyOther},
	{infoRequest, KeyRequest},
	{infoPairwise | infoACK | infoMIC, Pairwise3},
	{infoPairwise | infoACK | infoInstall, Pairwise3}, // without MIC: AEAD
	{infoPairwise | infoACK, Pairwise1},
	{infoPairwise, Pairwise2}, // or Pairwise4
	{infoSecure | infoACK, Group1},
	{infoSecure, Group2},
	{0, KeyOther},
}

// KeyMessage returns which message of which handshake the frame is. It looks at
// the form only: verifying a message would require the keys.
func (f Frame) KeyMessage() KeyMessage {
	b := f.Body
	if f.Type != TypeKey || len(b) < keyNonceOffset+keyNonceLen || b[0] != descriptorRSN && b[0] != descriptorWPA {
		return KeyOther
	}
	info := binary.BigEndian.Uint16(b[keyInfoOffset:])
	i := slices.IndexFunc(keyMessages[:], func(row keyRow) bool { return info&row.bits == row.bits })
	message := keyMessages[i].message

	// Pairwise4 has no nonce; some stations repeat theirs, but none has Key Data.
	withoutNonce := [keyNonceLen]byte(b[keyNonceOffset:]) == [keyNonceLen]byte{}
	if message == Pairwise2 && (withoutNonce || len(b) <= keyLen) {
		return Pairwise4
	}
	return message
}
