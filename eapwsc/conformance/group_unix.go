//go:build unix

package conformance

import (
	"os/exec"
	"syscall"
)

// ownGroup gives a command a process group of its own, which ends with it if the
// command is ended: a signal to sh alone would leave what it runs. A key that
// interrupts the program does not reach the group.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
