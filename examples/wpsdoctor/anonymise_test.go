package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture/anonymise"
	"github.com/gowps/gowps/examples/internal/program"
)

func runDoctor(t *testing.T, args ...string) (status int, out, complaints string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = program.Run(t.Context(), command(new(invocation)), program.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args)
	return status, stdout.String(), stderr.String()
}

// TestAnonymise checks that the copy has the same verdict and can be read only
// by its owner, and that no file is overwritten without -force.
func TestAnonymise(t *testing.T) {
	in, out := captures+"radio/pin-wrong.pcap", filepath.Join(t.TempDir(), "public.pcapng")
	status, original, said := runDoctor(t, "-q", "-anonymise", out, in)
	if status != program.Problem || !strings.Contains(said, anonymise.Note) {
		t.Fatalf("status %d, %s", status, said)
	}
	info, err := os.Stat(out)
	if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if b, err := os.ReadFile(out); err != nil || !bytes.Contains(b, []byte(anonymise.Note)) {
		t.Error("the file does not say what it is", err)
	}
	if status, anonymous, _ := runDoctor(t, "-q", out); status != program.Problem || !strings.Contains(anonymous, "The PIN") || !strings.Contains(original, "The PIN") {
		t.Errorf("status %d:\n%s\noriginal:\n%s", status, anonymous, original)
	}
	before, _ := os.ReadFile(out)
	if status, _, said := runDoctor(t, "-q", "-anonymise", out, in); status != program.Unable || !strings.Contains(said, "-force") {
		t.Errorf("overwritten: %d %s", status, said)
	}
	if after, _ := os.ReadFile(out); !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
	if status, _, said := runDoctor(t, "-q", "-force", "-anonymise", out, in); status != program.Problem {
		t.Errorf("not overwritten: %d %s", status, said)
	}
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, []byte("wlan0: WPS-FAIL msg=8 config_error=18\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "of-a-log")
	if status, _, said := runDoctor(t, "-anonymise", fresh, log); status != program.Unable || !strings.Contains(said, "by hand") {
		t.Errorf("a log: %d %s", status, said)
	}
	if _, err := os.Lstat(fresh); err == nil {
		t.Error("an empty file was left")
	}
	if runtime.GOOS != "windows" {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(out, link); err != nil {
			t.Fatal(err)
		}
		if status, _, said := runDoctor(t, "-force", "-anonymise", link, in); status != program.Unable || !strings.Contains(said, "link") {
			t.Errorf("a link: %d %s", status, said)
		}
	}
}

// TestAnonymiseUnread checks that the copy is whole if parts of the capture were left
// out of the report, which is that without a copy.
func TestAnonymiseUnread(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "dense.pcap")
	if err := os.WriteFile(in, rowNamed(t, "M1 with the same nonce").make(200_000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, report, _ := runDoctor(t, "-json", in)
	if !strings.Contains(report, "wpsdoctor-unread/1") {
		t.Fatal("nothing was left out")
	}
	var copies []int64
	for _, args := range [][]string{{}, {"-whole"}} {
		out := filepath.Join(dir, "copy"+strings.Join(args, ""))
		_, got, _ := runDoctor(t, append(args, "-json", "-anonymise", out, in)...)
		if len(args) == 0 && got != report {
			t.Error("the report differs with a copy")
		}
		info, err := os.Stat(out)
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, info.Size())
	}
	if copies[0] != copies[1] {
		t.Errorf("the copy has %d octets, with -whole %d", copies[0], copies[1])
	}
}
