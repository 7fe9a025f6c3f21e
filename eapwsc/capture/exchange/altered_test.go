package exchange

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// record is a frame of a pcap file.
type record struct {
	sec, frac uint32
	data      []byte
}

const (
	linkEthernet = 1
	link80211    = 105
	linkRadiotap = 127
)

// pcap is a file in the format of libpcap, little-endian.
type pcap struct {
	magic, link uint32
	records     []record
}

// readPcap parses a file.
func readPcap(t testing.TB, name string) *pcap {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	u32 := binary.LittleEndian.Uint32
	p := &pcap{magic: u32(b), link: u32(b[20:])}
	for b = b[24:]; len(b) > 0; {
		n := u32(b[8:])
		p.records = append(p.records, record{u32(b), u32(b[4:]), b[16 : 16+n]})
		b = b[16+n:]
	}
	return p
}

// file returns the octets of the file.
func (p *pcap) file() []byte {
	u32 := binary.LittleEndian.AppendUint32
	b := u32(nil, p.magic)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0)
	b = u32(b, p.link)
	for _, r := range p.records {
		b = u32(u32(u32(u32(b, r.sec), r.frac), uint32(len(r.data))), uint32(len(r.data)))
		b = append(b, r.data...)
	}
	return b
}

// sender returns the address of a frame's sender.
func (p *pcap) sender(r record) string {
	at, b := 6, r.data
	if p.link == linkRadiotap {
		b, at = b[min(len(b), int(binary.LittleEndian.Uint16(b[2:]))):], 10
	}
	if len(b) < at+6 {
		return ""
	}
	return string(b[at : at+6])
}

// management reports whether a frame is a management frame of 802.11.
func (p *pcap) management(r record) bool {
	if p.link != linkRadiotap {
		return false
	}
	b := r.data[min(len(r.data), int(binary.LittleEndian.Uint16(r.data[2:]))):]
	return len(b) > 0 && b[0]&0x0c == 0
}

// keep leaves out the frames that are not kept.
func (p *pcap) keep(kept func(i int, r record) bool) {
	var some []record
	for i, r := range p.records {
		if kept(i, r) {
			some = append(some, r)
		}
	}
	p.records = some
}

// alterations are ways in which captures are worse than they should be.
var alterations = []struct {
	name     string
	complete bool // nothing is missing that the doctor needs
	alter    func(*pcap)
}{
	{"begins in the middle", false, func(p *pcap) { p.records = p.records[len(p.records)/2:] }},
	{"ends in the middle", false, func(p *pcap) { p.records = p.records[:len(p.records)/2] }},
	{"the middle third is missing", false, func(p *pcap) {
		n := len(p.records)
		p.keep(func(i int, _ record) bool { return i < n/3 || i >= n-n/3 })
	}},
	{"the middle fifth is missing", false, func(p *pcap) {
		n := len(p.records)
		p.keep(func(i int, _ record) bool { return i < n*2/5 || i >= n-n*2/5 })
	}},
	{"the last tenth is missing", false, func(p *pcap) { n := len(p.records); p.records = p.records[:n-(n+9)/10] }},
	{"every second frame is missing", false, func(p *pcap) { p.keep(func(i int, _ record) bool { return i%2 == 0 }) }},
	{"every other second frame is missing", false, func(p *pcap) { p.keep(func(i int, _ record) bool { return i%2 == 1 }) }},
	{"every fifth frame is missing", false, func(p *pcap) { p.keep(func(i int, _ record) bool { return i%5 != 4 }) }},
	{"each frame twice", true, func(p *pcap) {
		var all []record
		for _, r := range p.records {
			all = append(all, r, r)
		}
		p.records = all
	}},
	{"neighbours are swapped", false, func(p *pcap) {
		for i := 0; i+1 < len(p.records); i += 2 {
			p.records[i].data, p.records[i+1].data = p.records[i+1].data, p.records[i].data
		}
	}},
	{"neighbours are swapped, with their times", false, func(p *pcap) {
		for i := 0; i+1 < len(p.records); i += 2 {
			p.records[i], p.records[i+1] = p.records[i+1], p.records[i]
		}
	}},
	{"out of order, with their times", false, func(p *pcap) {
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := 0; i+8 <= len(p.records); i += 8 {
			some := p.records[i : i+8]
			rnd.Shuffle(8, func(a, b int) { some[a], some[b] = some[b], some[a] })
		}
	}},
	{"the whole file backwards", false, func(p *pcap) { slices.Reverse(p.records) }},
	{"without times", false, func(p *pcap) {
		for i := range p.records {
			p.records[i].sec, p.records[i].frac = 0, 0
		}
	}},
	{"the time goes back by an hour", false, func(p *pcap) {
		for i := len(p.records) / 2; i < len(p.records); i++ {
			p.records[i].sec -= 3600
		}
	}},
	{"the time goes back by a second", false, func(p *pcap) {
		for i := len(p.records) / 2; i < len(p.records); i++ {
			p.records[i].sec--
		}
	}},
	{"one sender only", false, func(p *pcap) {
		if len(p.records) == 0 {
			return
		}
		first := p.sender(p.records[0])
		p.keep(func(_ int, r record) bool { return p.sender(r) == first })
	}},
	{"all senders but one", false, func(p *pcap) {
		p.keep(func(_ int, r record) bool { return p.sender(r) != p.sender(p.records[0]) })
	}},
	{"cut at 96 octets", false, func(p *pcap) {
		for i := range p.records {
			p.records[i].data = p.records[i].data[:min(96, len(p.records[i].data))]
		}
	}},
	{"cut at 200 octets", false, func(p *pcap) {
		for i := range p.records {
			p.records[i].data = p.records[i].data[:min(200, len(p.records[i].data))]
		}
	}},
	{"without the header of the radio", true, func(p *pcap) {
		if p.link != linkRadiotap {
			return
		}
		for i, r := range p.records {
			p.records[i].data = r.data[min(len(r.data), int(binary.LittleEndian.Uint16(r.data[2:]))):]
		}
		p.link = link80211
	}},
	{"a wrong link type", false, func(p *pcap) {
		if p.link == linkEthernet {
			p.link = linkRadiotap
		} else {
			p.link = linkEthernet
		}
	}},
	{"without management frames", false, func(p *pcap) { p.keep(func(_ int, r record) bool { return !p.management(r) }) }},
	{"an octet of every seventh frame is damaged", false, func(p *pcap) {
		for i := 3; i < len(p.records); i += 7 {
			d := bytes.Clone(p.records[i].data)
			d[len(d)*3/4] ^= 0x10
			p.records[i].data = d
		}
	}},
	{"the file twice", false, func(p *pcap) { p.records = append(slices.Clone(p.records), p.records...) }},
}

// causesIn returns the causes of the attempts in a file, or that of there being
// none.
func causesIn(b []byte) (all []doctor.Cause) {
	r, err := capture.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	c := NewCollector(nil)
	var history doctor.History
	give := func(some []*Exchange) {
		for _, x := range some {
			a := x.Attempt(x.Findings(wps.Tolerant))
			all = append(all, doctor.Diagnose(x.Evidence(history.Add(a))).Cause)
		}
	}
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) || err != nil {
			break
		}
		give(c.Add(e))
	}
	if give(c.Close()); len(all) == 0 {
		all = append(all, doctor.Diagnose(c.Evidence()).Cause)
	}
	return all
}

// coarser are the causes that an altered capture may have instead of its own, with
// the reason. Unknown may be that of each that lacks something.
var coarser = []struct {
	cause  doctor.Cause
	of     []doctor.Cause // nil is any
	reason string
}{
	{doctor.PINWrong, []doctor.Cause{doctor.PINFirstHalf, doctor.PINSecondHalf}, "The message that WSC_NACK answers is missing or comes after it."},
	{doctor.EndedEarly, nil, "The message that names the reason is missing: an end without a reason is what was seen."},
	{doctor.NoSelectedRegistrar, []doctor.Cause{doctor.Overlap, doctor.Success}, "What is left shows no attempt, and a router that does not wait any more."},
	{doctor.NotMeeting, nil, "The capture ends while both wait, before the device asks to associate."},
	{doctor.Timeout, []doctor.Cause{doctor.SetupLocked}, "A gap in the capture looks like silence."},
}

// mayBe reports whether a cause is one of those of the whole capture, or a coarser
// one.
func mayBe(cause doctor.Cause, whole []doctor.Cause) bool {
	if cause == doctor.Unknown || slices.Contains(whole, cause) {
		return true
	}
	for _, c := range coarser {
		if c.cause == cause && (c.of == nil || slices.ContainsFunc(c.of, func(of doctor.Cause) bool { return slices.Contains(whole, of) })) {
			return true
		}
	}
	return false
}

// TestAltered: a capture that is incomplete, out of order or damaged has the cause
// that it has as a whole, or a coarser one, and never another.
func TestAltered(t *testing.T) {
	iwd, err := filepath.Glob("testdata/cases/iwd/*.pcap")
	if err != nil || len(iwd) == 0 {
		t.Fatal(err)
	}
	told := 0
	for _, name := range append(captures(t), iwd...) {
		whole := causesIn(readPcap(t, name).file())
		for _, a := range alterations {
			p := readPcap(t, name)
			a.alter(p)
			altered := causesIn(p.file())
			for _, cause := range altered {
				if !mayBe(cause, whole) {
					t.Errorf("%s, %s: %s, and the whole is %v", name, a.name, cause, whole)
				}
			}
			if a.complete && !slices.Equal(altered, whole) {
				t.Errorf("%s, %s: %v, and the whole is %v", name, a.name, altered, whole)
			}
			if slices.Equal(altered, whole) {
				told++
			}
		}
	}
	if all := len(alterations) * (len(captures(t)) + len(iwd)); told*2 < all {
		t.Errorf("only %d of %d give the same causes as the whole capture", told, all)
	}
}
