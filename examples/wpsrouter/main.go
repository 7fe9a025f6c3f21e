// Wpsrouter is the WPS page of a router: an access point on an Ethernet interface,
// and a web page where its owner presses the button, types the PIN of a device,
// and sees what happened. Run it with -help.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	program.Main(ctx, command(&router{open: live.Open}))
}

func command(r *router) *program.Command {
	return &program.Command{
		Name: "wpsrouter", Short: "serve the WPS page of a router",
		Synopsis: []string{"-i INTERFACE [-listen ADDRESS] [-ssid NAME [-passphrase TEXT | -open]] [-state FILE]"},
		Long:     "INTERFACE is an Ethernet interface connected to devices that speak EAPOL, such as wpsenroll. The program needs root, or the capability CAP_NET_RAW. The page has a switch for WPS, the button, the PIN of a device, the router's own PIN with its lock, and the last result.\n\nThe page has no password: everyone who can reach it can use it. It is served to this machine only, unless -listen has another address.\n\nFILE keeps the settings, the router's PIN and its lock, and the switch, across restarts. It contains the network's key.",
		Examples: []program.Example{{Line: "wpsrouter -i eth1 -ssid home -passphrase 'correct horse' -state router.json", Does: "Serve the page at http://127.0.0.1:8080"}},
		Exit:     []string{"stopped by its owner", "", "wrong use, or an interface, address or file that cannot be used"},
		Flags: func(f *pflag.FlagSet) {
			f.StringVar(&r.listen, "listen", "127.0.0.1:8080", "serve the page on this `ADDRESS` and port")
			f.StringVar(&r.state, "state", "", "keep the state in `FILE`")
			r.NetworkFlags(f, "gowps")
			r.Options.Flags(f, "wpsrouter")
		},
		Values: live.Values(map[string]program.Values{"state": program.Files}), Run: r.run,
	}
}

//go:embed page.html
var text string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"device": live.Describe}).Parse(text))

// router is an access point and its page.
type router struct {
	live.Options
	open          func(iface string) (eapol.Conn, wps.MAC, error)
	listen, state string
	authenticator *eapol.Authenticator
	off           atomic.Bool // WPS is off
	refused       error       // the error of the owner's last action
	stop          context.CancelCauseFunc
}

// run serves the access point and its page until the context ends.
func (r *router) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	network, err := r.Network()
	if err = cmp.Or(r.Check(operands), err); err != nil {
		return program.Unable, err
	}
	conn, mac, err := r.open(r.Interface)
	if err != nil {
		return program.Unable, err
	}
	defer conn.Close()
	device := r.Device(mac, "wpsrouter", wps.DeviceTypeAP)
	device.ConfigMethods |= wps.MethodLabel
	device.State = r.State()
	point, err := ap.New(ap.Config{Registration: registration.Config{Device: device}, Credentials: []wps.Credential{network}})
	if err != nil {
		return program.Unable, err
	}
	data, err := os.ReadFile(r.state)
	if err == nil {
		err = point.RestoreSecrets(time.Now(), data)
		r.off.Store(point.LockoutState(time.Now()).Policy == ap.Locked) // only the switch sets this policy
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) { // the number of wrong guesses is not known
		return program.Unable, fmt.Errorf("-state: %w", err)
	}
	listener, err := net.Listen("tcp", r.listen)
	if err != nil {
		return program.Unable, fmt.Errorf("-listen: %w", err)
	}
	r.authenticator = eapol.NewAuthenticator(&gate{conn, &r.off}, point)
	ctx, r.stop = context.WithCancelCause(ctx)
	server := &http.Server{Handler: http.NewCrossOriginProtection().Handler(r), ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	go func() { r.stop(server.Serve(listener)) }()
	defer server.Close()
	fmt.Fprintf(streams.Err, "The page is at http://%v/\n", listener.Addr())
	_ = r.authenticator.Serve(ctx, func(e ap.Event) { // the context has the better error
		if e.Kind.Changes() { // stored before the packet that belongs to the event is sent
			r.authenticator.Do(r.store)
		}
	})
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return program.Unable, err
	}
	return program.Fine, nil
}

// gate blocks all frames while WPS is off.
type gate struct {
	eapol.Conn
	off *atomic.Bool
}

// ReadFrame reads the next frame that may pass.
func (g *gate) ReadFrame(b []byte) (n int, from wps.MAC, err error) {
	for {
		if n, from, err = g.Conn.ReadFrame(b); err != nil || !g.off.Load() {
			return n, from, err
		}
	}
}

// store stores the state. If that fails, the program ends.
func (r *router) store(now time.Time, point *ap.AccessPoint) {
	data, err := point.StoreSecrets(now)
	if err == nil && r.state != "" {
		err = outfile.ReplaceSecret(r.state, data)
	}
	if err != nil {
		r.stop(fmt.Errorf("-state: %w", err))
	}
}

// ServeHTTP serves the page, or handles one of its forms.
func (r *router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if _, err := netip.ParseAddr((&url.URL{Host: request.Host}).Hostname()); err != nil { // prevents DNS rebinding: another site may map its name to this address
		http.Error(w, "ask for the page by the address of the router", http.StatusMisdirectedRequest)
		return
	}
	if request.Method == http.MethodPost {
		request.Body = http.MaxBytesReader(w, request.Body, 1<<12)
		digits := request.PostFormValue("pin")
		r.authenticator.Do(func(now time.Time, point *ap.AccessPoint) {
			r.refused = r.act(now, point, request.URL.Path, digits)
			r.store(now, point) // the switch and removing the PIN cause no event
		})
		http.Redirect(w, request, "/", http.StatusSeeOther)
		return
	}
	maps.Copy(w.Header(), headers)
	var view map[string]any
	r.authenticator.Do(func(now time.Time, point *ap.AccessPoint) {
		view = map[string]any{"Status": point.Status(now), "Off": r.off.Load(), "Refused": r.refused, "PIN": point.PIN().Digits()}
	})
	_ = page.Execute(w, view) // fails if the browser is gone
}

// headers keep the page, which shows the router's PIN, out of caches and frames.
var headers = http.Header{"Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"},
	"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"}}

// act does an action of the owner.
func (r *router) act(now time.Time, point *ap.AccessPoint, action, digits string) error {
	switch action {
	case "/button":
		return point.PressButton(now)
	case "/pin":
		p, err := pin.Parse(digits)
		if err != nil {
			return err
		}
		return point.EnterPIN(now, ap.PINEntry{PIN: p})
	case "/cancel":
		point.Cancel(now)
	case "/new-pin":
		_, err := point.GeneratePIN(now, 0)
		return err
	case "/no-pin":
		point.SetPIN(now, pin.PIN{})
	case "/off", "/on":
		point.Cancel(now)
		point.SetLock(now, map[string]ap.SetupLock{"/off": ap.Locked, "/on": ap.Unlocked}[action])
		r.off.Store(action == "/off")
	}
	return nil
}
