package eapol_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keepDir is the directory for pairs of logs and captures. Package
// eapwsc/capture/text compares them; its testdata is made by
//
//	WPS_PEERS=all go test ./eapwsc/eapol -run TestPeers -keep DIR
var keepDir = flag.String("keep", "", "keep the log of each daemon, and a capture of its interface made by tcpdump, in this folder")

// keepRun records the interface of a daemon until the test ends. The returned
// path, without its suffix, is that of the log and the capture.
func keepRun(t *testing.T, program, ifname string) (path string) {
	t.Helper()
	if *keepDir == "" {
		return ""
	}
	name := strings.ReplaceAll(strings.TrimPrefix(t.Name(), "TestPeers/"), "/", ".")
	path = filepath.Join(*keepDir, name+"-"+ifname+"."+program)
	tap := exec.Command("tcpdump", "-i", ifname, "-Z", "root", "-U", "--immediate-mode", "-w", path+".pcap", "ether proto 0x888e")
	if err := tap.Start(); err != nil {
		t.Fatal(err)
	}
	for range 100 { // the file appears when tcpdump listens
		if _, err := os.Stat(path + ".pcap"); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Cleanup(func() {
		time.Sleep(200 * time.Millisecond)
		tap.Process.Signal(os.Interrupt)
		tap.Wait()
	})
	return path
}
