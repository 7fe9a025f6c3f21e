package selection

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

// Candidate is an access point with WPS that a station has found, as far as
// the choice among them depends on it. Signal is what the scan says, the rest
// comes from the WSC element of its Probe Response or Beacon.
type Candidate struct {
	BSSID             wps.MAC
	UUID              *wps.UUID            // UUID-E; nil if not advertised
	Band              wps.RFBands          // where it was heard, one bit
	Signal            int                  // dBm
	Version2          bool                 // a version 2.0 access point
	SelectedRegistrar bool                 // a registrar is waiting for an enrollee
	DevicePasswordID  wps.DevicePasswordID // the kind of password it waits with
	AuthorizedMACs    []wps.MAC            // the Enrollees it waits for; empty if none is advertised
}

// NewCandidate describes an access point by the result of a scan and by its
// WSC element. A [wps.ProbeResponse] has one in its field Beacon, and is the
// better source: a Beacon seldom has the UUID-E.
func NewCandidate(bssid wps.MAC, band wps.RFBands, signal int, e *wps.Beacon) Candidate {
	c := Candidate{
		BSSID: bssid, Band: band, Signal: signal,
		Version2:          e.WFA.Version2 != 0,
		SelectedRegistrar: e.SelectedRegistrar,
		DevicePasswordID:  e.DevicePasswordID,
		AuthorizedMACs:    e.WFA.AuthorizedMACs,
	}
	if e.Has(wps.AttrUUIDE) {
		uuid := e.UUIDE
		c.UUID = &uuid
	}
	return c
}

// authorizes reports whether the access point waits for mac by name, for
// anyone, or for others. It says for anyone if it says nothing.
func (c Candidate) authorizes(mac wps.MAC) (named, anyone bool) {
	named = slices.Contains(c.AuthorizedMACs, mac)
	anyone = len(c.AuthorizedMACs) == 0 || slices.Contains(c.AuthorizedMACs, wps.Broadcast)
	return named, anyone
}

// sameAs reports whether two candidates are radios of one access point: they
// tell the same UUID-E. One that gives none is an access point by itself.
func (c Candidate) sameAs(d Candidate) bool {
	return c.BSSID == d.BSSID || c.UUID != nil && d.UUID != nil && *c.UUID == *d.UUID
}

// Selector is what a station knows of itself when it chooses an access point.
type Selector struct {
	// MAC is the address with which the station will associate.
	MAC wps.MAC
	// BSSID is the access point that the user has named, or zero. Nothing
	// overlaps with it.
	BSSID wps.MAC
	// OnePerBand takes a second access point in push-button mode on the same
	// band for an overlap, even one with the same UUID-E, and prefers 5 GHz to
	// the better signal. iwd does so; hostap does not.
	OnePerBand bool
}

// Verdict says what a station makes of a candidate.
type Verdict uint8

// The verdicts.
const (
	// Ready: it waits for this station.
	Ready Verdict = iota + 1
	// Unselected: it waits for nobody, but may know the PIN nevertheless.
	Unselected
	// Overlapping: it waits for a push button like another access point.
	Overlapping
	// NotSelected: it waits for nobody.
	NotSelected
	// OtherMethod: it waits for a PIN where a button was pressed, or the
	// other way round.
	OtherMethod
	// NotAuthorized: it waits for other stations.
	NotAuthorized
	// NotNamed: the user has named another.
	NotNamed
)

var verdictNames = [...]string{
	Ready:         "waits for this device",
	Unselected:    "waits for nobody, worth a try",
	Overlapping:   "waits for a push button like another access point",
	NotSelected:   "waits for nobody",
	OtherMethod:   "waits with another method",
	NotAuthorized: "waits for another device",
	NotNamed:      "not the access point that was named",
}

// String returns the verdict in words.
func (v Verdict) String() string {
	if v == 0 || int(v) >= len(verdictNames) {
		return fmt.Sprintf("Verdict(%d)", uint8(v))
	}
	return verdictNames[v]
}

// Choice is what a [Selector] makes of the candidates.
type Choice struct {
	Order    []int     // indices of those to try, best first
	Verdicts []Verdict // one for each candidate
}

// PushButton chooses the access point whose button was pressed. If it has
// several radios, they come in the order in which to try them. The error is
// [ErrSelNone], upon which a station goes on scanning until its walk
// time ends, or [ErrSelOverlap], upon which it stops. The candidates must come
// from one complete scan of all channels.
//
// Selected Registrar Config Methods do not count: deployed access points set
// them wrongly [hostap]. Nor does AP Setup Locked, which concerns external
// registrars.
func (s Selector) PushButton(candidates []Candidate) (Choice, error) {
	choice := s.judge(candidates, func(c Candidate) Verdict {
		if c.DevicePasswordID != wps.PasswordPushButton {
			return OtherMethod
		}
		return Ready
	})
	if len(choice.Order) == 0 {
		return choice, ErrNoAccessPoint
	}
	slices.SortStableFunc(choice.Order, func(i, j int) int {
		a, b := candidates[i], candidates[j]
		return cmp.Or(cmp.Compare(s.bandRank(a.Band), s.bandRank(b.Band)), cmp.Compare(b.Signal, a.Signal))
	})
	if s.BSSID != (wps.MAC{}) {
		return choice, nil
	}
	var err error
	for n, i := range choice.Order[1:] {
		if s.overlaps(candidates, choice.Order[:n+1], candidates[i]) {
			choice.Verdicts[i], err = Overlapping, ErrOverlap
		}
	}
	if err != nil {
		choice.Order = nil
	}
	return choice, err
}

// bandRank is the place of a band in the order of [Selector.PushButton].
func (s Selector) bandRank(band wps.RFBands) int {
	if s.OnePerBand && band == wps.Band5GHz {
		return 0
	}
	return 1
}

// overlaps reports whether c does not go together with those before it.
func (s Selector) overlaps(candidates []Candidate, before []int, c Candidate) bool {
	if !c.sameAs(candidates[before[0]]) {
		return true
	}
	return s.OnePerBand && slices.ContainsFunc(before, func(i int) bool {
		return candidates[i].Band == c.Band && candidates[i].BSSID != c.BSSID
	})
}

// PIN puts the access points to try with a PIN in order: version 2.0 naming
// this station, version 2.0 waiting for anyone, version 1.0 waiting; each by
// signal (Best Practices v2.0.1 §3.4). If [TryUnselected] allows it, those
// that wait for nobody follow. An access point with which a run has failed
// should be left out of the candidates when choosing the next. The error is
// [ErrSelNone].
func (s Selector) PIN(candidates []Candidate, tryUnselected bool) (Choice, error) {
	choice := s.judge(candidates, func(c Candidate) Verdict {
		if c.DevicePasswordID == wps.PasswordPushButton {
			return OtherMethod
		}
		return Ready
	})
	if tryUnselected {
		for i, v := range choice.Verdicts {
			if v == NotSelected || v == OtherMethod {
				choice.Verdicts[i] = Unselected
				choice.Order = append(choice.Order, i)
			}
		}
	}
	if len(choice.Order) == 0 {
		return choice, ErrNoAccessPoint
	}
	slices.SortStableFunc(choice.Order, func(i, j int) int {
		return cmp.Or(
			cmp.Compare(s.rank(candidates[i], choice.Verdicts[i]), s.rank(candidates[j], choice.Verdicts[j])),
			cmp.Compare(candidates[j].Signal, candidates[i].Signal),
		)
	})
	return choice, nil
}

// rank is the place of a candidate's kind in the order of [Selector.PIN].
func (s Selector) rank(c Candidate, v Verdict) int {
	named, _ := c.authorizes(s.MAC)
	switch {
	case v == Unselected:
		return 3
	case !c.Version2 || len(c.AuthorizedMACs) == 0:
		return 2
	case !named:
		return 1
	}
	return 0
}

// judge applies the rules that both methods have in common, and that of the
// method to those that wait for an enrollee.
func (s Selector) judge(candidates []Candidate, method func(Candidate) Verdict) Choice {
	choice := Choice{Verdicts: make([]Verdict, len(candidates))}
	for i, c := range candidates {
		named, anyone := c.authorizes(s.MAC)
		v := NotSelected
		switch {
		case s.BSSID != (wps.MAC{}) && s.BSSID != c.BSSID:
			v = NotNamed
		case c.SelectedRegistrar && c.Version2 && !named && !anyone:
			v = NotAuthorized
		case c.SelectedRegistrar:
			v = method(c)
		}
		choice.Verdicts[i] = v
		if v == Ready {
			choice.Order = append(choice.Order, i)
		}
	}
	return choice
}

// TryUnselected reports whether a station with a PIN has looked for a waiting
// access point long enough to try the others as well: three scans and five
// seconds [hostap].
func TryUnselected(scans int, searching time.Duration) bool {
	return scans >= 3 && searching >= 5*time.Second
}
