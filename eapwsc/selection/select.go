package selection

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

// Candidate is an access point with WPS that a station has found, reduced to
// what the choice depends on. Signal comes from the scan, the rest from the WSC
// element of the Probe Response or Beacon.
type Candidate struct {
	BSSID             wps.MAC
	UUID              *wps.UUID            // UUID-E; nil if not advertised
	Band              wps.RFBands          // where it was received, one bit
	Signal            int                  // dBm
	Version2          bool                 // a version 2.0 access point
	SelectedRegistrar bool                 // a registrar is waiting for an enrollee
	DevicePasswordID  wps.DevicePasswordID // the kind of password it expects
	AuthorizedMACs    []wps.MAC            // the Enrollees it waits for; empty if none is advertised
}

// NewCandidate describes an access point by a scan result and its WSC element.
// The element of a [wps.ProbeResponse], its field Beacon, is the better source:
// a Beacon seldom has the UUID-E.
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

// authorizes reports whether the access point waits for mac by name, and
// whether it waits for any station. It waits for any station if it has no
// AuthorizedMACs.
func (c Candidate) authorizes(mac wps.MAC) (named, anyone bool) {
	named = slices.Contains(c.AuthorizedMACs, mac)
	anyone = len(c.AuthorizedMACs) == 0 || slices.Contains(c.AuthorizedMACs, wps.Broadcast)
	return named, anyone
}

// sameAs reports whether two candidates are radios of one access point: they
// advertise the same UUID-E. A candidate without one is an access point of its
// own.
func (c Candidate) sameAs(d Candidate) bool {
	return c.BSSID == d.BSSID || c.UUID != nil && d.UUID != nil && *c.UUID == *d.UUID
}

// Selector describes the station that chooses an access point.
type Selector struct {
	// MAC is the address with which the station will associate.
	MAC wps.MAC
	// BSSID is the access point that the user has selected, or zero. No other
	// access point overlaps with it.
	BSSID wps.MAC
	// OnePerBand treats a second access point in push-button mode on the same
	// band as an overlap, even with the same UUID-E, and prefers 5 GHz to the
	// better signal. iwd does so; hostap does not.
	OnePerBand bool
}

// Verdict is a station's judgment of a candidate.
type Verdict uint8

// The verdicts.
const (
	// Ready: the access point waits for this station.
	Ready Verdict = iota + 1
	// Unselected: the access point has no selected registrar, but may know the
	// PIN all the same.
	Unselected
	// Overlapping: the access point is in push-button mode, and so is another
	// one.
	Overlapping
	// NotSelected: the access point has no selected registrar.
	NotSelected
	// OtherMethod: the access point waits for a PIN and the station for a
	// button, or the other way round.
	OtherMethod
	// NotAuthorized: the access point waits for other stations.
	NotAuthorized
	// NotNamed: the user has selected another access point.
	NotNamed
)

var verdictNames = [...]string{
	Ready:         "waits for this device",
	Unselected:    "waits for no device, worth a try",
	Overlapping:   "waits for a push button, as does another access point",
	NotSelected:   "waits for no device",
	OtherMethod:   "waits with another method",
	NotAuthorized: "waits for another device",
	NotNamed:      "not the access point that was selected",
}

// String returns the verdict in words.
func (v Verdict) String() string {
	if v == 0 || int(v) >= len(verdictNames) {
		return fmt.Sprintf("Verdict(%d)", uint8(v))
	}
	return verdictNames[v]
}

// Choice is the result of a [Selector] for a list of candidates.
type Choice struct {
	Order    []int     // indices of the candidates to try, best first
	Verdicts []Verdict // one for each candidate
}

// PushButton chooses the access point whose button was pressed. If it has
// several radios, they come in the order in which to try them. The error is
// [ErrNoAccessPoint], after which a station continues scanning until its walk
// time ends, or [ErrOverlap], after which it stops. The candidates must come
// from one complete scan of all channels.
//
// Selected Registrar Config Methods are not considered, because deployed access
// points set them wrongly [hostap]. Neither is AP Setup Locked, which concerns
// external registrars.
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

// overlaps reports whether c overlaps with one of the candidates before it.
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
// without a selected registrar follow. An access point with which a run has
// failed should be left out of the candidates when choosing the next. The error
// is [ErrNoAccessPoint].
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

// rank is the place of a candidate in the order of [Selector.PIN].
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

// judge applies the rules that both methods share, and the rule of the method
// to access points that wait for an enrollee.
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
