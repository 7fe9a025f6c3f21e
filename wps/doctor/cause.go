package doctor

// Cause is why an attempt ended as it did, or why there was none. Its text does
// not change between versions. The causes are declared beside the rows of the
// table that use them.
type Cause string

// Outcome is how an attempt ended, in broad terms.
type Outcome string

// The outcomes.
const (
	Registered  Outcome = "registered"    // WSC_Done after the settings were given
	OutcomeRead Outcome = "settings-read" // an external registrar read the settings
	Refused     Outcome = "refused"       // one side refused to register the other
	Failed      Outcome = "failed"        // the registration began and went wrong
	Incomplete  Outcome = "incomplete"    // the end was not seen
	NoAttempt   Outcome = "none"          // there was no attempt
)
