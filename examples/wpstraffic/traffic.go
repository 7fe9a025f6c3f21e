package main

import (
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// traffic describes a capture to write.
type traffic struct {
	exchanges int
	size      int64 // minimum in octets
	wired     bool
	seed      uint64
}

// atOnce is how many exchanges run concurrently, typicalOther the average
// length of a frame of other traffic with its record header.
const (
	atOnce       = 4
	typicalOther = 180
)

// write writes the capture: the frames of the exchanges, a few of which run
// concurrently, spread evenly among other frames.
func (t *traffic) write(out io.Writer) error {
	link := layers.LinkTypeIEEE80211Radio
	if t.wired {
		link = layers.LinkTypeEthernet
	}
	w := newRecorder(out, link)
	random := rand.New(rand.NewPCG(t.seed, 0))
	coming := t.make()
	const typicalExchange = 5500
	others := max(1, int((t.size-int64(t.exchanges)*typicalExchange)/typicalOther/int64(max(1, t.exchanges*typicalFrames))))
	var open [][]frame
	for w.err == nil {
		for len(open) < atOnce {
			x, ok := <-coming
			if !ok {
				break
			}
			open = append(open, x)
		}
		if len(open) == 0 {
			break
		}
		i := random.IntN(len(open))
		w.record(t.encode(open[i][0]))
		if open[i] = open[i][1:]; len(open[i]) == 0 {
			open = append(open[:i], open[i+1:]...)
		}
		for range others {
			w.record(t.other(random))
		}
	}
	for w.err == nil && w.written < t.size {
		w.record(t.other(random))
	}
	return w.err
}

// make makes the exchanges on all processors, and returns them in order.
func (t *traffic) make() <-chan []frame {
	results := make(chan chan []frame, 4*runtime.GOMAXPROCS(0))
	out := make(chan []frame)
	go func() {
		slots := make(chan struct{}, runtime.GOMAXPROCS(0))
		for i := range t.exchanges {
			result := make(chan []frame, 1)
			results <- result
			slots <- struct{}{}
			go func() {
				result <- newExchange(t.seed, i, t.wired)
				<-slots
			}()
		}
		close(results)
	}()
	go func() {
		for result := range results {
			out <- <-result
		}
		close(out)
	}()
	return out
}

// frame is a frame of an exchange: EAPOL, or a management frame.
type frame struct {
	src, dst, bssid wps.MAC
	management      int // the subtype, -1 for EAPOL
	body            []byte
}

const notManagement = -1

// encode adds the headers of the link to a frame.
func (t *traffic) encode(f frame) []byte {
	if t.wired {
		b := append(append([]byte(nil), f.dst[:]...), f.src[:]...)
		return append(binary.BigEndian.AppendUint16(b, eapol.EtherType), f.body...)
	}
	b := append([]byte(nil), radiotap...)
	if f.management != notManagement {
		b = appendDot11(b, uint16(f.management)<<4, f.dst, f.src, f.bssid)
		return append(b, f.body...)
	}
	if f.src == f.bssid {
		b = appendDot11(b, typeData|fromDS, f.dst, f.bssid, f.src)
	} else {
		b = appendDot11(b, typeData|toDS, f.bssid, f.src, f.dst)
	}
	b = append(b, 0xaa, 0xaa, 3, 0, 0, 0) // LLC and SNAP
	return append(binary.BigEndian.AppendUint16(b, eapol.EtherType), f.body...)
}

// radiotap is a radiotap header with channel 6 and -50 dBm.
var radiotap = []byte{0, 0, 13, 0, 0x28, 0, 0, 0, 0x85, 0x09, 0xa0, 0, 0xce}

// Bits of the frame control field.
const (
	typeData  = 0x0008
	toDS      = 0x0100
	fromDS    = 0x0200
	protected = 0x4000
)

// appendDot11 appends a header with three addresses.
func appendDot11(b []byte, control uint16, a1, a2, a3 wps.MAC) []byte {
	b = binary.LittleEndian.AppendUint16(b, control)
	b = append(b, 0, 0)
	b = append(append(append(b, a1[:]...), a2[:]...), a3[:]...)
	return append(b, 0, 0)
}

// other makes a frame of other traffic.
func (t *traffic) other(random *rand.Rand) []byte {
	data := make([]byte, random.IntN(260))
	for i := range data {
		data[i] = byte(i)
	}
	one, two := wps.MAC{2, 0xee, 0, 0, 0, byte(random.IntN(8))}, wps.MAC{2, 0xee, 0, 0, 1, byte(random.IntN(8))}
	switch {
	case t.wired:
		b := append(append([]byte(nil), one[:]...), two[:]...)
		b = append(binary.BigEndian.AppendUint16(b, 0x0800), 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+len(data)))
		b = append(b, 0, 1, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, one[5], 10, 0, 1, two[5]) // UDP
		return append(b, data...)
	case random.IntN(4) == 0:
		b := appendDot11(append([]byte(nil), radiotap...), 8<<4, wps.Broadcast, two, two)
		return append(b, beaconBody(two)...)
	}
	b := appendDot11(append([]byte(nil), radiotap...), typeData|toDS|protected, two, one, two)
	return append(b, data...)
}

// recorder writes a capture in the classic format.
type recorder struct {
	pcap    *pcapgo.Writer
	now     time.Time
	written int64
	err     error
}

// The lengths of the headers of pcap, in octets.
const (
	pcapHeader   = 24
	recordHeader = 16
)

func newRecorder(out io.Writer, link layers.LinkType) *recorder {
	w := &recorder{pcap: pcapgo.NewWriter(out), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), written: pcapHeader}
	w.err = w.pcap.WriteFileHeader(math.MaxUint16, link)
	return w
}

// record writes a frame, 2 ms after the one before.
func (w *recorder) record(frame []byte) {
	if w.err != nil {
		return
	}
	w.now = w.now.Add(2 * time.Millisecond)
	w.err = w.pcap.WritePacket(gopacket.CaptureInfo{Timestamp: w.now, CaptureLength: len(frame), Length: len(frame)}, frame)
	w.written += recordHeader + int64(len(frame))
}
