package main

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/anonymise"
	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
)

// errTextAnonymous is the error for a text, in which names cannot be found
// reliably.
var errTextAnonymous = errors.New("-anonymise takes a capture: in text anything may be a name or a key, so clean it by hand")

// hidden is the anonymous copy of a capture.
type hidden struct {
	name   string
	file   *outfile.SecretStream
	writer *anonymise.Writer
}

// newHidden creates the file, before anything is read.
func newHidden(name string, overwrite bool) (*hidden, error) {
	f, err := outfile.StreamSecret(name, overwrite)
	if err != nil {
		return nil, fmt.Errorf("-anonymise: %w", err)
	}
	h := &hidden{name: name, file: f}
	if h.writer, err = anonymise.NewWriter(f, rand.Reader); err != nil {
		f.Discard()
		return nil, err
	}
	return h, nil
}

// finish completes the file if the whole capture was read, and prints what the
// copy no longer shows.
func (h *hidden) finish(streams program.IO, whole bool) error {
	if !whole {
		h.file.Discard()
		return nil
	}
	err := h.writer.Close()
	if err != nil {
		h.file.Discard()
		return err
	}
	if err := h.file.Commit(); err != nil {
		return fmt.Errorf("-anonymise: %w", err)
	}
	fmt.Fprintf(streams.Err, "wpsdoctor: %s has %d packets. %s\n", diagnosis.Shown(h.name), h.writer.Written(), anonymise.Note)
	return nil
}

// copied passes on the events of a capture, and makes an anonymous copy of
// them.
type copied struct {
	diagnosis.Events
	to *hidden
}

// Next returns the next event.
func (c *copied) Next() (*capture.Event, error) {
	e, err := c.Events.Next()
	if err == nil {
		err = c.to.writer.Write(e)
	}
	return e, err
}

// Skip passes over the next octets, which the copy has as well.
func (c *copied) Skip(octets int64) {
	for end := c.Offset() + octets; c.Offset() < end; {
		if _, err := c.Next(); err != nil {
			return
		}
	}
}
