package doctor

import (
	"cmp"
	"fmt"
	"slices"
)

// State is the current state of WPS at a network.
type State uint8

// The states, sorted by how much they matter to someone who looks for a router.
const (
	StateButton  State = iota // a registrar waits for a push button
	StatePIN                  // a registrar waits for a PIN or an out-of-band password
	StateLocked               // the access point's own PIN is locked, and no registrar waits
	StateIdle                 // the access point has WPS, but no registrar waits
	StateDamaged              // its WPS element cannot be read
	StateOff                  // the access point has no WPS
	StateUnknown              // it is not known whether the access point has WPS
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

// State returns the current state of WPS at a network.
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

// ByState returns the networks sorted by state, and by signal within a state.
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
