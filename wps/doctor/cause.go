package doctor

// Cause is why an attempt ended as it did, in a word that stays.
type Cause string

// The causes.
const (
	Success      Cause = "success"       // the enrollee was given the network
	SettingsRead Cause = "settings-read" // an external registrar has read the settings of the access point, and wanted no more

	PINFirstHalf        Cause = "pin-first-half"         // the first half of the PIN is wrong
	PINSecondHalf       Cause = "pin-second-half"        // the first half is right, the second is wrong
	NoRegistrarSession  Cause = "no-registrar-session"   // the registrar has no PIN for this enrollee, or nobody pressed its button
	Overlap             Cause = "overlap"                // more than one device, or router, is in push-button mode
	SetupLocked         Cause = "setup-locked"           // the router does not accept its own PIN for now
	APPINDisabled       Cause = "ap-pin-disabled"        // the router has no PIN of its own, or has switched it off
	OOBHashMismatch     Cause = "oob-hash-mismatch"      // the public key is not the one that the NFC tag told
	ProofRefused        Cause = "proof-refused"          // the registrar found the enrollee's proof wrong
	DecryptionFailure   Cause = "decryption-failure"     // what was encrypted could not be decrypted
	AuthenticatorBad    Cause = "authenticator-mismatch" // a message was not authentic
	NonceMismatch       Cause = "nonce-mismatch"         // a message belonged to another run
	CredentialRefused   Cause = "credential-refused"     // the enrollee refused what it was given
	CredentialUnusable  Cause = "credential-unusable"    // it took what it was given, and cannot use it
	InternalRefusal     Cause = "internal-refusal"       // one side stopped without telling why
	Timeout             Cause = "timeout"                // one side fell silent
	EndedEarly          Cause = "ended-early"            // EAP-Failure, or a disconnection, before WSC_Done
	NoIdentityRequest   Cause = "no-identity-request"    // the access point never began
	AssociationRefused  Cause = "association-refused"    // the access point did not let the station in
	WPSDisabled         Cause = "wps-disabled"           // the access point offers no WPS
	Ready               Cause = "ready"                  // a registrar waits, and nothing is seen to stand in the way
	NoSelectedRegistrar Cause = "no-selected-registrar"  // nobody pressed the button or entered a PIN, or two minutes are over
	MethodMismatch      Cause = "method-mismatch"        // one side waits for a button, the other for a PIN
	NotAuthorized       Cause = "not-authorized"         // the router waits for another device
	NotConfigured       Cause = "not-configured"         // the router is as it left the factory
	WPA3Only            Cause = "wpa3-only"              // the network is for WPA3 only
	Enterprise          Cause = "enterprise"             // the network wants a user name, not a password
	WrongKey            Cause = "wrong-key"              // the network did not accept the key that WPS gave
	Unknown             Cause = "unknown"                // the evidence does not tell

	// Causes beyond the usual ones, each with rows of its own.

	OtherBand          Cause = "other-band"            // WPS is on in a band that the device may not have
	MethodNotOffered   Cause = "method-not-offered"    // the router says that it does not offer the method
	OldVersion         Cause = "old-version"           // the access point speaks version 1.0 only
	ChannelOutOfReach  Cause = "channel-out-of-reach"  // the channel is one that some devices do not have
	WeakSignal         Cause = "weak-signal"           // the two are too far apart
	DeviceNotSearching Cause = "device-not-searching"  // the router waits, and no device asks
	DeviceBusy         Cause = "device-busy"           // one side is busy with another run
	AddressMismatch    Cause = "address-mismatch"      // the device changes its address, or something stands between the two
	SeveralAPs         Cause = "several-access-points" // the device tries one access point after the other
	LossyLink          Cause = "lossy-link"            // messages had to be sent again
	NetworkNotFound    Cause = "network-not-found"     // the network that WPS gave cannot be found
	JoiningRefused     Cause = "joining-refused"       // the access point refused the station that came with the new settings
	SAEFailed          Cause = "sae-failed"            // WPA3 did not accept the key that WPS gave
	NoAddress          Cause = "no-address"            // the device joined and got no IP address
	Unreachable        Cause = "unreachable"           // the device joined and others cannot reach it
	SettingsChanged    Cause = "settings-changed"      // WPS has changed the router's settings
	ElementDamaged     Cause = "element-damaged"       // the WPS element of the router cannot be read
	NotMeeting         Cause = "not-meeting"           // router and device both wait, and do not meet
	EnhancedOpen       Cause = "enhanced-open"         // the network has encryption without a password
)

// Outcome is how an attempt ended, coarsely.
type Outcome string

// The outcomes.
const (
	Registered  Outcome = "registered"    // WSC_Done after the settings were given
	OutcomeRead Outcome = "settings-read" // an external registrar read the settings
	Refused     Outcome = "refused"       // one side would not register the other
	Failed      Outcome = "failed"        // it was tried and went wrong
	Incomplete  Outcome = "incomplete"    // its end was not seen
	NoAttempt   Outcome = "none"          // there was no attempt
)
