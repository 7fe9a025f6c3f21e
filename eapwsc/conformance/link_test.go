package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// peer returns our own station as an exchange, with a key pair unless that is nil.
func peer(t testing.TB, pair *registration.KeyPair) *eapwsc.Peer {
	t.Helper()
	m, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: fixture.Device(2), KeyPair: pair}, Password: registration.PIN(fixture.PIN(t, ownPIN)),
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestStream tests a station behind a stream connection.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := &Stream{Dial: func(wps.MAC) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				defer far.Close()
				p := peer(t, nil)
				l := &streamLink{conn: far, arrived: make(chan []byte, streamQueue)}
				go l.read()
				step := p.Start(time.Now())
				for !step.Done {
					packet, err := l.Receive(step.Deadline)
					if err != nil {
						return
					}
					if packet == nil {
						step, _ = p.Timeout(time.Now())
					} else {
						step, _ = p.Handle(time.Now(), packet)
					}
					if step.Send != nil {
						if _, err := far.Write(step.Send); err != nil {
							return
						}
					}
				}
			}()
			return near, nil
		}}
		runSome(t, Config{Device: device, Role: Station, OwnPIN: ownPIN, Only: "STA-ENR-PIN"}, 5)
	})
}

// onWire calls f with our access point on an Ethernet in memory.
func onWire(t *testing.T, f func(t *testing.T, device *Wire, hands Funcs)) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		inner, _ := newAccessPoint(t)
		authenticator := eapol.NewAuthenticator(segment.Join(wps.MAC{2, 0, 0, 0, 0, 1}), inner.(*accessPoint).point)
		go authenticator.Serve(t.Context(), nil)
		synctest.Wait()
		f(t, &Wire{Role: APRegistrar, Listen: func(mac wps.MAC) (eapol.Conn, error) { return segment.Join(mac), nil }},
			Funcs{EnterPIN: func(digits string) (_ string, err error) {
				authenticator.Do(func(now time.Time, point apPoint) { err = enterAt(point, now, digits) })
				return "", err
			}})
	})
}

// TestWire tests an access point on an Ethernet in memory.
func TestWire(t *testing.T) {
	onWire(t, func(t *testing.T, device *Wire, hands Funcs) {
		runSome(t, Config{Device: device, Role: APRegistrar, Controls: hands, Only: "AP-REG-PIN-0[1-5]"}, 5)
		runSome(t, Config{Device: device, Role: APRegistrar, Controls: hands, Only: "AP-REG-*-32"}, 5)
	})
}

// deafToStart is a connection that drops EAPOL-Start.
type deafToStart struct {
	eapol.Conn
	started bool
}

func (c *deafToStart) WriteFrame(b []byte, to wps.MAC) error {
	if f, err := eapol.ParseFrame(b); err == nil && f.Type == eapol.TypeStart {
		if c.started {
			return nil
		}
		c.started = true
	}
	return c.Conn.WriteFrame(b, to)
}

// TestStartAgain tests an access point that does not receive the EAPOL-Start of
// a station that restarts in the middle of a run.
func TestStartAgain(t *testing.T) {
	onWire(t, func(t *testing.T, device *Wire, hands Funcs) {
		inner := device.Listen
		device.Listen = func(mac wps.MAC) (eapol.Conn, error) {
			conn, err := inner(mac)
			return &deafToStart{Conn: conn}, err
		}
		s, err := New(Config{Device: device, Role: APRegistrar, Controls: hands, Only: "AP-REG-*-32"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Run(t.Context()) {
			if r.Verdict != Fail {
				t.Errorf("%s: %v", r.Case.ID, r.Verdict)
			}
		}
	})
}

// runSome runs cases, which must all pass.
func runSome(t *testing.T, cfg Config, n int) {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	results := s.Run(t.Context())
	if len(results) != n {
		t.Errorf("%d cases, want %d", len(results), n)
	}
	for _, r := range results {
		if r.Verdict != Pass {
			t.Error(r.Text())
		}
	}
}

// opened counts the exchanges with a device.
type opened struct {
	Device
	n int
}

func (d *opened) Open(mac wps.MAC) (Link, error) {
	d.n++
	return d.Device.Open(mac)
}

// TestSubtests runs the suite as subtests, in every role.
func TestSubtests(t *testing.T) {
	for _, test := range []struct {
		only   string
		device func(testing.TB) (Device, Controls)
		run    func(*testing.T, Config)
	}{
		{"AP-REG-PIN", newAccessPoint, TestAccessPoint},
		{"AP-ENR-PIN", newAccessPoint, TestAccessPoint},
		{"STA-ENR-M4", newStation, TestEnrollee},
		{"ER-PIN", newRegistrar, TestRegistrar},
		{"AGENT-NET", func(testing.TB) (Device, Controls) { return meshDevice(meshFault{role: Agent}), nil }, TestAgent},
		{"CTRL-NET", func(testing.TB) (Device, Controls) { return meshDevice(meshFault{role: Controller}), nil }, TestController},
	} {
		t.Run(test.only, func(t *testing.T) {
			inner, controls := test.device(t)
			device := &opened{Device: inner}
			test.run(t, Config{Device: device, Controls: controls, OwnPIN: ownPIN, Only: test.only})
			if device.n == 0 {
				t.Error("no case has tried the device")
			}
		})
	}
}

// TestReports writes a report about an access point with faults in every
// format.
func TestReports(t *testing.T) {
	m := singleMutants[0]
	device, controls := build(t, m)
	s, err := New(Config{Device: device, Role: m.role, Controls: controls, Only: "AP-REG-P[IB]*"})
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{Device: "A <router> & more", Role: m.role, Began: epoch, Results: s.Run(t.Context())}
	r.Results = append(r.Results, s.RunCase(t.Context(), findCase(t, "AP-REG-M1-32")))
	if r.Conforms() {
		t.Fatal("the faulty device conforms")
	}
	var text, js, junit, html bytes.Buffer
	for _, err := range []error{r.WriteText(&text), r.WriteJSON(&js), r.WriteJUnit(&junit), r.WriteHTML(&html)} {
		if err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(text.String(), "1 not applicable: it needs: EAPOL-Start\n") || !strings.Contains(text.String(), "AP-REG-PIN-08  fail: a PIN is used once\n") || !strings.Contains(text.String(), "<- M8") || !strings.Contains(text.String(), "    doctor: ") {
		t.Errorf("%s", &text)
	}
	var parsed jsonReport
	if err := json.Unmarshal(js.Bytes(), &parsed); err != nil || parsed.Fail == 0 || len(parsed.Results) != len(r.Results) {
		t.Errorf("%+v, %v", parsed, err)
	}
	var suite junitSuite
	if err := xml.Unmarshal(junit.Bytes(), &suite); err != nil || suite.Failures != parsed.Fail || suite.Tests != len(r.Results) {
		t.Errorf("%+v, %v", suite, err)
	}
	if !strings.Contains(html.String(), "A &lt;router&gt; &amp; more") || !strings.Contains(html.String(), "<svg") {
		t.Error("the page lacks its title or its ladder")
	}
	for _, b := range []*bytes.Buffer{&text, &js, &junit, &html} {
		if strings.Contains(b.String(), string(fixture.Network.NetworkKey)) || strings.Contains(b.String(), stationPIN) {
			t.Error("a report holds a secret")
		}
	}

	r.Baseline = Baseline{}
	for _, x := range r.Results {
		if x.Verdict == Fail {
			r.Baseline[x.Case.ID] = "known"
		}
	}
	if !r.Conforms() {
		t.Error("known differences are failures")
	}
	r.Baseline["AP-REG-PIN-02"] = "known"
	if failures, healed := r.Changes(); len(failures) != 0 || len(healed) != 1 {
		t.Errorf("%d new failures, %d healed", len(failures), len(healed))
	}
}

// TestLost tests devices that a case leaves unusable: the remaining cases
// report that without long delays. A device that recovers is tested further.
func TestLost(t *testing.T) {
	for _, comesBack := range []bool{false, true} {
		d, controls := newStation(t)
		process := processOf(d)
		inner, n := process.New, 0
		process.New = func(now time.Time, mac wps.MAC) (Handler, error) {
			n++
			if n > 10 && (!comesBack || n < 14) {
				panic("a fault of the device")
			}
			return inner(now, mac)
		}
		s, err := New(Config{Device: d, Role: Station, Controls: controls, OwnPIN: ownPIN, Only: "STA-ENR-[PNF]*", Short: true})
		if err != nil {
			t.Fatal(err)
		}
		r := &Report{Role: Station, Results: s.Run(t.Context())}
		last := r.Results[len(r.Results)-1]
		switch {
		case len(r.Results) != len(s.cases) || r.count(Fail) == 0:
			t.Errorf("%d of %d cases, %d fail", len(r.Results), len(s.cases), r.count(Fail))
		case comesBack && last.Verdict != Pass:
			t.Errorf("it came back: %s", last.Text())
		case !comesBack && (last.Verdict != Inconclusive || !strings.Contains(last.Reason, "since STA-ENR-") || !last.Unusable || n > 30):
			t.Errorf("it did not come back, and was tried %d times: %s", n, last.Text())
		}
	}
}

func TestBaseline(t *testing.T) {
	b, err := ReadBaseline(strings.NewReader("# hostapd 2.10\n\nAP-REG-PIN-01  a reason\n"))
	if err != nil || b["AP-REG-PIN-01"] != "a reason" {
		t.Errorf("%v, %v", b, err)
	}
	for _, bad := range []string{"AP-REG-NONE-01 reason", "AP-REG-PIN-01"} {
		if _, err := ReadBaseline(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestConfig(t *testing.T) {
	device, _ := newStation(t)
	for _, cfg := range []Config{{}, {Device: device}, {Device: device, Role: 9}, {Device: device, Role: Station, Only: "["}} {
		if _, err := New(cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// TestCommands runs shell commands.
func TestCommands(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands here are for sh")
	}
	file := filepath.Join(t.TempDir(), "entered")
	c := Commands{EnterPIN: "echo {pin} >'" + file + "'", ShowPIN: "echo 12345670", Press: "echo FAIL", Cancel: "exit 3"}
	if answer, err := c.Do(t.Context(), EnterPIN, "24681353"); err != nil {
		t.Fatal(answer, err)
	}
	if pin, err := c.Do(t.Context(), ShowPIN, ""); err != nil || pin != "12345670" {
		t.Errorf("%q, %v", pin, err)
	}
	for _, control := range []Control{Press, Cancel} {
		if _, err := c.Do(t.Context(), control, ""); !errors.Is(err, ErrRefused) {
			t.Errorf("%v: %v", control, err)
		}
	}
	if _, err := c.Do(t.Context(), Restart, ""); !errors.Is(err, ErrNoControl) {
		t.Error(err)
	}
	if _, err := c.Do(t.Context(), EnterPIN, "1; reboot"); err == nil {
		t.Error("a PIN reached the shell")
	}

	// Programs that a command has started do not keep it, nor those that wait.
	c = Commands{Press: "sleep 100 & echo $!", Cancel: "sleep 100; true", ShowPIN: "echo 12345670; exit 1", Unlock: "yes | head -c 10000000"}
	began := time.Now()
	answer, err := c.Do(t.Context(), Press, "")
	if err != nil {
		t.Error(err)
	}
	if id, err := strconv.Atoi(answer); err != nil {
		t.Error(err)
	} else if p, err := os.FindProcess(id); err == nil {
		_ = p.Kill()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Do(ctx, Cancel, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("commands that do not end took %v", took)
	}
	if _, err := c.Do(t.Context(), ShowPIN, ""); !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "12345670") {
		t.Error(err)
	}
	if answer, err := c.Do(t.Context(), Unlock, ""); err != nil || len(answer) > 1<<16 {
		t.Errorf("%d octets, %v", len(answer), err)
	}
}

// TestPerson uses an operator who answers, refuses, and goes away.
func TestPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, keyboard := io.Pipe()
		var out bytes.Buffer
		p := &Operator{In: bufio.NewReader(in), Out: &out, Can: []Control{Press, EnterPIN, ShowPIN}, Count: true}
		go func() {
			for _, line := range []string{"\n", "no\n", "1234-5670\n"} {
				time.Sleep(3 * time.Second)
				_, _ = io.WriteString(keyboard, line)
			}
		}()
		if _, err := p.Do(t.Context(), Press, ""); err != nil {
			t.Error(err)
		}
		if _, err := p.Do(t.Context(), EnterPIN, "24681353"); !errors.Is(err, ErrRefused) {
			t.Error(err)
		}
		if pin, err := p.Do(t.Context(), ShowPIN, ""); err != nil || pin != "12345670" {
			t.Errorf("%q, %v", pin, err)
		}
		began := time.Now()
		if _, err := p.Do(t.Context(), Press, ""); err == nil || time.Since(began) != time.Minute {
			t.Errorf("nobody is there: %v after %v", err, time.Since(began))
		}
		if text := out.String(); !strings.Contains(text, "Now enter PIN 24681353, then") || !strings.Contains(text, "[58 s]") || p.Has(Cancel) {
			t.Errorf("%q", text)
		}
		go io.WriteString(keyboard, "\n") // too late: it does not answer the next question
		synctest.Wait()
		time.Sleep(time.Second)
		began = time.Now()
		if _, err := p.Do(t.Context(), Press, ""); err == nil || time.Since(began) != time.Minute {
			t.Errorf("a late answer: %v after %v", err, time.Since(began))
		}
		keyboard.Close()
		began = time.Now()
		if _, err := p.Do(t.Context(), Press, ""); !errors.Is(err, ErrNoControl) || time.Since(began) != 0 {
			t.Errorf("nobody will be there: %v after %v", err, time.Since(began))
		}
	})
}
