package capture

import "iter"

// A recent remembers the most recently used values: at least size of them, at
// most twice as many. It limits the memory of everything that is kept between
// frames.
type recent[K comparable, V any] struct {
	size     int
	new, old map[K]V
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, new: make(map[K]V)}
}

func (r *recent[K, V]) get(key K) (V, bool) {
	v, ok := r.new[key]
	if !ok {
		if v, ok = r.old[key]; ok {
			r.put(key, v)
		}
	}
	return v, ok
}

func (r *recent[K, V]) put(key K, v V) {
	if _, ok := r.new[key]; !ok && len(r.new) >= r.size {
		r.old, r.new = r.new, make(map[K]V, r.size)
	}
	r.new[key] = v
}

func (r *recent[K, V]) delete(key K) {
	delete(r.new, key)
	delete(r.old, key)
}

func (r *recent[K, V]) empty() bool { return len(r.new) == 0 && len(r.old) == 0 }

// all yields the values in any order. They may be deleted during the iteration.
func (r *recent[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, m := range []map[K]V{r.new, r.old} {
			for key, v := range m {
				if !yield(key, v) {
					return
				}
			}
		}
	}
}
