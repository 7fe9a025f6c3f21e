package link

import (
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
)

// TestListen opens interfaces that cannot be opened. The tests of package eapol
// open real ones.
func TestListen(t *testing.T) {
	c, err := Listen("no-such-if")
	if c != nil || !errors.Is(err, ErrNoInterface) || !strings.HasPrefix(err.Error(), `link: interface "no-such-if": `) {
		t.Errorf("%v", err)
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, ifi := range interfaces {
		if ifi.Flags&net.FlagLoopback == 0 {
			continue
		}
		if _, err := Listen(ifi.Name); !errors.Is(err, ErrNotEthernet) {
			t.Errorf("%v", err)
		}
	}
	if runtime.GOOS == "linux" {
		return
	}
	for _, ifi := range interfaces {
		if _, err := Listen(ifi.Name); err == nil || errors.Is(err, ErrNoInterface) {
			t.Errorf("%s: %v", ifi.Name, err)
		}
	}
}
