package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// block is a series of attempts that are alike: of the same devices, with the
// same messages and the same end. It keeps the last one, whose diagnosis
// considers the others.
type block struct {
	n     int
	first int         // index of the first one
	times []time.Time // of the first maxTimes-1
	last  *diagnosis.Entry
	job   *diagnosis.Job
}

// maxTimes is how many times of a block are printed.
const maxTimes = 20

// includes reports whether an attempt belongs to the block.
func (b *block) includes(r *diagnosis.Entry) bool {
	return b.n > 0 && b.last.SimilarityKey() == r.SimilarityKey()
}

func (b *block) add(r *diagnosis.Entry, j *diagnosis.Job) {
	if b.n == 0 {
		b.first = r.Index
	}
	if b.n < maxTimes-1 {
		b.times = append(b.times, j.Exchange.Began)
	}
	b.n++
	b.last, b.job = r, j
}

// began returns the times of the attempts in words.
func (b *block) began() string {
	var all []string
	for _, t := range b.times {
		all = append(all, t.UTC().Format("15:04:05.000"))
	}
	if more := b.n - len(b.times); more > 0 {
		if more > 1 {
			all = append(all, fmt.Sprintf("... %d more", more-1))
		}
		all = append(all, b.job.Exchange.Began.UTC().Format("15:04:05.000"))
	}
	return strings.Join(all, ", ")
}

// totals counts attempts by device, network and cause.
type totals struct {
	rows  []*total
	index map[totalKey]*total
}

type totalKey struct {
	enrollee diagnosis.Identity
	ssid     string
	cause    doctor.Cause
}

// total is a row of the summary, and an object of its JSON.
type total struct {
	Schema  string       `json:"schema"`
	Count   int          `json:"count"`
	Device  *string      `json:"device"` // the enrollee
	Name    *string      `json:"device_name"`
	SSID    *string      `json:"ssid"`
	SSIDHex *string      `json:"ssid_hex"`
	Cause   doctor.Cause `json:"cause"`
	First   *string      `json:"first"` // when the first and last attempts began
	Last    *string      `json:"last"`

	last time.Time
}

// summarySchema is the version of the schema: see schema.json.
const summarySchema = "wpsdoctor-summary/1"

// maxTotals is the maximum number of rows; the rest is counted in one row.
const maxTotals = 10_000

// others is the row of the rest.
var others = totalKey{cause: "others"}

// addAttempt counts an attempt.
func (t *totals) addAttempt(j *diagnosis.Job, cause doctor.Cause) {
	enrollee, _ := j.Identities()
	key := totalKey{enrollee: enrollee, cause: cause}
	if n := j.Exchange.Network; n != nil {
		key.ssid = string(n.SSID)
	}
	row, isNew := t.count(key)
	if row.last = j.Exchange.Began; isNew {
		row.First = diagnosis.Moment(row.last)
		row.Device, row.Name = enrollee.Text(), j.EnrolleeName()
	}
}

// addEntry counts a report without an attempt.
func (t *totals) addEntry(r *diagnosis.Entry) {
	key := totalKey{cause: r.Cause}
	if r.SSID != nil {
		key.ssid = *r.SSID
	}
	t.count(key)
}

// count counts an attempt or report in its row. It reports whether that is a
// new one.
func (t *totals) count(key totalKey) (row *total, isNew bool) {
	if t.index == nil {
		t.index = map[totalKey]*total{}
	}
	row = t.index[key]
	if row == nil && len(t.rows) >= maxTotals {
		key = others
		row = t.index[key]
	}
	if row == nil {
		row, isNew = &total{Schema: summarySchema, Cause: key.cause}, true
		if key.ssid != "" {
			row.SSID, row.SSIDHex = diagnosis.SSID(wps.SSID(key.ssid))
		}
		t.rows, t.index[key] = append(t.rows, row), row
	}
	row.Count++
	return row, isNew && key != others
}

// write writes the summary, the most frequent rows first.
func (t *totals) write(p *invocation, out io.Writer) {
	slices.SortStableFunc(t.rows, func(a, b *total) int { return b.Count - a.Count })
	for _, row := range t.rows {
		row.Last = diagnosis.Moment(row.last)
	}
	if p.json {
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		for _, row := range t.rows {
			lines.Encode(row) // an error shows when the output is flushed
		}
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "COUNT\tDEVICE\tNETWORK\tCAUSE\tFIRST\tLAST")
	for _, row := range t.rows {
		network := "unknown"
		if row.SSID != nil {
			network = doctor.Quote(*row.SSID)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", row.Count, diagnosis.NameAndAddress(row.Device, row.Name), network, row.Cause, clock(row.First), clock(row.Last))
	}
	table.Flush()
}

// clock returns a time to the second.
func clock(began *string) string {
	if began == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339Nano, *began)
	if err != nil {
		return *began
	}
	return t.Format(time.DateTime)
}
