package radius

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/eapwsc/eap"
)

// datagrams returns the RADIUS packets of a capture.
func datagrams(t testing.TB, name string) [][]byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for {
		data, _, err := r.ReadPacketData()
		if err != nil {
			break
		}
		packet := gopacket.NewPacket(data, r.LinkType(), gopacket.NoCopy)
		if udp, ok := packet.Layer(layers.LayerTypeUDP).(*layers.UDP); ok {
			all = append(all, bytes.Clone(udp.Payload))
		}
	}
	return all
}

// TestCapture checks hostapd's signatures, as a client and as a server, that
// its EAP packets are read, and that its packets are written unchanged.
func TestCapture(t *testing.T) {
	secret := []byte("radius")
	requests := map[uint8]*Packet{}
	var n, answered int
	for _, b := range datagrams(t, "hostap-registers.pcap") {
		p, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if _, err := eap.ParsePacket(p.EAP()); err != nil {
			t.Errorf("packet %d: %v", n, err)
		}
		if p.Code == AccessRequest {
			requests[p.Identifier] = p
			if err := p.CheckRequest(secret); err != nil {
				t.Errorf("packet %d: %v", n, err)
			}
			if err := p.CheckRequest([]byte("other")); !errors.Is(err, ErrSecret) {
				t.Errorf("packet %d verifies with another secret: %v", n, err)
			}
		} else {
			answered++
			if err := p.CheckResponse(secret, requests[p.Identifier]); err != nil {
				t.Errorf("packet %d: %v", n, err)
			}
		}
		again, err := p.appendTo(nil)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("packet %d is written as\n%x, want\n%x, %v", n, again, b, err)
		}
	}
	if n < 20 || answered < 10 {
		t.Errorf("%d packets, %d responses", n, answered)
	}
}

// TestSign checks our own packets, and that a change of any octet is detected.
func TestSign(t *testing.T) {
	secret := []byte("xyzzy5461")
	request := &Packet{Code: AccessRequest, Identifier: 7, Authenticator: [16]byte{1, 2, 3}}
	request.Add(CallingStationID, []byte("02-00-00-00-00-01"))
	long := bytes.Repeat([]byte{2, 7, 1, 0x90}, 100)
	request.AddEAP(long)
	b, err := request.EncodeRequest(secret)
	if err != nil {
		t.Fatal(err)
	}
	in, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.CheckRequest(secret); err != nil {
		t.Error(err)
	}
	if in.Attributes[0].Type != MessageAuthenticator {
		t.Error("the Message-Authenticator is not the first attribute")
	}
	if !bytes.Equal(in.EAP(), long) {
		t.Errorf("EAP %x", in.EAP())
	}
	response := &Packet{Code: AccessChallenge, Identifier: 7}
	response.Add(State, []byte("state"))
	out, err := response.EncodeResponse(secret, request)
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		bad := bytes.Clone(out)
		bad[i] ^= 1
		p, err := Parse(bad)
		if err == nil {
			err = p.CheckResponse(secret, request)
		}
		if err == nil {
			t.Errorf("octet %d can be changed", i)
		}
	}
	p, _ := Parse(out)
	if err := p.CheckResponse(secret, request); err != nil {
		t.Error(err)
	}
	if err := p.CheckResponse(secret, &Packet{}); !errors.Is(err, ErrSecret) {
		t.Errorf("a response to another request: %v", err)
	}
}

// TestRFC2865Example parses the example of RFC 2865 §7.1, an Access-Request
// without Message-Authenticator, and refuses it.
func TestRFC2865Example(t *testing.T) {
	b, err := hex.DecodeString("010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(p.Get(UserName)) != "nemo" {
		t.Errorf("%+v", p)
	}
	if err := p.CheckRequest([]byte("xyzzy5461")); !errors.Is(err, ErrUnsigned) {
		t.Errorf("error %v, want ErrUnsigned", err)
	}
}

func TestParseFaults(t *testing.T) {
	header := func(length int, rest ...byte) []byte {
		b := make([]byte, headerLen)
		b[0], b[2], b[3] = 1, byte(length>>8), byte(length)
		return append(b, rest...)
	}
	for _, tt := range []struct {
		name  string
		b     []byte
		class error
	}{
		{"empty", nil, eap.ErrTruncated},
		{"short header", make([]byte, 19), eap.ErrTruncated},
		{"length below the header", header(19), eap.ErrLength},
		{"length above 4096", header(4097, make([]byte, 5000)...), eap.ErrLength},
		{"length above what came", header(40), eap.ErrTruncated},
		{"attribute length 0", header(22, 79, 0), eap.ErrLength},
		{"attribute length 1", header(22, 79, 1), eap.ErrLength},
		{"attribute too long", header(22, 79, 3), eap.ErrLength},
		{"one octet left", header(21, 79), eap.ErrLength},
	} {
		if _, err := Parse(tt.b); !errors.Is(err, tt.class) {
			t.Errorf("%s: error %v, want class %v", tt.name, err, tt.class)
		}
	}
	p := &Packet{Code: AccessRequest}
	p.Add(State, make([]byte, 254))
	if _, err := p.EncodeRequest([]byte("s")); !errors.Is(err, eap.ErrTooLong) {
		t.Errorf("a value of 254 octets: %v", err)
	}
	p = &Packet{Code: AccessRequest}
	p.AddEAP(make([]byte, 5000))
	if _, err := p.EncodeRequest([]byte("s")); !errors.Is(err, eap.ErrTooLong) {
		t.Errorf("a packet of 5000 octets: %v", err)
	}
	if _, err := Parse(header(20, 1, 2, 3)); err != nil {
		t.Errorf("padding behind the packet: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range datagrams(f, "hostap-registers.pcap") {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(b)
		if err != nil {
			if fault, ok := errors.AsType[*eap.Error](err); !ok || fault.Field == "" || fault.Clause == "" {
				t.Errorf("%T %v", err, err)
			}
			return
		}
		again, err := p.appendTo(nil)
		if err != nil || !bytes.Equal(again, b[:len(again)]) {
			t.Errorf("%x is written as %x, %v", b, again, err)
		}
		_ = p.CheckRequest([]byte("secret"))
		_ = p.EAP()
	})
}
