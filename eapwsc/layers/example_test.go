package layers_test

import (
	"fmt"

	"github.com/google/gopacket"
	gplayers "github.com/google/gopacket/layers"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/layers"
	"github.com/gowps/gowps/wps"
)

// An access point refuses a station: the frame is written and read.
func ExampleRegister() {
	nack := &wps.NACK{ConfigError: wps.DevicePasswordAuthFailed}
	attributes, err := wps.Append(nil, nack)
	if err != nil {
		fmt.Println(err)
		return
	}
	buffer := gopacket.NewSerializeBuffer()
	err = gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true},
		&gplayers.Ethernet{
			SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: gplayers.EthernetTypeEAPOL,
		},
		&gplayers.EAPOL{Version: 2, Length: uint16(14 + len(attributes))}, // FixLengths does not set it
		&layers.EAP{EAP: gplayers.EAP{Code: gplayers.EAPCodeRequest, Id: 5, Type: 254}},
		&layers.EAPWSC{OpCode: eap.OpNACK},
		&layers.Message{BaseLayer: gplayers.BaseLayer{Contents: attributes}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	layers.Register()
	packet := gopacket.NewPacket(buffer.Bytes(), gplayers.LinkTypeEthernet, gopacket.NoCopy)
	m, ok := packet.Layer(layers.LayerTypeMessage).(*layers.Message)
	if !ok {
		fmt.Println("no message of WPS")
		return
	}
	var read wps.NACK
	if err := wps.Decode(&read, m.Contents, wps.Tolerant); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Type, read.ConfigError)
	// Output:
	// WSC_NACK device password authentication failure
}
