package conformance

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/ieee1905"
	"github.com/gowps/gowps/wps"
)

// closing is a faulty agent as a machine of package ieee1905.
type closing struct{ Agent1905 }

func (closing) Close() {}

// onMesh calls f with one of our devices, with a fault or without, on an
// Ethernet in memory.
func onMesh(t *testing.T, fault meshFault, f func(t *testing.T, device *MeshWire)) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		mac := wps.MAC{2, 0, 0, 0, 0, 5}
		end := ieee1905.NewPort(segment.Join(mac), mac)
		switch d := meshDevice(fault).(type) {
		case *MeshAgent:
			agent := &ieee1905.Agent{Port: end, New: func() (ieee1905.Machine, error) {
				a, err := d.New()
				return closing{a}, err
			}}
			go agent.Serve(t.Context())
		case *MeshController:
			controller := &ieee1905.Controller{Port: end, Answer: d.Answer}
			go controller.Serve(t.Context())
		}
		f(t, &MeshWire{Role: fault.role, Listen: func(mac wps.MAC) (eapol.Conn, error) { return segment.Join(mac), nil }})
	})
}

// TestMeshWire tests our agent and our controller on an Ethernet, and those
// with faults that are visible there.
func TestMeshWire(t *testing.T) {
	for _, role := range []Role{Agent, Controller} {
		onMesh(t, meshFault{role: role}, func(t *testing.T, device *MeshWire) {
			s, err := New(Config{Device: device, Role: role})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range s.Run(t.Context()) {
				if r.Verdict != Pass {
					t.Error(r.Text())
				}
			}
		})
	}
	// From outside, a panic looks like a program that has ended, and an agent
	// that accepts an M2 of another network serves that network.
	unseen := []string{"AGENT M2 twice crashes it", "AGENT a cut M2 crashes it", "CTRL a cut M1 crashes it"}
	for _, fault := range meshFaults {
		if slices.Contains(unseen, fault.name) {
			continue
		}
		t.Run(fault.name, func(t *testing.T) {
			c := findCase(t, fault.kills)
			onMesh(t, fault, func(t *testing.T, device *MeshWire) {
				s, err := New(Config{Device: device, Role: fault.role})
				if err != nil {
					t.Fatal(err)
				}
				if r := s.RunCase(t.Context(), c); r.Verdict != Fail {
					t.Errorf("%s %q: %v: %s", c.ID, c.Title, r.Verdict, r.Reason)
				}
			})
		})
	}
}

// TestMeshWireAlone tests an Ethernet without a device.
func TestMeshWireAlone(t *testing.T) {
	for _, role := range []Role{Agent, Controller} {
		synctest.Test(t, func(t *testing.T) {
			var segment eapol.Segment
			s, err := New(Config{Role: role, Only: "*-NET-01", Device: &MeshWire{
				Role: role, Listen: func(mac wps.MAC) (eapol.Conn, error) { return segment.Join(mac), nil },
			}})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			for _, r := range s.Run(t.Context()) {
				if r.Verdict != Inconclusive || time.Since(began) > time.Minute {
					t.Errorf("%v after %v: %s", r.Verdict, time.Since(began), r.Reason)
				}
			}
		})
	}
}
