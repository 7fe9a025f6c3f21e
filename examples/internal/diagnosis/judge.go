package diagnosis

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	printed "github.com/gowps/gowps/eapwsc/capture/text"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
)

// Job is an exchange on its way from the source to its report.
type Job struct {
	Exchange *exchange.Exchange
	Elements validate.Findings // about the elements of the access point
	Findings validate.Findings // about the exchange
	Attempt  *doctor.Attempt

	offset int64 // how much of the source was read when it had ended

	// Source describes the text that the exchange comes from; nil for a capture.
	// Dumps are the hexadecimal dumps in it since the previous exchange.
	Source *printed.Source
	Dumps  []printed.Dump
	// settings are those that the text says were handed over, and notFound
	// reports that it says that the network was not found afterwards.
	settings []doctor.Settings
	notFound bool
}

// batch is a number of jobs that one goroutine judges, because handing over
// each by itself would take longer than judging a short one.
type batch struct {
	jobs   []*Job
	steps  int           // of their exchanges
	judged chan struct{} // closed when Findings and Attempt of all are set
}

const (
	// maxBatch is how many steps of exchanges make a batch.
	maxBatch = 64
	// queue is how many batches are processed at a time.
	queue = 8
)

// Reading has the options for reading a file.
type Reading struct {
	Mode wps.Mode
	Keys *exchange.KeyLog // nil without one
	// Include, if set, selects the exchanges to report.
	Include func(*exchange.Exchange, *doctor.Attempt) bool
	// List is called with the diagnosis of each attempt, in order. A report on an
	// attempt takes much more time and room than the few octets that make one in
	// a file: if there are too many, the others go to Count. Those to whom List
	// is nil count them all.
	List func(index int, j *Job, d *doctor.Diagnosis)
	// Count is called with the cause and the outcome of each attempt that List
	// is not called with.
	Count func(j *Job, cause doctor.Cause, outcome doctor.Outcome)
}

// Of many attempts in a file, the first maxListed are listed, and then as many
// as there are pieces of the file of listedOctets. Failed attempts of a few
// packets take a kilobyte in a capture, whole ones five.
const (
	maxListed    = 1000
	listedOctets = 1024
)

// isListed reports whether to list an attempt that had ended at an offset.
func isListed(index int, offset int64) bool {
	return index <= maxListed || int64(index) <= offset/listedOctets
}

// Unlisted counts the attempts of a file that are not listed, for JSON.
type Unlisted struct {
	Schema   string               `json:"schema"`
	File     string               `json:"file"`
	Attempts int                  `json:"attempts"` // in the file, with those that are listed
	Unlisted int                  `json:"unlisted"` // those that are not
	Causes   map[doctor.Cause]int `json:"causes"`   // of these
}

// NewUnlisted returns an empty count for a file.
func NewUnlisted(file string) Unlisted {
	return Unlisted{Schema: "wpsdoctor-unlisted/1", File: file, Causes: map[doctor.Cause]int{}}
}

// Add counts an attempt that is not listed.
func (u *Unlisted) Add(c doctor.Cause) {
	u.Unlisted++
	u.Causes[c]++
}

// String returns a sentence about the attempts that are not listed.
func (u *Unlisted) String() string {
	return fmt.Sprintf("%d of the %d attempts are not listed, because there are so many for the size of the file.", u.Unlisted, u.Attempts)
}

// Judge reads a source and reports its exchanges. It returns how many there
// were. Reading, diagnosis and reporting run concurrently, since diagnosis takes
// about as long as reading.
func (o *Reading) Judge(from *Source) (collector *exchange.Collector, index int, err error) {
	collector = exchange.NewCollector(from.Keys(o.Keys))
	batches, inOrder := make(chan *batch, queue), make(chan *batch, queue)
	go func() {
		next, all := newBatch(), 0
		pass := func() {
			batches <- next
			inOrder <- next
			next = newBatch()
		}
		err = Collect(from, collector, func(x *exchange.Exchange) {
			j := &Job{Exchange: x, offset: from.Events.Offset()}
			all++
			from.addText(j, o.List != nil && (o.Include != nil || isListed(all, j.offset)))
			next.jobs = append(next.jobs, j)
			if next.steps += len(x.Entries); next.steps >= maxBatch {
				pass()
			}
		})
		pass()
		close(batches)
		close(inOrder)
	}()
	var judges sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		judges.Go(func() {
			judge := judge{mode: o.Mode}
			for b := range batches {
				for _, j := range b.jobs {
					judge.job(j)
				}
				close(b.judged)
			}
		})
	}
	var history doctor.History
	var runs exchange.Runs
	for b := range inOrder {
		<-b.judged
		for _, j := range b.jobs {
			j.Findings = append(j.Findings, runs.Findings(j.Exchange, o.Mode)...)
			if o.Include != nil && !o.Include(j.Exchange, j.Attempt) {
				continue
			}
			index++
			evidence := j.Exchange.Evidence(history.Add(j.Attempt))
			if o.List != nil && isListed(index, j.offset) {
				d := doctor.Diagnose(evidence)
				o.List(index, j, &d)
			} else {
				cause, outcome := doctor.Conclude(evidence)
				o.Count(j, cause, outcome)
			}
		}
	}
	judges.Wait()
	if err == nil && index == 0 && from.Text != nil && from.Text.Source().Understood == 0 {
		err = errNothing
	}
	return collector, index, err
}

func newBatch() *batch { return &batch{judged: make(chan struct{})} }

// judge judges jobs. It remembers what is wrong with the elements of the last
// network, which often is that of the next exchange as well.
type judge struct {
	mode     wps.Mode
	network  *doctor.Network
	elements validate.Findings
}

// job sets what is to be found out about a job.
func (g *judge) job(j *Job) {
	if n := j.Exchange.Network; n != nil {
		if n != g.network {
			g.network, g.elements = n, n.Findings(g.mode)
		}
		j.Elements = g.elements
	}
	j.Findings = validate.Exchange(&j.Exchange.Transcript, g.mode)
	j.Attempt = j.Exchange.Attempt(j.Findings)
	if len(j.Attempt.Settings) == 0 {
		j.Attempt.Settings = j.settings
	}
	j.Attempt.After.NotFound = j.notFound
}

// Worst returns the severity of the worst finding.
func (j *Job) Worst() validate.Severity { return max(j.Elements.Worst(), j.Findings.Worst()) }

// Collect reads a source to its end and passes its exchanges to give.
func Collect(from *Source, c *exchange.Collector, give func(*exchange.Exchange)) error {
	for {
		e, err := from.Events.Next()
		var over []*exchange.Exchange
		if err == nil {
			over = c.Add(e)
		} else {
			over = c.Close()
		}
		for _, x := range over {
			give(x)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// NewNothing reports on a source without an attempt, and why there was none, as
// far as the evidence shows it.
func NewNothing(file string, e *doctor.Evidence, from *Source, mode wps.Mode) *Entry {
	d := doctor.Diagnose(e)
	r := NewEntry(file, 0, &d)
	for _, n := range doctor.ByState(e.Networks) {
		r.FindIn(n, n.Findings(mode))
	}
	if from.Text != nil {
		about := from.Text.Source()
		r.Source = NewOrigin(&about)
		var worst validate.Severity
		r.Source.Dumps, worst = DumpsOf(from.Text.Dumps(), mode)
		r.Worst = max(r.Worst, worst)
		if r.Source.Kind == "dump" && len(e.Networks) == 0 && len(e.Stations) == 0 {
			r.dumpOnly()
		}
	}
	return r
}
