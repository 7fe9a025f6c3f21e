package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gowps/gowps/wps"
)

// Severity is the severity of a finding.
type Severity uint8

// The severities.
const (
	// Note: allowed, or without consequence, but some peers have trouble with
	// it, or it helps to understand the exchange.
	Note Severity = iota + 1
	// Warning: against a rule, but most peers tolerate it.
	Warning
	// Error: against a rule, and peers refuse it or are put at risk by it.
	Error
)

var severityNames = [...]string{Note: "note", Warning: "warning", Error: "error"}

// String returns the severity in a word.
func (s Severity) String() string {
	if s >= Note && s <= Error {
		return severityNames[s]
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// Whole is the Message of a finding that concerns no single message.
const Whole = -1

// Finding is a violation of a rule and its place. It contains lengths, types,
// numbers and addresses, but never keys, passwords, secret nonces or text that
// a device chose, so that it can be logged. Findings are comparable.
type Finding struct {
	Rule     string   // the ID of the rule that is broken: see [Lookup]
	Severity Severity // of the rule, in the mode of the call

	// Run is the index of the exchange, for [Randomness]; otherwise 0.
	Run int
	// Message is the index of the step in [Transcript].Entries, or [Whole].
	// For a single list it is 0.
	Message int
	// Kind is the list with the fault: a message, or the settings or the
	// Credential inside it; 0 if none.
	Kind wps.Kind
	// Attribute is the attribute concerned, or the missing one; 0 if none.
	Attribute wps.AttributeID
	// Offset is the offset of the attribute in octets, from the start of the
	// message, or of the plaintext for encrypted attributes. For a missing
	// attribute it is the end of the list.
	Offset int

	// Text says in a sentence what is wrong.
	Text string
}

// String returns the finding in a line.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s: ", f.Severity, f.Rule)
	if f.Kind != 0 {
		fmt.Fprintf(&b, "%v", f.Kind)
		if f.Attribute != 0 {
			fmt.Fprintf(&b, ", %v at offset %d", f.Attribute, f.Offset)
		}
		b.WriteString(": ")
	}
	b.WriteString(f.Text)
	return b.String()
}

// Findings are ordered by run, message, offset and rule; those about a whole
// exchange come after those about its messages.
type Findings []Finding

// Worst returns the highest severity among the findings, 0 if there are none.
func (fs Findings) Worst() Severity {
	worst := Severity(0)
	for _, f := range fs {
		worst = max(worst, f.Severity)
	}
	return worst
}

// Has reports whether a rule was broken.
func (fs Findings) Has(rule string) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Rule == rule })
}

// maxPerRule is how often one rule is reported in one call. Further findings
// are only counted, so that hostile input costs no memory and hides no other
// finding.
const maxPerRule = 5

// reporter collects findings. Its fields are the place of the next findings.
type reporter struct {
	mode    wps.Mode
	rule    *rule
	run     int
	message int
	kind    wps.Kind
	base    int // is added to offsets in the list
	found   []located
	counts  []broken // of the rules, by their indexes, as far as any were broken
}

// broken is how often a rule was broken.
type broken struct {
	rule *rule
	n    int
}

type located struct {
	Finding
	rule int // its index in the table
}

// reporters is a pool of reporters.
var reporters = sync.Pool{New: func() any { return new(reporter) }}

// newReporter returns a reporter, which may be used until its findings are
// taken.
func newReporter(mode wps.Mode) *reporter {
	r := reporters.Get().(*reporter)
	r.mode, r.message, r.kind, r.base, r.run = mode, 0, 0, 0, 0
	return r
}

// add reports that the current rule is broken at an attribute.
func (r *reporter) add(id wps.AttributeID, offset int, format string, args ...any) {
	if r.count() {
		r.keep(id, offset, fmt.Sprintf(format, args...))
	}
}

// addNamed is add with the name of the attribute, for rules that a list may
// break hundreds of times.
func (r *reporter) addNamed(a attribute, format string) {
	if r.count() {
		r.keep(a.id, a.at, fmt.Sprintf(format, a.id))
	}
}

// addText is add with a text that is made once for the rule.
func (r *reporter) addText(id wps.AttributeID, offset int, text string) {
	if r.count() {
		r.keep(id, offset, text)
	}
}

// count counts that the current rule is broken. It reports whether to keep the
// finding.
func (r *reporter) count() bool {
	if more := r.rule.index + 1 - len(r.counts); more > 0 {
		r.counts = append(r.counts, make([]broken, more)...)
	}
	b := &r.counts[r.rule.index]
	b.rule = r.rule
	b.n++
	return b.n <= maxPerRule
}

func (r *reporter) keep(id wps.AttributeID, offset int, text string) {
	r.found = append(r.found, located{Finding{
		Rule: r.rule.ID, Severity: r.rule.Severity(r.mode),
		Run: r.run, Message: r.message, Kind: r.kind, Attribute: id, Offset: r.base + offset,
		Text: text,
	}, r.rule.index})
}

// findings returns the collected findings, in order.
func (r *reporter) findings() Findings {
	defer r.release()
	if len(r.found) == 0 {
		return nil
	}
	for i := range r.counts {
		if c := r.counts[i]; c.n > maxPerRule {
			r.rule, r.run, r.message, r.kind, r.base = c.rule, 0, Whole, 0, 0
			r.counts[i].n = 0
			r.add(0, 0, "The same was found %d more times.", c.n-maxPerRule)
		}
	}
	slices.SortStableFunc(r.found, func(a, b located) int {
		return cmp.Or(
			cmp.Compare(a.Run, b.Run),
			cmp.Compare(uint(a.Message), uint(b.Message)), // Whole is the largest
			cmp.Compare(a.Offset, b.Offset),
			cmp.Compare(a.rule, b.rule))
	})
	all := make(Findings, len(r.found))
	for i := range r.found {
		all[i] = r.found[i].Finding
	}
	return all
}

// release returns the reporter to the pool.
func (r *reporter) release() {
	if len(r.found) > 0 {
		clear(r.found)
		clear(r.counts)
		r.found = r.found[:0]
	}
	reporters.Put(r)
}
