package indexed

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type member struct{ links Links[member] }

type ofMember struct{}

func (ofMember) Links(m *member) *Links[member] { return &m.links }

// TestChain compares a chain with a slice.
func TestChain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var l Chain[member, ofMember]
	var want []*member
	var gone member
	for range 10000 {
		if n := len(want); n == 0 || r.IntN(2) == 0 {
			m := new(member)
			l.PushFront(m)
			want = slices.Insert(want, 0, m)
		} else {
			i := r.IntN(n)
			l.Remove(want[i])
			gone = *want[i]
			if l.Contains(want[i]) {
				t.Fatal("a member that was removed is on the list")
			}
			want = slices.Delete(want, i, i+1)
		}
		if l.Len() != len(want) || gone != (member{}) {
			t.Fatalf("%d members, want %d; links of the one that was removed: %v", l.Len(), len(want), gone)
		}
		if len(want) == 0 {
			if l.First() != nil || l.Last() != nil {
				t.Fatal("an empty list has members")
			}
			continue
		}
		if l.Last() != want[len(want)-1] {
			t.Fatal("the last member is another")
		}
		var got []*member
		for m := l.First(); m != nil; m = l.After(m) {
			got = append(got, m)
			if !l.Contains(m) {
				t.Fatal("a member is not on the list")
			}
		}
		if !slices.Equal(got, want) {
			t.Fatal("the members are others, or in another order")
		}
	}
}
