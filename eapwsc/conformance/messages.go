package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// family is a role of the device, and how its cases for every message begin.
type family struct {
	prefix   string
	role     Role
	needs    Need
	messages []wps.MessageType // that the device receives
	before   []step
	attempt  attempt // the correct exchange, in which one message becomes wrong
}

// settingsOf maps the messages with Encrypted Settings to the secret in them.
var settingsOf = map[wps.MessageType]wps.AttributeID{
	wps.MessageM4: wps.AttrRSNonce1, wps.MessageM5: wps.AttrESNonce1, wps.MessageM6: wps.AttrRSNonce2, wps.MessageM7: wps.AttrESNonce2,
	wps.MessageM8: 0,
}

// essential are the attributes without which a message proves nothing: a device
// must not continue without one. Without the others it may continue.
var essential = map[wps.MessageType][]wps.AttributeID{
	wps.MessageM1: {wps.AttrMACAddress, wps.AttrEnrolleeNonce, wps.AttrPublicKey},
	wps.MessageM2: {wps.AttrEnrolleeNonce, wps.AttrRegistrarNonce, wps.AttrPublicKey},
	wps.MessageM3: {wps.AttrRegistrarNonce, wps.AttrEHash1, wps.AttrEHash2},
	wps.MessageM4: {wps.AttrEnrolleeNonce, wps.AttrRHash1, wps.AttrRHash2, wps.AttrEncryptedSettings},
	wps.MessageM5: {wps.AttrRegistrarNonce, wps.AttrEncryptedSettings},
	wps.MessageM6: {wps.AttrEnrolleeNonce, wps.AttrEncryptedSettings},
	wps.MessageM7: {wps.AttrRegistrarNonce, wps.AttrEncryptedSettings},
	wps.MessageM8: {wps.AttrEnrolleeNonce, wps.AttrEncryptedSettings},
}

// nonceOf is the nonce that ties a message to the receiver's run.
var nonceOf = map[wps.MessageType]wps.AttributeID{
	wps.MessageM2: wps.AttrEnrolleeNonce, wps.MessageM3: wps.AttrRegistrarNonce, wps.MessageM4: wps.AttrEnrolleeNonce,
	wps.MessageM5: wps.AttrRegistrarNonce, wps.MessageM6: wps.AttrEnrolleeNonce, wps.MessageM7: wps.AttrRegistrarNonce,
	wps.MessageM8: wps.AttrEnrolleeNonce,
}

// ranges are attributes with values that no sender may use.
var ranges = map[wps.AttributeID][][]byte{
	wps.AttrMessageType: {{0}, {0xFF}}, wps.AttrState: {{0}, {3}}, wps.AttrConfigError: {{0xFF, 0xFF}},
	wps.AttrAssociationState: {{0xFF, 0xFF}}, wps.AttrAuthTypeFlags: {{0, 0}, {0xFF, 0xFF}}, wps.AttrEncrTypeFlags: {{0, 0}, {0xFF, 0xFF}},
	wps.AttrConnTypeFlags: {{0}, {0xFF}}, wps.AttrRFBands: {{0}, {0xFF}}, wps.AttrDevicePasswordID: {{0, 9}},
	wps.AttrVersion: {{0}, {0xFF}}, wps.AttrMACAddress: {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}, wps.AttrPrimaryDeviceType: {{0, 0, 0, 0, 0, 0, 0, 0}},
	wps.AttrManufacturer: {make([]byte, 64), {0x1B, '[', '2', 'J'}, {0xFF, 0xFE}}, wps.AttrDeviceName: {make([]byte, 32), {0x1B, '[', '2', 'J'}},
}

// deviationRow is a kind of fault in a message: a row of the table from which
// the cases for every message are made.
type deviationRow struct {
	number int
	title  string // with the message in it
	proves string
	origin string
	level  Level
	inputs func(t wps.MessageType) []input
	of     uint8 // the roles to which it applies, a bit for each; 0 is all
	needs  Need
}

// input is one way to be wrong.
type input struct {
	name      string
	deviation deviation
	fault     transportFault
	want      want
	code      []wps.ConfigError
	first     bool // a correct exchange comes before it
	check     func(o *outcome) string
}

const (
	originChain = "WSC 2.0 §7.3; messages as hostap and iwd hold them"
	originFaces = "hostap wpas_wps and ap_wps tests"
	originLate  = "WSC 2.0 §7.7: 15 s for a message [via iwd]"
	originEAP   = "RFC 3748 §4; WSC 2.0 §7.7.1"
)

// deviations is the table of faults in messages.
var deviations = []deviationRow{
	{1, "%v without an attribute on which its proof rests", "a message that proves nothing is not taken for one", originChain, Must, missingEssential, 0, 0},
	{2, "%v without another mandatory attribute", "a message that is not whole does no harm", originChain, Robustness, missingOther, 0, 0},
	{3, "%v with an attribute twice", "a repeated attribute does no harm", originChain, Robustness, doubled, 0, 0},
	{4, "%v with an attribute of wrong length", "lengths are checked before values are read", originChain, Robustness, wrongLength, 0, 0},
	{5, "%v with a value out of range", "values are checked before they are used", originChain, Robustness, outOfRange, 0, 0},
	{6, "%v with a wrong Authenticator", "the Authenticator is verified", "WSC 2.0 §7.3", Must, authenticators(authWrong), 0, 0},
	{7, "%v without Authenticator", "a message without Authenticator is not taken", "WSC 2.0 §7.3", Must, authenticators(authMissing), 0, 0},
	{8, "%v with an Authenticator of seven octets", "the length of the Authenticator is checked", "WSC 2.0 §7.3", Must, authenticators(authShort), 0, 0},
	{9, "%v with the nonce of another run", "messages of other runs are told apart", "WSC 2.0 §7.3", Must, foreignNonce, 0, 0},
	{10, "%v that says it is another message", "the Message Type is checked", originFaces, Must, otherType, 0, 0},
	{11, "another message in place of %v", "messages are taken in their order only", "WSC 2.0 §7.7.3", Must, instead, 0, 0},
	{12, "%v under another op-code", "op-code and message belong together", originEAP, Robustness, otherOpCode, 0, NeedEAP},
	{13, "%v twice", "a repeated packet gets the same answer and changes nothing", originEAP, Must, twice, 0, NeedEAP},
	{14, "the message before %v in its place", "a message that was answered is not processed again", originEAP, Robustness, before, 0, 0},
	{15, "WSC_NACK in place of %v", "a refusal ends the run and gives nothing away", "WSC 2.0 §7.7.3", Must, ends(wps.MessageNACK), 0, 0},
	{16, "WSC_ACK in place of %v", "an acknowledgement does not advance the run", originFaces, Must, ends(wps.MessageACK), 0, 0},
	{17, "WSC_Done in place of %v", "a run does not end before its proofs", originFaces, Must, ends(wps.MessageDone), 0, 0},
	{18, "%v cut", "a message that is cut is not read beyond its end", originFaces, Robustness, cut, 0, 0},
	{19, "octets behind %v", "octets behind a message do no harm", originFaces, Robustness, trailing, 0, 0},
	{20, "%v with unknown attributes and sub-elements", "what a later version adds is skipped", "WSC 2.0 §12", Must, unknown, 0, 0},
	{21, "%v with Encrypted Settings that are not sealed right", "settings are decrypted and verified before they are read", "WSC 2.0 §7.5", Must, sealed, 0, 0},
	{22, "%v without the secret nonce, or with one of wrong length", "a proof that is missing is no proof", originFaces, Must, nonces, 0, 0},
	{23, "%v with a wrong proof", "the proof of the password is verified", "WSC 2.0 §7.4", Must, proofs, 0, 0},
	{24, "silence in place of %v", "a device whose peer falls silent is free again", "hostap", Must, silence, 0, 0},
	{25, "the other side leaves in place of %v", "a device whose peer leaves is free again", "hostap", Must, leaveAfter, 0, 0},
	{26, "the last attribute of %v announces more octets than there are", "announced lengths are not trusted", originFaces, Robustness, overruns, 0, 0},
	{28, "%v of an earlier run", "a recorded message is of no use", originChain, Must, replayed, 0, 0},
	{29, "%v is lost once", "what is lost is sent again, and the run goes on", originEAP, Must, lost, 0, NeedEAP},
	{30, "%v comes late", "a slow peer is waited for", originLate, Must, late, 0, 0},
	{31, "EAP-Failure in place of %v", "a run that the access point ends is over", originEAP, Must, fails, 1<<Station | 1<<Registrar, 0},
	{32, "EAPOL-Start in place of %v", "a station that was reset begins anew", originEAP, Should, startsAgain, 1<<APRegistrar | 1<<APEnrollee, NeedStart},
	{27, "an EAP packet of %v with a wrong length, code or type", "EAP is checked before WSC", originEAP, Robustness, badPackets, 0, NeedEAP},
}

// cases returns the cases of a family.
func (f family) cases() []*Case {
	var all []*Case
	for _, m := range f.messages {
		for _, d := range deviations {
			inputs := d.inputs(m)
			if len(inputs) == 0 || d.of != 0 && d.of&(1<<f.role) == 0 {
				continue
			}
			c := &Case{
				ID: fmt.Sprintf("%s-%s-%02d", f.prefix, messageID(m), d.number), Title: fmt.Sprintf(d.title, m),
				Proves: d.proves, Origin: d.origin, Level: d.level, Role: f.role, Needs: f.needs | d.needs,
			}
			for _, in := range inputs {
				a := f.attempt
				a.deviation, a.fault, a.want, a.code, a.what, a.check = in.deviation, in.fault, in.want, in.code, in.name, in.check
				if a.what == "" {
					a.what = c.Title
				}
				steps := slices.Clone(f.before)
				if in.first {
					steps = append(append(steps, f.attempt), f.before...)
				}
				c.rows = append(c.rows, row{in.name, append(steps, a)})
			}
			all = append(all, c)
		}
	}
	return all
}

// messageID is the part of an id that names a message.
func messageID(t wps.MessageType) string {
	switch t {
	case wps.MessageDone:
		return "DONE"
	case wps.MessageACK:
		return "ACK"
	case wps.MessageNACK:
		return "NACK"
	}
	return t.String()
}

// isFirst reports whether a message begins a run: it is not authenticated, and
// belongs to no earlier run.
func isFirst(t wps.MessageType) bool { return t == wps.MessageM1 }

func isEnd(t wps.MessageType) bool {
	return t == wps.MessageDone || t == wps.MessageACK || t == wps.MessageNACK
}

// layout returns the mandatory attributes of a message.
func layout(t wps.MessageType) []wps.AttributeID {
	var ids []wps.AttributeID
	for _, r := range kindOf(t).Layout() {
		if r.Presence == wps.Mandatory && r.Attribute != wps.AttrAuthenticator {
			ids = append(ids, r.Attribute)
		}
	}
	return ids
}

// kindOf returns the kind of list of a message.
func kindOf(t wps.MessageType) wps.Kind {
	for k := wps.Kind(1); k.Layout() != nil; k++ {
		if m, ok := k.MessageType(); ok && m == t {
			return k
		}
	}
	return 0
}

func missingEssential(t wps.MessageType) []input {
	var in []input
	for _, id := range essential[t] {
		in = append(in, input{name: id.String(), deviation: deviation{at: t, list: remove(id)}, want: wantRefused})
	}
	return in
}

func missingOther(t wps.MessageType) []input {
	var in []input
	for _, id := range layout(t) {
		if !slices.Contains(essential[t], id) {
			in = append(in, input{name: id.String(), deviation: deviation{at: t, list: remove(id)}, want: wantSurvive})
		}
	}
	return in
}

func doubled(t wps.MessageType) []input {
	var in []input
	for _, id := range layout(t) {
		in = append(in, input{name: id.String(), deviation: deviation{at: t, list: double(id)}, want: wantSurvive})
	}
	return in
}

func wrongLength(t wps.MessageType) []input {
	var in []input
	for _, id := range layout(t) {
		w := wantSurvive
		if slices.Contains(essential[t], id) && id != wps.AttrEncryptedSettings {
			w = wantRefused
		}
		in = append(in,
			input{name: id.String() + " one octet short", deviation: deviation{at: t, list: shorten(id)}, want: w},
			input{name: id.String() + " one octet long", deviation: deviation{at: t, list: lengthen(id)}, want: w},
			input{name: id.String() + " empty", deviation: deviation{at: t, list: set(id, nil)}, want: w})
	}
	return in
}

func outOfRange(t wps.MessageType) []input {
	var in []input
	for _, id := range layout(t) {
		for _, v := range ranges[id] {
			in = append(in, input{name: fmt.Sprintf("%v %x", id, v), deviation: deviation{at: t, list: set(id, v)}, want: wantSurvive})
		}
	}
	return in
}

func authenticators(how authenticity) func(wps.MessageType) []input {
	return func(t wps.MessageType) []input {
		if isFirst(t) || isEnd(t) {
			return nil
		}
		return []input{{deviation: deviation{at: t, auth: how}, want: wantRefused}}
	}
}

func foreignNonce(t wps.MessageType) []input {
	id, ok := nonceOf[t]
	if !ok {
		return nil
	}
	return []input{
		{name: "one bit of it", deviation: deviation{at: t, list: flip(id)}, want: wantRefused},
		{name: "zeros", deviation: deviation{at: t, list: set(id, make([]byte, 16))}, want: wantRefused},
	}
}

func otherType(t wps.MessageType) []input {
	if isEnd(t) {
		return nil
	}
	var in []input
	for _, other := range []wps.MessageType{wps.MessageM1, wps.MessageM2, wps.MessageM2D, wps.MessageM3, wps.MessageM4, wps.MessageM5, wps.MessageM6, wps.MessageM7, wps.MessageM8} {
		if other != t {
			in = append(in, input{name: other.String(), deviation: deviation{at: t, list: set(wps.AttrMessageType, []byte{byte(other)})}, want: wantRefused})
		}
	}
	return append(in, input{name: "no Message Type", deviation: deviation{at: t, list: remove(wps.AttrMessageType)}, want: wantRefused})
}

func instead(t wps.MessageType) []input {
	var in []input
	for _, other := range []wps.MessageType{wps.MessageM1, wps.MessageM2, wps.MessageM2D, wps.MessageM3, wps.MessageM4, wps.MessageM5, wps.MessageM6, wps.MessageM7, wps.MessageM8} {
		if other == t || t == wps.MessageM2 && other == wps.MessageM2D || isEnd(t) {
			continue
		}
		w := wantRefused
		if other == wps.MessageM1 && t == wps.MessageM3 || other == wps.MessageM2 && t == wps.MessageM4 {
			w = wantSurvive // a copy of the message before may get the same answer again
		}
		in = append(in, input{name: other.String(), fault: transportFault{at: t, instead: other}, want: w})
	}
	return in
}

func otherOpCode(t wps.MessageType) []input {
	var in []input
	for _, op := range []eap.OpCode{eap.OpStart, eap.OpACK, eap.OpNACK, eap.OpDone, eap.OpFragACK, 0, 9, 0xFF} {
		if op != opCodeOf(t) {
			in = append(in, input{name: op.String(), fault: transportFault{at: t, opCode: op}, want: wantSurvive})
		}
	}
	return in
}

func twice(t wps.MessageType) []input {
	return []input{{fault: transportFault{at: t, twice: true}, want: wantSuccess}}
}

func before(t wps.MessageType) []input {
	if isFirst(t) || t == wps.MessageM2 {
		return nil
	}
	return []input{{fault: transportFault{at: t, repeatPrev: true}, want: wantSurvive}}
}

func ends(with wps.MessageType) func(wps.MessageType) []input {
	return func(t wps.MessageType) []input {
		if t == with || isEnd(t) {
			return nil
		}
		return []input{{fault: transportFault{at: t, instead: with}, want: wantRefused}}
	}
}

func cut(t wps.MessageType) []input {
	var in []input
	for _, part := range []int{0, 1, 2, 3} {
		name := [...]string{"to nothing", "to one octet", "to half", "by one octet"}[part]
		in = append(in, input{name: name, want: wantSurvive, deviation: deviation{at: t, octets: func(b []byte) []byte {
			return b[:[...]int{0, 1, len(b) / 2, len(b) - 1}[part]]
		}}})
	}
	return in
}

func trailing(t wps.MessageType) []input {
	var in []input
	for name, tail := range map[string][]byte{"one zero": {0}, "eight zeros": make([]byte, 8), "three octets": {1, 2, 3}} {
		in = append(in, input{name: name, want: wantSurvive, deviation: deviation{at: t, octets: func(b []byte) []byte { return append(b, tail...) }}})
	}
	slices.SortFunc(in, func(a, b input) int { return len(a.name) - len(b.name) })
	return in
}

// unknownAttributes must be skipped: an unknown attribute, a vendor's
// extension, and a sub-element of the Wi-Fi Alliance's.
var unknownAttributes = []attribute{
	{id: 0x10FA, value: []byte("later")},
	{id: wps.AttrVendorExtension, value: []byte{0x00, 0x11, 0x22, 1, 2, 3}},
}

func unknown(t wps.MessageType) []input {
	extension := set(wps.AttrVendorExtension, []byte{0x00, 0x37, 0x2A, 0x00, 0x01, 0x20, 0xEE, 0x02, 0xAB, 0xCD})
	in := []input{
		{name: "attributes at the end", deviation: deviation{at: t, list: add(unknownAttributes...)}, want: wantSuccess},
		{name: "sub-element", deviation: deviation{at: t, list: extension}, want: wantSuccess},
		{name: "attribute in front", deviation: deviation{at: t, list: func(l list) list {
			return slices.Insert(l, min(2, len(l)), unknownAttributes[0])
		}}, want: wantSuccess},
	}
	if _, ok := settingsOf[t]; ok {
		in = append(in, input{name: "in Encrypted Settings", deviation: deviation{at: t, settings: add(unknownAttributes...)}, want: wantSuccess})
	}
	return in
}

func sealed(t wps.MessageType) []input {
	if _, ok := settingsOf[t]; !ok {
		return nil
	}
	var in []input
	for how, name := range map[wrapping]string{
		wrapNoKWA: "no Key Wrap Authenticator", wrapWrongKWA: "wrong Key Wrap Authenticator", wrapPadding: "padding of 17",
		wrapShort: "one block short", wrapNotOfBlocks: "no whole blocks", wrapEmpty: "empty",
	} {
		in = append(in, input{name: name, deviation: deviation{at: t, wrap: how}, want: wantRefused})
	}
	slices.SortFunc(in, func(a, b input) int { return int(a.deviation.wrap) - int(b.deviation.wrap) })
	return in
}

func nonces(t wps.MessageType) []input {
	id := settingsOf[t]
	if id == 0 {
		return nil
	}
	return []input{
		{name: "missing", deviation: deviation{at: t, settings: remove(id)}, want: wantRefused},
		{name: "15 octets", deviation: deviation{at: t, settings: shorten(id)}, want: wantRefused},
		{name: "empty", deviation: deviation{at: t, settings: set(id, nil)}, want: wantRefused},
	}
}

// proofs are messages whose secret nonce does not fit the commitment. In M4 it
// is R-S1, which does not fit R-Hash1.
func proofs(t wps.MessageType) []input {
	id := settingsOf[t]
	if id == 0 {
		return nil
	}
	return []input{{
		deviation: deviation{at: t, settings: flip(id)}, want: wantRefused,
		code: []wps.ConfigError{wps.DevicePasswordAuthFailed},
	}}
}

func silence(t wps.MessageType) []input {
	return []input{{fault: transportFault{at: t, silent: true}, want: wantRefused}}
}

func leaveAfter(t wps.MessageType) []input {
	return []input{{fault: transportFault{at: t, leave: true}, want: wantRefused}}
}

func overruns(t wps.MessageType) []input {
	w := wantRefused
	if isEnd(t) || isFirst(t) {
		w = wantSurvive
	}
	return []input{{deviation: deviation{at: t, list: overrun}, want: w}}
}

func badPackets(t wps.MessageType) []input {
	at := func(name string, f func(b []byte) []byte) input {
		return input{name: name, fault: transportFault{at: t, packet: f}, want: wantSurvive}
	}
	return []input{
		at("Length too long", func(b []byte) []byte { b[3] += 9; return b }),
		at("Length too short", func(b []byte) []byte { b[2], b[3] = 0, 10; return b }),
		at("Length 0", func(b []byte) []byte { b[2], b[3] = 0, 0; return b }),
		at("code 10", func(b []byte) []byte { b[0] = 10; return b }),
		at("type of another method", func(b []byte) []byte { b[4] = 13; return b }),
		at("another vendor", func(b []byte) []byte { b[6] ^= 1; return b }),
		at("another vendor type", func(b []byte) []byte { b[11] ^= 1; return b }),
		at("Identifier of before", func(b []byte) []byte { b[1]--; return b }),
		at("flag LF with a huge length", func(b []byte) []byte {
			b[13] |= 2
			return b
		}),
		at("cut to its header", func(b []byte) []byte { return b[:4] }),
		at("empty frame", func([]byte) []byte { return []byte{} }),
	}
}

func replayed(t wps.MessageType) []input {
	if isFirst(t) || isEnd(t) {
		return nil
	}
	return []input{{first: true, fault: transportFault{at: t, replay: true}, want: wantRefused}}
}

func lost(t wps.MessageType) []input {
	return []input{{fault: transportFault{at: t, lost: true}, want: wantSuccess}}
}

func late(t wps.MessageType) []input {
	return []input{{name: "by 8 s", fault: transportFault{at: t, late: 8 * time.Second}, want: wantSuccess}}
}

func fails(t wps.MessageType) []input {
	return []input{{fault: transportFault{at: t, failure: true}, want: wantRefused}}
}

func startsAgain(t wps.MessageType) []input {
	return []input{{fault: transportFault{at: t, restart: true}, want: wantRefused, check: func(o *outcome) string {
		if !o.restarted {
			return "the device does not ask for the identity again"
		}
		return ""
	}}}
}
