package eapol_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// radiolessBSSID is the address of a hostapd without a radio.
var radiolessBSSID wps.MAC

// startRadiolessHostapd starts hostapd as an access point whose frames come and
// go through its control interface. This takes a build with testing options,
// as Debian's is.
func startRadiolessHostapd(t *testing.T, far *farEnd, more string) *daemon {
	t.Helper()
	config := strings.NewReplacer("driver=wired", "driver=none", "ieee8021x=1", "ieee8021x=0").Replace(fmt.Sprintf(hostapdConfig, "radioless"))
	d := startDaemonIn(t, far, "hostapd", "radioless", config+hostapdPassphrase+"hw_mode=g\nchannel=1\n"+more, "-K", "-dd", "-t", "CONF")
	d.do(t, "SET ext_eapol_frame_io 1")
	d.do(t, "SET ext_mgmt_frame_handling 1")
	return d
}

// The types of management frames, with their subtype.
const (
	frameAssociationRequest  = 0x00
	frameAssociationResponse = 0x10
	frameProbeRequest        = 0x40
	frameAuthentication      = 0xB0
)

// ieee80211 returns a management frame.
func ieee80211(kind byte, to, from wps.MAC, body ...[]byte) string {
	return hex.EncodeToString(slices.Concat([]byte{kind, 0, 0, 0}, to[:], from[:], radiolessBSSID[:], []byte{0, 0}, slices.Concat(body...)))
}

// element returns an information element of 802.11.
func element(id byte, value string) []byte { return append([]byte{id, byte(len(value))}, value...) }

var (
	rates   = element(1, "\x82\x84\x8b\x96\x0c\x12\x18\x24")
	anySSID = element(0, "")
	ourSSID = element(0, string(network.SSID))
)

// receive makes hostapd receive a frame.
func (d *daemon) receive(t *testing.T, frame string) {
	t.Helper()
	d.do(t, "MGMT_RX_PROCESS freq=2412 datarate=0 ssi_signal=-30 frame=%s", frame)
}

// buttonProbe is the probe request of a station with its button pressed.
func buttonProbe(n int) *wps.ProbeRequest {
	e := device(n)
	return &wps.ProbeRequest{
		Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20}}, RequestType: wps.RequestEnrolleeInfo, ConfigMethods: e.ConfigMethods,
		UUIDE: e.UUID, PrimaryDeviceType: e.PrimaryDeviceType, RFBands: e.RFBands, DevicePasswordID: wps.PasswordPushButton,
		Manufacturer: e.Manufacturer, ModelName: e.ModelName, ModelNumber: e.ModelNumber, DeviceName: e.DeviceName,
	}
}

// probe makes hostapd receive the probe request of a station with its button
// pressed.
func (d *daemon) probe(t *testing.T, n int) {
	t.Helper()
	elements, err := wps.AppendElements(nil, buttonProbe(n))
	if err != nil {
		t.Fatal(err)
	}
	d.receive(t, ieee80211(frameProbeRequest, wps.Broadcast, mac(n), anySSID, rates, elements))
}

// associate associates a station for WPS, and returns its connection.
func (d *daemon) associate(t *testing.T, n int) eapol.Conn {
	t.Helper()
	d.receive(t, ieee80211(frameAuthentication, radiolessBSSID, mac(n), []byte{0, 0, 1, 0, 0, 0}))
	d.do(t, "MGMT_TX_STATUS_PROCESS stype=11 ok=1 buf=%s", ieee80211(frameAuthentication, mac(n), radiolessBSSID, []byte{0, 0, 2, 0, 0, 0}))
	elements, err := wps.AppendElements(nil, &wps.AssociationRequest{
		Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20}}, RequestType: wps.RequestEnrollee8021X,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.receive(t, ieee80211(frameAssociationRequest, radiolessBSSID, mac(n), []byte{1, 0, 1, 0}, ourSSID, rates, elements))
	d.do(t, "MGMT_TX_STATUS_PROCESS stype=1 ok=1 buf=%s", ieee80211(frameAssociationResponse, mac(n), radiolessBSSID, []byte{1, 0, 0, 0, 1, 0xC0}, rates))
	return &radioless{t: t, d: d, mac: mac(n)}
}

// radioless is a station's connection to hostapd through its control interface:
// frames from hostapd are events there.
type radioless struct {
	t        *testing.T
	d        *daemon
	mac      wps.MAC
	read     int // events read
	deadline time.Time
}

func (c *radioless) SetReadDeadline(t time.Time) error { c.deadline = t; return nil }
func (c *radioless) Close() error                      { return nil }

func (c *radioless) WriteFrame(frame []byte, _ wps.MAC) error {
	c.d.do(c.t, "EAPOL_RX %v %x", c.mac, frame)
	return nil
}

func (c *radioless) ReadFrame(b []byte) (int, wps.MAC, error) {
	for {
		c.d.mu.Lock()
		events, news := c.d.events, c.d.news
		c.d.mu.Unlock()
		for _, event := range events[c.read:] {
			c.read++
			if text, ok := strings.CutPrefix(event, "EAPOL-TX "+c.mac.String()+" "); ok {
				n, err := hex.Decode(b, []byte(text))
				return n, radiolessBSSID, err
			}
		}
		var over <-chan time.Time
		if !c.deadline.IsZero() {
			over = time.After(time.Until(c.deadline))
		}
		select {
		case <-news:
		case <-over:
			return 0, wps.MAC{}, os.ErrDeadlineExceeded
		}
	}
}
