package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/eapwsc/ieee1905"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// serve is the command that is a device of IEEE 1905.1, to try the suite with:
// there is no other that runs without an EasyMesh product.
type serve struct {
	dut   string
	iface string
}

func (s *serve) flags(f *pflag.FlagSet) {
	f.StringVar(&s.dut, "dut", "", "what to be: `ROLE` agent or controller")
	f.StringVarP(&s.iface, "interface", "i", "", "Ethernet `INTERFACE` with the suite at its other end")
}

func (s *serve) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	role, err := roleOf(s.dut)
	switch {
	case len(operands) > 0:
		return program.Unable, program.Usagef("%q is too much", operands[0])
	case err != nil:
		return program.Unable, err
	case role != conformance.Agent && role != conformance.Controller:
		return program.Unable, program.Usagef("-dut is agent or controller; wpsrouter is an access point, and wpsenroll a station")
	case s.iface == "":
		return program.Unable, program.Usagef("-i INTERFACE is missing")
	}
	device := wps.DefaultDevice()
	device.MAC = wps.MAC{0x02, 0x77, 0x70, 0, 0, 3}
	device.UUID = wps.UUIDFromMAC(device.MAC)
	device.Manufacturer, device.ModelName, device.DeviceName = "gowps", "wpsconform", "gowps "+s.dut
	conn, err := link.ListenFor(s.iface, device.MAC, ieee1905.EtherType, ieee1905.Multicast)
	if err != nil {
		return program.Unable, err
	}
	cfg := registration.Config{Device: device}
	end := ieee1905.NewPort(conn, device.MAC)
	if role == conformance.Controller {
		err = (&ieee1905.Controller{Port: end, Answer: func(m1 []byte) ([][]byte, error) {
			m2, _, err := registration.Answer(cfg, m1, meshNetworks...)
			return m2, err
		}}).Serve(ctx)
	} else {
		out := streams.Text()
		err = (&ieee1905.Agent{
			Port: end,
			New:  func() (ieee1905.Machine, error) { return registration.NewAgent(cfg) },
			Changed: func(networks []registration.BSS) {
				fmt.Fprintf(out, "%d networks\n", len(networks))
				for i := range networks {
					fmt.Fprintf(out, "  %v, %v\n", networks[i].Settings.SSID, networks[i].Role)
				}
			},
		}).Serve(ctx)
	}
	if ctx.Err() != nil {
		return program.Fine, nil
	}
	return program.Unable, err
}

// meshNetworks are the networks that the controller gives.
var meshNetworks = []registration.BSS{
	{
		Settings: wps.Credential{SSID: "fronthaul", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("a passphrase")},
		Role:     wps.MultiAPFronthaulBSS,
	},
	{
		Settings: wps.Credential{SSID: "backhaul", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("another passphrase")},
		Role:     wps.MultiAPBackhaulBSS,
	},
}
