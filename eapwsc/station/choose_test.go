package station

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
)

// TestChoose checks what comes before the rules of selection.Selector.
func TestChoose(t *testing.T) {
	at := func(n byte, ssid wps.SSID, band int, waits bool, id wps.DevicePasswordID) ScanResult {
		point := ScanResult{BSSID: wps.MAC{2, 0, 0, 0, 0, n}, Frequency: band, Advert: &wps.Beacon{
			State: wps.Configured, SelectedRegistrar: waits, DevicePasswordID: id,
		}}
		point.SSID = ssid
		return point
	}
	none := at(1, "home", 2412, false, 0)
	none.Advert = nil
	damaged := none
	damaged.Fault = errors.New("it is torn")
	button := at(2, "home", 2412, true, wps.PasswordPushButton)
	neighbour := at(3, "neighbour", 5180, true, wps.PasswordPushButton)
	withPIN := at(4, "home", 2412, true, wps.PasswordDefault)
	idle := at(5, "home", 2412, false, 0)
	for _, tt := range []struct {
		name  string
		wish  Criteria
		found []ScanResult
		order string
		want  []string
		err   error
	}{
		{"nothing", Criteria{}, nil, "[]", nil, selection.ErrNoAccessPoint},
		{"button", Criteria{PushButton: true}, []ScanResult{none, damaged, withPIN, idle, button}, "[4]", []string{
			"does not offer WPS", "its elements cannot be read: it is torn", "waits with another method", "waits for no device", "waits for this device"}, nil},
		{"buttons", Criteria{PushButton: true}, []ScanResult{none, button, neighbour}, "[]", []string{
			"does not offer WPS", "waits for this device", "waits for a push button, as does another access point"}, selection.ErrOverlap},
		{"buttons, one named", Criteria{PushButton: true, SSID: "home"}, []ScanResult{none, button, neighbour}, "[1]", []string{
			"does not offer WPS", "waits for this device", "is not of the network that was selected"}, nil},
		{"buttons, one tried", Criteria{PushButton: true, Skip: []wps.MAC{button.BSSID}}, []ScanResult{none, button, neighbour}, "[2]", []string{
			"does not offer WPS", "has failed before", "waits for this device"}, nil},
		{"PIN", Criteria{}, []ScanResult{idle, withPIN, button}, "[1]", []string{
			"waits for no device", "waits for this device", "waits with another method"}, nil},
		{"PIN, any", Criteria{TryUnselected: true}, []ScanResult{idle, withPIN, button}, "[1 0 2]", []string{
			"waits for no device, worth a try", "waits for this device", "waits for no device, worth a try"}, nil},
		{"PIN, named by address", Criteria{Selector: selection.Selector{BSSID: idle.BSSID}}, []ScanResult{idle, withPIN}, "[]", []string{
			"waits for no device", "not the access point that was selected"}, selection.ErrNoAccessPoint},
	} {
		s, err := Choose(tt.found, tt.wish)
		var reasons []string
		for _, r := range s.Reasons {
			reasons = append(reasons, r.Text)
		}
		if got := fmt.Sprint(s.Order); got != tt.order || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %s, %v", tt.name, got, err)
		}
		if got, want := strings.Join(reasons, "\n"), strings.Join(tt.want, "\n"); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, want)
		}
	}
}
