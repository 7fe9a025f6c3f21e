package validate_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// agrees compares the validator with the readers of package wps: a list that
// they refuse has an error, in both modes, and the quirks that they tolerate
// are found.
func agrees(t *testing.T, kind wps.Kind, b []byte) {
	for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
		findings := validate.List(kind, b, mode)
		sound(t, findings, len(b))
		l := wps.NewList(kind)
		err := wps.Decode(l, b, mode)
		if err != nil && findings.Worst() != validate.Error {
			t.Errorf("%v, mode %v: wps says %v, the validator %v", kind, mode, err, findings)
		}
		if err != nil || mode == wps.Strict || findings.Has("ATTRIBUTE-REPEATED") || findings.Has("SECURITY-ATTRIBUTE-REPEATED") {
			continue // for repeated attributes the two may use different ones
		}
		var found wps.Quirks
		for _, f := range findings {
			rule, _ := validate.Lookup(f.Rule)
			found |= rule.Quirk
		}
		quirks := l.Attributes().Quirks
		if quirks.Has(wps.QuirkLongString) {
			quirks &^= wps.QuirkTerminatedText // there may be a zero where it was truncated
		}
		if !found.Has(quirks) {
			t.Errorf("%v: wps met the quirks %v, the validator only %v: %v", kind, quirks, found, findings)
		}
	}
}

// sound checks properties of all findings.
func sound(t *testing.T, findings validate.Findings, size int) {
	t.Helper()
	of := map[string]int{}
	for i, f := range findings {
		rule, ok := validate.Lookup(f.Rule)
		switch {
		case !ok:
			t.Errorf("%+v is of no rule", f)
		case f.Severity != rule.Tolerant && f.Severity != rule.Strict:
			t.Errorf("%+v is not as severe as its rule", f)
		case f.Offset < 0 || f.Offset > size:
			t.Errorf("%+v is outside of %d octets", f, size)
		case f.Text == "" || f.Text[len(f.Text)-1] != '.':
			t.Errorf("%+v has no sentence", f)
		case i > 0 && (f.Run < findings[i-1].Run || f.Run == findings[i-1].Run && uint(f.Message) < uint(findings[i-1].Message)):
			t.Errorf("%+v is out of order", f)
		}
		if of[f.Rule]++; of[f.Rule] > 11 {
			t.Errorf("more than eleven findings of %s", f.Rule)
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, s := range samples(f) {
		if _, ok := s.kind.MessageType(); ok {
			f.Add(join(s.attrs...))
		}
	}
	for kind := wps.KindM1; kind <= wps.KindDone; kind++ {
		f.Add(conforming(kind).bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		sound(t, validate.Message(b, wps.Strict), len(b))
		if m, err := wps.ParseMessage(b, wps.Tolerant); err == nil {
			agrees(t, m.Kind(), b)
		} else if validate.Message(b, wps.Tolerant).Worst() != validate.Error {
			t.Errorf("wps refuses the message: %v", err)
		}
	})
}

// FuzzElement also covers all other lists: elements are only one kind.
func FuzzElement(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(byte(s.kind), byte(0), join(s.attrs...))
	}
	for kind := wps.KindBeacon; kind <= wps.KindHandoverSelect; kind++ {
		f.Add(byte(kind), byte(0xFF), conforming(kind).bytes())
	}
	// A second Version with an unknown major version: wps uses the last one.
	f.Add(byte(wps.KindBeacon), byte(0x0C), []byte("\x10\x4a\x00\x01\x10\x10\x44\x00\x01\x02\x10\x4a\x00\x01\x007*\x00\x01 "))
	f.Fuzz(func(t *testing.T, kind, network byte, b []byte) {
		has := func(bit int) bool { return network>>bit&1 != 0 }
		n := dot11.Traits{Open: has(0), WEP: has(1), TKIPOnly: has(2), SAEOnly: has(3), PMFRequired: has(4), Enterprise: has(5), Hidden: has(6), SixGHz: has(7)}
		sound(t, validate.Element(wps.Kind(kind), b, n, wps.Strict), len(b))
		if wps.NewList(wps.Kind(kind)) != nil {
			agrees(t, wps.Kind(kind), b)
		}
	})
}

// encode encodes a transcript for the fuzzer, and decode decodes one: for each
// step its numbers in one octet each, the length of its body, and the body.
func encode(transcript validate.Transcript) []byte {
	var b []byte
	for _, s := range transcript.Entries {
		b = append(b, byte(s.From), byte(s.Code), s.ID, byte(s.OpCode), byte(s.Fragments), byte(s.Time.Second()))
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(s.Body))), s.Body...)
	}
	return b
}

func decode(b []byte) (steps []validate.Entry) {
	const header = 8
	for len(b) >= header {
		n := min(int(binary.BigEndian.Uint16(b[6:])), len(b)-header)
		steps = append(steps, validate.Entry{
			From: validate.Side(b[0] % 3), Code: eap.Code(b[1]), ID: b[2], OpCode: eap.OpCode(b[3]), Fragments: int(b[4]),
			Time: time.Unix(int64(b[5])*10, 0), Body: b[header : header+n],
		})
		b = b[header+n:]
	}
	return steps
}

func FuzzExchange(f *testing.F) {
	for _, c := range wired(f) {
		for _, transcript := range c.transcripts() {
			f.Add(encode(transcript), transcript.Identity, false)
		}
	}
	// The keys of one capture decrypt its messages; all others are damaged.
	keys := newLab(f, "s01-pin-ok").Keys
	f.Fuzz(func(t *testing.T, b []byte, identity string, lossy bool) {
		transcript := validate.Transcript{Entries: decode(b), Identity: identity, Lossy: lossy}
		with := transcript
		with.Keys = &registration.Keys{AuthKey: keys.AuthKey, KeyWrapKey: keys.KeyWrapKey}
		for _, x := range []validate.Transcript{transcript, with} {
			findings := validate.Exchange(&x, wps.Strict)
			sound(t, findings, len(b))
			for _, finding := range findings {
				if finding.Message != validate.Whole && (finding.Message < 0 || finding.Message >= len(x.Entries)) {
					t.Errorf("%+v is of no step", finding)
				}
			}
			if again := validate.Exchange(&x, wps.Strict); !slices.Equal(findings, again) {
				t.Errorf("findings differ from call to call: %v, %v", findings, again)
			}
		}
		sound(t, validate.Randomness([]validate.Transcript{transcript, with, transcript}, wps.Strict), len(b))
	})
}
