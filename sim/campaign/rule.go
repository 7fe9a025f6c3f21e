package campaign

import (
	"fmt"
	"time"
)

// Rule is an invariant of every world.
//
// Its values are [RuleProofFirst], [RuleBothProofs], [RuleSameAnswer],
// [RulePINOnce], [RuleOverlap], [RuleLock], [RuleEnd], [RuleKnownNetwork],
// [RuleReason], [RuleCause] and [RulePanic].
type Rule uint8

// The rules. Those up to RuleLock are checked with every frame and action, the
// others at the end.
const (
	RuleProofFirst   Rule = iota + 1 // no message that releases a secret before the proof of the other side (WSC 2.0 §7.4)
	RuleBothProofs                   // no credential at a station without M7 and M8
	RuleSameAnswer                   // a repeated request is answered with the same octets (RFC 3748 §4.1)
	RulePINOnce                      // a PIN that M6 has disclosed is not used again
	RuleOverlap                      // no push-button registration while another device is in that mode (WSC 2.0 §11.3)
	RuleLock                         // a locked PIN of an access point is not answered
	RuleEnd                          // everything ends: no device is busy forever
	RuleKnownNetwork                 // a printer stores only networks that a router could give
	RuleReason                       // a device that is not connected shows a reason
	RuleCause                        // the doctor names a cause that the scenario has
	RulePanic                        // nothing panics

	lastRule = RulePanic
)

var ruleNames = [lastRule + 1]string{
	RuleProofFirst: "proof-first", RuleBothProofs: "both-proofs", RuleSameAnswer: "same-answer", RulePINOnce: "pin-once",
	RuleOverlap: "overlap", RuleLock: "lock", RuleEnd: "end", RuleKnownNetwork: "known-network", RuleReason: "reason",
	RuleCause: "cause", RulePanic: "panic",
}

// String returns the name of the rule, such as "proof-first".
func (r Rule) String() string {
	if r == 0 || r > lastRule {
		return fmt.Sprintf("Rule(%d)", uint8(r))
	}
	return ruleNames[r]
}

// MarshalText returns the name of the rule.
func (r Rule) MarshalText() ([]byte, error) {
	if r == 0 || r > lastRule {
		return nil, configError("there is no rule %d", uint8(r))
	}
	return []byte(ruleNames[r]), nil
}

// UnmarshalText parses the name of a rule. The error is [ErrConfig].
func (r *Rule) UnmarshalText(name []byte) error {
	for i, own := range ruleNames {
		if i > 0 && own == string(name) {
			*r = Rule(i)
			return nil
		}
	}
	return configError("there is no rule %q", name)
}

// Violation is a violation of a [Rule] in a world.
type Violation struct {
	Rule Rule `json:"rule"`
	// At is the time of the violation in the world.
	At time.Duration `json:"at_ns"`
	// Text describes the violation and the device.
	Text string `json:"text"`
}

// String returns the violation in a line.
func (v Violation) String() string {
	return fmt.Sprintf("%v: %s, after %v", v.Rule, v.Text, v.At)
}

// like reports whether two violations are of one kind: the same rule, and for
// panics the same place.
func (v Violation) like(other Violation) bool {
	return v.Rule == other.Rule && (v.Rule != RulePanic || v.Text == other.Text)
}
