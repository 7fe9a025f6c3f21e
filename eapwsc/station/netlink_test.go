//go:build linux

package station_test

import (
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// recorder records the netlink messages of a case for the tests without a
// radio: a line for each, with its origin (a "scan" dump or an "event"), its
// command and its octets.
type recorder struct {
	w      *world
	family genetlink.Family
	events *genetlink.Conn

	mu   sync.Mutex
	file *os.File
}

// newRecorder starts recording the kernel's events.
func newRecorder(w *world) *recorder {
	w.Helper()
	conn, err := genetlink.Dial(nil)
	if err != nil {
		w.Fatal(err)
	}
	r := &recorder{w: w, events: conn}
	if r.family, err = conn.GetFamily(unix.NL80211_GENL_NAME); err != nil {
		w.Fatal(err)
	}
	for _, group := range r.family.Groups {
		if slices.Contains([]string{unix.NL80211_MULTICAST_GROUP_SCAN, unix.NL80211_MULTICAST_GROUP_MLME}, group.Name) {
			if err := conn.JoinGroup(group.ID); err != nil {
				w.Fatal(err)
			}
		}
	}
	if r.file, err = os.Create(w.file("netlink")); err != nil {
		w.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			messages, _, err := conn.Receive()
			if err != nil {
				return
			}
			r.write("event", messages)
		}
	}()
	w.Cleanup(func() {
		conn.Close()
		<-done
		r.file.Close()
	})
	return r
}

// scan records the results of a scan.
func (r *recorder) scan(radio string) {
	r.w.Helper()
	ifi, err := net.InterfaceByName(radio)
	if err != nil {
		r.w.Fatal(err)
	}
	conn, err := genetlink.Dial(nil)
	if err != nil {
		r.w.Fatal(err)
	}
	defer conn.Close()
	e := netlink.NewAttributeEncoder()
	e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(ifi.Index))
	data, err := e.Encode()
	if err != nil {
		r.w.Fatal(err)
	}
	messages, err := conn.Execute(genetlink.Message{
		Header: genetlink.Header{Command: unix.NL80211_CMD_GET_SCAN, Version: r.family.Version}, Data: data,
	}, r.family.ID, netlink.Request|netlink.Dump)
	if err != nil {
		r.w.Fatal(err)
	}
	r.write("scan", messages)
}

func (r *recorder) write(kind string, messages []genetlink.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range messages {
		fmt.Fprintf(r.file, "%s %d %s\n", kind, m.Header.Command, hex.EncodeToString(m.Data))
	}
}
