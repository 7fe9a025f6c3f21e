package eapol_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// required reports whether a peer that cannot be run fails the tests.
func required() bool { return os.Getenv("WPS_PEERS") == "required" }

// unless skips a test because of err, or fails it if peers are required.
func unless(t *testing.T, err error) {
	t.Helper()
	switch {
	case err == nil:
	case required():
		t.Fatalf("WPS_PEERS=required, but: %v", err)
	default:
		t.Skip(err)
	}
}

// needPeers checks that there are the programs and the rights for live tests.
func needPeers(t *testing.T, programs ...string) {
	t.Helper()
	unless(t, noNamespace)
	for _, p := range programs {
		_, err := exec.LookPath(p)
		unless(t, err)
	}
	if testing.Short() && !required() {
		t.Skip("-short")
	}
}

// patience is how long to wait for a daemon that should answer at once.
const patience = 20 * time.Second

// daemon is a running hostapd or wpa_supplicant.
type daemon struct {
	*control
	ifname string // its interface
	other  string // the other end of the wire
	cmd    *exec.Cmd
	gone   chan struct{} // closed when the program has ended
	log    *os.File
	keep   string // where the log goes if the test fails
	kept   string // where it goes in any case, without its suffix; or empty
}

// startDaemon starts a program on an interface. The configuration is written
// to a file; DIR in it stands for the directory of the control socket.
func startDaemon(t *testing.T, program, ifname, config string, args ...string) *daemon {
	t.Helper()
	return startDaemonIn(t, nil, program, ifname, config, args...)
}

// startDaemonIn starts a program in its own network namespace at the far end of
// a wire; nil is the namespace of the tests.
func startDaemonIn(t *testing.T, far *farEnd, program, ifname, config string, args ...string) *daemon {
	t.Helper()
	// Not t.TempDir, because the name of a socket has at most 107 octets.
	dir, err := os.MkdirTemp("", "wps")
	if err != nil {
		t.Fatal(err)
	}
	own := "@wps" // sockets without a file, which other namespaces do not see
	if far != nil {
		own = filepath.Join(dir, "own")
		t.Cleanup(func() { os.RemoveAll(dir) })
	} else {
		defer os.RemoveAll(dir) // it is needed only until the sockets are connected
	}
	d := &daemon{
		ifname: ifname, gone: make(chan struct{}),
		keep: filepath.Join(t.ArtifactDir(), program+"-"+ifname+".log"), kept: keepRun(t, program, ifname),
	}
	file := filepath.Join(dir, program+".conf")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(config, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	if d.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.log.Close() })
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "CONF", file)
	}
	d.cmd = exec.Command(program, args...)
	d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
	// A separate session: Ctrl-C reaches only the tests, which then end the
	// daemon. If the tests are killed, the daemon is too.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := far.start(d.cmd); err != nil {
		t.Fatal(err)
	}
	go func() {
		d.cmd.Wait()
		close(d.gone)
	}()
	t.Cleanup(func() { d.stop(t) })
	if d.control, err = dialControl(own, filepath.Join(dir, "control", ifname), d.gone); err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	t.Cleanup(d.control.close)
	return d
}

// stop ends a daemon. If the test has failed, the end of its log goes to the
// test's output, and all of it to the directory of -artifacts.
func (d *daemon) stop(t *testing.T) {
	d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.gone:
	case <-time.After(patience):
		d.cmd.Process.Kill()
		<-d.gone
	}
	if !t.Failed() && d.kept == "" {
		return
	}
	log, err := io.ReadAll(io.NewSectionReader(d.log, 0, 1<<30))
	if d.kept != "" && err == nil {
		err = os.WriteFile(d.kept+".log", log, 0o600)
	}
	if !t.Failed() {
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err == nil {
		err = os.WriteFile(d.keep, log, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
	lines := bytes.SplitAfter(log, []byte("\n"))
	t.Logf("%s on %s, the last of %d lines:\n%s", d.cmd.Path, d.ifname, len(lines), bytes.Join(lines[max(0, len(lines)-60):], nil))
}

// control is a daemon's control interface: one socket for commands and one
// for events.
type control struct {
	commands, attached *net.UnixConn

	mu     sync.Mutex
	events []string
	news   chan struct{} // closed at the next event
}

var sockets atomic.Int32

func dialControl(own, path string, gone <-chan struct{}) (*control, error) {
	c := &control{news: make(chan struct{})}
	var err error
	if c.commands, err = dialUnix(own, path, gone); err != nil {
		return nil, err
	}
	if c.attached, err = dialUnix(own, path, gone); err != nil {
		c.commands.Close()
		return nil, err
	}
	if reply, err := ask(c.attached, "ATTACH"); err != nil || reply != "OK\n" {
		c.close()
		return nil, fmt.Errorf("ATTACH: %q, %w", reply, err)
	}
	go c.listen()
	return c, nil
}

// dialUnix connects to a socket that a daemon is about to make.
func dialUnix(own, path string, gone <-chan struct{}) (*net.UnixConn, error) {
	over := time.After(patience)
	for {
		name := fmt.Sprintf("%s-%d-%d", own, os.Getpid(), sockets.Add(1))
		c, err := net.DialUnix("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"}, &net.UnixAddr{Name: path, Net: "unixgram"})
		if err == nil {
			return c, nil
		}
		select {
		case <-gone:
			return nil, fmt.Errorf("the program has ended: %w", err)
		case <-over:
			return nil, err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// ask sends a command and returns the reply.
func ask(c *net.UnixConn, command string) (string, error) {
	c.SetDeadline(time.Now().Add(patience))
	defer c.SetDeadline(time.Time{})
	if _, err := c.Write([]byte(command)); err != nil {
		return "", err
	}
	buf := make([]byte, 1<<16)
	n, err := c.Read(buf)
	return string(buf[:n]), err
}

func (c *control) close() {
	c.commands.Close()
	c.attached.Close()
}

// listen collects events until the socket is closed.
func (c *control) listen() {
	buf := make([]byte, 1<<16)
	for {
		n, err := c.attached.Read(buf)
		if err != nil {
			return
		}
		event := string(buf[:n])
		if i := strings.IndexByte(event, '>'); strings.HasPrefix(event, "<") && i > 0 {
			event = event[i+1:] // the priority
		}
		c.mu.Lock()
		c.events = append(c.events, event)
		close(c.news)
		c.news = make(chan struct{})
		c.mu.Unlock()
	}
}

// do gives a command and returns the reply, which must not be a failure.
func (c *control) do(t testing.TB, format string, args ...any) string {
	t.Helper()
	command := fmt.Sprintf(format, args...)
	reply, err := ask(c.commands, command)
	reply = strings.TrimSpace(reply)
	if err != nil || strings.HasPrefix(reply, "FAIL") || strings.HasPrefix(reply, "UNKNOWN") {
		t.Fatalf("%s: %q, %v", command, reply, err)
	}
	return reply
}

// seen returns the first event that matches a pattern, or "".
func (c *control) seen(pattern string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	match := regexp.MustCompile(pattern)
	if i := slices.IndexFunc(c.events, match.MatchString); i >= 0 {
		return c.events[i]
	}
	return ""
}

// await waits until there is an event for each pattern.
func (c *control) await(t testing.TB, patterns ...string) {
	t.Helper()
	c.awaitFor(t, patience, patterns...)
}

func (c *control) awaitFor(t testing.TB, timeout time.Duration, patterns ...string) {
	t.Helper()
	over := time.After(timeout)
	for _, pattern := range patterns {
		for {
			c.mu.Lock()
			news := c.news
			c.mu.Unlock()
			if c.seen(pattern) != "" {
				break
			}
			select {
			case <-news:
			case <-over:
				t.Fatalf("there is no event %s, but:\n%s", pattern, strings.Join(c.history(), "\n"))
			}
		}
	}
}

// history returns the events so far.
func (c *control) history() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.events)
}
