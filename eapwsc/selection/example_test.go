package selection_test

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
)

// An access point whose two radios have different UUID-Es looks like two.
func ExampleSelector_PushButton() {
	radio := func(mac wps.MAC, band wps.RFBands, uuid wps.UUID) selection.Candidate {
		return selection.Candidate{
			BSSID: mac, Band: band, UUID: &uuid, Version2: true, SelectedRegistrar: true,
			DevicePasswordID: wps.PasswordPushButton, AuthorizedMACs: []wps.MAC{wps.Broadcast},
		}
	}
	low, high := wps.MAC{0x02, 0, 0, 0, 1, 0}, wps.MAC{0x02, 0, 0, 0, 1, 1}
	station := selection.Selector{MAC: wps.MAC{0x02, 0, 0, 0, 0, 0x01}}

	_, err := station.PushButton([]selection.Candidate{
		radio(low, wps.Band24GHz, wps.UUIDFromMAC(low)), radio(high, wps.Band5GHz, wps.UUIDFromMAC(high)),
	})
	fmt.Println("overlap:", errors.Is(err, selection.ErrOverlap))

	choice, err := station.PushButton([]selection.Candidate{
		radio(low, wps.Band24GHz, wps.UUIDFromMAC(low)), radio(high, wps.Band5GHz, wps.UUIDFromMAC(low)),
	})
	fmt.Println("to try:", len(choice.Order), err)
	// Output:
	// overlap: true
	// to try: 2 <nil>
}
