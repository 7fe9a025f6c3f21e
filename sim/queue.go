package sim

import "time"

// An occurrence is something that will happen.
type occurrence struct {
	act func() // what happens, if it is none of the following

	timer   *Port   // whose timer rings
	beacon  *Radio  // whose beacon is due
	arrival arrival // which frame arrives
}

// arrival is a frame on its way.
type arrival struct {
	from, to *Port
	frame    *Frame
	damage   Damage
}

// queue is a heap of what will happen, the earliest first. The heap holds the
// times only: they are moved often, and what happens then is large.
type queue struct {
	heap        []appointment
	occurrences []occurrence
	vacant      []int // places in occurrences
	turn        uint64
}

// appointment is when something will happen.
type appointment struct {
	at         time.Duration // since the beginning of the world
	turn       uint64        // of two at the same time, the one planned first comes first
	occurrence int
}

func (a *appointment) before(b *appointment) bool {
	return a.at < b.at || a.at == b.at && a.turn < b.turn
}

// clear empties the queue.
func (q *queue) clear() {
	clear(q.occurrences)
	*q = queue{heap: q.heap[:0], occurrences: q.occurrences[:0], vacant: q.vacant[:0]}
}

// next returns when the earliest occurrence is, and whether there is one.
func (q *queue) next() (at time.Duration, ok bool) {
	if len(q.heap) == 0 {
		return 0, false
	}
	return q.heap[0].at, true
}

func (q *queue) push(at time.Duration, o occurrence) {
	q.turn++
	a := appointment{at: at, turn: q.turn, occurrence: len(q.occurrences)}
	if last := len(q.vacant) - 1; last >= 0 {
		a.occurrence, q.vacant = q.vacant[last], q.vacant[:last]
		q.occurrences[a.occurrence] = o
	} else {
		q.occurrences = append(q.occurrences, o)
	}
	q.heap = append(q.heap, a)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !a.before(&q.heap[parent]) {
			break
		}
		q.heap[i] = q.heap[parent]
		i = parent
	}
	q.heap[i] = a
}

// pop takes the earliest occurrence from a queue that is not empty.
func (q *queue) pop() (time.Duration, occurrence) {
	first, last := q.heap[0], len(q.heap)-1
	moved := q.heap[last]
	q.heap = q.heap[:last]
	for i := 0; last > 0; {
		child := 2*i + 1
		if child+1 < last && q.heap[child+1].before(&q.heap[child]) {
			child++
		}
		if child >= last || !q.heap[child].before(&moved) {
			q.heap[i] = moved
			break
		}
		q.heap[i] = q.heap[child]
		i = child
	}
	o := q.occurrences[first.occurrence]
	q.occurrences[first.occurrence] = occurrence{} // let go of its frame
	q.vacant = append(q.vacant, first.occurrence)
	return first.at, o
}
