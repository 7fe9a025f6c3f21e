package main

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/gowps/gowps/eapwsc/capture/pcapng"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
)

// air collects the frames on the simulated air, and the keys of the runs, for a
// capture. The key log comes before the packets in the file, so all packets are
// kept until the end.
type air struct {
	packets []packet
	keys    bytes.Buffer
}

// packet is a frame with its radiotap header.
type packet struct {
	at     time.Duration
	octets []byte
}

// observe records a frame that is sent. Beacons and probes are recorded even if
// no device receives them.
func (a *air) observe(e sim.Event) {
	if e.Kind == sim.Sent {
		a.packets = append(a.packets, packet{e.At, radiotapFrame(e.Frame, e.At, len(a.packets))})
	}
}

// write writes the capture to a file that only its owner can read, since it
// contains keys.
func (a *air) write(name string) error {
	file, err := outfile.CreateSecret(name, true)
	if err != nil {
		return err
	}
	content, err := a.capture()
	if err != nil {
		file.Discard()
		return err
	}
	return file.Write(content)
}

// capture returns the capture.
func (a *air) capture() ([]byte, error) {
	var content bytes.Buffer
	w, err := pcapng.NewWriter(&content, pcapng.Header{
		LinkType: pcapng.Radiotap, Program: "wpssim", Name: "air", KeyLog: a.keys.Bytes(),
	})
	if err != nil {
		return nil, err
	}
	for _, p := range a.packets {
		if err := w.WritePacket(pcapng.Packet{Time: sim.Epoch.Add(p.at), Data: p.octets}); err != nil {
			return nil, err
		}
	}
	err = w.Flush()
	return content.Bytes(), err
}

// subtypes are the frame control fields of management frames: IEEE 802.11-2020
// Table 9-1.
var subtypes = map[sim.FrameType]uint16{
	sim.AssociationRequest: 0x00, sim.AssociationResponse: 0x10, sim.ProbeRequest: 0x40, sim.ProbeResponse: 0x50,
	sim.Beacon: 0x80, sim.Authentication: 0xB0, sim.Deauthentication: 0xC0,
}

// Bits of the frame control field and of the Capability Information.
const (
	controlData = 0x0008
	toDS        = 0x0100
	fromDS      = 0x0200
	ess         = 0x0001
	privacy     = 0x0010
)

// channels are the frequencies in MHz and radiotap flags of the bands.
var channels = map[wps.RFBands][2]uint16{wps.Band24GHz: {2412, 0x00A0}, wps.Band5GHz: {5180, 0x0140}}

// radiotapFrame returns a frame of the world with a radiotap header. It fills
// in the fields that the world does not have. The number counts frames.
func radiotapFrame(f *sim.Frame, at time.Duration, number int) []byte {
	channel := channels[f.Band]
	b := []byte{0, 0, 13, 0, 0x28, 0, 0, 0} // channel and signal are present
	b = binary.LittleEndian.AppendUint16(b, channel[0])
	b = binary.LittleEndian.AppendUint16(b, channel[1])
	b = append(b, 0xCE) // -50 dBm
	control, addresses := subtypes[f.Type], [3]wps.MAC{f.To, f.From, f.BSSID}
	switch {
	case f.Type == sim.Data && f.From == f.BSSID:
		control, addresses = controlData|fromDS, [3]wps.MAC{f.To, f.BSSID, f.From}
	case f.Type == sim.Data:
		control, addresses = controlData|toDS, [3]wps.MAC{f.BSSID, f.From, f.To}
	}
	b = binary.LittleEndian.AppendUint16(b, control)
	b = append(b, 0, 0) // duration
	for _, a := range addresses {
		b = append(b, a[:]...)
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(number)<<4) // sequence control
	return append(appendFixed(b, f, at), f.Body...)
}

// appendFixed appends the fields between the header and the body: IEEE
// 802.11-2020 §9.3.3, and LLC with SNAP for data.
func appendFixed(b []byte, f *sim.Frame, at time.Duration) []byte {
	capability := uint16(ess)
	if f.Privacy {
		capability |= privacy
	}
	le := binary.LittleEndian
	switch f.Type {
	case sim.Beacon, sim.ProbeResponse:
		b = le.AppendUint64(b, uint64(at.Microseconds()))
		return le.AppendUint16(le.AppendUint16(b, 100), capability) // beacon interval of 100 units of 1,024 µs
	case sim.Authentication:
		sequence := uint16(1)
		if f.From == f.BSSID {
			sequence = 2
		}
		return le.AppendUint16(le.AppendUint16(le.AppendUint16(b, 0), sequence), f.Code) // open system
	case sim.AssociationRequest:
		return le.AppendUint16(le.AppendUint16(b, capability), 10) // listen interval
	case sim.AssociationResponse:
		return le.AppendUint16(le.AppendUint16(le.AppendUint16(b, capability), f.Code), 0xC001) // association identifier 1
	case sim.Deauthentication:
		return le.AppendUint16(b, f.Code)
	case sim.Data:
		b = append(b, 0xAA, 0xAA, 3, 0, 0, 0)
		return binary.BigEndian.AppendUint16(b, eapol.EtherType)
	}
	return b
}
