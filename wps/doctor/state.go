package doctor

import (
	"cmp"
	"fmt"
	"slices"
)

// State is what a network offers of WPS now.
type State uint8

// The states, those that matter most to somebody who looks for a router first.
const (
	StateButton  State = iota // a registrar waits for a push button
	StatePIN                  // a registrar waits for a PIN, or a password out of band
	StateLocked               // the access point's own PIN is locked, and nobody waits
	StateIdle                 // it has WPS, and nobody waits
	StateDamaged              // its WPS element cannot be read
	StateOff                  // it has no WPS
	StateUnknown              // nothing shows whether it has WPS
)

var stateNames = [...]string{
	StateButton: "waiting for a button", StatePIN: "waiting for a PIN", StateLocked: "router's PIN locked",
	StateIdle: "not waiting", StateDamaged: "element damaged", StateOff: "no WPS", StateUnknown: "not known",
}

// String returns the state in words.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// State returns what a network offers of WPS now.
func (n *Network) State() State {
	if len(n.Adverts) == 0 {
		if n.Silent {
			return StateUnknown
		}
		return StateOff
	}
	last := &n.Adverts[len(n.Adverts)-1]
	switch {
	case last.Err != nil:
		return StateDamaged
	case last.Element == nil:
		return StateOff
	case last.waits(PushButton):
		return StateButton
	case last.Element.SelectedRegistrar:
		return StatePIN
	case locked(last.Element):
		return StateLocked
	}
	return StateIdle
}

// ByState returns the networks by their state, and the nearest first among equal
// ones.
func ByState(networks []Network) []*Network {
	sorted := make([]*Network, len(networks))
	for i := range networks {
		sorted[i] = &networks[i]
	}
	strength := func(n *Network) int {
		if n.Signal == 0 {
			return -1000
		}
		return n.Signal
	}
	slices.SortStableFunc(sorted, func(a, b *Network) int {
		return cmp.Or(cmp.Compare(a.State(), b.State()), cmp.Compare(strength(b), strength(a)))
	})
	return sorted
}
