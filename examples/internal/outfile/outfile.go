// Package outfile opens the files that the programs write. It refuses symbolic
// links, devices and files of other users, and for secrets also files that others
// can read.
package outfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// SecretFile is a file for settings with their key. It is opened before a PIN
// or a button press is used up, so that a wrong name is noticed in time, and
// written later.
type SecretFile struct {
	file    *os.File
	created bool
}

// CreateSecret opens a file that only its owner can read. If the file exists,
// that is an error, unless overwrite is set; its contents remain until
// [SecretFile.Write].
func CreateSecret(name string, overwrite bool) (*SecretFile, error) {
	f, err := openSecret(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	switch {
	case err == nil:
		return &SecretFile{f, true}, nil
	case !errors.Is(err, fs.ErrExist):
		return nil, err
	}
	f, err = openSecret(name, os.O_RDWR) // to return the most specific error
	switch {
	case err != nil:
		return nil, err
	case !overwrite:
		f.Close()
		return nil, fmt.Errorf("%s exists: -force overwrites it", name)
	}
	return &SecretFile{f, false}, nil
}

// Content returns the contents of the file.
func (s *SecretFile) Content() ([]byte, error) {
	if s.created {
		return nil, nil
	}
	return io.ReadAll(io.NewSectionReader(s.file, 0, 1<<20))
}

// Write replaces the contents of the file, and closes it.
func (s *SecretFile) Write(content []byte) error {
	err := s.file.Truncate(0)
	if err == nil {
		_, err = s.file.Write(content)
	}
	if err == nil {
		err = s.file.Sync()
	}
	return errors.Join(err, s.file.Close())
}

// Discard closes the file without writing, and removes it if CreateSecret
// created it.
func (s *SecretFile) Discard() {
	_ = s.file.Close() // first: Windows removes no open file
	if s.created {
		_ = os.Remove(s.file.Name()) // it is not complete
	}
}

// SecretStream is a file that only its owner can read and that is too long to be
// kept in memory. It appears under its name when it is complete.
type SecretStream struct {
	*bufio.Writer
	name     string
	reserved *SecretFile // the name: empty, or the old contents
	file     *SecretFile // what was written so far
}

// StreamSecret opens a file like [CreateSecret]. What is written goes to another
// file beside it, until [SecretStream.Commit].
func StreamSecret(name string, overwrite bool) (*SecretStream, error) {
	reserved, err := CreateSecret(name, overwrite)
	if err != nil {
		return nil, err
	}
	f, err := CreateSecret(name+partSuffix, true) // a power failure may have left one
	if err == nil {
		if err = f.file.Truncate(0); err != nil {
			f.file.Close()
		}
	}
	if err != nil {
		reserved.Discard()
		return nil, err
	}
	f.created = true // to be removed by Discard
	return &SecretStream{Writer: bufio.NewWriter(f.file), name: name, reserved: reserved, file: f}, nil
}

// partSuffix ends the name of a file that is not complete.
const partSuffix = ".new"

// Commit gives the file its name. On an error the old contents remain, and
// nothing else.
func (s *SecretStream) Commit() error {
	err := s.Flush()
	if err == nil {
		err = s.file.file.Sync()
	}
	err = errors.Join(err, s.file.file.Close(), s.reserved.file.Close())
	if err == nil {
		err = os.Rename(s.name+partSuffix, s.name)
	}
	if err != nil {
		s.Discard()
	}
	return err
}

// Discard removes what was written.
func (s *SecretStream) Discard() {
	s.file.Discard()
	s.reserved.Discard()
}

// ReplaceSecret atomically replaces a file by one that only its owner can read.
// After a power failure it has the old contents or the new ones.
func ReplaceSecret(name string, content []byte) error {
	f, err := CreateSecret(name+partSuffix, true) // a power failure may have left one
	if err != nil {
		return err
	}
	if err := f.Write(content); err != nil {
		return err
	}
	return os.Rename(name+partSuffix, name)
}

// AppendSecret opens a file that only its owner can read, to append to it.
func AppendSecret(name string) (*os.File, error) {
	return openSecret(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE)
}

// Create opens a file without secrets, empty. One that exists is overwritten.
func Create(name string) (*os.File, error) {
	f, err := open(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(0); err != nil { // not by opening it, which comes before the checks
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Write creates a file without secrets that holds the content.
func Write(name string, content []byte) error {
	f, err := Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// openSecret opens a file that only its owner can read.
func openSecret(name string, flag int) (*os.File, error) { return open(name, flag, 0o600) }

// open opens a file to be written. It refuses symbolic links, devices, files of
// other users and files with more than one name. If others cannot read a new file,
// it refuses an existing one that they can read.
func open(name string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := openNoFollow(name, flag, mode)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", name)
	}
	if err == nil {
		err = checkWritable(name, info, mode&0o077 == 0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// linkError is the error for a symbolic link.
func linkError(name string) error {
	return fmt.Errorf("%s is a symbolic link, which is not followed: name the file itself", name)
}
