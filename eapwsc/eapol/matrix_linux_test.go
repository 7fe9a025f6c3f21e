package eapol_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var matrixFile = flag.String("matrix", "", "write the matrix of TestPeers to this file, as Markdown; - is standard output")

// peerGroup holds the cases with one program in one role.
type peerGroup struct {
	name    string // the program and its role
	program string
	ours    string // our role
	cases   []peerCase
}

// peerCase is a row of the matrix.
type peerCase struct {
	name string
	// what describes the case in a few words.
	what string
	run  func(*testing.T, *report)
	// slow cases run only if WPS_PEERS is set.
	slow bool
}

// matrix holds all cases of our machines against the peers.
var matrix = []peerGroup{
	{"hostapd-registrar", "hostapd", "enrollee", hostapdRegistrarCases},
	{"hostapd-enrollee", "hostapd", "external registrar", hostapdEnrolleeCases},
	{"wpa_supplicant-enrollee", "wpa_supplicant", "registrar", supplicantEnrolleeCases},
	{"wpa_supplicant-registrar", "wpa_supplicant", "access point as enrollee", supplicantRegistrarCases},
	{"upnp-hostapd", "hostapd", "external registrar over UPnP", upnpHostapdCases},
	{"upnp-wpa_supplicant", "wpa_supplicant", "access point with UPnP", upnpSupplicantCases},
	{"radius-wpa_supplicant", "wpa_supplicant", "registrar over RADIUS, behind hostapd", radiusCases},
}

// TestPeers runs our machines against hostapd and wpa_supplicant over real
// interfaces. Each case checks our result and what the peer reports.
//
// It is skipped without these programs or the privileges, unless
// WPS_PEERS=required makes that a failure. The slow cases run with
// WPS_PEERS=required or all. The table that README shows is written by
//
//	WPS_PEERS=all go test ./eapwsc/eapol -run TestPeers -matrix TABLE.md
func TestPeers(t *testing.T) {
	needPeers(t, "hostapd", "wpa_supplicant", "ip")
	for _, group := range matrix {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					if c.slow && os.Getenv("WPS_PEERS") == "" {
						t.Skip("it takes long; set WPS_PEERS=all or required")
					}
					t.Parallel()
					r := reportOf(group.name, c.name)
					began := time.Now()
					defer func() { r.took, r.passed = time.Since(began), !t.Failed() }()
					c.run(t, r)
				})
			}
		})
	}
}

// report is the result of a case.
type report struct {
	mu       sync.Mutex
	result   string
	messages string
	took     time.Duration
	passed   bool
}

// reports holds the results of the cases that were run, by group and case.
var reports sync.Map

func reportOf(group, name string) *report {
	r, _ := reports.LoadOrStore(group+"/"+name, new(report))
	return r.(*report)
}

// note sets the result and the messages of the row, if they are not set yet: a
// case of several runs is represented by its first run.
func (r *report) note(messages, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.result == "" {
		r.result, r.messages = fmt.Sprintf(format, args...), messages
	}
}

// writeMatrix writes the table, if asked for.
func writeMatrix() error {
	if *matrixFile == "" {
		return nil
	}
	if *matrixFile == "-" {
		return printMatrix(os.Stdout)
	}
	f, err := os.Create(*matrixFile)
	if err != nil {
		return err
	}
	return errors.Join(printMatrix(f), f.Close())
}

func printMatrix(w io.Writer) error {
	var b strings.Builder
	for _, group := range matrix {
		fmt.Fprintf(&b, "\nOur %s ↔ %s\n\n", group.ours, versionOf(group.program))
		b.WriteString("| case | what | result | messages | time |\n|---|---|---|---|---|\n")
		for _, c := range group.cases {
			r := reportOf(group.name, c.name)
			switch {
			case r.took == 0:
				fmt.Fprintf(&b, "| %s | %s | not run | | |\n", c.name, c.what)
			case !r.passed:
				fmt.Fprintf(&b, "| %s | %s | **FAILED** | %s | %v |\n", c.name, c.what, r.messages, r.took.Round(time.Millisecond))
			default:
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %v |\n", c.name, c.what, r.result, r.messages, r.took.Round(time.Millisecond))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// versionOf returns a program's name and version.
func versionOf(program string) string {
	out, _ := exec.Command(program, "-v").CombinedOutput() // hostapd exits with 1
	if v := regexp.MustCompile(`v\d\S*`).Find(out); v != nil {
		return program + " " + string(v)
	}
	return program
}

// attempt is one run of ours.
type attempt struct {
	ended

	mu       sync.Mutex
	messages []string
	open     [2]bool // whether a message in this direction is incomplete
}

// show records the WSC messages in a frame.
func (a *attempt) show(d eapol.Direction, _ wps.MAC, b []byte) {
	frame, err := eapol.ParseFrame(b)
	if err != nil || frame.Type != eapol.TypeEAP {
		return
	}
	p, err := eap.ParsePacket(frame.Body)
	if err != nil || !p.IsWSC() || p.OpCode == eap.OpStart || p.OpCode == eap.OpFragACK {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	continues := a.open[d]
	a.open[d] = p.Flags.Has(eap.FlagMoreFragments)
	if continues {
		return
	}
	t, err := wps.PeekMessageType(p.Data)
	if err != nil {
		return
	}
	name := strings.TrimPrefix(t.String(), "WSC_")
	if ce := wps.Find(p.Data, wps.AttrConfigError); t == wps.MessageNACK && len(ce) == 2 {
		name += fmt.Sprintf("(%d)", ce[1])
	}
	a.messages = append(a.messages, name)
}

// String returns the messages.
func (a *attempt) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.messages, " ")
}

// exchange runs an exchange of ours over an interface.
func exchange(t testing.TB, ifname string, r eapol.Runner, x eapol.Endpoint) *attempt {
	t.Helper()
	conn, err := link.Listen(ifname)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return exchangeOver(t, conn, r, x)
}

// exchangeOver is exchange on a connection. It takes no longer than the
// protocol allows.
func exchangeOver(t testing.TB, conn eapol.Conn, r eapol.Runner, x eapol.Endpoint) *attempt {
	t.Helper()
	a := new(attempt)
	ctx, cancel := context.WithTimeout(t.Context(), eapwsc.ExchangeTimeout+patience)
	defer cancel()
	a.ended = <-run(ctx, r, eapol.Watch(conn, a.show), x)
	if errors.Is(a.err, context.DeadlineExceeded) {
		t.Errorf("the exchange hangs: %v", a.err)
	}
	return a
}

// succeeded checks that a run was a success, and returns its result.
func (a *attempt) succeeded(t testing.TB, r *report) *registration.Result {
	t.Helper()
	if a.err != nil {
		t.Fatalf("%v after %v: %v", a, a.after, a.err)
	}
	r.note(a.String(), "success")
	return a.result
}

// failed checks that a run has failed in the expected way.
func (a *attempt) failed(t testing.TB, r *report, class error, half int, by registration.Role) {
	t.Helper()
	var e *registration.Error
	if !errors.As(a.err, &e) || !errors.Is(a.err, class) || e.Half != half || e.DetectedBy != by {
		t.Fatalf("%v after %v: %v; want: %v, half %d, found by the %v", a, a.after, a.err, class, half, by)
	}
	r.note(a.String(), "refused, as expected: %v", class)
}

// oneCredential checks that a run yielded one credential, the expected one.
func oneCredential(t testing.TB, result *registration.Result, want wps.Credential) {
	t.Helper()
	if len(result.Credentials) != 1 {
		t.Fatalf("%d credentials", len(result.Credentials))
	}
	sameCredential(t, &result.Credentials[0], want)
}

func sameCredential(t testing.TB, got *wps.Credential, want wps.Credential) {
	t.Helper()
	if got.SSID != want.SSID || got.AuthType != want.AuthType || got.EncrType != want.EncrType || string(got.NetworkKey) != string(want.NetworkKey) {
		t.Errorf("got %v %v %v %q, want %v %v %v %q", got.SSID, got.AuthType, got.EncrType, string(got.NetworkKey),
			want.SSID, want.AuthType, want.EncrType, string(want.NetworkKey))
	}
}
