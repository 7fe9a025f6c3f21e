package doctor

// Causes that show after the settings were handed over.
const (
	WrongKey           Cause = "wrong-key"           // the network did not accept the key that WPS gave
	CredentialUnusable Cause = "credential-unusable" // the device accepted the settings, but they cannot be used
	NetworkNotFound    Cause = "network-not-found"   // the network that WPS gave cannot be found
	JoiningRefused     Cause = "joining-refused"     // the access point refused the station with its new settings
	SAEFailed          Cause = "sae-failed"          // WPA3 did not accept the key that WPS gave
	NoAddress          Cause = "no-address"          // the device joined, but got no IP address
	Unreachable        Cause = "unreachable"         // the device joined, but others cannot reach it
)

// afterRows describe what happened after the settings were handed over: part C
// of the table, with B19 for settings that cannot be used.
var afterRows = []Row{
	{Code: "C1", Cause: WrongKey, Outcome: Registered,
		Evidence: "WSC_Done, then a 4-way handshake in which the access point does not accept the station's message 2",
		Owner:    "WPS worked, but {router} does not accept the Wi-Fi password that it has just given to {device}.",
		Steps: []string{"Restart {router}, and wait until its Wi-Fi is back: it may not be using its own new password yet.",
			"Let {device} forget the network (reset its network settings).", stepNoRandom, stepPress,
			"On the web page of {router}, give the network a password of 8 to 63 letters and digits without spaces, and try again.", stepPassword},
		Engineer: "WSC_Done, then the 4-way handshake stops at message 2{reason}: the PSK differs. The key changed meanwhile, ends in a NUL or blank, was taken for a PSK instead of a passphrase, or is bound to another MAC address.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.After.Handshake == HandshakeFailed }},
	{Code: "B19", Cause: CredentialUnusable, Outcome: Registered,
		Evidence: "WSC_Done, and the settings that M8 gave cannot be used",
		Owner:    "WPS worked, but the Wi-Fi settings that {router} gave cannot be used: {unusable}.",
		Steps:    []string{stepWPA2, "Use a Wi-Fi name of 1 to 32 characters and a password of 8 to 63 letters and digits.", "Set up {device} again.", stepFirmware, stepPassword},
		Engineer: "The enrollee accepted the credential, but it cannot be used: {settings}",
		when: func(v *view) bool {
			return v.ended(EndDone) && !v.apIsEnrollee() && v.unusable() && v.attempt.After.Handshake != HandshakeCompleted
		}},
	{Code: "C3", Cause: WPA3Only, Outcome: Registered,
		Evidence: "WSC_Done, then the association or SAE is refused, and the network is for WPA3 only",
		Owner:    "WPS worked, but the network of {router} is for WPA3 only, and {device} cannot join one with what WPS gave it.",
		Steps:    []string{stepTransit, "Set up {device} again.", stepPassword},
		Engineer: "Joining was refused{status}; the RSN element offers SAE only or requires PMF, while a WPS credential means WPA2-Personal.",
		when: func(v *view) bool {
			return v.ended(EndDone) && (v.attempt.After.Status != 0 || v.attempt.After.SAEStatus != 0) && v.net != nil && (v.net.SAEOnly || v.net.PMFRequired)
		}},
	{Code: "C4", Cause: SAEFailed, Outcome: Registered,
		Evidence: "WSC_Done, then SAE is refused",
		Owner:    "WPS worked, but {router} does not let {device} in by WPA3 with the password that WPS gave.",
		Steps:    []string{stepTransit, "Use a Wi-Fi password of 8 to 63 letters and digits, not one of 64 hexadecimal digits: WPA3 cannot use those.", "Set up {device} again.", stepPassword},
		Engineer: "SAE fails{status}: the key is a 64-hex PSK, or not the passphrase, or the access point has another one for this station.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.After.SAEStatus != 0 }},
	{Code: "C3", Cause: JoiningRefused, Outcome: Registered,
		Evidence: "WSC_Done, then the association is refused",
		Owner:    "WPS worked, but {router} did not let {device} join with its new settings.",
		Steps:    []string{"On the web page of {router}, look for a MAC filter or access control: switch it off, or add the address {station}.", stepTransit, "Set up {device} again.", stepPassword},
		Engineer: "The association with the new settings was refused{status}: 41 to 43 mean a cipher or AKM that does not fit, 31 the policy for management frames.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.After.Status != 0 }},
	{Code: "C2", Cause: NetworkNotFound, Outcome: Registered,
		Evidence: "WSC_Done, and no network with the name is found",
		Owner:    "WPS worked, but {device} cannot find the network that it was given.",
		Steps:    []string{"Wait a minute: some routers restart their Wi-Fi after WPS.", "On the web page of {router}, make the network name visible and switch the 2.4 GHz band on.", "Set up {device} again.", stepPassword},
		Engineer: "No BSS with the SSID of the credential: hidden, in another band, padded with NULs, or the access point is restarting.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.After.NotFound }},
	{Code: "C5", Cause: NoAddress, Outcome: Registered,
		Evidence: "joined, but DHCP gave no address",
		Owner:    "WPS worked and {device} has joined the network, but it did not get an address there.",
		Steps:    []string{"Restart {router}, then {device}.", "On the web page of {router}, check that DHCP is switched on and has addresses left.", "Check that no MAC filter or guest restriction blocks {device}."},
		Engineer: "The 4-way handshake is complete, but there is no DHCP lease.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.After.NoAddress }},
	{Code: "C6", Cause: Unreachable, Outcome: Registered,
		Evidence: "joined and has an address, but others cannot reach it",
		Owner:    "{Device} is connected, but other devices cannot reach it.",
		Steps:    []string{"Make sure that both are in the same network, not one of them in the guest network.", "On the web page of {router}, switch off \"AP isolation\" or \"client isolation\".", "With mesh nodes or two bands, restart the router so that all are joined again."},
		Engineer: "Client isolation, a guest network, or bands and mesh nodes that are not bridged.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.After.Unreachable }},
}
