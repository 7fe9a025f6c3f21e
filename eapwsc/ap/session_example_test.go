package ap_test

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

var (
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	printer = wps.MAC{0x02, 0, 0, 0, 0, 0x01}
	camera  = wps.MAC{0x02, 0, 0, 0, 0, 0x02}
)

// A camera's button is pressed; a minute later the owner of the printer presses
// those of the printer and the router.
func ExamplePushButton() {
	var button ap.PushButton
	button.Heard(noon, camera, wps.UUIDFromMAC(camera))
	button.Heard(noon.Add(60*time.Second), printer, wps.UUIDFromMAC(printer))

	err := button.Press(noon.Add(61 * time.Second))
	fmt.Println(err)
	for _, device := range button.Monitored(noon.Add(61 * time.Second)) {
		fmt.Println("heard", device.MAC)
	}

	// Two minutes after the camera was last heard, only the printer is left.
	now := noon.Add(120 * time.Second)
	fmt.Println("pressed:", button.Press(now) == nil, "until", button.Deadline().Format(time.TimeOnly))
	fmt.Println("admitted:", button.Admit(now, printer, wps.UUIDFromMAC(printer)) == nil)
	button.Done(now.Add(time.Second), wps.UUIDFromMAC(printer))
	fmt.Println("active:", button.Active(now.Add(time.Second)))
	// Output:
	// push button: session overlap: more than one device is in push-button mode, wait two minutes (WSC 2.0 §11.3)
	// heard 02:00:00:00:00:01
	// heard 02:00:00:00:00:02
	// pressed: true until 12:04:00
	// admitted: true
	// active: false
}

// The owner mistypes the PIN of the printer. Its UUID-E is not known.
func ExamplePINList() {
	var pins ap.PINList
	wrong, _ := pin.Parse("1234-5670")
	if _, err := pins.Add(noon, ap.PINEntry{PIN: wrong, Lifetime: 2 * time.Minute}); err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		use, err := pins.Use(noon, wps.UUIDFromMAC(printer), printer)
		if err != nil {
			refusal := err.(ap.Refusal)
			fmt.Printf("%v: answer M2D, %v\n", err, refusal.ConfigError())
			return
		}
		// The registration uses use.PIN(), and fails after M4.
		fmt.Println(use.PIN().Len(), "digits:", use.Finish(ap.PINFailed).State)
	}
	// Output:
	// 8 digits: kept for another attempt
	// 8 digits: spent: second attempt failed
	// PIN: none has been entered for this device (hostap): answer M2D, no error
}

// An attacker guesses the PIN on the label of an access point.
func ExampleLockout() {
	var lockout ap.Lockout
	now := noon
	for guess := 1; guess <= 10; guess++ {
		lockout.Failure(now)
		if end := lockout.Deadline(); !end.IsZero() {
			fmt.Printf("guess %d: %v for %v\n", guess, lockout.Status(now), end.Sub(now))
			now = end
			lockout.Timeout(now)
		}
	}
	fmt.Printf("guess 10: %v until a new PIN is set\n", lockout.Status(now))
	// Output:
	// guess 3: locked for 1m0s
	// guess 4: locked for 1m0s
	// guess 5: locked for 1m0s
	// guess 6: locked for 2m0s
	// guess 7: locked for 2m0s
	// guess 8: locked for 2m0s
	// guess 9: locked for 4m0s
	// guess 10: locked until a new PIN is set
}
