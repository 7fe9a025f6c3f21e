package station

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// HeldError names the program that holds an interface.
type HeldError struct {
	Interface string
	Program   string // such as "NetworkManager"
	PID       int    // 0 if it is not known
	Release   string // the command that has it let go of the interface
}

// Error returns one sentence.
func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s: %v: %s: try %s", e.Interface, ErrHeld, e.Program, e.Release)
	}
	return fmt.Sprintf("%s: %v: %s (process %d): try %s", e.Interface, ErrHeld, e.Program, e.PID, e.Release)
}

// Unwrap returns [ErrHeld].
func (e *HeldError) Unwrap() error { return ErrHeld }

// managers are the programs that manage Wi-Fi interfaces. NetworkManager stands
// before those that work for it. An interface is %s in release.
var managers = []struct {
	program string
	holds   func(p process) bool
	release string
}{
	{"NetworkManager", process.managedByNetworkManager, "nmcli device set %s managed no"},
	{"connmand", process.always, "connmanctl disable wifi"},
	{"iwd", process.always, "systemctl stop iwd"},
	{"wpa_supplicant", process.suppliesFor, "wpa_cli -i %s terminate"},
}

// process is a process in /proc that may hold an interface.
type process struct {
	root      fs.FS
	arguments []string
	name      string // of the interface
	index     int
}

// holder looks for a program that holds an interface, in a file system that has
// /proc and /run.
func holder(root fs.FS, name string, index int) error {
	directories, err := fs.ReadDir(root, "proc")
	if err != nil {
		return nil // no /proc: who knows
	}
	for _, m := range managers {
		for _, d := range directories {
			pid, err := strconv.Atoi(d.Name())
			if err != nil {
				continue
			}
			program, err := fs.ReadFile(root, path.Join("proc", d.Name(), "comm"))
			if err != nil || strings.TrimSuffix(string(program), "\n") != m.program {
				continue
			}
			line, _ := fs.ReadFile(root, path.Join("proc", d.Name(), "cmdline"))
			if m.holds(process{root, strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00"), name, index}) {
				release := m.release
				if strings.Contains(release, "%s") {
					release = fmt.Sprintf(release, name)
				}
				return &HeldError{name, m.program, pid, release}
			}
		}
	}
	return nil
}

// always: the program takes all Wi-Fi interfaces that there are.
func (p process) always() bool { return true }

// managedByNetworkManager reads what NetworkManager says of the interface. It
// manages what it says nothing of.
func (p process) managedByNetworkManager() bool {
	state, err := fs.ReadFile(p.root, path.Join("run/NetworkManager/devices", strconv.Itoa(p.index)))
	return err != nil || !slices.Contains(strings.Split(string(state), "\n"), "managed=false")
}

// suppliesFor: the interface is in the arguments, or there is a control socket
// for it.
func (p process) suppliesFor() bool {
	for i, argument := range p.arguments {
		if argument == "-i"+p.name || argument == "-i" && slices.Contains(p.arguments[i+1:min(i+2, len(p.arguments))], p.name) {
			return true
		}
	}
	_, err := fs.Stat(p.root, path.Join("run/wpa_supplicant", p.name))
	return !errors.Is(err, fs.ErrNotExist)
}
