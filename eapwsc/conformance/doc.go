// Package conformance runs cases against an implementation of Wi-Fi
// Protected Setup and says which of them it passes.
//
// A [Case] is data: what it proves, where the rule comes from, how much it
// weighs, what the suite does, and how the device has to react. [Cases] returns
// all of them. A [Suite] runs those of one [Role] against a [Device]:
//
//	suite, err := conformance.New(conformance.Config{Device: device, Role: conformance.APRegistrar, Controls: controls})
//	for _, r := range suite.Run(ctx) { … }
//
// # The suite's own side
//
// The suite plays the other end: a station for an access point, an access point
// for a station. Its messages come from code of its own, not from the machines
// of package registration, so that it can say anything: a message without an
// attribute, with a wrong Authenticator, twice, too early, cut.
//
// # Operators
//
// Somebody has to press the button of the device and to enter PINs: [Controls].
// Each control is optional; cases that need a missing one are [NotApplicable].
// The suite is given the PIN of the device and makes wrong ones from it. It
// never searches for a PIN.
//
// # Links
//
// A [Device] opens links that carry EAP packets:
//
//   - [Process] is a device within this process, on virtual time: anything with
//     Start, Handle and Timeout
//   - [Wire] is a device at the other end of an Ethernet, [Stream] one behind a
//     connection
//   - [Air] is an access point in range of a radio
//   - [RADIUS] is a registrar that serves access points, [RADIUSStation] a
//     station whose access point passes EAP on
//   - [UPnP] is an access point that external registrars reach over the local
//     network
//
// Devices of IEEE 1905.1, whose messages have no EAP around them, are
// [MeshAgent] and [MeshController] within this process, and [MeshWire] on an
// Ethernet. All but those within the process run in real time.
//
// After each input of a case the device is brought back to a known state, and
// has to register a station rightly; if it does not, the result says so.
//
// # Broken devices
//
// A device that panics, hangs, sends without end or says nothing fails the case,
// or leaves it without a verdict, and the next case begins: see [Config.Limit].
// When it has become unusable, or does nothing at all, the remaining cases are
// left out after a few attempts. What happens in this process and cannot be
// caught still ends it: os.Exit, a fatal error of the runtime such as concurrent
// writes to a map, a stack or a memory that is exhausted.
//
// If the context ends, the case that runs ends at once, without a verdict.
//
// A Suite is used by one goroutine.
package conformance
