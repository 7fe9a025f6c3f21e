package doctor

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// descriptions are the messages in which the two sides describe themselves,
// decoded only to look at them.
type descriptions struct {
	m1  wps.M1
	m2  wps.M2
	m2d wps.M2D
}

var describers = sync.Pool{New: func() any { return new(descriptions) }}

// Describe notes what a message of the attempt says of its sender, and of the
// method: M1, M2 or M2D. Others say nothing of them.
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

// readable reports whether a message could be read. One of which a log has only
// a few attributes lacks others.
func readable(err error) bool { return err == nil || errors.Is(err, wps.ErrMissing) }

// setMethod sets m to the method that the Device Password ID of a message means,
// if it has one.
func setMethod(m *Method, message []byte) {
	if id := wps.Find(message, wps.AttrDevicePasswordID); len(id) == 2 {
		*m = MethodOf(wps.DevicePasswordID(binary.BigEndian.Uint16(id)))
	}
}

// StageOfPacket returns the stage that an EAP packet means; one that carries
// nothing of WPS means none.
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
