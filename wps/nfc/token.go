package nfc

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"strings"

	"github.com/gowps/gowps/wps"
)

// MediaType is the type of records with WSC attributes. Media types are
// compared without case: RFC 2045 §5.1.
const MediaType = "application/vnd.wfa.wsc"

// Token is the WSC data of a tag or a handover message.
type Token struct {
	// List is a [*wps.PasswordToken], [*wps.ConfigurationToken],
	// [*wps.HandoverRequest] or [*wps.HandoverSelect]. A Handover Request
	// without a WSC carrier has none.
	List wps.List
	// Form is how the octets are wrapped.
	Form Form
	// Records are all records of the NDEF message; nil for bare attributes.
	Records []Record
	// Assumed lists the attributes that a credential lacked and that were
	// assumed. Android writes tokens with SSID and Network Key only: such a
	// network is assumed to be WPA2-Personal with AES, or open if there is no
	// key.
	Assumed []wps.AttributeID
}

// Read parses the octets of a tag or of a handover message, and detects what
// they are. The error is a [*wps.Error] with an offset from the start of b; in
// a record in chunks the chunks count as one.
func Read(b []byte, mode wps.Mode) (*Token, error) {
	t := new(Token)
	body, offset, err := t.body(b)
	if err != nil {
		return t, err
	}
	l := newList[kindOf(body)]()
	if err := t.decode(l, body, mode); err != nil {
		return t, shift(err, offset)
	}
	t.List = l
	return t, nil
}

// decode parses the attributes. In tolerant mode, attributes that a credential
// lacks are assumed.
func (t *Token) decode(l wps.List, body []byte, mode wps.Mode) error {
	err := wps.Decode(l, body, mode)
	if l.Kind() != wps.KindConfigurationToken || mode == wps.Strict || !errors.Is(err, wps.ErrMissing) {
		return err
	}
	completed, assumed := complete(body)
	if len(assumed) == 0 {
		return err
	}
	again := new(wps.ConfigurationToken)
	if wps.Decode(again, completed, mode) != nil {
		return err // the error about the original attributes
	}
	*l.(*wps.ConfigurationToken) = *again
	t.Assumed = assumed
	return nil
}

// complete adds the attributes that credentials lack.
func complete(body []byte) (completed []byte, assumed []wps.AttributeID) {
	for id, value := range each(body) {
		if id == wps.AttrCredential {
			var more []wps.AttributeID
			value, more = completeCredential(value)
			assumed = append(assumed, more...)
		}
		completed = appendAttribute(completed, id, value)
	}
	return completed, assumed
}

func completeCredential(value []byte) ([]byte, []wps.AttributeID) {
	has := make(map[wps.AttributeID]bool)
	for id, v := range each(value) {
		has[id] = has[id] || id != wps.AttrNetworkKey || len(v) > 0
	}
	auth, encr := byte(wps.AuthOpen), byte(wps.EncrNone)
	if has[wps.AttrNetworkKey] {
		auth, encr = byte(wps.AuthWPA2Personal), byte(wps.EncrAES)
	}
	var assumed []wps.AttributeID
	value = value[:len(value):len(value)]
	for _, a := range []struct {
		id    wps.AttributeID
		value []byte
	}{
		{wps.AttrAuthType, []byte{0, auth}},
		{wps.AttrEncrType, []byte{0, encr}},
		{wps.AttrMACAddress, wps.Broadcast[:]},
	} {
		if !has[a.id] {
			value, assumed = appendAttribute(value, a.id, a.value), append(assumed, a.id)
		}
	}
	return value, assumed
}

// each yields the attributes of a list, up to a truncated one.
func each(b []byte) iter.Seq2[wps.AttributeID, []byte] {
	return func(yield func(wps.AttributeID, []byte) bool) {
		for len(b) >= 4 {
			n := int(binary.BigEndian.Uint16(b[2:]))
			if n > len(b)-4 || !yield(wps.AttributeID(binary.BigEndian.Uint16(b)), b[4:4+n]) {
				return
			}
			b = b[4+n:]
		}
	}
}

// appendAttribute writes an attribute. A value that is now too long results in
// a list that cannot be parsed.
func appendAttribute(b []byte, id wps.AttributeID, value []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(id))
	return append(binary.BigEndian.AppendUint16(b, uint16(len(value))), value...)
}

// Decode parses a token of a known kind in any form. Errors are those of
// [Read].
func Decode(l wps.List, b []byte, mode wps.Mode) error {
	t := new(Token)
	body, offset, err := t.body(b)
	if err != nil {
		if e, ok := errors.AsType[*wps.Error](err); ok {
			e.Kind = l.Kind()
		}
		return err
	}
	return shift(t.decode(l, body, mode), offset)
}

// body detects how the attributes are wrapped, and returns them and their
// offset.
func (t *Token) body(b []byte) (body []byte, offset int, err error) {
	payload, offset, form := unwrap(b)
	t.Form = form
	if form != Attributes {
		if t.Records, err = ParseMessage(payload); err != nil {
			return nil, 0, shift(err, offset)
		}
		r, ok := find(t.Records)
		if !ok {
			return nil, 0, &wps.Error{Clause: "hostap", Err: wps.ErrMissing, Detail: "no NDEF record is of type " + MediaType}
		}
		payload, offset = r.Payload, offset+r.Offset
	}
	// The list may follow a length of two octets.
	if len(payload) >= 2 && payload[0] != 0x10 {
		if n := int(binary.BigEndian.Uint16(payload)); n <= len(payload)-2 {
			return payload[2 : 2+n], offset + 2, nil
		}
	}
	return payload, offset, nil
}

// Append appends a token as an NDEF message of one record to dst. The carrier
// records of a handover have a length of two octets before their attributes, as
// in hostap. The error is a [*wps.Error].
func Append(dst []byte, l wps.List) ([]byte, error) {
	r, err := record(l)
	if err != nil {
		return dst, err
	}
	return AppendMessage(dst, r)
}

// record returns the record of a token.
func record(l wps.List) (Record, error) {
	body, err := wps.Append(nil, l)
	if err != nil {
		return Record{}, err
	}
	if len(body) > math.MaxUint16 {
		return Record{}, &wps.Error{Kind: l.Kind(), Err: wps.ErrLength, Detail: "a token of more than 65535 octets"}
	}
	if k := l.Kind(); k == wps.KindHandoverRequest || k == wps.KindHandoverSelect {
		body = append(binary.BigEndian.AppendUint16(nil, uint16(len(body))), body...)
	}
	return Record{TNF: MIME, Type: MediaType, Payload: body}, nil
}

// find returns the first record with WSC attributes.
func find(records []Record) (Record, bool) {
	for _, r := range records {
		if r.TNF == MIME && strings.EqualFold(r.Type, MediaType) {
			return r, true
		}
	}
	return Record{}, false
}

// newList returns an empty list of each kind.
var newList = map[wps.Kind]func() wps.List{
	wps.KindPasswordToken:      func() wps.List { return new(wps.PasswordToken) },
	wps.KindConfigurationToken: func() wps.List { return new(wps.ConfigurationToken) },
	wps.KindHandoverRequest:    func() wps.List { return new(wps.HandoverRequest) },
	wps.KindHandoverSelect:     func() wps.List { return new(wps.HandoverSelect) },
}

// kindOf detects the kind of a list of attributes. Credentials make a
// configuration token. With the Device Password ID of a connection handover, a
// UUID-E is the station's and an SSID the access point's. Everything else is
// parsed as a password token, whose error then says what is missing.
func kindOf(body []byte) wps.Kind {
	kind, handover := wps.KindPasswordToken, wps.Kind(0)
	for id, value := range each(body) {
		switch id {
		case wps.AttrCredential:
			return wps.KindConfigurationToken
		case wps.AttrUUIDE:
			handover = wps.KindHandoverRequest
		case wps.AttrSSID:
			handover = wps.KindHandoverSelect
		case wps.AttrOOBDevicePassword:
			if len(value) >= 22 && wps.DevicePasswordID(binary.BigEndian.Uint16(value[20:])) == wps.PasswordNFCHandover {
				kind = wps.KindHandoverRequest
			}
		}
	}
	if kind == wps.KindHandoverRequest && handover != 0 {
		return handover
	}
	return kind
}

// shift adds the offset of the list to that of an error.
func shift(err error, offset int) error {
	if e, ok := errors.AsType[*wps.Error](err); ok && offset != 0 {
		moved := *e
		moved.Offset += offset
		return &moved
	}
	return err
}
