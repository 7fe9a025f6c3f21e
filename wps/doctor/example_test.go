package doctor_test

import (
	"fmt"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// The enrollee found the PIN wrong, and sent WSC_NACK to the router's
// registrar.
func ExampleDiagnose() {
	err := &registration.Error{Message: wps.MessageM4, ConfigError: wps.DevicePasswordAuthFailed, DetectedBy: registration.RoleEnrollee, Half: 1}

	attempt := doctor.FromError(err, doctor.PIN)
	attempt.Enrollee.DeviceName = "Office"
	attempt.Enrollee.PrimaryDeviceType = wps.DeviceTypePrinter

	d := doctor.Diagnose(&doctor.Evidence{Attempts: []*doctor.Attempt{attempt}})
	fmt.Println(d.Cause, d.Code)
	fmt.Println(d.Verdict)
	for i, step := range d.Remedy[:3] {
		fmt.Printf("%d. %s\n", i+1, step)
	}
	// Output:
	// pin-first-half B9
	// The PIN was wrong: the one entered at the router is not the PIN of the printer “Office”. Even the first half of its digits differs.
	// 1. Read the PIN that the printer shows now. Many devices make a new one each time their menu is opened.
	// 2. Make sure that it is the PIN of the printer, not the one printed on the router.
	// 3. Enter all its digits, zeros at the beginning too, on the WPS page of the router, and start WPS at the printer within 2 minutes.
}
