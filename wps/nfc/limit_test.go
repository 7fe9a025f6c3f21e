package nfc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// TestNames prints the values at both ends of each enumeration, and those beyond.
func TestNames(t *testing.T) {
	got := fmt.Sprint(nfc.Empty, nfc.Unchanged, nfc.TNF(7), nfc.Form(0), nfc.Attributes, nfc.Type4File, nfc.Form(5))
	if want := "empty unchanged TNF(7) Form(0) attributes file of a type 4 tag Form(5)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRecordLimits writes records at the limits of their lengths.
func TestRecordLimits(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		record nfc.Record
		header byte
		class  error
	}{
		"type of 255 octets":       {nfc.Record{TNF: nfc.MIME, Type: long(255)}, 0xD2, nil},
		"type of 256 octets":       {nfc.Record{TNF: nfc.MIME, Type: long(256)}, 0, wps.ErrLength},
		"identifier of 255 octets": {nfc.Record{TNF: nfc.MIME, ID: long(255)}, 0xDA, nil},
		"identifier of 256 octets": {nfc.Record{TNF: nfc.MIME, ID: long(256)}, 0, wps.ErrLength},
		"payload of 255 octets":    {nfc.Record{TNF: nfc.MIME, Payload: wps.Redacted(long(255))}, 0xD2, nil},
		"payload of 256 octets":    {nfc.Record{TNF: nfc.MIME, Payload: wps.Redacted(long(256))}, 0xC2, nil},
	} {
		b, err := nfc.AppendMessage(nil, c.record)
		if !errors.Is(err, c.class) || err == nil && b[0] != c.header {
			t.Errorf("%s: %v, header %x", name, err, b)
		}
		if err != nil {
			continue
		}
		again, err := nfc.ParseMessage(b)
		if err != nil || len(again) != 1 || again[0].Type != c.record.Type || again[0].ID != c.record.ID || string(again[0].Payload) != string(c.record.Payload) {
			t.Errorf("%s: read again: %v, %v", name, again, err)
		}
	}
}

// TestAssumed reads credentials that lack attributes.
func TestAssumed(t *testing.T) {
	ssid, key := attr(wps.AttrSSID, "Café"), attr(wps.AttrNetworkKey, "correct horse")
	for name, c := range map[string]struct {
		credential []byte
		auth       wps.AuthType
		encr       wps.EncrType
		assumed    []wps.AttributeID
	}{
		"a key": {credential(ssid, key), wps.AuthWPA2Personal, wps.EncrAES, []wps.AttributeID{wps.AttrAuthType, wps.AttrEncrType, wps.AttrMACAddress}},
		"an empty key": {credential(ssid, attr(wps.AttrNetworkKey, "")), wps.AuthOpen, wps.EncrNone,
			[]wps.AttributeID{wps.AttrAuthType, wps.AttrEncrType, wps.AttrMACAddress}},
		"a type of authentication": {credential(ssid, attr(wps.AttrAuthType, "\x00\x22"), key), wps.AuthMixed, wps.EncrAES,
			[]wps.AttributeID{wps.AttrEncrType, wps.AttrMACAddress}},
	} {
		token, err := nfc.Read(c.credential, wps.Tolerant)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := token.List.(*wps.ConfigurationToken).Credentials[0]
		if got.AuthType != c.auth || got.EncrType != c.encr || !slices.Equal(token.Assumed, c.assumed) {
			t.Errorf("%s: %v, %v, assumed %v", name, got.AuthType, got.EncrType, token.Assumed)
		}
	}
}

// TestTagLimits reads tags that are truncated, or end where something begins.
func TestTagLimits(t *testing.T) {
	bad := credential(attr(wps.AttrSSID, strings.Repeat("x", 33)))
	message := record(0xD2, nfc.MediaType, bad)
	atSSID := len(message) - len(bad) + 4
	var e *wps.Error
	for name, c := range map[string]struct {
		b      []byte
		form   nfc.Form
		class  error
		offset int
	}{
		"the first octet of a message":           {[]byte{0xD2}, nfc.Message, wps.ErrTruncated, 1},
		"a record of unknown type before ours":   {join([]byte{0x95, 0, 1, 'x'}, record(0x52, nfc.MediaType, bad)), nfc.Message, wps.ErrLength, 4 + atSSID},
		"a length of 0":                          {[]byte{0, 0}, nfc.Attributes, wps.ErrMissing, 2},
		"a length of 0 before a message":         {join([]byte{0, 0}, message), nfc.Attributes, wps.ErrMissing, 2},
		"a file with an octet missing":           {join([]byte{0, byte(len(message))}, message[:len(message)-1]), nfc.Attributes, wps.ErrTruncated, 0},
		"a list after its length":                {join([]byte{0, byte(len(bad))}, bad), nfc.Attributes, wps.ErrLength, 2 + 4},
		"a list with an octet missing":           {join([]byte{0, byte(len(bad))}, bad[:len(bad)-1]), nfc.Attributes, wps.ErrTruncated, 0},
		"a credential without content":           {[]byte{0x10, 0x0E, 0, 0}, nfc.Attributes, wps.ErrMissing, 4},
		"an attribute with an octet missing":     {[]byte{0x10, 0x45, 0, 2, 'x'}, nfc.Attributes, wps.ErrTruncated, 0},
		"control of memory before the message":   {join([]byte{2, 3, 1, 2, 3, 3, byte(len(message))}, message), nfc.Type2Memory, wps.ErrLength, 7 + atSSID},
		"a vendor's block before the message":    {join([]byte{0xFD, 1, 1, 3, byte(len(message))}, message), nfc.Type2Memory, wps.ErrLength, 5 + atSSID},
		"an unknown block before the message":    {join([]byte{4, 1, 1, 3, byte(len(message))}, message), nfc.Attributes, wps.ErrTruncated, 0},
		"a terminator before the message":        {join([]byte{0xFE, 3, byte(len(message))}, message), nfc.Attributes, wps.ErrTruncated, 0},
		"a block whose length is missing":        {[]byte{0, 0, 0, 3}, nfc.Attributes, wps.ErrMissing, 2},
		"a message in a truncated block of type": {join([]byte{3, byte(len(message) + 9)}, message), nfc.Type2Memory, wps.ErrLength, 2 + atSSID},
	} {
		token, err := nfc.Read(c.b, wps.Strict)
		if !errors.As(err, &e) || !errors.Is(err, c.class) || e.Offset != c.offset || token.Form != c.form {
			t.Errorf("%s: %v, %#v, form %v", name, err, e, token.Form)
		}
	}
	// An attribute of four octets at the end says what the list is.
	if _, err := nfc.Read([]byte{0x10, 0x0E, 0, 0}, wps.Strict); !errors.As(err, &e) || e.Kind != wps.KindCredential {
		t.Errorf("%#v", e)
	}
	// What a handover record contains has its place in the whole message.
	_, err := nfc.ParseHandover([]nfc.Record{{TNF: nfc.WellKnown, Type: "Hr", Payload: []byte{0x12, 0x91}, Offset: 7}})
	if !errors.As(err, &e) || e.Offset != 7+1+1 {
		t.Errorf("%#v", e)
	}
}
