package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/external"
	"github.com/gowps/gowps/wps/upnp"
	"github.com/gowps/gowps/wps/upnp/lan"
)

// serveUPnP serves external registrars in a local network until the context
// ends or the service fails. It returns the receiver for events of the access
// point.
func (s *service) serveUPnP(ctx context.Context, point *eapol.Authenticator, failed context.CancelCauseFunc) (func(ap.Event), error) {
	iface, err := lan.Open(s.upnp)
	if err != nil {
		return nil, err
	}
	device, err := upnp.NewDevice(upnp.DeviceConfig{
		LAN: iface.LAN(), Port: iface.Port(), Description: upnp.Describe(&s.described), AccessPoint: external.New(point.Do),
	})
	if err != nil {
		iface.Close()
		return nil, err
	}
	over := make(chan struct{})
	s.upnpOver = func() { <-over }
	go func() {
		defer close(over)
		if err := iface.Serve(ctx, device, nil); ctx.Err() == nil {
			failed(fmt.Errorf("-upnp: %w", err))
		}
	}()
	return func(e ap.Event) {
		if external.Registrars(e) {
			iface.Do(func(now time.Time) { external.Pass(now, device, e) })
			return
		}
		s.happened(e)
	}, nil
}
