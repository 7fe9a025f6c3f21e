package main

import (
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	printed "github.com/gowps/gowps/eapwsc/capture/text"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
)

// job is an exchange on its way from the capture to its report.
type job struct {
	exchange *exchange.Exchange
	findings validate.Findings
	attempt  *doctor.Attempt
	judged   chan struct{}

	// source says which text it comes from, nil for a capture; told are
	// settings that the text says were handed over, dumps what it has in
	// hexadecimal.
	source *printed.Source
	told   []doctor.Settings
	dumps  []printed.Dump
}

// queue is how many exchanges are on their way at most.
const queue = 128

// read reads a capture or a text and gives a report of each exchange to w, in
// order. The file is read, exchanges are judged and reports are written at the same
// time: judging takes about as long as reading does.
func (p *invocation) read(r io.Reader, w *writer) error {
	from, err := openSource(r)
	if err != nil {
		return err
	}
	if p.hidden != nil {
		if from.text != nil {
			return errTextAnonymous
		}
		from.events = &copied{from.events, p.hidden}
	}
	collector := exchange.NewCollector(from.keys(p.keys))
	if p.networksOnly {
		if err := collect(from, collector, func(*exchange.Exchange) {}); err != nil {
			return err
		}
		w.networks(p.chosen(collector.Networks()))
		return nil
	}
	jobs, inOrder := make(chan *job, queue), make(chan *job, queue)
	go func() {
		err = collect(from, collector, func(x *exchange.Exchange) {
			j := &job{exchange: x, judged: make(chan struct{})}
			from.take(j)
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
				if len(j.attempt.Settings) == 0 {
					j.attempt.Settings = j.told
				}
				close(j.judged)
			}
		})
	}
	var history doctor.History
	var runs exchange.Runs
	choice := p.choice()
	index := 0
	for j := range inOrder {
		<-j.judged
		j.findings = append(j.findings, runs.Findings(j.exchange, p.mode)...)
		if !choice.takesExchange(j.exchange, j.attempt) {
			continue
		}
		index++
		d := doctor.Diagnose(j.exchange.Evidence(history.Add(j.attempt)))
		w.exchange(index, j, &d)
	}
	judges.Wait()
	if err != nil {
		return err
	}
	if index == 0 {
		if from.text != nil && from.text.Source().Understood == 0 {
			return errNothing
		}
		w.nothing(collector, from)
	}
	if index > 0 && w.page != nil {
		w.page.networks(shown(w.file), collector.Evidence())
	}
	w.end(collector.Notes(), from)
	return nil
}

// collect reads a source to its end and hands over its exchanges.
func collect(from *source, c *exchange.Collector, give func(*exchange.Exchange)) error {
	for {
		e, err := from.events.Next()
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
