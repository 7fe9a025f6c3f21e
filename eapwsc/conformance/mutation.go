package conformance

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gowps/gowps/wps"
)

// mutations sends messages with octets changed at random, from a seed. Each
// exchange has one change in one message, so that an input that crashes a
// device is small already.
type mutations struct {
	n        int
	messages []wps.MessageType
	attempt  attempt
}

func (s mutations) String() string {
	return fmt.Sprintf("%d exchanges, each with one change at random in one of %v", s.n, s.messages)
}

func (s mutations) run(t *trial) string {
	id := mutationID{seed: t.suite.cfg.Seed}
	end := uint64(s.n)
	if only := t.suite.only; only != nil {
		id, end = *only, only.number+1
	}
	for before := id; id.number < end; before, id.number = id, id.number+1 {
		m := id.mutation(s.messages)
		t.renew()
		if t.suite.cfg.Role == APRegistrar {
			if _, err := t.operate(EnterPIN, stationPIN); err != nil {
				t.input = before.String()
				return fmt.Sprintf("after %v, the device refused a PIN: %v", before.mutation(s.messages), err)
			}
		}
		a := s.attempt
		a.want, a.deviation, a.what = wantSurvive, m.deviation(), m.String()
		t.outcomes = nil
		if why := a.run(t); why != "" {
			t.input = id.String()
			m, why = s.shrink(t, m, why)
			return during(m.String(), why)
		}
	}
	return ""
}

// mutationID names a mutation, as the input of a case.
type mutationID struct{ number, seed uint64 }

const mutationForm = "mutation %d of seed %d"

func (id mutationID) String() string { return fmt.Sprintf(mutationForm, id.number, id.seed) }

// parseMutationID returns the mutation that an input is, or nil.
func parseMutationID(input string) *mutationID {
	id := new(mutationID)
	if n, err := fmt.Sscanf(input, mutationForm, &id.number, &id.seed); n != 2 || err != nil || id.String() != input {
		return nil
	}
	return id
}

// shrink looks for a smaller change with the same effect: fewer octets, and a
// simpler value. If the device does not recover, the first one is kept.
func (s mutations) shrink(t *trial, m mutation, why string) (mutation, string) {
	outcomes := t.outcomes
	for _, simpler := range m.simpler() {
		if t.settle() != "" {
			break
		}
		t.renew()
		if t.suite.cfg.Role == APRegistrar {
			if _, err := t.operate(EnterPIN, stationPIN); err != nil {
				break
			}
		}
		a := s.attempt
		a.want, a.deviation, a.what = wantSurvive, simpler.deviation(), simpler.String()
		t.outcomes = nil
		if again := a.run(t); again != "" && !strings.HasPrefix(again, inconclusive) {
			m, why, outcomes = simpler, again, t.outcomes
			break
		}
	}
	t.outcomes = outcomes
	return m, why
}

// simpler returns changes that are smaller than m, the smallest first.
func (m mutation) simpler() []mutation {
	var all []mutation
	for count := 1; count <= m.count; count *= 2 {
		for _, value := range []byte{0, m.value} {
			small := m
			small.count, small.value = count, value
			if small != m && (len(all) == 0 || all[len(all)-1] != small) {
				all = append(all, small)
			}
		}
	}
	return all
}

// mutation is one change in a message.
type mutation struct {
	message   wps.MessageType
	authentic bool   // the message is authenticated after the change
	how       string // change, insert, delete
	at        uint32 // place, modulo the length
	value     byte
	count     int
}

// mutation draws the mutation.
func (id mutationID) mutation(messages []wps.MessageType) mutation {
	r := rand.New(rand.NewPCG(id.seed, id.number))
	return mutation{
		message: messages[r.IntN(len(messages))], authentic: r.IntN(2) == 0, how: [...]string{"change", "insert", "delete"}[r.IntN(3)],
		at: r.Uint32(), value: [...]byte{0, 1, 0x7F, 0x80, 0xFF, byte(r.Uint32())}[r.IntN(6)], count: 1 + r.IntN(8),
	}
}

func (m mutation) String() string {
	where := "the finished message"
	if m.authentic {
		where = "the message before its Authenticator"
	}
	return fmt.Sprintf("%s %d octets of %v at %d, %#02x, in %s", m.how, m.count, m.message, m.at, m.value, where)
}

// deviation returns what the mutation does to its message.
func (m mutation) deviation() deviation {
	d := deviation{at: m.message}
	if !m.authentic {
		d.octets = m.apply
		return d
	}
	// Before the Authenticator is added, a change may be in any value, and in
	// any length that an attribute announces.
	d.list = func(l list) list {
		b := m.apply(l.octets())
		return rawList(b)
	}
	return d
}

// apply changes octets.
func (m mutation) apply(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	at := int(m.at % uint32(len(b)))
	switch m.how {
	case "insert":
		insert := make([]byte, m.count)
		for i := range insert {
			insert[i] = m.value
		}
		return append(b[:at:at], append(insert, b[at:]...)...)
	case "delete":
		return append(b[:at:at], b[min(len(b), at+m.count):]...)
	}
	for i := range min(m.count, len(b)-at) {
		b[at+i] = m.value
	}
	return b
}

// rawList returns a list that is written as b, whatever b is: octets that
// cannot be split into attributes are in one with a wrong length.
func rawList(b []byte) list {
	l := parseList(b)
	n := len(l.octets())
	rest := b[n:]
	switch {
	case len(rest) == 0:
		return l
	case len(rest) < 4:
		return append(l, attribute{id: 0x10FB, value: rest})
	}
	length := binary.BigEndian.Uint16(rest[2:])
	return append(l, attribute{id: wps.AttributeID(binary.BigEndian.Uint16(rest)), value: rest[4:], length: &length})
}
