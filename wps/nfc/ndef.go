package nfc

import (
	"encoding/binary"
	"fmt"
	"math"

	"golang.org/x/crypto/cryptobyte"

	"github.com/gowps/gowps/wps"
)

// TNF is the kind of a record's Type: NDEF 1.0 §3.2.6.
type TNF uint8

// The kinds of record types.
const (
	Empty     TNF = 0
	WellKnown TNF = 1 // a type of the NFC Forum, such as "Hr"
	MIME      TNF = 2 // a media type
	URI       TNF = 3
	External  TNF = 4 // such as android.com:pkg
	Unknown   TNF = 5
	Unchanged TNF = 6 // a chunk that continues the record before it
)

var tnfs = [...]string{"empty", "well-known", "media type", "URI", "external", "unknown", "unchanged"}

// String returns the name of the kind.
func (t TNF) String() string {
	if int(t) < len(tnfs) {
		return tnfs[t]
	}
	return fmt.Sprintf("TNF(%d)", uint8(t))
}

// Record is one record of an NDEF message. A record in chunks is one Record.
type Record struct {
	TNF     TNF
	Type    string       // at most 255 octets
	ID      string       // at most 255 octets; often empty
	Payload wps.Redacted // in tokens, a password or a network key
	Offset  int          // of the payload, in octets from the start of the message; of the first chunk
}

// The first octet of a record: NDEF 1.0 §3.2.
const (
	flagBegin = 0x80 // MB: the first record of a message
	flagEnd   = 0x40 // ME: the last one
	flagChunk = 0x20 // CF: continued in the next record
	flagShort = 0x10 // SR: the length of the payload has one octet, not four
	flagHasID = 0x08 // IL: the record has an identifier
	maskTNF   = 0x07
)

const clauseNDEF = "NDEF 1.0 §3.2"

// maxRecords limits the records of a message. A token has one, a handover
// message with all carriers in use fewer than ten.
const maxRecords = 64

// ParseMessage reads the records of an NDEF message, up to the one with the
// flag ME, or to the end of b if none has it, as some tags do. Payloads share
// memory with b, except those joined from chunks. The error is a [*wps.Error]
// of class [wps.ErrTruncated], [wps.ErrOrder] or [wps.ErrTooMany].
func ParseMessage(b []byte) ([]Record, error) {
	var records []Record
	chunks := false // the last record is continued
	for rest := cryptobyte.String(b); !rest.Empty(); {
		start := len(b) - len(rest)
		var header, typeLength, short, idLength uint8
		var size uint32
		var typ, id, payload []byte
		ok := rest.ReadUint8(&header) && rest.ReadUint8(&typeLength)
		if header&flagShort != 0 {
			ok = ok && rest.ReadUint8(&short)
			size = uint32(short)
		} else {
			ok = ok && rest.ReadUint32(&size)
		}
		if header&flagHasID != 0 {
			ok = ok && rest.ReadUint8(&idLength)
		}
		ok = ok && rest.ReadBytes(&typ, int(typeLength)) && rest.ReadBytes(&id, int(idLength)) && uint64(size) <= uint64(len(rest))
		offset := len(b) - len(rest)
		if !ok || !rest.ReadBytes(&payload, int(size)) {
			return records, &wps.Error{Offset: offset, Clause: clauseNDEF, Err: wps.ErrTruncated, Detail: "an NDEF record is truncated"}
		}
		tnf := TNF(header & maskTNF)
		switch {
		case (tnf == Unchanged) != chunks:
			return records, &wps.Error{Offset: start, Clause: "NDEF 1.0 §2.3.3", Err: wps.ErrOrder, Detail: "a chunk of an NDEF record without the one before or after it"}
		case chunks:
			last := &records[len(records)-1]
			last.Payload = append(last.Payload[:len(last.Payload):len(last.Payload)], payload...)
		case len(records) == maxRecords:
			return records, &wps.Error{Offset: start, Clause: "limit set", Err: wps.ErrTooMany, Detail: "more NDEF records than any tag has"}
		default:
			records = append(records, Record{TNF: tnf, Type: string(typ), ID: string(id), Payload: payload, Offset: offset})
		}
		chunks = header&flagChunk != 0
		if header&flagEnd != 0 && !chunks {
			break
		}
	}
	if chunks {
		return records, &wps.Error{Offset: len(b), Clause: "NDEF 1.0 §2.3.3", Err: wps.ErrTruncated, Detail: "the last chunk of an NDEF record is missing"}
	}
	return records, nil
}

// AppendMessage appends an NDEF message with the records to dst. Payloads of
// up to 255 octets become short records. The error is a [*wps.Error] of class
// [wps.ErrLength].
func AppendMessage(dst []byte, records ...Record) ([]byte, error) {
	b := dst
	for i, r := range records {
		if len(r.Type) > math.MaxUint8 || len(r.ID) > math.MaxUint8 || uint64(len(r.Payload)) > math.MaxUint32 {
			return dst, &wps.Error{Clause: clauseNDEF, Err: wps.ErrLength, Detail: "type, identifier or payload of an NDEF record is too long"}
		}
		header := byte(r.TNF)
		if i == 0 {
			header |= flagBegin
		}
		if i == len(records)-1 {
			header |= flagEnd
		}
		if r.ID != "" {
			header |= flagHasID
		}
		if len(r.Payload) <= math.MaxUint8 {
			b = append(b, header|flagShort, byte(len(r.Type)), byte(len(r.Payload)))
		} else {
			b = append(b, header, byte(len(r.Type)))
			b = binary.BigEndian.AppendUint32(b, uint32(len(r.Payload)))
		}
		if r.ID != "" {
			b = append(b, byte(len(r.ID)))
		}
		b = append(append(append(b, r.Type...), r.ID...), r.Payload...)
	}
	return b, nil
}

// Form is how the octets of a token are wrapped.
type Form uint8

// The forms.
const (
	Attributes  Form = iota + 1 // the bare list of attributes, possibly after a length of two octets
	Message                     // an NDEF message
	Type2Memory                 // the memory of a type 2 tag, with or without its header pages
	Type4File                   // the NDEF file of a type 4 tag: a length of two octets and a message
)

var forms = [...]string{Attributes: "attributes", Message: "NDEF message", Type2Memory: "memory of a type 2 tag", Type4File: "file of a type 4 tag"}

// String returns the form in words.
func (f Form) String() string {
	if int(f) < len(forms) && forms[f] != "" {
		return forms[f]
	}
	return fmt.Sprintf("Form(%d)", uint8(f))
}

// The blocks of a type 2 tag's memory: NFC Forum, Type 2 Tag 1.1 §2.3.
const (
	tlvNull       = 0x00
	tlvLock       = 0x01
	tlvMemory     = 0x02
	tlvNDEF       = 0x03
	tlvVendor     = 0xFD
	tlvTerminator = 0xFE

	capabilityMagic = 0xE1 // first octet of page 3
	userMemory      = 16   // octets before page 4
)

// unwrap returns the content of a tag, its offset in b, and how it is wrapped.
func unwrap(b []byte) (content []byte, offset int, form Form) {
	if isMessage(b) {
		return b, 0, Message
	}
	// A length of two octets before a message, as in a type 4 file.
	if len(b) > 2 {
		if n := int(binary.BigEndian.Uint16(b)); n <= len(b)-2 && n > 0 && isMessage(b[2:]) {
			return b[2 : 2+n], 2, Type4File
		}
	}
	start := 0
	if len(b) > userMemory && b[userMemory-4] == capabilityMagic {
		start = userMemory
	} else if len(b) > 4 && b[0] == capabilityMagic {
		start = 4
	}
	if content, offset, ok := findNDEF(b[start:]); ok {
		return content, start + offset, Type2Memory
	}
	return b, 0, Attributes
}

// isMessage reports whether b begins like the first record of a message. A list
// of attributes begins with 0x10 and a length below 0x80. No message begins
// with the flags ME and CF together, like the magic octet 0xE1 of a tag.
func isMessage(b []byte) bool {
	return len(b) >= 1 && b[0]&flagBegin != 0 && b[0]&(flagEnd|flagChunk) != flagEnd|flagChunk && b[0]&maskTNF <= byte(Unknown)
}

// findNDEF returns the value of the first NDEF block of a type 2 tag's memory,
// and its offset.
func findNDEF(b []byte) (value []byte, offset int, ok bool) {
	for memory := cryptobyte.String(b); ; {
		var tag, short uint8
		if !memory.ReadUint8(&tag) || tag == tlvTerminator {
			return nil, 0, false
		}
		if tag == tlvNull {
			continue
		}
		if tag != tlvLock && tag != tlvMemory && tag != tlvNDEF && tag != tlvVendor || !memory.ReadUint8(&short) {
			return nil, 0, false
		}
		size := uint16(short)
		if short == 0xFF && !memory.ReadUint16(&size) {
			return nil, 0, false
		}
		offset := len(b) - len(memory)
		if !memory.ReadBytes(&value, int(size)) {
			value = memory // a truncated dump still has the beginning
			memory = nil
		}
		if tag == tlvNDEF && isMessage(value) {
			return value, offset, true
		}
	}
}
