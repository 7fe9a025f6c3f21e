package nfc

import (
	"encoding/binary"
	"strings"

	"github.com/gowps/gowps/wps"
)

// The records of a connection handover: NFC Forum, Connection Handover 1.3 §6.
const (
	typeRequest   = "Hr"
	typeSelect    = "Hs"
	typeCollision = "cr"
	typeCarrier   = "ac"

	// handoverVersion is 1.2, which devices of all ages accept.
	handoverVersion = 0x12
	carrierActive   = 0x01 // the carrier can be used at once
	carrierID       = "0"  // the name of the carrier's record
	clauseHandover  = "Connection Handover 1.3 §6"
)

// AppendHandoverRequest appends the message of the device that requests a
// connection handover: a Handover Request record with a random collision
// number, and the WSC carrier. The error is a [*wps.Error].
func AppendHandoverRequest(dst []byte, collision uint16, r *wps.HandoverRequest) ([]byte, error) {
	number := Record{TNF: WellKnown, Type: typeCollision, Payload: binary.BigEndian.AppendUint16(nil, collision)}
	return appendHandover(dst, typeRequest, r, number)
}

// AppendHandoverSelect appends the message of the device that answers a
// Handover Request: an access point's, with its carrier.
// [AppendStationSelect] appends that of a station. The error is a [*wps.Error].
func AppendHandoverSelect(dst []byte, s *wps.HandoverSelect) ([]byte, error) {
	return appendHandover(dst, typeSelect, s)
}

// AppendStationSelect appends the message of a station that answers the Handover
// Request of an access point: its carrier has the same contents as in a request
// of the station, the hash of its key and its UUID-E. The error is a [*wps.Error].
func AppendStationSelect(dst []byte, carrier *wps.HandoverRequest) ([]byte, error) {
	return appendHandover(dst, typeSelect, carrier)
}

func appendHandover(dst []byte, typ string, l wps.List, before ...Record) ([]byte, error) {
	carrier, err := record(l)
	if err != nil {
		return dst, err
	}
	carrier.ID = carrierID
	// One alternative carrier: its state, the reference to its record, and no
	// auxiliary data.
	alternative := append([]byte{carrierActive, byte(len(carrierID))}, carrierID...)
	inner, err := AppendMessage(nil, append(before, Record{TNF: WellKnown, Type: typeCarrier, Payload: append(alternative, 0)})...)
	if err != nil {
		return dst, err
	}
	return AppendMessage(dst, Record{TNF: WellKnown, Type: typ, Payload: append([]byte{handoverVersion}, inner...)}, carrier)
}

// Handover is the first record of a handover message.
type Handover struct {
	Select    bool   // a Handover Select; otherwise a Handover Request
	Version   uint8  // major version in the upper four bits
	Collision uint16 // of a request: the device with the larger number stays the requester
	Carriers  []Carrier
}

// Carrier is one way to connect in a handover message.
type Carrier struct {
	State     uint8 // 0 inactive, 1 active, 2 activating, 3 unknown
	MediaType string
	WSC       bool // its type is [MediaType]
}

// ParseHandover parses the first record of a handover message and the carriers
// that it refers to. The error is a [*wps.Error]: of class [wps.ErrMissing] if
// the message is not a handover message.
func ParseHandover(records []Record) (*Handover, error) {
	if len(records) == 0 || records[0].TNF != WellKnown || records[0].Type != typeRequest && records[0].Type != typeSelect {
		return nil, &wps.Error{Clause: clauseHandover, Err: wps.ErrMissing, Detail: "the first record is neither a Handover Request nor a Handover Select"}
	}
	first := records[0]
	h := &Handover{Select: first.Type == typeSelect}
	if len(first.Payload) == 0 {
		return nil, &wps.Error{Offset: first.Offset, Clause: clauseHandover, Err: wps.ErrTruncated, Detail: "the handover record has no version"}
	}
	h.Version = first.Payload[0]
	inner, err := ParseMessage(first.Payload[1:])
	if err != nil {
		return nil, shift(err, first.Offset+1)
	}
	for _, r := range inner {
		switch {
		case r.TNF != WellKnown:
		case r.Type == typeCollision && len(r.Payload) == 2:
			h.Collision = binary.BigEndian.Uint16(r.Payload)
		case r.Type == typeCarrier:
			if c, ok := carrierOf(r.Payload, records[1:]); ok {
				h.Carriers = append(h.Carriers, c)
			}
		}
	}
	return h, nil
}

// carrierOf parses an alternative carrier record, and finds the record that it
// refers to.
func carrierOf(payload []byte, records []Record) (Carrier, bool) {
	if len(payload) < 2 || int(payload[1]) > len(payload)-2 {
		return Carrier{}, false
	}
	id := string(payload[2:][:payload[1]])
	for _, r := range records {
		if r.ID == id {
			return Carrier{State: payload[0] & 3, MediaType: r.Type, WSC: r.TNF == MIME && strings.EqualFold(r.Type, MediaType)}, true
		}
	}
	return Carrier{}, false
}
