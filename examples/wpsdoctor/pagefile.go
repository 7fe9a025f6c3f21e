package main

import (
	"fmt"
	"strings"

	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/wps/report"
)

// pageFile is a page and its file.
type pageFile struct {
	diagnosis.Page
	write   func([]byte) error
	discard func()
}

// newPageFile creates the file of a page. If it will contain secrets, only its
// owner can read it.
func newPageFile(name string, secrets bool) (*pageFile, error) {
	p := &pageFile{Page: diagnosis.NewPage()}
	if secrets {
		f, err := outfile.CreateSecret(name, true)
		if err != nil {
			return nil, fmt.Errorf("-html: %w", err)
		}
		p.write, p.discard = f.Write, f.Discard
		return p, nil
	}
	f, err := outfile.Create(name)
	if err != nil {
		return nil, fmt.Errorf("-html: %w", err)
	}
	p.write = func(b []byte) error {
		_, err := f.Write(b)
		if closing := f.Close(); err == nil {
			err = closing
		}
		return err
	}
	p.discard = func() { f.Close() }
	return p, nil
}

// finish writes the page.
func (p *pageFile) finish(secrets bool) error {
	var b strings.Builder
	if err := p.Whole().HTML(&b, report.Options{Secrets: secrets}); err != nil {
		p.discard()
		return err
	}
	return p.write([]byte(b.String()))
}
