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
	// List is called with the diagnosis of each attempt, in order. If it is nil,
	// Count is called instead, with the cause and the outcome.
	List  func(index int, j *Job, d *doctor.Diagnosis)
	Count func(j *Job, cause doctor.Cause, outcome doctor.Outcome)
	// Whole reads all of the source. Otherwise parts of it are left out if it has
	// too many attempts for its size, since judging an attempt takes much longer
	// than reading the few octets that can make one.
	Whole bool
}

// The work for attempts is counted in units of a step: each attempt takes
// attemptWork more. A source gets freeWork, and one unit for each workOctets of it
// that were read. Failed attempts of a few packets take a kilobyte in a capture,
// whole ones five. When the work is used up, octets are left out that earn
// pauseWork more.
const (
	attemptWork = 25
	freeWork    = 8_000
	workOctets  = 32
	pauseWork   = 1_000
)

// Unread is the part of a source that was left out, for JSON.
type Unread struct {
	Schema string `json:"schema"`
	File   string `json:"file"`
	Octets int64  `json:"octets"` // of the file, after decompression
	Unread int64  `json:"unread"` // of these
}

// NewUnread describes the part of a source that was left out.
func NewUnread(file string, from *Source) *Unread {
	return &Unread{Schema: "wpsdoctor-unread/1", File: file, Octets: from.Events.Offset(), Unread: from.unread}
}

// String returns a sentence about the part that was left out.
func (u *Unread) String() string {
	return fmt.Sprintf("It has so many attempts for its size that parts of it were not read: %d of %d octets.", u.Unread, u.Octets)
}

// Judge reads a source and reports its exchanges. It returns how many there
// were. Reading, diagnosis and reporting run concurrently, since diagnosis takes
// about as long as reading.
func (o *Reading) Judge(from *Source) (collector *exchange.Collector, index int, err error) {
	collector = exchange.NewCollector(from.Keys(o.Keys))
	batches, inOrder := make(chan *batch, queue), make(chan *batch, queue)
	go func() {
		next := newBatch()
		pass := func() {
			batches <- next
			inOrder <- next
			next = newBatch()
		}
		err = Collect(from, collector, o.Whole, func(x *exchange.Exchange) {
			j := &Job{Exchange: x}
			from.addText(j, o.List != nil)
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
			if o.List != nil {
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

// judge judges jobs. It remembers what is wrong with the elements of a few
// networks, by the last octet of their addresses: often these are the networks of
// the next exchanges as well.
type judge struct {
	mode     wps.Mode
	networks [16]struct {
		network  *doctor.Network
		findings validate.Findings
	}
}

// elements returns what is wrong with the elements of a network.
func (g *judge) elements(n *doctor.Network) validate.Findings {
	recent := &g.networks[n.BSSID[len(n.BSSID)-1]%16]
	if recent.network == nil || !sameElements(recent.network, n) {
		recent.network, recent.findings = n, n.Findings(g.mode)
	}
	return recent.findings
}

// sameElements reports whether two networks have the same findings because they
// share all that the findings depend on, as snapshots of one network do while it
// advertises the same.
func sameElements(a, b *doctor.Network) bool {
	return a == b || a.Traits == b.Traits && len(a.Adverts) == len(b.Adverts) && len(a.Adverts) > 0 && &a.Adverts[0] == &b.Adverts[0]
}

// job sets what is to be found out about a job.
func (g *judge) job(j *Job) {
	if n := j.Exchange.Network; n != nil {
		j.Elements = g.elements(n)
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

// Collect reads a source to its end and passes its exchanges to give. Unless
// whole, it leaves out parts of one with too many attempts for its size.
func Collect(from *Source, c *exchange.Collector, whole bool, give func(*exchange.Exchange)) error {
	pass := func(all []*exchange.Exchange) {
		for _, x := range all {
			give(x)
		}
	}
	for at := int64(0); ; {
		e, err := from.Events.Next()
		switch {
		case errors.Is(err, io.EOF):
			pass(c.Close())
			return nil
		case err != nil:
			pass(c.Close())
			return err
		}
		before := at
		at = from.Events.Offset()
		attempts, steps := c.Count()
		if whole || at == before || int64(attempts*attemptWork+steps-freeWork) <= at/workOctets {
			pass(c.Add(e))
			continue
		}
		// The event is the first one of a frame or line. Leave that out as well.
		pass(c.Interrupt())
		from.Events.Skip(pauseWork * workOctets)
		at = from.Events.Offset()
		from.unread += at - before
	}
}

// Nothing returns the heading of a report on a source without an attempt.
func (s *Source) Nothing(file string) string {
	if s.Unread() {
		return Shown(file) + ": no whole attempt to connect by WPS"
	}
	return Shown(file) + ": no attempt to connect by WPS"
}

// maxFaulty is how many networks' findings are in a report on a source without
// an attempt.
const maxFaulty = 256

// NewNothing reports on a source without an attempt, and why there was none, as
// far as the evidence shows it.
func NewNothing(file string, e *doctor.Evidence, from *Source, mode wps.Mode) *Entry {
	explained := e
	if from.Unread() {
		explained = new(doctor.Evidence) // there were attempts: nothing prevented them
	}
	d := doctor.Diagnose(explained)
	r := NewEntry(file, 0, &d)
	if from.Unread() {
		r.noneWhole()
	}
	for i, n := range doctor.ByState(e.Networks) {
		if found := n.Findings(mode); i < maxFaulty {
			r.FindIn(n, found)
		} else {
			r.Worst = max(r.Worst, found.Worst())
		}
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
