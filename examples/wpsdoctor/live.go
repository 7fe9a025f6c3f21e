package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
	"github.com/spf13/pflag"
)

// radio is a Wi-Fi interface: a [*station.Station].
type radio interface {
	Scan(context.Context, station.ScanConfig) ([]station.ScanResult, error)
	Known() ([]station.ScanResult, error)
	Close() error
}

// look has the flags of a scan.
type look struct {
	iface string
	ssid  wps.SSID
	bssid wps.MAC
	watch bool
}

func (l *look) flags(f *pflag.FlagSet) {
	f.StringVarP(&l.iface, "interface", "i", "", "scan on a Wi-Fi `INTERFACE`")
	f.StringVar((*string)(&l.ssid), "ssid", "", "report on the network with this `NAME`, also if it is hidden")
	f.Func("bssid", "report on the access point with this `ADDRESS`", func(s string) (err error) {
		l.bssid, err = wps.ParseMAC(s)
		return err
	})
	f.BoolVar(&l.watch, "watch", false, "keep scanning, and report each change")
}

// errStopped is the error for an interrupt before the first result.
var errStopped = errors.New("stopped by you, before the first look had ended: nothing is known")

// watchPause is the time between two scans.
const watchPause = 2 * time.Second

// lookAround reports whether WPS could work now: once, or at each change.
func (p *invocation) lookAround(ctx context.Context, l *look) (int, error) {
	ctx, stop := p.untilInterrupted(ctx)
	defer stop()
	r, err := p.wifi(l.iface)
	if err != nil {
		return program.Unable, err
	}
	defer r.Close()
	out := p.writer()
	var before []byte
	for {
		found, err := p.scan(ctx, r, l)
		switch {
		case ctx.Err() != nil && before == nil:
			return program.Problem, errStopped
		case ctx.Err() != nil:
			return p.worst, nil
		case err != nil:
			return program.Unable, err
		}
		var now bytes.Buffer
		p.worst = program.Fine
		p.reportSurroundings(&now, l, found)
		if !bytes.Equal(now.Bytes(), before) {
			if l.watch && !p.json {
				fmt.Fprintln(out, time.Now().Format(time.TimeOnly))
			}
			if _, err := out.Write(now.Bytes()); err != nil {
				return program.Unable, err
			}
			before = now.Bytes()
		}
		if !l.watch {
			return p.worst, nil
		}
		select {
		case <-time.After(watchPause):
		case <-ctx.Done():
			return p.worst, nil
		}
	}
}

// scan scans once. Without the permission to scan it returns the results of
// other programs.
func (p *invocation) scan(ctx context.Context, r radio, l *look) ([]station.ScanResult, error) {
	var cfg station.ScanConfig
	if l.ssid != "" {
		cfg.SSIDs = []wps.SSID{l.ssid}
	}
	found, err := r.Scan(ctx, cfg)
	if errors.Is(err, station.ErrPermission) && !l.watch {
		fmt.Fprintf(p.ErrText(), "wpsdoctor: %v\nThis is what another program has found:\n", err)
		found, err = r.Known()
	}
	named := station.Named(found, l.ssid, l.bssid)
	if err == nil && len(named) == 0 && len(found) > 0 {
		choice := choice{ssid: l.ssid, bssid: l.bssid}
		fmt.Fprintf(p.ErrText(), "wpsdoctor: %v\n", choice.absent(station.Evidence(found, time.Now()).Networks))
	}
	return named, err
}

// reportSurroundings reports the result of a scan, like a capture without an attempt.
func (p *invocation) reportSurroundings(out io.Writer, l *look, found []station.ScanResult) {
	e := station.Evidence(found, time.Now())
	if p.networksOnly {
		w := newWriter(p, out, l.iface)
		w.networks(e.Networks, e.Direct)
		return
	}
	d := doctor.Diagnose(e)
	w := newWriter(p, out, l.iface)
	r := diagnosis.NewEntry(l.iface, 0, &d)
	for i := range found {
		r.Find(elementFindings(&found[i], p.mode), nil)
	}
	if len(found) == 1 {
		r.SetSSID(found[0].SSID)
	}
	w.report(r)
	w.noAttempt(fmt.Sprintf("%s: %s", diagnosis.Shown(l.iface), count(len(found), "access point")), r, e)
}

// count returns a number with a noun.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// elementFindings validates the WPS elements of an access point.
func elementFindings(ap *station.ScanResult, mode wps.Mode) (all validate.Findings) {
	for _, frame := range []struct {
		kind     wps.Kind
		elements []byte
	}{{wps.KindBeacon, ap.BeaconElements}, {wps.KindProbeResponse, ap.ResponseElements}} {
		if attributes, ok := wps.JoinElements(frame.elements); ok {
			all = append(all, validate.Element(frame.kind, attributes, ap.Traits(ap.Capability, ap.Frequency), mode)...)
		}
	}
	for i := range all {
		all[i].Message = validate.Whole
	}
	return all
}
