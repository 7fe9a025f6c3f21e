//go:build unix

package outfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openNoFollow opens a file without following a symbolic link. O_NONBLOCK
// prevents it from blocking on a named pipe.
func openNoFollow(name string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, mode)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) {
		return nil, linkError(name)
	}
	return f, err
}

// checkWritable checks that a file may be written, with secrets or without.
func checkWritable(name string, info fs.FileInfo, secret bool) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	switch {
	case int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user (%d)", name, stat.Uid)
	case secret && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to other users (mode %04o): \"chmod 600\" closes it", name, info.Mode().Perm())
	case uint64(stat.Nlink) > 1:
		return fmt.Errorf("%s has another name too (%d hard links)", name, stat.Nlink)
	}
	return nil
}
