package eapol_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"golang.org/x/sys/unix"
)

var costRuns = flag.Int("cost", 0, "how many registrations TestCost measures")

// TestCost measures what registrations by PIN cost over Ethernet: our enrollee
// at our registrar, and wpa_supplicant at hostapd.
//
//	go test ./eapwsc/eapol -run TestCost -cost 100 -v
//
// Each of the four is a process of its own, and is measured while it registers:
// starting is not counted, the command to begin and the report of the end are.
// Both pairs run as fast as they can; a wpa_supplicant serves for one
// registration only, and waits a second before it begins. Half of our runs come
// before theirs and half after, so that a busy host does not favour either.
func TestCost(t *testing.T) {
	if *costRuns == 0 {
		t.Skip("set -cost to the number of registrations")
	}
	needPeers(t, "hostapd", "wpa_supplicant", "ip")
	ours, theirs := startOurs(t), startTheirs(t)
	half := *costRuns / 2
	ours.register(t, half)
	theirs.register(t, *costRuns)
	ours.register(t, *costRuns-half)
	us := ours.registrarBill.log(t, "our registrar") + ours.enrolleeBill.log(t, "our enrollee")
	them := theirs.registrarBill.log(t, "hostapd") + theirs.enrolleeBill.log(t, "wpa_supplicant")
	t.Logf("both sides: ours %v, theirs %v: a share of %.2f", us, them, float64(us)/float64(them))
}

// bill is what registrations have cost one process, or several processes of the
// same program.
type bill struct {
	cpu    time.Duration
	memory int // the peak, in KiB
}

// log prints the cost of one registration, and returns it.
func (b *bill) log(t *testing.T, name string) time.Duration {
	each := (b.cpu / time.Duration(*costRuns)).Round(time.Microsecond)
	t.Logf("%-15s CPU time %v, peak memory %.1f MiB", name, each, float64(b.memory)/1024)
	return each
}

// meter reads the CPU time of a process, and adds what was used when stop is
// called.
func (b *bill) meter(t *testing.T, cmd *exec.Cmd) (stop func()) {
	t.Helper()
	began := cpuTime(t, cmd.Process.Pid)
	return func() {
		t.Helper()
		b.cpu += cpuTime(t, cmd.Process.Pid) - began
		b.memory = max(b.memory, peakMemory(t, cmd.Process.Pid))
	}
}

// cpuTime returns the CPU time of all the threads of a process.
func cpuTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	const schedClock = 2 // CPUCLOCK_SCHED: see clock_getcpuclockid(3)
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedClock), &ts); err != nil {
		t.Fatal(err)
	}
	return time.Duration(ts.Nano())
}

var highWater = regexp.MustCompile(`VmHWM:\s*(\d+) kB`)

func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	match := highWater.FindSubmatch(status)
	if match == nil {
		t.Fatalf("no peak of memory in:\n%s", status)
	}
	n, err := strconv.Atoi(string(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// theirPair is a hostapd at which one wpa_supplicant after another registers.
type theirPair struct {
	point, station              string // interfaces
	hostapd                     *daemon
	registrarBill, enrolleeBill bill
}

func startTheirs(t *testing.T) *theirPair {
	t.Helper()
	p := new(theirPair)
	p.point, p.station = veth(t)
	p.hostapd = startDaemon(t, "hostapd", p.point, fmt.Sprintf(hostapdConfig, p.point)+hostapdPassphrase, "CONF")
	return p
}

// register has a number of stations register.
func (p *theirPair) register(t *testing.T, runs int) {
	t.Helper()
	for n := range runs {
		// hostapd ignores a station for some seconds after it has served it.
		ip(t, "link set %s address %v\n", p.station, mac(2+n))
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			d := startDaemon(t, "wpa_supplicant", p.station, fmt.Sprintf(supplicantConfig, device(2+n).UUID), "-D", "wired", "-i", p.station, "-c", "CONF")
			stopRegistrar, stopEnrollee := p.registrarBill.meter(t, p.hostapd.cmd), p.enrolleeBill.meter(t, d.cmd)
			p.hostapd.do(t, "WPS_PIN any %s", thePIN)
			d.do(t, "WPS_PIN any %s", thePIN)
			p.hostapd.await(t, registered(2+n))
			d.await(t, "WPS-SUCCESS", "CTRL-EVENT-EAP-FAILURE")
			stopRegistrar()
			stopEnrollee()
		})
	}
}

// ourPair is our registrar, at which our enrollee registers again and again.
type ourPair struct {
	registrar, enrollee         *worker
	registrarBill, enrolleeBill bill
}

func startOurs(t *testing.T) *ourPair {
	t.Helper()
	one, two := veth(t)
	return &ourPair{registrar: startWorker(t, "registrar", one), enrollee: startWorker(t, "enrollee", two)}
}

func (p *ourPair) register(t *testing.T, runs int) {
	t.Helper()
	stopRegistrar, stopEnrollee := p.registrarBill.meter(t, p.registrar.cmd), p.enrolleeBill.meter(t, p.enrollee.cmd)
	p.enrollee.say(t, runs)
	p.enrollee.hear(t)
	for range runs {
		p.registrar.hear(t)
	}
	stopRegistrar()
	stopEnrollee()
}

// costRole names the role of a process that TestCost starts: it runs the test
// program.
const costRole = "EAPOL_TEST_COST"

// worker is a process that prints a line when it is ready. An enrollee reads
// the number of registrations to make from a line, and prints a line when they
// are done; a registrar prints a line for each.
type worker struct {
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Reader
}

func startWorker(t *testing.T, role, ifname string) *worker {
	t.Helper()
	w := &worker{cmd: exec.Command(os.Args[0], ifname)}
	w.cmd.Env = append(os.Environ(), costRole+"="+role)
	w.cmd.Stderr = os.Stderr
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := w.cmd.StdoutPipe()
	if err == nil {
		w.in, err = w.cmd.StdinPipe()
	}
	if err == nil {
		err = w.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.cmd.Process.Kill()
		w.cmd.Wait()
	})
	w.out = bufio.NewReader(out)
	w.hear(t)
	return w
}

func (w *worker) say(t *testing.T, runs int) {
	t.Helper()
	if _, err := fmt.Fprintln(w.in, runs); err != nil {
		t.Fatal(err)
	}
}

func (w *worker) hear(t *testing.T) {
	t.Helper()
	if _, err := w.out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
}

// signal writes an empty line.
func signal() { os.Stdout.WriteString("\n") }

// work is the main function of a worker.
func work(role string, args []string) error {
	conn, err := link.Listen(args[0])
	if err != nil {
		return err
	}
	// What is computed once for all runs counts as part of starting.
	if _, err := registration.NewKeyPair(nil); err != nil {
		return err
	}
	if role == "enrollee" {
		return workEnrollee(conn)
	}
	return workRegistrar(conn)
}

// workRegistrar admits every station that has the PIN.
func workRegistrar(conn *link.Conn) error {
	d := device(1)
	d.State = wps.Configured
	a := eapol.NewAuthenticator(conn, ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network},
	}))
	enter := func() {
		a.Do(func(now time.Time, point *ap.AccessPoint) {
			point.EnterPIN(now, ap.PINEntry{PIN: pin.MustParse(thePIN)})
		})
	}
	enter()
	signal()
	return a.Serve(context.Background(), func(e ap.Event) {
		if e.Kind != ap.EventRegistered {
			return
		}
		signal()
		enter()
	})
}

// workEnrollee registers as often as it is asked to.
func workEnrollee(conn *link.Conn) error {
	signal()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		runs, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		for range runs {
			if err := registerOnce(conn); err != nil {
				return err
			}
		}
		signal()
	}
	return nil
}

func registerOnce(conn *link.Conn) error {
	m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(2)}, Password: pinPassword(thePIN)})
	if err != nil {
		return err
	}
	p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	if err != nil {
		return err
	}
	_, err = eapol.Run(context.Background(), conn, p)
	return err
}
