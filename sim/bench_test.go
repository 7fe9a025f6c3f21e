package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// BenchmarkRegistrationAlone is a registration by push button without a world
// around it: the reference for the others.
func BenchmarkRegistrationAlone(b *testing.B) {
	w := New(Config{})
	r, p := addRouter(b, w, RouterConfig{Name: "router"}), addPrinter(b, w, PrinterConfig{Name: "printer"})
	b.ReportAllocs()
	for b.Loop() {
		now := w.Now()
		point := r.newPoint(0)
		if err := point.PressButton(now); err != nil {
			b.Fatal(err)
		}
		session, err := point.NewSession(p.radio.MAC(), 0)
		if err != nil {
			b.Fatal(err)
		}
		x, err := newEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: p.cfg.Device, Rand: p.nonces}, Password: registration.PushButton(),
		})
		if err != nil {
			b.Fatal(err)
		}
		x.Start(now)
		for server := session.Start(now); ; {
			peer, _ := x.Handle(now, server.Send)
			if peer.Done {
				break
			}
			server, _ = session.Handle(now, peer.Send)
		}
		if x.Result() == nil {
			b.Fatal("not registered")
		}
	}
}

// BenchmarkWorld makes a world for each registration by push button, up to the
// connection. The key is a pre-shared one: to compute it from a passphrase
// costs more than the registration.
func BenchmarkWorld(b *testing.B) {
	b.ReportAllocs()
	for seed := uint64(0); b.Loop(); seed++ {
		w := New(Config{Seed: seed})
		addHome(b, w, 0)
		w.Run(10 * time.Second)
		if s := w.byName["printer 0"].device.(*Printer).Status(); s.State != Connected {
			b.Fatal(s)
		}
	}
}

// BenchmarkTown has many homes in one world, which all register at the same
// time. The time is that of one registration.
func BenchmarkTown(b *testing.B) {
	for _, homes := range []int{100, 1000} {
		b.Run(fmt.Sprint(homes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := New(Config{})
				for i := range homes {
					addHome(b, w, Place(i))
				}
				w.Run(10 * time.Second)
				if s := w.ports[len(w.ports)-1].device.(*Printer).Status(); s.State != Connected {
					b.Fatal(s)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*homes), "ns/registration")
		})
	}
}

// BenchmarkWaiting is two minutes in which a printer looks for a router that
// does not wait for it.
func BenchmarkWaiting(b *testing.B) {
	b.ReportAllocs()
	w := New(Config{})
	addRouter(b, w, RouterConfig{Name: "router"})
	p := addPrinter(b, w, PrinterConfig{Name: "printer"})
	for b.Loop() {
		p.SetupByPushButton()
		w.Run(eapwsc.WalkTime + time.Second)
	}
}

// addHome puts a router and a printer in a place, with their buttons pressed.
func addHome(b *testing.B, w *World, at Place) {
	r := addRouter(b, w, RouterConfig{Name: fmt.Sprint("router ", at), Place: at, Settings: Settings{Key: fuzzKeys[0]}})
	p := addPrinter(b, w, PrinterConfig{Name: fmt.Sprint("printer ", at), Place: at, Bands: wps.Band24GHz})
	if err := r.PressButton(); err != nil {
		b.Fatal(err)
	}
	p.SetupByPushButton()
}
