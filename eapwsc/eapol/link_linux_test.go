package eapol_test

import (
	"errors"
	"net"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
)

// needLink skips a test where no interfaces can be created.
func needLink(t *testing.T) {
	t.Helper()
	unless(t, noNamespace)
	_, err := exec.LookPath("ip")
	unless(t, err)
}

// TestLink registers over a virtual Ethernet cable.
func TestLink(t *testing.T) {
	needLink(t)
	one, two := veth(t)
	point := run(t.Context(), eapol.Runner{}, listen(t, one), newServer(t))
	conn, err := link.Listen(two)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if conn.MAC() != mac(2) {
		t.Errorf("the address is %v", conn.MAC())
	}
	station, err := eapol.Run(t.Context(), conn, newEnrollee(t, 2, pinPassword(thePIN)))
	if point := <-point; err != nil || point.err != nil || station == nil {
		t.Errorf("station %v, access point %v", err, point.err)
	}
}

// TestLinkFails opens an interface that is down, and removes an interface in
// use.
func TestLinkFails(t *testing.T) {
	needLink(t)
	one, _ := veth(t)
	for _, command := range []string{"set %s down", "del %s"} {
		conn := listen(t, one)
		station := run(t.Context(), eapol.Runner{}, conn, newEnrollee(t, 1, pinPassword(thePIN)))
		ip(t, "link "+command+"\n", one)
		if station := <-station; !errors.Is(station.err, link.ErrDown) || station.after > patience {
			t.Errorf(command+": %v after %v", one, station.err, station.after)
		}
		if _, err := link.Listen(one); !errors.Is(err, link.ErrDown) && !errors.Is(err, link.ErrNoInterface) {
			t.Errorf(command+": %v", one, err)
		}
		if command != "del %s" {
			ip(t, "link set %s up\n", one)
		}
	}
}

// TestLinkClosed closes a connection while ReadFrame waits.
func TestLinkClosed(t *testing.T) {
	needLink(t)
	one, _ := veth(t)
	conn, err := link.Listen(one)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(10*time.Millisecond, func() { conn.Close() })
	if _, _, err := conn.ReadFrame(make([]byte, 100)); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if err := conn.WriteFrame([]byte{1, 1, 0, 0}, eapol.PAEGroup); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// TestLinkPermission opens an interface without the capability for it.
func TestLinkPermission(t *testing.T) {
	needLink(t)
	one, _ := veth(t)
	refused := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends, and the missing capability with it
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			refused <- err
			return
		}
		_, err := link.Listen(one)
		refused <- err
	}()
	if err := <-refused; !errors.Is(err, link.ErrPermission) {
		t.Error(err)
	}
}
