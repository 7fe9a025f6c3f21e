package eapwsc_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestReadme compiles the program at the beginning of README, and runs it
// against a router: with the right PIN, with a wrong one, with a damaged
// packet, and without an answer.
func TestReadme(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("WPS_PEERS") == "required" {
			t.Fatal("WPS_PEERS=required, but the go command is not here:", err)
		}
		t.Skip("the go command is not here:", err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(strings.ReplaceAll(string(readme), "\r\n", "\n"), "```go\n")
	text, _, ok := strings.Cut(text, "```\n")
	if !ok {
		t.Fatal("README does not begin with a program")
	}
	dir := t.TempDir()
	source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "printer")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, tt := range []struct {
		name, pin     string
		silent, noisy bool
		fails         bool
		says          string
	}{
		{name: "right PIN", pin: "12345670", says: "network home key correct horse\n"},
		{name: "wrong PIN", pin: "12340002", fails: true, says: "the router was given another PIN: half 2 differs\n"},
		{name: "damaged packet", pin: "12345670", noisy: true, says: "changed nothing: "},
		{name: "no answer", pin: "12345670", silent: true, fails: true, says: "the router does not answer: "},
		{name: "no PIN", pin: "12345678", fails: true, says: "check digit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wire, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer wire.Close()
			if !tt.silent {
				go serve(wire, tt.noisy)
			}
			output, err := exec.Command(program, wire.LocalAddr().String(), tt.pin).CombinedOutput()
			if (err != nil) != tt.fails || !strings.Contains(string(output), tt.says) || tt.noisy && !strings.HasSuffix(string(output), "correct horse\n") {
				t.Errorf("%v: %s", err, output)
			}
		})
	}
}

// serve is a router for the first station that sends a packet.
func serve(wire net.PacketConn, noisy bool) {
	server := router("12345670")
	packet := make([]byte, 2048)
	_, station, err := wire.ReadFrom(packet)
	if err != nil {
		return
	}
	if noisy {
		_, _ = wire.WriteTo([]byte("noise"), station)
	}
	for step := server.Start(time.Now()); ; {
		if step.Send != nil {
			_, _ = wire.WriteTo(step.Send, station)
		}
		if step.Done {
			return
		}
		n, _, err := wire.ReadFrom(packet)
		if err != nil {
			return
		}
		step, _ = server.Handle(time.Now(), packet[:n])
	}
}
