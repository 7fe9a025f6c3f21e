package sim

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// Information elements: IEEE 802.11-2020 §9.4.2. Package dot11 reads them.
const (
	elementSSID   = 0
	elementRSN    = 48
	elementVendor = 221
)

const (
	ouiRSN = 0x000FAC // of suite selectors
	ouiWPA = 0x0050F2

	vendorWPA = ouiWPA<<8 | 1

	mfpRequired = 1 << 6 // RSN Capabilities: protected management frames
	mfpCapable  = 1 << 7
)

// elementsRoom is the capacity for a list of elements, or for M1, that avoids
// growing.
const elementsRoom = 640

// elements returns an empty list of elements. Copy it with [World.keep] before
// the next one is started.
func (w *World) elements() []byte {
	if w.octets == nil {
		w.octets = make([]byte, 0, elementsRoom)
	}
	return w.octets[:0]
}

// keep returns a copy of a list of elements for a frame.
func (w *World) keep(list []byte) []byte {
	w.octets = list
	return bytes.Clone(list)
}

// appendSSID appends the element with the name of a network; an empty name
// stands for any network, or hides it.
func appendSSID(dst []byte, ssid wps.SSID) []byte {
	return append(append(dst, elementSSID, byte(len(ssid))), ssid...)
}

// appendRSN appends an RSN element (§9.4.2.24).
func appendRSN(dst []byte, s *dot11.Security) []byte {
	var capabilities uint16
	if s.PMFCapable {
		capabilities |= mfpCapable
	}
	if s.PMFRequired {
		capabilities |= mfpRequired
	}
	start := len(dst)
	dst = append(dst, elementRSN, 0)
	dst = binary.LittleEndian.AppendUint16(appendSuites(dst, s, ouiRSN), capabilities)
	return closeElement(dst, start)
}

// appendWPA appends the WPA element, a vendor-specific element with the same
// body under another OUI.
func appendWPA(dst []byte, s *dot11.Security) []byte {
	start := len(dst)
	dst = binary.BigEndian.AppendUint32(append(dst, elementVendor, 0), vendorWPA)
	return closeElement(appendSuites(dst, s, ouiWPA), start)
}

// closeElement writes the length of the last element of the list, which starts
// at start.
func closeElement(list []byte, start int) []byte {
	list[start+1] = byte(len(list) - start - 2)
	return list
}

// appendSuites appends what both elements have in common.
func appendSuites(dst []byte, s *dot11.Security, oui uint32) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, 1) // version
	dst = appendSelector(dst, oui, s.Group)
	return appendSelectors(appendSelectors(dst, oui, s.Pairwise), oui, s.AKMs)
}

func appendSelectors[T dot11.CipherSuite | dot11.AKM](dst []byte, oui uint32, suites []T) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(suites)))
	for _, suite := range suites {
		dst = appendSelector(dst, oui, suite)
	}
	return dst
}

func appendSelector[T dot11.CipherSuite | dot11.AKM](dst []byte, oui uint32, suite T) []byte {
	return binary.BigEndian.AppendUint32(dst, oui<<8|uint32(suite)&0xFF)
}

// element returns a WPS element of a device of ours.
func (w *World) element(l wps.List) []byte { return w.keep(appendWPS(w.elements(), l)) }

// appendWPS appends the WPS element of one of our devices. Encoding cannot
// fail: the description was checked when the device joined the world.
func appendWPS(dst []byte, l wps.List) []byte {
	dst, err := wps.AppendElements(dst, l)
	if err != nil {
		panic(fmt.Sprintf("sim: an element of our own: %v", err))
	}
	return dst
}
