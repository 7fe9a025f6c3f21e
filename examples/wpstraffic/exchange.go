package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// typicalFrames is the approximate number of frames in an exchange.
const typicalFrames = 14

// ending is a course of an exchange, with its frequency.
type ending struct {
	often     int // out of twenty
	method    registration.Password
	registrar registration.Password // the registrar's password
}

var (
	label   = registration.PIN(pin.MustParse("24681353"))
	endings = []ending{
		{12, label, label},
		{3, registration.PushButton(), registration.PushButton()},
		{2, label, registration.PIN(pin.MustParse("12345670"))},
		{1, label, registration.PIN(pin.MustParse("24680004"))},
		{2, label, registration.PushButton()}, // answered by M2D
	}
)

// pick returns a random ending.
func pick(random *rand.Rand) ending {
	n := random.IntN(20)
	for _, e := range endings {
		if n -= e.often; n < 0 {
			return e
		}
	}
	return endings[0]
}

// newExchange makes the frames of an exchange. They depend only on the seed and
// the number.
func newExchange(seed uint64, number int, wired bool) []frame {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	binary.BigEndian.PutUint64(key[8:], uint64(number))
	source := rand.NewChaCha8(key)
	random := rand.New(source)

	station := wps.MAC{2, 1, byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}
	ap := wps.MAC{2, 0xee, 0, 0, 1, byte(random.IntN(8))}
	e := pick(random)
	peer, server := machines(e, station, ap, source)

	x := conversation{station: station, ap: ap}
	if !wired {
		x.associate()
	}
	now := time.Unix(0, 0)
	request := server.Start(now)
	for {
		x.eap(false, request.Send)
		response, _ := peer.Handle(now, request.Send) // it may fail on purpose
		if response.Send == nil {
			break
		}
		x.eap(true, response.Send)
		if request, _ = server.Handle(now, response.Send); request.Send == nil {
			break
		}
	}
	if !wired {
		x.frames = append(x.frames, frame{ap, station, ap, 12, []byte{23, 0}}) // deauthentication
	}
	return x.frames
}

// machines returns the two ends of an exchange.
func machines(e ending, station, ap wps.MAC, source *rand.ChaCha8) (*eapwsc.Peer, *eapwsc.Server) {
	device := func(mac wps.MAC, name string, kind wps.DeviceType) registration.Config {
		d := wps.DefaultDevice()
		d.UUID, d.MAC, d.PrimaryDeviceType = wps.UUIDFromMAC(mac), mac, kind
		d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "Example", "Model", "1", "1", name
		return registration.Config{Device: d, Rand: source}
	}
	enrollee, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: device(station, fmt.Sprintf("Printer %d", station[5]), wps.DeviceTypePrinter), Password: e.method,
	})
	must(err)
	registrar := registration.RegistrarConfig{
		Config: device(ap, "Router", wps.DeviceTypeRouter), Password: e.registrar,
		Credentials: []wps.Credential{{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse")}},
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: enrollee})
	must(err)
	server, err := eapwsc.NewServer(eapwsc.ServerConfig{
		Registrar: func(time.Time) (eapwsc.Machine, error) { return registration.NewRegistrar(registrar) },
	})
	must(err)
	return peer, server
}

// must panics on an error that cannot occur with the configurations above.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// conversation collects the frames between a station and an access point.
type conversation struct {
	station, ap wps.MAC
	frames      []frame
}

// Subtypes of management frames.
const (
	associationRequest  = 0
	associationResponse = 1
)

// associate adds the association for WPS.
func (c *conversation) associate() {
	request := elements([]byte{0x31, 0x04, 0x0a, 0}, &wps.AssociationRequest{Header: version2, RequestType: wps.RequestEnrollee8021X})
	response := elements([]byte{0x31, 0x04, 0, 0, 1, 0xc0}, &wps.AssociationResponse{Header: version2, ResponseType: wps.ResponseAP})
	c.frames = append(c.frames,
		frame{c.station, c.ap, c.ap, associationRequest, request},
		frame{c.ap, c.station, c.ap, associationResponse, response})
}

var version2 = wps.Header{WFA: wps.WFAExtension{Version2: 0x20}}

// elements appends a WPS element to the fixed fields of a management frame.
func elements(fixed []byte, list wps.List) []byte {
	b, err := wps.AppendElements(fixed, list)
	must(err)
	return b
}

// beaconBody returns the beacon of an access point with WPS.
func beaconBody(ap wps.MAC) []byte {
	fixed := append(make([]byte, 8), 100, 0, 0x11, 0x04) // time stamp, interval, capabilities
	fixed = append(fixed, 0, 4, 'h', 'o', 'm', 'e', 3, 1, 6)
	fixed = append(fixed, 48, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0)
	return elements(fixed, &wps.Beacon{Header: version2, State: wps.Configured, UUIDE: wps.UUIDFromMAC(ap)})
}

// eap adds an EAP packet.
func (c *conversation) eap(fromStation bool, packet []byte) {
	body, err := eapol.Frame{Version: eapol.Version1, Type: eapol.TypeEAP, Body: packet}.AppendTo(nil)
	must(err)
	src, dst := c.ap, c.station
	if fromStation {
		src, dst = dst, src
	}
	c.frames = append(c.frames, frame{src, dst, c.ap, notManagement, body})
}
