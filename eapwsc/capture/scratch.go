package capture

import (
	"sync"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// scratch is what is made only to look at it while an exchange is judged.
type scratch struct {
	validate.Transcript
	steps []int // of which steps of the exchange those of the transcript are made

	m1  wps.M1
	m2  wps.M2
	m2d wps.M2D
}

// scratches keeps them for the exchanges that follow.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

func newScratch() *scratch { return scratches.Get().(*scratch) }

// release gives a scratch back. It must not be used any more.
func (s *scratch) release() {
	clear(s.Steps)
	*s = scratch{Transcript: validate.Transcript{Steps: s.Steps[:0]}, steps: s.steps[:0]}
	scratches.Put(s)
}
