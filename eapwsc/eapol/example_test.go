package eapol_test

import (
	"encoding/hex"
	"fmt"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
)

// A station begins with EAPOL-Start and gets a request for its identity, here
// in an Ethernet frame filled up with zeros.
func Example() {
	start, err := eapol.Frame{Version: eapol.Version1, Type: eapol.TypeStart}.AppendTo(nil)
	fmt.Printf("%x %v\n", start, err)

	received, _ := hex.DecodeString("02000005" + "0173000501" + "00000000")
	f, err := eapol.ParseFrame(received)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := eapwsc.ParsePacket(f.Body)
	fmt.Println(f.Type, p, err)
	// Output:
	// 01010000 <nil>
	// EAP-Packet Request 115 Identity <nil>
}
