package conformance

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture"
	exchanges "github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/eapwsc/capture/pcapng"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/ieee1905"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// deviceMAC is the address of the device under test in captures, if its own is
// unknown.
var deviceMAC = wps.MAC{0x02, 0xD0, 0x07, 0, 0, 1}

// deviceAddress returns the address of the device under test: an enrollee has it
// in its M1.
func (s *side) deviceAddress() wps.MAC {
	if s.role == registration.RoleRegistrar {
		return cmp.Or(s.mac, deviceMAC)
	}
	return deviceMAC
}

// captureProgram is the name of this program in captures, before the case and
// its input.
const captureProgram = "gowps conformance "

// ReadCapture returns the case and the input of a capture that
// [Result.WriteCapture] has written, from the name of the program in it. ok is
// false if another program has written it.
func ReadCapture(program string) (id, input string, ok bool) {
	if program, ok = strings.CutPrefix(program, captureProgram); !ok {
		return "", "", false
	}
	id, input, _ = strings.Cut(program, ": ")
	return id, input, true
}

// Exchanges returns how many exchanges of the input that decided the verdict
// are kept as evidence.
func (r *Result) Exchanges() int { return len(r.outcomes) }

// WriteCapture writes the exchanges of the input that decided the verdict as a
// pcapng file of EAPOL frames on Ethernet, with the keys of the runs: see
// package pcapng. It writes a file without packets if there was no exchange.
func (r *Result) WriteCapture(w io.Writer) error {
	var log bytes.Buffer
	for _, o := range r.outcomes {
		if o.side.keys != nil {
			n1, n2 := o.side.n1, o.side.n2
			log.Write(registration.AppendKeyLog(nil, n1, n2, o.side.keys))
		}
	}
	out, err := pcapng.NewWriter(w, pcapng.Header{
		LinkType: pcapng.Ethernet, Program: captureProgram + r.Case.ID + ": " + r.Input, KeyLog: log.Bytes(),
	})
	if err != nil {
		return err
	}
	for _, o := range r.outcomes {
		for i, f := range o.frames {
			from, to := o.side.deviceAddress(), o.side.device.MAC
			if f.sent {
				from, to = to, from
			}
			etherType, contents, err := r.frames(f.packet, uint16(i))
			if err != nil {
				return err
			}
			for _, c := range contents {
				frame := binary.BigEndian.AppendUint16(append(append([]byte(nil), to[:]...), from[:]...), etherType)
				if err := out.WritePacket(pcapng.Packet{Time: f.at, Data: append(frame, c...)}); err != nil {
					return err
				}
			}
		}
	}
	return out.Flush()
}

// frames returns the Ethernet frames of a packet, without their addresses.
func (r *Result) frames(packet []byte, id uint16) (etherType uint16, contents [][]byte, err error) {
	if r.Case.Role == Agent || r.Case.Role == Controller {
		m := &ieee1905.Message{Type: ieee1905.TypeWSC, ID: id, TLVs: []ieee1905.TLV{{Type: ieee1905.TLVWSC, Value: packet}}}
		contents, err = m.Frames()
		return ieee1905.EtherType, contents, err
	}
	frame, err := eapol.Frame{Version: eapol.Version1, Type: eapol.TypeEAP, Body: packet}.AppendTo(nil)
	return eapol.EtherType, [][]byte{frame}, err
}

// Line is a packet of an exchange in words.
type Line struct {
	At   string // seconds since the exchange began
	Sent bool   // by the suite
	Name string // such as M4
	Text string // what was wrong with it, or its content
}

// Ladder returns the packets of an exchange, whose number counts from 0.
func (r *Result) Ladder(exchange int) []Line {
	if exchange < 0 || exchange >= len(r.outcomes) {
		return nil
	}
	o := r.outcomes[exchange]
	var lines []Line
	for _, f := range o.frames {
		name, text := describe(f.packet)
		lines = append(lines, Line{fmt.Sprintf("%.3f", f.at.Sub(o.began).Seconds()), f.sent, name, text})
	}
	return lines
}

// shown returns the first and the last packets of an exchange that is too long
// for a report, and how many are between them.
func shown[T any](all []T) (some []T, hidden int) {
	const most = 200
	if len(all) <= most {
		return all, 0
	}
	return slices.Concat(all[:most/2], all[len(all)-most/2:]), len(all) - most
}

// describe names a packet.
func describe(b []byte) (name, text string) {
	if t, err := wps.PeekMessageType(b); err == nil { // of IEEE 1905.1, without EAP
		return t.String(), ""
	}
	p, err := eap.ParsePacket(b)
	if err != nil {
		return "EAP", fmt.Sprintf("%d octets that are no EAP packet: %v", len(b), err)
	}
	if !p.IsWSC() || p.OpCode == eap.OpStart || p.OpCode == eap.OpFragACK {
		return p.String(), ""
	}
	t, err := wps.PeekMessageType(p.Data)
	switch {
	case p.Flags.Has(eap.FlagMoreFragments), err != nil:
		return p.String(), ""
	case t == wps.MessageNACK || t == wps.MessageM2D:
		if v := wps.Find(p.Data, wps.AttrConfigError); len(v) == 2 {
			ce := wps.ConfigError(uint16(v[0])<<8 | uint16(v[1]))
			return t.String(), fmt.Sprintf("error %d, %v", ce, ce)
		}
	}
	return t.String(), ""
}

// Text returns the result for a person: the case, the verdict and, if it did
// not pass, the exchange that decided it.
func (r *Result) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %v: %s\n", r.Case.ID, r.Verdict, r.Case.Title)
	if r.Verdict == Pass {
		return b.String()
	}
	if r.Input != "" {
		fmt.Fprintf(&b, "    input: %s\n", r.Input)
	}
	fmt.Fprintf(&b, "    %s\n", r.Reason)
	if r.Verdict == NotApplicable {
		return b.String()
	}
	fmt.Fprintf(&b, "    wanted: %s (%v; %s)\n", r.Case.Proves, r.Case.Level, r.Case.Origin)
	if n := len(r.outcomes); n > 0 {
		lines, hidden := shown(r.Ladder(n - 1))
		for i, l := range lines {
			if hidden > 0 && i == len(lines)/2 {
				fmt.Fprintf(&b, "    %d packets are left out\n", hidden)
			}
			arrow := "<-"
			if l.Sent {
				arrow = "->"
			}
			fmt.Fprintf(&b, "    %8s  %s %s  %s\n", l.At, arrow, l.Name, l.Text)
		}
	}
	if d, err := r.Diagnose(); err == nil {
		for _, f := range d.Findings {
			fmt.Fprintf(&b, "    validator: %s\n", f)
		}
		if d.Cause != "" {
			fmt.Fprintf(&b, "    doctor: %s\n", d.Cause)
		}
	}
	return b.String()
}

// Diagnosis is the opinion of the other tools about the last exchange of the
// input that decided a verdict.
type Diagnosis struct {
	// Findings are the validator's findings in the device's messages, one per
	// line. Messages of the suite, which are wrong on purpose, are left out.
	Findings []string
	// Cause and Verdict are the doctor's.
	Cause, Verdict string
}

// Diagnose runs the validator and the doctor on the last exchange.
func (r *Result) Diagnose() (*Diagnosis, error) {
	if len(r.outcomes) == 0 {
		return &Diagnosis{}, nil
	}
	last := *r
	last.outcomes = r.outcomes[len(r.outcomes)-1:]
	var b bytes.Buffer
	if err := last.WriteCapture(&b); err != nil {
		return nil, err
	}
	keys, err := exchanges.ReadKeyLog(bytes.NewReader(pcapng.KeyLog(b.Bytes(), registration.KeyLogLabel)))
	if err != nil {
		return nil, err
	}
	reader, err := capture.NewReader(&b)
	if err != nil {
		return nil, err
	}
	collector := exchanges.NewCollector(keys)
	var all []*exchanges.Exchange
	for {
		event, err := reader.Next()
		if err != nil {
			break // io.EOF: the capture is our own
		}
		all = append(all, collector.Add(event)...)
	}
	all = append(all, collector.Close()...)
	ofDevice := validate.SideAP
	if r.Case.Role == Station || r.Case.Role == Registrar {
		ofDevice = validate.SideClient
	}
	d := new(Diagnosis)
	for _, x := range all {
		findings := x.Findings(wps.Tolerant)
		for _, f := range findings {
			if f.Message >= 0 && f.Message < len(x.Entries) && x.Entries[f.Message].From == ofDevice {
				d.Findings = append(d.Findings, f.String())
			}
		}
		diagnosis := doctor.Diagnose(x.Evidence([]*doctor.Attempt{x.Attempt(findings)}))
		d.Cause, d.Verdict = string(diagnosis.Cause), diagnosis.Verdict
	}
	return d, nil
}
