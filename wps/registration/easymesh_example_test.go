package registration_test

import (
	"fmt"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// An EasyMesh controller configures an agent with two networks. The program
// carries the messages in IEEE 1905.1 frames.
func ExampleAgent() {
	radio := wps.DefaultDevice()
	radio.MAC, radio.UUID = wps.MAC{0x02, 0, 0, 0, 0, 0x07}, wps.UUIDFromMAC(wps.MAC{0x02, 0, 0, 0, 0, 0x07})
	agent, err := registration.NewAgent(registration.Config{Device: radio})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer agent.Close()

	// The controller receives M1 and answers with an M2 for each network.
	controller := wps.DefaultDevice()
	controller.UUID = wps.UUIDFromMAC(wps.MAC{0x02, 0, 0, 0, 0, 0x08})
	messages, _, err := registration.Answer(registration.Config{Device: controller}, agent.M1(),
		registration.BSS{
			Role: wps.MultiAPFronthaulBSS,
			Settings: wps.Credential{
				SSID: "home", AuthType: wps.AuthTransition, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse battery"),
			},
		},
		registration.BSS{
			Role: wps.MultiAPBackhaulBSS,
			Settings: wps.Credential{
				SSID: "home-backhaul", AuthType: wps.AuthSAE, EncrType: wps.EncrAES, NetworkKey: []byte("staple"),
			},
		},
	)
	if err != nil {
		fmt.Println(err)
		return
	}

	// The agent receives them. Nothing answers an M2.
	for _, m2 := range messages {
		bss, err := agent.Handle(m2)
		if err != nil {
			fmt.Println(err)
			return
		}
		if bss.TearDown() {
			fmt.Println("switch all networks off")
			return
		}
		fmt.Println(bss.Settings.SSID, bss.Settings.AuthType, bss.Role)
	}
	// Output:
	// home WPA2-Personal|SAE fronthaul BSS
	// home-backhaul SAE backhaul BSS
}
