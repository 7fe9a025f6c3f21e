package campaign

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"github.com/gowps/gowps/wps/doctor"
)

// Report is the result of a [Campaign], or of some of its shards: [Report.Merge]
// adds them up.
type Report struct {
	// The campaign. These fields are the same in all its shards.
	Seed      uint64 `json:"seed"`
	N         uint64 `json:"n"` // worlds of all shards together; 0 is no limit
	Shards    uint64 `json:"shards"`
	Faults    Rates  `json:"faults"`
	Profile   string `json:"profile,omitempty"` // the selection of [Campaign.Only]
	ReuseKeys bool   `json:"reuse_keys,omitempty"`
	// Parts are the shards that the report covers, in order.
	Parts []uint64 `json:"parts"`
	// Interrupted means that a shard ended before all its worlds had run, and
	// not because its time was over.
	Interrupted bool `json:"interrupted"`

	// Registrations is how many worlds have run. Succeeded is in how many of
	// them the printer got connected, or the computer got the settings.
	Registrations uint64 `json:"registrations"`
	Succeeded     uint64 `json:"succeeded"`
	// Outcomes counts the worlds by the cause that the doctor names.
	Outcomes map[doctor.Cause]uint64 `json:"outcomes"`
	// Failed counts the worlds with a violation, Broken the worlds that
	// violated each rule. Worlds are the first of them by index, at most 100.
	Failed uint64          `json:"failed"`
	Broken map[Rule]uint64 `json:"broken"`
	Worlds []FailedWorld   `json:"failed_worlds"`
	// TraceHash is a digest of the traces of all worlds, in any order.
	TraceHash string `json:"trace_hash"`
	// Seconds is how long the campaign took. PerSecond is the number of
	// registrations per second.
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`
	// Exchanges is how many runs of the Registration Protocol began, PINs how
	// many PINs people typed.
	Exchanges uint64 `json:"exchanges"`
	PINs      uint64 `json:"pins_tried"`
	// Latency is the time from the start at the panel to the connection, in the
	// time of the worlds.
	Latency Histogram `json:"latency"`
}

// FailedWorld is a world with violations.
type FailedWorld struct {
	Index      uint64      `json:"index"`
	Violations []Violation `json:"violations"`
	// Command repeats it.
	Command string `json:"command"`
}

// maxFailedWorlds limits the number of worlds that are kept.
const maxFailedWorlds = 100

// Histogram counts latencies: Counts[i] is how many were at most Bounds[i] and
// more than the bound before; the last count has no bound.
type Histogram struct {
	Counts [len(latencyBounds) + 1]uint64 `json:"counts"`
}

var latencyBounds = [...]time.Duration{
	500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
	20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute,
}

// Bounds returns the upper bounds of all counts but the last.
func (Histogram) Bounds() []time.Duration { return slices.Clone(latencyBounds[:]) }

func (h *Histogram) add(d time.Duration) {
	i, _ := slices.BinarySearch(latencyBounds[:], d)
	h.Counts[i]++
}

// Complete reports whether the report covers all shards of the campaign, each
// played to its end.
func (r *Report) Complete() bool { return !r.Interrupted && uint64(len(r.Parts)) == r.Shards }

// Missing returns the shards of the campaign that the report does not cover, or the
// first 100 of them.
func (r *Report) Missing() (shards []uint64) {
	parts := r.Parts
	for shard := uint64(0); shard < r.Shards && len(shards) < 100; shard++ {
		if len(parts) > 0 && parts[0] == shard {
			parts = parts[1:]
			continue
		}
		shards = append(shards, shard)
	}
	return shards
}

// Merge adds the report of other shards of the same campaign. Seconds is that
// of the longer one, because shards run in parallel. The error is [ErrConfig]
// if the reports are of different campaigns or have a shard in common; the
// report is unchanged then.
func (r *Report) Merge(other *Report) error {
	if err := r.mergeable(other); err != nil {
		return err
	}
	sum, err := addHashes(r.TraceHash, other.TraceHash)
	if err != nil {
		return err
	}
	r.TraceHash = sum
	r.Parts = append(r.Parts, other.Parts...)
	slices.Sort(r.Parts)
	r.Interrupted = r.Interrupted || other.Interrupted
	r.Registrations += other.Registrations
	r.Succeeded += other.Succeeded
	r.Failed += other.Failed
	r.Exchanges += other.Exchanges
	r.PINs += other.PINs
	r.Outcomes = addCounts(r.Outcomes, other.Outcomes)
	r.Broken = addCounts(r.Broken, other.Broken)
	for _, w := range other.Worlds {
		r.keep(w)
	}
	for i, n := range other.Latency.Counts {
		r.Latency.Counts[i] += n
	}
	r.time(max(r.Seconds, other.Seconds))
	return nil
}

// mergeable returns an error if two reports are not of different shards of one
// campaign.
func (r *Report) mergeable(other *Report) error {
	for _, row := range []struct {
		name         string
		mine, theirs any
	}{
		{"seed", r.Seed, other.Seed}, {"number of worlds", r.N, other.N}, {"number of shards", r.Shards, other.Shards},
		{"faults", r.Faults.String(), other.Faults.String()}, {"profile", r.Profile, other.Profile}, {"reuse of keys", r.ReuseKeys, other.ReuseKeys},
	} {
		if row.mine != row.theirs {
			return configError("reports of different campaigns: the %s: %v in one and %v in the other", row.name, row.mine, row.theirs)
		}
	}
	for _, report := range []*Report{r, other} {
		if len(report.Parts) == 0 {
			return configError("a report covers no shard")
		}
	}
	for _, shard := range other.Parts {
		if slices.Contains(r.Parts, shard) {
			return configError("shard %d of %d is in both reports", shard, r.Shards)
		}
		if shard >= r.Shards {
			return configError("there is no shard %d of %d: they begin at 0", shard, r.Shards)
		}
	}
	return nil
}

func addCounts[K comparable](sum, more map[K]uint64) map[K]uint64 {
	if sum == nil {
		sum = make(map[K]uint64)
	}
	for key, n := range more {
		sum[key] += n
	}
	return sum
}

// addHashes adds two digests; the order does not matter.
func addHashes(a, b string) (string, error) {
	sum, err1 := hex.DecodeString(a)
	more, err2 := hex.DecodeString(b)
	if err1 != nil || err2 != nil || len(sum) != sha256.Size || len(more) != sha256.Size {
		return "", configError("a trace hash is not 64 hexadecimal digits")
	}
	for i, octet := range more {
		sum[i] ^= octet
	}
	return hex.EncodeToString(sum), nil
}

func (r *Report) time(seconds float64) {
	r.Seconds = seconds
	if seconds > 0 {
		r.PerSecond = float64(r.Registrations) / seconds
	}
}

// keep adds a world to the list, which is ordered by index, and drops the last
// one if the list is too long.
func (r *Report) keep(w FailedWorld) {
	at, _ := slices.BinarySearchFunc(r.Worlds, w, func(a, b FailedWorld) int { return cmp.Compare(a.Index, b.Index) })
	r.Worlds = slices.Insert(r.Worlds, at, w)
	r.Worlds = r.Worlds[:min(len(r.Worlds), maxFailedWorlds)]
}

// tally accumulates plays as they end.
type tally struct {
	campaign *Campaign
	mu       sync.Mutex
	report   Report
	hash     [sha256.Size]byte
}

func newTally(c *Campaign) *tally {
	return &tally{campaign: c, report: Report{
		Seed: c.Seed, N: c.N, Shards: c.Shards, Faults: c.Faults, Profile: c.profile(), ReuseKeys: c.ReuseKeys,
		Parts: []uint64{c.Shard}, Outcomes: make(map[doctor.Cause]uint64), Broken: make(map[Rule]uint64), Worlds: []FailedWorld{},
	}}
}

func (t *tally) add(p *Play) error {
	fold := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, p.Index), p.Trace...))
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, b := range fold {
		t.hash[i] ^= b // plays end in any order
	}
	r := &t.report
	r.Registrations++
	r.Outcomes[p.Cause]++
	r.Exchanges += uint64(p.Exchanges)
	r.PINs += uint64(p.PINs)
	if p.Cause == doctor.Success || p.Cause == doctor.SettingsRead {
		r.Succeeded++
	}
	if p.Latency > 0 {
		r.Latency.add(p.Latency)
	}
	if len(p.Violations) > 0 {
		r.Failed++
		for i, v := range p.Violations {
			if !slices.ContainsFunc(p.Violations[:i], func(o Violation) bool { return o.Rule == v.Rule }) {
				r.Broken[v.Rule]++
			}
		}
		r.keep(FailedWorld{p.Index, p.Violations, t.campaign.command(p.Index)})
	}
	if t.campaign.Trace != nil {
		return t.campaign.Trace(p)
	}
	return nil
}

func (t *tally) finish() *Report {
	t.report.TraceHash = hex.EncodeToString(t.hash[:])
	return &t.report
}
