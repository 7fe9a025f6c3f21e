package diagnosis

import (
	"errors"
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
	Findings validate.Findings
	Attempt  *doctor.Attempt
	judged   chan struct{} // closed when Findings and Attempt are set

	// Source describes the text that the exchange comes from; nil for a capture.
	// Dumps are the hexadecimal dumps in it since the previous exchange.
	Source *printed.Source
	Dumps  []printed.Dump
	// settings are those that the text says were handed over, and notFound
	// reports that it says that the network was not found afterwards.
	settings []doctor.Settings
	notFound bool
}

// queue is how many exchanges are processed at a time.
const queue = 16

// Reading has the options for reading a file.
type Reading struct {
	Mode wps.Mode
	Keys *exchange.KeyLog // nil without one
	// Takes, if set, selects the exchanges to report.
	Takes func(*exchange.Exchange, *doctor.Attempt) bool
}

// Judge reads a source and passes a diagnosis of each exchange to give, in
// order. It returns how many there were. Reading, diagnosis and reporting run
// concurrently, since diagnosis takes about as long as reading.
func (o *Reading) Judge(from *Source, give func(index int, j *Job, d *doctor.Diagnosis)) (collector *exchange.Collector, index int, err error) {
	collector = exchange.NewCollector(from.Keys(o.Keys))
	jobs, inOrder := make(chan *Job, queue), make(chan *Job, queue)
	go func() {
		err = Collect(from, collector, func(x *exchange.Exchange) {
			j := &Job{Exchange: x, judged: make(chan struct{})}
			from.addText(j)
			jobs <- j
			inOrder <- j
		})
		close(jobs)
		close(inOrder)
	}()
	var judges sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		judges.Go(func() {
			for j := range jobs {
				j.Findings = j.Exchange.Findings(o.Mode)
				j.Attempt = j.Exchange.Attempt(j.Findings)
				if len(j.Attempt.Settings) == 0 {
					j.Attempt.Settings = j.settings
				}
				j.Attempt.After.NotFound = j.notFound
				close(j.judged)
			}
		})
	}
	var history doctor.History
	var runs exchange.Runs
	for j := range inOrder {
		<-j.judged
		j.Findings = append(j.Findings, runs.Findings(j.Exchange, o.Mode)...)
		if o.Takes != nil && !o.Takes(j.Exchange, j.Attempt) {
			continue
		}
		index++
		d := doctor.Diagnose(j.Exchange.Evidence(history.Add(j.Attempt)))
		give(index, j, &d)
	}
	judges.Wait()
	if err == nil && index == 0 && from.Text != nil && from.Text.Source().Understood == 0 {
		err = errNothing
	}
	return collector, index, err
}

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
