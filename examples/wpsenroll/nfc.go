package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/tag"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
	"github.com/gowps/gowps/wps/registration"
)

// tokens is the NFC part of one run of the program.
type tokens struct {
	tag     string // file to read
	own     string // file for the password token of this device
	request string // file for this device's Handover Request

	keys    *registration.KeyPair // of own or request
	peer    *[20]byte             // hash of the router's key
	network wps.SSID              // the SSID of the router that answered
	point   wps.MAC
	given   []wps.Credential // from a configuration token
}

func (t *tokens) flags(f *pflag.FlagSet) {
	f.StringVar(&t.tag, "nfc", "", "use the NFC tag in `FILE`, - for standard input: a router's password token, networks, or the answer to -nfc-request")
	f.StringVar(&t.own, "nfc-token", "", "make a password token of this device, write it to a new `FILE`, and register with it")
	f.StringVar(&t.request, "nfc-request", "", "write the Handover Request of this device to a new `FILE`, - for standard output, before -nfc is read")
}

// checkTokens checks the flags, reads the tag, and makes tokens.
func (p *invocation) checkTokens() error {
	switch {
	case p.request != "" && p.tag == "":
		return program.Usagef("-nfc-request needs -nfc FILE, for the answer")
	case (p.request != "" || p.own != "") && p.registrar:
		return program.Usagef("-nfc-request and -nfc-token are for a device, not for -registrar")
	case p.own != "":
		return p.makeToken()
	case p.request != "":
		if err := p.askHandover(); err != nil {
			return fmt.Errorf("-nfc-request: %w", err)
		}
	}
	list, err := tag.Read(p.tag, p.In)
	if err != nil {
		return fmt.Errorf("-nfc: %w", err)
	}
	switch token := list.(type) {
	case *wps.PasswordToken:
		p.password, p.peer = registration.OutOfBand(token.OOB.ID, token.OOB.Password), &token.OOB.PublicKeyHash
	case *wps.ConfigurationToken:
		p.given = token.Credentials
	case *wps.HandoverSelect:
		if p.request == "" {
			return program.Usagef("-nfc: the tag answers a Handover Request: write one with -nfc-request FILE")
		}
		p.password, p.peer = registration.Handover(), &token.OOB.PublicKeyHash
		p.network, p.point = token.SSID, token.BSSID
	default:
		return fmt.Errorf("-nfc: the tag holds a Handover Request, which is for a router")
	}
	switch kind := list.Kind(); {
	case p.registrar && kind != wps.KindPasswordToken:
		return program.Usagef("-nfc: -registrar takes the password token of an access point")
	case p.request != "" && kind != wps.KindHandoverSelect:
		return program.Usagef("-nfc: the tag holds no answer to a Handover Request")
	}
	return nil
}

// oob returns the out-of-band password of this device, with the hash of its
// key.
func (p *invocation) oob(id wps.DevicePasswordID, password []byte) (oob wps.OOBPassword, err error) {
	if p.keys, err = registration.NewKeyPair(nil); err != nil {
		return oob, err
	}
	public := p.keys.PublicKey()
	return wps.OOBPassword{PublicKeyHash: registration.PublicKeyHash(&public), ID: id, Password: password}, nil
}

// makeToken makes the password token of this device, for the router to read,
// and its password.
func (p *invocation) makeToken() error {
	random := make([]byte, 34)
	rand.Read(random)
	id := wps.PasswordOOBFirst + wps.DevicePasswordID(binary.BigEndian.Uint16(random)%(1<<16-1-uint16(wps.PasswordOOBFirst)))
	oob, err := p.oob(id, random[2:])
	if err != nil {
		return err
	}
	p.password = registration.OutOfBand(id, oob.Password)
	message, err := nfc.Append(nil, &wps.PasswordToken{OOB: oob})
	if err == nil {
		err = tag.Write(p.own, &p.IO, message)
	}
	if err != nil {
		return fmt.Errorf("-nfc-token: %w", err)
	}
	return nil
}

// askHandover writes the Handover Request of this device.
func (p *invocation) askHandover() error {
	oob, err := p.oob(wps.PasswordNFCHandover, nil)
	if err != nil {
		return err
	}
	request := &wps.HandoverRequest{OOB: oob}
	if request.UUIDE, err = wps.RandomUUID(nil); err != nil {
		return err
	}
	p.uuid = &request.UUIDE
	var collision [2]byte
	rand.Read(collision[:])
	message, err := nfc.AppendHandoverRequest(nil, binary.BigEndian.Uint16(collision[:]), request)
	if err != nil {
		return err
	}
	return tag.Write(p.request, &p.IO, message)
}

// useNetworks reports the networks of a configuration token, and with -join
// connects to one of them.
func (p *invocation) useNetworks(ctx context.Context) (int, error) {
	result := &registration.Result{Credentials: p.given}
	if !p.join {
		return program.Fine, p.report(result)
	}
	r, err := p.wifi(p.Interface)
	if err != nil {
		return program.Unable, err
	}
	defer r.Close()
	found, err := r.Scan(ctx, station.ScanConfig{Passive: p.passive})
	if err == nil {
		p.networks, err = station.KnownNetworks(p.given, found)
	}
	if err != nil {
		return program.Unable, err
	}
	if err := p.report(result); err != nil {
		return program.Unable, err
	}
	return program.Fine, (&wireless{invocation: p, radio: r}).connect(ctx)
}
