//go:build !linux

package link

func open(name string) (*Conn, error) {
	if _, err := usable(name); err != nil {
		return nil, err
	}
	return nil, ErrUnsupported
}
