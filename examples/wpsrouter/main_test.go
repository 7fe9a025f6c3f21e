package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/browser"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(new(router)) })
}

var routerMAC = wps.MAC{2, 0, 0, 0, 0, 1}

// world is a router in memory, with its page on a port of this machine.
type world struct {
	*testing.T
	segment eapol.Segment
	url     string
	stop    func() (status int, said string)
	timeout time.Duration // of a device, until it gives up; 0 is the default
}

// said is the output of the program; it sends the address of the page.
type said struct {
	strings.Builder
	address chan string
}

var address = regexp.MustCompile(`http://\S+`)

func (s *said) Write(b []byte) (int, error) {
	if a := address.Find(b); a != nil {
		s.address <- string(a)
	}
	return s.Builder.Write(b)
}

// newWorld starts the program.
func newWorld(t *testing.T, args ...string) *world {
	t.Helper()
	w := &world{T: t}
	r := &router{open: func(string) (eapol.Conn, wps.MAC, error) { return w.segment.Join(routerMAC), routerMAC, nil }}
	out := &said{address: make(chan string, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- program.Run(ctx, command(r), program.IO{Out: out, Err: out}, append([]string{"-i", "eth0", "-listen", "127.0.0.1:0"}, args...))
	}()
	stopped := false
	w.stop = func() (int, string) {
		if stopped {
			return 0, ""
		}
		stopped = true
		cancel()
		return <-ended, out.String()
	}
	t.Cleanup(func() { w.stop() })
	select {
	case w.url = <-out.address:
	case status := <-ended:
		stopped = true
		t.Fatalf("exit status %d: %s", status, out)
	}
	return w
}

// do submits a form, and returns the page.
func (w *world) do(action string, form url.Values) string {
	w.Helper()
	response, err := http.PostForm(w.url+action, form)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		w.Fatalf("%s, %v", response.Status, err)
	}
	return string(b)
}

// enroll registers a device.
func (w *world) enroll(n byte, password registration.Password) (*registration.Result, error) {
	w.Helper()
	d := wps.DefaultDevice()
	d.MAC, d.DeviceName, d.Manufacturer, d.ModelName = wps.MAC{2, 0, 0, 0, 0, n}, "<b>Printer</b>", "Works", "P1"
	d.UUID = wps.UUIDFromMAC(d.MAC)
	machine, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: d}, Password: password})
	if err != nil {
		w.Fatal(err)
	}
	return w.exchange(d.MAC, machine)
}

func (w *world) exchange(mac wps.MAC, machine eapwsc.Machine) (*registration.Result, error) {
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine, Timeout: w.timeout})
	if err != nil {
		w.Fatal(err)
	}
	return eapol.Run(w.Context(), w.segment.Join(mac), peer)
}

// read reads the settings as an external registrar.
func (w *world) read(n byte, digits string) (*registration.Result, error) {
	w.Helper()
	d := wps.DefaultDevice()
	d.MAC = wps.MAC{2, 0, 0, 0, 0, n}
	d.UUID = wps.UUIDFromMAC(d.MAC)
	machine, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: d}, Password: registration.PIN(pin.MustParse(digits)), AP: true,
	})
	if err != nil {
		w.Fatal(err)
	}
	return w.exchange(d.MAC, machine)
}

// holds checks that a page contains texts.
func holds(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("no %q in\n%s", text, page)
		}
	}
}

var ownPIN = regexp.MustCompile(`<b>(\d{8})</b>`)

// TestPage uses all functions of the page, without a browser.
func TestPage(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	w := newWorld(t, "-ssid", "home", "-passphrase", "correct horse", "-state", state)
	holds(t, w.do("", nil), "WPS of home", "is not waiting for a device", "has no PIN", "none yet")

	holds(t, w.do("button", nil), "waits for a device by push button", `id="cancel"`, "refresh")
	if result, err := w.enroll(2, registration.PushButton()); err != nil || string(result.Credentials[0].NetworkKey) != "correct horse" {
		t.Fatal(err)
	}
	holds(t, w.do("", nil), "is not waiting for a device", "registered: ", "&lt;b&gt;Printer&lt;/b&gt;")

	holds(t, w.do("pin", url.Values{"pin": {"12345678"}}), "That was not done: ", "is not waiting for a device")
	holds(t, w.do("pin", url.Values{"pin": {"1234-5670"}}), "waits for a device by PIN")
	holds(t, w.do("cancel", nil), "is not waiting for a device")
	w.do("pin", url.Values{"pin": {"12345670"}})
	if _, err := w.enroll(3, registration.PIN(pin.MustParse("24681353"))); !errors.Is(err, registration.ErrPassword) {
		t.Error(err)
	}
	holds(t, w.do("", nil), "failed: ")

	page := w.do("new-pin", nil)
	digits := ownPIN.FindStringSubmatch(page)
	if digits == nil {
		t.Fatal(page)
	}
	if result, err := w.read(4, digits[1]); err != nil || result.AP.SSID != "home" {
		t.Error(err)
	}
	holds(t, w.do("off", nil), "WPS is off", `id="on"`)
	w.timeout = time.Second
	if _, err := w.read(5, digits[1]); !errors.Is(err, registration.ErrTimeout) {
		t.Errorf("while WPS is off: %v", err)
	}
	w.timeout = 0
	holds(t, w.do("on", nil), "WPS is on")
	wrong := "12345670"
	for n := byte(6); !strings.Contains(w.do("", nil), "locked, for"); n++ {
		if _, err := w.read(n, wrong); err == nil || n > 20 {
			t.Fatalf("guess %d: %v", n, err)
		}
	}

	// After a restart the lock is still there, and a file that is not valid
	// does not remove it.
	if status, said := w.stop(); status != program.Fine {
		t.Errorf("exit status %d: %s", status, said)
	}
	again := newWorld(t, "-ssid", "other", "-open", "-state", state)
	holds(t, again.do("", nil), "WPS of home", digits[1], "locked, for", "wrong guesses")
	holds(t, again.do("no-pin", nil), "has no PIN")
	again.stop()

	// The missing PIN and the switch survive a restart too.
	again = newWorld(t, "-state", state)
	holds(t, again.do("", nil), "has no PIN", "WPS is on")
	again.do("off", nil)
	again.stop()
	again = newWorld(t, "-state", state)
	holds(t, again.do("", nil), "WPS is off")
	again.timeout = time.Second
	if _, err := again.enroll(7, registration.PushButton()); !errors.Is(err, registration.ErrTimeout) {
		t.Errorf("switched off before the restart: %v", err)
	}
	holds(t, again.do("on", nil), "WPS is on", "has no PIN")
	again.stop()
	if err := os.WriteFile(state, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &router{open: func(string) (eapol.Conn, wps.MAC, error) { return again.segment.Join(routerMAC), routerMAC, nil }}
	var out strings.Builder
	if status := program.Run(t.Context(), command(r), program.IO{Out: &out, Err: &out}, []string{"-i", "eth0", "-listen", "127.0.0.1:0", "-state", state}); status != program.Unable || !strings.Contains(out.String(), "-state: ") {
		t.Errorf("%d: %s", status, &out)
	}
}

// TestForeign requests the page like pages of other origins.
func TestForeign(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*http.Request){
		"its own name for the address": func(r *http.Request) { r.Host = "evil.example" },
		"its own name, and the port":   func(r *http.Request) { r.Host = "evil.example:8080" },
		"an address in a name":         func(r *http.Request) { r.Host = "127.0.0.1.evil.example" },
		"a form of another site":       func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another origin":               func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"button", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(request)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode < 400 {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
	holds(t, w.do("", nil), "is not waiting for a device")
}

// TestBrowser uses the page in a browser, as its owner does. Without Chromium
// it is skipped, or fails if WPS_BROWSER=required is set.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	tab := browser.Open(t)
	w := newWorld(t, "-ssid", "home", "-passphrase", "correct horse")
	try := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(tab.Context, actions...); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(id, text string) {
		t.Helper()
		var got string
		for range 100 {
			var err error
			if got, err = chromedp.Run(tab.Context, chromedp.Evaluate[string](`(document.getElementById("`+id+`") || {innerText: ""}).innerText`)); err == nil && strings.Contains(got, text) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Fatalf("%s shows %q, not %q", id, got, text)
	}
	try(chromedp.Navigate(w.url))
	shows("state", "is not waiting for a device")
	for _, width := range []int64{320, 1280} {
		for _, colours := range []string{"light", "dark"} {
			if err := tab.Look(width, colours); err != nil {
				t.Fatal(err)
			}
			if faults, err := tab.Audit(); err != nil || len(faults) > 0 {
				t.Errorf("%d px, %s: %v, %v", width, colours, faults, err)
			}
		}
	}
	try(chromedp.SendKeys(chromedp.CSS("#pin"), "12345678"), chromedp.Click(chromedp.CSS("#enter")))
	shows("refused", "check digit")
	try(chromedp.SendKeys(chromedp.CSS("#pin"), "12345670"), chromedp.Click(chromedp.CSS("#enter")))
	shows("state", "by PIN")
	if _, err := w.enroll(2, registration.PIN(pin.MustParse("12345670"))); err != nil {
		t.Fatal(err)
	}
	shows("last", "Printer") // the page reloads itself
	try(chromedp.Click(chromedp.CSS("#button")))
	shows("state", "by push button")
	try(chromedp.Click(chromedp.CSS("#cancel")))
	shows("state", "is not waiting for a device")
	try(chromedp.Click(chromedp.CSS("#new-pin")))
	shows("own", "with the PIN")
	try(chromedp.Click(chromedp.CSS("#no-pin")))
	shows("own", "has no PIN")
	try(chromedp.Click(chromedp.CSS("#off")))
	shows("state", "WPS is off")
	try(chromedp.Click(chromedp.CSS("#on")))
	shows("state", "WPS is on")
	if problems := tab.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains: %q", problems)
	}
	if foreign := tab.Foreign(w.url, "about:"); len(foreign) > 0 {
		t.Errorf("the page asks for %q", foreign)
	}
}
