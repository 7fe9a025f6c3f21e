package validate_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// tlv is an attribute of a list.
type tlv struct {
	id    wps.AttributeID
	value []byte
}

func split(b []byte) []tlv {
	var all []tlv
	for len(b) > 0 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		all = append(all, tlv{wps.AttributeID(binary.BigEndian.Uint16(b)), b[4 : 4+n]})
		b = b[4+n:]
	}
	return all
}

func join(attrs ...tlv) []byte {
	var b []byte
	for _, a := range attrs {
		b = binary.BigEndian.AppendUint16(b, uint16(a.id))
		b = binary.BigEndian.AppendUint16(b, uint16(len(a.value)))
		b = append(b, a.value...)
	}
	return b
}

// sample is a list that conforms, except for the findings about it in its
// original form.
type sample struct {
	name  string
	kind  wps.Kind
	attrs []tlv
	raw   []byte // instead of attrs, if the octets are malformed
}

// samples returns one list of each composition in the captures: messages,
// elements, decrypted settings and Credentials.
func samples(tb testing.TB) []sample {
	tb.Helper()
	var all []sample
	seen := map[string]bool{}
	add := func(name string, kind wps.Kind, b []byte) {
		s := sample{name: name + " " + kind.String(), kind: kind, attrs: split(b)}
		makeUp := kind.String()
		for _, a := range s.attrs {
			makeUp += fmt.Sprint(a.id, len(a.value))
			if a.id == wps.AttrVendorExtension {
				makeUp += hex.EncodeToString(a.value)
			}
		}
		if !seen[makeUp] {
			seen[makeUp] = true
			all = append(all, s)
		}
	}
	for _, e := range captured(tb) {
		add(e.Capture, e.kind(), e.Hex)
	}
	for _, c := range wired(tb) {
		if strings.HasPrefix(c.Name, "s21-cred") {
			continue // these give WEP and TKIP
		}
		for _, t := range c.transcripts() {
			for _, s := range t.Entries {
				kind := kindOf(s.Body)
				if kind == 0 {
					continue
				}
				add(c.Name, kind, s.Body)
				if t.Keys == nil {
					continue
				}
				settings, err := registration.NewCipher(t.Keys).OpenSettings(wps.Find(s.Body, wps.AttrEncryptedSettings))
				if err != nil {
					continue
				}
				add(c.Name, settingsKind(kind, settings), settings)
				for _, a := range split(settings) {
					if a.id == wps.AttrCredential {
						add(c.Name, wps.KindCredential, a.value)
					}
				}
			}
		}
	}
	return all
}

// kindOf returns the kind of a message, or 0.
func kindOf(b []byte) wps.Kind {
	t, _ := wps.PeekMessageType(b)
	return t.Kind()
}

// settingsKind returns the kind of the settings in a message.
func settingsKind(message wps.Kind, settings []byte) wps.Kind {
	ofAP := wps.Find(settings, wps.AttrSSID) != nil
	switch {
	case message == wps.KindM2:
		return wps.KindM2Settings
	case message == wps.KindM7 && ofAP:
		return wps.KindM7APSettings
	case message == wps.KindM7:
		return wps.KindM7Settings
	case message == wps.KindM8 && ofAP:
		return wps.KindM8APSettings
	case message == wps.KindM8:
		return wps.KindM8Settings
	}
	return wps.KindM4Settings + (message - wps.KindM4)
}

// A change makes a list that does not conform. It returns nil if that is not
// possible, or if the protocol allows the result; the reason is beside it.
type change struct {
	name  string
	apply func(s sample, i int) []byte
}

// without returns the attributes except one.
func without(attrs []tlv, i int) []tlv { return slices.Delete(slices.Clone(attrs), i, i+1) }

// replaced returns the list with another value of one attribute.
func replaced(attrs []tlv, i int, value []byte) []byte {
	attrs = slices.Clone(attrs)
	attrs[i].value = value
	return join(attrs...)
}

// isWFA reports whether an attribute is the extension of the Wi-Fi Alliance.
func isWFA(a tlv) bool {
	return a.id == wps.AttrVendorExtension && len(a.value) >= 3 && [3]byte(a.value) == wps.VendorWFA
}

// need returns the row of the layout for an attribute.
func need(kind wps.Kind, id wps.AttributeID) (wps.Rule, bool) {
	layout := kind.Layout()
	i := slices.IndexFunc(layout, func(r wps.Rule) bool { return r.Attribute == id })
	if i < 0 {
		return wps.Rule{}, false
	}
	return layout[i], true
}

// conditional are the attributes of the samples whose condition is met: a
// registrar is waiting, there is no UUID-R, the network has a key.
var conditional = map[wps.AttributeID]bool{
	wps.AttrDevicePasswordID: true, wps.AttrSelectedRegistrarConfigMethods: true, wps.AttrNetworkKey: true,
}

var changes = []change{
	{"removed", func(s sample, i int) []byte {
		row, ok := need(s.kind, s.attrs[i].id)
		switch {
		case !ok || row.Presence == wps.Optional:
			return nil // unknown attributes and extensions are optional
		case len(slices.DeleteFunc(slices.Clone(s.attrs), func(a tlv) bool { return a.id != row.Attribute })) > 1:
			return nil // there is another
		case row.Presence == wps.Conditional && !conditional[row.Attribute] && !(row.Attribute == wps.AttrUUIDE && s.kind == wps.KindProbeRequest):
			return nil // the condition is not met, or does not show in the list
		}
		return join(without(s.attrs, i)...)
	}},
	{"doubled", func(s sample, i int) []byte {
		if info, ok := s.attrs[i].id.Info(); !ok || info.Repeat == wps.RepeatMany && !isWFA(s.attrs[i]) {
			return nil // these may be repeated
		}
		return join(slices.Insert(slices.Clone(s.attrs), i, s.attrs[i])...)
	}},
	{"lengthened", func(s sample, i int) []byte {
		a := s.attrs[i]
		info, ok := a.id.Info()
		if !ok {
			return nil // of any length
		}
		n := len(a.value) + 1
		if info.Min != info.Max && info.Max < 1024 {
			n = info.Max + 1 // the length up to which it may be longer
		}
		return replaced(s.attrs, i, append(slices.Clone(a.value), bytes.Repeat([]byte{'0'}, n-len(a.value))...))
	}},
	{"shortened", func(s sample, i int) []byte {
		a := s.attrs[i]
		info, ok := a.id.Info()
		switch {
		case !ok || len(a.value) == 0:
			return nil
		case info.Min != info.Max && info.Max < 1024:
			return nil // a text, a name or a key may be shorter
		}
		return replaced(s.attrs, i, a.value[:len(a.value)-1])
	}},
	{"cut", func(s sample, i int) []byte {
		if len(s.attrs[i].value) == 0 {
			return nil
		}
		b := join(s.attrs[:i+1]...)
		return b[:len(b)-1]
	}},
	{"moved to the front", func(s sample, i int) []byte { return moved(s, i, 0) }},
	{"moved to the end", func(s sample, i int) []byte { return moved(s, i, len(s.attrs)-1) }},
}

// moved returns the list with an attribute in another place.
func moved(s sample, i, to int) []byte {
	if _, ok := need(s.kind, s.attrs[i].id); !ok || i == to || s.attrs[i].id == wps.AttrVendorExtension && !isWFA(s.attrs[i]) {
		return nil // it has no place, or is there already
	}
	between := s.attrs[min(i, to) : max(i, to)+1]
	placed := slices.ContainsFunc(between, func(a tlv) bool {
		_, ok := need(s.kind, a.id)
		return ok && a.id != s.attrs[i].id
	})
	if !placed {
		return nil // it passes no attribute that has a place
	}
	return join(slices.Insert(without(s.attrs, i), to, s.attrs[i])...)
}

// version2 reports whether the sender of the list is a 2.0 device.
func (s *sample) version2() bool {
	return slices.ContainsFunc(s.attrs, func(a tlv) bool { return isWFA(a) && bytes.HasPrefix(a.value[3:], []byte{0, 1}) })
}

// TestMetamorphic changes each attribute of each list in the captures. There
// must be a new finding that names the attribute. The readers of package wps
// must not find more than the validator.
func TestMetamorphic(t *testing.T) {
	for _, s := range samples(t) {
		before := validate.List(s.kind, join(s.attrs...), wps.Tolerant)
		for i, a := range s.attrs {
			for _, c := range changes {
				if b := c.apply(s, i); b != nil {
					names(t, fmt.Sprintf("%s, %v %s", s.name, a.id, c.name), s, i, b, before)
				}
			}
			for _, v := range outOfRange[a.id] {
				if (v.kinds == nil || slices.Contains(v.kinds, s.kind)) && (!v.since2 || s.version2()) {
					names(t, fmt.Sprintf("%s, %v set to %.8x", s.name, a.id, v.value), s, i, replaced(s.attrs, i, v.value), nil)
				}
			}
		}
	}
}

// names checks that a change of an attribute is found.
func names(t *testing.T, what string, s sample, i int, b []byte, before validate.Findings) {
	t.Helper()
	agrees(t, s.kind, b)
	after := validate.List(s.kind, b, wps.Tolerant)
	id := s.attrs[i].id
	for _, f := range after {
		if !slices.ContainsFunc(before, func(g validate.Finding) bool { return g.Rule == f.Rule && g.Attribute == f.Attribute }) &&
			(f.Attribute == id || id == wps.AttrCredential && f.Kind == wps.KindCredential || f.Rule == "ATTRIBUTE-ORDER" && neighbours(s, i, f.Attribute)) {
			return
		}
	}
	t.Errorf("%s: found only %v", what, after)
}

// neighbours reports whether two attributes are next to each other: if one of
// two neighbours is moved past the other, it is unknown which one it was.
func neighbours(s sample, i int, id wps.AttributeID) bool {
	return i > 0 && s.attrs[i-1].id == id || i+1 < len(s.attrs) && s.attrs[i+1].id == id
}

// TestOptionalRemoved removes optional attributes, which must not be an error.
func TestOptionalRemoved(t *testing.T) {
	for _, s := range samples(t) {
		before := validate.List(s.kind, join(s.attrs...), wps.Tolerant)
		for i, a := range s.attrs {
			if row, ok := need(s.kind, a.id); ok && row.Presence != wps.Optional {
				continue
			}
			if after := validate.List(s.kind, join(without(s.attrs, i)...), wps.Tolerant); after.Worst() > max(before.Worst(), validate.Note) {
				t.Errorf("%s without %v: %v", s.name, a.id, after)
			}
		}
	}
}

// bad is an invalid value of an attribute, in some kinds of list.
type bad struct {
	value  []byte
	kinds  []wps.Kind // nil is all
	since2 bool       // valid in version 1.0
}

func in(v []byte, kinds ...wps.Kind) bad { return bad{value: v, kinds: kinds} }

func in2(v []byte) bad { return bad{value: v, since2: true} }

func number(n uint64, size int) []byte {
	return binary.BigEndian.AppendUint64(nil, n)[8-size:]
}

// power returns 2^n as a public key.
func power(n int) []byte {
	key := make([]byte, 192)
	key[191-n/8] = 1 << (n % 8)
	return key
}

// prime is p of group 5, from which invalid keys are derived.
var prime, _ = hex.DecodeString("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
	"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF")

// minus returns p−n for a small n.
func minus(n byte) []byte {
	key := slices.Clone(prime)
	key[191] -= n
	return key
}

func times(c string, n int) []byte { return bytes.Repeat([]byte(c), n) }

// outOfRange has invalid values for the attributes that restrict them. Hashes,
// Authenticators, initialization vectors and similar attributes can have any
// value.
var outOfRange = map[wps.AttributeID][]bad{
	wps.AttrVersion:                        {in(number(0x20, 1)), in(number(0x57, 1)), in(number(0, 1))},
	wps.AttrMessageType:                    {in(number(0, 1)), in(number(2, 1)), in(number(0x10, 1)), in(number(6, 1), wps.KindM1, wps.KindM2, wps.KindM8)},
	wps.AttrUUIDE:                          {in(times("\x00", 16))},
	wps.AttrUUIDR:                          {in(times("\x00", 16))},
	wps.AttrMACAddress:                     {in([]byte{0, 0, 0, 0, 0, 0}, wps.KindM1, wps.KindCredential), in([]byte{1, 0, 0, 0, 0, 1}), in(times("\xFF", 6), wps.KindM1, wps.KindM7APSettings, wps.KindM8APSettings)},
	wps.AttrEnrolleeNonce:                  {in(times("\x00", 16), wps.KindM1)},
	wps.AttrRegistrarNonce:                 {in(times("\x00", 16), wps.KindM2)},
	wps.AttrESNonce1:                       {in(times("\x00", 16))},
	wps.AttrESNonce2:                       {in(times("\x00", 16))},
	wps.AttrRSNonce1:                       {in(times("\x00", 16))},
	wps.AttrRSNonce2:                       {in(times("\x00", 16))},
	wps.AttrPublicKey:                      {in(times("\x00", 192)), in(power(0)), in(minus(1)), in(minus(0)), in(times("\xFF", 192)), in(power(1)), in(power(900)), in(minus(2))},
	wps.AttrAuthTypeFlags:                  {in(number(0x40, 2)), in(number(0, 2)), in(number(0x1B, 2)), in(number(0x2200, 2))},
	wps.AttrEncrTypeFlags:                  {in(number(0x10, 2)), in(number(0, 2)), in(number(4, 2))},
	wps.AttrConnTypeFlags:                  {in(number(0, 1)), in(number(2, 1)), in(number(5, 1))},
	wps.AttrConfigMethods:                  {in2(number(0x0088, 2)), in(number(0x0200, 2)), in(number(0x2000, 2)), in(number(0x0680, 2), wps.KindProbeResponse)},
	wps.AttrState:                          {in(number(0, 1)), in(number(3, 1))},
	wps.AttrManufacturer:                   {in([]byte("Example\x00")), in([]byte("Caf\xC3\xA9")), in([]byte("a\nb")), in(nil)},
	wps.AttrModelName:                      {in([]byte("Example\x00")), in([]byte("\xFF")), in(nil)},
	wps.AttrModelNumber:                    {in([]byte("1\x00")), in([]byte("\x1b[2J")), in(nil)},
	wps.AttrSerialNumber:                   {in([]byte("1\x00")), in([]byte("\x7F")), in(nil)},
	wps.AttrDeviceName:                     {in([]byte("Printer\x00")), in([]byte("\xC3")), in([]byte("a\rb")), in(nil)},
	wps.AttrRFBands:                        {in(number(0, 1)), in(number(8, 1)), in(number(5, 1)), in(number(7, 1), wps.KindM1, wps.KindM2, wps.KindM2D)},
	wps.AttrAssociationState:               {in(number(5, 2)), in(number(0xFFFF, 2))},
	wps.AttrDevicePasswordID:               {in(number(9, 2)), in(number(15, 2)), in(number(8, 2))},
	wps.AttrConfigError:                    {in(number(21, 2)), in(number(18, 2), wps.KindM1, wps.KindM2, wps.KindM2D)},
	wps.AttrOSVersion:                      {in(number(1, 4))},
	wps.AttrRequestType:                    {in(number(4, 1)), in(number(0, 1), wps.KindAssociationRequest), in(number(3, 1), wps.KindAssociationRequest)},
	wps.AttrResponseType:                   {in(number(0, 1)), in(number(4, 1))},
	wps.AttrSelectedRegistrar:              {in(number(2, 1))},
	wps.AttrAPSetupLocked:                  {in(number(0, 1)), in(number(2, 1))},
	wps.AttrSelectedRegistrarConfigMethods: {in2(number(0x0080, 2)), in(number(0x2000, 2)), in(number(0x4400, 2))},
	wps.AttrEncryptedSettings:              {in(times("x", 16)), in(times("x", 40)), in(nil)},
	wps.AttrSSID:                           {in(nil), in([]byte("home\x00")), in(times("x", 33))},
	wps.AttrAuthType:                       {in(number(0, 2)), in(number(0x200, 2)), in(number(0x0A, 2)), in(number(8, 2))},
	wps.AttrEncrType:                       {in(number(0, 2)), in(number(0x10, 2)), in(number(6, 2)), in(number(2, 2)), in(number(4, 2))},
	wps.AttrNetworkKey:                     {in([]byte("short")), in(times("x", 64)), in(times("x", 65)), in([]byte("passphrase\x00")), in([]byte("pass\x01word")), in([]byte("p\xC3\xA4ssword"))},
	wps.AttrNetworkIndex:                   {in(number(0, 1), wps.KindCredential), in(number(2, 1), wps.KindCredential)},
	wps.AttrVendorExtension: {
		in([]byte("\x00\x37\x2A\x00\x01\x19")), in([]byte("\x00\x37\x2A\x00\x02\x20\x20")), in([]byte("\x00\x37\x2A\x00\x01")),
		in([]byte("\x00\x37\x2A\x03\x01\x02")), in([]byte("\x00\x37\x2A\x01\x05abcde")), in([]byte("\x00\x37\x2A\x05\x02\x00\x80")),
		in([]byte("\x00\x37\x2A\x00\x01\x20\x01\x06\x01\x00\x00\x00\x00\x00")), in([]byte("\x00\x37\x2A\x00\x01\x20\x01\x00")),
		in([]byte("\x00\x37\x2A\x00\x01\x20\x01\x06\x00\x00\x00\x00\x00\x00")),
	},
}

// TestOutOfRangeIsComplete checks that there are values for each attribute in
// the captures whose value a rule restricts.
func TestOutOfRangeIsComplete(t *testing.T) {
	var restricted []string
	for _, rule := range allRules() {
		if strings.HasSuffix(rule.ID, "-VALUE") {
			restricted = append(restricted, rule.Text)
		}
	}
	for _, s := range samples(t) {
		for _, a := range s.attrs {
			aboutIt := func(text string) bool { return strings.HasPrefix(text, a.id.String()+" ") }
			if slices.ContainsFunc(restricted, aboutIt) && outOfRange[a.id] == nil {
				t.Errorf("no values out of range for %v", a.id)
			}
		}
	}
}
