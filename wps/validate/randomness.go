package validate

import (
	"crypto/aes"
	"maps"
	"math/big"
	"slices"

	"github.com/gowps/gowps/wps"
)

// randomnessRules compare several runs of one device. A predictable value has
// no effect: with a known secret nonce, a listener finds the PIN from one
// exchange.
var randomnessRules = []rule{
	{Rule: Rule{ID: "RANDOM-ZERO", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "advice",
		Text:   "No random value is all zeros."},
		series: checkZero},
	{Rule: Rule{ID: "RANDOM-NONCE-REPEATED", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "advice",
		Text:   "Each run has a new Enrollee Nonce and a new Registrar Nonce, and they differ."},
		series: checkRepeats(nonces)},
	{Rule: Rule{ID: "RANDOM-KEY-REPEATED", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "hostap",
		Text:   "Each run has a new public key on each side, except with NFC, where it belongs to the token."},
		series: checkRepeats(publicKeys)},
	{Rule: Rule{ID: "RANDOM-S-NONCE-REPEATED", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both, Kinds: from(wps.KindM4Settings, wps.KindM7APSettings),
		Clause: "advice",
		Text:   "Each run has new secret nonces, and all of them differ: E-S1 is not E-S2."},
		series: checkRepeats(sNonces)},
	{Rule: Rule{ID: "RANDOM-IV-REPEATED", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both, Kinds: sealed,
		Clause: "advice",
		Text:   "Each run has new initialization vectors."},
		series: checkRepeats(ivs)},
	{Rule: Rule{ID: "RANDOM-COUNTER", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "advice",
		Text:   "Random values do not grow by the same amount from run to run."},
		series: checkCounter},
	{Rule: Rule{ID: "RANDOM-CONSTANT", Area: AreaRandomness, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "advice",
		Text:   "All octets of random values change from run to run."},
		series: checkConstant},
}

// series is several runs of one device.
type series struct{ runs []*exchange }

func newSeries(transcripts []Transcript) *series {
	s := &series{runs: make([]*exchange, len(transcripts))}
	for i := range transcripts {
		s.runs[i] = newExchange(&transcripts[i])
	}
	return s
}

func (s *series) release() {
	for _, x := range s.runs {
		x.release()
	}
}

// draw is a value that should be random, and its place.
type draw struct {
	run   int
	step  *step
	list  *list // the message, or the settings in it
	id    wps.AttributeID
	value []byte
}

// drawn reports that a value violates the current rule.
func (r *reporter) drawn(d draw, format string, args ...any) {
	r.run, r.message, r.kind = d.run, d.step.index, d.list.kind
	r.add(d.id, d.list.at(d.id), format, args...)
}

// nonces are those of M1 and M2. The nonce of M2D may be zero.
func nonces(s *step) []draw {
	if s.kind != wps.KindM1 && s.kind != wps.KindM2 {
		return nil
	}
	return drawsOf(s, s.list, ownNonce(s.kind))
}

// publicKeys are those of M1 and M2, except for out-of-band passwords.
func publicKeys(s *step) []draw {
	password, _ := s.list.number(wps.AttrDevicePasswordID)
	if id := wps.DevicePasswordID(password); id.OutOfBand() || id == wps.PasswordNFCHandover {
		return nil
	}
	return drawsOf(s, s.list, wps.AttrPublicKey)
}

// sNonces are the decrypted secret nonces.
func sNonces(s *step) []draw {
	if s.settings == nil {
		return nil
	}
	return drawsOf(s, s.settings, secretNonces...)
}

// ivs are the initialization vectors of Encrypted Settings.
func ivs(s *step) []draw {
	draws := drawsOf(s, s.list, wps.AttrEncryptedSettings)
	for i := range draws {
		draws[i].value = draws[i].value[:aes.BlockSize]
	}
	return draws
}

func drawsOf(s *step, l *list, ids ...wps.AttributeID) (draws []draw) {
	for _, id := range ids {
		if v := l.get(id); v != nil {
			draws = append(draws, draw{step: s, list: l, id: id, value: v})
		}
	}
	return draws
}

// draws calls f with each value of a kind, run by run.
func (s *series) draws(of func(*step) []draw, f func(draw)) {
	for run, x := range s.runs {
		x.messages(func(st *step) {
			for _, d := range of(st) {
				d.run = run
				f(d)
			}
		})
	}
}

func checkZero(s *series, r *reporter) {
	for _, of := range []func(*step) []draw{nonces, sNonces} {
		s.draws(of, func(d draw) {
			if wps.Nonce(d.value) == (wps.Nonce{}) {
				r.drawn(d, "%v is all zeros.", d.id)
			}
		})
	}
}

// checkRepeats reports repeated values: in another run, or as another value of
// the same run.
func checkRepeats(of func(*step) []draw) func(*series, *reporter) {
	return func(s *series, r *reporter) {
		seen := map[string]draw{}
		s.draws(of, func(d draw) {
			first, ok := seen[string(d.value)]
			switch {
			case !ok:
				seen[string(d.value)] = d
			case first.run != d.run || first.step != d.step:
				r.drawn(d, "%v in %v is %v in %v of run %d: it is not random.", d.id, d.list.kind, first.id, first.list.kind, first.run+1)
			}
		})
	}
}

// columns calls f with the values of each attribute, one from each run.
func (s *series) columns(f func(column []draw)) {
	all := map[wps.AttributeID][]draw{}
	for _, of := range []func(*step) []draw{nonces, sNonces, ivs} {
		s.draws(of, func(d draw) {
			// Settings of several messages share an attribute: use the first.
			if column := all[d.id]; len(column) == 0 || column[len(column)-1].run != d.run {
				all[d.id] = append(column, d)
			}
		})
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		f(all[id])
	}
}

// enoughRuns is how many runs are needed to distinguish a pattern from chance.
const enoughRuns = 3

// checkCounter looks for values that grow by the same amount, read from
// either end.
func checkCounter(s *series, r *reporter) {
	s.columns(func(column []draw) {
		if len(column) >= enoughRuns && (isCounter(column, false) || isCounter(column, true)) {
			r.drawn(column[len(column)-1], "%v grows by the same amount in each of %d runs: it is a counter.", column[0].id, len(column))
		}
	})
}

// isCounter reports whether the values differ by a constant that is not zero.
func isCounter(column []draw, reversed bool) bool {
	var step *big.Int
	for i := 1; i < len(column); i++ {
		d := new(big.Int).Sub(number(column[i].value, reversed), number(column[i-1].value, reversed))
		if d.Sign() == 0 || step != nil && d.Cmp(step) != 0 {
			return false
		}
		step = d
	}
	return true
}

func number(v []byte, reversed bool) *big.Int {
	if reversed {
		v = slices.Clone(v)
		slices.Reverse(v)
	}
	return new(big.Int).SetBytes(v)
}

// fewOctets is how many octets may be the same in three runs by chance: four
// of sixteen would be in one of 10^16 series.
const fewOctets = 3

func checkConstant(s *series, r *reporter) {
	s.columns(func(column []draw) {
		if len(column) < enoughRuns {
			return
		}
		same := 0
		for i := range column[0].value {
			if !slices.ContainsFunc(column, func(d draw) bool { return d.value[i] != column[0].value[i] }) {
				same++
			}
		}
		if n := len(column[0].value); same > fewOctets && same < n {
			r.drawn(column[len(column)-1], "%d of the %d octets of %v are the same in each of %d runs.", same, n, column[0].id, len(column))
		}
	})
}
