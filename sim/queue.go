package sim

import "time"

// An occurrence is something that will happen at a time.
type occurrence struct {
	at   time.Duration // since the beginning of the world
	turn uint64        // of two at the same time, the one planned first comes first
	act  func()        // what happens, if it is none of the following

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

// queue is a heap of what will happen, the earliest first.
type queue struct {
	heap []occurrence
	turn uint64
}

func (q *queue) less(i, j int) bool {
	a, b := &q.heap[i], &q.heap[j]
	return a.at < b.at || a.at == b.at && a.turn < b.turn
}

func (q *queue) push(o occurrence) {
	q.turn++
	o.turn = q.turn
	q.heap = append(q.heap, o)
	for i := len(q.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !q.less(i, parent) {
			break
		}
		q.heap[i], q.heap[parent] = q.heap[parent], q.heap[i]
		i = parent
	}
}

// pop takes the earliest occurrence from a queue that is not empty.
func (q *queue) pop() occurrence {
	first, last := q.heap[0], len(q.heap)-1
	q.heap[0] = q.heap[last]
	q.heap[last] = occurrence{} // let go of its frame
	q.heap = q.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && q.less(child+1, child) {
			child++
		}
		if !q.less(child, i) {
			break
		}
		q.heap[i], q.heap[child] = q.heap[child], q.heap[i]
		i = child
	}
	return first
}
