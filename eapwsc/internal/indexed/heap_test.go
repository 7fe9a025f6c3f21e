package indexed

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type number struct{ value, index int }

type byValue struct{}

func (byValue) Less(a, b *number) bool { return a.value < b.value }
func (byValue) Index(n *number) *int   { return &n.index }

// TestHeap compares a heap with a list that is searched.
func TestHeap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var h Heap[*number, byValue]
	var list []*number
	for range 10000 {
		switch n := len(list); {
		case n == 0 || r.IntN(3) == 0:
			e := &number{value: r.IntN(100)}
			h.Push(e)
			list = append(list, e)
		case r.IntN(2) == 0:
			e := list[r.IntN(n)]
			e.value = r.IntN(100)
			h.Fix(e)
		default:
			i := r.IntN(n)
			h.Remove(list[i])
			list = slices.Delete(list, i, i+1)
		}
		if h.Len() != len(list) || len(h.All()) != len(list) {
			t.Fatalf("the heap has %d elements, want %d", h.Len(), len(list))
		}
		if len(list) == 0 {
			continue
		}
		least := slices.MinFunc(list, func(a, b *number) int { return a.value - b.value })
		if h.First().value != least.value {
			t.Fatalf("the first element is %d, want %d", h.First().value, least.value)
		}
		for _, e := range list {
			if h.All()[e.index] != e {
				t.Fatalf("the element at index %d is another", e.index)
			}
		}
	}
}
