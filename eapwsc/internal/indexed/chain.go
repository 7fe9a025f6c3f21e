package indexed

// Linking says where an element of a list holds its neighbours.
type Linking[T any] interface {
	Links(element *T) *Links[T]
}

// Links are the neighbours of an element in a [Chain]. An element that can be on
// several lists has links for each.
type Links[T any] struct{ before, after *T }

// Chain is a list in which each element has its neighbours. The zero value is
// empty, and uses the zero value of L.
type Chain[T any, L Linking[T]] struct {
	first, last *T
	length      int
}

func links[T any, L Linking[T]](element *T) *Links[T] {
	var linking L
	return linking.Links(element)
}

// Len returns the number of elements.
func (l *Chain[T, L]) Len() int { return l.length }

// First returns the first element, or nil.
func (l *Chain[T, L]) First() *T { return l.first }

// Last returns the last element, or nil.
func (l *Chain[T, L]) Last() *T { return l.last }

// After returns the element after one on the list, or nil.
func (l *Chain[T, L]) After(element *T) *T { return links[T, L](element).after }

// Contains reports whether an element is on the list.
func (l *Chain[T, L]) Contains(element *T) bool {
	return element == l.first || links[T, L](element).before != nil
}

// PushFront adds an element, which is not on the list, before all others.
func (l *Chain[T, L]) PushFront(element *T) {
	links[T, L](element).after = l.first
	if l.first == nil {
		l.last = element
	} else {
		links[T, L](l.first).before = element
	}
	l.first = element
	l.length++
}

// Remove removes an element, which is on the list.
func (l *Chain[T, L]) Remove(element *T) {
	own := links[T, L](element)
	if own.before == nil {
		l.first = own.after
	} else {
		links[T, L](own.before).after = own.after
	}
	if own.after == nil {
		l.last = own.before
	} else {
		links[T, L](own.after).before = own.before
	}
	*own = Links[T]{}
	l.length--
}
