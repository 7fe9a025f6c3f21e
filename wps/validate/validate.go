package validate

import (
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// Message checks one message of the Registration Protocol by itself, M1 to
// WSC_Done. Rules of version 2.0 apply if it says so.
func Message(b []byte, mode wps.Mode) Findings {
	r := newReporter(mode)
	l := newMessage(b)
	defer l.release()
	r.list(l)
	return r.findings()
}

// List checks any list of attributes: a message, decrypted settings with or
// without their Key Wrap Authenticator, a Credential, SetSelectedRegistrar, the
// content of an NFC token. A kind of 0 is a message of unknown kind.
func List(kind wps.Kind, b []byte, mode wps.Mode) Findings {
	r := newReporter(mode)
	l := newList(kind, b)
	defer l.release()
	r.list(l)
	return r.findings()
}

// Element checks the WPS element of an 802.11 frame, as [wps.JoinElements]
// returns it, and whether it belongs in its network.
func Element(kind wps.Kind, b []byte, network dot11.Traits, mode wps.Mode) Findings {
	r := newReporter(mode)
	r.element(kind, b, network)
	return r.findings()
}

func (r *reporter) element(kind wps.Kind, b []byte, network dot11.Traits) {
	l := newList(kind, b)
	defer l.release()
	l.network = network
	r.list(l)
}

// Exchange checks the messages of an exchange, each by itself and all of them
// together. With the keys of the run it checks encrypted settings as well.
func Exchange(t *Transcript, mode wps.Mode) Findings {
	r := newReporter(mode)
	for i := range t.Entries {
		if s := &t.Entries[i]; s.Signal == SignalAssociationRequest && !s.Truncated {
			r.message = i
			r.element(wps.KindAssociationRequest, s.Body, t.Traits)
		}
	}
	x := newExchange(t)
	defer x.release()
	for i := range x.steps {
		s := &x.steps[i]
		if s.list == nil || s.repeats {
			continue
		}
		r.message = s.index
		r.list(s.list)
		if s.settings != nil {
			r.list(s.settings)
		}
	}
	for _, row := range rules().exchange {
		r.start(row)
		row.exchange(x, r)
	}
	return r.findings()
}

// Randomness checks the random values in several runs of one device under test:
// whether they repeat, count up or hardly change. The device has the same role
// in all runs. With the keys of the runs it checks the secret nonces as well.
// It does not search for a password.
func Randomness(runs []Transcript, mode wps.Mode) Findings {
	r := newReporter(mode)
	s := newSeries(runs)
	defer s.release()
	for _, row := range rules().rules {
		if row.series != nil {
			r.start(row)
			row.series(s, r)
		}
	}
	return r.findings()
}

// start makes the rule the current one, for a whole exchange.
func (r *reporter) start(row *rule) {
	r.rule, r.run, r.message, r.kind, r.base = row, 0, Whole, 0, 0
}

// list applies the rules for lists to a list, and to the Credentials in it.
func (r *reporter) list(l *list) {
	r.kind = l.kind
	table := rules()
	for _, a := range l.attrs {
		if l.slot(a.id) == nil {
			continue
		}
		for _, row := range table.attribute[a.id&0x7F] {
			if row.Versions&l.sender != 0 {
				r.rule = row
				row.each(l, a, r)
			}
		}
	}
	of := &table.list[l.kind]
	r.lists(l, of.others)
	if !l.set.has(&of.needed) {
		r.lists(l, of.lacking)
	}
	if l.kind == wps.KindCredential || inClear(l.kind) || !l.has(wps.AttrCredential) {
		return
	}
	for _, a := range l.attrs {
		if a.id != wps.AttrCredential {
			continue
		}
		inner := newList(wps.KindCredential, l.value(a))
		inner.sender = l.sender
		r.base += a.at + attributeHeader
		r.list(inner)
		r.base -= a.at + attributeHeader
		inner.release()
		r.kind = l.kind
	}
}

// lists applies rules to a list.
func (r *reporter) lists(l *list, rows []*rule) {
	for _, row := range rows {
		if row.Versions&l.sender != 0 {
			r.rule = row
			row.list(l, r)
		}
	}
}
