package ieee1905

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/gowps/gowps/wps"
)

// EtherType is the EtherType of IEEE 1905.1.
const EtherType = 0x893A

// Multicast is the address of all devices of IEEE 1905.1: §6.3.1.
var Multicast = wps.MAC{0x01, 0x80, 0xC2, 0x00, 0x00, 0x13}

// Type is the type of a message: IEEE 1905.1 §6.3.
type Type uint16

// The types that this package uses.
const (
	TypeTopologyQuery    Type = 0x0002
	TypeTopologyResponse Type = 0x0003
	TypeSearch           Type = 0x0007 // AP-Autoconfiguration Search
	TypeResponse         Type = 0x0008 // AP-Autoconfiguration Response
	TypeWSC              Type = 0x0009 // AP-Autoconfiguration WSC
	TypeRenew            Type = 0x000A // AP-Autoconfiguration Renew
)

var typeNames = map[Type]string{
	TypeTopologyQuery: "Topology Query", TypeTopologyResponse: "Topology Response", TypeSearch: "AP-Autoconfiguration Search",
	TypeResponse: "AP-Autoconfiguration Response", TypeWSC: "AP-Autoconfiguration WSC", TypeRenew: "AP-Autoconfiguration Renew",
}

// String returns the name of the type.
func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return fmt.Sprintf("Type(%#04x)", uint16(t))
}

// TLVType is the type of a TLV: IEEE 1905.1 §6.4, Wi-Fi EasyMesh §17.2.
//
// Its values are [TLVALMAC], [TLVSearchedRole], [TLVBand], [TLVSupportedRole],
// [TLVSupportedBand], [TLVWSC], [TLVSupportedService], [TLVSearchedService],
// [TLVRadioIdentifier], [TLVOperationalBSS], [TLVRadioCapabilities] and
// [TLVBSSConfiguration].
type TLVType uint8

// The types of TLVs that this package uses.
const (
	tlvEnd               TLVType = 0x00
	TLVALMAC             TLVType = 0x01 // the address of the sender
	TLVSearchedRole      TLVType = 0x0D
	TLVBand              TLVType = 0x0E // of a Search
	TLVSupportedRole     TLVType = 0x0F
	TLVSupportedBand     TLVType = 0x10
	TLVWSC               TLVType = 0x11 // M1, or an M2
	TLVSupportedService  TLVType = 0x80
	TLVSearchedService   TLVType = 0x81
	TLVRadioIdentifier   TLVType = 0x82
	TLVOperationalBSS    TLVType = 0x83
	TLVRadioCapabilities TLVType = 0x85
	TLVBSSConfiguration  TLVType = 0xB7 // what each BSS is for
)

// Values of TLVs.
const (
	roleRegistrar     = 0x00
	serviceController = 0x00
	serviceAgent      = 0x01
	backhaulNotUsed   = 0x80 // flags of TLVBSSConfiguration
	fronthaulNotUsed  = 0x40
)

// Lengths, in octets, and limits of what is read.
const (
	headerLen     = 8
	tlvHeaderLen  = 3
	addressLen    = 6
	maxSSID       = 32
	maxFragment   = 1500 // of a frame
	maxMessage    = 64 << 10
	maxTLV        = 1<<16 - 1
	maxFragments  = 128
	maxAssembling = 16 // messages of which fragments are missing
)

// Flags of a message.
const (
	flagLast  = 0x80 // the last fragment
	flagRelay = 0x40
)

// TLV is a part of a message.
type TLV struct {
	Type  TLVType
	Value []byte
}

// Message is a message of IEEE 1905.1 (a CMDU): §6.2.
type Message struct {
	Type  Type
	ID    uint16
	Relay bool // a multicast that other devices pass on
	TLVs  []TLV
}

// Find returns the value of the first TLV of a type, or nil.
func (m *Message) Find(t TLVType) []byte {
	i := slices.IndexFunc(m.TLVs, func(v TLV) bool { return v.Type == t })
	if i < 0 {
		return nil
	}
	return m.TLVs[i].Value
}

// All returns the values of all TLVs of a type.
func (m *Message) All(t TLVType) (values [][]byte) {
	for _, v := range m.TLVs {
		if v.Type == t {
			values = append(values, v.Value)
		}
	}
	return values
}

// ErrMessage is the class of errors about messages that cannot be read or sent.
var ErrMessage = errors.New("ieee1905: message")

// Frames returns the message as the contents of Ethernet frames. A message that
// does not fit into one is cut at the end of a TLV where that is possible:
// §7.1.1.
func (m *Message) Frames() ([][]byte, error) {
	var fragments [][]byte
	room := maxFragment - headerLen
	current := []byte{}
	for _, v := range append(slices.Clone(m.TLVs), TLV{Type: tlvEnd}) {
		if len(v.Value) > maxTLV {
			return nil, fmt.Errorf("%w: a TLV of %d octets", ErrMessage, len(v.Value))
		}
		b := binary.BigEndian.AppendUint16([]byte{byte(v.Type)}, uint16(len(v.Value)))
		b = append(b, v.Value...)
		if len(current) > 0 && len(current)+len(b) > room {
			fragments = append(fragments, current)
			current = nil
		}
		for current = append(current, b...); len(current) > room; current = current[room:] {
			fragments = append(fragments, current[:room:room])
		}
	}
	fragments = append(fragments, current)
	if len(fragments) > maxFragments {
		return nil, fmt.Errorf("%w: it has %d fragments", ErrMessage, len(fragments))
	}
	var frames [][]byte
	for i, f := range fragments {
		var flags byte
		if i == len(fragments)-1 {
			flags |= flagLast
		}
		if m.Relay {
			flags |= flagRelay
		}
		b := binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(m.Type))
		b = binary.BigEndian.AppendUint16(b, m.ID)
		frames = append(frames, append(append(b, byte(i), flags), f...))
	}
	return frames, nil
}

// parseTLVs reads the TLVs of a message.
func parseTLVs(b []byte) (list []TLV, err error) {
	for len(b) >= tlvHeaderLen {
		t, n := TLVType(b[0]), int(binary.BigEndian.Uint16(b[1:]))
		if b = b[tlvHeaderLen:]; n > len(b) {
			return nil, fmt.Errorf("%w: a TLV of %d octets, and %d are left", ErrMessage, n, len(b))
		}
		if t == tlvEnd {
			return list, nil
		}
		list = append(list, TLV{t, b[:n:n]})
		b = b[n:]
	}
	return nil, fmt.Errorf("%w: it has no end", ErrMessage)
}

// Assembler joins the fragments of messages. Its zero value is ready to use. It
// holds few unfinished messages: a newer one replaces the oldest.
type Assembler struct {
	partial []*partial
}

// partial is a message of which fragments are missing.
type partial struct {
	from wps.MAC
	typ  Type
	id   uint16
	next int
	body []byte
}

// Add adds the content of a frame. It returns the message if that is complete,
// or nil. The error is of class [ErrMessage]. Fragments have to come in order,
// as they do on an Ethernet.
func (a *Assembler) Add(from wps.MAC, frame []byte) (*Message, error) {
	if len(frame) < headerLen {
		return nil, fmt.Errorf("%w: %d octets", ErrMessage, len(frame))
	}
	p := &partial{from: from, typ: Type(binary.BigEndian.Uint16(frame[2:])), id: binary.BigEndian.Uint16(frame[4:])}
	number, flags := int(frame[6]), frame[7]
	i := slices.IndexFunc(a.partial, func(o *partial) bool { return o.from == p.from && o.typ == p.typ && o.id == p.id })
	switch {
	case i >= 0:
		p = a.partial[i]
		a.partial = slices.Delete(a.partial, i, i+1)
		if number != p.next || len(p.body)+len(frame) > maxMessage {
			return nil, fmt.Errorf("%w: fragment %d of %v after %d", ErrMessage, number, p.typ, p.next-1)
		}
	case number != 0:
		return nil, fmt.Errorf("%w: fragment %d of %v without those before it", ErrMessage, number, p.typ)
	}
	p.body = append(p.body, frame[headerLen:]...)
	p.next++
	if flags&flagLast == 0 {
		if len(a.partial) == maxAssembling {
			a.partial = a.partial[1:]
		}
		a.partial = append(a.partial, p)
		return nil, nil
	}
	list, err := parseTLVs(p.body)
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", err, p.typ)
	}
	return &Message{Type: p.typ, ID: p.id, Relay: flags&flagRelay != 0, TLVs: list}, nil
}

// Network is a network that an agent serves, as its Topology Response says.
type Network struct {
	SSID wps.SSID
	// Role is what it is for; 0 if the agent does not report it, as agents of
	// the first profile do not.
	Role wps.MultiAP
}

// Networks reads a Topology Response: Wi-Fi EasyMesh §17.2.4 and §17.2.75.
func (m *Message) Networks() (list []Network, err error) {
	roles := map[wps.MAC]wps.MultiAP{}
	if v := m.Find(TLVBSSConfiguration); v != nil {
		err = eachBSS(v, 2, func(bssid wps.MAC, flags []byte, _ wps.SSID) {
			var role wps.MultiAP
			if flags[0]&backhaulNotUsed == 0 {
				role |= wps.MultiAPBackhaulBSS
			}
			if flags[0]&fronthaulNotUsed == 0 {
				role |= wps.MultiAPFronthaulBSS
			}
			roles[bssid] = role
		})
	}
	if v := m.Find(TLVOperationalBSS); v != nil && err == nil {
		err = eachBSS(v, 0, func(bssid wps.MAC, _ []byte, ssid wps.SSID) {
			list = append(list, Network{ssid, roles[bssid]})
		})
	}
	return list, err
}

// eachBSS goes through radios and their BSSs: each has its address, some octets
// of flags, and its name.
func eachBSS(b []byte, flags int, f func(bssid wps.MAC, flags []byte, ssid wps.SSID)) error {
	short := fmt.Errorf("%w: a list of BSSs is cut", ErrMessage)
	take := func(n int) []byte {
		if n > len(b) {
			return nil
		}
		v := b[:n]
		b = b[n:]
		return v
	}
	radios := take(1)
	if radios == nil {
		return short
	}
	for range radios[0] {
		radio := take(addressLen + 1)
		if radio == nil {
			return short
		}
		for range radio[addressLen] {
			head := take(addressLen + flags + 1)
			if head == nil {
				return short
			}
			n := int(head[addressLen+flags])
			name := take(n)
			if name == nil && n > 0 || n > maxSSID {
				return short
			}
			f(wps.MAC(head), head[addressLen:addressLen+flags], wps.SSID(name))
		}
	}
	return nil
}

// topology returns the TLVs of a Topology Response with these networks, of one
// radio. Each network has an address of its own, counted from the radio's.
func topology(radio wps.MAC, networks []Network) []TLV {
	head := append(append([]byte{1}, radio[:]...), byte(len(networks)))
	operational, configuration := slices.Clone(head), slices.Clone(head)
	for i, n := range networks {
		bssid := radio
		bssid[5] += byte(i)
		flags := byte(0)
		if n.Role&wps.MultiAPBackhaulBSS == 0 {
			flags |= backhaulNotUsed
		}
		if n.Role&wps.MultiAPFronthaulBSS == 0 {
			flags |= fronthaulNotUsed
		}
		name := append([]byte{byte(len(n.SSID))}, n.SSID...)
		operational = append(append(operational, bssid[:]...), name...)
		configuration = append(append(append(configuration, bssid[:]...), flags, 0), name...)
	}
	return []TLV{{TLVOperationalBSS, operational}, {TLVBSSConfiguration, configuration}}
}
