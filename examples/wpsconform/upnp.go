package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
	"github.com/gowps/gowps/wps/upnp/lan"
)

const (
	// searchTime is how long an access point may take to answer a search.
	searchTime = 10 * time.Second
	// searchInterval is how often it is searched for.
	searchInterval = time.Second
)

// findUPnP finds the access point with an address on the network of an
// interface, and returns it as a device. The search goes on in the background
// until the context ends: the access point may start again.
func findUPnP(ctx context.Context, name string, address netip.Addr, patience time.Duration) (conformance.Device, error) {
	iface, err := lan.Open(name)
	if err != nil {
		return nil, err
	}
	own := wps.DefaultDevice()
	own.UUID = wps.UUIDFromMAC(wps.MAC{0x02, 0x77, 0x70, 0, 0, 2})
	own.DeviceName = "wpsconform"
	registrar, err := upnp.NewRegistrar(upnp.RegistrarConfig{
		LAN: iface.LAN(), Port: iface.Port(), Only: address, Registration: registration.Config{Device: own},
	})
	if err != nil {
		iface.Close()
		return nil, err
	}
	found := make(chan wps.UUID, 1)
	go iface.Serve(ctx, registrar, func(time.Time) {
		for _, e := range registrar.Events() {
			if e.Kind == upnp.EventAccessPoint {
				select {
				case found <- e.AccessPoint:
				default:
				}
			}
		}
	})
	search := time.NewTicker(searchInterval)
	defer search.Stop()
	patience = cmp.Or(patience, searchTime)
	for over := time.After(patience); ; {
		select {
		case uuid := <-found:
			act := func(action upnp.Action, message []byte) ([]byte, error) {
				return act(ctx, iface, registrar, uuid, action, message)
			}
			return &conformance.UPnP{
				Info: func() ([]byte, error) { return act(upnp.ActionGetDeviceInfo, nil) },
				Put:  func(message []byte) ([]byte, error) { return act(upnp.ActionPutMessage, message) },
			}, nil
		case <-search.C:
			iface.Do(registrar.Search)
		case <-over:
			return nil, fmt.Errorf("no access point at %v has answered a search over UPnP within %v", address, patience)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// act calls an action, and waits for the answer.
func act(ctx context.Context, iface *lan.Interface, registrar *upnp.Registrar, ap wps.UUID, action upnp.Action, message []byte) (answer []byte, err error) {
	done := make(chan struct{})
	iface.Do(func(time.Time) {
		err = registrar.Act(ap, action, message, func(_ time.Time, b []byte, e error) {
			answer, err = b, e
			close(done)
		})
	})
	if err != nil {
		return nil, err
	}
	select {
	case <-done:
		return answer, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
