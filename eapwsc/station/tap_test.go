package station

import (
	"errors"
	"io"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps"
)

// frames are the packets of a tap in a test.
type frames [][]byte

func (f *frames) next(b []byte) (int, error) {
	if len(*f) == 0 {
		return 0, io.EOF
	}
	n := copy(b, (*f)[0])
	*f = (*f)[1:]
	return n, nil
}

func (f *frames) Close() error {
	*f = nil
	return nil
}

// TestTap reads a tap as a capture, and finds the probe request of a device
// whose button was pressed, for the monitor of a router.
func TestTap(t *testing.T) {
	d := device()
	elements, err := wps.AppendElements([]byte{0, 0}, NewProbeRequest(&d, wps.PasswordPushButton, false))
	if err != nil {
		t.Fatal(err)
	}
	header := []byte{0, 0, 8, 0, 0, 0, 0, 0, // radiotap
		0x40, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0}
	probe := append(header, elements...)
	tap := tapOf(&frames{probe, probe[:20], probe}, linkTypeRadiotap)
	reader, err := capture.NewReader(tap)
	if err != nil {
		t.Fatal(err)
	}
	var probes, notes int
	for {
		e, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case capture.KindProbeRequest:
			probes++
			var request wps.ProbeRequest
			if err := wps.Decode(&request, e.Management.WPS, wps.Strict); err != nil || request.DevicePasswordID != wps.PasswordPushButton || e.Src != ownMAC {
				t.Errorf("%+v, %v", request, err)
			}
		case capture.KindNote:
			notes++
		}
	}
	if probes != 2 || notes != 1 {
		t.Errorf("%d probe requests, %d notes", probes, notes)
	}
	if err := tap.Close(); err != nil {
		t.Error(err)
	}
}
