// Package external joins an access point with the external registrars that
// reach it over UPnP: a [upnp.Device] follows the rules of package ap, and
// stations that the access point does not register itself are offered to
// external registrars.
//
//	auth := eapol.NewAuthenticator(conn, point)
//	iface, err := lan.Open("br-lan")
//	…
//	device, err := upnp.NewDevice(upnp.DeviceConfig{
//		LAN: iface.LAN(), Port: iface.Port(), Description: …, AccessPoint: external.New(auth.Do),
//	})
//	…
//	go iface.Serve(ctx, device, nil)
//	err = auth.Serve(ctx, func(e ap.Event) {
//		if external.Registrars(e) {
//			iface.Do(func(now time.Time) { external.Pass(now, device, e) })
//		}
//	})
package external

import (
	"net/netip"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/upnp"
)

// Adapter is an access point as a [upnp.Device] sees it. It implements
// [upnp.AccessPoint].
type Adapter struct {
	do func(f func(now time.Time, point *ap.AccessPoint))
}

// New returns an AccessPoint. The function do must call its argument with the
// access point while nothing else uses it, as the method Do of an authenticator
// does.
func New(do func(f func(now time.Time, point *ap.AccessPoint))) Adapter { return Adapter{do} }

// Configure starts a run with the access point as the Enrollee.
func (a Adapter) Configure(now time.Time, from netip.Addr) (r upnp.Run, err error) {
	a.do(func(_ time.Time, point *ap.AccessPoint) {
		var of *ap.Run
		if of, err = point.NewRun(now, from.String()); err == nil {
			r = run{a, of}
		}
	})
	return r, err
}

// Deliver passes a message to the station.
func (a Adapter) Deliver(now time.Time, from netip.Addr, station wps.MAC, message []byte) (err error) {
	a.do(func(_ time.Time, point *ap.AccessPoint) { err = point.Deliver(now, from.String(), station, message) })
	return err
}

// Select records which station a registrar waits for.
func (a Adapter) Select(now time.Time, from netip.Addr, m *wps.SetSelectedRegistrar) {
	a.do(func(_ time.Time, point *ap.AccessPoint) { point.SetSelectedRegistrar(now, from.String(), m) })
}

// SetListening records whether there are registrars.
func (a Adapter) SetListening(_ time.Time, listening bool) {
	a.do(func(_ time.Time, point *ap.AccessPoint) { point.SetListening(listening) })
}

// run is a run of the access point, under its lock.
type run struct {
	of Adapter
	*ap.Run
}

// Handle processes a message of the registrar.
func (r run) Handle(now time.Time, message []byte) (out []byte, err error) {
	r.of.do(func(time.Time, *ap.AccessPoint) { out, err = r.Run.Handle(now, message) })
	return out, err
}

// Close ends the run.
func (r run) Close(now time.Time) { r.of.do(func(time.Time, *ap.AccessPoint) { r.Run.Close(now) }) }

// Registrars reports whether an event of the access point is for external
// registrars: see [Pass].
func Registrars(e ap.Event) bool {
	return e.Kind == ap.EventStationMessage || e.Kind == ap.EventStationProbe
}

// Pass forwards an event to the external registrars if it is for them.
func Pass(now time.Time, d *upnp.Device, e ap.Event) {
	switch e.Kind {
	case ap.EventStationMessage:
		d.Message(now, e.Station, e.Message)
	case ap.EventStationProbe:
		d.Probe(now, e.Station, e.Message)
	}
}
