package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/gowps/gowps/wps"
)

func (r *nl80211) scan(ctx context.Context, cfg *ScanConfig, elements []byte) ([]ScanResult, error) {
	if err := r.up(); err != nil {
		return nil, &Error{r.name, "scan", explain(err), err}
	}
	events, stop, err := r.subscribe("scan", unix.NL80211_MULTICAST_GROUP_SCAN)
	if err != nil {
		return nil, err
	}
	defer stop()
	if err := r.trigger(ctx, events, cfg, elements); err != nil {
		return nil, err
	}
	switch e, err := await(ctx, events, unix.NL80211_CMD_NEW_SCAN_RESULTS, unix.NL80211_CMD_SCAN_ABORTED); {
	case ctx.Err() != nil:
		_ = r.command(r.main, unix.NL80211_CMD_ABORT_SCAN, nil)
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &Error{r.name, "scan", errSystem, err}
	case e.command == unix.NL80211_CMD_SCAN_ABORTED:
		return nil, &Error{Interface: r.name, Op: "scan", Class: ErrScan}
	}
	return r.known()
}

// busyPause is how long to wait for a scan of another program if no event
// reports that it has ended.
const busyPause = time.Second

// trigger starts a scan, as soon as no scan of another program is running.
func (r *nl80211) trigger(ctx context.Context, events <-chan event, cfg *ScanConfig, elements []byte) error {
	for {
		err := r.command(r.main, unix.NL80211_CMD_TRIGGER_SCAN, func(e *netlink.AttributeEncoder) {
			// Drop entries that are not received in this scan.
			e.Uint32(unix.NL80211_ATTR_SCAN_FLAGS, unix.NL80211_SCAN_FLAG_FLUSH)
			if len(cfg.Frequencies) > 0 {
				e.Nested(unix.NL80211_ATTR_SCAN_FREQUENCIES, func(e *netlink.AttributeEncoder) error {
					for i, f := range cfg.Frequencies {
						e.Uint32(uint16(i), uint32(f))
					}
					return nil
				})
			}
			if cfg.Passive {
				return
			}
			e.Nested(unix.NL80211_ATTR_SCAN_SSIDS, func(e *netlink.AttributeEncoder) error {
				for i, ssid := range append([]wps.SSID{""}, cfg.SSIDs...) {
					e.Bytes(uint16(i), []byte(ssid))
				}
				return nil
			})
			if len(elements) > 0 {
				e.Bytes(unix.NL80211_ATTR_IE, elements)
			}
		})
		if !errors.Is(err, unix.EBUSY) {
			if err != nil {
				return &Error{r.name, "scan", explain(err), err}
			}
			return nil
		}
		pause, cancel := context.WithTimeout(ctx, busyPause)
		_, _ = await(pause, events, unix.NL80211_CMD_NEW_SCAN_RESULTS, unix.NL80211_CMD_SCAN_ABORTED)
		cancel()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

func (r *nl80211) known() ([]ScanResult, error) {
	messages, err := r.main.execute(unix.NL80211_CMD_GET_SCAN, netlink.Dump, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(r.index))
	})
	if err != nil {
		return nil, &Error{r.name, "scan", explain(err), err}
	}
	found, err := parseScan(messages)
	if err != nil {
		return nil, &Error{r.name, "scan", errSystem, err}
	}
	return found, nil
}

// parseScan reads the results of a scan.
func parseScan(messages []genetlink.Message) ([]ScanResult, error) {
	var found []ScanResult
	for _, m := range messages {
		d, err := netlink.NewAttributeDecoder(m.Data)
		if err != nil {
			return nil, err
		}
		for d.Next() {
			if d.Type() != unix.NL80211_ATTR_BSS {
				continue
			}
			d.Nested(func(d *netlink.AttributeDecoder) error {
				if point, ok := parseBSS(d); ok {
					found = append(found, point)
				}
				return nil
			})
		}
		if err := d.Err(); err != nil {
			return nil, err
		}
	}
	return withoutNameless(found), nil
}

// ess is the bit of the capability information that distinguishes an access
// point from a station in an ad-hoc network.
const ess = 0x01

// parseBSS reads the attributes of one entry; ok is false if it does not
// describe an access point.
func parseBSS(d *netlink.AttributeDecoder) (point ScanResult, ok bool) {
	var latest []byte // elements of the last frame, or of the last Probe Response if there was one
	var response bool // whether there was one
	var tsf, beaconTSF uint64
	addressed := false
	for d.Next() {
		switch d.Type() {
		case unix.NL80211_BSS_BSSID:
			addressed = len(d.Bytes()) == len(point.BSSID)
			copy(point.BSSID[:], d.Bytes())
		case unix.NL80211_BSS_FREQUENCY:
			point.Frequency = int(d.Uint32())
		case unix.NL80211_BSS_CAPABILITY:
			point.Capability = d.Uint16()
		case unix.NL80211_BSS_SIGNAL_MBM:
			point.Signal = int(int32(d.Uint32())) / 100
		case unix.NL80211_BSS_SIGNAL_UNSPEC:
			point.Signal = int(d.Uint8())/2 - 100
		case unix.NL80211_BSS_SEEN_MS_AGO:
			point.Age = time.Duration(d.Uint32()) * time.Millisecond
		case unix.NL80211_BSS_STATUS:
			point.Associated = d.Uint32() == unix.NL80211_BSS_STATUS_ASSOCIATED
		case unix.NL80211_BSS_INFORMATION_ELEMENTS:
			latest = slices.Clone(d.Bytes())
		case unix.NL80211_BSS_BEACON_IES:
			point.BeaconElements = slices.Clone(d.Bytes())
		case unix.NL80211_BSS_PRESP_DATA:
			response = true
		case unix.NL80211_BSS_TSF:
			tsf = d.Uint64()
		case unix.NL80211_BSS_BEACON_TSF:
			beaconTSF = d.Uint64()
		}
	}
	if d.Err() != nil || !addressed || point.Capability&ess == 0 {
		return point, false
	}
	if response {
		point.ResponseElements = latest
	} else if point.BeaconElements == nil {
		point.BeaconElements = latest
	}
	var lead time.Duration
	if tsf != 0 && beaconTSF != 0 {
		const hour = 3600 * 1e6 // in microseconds, the unit of the TSF; clocks may be far apart
		lead = time.Duration(min(max(int64(beaconTSF-tsf), -hour), hour)) * time.Microsecond
	}
	point.read(lead)
	return point, true
}

// withoutNameless removes nameless entries of hidden networks that also have an
// entry with the name: the kernel may keep one for the beacons, and one for the
// responses to stations that sent the name.
func withoutNameless(found []ScanResult) []ScanResult {
	type radio struct {
		bssid     wps.MAC
		frequency int
	}
	nameless, named := make(map[radio]ScanResult), make(map[radio]bool)
	for _, point := range found {
		key := radio{point.BSSID, point.Frequency}
		if point.SSID != "" {
			named[key] = true
		} else if point.Hidden {
			nameless[key] = point
		}
	}
	for i := range found {
		point := &found[i]
		if beacons, ok := nameless[radio{point.BSSID, point.Frequency}]; ok && beacons.Age < point.Age+staleAge {
			point.Hidden = true
			if point.BeaconElements == nil {
				point.BeaconElements = beacons.BeaconElements
			}
		}
	}
	return slices.DeleteFunc(found, func(point ScanResult) bool {
		return point.SSID == "" && point.Hidden && named[radio{point.BSSID, point.Frequency}]
	})
}
