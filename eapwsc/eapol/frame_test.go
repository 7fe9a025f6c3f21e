package eapol

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gowps/gowps/eapwsc/eap"
)

// readCapture returns the EAPOL frames of an exchange on the air between
// hostapd and wpa_supplicant: testdata/*.json.
func readCapture(tb testing.TB, name string) [][]byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	var capture struct {
		EAPOLFrames []string `json:"eapol_frames"`
	}
	if err := json.Unmarshal(text, &capture); err != nil {
		tb.Fatal(err)
	}
	frames := make([][]byte, len(capture.EAPOLFrames))
	for i, frame := range capture.EAPOLFrames {
		frames[i] = unhex(tb, frame)
	}
	return frames
}

// unhex returns the octets of a test vector; spaces separate its fields.
func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// mustParse returns the frame in b.
func mustParse(tb testing.TB, b []byte) Frame {
	tb.Helper()
	f, err := ParseFrame(b)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// TestCaptures parses, writes and describes each frame of a whole EAP exchange
// and of the 4-way handshake with the resulting credential.
func TestCaptures(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"pin", []string{
			"Request 191 Identity", "Response 191 Identity, 29 octets", "Request 192 WSC_Start",
			"Response 192 WSC_MSG, 409 octets", "Request 193 WSC_MSG, 425 octets", "Response 193 WSC_MSG, 124 octets",
			"Request 194 WSC_MSG, 192 octets", "Response 194 WSC_MSG, 120 octets", "Request 195 WSC_MSG, 120 octets",
			"Response 195 WSC_MSG, 120 octets", "Request 196 WSC_MSG, 168 octets", "Response 196 WSC_Done, 60 octets",
			"Failure 196",
			"message 1 of 4", "message 2 of 4", "message 3 of 4", "message 4 of 4",
		}},
		{"reg-config", []string{
			"Request 166 Identity", "Response 166 Identity, 30 octets",
			"Request 167 WSC_MSG, 408 octets", "Response 167 WSC_MSG, 426 octets", "Request 168 WSC_MSG, 124 octets",
			"Response 168 WSC_MSG, 192 octets", "Request 169 WSC_MSG, 120 octets", "Response 169 WSC_MSG, 120 octets",
			"Request 170 WSC_MSG, 168 octets", "Response 170 WSC_MSG, 152 octets", "Request 171 WSC_Done, 60 octets",
			"message 1 of 4", "message 2 of 4", "message 3 of 4", "message 4 of 4",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for i, b := range readCapture(t, tt.name) {
				f := mustParse(t, b)
				switch f.Type {
				case TypeEAP:
					p, err := eap.ParsePacket(f.Body)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, p.String())
				case TypeKey:
					got = append(got, f.KeyMessage().String())
				default:
					t.Errorf("frame %d is %v", i, f.Type)
				}
				if again, err := f.AppendTo(nil); err != nil || !bytes.Equal(again, b) {
					t.Errorf("frame %d: got %x, %v\nwant %x", i, again, err, b)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseFrame(t *testing.T) {
	const identity = "01730005 01"
	for _, tt := range []struct {
		name   string
		octets string
		want   Frame
	}{
		{"start", "01 01 0000", Frame{Version: 1, Type: TypeStart}},
		{"start, padded", "01 01 0000 000000", Frame{Version: 1, Type: TypeStart}},
		{"start, length beyond the frame", "01 01 0009 0102", Frame{Version: 1, Type: TypeStart, Length: 9, Body: []byte{1, 2}}},
		{"logoff of version 3", "03 02 0000", Frame{Version: 3, Type: TypeLogoff}},
		{"version 0 and an unknown type", "00 09 0001 ff", Frame{Type: 9, Length: 1, Body: []byte{0xff}}},
		{"key, padded", "02 03 0002 0102 0000", Frame{Version: 2, Type: TypeKey, Length: 2, Body: []byte{1, 2}}},
		{"eap", "02 00 0005" + identity, Frame{Version: 2, Length: 5, Body: unhex(t, identity)}},
		{"eap, padded", "02 00 0005" + identity + "000000", Frame{Version: 2, Length: 5, Body: unhex(t, identity)}},
		{"eap, length too great", "02 00 0008" + identity + "000000", Frame{Version: 2, Length: 8, Body: unhex(t, identity)}},
		{"eap, length beyond the frame", "02 00 0100" + identity, Frame{Version: 2, Length: 0x100, Body: unhex(t, identity)}},
		{"eap, length too small (Buffalo)", "02 00 0004" + identity + "00", Frame{Version: 2, Length: 4, Body: unhex(t, identity)}},
		{"eap, cut", "02 00 0005 01730005", Frame{Version: 2, Length: 5, Body: unhex(t, "01730005")}},
		{"eap, length of its own too small", "02 00 0005 01730003 01 00", Frame{Version: 2, Length: 5, Body: unhex(t, "01730003 01")}},
		{"eap, header cut", "02 00 0005 017300", Frame{Version: 2, Length: 5, Body: unhex(t, "017300")}},
		{"eap, empty and padded", "02 00 0000 00000000", Frame{Version: 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, unhex(t, tt.octets))
			if tt.want.Body == nil {
				tt.want.Body = []byte{}
			}
			if diff := cmp.Diff(tt.want, f); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if cap(f.Body) != len(f.Body) {
				t.Error("appending to Body would overwrite what follows it")
			}
		})
	}
}

// TestBuffalo parses M1 with the wrong length that the Buffalo WHR-G125
// announces.
//
// hostap: test_ap_wps_eapol_workaround
func TestBuffalo(t *testing.T) {
	right := readCapture(t, "pin")[3]
	wrong := bytes.Clone(right)
	wrong[2], wrong[3] = 0, 14
	if diff := cmp.Diff(mustParse(t, right).Body, mustParse(t, wrong).Body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	for n := range headerLen {
		f, err := ParseFrame(make([]byte, n))
		if fault, ok := errors.AsType[*eap.Error](err); !ok || !errors.Is(err, eap.ErrTruncated) || fault.Offset != 0 {
			t.Errorf("%d octets: got %+v, %v", n, f, err)
		}
	}

	dst := []byte("before")
	got, err := Frame{Version: Version2, Body: make([]byte, 1<<16)}.AppendTo(dst)
	if fault, ok := errors.AsType[*eap.Error](err); !ok || !errors.Is(err, eap.ErrTooLong) || fault.Offset != 2 {
		t.Errorf("got %v", err)
	}
	if string(got) != "before" {
		t.Errorf("dst is now %q", got)
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{TypeEAP.String(), "EAP-Packet"},
		{TypeKey.String(), "EAPOL-Key"},
		{Type(6).String(), "Type(6)"},
		{KeyOther.String(), "other key frame"},
		{KeyRequest.String(), "key request"},
		{KeyMessage(9).String(), "KeyMessage(9)"},
		{PAEGroup.String(), "01:80:c2:00:00:03"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// key returns the body of an EAPOL-Key frame whose MIC has 16 octets. The
// nonce is all zeros but for its last octet; Key Data is zeros.
func key(descriptor byte, info uint16, nonce byte, keyData int) []byte {
	b := make([]byte, keyLen+keyData)
	b[0], b[1], b[2] = descriptor, byte(info>>8), byte(info)
	b[keyNonceOffset+keyNonceLen-1] = nonce
	return b
}

func TestKeyMessage(t *testing.T) {
	for _, tt := range []struct {
		name string
		body []byte
		want KeyMessage
	}{
		{"WPA2 1", key(2, 0x008a, 1, 0), Pairwise1},
		{"WPA2 1 with PMKID", key(2, 0x008a, 1, 22), Pairwise1},
		{"WPA2 2", key(2, 0x010a, 1, 22), Pairwise2},
		{"WPA2 3", key(2, 0x13ca, 1, 56), Pairwise3},
		{"WPA2 4", key(2, 0x030a, 0, 0), Pairwise4},
		{"WPA2 4 with the nonce", key(2, 0x030a, 1, 0), Pairwise4},
		{"WPA2 4 with a longer MIC", key(2, 0x0308, 0, 8), Pairwise4},
		{"WPA2 2, keys renewed", key(2, 0x030a, 1, 22), Pairwise2},
		{"WPA2 group 1", key(2, 0x1382, 0, 40), Group1},
		{"WPA2 group 2", key(2, 0x0302, 0, 0), Group2},
		{"WPA 1", key(254, 0x0089, 1, 0), Pairwise1},
		{"WPA 2", key(254, 0x0109, 1, 24), Pairwise2},
		{"WPA 3", key(254, 0x01c9, 1, 24), Pairwise3},
		{"WPA 4", key(254, 0x0109, 0, 0), Pairwise4},
		{"WPA group 1", key(254, 0x0391, 1, 32), Group1},
		{"WPA group 2", key(254, 0x0311, 0, 0), Group2},
		{"AEAD 2", key(2, 0x1008, 1, 40), Pairwise2},
		{"AEAD 3", key(2, 0x12c8, 1, 56), Pairwise3},
		{"MIC failure report", key(2, 0x0f02, 0, 0), KeyRequest},
		{"request for pairwise keys", key(2, 0x0b0a, 0, 0), KeyRequest},
		{"PeerKey", key(2, 0x218a, 1, 0), KeyOther},
		{"no bits", key(2, 0, 0, 0), KeyOther},
		{"key of dynamic WEP", key(1, 0x008a, 1, 0), KeyOther},
		{"cut in the nonce", key(2, 0x008a, 1, 0)[:keyNonceOffset+keyNonceLen-1], KeyOther},
		{"empty", nil, KeyOther},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Frame{Type: TypeKey, Body: tt.body}).KeyMessage(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if got := (Frame{Type: TypeEAP, Body: tt.body}).KeyMessage(); got != KeyOther {
				t.Errorf("in an EAP frame: got %v", got)
			}
		})
	}
}

// FuzzFrame checks that a body lies within its frame, that an EAP packet found
// in the frame is found in the body, and that a written frame can be parsed
// again.
func FuzzFrame(f *testing.F) {
	for _, b := range readCapture(f, "pin") {
		f.Add(b)
	}
	f.Add([]byte{1, 1, 0, 0})
	f.Add([]byte{2, 0, 0, 14, 1, 1, 0, 5, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := ParseFrame(b)
		if err != nil {
			if len(b) >= headerLen {
				t.Error(err)
			}
			return
		}
		if !bytes.Equal(frame.Body, b[headerLen:headerLen+len(frame.Body)]) {
			t.Error("the body is not what follows the header")
		}
		if len(frame.Body) > int(frame.Length) && frame.Type != TypeEAP {
			t.Errorf("a body of %d octets, the frame announces %d", len(frame.Body), frame.Length)
		}
		if packet, err := eap.ParsePacket(b[headerLen:]); err == nil && frame.Type == TypeEAP && packet.Len() != len(frame.Body) {
			t.Errorf("a body of %d octets for %v", len(frame.Body), packet)
		}
		_ = frame.KeyMessage().String()

		again, err := frame.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		frame.Length = uint16(len(frame.Body))
		if diff := cmp.Diff(frame, mustParse(t, again)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func BenchmarkParseFrame(b *testing.B) {
	frame := readCapture(b, "pin")[3] // M1
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFrame(frame); err != nil {
			b.Fatal(err)
		}
	}
}
