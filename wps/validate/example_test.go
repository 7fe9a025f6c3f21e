package validate_test

import (
	"fmt"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// An access point advertises that a registrar is waiting, but not for which
// device.
func ExampleElement() {
	attributes := []byte("" +
		"\x10\x4A\x00\x01\x10" + // Version
		"\x10\x44\x00\x01\x02" + // State: configured
		"\x10\x41\x00\x01\x01" + // Selected Registrar
		"\x10\x49\x00\x06\x00\x37\x2A\x00\x01\x20") // Version2
	for _, f := range validate.Element(wps.KindBeacon, attributes, dot11.Traits{WEP: true}, wps.Tolerant) {
		fmt.Println(f)
	}
	// Output:
	// warning NETWORK-WEP: Beacon: WPS is offered on a network with WEP, which stations refuse.
	// warning AUTHORIZED-MACS-MISSING: Beacon, Vendor Extension at offset 15: A registrar is waiting, but there are no AuthorizedMACs.
	// warning BEACON-DEVICE-PASSWORD-ID-MISSING: Beacon, Device Password ID at offset 25: Beacon lacks Device Password ID.
	// warning BEACON-SELECTED-REGISTRAR-CONFIG-METHODS-MISSING: Beacon, Selected Registrar Config Methods at offset 25: Beacon lacks Selected Registrar Config Methods.
}

func ExampleMessage() {
	body, err := wps.Append(nil, &wps.M3{EHash1: [32]byte{1}, EHash2: [32]byte{1}})
	if err != nil {
		panic(err)
	}
	for _, f := range validate.Message(body, wps.Tolerant) {
		fmt.Println(f)
	}
	// Output:
	// error HASHES-EQUAL: M3, E-Hash2 at offset 66: E-Hash2 equals E-Hash1.
}

// The enrollee sends WSC_Done before the registrar has given it settings.
func ExampleExchange() {
	enrollee := wps.Nonce{1, 2, 3}
	m1, err := wps.Append(nil, &wps.M1{
		Device:        wps.DefaultDevice(),
		EnrolleeNonce: enrollee,
		PublicKey:     wps.PublicKey{191: 9},
	})
	if err != nil {
		panic(err)
	}
	done := wps.Done{}
	done.EnrolleeNonce = enrollee
	body, err := wps.Append(nil, &done)
	if err != nil {
		panic(err)
	}
	transcript := validate.Transcript{Entries: []validate.Entry{
		{From: validate.SideClient, Body: m1},
		{From: validate.SideClient, Body: body},
	}}
	findings := validate.Exchange(&transcript, wps.Tolerant)
	for _, f := range findings {
		if f.Severity == validate.Error {
			fmt.Printf("step %d: %v\n", f.Message, f)
		}
	}
	rule, _ := validate.Lookup("DONE-WITHOUT-M8")
	fmt.Printf("%s (%s)\n", rule.Text, rule.Clause)
	// Output:
	// step 1: error DONE-WITHOUT-M8: WSC_Done, Message Type at offset 5: WSC_Done was sent, but no settings were given.
	// WSC_Done answers M8, or an M2 with settings. (WSC 2.0 §8.3.12, hostap)
}

// The random generator of a device under test gives the same nonce in each run.
func ExampleRandomness() {
	m1, err := wps.Append(nil, &wps.M1{Device: wps.DefaultDevice(), EnrolleeNonce: wps.Nonce{1, 2, 3}, PublicKey: wps.PublicKey{191: 9}})
	if err != nil {
		panic(err)
	}
	run := validate.Transcript{Entries: []validate.Entry{{Body: m1}}}
	for _, f := range validate.Randomness([]validate.Transcript{run, run}, wps.Tolerant) {
		fmt.Printf("run %d: %v\n", f.Run+1, f)
	}
	// Output:
	// run 2: error RANDOM-NONCE-REPEATED: M1, Enrollee Nonce at offset 40: Enrollee Nonce in M1 is Enrollee Nonce in M1 of run 1: it is not random.
	// run 2: error RANDOM-KEY-REPEATED: M1, Public Key at offset 60: Public Key in M1 is Public Key in M1 of run 1: it is not random.
}
