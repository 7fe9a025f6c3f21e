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
	PID       int    // 0 if unknown
	Release   string // the command that makes it release the interface
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

// managers are the programs that manage Wi-Fi interfaces. NetworkManager comes
// before the programs that it uses. In release, %s is the interface.
var managers = []struct {
	program string
	holds   func(p process) bool
	release string
}{
	{"NetworkManager", process.managedByNetworkManager, "nmcli device set %s managed no"},
	{"connmand", process.always, "connmanctl disable wifi"},
	{"iwd", process.managedByIWD, "systemctl stop iwd"},
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
// /proc, /run and /sys.
func holder(root fs.FS, name string, index int) error {
	directories, err := fs.ReadDir(root, "proc")
	if err != nil {
		return nil // without /proc this is unknown
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

// always is for programs that manage all Wi-Fi interfaces.
func (p process) always() bool { return true }

// managedByNetworkManager reads whether NetworkManager manages the interface.
// It does by default.
func (p process) managedByNetworkManager() bool {
	state, err := fs.ReadFile(p.root, path.Join("run/NetworkManager/devices", strconv.Itoa(p.index)))
	return err != nil || !slices.Contains(strings.Split(string(state), "\n"), "managed=false")
}

// suppliesFor reports whether the interface is among the arguments, or has a
// control socket.
func (p process) suppliesFor() bool {
	if slices.Contains(p.values("-i", "-i"), p.name) {
		return true
	}
	_, err := fs.Stat(p.root, path.Join("run/wpa_supplicant", p.name))
	return !errors.Is(err, fs.ErrNotExist)
}

// managedByIWD reads which interfaces and radios iwd may use or must not use:
// each option has a list of patterns, separated by commas. By default it uses
// all.
func (p process) managedByIWD() bool {
	matches := func(short, long, name string) (given, match bool) {
		for _, list := range p.values(short, long) {
			for pattern := range strings.SplitSeq(list, ",") {
				ok, err := path.Match(pattern, name)
				given, match = true, match || ok || err != nil
			}
		}
		return given, match
	}
	if given, match := matches("-i", "--interfaces", p.name); given && !match {
		return false
	}
	if _, match := matches("-I", "--nointerfaces", p.name); match {
		return false
	}
	name, err := fs.ReadFile(p.root, path.Join("sys/class/net", p.name, "phy80211/name"))
	if err != nil {
		return true // its radio is unknown
	}
	phy := strings.TrimSuffix(string(name), "\n")
	if given, match := matches("-p", "--phys", phy); given && !match {
		return false
	}
	_, match := matches("-P", "--nophys", phy)
	return !match
}

// values returns the values of an option among the arguments.
func (p process) values(short, long string) (all []string) {
	for i, argument := range p.arguments {
		switch value, ok := strings.CutPrefix(argument, long+"="); {
		case ok:
			all = append(all, value)
		case (argument == short || argument == long) && i+1 < len(p.arguments):
			all = append(all, p.arguments[i+1])
		case strings.HasPrefix(argument, short) && len(argument) > len(short):
			all = append(all, argument[len(short):])
		}
	}
	return all
}
