package doctor

import "github.com/gowps/gowps/wps"

// Causes of an attempt that ended as it should.
const (
	Success      Cause = "success"       // the enrollee was given the network
	SettingsRead Cause = "settings-read" // an external registrar read the settings of the access point, and wrote none
)

// doneRows are for attempts that ended normally: B14 and B18 of the table.
var doneRows = []Row{
	{Code: "B14", Cause: SettingsRead, Outcome: OutcomeRead,
		Evidence: "WSC_NACK 0 from the external registrar after M7",
		Owner:    "The router's PIN was right: a computer or app read the Wi-Fi settings of {router}, and changed nothing.",
		Steps:    []string{"If you did not do this, change the router's PIN and Wi-Fi password."},
		Engineer: "An external registrar that only reads the settings ends the run by WSC_NACK with configuration error 0 after M7 (WSC 2.0 Table 34).",
		when:     (*view).read},
	{Code: "B18", Cause: Success, Outcome: Registered,
		Evidence: "M2 with settings over IEEE 1905.1",
		Owner:    "It worked: the controller of the mesh has given {device} the settings of its networks.",
		Engineer: "M1 was answered by an M2 with Encrypted Settings for each network; with IEEE 1905.1 nothing follows.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.attempt.Mesh }},
	{Code: "B18", Cause: Success, Outcome: Registered,
		Evidence: "WSC_Done from an access point",
		Owner:    "It worked: a computer or app has given {router} its Wi-Fi settings.",
		Steps:    []string{"Connect your devices again with the new Wi-Fi name and password."},
		Engineer: "M1 to M8 and WSC_Done; EAP-Failure after it is the normal end.",
		when:     func(v *view) bool { return v.ended(EndDone) && v.apIsEnrollee() }},
	{Code: "B18", Cause: Success, Outcome: Registered,
		Evidence: "WSC_Done, then EAP-Failure and a disconnection",
		Owner:    "It worked: {device} was given the Wi-Fi settings by {router}.",
		Engineer: "WSC_Done after the settings; EAP-Failure and a deauthentication after it are the normal end.",
		when:     func(v *view) bool { return v.ended(EndDone) }},
}

// read reports whether an external registrar read the settings of an access
// point and then stopped.
func (v *view) read() bool {
	return v.ended(EndNACK) && v.attempt.APEnrollee && v.attempt.DetectedBy == registrar && v.attempt.ConfigError == wps.NoError && !v.attempt.ConfigErrorUnknown && v.attempt.Reached == StageM7
}
