package ap

import (
	"testing"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

func newStation(t testing.TB, mac byte, password registration.Password) *eapwsc.Peer {
	t.Helper()
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: fixture.Device(mac)}, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, e, 0)
}

func newPeer(t testing.TB, m eapwsc.Machine, size int) *eapwsc.Peer {
	t.Helper()
	p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m, FragmentSize: size})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// messageIn returns the type of the WSC message in an EAP packet.
func messageIn(packet []byte) (wps.MessageType, error) {
	in, err := eap.ParsePacket(packet)
	if err != nil {
		return 0, err
	}
	return wps.PeekMessageType(in.Data)
}
