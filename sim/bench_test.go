package sim

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// BenchmarkRegistration measures registrations on all cores, with fresh keys on
// both sides and with the same ones each time: the two machines alone, as
// BenchmarkRegistrationPIN of package registration does on one core, and with
// EAP, the push button and everything else that an access point does. The
// benchmark of the same name in package campaign measures whole worlds.
func BenchmarkRegistration(b *testing.B) {
	for _, reuse := range []bool{false, true} {
		keys := map[bool]string{false: "fresh", true: "reused"}[reuse]
		b.Run("machines/"+keys, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) { registerMachines(b, pb, reuse) })
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "registrations/s")
		})
		b.Run("protocol/"+keys, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) { registerAlone(b, pb, reuse) })
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "registrations/s")
		})
	}
}

// registerMachines registers an enrollee at a registrar again and again.
func registerMachines(b *testing.B, pb *testing.PB, reuse bool) {
	enrollee := registration.EnrolleeConfig{Config: registration.Config{Device: wps.DefaultDevice()}, Password: registration.PIN(pin.MustParse("24681353"))}
	registrar := registration.RegistrarConfig{Config: registration.Config{Device: wps.DefaultDevice()}, Password: enrollee.Password, Credentials: []wps.Credential{{
		SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: fuzzKeys[0],
	}}}
	for i, c := range []*registration.Config{&enrollee.Config, &registrar.Config} {
		d := &c.Device
		d.MAC, d.UUID, d.State = wps.MAC{2, 5: byte(i)}, wps.UUID{1, 15: byte(i)}, wps.Configured
		d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "m", "m", "1", "1", "d"
	}
	if reuse {
		enrollee.KeyPair, registrar.KeyPair = KnownKeyPairs()
	}
	for pb.Next() {
		e, err1 := registration.NewEnrollee(enrollee)
		r, err2 := registration.NewRegistrar(registrar)
		if err1 != nil || err2 != nil {
			b.Error(err1, err2)
			return
		}
		out, err := e.Start()
		for out != nil && err == nil {
			if out, err = r.Handle(out); err == nil && out != nil {
				out, err = e.Handle(out)
			}
		}
		if err != nil || r.Result() == nil {
			b.Error("not registered: ", err)
			return
		}
	}
}

// registerAlone registers a printer at a router by push button again and again,
// without a link between them.
func registerAlone(b *testing.B, pb *testing.PB, reuse bool) {
	w := New(Config{})
	var router, printer *registration.KeyPair
	if reuse {
		printer, router = KnownKeyPairs()
	}
	r := addRouter(b, w, RouterConfig{
		Name: "router", Settings: Settings{Key: fuzzKeys[0]}, // a pre-shared key: see BenchmarkWorld
		Customize: func(c *ap.Config) { c.Registration.KeyPair = router },
	})
	p := addPrinter(b, w, PrinterConfig{Name: "printer"})
	now := w.Now()
	for pb.Next() {
		point := r.newPoint(0)
		if err := point.PressButton(now); err != nil {
			b.Error(err)
			return
		}
		session, err := point.NewSession(p.radio().MAC(), 0)
		if err != nil {
			b.Error(err)
			return
		}
		x, err := NewEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: p.cfg.Device, Rand: p.nonces, KeyPair: printer}, Password: registration.PushButton(),
		})
		if err != nil {
			b.Error(err)
			return
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
			b.Error("not registered")
			return
		}
	}
}

// BenchmarkSessions has many stations register at one access point at the same
// time, each by its own PIN: all are at the same message, and all PINs are in
// the list, whose limit is raised. The keys are reused, so that the work of the
// access point shows. The time is that of one registration, and does not grow
// with the number of stations.
func BenchmarkSessions(b *testing.B) {
	for _, stations := range []int{1, 10, 100, 1000, 10_000} {
		b.Run(fmt.Sprint(stations), func(b *testing.B) {
			w := New(Config{})
			_, router := KnownKeyPairs()
			r := addRouter(b, w, RouterConfig{Name: "router", Customize: func(c *ap.Config) { c.Registration.KeyPair, c.MaxPINs = router, stations }})
			p := addPrinter(b, w, PrinterConfig{Name: "printer"})
			point := r.newPoint(0)
			rounds := max(1, 1000/stations) // about the same work for each row
			for b.Loop() {
				for range rounds {
					registerTogether(b, point, p, stations)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rounds*stations), "ns/registration")
		})
	}
}

// registerTogether registers so many stations like the printer at the access point.
func registerTogether(b *testing.B, point *ap.AccessPoint, p *Printer, stations int) {
	printer, _ := KnownKeyPairs()
	now := p.port.world.Now()
	type pair struct {
		session *ap.Session
		peer    Endpoint
		packet  []byte // of the access point
	}
	pairs := make([]pair, stations)
	for i := range pairs {
		device := p.cfg.Device
		device.UUID = wps.UUID{1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
		device.MAC = wps.MAC{2, 3: byte(i >> 16), 4: byte(i >> 8), 5: byte(i)}
		code, err := pin.Complete(fmt.Sprintf("%07d", i))
		if err != nil {
			b.Fatal(err)
		}
		if err := point.EnterPIN(now, ap.PINEntry{PIN: code, UUID: &device.UUID}); err != nil {
			b.Fatal(err)
		}
		point.Events()
		session, err := point.NewSession(device.MAC, 0)
		if err != nil {
			b.Fatal(err)
		}
		x, err := NewEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: device, Rand: p.nonces, KeyPair: printer}, Password: registration.PIN(code),
		})
		if err != nil {
			b.Fatal(err)
		}
		x.Start(now)
		pairs[i] = pair{session, x, session.Start(now).Send}
	}
	for open := stations; open > 0; {
		for i := range pairs {
			p := &pairs[i]
			if p.packet == nil {
				continue
			}
			step, _ := p.peer.Handle(now, p.packet)
			if p.packet = nil; step.Done {
				open--
				continue
			}
			answer, _ := p.session.Handle(now, step.Send)
			p.packet = answer.Send
			point.Events() // the owner reads them too, so the list stays short
		}
	}
	for i := range pairs {
		if pairs[i].peer.Result() == nil {
			b.Fatalf("station %d of %d is not registered", i, stations)
		}
	}
}

// BenchmarkWorld creates a world for each registration by push button, up to
// the connection. The network key is a pre-shared key: computing it from a
// passphrase costs more than the registration.
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

// BenchmarkTown is a town in which many printers are set up at the same time,
// by PIN, fifty at each router: each frame of one is followed by the same frame
// of all others, so that all registrations are in progress at once. The time is
// that of one registration, with fresh keys on both sides, up to the
// connection. The memory is what the heap holds when all wait for M5, where they
// need most.
func BenchmarkTown(b *testing.B) {
	for _, printers := range []int{100, 1000, 100_000} {
		b.Run(fmt.Sprint(printers), func(b *testing.B) {
			var inUse uint64
			for b.Loop() {
				w := New(Config{})
				for i := 0; i < printers; i += townRouter {
					addTownRouter(b, w, Place(i))
				}
				waiting := 0
				w.cfg.Observe = func(e Event) {
					if e.Kind == Arrived && e.Frame.Type == Data && e.Frame.Name() == "M4" {
						waiting++
					}
				}
				if !w.RunUntil(10*time.Second, func() bool { return waiting == printers }) {
					b.Fatalf("%d of %d came to M4", waiting, printers)
				}
				w.cfg.Observe = nil
				b.StopTimer()
				inUse = heapInUse()
				b.StartTimer()
				w.Run(10 * time.Second)
				for _, p := range w.ports {
					if p, ok := p.device.(*Printer); ok && p.Status().State != Connected {
						b.Fatal(p.port.name, p.Status())
					}
				}
			}
			registrations := float64(b.N * printers)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/registrations, "ns/registration")
			b.ReportMetric(float64(inUse)/(1<<20), "MiB-in-use")
			b.ReportMetric(float64(inUse)/float64(printers), "bytes/registration")
		})
	}
}

// townRouter is how many printers are set up at one router of BenchmarkTown.
const townRouter = 50

// addTownRouter adds a router and its printers to a place. The PINs are entered
// before the printers scan.
func addTownRouter(b *testing.B, w *World, at Place) {
	r := addRouter(b, w, RouterConfig{Name: fmt.Sprint("router ", at), Place: at, Settings: Settings{Key: fuzzKeys[0]}})
	for i := range townRouter {
		p := addPrinter(b, w, PrinterConfig{Name: fmt.Sprint("printer ", int(at)+i), Place: at, Bands: wps.Band24GHz})
		shown, err := p.SetupByPIN()
		if err == nil {
			err = r.EnterPIN(ap.PINEntry{PIN: shown, UUID: &p.cfg.Device.UUID})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// heapInUse returns the size of the heap in octets after a garbage collection.
func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
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
		w.Run(wps.WalkTime + time.Second)
	}
}

// addHome adds a router and a printer to a place, with their buttons pressed.
func addHome(b *testing.B, w *World, at Place) {
	r := addRouter(b, w, RouterConfig{Name: fmt.Sprint("router ", at), Place: at, Settings: Settings{Key: fuzzKeys[0]}})
	p := addPrinter(b, w, PrinterConfig{Name: fmt.Sprint("printer ", at), Place: at, Bands: wps.Band24GHz})
	if err := r.PressButton(); err != nil {
		b.Fatal(err)
	}
	p.SetupByPushButton()
}
