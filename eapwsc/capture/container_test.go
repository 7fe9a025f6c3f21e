package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// timeOfFrame returns a time as that of a frame.
func timeOfFrame(t time.Time) frameTime { return unixTime(t.Unix(), int64(t.Nanosecond())) }

// TestRecordAhead checks that a record of a pcap file makes the same frame or
// problem whether or not it is in the buffer with the one before it.
func TestRecordAhead(t *testing.T) {
	type result struct {
		time    time.Time
		link    linkType
		data    string
		wire    int
		problem problem
		failed  bool
		offset  int64
	}
	read := func(file []byte, ahead bool) (all []result) {
		source, err := openContainer(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		p := source.(*pcapFile)
		for {
			if !ahead {
				p.ahead = nil
			}
			var f frame
			problem, err := p.next(&f)
			all = append(all, result{f.time.time(), f.link, string(f.data), f.wire, problem, err != nil, p.offset()})
			if err != nil {
				return all
			}
		}
	}
	type header struct{ seconds, fraction, captured, wire uint32 }
	var headers []header
	for _, fraction := range []uint32{0, 999_999, 1e6, 1e7, 1e7 + 1, 999_999_999, 1e9, math.MaxInt32, 1 << 31, math.MaxUint32 - 1e7, math.MaxUint32} {
		headers = append(headers, header{1, fraction, 60, 60}, header{math.MaxUint32, fraction, 60, 59})
	}
	lengths := []uint32{0, 1, 60, 61, maxFrame, maxFrame + 1, 1 << 31}
	for _, captured := range lengths {
		for _, wire := range lengths {
			headers = append(headers, header{1e9, 5, captured, wire})
		}
	}
	plain := record{time: bootTime, data: make([]byte, 60), wire: 60}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, nano := range []bool{false, true} {
			before := buildPcap(order, nano, plain)
			after := before[len(buildPcap(order, nano)):]
			for _, h := range headers {
				file := slices.Clone(before)
				for _, v := range []uint32{h.seconds, h.fraction, h.captured, h.wire} {
					file = order.AppendUint32(file, v)
				}
				file = append(file, bytes.Repeat([]byte{0xAA}, int(min(h.captured, maxFrame+1)))...)
				for _, file := range [][]byte{file[:len(file)-1], append(file, after...)} {
					if got, want := read(file, true), read(file, false); !slices.Equal(got, want) {
						t.Errorf("%v, nanoseconds %t, %+v: %.1000s, want %.1000s", order, nano, h, fmt.Sprint(got), fmt.Sprint(want))
					}
				}
			}
		}
	}
}
