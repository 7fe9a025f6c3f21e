package exchange

import (
	"bytes"
	"hash/maphash"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// Runs finds values that should be random but repeat over the exchanges of a
// capture: nonces and public keys that a device uses twice. The zero value is
// empty.
type Runs struct {
	seed     maphash.Seed
	new, old map[uint64]*validate.Transcript // by recent values
}

// maxRunValues limits the values that are remembered: at least this many, at
// most twice as many.
const maxRunValues = 512

// drawn are the values that each run draws.
var drawn = []struct {
	message wps.MessageType
	id      wps.AttributeID
}{
	{wps.MessageM1, wps.AttrEnrolleeNonce}, {wps.MessageM1, wps.AttrPublicKey},
	{wps.MessageM2, wps.AttrRegistrarNonce}, {wps.MessageM2, wps.AttrPublicKey},
}

// Findings returns the findings of package validate about the randomness of an
// exchange, compared with earlier ones. Message is an index of x.Entries.
func (r *Runs) Findings(x *Exchange, mode wps.Mode) (all validate.Findings) {
	if r.new == nil {
		r.seed, r.new = maphash.MakeSeed(), map[uint64]*validate.Transcript{}
	}
	var run *validate.Transcript
	var compared []*validate.Transcript
	for i, d := range drawn {
		s := x.first(d.message)
		if s == nil {
			continue
		}
		value := s.Attribute(d.id)
		if len(value) == 0 {
			continue
		}
		key := maphash.Bytes(r.seed, value) + uint64(i)
		before := r.get(key)
		if before != nil && isCopy(before, x) {
			return nil // the same run: a capture that was joined with itself
		}
		if before != nil && !contains(compared, before) {
			compared = append(compared, before)
			all = append(all, against(before, &x.Transcript, mode)...)
		}
		if run == nil {
			t := x.Transcript // without the rest of the exchange
			run = &t
		}
		r.put(key, run)
	}
	return all
}

// isCopy reports whether a transcript has the same M1 as an exchange, and the same
// M2 if it has one.
func isCopy(t *validate.Transcript, x *Exchange) bool {
	same := 0
	for i := range t.Entries {
		s := &t.Entries[i]
		if s.Type != wps.MessageM1 && s.Type != wps.MessageM2 {
			continue
		}
		own := x.first(s.Type)
		if own == nil || !bytes.Equal(own.Body, s.Body) {
			return false
		}
		same++
	}
	return same > 0
}

func contains(all []*validate.Transcript, one *validate.Transcript) bool {
	for _, t := range all {
		if t == one {
			return true
		}
	}
	return false
}

// against returns the findings about a run that an earlier one explains: a
// repeated value. Two runs are too few to show that values hardly change.
func against(before, now *validate.Transcript, mode wps.Mode) (all validate.Findings) {
	for _, f := range validate.Randomness([]validate.Transcript{*before, *now}, mode) {
		if rule, ok := validate.Lookup(f.Rule); !ok || rule.Area != validate.AreaRandomness || f.Run != 1 {
			continue
		}
		f.Run = 0
		all = append(all, f)
	}
	return all
}

func (r *Runs) get(key uint64) *validate.Transcript {
	if t := r.new[key]; t != nil {
		return t
	}
	return r.old[key]
}

func (r *Runs) put(key uint64, t *validate.Transcript) {
	if len(r.new) >= maxRunValues {
		r.old, r.new = r.new, make(map[uint64]*validate.Transcript, maxRunValues)
	}
	r.new[key] = t
}
