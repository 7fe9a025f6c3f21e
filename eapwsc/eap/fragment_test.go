package eap

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
)

// wsc returns an EAP-WSC packet for the Reassembler. A negative Message Length
// means that the packet has none.
func wsc(op OpCode, flags Flags, messageLength int, data string) Packet {
	p := NewWSC(CodeRequest, 1, op, []byte(data))
	p.Flags = flags
	if messageLength >= 0 {
		p.Flags |= FlagLengthField
		p.MessageLength = uint16(messageLength)
	}
	return p
}

// TestReassembleCaptures checks that the packets of each capture give the
// messages that another program found in them.
func TestReassembleCaptures(t *testing.T) {
	for _, c := range fixture.Captures(t) {
		for _, strict := range []bool{false, true} {
			sides := map[Code]*Reassembler{CodeRequest: {Strict: strict}, CodeResponse: {Strict: strict}}
			want := c.WSCMessages
			for i, frame := range c.EAPFrames {
				p := mustParse(t, frame)
				if !p.IsWSC() || !p.OpCode.IsMessage() {
					continue
				}
				message, complete, err := sides[p.Code].Add(p)
				if err != nil {
					t.Fatalf("%s frame %d: %v", c.Name, i, err)
				}
				if !complete {
					continue
				}
				if len(want) == 0 {
					t.Fatalf("%s frame %d: one message too many", c.Name, i)
				}
				if p.Code != Code(want[0].Code) || p.OpCode != OpCode(want[0].Op) || !bytes.Equal(message, want[0].Hex) {
					t.Errorf("%s frame %d: got %v %v %x\nwant %v %v %x", c.Name, i,
						p.Code, p.OpCode, message, want[0].Code, want[0].Op, want[0].Hex)
				}
				want = want[1:]
			}
			if len(want) != 0 {
				t.Errorf("%s: %d messages were not found", c.Name, len(want))
			}
		}
	}
}

// TestFragmentCaptures fragments the messages of each capture and compares the
// packets with those that hostapd and wpa_supplicant sent.
func TestFragmentCaptures(t *testing.T) {
	for _, c := range fixture.Captures(t) {
		size := DefaultFragmentSize
		if c.Name == "s11-frag" {
			size = 100
		}
		var fragments Fragmenter
		messages := c.WSCMessages
		for i, frame := range c.EAPFrames {
			sent := mustParse(t, frame)
			if !sent.IsWSC() || !sent.OpCode.IsMessage() {
				continue
			}
			p, ok := fragments.Next(sent.Code, sent.ID)
			if !ok {
				var err error
				if fragments, err = NewFragmenter(OpCode(messages[0].Op), messages[0].Hex, size); err != nil {
					t.Fatal(err)
				}
				messages = messages[1:]
				p, _ = fragments.Next(sent.Code, sent.ID)
			}
			if got := mustAppend(t, p); !bytes.Equal(got, frame) {
				t.Errorf("%s frame %d:\ngot  %x\nwant %x", c.Name, i, got, frame)
			}
		}
		if _, ok := fragments.Next(CodeRequest, 0); ok || len(messages) != 0 {
			t.Errorf("%s: the capture has fewer packets than the Fragmenter", c.Name)
		}
	}
}

func TestFragmenter(t *testing.T) {
	const ml = FlagMoreFragments | FlagLengthField
	type cut struct {
		Flags         Flags
		MessageLength uint16
		Data          string
	}
	for _, tt := range []struct {
		name    string
		message string
		size    int
		want    []cut
	}{
		{"empty", "", 100, []cut{{0, 0, ""}}},
		{"whole", "abcdefgh", 10, []cut{{0, 0, "abcdefgh"}}},
		{"one octet over", "abcdefghi", 10, []cut{{ml, 9, "abcdef"}, {0, 0, "ghi"}}},
		{"full last fragment", "abcdefghijklmn", 10, []cut{{ml, 14, "abcdef"}, {0, 0, "ghijklmn"}}},
		{"three", "abcdefghijklmno", 10, []cut{{ml, 15, "abcdef"}, {FlagMoreFragments, 0, "ghijklmn"}, {0, 0, "o"}}},
		{"smallest size", "abcdefgh", MinFragmentSize, []cut{{ml, 8, "a"}, {FlagMoreFragments, 0, "bcd"}, {FlagMoreFragments, 0, "efg"}, {0, 0, "h"}}},
		{"default size, whole", string(make([]byte, 1398)), 0, []cut{{0, 0, string(make([]byte, 1398))}}},
		{"default size, two", string(make([]byte, 1399)), 0, []cut{{ml, 1399, string(make([]byte, 1396))}, {0, 0, string(make([]byte, 3))}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := NewFragmenter(OpMSG, []byte(tt.message), tt.size)
			if err != nil {
				t.Fatal(err)
			}
			var got []cut
			for id := uint8(7); ; id++ {
				p, ok := f.Next(CodeResponse, id)
				if !ok {
					break
				}
				if !p.IsWSC() || p.Code != CodeResponse || p.ID != id || p.OpCode != OpMSG {
					t.Errorf("fragment %d is %v", len(got), p)
				}
				if cap(p.Data) != len(p.Data) && p.Flags.Has(FlagMoreFragments) {
					t.Errorf("fragment %d: appending to Data would overwrite the message", len(got))
				}
				got = append(got, cut{p.Flags, p.MessageLength, string(p.Data)})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	t.Run("zero value", func(t *testing.T) {
		var f Fragmenter
		if p, ok := f.Next(CodeRequest, 1); ok {
			t.Errorf("got %v", p)
		}
	})
}

func TestNewFragmenterErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		op     OpCode
		length int
		size   int
		class  error
		offset int
	}{
		{"start", OpStart, 0, 0, ErrOpCode, 12},
		{"frag ack", OpFragACK, 0, 0, ErrOpCode, 12},
		{"size without room", OpMSG, 1, MinFragmentSize - 1, ErrLength, 12},
		{"negative size", OpMSG, 1, -1, ErrLength, 12},
		{"size beyond a packet", OpMSG, 1, MaxFragmentSize + 1, ErrLength, 12},
		{"message beyond its length", OpMSG, 1 << 16, 0, ErrTooLong, 14},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewFragmenter(tt.op, make([]byte, tt.length), tt.size)
			wantFault(t, err, tt.class, tt.offset)
		})
	}
}

// TestLongestMessage sends the longest possible message in the largest
// fragments, which fill their packets completely.
func TestLongestMessage(t *testing.T) {
	message := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)[:1<<16-1]
	f, err := NewFragmenter(OpMSG, message, MaxFragmentSize)
	if err != nil {
		t.Fatal(err)
	}
	r := Reassembler{Limit: len(message), Strict: true}
	for n := 0; ; n++ {
		p, ok := f.Next(CodeRequest, 1)
		if !ok {
			t.Fatal("the message is not complete with the last fragment")
		}
		b := mustAppend(t, p)
		if n == 0 && len(b) != maxPacketLen {
			t.Errorf("first packet has %d octets, want %d", len(b), maxPacketLen)
		}
		got, complete, err := r.Add(mustParse(t, b))
		if err != nil {
			t.Fatal(err)
		}
		if complete {
			if !bytes.Equal(got, message) {
				t.Error("the message was changed")
			}
			return
		}
	}
}

// TestReassembler has the rules for a sequence of packets. Those without an
// error are accepted; only the last accepted one completes a message.
//
// hostap: test_ap_wps_m2_unknown_opcode test_ap_wps_m2_unknown_opcode2
// test_eap_proto_wsc
func TestReassembler(t *testing.T) {
	const more = FlagMoreFragments
	foreign := Packet{Code: CodeRequest, ID: 1, Type: 25}
	success := Packet{Code: CodeSuccess, ID: 1}

	type step struct {
		packet Packet
		class  error // nil: accepted
		offset int
	}
	for _, tt := range []struct {
		name   string
		r      Reassembler
		steps  []step
		want   string // the message, complete with the last step
		strict error  // class of the error of the strict Reassembler; nil: it accepts the same packets
		offset int
	}{
		{name: "whole message",
			steps: []step{{packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "whole NACK",
			steps: []step{{packet: wsc(OpNACK, 0, -1, "abc")}}, want: "abc"},
		{name: "two fragments",
			steps: []step{{packet: wsc(OpMSG, more, 5, "abc")}, {packet: wsc(OpMSG, 0, -1, "de")}}, want: "abcde"},
		{name: "three fragments of Done",
			steps: []step{{packet: wsc(OpDone, more, 5, "ab")}, {packet: wsc(OpDone, more, -1, "cd")}, {packet: wsc(OpDone, 0, -1, "e")}}, want: "abcde"},

		// Faults that deployed receivers tolerate and a strict one does not.
		{name: "whole message with its length", strict: ErrFlags, offset: 13,
			steps: []step{{packet: wsc(OpMSG, 0, 3, "abc")}}, want: "abc"},
		{name: "whole message with a greater length", strict: ErrFlags, offset: 13,
			steps: []step{{packet: wsc(OpMSG, 0, 4, "abc")}}, want: "abc"},
		{name: "empty message", strict: ErrLength, offset: 2,
			steps: []step{{packet: wsc(OpMSG, 0, -1, "")}}, want: ""},
		{name: "reserved flag", strict: ErrFlags, offset: 13,
			steps: []step{{packet: wsc(OpMSG, 0x40, -1, "abc")}}, want: "abc"},
		{name: "empty fragment", strict: ErrLength, offset: 2,
			steps: []step{{packet: wsc(OpMSG, more, 3, "")}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "length repeated", strict: ErrFragment, offset: 13,
			steps: []step{{packet: wsc(OpMSG, more, 3, "a")}, {packet: wsc(OpMSG, more, 3, "b")}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},
		{name: "less than announced", strict: ErrLength, offset: 14,
			steps: []step{{packet: wsc(OpMSG, more, 9, "ab")}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},

		// Packets that no receiver accepts; the message is completed all the
		// same.
		{name: "first fragment without length",
			steps: []step{{wsc(OpMSG, more, -1, "a"), ErrFragment, 13}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "length below the first fragment",
			steps: []step{{wsc(OpMSG, more, 1, "ab"), ErrLength, 14}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "length below a whole message",
			steps: []step{{wsc(OpMSG, 0, 2, "abc"), ErrLength, 14}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "another op-code",
			steps: []step{{packet: wsc(OpMSG, more, 3, "ab")}, {wsc(OpNACK, 0, -1, "x"), ErrFragment, 12}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},
		{name: "another length",
			steps: []step{{packet: wsc(OpMSG, more, 3, "ab")}, {wsc(OpMSG, more, 4, "x"), ErrFragment, 14}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},
		{name: "more than announced",
			steps: []step{{packet: wsc(OpMSG, more, 3, "ab")}, {wsc(OpMSG, 0, -1, "xy"), ErrLength, 14}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},
		{name: "start within a message",
			steps: []step{{packet: wsc(OpMSG, more, 3, "ab")}, {wsc(OpStart, 0, -1, ""), ErrOpCode, 12}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},
		{name: "frag ack within a message",
			steps: []step{{packet: wsc(OpMSG, more, 3, "ab")}, {wsc(OpFragACK, 0, -1, ""), ErrOpCode, 12}, {packet: wsc(OpMSG, 0, -1, "c")}}, want: "abc"},
		{name: "unknown op-code",
			steps: []step{{wsc(7, 0, -1, "abc"), ErrOpCode, 12}, {wsc(0, 0, -1, "abc"), ErrOpCode, 12}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "another method",
			steps: []step{{foreign, ErrNotWSC, 4}, {success, ErrNotWSC, 4}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},

		// The limit.
		{name: "whole message at the limit", r: Reassembler{Limit: 3},
			steps: []step{{wsc(OpMSG, 0, -1, "abcd"), ErrTooLong, 14}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "fragments at the limit", r: Reassembler{Limit: 3},
			steps: []step{{wsc(OpMSG, more, 4, "a"), ErrTooLong, 14}, {packet: wsc(OpMSG, more, 3, "a")}, {packet: wsc(OpMSG, 0, -1, "bc")}}, want: "abc"},
		{name: "default limit",
			steps: []step{{wsc(OpMSG, more, DefaultMessageLimit+1, "a"), ErrTooLong, 14}, {packet: wsc(OpMSG, 0, -1, "abc")}}, want: "abc"},
		{name: "announced at the default limit", strict: ErrLength, offset: 14,
			steps: []step{{packet: wsc(OpMSG, more, DefaultMessageLimit, "a")}, {packet: wsc(OpMSG, 0, -1, "bc")}}, want: "abc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.r
			for i, s := range tt.steps {
				before := r
				message, complete, err := r.Add(s.packet)
				if s.class != nil {
					wantFault(t, err, s.class, s.offset)
					if diff := cmp.Diff(before, r, cmp.AllowUnexported(Reassembler{})); diff != "" || complete || message != nil {
						t.Errorf("step %d: a packet that was refused had an effect: %v %q\n%s", i, complete, message, diff)
					}
					continue
				}
				if err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				if last := i == len(tt.steps)-1; complete != last {
					t.Errorf("step %d: complete is %v", i, complete)
				}
				if complete && string(message) != tt.want {
					t.Errorf("got %q, want %q", message, tt.want)
				}
			}
			if diff := cmp.Diff(tt.r, r, cmp.AllowUnexported(Reassembler{})); diff != "" {
				t.Errorf("after the message the Reassembler is not as before it:\n%s", diff)
			}
		})
		t.Run(tt.name+", strict", func(t *testing.T) {
			r := tt.r
			r.Strict = true
			var first error // of a packet that should have been accepted
			for i, s := range tt.steps {
				_, _, err := r.Add(s.packet)
				switch {
				case s.class != nil && err == nil:
					t.Errorf("step %d: taken", i)
				case s.class == nil && err != nil && first == nil:
					first = err
				}
			}
			if tt.strict != nil {
				wantFault(t, first, tt.strict, tt.offset)
			} else if first != nil {
				t.Error(first)
			}
		})
	}
}

func TestReassemblerReset(t *testing.T) {
	r := Reassembler{Limit: 9, Strict: true}
	if _, _, err := r.Add(wsc(OpMSG, FlagMoreFragments, 5, "ab")); err != nil {
		t.Fatal(err)
	}
	r.Reset()
	if diff := cmp.Diff(Reassembler{Limit: 9, Strict: true}, r, cmp.AllowUnexported(Reassembler{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReassemblerMemory checks that memory grows with the octets received, not
// with the length announced.
func TestReassemblerMemory(t *testing.T) {
	var r Reassembler
	if _, _, err := r.Add(wsc(OpMSG, FlagMoreFragments, DefaultMessageLimit, "abc")); err != nil {
		t.Fatal(err)
	}
	if cap(r.buf) > 64 {
		t.Errorf("%d octets are held for 3 received", cap(r.buf))
	}
}

// TestMessageOwnership checks the documented ownership of memory.
func TestMessageOwnership(t *testing.T) {
	var r Reassembler
	whole := wsc(OpMSG, 0, -1, "abc")
	message, _, _ := r.Add(whole)
	if &message[0] != &whole.Data[0] {
		t.Error("a whole message was copied")
	}

	var kept [][]byte
	for range 2 {
		first, last := wsc(OpMSG, FlagMoreFragments, 5, "abc"), wsc(OpMSG, 0, -1, "de")
		r.Add(first)
		message, complete, err := r.Add(last)
		if err != nil || !complete {
			t.Fatal(complete, err)
		}
		clear(first.Data)
		clear(last.Data)
		kept = append(kept, message)
	}
	clear(kept[1])
	if string(kept[0]) != "abcde" {
		t.Errorf("the first message is %q after the second", kept[0])
	}
}

// FuzzFragmentation checks that a message survives any fragmentation: by a
// Fragmenter of any size, and at the lengths that cuts returns.
func FuzzFragmentation(f *testing.F) {
	f.Add([]byte("abcdefgh"), uint16(MinFragmentSize), []byte{1, 2, 3})
	f.Add([]byte("abcdefgh"), uint16(10), []byte{0, 0, 8})
	f.Add([]byte{}, uint16(0), []byte{})
	for _, m := range readCapture(f, "s11-frag").WSCMessages {
		f.Add([]byte(m.Hex), uint16(100), []byte{94, 98, 98})
	}
	f.Fuzz(func(t *testing.T, message []byte, size uint16, cuts []byte) {
		fragments, err := NewFragmenter(OpMSG, message, int(size))
		if possible := size == 0 || size >= MinFragmentSize && size <= MaxFragmentSize; !possible {
			wantFault(t, err, ErrLength, 12)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		limit := max(1, len(message))
		byFragmenter := Reassembler{Limit: limit, Strict: len(message) > 0}
		for id := uint8(0); ; id++ {
			p, ok := fragments.Next(CodeResponse, id)
			if !ok {
				t.Fatal("the last fragment did not complete the message")
			}
			b := mustAppend(t, p)
			if size != 0 && len(b) > expandedLen+int(size) {
				t.Fatalf("%d octets in a packet, the fragment size is %d", len(b), size)
			}
			got, complete, err := byFragmenter.Add(mustParse(t, b))
			if err != nil {
				t.Fatal(err)
			}
			if complete {
				if !bytes.Equal(got, message) {
					t.Fatalf("got %x, want %x", got, message)
				}
				break
			}
		}

		byCuts := Reassembler{Limit: limit}
		rest := message
		for i := range cuts {
			n := min(int(cuts[i]), len(rest))
			length := -1
			if i == 0 {
				length = len(message)
			}
			if _, complete, err := byCuts.Add(wsc(OpMSG, FlagMoreFragments, length, string(rest[:n]))); err != nil || complete {
				t.Fatal(complete, err)
			}
			rest = rest[n:]
		}
		got, complete, err := byCuts.Add(wsc(OpMSG, 0, -1, string(rest)))
		if err != nil || !complete || !bytes.Equal(got, message) {
			t.Fatalf("got %x, %v, %v, want %x", got, complete, err, message)
		}
	})
}

// FuzzReassembly feeds arbitrary packets, each preceded by its length in one
// octet. It checks that there is no panic, that no more than the limit is held
// or returned, that memory is proportional to the input, and that a refused
// packet has no effect.
func FuzzReassembly(f *testing.F) {
	const limit = 600
	var program []byte
	for _, frame := range readCapture(f, "s11-frag").EAPFrames {
		p := mustParse(f, frame)
		if !p.IsWSC() || !p.OpCode.IsMessage() {
			continue
		}
		program = append(append(program, byte(len(frame))), frame...)
		if !p.Flags.Has(FlagMoreFragments) {
			f.Add(program, true)
			program = nil
		}
	}
	f.Add([]byte{}, false)
	for _, data := range []Packet{wsc(OpMSG, FlagMoreFragments, limit, "a"), wsc(OpMSG, FlagMoreFragments, 2, ""), wsc(OpDone, 0, 3, "abc")} {
		b := mustAppend(f, data)
		f.Add(bytes.Repeat(append([]byte{byte(len(b))}, b...), 3), false)
	}
	f.Fuzz(func(t *testing.T, program []byte, strict bool) {
		r := Reassembler{Limit: limit, Strict: strict}
		received := 0
		for len(program) > 0 {
			n := min(int(program[0]), len(program)-1)
			frame := program[1 : 1+n]
			program = program[1+n:]
			p, err := ParsePacket(frame)
			if err != nil {
				continue
			}
			before := r
			message, complete, err := r.Add(p)
			switch {
			case err != nil:
				if complete || message != nil || r.pending != before.pending || len(r.buf) != len(before.buf) {
					t.Fatalf("%v was refused (%v) but had an effect", p, err)
				}
				continue
			case complete:
				if len(message) > limit || r.pending || r.buf != nil {
					t.Fatalf("after a message of %d octets %d are held", len(message), len(r.buf))
				}
				received = 0
			default:
				received += len(p.Data)
				if !r.pending || len(r.buf) != received || received > limit || cap(r.buf) > 64+2*received {
					t.Fatalf("after %d octets received %d are held in %d", received, len(r.buf), cap(r.buf))
				}
			}
		}
	})
}

func BenchmarkReassemble(b *testing.B) {
	var frames [][]byte // the fragments of M1
	for _, frame := range readCapture(b, "s11-frag").EAPFrames {
		if p := mustParse(b, frame); p.Code == CodeResponse && p.IsWSC() {
			frames = append(frames, frame)
			if !p.Flags.Has(FlagMoreFragments) {
				break
			}
		}
	}
	var r Reassembler
	b.ReportAllocs()
	for b.Loop() {
		for i, frame := range frames {
			p, err := ParsePacket(frame)
			if err != nil {
				b.Fatal(err)
			}
			if _, complete, err := r.Add(p); err != nil || complete != (i == len(frames)-1) {
				b.Fatal(complete, err)
			}
		}
	}
}

func BenchmarkReassembleWhole(b *testing.B) {
	p := mustParse(b, readCapture(b, "s01-pin-ok").EAPFrames[3]) // M1
	var r Reassembler
	b.ReportAllocs()
	for b.Loop() {
		if _, complete, err := r.Add(p); err != nil || !complete {
			b.Fatal(complete, err)
		}
	}
}

func BenchmarkFragment(b *testing.B) {
	message := readCapture(b, "s11-frag").WSCMessages[0].Hex // M1
	dst := make([]byte, 0, 112)
	b.ReportAllocs()
	for b.Loop() {
		f, err := NewFragmenter(OpMSG, message, 100)
		if err != nil {
			b.Fatal(err)
		}
		for p, ok := f.Next(CodeResponse, 1); ok; p, ok = f.Next(CodeResponse, 1) {
			if _, err := p.AppendTo(dst); err != nil {
				b.Fatal(err)
			}
		}
	}
}
