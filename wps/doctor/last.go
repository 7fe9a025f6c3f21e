package doctor

// The cause if nothing matches.
const (
	Unknown Cause = "unknown" // the evidence does not show the cause
)

// lastRows come last: they match if no other row does.
var lastRows = []Row{
	{Code: "D", Cause: Unknown, Outcome: Incomplete,
		Evidence: "an attempt of this side that was stopped",
		Owner:    "The attempt was stopped before it had ended.",
		Steps:    append([]string{"Try again, and let it run until it has worked or has failed."}, generic...),
		Engineer: "The last message is {reached}; this side stopped there.",
		when:     func(v *view) bool { return v.attempt != nil && v.Live }},
	{Code: "D", Cause: Unknown, Outcome: Incomplete,
		Evidence: "an attempt whose end was not seen",
		Owner:    "The recording ends before the attempt does, so it does not show how the attempt ended.",
		Steps:    append([]string{"Record again, and let it run until the device says that it is connected or has failed."}, generic...),
		Engineer: "The last message seen is {reached}; there is neither an end nor a time-out.",
		when:     func(v *view) bool { return v.attempt != nil }},
	{Code: "D", Cause: Unknown, Outcome: NoAttempt,
		Evidence: "a scan in which no access point was found",
		Owner:    "No router was found, or the one you asked for is not in range.",
		Steps: []string{"Check that the router and its Wi-Fi are switched on.", "Go nearer to the router, and look again.",
			"A router on 6 GHz, or on a channel that this computer may not use, is not found."},
		Engineer: "The scan has no BSS, or not the one that was asked for.",
		when:     func(v *view) bool { return (v.StationsUnknown || v.Live) && !v.NetworksUnknown && len(v.Networks) == 0 }},
	{Code: "D", Cause: Unknown, Outcome: NoAttempt,
		Evidence: "a scan that shows nothing of the above",
		Owner:    "Nothing seems to prevent WPS, but no router is waiting for a device.",
		Steps:    generic,
		Engineer: "No element explains it.",
		when: func(v *view) bool {
			return (v.StationsUnknown || v.Live) && (!v.NetworksUnknown || len(v.Networks) > 0)
		}},
	{Code: "D", Cause: Unknown, Outcome: NoAttempt,
		Evidence: "nothing of the above",
		Owner:    "There was no attempt to connect by WPS, and nothing shows why.",
		Steps:    append([]string{"Record again while you try to connect."}, generic...),
		Engineer: "There is no exchange, and no element explains it.",
		when:     func(*view) bool { return true }},
}

// generic lists what helps in most cases, in an order that does no harm.
var generic = []string{genericRestart, genericCable, genericSettings, genericNear, genericButton, genericPIN, genericPassword}

const (
	genericRestart  = "Restart the router, and wait until its Wi-Fi is back (2 to 3 minutes). Restart the device."
	genericCable    = "Unplug the network cable of the printer, and reset its network settings."
	genericSettings = "On the router's web page: WPS on, security WPA2-Personal with AES (or WPA2/WPA3), name visible, 2.4 GHz on, no MAC filter."
	genericNear     = "Put the device 1 to 3 metres from the router."
	genericButton   = "Press the router's WPS button for 1 to 3 seconds, then start WPS by button at the device, within 2 minutes; one device only."
	genericPIN      = "Or read the PIN that the device shows now, and enter all its digits on the router's WPS page within 2 minutes."
	genericPassword = "Otherwise type the Wi-Fi password at the device."
)
