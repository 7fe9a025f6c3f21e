package eapol_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// inNamespace marks the process that runs in the network namespace.
const inNamespace = "EAPOL_TEST_NAMESPACE"

// noNamespace is why these tests do not run in their own network namespace, or
// nil.
var noNamespace error

// TestMain runs the tests in their own network namespace, and also in a user
// namespace if the user lacks the privileges. Interfaces can have any name
// there, and vanish with the last process, however it ends.
func TestMain(m *testing.M) {
	if role := os.Getenv(costRole); role != "" {
		fmt.Fprintln(os.Stderr, work(role, os.Args[1:]))
		os.Exit(1)
	}
	flag.Parse()
	if os.Getenv(inNamespace) == "" && flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.fuzzworker").Value.String() == "false" {
		var code int
		if code, noNamespace = rerun(); noNamespace == nil {
			os.Exit(code)
		}
	}
	if os.Getenv(inNamespace) != "" {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			noNamespace = fmt.Errorf("ip: %w: %s", err, out)
		}
	}
	// Live tests wait most of the time.
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		flag.Set("test.parallel", "24")
	}
	code := m.Run()
	if err := writeMatrix(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// rerun runs the test binary in new namespaces, and returns its exit code.
func rerun() (int, error) {
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	runtime.LockOSThread() // Pdeathsig depends on the thread
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("a network namespace: %w", err)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 1, nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// ip runs commands of iproute2, one per line.
func ip(t testing.TB, format string, args ...any) {
	t.Helper()
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(fmt.Sprintf(format, args...))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ip: %v: %s", err, out)
	}
}

var interfaces atomic.Int32

// veth makes a pair of interfaces, connected to each other, with the addresses
// mac(1) and mac(2).
func veth(t testing.TB) (one, two string) {
	t.Helper()
	n := interfaces.Add(1)
	one, two = fmt.Sprintf("one%d", n), fmt.Sprintf("two%d", n)
	ip(t, "link add %s address %v type veth peer name %s address %v\nlink set %[1]s up\nlink set %[3]s up\n", one, mac(1), two, mac(2))
	t.Cleanup(func() { exec.Command("ip", "link", "del", one).Run() })
	return one, two
}

// farEnd is the end of a wire in its own network namespace, in which a program
// is started. The wire is an IPv4 network.
type farEnd struct {
	name    string // of the far interface
	near    string // of this one, which has the addresses .2 and .3
	network string // the first three octets of its IPv4 addresses
	host    int    // the far end's address in it
}

// newFarEnd creates a wire with one end. The other end is created with the
// program.
func newFarEnd(t testing.TB) *farEnd {
	t.Helper()
	n := interfaces.Add(1)
	// All cases together make more than 256 interfaces.
	e := &farEnd{fmt.Sprintf("far%d", n), fmt.Sprintf("near%d", n), fmt.Sprintf("10.%d.%d", 64+n>>8&63, n&255), 1}
	ip(t, "link add %s type bridge mcast_snooping 0\nlink set %[1]s up\naddr add %[2]s.2/24 dev %[1]s\naddr add %[2]s.3/24 dev %[1]s\n", e.near, e.network)
	t.Cleanup(func() { exec.Command("ip", "link", "del", e.near).Run() })
	return e
}

// start starts a program in a new namespace that has the far end, once the wire
// carries frames. An interface that comes up drops what is sent until the kernel
// has looked at it, which a busy one does a second later, and a search of UPnP is
// sent once.
func (e *farEnd) start(cmd *exec.Cmd) error {
	if e == nil {
		return cmd.Start()
	}
	const script = `read -r address && ip link set lo up && ip link set "$0" up && ip addr add "$address" dev "$0" && ip route add 239.0.0.0/8 dev "$0" && until ip link show "$0" | grep -q "state UP"; do sleep 0.02; done && read -r go && exec "$@"`
	shell, err := exec.LookPath("sh")
	if err != nil {
		return err
	}
	cmd.Args = append([]string{"sh", "-c", script, e.name, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = shell
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNET
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer in.Close()
	port := fmt.Sprintf("port%d", interfaces.Add(1))
	wire := exec.Command("ip", "-batch", "-")
	wire.Stdin = strings.NewReader(fmt.Sprintf("link add %s type veth peer name %s\nlink set %[2]s master %[3]s up\nlink set %[1]s netns %[4]d\n",
		e.name, port, e.near, cmd.Process.Pid))
	if out, err := wire.CombinedOutput(); err != nil {
		return fmt.Errorf("ip: %w: %s", err, out)
	}
	if _, err := fmt.Fprintf(in, "%s.%d/24\n", e.network, e.host); err != nil {
		return err
	}
	for over := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		out, err := exec.Command("ip", "-d", "link", "show", port).CombinedOutput()
		if err == nil && strings.Contains(string(out), "state forwarding") {
			break
		}
		if time.Now().After(over) {
			return fmt.Errorf("the wire does not come up: %s", out)
		}
	}
	_, err = fmt.Fprintln(in, "go")
	return err
}
