//go:build !linux

package link

import "github.com/gowps/gowps/wps"

func open(name string) (*Conn, error) {
	if _, err := usable(name); err != nil {
		return nil, err
	}
	return nil, ErrUnsupported
}

func openAs(name string, _ wps.MAC, _ uint16, _ wps.MAC) (*Conn, error) { return open(name) }
