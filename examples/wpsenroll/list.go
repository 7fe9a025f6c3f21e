package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// listed is an access point in JSON. Fields that are not known are omitted.
type listed struct {
	Schema         string   `json:"schema"`
	BSSID          string   `json:"bssid"`
	SSID           string   `json:"ssid"`
	SSIDHex        string   `json:"ssid_hex"`
	Hidden         bool     `json:"hidden,omitempty"`
	Channel        int      `json:"channel"`
	Frequency      int      `json:"frequency"`
	Signal         int      `json:"signal"`
	Security       string   `json:"security"`
	WPS            bool     `json:"wps"`
	Version        string   `json:"version,omitempty"`
	State          string   `json:"state,omitempty"`
	Locked         bool     `json:"locked,omitempty"`
	Waits          string   `json:"waits,omitempty"` // the method of the registrar that waits
	AuthorizedMACs []string `json:"authorized_macs,omitempty"`
	UUID           string   `json:"uuid,omitempty"`
	Device         string   `json:"device_name,omitempty"`
	Manufacturer   string   `json:"manufacturer,omitempty"`
	Model          string   `json:"model,omitempty"`
}

// listAround lists the access points in range.
func (w *wireless) listAround(ctx context.Context) (int, error) {
	w.status.Wait("Looking around on "+w.Interface, time.Time{})
	found, err := w.radio.Scan(ctx, station.ScanConfig{})
	w.status.Done()
	if errors.Is(err, station.ErrPermission) {
		w.status.Printf("%v\nThese were found by another program:", err)
		found, err = w.radio.Known()
	}
	if err != nil {
		return program.Unable, err
	}
	found = station.Named(found, w.ssid, w.bssid)
	slices.SortStableFunc(found, func(a, b station.ScanResult) int { return cmp.Compare(b.Signal, a.Signal) })
	if w.JSON {
		err = writeListJSON(w.Out, found)
	} else {
		err = writeList(w.Text(), found)
	}
	if err != nil {
		return program.Unable, err
	}
	return program.Fine, nil
}

func writeListJSON(out io.Writer, found []station.ScanResult) error {
	lines := program.JSON(out)
	for i := range found {
		if err := lines.Encode(newListed(&found[i])); err != nil {
			return err
		}
	}
	return nil
}

func newListed(point *station.ScanResult) *listed {
	l := &listed{
		Schema: "wpsenroll-list/1",
		BSSID:  point.BSSID.String(), SSID: cleanText(string(point.SSID)), SSIDHex: fmt.Sprintf("%x", string(point.SSID)), Hidden: point.Hidden,
		Channel: point.Channel(), Frequency: point.Frequency, Signal: point.Signal, Security: security(point), WPS: point.WPS(),
	}
	if a := point.Advert; a != nil {
		l.State, l.Locked, l.Version = a.State.String(), a.APSetupLocked, "1.0"
		if a.WFA.Version2 != 0 {
			l.Version = "2.0"
		}
		if a.SelectedRegistrar {
			l.Waits = doctor.MethodOf(a.DevicePasswordID).String()
		}
		for _, mac := range a.WFA.AuthorizedMACs {
			l.AuthorizedMACs = append(l.AuthorizedMACs, mac.String())
		}
	}
	if d := point.Description; d != nil {
		l.UUID, l.Device, l.Manufacturer, l.Model = d.UUIDE.String(), cleanText(d.DeviceName), cleanText(d.Manufacturer), cleanText(d.ModelName)
	}
	return l
}

func writeList(out io.Writer, found []station.ScanResult) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BSSID\tCHANNEL\tSIGNAL\tSECURITY\tWPS\tNETWORK")
	for i := range found {
		point := &found[i]
		ssid := "(hidden)"
		if point.SSID != "" {
			ssid = doctor.Quote(string(point.SSID))
		}
		fmt.Fprintf(table, "%v\t%d\t%d dBm\t%s\t%s\t%s\n", point.BSSID, point.Channel(), point.Signal, security(point), state(point.Advert), ssid)
	}
	return table.Flush()
}

// state describes the state of WPS at an access point in a few words.
func state(e *wps.Beacon) string {
	if e == nil {
		return "no"
	}
	var words []string
	switch {
	case !e.SelectedRegistrar:
		words = append(words, "yes")
	case e.DevicePasswordID == wps.PasswordPushButton:
		words = append(words, "waits: button")
	default:
		words = append(words, "waits: PIN")
	}
	if e.State == wps.NotConfigured {
		words = append(words, "not configured")
	}
	if e.APSetupLocked {
		words = append(words, "its PIN locked")
	}
	return strings.Join(words, ", ")
}

// security returns the usual name of a network's security.
func security(point *station.ScanResult) string {
	n := point.Traits(point.Capability, point.Frequency)
	offers := func(s *dot11.Security, akm dot11.AKM) bool { return s != nil && slices.Contains(s.AKMs, akm) }
	switch {
	case n.Open:
		return "open"
	case n.WEP:
		return "WEP"
	case n.Enterprise:
		return "enterprise"
	case n.SAEOnly:
		return "WPA3"
	case offers(point.RSN, dot11.AKMSAE):
		return "WPA2/WPA3"
	case point.RSN != nil && point.WPA != nil:
		return "WPA/WPA2"
	case point.RSN != nil:
		return "WPA2"
	}
	return "WPA"
}
