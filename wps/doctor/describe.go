package doctor

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// descriptions are the messages in which the two sides describe themselves.
// They are pooled, since they are decoded only to be looked at.
type descriptions struct {
	m1  wps.M1
	m2  wps.M2
	m2d wps.M2D
}

var describers = sync.Pool{New: func() any { return new(descriptions) }}

// Describe records the sender's description and the method of M1, M2 or M2D. It
// ignores other messages.
func (a *Attempt) Describe(t wps.MessageType, message []byte) {
	if t != wps.MessageM1 && t != wps.MessageM2 && t != wps.MessageM2D {
		return
	}
	d := describers.Get().(*descriptions)
	defer func() {
		*d = descriptions{}
		describers.Put(d)
	}()
	switch t {
	case wps.MessageM1:
		if readable(wps.Decode(&d.m1, message, wps.Tolerant)) {
			a.Enrollee = d.m1.Device
		}
		setMethod(&a.Method, message)
	case wps.MessageM2:
		if readable(wps.Decode(&d.m2, message, wps.Tolerant)) {
			a.Registrar = d.m2.Device
		}
		setMethod(&a.Answered, message)
	case wps.MessageM2D:
		if readable(wps.Decode(&d.m2d, message, wps.Tolerant)) {
			a.Registrar = d.m2d.Device
		}
	}
}

// readable reports whether the message could be decoded. A log may contain only
// a few attributes of a message, so missing ones are no reason to reject it.
func readable(err error) bool { return err == nil || errors.Is(err, wps.ErrMissing) }

// setMethod sets m according to the Device Password ID of a message, if it has
// one.
func setMethod(m *Method, message []byte) {
	if id := wps.Find(message, wps.AttrDevicePasswordID); len(id) == 2 {
		*m = MethodOf(wps.DevicePasswordID(binary.BigEndian.Uint16(id)))
	}
}

// StageOfPacket returns the stage that an EAP packet shows, or StageNone if the
// packet is not part of WPS.
func StageOfPacket(p eap.Packet) Stage {
	switch {
	case p.Type == eap.TypeIdentity && p.Code == eap.CodeRequest:
		return StageAsked
	case p.Type == eap.TypeIdentity:
		return StageIdentified
	case p.IsWSC() && p.OpCode == eap.OpStart:
		return StageStarted
	case p.IsWSC():
		if t, err := wps.PeekMessageType(p.Data); err == nil {
			return StageOf(t)
		}
	}
	return StageNone
}
