package wps

import "time"

// The times of push-button configuration: WSC 2.0 §11.3.
const (
	// WalkTime is how long a device stays in push-button mode after its
	// button was pressed: time to walk to the other device.
	WalkTime = 120 * time.Second
	// MonitorTime is how long a registrar remembers the devices whose button
	// was pressed, to detect two devices in push-button mode at once.
	MonitorTime = 120 * time.Second
)
