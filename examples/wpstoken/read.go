package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/tag"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// read is the command that reads a tag.
type read struct{ json, secrets, strict bool }

func (r *read) flags(f *pflag.FlagSet) {
	f.BoolVar(&r.json, "json", false, "print JSON")
	f.BoolVar(&r.secrets, "show-secrets", false, "print keys and passwords too")
	f.BoolVar(&r.strict, "strict", false, "treat departures from the protocol as errors")
}

// token is the contents of a tag in JSON.
type token struct {
	Schema     string      `json:"schema"`
	Kind       string      `json:"kind,omitempty"`
	Form       string      `json:"form"`
	Records    []record    `json:"records,omitempty"`
	Carriers   []string    `json:"carriers,omitempty"` // media types in a handover
	Attributes []attribute `json:"attributes,omitempty"`
	Assumed    []string    `json:"assumed,omitempty"` // attributes that the credential lacks
	Quirks     string      `json:"quirks,omitempty"`
	Error      string      `json:"error,omitempty"`
}

type record struct {
	TNF    string `json:"tnf"`
	Type   string `json:"type"`
	ID     string `json:"id,omitempty"`
	Octets int    `json:"octets"`
}

type attribute struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Length     int         `json:"length"`
	Value      string      `json:"value,omitempty"`
	Secret     bool        `json:"secret,omitempty"`
	Attributes []attribute `json:"attributes,omitempty"`
}

func (r *read) run(_ context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 1 {
		return program.Unable, program.Usagef("%q is too much", operands[1])
	}
	name := "-"
	if len(operands) == 1 {
		name = operands[0]
	}
	b, err := tag.ReadOctets(name, streams.In)
	if err != nil {
		return program.Unable, err
	}
	mode := wps.Tolerant
	if r.strict {
		mode = wps.Strict
	}
	out, err := r.describe(b, mode)
	if r.json {
		if jsonErr := program.JSON(streams.Out).Encode(out); jsonErr != nil {
			return program.Unable, jsonErr
		}
	} else {
		out.print(streams.Text())
	}
	if err != nil {
		return program.Problem, nil
	}
	return program.Fine, nil
}

// describe reads a tag.
func (r *read) describe(b []byte, mode wps.Mode) (*token, error) {
	t, err := nfc.Read(b, mode)
	out := &token{Schema: "wpstoken/1", Form: t.Form.String()}
	for _, x := range t.Records {
		out.Records = append(out.Records, record{x.TNF.String(), x.Type, x.ID, len(x.Payload)})
	}
	if h, err := nfc.ParseHandover(t.Records); err == nil {
		for _, c := range h.Carriers {
			out.Carriers = append(out.Carriers, c.MediaType)
		}
	}
	if err != nil {
		out.Error = err.Error()
		return out, err
	}
	out.Kind = t.List.Kind().String()
	header := t.List.Attributes()
	out.Quirks = header.Quirks.String()
	for _, id := range t.Assumed {
		out.Assumed = append(out.Assumed, id.String())
	}
	body, err := wps.Append(nil, t.List)
	if err != nil { // what was read tolerantly may not be valid for writing
		out.Error = err.Error()
		return out, err
	}
	out.Attributes = r.attributes(body)
	return out, nil
}

// attributes describes a list.
func (r *read) attributes(b []byte) []attribute {
	var all []attribute
	d := wps.NewDecoder(b, wps.Tolerant)
	for d.Next() {
		value := bytes.Clone(d.Value())
		a := attribute{ID: fmt.Sprintf("0x%04x", uint16(d.ID())), Name: d.ID().String(), Length: len(value)}
		text, secret := wps.Attribute{ID: d.ID(), Value: value}.Describe()
		switch {
		case d.ID() == wps.AttrCredential:
			a.Attributes = r.attributes(value)
		case secret && !r.secrets:
			a.Secret = true
		default:
			a.Value = text
		}
		all = append(all, a)
	}
	return all
}

// print writes the contents of a tag as text.
func (t *token) print(w io.Writer) {
	if t.Kind != "" {
		fmt.Fprintf(w, "%s, %s\n", t.Kind, t.Form)
	} else {
		fmt.Fprintf(w, "%s\n", t.Form)
	}
	for _, x := range t.Records {
		fmt.Fprintf(w, "record: %s %s, %d octets\n", x.TNF, x.Type, x.Octets)
	}
	for _, c := range t.Carriers {
		fmt.Fprintf(w, "carrier: %s\n", c)
	}
	printAttributes(w, t.Attributes, "")
	if len(t.Assumed) > 0 {
		fmt.Fprintf(w, "assumed, for it lacks them: %s\n", strings.Join(t.Assumed, ", "))
	}
	if t.Quirks != "" {
		fmt.Fprintf(w, "departs from the protocol: %s\n", t.Quirks)
	}
	if t.Error != "" {
		fmt.Fprintf(w, "It cannot be read: %s\n", t.Error)
	}
}

func printAttributes(w io.Writer, all []attribute, indent string) {
	for _, a := range all {
		value := a.Value
		if a.Secret {
			value = fmt.Sprintf("%d octets, not shown", a.Length)
		}
		fmt.Fprintf(w, "%s  %s: %s\n", indent, a.Name, value)
		printAttributes(w, a.Attributes, indent+"  ")
	}
}

// config is the command that makes a configuration token.
type config struct {
	ssid, passphrase string
	open, hex        bool
}

func (c *config) flags(f *pflag.FlagSet) {
	f.StringVar(&c.ssid, "ssid", "", "`NAME` of the network")
	f.StringVar(&c.passphrase, "passphrase", "", "passphrase of the network, or 64 hexadecimal digits: `TEXT`")
	f.BoolVar(&c.open, "open", false, "the network is an open one")
	f.BoolVar(&c.hex, "hex", false, "print hexadecimal digits")
}

func (c *config) run(_ context.Context, streams program.IO, operands []string) (int, error) {
	credential := wps.Credential{
		SSID: wps.SSID(c.ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(c.passphrase), MAC: wps.Broadcast,
	}
	switch {
	case len(operands) > 0:
		return program.Unable, program.Usagef("%q is too much", operands[0])
	case c.ssid == "" || len(c.ssid) > 32:
		return program.Unable, program.Usagef("-ssid: the name of a network has 1 to 32 octets")
	case c.open && c.passphrase != "":
		return program.Unable, program.Usagef("-passphrase and -open exclude each other")
	case c.open:
		credential.AuthType, credential.EncrType = wps.AuthOpen, wps.EncrNone
	}
	if err := credential.Usable(); err != nil {
		return program.Unable, program.Usagef("-passphrase: %w", err)
	}
	t := &wps.ConfigurationToken{Credentials: []wps.Credential{credential}}
	t.WFA.Version2 = 0x20
	b, err := nfc.Append(nil, t)
	if err != nil {
		return program.Unable, err
	}
	if c.hex {
		_, err = fmt.Fprintf(streams.Out, "%x\n", b)
	} else {
		_, err = streams.Out.Write(b)
	}
	if err != nil {
		return program.Unable, err
	}
	return program.Fine, nil
}
