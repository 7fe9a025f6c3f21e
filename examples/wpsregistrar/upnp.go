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
	link, err := lan.Open(s.upnp)
	if err != nil {
		return nil, err
	}
	device, err := upnp.NewDevice(upnp.DeviceConfig{
		LAN: link.LAN(), Port: link.Port(), Description: upnp.Describe(&s.described), AccessPoint: external.New(point.Do),
	})
	if err != nil {
		link.Close()
		return nil, err
	}
	over := make(chan struct{})
	s.upnpOver = func() { <-over }
	go func() {
		defer close(over)
		if err := link.Serve(ctx, device, nil); ctx.Err() == nil {
			failed(fmt.Errorf("-upnp: %w", err))
		}
	}()
	return func(e ap.Event) {
		if external.Registrars(e) {
			link.Do(func(now time.Time) { external.Pass(now, device, e) })
			return
		}
		s.happened(e)
	}, nil
}
