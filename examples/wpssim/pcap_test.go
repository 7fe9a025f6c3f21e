package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture/pcapng"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps/registration"
)

// TestPcap writes the capture of a registration by PIN, looks for its keys, and
// compares tshark's output with the ladder. Without tshark that part is
// skipped, or fails if WPS_PEERS=required is set.
func TestPcap(t *testing.T) {
	file := filepath.Join(t.TempDir(), "air.pcapng")
	ladder := wpssim(t, program.Fine, "-method", "pin", "-pcap", file)
	octets, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if log := pcapng.KeyLog(octets, registration.KeyLogLabel); bytes.Count(log, []byte("\n")) == 0 {
		t.Error("there is no key log in it")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("WPS_PEERS") == "required" {
			t.Fatal("WPS_PEERS=required, but there is no tshark:", err)
		}
		t.Skip("there is no tshark to read the capture:", err)
	}
	out, err := exec.Command("tshark", "-r", file, "-Y", "wps.message_type", "-T", "fields", "-e", "wps.message_type").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"M1", "M2", "M2D", "M3", "M4", "M5", "M6", "M7", "M8", "WSC_ACK", "WSC_NACK", "WSC_Done"}
	for i, name := range names {
		seen := strings.Count(string(out), []string{"0x04", "0x05", "0x06", "0x07", "0x08", "0x09", "0x0a", "0x0b", "0x0c", "0x0d", "0x0e", "0x0f"}[i]+"\n")
		if sent := strings.Count(ladder, "─ "+name+" ─"); sent != seen {
			t.Errorf("%d %s in the ladder, %d for tshark", sent, name, seen)
		}
	}
}
