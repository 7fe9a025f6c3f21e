package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/tag"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// tokens is the NFC part of one run of the program.
type tokens struct {
	tag      string // file to read
	answer   string // file for the answer to a Handover Request
	own      string // file for the access point's password token
	networks string // file for the configuration token

	read wps.List // the contents of the tag
	left int      // unused tokens of devices
}

func (t *tokens) flags(f *pflag.FlagSet) {
	f.StringVar(&t.tag, "nfc", "", "register the device whose NFC tag, or Handover Request, is in `FILE`; - for standard input")
	f.StringVar(&t.answer, "nfc-answer", "", "with -nfc: write the answer to a Handover Request to a new `FILE`, - for standard output")
	f.StringVar(&t.own, "nfc-token", "", "make a password token of the access point, and write it to a new `FILE` that only you can read")
	f.StringVar(&t.networks, "nfc-config", "", "write the network as a tag to a new `FILE` that only you can read")
}

// any reports whether a tag may register a device.
func (t *tokens) any() bool { return t.tag != "" || t.own != "" }

// check reads the tag.
func (t *tokens) check(streams *program.IO) (err error) {
	if t.tag == "" {
		if t.answer != "" {
			return program.Usagef("-nfc-answer needs -nfc FILE, with a Handover Request")
		}
		return nil
	}
	if t.read, err = tag.Read(t.tag, streams.In); err != nil {
		return fmt.Errorf("-nfc: %w", err)
	}
	switch t.read.(type) {
	case *wps.PasswordToken:
	case *wps.HandoverRequest:
		if t.answer == "" {
			return program.Usagef("-nfc: a Handover Request wants an answer: -nfc-answer FILE")
		}
		return nil
	default:
		return fmt.Errorf("-nfc: the tag holds neither the password token of a device nor a Handover Request")
	}
	if t.answer != "" {
		return program.Usagef("-nfc-answer: the tag holds no Handover Request")
	}
	return nil
}

// allow makes tokens and enters those that were read.
func (t *tokens) allow(now time.Time, point *ap.AccessPoint, streams *program.IO) error {
	var errs []error
	write := func(flag, name string, message []byte, err error) {
		if err == nil {
			err = tag.Write(name, streams, message)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", flag, err))
		}
	}
	switch read := t.read.(type) {
	case *wps.PasswordToken:
		t.left++
		if err := point.EnterToken(now, read, 0); err != nil {
			errs = append(errs, err)
		}
	case *wps.HandoverRequest:
		t.left++
		answer, err := point.HandoverSelect(now, read)
		var message []byte
		if err == nil {
			message, err = nfc.AppendHandoverSelect(nil, answer)
		}
		write("-nfc-answer", t.answer, message, err)
	}
	if t.own != "" {
		token, err := point.MakeToken(now)
		var message []byte
		if err == nil {
			message, err = nfc.Append(nil, token)
		}
		if err == nil {
			err = point.EnableToken(now)
		}
		write("-nfc-token", t.own, message, err)
	}
	if t.networks != "" {
		token, err := point.ConfigurationToken(now)
		var message []byte
		if err == nil {
			message, err = nfc.Append(nil, token)
		}
		write("-nfc-config", t.networks, message, err)
	}
	return errors.Join(errs...)
}
