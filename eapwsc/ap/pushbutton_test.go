package ap

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"pgregory.net/rapid"
)

// pushButtonScript runs lines of "seconds action arguments = outcome". The
// actions are
//
//	probe MAC UUID    ok or overlap (noticed now)
//	press, pressfor MAC, m1 MAC UUID, m3
//	                  ok or the refusal
//	done UUID, cancel
//	timeout           ended or nothing
//	active            yes or no
//	heard             how many devices
//	deadline          seconds or none
func pushButtonScript(t *testing.T, b *PushButton, script string) {
	t.Helper()
	refusals := map[string]error{
		"ok": nil, "overlap": ErrOverlap, "not-pressed": ErrNotPressed, "other-device": ErrOtherDevice, "not-heard": ErrNotHeard,
	}
	outcome := func(err error) string {
		for name, r := range refusals {
			if errors.Is(err, r) {
				return name
			}
		}
		return "?"
	}
	choose := func(cond bool, yes, no string) string {
		if cond {
			return yes
		}
		return no
	}
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		action, want, _ := strings.Cut(line, "=")
		f, want := strings.Fields(action), strings.TrimSpace(want)
		seconds, err := strconv.ParseFloat(f[0], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		now, got := fixture.At(seconds), ""
		switch f[1] {
		case "probe":
			got = choose(b.Heard(now, fixture.MAC(f[2]), fixture.UUID(f[3])), "overlap", "ok")
		case "press":
			got = outcome(b.Press(now))
		case "pressfor":
			b.PressFor(now, fixture.MAC(f[2]))
		case "m1":
			got = outcome(b.Admit(now, fixture.MAC(f[2]), fixture.UUID(f[3])))
		case "m3":
			got = outcome(b.Recheck(now))
		case "done":
			b.Done(now, fixture.UUID(f[2]))
		case "cancel":
			b.Cancel()
		case "timeout":
			got = choose(b.Timeout(now), "ended", "nothing")
		case "active":
			got = choose(b.Active(now), "yes", "no")
		case "heard":
			got = strconv.Itoa(len(b.Monitored(now)))
		case "deadline":
			got = choose(b.Deadline().IsZero(), "none", fmt.Sprint(b.Deadline().Sub(fixture.Began).Seconds()))
		default:
			t.Fatalf("%q: unknown action", line)
		}
		if got != want {
			t.Errorf("%q: got %q", strings.TrimSpace(line), got)
		}
	}
}

// hostap: test_ap_wps_pbc_session_workaround
func TestPushButton(t *testing.T) {
	for _, tt := range []struct {
		name   string
		button PushButton
		script string
	}{
		{name: "nobody pressed", script: `
			0 active = no
			0 deadline = none
			0 m1 a1 A = not-pressed
			0 timeout = nothing`},
		{name: "press, then the enrollee", script: `
			0 press = ok
			0 deadline = 120
			5 probe a1 A = ok
			6 m1 a1 A = ok
			7 m3 = ok
			8 done A
			8 active = no
			8 deadline = none
			8 m1 a1 A = not-pressed`},
		{name: "probes heard before the press", script: `
			0 probe a1 A = ok
			60 probe a1 A = ok
			100 press = ok
			101 m1 a1 A = ok`},
		{name: "enrollee that never probed", script: `
			0 press = ok
			1 m1 a1 A = ok
			1 heard = 1`},
		{name: "press within 120 s after someone else's press", script: `
			0 probe b1 B = ok
			100 probe a1 A = ok
			119.9 press = overlap
			119.9 active = no
			120 heard = 1
			120 press = ok
			121 m1 a1 A = ok`},
		{name: "someone else presses during the walk time", script: `
			0 press = ok
			1 m1 a1 A = ok
			2 probe b1 B = overlap
			3 probe b1 B = ok
			4 m3 = overlap
			5 m1 a1 A = overlap
			6 m1 b1 B = overlap
			6 active = yes`},
		{name: "two enrollees register at once", script: `
			0 press = ok
			1 m1 a1 A = ok
			2 m1 b1 B = overlap
			3 m3 = overlap`},
		{name: "other device heard before the press, and the enrollee never", script: `
			0 probe b1 B = ok
			60 press = ok
			61 m1 a1 A = overlap`},
		{name: "overlap lasts after the other device is forgotten", script: `
			0 probe b1 B = ok
			115 press = ok
			116 probe a1 A = overlap
			121 heard = 1
			121 m1 a1 A = overlap
			121 m3 = overlap`},
		{name: "overlap ends with the next press", script: `
			0 probe b1 B = ok
			115 press = ok
			116 probe a1 A = overlap
			121 press = ok
			121 m3 = ok
			122 m1 a1 A = ok`},
		{name: "overlap ends with the walk time", script: `
			0 press = ok
			1 probe a1 A = ok
			2 probe b1 B = overlap
			119 m3 = overlap
			120 m3 = ok
			120 timeout = ended
			120 m3 = ok`},
		{name: "a refused press leaves the running walk time as it is", script: `
			0 press = ok
			1 probe a1 A = ok
			2 probe b1 B = overlap
			3 press = overlap
			3 deadline = 120
			3 m3 = overlap`},
		{name: "press twice", script: `
			0 press = ok
			100 press = ok
			100 deadline = 220
			120 timeout = nothing
			219 m1 a1 A = ok
			220 active = no
			220 timeout = ended
			220 timeout = nothing`},
		{name: "walk time over, Timeout not yet called", script: `
			0 press = ok
			119.999 active = yes
			120 active = no
			120 m1 a1 A = not-pressed`},
		{name: "the walk time ends during a registration", script: `
			0 press = ok
			119 m1 a1 A = ok
			120 timeout = ended
			121 m3 = ok`},
		{name: "retry with another address, the same UUID-E", script: `
			0 press = ok
			1 probe a1 A = ok
			2 m1 a1 A = ok
			10 probe a2 A = ok
			11 m1 a2 A = ok
			12 m3 = ok
			12 heard = 1`},
		{name: "another UUID-E from the same address", script: `
			0 press = ok
			1 probe a1 A = ok
			2 probe a1 B = overlap`},
		{name: "two radios of one enrollee before the press", script: `
			0 probe a1 A = ok
			1 probe a2 A = ok
			2 heard = 1
			2 press = ok
			3 m1 a2 A = ok`},
		{name: "UUID-E of zeros is one like any other", script: `
			0 probe a1 0 = ok
			1 press = ok
			2 m1 a1 0 = ok
			3 probe b1 0 = ok
			4 probe b1 B = overlap
			5 m1 a1 0 = overlap`},
		{name: "UUID-E of zeros is not taken for the finished one", script: `
			0 probe a1 0 = ok
			0 heard = 1`},
		{name: "refreshed by later probes", script: `
			0 probe b1 B = ok
			60 probe b1 B = ok
			179 probe a1 A = ok
			179 press = overlap
			180 press = ok`},
		{name: "failure leaves the mode on for another attempt", script: `
			0 press = ok
			1 m1 a1 A = ok
			60 m1 a1 A = ok
			60 deadline = 120`},
		{name: "the finished enrollee probes on and does not disturb the next", script: `
			0 press = ok
			1 m1 a1 A = ok
			2 done A
			3 probe a1 A = ok
			6.9 probe a1 A = ok
			6.9 heard = 0
			7 probe b1 B = ok
			7 press = ok
			8 m1 b1 B = ok`},
		{name: "grace is over after five seconds", script: `
			0 press = ok
			1 m1 a1 A = ok
			2 done A
			7 probe a1 A = ok
			7 heard = 1
			8 probe b1 B = ok
			8 press = overlap`},
		{name: "grace is for the finished UUID-E only", script: `
			0 press = ok
			1 m1 a1 A = ok
			2 done A
			3 probe b1 B = ok
			3 heard = 1`},
		{name: "other devices stay on the list after a registration", script: `
			0 pressfor a1
			1 probe b1 B = ok
			2 probe c1 C = ok
			3 m1 a1 A = ok
			4 done A
			5 heard = 2
			5 press = overlap`},
		{name: "cancelled", script: `
			0 press = ok
			1 cancel
			1 active = no
			1 timeout = nothing
			1 m1 a1 A = not-pressed
			2 press = ok
			3 m1 a1 A = ok`},
		{name: "for one device: overlap does not count", script: `
			0 probe b1 B = ok
			1 probe c1 C = ok
			2 press = overlap
			2 pressfor a1
			3 probe a1 A = ok
			4 m1 a1 A = ok
			5 probe b1 B = ok
			6 m3 = ok`},
		{name: "for one device: others are refused and do it no harm", script: `
			0 pressfor a1
			1 m1 b1 B = other-device
			2 m1 a1 A = ok
			3 m3 = ok`},
		{name: "for one device: the next press is for any", script: `
			0 pressfor a1
			1 press = ok
			2 m1 b1 B = ok`},
		{name: "a probe is required", button: PushButton{RequireProbe: true}, script: `
			0 press = ok
			1 m1 a1 A = not-heard
			2 probe a1 A = ok
			3 m1 a2 A = ok`},
		{name: "a probe is required, and was heard too long ago", button: PushButton{RequireProbe: true}, script: `
			0 probe a1 A = ok
			100 press = ok
			120 m1 a1 A = not-heard`},
	} {
		t.Run(tt.name, func(t *testing.T) { pushButtonScript(t, &tt.button, tt.script) })
	}
}

// TestPushButtonFlood checks that the probes of many strangers neither take
// much memory nor displace a device.
func TestPushButtonFlood(t *testing.T) {
	t.Run("addresses of one UUID-E", func(t *testing.T) {
		var b PushButton
		b.Heard(fixture.At(0), fixture.MAC("v"), fixture.UUID("victim"))
		for i := range 10_000 {
			b.Heard(fixture.At(1), fixture.MAC(fmt.Sprint("x", i)), fixture.UUID("X"))
		}
		if got := len(b.heard); got != 2 {
			t.Errorf("%d entries", got)
		}
		if err := b.Press(fixture.At(2)); err != ErrOverlap {
			t.Errorf("press: %v", err)
		}
	})
	t.Run("UUID-Es", func(t *testing.T) {
		var b PushButton
		for i := range 10_000 {
			b.Heard(fixture.At(1), fixture.MAC("x"), fixture.UUID(fmt.Sprint("x", i)))
		}
		if got := len(b.heard); got != maxMonitored {
			t.Errorf("%d entries", got)
		}
		if err := b.Press(fixture.At(2)); err != ErrOverlap {
			t.Errorf("press: %v", err)
		}
		if err := b.Press(fixture.At(121)); err != nil {
			t.Errorf("press after the monitor time: %v", err)
		}
	})
	t.Run("and all of them register", func(t *testing.T) {
		var b PushButton
		for i := range maxMonitored + 1 {
			b.Heard(fixture.At(1), fixture.MAC("x"), fixture.UUID(fmt.Sprint("x", i)))
		}
		for i := range maxMonitored {
			b.Done(fixture.At(2), fixture.UUID(fmt.Sprint("x", i+1)))
		}
		if got := len(b.Monitored(fixture.At(2))); got != 0 {
			t.Fatalf("%d devices left", got)
		}
		b.PressFor(fixture.At(3), fixture.MAC("y"))
		b.Cancel()
		b.Heard(fixture.At(3), fixture.MAC("y"), fixture.UUID("Y"))
		if err := b.Press(fixture.At(4)); err != ErrOverlap {
			t.Errorf("the device that found no room is forgotten: press: %v", err)
		}
	})
}

// pushButtonLog is the model: the complete history, searched again for each
// question.
type pushButtonLog []pushButtonEvent

type pushButtonEvent struct {
	at     time.Time
	what   string // heard, press, done, cancel, overlap
	device string
}

// grace reports whether the device is the one that finished last, less than
// five seconds before now.
func (l pushButtonLog) grace(now time.Time, device string) bool {
	for _, e := range slices.Backward(l) {
		if e.what == "done" {
			return e.device == device && now.Before(e.at.Add(5*time.Second))
		}
	}
	return false
}

// present returns the devices that count at now.
func (l pushButtonLog) present(now time.Time) map[string]bool {
	devices := map[string]bool{}
	for _, e := range l {
		switch e.what {
		case "done":
			delete(devices, e.device)
		case "probe", "admitted", "refused":
			if now.Before(e.at.Add(120 * time.Second)) {
				devices[e.device] = true
			}
		}
	}
	return devices
}

func (l pushButtonLog) others(now time.Time, device string) bool {
	devices := l.present(now)
	delete(devices, device)
	return len(devices) > 0
}

// mode returns whether the walk time runs, and whether there was an overlap in
// it.
func (l pushButtonLog) mode(now time.Time) (active, overlap bool) {
	for _, e := range l {
		switch e.what {
		case "press":
			active, overlap = now.Before(e.at.Add(120*time.Second)), false
		case "done", "cancel":
			active, overlap = false, false
		case "overlap":
			overlap = true
		}
	}
	return active, active && overlap
}

func TestPushButtonModel(t *testing.T) { rapid.Check(t, checkPushButton) }

func FuzzPushButton(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkPushButton)) }

func checkPushButton(t *rapid.T) {
	device := rapid.SampledFrom([]string{"A", "B", "C", "0"})
	var b PushButton
	var log pushButtonLog
	now := fixture.Began
	note := func(what, device string) { log = append(log, pushButtonEvent{now, what, device}) }
	refuse := func(got, want error) {
		if got != want {
			t.Fatalf("%v: got %v, want %v", now.Sub(fixture.Began), got, want)
		}
	}
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			active, overlap := log.mode(now)
			if b.Active(now) != active || (b.Recheck(now) != nil) != overlap || len(b.Monitored(now)) != len(log.present(now)) {
				t.Fatalf("%v: active %v, overlap %v, devices %v; model: %v, %v, %v", now.Sub(fixture.Began),
					b.Active(now), b.Recheck(now), b.Monitored(now), active, overlap, log.present(now))
			}
		},
		"wait": func(t *rapid.T) {
			seconds := rapid.SampledFrom([]int{1, 4, 5, 30, 60, 119, 120}).Draw(t, "seconds")
			now = now.Add(time.Duration(seconds) * time.Second)
		},
		"probe": func(t *rapid.T) {
			d := device.Draw(t, "device")
			active, overlap := log.mode(now)
			noticed := false
			if !log.grace(now, d) {
				note("probe", d)
				noticed = active && !overlap && log.others(now, d)
			}
			if noticed {
				note("overlap", "")
			}
			if got := b.Heard(now, fixture.MAC(d), fixture.UUID(d)); got != noticed {
				t.Fatalf("overlap noticed: %v, want %v", got, noticed)
			}
		},
		"press": func(t *rapid.T) {
			var want error
			if len(log.present(now)) > 1 {
				want = ErrOverlap
			} else {
				note("press", "")
			}
			refuse(b.Press(now), want)
		},
		"M1": func(t *rapid.T) {
			d := device.Draw(t, "device")
			var want error
			switch active, overlap := log.mode(now); {
			case !active:
				want = ErrNotPressed
			case overlap || log.others(now, d):
				want = ErrOverlap
				note("refused", d)
				note("overlap", "")
			default:
				note("admitted", d)
			}
			refuse(b.Admit(now, fixture.MAC(d), fixture.UUID(d)), want)
		},
		"done": func(t *rapid.T) {
			d := device.Draw(t, "device")
			note("done", d)
			b.Done(now, fixture.UUID(d))
		},
		"cancel": func(*rapid.T) {
			note("cancel", "")
			b.Cancel()
		},
		"timeout": func(t *rapid.T) {
			want := !b.Deadline().IsZero() && !now.Before(b.Deadline())
			if got := b.Timeout(now); got != want {
				t.Fatalf("ended %v, want %v", got, want)
			}
		},
	})
}

// TestPushButtonCaptured replays the probes of two pressed stations at a real
// access point, which refused the press, and those of one, which it accepted.
func TestPushButtonCaptured(t *testing.T) {
	for _, tt := range []struct {
		capture string
		devices int
		want    error
	}{
		{"pbc-overlap-sta", 2, ErrOverlap},
		{"pbc", 1, nil},
		{"locked", 0, nil}, // the station in it uses the PIN
	} {
		t.Run(tt.capture, func(t *testing.T) {
			var b PushButton
			var now time.Time
			for _, frame := range fixture.Air(t, tt.capture) {
				if frame.Kind != "probe-request" {
					continue
				}
				now = frame.At
				var e wps.ProbeRequest
				if err := wps.Decode(&e, frame.Attributes, wps.Tolerant); err != nil {
					t.Fatal(err)
				}
				b.Probe(now, frame.From, &e)
			}
			if got := len(b.Monitored(now)); got != tt.devices {
				t.Errorf("%d devices, want %d", got, tt.devices)
			}
			if err := b.Press(now); err != tt.want {
				t.Errorf("press: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestPushButtonProbe(t *testing.T) {
	pressed := wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: fixture.UUID("A")}
	pin, nameless := pressed, pressed
	pin.DevicePasswordID = wps.PasswordDefault
	nameless.UUIDE = wps.UUID{}
	for _, tt := range []struct {
		name string
		e    wps.ProbeRequest
		want int
	}{{"pressed", pressed, 1}, {"wants a PIN", pin, 0}, {"without UUID-E", nameless, 0}} {
		var b PushButton
		if err := b.Press(fixture.At(0)); err != nil {
			t.Fatal(err)
		}
		b.Heard(fixture.At(1), fixture.MAC("b"), fixture.UUID("B"))
		overlap := b.Probe(fixture.At(2), fixture.MAC("a"), &tt.e)
		if got := len(b.Monitored(fixture.At(2))) - 1; got != tt.want || overlap != (tt.want == 1) {
			t.Errorf("%s: %d devices heard, overlap %v; want %d", tt.name, got, overlap, tt.want)
		}
	}
}

func BenchmarkPushButtonHeard(b *testing.B) {
	var button PushButton
	for i := range maxMonitored {
		button.Heard(fixture.At(0), fixture.MAC("x"), fixture.UUID(fmt.Sprint("x", i)))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		button.Heard(fixture.At(1), fixture.MAC("x"), fixture.UUID(string(rune('a'+i%26))))
	}
}
