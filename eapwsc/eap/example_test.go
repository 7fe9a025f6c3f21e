package eap_test

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/gowps/gowps/eapwsc/eap"
)

// The station sends the identity that makes it the Enrollee.
func ExamplePacket_AppendTo() {
	request, err := eap.ParsePacket([]byte{1, 115, 0, 5, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	response := eap.Packet{
		Code: eap.CodeResponse,
		ID:   request.ID,
		Type: eap.TypeIdentity,
		Data: []byte(eap.EnrolleeIdentity),
	}
	b, err := response.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request)
	fmt.Println(response)
	fmt.Printf("%x\n", b)
	// Output:
	// Request 115 Identity
	// Response 115 Identity, 29 octets
	// 02730022015746412d53696d706c65436f6e6669672d456e726f6c6c65652d312d30
}

// The padding of an Ethernet frame is not part of the packet.
func ExampleParsePacket() {
	frame, _ := hex.DecodeString("0174000efe00372a000000010100" + "00000000000000000000")
	p, err := eap.ParsePacket(frame)
	fmt.Println(p, p.IsWSC(), err)
	fmt.Println("octets behind the packet:", len(frame)-p.Len())

	_, err = eap.ParsePacket(frame[:12])
	fmt.Println(err)
	fmt.Println(errors.Is(err, eap.ErrTruncated))
	// Output:
	// Request 116 WSC_Start true <nil>
	// octets behind the packet: 10
	// EAP Length at offset 2: truncated: 14 octets announced, 12 received (RFC 3748 §4)
	// true
}

// A message of 40 octets is sent in packets of 20.
func ExampleFragmenter() {
	message := make([]byte, 40)
	fragments, err := eap.NewFragmenter(eap.OpMSG, message, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	var together eap.Reassembler
	for id := uint8(1); ; id++ {
		p, ok := fragments.Next(eap.CodeRequest, id)
		if !ok {
			break
		}
		fmt.Println(p)
		received, complete, err := together.Add(p)
		switch {
		case err != nil:
			fmt.Println(err)
		case complete:
			fmt.Println("message of", len(received), "octets")
		default:
			fmt.Println(eap.NewWSC(eap.CodeResponse, id, eap.OpFragACK, nil))
		}
	}
	// Output:
	// Request 1 WSC_MSG MF|LF, 16 of 40 octets
	// Response 1 WSC_FRAG_ACK
	// Request 2 WSC_MSG MF, 18 octets
	// Response 2 WSC_FRAG_ACK
	// Request 3 WSC_MSG, 6 octets
	// message of 40 octets
}

// Faults returns faults that a receiver tolerates and a validator reports.
func ExamplePacket_Faults() {
	p := eap.NewWSC(eap.CodeRequest, 1, eap.OpFragACK, []byte{0})
	p.Flags = 0x80
	for _, fault := range p.Faults() {
		fmt.Println(fault)
	}
	// Output:
	// Flags at offset 13: unexpected flags: reserved flags are set (WSC 2.0.5 §7.7.1)
	// EAP Length at offset 2: wrong length: WSC_Start and WSC_FRAG_ACK carry no data (WSC 2.0.5 §7.7.1)
}
