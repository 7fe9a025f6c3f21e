// Package indexed has a heap whose elements hold their index in it, so that one
// can be moved or removed without a search.
package indexed

import "container/heap"

// Ordering is the order of a heap, and where an element holds its index.
type Ordering[T any] interface {
	Less(a, b T) bool
	Index(element T) *int
}

// Heap is a heap. The zero value is empty, and uses the zero value of O.
type Heap[T any, O Ordering[T]] struct{ list elements[T, O] }

// Len returns the number of elements.
func (h *Heap[T, O]) Len() int { return len(h.list) }

// First returns the least element of a heap that is not empty.
func (h *Heap[T, O]) First() T { return h.list[0] }

// All returns the elements in no order. The result must not be changed.
func (h *Heap[T, O]) All() []T { return h.list }

// Push adds an element.
func (h *Heap[T, O]) Push(element T) { heap.Push(&h.list, element) }

// Fix moves an element whose place in the order may have changed.
func (h *Heap[T, O]) Fix(element T) { heap.Fix(&h.list, *h.list.index(element)) }

// Remove removes an element.
func (h *Heap[T, O]) Remove(element T) { heap.Remove(&h.list, *h.list.index(element)) }

// elements implements [heap.Interface].
type elements[T any, O Ordering[T]] []T

func (e elements[T, O]) index(element T) *int {
	var ordering O
	return ordering.Index(element)
}

// Len returns the number of elements.
func (e elements[T, O]) Len() int { return len(e) }

// Less compares two elements.
func (e elements[T, O]) Less(i, j int) bool {
	var ordering O
	return ordering.Less(e[i], e[j])
}

// Swap exchanges two elements.
func (e elements[T, O]) Swap(i, j int) {
	e[i], e[j] = e[j], e[i]
	*e.index(e[i]), *e.index(e[j]) = i, j
}

// Push adds an element at the end.
func (e *elements[T, O]) Push(x any) {
	element := x.(T)
	*e.index(element) = len(*e)
	*e = append(*e, element)
}

// Pop removes the last element.
func (e *elements[T, O]) Pop() any {
	last := len(*e) - 1
	element := (*e)[last]
	var none T
	(*e)[last] = none
	*e = (*e)[:last]
	return element
}
