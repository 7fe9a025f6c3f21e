//go:build !linux

package station

func open(name string) (*Station, error) {
	return nil, &Error{Interface: name, Op: "open", Class: ErrUnsupported}
}

func newTap(name string) (*Tap, error) {
	return nil, &Error{Interface: name, Op: "listen", Class: ErrUnsupported}
}

func newMonitor(name string) (*Tap, error) { return newTap(name) }
