package main

import (
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
)

// job is an exchange on its way from the capture to its report.
type job struct {
	exchange *exchange.Exchange
	findings validate.Findings
	attempt  *doctor.Attempt
	judged   chan struct{}
}

// queue is how many exchanges are on their way at most.
const queue = 128

// read reads a capture and gives a report of each exchange to w, in order. The
// capture is read, exchanges are judged and reports are written at the same
// time: judging takes about as long as reading does.
func (p *invocation) read(r io.Reader, w *writer) error {
	reader, err := capture.NewReader(r)
	if err != nil {
		return err
	}
	collector := exchange.NewCollector(p.keys)
	jobs, inOrder := make(chan *job, queue), make(chan *job, queue)
	go func() {
		err = collect(reader, collector, func(x *exchange.Exchange) {
			j := &job{exchange: x, judged: make(chan struct{})}
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
				j.findings = j.exchange.Findings(p.mode)
				j.attempt = j.exchange.Attempt(j.findings)
				close(j.judged)
			}
		})
	}
	var history doctor.History
	index := 0
	for j := range inOrder {
		<-j.judged
		index++
		d := doctor.Diagnose(j.exchange.Evidence(history.Add(j.attempt)))
		w.exchange(index, j, &d)
	}
	judges.Wait()
	if err == nil && index == 0 {
		w.nothing(collector)
	}
	if err == nil {
		w.end(collector.Notes())
	}
	return err
}

// collect reads a capture to its end and hands over its exchanges.
func collect(reader *capture.Reader, c *exchange.Collector, give func(*exchange.Exchange)) error {
	for {
		e, err := reader.Next()
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
