package doctor

// Cause is why an attempt ended as it did, in a word that stays. The causes stand
// beside the rows of the table: those that show before an attempt, in one, and
// after it.
type Cause string

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
