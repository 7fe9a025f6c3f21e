package wps_test

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/gowps/gowps/wps"
)

// beaconElements are the information elements of a beacon: the SSID, and the
// WPS element of an access point whose button was pressed.
const beaconElements = "0004686f6d65" +
	"dd310050f204104a0001101044000102104100010110120002000410530002238c1049000e00372a0001200106ffffffffffff"

// What an access point announces about WPS.
func ExampleDecode() {
	elements, _ := hex.DecodeString(beaconElements)
	attributes, ok := wps.JoinElements(elements)
	if !ok {
		fmt.Println("no WPS")
		return
	}
	var b wps.Beacon
	if err := wps.Decode(&b, attributes, wps.Tolerant); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("version 2:", b.WFA.Version2 != 0)
	fmt.Println("state:", b.State)
	fmt.Println("waits for an enrollee:", b.SelectedRegistrar)
	fmt.Println("password:", b.DevicePasswordID)
	fmt.Println("for:", b.WFA.AuthorizedMACs)
	// Output:
	// version 2: true
	// state: configured
	// waits for an enrollee: true
	// password: PushButton
	// for: [ff:ff:ff:ff:ff:ff]
}

// All attributes in a list, known or not.
func ExampleDecoder() {
	elements, _ := hex.DecodeString(beaconElements)
	attributes, _ := wps.JoinElements(elements)
	d := wps.NewDecoder(attributes, wps.Tolerant)
	for d.Next() {
		fmt.Printf("%2d %v: %x\n", d.Offset(), d.ID(), d.Value())
	}
	if err := d.Err(); err != nil {
		fmt.Println(err)
	}
	// Output:
	//  0 Version: 10
	//  5 Wi-Fi Simple Configuration State: 02
	// 10 Selected Registrar: 01
	// 15 Device Password ID: 0004
	// 21 Selected Registrar Config Methods: 238c
	// 27 Vendor Extension: 00372a0001200106ffffffffffff
}

// The element with which a station associates to enroll.
func ExampleAppendElements() {
	request := wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X}
	request.WFA.Version2 = 0x20
	elements, err := wps.AppendElements(nil, &request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%x\n", elements)
	// Output: dd180050f204104a000110103a0001011049000600372a000120
}

// The settings that a registrar gives to a station.
func ExampleAppend() {
	settings := wps.M8Settings{Credentials: []wps.Credential{{
		SSID:       "home",
		AuthType:   wps.AuthWPA2Personal,
		EncrType:   wps.EncrAES,
		NetworkKey: wps.NetworkKey("correct horse battery"),
		MAC:        wps.MAC{0x02, 0x00, 0x00, 0x00, 0x00, 0x02},
	}}}
	plain, err := wps.Append(nil, &settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(plain), "octets to encrypt")
	fmt.Println(settings.Credentials[0]) // safe to log
	// Output:
	// 64 octets to encrypt
	// Credential{SSID: home, Authentication Type: WPA2-Personal, Encryption Type: AES, Network Key: [network key], MAC Address: 02:00:00:00:00:02}
}

// Whether a station can use a credential.
func ExampleCredential_Usable() {
	c := wps.Credential{SSID: "attic", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKey: wps.NetworkKey("12345")}
	err := c.Usable()
	fmt.Println(err)
	fmt.Println(errors.Is(err, wps.ErrWEP))
	// Output:
	// credential cannot be used: the network uses WEP
	// true
}

// Why a message cannot be read.
func ExampleParseMessage() {
	// WSC_NACK, whose Registrar Nonce is one octet short.
	message, _ := hex.DecodeString("104a000110" + "102200010e" +
		"101a001000112233445566778899aabbccddeeff" + "1039000f000000000000000000000000000000" + "100900020012")
	_, err := wps.ParseMessage(message, wps.Tolerant)
	var e *wps.Error
	if errors.As(err, &e) && errors.Is(err, wps.ErrLength) {
		fmt.Printf("%v, %v, octet %d\n", e.Kind, e.Attribute, e.Offset)
	}
	fmt.Println(err)
	// Output:
	// WSC_NACK, Registrar Nonce, octet 30
	// WSC_NACK: Registrar Nonce at offset 30: wrong length: 15 octets where it has 16 (hostap, iwd, Wireshark)
}

// Which departures of a peer were tolerated.
func ExampleQuirks() {
	list, _ := hex.DecodeString("10450006686f6d650000" + "100300020001" + "100f00020001" + "10270000" + "10200006020000000002")
	var c wps.Credential
	if err := wps.Decode(&c, list, wps.Tolerant); err != nil {
		fmt.Println(err)
		return
	}
	for q := range wps.QuirkTable() {
		if c.Quirks.Has(q.Quirk) {
			fmt.Printf("%s: %s: %s\n", q.Name, q.Seen, q.Reading)
		}
	}
	fmt.Println(wps.Decode(new(wps.Credential), list, wps.Strict))
	// Output:
	// padded-ssid: SSID of a credential padded with zeros: cut
	// network-index: Network Index missing or not 1: ignored, 2.0 deprecates it
	// Credential: Network Index at offset 36: attribute missing: Credential requires it (WSC 2.0, Credential; as hostap and iwd implement it)
}
