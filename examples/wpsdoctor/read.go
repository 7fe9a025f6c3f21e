package main

import (
	"io"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/diagnosis"
)

// read reads a capture or a text and writes a report on each exchange to w, in
// order.
func (p *invocation) read(r io.Reader, w *writer) error {
	from, err := diagnosis.Open(r)
	if err != nil {
		return err
	}
	if p.hidden != nil {
		if from.Text != nil {
			return errTextAnonymous
		}
		from.Events = &copied{from.Events, p.hidden}
	}
	if p.networksOnly {
		collector := exchange.NewCollector(from.Keys(p.keys))
		if err := diagnosis.Collect(from, collector, p.whole, func(*exchange.Exchange) {}); err != nil {
			return err
		}
		e := collector.Evidence()
		if (p.choice() != choice{}) {
			e.Direct = nil // they have no network that could be chosen
		}
		w.networks(p.chosen(e.Networks), e.Direct)
		if from.Unread() {
			w.unread(diagnosis.NewUnread(w.file, from))
		}
		return nil
	}
	how := diagnosis.Reading{Mode: p.mode, Keys: p.keys, Whole: p.whole, List: w.exchange, Count: w.count}
	if chosen := p.choice(); (chosen != choice{}) {
		how.Include = chosen.includesExchange
	}
	if p.summary && p.page == nil {
		how.List = nil
	}
	collector, index, err := how.Judge(from)
	switch {
	case index > 0 && w.page != nil:
		w.page.Networks(diagnosis.Shown(w.file), collector.Evidence())
	case index == 0 && err == nil:
		w.nothing(collector, from)
	}
	if index > 0 || from.Unread() || err == nil {
		w.end(collector.Notes(), from)
	}
	return err
}
