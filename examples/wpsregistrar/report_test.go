package main

import (
	"testing"

	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/pin"
)

// TestWaiting tests the sentence about what the program waits for.
func TestWaiting(t *testing.T) {
	own := pin.MustParse("12345670")
	on := live.Options{Name: "wpsregistrar", Interface: "eth0"}
	for _, c := range []struct {
		service service
		want    string
	}{
		{service{button: true}, "a device whose button is pressed"},
		{service{apPIN: own}, "external registrars"},
		{service{upnp: "lan0"}, "external registrars in the network of lan0"},
		{service{button: true, apPIN: own}, "a device whose button is pressed and external registrars"},
		{service{button: true, tokens: tokens{left: 1}, apPIN: own, upnp: "lan0"},
			"a device whose button is pressed, the device of the NFC tag and external registrars, also in the network of lan0"},
	} {
		c.service.Options = on
		if got, want := c.service.waiting(), "wpsregistrar: waiting on eth0 for "+c.want; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
